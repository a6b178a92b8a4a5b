//! The report of a call as one page that needs nothing but itself: no request leaves it, and its policy forbids any.

mod around;
mod coaching;
mod figures;
mod moments;
mod timeline;
mod transcript;

pub use around::{Around, Ways};

use askama::Template;

use crate::call::report::Report;
use crate::render::{page, words};

/// The page's looks, as they stand inside the page.
const CSS: &str = concat!(include_str!("../page/templates/base.css"), include_str!("templates/report.css"));

/// The page's program, as it stands inside the page: plain scripts that share one scope.
const JS: &str = concat!(
    "\"use strict\";\n",
    include_str!("templates/player.js"),
    include_str!("templates/timeline.js"),
    include_str!("templates/transcript.js"),
    include_str!("templates/keys.js")
);

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
    sentence: Vec<Clause>,
    verdict: Option<VerdictWords>,
    language: String,
    duration_ms: u64,
    length: String,
    recording: Option<String>,
    calls: Option<String>,
    source: String,
    from_transcript: bool,
    frame: Vec<String>,
    figures: figures::Figures,
    coaching: Vec<coaching::Advice>,
    timeline: timeline::Timeline,
    moments: moments::Moments,
    transcript: transcript::Transcript,
    doubts: Vec<String>,
    made_by: String,
}

/// A part of the one sentence, with the place on the page that shows what it rests on.
struct Clause {
    text: String,
    place: Option<String>,
    /// What stands between it and the next one.
    after: &'static str,
}

/// What is thought of the amount of small talk.
struct VerdictWords {
    said: &'static str,
    name: &'static str,
    class: &'static str,
}

/// The report as a page.
#[must_use]
pub fn html(report: &Report, around: Around<'_>) -> String {
    page::written(contents(report, around).render())
}

fn contents(report: &Report, around: Around<'_>) -> Page {
    let call = &report.call;
    Page {
        policy: page::policy(CSS, JS),
        css: CSS,
        js: JS,
        title: words::title(report),
        facts: facts(report),
        agenda: call.agenda.iter().map(|item| words::clean(item)).filter(|item| !item.is_empty()).collect(),
        sentence: sentence(report),
        verdict: report.small_talk.as_ref().map(|talk| VerdictWords {
            said: words::verdict(talk),
            name: words::verdict_name(talk.verdict),
            class: words::verdict_class(talk.verdict),
        }),
        language: page::language_tag(call.language.as_deref()),
        duration_ms: call.duration.ms(),
        length: call.duration.to_string(),
        recording: around.recording.map(page::address),
        calls: around.calls.map(page::address),
        source: words::clean(&call.source),
        from_transcript: call.channels == 0,
        frame: frame(report),
        figures: figures::figures(report),
        coaching: coaching::coaching(report),
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
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The one sentence; each of its three answers leads to what it rests on.
fn sentence(report: &Report) -> Vec<Clause> {
    let answers = words::answers(report);
    let all = answers.len();
    let places = [
        Some("figures".to_owned()),
        Some("tangents".to_owned()),
        moments::best(report).map(|index| format!("chance{index}")),
    ];
    let place = |at: usize| if all == places.len() { places[at].clone() } else { None };
    let clause = |(at, text): (usize, String)| Clause {
        text: page::keeping_units(&text),
        place: place(at),
        after: if at + 1 == all { "." } else { ", " },
    };
    answers.into_iter().enumerate().map(clause).collect()
}

/// What is said of the call's frame, and what to do about it where the coaching card does not say so already.
fn frame(report: &Report) -> Vec<String> {
    let tried = report.coaching.as_ref().and_then(|coaching| coaching.try_next.as_ref());
    let advice = report.frame.advice.as_ref().filter(|advice| Some(*advice) != tried);
    words::frame(report).into_iter().chain(advice.map(|advice| words::clean(&advice.text))).collect()
}

fn doubts(report: &Report) -> Vec<String> {
    let warnings = report.warnings.iter().map(|warning| words::clean(&warning.text));
    let withheld = report
        .withheld
        .iter()
        .map(|held| format!("{} is withheld: {}", words::clean(&held.field), words::clean(&held.why)));
    warnings.chain(withheld).collect()
}
