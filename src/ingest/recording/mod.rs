//! Recordings in: decode, resample, and find out what the channels are.
//!
//! Sound is decoded packet by packet and resampled at once, so that no file is ever held at its own rate.

mod decode;
mod ffmpeg;
mod formats;
mod fragments;
mod limits;
mod mix;
mod resample;
mod source;
mod wave;

use std::ffi::OsStr;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use symphonia::core::io::MediaSourceStream;

pub use formats::is_recording;
pub use limits::{CHANNELS_MAX, LENGTH_MAX, RATE_MAX, RATE_MIN};

use crate::call::audio::Recording;
use crate::call::report::Warning;
use crate::call::time::Duration;
use crate::error::{Error, Result};
use crate::progress::StopFlag;

/// What a file says about its sound before anything is decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Probe {
    /// Length; `None` if the file does not say.
    pub duration: Option<Duration>,
    /// Channels; `None` if only decoding would tell.
    pub channels: Option<u16>,
    /// Samples a second; `None` if only decoding would tell.
    pub sample_rate: Option<u32>,
    /// When it was recorded, if its tags say so, as they say it.
    pub started_at: Option<String>,
    /// A title from its tags, if any.
    pub title: Option<String>,
}

/// Why a file gave no sound.
enum Failure {
    /// Our decoders cannot read it; another program might.
    Unreadable(String),
    /// Nothing else would help either.
    Final(Error),
}

/// Decodes a recording into tracks of 16 kHz. What our own decoders cannot read is handed to `ffmpeg` if that is
/// installed; what is lost on the way is told in the recording's doubts.
///
/// # Errors
/// [`Error::Io`] if the file cannot be opened, [`Error::Sound`] if there is no sound in it that can be decoded or if it
/// is beyond a limit, [`Error::Stopped`].
pub fn read(path: &Path, stop: &StopFlag) -> Result<Recording> {
    read_with(path, stop, std::env::var_os("PATH").as_deref())
}

/// [`read`], with `ffmpeg` looked for in these folders (in the form of `PATH`), or nowhere.
///
/// # Errors
/// As [`read`].
pub fn read_with(path: &Path, stop: &StopFlag, search: Option<&OsStr>) -> Result<Recording> {
    let why = match read_ourselves(path, stop) {
        Ok(recording) => return Ok(recording),
        Err(Failure::Final(error)) => return Err(error),
        Err(Failure::Unreadable(why)) => why,
    };
    let unreadable = |why: String| Error::Sound { path: path.to_owned(), why, next: formats::convert_hint(path) };
    let Some(program) = search.and_then(ffmpeg::find) else {
        return Err(unreadable(why));
    };
    let mut conversion = ffmpeg::Conversion::start(&program, path)
        .map_err(|error| unreadable(format!("{why}, and ffmpeg could not be started ({error})")))?;
    let stream = conversion.stream();
    match guarded(|| decode::recording(path, source::open(stream, Some("wav"))?, stop)) {
        Ok(mut recording) => {
            let well = conversion.ended_well();
            if well {
                // A pipe has no length to declare: where it ends is where the sound ends.
                recording.doubts.retain(|doubt| doubt.code != "cut_short");
            }
            let fate = if well { "" } else { " It reported errors: sound may be missing." };
            recording.doubts.push(Warning::new("ffmpeg_fallback", format!("Read through ffmpeg: {why}.{fate}")));
            Ok(recording)
        }
        Err(Failure::Final(error)) => Err(error),
        Err(Failure::Unreadable(_)) => Err(unreadable(format!("{why}, and neither can ffmpeg read it"))),
    }
}

/// What a file says about itself; no sound is decoded.
///
/// # Errors
/// [`Error::Io`] if the file cannot be opened, [`Error::Sound`] if it is nothing we can read.
pub fn probe(path: &Path) -> Result<Probe> {
    guarded(|| source::open(opened(path)?, formats::extension(path).as_deref()).map(|mut source| source.probe()))
        .map(|probe| {
            let about = wave::about(path);
            Probe { started_at: probe.started_at.or(about.started_at), title: probe.title.or(about.title), ..probe }
        })
        .map_err(|failure| match failure {
            Failure::Final(error) => error,
            Failure::Unreadable(why) => Error::Sound { path: path.to_owned(), why, next: formats::convert_hint(path) },
        })
}

fn read_ourselves(path: &Path, stop: &StopFlag) -> std::result::Result<Recording, Failure> {
    guarded(|| {
        let source = source::open(opened(path)?, formats::extension(path).as_deref())?;
        check_fragments(path, &source)?;
        let recording = decode::recording(path, source, stop)?;
        let about = wave::about(path);
        Ok(Recording {
            started_at: recording.started_at.or(about.started_at),
            title: recording.title.or(about.title),
            ..recording
        })
    })
}

/// The file as a stream, unless its first bytes or its name already say that we cannot read it.
fn opened(path: &Path) -> std::result::Result<MediaSourceStream<'static>, Failure> {
    let failed = |source| Failure::Final(Error::io("cannot read", path)(source));
    let about = std::fs::metadata(path).map_err(failed)?;
    let refused = |why: &str, next: &str| {
        Err(Failure::Final(Error::Sound { path: path.to_owned(), why: why.into(), next: next.into() }))
    };
    // A pipe or a device could keep us waiting for ever.
    if !about.is_file() {
        return refused("not a file", "give the recording itself, or a folder of recordings");
    }
    if about.len() == 0 {
        return refused("the file is empty", "check that the recorder finished, or copy the file again");
    }
    let mut file = File::open(path).map_err(failed)?;
    match formats::look(&mut file, path).map_err(failed)? {
        formats::Look::Headerless => refused(
            "raw samples without a header: neither their rate nor their format can be known",
            &formats::headerless_hint(path),
        ),
        formats::Look::Foreign(name) => Err(Failure::Unreadable(format!("{name} cannot be read directly"))),
        formats::Look::Ours => {
            Ok(MediaSourceStream::new(Box::new(file), symphonia::core::io::MediaSourceStreamOptions::default()))
        }
    }
}

/// Refuses a file whose fragments declare more samples than anybody may count.
fn check_fragments(path: &Path, source: &source::Source) -> std::result::Result<(), Failure> {
    if source.reader.format_info().short_name != "isomp4" {
        return Ok(());
    }
    let samples = File::open(path).and_then(fragments::bare_samples);
    let samples = samples.map_err(|failure| Failure::Final(Error::io("cannot read", path)(failure)))?;
    if samples <= limits::BARE_SAMPLES_MAX {
        return Ok(());
    }
    let why = format!("its fragments declare {samples} samples; {} can be read", limits::BARE_SAMPLES_MAX);
    Err(Failure::Final(Error::Sound { path: path.to_owned(), why, next: formats::convert_hint(path) }))
}

/// Runs a decoder; its panics become failures of this one file.
fn guarded<T>(work: impl FnOnce() -> std::result::Result<T, Failure>) -> std::result::Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Failure::Unreadable("the decoder broke down on this file, which may be damaged".into()))
    })
}
