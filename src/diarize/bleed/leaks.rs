//! What the sightings mean: which track leaks into which, how much, and how the clocks run.

use super::lags::{self, Line, Sighting};
use crate::call::audio::{SAMPLE_RATE, Track};

/// Samples in a millisecond, for lags that need fractions.
const MS: f64 = SAMPLE_RATE as f64 / 1000.0;
/// Longest way a leak takes: loudspeakers without wires, echoes over the line. What is later was begun later.
const WAY_MS_MAX: f64 = 400.0;
/// Lag within which two tracks are as good as simultaneous: a cable, a mixer, a laptop's own loudspeaker.
const SAME_MS: f64 = 1.0;
/// Lag that is left where a track is moved as a whole: what a loudspeaker beside the microphone takes.
const LEFT_MS: f64 = 8.0;
/// A leak is softer than what it comes from; louder by more than this, it is doubtful which of the two it is.
const LOUDER_DB_MAX: f64 = 3.0;
/// Share of the pieces in which a track sounds that must be seen on the other: words that both say at the same distance
/// now and then are no leak.
const PIECES_SHARE_MIN: f64 = 0.15;
/// The same share where a track would have to be moved as a whole, which is rare.
const LATE_PIECES_SHARE_MIN: f64 = 0.3;
/// Sound that two channels are compared by at each sighting, samples: a second.
const PIECE: usize = SAMPLE_RATE as usize;

/// One track heard on the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Leak {
    /// Index of the track it comes from; it goes to the other one.
    pub(super) from: usize,
    /// By how much later it is heard there, milliseconds, once the tracks are brought together.
    pub(super) lag_ms: f64,
    /// How much louder it is there, decibels; negative in any usual case.
    pub(super) gain_db: f64,
    /// Pieces of a second in which it was seen.
    pub(super) pieces: usize,
}

/// What two tracks have in common.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Findings {
    /// Ways from track to track, at most one each way.
    pub(super) leaks: Vec<Leak>,
    /// Milliseconds by which the first track is later as a whole; negative if the second one is.
    pub(super) late_ms: f64,
    /// Millionths by which the first track's clock is slower: its sound comes ever later.
    pub(super) drift_ppm: f64,
    /// Sample at which the first leak was seen.
    pub(super) first_at: usize,
}

/// Looks for leaks between two tracks.
pub(super) fn find(first: &Track, second: &Track) -> Findings {
    let seen = lags::look(first, second);
    let sightings = &seen.sightings;
    let Some(main) = lags::line(sightings, None) else { return Findings::default() };
    let others: Vec<Sighting> = sightings.iter().copied().filter(|seen| !main.holds(seen)).collect();
    let mut ways = vec![Way::along(main, sightings, first, second)];
    if let Some(line) = lags::line(&others, Some(main.drift)) {
        ways.push(Way::along(line, &others, first, second));
    }
    let first_at =
        sightings.iter().filter(|seen| ways.iter().any(|way| way.line.holds(seen))).map(|seen| seen.at).min();
    let mut found = Findings { drift_ppm: main.drift * 1e6, first_at: first_at.unwrap_or(0), ..directed(&ways) };
    let share = if found.late_ms == 0.0 { PIECES_SHARE_MIN } else { LATE_PIECES_SHARE_MIN };
    found.leaks.retain(|leak| leak.pieces as f64 >= share * seen.sounding(leak.from) as f64);
    found.leaks.sort_by_key(|leak| leak.from);
    if found.leaks.is_empty() { Findings::default() } else { found }
}

/// A line with the levels along it.
#[derive(Debug, Clone, Copy)]
struct Way {
    line: Line,
    /// Level of the first track over the second's where the line was seen, decibels.
    level_db: f64,
}

