//! Whether two people drew together in how they sounded: proximity, convergence and synchrony after Levitan and
//! Hirschberg, "Measuring acoustic-prosodic entrainment with respect to multiple levels and dimensions", Interspeech
//! 2011, against a sham in which one side's turns are shifted. Never a score of rapport.

use std::collections::BTreeMap;

use crate::call::mirroring::{Change, Likeness, Mirroring, Part, Prosody, Range, Sham};
use crate::call::topic::Kind;
use crate::call::transcript::{Basis, SpeakerId};

use super::reading::Reading;

/// Exchanges below which nothing is said: a correlation of 30 pairs must pass 0.36 to stand out of chance (5 %, two
/// sides), and most real ones do not pass more.
const EXCHANGES_MIN: usize = 30;
/// Exchanges below which nothing is said of a part of the call.
const PART_MIN: usize = 15;
/// A turn of fewer words has no pace.
const PACE_WORDS_MIN: usize = 4;
/// Longer pauses are breaks in the call, in seconds.
const PAUSE_MAX: f64 = 5.0;
/// Shares of the sham values that lie below its range and above it.
const TAIL: f64 = 0.025;
/// A correlation with the order of n exchanges must pass this over the root of n to stand out of chance (5 %, two sides).
const CHANCE: f64 = 1.96;

/// Compares the two people who exchange most turns. `prosody` has one entry an utterance. The error says why there is
/// nothing to tell.
pub(super) fn find(reading: &Reading<'_>, prosody: &[Option<Prosody>]) -> Result<Mirroring, String> {
    if !matches!(reading.transcript.basis, Basis::TwoTrack | Basis::Stereo) {
        return Err("only measured where each side of the call has a track of its own".to_owned());
    }
    let turns = turns(reading, prosody);
    let mut counts: BTreeMap<[SpeakerId; 2], usize> = BTreeMap::new();
    for pair in turns.windows(2) {
        *counts.entry(ordered(pair[0].speaker, pair[1].speaker)).or_default() += 1;
    }
    let most = counts.into_iter().max_by_key(|(pair, count)| (*count, std::cmp::Reverse(*pair)));
    let (between, exchanges) = most.unwrap_or(([SpeakerId(0), SpeakerId(1)], 0));
    if exchanges < EXCHANGES_MIN {
        return Err(format!("only {exchanges} exchanges between two people, and {EXCHANGES_MIN} are needed"));
    }
    let likeness = |value: fn(&Turn) -> Option<f64>| likeness(&turns, between, value);
    Ok(Mirroring {
        between,
        exchanges,
        pace: likeness(|turn| turn.pace),
        pitch: likeness(|turn| turn.pitch),
        loudness: likeness(|turn| turn.loudness),
        pause: likeness(|turn| turn.pause),
    })
}

/// Utterances of one speaker in a row, backchannels left out.
struct Turn {
    speaker: SpeakerId,
    kind: Kind,
    /// Words a second.
    pace: Option<f64>,
    /// Semitones over 1 Hz, as the ear counts.
    pitch: Option<f64>,
    /// dB of full scale.
    loudness: Option<f64>,
    /// Seconds since the turn before ended.
    pause: Option<f64>,
}

fn turns(reading: &Reading<'_>, prosody: &[Option<Prosody>]) -> Vec<Turn> {
    let mut groups: Vec<(SpeakerId, Vec<usize>)> = Vec::new();
    for at in (0..reading.said.len()).filter(|at| !reading.is_backchannel(*at)) {
        let Some(speaker) = reading.speaker(at) else { continue };
        match groups.last_mut() {
            Some((last, group)) if *last == speaker => group.push(at),
            _ => groups.push((speaker, vec![at])),
        }
    }
    let mut turns = Vec::new();
    let mut before = None;
    for (speaker, group) in groups {
        let seconds: f64 = group.iter().map(|at| reading.length(*at).secs()).sum();
        let words: usize = group.iter().map(|at| reading.said[*at].words).sum();
        let heard = || group.iter().filter_map(|at| Some((reading.length(*at).secs(), prosody.get(*at)?.as_ref()?)));
        let start = reading.utterances()[group[0]].span.start();
        turns.push(Turn {
            speaker,
            kind: reading.said[group[0]].kind,
            pace: (words >= PACE_WORDS_MIN && seconds > 0.0).then(|| words as f64 / seconds),
            pitch: mean(heard().filter_map(|(weight, one)| Some((weight, 12.0 * f64::from(one.pitch_hz?).log2())))),
            loudness: mean(heard().map(|(weight, one)| (weight, f64::from(one.loudness_db)))),
            pause: before.map(|end| start.since(end).secs()).filter(|pause| *pause <= PAUSE_MAX),
        });
        before = group.iter().map(|at| reading.utterances()[*at].span.end()).max();
    }
    turns
}

