//! What a stretch of speech says about its voice: how often each sound is made in it, and how it differs there from the
//! same sound in the whole call. What is said, and by whom it is said, come apart this way.

use super::cepstra::CEPSTRA;
use super::mixture::{Mixture, Sounds};
use super::pitch::PITCHES;

/// Sums over the frames of a stretch or of a voice.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stats {
    /// Frames by sound.
    pub(super) counts: Vec<f32>,
    /// Sums of the offsets by sound, [`CEPSTRA`] each.
    pub(super) offsets: Vec<f32>,
    /// Frames by pitch.
    pub(super) pitches: [f32; PITCHES],
}

impl Stats {
    pub(super) fn empty(sounds: usize) -> Self {
        Self { counts: vec![0.0; sounds], offsets: vec![0.0; sounds * CEPSTRA], pitches: [0.0; PITCHES] }
    }

    /// Adds one frame with this weight.
    pub(super) fn add_frame(&mut self, mixture: &Mixture, shape: &[f32; CEPSTRA], sounds: &Sounds, weight: f32) {
        for &(sound, share) in sounds {
            let weighted = share * weight;
            if weighted < 1e-4 {
                continue;
            }
            let offset = mixture.offset(sound, shape);
            let sound = usize::from(sound);
            self.counts[sound] += weighted;
            for (sum, value) in self.offsets[sound * CEPSTRA..][..CEPSTRA].iter_mut().zip(offset) {
                *sum += weighted * value;
            }
        }
    }

    /// Adds another stretch with this weight.
    pub(super) fn add(&mut self, other: &Self, weight: f32) {
        for (sum, value) in self.counts.iter_mut().zip(&other.counts) {
            *sum += weight * value;
        }
        for (sum, value) in self.offsets.iter_mut().zip(&other.offsets) {
            *sum += weight * value;
        }
        for (sum, value) in self.pitches.iter_mut().zip(&other.pitches) {
            *sum += weight * value;
        }
    }

    pub(super) fn voiced(&self) -> f32 {
        self.pitches.iter().sum()
    }

    pub(super) fn frames(&self) -> f32 {
        self.counts.iter().sum()
    }
}
