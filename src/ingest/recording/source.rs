//! A file opened: its container, the first track of sound that can be decoded, and what its tags say.

use std::sync::LazyLock;

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::{MetadataOptions, StandardTag, Tag};
use symphonia::core::units::TimeBase;
use symphonia_adapter_libopus::OpusDecoder;

use super::limits::TAG_CHARS_MAX;
use super::{Failure, Probe};
use crate::call::time::Duration;

/// Containers without a length of their own: the reader guesses it from the first packets.
const GUESSED_LENGTH: [&str; 4] = ["mp1", "mp2", "mp3", "adts"];

/// Where the pre-skip stands in an Opus header.
const OPUS_PRE_SKIP: std::ops::Range<usize> = 10..12;

static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<OpusDecoder>();
    codecs
});

/// An open file.
pub(super) struct Source {
    pub(super) reader: Box<dyn FormatReader>,
    pub(super) decoder: Box<dyn AudioDecoder>,
    pub(super) track_id: u32,
    pub(super) time_base: Option<TimeBase>,
    declared: Option<Duration>,
}

/// Opens a stream; `ending` is that of the file's name.
pub(super) fn open(stream: MediaSourceStream<'static>, ending: Option<&str>) -> Result<Source, Failure> {
    let mut hint = Hint::new();
    if let Some(ending) = ending {
        hint.with_extension(ending);
    }
    let reader = symphonia::default::get_probe()
        .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
        .map_err(|error| Failure::Unreadable(format!("not a sound format that can be read directly ({error})")))?;
    let (track_id, decoder) = first_decodable(reader.tracks())?;
    let mut source = Source { reader, decoder, track_id, time_base: None, declared: None };
    source.note_track();
    Ok(source)
}

impl Source {
    /// Looks at the tracks again, after a change in the middle of the file.
    pub(super) fn renew(&mut self) -> Result<(), Failure> {
        (self.track_id, self.decoder) = first_decodable(self.reader.tracks())?;
        // What was declared was the first part's length.
        self.note_track();
        self.declared = None;
        Ok(())
    }

    /// The length that the file declares; `None` if it does not, or if it is only a guess.
    pub(super) fn declared(&self) -> Option<Duration> {
        let guessed = GUESSED_LENGTH.contains(&self.reader.format_info().short_name);
        self.declared.filter(|_| !guessed)
    }

    /// What the file says about itself.
    pub(super) fn probe(&mut self) -> Probe {
        let (started_at, title) = self.tags();
        let params = self.decoder.codec_params();
        Probe {
            duration: self.declared,
            channels: params.channels.as_ref().and_then(|channels| u16::try_from(channels.count()).ok()),
            sample_rate: params.sample_rate,
            started_at,
            title,
        }
    }

    fn note_track(&mut self) {
        let Some(track) = self.reader.tracks().iter().find(|track| track.id == self.track_id) else { return };
        self.time_base = track.time_base;
        let rate = audio_params(track).and_then(|params| params.sample_rate).filter(|&rate| rate > 0);
        let by_frames = track.num_frames.zip(rate).map(|(frames, rate)| frames as f64 / f64::from(rate));
        let by_clock = track.duration.zip(track.time_base).and_then(|(length, base)| base.calc_duration(length));
        self.declared =
            by_frames.or(by_clock.map(|time| time.as_secs_f64())).filter(|&secs| secs > 0.0).map(Duration::from_secs);
    }

    /// Date and title.
    fn tags(&mut self) -> (Option<String>, Option<String>) {
        let mut metadata = self.reader.metadata();
        let (mut date, mut title) = (None, None);
        // All that was read up to now, the newest last.
        loop {
            if let Some(revision) = metadata.current() {
                let per_track = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
                for tag in revision.media.tags.iter().chain(per_track) {
                    date = date_in(tag).or(date);
                    title = title_in(tag).or(title);
                }
            }
            if metadata.pop().is_none() {
                return (date, title);
            }
        }
    }
}

fn date_in(tag: &Tag) -> Option<String> {
    let (StandardTag::RecordingDate(text)
    | StandardTag::OriginalRecordingDate(text)
    | StandardTag::DigitizedDate(text)
    | StandardTag::ReleaseDate(text)) = tag.std.as_ref()?
    else {
        return None;
    };
    // A bare year or month says nothing about a call.
    (text.chars().count() >= "2026-03-05".len()).then(|| short(text))
}

fn title_in(tag: &Tag) -> Option<String> {
    match tag.std.as_ref()? {
        StandardTag::TrackTitle(text) if !text.trim().is_empty() => Some(short(text)),
        _ => None,
    }
}

/// A tag's text as it is kept.
pub(super) fn short(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(TAG_CHARS_MAX).collect()
}

fn audio_params(track: &Track) -> Option<&AudioCodecParameters> {
    track.codec_params.as_ref().and_then(CodecParameters::audio)
}

fn first_decodable(tracks: &[Track]) -> Result<(u32, Box<dyn AudioDecoder>), Failure> {
    let mut why = "there is no sound in it".to_owned();
    for track in tracks {
        let Some(params) = audio_params(track) else { continue };
        let mut params = params.clone();
        // Where the container says how much to leave out, the decoder must not leave it out once more.
        if params.codec == CODEC_ID_OPUS
            && track.delay.is_some()
            && let Some(skip) = params.extra_data.as_mut().and_then(|header| header.get_mut(OPUS_PRE_SKIP))
        {
            skip.fill(0);
        }
        match CODECS.make_audio_decoder(&params, &AudioDecoderOptions::default()) {
            Ok(decoder) => return Ok((track.id, decoder)),
            Err(error) => why = format!("its sound cannot be decoded directly ({error})"),
        }
    }
    Err(Failure::Unreadable(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_kept_short_and_in_one_line() {
        assert_eq!(short(&"ä".repeat(TAG_CHARS_MAX + 1)).chars().count(), TAG_CHARS_MAX);
        assert_eq!(short(" a\nb\u{0}c "), "abc");
    }
}
