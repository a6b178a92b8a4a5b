//! From the channels of a file to the tracks of a recording.

use super::resample::Resampler;
use crate::call::audio::{Layout, Track};
use crate::call::report::Warning;

/// Two channels are the same sound if this share of the energy, or less, is left of one after the other, at its best
/// gain, is taken away: -20 dB. What coding adds to one side of a stereo pair is below it, a second voice above.
const SAME_RESIDUAL_MAX: f64 = 0.01;

/// Mean power of a channel below which nothing was ever recorded on it: -90 dB of full scale, the noise of 16 bits.
const SILENT_POWER_MAX: f64 = 1e-9;

/// Energies of two channels and of what they share.
#[derive(Debug, Clone, Copy, Default)]
struct Likeness {
    first: f64,
    second: f64,
    both: f64,
    frames: f64,
}

impl Likeness {
    fn take(&mut self, first: &[f32], second: &[f32]) {
        for (&a, &b) in first.iter().zip(second) {
            let (a, b) = (finite(a), finite(b));
            self.first += a * a;
            self.second += b * b;
            self.both += a * b;
        }
        self.frames += first.len() as f64;
    }

    fn silent(&self) -> (bool, bool) {
        let limit = SILENT_POWER_MAX * self.frames;
        (self.first <= limit, self.second <= limit)
    }

    fn same(&self) -> bool {
        match self.silent() {
            (true, true) => true,
            (false, false) => 1.0 - self.both * self.both / (self.first * self.second) <= SAME_RESIDUAL_MAX,
            _ => false,
        }
    }
}

fn finite(sample: f32) -> f64 {
    if sample.is_finite() { f64::from(sample.clamp(-8.0, 8.0)) } else { 0.0 }
}

/// Takes decoded channels, gives tracks.
pub(super) struct Mixer {
    channels: usize,
    resamplers: Vec<Resampler>,
    tracks: Vec<Track>,
    likeness: Likeness,
    mixed: Vec<f32>,
}

impl Mixer {
    /// A mixer for this many channels at `rate` Hz; more than two become one track.
    pub(super) fn new(channels: usize, rate: u32) -> Result<Self, String> {
        let tracks = if channels == 2 { 2 } else { 1 };
        Ok(Self {
            channels,
            resamplers: (0..tracks).map(|_| Resampler::new(rate)).collect::<Result<_, _>>()?,
            tracks: vec![Track::default(); tracks],
            likeness: Likeness::default(),
            mixed: Vec::new(),
        })
    }

    /// Channels of the file, as it began.
    pub(super) const fn channels(&self) -> usize {
        self.channels
    }

    /// Goes on at another rate.
    pub(super) fn change_rate(&mut self, rate: u32) -> Result<(), String> {
        for (resampler, track) in self.resamplers.iter_mut().zip(&mut self.tracks) {
            std::mem::replace(resampler, Resampler::new(rate)?).finish(track)?;
        }
        Ok(())
    }

    /// Takes one packet, channel by channel, all of the same length. Where the number of channels has changed within
    /// the file, every track gets the mean of what there is.
    pub(super) fn take(&mut self, planes: &[Vec<f32>]) -> Result<(), String> {
        if let [first, second] = planes
            && self.channels == 2
        {
            self.likeness.take(first, second);
            self.resamplers[0].push(first, &mut self.tracks[0])?;
            return self.resamplers[1].push(second, &mut self.tracks[1]);
        }
        self.mixed.clear();
        self.mixed.resize(planes.first().map_or(0, Vec::len), 0.0);
        for plane in planes {
            for (sum, sample) in self.mixed.iter_mut().zip(plane) {
                *sum += sample / planes.len() as f32;
            }
        }
        if self.channels == 2 {
            self.likeness.take(&self.mixed, &self.mixed);
        }
        for (resampler, track) in self.resamplers.iter_mut().zip(&mut self.tracks) {
            resampler.push(&self.mixed, track)?;
        }
        Ok(())
    }