impl Way {
    fn along(line: Line, sightings: &[Sighting], first: &Track, second: &Track) -> Self {
        let mut along: Vec<&Sighting> = sightings.iter().filter(|seen| line.holds(seen)).collect();
        // The clearer the sighting, the less other sound is in it.
        along.sort_by(|a, b| b.strength.total_cmp(&a.strength));
        along.truncate(along.len().div_ceil(2));
        let mut levels: Vec<f64> = along
            .iter()
            .map(|seen| {
                let there = (seen.at as f64 + seen.lag).max(0.0) as usize;
                10.0 * (power(first, there) / power(second, seen.at)).log10()
            })
            .collect();
        levels.sort_by(f64::total_cmp);
        Self { line, level_db: levels.get(levels.len() / 2).copied().unwrap_or(0.0) }
    }

    fn lag_ms(&self) -> f64 {
        self.line.lag / MS
    }

    /// Whether it goes from the second track to the first.
    fn reaches_first(&self) -> bool {
        let lag_ms = self.lag_ms();
        let by_level = self.level_db < 0.0;
        if lag_ms.abs() <= SAME_MS || lag_ms.abs() > WAY_MS_MAX {
            return by_level;
        }
        let by_lag = lag_ms > 0.0;
        let gain_db = if by_lag { self.level_db } else { -self.level_db };
        if gain_db > LOUDER_DB_MAX { by_level } else { by_lag }
    }

    fn leak(&self, to_first: bool, late_ms: f64) -> Leak {
        let lag_ms = self.lag_ms() - late_ms;
        if to_first {
            Leak { from: 1, lag_ms, gain_db: self.level_db, pieces: self.line.pieces }
        } else {
            Leak { from: 0, lag_ms: -lag_ms, gain_db: -self.level_db, pieces: self.line.pieces }
        }
    }
}

fn power(track: &Track, at: usize) -> f64 {
    let mut sound = Vec::with_capacity(PIECE);
    track.read_samples(at, PIECE, &mut sound);
    sound.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / PIECE as f64 + 1e-10
}

/// Gives the ways their directions and says how late a track is as a whole.
fn directed(ways: &[Way]) -> Findings {
    let [main, rest @ ..] = ways else { return Findings::default() };
    let Some(other) = rest.first() else { return alone(main) };
    // Of two ways through the same air, what the first track has later comes from the second.
    let (to_first, to_second) = if main.line.lag > other.line.lag { (main, other) } else { (other, main) };
    // Where both go the same way, the lesser one is only another reflection.
    if to_second.level_db < 0.0 || to_first.level_db > 0.0 {
        return alone(main);
    }
    let late_ms = late(to_first.lag_ms(), to_second.lag_ms());
    Findings {
        leaks: vec![to_first.leak(true, late_ms), to_second.leak(false, late_ms)],
        late_ms,
        ..Findings::default()
    }
}

fn alone(way: &Way) -> Findings {
    let to_first = way.reaches_first();
    let (lag_ms, sign) = if to_first { (way.lag_ms(), 1.0) } else { (-way.lag_ms(), -1.0) };
    let possible = (-SAME_MS..=WAY_MS_MAX).contains(&lag_ms);
    let late_ms = if possible { 0.0 } else { sign * (lag_ms - LEFT_MS) };
    Findings { leaks: vec![way.leak(to_first, late_ms)], late_ms, ..Findings::default() }
}

/// By how much the first track is late if the second is heard on it at one lag and it on the second at the other.
fn late(to_first_ms: f64, to_second_ms: f64) -> f64 {
    let possible = |late_ms: f64| {
        let ways = [to_first_ms - late_ms, late_ms - to_second_ms];
        ways.iter().all(|way| (-SAME_MS..=WAY_MS_MAX).contains(way))
    };
    if possible(0.0) {
        return 0.0;
    }
    // The least move that makes both ways possible, and a little more.
    [to_first_ms - LEFT_MS, to_second_ms + LEFT_MS].into_iter().find(|late_ms| possible(*late_ms)).unwrap_or(0.0)
}
