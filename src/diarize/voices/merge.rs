//! Agglomerative clustering: short pieces of speech, the two most alike made one again and again.

use super::evidence::Judge;
use super::material::Material;
use super::stats::Stats;
use super::voice::Prior;

/// Most pieces compared with each other; of a longer call they are taken evenly from all of it. Two minutes have 80.
const PIECES_MAX: usize = 300;

/// A piece of speech in the cluster it came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// First frame and one past the last, in the material.
    pub(super) from: usize,
    pub(super) to: usize,
    /// Number of its cluster.
    pub(super) cluster: usize,
}

/// Cuts the speech into pieces of about `frames` frames and merges them until `wanted` clusters are left, by the gain in
/// evidence, which takes the place of the Bayesian information criterion (Chen and Gopalakrishnan 1998).
pub(super) fn merge(material: &Material, prior: &Prior, frames: usize, wanted: usize) -> Vec<Piece> {
    let mut pieces = cut(material, frames);
    let judge = Judge::new(material, prior);
    let mut heaps: Vec<Option<Stats>> = pieces.iter().map(|piece| Some(material.stats(piece.from, piece.to))).collect();
    let count = heaps.len();
    // Of each pair the gain stands in the row of the lower one.
    let mut gains = vec![f32::NEG_INFINITY; count * count];
    for low in 0..count {
        for high in low + 1..count {
            gains[low * count + high] = gain(&judge, &heaps, low, high);
        }
    }
    for _ in wanted..count {
        let best = (0..count * count).max_by(|&a, &b| gains[a].total_cmp(&gains[b]).then(b.cmp(&a))).unwrap_or(0);
        let (kept, gone) = (best / count, best % count);
        let Some(swallowed) = heaps[gone].take() else { break };
        if let Some(heap) = &mut heaps[kept] {
            heap.add(&swallowed, 1.0);
        }
        for piece in &mut pieces {
            if piece.cluster == gone {
                piece.cluster = kept;
            }
        }
        for other in 0..count {
            gains[other.min(gone) * count + other.max(gone)] = f32::NEG_INFINITY;
            if other != kept {
                let (low, high) = (other.min(kept), other.max(kept));
                gains[low * count + high] = gain(&judge, &heaps, low, high);
            }
        }
    }
    let left: Vec<usize> = (0..count).filter(|&at| heaps[at].is_some()).collect();
    for piece in &mut pieces {
        piece.cluster = left.binary_search(&piece.cluster).unwrap_or(0);
    }
    pieces
}

fn gain(judge: &Judge<'_>, heaps: &[Option<Stats>], low: usize, high: usize) -> f32 {
    match (&heaps[low], &heaps[high]) {
        (Some(a), Some(b)) => judge.gain(a, b),
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
