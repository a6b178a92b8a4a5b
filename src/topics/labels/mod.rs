//! Names topics by what is said in them: the words that people would most likely put into a label (`candidates`, `weights`),
//! as they are said together (`phrase`). Learning from labels which words name a topic is Witten et al.'s (KEA, 1999).

mod candidates;
mod phrase;
mod weights;
mod words;

use std::collections::HashMap;

pub use candidates::{Candidate, USES};
pub(super) use weights::SOURCE;

use crate::call::topic::{Kind, Topic};
use crate::call::transcript::Transcript;
use crate::lexicon::{Lexicon, tokens};

use weights::Weights;
use words::Word;

/// Phrases of a label.
const PHRASES_MAX: usize = 2;
/// A second phrase is worth at least this share of the first: by judgement.
const SECOND_MIN: f32 = 0.5;
/// A label is at most so many characters long, in whole phrases.
const LETTERS_MAX: usize = 48;
/// Share of the words of an agenda item that a topic must hold to be named after it.
const AGENDA_SHARE_MIN: f64 = 0.5;

/// A label for each topic, in order; empty for greetings and goodbyes, and where nothing stands out.
#[must_use]
pub fn name(transcript: &Transcript, topics: &[Topic], agenda: &[String]) -> Vec<String> {
    let (lexicon, words) = read(transcript, topics);
    let candidates = candidates::of(&words, lexicon);
    let label = |((topic, words), candidates): ((&Topic, &Vec<Word>), &Vec<Candidate>)| match topic.kind {
        Kind::Opening | Kind::Closing => String::new(),
        _ => label(words, candidates, lexicon),
    };
    let mut names: Vec<String> = topics.iter().zip(&words).zip(&candidates).map(label).collect();
    let Some(lexicon) = lexicon else { return names };
    let said: Vec<Vec<String>> = words.iter().map(|words| stems(words, lexicon)).collect();
    for item in agenda {
        let wanted = lexicon.content(&tokens(item));
        let share = |words: &[String]| {
            let held = wanted.iter().filter(|stem| words.contains(stem)).count();
            held as f64 / wanted.len().max(1) as f64
        };
        let often = |words: &[String]| words.iter().filter(|word| wanted.contains(word)).count();
        let best = (0..topics.len())
            .filter(|at| topics[*at].kind == Kind::Business && share(&said[*at]) >= AGENDA_SHARE_MIN)
            .max_by(|a, b| {
                let (left, right) = (&said[*a], &said[*b]);
                share(left).total_cmp(&share(right)).then(often(left).cmp(&often(right))).then(b.cmp(a))
            });
        if let Some(best) = best {
            item.trim().clone_into(&mut names[best]);
        }
    }
    names
}

/// The words that may be in the label of each topic, with what speaks for them: what the weights are learned from.
#[must_use]
pub fn candidates(transcript: &Transcript, topics: &[Topic]) -> Vec<Vec<Candidate>> {
    let (lexicon, words) = read(transcript, topics);
    candidates::of(&words, lexicon)
}

fn read(transcript: &Transcript, topics: &[Topic]) -> (Option<&'static Lexicon>, Vec<Vec<Word>>) {
    let texts = transcript.utterances.iter().map(|utterance| utterance.text.as_str());
    let lexicon = Lexicon::for_call(transcript.language.as_deref(), texts);
    (lexicon, topics.iter().map(|topic| words::read(transcript, topic, lexicon)).collect())
}

/// Stems as agendas are compared by: in Chinese pairs of characters, which need no agreement on what is a word.
fn stems(words: &[Word], lexicon: &Lexicon) -> Vec<String> {
    if lexicon.is_unspaced() {
        let plain: Vec<String> = words.iter().flat_map(|word| tokens(&word.plain)).collect();
        return lexicon.content(&plain);
    }
    words.iter().filter_map(|word| word.stem.clone()).collect()
}

