//! The findings by themselves: labelled kinds given as the topics, so that a mistake of the topics stage shows nowhere.
//!
//! `findings_alone LABELS OUT` reads the labels that `call_format.py json` prints, one call a file, and writes a report
//! of each with the fields that `score_calls.py` reads. `benches/score_labelled` runs it where it is asked to.

use std::path::Path;

use rapport::call::time::{Duration, Span};
use rapport::call::topic::{Kind, Topic};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance};
use rapport::findings::{self, FindingSettings};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Call {
    language: String,
    utterances: Vec<Said>,
    sections: Vec<Section>,
}

#[derive(Deserialize)]
struct Said {
    #[serde(flatten)]
    span: Span,
    speaker: String,
    text: String,
}

#[derive(Deserialize)]
struct Section {
    kind: Kind,
    label: String,
    first: usize,
    last: usize,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [labels, out] = arguments.as_slice() else {
        println!("usage: findings_alone LABELS OUT");
        return;
    };
    std::fs::create_dir_all(out).expect("the folder for the reports can be made");
    let mut files: Vec<_> = std::fs::read_dir(labels).expect("LABELS is a folder").flatten().collect();
    files.sort_by_key(std::fs::DirEntry::path);
    for file in files {
        let text = std::fs::read_to_string(file.path()).expect("a file of labels is text");
        let call: Call = serde_json::from_str(&text).expect("a file of labels is what call_format.py json prints");
        let report = report(&call);
        std::fs::write(Path::new(out).join(file.file_name()), report.to_string()).expect("a report can be written");
    }
}

fn report(call: &Call) -> Value {
    let mut names: Vec<&str> = Vec::new();
    for said in &call.utterances {
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
    let end = call.utterances.last().map(|said| said.span.end()).unwrap_or_default();
    let transcript = Transcript {
        language: Some(call.language.clone()),
        basis: Basis::TranscriptLabels,
        attribution_confidence: None,
        speakers: names.iter().map(|name| Speaker { label: (*name).to_owned(), ..Speaker::default() }).collect(),
        speech: Vec::new(),
        utterances: call.utterances.iter().map(utterance).collect(),
        duration: Duration::from_ms(end.ms()),
        warnings: Vec::new(),
    };
    let topic = |section: &Section| Topic {
        span: Span::new(
            call.utterances[section.first].span.start(),
            call.utterances.get(section.last + 1).map_or(end, |next| next.span.start()),
        ),
        first: section.first,
        last: section.last,
        kind: section.kind,
        label: section.label.clone(),
        confidence: 1.0,
    };
    let topics: Vec<Topic> = call.sections.iter().map(topic).collect();
    let found = findings::find(&transcript, &topics, &FindingSettings::default());
    json!({
        "speakers": found.speakers,
        "utterances": transcript.utterances,
        "topics": topics,
        "small_talk": found.small_talk,
        "tangents": found.tangents,
        "redirects": found.redirects,
        "opportunities": found.opportunities,
        "frame": found.frame,
        "coaching": found.coaching,
    })
}
