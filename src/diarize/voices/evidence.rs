//! How likely it is that a heap of speech is one voice.

use super::cepstra::CEPSTRA;
use super::material::Material;
use super::stats::Stats;
use super::voice::Prior;

/// Computes evidence under one prior.
pub(super) struct Judge<'a> {
    prior: &'a Prior,
    sounds: Vec<Category>,
    pitches: Vec<Category>,
}

/// The evidence of one heap by itself, part by part. Clustering compares each heap with every other: kept, these parts are
/// asked for once a heap and not once a pair.
pub(super) struct Alone {
    sounds: Vec<f32>,
    pitches: Vec<f32>,
    whole: f32,
}

impl<'a> Judge<'a> {
    pub(super) fn new(material: &Material, prior: &'a Prior) -> Self {
        let of = |prior: f32| move |&share: &f32| Category::new(prior, share);
        let weights: Vec<f32> = material.mixture.weights().iter().map(|weight| weight.max(1e-6)).collect();
        Self {
            prior,
            sounds: weights.iter().map(of(prior.sounds)).collect(),
            pitches: material.pitches.shares.iter().map(of(prior.pitches)).collect(),
        }
    }

    /// Logarithm of how much likelier the heap is as one voice, however that sounds, than as the call as a whole: the
    /// voice integrated over the prior. Two heaps are of one voice where their sum is likelier than both apart.
    pub(super) fn evidence(&self, stats: &Stats) -> f32 {
        let Alone { sounds, pitches, whole } = self.alone(stats);
        sounds.iter().sum::<f32>() + pitches.iter().sum::<f32>() + whole
    }

    /// The parts of [`Judge::evidence`].
    pub(super) fn alone(&self, stats: &Stats) -> Alone {
        Alone {
            sounds: (0..self.sounds.len()).map(|sound| self.sound(sound, stats, None)).collect(),
            pitches: (0..self.pitches.len()).map(|pitch| self.pitch(pitch, stats.pitches[pitch])).collect(),
            whole: self.whole(stats.frames(), stats.voiced()),
        }
    }

    /// Evidence of two heaps together less that of each: above 0 where they are one voice.
    pub(super) fn gain(&self, (a, a_alone): (&Stats, &Alone), (b, b_alone): (&Stats, &Alone)) -> f32 {
        let mut gain = self.whole(a.frames() + b.frames(), a.voiced() + b.voiced()) - a_alone.whole - b_alone.whole;
        for sound in 0..self.sounds.len() {
            // A sound that only one of them makes says nothing about the other.
            if a.counts[sound] > 0.0 && b.counts[sound] > 0.0 {
                gain += self.sound(sound, a, Some(b)) - a_alone.sounds[sound] - b_alone.sounds[sound];
            }
        }
        for (pitch, (&x, &y)) in a.pitches.iter().zip(&b.pitches).enumerate() {
            if x > 0.0 && y > 0.0 {
                gain += self.pitch(pitch, x + y) - a_alone.pitches[pitch] - b_alone.pitches[pitch];
            }
        }
        gain
    }

    /// The part of one sound: its mean integrated over a normal prior, its share over a Dirichlet prior.
    fn sound(&self, sound: usize, a: &Stats, b: Option<&Stats>) -> f32 {
        let prior = self.prior;
        let count = (a.counts[sound] + b.map_or(0.0, |b| b.counts[sound])) * prior.evidence;
        if count <= 0.0 {
            return 0.0;
        }
        let places = sound * CEPSTRA..(sound + 1) * CEPSTRA;
        let square: f32 = match b {
            Some(b) => a.offsets[places.clone()].iter().zip(&b.offsets[places]).map(|(x, y)| (x + y) * (x + y)).sum(),
            None => a.offsets[places].iter().map(|x| x * x).sum(),
        };
        let square = square * prior.evidence * prior.evidence;
        let mean = 0.5 * (square / (count + prior.mean) - CEPSTRA as f32 * (1.0 + count / prior.mean).ln());
        mean + self.sounds[sound].often(count)
    }

    fn pitch(&self, pitch: usize, count: f32) -> f32 {
        let count = count * self.prior.pitch_evidence;
        if count <= 0.0 { 0.0 } else { self.pitches[pitch].often(count) }
    }

    /// What the lengths of a heap alone contribute.
    fn whole(&self, frames: f32, voiced: f32) -> f32 {
        let prior = self.prior;
        log_gamma(prior.sounds) - log_gamma(prior.sounds + frames * prior.evidence) + log_gamma(prior.pitches)
            - log_gamma(prior.pitches + voiced * prior.pitch_evidence)
    }
}

/// One category of a Dirichlet-multinomial, with what does not depend on how often it is met.
struct Category {
    /// Evidence that is believed beforehand, and the logarithm of its gamma function.
    believed: f32,
    log_gamma: f32,
    /// Logarithm of its share in the whole call.
    log_share: f32,
}

impl Category {
    fn new(prior: f32, share: f32) -> Self {
        let believed = prior * share;
        Self { believed, log_gamma: log_gamma(believed), log_share: share.ln() }
    }

    /// Its part where it is met `count` times, over one in which each is as frequent as in the whole call.
    fn often(&self, count: f32) -> f32 {
        log_gamma(self.believed + count) - self.log_gamma - count * self.log_share
    }
}

/// Logarithm of the gamma function for arguments above 0: Stirling's series, the argument shifted up to 8 first.
fn log_gamma(x: f32) -> f32 {
    let (mut x, mut product) = (f64::from(x), 1.0);
    while x < 8.0 {
        product *= x;
        x += 1.0;
    }
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1260.0 * x.powi(5));
    ((x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - product.ln()) as f32
}

#[cfg(test)]
mod tests {
    use super::log_gamma;

    #[test]
    fn the_gamma_function_has_its_known_values() {
        // Γ(1/2) = √π, Γ(1) = 1, Γ(5) = 24, Γ(11) = 3,628,800.
        let known = [(0.5, 0.572_364_9), (1.0, 0.0), (5.0, 3.178_053_8), (11.0, 15.104_413)];
        for (x, value) in known {
            assert!((log_gamma(x) - value).abs() < 1e-5, "{x}: {} {value}", log_gamma(x));
        }
    }
}
