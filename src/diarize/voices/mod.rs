//! Voices told apart on one mixed track, from that track alone.
//!
//! No model of voices in general is needed. The call's own speech gives a mixture of its sounds ([`mixture`]); a voice is
//! how it makes each sound, how often it makes it, and how high it is ([`voice`]). Short pieces are merged to as many
//! voices as are wanted ([`merge`]), then the course of the talk and the voices are refined in turns ([`course`]), with
//! the rhythm of turns in a hidden Markov model ([`turns`]). How many voices there are is asked of the evidence
//! ([`evidence`]): what one voice more explains, a second of speech.

mod cepstra;
mod course;
mod evidence;
pub(in crate::diarize) mod likeness;
mod material;
mod merge;
mod mixture;
mod pitch;
mod print;
mod scripted;
mod stats;
mod turns;
mod voice;

use std::cell::LazyCell;

use serde::Serialize;

use crate::call::audio::Track;
use crate::call::report::Warning;
use crate::call::time::{Duration, Span};
use course::{Course, Spot};
use material::Material;

pub use print::{VoicePrint, likenesses};
pub use scripted::ScriptedVoices;

/// Changes when the same sound would be told apart differently.
const FINGERPRINT: &str = "voices-2";

/// Speech below which voices cannot be told apart: three short turns each.
pub(in crate::diarize) const SPEECH_MIN: Duration = Duration::from_ms(8_000);

/// Evidence, in natural logarithms a second of speech, that one voice more must bring. When it was chosen, pieces of 10 to 30 s
/// by one person had -1 to 3.6, pieces and calls of two people 4.8 to 14.
const GAIN_MIN: f32 = 4.0;

/// The same by which a third voice, or one after it, must bring more than the next one would: any voice is explained better by
/// two, the more so the longer it talks. Chosen so that about as many calls of two people are taken for more as calls of three
/// for two: 32 of 120 and 5 of 40 mixes of real voices (`scripts/make_test_mixes`, `same-*`, `diff-*`, `three-*`; `cargo bench
/// --bench der -- --speakers usual`). With [`GAIN_MIN`] alone it was 84 of the 120.
const GAIN_LEAD_MIN: f32 = 2.5;

/// How much oftener voices are confused than the shares of the course say: least squares over 118 mixed calls of two to four
/// voices, synthetic and real. `cargo bench --bench der` prints both for each call.
const DOUBT_FACTOR: f32 = 2.0;

/// Most voices looked for where their number is not given.
const VOICES_MAX: usize = 6;

/// Most voices a user may ask for.
pub const SPEAKERS_MAX: u16 = 12;

/// How many people are on the track.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum SpeakerCount {
    /// Not said: two, as in most calls, unless only one can be made out or there are clearly more.
    #[default]
    Usual,
    /// So many, at least 1 and at most [`SPEAKERS_MAX`].
    Given(u16),
    /// As many as can be made out.
    Auto,
}

impl std::fmt::Display for SpeakerCount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usual => write!(f, "2"),
            Self::Given(count) => write!(f, "{count}"),
            Self::Auto => write!(f, "auto"),
        }
    }
}

/// A stretch of speech in one voice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VoiceTurn {
    /// When.
    pub span: Span,
    /// Which voice, counted in the order in which they are first heard.
    pub voice: u16,
    /// How likely it is this one of the voices, 0 to 1.
    pub confidence: f32,
}

/// Why voices were not told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotApart {
    /// There is too little speech.
    TooLittle(Duration),
    /// There is but one voice, or voices too alike.
    OneVoice,
    /// There are more than the two that are looked for by themselves.
    More,
    /// The network that was to tell them apart failed on this sound.
    Failed,
}

/// What the track says about voices.
#[derive(Debug, Clone, PartialEq)]
pub enum Voices {
    /// They were told apart: turns sorted by start, and how many voices there are.
    Apart {
        /// The turns.
        turns: Vec<VoiceTurn>,
        /// Number of voices.
        voices: u16,
    },
    /// They were not.
    Not(NotApart),
}

/// Tells voices apart.
pub trait VoiceTeller: Send + Sync {
    /// What the answers depend on besides the sound.
    fn fingerprint(&self) -> String;

