//! The scripted twin: whatever is loud is speech.

use crate::call::audio::Track;
use crate::transcribe::speech::earshot::{for_frames, rms};
use crate::transcribe::speech::{FRAME_SAMPLES, SpeechDetector};

/// Root mean square, of 32,767, from which a frame counts as speech: -40 dB below full scale.
const LOUD_RMS: f64 = 328.0;

/// Takes every loud frame for speech. For tests with synthetic sound; a slammed door is speech to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct LoudnessDetector;

impl SpeechDetector for LoudnessDetector {
    fn scores(&self, track: &Track) -> Vec<f32> {
        let mut scores = Vec::with_capacity(track.len() / FRAME_SAMPLES + 1);
        for_frames(track, |frame| scores.push(if rms(frame) >= LOUD_RMS { 1.0 } else { 0.0 }));
        scores
    }
}
