//! Given names: a list, and how a name stands in a sentence where it could be another word.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::marks::{Found, Mark};

/// The list; a star marks names that are everyday words as well.
const LIST: &str = include_str!("../../models/lexicon/given_names.txt");

/// Words after which a capital letter is a name's: greetings and titles.
const GREETINGS: [&str; 16] = [
    "hi",
    "hello",
    "hey",
    "dear",
    "thanks",
    "morning",
    "afternoon",
    "evening",
    "bye",
    "sorry",
    "mr",
    "mrs",
    "ms",
    "miss",
    "called",
    "name's",
];

/// Words after which it mostly is.
const LEADS: [&str; 14] =
    ["with", "and", "for", "from", "by", "ask", "tell", "told", "is", "it's", "i'm", "am", "to", "that's"];

/// Names that are months too: after "for" or "in" they are no names.
const MONTHS: [&str; 3] = ["april", "june", "may"];

/// Lower-cased name, and whether it is an everyday word as well.
static NAMES: LazyLock<BTreeMap<String, bool>> = LazyLock::new(|| {
    let words = LIST.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    words.map(|word| (word.trim_end_matches('*').to_lowercase(), word.ends_with('*'))).collect()
});

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\p{L}+(?:['’]\p{L}+)*").expect("the pattern is a constant"));

/// All names in a text; `known` are names that are in the call for certain.
pub(super) fn find(text: &str, known: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let has_capitals = text.chars().any(char::is_uppercase);
    let mut before: Option<&str> = None;
    for hit in WORD.find_iter(text) {
        let word = hit.as_str();
        let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word);
        let lower = bare.to_lowercase();
        let capital = bare.chars().next().is_some_and(char::is_uppercase);
        let is_known = known.iter().any(|name| name.to_lowercase() == lower);
        let is_name = match NAMES.get(&lower) {
            _ if is_known && (capital || !has_capitals) => true,
            None => false,
            // Text without any capital letter, as some transcribers write it, still holds names.
            Some(false) => capital || !has_capitals,
            Some(true) => capital && stands_like_a_name(text, hit.start()..hit.end(), before),
        };
        if is_name {
            found.push(Found { range: hit.start()..hit.start() + bare.len(), mark: Mark::Name });
        }
        before = Some(word);
    }
    found
}

/// Whether a word that could be another stands like a name: in the middle of a sentence behind a word that leads to names,
/// or between commas as somebody who is spoken to.
fn stands_like_a_name(text: &str, range: Range<usize>, before: Option<&str>) -> bool {
    let gap = text[..range.start].trim_end();
    let begins = gap.is_empty() || gap.ends_with(['.', '!', '?', '…', ':']);
    let is_month = MONTHS.contains(&text[range.clone()].to_lowercase().as_str());
    let leads = before
        .map(str::to_lowercase)
        .is_some_and(|word| GREETINGS.contains(&word.as_str()) || !is_month && LEADS.contains(&word.as_str()));
    let after = text[range.end..].trim_start();
    let spoken_to = gap.ends_with(',') && (after.is_empty() || after.starts_with([',', '.', '!', '?']));
    !begins && leads && !gap.ends_with(',') || spoken_to
}
