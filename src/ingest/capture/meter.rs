//! How loud a track is, whether it clips and whether it is silent.

/// Quieter than this is silence: -70 dB of full scale, below the noise of any microphone that is switched on.
const SILENCE: f32 = 0.000_316;

/// Louder than this is clipped, whatever comes after it.
const CLIPPED: f32 = 0.999;

/// Loudness of a track since it was last looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Loudest sample, 0 to 1 and beyond.
    pub peak: f32,
    /// Root of the mean square.
    pub rms: f32,
}

impl Level {
    /// The loudest sample in dB of full scale, at least -99.
    #[must_use]
    pub fn peak_db(self) -> f32 {
        (20.0 * self.peak.log10()).max(-99.0)
    }
}

/// Watches one track.
#[derive(Debug, Default)]
pub(super) struct Meter {
    peak: f32,
    squares: f64,
    count: u64,
    clipped: u64,
    ever_heard: bool,
}

impl Meter {
    pub(super) fn hear(&mut self, samples: &[f32]) {
        for sample in samples {
            let loud = sample.abs();
            self.peak = self.peak.max(loud);
            self.squares += f64::from(loud) * f64::from(loud);
            self.clipped += u64::from(loud >= CLIPPED);
        }
        self.count += samples.len() as u64;
        self.ever_heard |= self.peak > SILENCE;
    }

    /// The level since the last call.
    pub(super) fn read(&mut self) -> Level {
        let rms = if self.count == 0 { 0.0 } else { (self.squares / self.count as f64).sqrt() as f32 };
        let level = Level { peak: self.peak, rms };
        (self.peak, self.squares, self.count) = (0.0, 0.0, 0);
        level
    }

    /// Whether anything but silence was heard so far.
    pub(super) fn ever_heard(&self) -> bool {
        self.ever_heard
    }

    /// Samples at full scale so far.
    pub(super) fn clipped(&self) -> u64 {
        self.clipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_sound_and_start_anew() {
        let mut meter = Meter::default();
        meter.hear(&[0.5, -0.5, 0.5, -0.5]);
        let level = meter.read();
        assert_eq!((level.peak, level.rms), (0.5, 0.5));
        assert!((level.peak_db() + 6.02).abs() < 0.01);
        assert_eq!(meter.read().peak_db(), -99.0);
    }

    #[test]
    fn noise_below_the_floor_is_silence_and_full_scale_is_clipped() {
        let mut meter = Meter::default();
        meter.hear(&[0.0003, -0.0002]);
        assert!(!meter.ever_heard());
        meter.hear(&[1.0, -1.0, 0.9]);
        assert!(meter.ever_heard());
        assert_eq!(meter.clipped(), 2);
    }
}
