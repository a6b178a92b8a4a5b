//! Where the words change, for languages without a lexicon: dips of word overlap between neighbouring blocks, after the
//! idea of TextTiling (Hearst 1997).

use std::collections::HashSet;

use crate::call::transcript::Utterance;
use crate::lexicon::{plain_content, tokens};

/// Utterances in each of the two blocks that are compared.
const BLOCK: usize = 8;
/// No two boundaries are nearer to each other than this many utterances.
const TOPIC_MIN: usize = 8;
/// A dip counts when it is deeper than the mean dip by so many standard deviations (Hearst's stricter rule uses 0.5).
const DEPTH_SIGMAS: f64 = 1.0;

/// Indices at which topics begin, 0 among them.
pub(super) fn starts(utterances: &[Utterance]) -> Vec<usize> {
    let stems: Vec<Vec<String>> = utterances.iter().map(|utterance| plain_content(&tokens(&utterance.text))).collect();
    let overlaps: Vec<f64> = (1..stems.len()).map(|at| overlap(&stems, at)).collect();
    let depths: Vec<f64> = (0..overlaps.len()).map(|at| depth(&overlaps, at)).collect();
    let count = depths.len().max(1) as f64;
    let mean = depths.iter().sum::<f64>() / count;
    let deviation = (depths.iter().map(|depth| (depth - mean).powi(2)).sum::<f64>() / count).sqrt();
    let mut deepest: Vec<usize> =
        (0..depths.len()).filter(|at| depths[*at] > mean + DEPTH_SIGMAS * deviation).collect();
    deepest.sort_by(|a, b| depths[*b].total_cmp(&depths[*a]).then(a.cmp(b)));
    let mut starts = vec![0];
    for at in deepest {
        let start = at + 1;
        if utterances.len() - start >= TOPIC_MIN && starts.iter().all(|other| start.abs_diff(*other) >= TOPIC_MIN) {
            starts.push(start);
        }
    }
    starts.sort_unstable();
    starts
}

/// How alike the blocks before and after `at` are, 0 to 1.
fn overlap(stems: &[Vec<String>], at: usize) -> f64 {
    let block = |from: usize, to: usize| -> HashSet<&String> { stems[from..to].iter().flatten().collect() };
    let (left, right) = (block(at.saturating_sub(BLOCK), at), block(at, (at + BLOCK).min(stems.len())));
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    left.intersection(&right).count() as f64 / (left.len() as f64 * right.len() as f64).sqrt()
}

/// How far the overlap at a place lies below the tops on both sides.
fn depth(overlaps: &[f64], at: usize) -> f64 {
    let climb = |places: &mut dyn Iterator<Item = usize>| {
        let mut top = overlaps[at];
        for place in places {
            if overlaps[place] < top {
                break;
            }
            top = overlaps[place];
        }
        top - overlaps[at]
    };
    climb(&mut (0..at).rev()) + climb(&mut (at + 1..overlaps.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::time::Span;

    #[test]
    fn a_change_of_words_is_a_boundary_and_sameness_is_none() {
        let say = |text: &str, at: usize| Utterance {
            span: Span::from_ms(at as u64 * 1000, at as u64 * 1000 + 900),
            speaker: None,
            text: text.to_owned(),
            words: None,
            confidence: None,
        };
        let utterances: Vec<_> =
            (0..40).map(|at| say(if at < 20 { "lasku toimitus hinta" } else { "koira metsä sieni" }, at)).collect();
        assert_eq!(starts(&utterances), [0, 20]);
        assert_eq!(starts(&utterances[..20]), [0]);
        assert_eq!(starts(&utterances[..1]), [0]);
    }
}
