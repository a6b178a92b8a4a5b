//! The local voices of all windows, and how far those of neighbouring windows are the same by where they speak.

use super::windows::{FRAME_STEP_SAMPLES, Window, locals, span_of};
use crate::call::audio::SAMPLE_RATE;
use crate::diarize::voices::likeness::{Frames, Likeness};

/// Evidence, in natural logarithms a second, that two local voices of windows that overlap are one where both speak: as
/// much as what a second of speech brings between two people by its sound (4.8 to 14, see `diarize::voices`).
const TOGETHER_A_SECOND: f32 = 10.0;
/// The same that they are two where only one of them speaks; half, since each such moment counts for two pairs.
const APART_A_SECOND: f32 = 5.0;

/// Share of the evidence of sound that counts beside that of place. The statistics take a call's frames for independent and
/// are far too sure (0.99 where a third is wrong): at 1 and 0.3 they overrule what two windows hear alike. Set
/// to 1, 0.3 and 0.1, `cargo bench --bench der` printed 24, 16 and 3 % confused for nine pieces of meetings, by which it was
/// chosen.
pub(super) const SOUND_SHARE: f32 = 0.1;

/// A voice in one window.
pub(super) struct Local {
    /// Number of its window.
    pub(super) window: usize,
    /// Which of the window's voices it is.
    pub(super) number: usize,
    /// Where it speaks alone, as frames of the speech.
    pub(super) frames: Frames,
    /// The same as frames of the network.
    pub(super) solo: Vec<(usize, usize)>,
    /// What a network says of it, if one was asked.
    pub(super) print: Option<Vec<f32>>,
}

impl Local {
    /// Seconds in which it speaks alone.
    pub(super) fn seconds(&self) -> f32 {
        seconds(self.solo.iter().map(|(from, to)| to - from).sum())
    }
}

/// Seconds of so many frames.
pub(super) fn seconds(frames: usize) -> f32 {
    (frames * FRAME_STEP_SAMPLES) as f32 / SAMPLE_RATE as f32
}

/// Every local voice that speaks at all, in order of windows.
pub(super) fn gather(windows: &[Window], likeness: &Likeness) -> Vec<Local> {
    let mut found = Vec::new();
    for (at, window) in windows.iter().enumerate() {
        for number in locals().filter(|&number| window.active(number) > 0) {
            let solo = window.solo(number);
            let spans: Vec<_> = solo.iter().map(|&(from, to)| span_of(from, to)).collect();
            found.push(Local { window: at, number, frames: likeness.frames(&spans), solo, print: None });
        }
    }
    found
}

/// Evidence that local voice `a` of one window and `b` of another are the same, from the moments both windows hear; `None`
/// for a voice that none of the other window's is.
pub(super) fn agreement(one: &Window, a: Option<usize>, other: &Window, b: Option<usize>) -> f32 {
    let (mut both, mut single) = (0, 0);
    let from = one.first.max(other.first);
    let to = (one.first + one.frames.len()).min(other.first + other.frames.len());
    for number in from..to {
        let (Some(here), Some(there)) = (one.frame(number), other.frame(number)) else { continue };
        match (a.is_some_and(|a| here.set[a]), b.is_some_and(|b| there.set[b])) {
            (true, true) => both += 1,
            (false, false) => {}
            _ => single += 1,
        }
    }
    TOGETHER_A_SECOND * seconds(both) - APART_A_SECOND * seconds(single)
}
