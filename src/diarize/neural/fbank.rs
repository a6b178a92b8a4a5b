//! Logarithms of the power in bands of the mel scale, as networks for voices want them.
//!
//! The recipe is that of Kaldi's `compute-fbank-feats` with the settings WeSpeaker trains with: 80 bands from 20 Hz to
//! 8 kHz, frames of 25 ms every 10 ms, a Hamming window, no dither, samples in the range of 16 bits, and the mean of each
//! band over the utterance taken off.

use realfft::RealFftPlanner;

use crate::call::audio::SAMPLE_RATE;

/// Bands of a frame.
pub const BANDS: usize = 80;
/// Samples under one frame: 25 ms.
const FRAME_SAMPLES: usize = 400;
/// Samples from one frame to the next: 10 ms.
const STEP_SAMPLES: usize = 160;
/// Points of the transform: the next power of two above the frame.
const FFT_POINTS: usize = 512;
/// Edges of the lowest and the highest band.
const HZ_MIN: f32 = 20.0;
const HZ_MAX: f32 = 8000.0;
/// Weight of the sample before in the pre-emphasis.
const PRE_EMPHASIS: f32 = 0.97;
/// What a sample of full scale counts.
const FULL_SCALE: f32 = 32_768.0;

/// The bands of samples (-1 to 1, 16 kHz), frame after frame, [`BANDS`] each; nothing where there is not one whole frame.
#[must_use]
pub fn fbank(samples: &[f32]) -> Vec<f32> {
    let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FFT_POINTS);
    let (mut input, mut spectrum) = (fft.make_input_vec(), fft.make_output_vec());
    let window: Vec<f32> = (0..FRAME_SAMPLES)
        .map(|at| 0.54 - 0.46 * (std::f32::consts::TAU * at as f32 / (FRAME_SAMPLES - 1) as f32).cos())
        .collect();
    let filters = filters();
    let frames = (samples.len() + STEP_SAMPLES).saturating_sub(FRAME_SAMPLES) / STEP_SAMPLES;
    let mut bands = Vec::with_capacity(frames * BANDS);
    for frame in 0..frames {
        let here = &samples[frame * STEP_SAMPLES..][..FRAME_SAMPLES];
        let mean = here.iter().sum::<f32>() / FRAME_SAMPLES as f32;
        let centred = |at: usize| (here[at] - mean) * FULL_SCALE;
        input.fill(0.0);
        for at in 0..FRAME_SAMPLES {
            // Kaldi takes the first sample for its own predecessor.
            input[at] = (centred(at) - PRE_EMPHASIS * centred(at.saturating_sub(1))) * window[at];
        }
        fft.process(&mut input, &mut spectrum).expect("the buffers were made by this transform");
        for filter in &filters {
            let power = filter.weights.iter().zip(&spectrum[filter.first..]);
            let power: f32 = power.map(|(weight, bin)| weight * bin.norm_sqr()).sum();
            bands.push(power.max(f32::EPSILON).ln());
        }
    }
    for band in 0..BANDS.min(bands.len()) {
        let mean = bands.iter().skip(band).step_by(BANDS).sum::<f32>() / frames as f32;
        bands.iter_mut().skip(band).step_by(BANDS).for_each(|value| *value -= mean);
    }
    bands
}

/// A triangle on the mel scale over neighbouring bins of the spectrum.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

fn filters() -> Vec<Filter> {
    let mel = |hz: f32| 1127.0 * (1.0 + hz / 700.0).ln();
    let (low, high) = (mel(HZ_MIN), mel(HZ_MAX));
    let step = (high - low) / (BANDS + 1) as f32;
    (0..BANDS)
        .map(|band| {
            let left = low + band as f32 * step;
            let (middle, right) = (left + step, left + 2.0 * step);
            let weight = |bin: usize| {
                let at = mel(bin as f32 * SAMPLE_RATE as f32 / FFT_POINTS as f32);
                if at <= middle { (at - left) / step } else { (right - at) / step }
            };
            // The highest bin, at half the sampling rate, is in no band.
            let inside: Vec<usize> = (0..FFT_POINTS / 2).filter(|&bin| weight(bin) > 0.0).collect();
            Filter { first: inside.first().copied().unwrap_or(0), weights: inside.into_iter().map(weight).collect() }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_those_of_an_independent_implementation() {
        // kaldi-native-fbank 1.22 on the same sound: a rising tone and a steady one.
        let sound = |at: usize| {
            let time = at as f64;
            let turn = std::f64::consts::TAU * time / 16_000.0;
            (0.3 * (turn * (200.0 + time / 20.0)).sin() + 0.1 * (turn * 3100.0).sin()) as f32
        };
        let bands = fbank(&(0..16_000).map(sound).collect::<Vec<_>>());
        assert_eq!(bands.len(), 98 * BANDS);
        let known = [
            (0, 0, 2.2984),
            (0, 10, 2.2350),
            (10, 25, -3.6256),
            (50, 40, -0.7457),
            (50, 60, 0.5162),
            (97, 79, -0.1594),
            (97, 5, -0.1901),
            (33, 55, 0.0135),
        ];
        for (frame, band, value) in known {
            let got = bands[frame * BANDS + band];
            assert!((got - value).abs() < 0.01, "frame {frame} band {band}: {got}, known {value}");
        }
    }

    #[test]
    fn too_little_sound_has_no_bands() {
        assert!(fbank(&[0.1; 399]).is_empty());
        assert_eq!(fbank(&[0.1; 400]).len(), BANDS);
    }
}
