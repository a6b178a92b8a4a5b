//! Who said what, when.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::report::Warning;
use crate::call::time::{Duration, Span};

/// A speaker of one call, counted from 0; written `A`, `B`, ... `Z`, `S27`, `S28`, ...
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpeakerId(pub u16);

impl fmt::Display for SpeakerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u8::try_from(self.0) {
            Ok(n) if n < 26 => write!(f, "{}", char::from(b'A' + n)),
            _ => write!(f, "S{}", self.0 + 1),
        }
    }
}

impl std::str::FromStr for SpeakerId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.as_bytes() {
            [letter @ b'A'..=b'Z'] => Some(Self(u16::from(letter - b'A'))),
            [b'S', ..] => text[1..].parse::<u16>().ok().filter(|n| *n > 26).map(|n| Self(n - 1)),
            _ => None,
        }
        .ok_or_else(|| format!("{text:?} is not a speaker id (A to Z, then S27, S28, ...)"))
    }
}

impl SpeakerId {
    /// His or her place in a list of the call's speakers.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl Serialize for SpeakerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SpeakerId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// How speakers were told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// A track for each side, sound of its own on each.
    TwoTrack,
    /// Two channels that leak into each other.
    Stereo,
    /// Voices told apart on one mixed track.
    Diarized,
    /// The names an imported transcript carries.
    TranscriptLabels,
    /// Not told apart: every figure that needs a speaker is withheld.
    None,
}

/// One person of the call, at the place in the list that its [`SpeakerId`] says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Speaker {
    /// Name for people: `Dana`, `Me`, `Speaker 2`.
    pub label: String,
    /// Whether this is the user.
    pub me: bool,
    /// How surely the name is that of this voice, 0 to 1, where it was found by a voice print; `None` where it was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recognised: Option<f64>,
}

/// A stretch in which somebody is heard to speak, from the sound or from the cues of an import.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SpeechSpan {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Who; `None` when speakers were not told apart.
    pub speaker: Option<SpeakerId>,
    /// How surely it is this one of the voices of a mixed track, 0 to 1; `None` where a track or a label says who it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<f64>,
}

/// One word with its place in the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// When it is said.
    #[serde(flatten)]
    pub span: Span,
    /// The word as written, without spaces around it.
    pub text: String,
    /// How sure the transcriber is of it, 0 to 1; `None` if it does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence: Option<f32>,
}

/// One breath of speech by one speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Utterance {
    /// When it is said.
    #[serde(flatten)]
    pub span: Span,
    /// Who says it; `None` when speakers were not told apart.
    pub speaker: Option<SpeakerId>,
    /// The words, without spaces around them, never empty.
    pub text: String,
    /// Word by word, where the source gives times for words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub words: Option<Vec<Word>>,
    /// Mean confidence of the words, 0 to 1; `None` if the source does not say.
    pub confidence: Option<f32>,
}

/// A call as text: what every later stage reads.
///
/// Invariants: utterances are sorted by start, then end, then speaker; every [`SpeakerId`] is a valid index into
/// `speakers`; speech spans are sorted by start and lie within `duration`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Language of most of the call as an ISO 639-1 code; `None` when it could not be told.
    pub language: Option<String>,
    /// How speakers were told apart.
    pub basis: Basis,
    /// How surely the talk is credited to the right people, 0 to 1; `None` where the sound does not say.
    #[serde(default)]
    pub attribution_confidence: Option<f64>,
    /// The people, indexed by [`SpeakerId`]; empty when they were not told apart.
    pub speakers: Vec<Speaker>,
    /// Who speaks when. Talk figures come from here.
    pub speech: Vec<SpeechSpan>,
    /// What is said.
    pub utterances: Vec<Utterance>,
    /// Length of the call.
    pub duration: Duration,
    /// What is to be doubted in it.
    pub warnings: Vec<Warning>,
}

impl Transcript {
    /// The user, if known.
    #[must_use]
    pub fn me(&self) -> Option<SpeakerId> {
        self.speakers.iter().position(|speaker| speaker.me).and_then(|at| u16::try_from(at).ok()).map(SpeakerId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speaker_ids_are_written_and_read_back() {
        for (id, text) in [(0, "A"), (25, "Z"), (26, "S27"), (300, "S301")] {
            assert_eq!(SpeakerId(id).to_string(), text);
            assert_eq!(text.parse(), Ok(SpeakerId(id)));
        }
        for bad in ["", "a", "AB", "S26", "S99999999", "Sé"] {
            assert!(bad.parse::<SpeakerId>().is_err(), "{bad}");
        }
    }
}
