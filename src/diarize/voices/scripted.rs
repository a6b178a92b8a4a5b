//! The scripted twin: voices that were agreed on beforehand.

use crate::call::audio::Track;
use crate::call::time::Span;
use crate::diarize::voices::{NotApart, SpeakerCount, VoiceTeller, VoiceTurn, Voices};

/// Hears the turns it was given, whatever the sound. For tests of what comes after.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScriptedVoices {
    /// The turns; none stand for a track with one voice.
    pub turns: Vec<VoiceTurn>,
}

impl VoiceTeller for ScriptedVoices {
    fn fingerprint(&self) -> String {
        format!("scripted:{}", self.turns.len())
    }

    fn tell(&self, _: &Track, _: &[Span], _: SpeakerCount) -> Voices {
        match self.turns.iter().map(|turn| turn.voice).max() {
            Some(last) => Voices::Apart { turns: self.turns.clone(), voices: last + 1 },
            None => Voices::Not(NotApart::OneVoice),
        }
    }
}
