//! Guards against invented text: what a model writes where nobody speaks.
//!
//! Four signs, each weak alone: hardly any detected speech under the text, one phrase over and over, a phrase that
//! models are known to invent, and words the model itself is unsure of. What is dropped is always said.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use unicode_segmentation::UnicodeSegmentation;

use crate::call::report::{DROPPED_TEXT, Warning};
use crate::call::time::{Duration, Span};
use crate::call::transcript::Utterance;
use crate::transcribe::utterances::speech_under;

/// Detected speech that any text needs under it; shorter than the shortest word.
const SPEECH_MS_MIN: u64 = 60;
/// Share of an utterance that must be detected speech: whisper's times are off by some tenths of a second, so less
/// than a tenth means that it stands in silence.
const SPEECH_SHARE_MIN: f64 = 0.1;
/// Words in a row that a repeated phrase may have.
const REPEAT_WORDS_MAX: usize = 12;
/// Times that a phrase must follow itself to be a loop; people do say "no, no, no, no".
const REPEATS_MIN: usize = 5;
/// Share of an utterance's words that must be in the loop.
const REPEAT_SHARE_MIN: f64 = 0.6;
/// Confidence below which words are noise: openai-whisper's limit for a failed window is a mean log probability of
/// -1, which is 0.37; a quarter is surely failed.
const CONFIDENCE_MIN: f32 = 0.25;
/// Doubt that is enough to drop a known phrase: the model's own probability that nobody speaks.
const NO_SPEECH_DOUBT: f32 = 0.3;
/// Confidence below which a known phrase is dropped.
const PHRASE_CONFIDENCE_MIN: f32 = 0.6;
/// Share of detected speech below which a known phrase is dropped.
const PHRASE_SPEECH_SHARE_MIN: f64 = 0.5;
/// Dropped texts that are told one by one; the rest are counted.
const TOLD_MAX: usize = 5;
/// Characters of a dropped text that are told.
const TOLD_CHARS_MAX: usize = 80;

/// Why a text was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    /// Hardly any speech was detected under it.
    Silence,
    /// One phrase over and over.
    Loop,
    /// A phrase that models invent, where it is doubtful that anybody spoke.
    KnownPhrase,
    /// The model was very unsure of all its words.
    Unsure,
}

impl Reason {
    fn said(self) -> &'static str {
        match self {
            Self::Silence => "no speech is heard there",
            Self::Loop => "it repeats one phrase",
            Self::KnownPhrase => "speech models invent this where nobody speaks",
            Self::Unsure => "the speech model is very unsure of it",
        }
    }
}

/// An utterance with what the engine says of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) utterance: Utterance,
    pub(super) no_speech: f32,
}

/// Why `candidate` is not to be believed, if so.
pub(super) fn doubt(candidate: &Candidate, speech: &[Span]) -> Option<Reason> {
    let utterance = &candidate.utterance;
    let words = plain_words(&utterance.text);
    let under = speech_under(speech, utterance.span);
    let share = under.share_of(utterance.span.length());
    let confidence = utterance.confidence.unwrap_or(1.0);
    if under < Duration::from_ms(SPEECH_MS_MIN) || share < SPEECH_SHARE_MIN {
        return Some(Reason::Silence);
    }
    if is_loop(&words) {
        return Some(Reason::Loop);
    }
    let doubtful =
        candidate.no_speech >= NO_SPEECH_DOUBT || confidence < PHRASE_CONFIDENCE_MIN || share < PHRASE_SPEECH_SHARE_MIN;
    if doubtful && LEXICON.contains(&words) {
        return Some(Reason::KnownPhrase);
    }
    (confidence < CONFIDENCE_MIN).then_some(Reason::Unsure)
}

/// What was dropped, as warnings: the first few one by one, the rest as a number.
pub(super) fn tell(dropped: &[(Utterance, Reason)]) -> Vec<Warning> {
    let mut warnings: Vec<Warning> = dropped
        .iter()
        .take(TOLD_MAX)
        .map(|(utterance, reason)| {
            let mut text: String = utterance.text.chars().take(TOLD_CHARS_MAX).collect();
            if text.len() < utterance.text.len() {
                text.push('…');
            }
            Warning::new(
                DROPPED_TEXT,
                format!("At {} \"{text}\" was dropped: {}.", utterance.span.start(), reason.said()),
            )
        })
        .collect();
    if dropped.len() > TOLD_MAX {
        let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
        for (_, reason) in &dropped[TOLD_MAX..] {
            *counts.entry(*reason).or_default() += 1;
        }
        let counts: Vec<String> =
            counts.iter().map(|(reason, count)| format!("{count} as {}", reason.said())).collect();
        let last = dropped[dropped.len() - 1].0.span.end();
        let more = dropped.len() - TOLD_MAX;
        warnings.push(Warning::new(
            DROPPED_TEXT,
            format!("{more} more texts up to {last} were dropped: {}.", counts.join(", ")),
        ));
    }
    warnings
}

