//! `rapport voice enroll|list|forget`: voices that are found by themselves in mixed recordings.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::call::audio::Track;
use crate::call::time::{Duration, Span};
use crate::commands::Exit;
use crate::diarize::KnownVoice;
use crate::diarize::voices::{CallVoices, NotApart, SpeakerCount, VoicePrint, VoiceTeller, Voices};
use crate::error::{Error, Result};
use crate::ingest::recording;
use crate::progress::StopFlag;
use crate::store::{NAME_BYTES_MAX, forget_voice, keep_voice, read_voices};
use crate::transcribe::speech::find_speech;

/// Least speech of an enrolment: with less, sounds are missing from it.
const SPEECH_MIN: Duration = Duration::from_ms(8_000);

/// Whose voice to learn, from what.
#[derive(Debug, Clone)]
pub struct EnrollOptions {
    /// The name.
    pub name: String,
    /// A recording of this voice alone, or one with the voice alone on its first track.
    pub file: PathBuf,
    /// Whether it is somebody other than the user.
    pub other: bool,
    /// The folder of voice prints.
    pub folder: PathBuf,
}

/// Learns a voice from a recording and keeps its print. The print's file goes to `out`.
///
/// # Errors
/// [`Error::Recording`] where the file cannot be read; [`Error::Settings`] where it holds too little speech or more than
/// one voice; [`Error::Io`] when nothing can be written.
pub fn enroll(options: &EnrollOptions, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let name = options.name.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
        let why = format!("{name:?} was given, wanted a name of 1 to {NAME_BYTES_MAX} bytes on one line");
        return Err(Error::Settings { what: "NAME".to_owned(), why });
    }
    let mut tracks = recording::read(&options.file, stop)?.tracks;
    let track = tracks.swap_remove(0);
    let refuse = |why: String| Error::Settings { what: options.file.display().to_string(), why };
    let spans = alone(&track).map_err(refuse)?;
    let print = VoicePrint::take(&track, &spans).ok_or_else(|| refuse(too_little(Duration::ZERO)))?;
    let path = keep_voice(&options.folder, name, !options.other, print)?;
    writeln!(out, "{}", path.display()).map_err(cannot_print)?;
    eprintln!(
        "{name} is looked for in mixed recordings from now on. The print holds no words and stays on this machine; \
         `rapport voice forget` removes it"
    );
    Ok(Exit::Done)
}

/// Where the one voice of the track is heard, or why it will not do.
fn alone(track: &Track) -> std::result::Result<Vec<Span>, String> {
    let speech = find_speech(track);
    let length: Duration = speech.iter().map(|span| span.length()).sum();
    if length < SPEECH_MIN {
        return Err(too_little(length));
    }
    match CallVoices.tell(track, &speech, SpeakerCount::Auto) {
        Voices::Not(NotApart::TooLittle(length)) => return Err(too_little(length)),
        Voices::Apart { voices, .. } if voices > 1 => {
            return Err(format!(
                "{voices} voices are heard in it; wanted a recording of the one voice alone, ten seconds or more"
            ));
        }
        _ => {}
    }
    match CallVoices.tell(track, &speech, SpeakerCount::Given(1)) {
        Voices::Apart { turns, .. } => Ok(turns.iter().map(|turn| turn.span).collect()),
        Voices::Not(_) => Err(too_little(length)),
    }
}

fn too_little(length: Duration) -> String {
    format!(
        "{:.1} s of speech are too little to learn a voice from; wanted {} s or more, best half a minute of free talk",
        length.secs(),
        SPEECH_MIN.secs()
    )
}

/// Writes whose voices are known, a line each.
///
/// # Errors
/// [`Error::Io`] when `out` cannot be written.
pub fn list(folder: &Path, out: &mut dyn Write) -> Result<Exit> {
    for KnownVoice { name, me, prints } in known(folder) {
        let seconds: f64 = prints.iter().map(VoicePrint::seconds).sum();
        let who = if me { "you" } else { "somebody else" };
        let count = if prints.len() == 1 { "one recording".to_owned() } else { format!("{} recordings", prints.len()) };
        writeln!(out, "{name}\t{who}\t{seconds:.0} s of speech from {count}").map_err(cannot_print)?;
    }
    Ok(Exit::Done)
}

/// Removes the prints of a voice; the file goes to `out`.
///
/// # Errors
/// [`Error::NothingToDo`] if nothing is kept of it; [`Error::Io`] if it cannot be removed.
pub fn forget(folder: &Path, name: &str, out: &mut dyn Write) -> Result<Exit> {
    let Some(path) = forget_voice(folder, name.trim())? else {
        let names: Vec<_> = known(folder).into_iter().map(|known| known.name).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Err(Error::NothingToDo(format!("no voice print of {name:?} is kept; known are: {names}")));
    };
    writeln!(out, "{}", path.display()).map_err(cannot_print)?;
    Ok(Exit::Done)
}

/// The known voices; prints that cannot be read are told on standard error and left out.
pub(super) fn known(folder: &Path) -> Vec<KnownVoice> {
    let (known, failures) = read_voices(folder);
    for failure in failures {
        eprintln!("{failure}");
    }
    known
}

fn cannot_print(failure: std::io::Error) -> Error {
    Error::io("cannot write", Path::new("standard output"))(failure)
}
