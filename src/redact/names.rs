//! Given names: a list from many languages, and how a name stands in a sentence where it could be another word or where the
//! list does not know it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::marks::{Found, Mark};
use super::surroundings::{self as around, Token};

/// The list; a star marks names that are everyday words as well, a plus those that are a month, a place or a brand.
const LIST: &str = include_str!("../../models/lexicon/given_names.txt");

/// Words that begin with a capital letter within a sentence and are nobody's name.
const NO_NAMES: &str = include_str!("../../models/lexicon/no_names.txt");

/// Shortest name that is found by its surroundings alone, in letters.
const UNLISTED_LETTERS_MIN: usize = 3;

/// What a word of the list is besides a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Listed {
    /// Nothing else.
    Name,
    /// An everyday word: a capital letter within a sentence makes it a name.
    Word,
    /// A month, a place or a brand, with a capital letter in any case.
    Place,
}

static NAMES: LazyLock<BTreeMap<String, Listed>> = LazyLock::new(|| {
    let words = LIST.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace);
    let entry = |word: &str| {
        let listed = match word.chars().next_back() {
            Some('*') => Listed::Word,
            Some('+') => Listed::Place,
            _ => Listed::Name,
        };
        (word.trim_end_matches(['*', '+']).to_lowercase(), listed)
    };
    words.map(entry).collect()
});

static OTHERS: LazyLock<BTreeSet<&str>> =
    LazyLock::new(|| NO_NAMES.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect());

/// Firms, works and places whose parts are names: "Marks and Spencer".
static FIRMS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"\b(?:Morgan Stanley|Marks (?:and|&) Spencer|Johnson (?:and|&) Johnson|Ben (?:and|&) Jerry|JP ?Morgan|J\.P\. Morgan|Goldman Sachs|Wells Fargo|Charles Schwab|Calvin Klein|Ralph Lauren|Hugo Boss|Tommy Hilfiger|Louis Vuitton|Yves Saint Laurent|Harley[- ]Davidson|John Deere|John Lewis|Jack Daniel|Jim Beam|Johnnie Walker|Trader Joe|Papa John|Jimmy John|Victoria's Secret|Harry Potter|Mickey Mouse|Mary Kay|Rolls[- ]Royce|Aston Martin|Alfa Romeo|Land Rover|Dolce (?:and|&) Gabbana|Harvey Nichols|Dr\.? Martens|Doc Martens|Uncle Ben|Aunt Jemima|Aunt Sally|Mary Poppins|Father Christmas|Santa Claus|Uncle Sam|Parkinson's|Murphy's [Ll]aw|Gordon Ramsay|James Bond|Robin Hood|Romeo and Juliet|Adam and Eve|Tom and Jerry|New Year's Eve|Christmas Eve|Valentine's Day|Mother's Day|Father's Day|St\.? Patrick's Day)\b";
    Regex::new(pattern).expect("the pattern is a constant")
});

/// All names in a text; `known` are names that are in the call for certain.
pub(super) fn find(text: &str, known: &[String]) -> Vec<Found> {
    let tokens = around::tokens(text);
    let has_capitals = text.chars().any(char::is_uppercase);
    let firms: Vec<Range<usize>> = FIRMS.find_iter(text).map(|hit| hit.range()).collect();
    let known: BTreeSet<String> = known.iter().map(|name| around::folded(name)).collect();
    let mut names: Vec<bool> = (0..tokens.len())
        .map(|at| {
            let token = &tokens[at];
            if known.contains(&token.folded) && (token.is_capital || !has_capitals) {
                return true;
            }
            !firms.iter().any(|firm| firm.contains(&token.range.start)) && is_name(&tokens, at, has_capitals)
        })
        .collect();
    // "Summer and Dawn run the front desk": one name explains the other.
    for at in 0..tokens.len() {
        let joined = |other: usize| names[other] && tokens[at].is_capital && listed(&tokens[at]).is_some();
        if !names[at] && (around::joined_after(&tokens, at).is_some_and(joined)) {
            names[at] = true;
        }
    }
    let found = tokens.iter().zip(names).filter(|(_, name)| *name);
    found.map(|(token, _)| Found { range: token.range.clone(), mark: Mark::Name }).collect()
}

fn listed(token: &Token) -> Option<Listed> {
    if let Some(listed) = NAMES.get(&token.folded) {
        return Some(*listed);
    }
    // "Karl-Heinz": each part is on the list.
    let mut parts = token.folded.split('-');
    let two = token.folded.matches('-').count() == 1 && parts.all(|part| NAMES.contains_key(part));
    two.then_some(if token.all_capital { Listed::Name } else { Listed::Word })
}

fn is_name(tokens: &[Token], at: usize, has_capitals: bool) -> bool {
    let token = &tokens[at];
    let listed = listed(token);
    if !token.is_capital {
        // Text without any capital letter, as some transcribers write it, still holds names.
        return !has_capitals && listed == Some(Listed::Name);
    }
    if around::is_part_of_a_place(tokens, at) {
        return false;
    }
    let addressed = around::is_greeted(tokens, at) || around::is_introduced(tokens, at);
    let close = || around::is_relative(tokens, at) || around::is_asked(tokens, at);
    match listed {
        Some(Listed::Name) => true,
        Some(Listed::Word) => {
            addressed || close() || around::acts(tokens, at) || around::is_called_upon(tokens, at) || within(tokens, at)
        }
        Some(Listed::Place) => addressed || close() || around::acts(tokens, at) || around::is_met(tokens, at),
        None => (addressed || close()) && could_be_a_name(token),
    }
}

/// Whether an everyday word with a capital letter stands within a sentence and is no part of something longer: there only
/// names have one.
fn within(tokens: &[Token], at: usize) -> bool {
    let next_is_title = tokens.get(at + 1).is_some_and(|next| {
        next.is_capital
            && next.gap == " "
            && listed(next) != Some(Listed::Name)
            && !next.folded.starts_with("i'")
            && next.folded != "i"
    });
    !tokens[at].begins && !around::is_determined(tokens, at) && !next_is_title && !around::is_headline(tokens)
}

/// Whether a word that is not on the list looks like a name and is no other word with a capital letter.
fn could_be_a_name(token: &Token) -> bool {
    let letters = token.word.chars().filter(|letter| letter.is_alphabetic()).count();
    let lower = token.word.chars().skip(1).any(char::is_lowercase);
    letters >= UNLISTED_LETTERS_MIN && lower && !token.begins_after_stop && !OTHERS.contains(token.folded.as_str())
}
