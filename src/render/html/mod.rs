//! The report of a call as one page that needs nothing but itself: no request leaves it, and its policy forbids any.

mod figures;
mod link;
mod moments;
mod policy;
mod timeline;
mod transcript;

use askama::Template;

use crate::call::finding::Verdict;
use crate::call::report::Report;
use crate::render::words;

/// The page's looks, as they stand inside the page.
const CSS: &str = include_str!("templates/page.css");

/// The page's program, as it stands inside the page.
const JS: &str = include_str!("templates/page.js");

/// Everything the page's template asks for. What comes from files is cleaned here and escaped by the template.
#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    policy: String,
    css: &'static str,
    js: &'static str,
    title: String,
    facts: Vec<String>,
    agenda: Vec<String>,
    sentence: String,
    verdict: Option<VerdictWords>,
    language: String,
    duration_ms: u64,
    recording: Option<String>,
    source: String,
    from_transcript: bool,
    frame: Option<String>,
    figures: figures::Figures,
    timeline: timeline::Timeline,
    moments: moments::Moments,
    transcript: transcript::Transcript,
    doubts: Vec<String>,
    made_by: String,
}

/// What is thought of the amount of small talk.
struct VerdictWords {
    said: &'static str,
    name: &'static str,
    class: &'static str,
}

/// The report as a page.
///
/// `recording` is the way from the page to the recording: a relative path with `/` between folders, not yet escaped for
/// an address. `None` where the recording is out of reach; the page then says so.
#[must_use]
pub fn html(report: &Report, recording: Option<&str>) -> String {
    let page = page(report, recording);
    page.render().unwrap_or_else(|failure| {
        // Writing to memory does not fail, and no part of the template can: this is for the reader of a broken build.
        format!("<!doctype html><title>Rapport</title><p>This page could not be written: {failure}</p>")
    })
}

fn page(report: &Report, recording: Option<&str>) -> Page {
    let call = &report.call;
    Page {
        policy: policy::policy(CSS, JS),
        css: CSS,
        js: JS,
        title: words::title(report),
        facts: facts(report),
        agenda: call.agenda.iter().map(|item| words::clean(item)).filter(|item| !item.is_empty()).collect(),
        sentence: words::sentence(report),
        verdict: report.small_talk.as_ref().map(|talk| VerdictWords {
            said: words::verdict(talk.verdict),
            name: words::verdict_name(talk.verdict),
            class: verdict_class(talk.verdict),
        }),
        language: link::language_tag(call.language.as_deref()),
        duration_ms: call.duration.ms(),
        recording: recording.map(link::address),
        source: words::clean(&call.source),
        from_transcript: call.channels == 0,
        frame: words::frame(report),
        figures: figures::figures(report),
        timeline: timeline::timeline(report),
        moments: moments::moments(report),
        transcript: transcript::transcript(report),
        doubts: doubts(report),
        made_by: format!(
            "{} {}, speech to text by {}, topics by {}",
            words::clean(&report.generator.name),
            words::clean(&report.generator.version),
            words::clean(&report.models.transcriber),
            words::clean(&report.models.topics)
        ),
    }
}

fn facts(report: &Report) -> Vec<String> {
    let call = &report.call;
    [
        call.client.as_deref().map(words::clean).filter(|client| !client.is_empty()),
        call.started_at.as_deref().map(words::date),
        Some(words::length(call.duration)),
        call.language.as_deref().map(words::language),
        Some(words::basis(report.basis).to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn doubts(report: &Report) -> Vec<String> {
    let warnings = report.warnings.iter().map(|warning| words::clean(&warning.text));
    let withheld = report
        .withheld
        .iter()
        .map(|held| format!("{} is withheld: {}", words::clean(&held.field), words::clean(&held.why)));
    warnings.chain(withheld).collect()
}

/// Class of the verdict's badge in the style sheet.
const fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Cold => "cold",
        Verdict::Healthy => "healthy",
        Verdict::OverBudget => "over-budget",
    }
}
