//! Puts likely words together as they are said together.

use std::collections::HashMap;

use crate::lexicon::Lexicon;

use super::words::Word;

/// Words of a phrase, small ones among them.
const WORDS_MAX: usize = 5;
/// Words of a phrase that are not small.
const LIKELY_MAX: usize = 3;
/// A word may be in a phrase if it is at least this share as likely as the likeliest of the topic. Of .35, .5 and .65, tried on
/// the first 48 calls of `scripts/train_topics/exam`, the two higher ones gave shorter labels with as many right words.
const SHARE_MIN: f32 = 0.6;
/// What a small word between two others costs, as a share of the likeliest word: by judgement, so that one between two words
/// is no reason to leave either out and a row of them is.
const JOINER_COST: f32 = 0.15;

/// Words that are said in a row.
pub(super) struct Phrase<'a> {
    /// Its place among the words of the topic.
    pub(super) first: usize,
    pub(super) words: &'a [Word],
    /// Sum of the likelihoods of its words, less what the small words between them cost.
    pub(super) value: f32,
}

/// The best phrase of a topic without the stems in `used`; of equals the first.
pub(super) fn best<'a>(
    words: &'a [Word],
    likely: &HashMap<&str, f32>,
    used: &[&str],
    lexicon: Option<&Lexicon>,
) -> Option<Phrase<'a>> {
    let top = likely.iter().filter(|(stem, _)| !used.contains(stem)).map(|(_, one)| *one).fold(0.0, f32::max);
    let of = |word: &'a Word| {
        let stem = word.stem.as_deref().filter(|stem| !used.contains(stem))?;
        Some((stem, *likely.get(stem).filter(|likelihood| **likelihood >= SHARE_MIN * top)?))
    };
    let likely: Vec<Option<(&str, f32)>> = words.iter().map(of).collect();
    let mut best: Option<Phrase<'a>> = None;
    for first in (0..words.len()).filter(|first| likely[*first].is_some()) {
        let (mut value, mut stems) = (0.0, Vec::new());
        for (at, word) in words.iter().enumerate().skip(first).take(WORDS_MAX) {
            if word.clause != words[first].clause {
                break;
            }
            match likely[at] {
                // The same word twice in a row is a slip of the tongue.
                Some((stem, _)) if stems.contains(&stem) => break,
                Some((stem, likelihood)) => {
                    value += likelihood;
                    stems.push(stem);
                }
                None if lexicon.is_some_and(|lexicon| lexicon.joins(&word.plain)) => {
                    value -= JOINER_COST * top;
                    continue;
                }
                None => break,
            }
            if stems.len() > LIKELY_MAX {
                break;
            }
            if best.as_ref().is_none_or(|best| value > best.value) {
                best = Some(Phrase { first, words: &words[first..=at], value });
            }
        }
    }
    best
}

impl Phrase<'_> {
    /// The stems in it.
    pub(super) fn stems(&self) -> impl Iterator<Item = &str> {
        self.words.iter().filter_map(|word| word.stem.as_deref())
    }

    /// As a label shows it; a name keeps its capital although a sentence begins with it, by `names`.
    pub(super) fn text(&self, names: &HashMap<&str, &str>, spaced: bool) -> String {
        let shown = |(at, word): (usize, &Word)| {
            let common = word.stem.as_deref().and_then(|stem| names.get(stem)).copied();
            let common = common.filter(|common| word.leads && common.to_lowercase() == word.plain);
            // Only the last word loses its possessive ending.
            let whole = if word.leads { word.plain.as_str() } else { word.written.as_str() };
            common.unwrap_or(if at + 1 == self.words.len() { word.shown() } else { whole }).to_owned()
        };
        let texts: Vec<String> = self.words.iter().enumerate().map(shown).collect();
        texts.join(if spaced { " " } else { "" })
    }
}
