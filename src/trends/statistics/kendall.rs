//! Kendall's rank correlation with time: the Mann-Kendall test for a trend, exact where that can be had.

use special::Error as _;

/// Up to so many values without ties the exact distribution is counted out; above it, the normal one is as good.
const EXACT_MAX: usize = 50;

/// Up to so many values with ties all orders are gone through: 40,320 of them.
const ALL_ORDERS_MAX: usize = 8;

/// How two lists go together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kendall {
    /// Pairs that agree in order less pairs that disagree.
    pub s: i64,
    /// Variance of `s` if the lists had nothing to do with each other, ties taken into account.
    pub variance: f64,
    /// How often chance alone would give an `s` as far from zero, 0 to 1.
    pub p: f64,
}

/// Kendall's S of two lists of finite numbers, pair by pair, and how likely chance would give as much.
///
/// Without ties and for up to 50 values the chance is exact; with ties it is exact for up to 8, and the normal
/// approximation with a continuity correction above that (M. G. Kendall, "Rank Correlation Methods", 1970).
///
/// # Panics
/// If the lists differ in length.
#[must_use]
pub fn kendall(x: &[f64], y: &[f64]) -> Kendall {
    assert_eq!(x.len(), y.len(), "pairs have two sides");
    let s = score(x, y);
    let (x_ties, y_ties) = (tie_sizes(x), tie_sizes(y));
    let variance = variance(x.len(), &x_ties, &y_ties);
    let p = if variance <= 0.0 {
        1.0
    } else if x_ties.is_empty() && y_ties.is_empty() && x.len() <= EXACT_MAX {
        exact(x.len(), s)
    } else if x.len() <= ALL_ORDERS_MAX {
        over_all_orders(x, y, s)
    } else {
        let far = (s.abs() as f64 - 1.0).max(0.0) / variance.sqrt();
        // Both tails of the normal distribution.
        (far / std::f64::consts::SQRT_2).compl_error()
    };
    Kendall { s, variance, p: p.min(1.0) }
}

/// S in n log n steps: values enter a tree of counts by rank of `y`, in the order of `x`, those of one `x` at once.
fn score(x: &[f64], y: &[f64]) -> i64 {
    let mut sorted = y.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.dedup();
    let rank = |value: f64| sorted.partition_point(|other| *other < value);
    let mut order: Vec<usize> = (0..x.len()).collect();
    order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
    let mut below = Counts(vec![0; sorted.len() + 1]);
    let (mut s, mut entered) = (0, 0);
    for same in order.chunk_by(|&a, &b| x[a] == x[b]) {
        for &at in same {
            let lower = below.up_to(rank(y[at]));
            let not_higher = below.up_to(rank(y[at]) + 1);
            s += lower - (entered - not_higher);
        }
        for &at in same {
            below.add(rank(y[at]));
            entered += 1;
        }
    }
    s
}

/// A Fenwick tree: counts by rank, with sums over the first ranks.
struct Counts(Vec<i64>);

impl Counts {
    fn add(&mut self, rank: usize) {
        let mut at = rank + 1;
        while at < self.0.len() {
            self.0[at] += 1;
            at += at & at.wrapping_neg();
        }
    }

    /// How many have a rank below `ranks`.
    fn up_to(&self, ranks: usize) -> i64 {
        let (mut at, mut sum) = (ranks, 0);
        while at > 0 {
            sum += self.0[at];
            at &= at - 1;
        }
        sum
    }
}

/// How many values each tie has, for ties of two and more.
pub(super) fn tie_sizes(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).map(|tie| tie.len() as f64).filter(|size| *size > 1.0).collect()
}

fn variance(count: usize, x_ties: &[f64], y_ties: &[f64]) -> f64 {
    if count < 2 {
        return 0.0;
    }
    let n = count as f64;
    let sum = |ties: &[f64], term: fn(f64) -> f64| ties.iter().copied().map(term).sum::<f64>();
    let full = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let pairs = |t: f64| t * (t - 1.0);
    let threes = |t: f64| t * (t - 1.0) * (t - 2.0);
    let mut variance = (full(n) - sum(x_ties, full) - sum(y_ties, full)) / 18.0;
    variance += sum(x_ties, pairs) * sum(y_ties, pairs) / (2.0 * pairs(n));
    if count > 2 {
        variance += sum(x_ties, threes) * sum(y_ties, threes) / (9.0 * threes(n));
    }
    variance
}

/// The chance of an S at least as far from zero, counted over all orders of `n` different values: the number of orders
/// with so many inversions grows value by value.
fn exact(n: usize, s: i64) -> f64 {
    let pairs = n * (n - 1) / 2;
    let mut chance = vec![0.0; pairs + 1];
    chance[0] = 1.0;
    for size in 2..=n {
        let reach = size * (size - 1) / 2;
        let mut next = vec![0.0; pairs + 1];
        for (inversions, slot) in next.iter_mut().enumerate().take(reach + 1) {
            let from = inversions.saturating_sub(size - 1);
            *slot = chance[from..=inversions].iter().sum::<f64>() / size as f64;
        }
        chance = next;
    }
    // S is the number of pairs less twice the inversions.
    let as_far = |inversions: &usize| (pairs as i64 - 2 * *inversions as i64).abs() >= s.abs();
    (0..=pairs).filter(as_far).map(|inversions| chance[inversions]).sum()
}

/// The same with ties, by going through all orders of `y` (B. R. Heap, "Permutations by interchanges", 1963).
fn over_all_orders(x: &[f64], y: &[f64], s: i64) -> f64 {
    let mut y = y.to_vec();
    let mut turns = vec![0; y.len()];
    let (mut all, mut as_far) = (1_u32, 1_u32);
    let mut at = 1;
    while at < y.len() {
        if turns[at] < at {
            y.swap(if at.is_multiple_of(2) { 0 } else { turns[at] }, at);
            all += 1;
            as_far += u32::from(plain_score(x, &y).abs() >= s.abs());
            turns[at] += 1;
            at = 1;
        } else {
            turns[at] = 0;
            at += 1;
        }
    }
    f64::from(as_far) / f64::from(all)
}

/// S pair by pair, for short lists.
fn plain_score(x: &[f64], y: &[f64]) -> i64 {
    let sign = |a: f64, b: f64| i64::from(a < b) - i64::from(a > b);
    let from = |at: usize| (at + 1..x.len()).map(move |later| sign(x[at], x[later]) * sign(y[at], y[later]));
    (0..x.len()).flat_map(from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_count_agree() {
        let mut rng = fastrand::Rng::with_seed(1);
        for _ in 0..200 {
            let n = rng.usize(2..40);
            let x: Vec<f64> = (0..n).map(|_| f64::from(rng.u8(0..12))).collect();
            let y: Vec<f64> = (0..n).map(|_| f64::from(rng.u8(0..9))).collect();
            assert_eq!(score(&x, &y), plain_score(&x, &y));
        }
    }

    #[test]
    fn four_in_a_row_are_two_of_twenty_four_orders() {
        let x = [1.0, 2.0, 3.0, 4.0];
        assert!((kendall(&x, &x).p - 2.0 / 24.0).abs() < 1e-12);
    }
}
