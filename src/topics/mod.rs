//! What the talk is about: runs of utterances, each with a kind and a label.
//!
//! Every utterance is read for signs (`signs`): phrases of the lexicons, what its words tell (`cues`), what it means
//! (`embedding`), and how it lies in the call. Learned weights turn them into evidence for each kind and for a new topic
//! (`model`, `network`), to which the user's own words are added (`own`). A linear chain settles kinds and boundaries together
//! (`chain`), what has no social word in it is business (`warmth`), whether a digression is small talk is settled by all of
//! it (`whole`), and each topic is named by what is said in it more than elsewhere (`labels`).

mod chain;
mod cohesion;
mod cues;
mod embedding;
#[cfg(test)]
mod golden;
pub mod labels;
mod model;
mod network;
mod own;
mod signs;
mod table;
mod tensors;
mod warmth;
mod whole;

use crate::call::time::Span;
use crate::call::topic::{Kind, Topic};
use crate::call::transcript::Transcript;
use crate::lexicon::Lexicon;

use embedding::Vector;
use model::{Model, Row};
use signs::{Said, Signs};

/// Version of the rules in this stage; raised when the same lexicons give other topics.
const RULES: u32 = 3;

/// Digits of [`fingerprint`].
const FINGERPRINT_DIGITS: usize = 16;

/// What changes the topics of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicSettings {
    /// What the call was for, one item each.
    pub agenda: Vec<String>,
    /// Words that are business with this client, however social they sound.
    pub business: Vec<String>,
}

/// The topics of a call: in order, covering all utterances without gaps. A topic's span reaches to the start of the
/// next one; the last ends where its last utterance to end does.
///
/// In a language without a lexicon all talk counts as business with confidence 0, cut where the words change.
#[must_use]
pub fn find(transcript: &Transcript, settings: &TopicSettings) -> Vec<Topic> {
    if transcript.utterances.is_empty() {
        return Vec::new();
    }
    let texts = transcript.utterances.iter().map(|utterance| utterance.text.as_str());
    let Some(lexicon) = Lexicon::for_call(transcript.language.as_deref(), texts) else {
        let starts = cohesion::starts(&transcript.utterances);
        let runs = runs(&starts, transcript.utterances.len()).map(|(first, last)| (first, last, Kind::Business, 0.0));
        return topics(transcript, runs, &[]);
    };
    let said = signs::read(&transcript.utterances, lexicon);
    let signs = signs::signs(&transcript.utterances, &said, lexicon);
    let mut evidence = evidence(&said, &signs);
    warmth::guard(&mut evidence, transcript, lexicon);
    own::add(&mut evidence, &said, lexicon, settings);
    let mut path = chain::decode(&evidence, &Model::get().switches);
    whole::settle(&mut path, &evidence, &said, &signs, lexicon);
    let starts: Vec<usize> = path.starts();
    let runs = runs(&starts, transcript.utterances.len())
        .map(|(first, last)| (first, last, path.kind(first), path.confidence(first, last)));
    topics(transcript, runs, &settings.agenda)
}

/// What speaks for each state at each utterance, before what the user says of the call.
fn evidence(said: &[Said], signs: &[Signs]) -> Vec<Row> {
    let vectors: Vec<Vector> = said.iter().map(|one| one.vector).collect();
    Model::get().evidence(signs, &vectors)
}

/// A digest of the lexicons, their weights, the phrases and the rules: kinds of two reports compare where these agree.
#[must_use]
pub fn fingerprint() -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&RULES.to_le_bytes());
    for (_, text) in crate::lexicon::SOURCES.iter().chain(&crate::lexicon::PHRASEBOOKS) {
        hasher.update(text.as_bytes());
    }
    hasher.update(crate::lexicon::STEER.as_bytes());
    hasher.update(embedding::SOURCE);
    hasher.update(model::SOURCE);
    hasher.update(labels::SOURCE);
    hasher.finalize().to_hex()[..FINGERPRINT_DIGITS].to_owned()
}

/// First and last index of each run that begins at one of `starts`, which hold 0.
fn runs(starts: &[usize], count: usize) -> impl Iterator<Item = (usize, usize)> {
    let nexts = starts.iter().skip(1).copied().chain(std::iter::once(count));
    starts.iter().copied().zip(nexts).map(|(first, next)| (first, next - 1))
}

fn topics(
    transcript: &Transcript,
    runs: impl Iterator<Item = (usize, usize, Kind, f32)>,
    agenda: &[String],
) -> Vec<Topic> {
    let utterances = &transcript.utterances;
    let mut topics: Vec<Topic> = runs
        .map(|(first, last, kind, confidence)| {
            let end = utterances[first..=last].iter().map(|utterance| utterance.span.end()).max().unwrap_or_default();
            let span = Span::new(utterances[first].span.start(), end);
            Topic { span, first, last, kind, label: String::new(), confidence }
        })
        .collect();
    for next in 1..topics.len() {
        topics[next - 1].span = Span::new(topics[next - 1].span.start(), topics[next].span.start());
    }
    let names = labels::name(transcript, &topics, agenda);
    for (topic, label) in topics.iter_mut().zip(names) {
        topic.label = label;
    }
    topics
}
