//! What single words and pairs of words tell: how much more often than others they stand in each kind of talk, and where
//! a topic begins or ends. Counted by `scripts/train_topics/cues.py`.

use std::sync::LazyLock;

use crate::lexicon::Lexicon;

use super::model::TABLES;
use super::table::Table;

/// What a word may tell: the five kinds; first in small talk, in business, off agenda; last in small talk, off agenda.
pub(super) const TARGETS: usize = 10;

/// Signs made of them: a sum and a greatest weight for each.
pub(super) const COLUMNS: usize = 2 * TARGETS;

/// Weights by word or pair, one a target.
static CUES: LazyLock<Table> = LazyLock::new(|| Table::read(&TABLES, "cue"));

/// The sums of the weights over the root of their number, and the greatest weights.
pub(super) fn columns(tokens: &[String], lexicon: &Lexicon) -> [f32; COLUMNS] {
    // In the order of their digests, so that sums are the same each time.
    let found: Vec<&[f32]> = lexicon.grams(tokens).into_iter().filter_map(|gram| CUES.row(gram)).collect();
    let mut out = [0.0; COLUMNS];
    for target in 0..TARGETS {
        let weights = found.iter().map(|row| row[target]);
        out[target] = weights.clone().sum::<f32>() / (found.len().max(1) as f32).sqrt() / 2.0;
        out[TARGETS + target] = weights.reduce(f32::max).unwrap_or_default() / 2.0;
    }
    out
}
