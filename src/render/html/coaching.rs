//! The coaching card: at most three things to take into the next call, each with the lines it rests on.

use crate::call::coaching::Note;
use crate::call::report::Report;
use crate::render::words;

/// A piece of advice.
pub(super) struct Advice {
    /// Class in the style sheet.
    pub(super) look: &'static str,
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) evidence: Vec<Evidence>,
}

/// A line it rests on.
pub(super) struct Evidence {
    pub(super) at: String,
    pub(super) at_ms: u64,
    pub(super) utterance: usize,
}

/// What the report advises, in the order in which it is read; empty where it advises nothing.
pub(super) fn coaching(report: &Report) -> Vec<Advice> {
    let Some(coaching) = &report.coaching else { return Vec::new() };
    let parts = [
        ("well", "What went well", &coaching.went_well),
        ("try", "Try next time", &coaching.try_next),
        ("phrase", "A phrase to have ready", &coaching.phrase),
    ];
    let advice = |(look, name, note): (_, _, &Option<Note>)| {
        let note = note.as_ref()?;
        let text = words::clean(&note.text);
        (!text.is_empty()).then(|| Advice { look, name, text, evidence: evidence(report, note) })
    };
    parts.into_iter().filter_map(advice).collect()
}

/// The lines a note rests on; numbers that name no line are left out.
fn evidence(report: &Report, note: &Note) -> Vec<Evidence> {
    let line = |utterance: &usize| {
        let start = report.utterances.get(*utterance)?.utterance.span.start();
        Some(Evidence { at: start.to_string(), at_ms: start.ms(), utterance: *utterance })
    };
    note.utterances.iter().filter_map(line).collect()
}
