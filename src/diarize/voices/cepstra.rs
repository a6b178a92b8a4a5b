//! Mel-frequency cepstra: the shape of the spectrum every 10 ms, where voices differ most cheaply.
//!
//! The recipe is that of Davis and Mermelstein (1980) with the window, step and pre-emphasis of the HTK book; the first
//! coefficient, loudness, is kept apart since it tells the distance to the microphone and not the voice.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use crate::call::audio::{SAMPLE_RATE, Track};

/// Coefficients of one frame.
pub(super) const CEPSTRA: usize = 19;
/// Samples from one frame to the next: 10 ms.
pub(super) const STEP_SAMPLES: usize = 160;
/// Samples under one frame: 25 ms.
const FRAME_SAMPLES: usize = 400;
/// Points of the transform: the next power of two above the frame.
const FFT_POINTS: usize = 512;
/// Filters on the mel scale.
const FILTERS: usize = 26;
/// Lowest frequency looked at: below it lies the hum of rooms and lines.
const HZ_MIN: f32 = 120.0;
/// Highest frequency looked at.
const HZ_MAX: f32 = 7600.0;
/// Weight of the sample before in the pre-emphasis (HTK's default).
const PRE_EMPHASIS: f32 = 0.97;
/// Added to the power of each filter, of full scale 1: the noise of 16 bits, so that digital silence has a shape too.
const POWER_FLOOR: f32 = 1e-9;

/// The frames of a track.
#[derive(Debug, Clone, Default)]
pub(super) struct Cepstra {
    /// [`CEPSTRA`] values for each frame.
    pub(super) shapes: Vec<[f32; CEPSTRA]>,
    /// Power of each frame in decibels of full scale.
    pub(super) loudness_db: Vec<f32>,
}

impl Cepstra {
    /// Reads the whole track. Frame `i` is centred half a frame after sample `i` × [`STEP_SAMPLES`].
    pub(super) fn of(track: &Track) -> Self {
        let mut meter = ShapeMeter::new();
        let frames = (track.len() + STEP_SAMPLES).saturating_sub(FRAME_SAMPLES) / STEP_SAMPLES;
        let mut cepstra = Self { shapes: Vec::with_capacity(frames), loudness_db: Vec::with_capacity(frames) };
        for frame in 0..frames {
            let (shape, loudness) = meter.measure(track, frame);
            cepstra.shapes.push(shape);
            cepstra.loudness_db.push(loudness);
        }
        cepstra
    }
}

/// Measures frames one by one.
pub(super) struct ShapeMeter {
    fft: Arc<dyn RealToComplex<f32>>,
    input: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    window: Vec<f32>,
    filters: Vec<Filter>,
    cosines: Vec<[f32; FILTERS]>,
    samples: Vec<f32>,
}

impl ShapeMeter {
    pub(super) fn new() -> Self {
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(FFT_POINTS);
        Self {
            input: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            window: (0..FRAME_SAMPLES)
                .map(|at| 0.54 - 0.46 * (std::f32::consts::TAU * at as f32 / (FRAME_SAMPLES - 1) as f32).cos())
                .collect(),
            filters: filters(),
            cosines: cosines(),
            samples: Vec::new(),
        }
    }

    /// Shape of a frame of the track, and its power in decibels of full scale. Past the end there is silence.
    pub(super) fn measure(&mut self, track: &Track, frame: usize) -> ([f32; CEPSTRA], f32) {
        self.samples.clear();
        track.read_samples(frame * STEP_SAMPLES, FRAME_SAMPLES, &mut self.samples);
        self.samples.resize(FRAME_SAMPLES, 0.0);
        let mean = self.samples.iter().sum::<f32>() / FRAME_SAMPLES as f32;
        let mut before = self.samples[0] - mean;
        let mut power = 0.0;
        self.input.fill(0.0);
        for (at, sample) in self.samples.iter().enumerate() {
            let now = sample - mean;
            power += now * now;
            self.input[at] = (now - PRE_EMPHASIS * before) * self.window[at];
            before = now;
        }
        self.fft
            .process_with_scratch(&mut self.input, &mut self.spectrum, &mut self.scratch)
            .expect("the buffers were made by this transform");
        let bins: Vec<f32> = self.spectrum.iter().map(|bin| bin.norm_sqr() / FFT_POINTS as f32).collect();
        let mut logs = [0.0_f32; FILTERS];
        for (log, filter) in logs.iter_mut().zip(&self.filters) {
            let sum: f32 = filter.weights.iter().zip(&bins[filter.first..]).map(|(weight, bin)| weight * bin).sum();
            *log = (sum + POWER_FLOOR).ln();
        }
        let mut shape = [0.0_f32; CEPSTRA];
        for (value, row) in shape.iter_mut().zip(&self.cosines) {
            *value = row.iter().zip(&logs).map(|(cosine, log)| cosine * log).sum();
        }
        (shape, 10.0 * (power / FRAME_SAMPLES as f32 + 1e-10).log10())
    }
}

/// A triangle over neighbouring bins of the spectrum.
struct Filter {
    first: usize,
    weights: Vec<f32>,
}

fn filters() -> Vec<Filter> {
    let mel = |hz: f32| 1127.0 * (1.0 + hz / 700.0).ln();
    let hz = |mel: f32| 700.0 * ((mel / 1127.0).exp() - 1.0);
    let (low, high) = (mel(HZ_MIN), mel(HZ_MAX));
    let corner =
        |at: usize| hz(low + (high - low) * at as f32 / (FILTERS + 1) as f32) * FFT_POINTS as f32 / SAMPLE_RATE as f32;
    (0..FILTERS)
        .map(|filter| {
            let (left, middle, right) = (corner(filter), corner(filter + 1), corner(filter + 2));
            let first = left.ceil() as usize;
            let last = right.floor() as usize;
            let weights = (first..=last)
                .map(|bin| {
                    let bin = bin as f32;
                    if bin <= middle { (bin - left) / (middle - left) } else { (right - bin) / (right - middle) }
                })
                .collect();
            Filter { first, weights }
        })
        .collect()
}

/// Rows of the cosine transform, without that of the mean.
fn cosines() -> Vec<[f32; FILTERS]> {
    (1..=CEPSTRA)
        .map(|order| {
            let mut row = [0.0_f32; FILTERS];
            for (at, value) in row.iter_mut().enumerate() {
                let angle = std::f32::consts::PI * order as f32 * (at as f32 + 0.5) / FILTERS as f32;
                *value = angle.cos() * (2.0 / FILTERS as f32).sqrt();
            }
            row
        })
        .collect()
}
