//! The windows through which the network hears a call, and what it hears in each.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::powerset::{Frame, LOCALS};
use super::{Listener, WINDOW_SAMPLES};
use crate::call::audio::{SAMPLES_PER_MS, Track};
use crate::call::time::Span;
use crate::error::Result;
use crate::threads;

/// Samples from one frame of the network to the next (three poolings by 3 after a stride of 10).
pub(super) const FRAME_STEP_SAMPLES: usize = 270;
/// Samples that a frame sees; it tells of their middle.
const FRAME_SAMPLES: usize = 991;
/// Frames of one window.
pub const WINDOW_FRAMES: usize = (WINDOW_SAMPLES - FRAME_SAMPLES) / FRAME_STEP_SAMPLES + 1;
/// Frames from one window to the next, about 5 s: each moment is heard twice.
const STEP_FRAMES: usize = 300;
/// Windows that go through the network together: four take two thirds of the time of four alone, more bring no more.
const TOGETHER: usize = 4;

/// What the network hears in one window.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// Number of its first frame, counted from the start of the call.
    pub(super) first: usize,
    /// Its frames.
    pub(super) frames: Vec<Frame>,
}

impl Window {
    /// Frames, counted from the start of the call, in which only this local voice speaks, as ranges.
    pub(super) fn solo(&self, local: usize) -> Vec<(usize, usize)> {
        self.ranges(|frame| frame.solo() == Some(local))
    }

    /// Number of frames in which this local voice speaks.
    pub(super) fn active(&self, local: usize) -> usize {
        self.frames.iter().filter(|frame| frame.set[local]).count()
    }

    /// The frame with this number, counted from the start of the call, if the window has it.
    pub(super) fn frame(&self, number: usize) -> Option<&Frame> {
        self.frames.get(number.checked_sub(self.first)?)
    }

    fn ranges(&self, wanted: impl Fn(&Frame) -> bool) -> Vec<(usize, usize)> {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for (at, frame) in self.frames.iter().enumerate() {
            let number = self.first + at;
            match ranges.last_mut() {
                _ if !wanted(frame) => {}
                Some(last) if last.1 == number => last.1 += 1,
                _ => ranges.push((number, number + 1)),
            }
        }
        ranges
    }
}

/// Listens to all windows of the track that touch `speech`; in order.
///
/// # Errors
/// What the network says.
pub(super) fn listen(track: &Track, speech: &[Span], listener: &dyn Listener) -> Result<Vec<Window>> {
    let starts: Vec<usize> = starts(track.len()).into_iter().filter(|&first| touches(first, speech)).collect();
    let groups: Vec<&[usize]> = starts.chunks(TOGETHER).collect();
    let heard: Mutex<Vec<Option<Result<Vec<Window>>>>> = Mutex::new((0..groups.len()).map(|_| None).collect());
    let next = AtomicUsize::new(0);
    // Threads of their own: a network waits for its own pool, and a worker of ours that waits would begin another group.
    threads::several(rayon::current_num_threads().min(groups.len()), "voices", || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(group) = groups.get(at) else { break };
            let windows = listen_to(track, group, listener);
            heard.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(windows);
        }
    });
    let mut windows = Vec::with_capacity(starts.len());
    for group in heard.into_inner().unwrap_or_else(PoisonError::into_inner) {
        windows.extend(group.transpose()?.unwrap_or_default());
    }
    Ok(windows)
}

fn listen_to(track: &Track, group: &[usize], listener: &dyn Listener) -> Result<Vec<Window>> {
    let sounds: Vec<Vec<f32>> = group
        .iter()
        .map(|first| {
            let mut samples = Vec::with_capacity(WINDOW_SAMPLES);
            track.read_samples(first * FRAME_STEP_SAMPLES, WINDOW_SAMPLES, &mut samples);
            samples.resize(WINDOW_SAMPLES, 0.0);
            samples
        })
        .collect();
    let heard = listener.listen(&sounds)?;
    let windows = group.iter().zip(heard).map(|(&first, classes)| {
        let there = frames_within(track.len()).saturating_sub(first);
        Window { first, frames: classes.iter().take(there).map(Frame::read).collect() }
    });
    Ok(windows.collect())
}

/// First frames of the windows of a track of so many samples. The last window ends with the track, where that is longer
/// than one window.
fn starts(samples: usize) -> Vec<usize> {
    let last = samples.saturating_sub(WINDOW_SAMPLES).div_ceil(FRAME_STEP_SAMPLES);
    let mut starts: Vec<usize> = (0..last).step_by(STEP_FRAMES).collect();
    starts.push(last);
    starts
}

/// Frames whose middle lies in a track of so many samples.
pub(super) fn frames_within(samples: usize) -> usize {
    samples.saturating_sub(FRAME_SAMPLES / 2).div_ceil(FRAME_STEP_SAMPLES)
}

fn touches(first: usize, speech: &[Span]) -> bool {
    let start = (first * FRAME_STEP_SAMPLES) as u64 / SAMPLES_PER_MS;
    let window = Span::from_ms(start, start + WINDOW_SAMPLES as u64 / SAMPLES_PER_MS);
    speech.iter().any(|span| span.overlap(window).ms() > 0)
}

/// When frames `from` to `to`, counted from the start of the call, are heard.
pub(super) fn span_of(from: usize, to: usize) -> Span {
    let edge = |frame: usize| {
        let middle = frame * FRAME_STEP_SAMPLES + FRAME_SAMPLES / 2;
        (middle - FRAME_STEP_SAMPLES / 2) as u64 / SAMPLES_PER_MS
    };
    // What lies before the middle of the first frame is its own.
    Span::from_ms(if from == 0 { 0 } else { edge(from) }, edge(to))
}

/// All local voices, as numbers.
pub(super) fn locals() -> std::ops::Range<usize> {
    0..LOCALS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_cover_the_track_and_the_last_ends_with_it() {
        assert_eq!(WINDOW_FRAMES, 589);
        assert_eq!(starts(0), [0]);
        assert_eq!(starts(160_000), [0]);
        assert_eq!(starts(160_001), [0, 1]);
        assert_eq!(starts(480_000), [0, 300, 600, 900, 1186]);
    }

    #[test]
    fn frames_follow_each_other_without_gaps() {
        assert_eq!(span_of(0, 1).start().ms(), 0);
        assert_eq!(span_of(3, 5).end(), span_of(5, 9).start());
        // 495 samples to the middle of the first frame: 31 ms; half a step before that of frame 592.59: 10 s.
        assert_eq!(span_of(591, 592), Span::from_ms(9995, 10012));
        assert_eq!(frames_within(160_000), 591);
    }
}