/// Lower-case words without punctuation. Scripts without spaces give characters, which serve as well.
fn plain_words(text: &str) -> Vec<String> {
    text.unicode_words().map(str::to_lowercase).collect()
}

/// Whether most of the words are one phrase that follows itself many times.
pub(super) fn is_loop(words: &[String]) -> bool {
    (1..=REPEAT_WORDS_MAX.min(words.len() / REPEATS_MIN)).any(|period| {
        // The longest run in which each word equals the one a period before.
        let (mut run, mut longest) = (0, 0);
        for at in period..words.len() {
            run = if words[at] == words[at - period] { run + 1 } else { 0 };
            longest = longest.max(run);
        }
        let covered = longest + period;
        covered >= REPEATS_MIN * period && covered as f64 >= REPEAT_SHARE_MIN * words.len() as f64
    })
}

/// Whether a text is one phrase over and over.
#[cfg(any(feature = "whisper", test))]
pub(super) fn is_loop_text(text: &str) -> bool {
    is_loop(&plain_words(text))
}

/// Phrases that speech models invent.
struct Lexicon(Vec<Vec<String>>);

#[derive(Deserialize)]
struct LexiconFile {
    phrases: BTreeMap<String, Vec<String>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let file: LexiconFile = toml::from_str(include_str!("../../models/lexicon/invented.toml"))
        .expect("the bundled lexicon is read by a test of this file");
    Lexicon(file.phrases.values().flatten().map(|phrase| plain_words(phrase)).collect())
});

impl Lexicon {
    /// Whether the words are nothing but known phrases, one or several.
    fn contains(&self, words: &[String]) -> bool {
        let mut rest = words;
        while !rest.is_empty() {
            let longest = self.0.iter().filter(|phrase| rest.starts_with(phrase)).map(Vec::len).max();
            match longest {
                Some(length) if length > 0 => rest = &rest[length..],
                _ => return false,
            }
        }
        !words.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(text: &str, confidence: f32, no_speech: f32) -> Candidate {
        let span = Span::from_ms(1000, 3000);
        Candidate {
            utterance: Utterance {
                span,
                speaker: None,
                text: text.to_owned(),
                words: None,
                confidence: Some(confidence),
            },
            no_speech,
        }
    }

    const SPEECH: [Span; 0] = [];

    fn all_speech() -> Vec<Span> {
        vec![Span::from_ms(0, 10_000)]
    }

    #[test]
    fn plain_talk_is_believed() {
        for text in ["No, no, no, no.", "Thank you for the invoice.", "we could ship on monday", "はい、そうですね"]
        {
            assert_eq!(doubt(&candidate(text, 0.9, 0.0), &all_speech()), None, "{text}");
        }
    }

    #[test]
    fn text_over_silence_is_dropped() {
        assert_eq!(doubt(&candidate("hello there", 0.9, 0.0), &SPEECH), Some(Reason::Silence));
        assert_eq!(doubt(&candidate("hello there", 0.9, 0.0), &[Span::from_ms(2900, 5000)]), Some(Reason::Silence));
    }

    #[test]
    fn loops_are_dropped_and_emphasis_is_not() {
        let looped = "and then we ".repeat(8);
        assert_eq!(doubt(&candidate(&looped, 0.9, 0.0), &all_speech()), Some(Reason::Loop));
        assert!(is_loop_text(&"ha ".repeat(30)));
        assert!(!is_loop_text("yes yes yes yes I think we should do that and then look at it again"));
    }

    #[test]
    fn known_phrases_are_dropped_only_in_doubt() {
        let phrase = "Thanks for watching!";
        assert_eq!(doubt(&candidate(phrase, 0.95, 0.0), &all_speech()), None);
        assert_eq!(doubt(&candidate(phrase, 0.95, 0.5), &all_speech()), Some(Reason::KnownPhrase));
        assert_eq!(doubt(&candidate(phrase, 0.4, 0.0), &all_speech()), Some(Reason::KnownPhrase));
        assert_eq!(doubt(&candidate("thanks for watching the demo", 0.4, 0.5), &all_speech()), None);
    }

    #[test]
    fn noise_words_are_dropped() {
        assert_eq!(doubt(&candidate("gral shubo", 0.1, 0.0), &all_speech()), Some(Reason::Unsure));
    }

    #[test]
    fn many_drops_are_summed_up() {
        let dropped: Vec<_> = (0..9).map(|_| (candidate("boo", 0.1, 0.0).utterance, Reason::Unsure)).collect();
        let told = tell(&dropped);
        assert_eq!(told.len(), TOLD_MAX + 1);
        assert_eq!(told[0].text, "At 0:01 \"boo\" was dropped: the speech model is very unsure of it.");
        assert_eq!(
            told[TOLD_MAX].text,
            "4 more texts up to 0:03 were dropped: 4 as the speech model is very unsure of it."
        );
    }

    #[test]
    fn the_lexicon_has_phrases_with_words_in_them() {
        assert!(LEXICON.0.len() > 30);
        assert!(LEXICON.0.iter().all(|phrase| !phrase.is_empty()));
    }
}
