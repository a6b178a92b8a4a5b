//! What a batch came to: a table for people, JSON for programs, and what went wrong, by name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::batch::{Job, Outcome, Summary};
use crate::call::finding::Verdict;
use crate::call::report::Warning;
use crate::render::terminal::plain;

/// Widest a title stands in the table.
const TITLE_COLUMNS: usize = 36;

#[derive(Serialize)]
struct JsonSummary<'run> {
    calls: Vec<JsonCall<'run>>,
    written: usize,
    unchanged: usize,
    passed_over: usize,
    failed: usize,
    not_done: usize,
}

#[derive(Serialize)]
struct JsonCall<'run> {
    input: String,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
    #[serde(flatten)]
    figures: Option<JsonFigures<'run>>,
}

#[derive(Serialize)]
struct JsonFigures<'run> {
    title: &'run str,
    client: Option<&'run str>,
    started_at: Option<&'run str>,
    duration: crate::call::time::Duration,
    small_talk_ratio: Option<f64>,
    verdict: Option<Verdict>,
    tangents_over_budget: usize,
    redirects: usize,
    opportunities: usize,
    warnings: &'run [Warning],
}

fn summary_of(outcome: &Outcome) -> Option<&Summary> {
    match outcome {
        Outcome::Written(summary) | Outcome::Unchanged(summary) => Some(summary),
        _ => None,
    }
}

/// The run as JSON.
pub(super) fn json(jobs: &[Job], outcomes: &[Outcome], early: &[(std::path::PathBuf, crate::error::Error)]) -> String {
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let mut calls: Vec<_> = jobs.iter().zip(outcomes).map(|(job, outcome)| json_call(job, outcome)).collect();
    calls.extend(early.iter().map(|(path, failure)| JsonCall {
        input: path.display().to_string(),
        outcome: "failed",
        error: Some(failure.to_string()),
        report: None,
        figures: None,
    }));
    let summary = JsonSummary {
        calls,
        written: count(|outcome| matches!(outcome, Outcome::Written(_))),
        unchanged: count(|outcome| matches!(outcome, Outcome::Unchanged(_))),
        passed_over: count(|outcome| matches!(outcome, Outcome::PassedOver(_))),
        failed: early.len() + count(|outcome| matches!(outcome, Outcome::Failed(_))),
        not_done: count(|outcome| matches!(outcome, Outcome::NotDone)),
    };
    serde_json::to_string_pretty(&summary).expect("our own types have string keys and finite numbers") + "\n"
}

fn json_call<'run>(job: &Job, outcome: &'run Outcome) -> JsonCall<'run> {
    let (name, error) = match outcome {
        Outcome::Written(_) => ("written", None),
        Outcome::Unchanged(_) => ("unchanged", None),
        Outcome::PassedOver(why) => ("passed_over", Some(why.to_string())),
        Outcome::Failed(why) => ("failed", Some(why.to_string())),
        Outcome::NotDone => ("not_done", None),
    };
    let summary = summary_of(outcome);
    JsonCall {
        input: job.input.path.display().to_string(),
        outcome: name,
        error,
        report: summary.map(|summary| summary.report.display().to_string()),
        figures: summary.map(|summary| JsonFigures {
            title: &summary.title,
            client: summary.client.as_deref(),
            started_at: summary.started_at.as_deref(),
            duration: summary.duration,
            small_talk_ratio: summary.small_talk.as_ref().map(|talk| talk.ratio),
            verdict: summary.small_talk.as_ref().map(|talk| talk.verdict),
            tangents_over_budget: summary.tangents,
            redirects: summary.redirects,
            opportunities: summary.opportunities,
            warnings: &summary.warnings,
        }),
    }
}

/// The calls as a table, oldest first.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let mut rows: Vec<_> = outcomes.iter().filter_map(summary_of).collect();
    rows.sort_by(|a, b| (&a.started_at, &a.title, &a.report).cmp(&(&b.started_at, &b.title, &b.report)));
    let titles: Vec<_> = rows.iter().map(|row| short(&plain(&row.title))).collect();
    let width = titles.iter().map(|title| title.width()).chain([4]).max().unwrap_or(4);
    let mut out = String::new();
    let pad = |text: &str| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
    let _ = writeln!(
        out,
        "{:<10}  {}  {:>7}  {:>10}  {:<11}  tangents  redirects  chances",
        "date",
        pad("call"),
        "length",
        "small talk",
        "verdict"
    );
    for (row, title) in rows.iter().zip(&titles) {
        let date = row.started_at.as_deref().map_or("-", |date| date.get(..10).unwrap_or(date));
        let share = row.small_talk.as_ref().map_or("-".to_owned(), |talk| format!("{:.0} %", talk.ratio * 100.0));
        let _ = writeln!(
            out,
            "{date:<10}  {}  {:>7}  {:>10}  {:<11}  {:>8}  {:>9}  {:>7}",
            pad(title),
            row.duration.to_string(),
            share,
            row.small_talk.as_ref().map_or("-", |talk| verdict(talk.verdict)),
            row.tangents,
            row.redirects,
            row.opportunities,
        );
    }
    out
}

/// The doubts of all calls, one line for each sort: the first call that has it, and how many more do. All of them are in
/// the reports; hundreds of lines would only hide the failures.
pub(super) fn doubts(jobs: &[Job], outcomes: &[Outcome]) -> Vec<String> {
    let mut sorts: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    for (job, summary) in jobs.iter().zip(outcomes).filter_map(|(job, outcome)| Some((job, summary_of(outcome)?))) {
        let codes: BTreeSet<_> = summary.warnings.iter().map(|warning| warning.code.as_str()).collect();
        for code in codes {
            let text = summary.warnings.iter().find(|warning| warning.code == code).map_or("", |found| &found.text);
            let first = || (format!("{}: {text}", job.input.place.display()), 0);
            sorts.entry(code).and_modify(|(_, more)| *more += 1).or_insert_with(first);
        }
    }
    let more = |count: usize| match count {
        0 => String::new(),
        1 => " (and the like in 1 more call)".to_owned(),
        n => format!(" (and the like in {n} more calls)"),
    };
    sorts.into_values().map(|(first, count)| format!("note: {first}{}", more(count))).collect()
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Cold => "cold",
        Verdict::Healthy => "healthy",
        Verdict::OverBudget => "over budget",
    }
}

/// At most [`TITLE_COLUMNS`] columns of a title, with a sign where something was cut.
fn short(title: &str) -> String {
    if title.width() <= TITLE_COLUMNS {
        return title.to_owned();
    }
    let mut out = String::new();
    for letter in title.chars() {
        let next = format!("{out}{letter}");
        if next.width() >= TITLE_COLUMNS {
            break;
        }
        out = next;
    }
    out + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_titles_are_cut_by_columns_not_letters() {
        assert_eq!(short("short"), "short");
        assert!(short(&"字".repeat(40)).width() <= TITLE_COLUMNS);
        assert!(short(&"x".repeat(40)).ends_with('…'));
    }
}
