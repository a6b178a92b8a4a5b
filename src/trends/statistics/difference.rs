//! How much two groups of calls differ, and how often a shuffle of the calls would show as much.

use special::Beta as _;

/// Up to so many ways to share out the calls, all of them are gone through.
const ALL_SHARES_MAX: u128 = 20_000;

/// Else so many shuffles are drawn: the chance is then known to within 0.5 points around 5 %.
const SHUFFLES: u32 = 9_999;

/// The shuffles begin here, so that every run says the same.
const SEED: u64 = 0x7261_7070_6f72_7431;

/// Relative slack in comparing sums that differ only by rounding.
const SLACK: f64 = 1e-9;

/// How far the second group lies above the first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Mean of the second less mean of the first.
    pub difference: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
    /// How often a shuffle shows a difference as far from zero, 0 to 1.
    pub p: f64,
}

/// The difference of two groups of finite numbers, with Welch's interval (B. L. Welch, "The generalization of Student's
/// problem", 1947) and the chance by shuffling, which needs no assumption on how the values are spread. `None` where a
/// group has fewer than two values.
#[must_use]
pub fn difference(before: &[f64], after: &[f64]) -> Option<Difference> {
    if before.len() < 2 || after.len() < 2 {
        return None;
    }
    let difference = mean(after) - mean(before);
    let reach = welch_reach(before, after);
    Some(Difference { difference, low: difference - reach, high: difference + reach, p: chance(before, after) })
}

pub(in crate::trends) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation of a sample of two values and more.
pub(in crate::trends) fn sd(values: &[f64]) -> f64 {
    let middle = mean(values);
    (values.iter().map(|value| (value - middle).powi(2)).sum::<f64>() / (values.len() - 1) as f64).sqrt()
}

/// Half the width of the 95 % interval.
fn welch_reach(before: &[f64], after: &[f64]) -> f64 {
    let error = |group: &[f64]| sd(group).powi(2) / group.len() as f64;
    let (a, b) = (error(before), error(after));
    let freedom = (a + b).powi(2) / (a.powi(2) / (before.len() - 1) as f64 + b.powi(2) / (after.len() - 1) as f64);
    // Two groups of constants have no doubt to spread.
    if a + b > 0.0 { student_reach(freedom) * (a + b).sqrt() } else { 0.0 }
}

/// How far from zero 95 % of Student's t distribution reach: where the incomplete beta function, which gives its two
/// tails, is 5 %.
fn student_reach(freedom: f64) -> f64 {
    let (p, q) = (freedom / 2.0, 0.5);
    let share = 0.05_f64.inv_inc_beta(p, q, p.ln_beta(q));
    (freedom * (1.0 - share) / share).sqrt()
}

fn chance(before: &[f64], after: &[f64]) -> f64 {
    let all: Vec<f64> = before.iter().chain(after).copied().collect();
    // The sum of the smaller group says all: the rest is what it leaves.
    let small = if before.len() < after.len() { before } else { after };
    let expected = mean(&all) * small.len() as f64;
    let scale = all.iter().map(|value| value.abs()).sum::<f64>();
    let seen = (small.iter().sum::<f64>() - expected).abs() - SLACK * scale;
    if ways(all.len() as u128, small.len() as u128) <= ALL_SHARES_MAX {
        over_all_shares(&all, small.len(), |sum| (sum - expected).abs() >= seen)
    } else {
        over_shuffles(all, small.len(), |sum| (sum - expected).abs() >= seen)
    }
}

/// In how many ways `k` of `n` can be chosen; no larger number than needed to see that it is too large.
fn ways(n: u128, k: u128) -> u128 {
    let mut ways = 1;
    for step in 0..k {
        ways = ways * (n - step) / (step + 1);
        if ways > ALL_SHARES_MAX {
            break;
        }
    }
    ways
}

fn over_all_shares(all: &[f64], size: usize, as_far: impl Fn(f64) -> bool) -> f64 {
    let mut chosen: Vec<usize> = (0..size).collect();
    let (mut count, mut far) = (0_u32, 0_u32);
    loop {
        count += 1;
        far += u32::from(as_far(chosen.iter().map(|at| all[*at]).sum()));
        // The next choice in the order of a dictionary: the last place that can still move does.
        let Some(place) = (0..size).rev().find(|place| chosen[*place] < all.len() - size + place) else {
            return f64::from(far) / f64::from(count);
        };
        chosen[place] += 1;
        for later in place + 1..size {
            chosen[later] = chosen[later - 1] + 1;
        }
    }
}

fn over_shuffles(mut all: Vec<f64>, size: usize, as_far: impl Fn(f64) -> bool) -> f64 {
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut far = 1_u32;
    for _ in 0..SHUFFLES {
        for place in 0..size {
            let other = rng.usize(place..all.len());
            all.swap(place, other);
        }
        far += u32::from(as_far(all[..size].iter().sum()));
    }
    f64::from(far) / f64::from(SHUFFLES + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_are_seen_once() {
        let all = [1.0, 2.0, 4.0, 8.0, 16.0];
        let sums = std::cell::RefCell::new(std::collections::BTreeSet::new());
        over_all_shares(&all, 2, |sum| sums.borrow_mut().insert(sum as u32));
        assert_eq!(sums.into_inner().len() as u128, ways(5, 2));
    }

    #[test]
    fn constants_differ_without_doubt_and_by_chance_of_the_shares() {
        let found = difference(&[1.0; 4], &[2.0; 4]).unwrap();
        assert_eq!((found.difference, found.low, found.high), (1.0, 1.0, 1.0));
        assert!((found.p - 2.0 / 70.0).abs() < 1e-12);
        assert_eq!(difference(&[1.0; 4], &[1.0; 4]).unwrap().p, 1.0);
        assert_eq!(difference(&[1.0], &[1.0; 4]), None);
    }
}
