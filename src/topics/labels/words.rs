//! The words of a topic, with the clause each stands in.

use std::sync::LazyLock;

use icu_segmenter::options::WordBreakInvariantOptions;
use icu_segmenter::{WordSegmenter, WordSegmenterBorrowed};

use crate::call::topic::Topic;
use crate::call::transcript::{SpeakerId, Transcript};
use crate::lexicon::{Lexicon, is_cjk, plain_content, tokens, tokens_as_written};

/// Finds the words of Chinese, which is written without spaces, by ICU's dictionary.
static SEGMENTER: LazyLock<WordSegmenterBorrowed<'static>> =
    LazyLock::new(|| WordSegmenter::new_dictionary(WordBreakInvariantOptions::default()));

/// One word as it is said in a topic.
#[derive(Debug)]
pub(super) struct Word {
    /// In lower case.
    pub(super) plain: String,
    /// As written.
    pub(super) written: String,
    /// What it has in common with its other forms; none for words that cannot be part of a label's substance.
    pub(super) stem: Option<String>,
    /// Number of the clause in the topic; neighbours of one clause are neighbours in the text.
    pub(super) clause: usize,
    /// Whether a sentence begins with it, so that its capital says nothing.
    pub(super) leads: bool,
    /// Who says it.
    pub(super) speaker: Option<SpeakerId>,
}

impl Word {
    /// As a label shows it: without the capital of a sentence's first word and without a possessive ending.
    pub(super) fn shown(&self) -> &str {
        let form = if self.leads { &self.plain } else { &self.written };
        form.strip_suffix("'s").unwrap_or(form)
    }
}

/// All words of a topic, in order.
pub(super) fn read(transcript: &Transcript, topic: &Topic, lexicon: Option<&Lexicon>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut clause = 0;
    for said in &transcript.utterances[topic.first..=topic.last] {
        let mut leads = true;
        for text in said.text.split_inclusive(ends_clause) {
            for (plain, written, stem) in split(text, lexicon) {
                words.push(Word { plain, written, stem, clause, leads, speaker: said.speaker });
                leads = false;
            }
            leads |= text.ends_with(ends_sentence);
            clause += 1;
        }
    }
    words
}

const fn ends_sentence(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？')
}

const fn ends_clause(c: char) -> bool {
    ends_sentence(c)
        || matches!(c, ',' | ';' | ':' | '—' | '–' | '(' | ')' | '"' | '“' | '”' | '«' | '»')
        || matches!(c, '，' | '、' | '；' | '：' | '（' | '）' | '《' | '》')
}

type Split = (String, String, Option<String>);

fn split(text: &str, lexicon: Option<&Lexicon>) -> Vec<Split> {
    if lexicon.is_some_and(Lexicon::is_unspaced) || (lexicon.is_none() && text.contains(is_cjk)) {
        return unspaced(text, lexicon);
    }
    let (plain, written) = (tokens(text), tokens_as_written(text));
    let same = plain.len() == written.len();
    let one = |(at, plain): (usize, String)| {
        let written = if same { written[at].clone() } else { plain.clone() };
        let stem = stem(&plain, lexicon);
        (plain, written, stem)
    };
    plain.into_iter().enumerate().map(one).collect()
}

fn unspaced(text: &str, lexicon: Option<&Lexicon>) -> Vec<Split> {
    let breaks: Vec<usize> = SEGMENTER.segment_str(text).collect();
    let words = breaks.windows(2).map(|pair| &text[pair[0]..pair[1]]);
    let words = words.filter(|word| word.chars().any(char::is_alphanumeric));
    words
        .map(|word| {
            let plain = word.to_lowercase();
            let small = |c: char| lexicon.is_some_and(|lexicon| lexicon.is_stopword(c.encode_utf8(&mut [0; 4])));
            let says = word.chars().nth(1).is_some()
                && !word.contains(char::is_numeric)
                && !word.chars().all(small)
                && !lexicon.is_some_and(|lexicon| lexicon.is_stopword(&plain));
            let stem = says.then(|| plain.clone());
            (plain, word.to_owned(), stem)
        })
        .collect()
}

fn stem(plain: &str, lexicon: Option<&Lexicon>) -> Option<String> {
    let Some(lexicon) = lexicon else { return plain_content(&[plain.to_owned()]).pop() };
    let own = plain.strip_suffix("'s").unwrap_or(plain);
    // "sixty-two" says no more than its parts do.
    let says = own.split('-').any(|part| lexicon.stem(part).is_some());
    says.then(|| lexicon.stem(own)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_their_clause_and_whether_their_capital_says_something() {
        let lexicon = Lexicon::of("en");
        let words = split("Julie's sixty-two tiles", lexicon);
        let stems: Vec<_> = words.iter().map(|(_, _, stem)| stem.as_deref()).collect();
        assert_eq!(stems, [Some("julie"), None, Some("tiles")]);
        let words = split("婚礼预算", Lexicon::of("zh"));
        assert_eq!(words.iter().map(|(plain, ..)| plain.as_str()).collect::<Vec<_>>(), ["婚礼", "预算"]);
    }
}
