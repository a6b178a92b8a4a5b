//! The statistics behind every claim of change. Checked against scipy's answers by `tests/trend_statistics.rs`.

mod difference;
mod kendall;
mod slope;

pub use difference::{Difference, difference};
pub(super) use difference::{mean, sd};
pub use kendall::{Kendall, kendall};
pub use slope::{Slope, theil_sen};

/// Chance of a false claim that is put up with, over all figures of a client together.
pub const ALPHA: f64 = 0.05;

/// Holm's correction: chances made larger so that the chance of any false claim among them stays below a level at which
/// each is judged (S. Holm, "A simple sequentially rejective multiple test procedure", 1979). In the order given.
#[must_use]
pub fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|&a, &b| chances[a].total_cmp(&chances[b]));
    let mut adjusted = vec![1.0; chances.len()];
    let mut largest = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        largest = largest.max(chances[at] * (chances.len() - rank) as f64).min(1.0);
        adjusted[at] = largest;
    }
    adjusted
}

/// The number itself; 0 for −0, which no reader wants to see.
pub(super) fn without_minus_zero(value: f64) -> f64 {
    value + 0.0
}
