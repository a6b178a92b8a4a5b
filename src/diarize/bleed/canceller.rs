//! Takes from a track what another track explains of it.
//!
//! A partitioned-block Kalman filter in the frequency domain (Enzner and Vary, "Frequency-domain adaptive Kalman filter for
//! acoustic echo control in hands-free telephones", Signal Processing 86, 2006; Kuech, Mabande and Enzner, ICASSP 2014): it
//! learns the way from a loudspeaker to a microphone, follows it when it changes, and needs nobody to tell it when both
//! sides speak, because it learns only as far as the rest of the sound is quiet.

use realfft::num_complex::Complex32;

use super::fourier::{Fourier, Spectrum};

/// Samples worked on at once: 32 ms.
pub(super) const BLOCK: usize = 512;
/// Blocks that the way from one track to the other may take beyond its lag: 160 ms of room.
const PARTS: usize = 5;
/// How far ahead of the lag the way begins: 4 ms, as the lag is that of the strongest arrival, not of the first.
pub(super) const AHEAD: usize = 64;
/// How much of the way stays from one block to the next: it changes by itself over some 15 s.
const STAYS: f32 = 0.999;
/// How the usual power of the source is followed, up and down: over 0.3 s, and over a minute, so that pauses leave it.
const USUAL_UP: f32 = 0.1;
const USUAL_DOWN: f32 = 0.0005;
/// Weight of what is already known of the other sound's spectrum.
const REST_STAYS: f32 = 0.8;
/// Power below which a bin holds nothing: rounding of 16-bit samples.
const POWER_MIN: f32 = 1e-7;
/// Doubt of a way of which nothing is known: the power of its response.
const DOUBT: f32 = 1.0;

/// The filter of one direction.
pub(super) struct Canceller {
    fourier: Fourier,
    /// Spectra of the source's last blocks, the newest first.
    source: Vec<Spectrum>,
    way: Vec<Spectrum>,
    doubt: Vec<Vec<f32>>,
    rest: Vec<f32>,
    /// Usual power of the source while it sounds.
    usual: Vec<f32>,
    last: Vec<f32>,
    constrained: usize,
    signal: Vec<f32>,
    sum: Spectrum,
    error: Spectrum,
}

impl Canceller {
    /// A filter that knows nothing.
    pub(super) fn new() -> Self {
        let fourier = Fourier::new(2 * BLOCK);
        let spectrum = fourier.spectrum();
        Self {
            source: vec![spectrum.clone(); PARTS],
            way: vec![spectrum.clone(); PARTS],
            doubt: vec![vec![DOUBT; fourier.bins()]; PARTS],
            rest: vec![POWER_MIN; fourier.bins()],
            usual: vec![POWER_MIN; fourier.bins()],
            last: vec![0.0; BLOCK],
            constrained: 0,
            signal: vec![0.0; 2 * BLOCK],
            sum: spectrum.clone(),
            error: spectrum,
            fourier,
        }
    }

    /// Forgets the sound, keeps the way: for another place in the call.
    pub(super) fn rewind(&mut self) {
        for part in &mut self.source {
            part.fill(Complex32::default());
        }
        self.last.fill(0.0);
    }

    /// Explains a block of the target by the source: what is explained goes to `explained`.
    pub(super) fn take(&mut self, source: &[f32], target: &[f32], explained: &mut [f32]) {
        self.remember(source);
        self.predict(explained);
        for (at, (target, explained)) in target.iter().zip(explained.iter()).enumerate() {
            self.signal[at] = 0.0;
            self.signal[BLOCK + at] = target - explained;
        }
        self.fourier.there(&mut self.signal, &mut self.error);
        self.learn();
        self.constrain();
        // What is known now explains more than what was known before this block.
        self.predict(explained);
    }

    fn remember(&mut self, source: &[f32]) {
        self.signal[..BLOCK].copy_from_slice(&self.last);
        self.signal[BLOCK..].copy_from_slice(source);
        self.last.copy_from_slice(source);
        self.source.rotate_right(1);
        self.fourier.there(&mut self.signal, &mut self.source[0]);
    }

    fn predict(&mut self, explained: &mut [f32]) {
        self.sum.fill(Complex32::default());
        for (source, way) in self.source.iter().zip(&self.way) {
            for ((sum, source), way) in self.sum.iter_mut().zip(source).zip(way) {
                *sum += source * way;
            }
        }
        self.fourier.back(&mut self.sum, &mut self.signal);
        explained.copy_from_slice(&self.signal[BLOCK..]);
    }

    /// One step of the Kalman filter, bin by bin.
    fn learn(&mut self) {
        for bin in 0..self.rest.len() {
            let error = self.error[bin];
            let rest = REST_STAYS * self.rest[bin] + (1.0 - REST_STAYS) * error.norm_sqr();
            self.rest[bin] = rest;
            let now = self.source[0][bin].norm_sqr();
            let step = if now > self.usual[bin] { USUAL_UP } else { USUAL_DOWN };
            self.usual[bin] += step * (now - self.usual[bin]);
            // A way is only heard to change while something comes along it.
            let change = (1.0 - STAYS * STAYS) * (now / self.usual[bin].max(POWER_MIN)).min(1.0);
            let mut doubted = 0.0;
            for (source, doubt) in self.source.iter().zip(&self.doubt) {
                doubted += source[bin].norm_sqr() * doubt[bin];
            }
            // Half of the transform is the block: half of the error's power is seen, twice the rest's weighs.
            let scale = 1.0 / (doubted + 2.0 * rest + POWER_MIN);
            for ((source, way), doubt) in self.source.iter().zip(&mut self.way).zip(&mut self.doubt) {
                let gain = source[bin].conj() * (doubt[bin] * scale);
                way[bin] += gain * error;
                let kept = 1.0 - 0.5 * source[bin].norm_sqr() * doubt[bin] * scale;
                doubt[bin] = (1.0 - change) * kept * doubt[bin] + change * way[bin].norm_sqr();
            }
        }
    }

    /// Cuts one part of the way, a different one each time, to the length of a block.
    fn constrain(&mut self) {
        let part = &mut self.way[self.constrained];
        self.fourier.back(part, &mut self.signal);
        self.signal[BLOCK..].fill(0.0);
        self.fourier.there(&mut self.signal, part);
        self.constrained = (self.constrained + 1) % PARTS;
    }
}
