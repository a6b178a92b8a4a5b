//! Precision first: the absence of business words makes no digression. Talk counts as small talk or off agenda only where
//! enough social words, words of telling and words of elsewhere are said, as they are in real digressions and hardly ever
//! in meetings about work.

use crate::call::topic::Kind;
use crate::call::transcript::Transcript;
use crate::lexicon::{Lexicon, tokens};

use super::chain::{self, Path};
use super::weights::{Row, STATES};

/// Utterances to each side that make the neighbourhood.
const REACH: usize = 8;
/// What is taken off a kind that cannot be: far more than the evidence of any utterance.
const FORBIDDEN: f32 = 1000.0;
/// Rounds of deciding again; each forbids something, and a few suffice. What is still too cold then is business.
const ROUNDS_MAX: usize = 6;

/// Warm words and all words up to each utterance.
struct Sums(Vec<(usize, usize)>);

impl Sums {
    fn of(transcript: &Transcript, lexicon: &Lexicon) -> Self {
        let mut sums = vec![(0, 0)];
        let (mut warm, mut words) = (0, 0);
        for utterance in &transcript.utterances {
            let tokens = tokens(&utterance.text);
            words += tokens.len();
            warm += lexicon.hits(&tokens).iter().filter(|hit| hit.tag.is_warm()).count();
            sums.push((warm, words));
        }
        Self(sums)
    }

    /// Warm words in every hundred from `first` up to before `end`.
    fn between(&self, first: usize, end: usize) -> f32 {
        let (warm, words) = (self.0[end].0 - self.0[first].0, self.0[end].1 - self.0[first].1);
        if words == 0 { 0.0 } else { 100.0 * warm as f32 / words as f32 }
    }
}

/// The best path on which every digression is warm enough.
pub(super) fn decode(
    transcript: &Transcript,
    lexicon: &Lexicon,
    mut evidence: Vec<Row>,
    switches: &[Row; STATES],
) -> Path {
    let sums = Sums::of(transcript, lexicon);
    let count = evidence.len();
    let bounds = lexicon.warmth;
    for (at, row) in evidence.iter_mut().enumerate() {
        let near = sums.between(at.saturating_sub(REACH), (at + REACH + 1).min(count));
        for (kind, bound) in [(Kind::SmallTalk, bounds.small_talk_near), (Kind::OffAgenda, bounds.off_agenda_near)] {
            if near < bound {
                row[kind as usize] -= FORBIDDEN;
            }
        }
    }
    for round in 0..=ROUNDS_MAX {
        let path = chain::decode(&evidence, switches);
        let mut cold = false;
        for (first, end) in path.spans() {
            let bound = match path.kind(first) {
                Kind::SmallTalk => bounds.small_talk,
                Kind::OffAgenda => bounds.off_agenda,
                Kind::Opening | Kind::Business | Kind::Closing => continue,
            };
            if sums.between(first, end) >= bound {
                continue;
            }
            cold = true;
            for row in &mut evidence[first..end] {
                row[path.kind(first) as usize] -= FORBIDDEN;
                if round + 1 >= ROUNDS_MAX {
                    row[Kind::SmallTalk as usize] -= FORBIDDEN;
                    row[Kind::OffAgenda as usize] -= FORBIDDEN;
                }
            }
        }
        if !cold {
            return path;
        }
    }
    chain::decode(&evidence, switches)
}
