//! Precision first: the absence of business words makes no digression. Talk counts as small talk or off agenda only where
//! some social words, words of telling or words of elsewhere are said, as they are in real digressions and hardly ever in
//! meetings about work.

use crate::call::topic::Kind;
use crate::call::transcript::Transcript;
use crate::lexicon::{Lexicon, tokens};

use super::model::{Row, STATES, kind_of};

/// Utterances to each side that make the neighbourhood.
const REACH: usize = 8;
/// What is taken off a kind that cannot be: far more than the evidence of any utterance.
const FORBIDDEN: f32 = 1000.0;

/// Forbids digressions where the talk is too cold for one.
pub(super) fn guard(evidence: &mut [Row], transcript: &Transcript, lexicon: &Lexicon) {
    let sums = sums(transcript, lexicon);
    let count = evidence.len();
    for (at, row) in evidence.iter_mut().enumerate() {
        let (first, end) = (at.saturating_sub(REACH), (at + REACH + 1).min(count));
        let (warm, words) = (sums[end].0 - sums[first].0, sums[end].1 - sums[first].1);
        if 100.0 * warm as f32 >= lexicon.warmth * words as f32 && warm > 0 {
            continue;
        }
        for state in (0..STATES).filter(|state| matches!(kind_of(*state), Kind::SmallTalk | Kind::OffAgenda)) {
            row[state] -= FORBIDDEN;
        }
    }
}

/// Warm words and all words up to each utterance.
fn sums(transcript: &Transcript, lexicon: &Lexicon) -> Vec<(usize, usize)> {
    let mut sums = vec![(0, 0)];
    let (mut warm, mut words) = (0, 0);
    for utterance in &transcript.utterances {
        let tokens = tokens(&utterance.text);
        words += tokens.len();
        warm += lexicon.hits(&tokens).iter().filter(|hit| hit.tag.is_warm()).count();
        sums.push((warm, words));
    }
    sums
}
