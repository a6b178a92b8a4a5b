//! One channel to 16 kHz, streaming.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _, WindowFunction};

use crate::call::audio::{SAMPLE_RATE, Track};

/// Frames at the lower of the two rates in one block of the filter: 64 ms at 16 kHz. Longer blocks give a steeper
/// filter; this one keeps 7.5 kHz and is 60 dB down at 8.5 kHz and beyond (tested below).
const BLOCK_FRAMES: u64 = 1024;

/// Brings one channel to [`SAMPLE_RATE`]. In total as long as the input, and not late: the filter's delay is cut off.
pub(super) struct Resampler {
    rate: u32,
    /// `None` if the rate is right already.
    filter: Option<Fft<f32>>,
    pending: Vec<f32>,
    output: Vec<f32>,
    /// Frames still to be left out at the start.
    late: usize,
    taken: u64,
    given: u64,
}

impl Resampler {
    /// A resampler from `rate` Hz; the error is a sentence.
    pub(super) fn new(rate: u32) -> Result<Self, String> {
        let filter = (rate != SAMPLE_RATE)
            .then(|| {
                let block = BLOCK_FRAMES * u64::from(rate.max(SAMPLE_RATE)) / u64::from(SAMPLE_RATE);
                let window = WindowFunction::BlackmanHarris2;
                Fft::new_custom(rate as usize, SAMPLE_RATE as usize, block as usize, 1, 1, window, FixedSync::Both)
            })
            .transpose()
            .map_err(|error| format!("cannot be resampled from {rate} Hz: {error}"))?;
        let late = filter.as_ref().map_or(0, Fft::output_delay);
        let output = vec![0.0; filter.as_ref().map_or(0, Fft::output_frames_max)];
        Ok(Self { rate, filter, pending: Vec::new(), output, late, taken: 0, given: 0 })
    }

    /// Takes samples and appends what is ready to `track`.
    pub(super) fn push(&mut self, samples: &[f32], track: &mut Track) -> Result<(), String> {
        self.taken += samples.len() as u64;
        if self.filter.is_none() {
            track.push(samples);
            return Ok(());
        }
        self.pending.extend_from_slice(samples);
        self.drain(track, u64::MAX)
    }

    /// Appends what is left. The track has then the length of all that was taken, to the nearest sample.
    pub(super) fn finish(mut self, track: &mut Track) -> Result<(), String> {
        let Some(filter) = &self.filter else { return Ok(()) };
        let rate = u64::from(self.rate);
        let goal = (self.taken * u64::from(SAMPLE_RATE) + rate / 2) / rate;
        let block = filter.input_frames_next();
        while self.given < goal {
            self.pending.resize(block, 0.0);
            self.drain(track, goal)?;
        }
        Ok(())
    }

    /// Works off all whole blocks; at most `goal` samples are given in total.
    fn drain(&mut self, track: &mut Track, goal: u64) -> Result<(), String> {
        let Some(filter) = &mut self.filter else { return Ok(()) };
        let mut from = 0;
        loop {
            let need = filter.input_frames_next();
            let Some(block) = self.pending.get(from..from + need) else { break };
            let failed = |error: &dyn std::fmt::Display| format!("resampling failed: {error}");
            let frames = self.output.len();
            let input = InterleavedSlice::new(block, 1, need).map_err(|error| failed(&error))?;
            let mut output = InterleavedSlice::new_mut(&mut self.output, 1, frames).map_err(|error| failed(&error))?;
            let (_, made) = filter.process_into_buffer(&input, &mut output, None).map_err(|error| failed(&error))?;
            from += need;
            let skip = self.late.min(made);
            self.late -= skip;
            let room = usize::try_from(goal - self.given).unwrap_or(usize::MAX);
            let ready = &self.output[skip..made.min(skip.saturating_add(room))];
            track.push(ready);
            self.given += ready.len() as u64;
        }
        self.pending.drain(..from);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn resampled(rate: u32, samples: &[f32]) -> Vec<f32> {
        let (mut resampler, mut track) = (Resampler::new(rate).expect("rate"), Track::default());
        for piece in samples.chunks(1151) {
            resampler.push(piece, &mut track).expect("push");
        }
        resampler.finish(&mut track).expect("finish");
        let mut out = Vec::new();
        track.read_samples(0, track.len(), &mut out);
        out
    }

    fn sine(rate: u32, hz: f64, secs: f64) -> Vec<f32> {
        (0..(secs * f64::from(rate)) as usize)
            .map(|i| (0.5 * (TAU * hz * i as f64 / f64::from(rate)).sin()) as f32)
            .collect()
    }

    /// Level against the sine's own, dB, leaving out the edges.
    fn level_db(out: &[f32]) -> f64 {
        let middle = &out[out.len() / 4..out.len() * 3 / 4];
        let power = middle.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / middle.len() as f64;
        10.0 * (power / 0.125).max(1e-12).log10()
    }

    #[test]
    fn the_band_is_kept_and_aliases_are_not() {
        for rate in [22_050, 32_000, 44_100, 48_000, 96_000, 192_000] {
            for hz in [100.0, 1000.0, 3000.0, 7000.0] {
                let level = level_db(&resampled(rate, &sine(rate, hz, 2.0)));
                assert!(level.abs() < 0.1, "{rate} {hz}: {level}");
            }
            for hz in [8500.0, 10_000.0] {
                let level = level_db(&resampled(rate, &sine(rate, hz, 2.0)));
                assert!(level < -60.0, "{rate} {hz}: {level}");
            }
        }
    }

    #[test]
    fn length_is_kept_to_the_sample() {
        for (rate, taken, given) in [
            (8000, 8001, 16_002),
            (44_100, 44_100, 16_000),
            (48_000, 7, 2),
            (11_025, 110_250, 160_000),
            (16_000, 99, 99),
        ] {
            assert_eq!(resampled(rate, &vec![0.1; taken]).len(), given, "{rate}");
        }
    }

    #[test]
    fn an_impulse_stays_where_it_is() {
        for rate in [8000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000] {
            let mut samples = vec![0.0; 2 * rate as usize];
            samples[rate as usize] = 1.0;
            let out = resampled(rate, &samples);
            let peak = (0..out.len()).max_by(|&a, &b| out[a].abs().total_cmp(&out[b].abs())).expect("samples");
            assert!(peak.abs_diff(16_000) <= 1, "{rate}: {peak}");
        }
    }
}
