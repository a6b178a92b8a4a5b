//! A voice: how it makes each sound, how often, and how high it is, learned from what is said in it so far.
//!
//! The means of the call's mixture are moved towards the voice's own and the shares of sounds and pitches likewise, all
//! with a prior that keeps them where they are for as long as little is known (maximum a posteriori adaptation, Gauvain
//! and Lee 1994, with the uncertainty kept as in variational diarization, Kenny 2008).

use super::cepstra::CEPSTRA;
use super::material::Material;
use super::mixture::SOUNDS_KEPT;
use super::pitch::PITCHES;
use super::stats::Stats;

/// What is believed before anything is heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prior {
    /// Share of a frame that counts as evidence of its own: neighbours 10 ms apart hear the same sound.
    pub(super) evidence: f32,
    /// Evidence that moves a mean half of its way.
    pub(super) mean: f32,
    /// Evidence that moves the shares of the sounds half of their way.
    pub(super) sounds: f32,
    /// As `evidence`, for the pitch, which changes more slowly.
    pub(super) pitch_evidence: f32,
    /// Evidence that moves the shares of the pitches half of their way.
    pub(super) pitches: f32,
}

/// A voice, ready to judge frames.
#[derive(Debug, Clone)]
pub(super) struct Voice {
    /// How its sounds differ from those of the whole call, over their standard deviations.
    slopes: Vec<f32>,
    /// What each frame of a sound costs.
    costs: Vec<f32>,
    /// What each frame of a pitch costs.
    pitch_costs: [f32; PITCHES],
}

impl Voice {
    /// The voice in which `stats` were said.
    pub(super) fn learn(stats: &Stats, material: &Material, prior: &Prior) -> Self {
        let mixture = &material.mixture;
        let weights = mixture.weights();
        let total = stats.frames() * prior.evidence;
        let mut slopes = vec![0.0; stats.offsets.len()];
        let mut costs = vec![0.0; weights.len()];
        for (sound, weight) in weights.iter().enumerate() {
            let count = stats.counts[sound] * prior.evidence;
            let (mean, deviation) = mixture.middle(sound);
            let (mut square, mut start) = (0.0, 0.0);
            for axis in 0..CEPSTRA {
                let at = sound * CEPSTRA + axis;
                let shift = stats.offsets[at] * prior.evidence / (count + prior.mean);
                square += shift * shift;
                slopes[at] = prior.evidence * shift / deviation[axis];
                start += slopes[at] * mean[axis];
            }
            let unsure = CEPSTRA as f32 / (count + prior.mean);
            let share = (count + prior.sounds * weight) / (total + prior.sounds);
            let often = (share.max(1e-9) / weight.max(1e-9)).ln();
            costs[sound] = prior.evidence * (0.5 * (square + unsure) - often) + start;
        }
        let voiced = stats.voiced() * prior.pitch_evidence;
        let mut pitch_costs = [0.0; PITCHES];
        for (at, usual) in material.pitches.shares.iter().enumerate() {
            let share = (stats.pitches[at] * prior.pitch_evidence + prior.pitches * usual) / (voiced + prior.pitches);
            pitch_costs[at] = -prior.pitch_evidence * (share / usual).ln();
        }
        Self { slopes, costs, pitch_costs }
    }

    /// Logarithm of how much likelier this voice makes the frame than the call as a whole does.
    pub(super) fn judge(&self, material: &Material, frame: usize) -> f32 {
        let shape = &material.shapes[frame];
        let sounds = &material.sounds[frame];
        // All sounds side by side: one sum would wait for its own additions.
        let slopes = sounds.map(|(sound, _)| &self.slopes[usize::from(sound) * CEPSTRA..][..CEPSTRA]);
        let mut fits = [0.0; SOUNDS_KEPT];
        for (axis, value) in shape.iter().enumerate() {
            for (fit, slopes) in fits.iter_mut().zip(slopes) {
                *fit += slopes[axis] * value;
            }
        }
        let mut sum = 0.0;
        for (&(sound, share), fit) in sounds.iter().zip(fits) {
            sum += share * (fit - self.costs[usize::from(sound)]);
        }
        if let Some((low, high)) = material.pitches.steps(frame) {
            sum -= self.pitch_costs[low.0] * low.1 + self.pitch_costs[high.0] * high.1;
        }
        sum
    }
}
