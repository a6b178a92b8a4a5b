//! Finds the phrases of a lexicon in a run of words.

use std::collections::HashMap;

use super::Tag;
use super::tokens::{is_cjk, tokens};

/// Words that a lone star stands for, at least one.
const GAP_MAX: usize = 3;

/// Letters of its beginning by which a word with a star is looked up.
const KEY_LETTERS: usize = 2;

#[derive(Debug)]
enum Part {
    Word(String),
    Beginning(String),
    Gap,
}

/// A phrase that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// What the phrase is a sign of.
    pub(crate) tag: Tag,
    /// Index of its first word.
    pub(crate) start: usize,
    /// Index after its last word.
    pub(crate) end: usize,
}

/// Phrases by their first word.
#[derive(Debug, Default)]
pub(crate) struct Phrases {
    whole: HashMap<String, Vec<(Vec<Part>, Tag)>>,
    beginning: HashMap<String, Vec<(Vec<Part>, Tag)>>,
}

impl Phrases {
    /// Takes in a list: phrases separated by commas; a star after a word stands for any ending, a lone star for one to
    /// three words.
    pub(crate) fn add(&mut self, list: &str, tag: Tag) {
        for entry in list.split(',') {
            let parts = parse(entry);
            match parts.first() {
                Some(Part::Word(word)) => self.whole.entry(word.clone()).or_default().push((parts, tag)),
                Some(Part::Beginning(word)) => self.beginning.entry(key(word)).or_default().push((parts, tag)),
                Some(Part::Gap) | None => {}
            }
        }
    }

    /// All phrases in these words: at each place one of a sort, the shortest.
    pub(crate) fn hits(&self, tokens: &[String]) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for (start, token) in tokens.iter().enumerate() {
            let before = hits.len();
            let whole = self.whole.get(token).into_iter().flatten();
            let beginning = self.beginning.get(&key(token)).into_iter().flatten();
            for (parts, tag) in whole.chain(beginning) {
                let Some(length) = matched(parts, &tokens[start..]) else { continue };
                match hits[before..].iter_mut().find(|hit| hit.tag == *tag) {
                    Some(hit) => hit.end = hit.end.min(start + length),
                    None => hits.push(Hit { tag: *tag, start, end: start + length }),
                }
            }
        }
        hits
    }
}

fn key(word: &str) -> String {
    word.chars().take(KEY_LETTERS).collect()
}

fn parse(entry: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    for piece in entry.split_whitespace() {
        let mut rest = piece;
        while !rest.is_empty() {
            let (before, star) = rest.split_once('*').map_or((rest, None), |(before, after)| (before, Some(after)));
            let mut words = tokens(before);
            let ends_in_word = before.chars().last().is_some_and(|c| !is_cjk(c));
            let last = if star.is_some() && ends_in_word { words.pop() } else { None };
            parts.extend(words.into_iter().map(Part::Word));
            match (star, last) {
                (Some(_), Some(word)) => parts.push(Part::Beginning(word)),
                (Some(_), None) => parts.push(Part::Gap),
                (None, _) => {}
            }
            rest = star.unwrap_or_default();
        }
    }
    let first = parts.iter().position(|part| !matches!(part, Part::Gap)).unwrap_or(parts.len());
    parts.drain(..first);
    while matches!(parts.last(), Some(Part::Gap)) {
        parts.pop();
    }
    parts
}

/// How many words the parts take from the start of `tokens`, if they fit; the fewest.
fn matched(parts: &[Part], tokens: &[String]) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(0) };
    let fits = match part {
        Part::Gap => {
            let skips = 1..=GAP_MAX.min(tokens.len());
            return skips.filter_map(|skip| matched(rest, &tokens[skip..]).map(|length| length + skip)).min();
        }
        Part::Word(word) => tokens.first() == Some(word),
        Part::Beginning(word) => tokens.first().is_some_and(|token| token.starts_with(word)),
    };
    if fits { matched(rest, &tokens[1..]).map(|length| length + 1) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(list: &str, text: &str) -> Vec<(usize, usize)> {
        let mut phrases = Phrases::default();
        phrases.add(list, Tag::Work);
        phrases.hits(&tokens(text)).into_iter().map(|hit| (hit.start, hit.end)).collect()
    }

    #[test]
    fn words_endings_and_gaps() {
        assert_eq!(ends("park it, invoice*", "Invoices? Park it."), [(0, 1), (1, 3)]);
        assert_eq!(ends("i've got * at", "I've got Dale at eleven"), [(0, 4)]);
        assert_eq!(ends("i've got * at", "I've got at"), []);
        assert_eq!(ends("в * операция", "в двенадцать операция"), [(0, 3)]);
        assert_eq!(ends("还剩*分钟", "还剩十分钟"), [(0, 5)]);
        assert_eq!(ends("合同", "我的合同好了"), [(2, 4)]);
    }

    #[test]
    fn empty_entries_match_nothing() {
        assert_eq!(ends(" , *, * *", "a b c"), []);
    }
}
