//! The default detector: earshot's small net, with every track brought to the level it hears best.

use earshot::Detector;

use crate::call::audio::Track;
use crate::transcribe::speech::{FRAME_SAMPLES, SpeechDetector};

/// Root mean square, of 32,767, that the loud frames of every track are brought to: -35 dB below full scale.
///
/// The net's scores depend on the level. Of 300, 600, 1,000, 1,500 and 2,300, tried on five minutes of annotated
/// meetings and broadcast, this had the fewest errors: raised further, murmurs far from the microphone become speech.
const WANTED_LOUD_RMS: f64 = 600.0;

/// Share of frames that count as the loud ones when a track's level is measured: one side of a call speaks at
/// least a twentieth of the time.
const LOUD_SHARE: f64 = 0.05;

/// Most a track is raised, 40 dB: a 16-bit recording as quiet as that holds little but the steps of its converter.
const GAIN_MAX: f64 = 100.0;

/// Frames whose root mean square is below this, of 32,767, hold no sound: three steps of a 16-bit converter.
const SILENT_RMS: f64 = 3.0;

/// Speech detection by the earshot net.
#[derive(Debug, Clone, Copy, Default)]
pub struct Earshot;

impl SpeechDetector for Earshot {
    fn scores(&self, track: &Track) -> Vec<f32> {
        let gain = gain_for(track);
        let mut detector = Detector::default();
        let mut scores = Vec::with_capacity(track.len() / FRAME_SAMPLES + 1);
        for_frames(track, |frame| {
            let silent = rms(frame) < SILENT_RMS;
            // `as` saturates: what is raised beyond full scale is clipped.
            let raised = frame.map(|sample| (f64::from(sample) * gain).round() as i16);
            let score = detector.predict_i16(&raised);
            scores.push(if silent || !score.is_finite() { 0.0 } else { score.clamp(0.0, 1.0) });
        });
        scores
    }
}

/// Calls `tell` with every frame of the track; the last is filled up with silence.
pub(super) fn for_frames(track: &Track, mut tell: impl FnMut(&[i16; FRAME_SAMPLES])) {
    let mut frame = [0_i16; FRAME_SAMPLES];
    let mut filled = 0;
    for &sample in track.blocks().flatten() {
        frame[filled] = sample;
        filled += 1;
        if filled == FRAME_SAMPLES {
            tell(&frame);
            filled = 0;
        }
    }
    if filled > 0 {
        frame[filled..].fill(0);
        tell(&frame);
    }
}

/// Root mean square of a frame around its mean, so that a constant offset counts as silence.
pub(super) fn rms(frame: &[i16; FRAME_SAMPLES]) -> f64 {
    let mean = frame.iter().map(|&sample| f64::from(sample)).sum::<f64>() / FRAME_SAMPLES as f64;
    let sum: f64 = frame.iter().map(|&sample| (f64::from(sample) - mean).powi(2)).sum();
    (sum / FRAME_SAMPLES as f64).sqrt()
}

/// What a track's samples are multiplied by.
fn gain_for(track: &Track) -> f64 {
    let mut levels = Vec::with_capacity(track.len() / FRAME_SAMPLES + 1);
    for_frames(track, |frame| levels.push(rms(frame)));
    if levels.is_empty() {
        return 1.0;
    }
    let at = ((levels.len() as f64 * (1.0 - LOUD_SHARE)) as usize).min(levels.len() - 1);
    let (_, loud, _) = levels.select_nth_unstable_by(at, f64::total_cmp);
    (WANTED_LOUD_RMS / loud.max(1.0)).min(GAIN_MAX)
}