/// The mean of values by weight; `None` without weight.
fn mean(values: impl Iterator<Item = (f64, f64)>) -> Option<f64> {
    let (weight, sum) = values.fold((0.0, 0.0), |(all, sum), (weight, value)| (all + weight, sum + weight * value));
    (weight > 0.0).then(|| sum / weight)
}

fn ordered(a: SpeakerId, b: SpeakerId) -> [SpeakerId; 2] {
    [a.min(b), a.max(b)]
}

/// One exchange: the values of the turn that ends and of the turn that takes over.
#[derive(Clone, Copy)]
struct Exchange {
    kind: Kind,
    before: f64,
    after: f64,
}

fn likeness(turns: &[Turn], between: [SpeakerId; 2], value: fn(&Turn) -> Option<f64>) -> Option<Likeness> {
    let scales = between.map(|id| scale(turns.iter().filter(|turn| turn.speaker == id).filter_map(value)));
    let in_spreads = |turn: &Turn| {
        let (mean, spread) = scales[between.iter().position(|id| *id == turn.speaker)?]?;
        Some((value(turn)? - mean) / spread)
    };
    let exchange = |pair: &[Turn]| {
        let own = ordered(pair[0].speaker, pair[1].speaker) == between;
        let (before, after) = (in_spreads(&pair[0])?, in_spreads(&pair[1])?);
        own.then_some(Exchange { kind: pair[1].kind, before, after })
    };
    let exchanges: Vec<Exchange> = turns.windows(2).filter_map(exchange).collect();
    if exchanges.len() < EXCHANGES_MIN {
        return None;
    }
    let real = Figures::of(&exchanges);
    let count = exchanges.len();
    // Neighbours of neighbours still belong together a little, so the shift is at least a tenth of the call.
    let shams: Vec<Figures> = (count / 10..=count - count / 10)
        .map(|shift| {
            let shifted = |at: usize| exchanges[(at + shift) % count].after;
            let pairs = exchanges.iter().enumerate().map(|(at, one)| Exchange { after: shifted(at), ..*one });
            Figures::of(&pairs.collect::<Vec<_>>())
        })
        .collect();
    let sham = Sham {
        proximity: range(shams.iter().map(|one| one.proximity)),
        convergence: range(shams.iter().map(|one| one.convergence)),
        synchrony: range(shams.iter().map(|one| one.synchrony)),
    };
    let by_luck = CHANCE / (count as f64).sqrt();
    let change = if real.convergence > sham.convergence.high.max(by_luck) {
        Change::Closer
    } else if real.convergence < sham.convergence.low.min(-by_luck) {
        Change::Apart
    } else {
        Change::NoClearChange
    };
    let part = |kind: Kind| {
        let own: Vec<Exchange> = exchanges.iter().copied().filter(|one| one.kind == kind).collect();
        let figures = (own.len() >= PART_MIN).then(|| Figures::of(&own))?;
        Some(Part { exchanges: own.len(), proximity: figures.proximity, synchrony: figures.synchrony })
    };
    Some(Likeness {
        proximity: real.proximity,
        convergence: real.convergence,
        synchrony: real.synchrony,
        sham,
        change,
        small_talk: part(Kind::SmallTalk),
        business: part(Kind::Business),
    })
}

struct Figures {
    proximity: f64,
    convergence: f64,
    synchrony: f64,
}

impl Figures {
    fn of(exchanges: &[Exchange]) -> Self {
        let nearness: Vec<f64> = exchanges.iter().map(|one| -(one.before - one.after).abs()).collect();
        let order: Vec<f64> = (0..exchanges.len()).map(|at| at as f64).collect();
        let (before, after): (Vec<f64>, Vec<f64>) = exchanges.iter().map(|one| (one.before, one.after)).unzip();
        Self {
            proximity: (nearness.iter().sum::<f64>() / nearness.len() as f64).min(0.0),
            convergence: correlation(&order, &nearness),
            synchrony: correlation(&before, &after),
        }
    }
}

/// Mean and standard deviation; `None` where all values are the same.
fn scale(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let values: Vec<f64> = values.collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let spread = (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt();
    (spread > 1e-9).then_some((mean, spread))
}

/// Pearson's correlation; 0 where one side does not vary.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (Some((mean_a, spread_a)), Some((mean_b, spread_b))) = (scale(a.iter().copied()), scale(b.iter().copied()))
    else {
        return 0.0;
    };
    let together: f64 = a.iter().zip(b).map(|(a, b)| (a - mean_a) * (b - mean_b)).sum::<f64>() / a.len() as f64;
    (together / (spread_a * spread_b)).clamp(-1.0, 1.0)
}

/// Where the middle of some values lies.
fn range(values: impl Iterator<Item = f64>) -> Range {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    Range { low: at(TAIL), high: at(1.0 - TAIL) }
}
