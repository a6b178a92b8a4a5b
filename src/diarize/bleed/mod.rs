//! Two channels of a call: are they two sides, one sound, or two sides that leak into each other?
//!
//! A loudspeaker beside a microphone puts the other side's words on the user's track, hardly softer than they came; the
//! other side's loudspeaker sends the user's own words back. Such words would be heard twice and credited to the wrong
//! person. They are found and taken out by sound alone: [`lags`] finds where one track holds the other and how the clocks
//! run, [`leaks`] what that means, [`clock`] brings the tracks together, [`canceller`] takes out what the other track
//! explains, [`suppress`] what is left of it. The track a leak comes from is never touched on its account, and what both
//! say at once stays.

mod canceller;
mod clock;
mod fourier;
mod lags;
mod leaks;
mod sharing;
mod suppress;

use crate::call::audio::{SAMPLE_RATE, Track};
use crate::error::Result;
use crate::progress::StopFlag;
use canceller::{BLOCK, Canceller};
use leaks::{Findings, Leak};
pub use sharing::Sharing;
use suppress::{Suppressor, Tally};

/// Sound that the filters learn from before they begin, samples: a minute from where the first leak is heard.
const LEARN_SAMPLES: usize = 60 * SAMPLE_RATE as usize;
/// Share of the energy that two channels may differ by, at their best gain and lag, and still be one sound: -13 dB, what
/// coding at a low rate changes. A loudspeaker and a room change more.
const SAME_RESIDUAL_MAX: f64 = 0.05;
/// Level that the loud parts of a track must keep to count as a person's: one who is 20 dB softer than what leaks into the
/// microphone could not be understood.
const KEPT_LEVEL_MIN: f64 = 0.1;
/// Share of a track that counts as its loud parts: one side of a call speaks at least a twentieth of the time.
const LOUD_SHARE: f64 = 0.05;

/// Frees the two tracks of a call of each other's sound, and says what they shared. Two tracks that hold one sound become
/// one; tracks that share nothing, and any other number of tracks, come back as they are.
///
/// # Errors
/// [`crate::error::Error::Stopped`].
pub fn part(tracks: Vec<Track>, stop: &StopFlag) -> Result<(Vec<Track>, Sharing)> {
    let [first, second] = match <[Track; 2]>::try_from(tracks) {
        Ok(pair) => pair,
        Err(tracks) => return Ok((tracks, Sharing::default())),
    };
    let found = leaks::find(&first, &second);
    stop.check()?;
    let mut tracks = together(first, second, &found);
    if found.leaks.is_empty() {
        return Ok((tracks, Sharing { apart: true, ..Sharing::default() }));
    }
    if is_one_sound(&tracks, &found) {
        tracks.truncate(1);
        return Ok((tracks, Sharing { one_sound: true, found, ..Sharing::default() }));
    }
    let mut sharing = Sharing { apart: true, found, ..Sharing::default() };
    let mut freed = Vec::new();
    for leak in &sharing.found.leaks {
        let target = 1 - leak.from;
        let (track, tally) = free(&tracks[target], &tracks[leak.from], leak, sharing.found.first_at, stop)?;
        sharing.tallies[target] = tally;
        let kept = loud(&track) / loud(&tracks[target]).max(1.0);
        sharing.nobody[target] = kept < KEPT_LEVEL_MIN;
        freed.push((target, track));
    }
    for (target, track) in freed {
        tracks[target] = if sharing.nobody[target] { Track::from_samples(&vec![0.0; track.len()]) } else { track };
    }
    Ok((tracks, sharing))
}

/// Brings the tracks on one clock, and the later one forward.
fn together(first: Track, second: Track, found: &Findings) -> Vec<Track> {
    let late = found.late_ms * f64::from(SAMPLE_RATE) / 1000.0;
    let first = if late > 0.0 || found.drift_ppm != 0.0 {
        clock::on_clock(&first, late.max(0.0), found.drift_ppm * 1e-6)
    } else {
        first
    };
    let second = if late < 0.0 { clock::on_clock(&second, -late, 0.0) } else { second };
    vec![first, second]
}

/// Whether one track is the other at another lag and gain, and nothing more.
fn is_one_sound(tracks: &[Track], found: &Findings) -> bool {
    let Some(leak) = found.leaks.iter().min_by(|a, b| a.lag_ms.total_cmp(&b.lag_ms)) else { return false };
    let earlier = clock::on_clock(&tracks[1 - leak.from], leak.lag_ms * f64::from(SAMPLE_RATE) / 1000.0, 0.0);
    let (mut first, mut second, mut both) = (0.0, 0.0, 0.0);
    for (a, b) in earlier.blocks().flatten().zip(tracks[leak.from].blocks().flatten()) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        first += a * a;
        second += b * b;
        both += a * b;
    }
    first > 0.0 && second > 0.0 && 1.0 - both * both / (first * second) <= SAME_RESIDUAL_MAX
}

/// Root mean square, of 32,767, that the loud parts of a track exceed.
fn loud(track: &Track) -> f64 {
    let mut levels: Vec<f64> = track
        .blocks()
        .flat_map(|block| block.chunks(BLOCK))
        .map(|piece| (piece.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / piece.len() as f64).sqrt())
        .collect();
    if levels.is_empty() {
        return 0.0;
    }
    let at = ((levels.len() as f64 * (1.0 - LOUD_SHARE)) as usize).min(levels.len() - 1);
    *levels.select_nth_unstable_by(at, f64::total_cmp).1
}

/// `target` without what it has of `source`.
fn free(target: &Track, source: &Track, leak: &Leak, first_at: usize, stop: &StopFlag) -> Result<(Track, Tally)> {
    let ahead = canceller::AHEAD as i64 - (leak.lag_ms * f64::from(SAMPLE_RATE) / 1000.0).round() as i64;
    let (mut canceller, mut suppressor) = (Canceller::new(), Suppressor::new());
    let mut out = Track::default();
    let mut pass = |from: usize, to: usize, out: &mut Track| {
        let (mut heard, mut known, mut explained, mut ready) = (vec![], vec![], vec![0.0; BLOCK], vec![]);
        let mut before = Suppressor::BEFORE;
        for at in (from..to).step_by(BLOCK) {
            if at % (64 * BLOCK) == 0 {
                stop.check()?;
            }
            read_at(target, at as i64, &mut heard);
            read_at(source, at as i64 + ahead, &mut known);
            canceller.take(&known, &heard, &mut explained);
            for (heard, explained) in heard.iter_mut().zip(&explained) {
                *heard -= explained;
            }
            suppressor.take(&heard, &explained, &mut ready);
            let skipped = before.min(ready.len());
            before -= skipped;
            out.push(&ready[skipped..]);
            ready.clear();
        }
        canceller.rewind();
        Ok(suppressor.rewind())
    };
    let from = first_at / BLOCK * BLOCK;
    pass(from, (from + LEARN_SAMPLES).min(target.len()), &mut Track::default())?;
    let tally = pass(0, target.len() + Suppressor::AFTER + BLOCK, &mut out)?;
    out.truncate(target.len());
    Ok((out, tally))
}

/// A block of the track from this sample on; silence where there is no track.
fn read_at(track: &Track, at: i64, block: &mut Vec<f32>) {
    block.clear();
    block.resize((-at).clamp(0, BLOCK as i64) as usize, 0.0);
    track.read_samples(at.max(0) as usize, BLOCK - block.len(), block);
    block.resize(BLOCK, 0.0);
}
