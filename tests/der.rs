//! The diarization error rate against cases worked out by hand.

#[path = "../benches/der/rttm.rs"]
mod rttm;
#[path = "../benches/der/score.rs"]
mod score;

use rapport::call::time::Span;
use rttm::Turns;
use score::{Errors, score};

fn turns(spans: &[(&str, u64, u64)]) -> Turns {
    let mut turns = Turns::new();
    for (name, start, end) in spans {
        turns.entry((*name).to_owned()).or_default().push(Span::from_ms(*start, *end));
    }
    turns
}

fn errors(missed_ms: u64, false_alarm_ms: u64, confused_ms: u64, speech_ms: u64) -> Errors {
    Errors { missed_ms, false_alarm_ms, confused_ms, speech_ms }
}

#[test]
fn names_do_not_matter_and_a_perfect_answer_has_no_errors() {
    let reference = turns(&[("ann", 0, 1000), ("bob", 1000, 3000)]);
    let answer = turns(&[("2", 0, 1000), ("1", 1000, 3000)]);
    assert_eq!(score(&reference, &answer, 0), errors(0, 0, 0, 3000));
    assert_eq!(score(&reference, &answer, 0).rate(), 0.0);
}

#[test]
fn each_sort_of_error_is_counted_as_itself() {
    let reference = turns(&[("ann", 0, 10_000), ("bob", 10_000, 20_000)]);
    // 1 s missed, 0.5 s of false alarm, and bob's first 2 s under ann's name: 3.5 s of 20 s.
    let answer = turns(&[("x", 1000, 12_000), ("y", 12_000, 20_500)]);
    let found = score(&reference, &answer, 0);
    assert_eq!(found, errors(1000, 500, 2000, 20_000));
    assert!((found.rate() - 0.175).abs() < 1e-12);
}

#[test]
fn overlap_counts_for_each_speaker() {
    let reference = turns(&[("ann", 0, 4000), ("bob", 3000, 6000)]);
    // One voice at a time: the second of overlap is missed once.
    let answer = turns(&[("x", 0, 3500), ("y", 3500, 6000)]);
    assert_eq!(score(&reference, &answer, 0), errors(1000, 0, 0, 7000));
    // Both all along: 3 s and 2 s too many.
    let both = turns(&[("x", 0, 6000), ("y", 0, 6000)]);
    assert_eq!(score(&reference, &both, 0), errors(0, 5000, 0, 7000));
}

#[test]
fn a_collar_leaves_out_what_is_near_the_edges() {
    let reference = turns(&[("ann", 1000, 3000), ("bob", 5000, 9000)]);
    let answer = turns(&[("x", 1200, 2000), ("y", 4000, 9000)]);
    // Scored: 0 to 0.75, 1.25 to 2.75, 3.25 to 4.75, 5.25 to 8.75.
    assert_eq!(score(&reference, &answer, 250), errors(750, 750, 0, 5000));
    assert_eq!(score(&reference, &answer, 0), errors(1200, 1000, 0, 6000));
}

#[test]
fn the_mapping_is_the_best_of_all_not_the_greedy_one() {
    // Greedy takes ann-x (5 s) and is left with bob-y (0 s); the best is ann-y (4 s) with bob-x (4 s).
    let reference = turns(&[("ann", 0, 9000), ("bob", 20_000, 24_000)]);
    let answer = turns(&[("x", 0, 5000), ("y", 5000, 9000), ("x", 20_000, 24_000)]);
    assert_eq!(score(&reference, &answer, 0), errors(0, 0, 5000, 13_000));
}

#[test]
fn too_many_or_too_few_names_are_confusion() {
    let reference = turns(&[("ann", 0, 6000)]);
    let answer = turns(&[("x", 0, 1000), ("y", 1000, 3000), ("z", 3000, 6000)]);
    assert_eq!(score(&reference, &answer, 0), errors(0, 0, 3000, 6000));
    assert_eq!(score(&answer, &reference, 0), errors(0, 0, 3000, 6000));
    assert_eq!(score(&reference, &Turns::new(), 0), errors(6000, 0, 0, 6000));
    assert!(score(&Turns::new(), &reference, 0).rate().is_infinite());
}

#[test]
fn a_speakers_own_overlapping_lines_are_one() {
    let reference = turns(&[("ann", 0, 2000), ("ann", 1500, 3000)]);
    assert_eq!(score(&reference, &turns(&[("x", 0, 3000)]), 0), errors(0, 0, 0, 3000));
}

#[test]
fn rttm_is_read_and_a_broken_line_is_named() {
    let text = "SPKR-INFO a 1 <NA>\nSPEAKER a 1 6.690 0.430 <NA> <NA> ann <NA> <NA>\n\
                SPEAKER b 1 0 1 <NA> <NA> bob <NA> <NA>\n";
    let files = rttm::read(text).unwrap();
    assert_eq!(files["a"], turns(&[("ann", 6690, 7120)]));
    assert_eq!(files["b"], turns(&[("bob", 0, 1000)]));
    for bad in ["SPEAKER a 1 x 0.4 <NA> <NA> ann", "SPEAKER a 1 1 -0.4 <NA> <NA> ann", "SPEAKER a 1 1"] {
        assert!(rttm::read(&format!("\n{bad}")).unwrap_err().starts_with("line 2: "), "{bad}");
    }
}
