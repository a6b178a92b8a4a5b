//! What single words and pairs of words tell: how much more often than others they stand in each kind of talk, and where
//! a topic begins or ends. Counted by `scripts/train_topics/cues.py`.

use std::sync::LazyLock;

use crate::lexicon::Lexicon;

use super::model::TABLES;

/// What a word may tell: the five kinds; first in small talk, in business, off agenda; last in small talk, off agenda.
pub(super) const TARGETS: usize = 10;

/// Signs made of them: a sum and a greatest weight for each.
pub(super) const COLUMNS: usize = 2 * TARGETS;

/// Weights by word or pair.
#[derive(Debug)]
pub(super) struct Cues {
    /// Digests of the words, sorted.
    digests: Vec<u64>,
    /// A weight a target for each.
    weights: Vec<f32>,
}

static CUES: LazyLock<Cues> = LazyLock::new(|| {
    let scale = TABLES.floats("cue_scale")[0];
    let weights = TABLES.small("cue_weights").iter().map(|weight| f32::from(weight.cast_signed()) * scale).collect();
    Cues { digests: TABLES.longs("cue_digests"), weights }
});

impl Cues {
    /// Those of this version.
    pub(super) fn get() -> &'static Self {
        &CUES
    }

    /// The sums of the weights over the root of their number, and the greatest weights.
    pub(super) fn columns(&self, tokens: &[String], lexicon: &Lexicon) -> [f32; COLUMNS] {
        // In the order of the table, so that sums are the same each time.
        let grams = lexicon.grams(tokens);
        let found: Vec<usize> = grams.iter().filter_map(|gram| self.digests.binary_search(gram).ok()).collect();
        let mut out = [0.0; COLUMNS];
        for target in 0..TARGETS {
            let weights = found.iter().map(|at| self.weights[at * TARGETS + target]);
            out[target] = weights.clone().sum::<f32>() / (found.len().max(1) as f32).sqrt() / 2.0;
            out[TARGETS + target] = weights.reduce(f32::max).unwrap_or_default() / 2.0;
        }
        out
    }
}
