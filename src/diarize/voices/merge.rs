//! Agglomerative clustering: short pieces of speech, the two most alike made one again and again.

use std::collections::BTreeSet;

use super::evidence::{Alone, Judge};
use super::material::Material;
use super::stats::Stats;
use super::voice::Prior;

/// Most pieces compared with each other; of a longer call they are taken evenly from all of it. Two minutes have 80.
const PIECES_MAX: usize = 300;

/// Clusters at which merging ends: one voice has nothing to be told apart.
const CLUSTERS_MIN: usize = 2;

/// A piece of speech in the cluster it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// First frame and one past the last, in the material.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Number of its cluster.
    pub(super) cluster: usize,
}

/// How short pieces of speech were made one, two clusters at a time, until two were left.
pub(super) struct Merges {
    /// Each in a cluster of its own, numbered as they come.
    pieces: Vec<Piece>,
    /// The cluster that was kept and the one that went up in it.
    steps: Vec<(usize, usize)>,
}

impl Merges {
    /// Cuts the speech into pieces of about `frames` frames and merges them by the gain in evidence, which takes the place
    /// of the Bayesian information criterion (Chen and Gopalakrishnan 1998).
    pub(super) fn of(material: &Material, prior: &Prior, frames: usize) -> Self {
        let pieces = cut(material, frames);
        let judge = Judge::new(material, prior);
        let mut heaps: Vec<Option<Heap>> =
            pieces.iter().map(|piece| Some(Heap::new(&judge, material.stats(piece.from, piece.to)))).collect();
        let count = heaps.len();
        // Of each pair the gain stands in the row of the lower one.
        let mut gains = vec![f32::NEG_INFINITY; count * count];
        for low in 0..count {
            for high in low + 1..count {
                gains[low * count + high] = gain(&judge, &heaps, low, high);
            }
        }
        let mut steps = Vec::new();
        for _ in CLUSTERS_MIN..count {
            let best = (0..count * count).max_by(|&a, &b| gains[a].total_cmp(&gains[b]).then(b.cmp(&a))).unwrap_or(0);
            let (kept, gone) = (best / count, best % count);
            let Some(swallowed) = heaps[gone].take() else { break };
            heaps[kept] = heaps[kept].take().map(|heap| heap.with(&judge, &swallowed));
            steps.push((kept, gone));
            for other in 0..count {
                gains[other.min(gone) * count + other.max(gone)] = f32::NEG_INFINITY;
                if other != kept {
                    let (low, high) = (other.min(kept), other.max(kept));
                    gains[low * count + high] = gain(&judge, &heaps, low, high);
                }
            }
        }
        Self { pieces, steps }
    }

    /// The pieces in `wanted` clusters, at least two; in one each where there are fewer pieces.
    pub(super) fn clusters(&self, wanted: usize) -> Vec<Piece> {
        let mut pieces = self.pieces.clone();
        for &(kept, gone) in &self.steps[..self.pieces.len().saturating_sub(wanted).min(self.steps.len())] {
            for piece in &mut pieces {
                if piece.cluster == gone {
                    piece.cluster = kept;
                }
            }
        }
        let left: BTreeSet<usize> = pieces.iter().map(|piece| piece.cluster).collect();
        let left: Vec<usize> = left.into_iter().collect();
        for piece in &mut pieces {
            piece.cluster = left.binary_search(&piece.cluster).unwrap_or(0);
        }
        pieces
    }
}

/// The speech of a cluster.
struct Heap {
    stats: Stats,
    alone: Alone,
}

impl Heap {
    fn new(judge: &Judge<'_>, stats: Stats) -> Self {
        Self { alone: judge.alone(&stats), stats }
    }

    /// This and another as one.
    fn with(mut self, judge: &Judge<'_>, other: &Self) -> Self {
        self.stats.add(&other.stats, 1.0);
        Self::new(judge, self.stats)
    }
}

fn gain(judge: &Judge<'_>, heaps: &[Option<Heap>], low: usize, high: usize) -> f32 {
    match (&heaps[low], &heaps[high]) {
        (Some(a), Some(b)) => judge.gain((&a.stats, &a.alone), (&b.stats, &b.alone)),
        _ => f32::NEG_INFINITY,
    }
}

/// Every stretch in equal pieces, each a cluster of its own; every n-th piece where there are too many.
fn cut(material: &Material, frames: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for stretch in &material.stretches {
        let length = stretch.to - stretch.from;
        let parts = ((length + frames / 2) / frames).max(1);
        for part in 0..parts {
            let (from, to) = (stretch.from + length * part / parts, stretch.from + length * (part + 1) / parts);
            pieces.push(Piece { from, to, cluster: 0 });
        }
    }
    let step = pieces.len().div_ceil(PIECES_MAX).max(1);
    let mut pieces: Vec<Piece> = pieces.into_iter().step_by(step).collect();
    for (at, piece) in pieces.iter_mut().enumerate() {
        piece.cluster = at;
    }
    pieces
}
