//! The report as a transcript to read: a heading for every topic, a line for every utterance.

use std::fmt::Write;

use crate::call::report::Report;
use crate::render::words;

/// The transcript: `[0:12] Dana: text` under headings that say what each part was.
#[must_use]
pub fn txt(report: &Report) -> String {
    let mut out = format!("# {}\n", words::title(report));
    if let Some(started_at) = &report.call.started_at {
        let _ = writeln!(out, "# {}", words::date(started_at));
    }
    let mut topics = report.topics.iter().peekable();
    for (at, one) in report.utterances.iter().enumerate() {
        while let Some(topic) = topics.next_if(|topic| topic.first <= at) {
            let label = words::clean(&topic.label);
            let label = if label.is_empty() { String::new() } else { format!(": {label}") };
            let length = words::length(topic.span.length());
            let _ = write!(out, "\n# {}{label} ({length})\n\n", topic.kind.title());
        }
        let name = one.utterance.speaker.map(|id| format!("{}: ", words::name(report, id))).unwrap_or_default();
        let _ = writeln!(out, "[{}] {name}{}", one.utterance.span.start(), words::clean(&one.utterance.text));
    }
    out
}
