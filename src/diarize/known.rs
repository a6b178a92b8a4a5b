//! Voices that are known by name, found among those of a mixed track.

use crate::call::report::Warning;
use crate::call::transcript::{Basis, SpeakerId, Transcript};
use crate::diarize::thousandths;
use crate::diarize::voices::{VoicePrint, likenesses};

/// Somebody whose voice was enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVoice {
    /// Name for people.
    pub name: String,
    /// Whether this is the user.
    pub me: bool,
    /// Prints of the voice, one for each recording that was enrolled.
    pub prints: Vec<VoicePrint>,
}

/// A voice and a name that may belong together.
#[derive(Debug, Clone, Copy)]
struct Pair {
    known: usize,
    voice: usize,
    likeness: f32,
    /// How much less alike the next voice of the call is.
    lead: f32,
}

/// Likeness, in natural logarithms a second, below which a voice is not somebody's, however unlike the others are. Of 22
/// pairs of recordings of one real or synthetic voice in one place 19 reach it, of 400 of two voices none but two of one
/// synthesizer, nor does one voice through a telephone beside itself without (`cargo bench --bench voice_prints`).
pub const LIKENESS_MIN: f32 = -12.0;
/// Likeness that is as often that of one voice as of two, and by how much more the odds are e times better: a logistic
/// regression, both counted alike, on the 22 and 419 pairs that `cargo bench --bench voice_prints` prints.
const EVEN_LIKENESS: f32 = -17.1;
const LIKENESS_SCALE: f32 = 2.55;
/// Lead over the next voice of the call below which it could be either: of the same pairs all but 1 % lead by twice that.
pub const LEAD_MIN: f32 = 6.0;

/// Names the voices of a mixed track that are known, and marks the user, unless names were given already. `voices` are
/// the prints of the call's voices in the order of its speakers.
///
/// Where the user's voice is known but none of the call is surely it, a warning says so.
pub fn recognise(transcript: &mut Transcript, voices: &[Option<VoicePrint>], known: &[KnownVoice]) {
    if transcript.basis != Basis::Diarized || known.is_empty() {
        return;
    }
    let mut pairs: Vec<Pair> = (0..known.len()).filter_map(|at| best(&known[at], at, voices)).collect();
    // The surest first; one name a voice, one voice a name.
    pairs.sort_by(|a, b| b.likeness.total_cmp(&a.likeness).then(a.known.cmp(&b.known)));
    let mut taken = Vec::new();
    for pair in pairs {
        let unnamed = transcript.speakers.get(pair.voice).is_some_and(|speaker| is_default(&speaker.label, pair.voice));
        if pair.likeness < LIKENESS_MIN || pair.lead < LEAD_MIN || taken.contains(&pair.voice) || !unnamed {
            continue;
        }
        taken.push(pair.voice);
        let nobody_is_me = transcript.me().is_none();
        let speaker = &mut transcript.speakers[pair.voice];
        speaker.label.clone_from(&known[pair.known].name);
        speaker.me = known[pair.known].me && nobody_is_me;
        speaker.recognised = Some(certainty(pair.likeness));
    }
    if transcript.me().is_none() && known.iter().any(|known| known.me) {
        // Without the name: the call may be redacted.
        let text = "no voice of this call is surely yours: what needs to know who you are is withheld. Say which one you \
                    are with --me, or enrol your voice from a recording like this one";
        transcript.warnings.push(Warning::new("voice_not_found", text));
    }
}

/// How surely a voice is somebody's, by how alike it is, 0 to 1.
fn certainty(likeness: f32) -> f64 {
    thousandths(1.0 / (1.0 + f64::from((EVEN_LIKENESS - likeness) / LIKENESS_SCALE).exp()))
}

/// The voice most like a known one, if the call has prints at all.
fn best(known: &KnownVoice, at: usize, voices: &[Option<VoicePrint>]) -> Option<Pair> {
    let (places, prints): (Vec<usize>, Vec<VoicePrint>) =
        voices.iter().enumerate().filter_map(|(place, print)| Some((place, print.clone()?))).unzip();
    let mut alike = vec![f32::NEG_INFINITY; prints.len()];
    for print in &known.prints {
        for (best, likeness) in alike.iter_mut().zip(likenesses(print, &prints)) {
            *best = best.max(likeness);
        }
    }
    let mut order: Vec<usize> = (0..alike.len()).collect();
    order.sort_by(|&a, &b| alike[b].total_cmp(&alike[a]).then(a.cmp(&b)));
    let first = *order.first()?;
    let second = order.get(1).map_or(f32::NEG_INFINITY, |next| alike[*next]);
    Some(Pair { known: at, voice: places[first], likeness: alike[first], lead: alike[first] - second })
}

/// Whether a speaker still has the name that telling voices apart gave.
fn is_default(label: &str, place: usize) -> bool {
    let number = label.strip_prefix("Speaker ");
    u16::try_from(place).is_ok_and(|place| {
        // Redacted calls have numbers.
        number.is_some_and(|number| number == SpeakerId(place).to_string() || number == (place + 1).to_string())
    })
}
