//! The report of a call for the terminal: quiet, aligned, readable without colour and in any width.

mod canvas;
mod moments;
mod people;
mod timeline;
mod trend;

use crate::call::report::Report;
use crate::call::time::Duration;
use crate::render::words;
use canvas::{Canvas, Ink, Piece};
pub use trend::comparison;

/// Narrowest page that is laid out, columns: below it lines would hold a word each.
const WIDTH_MIN: usize = 40;

/// Widest page that is laid out, columns: a timeline wider than this is no easier to read.
const WIDTH_MAX: usize = 200;

/// How the page may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalStyle {
    /// Columns of the terminal. Held in 40 to 200.
    pub width: usize,
    /// Whether to colour. Without, not a single escape character is written.
    pub colour: bool,
    /// Whether bars and marks may use characters beyond ASCII. Names and quotes keep their own script either way.
    pub unicode: bool,
}

/// The report as a page of text, ended by a line break.
#[must_use]
pub fn terminal(report: &Report, style: &TerminalStyle) -> String {
    let mut page = Canvas::new(TerminalStyle { width: style.width.clamp(WIDTH_MIN, WIDTH_MAX), ..*style });
    title(report, &mut page);
    timeline::draw(report, &mut page);
    small_talk(report, &mut page);
    people::draw(report, &mut page);
    frame(report, &mut page);
    moments::tangents(report, &mut page);
    moments::redirects(report, &mut page);
    moments::opportunities(report, &mut page);
    doubts(report, &mut page);
    page.finish()
}

/// Text from a file made safe to print: one line, without control characters, escapes and turns of direction.
#[must_use]
pub fn plain(text: &str) -> String {
    words::clean(text)
}

/// The same for a text of several lines, such as an error with its next steps: line breaks and indents stay.
#[must_use]
pub fn plain_lines(text: &str) -> String {
    let line = |line: &str| line.chars().filter_map(words::shown).collect::<String>().trim_end().to_owned();
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn title(report: &Report, page: &mut Canvas) {
    page.blank();
    page.text(Ink::Bold, &words::title(report), 0);
    let call = &report.call;
    let facts = [
        call.client.as_deref().map(words::clean).filter(|client| !client.is_empty()),
        call.started_at.as_deref().map(words::date),
        Some(words::length(call.duration)),
        call.language.as_deref().map(words::language),
        Some(words::basis(report.basis).to_owned()),
    ];
    page.flow(facts.into_iter().flatten().map(|fact| Piece::new(Ink::Dim, fact)), 0);
    page.blank();
    page.text(Ink::Plain, &words::sentence(report), 0);
}

fn small_talk(report: &Report, page: &mut Canvas) {
    let Some(talk) = &report.small_talk else { return };
    page.heading("Small talk");
    let beyond = words::beyond_budget(report);
    if talk.seconds > Duration::ZERO {
        let bars = page.glyphs();
        let wide = page.wide();
        let cells = |share: f64| (words::within_one(share) * wide as f64).round() as usize;
        let all = cells(talk.ratio).max(1);
        let kept = cells(talk.ratio * talk.opening_seconds.share_of(talk.seconds)).min(all);
        page.line(&[
            Piece::new(Ink::Good, bars.kept.to_string().repeat(kept)),
            Piece::new(Ink::SmallTalk, bars.beyond.to_string().repeat(all - kept)),
            Piece::new(Ink::Dim, bars.rest.to_string().repeat(wide.saturating_sub(all))),
        ]);
        let mut facts = vec![
            Piece::new(Ink::Bold, words::length(talk.seconds)),
            Piece::new(Ink::Plain, format!("{} of the speech", words::percent(talk.ratio))),
            Piece::new(Ink::Good, format!("{} {}", bars.kept, words::kept(talk))),
        ];
        if beyond > Duration::ZERO {
            facts.push(Piece::new(Ink::SmallTalk, format!("{} {} beyond it", bars.beyond, words::length(beyond))));
        }
        facts.extend(talk.by_speaker.iter().map(|(id, seconds)| {
            Piece::new(Ink::Dim, format!("{} {}", words::who(report, *id), words::length(*seconds)))
        }));
        page.flow(facts, 0);
    }
    page.text(Ink::Plain, words::verdict(talk), 0);
}

fn frame(report: &Report, page: &mut Canvas) {
    if let Some(said) = words::frame(report) {
        page.heading("Time box");
        page.text(Ink::Plain, &said, 0);
    }
}

fn doubts(report: &Report, page: &mut Canvas) {
    if report.warnings.is_empty() && report.withheld.is_empty() {
        page.blank();
        return;
    }
    page.heading("To be read with care");
    for warning in &report.warnings {
        page.hanging(Ink::Dim, page.glyphs().bullet, Ink::Dim, &words::clean(&warning.text));
    }
    for held in &report.withheld {
        let text = format!("{} is withheld: {}", words::clean(&held.field), words::clean(&held.why));
        page.hanging(Ink::Dim, page.glyphs().bullet, Ink::Dim, &text);
    }
    page.blank();
}
