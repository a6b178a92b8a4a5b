//! A call read once: what every finding needs to know of each utterance.

use crate::call::time::Duration;
use crate::call::topic::{Kind, Topic};
use crate::call::transcript::{Basis, SpeakerId, Transcript, Utterance};
use crate::lexicon::{Hit, Lexicon, Tag, is_cjk, plain_content, tokens};

/// A backchannel has at most so many words (a character counts as a word in Chinese).
const BACKCHANNEL_WORDS_MAX: usize = 5;

/// What is read off one utterance.
#[derive(Debug)]
pub(super) struct Said {
    /// Its words, lower case.
    pub(super) tokens: Vec<String>,
    /// Phrases of the lexicon in it.
    pub(super) hits: Vec<Hit>,
    /// Stems that say what it is about.
    pub(super) content: Vec<String>,
    /// Number of words; characters in Chinese and Japanese.
    pub(super) words: usize,
    /// Whether it asks something.
    pub(super) asks: bool,
    /// Whether all of it is "mm-hm" and the like; who keeps the floor is another question.
    pub(super) hums: bool,
    /// Kind of its topic.
    pub(super) kind: Kind,
    /// Index of its topic, if one covers it.
    pub(super) topic: Option<usize>,
}

impl Said {
    /// Whether a phrase of this sort is in it.
    pub(super) fn has(&self, tag: Tag) -> bool {
        self.count(tag) > 0
    }

    /// How many phrases of this sort are in it.
    pub(super) fn count(&self, tag: Tag) -> usize {
        self.hits.iter().filter(|hit| hit.tag == tag).count()
    }
}

/// The call, its topics and what is read off each utterance.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    /// The call.
    pub(super) transcript: &'a Transcript,
    /// Its topics.
    pub(super) topics: &'a [Topic],
    /// The words of its language; `None` where they are not known.
    pub(super) lexicon: Option<&'static Lexicon>,
    /// One for each utterance.
    pub(super) said: Vec<Said>,
}

impl<'a> Reading<'a> {
    /// Reads a call.
    pub(super) fn of(transcript: &'a Transcript, topics: &'a [Topic]) -> Self {
        let texts = transcript.utterances.iter().map(|utterance| utterance.text.as_str());
        let lexicon = Lexicon::for_call(transcript.language.as_deref(), texts);
        let mut said: Vec<Said> =
            transcript.utterances.iter().map(|utterance| read(&utterance.text, lexicon)).collect();
        for (at, topic) in topics.iter().enumerate() {
            for utterance in said.iter_mut().take(topic.last.saturating_add(1)).skip(topic.first) {
                utterance.kind = topic.kind;
                utterance.topic = Some(at);
            }
        }
        Self { transcript, topics, lexicon, said }
    }

    /// The utterances.
    pub(super) fn utterances(&self) -> &'a [Utterance] {
        &self.transcript.utterances
    }

    /// Who says an utterance; `None` when speakers were not told apart.
    pub(super) fn speaker(&self, utterance: usize) -> Option<SpeakerId> {
        let known = |id: &SpeakerId| id.index() < self.transcript.speakers.len();
        self.utterances()[utterance].speaker.filter(known).filter(|_| self.transcript.basis != Basis::None)
    }

    /// Whether it is known who speaks.
    pub(super) fn speakers_known(&self) -> bool {
        self.transcript.basis != Basis::None && !self.transcript.speakers.is_empty()
    }

    /// Whether an utterance is a backchannel: at most five words of encouragement, and the floor stays with the other,
    /// that is, its speaker does not go on right after it.
    pub(super) fn is_backchannel(&self, utterance: usize) -> bool {
        if !self.said[utterance].hums {
            return false;
        }
        let me = self.speaker(utterance);
        let others = |at: usize| !self.said[at].hums;
        let next = (utterance + 1..self.said.len()).find(|at| others(*at) || self.speaker(*at) == me);
        let before = (0..utterance).rev().find(|at| others(*at) || self.speaker(*at) == me);
        let (Some(next), Some(before)) = (next, before) else { return false };
        me.is_some() && self.speaker(next) != me && self.speaker(before) != me
    }

    /// Time of an utterance.
    pub(super) fn length(&self, utterance: usize) -> Duration {
        self.utterances()[utterance].span.length()
    }

    /// Time from the end of an utterance to the start of the next; zero when they overlap or it is the last.
    pub(super) fn pause_after(&self, utterance: usize) -> Duration {
        let utterances = self.utterances();
        let end = utterances[utterance].span.end();
        utterances.get(utterance + 1).map_or(Duration::ZERO, |next| next.span.start().since(end))
    }
}

fn read(text: &str, lexicon: Option<&'static Lexicon>) -> Said {
    let tokens = tokens(text);
    let hits = lexicon.map(|lexicon| lexicon.hits(&tokens)).unwrap_or_default();
    let content = lexicon.map_or_else(|| plain_content(&tokens), |lexicon| lexicon.content(&tokens));
    let words = tokens.iter().map(|token| words_in(token)).sum();
    Said {
        asks: asks(text, &tokens, &hits),
        hums: hums(&tokens, &hits, words),
        content,
        words,
        hits,
        tokens,
        kind: Kind::Business,
        topic: None,
    }
}

/// A word, or as many as there are Japanese syllables in it, which are written together.
fn words_in(token: &str) -> usize {
    let is_kana = |c: char| matches!(c, '\u{3040}'..='\u{30ff}');
    token.chars().filter(|c| is_kana(*c) || is_cjk(*c)).count().max(1)
}

/// By the question mark; in a text without any punctuation, by how questions begin (or end, in Chinese).
fn asks(text: &str, tokens: &[String], hits: &[Hit]) -> bool {
    if text.contains(['?', '？', '؟']) {
        return true;
    }
    let punctuated = text.contains(['.', '!', '…', '。', '！', ',', '，']);
    let at_edge = |hit: &Hit| hit.tag == Tag::QuestionOpener && (hit.start == 0 || hit.end == tokens.len());
    !punctuated && tokens.len() > 2 && hits.iter().any(at_edge)
}

fn hums(tokens: &[String], hits: &[Hit], words: usize) -> bool {
    if tokens.is_empty() || words > BACKCHANNEL_WORDS_MAX {
        return false;
    }
    let mut reached = 0;
    for hit in hits.iter().filter(|hit| matches!(hit.tag, Tag::Backchannel | Tag::Laughter)) {
        if hit.start <= reached {
            reached = reached.max(hit.end);
        }
    }
    reached == tokens.len()
}
