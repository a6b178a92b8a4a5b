//! What a network for voices says of the local voices: a direction for each, near that of the same person.

use super::local::Local;
use super::{Embedder, windows::FRAME_STEP_SAMPLES};
use crate::call::audio::Track;
use crate::error::Result;

/// A local voice must speak this long alone to have a print, in seconds: shorter pieces are mostly chance.
const PRINT_MIN_SECONDS: f32 = 1.0;
/// Cosine at which two prints speak neither for one person nor for two. Not measured: the published equal error thresholds
/// of networks of this kind on VoxCeleb lie between 0.2 and 0.4.
const COSINE_EVEN: f32 = 0.3;
/// Evidence, in natural logarithms a second of the shorter of two, of a cosine 1 above the even one.
const COSINE_A_SECOND: f32 = 20.0;

/// Whether local voices have prints at all, and how they are compared.
pub(super) struct Prints {
    used: bool,
}

impl Prints {
    /// Asks the network about every local voice that speaks long enough.
    ///
    /// # Errors
    /// What the network says.
    pub(super) fn take(track: &Track, locals: &mut [Local], embedder: Option<&dyn Embedder>) -> Result<Self> {
        let Some(embedder) = embedder else { return Ok(Self { used: false }) };
        for local in locals.iter_mut().filter(|local| local.seconds() >= PRINT_MIN_SECONDS) {
            let mut samples = Vec::new();
            for &(from, to) in &local.solo {
                track.read_samples(from * FRAME_STEP_SAMPLES, (to - from) * FRAME_STEP_SAMPLES, &mut samples);
            }
            local.print = Some(unit(embedder.embed(&samples)?));
        }
        Ok(Self { used: true })
    }

    /// Evidence that two local voices are one person, by their prints; 0 where one has none.
    pub(super) fn same(&self, a: &Local, b: &Local) -> f32 {
        match (&a.print, &b.print) {
            (Some(x), Some(y)) if self.used => {
                let cosine: f32 = x.iter().zip(y).map(|(x, y)| x * y).sum();
                COSINE_A_SECOND * (cosine - COSINE_EVEN) * a.seconds().min(b.seconds())
            }
            _ => 0.0,
        }
    }

    /// The middle of the prints of a voice, each weighed by its length; empty where none has one.
    pub(super) fn middle<'a>(members: impl Iterator<Item = &'a Local>) -> Vec<f32> {
        let mut sum: Vec<f32> = Vec::new();
        for local in members {
            let Some(print) = &local.print else { continue };
            sum.resize(print.len(), 0.0);
            for (value, part) in sum.iter_mut().zip(print) {
                *value += local.seconds() * part;
            }
        }
        unit(sum)
    }

    /// Evidence that a local voice is the one with this middle.
    pub(super) fn fits(&self, local: &Local, middle: &[f32]) -> f32 {
        match &local.print {
            Some(print) if self.used && print.len() == middle.len() => {
                let cosine: f32 = print.iter().zip(middle).map(|(x, y)| x * y).sum();
                COSINE_A_SECOND * (cosine - COSINE_EVEN) * local.seconds()
            }
            _ => 0.0,
        }
    }
}

/// The same direction with length 1; nothing stays nothing.
fn unit(mut values: Vec<f32>) -> Vec<f32> {
    let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        for value in &mut values {
            *value /= length;
        }
    }
    values
}
