//! How likely it is that a heap of speech is one voice.

use super::cepstra::CEPSTRA;
use super::material::Material;
use super::stats::Stats;
use super::voice::Prior;

/// Computes evidence under one prior.
pub(super) struct Judge<'a> {
    prior: &'a Prior,
    weights: Vec<f32>,
    pitches: &'a [f32],
}

impl<'a> Judge<'a> {
    pub(super) fn new(material: &'a Material, prior: &'a Prior) -> Self {
        Self { prior, weights: material.mixture.weights(), pitches: &material.pitches.shares }
    }

    /// Logarithm of how much likelier the heap is as one voice, however that sounds, than as the call as a whole: the
    /// voice integrated over the prior. Two heaps are of one voice where their sum is likelier than both apart.
    pub(super) fn evidence(&self, stats: &Stats) -> f32 {
        let sounds: f32 = (0..self.weights.len()).map(|sound| self.sound(sound, stats, None)).sum();
        let pitches: f32 = (0..self.pitches.len()).map(|pitch| self.pitch(pitch, stats.pitches[pitch])).sum();
        sounds + pitches + self.whole(stats.frames(), stats.voiced())
    }

    /// Evidence of two heaps together less that of each: above 0 where they are one voice.
    pub(super) fn gain(&self, a: &Stats, b: &Stats) -> f32 {
        let mut gain = self.whole(a.frames() + b.frames(), a.voiced() + b.voiced())
            - self.whole(a.frames(), a.voiced())
            - self.whole(b.frames(), b.voiced());
        for sound in 0..self.weights.len() {
            // A sound that only one of them makes says nothing about the other.
            if a.counts[sound] > 0.0 && b.counts[sound] > 0.0 {
                gain += self.sound(sound, a, Some(b)) - self.sound(sound, a, None) - self.sound(sound, b, None);
            }
        }
        for (pitch, (&x, &y)) in a.pitches.iter().zip(&b.pitches).enumerate() {
            if x > 0.0 && y > 0.0 {
                gain += self.pitch(pitch, x + y) - self.pitch(pitch, x) - self.pitch(pitch, y);
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
        mean + often(count, prior.sounds, self.weights[sound].max(1e-6))
    }

    fn pitch(&self, pitch: usize, count: f32) -> f32 {
        let count = count * self.prior.pitch_evidence;
        if count <= 0.0 { 0.0 } else { often(count, self.prior.pitches, self.pitches[pitch]) }
    }

    /// What the lengths of a heap alone contribute.
    fn whole(&self, frames: f32, voiced: f32) -> f32 {
        let prior = self.prior;
        log_gamma(prior.sounds) - log_gamma(prior.sounds + frames * prior.evidence) + log_gamma(prior.pitches)
            - log_gamma(prior.pitches + voiced * prior.pitch_evidence)
    }
}

/// One category's part of a Dirichlet-multinomial over one in which each is as frequent as in the whole call.
fn often(count: f32, prior: f32, share: f32) -> f32 {
    log_gamma(prior * share + count) - log_gamma(prior * share) - count * share.ln()
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
