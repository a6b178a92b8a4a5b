//! Weights by the digest of a word: the tables that `scripts/train_topics` learns, with a byte for each weight.

use super::tensors::Tensors;

/// Rows of weights, one row a digest.
#[derive(Debug)]
pub(super) struct Table {
    /// Sorted.
    digests: Vec<u64>,
    /// All rows, one after another.
    weights: Vec<f32>,
}

impl Table {
    /// The arrays `NAME_digests`, `NAME_weights` and `NAME_scale` of a file.
    pub(super) fn read(file: &Tensors, name: &str) -> Self {
        let scale = file.floats(&format!("{name}_scale"))[0];
        let weights = file.small(&format!("{name}_weights")).iter();
        Self {
            digests: file.longs(&format!("{name}_digests")),
            weights: weights.map(|weight| f32::from(weight.cast_signed()) * scale).collect(),
        }
    }

    /// The weights of a digest; none where nothing was learned of it.
    pub(super) fn row(&self, digest: u64) -> Option<&[f32]> {
        let columns = self.weights.len() / self.digests.len();
        let at = self.digests.binary_search(&digest).ok()?;
        Some(&self.weights[at * columns..][..columns])
    }
}
