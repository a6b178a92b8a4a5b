//! What may name a topic: each word that says something, and what speaks for it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use crate::lexicon::{FNV_START, Lexicon, fnv, is_cjk};
use crate::topics::embedding::{DIMENSIONS, Embedding, Vector};

use super::words::Word;

/// Numbers that tell how a word is used in its topic and in the call.
pub const USES: usize = 13;

/// A word, in all its forms, that may name a topic.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// What its forms have in common.
    pub stem: String,
    /// The form that is said most often; of equals the first.
    pub written: String,
    /// How it is used: how often (log), in how few of the call's topics (log), the share of its uses in the call that are
    /// here, whether more than one person says it, the share of its uses with a capital inside a sentence, its letters
    /// (tenths), how far into the topic it first comes (0 to 1), how many words the topic has (log), the squares of the
    /// first two and their product, how near its meaning lies to that of all candidates (cosine), and that times the
    /// second.
    pub uses: [f32; USES],
    /// What it looks like and what it stands beside, as digests, each with the share of its uses that have it.
    pub marks: Vec<(u64, f32)>,
    /// What it means; zeros where that is not known.
    pub vector: Vector,
}

/// In how many topics of a call a stem is said, and how often in all.
type Holders<'a> = HashMap<&'a str, (usize, usize)>;

/// Those of each topic, in the order of their first use.
pub(super) fn of(topics: &[Vec<Word>], lexicon: Option<&Lexicon>) -> Vec<Vec<Candidate>> {
    let mut holders = Holders::new();
    for words in topics {
        let mut here = HashSet::new();
        for stem in words.iter().filter_map(|word| word.stem.as_deref()) {
            let entry = holders.entry(stem).or_default();
            entry.0 += usize::from(here.insert(stem));
            entry.1 += 1;
        }
    }
    topics.iter().map(|words| of_topic(words, &holders, topics.len(), lexicon)).collect()
}

fn of_topic(words: &[Word], holders: &Holders, topics: usize, lexicon: Option<&Lexicon>) -> Vec<Candidate> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut order = Vec::new();
    for (at, word) in words.iter().enumerate() {
        if let Some(stem) = word.stem.as_deref() {
            let all = places.entry(stem).or_default();
            if all.is_empty() {
                order.push(stem);
            }
            all.push(at);
        }
    }
    let english = lexicon.is_some_and(|lexicon| lexicon.language == "en");
    let mut mean = [0.0; DIMENSIONS];
    let mut found: Vec<Candidate> = order
        .into_iter()
        .map(|stem| {
            let at = &places[stem];
            let written = common_form(words, at);
            let vector = if english { Embedding::get().of(&written) } else { [0.0; DIMENSIONS] };
            for (sum, value) in mean.iter_mut().zip(vector) {
                *sum += at.len() as f32 * value;
            }
            let (held, everywhere) = holders[stem];
            let uses = uses(words, at, &written, ((1 + topics) as f32 / held as f32).ln(), everywhere);
            let marks = lexicon.map(|lexicon| marks(words, at, lexicon.language)).unwrap_or_default();
            Candidate { stem: stem.to_owned(), written, uses, marks, vector }
        })
        .collect();
    for one in &mut found {
        let near = cosine(&one.vector, &mean);
        one.uses[11] = near;
        one.uses[12] = near * one.uses[1];
    }
    found
}

/// How a word is used; the last two, which are of its meaning, are left at zero.
fn uses(words: &[Word], places: &[usize], written: &str, rare: f32, everywhere: usize) -> [f32; USES] {
    let count = places.len() as f32;
    let often = (1.0 + count).ln();
    let several = places.iter().any(|at| words[*at].speaker != words[places[0]].speaker);
    let capital = |at: &&usize| !words[**at].leads && words[**at].written.starts_with(char::is_uppercase);
    [
        often,
        rare,
        count / everywhere as f32,
        f32::from(u8::from(several)),
        places.iter().filter(capital).count() as f32 / count,
        (written.chars().count() as f32 / 10.0).min(1.5),
        places[0] as f32 / words.len() as f32,
        (1.0 + words.len() as f32).ln(),
        often * often,
        rare * rare,
        often * rare,
        0.0,
        0.0,
    ]
}

/// The form that is written most often; of equals the first. A capital counts only inside a sentence.
fn common_form(words: &[Word], places: &[usize]) -> String {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for at in places {
        counts.entry(words[*at].shown()).or_insert((0, *at)).0 += 1;
    }
    let common = counts.into_iter().max_by_key(|(_, (count, first))| (*count, Reverse(*first)));
    common.map_or_else(String::new, |(form, _)| form.to_owned())
}

/// The language; the word itself, its last two and three letters, in Chinese its first and its last character; the words
/// before and after it in its clause.
fn marks(words: &[Word], places: &[usize], language: &str) -> Vec<(u64, f32)> {
    let language = fnv(FNV_START, language);
    let mut found = Vec::new();
    let mut add = |slot: &str, text: &str| found.push(fnv(fnv(language, slot), text));
    for at in places {
        let word = &words[*at];
        let last = |count: usize| {
            let letters = word.plain.char_indices().rev().map(|(place, _)| place);
            &word.plain[letters.take(count).last().unwrap_or_default()..]
        };
        if word.plain.contains(is_cjk) {
            let first = word.plain.chars().next().map_or(0, char::len_utf8);
            add(":first:", &word.plain[..first]);
            add(":last:", last(1));
        } else {
            add(":2:", last(2));
            add(":3:", last(3));
        }
        add(":word:", &word.plain);
        let beside = |other: Option<usize>| {
            let other = other.and_then(|at| words.get(at)).filter(|other| other.clause == word.clause);
            other.map_or("", |other| other.plain.as_str())
        };
        add(":before:", beside(at.checked_sub(1)));
        add(":after:", beside(at.checked_add(1)));
    }
    found.sort_unstable();
    let share = |same: &[u64]| (same[0], same.len() as f32 / places.len() as f32);
    std::iter::once((language, 1.0)).chain(found.chunk_by(|a, b| a == b).map(share)).collect()
}

fn cosine(a: &Vector, b: &Vector) -> f32 {
    let dot = |a: &Vector, b: &Vector| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / ((dot(a, a) * dot(b, b)).sqrt() + 1e-6)
}
