//! What the user says of the call: words that are business with this client, and the agenda. And where greetings and
//! goodbyes can be, whatever is learned.

use std::collections::HashSet;

use crate::call::topic::Kind;
use crate::lexicon::{Lexicon, tokens};

use super::TopicSettings;
use super::model::{Row, STATES, kind_of};
use super::signs::Said;

/// Utterances to each side that count as near.
const NEAR: usize = 2;
/// What one of the user's own business words adds for business: in the utterance that holds it, and in one with such a
/// word near it. Set so that one word outweighs a clearly social utterance.
const OWN_WORD: (f32, f32) = (5.0, 2.5);
/// The same for a word of the agenda. Low, because stories borrow the words of business: on labelled calls with their
/// agendas more than this took digressions for business.
const AGENDA_WORD: (f32, f32) = (0.25, 0.1);
/// At most so many of them count in one utterance.
const WORDS_MAX: usize = 2;
/// Greetings are over after this many utterances, and goodbyes lie in this many last ones, however long the call is.
const OPENING_UTTERANCES_MAX: usize = 30;
/// See [`OPENING_UTTERANCES_MAX`].
const CLOSING_UTTERANCES_MAX: usize = 40;
/// What is taken off a kind that cannot be at its place: far more than the evidence of any utterance.
const OUT_OF_PLACE: f32 = 1000.0;

/// Adds it to the evidence.
pub(super) fn add(evidence: &mut [Row], said: &[Said], lexicon: &Lexicon, settings: &TopicSettings) {
    let count = evidence.len();
    for (at, row) in evidence.iter_mut().enumerate() {
        if at >= OPENING_UTTERANCES_MAX {
            row[Kind::Opening as usize] -= OUT_OF_PLACE;
        }
        if count - at > CLOSING_UTTERANCES_MAX {
            row[Kind::Closing as usize] -= OUT_OF_PLACE;
        }
    }
    for (lines, (here, nearby)) in [(&settings.business, OWN_WORD), (&settings.agenda, AGENDA_WORD)] {
        let own: HashSet<String> = lines.iter().flat_map(|line| lexicon.content(&tokens(line))).collect();
        if own.is_empty() {
            continue;
        }
        let held = |one: &Said| one.stems.iter().filter(|stem| own.contains(*stem)).count().min(WORDS_MAX);
        let counts: Vec<usize> = said.iter().map(held).collect();
        for (at, row) in evidence.iter_mut().enumerate() {
            let around = &counts[at.saturating_sub(NEAR)..(at + NEAR + 1).min(count)];
            let others = (around.iter().sum::<usize>() - counts[at]).min(WORDS_MAX);
            let more = here * counts[at] as f32 + nearby * others as f32;
            for state in (0..STATES).filter(|state| kind_of(*state) == Kind::Business) {
                row[state] += more;
            }
        }
    }
}
