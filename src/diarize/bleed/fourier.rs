//! Fourier transforms of real signals of one length, with their scratch space.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// A spectrum of a real signal: bins from 0 Hz to half the sampling rate.
pub(super) type Spectrum = Vec<Complex32>;

/// Transforms of one length, there and back.
pub(super) struct Fourier {
    forward: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn ComplexToReal<f32>>,
    scratch: Spectrum,
}

impl Fourier {
    /// For signals of `size` samples, an even number.
    pub(super) fn new(size: usize) -> Self {
        let mut planner = RealFftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let scratch = vec![Complex32::default(); forward.get_scratch_len().max(back.get_scratch_len())];
        Self { forward, back, scratch }
    }

    /// Bins of a spectrum.
    pub(super) fn bins(&self) -> usize {
        self.forward.len() / 2 + 1
    }

    /// An empty spectrum.
    pub(super) fn spectrum(&self) -> Spectrum {
        vec![Complex32::default(); self.bins()]
    }

    /// The spectrum of `signal`, whose content is lost.
    pub(super) fn there(&mut self, signal: &mut [f32], spectrum: &mut [Complex32]) {
        // Refused only for wrong lengths, and all buffers are made by this type's owner at its length.
        let _right_lengths = self.forward.process_with_scratch(signal, spectrum, &mut self.scratch);
    }

    /// The signal of `spectrum`, whose content is lost; divided by the length, so that there and back is nothing.
    pub(super) fn back(&mut self, spectrum: &mut [Complex32], signal: &mut [f32]) {
        if let Some(first) = spectrum.first_mut() {
            first.im = 0.0;
        }
        if let Some(last) = spectrum.last_mut() {
            last.im = 0.0;
        }
        let _right_lengths = self.back.process_with_scratch(spectrum, signal, &mut self.scratch);
        let scale = 1.0 / signal.len() as f32;
        for sample in signal {
            *sample *= scale;
        }
    }
}
