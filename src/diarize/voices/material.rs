//! The frames of a call in which somebody speaks, with what the steps after this need to know of each.

use super::cepstra::{CEPSTRA, Cepstra};
use super::mixture::{Mixture, Sounds};
use super::pitch::Pitches;
use super::stats::Stats;
use crate::call::audio::Track;
use crate::call::time::Span;

/// Milliseconds from one frame to the next.
pub(super) const FRAME_MS: u64 = 10;
/// Frames are 25 ms long and named by their start; what they hear lies 7 ms, about half the rest, further on.
const FRAME_LAG_MS: u64 = 7;

/// Place between the call's background (0) and its loud speech (1), in decibels, above which a frame is speech. Speech
/// detectors pad what they find; talk figures should not count the padding.
const LOUD_ENOUGH: f32 = 0.35;
/// Pauses up to this many frames stay inside a stretch: the closure of a stop consonant, a catch of breath.
const PAUSE_FRAMES_MAX: usize = 25;
/// A shorter burst than this many frames is a click.
const BURST_FRAMES_MIN: usize = 8;
/// Frames kept before and after what is loud: soft onsets and fading ends.
const KEPT_BEFORE: usize = 3;
const KEPT_AFTER: usize = 6;

/// Frames in a row, without a pause, as indices into the [`Material`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// First frame in the track.
    pub(super) at: usize,
    /// First frame in the material.
    pub(super) from: usize,
    /// One past the last frame in the material.
    pub(super) to: usize,
}

/// Frames without an order: their shapes, and their pitches as places on the scale.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Frames {
    pub(super) shapes: Vec<[f32; CEPSTRA]>,
    pub(super) pitches: Vec<Option<f32>>,
}

/// The speech of a call.
#[derive(Debug)]
pub(super) struct Material {
    pub(super) shapes: Vec<[f32; CEPSTRA]>,
    pub(super) sounds: Vec<Sounds>,
    pub(super) pitches: Pitches,
    pub(super) stretches: Vec<Stretch>,
    pub(super) mixture: Mixture,
}

impl Material {
    /// Gathers what is said within `speech`; `None` where that is too little to learn anything from.
    pub(super) fn gather(track: &Track, speech: &[Span]) -> Option<Self> {
        let cepstra = Cepstra::of(track);
        let mut shapes = Vec::new();
        let mut stretches = Vec::new();
        for (first, last) in spoken(&cepstra.loudness_db, speech) {
            let from = shapes.len();
            shapes.extend_from_slice(&cepstra.shapes[first..last]);
            stretches.push(Stretch { at: first, from, to: shapes.len() });
        }
        let mixture = Mixture::learn(&shapes)?;
        let sounds = shapes.iter().map(|shape| mixture.sounds_of(shape)).collect();
        let pitches = Pitches::of(track, &stretches);
        Some(Self { shapes, sounds, pitches, stretches, mixture })
    }

    /// Heaps of frames that are known already, a stretch each; `None` where they are too few to learn anything from.
    pub(super) fn of_heaps(heaps: &[Frames]) -> Option<Self> {
        let (mut shapes, mut places, mut stretches) = (Vec::new(), Vec::new(), Vec::new());
        for heap in heaps {
            let from = shapes.len();
            shapes.extend_from_slice(&heap.shapes);
            places.extend_from_slice(&heap.pitches);
            stretches.push(Stretch { at: 0, from, to: shapes.len() });
        }
        let mixture = Mixture::learn(&shapes)?;
        let sounds = shapes.iter().map(|shape| mixture.sounds_of(shape)).collect();
        Some(Self { shapes, sounds, pitches: Pitches::at(places), stretches, mixture })
    }

    /// Seconds of speech.
    pub(super) fn seconds(&self) -> f32 {
        self.shapes.len() as f32 * FRAME_MS as f32 / 1000.0
    }

    /// Adds the frames from `from` to `to` with this weight.
    pub(super) fn add(&self, stats: &mut Stats, from: usize, to: usize, weight: f32) {
        for frame in from..to {
            stats.add_frame(&self.mixture, &self.shapes[frame], &self.sounds[frame], weight);
            self.pitches.add(&mut stats.pitches, frame, weight);
        }
    }

    /// What the frames from `from` to `to` sum up to.
    pub(super) fn stats(&self, from: usize, to: usize) -> Stats {
        let mut stats = Stats::empty(self.mixture.len());
        self.add(&mut stats, from, to, 1.0);
        stats
    }
}

impl Stretch {
    /// When frames `from` to `to` of the material, which lie in this stretch, are heard.
    pub(super) fn span(self, from: usize, to: usize) -> Span {
        let ms = |frame: usize| (self.at + frame - self.from) as u64 * FRAME_MS + FRAME_LAG_MS;
        Span::from_ms(ms(from), ms(to))
    }
}

/// First frame and one past the last of each stretch of speech, without padding and longer pauses.
fn spoken(loudness_db: &[f32], speech: &[Span]) -> Vec<(usize, usize)> {
    let bounds = |span: &Span| {
        let frame = |ms: u64| ((ms / FRAME_MS) as usize).min(loudness_db.len());
        (frame(span.start().ms()), frame(span.end().ms()))
    };
    let mut inside: Vec<f32> = Vec::new();
    for span in speech {
        let (first, last) = bounds(span);
        inside.extend_from_slice(&loudness_db[first..last]);
    }
    let (Some(quiet), Some(loud)) = (quantile(loudness_db.to_vec(), 0.05), quantile(inside, 0.75)) else {
        return Vec::new();
    };
    let enough = quiet + LOUD_ENOUGH * (loud - quiet);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for span in speech {
        let (first, last) = bounds(span);
        let before = found.len();
        let mut at = first;
        while at < last {
            if loudness_db[at] < enough {
                at += 1;
                continue;
            }
            let end = end_of_burst(loudness_db, at, last, enough);
            if end - at >= BURST_FRAMES_MIN {
                let (from, to) = (at.saturating_sub(KEPT_BEFORE).max(first), (end + KEPT_AFTER).min(last));
                match found.last_mut() {
                    Some(open) if open.1 >= from => open.1 = to,
                    _ => found.push((from, to)),
                }
            }
            at = end;
        }
        if found.len() == before && first < last {
            // All of it is soft; the detector heard speech, so it stays.
            found.push((first, last));
        }
    }
    found
}

/// One past the last loud frame from `at` on, over pauses that are short enough.
fn end_of_burst(loudness_db: &[f32], at: usize, last: usize, enough: f32) -> usize {
    let mut end = at + 1;
    let mut next = at + 1;
    while next < last && next - end <= PAUSE_FRAMES_MAX {
        if loudness_db[next] >= enough {
            end = next + 1;
        }
        next += 1;
    }
    end
}

/// The value below which this share of `values` lies; `None` of nothing.
fn quantile(mut values: Vec<f32>, share: f64) -> Option<f32> {
    if values.is_empty() {
        return None;
    }
    let at = ((values.len() - 1) as f64 * share) as usize;
    Some(*values.select_nth_unstable_by(at, f32::total_cmp).1)
}