    /// What the user should know of this teller: that a better one was wanted and why it is not used.
    fn doubt(&self) -> Option<Warning> {
        None
    }

    /// Tells apart the voices of `track`, which are heard within `speech`.
    fn tell(&self, track: &Track, speech: &[Span], count: SpeakerCount) -> Voices;
}

/// The teller that needs nothing but the call.
#[derive(Debug, Clone, Copy, Default)]
pub struct CallVoices;

impl VoiceTeller for CallVoices {
    fn fingerprint(&self) -> String {
        FINGERPRINT.to_owned()
    }

    fn tell(&self, track: &Track, speech: &[Span], count: SpeakerCount) -> Voices {
        let length: Duration = speech.iter().map(|span| span.length()).sum();
        let too_little = Voices::Not(NotApart::TooLittle(length));
        if length < SPEECH_MIN {
            return too_little;
        }
        let Some(material) = Material::gather(track, speech) else { return too_little };
        let spots = course::spots(&material);
        let beginnings = LazyCell::new(|| course::beginnings(&material));
        let find = |voices: usize| match voices {
            0 | 1 => course::alone(&material, &spots),
            _ => course::find(&material, &spots, &*beginnings, voices),
        };
        match choose(find, |course| course.evidence, material.seconds(), count) {
            Ok((course, voices)) => Voices::Apart { turns: turns(&material, &spots, &course), voices: voices as u16 },
            Err(why) => Voices::Not(why),
        }
    }
}

/// What `find` says of the wanted number of voices, and that number. Where it is not given, there are as many as each add
/// enough to the `evidence` for so many `seconds` of speech.
pub(in crate::diarize) fn choose<Course>(
    find: impl Fn(usize) -> Course,
    evidence: impl Fn(&Course) -> f32,
    seconds: f32,
    count: SpeakerCount,
) -> Result<(Course, usize), NotApart> {
    if let SpeakerCount::Given(voices) = count {
        let voices = usize::from(voices.clamp(1, SPEAKERS_MAX));
        return Ok((find(voices), voices));
    }
    let most = if count == SpeakerCount::Auto { VOICES_MAX } else { 3 };
    // That of `voices` voices, the one that comes after it, and what that brings.
    let gain = |less: &Course, more: &Course| (evidence(more) - evidence(less)) / seconds;
    let (mut voices, mut course, mut next) = (1, find(1), find(2));
    let mut brought = gain(&course, &next);
    while voices < most && brought >= GAIN_MIN {
        let after = find(voices + 2);
        let then = gain(&next, &after);
        if voices > 1 && brought - then < GAIN_LEAD_MIN {
            break;
        }
        (course, next, brought, voices) = (next, after, then, voices + 1);
    }
    match (voices, count) {
        (1, _) => Err(NotApart::OneVoice),
        (3, SpeakerCount::Usual) => Err(NotApart::More),
        _ => Ok((course, voices)),
    }
}

/// Spots of one voice in a row as turns; voices are numbered as they come.
fn turns(material: &Material, spots: &[Spot], course: &Course) -> Vec<VoiceTurn> {
    let mut order: Vec<usize> = Vec::new();
    for voice in &course.path {
        if !order.contains(voice) {
            order.push(*voice);
        }
    }
    let number = |voice: usize| order.iter().position(|other| *other == voice).unwrap_or(0) as u16;
    let mut turns: Vec<VoiceTurn> = Vec::new();
    let mut first = 0;
    for at in 1..=spots.len() {
        let goes_on =
            at < spots.len() && course.path[at] == course.path[first] && spots[at].stretch == spots[first].stretch;
        if goes_on {
            continue;
        }
        let shares = course.shares[first..at].iter().map(|shares| shares[course.path[first]]);
        turns.push(VoiceTurn {
            span: material.stretches[spots[first].stretch].span(spots[first].from, spots[at - 1].to),
            voice: number(course.path[first]),
            confidence: (1.0 - DOUBT_FACTOR * (1.0 - shares.sum::<f32>() / (at - first) as f32)).max(0.0),
        });
        first = at;
    }
    turns
}
