//! A resampler whose ratio may be nudged while it runs, so that a device's clock is brought in step with ours.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Adjustable as _, Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use super::RECORDING_RATE;

/// Input samples worked on at once: 10 ms at 48 kHz, so that little waits in here.
const CHUNK_SAMPLES: usize = 480;

/// Length of the interpolation filter, samples. The pass band reaches 19 kHz at 48 kHz, far beyond speech.
const FILTER_SAMPLES: usize = 64;

/// Largest nudge there may be, as a share: what no working sound card exceeds.
pub(super) const NUDGE_MAX: f64 = 0.001;

/// Turns samples of one rate into samples of [`RECORDING_RATE`], a little more or fewer of them as asked.
pub(super) struct Stretch {
    inner: Async<f32>,
    ratio: f64,
    nudge: f64,
    waiting: Vec<f32>,
    made: Vec<f32>,
    /// Output samples still to be dropped: what the filter gives before it has heard anything.
    to_skip: usize,
}

impl Stretch {
    /// A resampler from `rate` samples a second (1 000 to 400 000).
    pub(super) fn new(rate: u32) -> Self {
        let ratio = f64::from(RECORDING_RATE) / f64::from(rate.clamp(1_000, 400_000));
        let filter = SincInterpolationParameters {
            sinc_len: FILTER_SAMPLES,
            interpolation: SincInterpolationType::Linear,
            oversampling_factor: 256,
            window: WindowFunction::Blackman2,
            f_cutoff: None,
        };
        // Room for the nudge on either side, with a margin for rounding.
        let room = 1.0 + 2.0 * NUDGE_MAX;
        let inner = Async::new_sinc(ratio, room, &filter, CHUNK_SAMPLES, 1, FixedAsync::Input)
            .expect("the parameters are constants inside the resampler's limits");
        let to_skip = inner.output_delay();
        let made = vec![0.0; inner.output_frames_max()];
        Self { inner, ratio, nudge: 0.0, waiting: Vec::new(), made, to_skip }
    }

    /// Output samples for an input sample, nudge included.
    pub(super) fn ratio(&self) -> f64 {
        self.ratio * (1.0 + self.nudge)
    }

    /// Output samples for an input sample if the device's clock were right.
    pub(super) fn nominal_ratio(&self) -> f64 {
        self.ratio
    }

    /// Asks for more (positive) or fewer output samples from now on, as a share of all.
    pub(super) fn nudge(&mut self, share: f64) {
        self.nudge = share.clamp(-NUDGE_MAX, NUDGE_MAX);
        // Refused only outside the room given above, which the clamp excludes.
        let _in_room = self.inner.set_resample_ratio_relative(1.0 + self.nudge, true);
    }

    /// Output samples that were fed as input but have not come out yet.
    pub(super) fn backlog(&self) -> f64 {
        self.waiting.len() as f64 * self.ratio() + self.inner.output_delay() as f64 - self.to_skip as f64
    }

    /// Feeds samples; what is ready is appended by `give`.
    pub(super) fn feed(&mut self, samples: &[f32], mut give: impl FnMut(&[f32])) {
        // A device may hand over values that are no numbers; they would stay in the filter for ever.
        self.waiting
            .extend(samples.iter().map(|sample| if sample.is_finite() { sample.clamp(-8.0, 8.0) } else { 0.0 }));
        let mut done = 0;
        while self.waiting.len() - done >= CHUNK_SAMPLES {
            let room = self.made.len();
            let chunk = SequentialSlice::new(&self.waiting[done..done + CHUNK_SAMPLES], 1, CHUNK_SAMPLES);
            let out = SequentialSlice::new_mut(&mut self.made, 1, room);
            let (Ok(chunk), Ok(mut out)) = (chunk, out) else { break };
            let Ok((used, count)) = self.inner.process_into_buffer(&chunk, &mut out, None) else { break };
            done += used;
            let skipped = self.to_skip.min(count);
            self.to_skip -= skipped;
            give(&self.made[skipped..count]);
        }
        self.waiting.drain(..done);
    }

    /// Brings out all that is still inside.
    pub(super) fn drain(&mut self, mut give: impl FnMut(&[f32])) {
        let mut left = self.backlog().round().max(0.0) as usize;
        // What waits is less than a chunk and the filter is shorter than one: two chunks of silence bring all out.
        for _ in 0..2 {
            self.feed(&[0.0; CHUNK_SAMPLES], |out| {
                let wanted = out.len().min(left);
                give(&out[..wanted]);
                left -= wanted;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, count: usize) -> Vec<f32> {
        (0..count).map(|at| (at as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin() * 0.5).collect()
    }

    fn through(rate: u32, seconds: usize) -> Vec<f32> {
        let mut stretch = Stretch::new(rate);
        let mut out = Vec::new();
        for piece in sine(rate, rate as usize * seconds).chunks(777) {
            stretch.feed(piece, |made| out.extend_from_slice(made));
        }
        stretch.drain(|made| out.extend_from_slice(made));
        out
    }

    #[test]
    fn a_tone_stays_the_tone_at_every_rate_and_at_its_place() {
        for rate in [8_000, 16_000, 44_100, 48_000, 96_000] {
            let out = through(rate, 2);
            // At most half a filter of the lowest rate is kept to itself, 4 ms.
            assert!(out.len().abs_diff(96_000) <= FILTER_SAMPLES / 2 * 48_000 / rate as usize, "{rate}: {}", out.len());
            let wanted = sine(RECORDING_RATE, 96_000);
            for at in 2_000..94_000 {
                // One sample of this tone, which is how exactly the filter's delay is known.
                assert!((out[at] - wanted[at]).abs() < 0.03, "{rate} Hz, sample {at}: {} for {}", out[at], wanted[at]);
            }
        }
    }

    #[test]
    fn a_nudge_of_500_ppm_gives_that_many_more() {
        let mut stretch = Stretch::new(48_000);
        stretch.nudge(0.0005);
        let mut count = 0;
        stretch.feed(&vec![0.0; 4_800_000], |made| count += made.len());
        stretch.drain(|made| count += made.len());
        assert!(count.abs_diff(4_802_400) <= 3, "{count}");
    }

    #[test]
    fn what_is_no_number_does_not_stay() {
        let mut stretch = Stretch::new(48_000);
        let mut out = Vec::new();
        stretch.feed(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY], |made| out.extend_from_slice(made));
        stretch.feed(&vec![0.25; 48_000], |made| out.extend_from_slice(made));
        assert!(out.iter().all(|sample| sample.is_finite()));
        assert!((out[40_000] - 0.25).abs() < 0.001);
    }
}
