//! The slope of a line through most points, unmoved by a few odd ones.

use super::kendall::tie_sizes;

/// The normal quantile that leaves 2.5 % above it.
const Z_975: f64 = 1.959_963_984_540_054;

/// Pairs that are looked at, at most: beyond them, every pair of points a given number of places apart stands for its
/// neighbours, which moves the slope by far less than its interval is wide.
const PAIRS_MAX: usize = 400_000;

/// A slope with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slope {
    /// The median of the slopes of all pairs.
    pub slope: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// The Theil-Sen slope of `y` over `x`, both finite, with the interval of P. K. Sen, "Estimates of the regression
/// coefficient based on Kendall's tau" (1968). `None` where no two points differ in `x`.
///
/// # Panics
/// If the lists differ in length.
#[must_use]
pub fn theil_sen(x: &[f64], y: &[f64]) -> Option<Slope> {
    assert_eq!(x.len(), y.len(), "points have two coordinates");
    let mut slopes = pair_slopes(x, y);
    if slopes.is_empty() {
        return None;
    }
    slopes.sort_by(f64::total_cmp);
    let count = slopes.len();
    let full = |t: f64| t * (t - 1.0) * (2.0 * t + 5.0);
    let ties: f64 = tie_sizes(x).into_iter().chain(tie_sizes(y)).map(full).sum();
    let variance = ((full(x.len() as f64) - ties) / 18.0).max(0.0);
    // Where only some pairs were looked at, ranks among them stand for ranks among all.
    let reach = Z_975 * variance.sqrt() / stride_of(x.len()) as f64;
    let half = count as f64 / 2.0;
    let above = (half + reach / 2.0).round_ties_even() as usize;
    let below = (half - reach / 2.0).round_ties_even().max(1.0) as usize;
    Some(Slope {
        slope: slopes[(count - 1) / 2].midpoint(slopes[count / 2]),
        low: slopes[below - 1],
        high: slopes[above.min(count - 1)],
    })
}

/// Only distances that differ by so much are looked at.
fn stride_of(n: usize) -> usize {
    (n * n.saturating_sub(1) / 2).div_ceil(PAIRS_MAX).max(1)
}

fn pair_slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    let n = x.len();
    let stride = stride_of(n);
    let mut slopes = Vec::new();
    for apart in (1..n).step_by(stride) {
        for (a, b) in (0..n - apart).zip(apart..n) {
            let run = x[b] - x[a];
            if run != 0.0 {
                slopes.push((y[b] - y[a]) / run);
            }
        }
    }
    slopes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_in_spite_of_a_wild_point() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        let mut y: Vec<f64> = x.iter().map(|x| 2.0 * x + 1.0).collect();
        y[7] = 1000.0;
        let found = theil_sen(&x, &y).unwrap();
        assert_eq!(found.slope, 2.0);
        assert!(found.low <= 2.0 && found.high >= 2.0);
    }

    #[test]
    fn many_points_give_the_slope_of_all_of_them() {
        let mut rng = fastrand::Rng::with_seed(3);
        let x: Vec<f64> = (0..3000).map(f64::from).collect();
        let y: Vec<f64> = x.iter().map(|x| 0.01 * x + rng.f64()).collect();
        let found = theil_sen(&x, &y).unwrap();
        assert!((found.slope - 0.01).abs() < 1e-4, "{found:?}");
        assert!(found.high - found.low < 1e-4 && found.low < found.high, "{found:?}");
    }

    #[test]
    fn one_moment_has_no_slope() {
        assert_eq!(theil_sen(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(theil_sen(&[], &[]), None);
    }
}
