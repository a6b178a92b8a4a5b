//! How high a voice is, frame by frame: the autocorrelation of a frame over that of its window (Boersma 1993).

use std::sync::Arc;

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::cepstra::STEP_SAMPLES;
use super::material::Stretch;
use crate::call::audio::{SAMPLE_RATE, Track};

/// Steps of the scale on which pitch is counted.
pub(super) const PITCHES: usize = 16;
/// Lowest and highest pitch looked for.
const HZ_MIN: f32 = 70.0;
const HZ_MAX: f32 = 400.0;
/// Samples under one frame: 40 ms, nearly three periods of the lowest pitch.
const FRAME_SAMPLES: usize = 640;
/// Points of the transform: enough that the longest lag does not wrap around.
const FFT_POINTS: usize = 1024;
/// Autocorrelation, of 1, from which a frame has a pitch at all.
const VOICED_MIN: f32 = 0.6;
/// What an octave lower must correlate better to be preferred: frames repeat at twice their period, too.
const OCTAVE_COST: f32 = 0.06;

/// Pitch is measured on every so many-th frame, which stands for the others.
const EVERY: usize = 2;

/// The pitch of each frame of the material.
#[derive(Debug)]
pub(super) struct Pitches {
    /// Place on the scale of [`PITCHES`] steps; `None` where a frame has none.
    places: Vec<Option<f32>>,
    /// How often each pitch is heard in the call; sums to 1 and is nowhere 0.
    pub(super) shares: [f32; PITCHES],
}

impl Pitches {
    /// Measures the frames of these stretches.
    pub(super) fn of(track: &Track, stretches: &[Stretch]) -> Self {
        let meter = PitchMeter::new();
        let mut places = Vec::with_capacity(stretches.last().map_or(0, |stretch| stretch.to));
        let mut samples = Vec::new();
        for stretch in stretches {
            for frame in 0..stretch.to - stretch.from {
                let place = if frame % EVERY == 0 {
                    samples.clear();
                    track.read_samples((stretch.at + frame) * STEP_SAMPLES, FRAME_SAMPLES, &mut samples);
                    meter.pitch(&samples)
                } else {
                    places.last().copied().flatten()
                };
                places.push(place);
            }
        }
        Self::at(places)
    }

    /// Pitches that are known, frame by frame, as places on the scale.
    pub(super) fn at(places: Vec<Option<f32>>) -> Self {
        let mut pitches = Self { places, shares: [1.0; PITCHES] };
        let mut sums = [1.0; PITCHES];
        for frame in 0..pitches.places.len() {
            pitches.add(&mut sums, frame, 1.0);
        }
        let all: f32 = sums.iter().sum();
        pitches.shares = sums.map(|sum| sum / all);
        pitches
    }

    /// Counts the pitch of a frame, parted between the two steps it lies between.
    pub(super) fn add(&self, counts: &mut [f32; PITCHES], frame: usize, weight: f32) {
        if let Some((low, high)) = self.steps(frame) {
            counts[low.0] += weight * low.1;
            counts[high.0] += weight * high.1;
        }
    }

    /// The two steps a frame's pitch lies between, with its nearness to each.
    pub(super) fn steps(&self, frame: usize) -> Option<((usize, f32), (usize, f32))> {
        let place = self.places[frame]?;
        let low = place as usize;
        Some(((low, 1.0 - place.fract()), (low + 1, place.fract())))
    }
}

/// Measures pitch.
pub(super) struct PitchMeter {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    window_echo: Vec<f32>,
}

impl PitchMeter {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let window: Vec<f32> = (0..FRAME_SAMPLES)
            .map(|at| 0.5 - 0.5 * (std::f32::consts::TAU * (at as f32 + 0.5) / FRAME_SAMPLES as f32).cos())
            .collect();
        let mut meter = Self {
            forward: planner.plan_fft_forward(FFT_POINTS),
            inverse: planner.plan_fft_inverse(FFT_POINTS),
            window,
            window_echo: vec![1.0; FFT_POINTS],
        };
        meter.window_echo = meter.echo(&vec![1.0; FRAME_SAMPLES]);
        meter
    }

    /// Autocorrelation of the windowed samples.
    fn echo(&self, samples: &[f32]) -> Vec<f32> {
        let (mut input, mut spectrum) = (self.forward.make_input_vec(), self.forward.make_output_vec());
        let mean = if samples.iter().all(|sample| *sample == 1.0) {
            0.0
        } else {
            samples.iter().sum::<f32>() / samples.len() as f32
        };
        for ((place, sample), window) in input.iter_mut().zip(samples).zip(&self.window) {
            *place = (sample - mean) * window;
        }
        self.forward.process(&mut input, &mut spectrum).expect("the buffers were made by this transform");
        for bin in &mut spectrum {
            *bin = (bin.norm_sqr()).into();
        }
        let mut echo = self.inverse.make_output_vec();
        self.inverse.process(&mut spectrum, &mut echo).expect("the buffers were made by this transform");
        echo
    }

    /// Place of the pitch of frame `frame` of the track on the scale.
    pub(super) fn measure(&self, track: &Track, frame: usize) -> Option<f32> {
        let mut samples = Vec::with_capacity(FRAME_SAMPLES);
        track.read_samples(frame * STEP_SAMPLES, FRAME_SAMPLES, &mut samples);
        self.pitch(&samples)
    }

    /// Place of the frame's pitch on the scale of [`PITCHES`] steps; `None` where it has none.
    fn pitch(&self, samples: &[f32]) -> Option<f32> {
        let echo = self.echo(samples);
        if echo[0] <= 1e-6 {
            return None;
        }
        let likeness = |lag: usize| echo[lag] * self.window_echo[0] / (echo[0] * self.window_echo[lag]);
        let (first, last) = ((SAMPLE_RATE as f32 / HZ_MAX) as usize, (SAMPLE_RATE as f32 / HZ_MIN) as usize);
        let mut best = (VOICED_MIN, None);
        for lag in first..=last {
            let here = likeness(lag);
            if here < VOICED_MIN || here < likeness(lag - 1) || here < likeness(lag + 1) {
                continue;
            }
            let value = here - OCTAVE_COST * (lag as f32 / first as f32).log2();
            if best.1.is_none() || value > best.0 {
                best = (value, Some(lag));
            }
        }
        let lag = best.1? as f32;
        let octaves = (HZ_MAX / HZ_MIN).log2();
        let place = (SAMPLE_RATE as f32 / lag / HZ_MIN).log2() / octaves * (PITCHES - 1) as f32;
        Some(place.clamp(0.0, (PITCHES - 1) as f32 - 1e-3))
    }
}
