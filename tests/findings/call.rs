//! Hand-made calls.

use rapport::call::time::{Duration, Span, Timestamp};
use rapport::call::topic::{Kind, Topic};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance};
use rapport::findings::{FindingSettings, Findings, find};

pub(crate) const A: SpeakerId = SpeakerId(0);
pub(crate) const B: SpeakerId = SpeakerId(1);

/// A call under construction. The user is A.
pub(crate) struct Call {
    pub(crate) transcript: Transcript,
    pub(crate) topics: Vec<Topic>,
    pub(crate) now: u64,
}

impl Call {
    pub(crate) fn new() -> Self {
        let speaker = |label: &str, me| Speaker { label: label.to_owned(), me, recognised: None };
        let transcript = Transcript {
            language: Some("en".to_owned()),
            basis: Basis::TranscriptLabels,
            attribution_confidence: None,
            speakers: vec![speaker("Me", true), speaker("Dana", false)],
            speech: Vec::new(),
            utterances: Vec::new(),
            duration: Duration::ZERO,
            warnings: Vec::new(),
        };
        Self { transcript, topics: Vec::new(), now: 0 }
    }

    /// Everything said until the next call of this is about `label`.
    pub(crate) fn topic(mut self, kind: Kind, label: &str) -> Self {
        let at = self.transcript.utterances.len();
        self.topics.push(Topic {
            span: Span::default(),
            first: at,
            last: at,
            kind,
            label: label.to_owned(),
            confidence: 1.0,
        });
        self
    }

    /// Somebody speaks for `seconds`, half a second after what came before.
    pub(crate) fn say(self, who: SpeakerId, seconds: u64, text: &str) -> Self {
        let start = self.now + 500;
        self.say_at(who, start, start + seconds * 1000, text)
    }

    pub(crate) fn say_at(mut self, who: SpeakerId, start: u64, end: u64, text: &str) -> Self {
        self.transcript.utterances.push(Utterance {
            span: Span::from_ms(start, end),
            speaker: Some(who),
            text: text.to_owned(),
            words: None,
            confidence: None,
        });
        self.now = self.now.max(end);
        self
    }

    /// `count` utterances of ten seconds, in turns, beginning with A.
    pub(crate) fn talk(mut self, count: usize, text: &str) -> Self {
        for at in 0..count {
            self = self.say(if at % 2 == 0 { A } else { B }, 10, text);
        }
        self
    }

    pub(crate) fn business(self) -> Self {
        self.topic(Kind::Business, "delivery schedule")
            .talk(8, "The delivery schedule lists the crates and the labels.")
    }

    pub(crate) fn build(mut self) -> (Transcript, Vec<Topic>) {
        self.transcript.duration = Duration::from_ms(self.now);
        let utterances = &self.transcript.utterances;
        for at in 0..self.topics.len() {
            let next = self.topics.get(at + 1).map_or(utterances.len(), |topic| topic.first);
            let start = utterances[self.topics[at].first].span.start();
            let end = utterances.get(next).map_or(Timestamp::from_ms(self.now), |said| said.span.start());
            self.topics[at].last = next - 1;
            self.topics[at].span = Span::new(start, end);
        }
        (self.transcript, self.topics)
    }

    pub(crate) fn find(self) -> Findings {
        let (transcript, topics) = self.build();
        find(&transcript, &topics, &FindingSettings::default())
    }
}

/// A piece of a harmless story.
pub(crate) const STORY: &str =
    "And then the whole choir walked straight through the carnival with all of their lanterns lit.";

/// Ten seconds a piece of a harmless story by B.
pub(crate) fn story(mut call: Call, pieces: usize) -> Call {
    for _ in 0..pieces {
        call = call.say(B, 10, STORY);
    }
    call
}
