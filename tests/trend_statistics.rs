//! The statistics against scipy's answers, and how often they claim something of pure noise.

use std::path::Path;

use rapport::trends::statistics::{ALPHA, difference, holm, kendall, theil_sen};
use serde_json::Value;

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/statistics.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn close(ours: f64, theirs: &Value, tolerance: f64, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= tolerance * theirs.abs().max(1e-3), "{what}: {ours}, scipy says {theirs}");
}

#[test]
fn trends_are_those_of_scipy() {
    let (mut chances, mut slopes) = (0, 0);
    for case in golden()["trends"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let (x, y) = (numbers(&case["x"]), numbers(&case["y"]));
        let found = kendall(&x, &y);
        assert_eq!(found.s, case["s"].as_i64().unwrap(), "{name}");
        if case["variance"].is_number() {
            close(found.variance, &case["variance"], 1e-9, name);
        }
        if case["p"].is_number() {
            chances += 1;
            close(found.p, &case["p"], 1e-9, &format!("{name}, {}", case["kind"]));
        }
        if case["slope"].is_number() {
            slopes += 1;
            let slope = theil_sen(&x, &y).unwrap();
            close(slope.slope, &case["slope"], 1e-12, name);
            close(slope.low, &case["low"], 1e-12, name);
            close(slope.high, &case["high"], 1e-12, name);
        }
    }
    assert!(chances >= 7 && slopes >= 8, "{chances} chances and {slopes} slopes");
}

#[test]
fn differences_are_those_of_scipy() {
    for case in golden()["differences"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let found = difference(&numbers(&case["before"]), &numbers(&case["after"])).unwrap();
        close(found.difference, &case["difference"], 1e-12, name);
        close(found.low, &case["low"], 1e-9, name);
        close(found.high, &case["high"], 1e-9, name);
        if case["exact"].as_bool().unwrap() {
            close(found.p, &case["p"], 1e-12, name);
        } else {
            // Two draws of 9,999 and 200,000 shuffles.
            let theirs = case["p"].as_f64().unwrap();
            let slack = 4.0 * (theirs * (1.0 - theirs) / 9_999.0).sqrt() + 2e-4;
            assert!((found.p - theirs).abs() < slack, "{name}: {} and {theirs}", found.p);
        }
    }
}

/// The share of `trials` in which a chance at or below [`ALPHA`] comes up, with the most that sampling allows.
fn rate(trials: usize, mut chance: impl FnMut(&mut fastrand::Rng) -> f64) -> (f64, f64) {
    let mut rng = fastrand::Rng::with_seed(11);
    let claims = (0..trials).filter(|_| chance(&mut rng) <= ALPHA).count();
    (claims as f64 / trials as f64, ALPHA + 3.0 * (ALPHA * (1.0 - ALPHA) / trials as f64).sqrt())
}

#[test]
fn shuffled_lists_have_a_trend_no_more_often_than_stated() {
    // Counts of seven are gone through in all 5,040 orders, which takes its time.
    for (name, count, levels, trials) in [
        ("seven", 7, 1000, 2_000),
        ("twelve", 12, 1000, 2_000),
        ("counts of seven", 7, 4, 300),
        ("counts of twelve", 12, 4, 2_000),
        ("sixty", 60, 1000, 1_000),
        ("sixty counts", 60, 3, 1_000),
    ] {
        let (found, most) = rate(trials, |rng| {
            let x: Vec<f64> = (0..count).map(f64::from).collect();
            let y: Vec<f64> = (0..count).map(|_| f64::from(rng.i32(0..levels))).collect();
            kendall(&x, &y).p
        });
        println!("{name}: {:.1} %", found * 100.0);
        assert!(found <= most, "{name}: {found} of the shuffles, at most {most}");
        // A test that never claims anything would pass too.
        assert!(found > 0.015, "{name}: {found}");
    }
}

#[test]
fn shuffled_groups_differ_no_more_often_than_stated() {
    for (name, before, after) in [("five and five", 5, 5), ("five and nine", 5, 9), ("twelve and fifteen", 12, 15)] {
        let (found, most) = rate(250, |rng| {
            // Skewed, as minutes over budget are.
            let mut draw = |count: usize| (0..count).map(|_| -rng.f64().max(1e-9).ln()).collect::<Vec<_>>();
            let (before, after) = (draw(before), draw(after));
            difference(&before, &after).unwrap().p
        });
        println!("{name}: {:.1} %", found * 100.0);
        assert!(found <= most, "{name}: {found} of the shuffles, at most {most}");
    }
}

#[test]
fn holm_raises_chances_by_how_many_are_left() {
    let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
    for (ours, theirs) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        assert!((ours - theirs).abs() < 1e-12, "{adjusted:?}");
    }
    assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    assert!(holm(&[]).is_empty());
}
