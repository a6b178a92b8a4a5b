//! Voices told apart by networks the user pulled.
//!
//! A segmentation network hears the call through windows of 10 s ([`windows`]) and says, frame by frame, who of at most
//! three local voices speaks ([`powerset`]), two at once included. Which voice of the call each local voice is
//! ([`course`]) is told by where neighbouring windows hear the same, by how the call's own statistics find them alike
//! (`voices::likeness`), and, where a second network is there, by its prints ([`prints`]). What all windows say of a
//! moment makes the turns ([`turns`]).

mod cluster;
mod course;
mod fbank;
mod local;
#[cfg(feature = "voices")]
mod network;
mod powerset;
mod prints;
mod turns;
mod windows;

#[cfg(feature = "voices")]
use std::path::Path;

use crate::call::audio::Track;
use crate::call::report::Warning;
use crate::call::time::{Duration, Span};
use crate::diarize::voices::likeness::Likeness;
use crate::diarize::voices::{CallVoices, NotApart, SPEECH_MIN, SpeakerCount, VoiceTeller, Voices, choose};
use crate::error::Result;

pub use fbank::{BANDS, fbank};
#[cfg(feature = "voices")]
pub use network::{EmbeddingNetwork, SegmentationNetwork};
pub use powerset::CLASSES;
pub use windows::WINDOW_FRAMES;

/// Samples of one window: 10 s, what the network was trained on.
pub const WINDOW_SAMPLES: usize = 160_000;

/// Hears who of at most three local voices speaks in windows of 10 s.
pub trait Listener: Send + Sync {
    /// For each window of [`WINDOW_SAMPLES`] samples (-1 to 1) its [`WINDOW_FRAMES`] frames: logarithms of the
    /// probabilities of the [`CLASSES`] sets of voices.
    ///
    /// # Errors
    /// [`crate::error::Error::Engine`] when the network fails.
    fn listen(&self, windows: &[Vec<f32>]) -> Result<Vec<Vec<[f32; CLASSES]>>>;
}

/// Knows voices again.
pub trait Embedder: Send + Sync {
    /// A direction for the voice that speaks in these samples (-1 to 1), near that of the same person elsewhere.
    ///
    /// # Errors
    /// [`crate::error::Error::Engine`] when the network fails.
    fn embed(&self, samples: &[f32]) -> Result<Vec<f32>>;
}

/// The teller that asks networks.
pub struct NeuralVoices {
    listener: Box<dyn Listener>,
    embedder: Option<Box<dyn Embedder>>,
    fingerprint: String,
}

impl NeuralVoices {
    /// A teller of these networks; `digests` names them in reports.
    #[must_use]
    pub fn new(listener: Box<dyn Listener>, embedder: Option<Box<dyn Embedder>>, digests: &str) -> Self {
        Self { listener, embedder, fingerprint: format!("voices-neural-1:{digests}") }
    }

    /// A teller of the networks in these files.
    ///
    /// # Errors
    /// As [`SegmentationNetwork::load`] and [`EmbeddingNetwork::load`].
    #[cfg(feature = "voices")]
    pub fn load(segmentation: &Path, embedding: Option<&Path>) -> Result<Self> {
        let segmentation = SegmentationNetwork::load(segmentation)?;
        let embedding = embedding.map(EmbeddingNetwork::load).transpose()?;
        let mut digests = segmentation.digest().to_owned();
        if let Some(embedding) = &embedding {
            digests = format!("{digests}+{}", embedding.digest());
        }
        let embedding = embedding.map(|network| Box::new(network) as Box<dyn Embedder>);
        Ok(Self::new(Box::new(segmentation), embedding, &digests))
    }

    fn tell_or_fail(&self, track: &Track, speech: &[Span], count: SpeakerCount) -> Result<Voices> {
        let length: Duration = speech.iter().map(|span| span.length()).sum();
        let too_little = Voices::Not(NotApart::TooLittle(length));
        if length < SPEECH_MIN {
            return Ok(too_little);
        }
        let windows = windows::listen(track, speech, &*self.listener)?;
        let Some(likeness) = Likeness::gather(track, speech) else { return Ok(too_little) };
        let mut locals = local::gather(&windows, &likeness);
        let prints = prints::Prints::take(track, &mut locals, self.embedder.as_deref())?;
        let find = |voices: usize| course::find(&windows, &locals, &likeness, &prints, voices);
        let (course, voices) = match choose(find, |course| course.evidence, likeness.seconds(), count) {
            Ok(chosen) => chosen,
            Err(why) => return Ok(Voices::Not(why)),
        };
        let (turns, heard) =
            turns::turns(&windows, &course.mappings, voices, self::windows::frames_within(track.len()));
        Ok(if turns.is_empty() { too_little } else { Voices::Apart { turns, voices: heard } })
    }
}

impl VoiceTeller for NeuralVoices {
    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    fn tell(&self, track: &Track, speech: &[Span], count: SpeakerCount) -> Voices {
        self.tell_or_fail(track, speech, count).unwrap_or(Voices::Not(NotApart::Failed))
    }
}

/// Tells voices from the call alone because networks that were pulled cannot be used.
#[derive(Debug, Clone)]
pub struct WithoutNetworks {
    /// What is the matter with them, and what to do.
    pub why: String,
}

impl VoiceTeller for WithoutNetworks {
    fn fingerprint(&self) -> String {
        CallVoices.fingerprint()
    }

    fn doubt(&self) -> Option<Warning> {
        Some(Warning::new(
            "voices_without_networks",
            format!("Voices were told apart from the call alone: {}.", self.why),
        ))
    }

    fn tell(&self, track: &Track, speech: &[Span], count: SpeakerCount) -> Voices {
        CallVoices.tell(track, speech, count)
    }
}