    /// Takes a stretch without sound.
    pub(super) fn silence(&mut self, frames: usize) -> Result<(), String> {
        const PIECE: [f32; 4096] = [0.0; 4096];
        let mut left = frames;
        while left > 0 {
            let now = left.min(PIECE.len());
            for (resampler, track) in self.resamplers.iter_mut().zip(&mut self.tracks) {
                resampler.push(&PIECE[..now], track)?;
            }
            left -= now;
        }
        Ok(())
    }

    /// The tracks and what the channels turned out to be, with doubts.
    pub(super) fn finish(mut self) -> Result<(Vec<Track>, Layout, Vec<Warning>), String> {
        for (resampler, track) in self.resamplers.into_iter().zip(&mut self.tracks) {
            resampler.finish(track)?;
        }
        if self.channels > 2 {
            let text =
                format!("{} channels were mixed into one: a channel a person is used for two only.", self.channels);
            return Ok((self.tracks, Layout::MixedDown, vec![Warning::new("mixed_down", text)]));
        }
        if self.channels < 2 {
            return Ok((self.tracks, Layout::Mono, Vec::new()));
        }
        if self.likeness.same() {
            // The louder one, not the mean: one side may be the other upside down.
            let louder = usize::from(self.likeness.second > self.likeness.first);
            return Ok((vec![self.tracks.swap_remove(louder)], Layout::Mono, Vec::new()));
        }
        let silent = match self.likeness.silent() {
            (true, _) => Some("first"),
            (_, true) => Some("second"),
            _ => None,
        };
        let doubts =
            silent.map(|which| Warning::new("silent_channel", format!("There is no sound on the {which} channel.")));
        Ok((self.tracks, Layout::TwoTrack, doubts.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32, gain: f32) -> Vec<f32> {
        let mut state = seed;
        (0..32_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                gain * (state as f32 / u32::MAX as f32 - 0.5)
            })
            .collect()
    }

    fn layout(first: &[f32], second: &[f32]) -> (Layout, Vec<String>) {
        let mut mixer = Mixer::new(2, 16_000).expect("rate");
        mixer.take(&[first.to_vec(), second.to_vec()]).expect("take");
        let (tracks, layout, doubts) = mixer.finish().expect("finish");
        assert_eq!(tracks.len(), if layout == Layout::TwoTrack { 2 } else { 1 });
        (layout, doubts.into_iter().map(|doubt| doubt.code).collect())
    }

    #[test]
    fn the_same_sound_is_one_track_whatever_its_gain_and_sign() {
        let sound = noise(1, 0.5);
        for gain in [1.0, 0.1, -1.0] {
            let other: Vec<f32> = sound.iter().zip(noise(2, 0.02)).map(|(a, b)| gain * (a + b)).collect();
            assert_eq!(layout(&sound, &other), (Layout::Mono, vec![]), "{gain}");
        }
        assert_eq!(layout(&[0.0; 100], &[0.0; 100]), (Layout::Mono, vec![]));
    }

    #[test]
    fn different_sounds_are_two_tracks() {
        let (one, two) = (noise(1, 0.5), noise(2, 0.5));
        assert_eq!(layout(&one, &two), (Layout::TwoTrack, vec![]));
        let bleed: Vec<f32> = one.iter().zip(&two).map(|(a, b)| 0.7 * a + b).collect();
        assert_eq!(layout(&one, &bleed), (Layout::TwoTrack, vec![]));
        let silence = vec![0.0; one.len()];
        assert_eq!(layout(&one, &silence), (Layout::TwoTrack, vec!["silent_channel".into()]));
    }

    #[test]
    fn many_channels_become_their_mean() {
        let mut mixer = Mixer::new(3, 16_000).expect("rate");
        mixer.take(&[vec![0.3; 160], vec![0.6; 160], vec![0.0; 160]]).expect("take");
        let (tracks, layout, doubts) = mixer.finish().expect("finish");
        assert_eq!((layout, doubts.len()), (Layout::MixedDown, 1));
        assert_eq!(tracks, [Track::from_samples(&[0.3; 160])]);
    }
}
