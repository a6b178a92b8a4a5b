//! How an utterance sounds: the height of the voice and its loudness, measured on its speaker's own track.
//!
//! Pitch by YIN (de Cheveigné and Kawahara, "YIN, a fundamental frequency estimator for speech and music", Journal of
//! the Acoustical Society of America 111, 2002), on frames at half the sampling rate; the figure of an utterance is the
//! median of its voiced frames, so that octave errors of single frames do not count.

use crate::call::audio::{SAMPLE_RATE, Track};
use crate::call::mirroring::Prosody;
use crate::call::time::Span;

/// Samples a second that pitch is looked for at: voices lie far below its half.
const RATE: usize = SAMPLE_RATE as usize / 2;
/// Lowest and highest voice that is looked for, in Hz; speech of adults lies within.
const PITCH_HZ: (usize, usize) = (60, 400);
/// Samples of the window that is compared with its shifted self: two periods of the lowest voice.
const WINDOW: usize = 2 * RATE / PITCH_HZ.0;
/// Longest shift.
const LAG_MAX: usize = RATE / PITCH_HZ.0;
/// Samples between frames: 40 ms.
const HOP: usize = RATE / 25;
/// A frame is voiced where the normalised difference falls below this: the paper's own value lies between 0.1 and 0.15.
const THRESHOLD: f32 = 0.15;
/// With fewer voiced frames than 0.2 s an utterance has no pitch.
const VOICED_MIN: usize = 5;
/// Frames this far below the loudest are pauses, in dB.
const PAUSE_BELOW_DB: f32 = 30.0;
/// What digital silence counts as, in dB of full scale.
const FLOOR_DB: f32 = -96.0;

/// Measures one stretch of a track; `None` where it holds no sound.
#[must_use]
pub fn measure(track: &Track, span: Span) -> Option<Prosody> {
    let mut samples = Vec::new();
    track.read(span, &mut samples);
    let halved: Vec<f32> = samples.chunks_exact(2).map(|pair| f32::midpoint(pair[0], pair[1])).collect();
    let frames: Vec<&[f32]> = halved.windows(WINDOW + LAG_MAX).step_by(HOP).collect();
    let levels: Vec<f32> = frames.iter().map(|frame| level_db(frame)).collect();
    let loudest = levels.iter().copied().fold(FLOOR_DB, f32::max);
    if loudest <= FLOOR_DB {
        return None;
    }
    let is_heard = |level: f32| level > loudest - PAUSE_BELOW_DB;
    let heard: Vec<f32> = levels.iter().copied().filter(|level| is_heard(*level)).collect();
    let mut pitches: Vec<f32> = frames
        .iter()
        .zip(&levels)
        .filter(|(_, level)| is_heard(**level))
        .filter_map(|(frame, _)| pitch_hz(frame))
        .collect();
    pitches.sort_by(f32::total_cmp);
    Some(Prosody {
        pitch_hz: (pitches.len() >= VOICED_MIN).then(|| pitches[pitches.len() / 2]),
        loudness_db: heard.iter().sum::<f32>() / heard.len() as f32,
    })
}

fn level_db(frame: &[f32]) -> f32 {
    let power = frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len() as f32;
    if power > 0.0 { (10.0 * power.log10()).max(FLOOR_DB) } else { FLOOR_DB }
}

/// Steps 2 to 5 of the paper on one frame of `WINDOW + LAG_MAX` samples; `None` where it is not voiced.
fn pitch_hz(frame: &[f32]) -> Option<f32> {
    let lag_min = RATE / PITCH_HZ.1;
    let difference = |lag: usize| -> f32 {
        let shifted = &frame[lag..lag + WINDOW];
        frame[..WINDOW].iter().zip(shifted).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    let mut sum = 0.0;
    let mut normalised = vec![1.0_f32];
    for lag in 1..=LAG_MAX {
        let here = difference(lag);
        sum += here;
        normalised.push(if sum > 0.0 { here * lag as f32 / sum } else { 1.0 });
    }
    let mut lag = (lag_min..=LAG_MAX).find(|lag| normalised[*lag] < THRESHOLD)?;
    while lag < LAG_MAX && normalised[lag + 1] < normalised[lag] {
        lag += 1;
    }
    // A parabola through the minimum and its neighbours.
    let shift = match normalised.get(lag + 1) {
        Some(&after) => {
            let (before, here) = (normalised[lag - 1], normalised[lag]);
            let bend = before - 2.0 * here + after;
            if bend > 0.0 { 0.5 * (before - after) / bend } else { 0.0 }
        }
        None => 0.0,
    };
    Some(RATE as f32 / (lag as f32 + shift))
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;

    /// A second of a voice-like tone: a base frequency with weaker harmonics.
    fn voice(hz: f32, amplitude: f32) -> Vec<f32> {
        let at = |i: usize, harmonic: f32| (TAU * hz * harmonic * i as f32 / SAMPLE_RATE as f32).sin() / harmonic;
        (0..SAMPLE_RATE as usize).map(|i| amplitude * (at(i, 1.0) + at(i, 2.0) + at(i, 3.0)) / 2.0).collect()
    }

    fn measured(samples: &[f32]) -> Option<Prosody> {
        measure(&Track::from_samples(samples), Span::from_ms(0, 1000))
    }

    #[test]
    fn the_pitch_of_tones_is_right_within_one_percent() {
        for hz in [70.0, 98.0, 110.0, 147.0, 220.0, 261.6, 330.0, 390.0] {
            let pitch = measured(&voice(hz, 0.5)).unwrap().pitch_hz.unwrap();
            assert!((pitch / hz - 1.0).abs() < 0.01, "{hz} was heard as {pitch}");
        }
    }

    #[test]
    fn noise_has_loudness_but_no_pitch() {
        let mut seed = 1_u32;
        let noise: Vec<f32> = (0..SAMPLE_RATE)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / (1 << 24) as f32 - 0.5
            })
            .collect();
        let found = measured(&noise).unwrap();
        assert_eq!(found.pitch_hz, None);
        // Uniform noise of -0.5 to 0.5, averaged in pairs: power 1/24.
        assert!((found.loudness_db - 10.0 * (1.0_f32 / 24.0).log10()).abs() < 0.5, "{}", found.loudness_db);
    }

    #[test]
    fn half_the_amplitude_is_six_decibels_less() {
        let loudness = |amplitude: f32| measured(&voice(150.0, amplitude)).unwrap().loudness_db;
        assert!((loudness(0.5) - loudness(0.25) - 6.02).abs() < 0.05);
    }

    #[test]
    fn pauses_do_not_make_a_voice_softer() {
        let mut half = voice(150.0, 0.5);
        half[8_000..].fill(0.0);
        let (whole, half) = (measured(&voice(150.0, 0.5)).unwrap(), measured(&half).unwrap());
        assert!((whole.loudness_db - half.loudness_db).abs() < 1.0, "{whole:?} {half:?}");
        assert!((whole.pitch_hz.unwrap() - half.pitch_hz.unwrap()).abs() < 1.0);
    }

    #[test]
    fn silence_and_stretches_past_the_end_have_nothing() {
        assert_eq!(measured(&vec![0.0; SAMPLE_RATE as usize]), None);
        assert_eq!(measure(&Track::from_samples(&voice(150.0, 0.5)), Span::from_ms(5_000, 6_000)), None);
        assert_eq!(measure(&Track::from_samples(&voice(150.0, 0.5)), Span::from_ms(0, 10)), None);
    }
}
