//! Which of the user's phrases held: redirects gathered by the words they share.

use std::collections::BTreeMap;

use crate::call::figures::{Person, RedirectFigures};
use crate::call::finding::Outcome;
use crate::call::trend::{Held, Phrase};
use crate::lexicon::{Lexicon, Tag, tokens};

use super::measure::Dated;

/// Phrases that are named.
const PHRASES_MAX: usize = 3;
/// A phrase is judged from so many tries on.
const TRIES_MIN: usize = 2;

/// Signs of steering that are phrases people can say again. The name of a thing is not.
const SAID_AGAIN: [Tag; 5] = [Tag::Park, Tag::SteerParking, Tag::SteerTime, Tag::SteerProcedure, Tag::SteerSummary];

#[derive(Default)]
struct Found<'calls> {
    held: Held,
    example: &'calls str,
    example_held: bool,
}

/// The phrases of the user's redirects (of everybody's, where nobody is known to be the user), best first: by the share
/// that held, each phrase starting with one try that held and one that did not, so that 5 of 6 goes before 2 of 2.
pub(super) fn phrases(calls: &[Dated]) -> Vec<Phrase> {
    let mut found: BTreeMap<String, Found<'_>> = BTreeMap::new();
    for one in calls {
        let known = one.call.talk_ratio.is_some();
        let lexicon = one.call.language.as_deref().and_then(Lexicon::of);
        for redirect in one.call.redirects.iter().filter(|made| !known || made.by == Some(Person::You)) {
            if let Some(words) = lexicon.and_then(|lexicon| shared_words(lexicon, redirect)) {
                add(found.entry(words).or_default(), redirect);
            }
        }
    }
    let mut phrases: Vec<_> = found
        .into_iter()
        .filter(|(_, found)| found.held.made >= TRIES_MIN)
        .map(|(words, found)| Phrase { words, example: found.example.to_owned(), held: found.held })
        .collect();
    let rank = |phrase: &Phrase| (phrase.held.accepted + 1) as f64 / (phrase.held.made + 2) as f64;
    phrases.sort_by(|a, b| rank(b).total_cmp(&rank(a)).then_with(|| a.words.cmp(&b.words)));
    phrases.truncate(PHRASES_MAX);
    phrases
}

fn add<'calls>(found: &mut Found<'calls>, redirect: &'calls RedirectFigures) {
    let held = redirect.outcome == Outcome::Accepted;
    found.held.made += 1;
    found.held.accepted += usize::from(held);
    // Calls come by time: the latest that held, or the latest of all while none has.
    if held || !found.example_held {
        found.example = &redirect.words;
        found.example_held = held;
    }
}

/// The longest phrase of steering in a redirect; of equals the first.
fn shared_words(lexicon: &Lexicon, redirect: &RedirectFigures) -> Option<String> {
    let words = tokens(&redirect.words);
    let hits = lexicon.hits(&words);
    let steering = hits.into_iter().filter(|hit| SAID_AGAIN.contains(&hit.tag));
    let longest = steering.rev().max_by_key(|hit| hit.end - hit.start)?;
    let between = if lexicon.is_unspaced() { "" } else { " " };
    Some(words[longest.start..longest.end].join(between))
}