fn label(words: &[Word], candidates: &[Candidate], lexicon: Option<&Lexicon>) -> String {
    let weights = Weights::get();
    let likely = candidates.iter().map(|one| (one.stem.as_str(), weights.likelihood(one))).collect();
    let names = candidates.iter().map(|one| (one.stem.as_str(), one.written.as_str())).collect::<HashMap<_, _>>();
    let spaced = !lexicon.is_some_and(Lexicon::is_unspaced);
    let (mut used, mut phrases, mut letters) = (Vec::new(), Vec::new(), 0);
    while phrases.len() < PHRASES_MAX {
        let Some(next) = phrase::best(words, &likely, &used, lexicon) else { break };
        let text = next.text(&names, spaced);
        let worth = phrases.first().is_none_or(|(_, _, first)| next.value >= SECOND_MIN * first);
        letters += text.chars().count() + 2;
        if !worth || letters > LETTERS_MAX {
            break;
        }
        used.extend(candidates.iter().map(|one| one.stem.as_str()).filter(|stem| next.stems().any(|one| one == *stem)));
        phrases.push((next.first, text, next.value));
    }
    phrases.sort_by_key(|(first, ..)| *first);
    let texts: Vec<String> = phrases.into_iter().map(|(_, text, _)| text).collect();
    texts.join(if spaced { ", " } else { "、" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::time::{Duration, Span};
    use crate::call::transcript::{Basis, SpeakerId, Utterance};

    fn call(language: Option<&str>, lines: &[&str]) -> Transcript {
        let utterance = |(at, text): (usize, &&str)| Utterance {
            span: Span::from_ms(at as u64 * 1000, at as u64 * 1000 + 900),
            speaker: Some(SpeakerId(at as u16 % 2)),
            text: (*text).to_owned(),
            words: None,
            confidence: None,
        };
        Transcript {
            language: language.map(str::to_owned),
            basis: Basis::TranscriptLabels,
            attribution_confidence: None,
            speakers: Vec::new(),
            speech: Vec::new(),
            utterances: lines.iter().enumerate().map(utterance).collect(),
            duration: Duration::from_ms(lines.len() as u64 * 1000),
            warnings: Vec::new(),
        }
    }

    fn topic(kind: Kind, first: usize, last: usize) -> Topic {
        let span = Span::from_ms(first as u64 * 1000, last as u64 * 1000 + 900);
        Topic { span, first, last, kind, label: String::new(), confidence: 1.0 }
    }

    const LINES: [&str; 6] = [
        "Hello, Dana speaking.",
        "So, about the ticket scanner for the festival. It freezes at the gate.",
        "The ticket scanner freezes, yes. Was it the Kilmore festival again?",
        "Kilmore. The scanner, every time somebody opens the gate.",
        "My sister's goat got into the greenhouse, you know.",
        "The goat! In the greenhouse, with all the tomatoes?",
    ];

    #[test]
    fn a_label_is_what_is_said_together_and_nothing_that_is_said_elsewhere() {
        let topics = [topic(Kind::Opening, 0, 0), topic(Kind::Business, 1, 3), topic(Kind::SmallTalk, 4, 5)];
        let names = name(&call(Some("en"), &LINES), &topics, &[]);
        assert_eq!(names[0], "", "a greeting is about nothing");
        assert!(names[1].contains("ticket scanner"), "{names:?}");
        assert!(names[2].contains("goat"), "{names:?}");
        assert!(!names[2].contains("scanner"), "{names:?}");
        assert!(names.iter().all(|name| name.chars().count() <= LETTERS_MAX), "{names:?}");
    }

    #[test]
    fn chinese_is_cut_into_words_and_other_languages_get_a_label_too() {
        let lines = ["我们说说婚礼的预算吧。", "婚礼预算太高了，酒店要加钱。", "酒店的预算。"];
        let names = name(&call(Some("zh"), &lines), &[topic(Kind::Business, 0, 2)], &[]);
        assert!(names[0].contains("预算"), "{names:?}");
        let lines = ["Kasvihuoneen lämmitys pitää korjata.", "Kasvihuoneen lämmitys, niin.", "Lämmitys ensin."];
        let names = name(&call(Some("fi"), &lines), &[topic(Kind::Business, 0, 2)], &[]);
        assert!(names[0].to_lowercase().contains("lämmitys"), "{names:?}");
    }

    #[test]
    fn what_holds_no_word_has_no_label() {
        let topics = [topic(Kind::Business, 0, 0), topic(Kind::Business, 1, 1)];
        assert_eq!(name(&call(Some("en"), &["", "14, 15 ... 16!"]), &topics, &[]), ["", ""]);
    }
}
