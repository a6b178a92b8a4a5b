//! Whether two people drew together in how they sounded. Never a score of rapport: people also draw together in a
//! quarrel, and get on well without.

use serde::{Deserialize, Serialize};

use crate::call::transcript::SpeakerId;

/// How the two people who talked most with each other compare, feature by feature, where one takes over from the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mirroring {
    /// The two people.
    pub between: [SpeakerId; 2],
    /// Exchanges compared: places at which one of them takes over from the other.
    pub exchanges: usize,
    /// Speed of talk: words a second, characters in Chinese. `None` where too few turns have it, as below.
    pub pace: Option<Likeness>,
    /// Height of the voice.
    pub pitch: Option<Likeness>,
    /// Loudness.
    pub loudness: Option<Likeness>,
    /// Length of pauses before taking over.
    pub pause: Option<Likeness>,
}

/// How alike two people are in one feature. Each person's values are counted from that person's own mean in units of
/// his or her own spread, so that a low and a high voice can be alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Likeness {
    /// Mean of minus the distance between neighbouring turns; 0 is the same, less is farther apart.
    pub proximity: f64,
    /// Correlation of minus that distance with the number of the exchange, -1 to 1; above 0 they moved closer.
    pub convergence: f64,
    /// Correlation of neighbouring turns, -1 to 1; above 0 they went up and down together.
    pub synchrony: f64,
    /// What the same figures are when the partner's turns are shifted, so that no two neighbours belong together.
    pub sham: Sham,
    /// What the figures say.
    pub change: Change,
    /// The exchanges in small talk; `None` with too few.
    pub small_talk: Option<Part>,
    /// The exchanges in business; `None` with too few.
    pub business: Option<Part>,
}

/// The sham baseline of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sham {
    /// Range of the proximity.
    pub proximity: Range,
    /// Range of the convergence.
    pub convergence: Range,
    /// Range of the synchrony.
    pub synchrony: Range,
}

/// Where the middle 95 % of some figures lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// 2.5 % are below this.
    pub low: f64,
    /// 2.5 % are above this.
    pub high: f64,
}

/// The figures of a part of the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Exchanges in it.
    pub exchanges: usize,
    /// As [`Likeness::proximity`].
    pub proximity: f64,
    /// As [`Likeness::synchrony`].
    pub synchrony: f64,
}

/// Which way two people moved in one feature, as far as the convergence stands out of its sham baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// They moved closer in the course of the call.
    Closer,
    /// They moved apart.
    Apart,
    /// No clear change.
    NoClearChange,
}

/// How one utterance sounds, measured on its speaker's own track.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prosody {
    /// Height of the voice, Hz; `None` without enough voiced sound.
    pub pitch_hz: Option<f32>,
    /// Loudness where it is heard, dB of full scale.
    pub loudness_db: f32,
}
