//! The page of all calls: a table that sorts and filters, a line a call, each with a link to its own page.

mod row;

use std::collections::BTreeSet;

use askama::Template;

use crate::call::finding::{SmallTalk, Verdict};
use crate::call::outline::Outline;
use crate::call::time::Duration;
use crate::call::trend::LeftOut;
use crate::render::{page, words};

/// The page's looks, as they stand inside the page.
const CSS: &str = concat!(include_str!("../page/templates/base.css"), include_str!("templates/index.css"));

/// The page's program, as it stands inside the page.
const JS: &str = include_str!("templates/index.js");

/// Calls laid out at once: a browser takes seconds to lay out a table of ten thousand. The page's program brings the others
/// where they are asked for.
const ROWS_MAX: usize = 200;

/// A call of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// What was found in it.
    pub outline: Outline,
    /// The way from this page to its own: relative, with `/` between folders, not yet escaped for an address.
    pub way: String,
}

/// Everything the template asks for. What comes from files is cleaned here and escaped by the template.
#[derive(Template)]
#[template(path = "index.html")]
struct Page {
    policy: String,
    css: &'static str,
    js: &'static str,
    title: &'static str,
    sentence: String,
    rows: Vec<row::Row>,
    /// What does not stand in the table at first.
    rest: Vec<row::Row>,
    clients: Vec<String>,
    verdicts: Vec<row::VerdictWords>,
    left_out: Vec<(String, String)>,
}

/// The page of these calls, latest first.
#[must_use]
pub fn index(calls: &[Listed], left_out: &[LeftOut]) -> String {
    let mut sorted: Vec<_> = calls.iter().collect();
    sorted.sort_by(|a, b| {
        let key = |one: &Listed| (one.outline.call.started_at.clone(), one.way.clone());
        key(b).cmp(&key(a))
    });
    let clients: BTreeSet<_> = calls.iter().filter_map(|one| client(&one.outline)).collect();
    let used = |verdict: &Verdict| talks(calls).any(|talk| talk.verdict == *verdict);
    let mut rows: Vec<_> = sorted.into_iter().map(row::row).collect();
    let rest = rows.split_off(rows.len().min(ROWS_MAX));
    let page = Page {
        policy: page::policy(CSS, JS),
        css: CSS,
        js: JS,
        title: "All calls",
        sentence: page::keeping_units(&sentence(calls, clients.len())),
        rows,
        rest,
        clients: clients.into_iter().collect(),
        verdicts: [Verdict::Healthy, Verdict::OverBudget, Verdict::Cold]
            .into_iter()
            .filter(used)
            .map(row::verdict_words)
            .collect(),
        left_out: left_out.iter().map(|one| (words::clean(&one.file), words::clean(&one.why))).collect(),
    };
    page::written(page.render())
}

fn client(outline: &Outline) -> Option<String> {
    outline.call.client.as_deref().map(words::clean).filter(|client| !client.is_empty())
}

fn talks(calls: &[Listed]) -> impl Iterator<Item = &SmallTalk> {
    calls.iter().filter_map(|one| one.outline.small_talk.as_ref())
}

/// The list in one sentence.
fn sentence(calls: &[Listed], clients: usize) -> String {
    if calls.is_empty() {
        return "No call has a report here yet.".to_owned();
    }
    let length: Duration = calls.iter().map(|one| one.outline.call.duration).sum();
    let with = if clients > 1 { format!(" with {clients} clients") } else { String::new() };
    let all = format!("{}{with}, {} in all", words::count(calls.len(), "call", "calls"), words::length(length));
    let small: Duration = talks(calls).map(|talk| talk.seconds).sum();
    // Calls whose small talk is withheld count neither above nor below the line.
    let spoken: Duration = calls.iter().filter(|one| one.outline.small_talk.is_some()).map(spoken).sum();
    let share = match spoken {
        Duration::ZERO => String::new(),
        spoken => format!(": small talk was {} of the speech", words::percent(small.share_of(spoken))),
    };
    let count = |verdict| talks(calls).filter(|talk| talk.verdict == verdict).count();
    let verdicts = match (count(Verdict::OverBudget), count(Verdict::Cold)) {
        (0, 0) => String::new(),
        (over, 0) => format!(", and {over} went over budget"),
        (0, cold) => format!(", and {cold} ran cold"),
        (over, cold) => format!(", {over} went over budget and {cold} ran cold"),
    };
    format!("{all}{share}{verdicts}.")
}

/// Seconds of speech in a call.
fn spoken(call: &Listed) -> Duration {
    let talk: Duration = call.outline.speakers.iter().map(|one| one.talk_seconds).sum();
    match &call.outline.small_talk {
        // Where nobody was told apart, the ratio and its seconds say how much speech there was.
        Some(small) if talk == Duration::ZERO && small.ratio > 0.0 => {
            Duration::from_secs(small.seconds.secs() / small.ratio)
        }
        _ => talk,
    }
}
