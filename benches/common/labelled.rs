//! Labelled calls, as the `call_format.py json` of whoever labelled them prints them.

use std::path::{Path, PathBuf};

use rapport::call::time::{Duration, Span};
use rapport::call::topic::{Kind, Topic};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance};
use serde::Deserialize;

/// A call with its labels.
#[derive(Deserialize)]
pub(crate) struct Labelled {
    #[allow(dead_code, reason = "not every bench names the calls")]
    pub(crate) id: String,
    pub(crate) language: String,
    utterances: Vec<Said>,
    pub(crate) sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(flatten)]
    span: Span,
    speaker: String,
    text: String,
}

/// Utterances in a row with what people say they are.
#[derive(Deserialize)]
pub(crate) struct Section {
    pub(crate) kind: Kind,
    pub(crate) label: String,
    first: usize,
    last: usize,
}

/// The files of a folder, by name.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("LABELS is a folder").flatten().map(|file| file.path()).collect();
    files.sort();
    files
}

impl Labelled {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a file of labels is text");
        serde_json::from_str(&text).expect("a file of labels is what call_format.py json prints")
    }

    /// The call without its labels.
    pub(crate) fn transcript(&self) -> Transcript {
        let mut names: Vec<&str> = Vec::new();
        for said in &self.utterances {
            if !names.contains(&said.speaker.as_str()) {
                names.push(&said.speaker);
            }
        }
        let id =
            |name: &str| names.iter().position(|one| *one == name).and_then(|at| u16::try_from(at).ok()).map(SpeakerId);
        let utterance = |said: &Said| Utterance {
            span: said.span,
            speaker: id(&said.speaker),
            text: said.text.clone(),
            words: None,
            confidence: None,
        };
        Transcript {
            language: Some(self.language.clone()),
            basis: Basis::TranscriptLabels,
            attribution_confidence: None,
            speakers: names.iter().map(|name| Speaker { label: (*name).to_owned(), ..Speaker::default() }).collect(),
            speech: Vec::new(),
            utterances: self.utterances.iter().map(utterance).collect(),
            duration: Duration::from_ms(self.end().ms()),
            warnings: Vec::new(),
        }
    }

    /// The labels, as the topics stage would have found them.
    pub(crate) fn topics(&self) -> Vec<Topic> {
        let topic = |section: &Section| Topic {
            span: Span::new(
                self.utterances[section.first].span.start(),
                self.utterances.get(section.last + 1).map_or(self.end(), |next| next.span.start()),
            ),
            first: section.first,
            last: section.last,
            kind: section.kind,
            label: section.label.clone(),
            confidence: 1.0,
        };
        self.sections.iter().map(topic).collect()
    }

    fn end(&self) -> rapport::call::time::Timestamp {
        self.utterances.last().map(|said| said.span.end()).unwrap_or_default()
    }
}
