//! The transcript: a part for each topic, a line for each utterance, notes where something happened.

use std::collections::BTreeMap;

use crate::call::finding::Outcome;
use crate::call::report::Report;
use crate::call::topic::Kind;
use crate::render::words;

/// Speakers that can be filtered by; more than this come from a broken transcript.
const FILTERS_SHOWN: usize = 12;

pub(super) struct Line {
    pub(super) index: usize,
    pub(super) start_ms: u64,
    pub(super) end_ms: u64,
    pub(super) at: String,
    /// Speaker id, or nothing.
    pub(super) speaker: String,
    /// Name, where it differs from the line before.
    pub(super) name: String,
    pub(super) me: bool,
    /// How surely this speaker says it, where that is to be doubted; else empty.
    pub(super) unsure: String,
    pub(super) text: String,
    /// `accepted` or `deflected` for a redirect, else empty.
    pub(super) redirect: &'static str,
    /// Opportunities that lie after the line, by index.
    pub(super) chances: Vec<usize>,
}

pub(super) struct Part {
    pub(super) kind: &'static str,
    pub(super) kind_title: &'static str,
    pub(super) label: String,
    pub(super) at: String,
    pub(super) length: String,
    pub(super) lines: Vec<Line>,
}

/// A filter: the value it looks for and its name.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
}

/// All of it.
pub(super) struct Transcript {
    pub(super) parts: Vec<Part>,
    pub(super) speakers: Vec<Choice>,
    pub(super) kinds: Vec<Choice>,
    pub(super) lines: usize,
}

pub(super) fn transcript(report: &Report) -> Transcript {
    let mut redirects = BTreeMap::new();
    for one in &report.redirects {
        let name = if one.outcome == Outcome::Accepted { "accepted" } else { "deflected" };
        redirects.insert(one.utterance, name);
    }
    let mut chances: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, one) in report.opportunities.iter().enumerate() {
        chances.entry(one.after_utterance).or_default().push(at);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut topic_before = None;
    let mut speaker_before = None;
    let mut topics = report.topics.iter().enumerate().peekable();
    let mut topic = None;
    for (index, one) in report.utterances.iter().enumerate() {
        while let Some(next) = topics.next_if(|(_, next)| next.first <= index) {
            topic = Some(next);
        }
        let here = (topic.map(|(at, _)| at), one.kind);
        if parts.is_empty() || topic_before != Some(here) {
            let label = topic.map(|(_, topic)| words::clean(&topic.label)).unwrap_or_default();
            parts.push(Part {
                kind: one.kind.name(),
                kind_title: one.kind.title(),
                label,
                at: one.utterance.span.start().to_string(),
                length: topic.map(|(_, topic)| words::length(topic.span.length())).unwrap_or_default(),
                lines: Vec::new(),
            });
            topic_before = Some(here);
            speaker_before = None;
        }
        let speaker = one.utterance.speaker;
        let same = speaker_before == Some(speaker);
        speaker_before = Some(speaker);
        let name = if same { None } else { speaker.map(|id| words::name(report, id)) };
        let line = Line {
            index,
            start_ms: one.utterance.span.start().ms(),
            end_ms: one.utterance.span.end().ms(),
            at: one.utterance.span.start().to_string(),
            speaker: speaker.map(|id| id.to_string()).unwrap_or_default(),
            name: name.unwrap_or_default(),
            me: speaker.is_some_and(|id| words::is_me(report, id)),
            unsure: words::doubt_of_speaker(report, &one.utterance).map(words::percent).unwrap_or_default(),
            text: words::clean(&one.utterance.text),
            redirect: redirects.get(&index).copied().unwrap_or_default(),
            chances: chances.remove(&index).unwrap_or_default(),
        };
        if let Some(part) = parts.last_mut() {
            part.lines.push(line);
        }
    }
    Transcript { parts, speakers: speakers(report), kinds: kinds(report), lines: report.utterances.len() }
}

fn speakers(report: &Report) -> Vec<Choice> {
    let shown = report.speakers.iter().take(FILTERS_SHOWN);
    shown.map(|one| Choice { value: one.id.to_string(), name: words::name(report, one.id) }).collect()
}

fn kinds(report: &Report) -> Vec<Choice> {
    let used = |kind: &Kind| report.utterances.iter().any(|one| one.kind == *kind);
    let choice = |kind: Kind| Choice { value: kind.name().to_owned(), name: kind.title().to_owned() };
    Kind::ALL.into_iter().filter(used).map(choice).collect()
}
