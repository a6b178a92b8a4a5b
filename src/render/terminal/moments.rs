//! The moments that matter: tangents, redirects that were made, and those that would have helped.

use crate::call::finding::{Outcome, Redirect, Tangent};
use crate::call::report::Report;
use crate::call::time::Timestamp;
use crate::render::words;

use super::canvas::{Canvas, Ink, Piece};
use super::timeline::look;

/// Longest quote, columns. The page shows what was said; the transcript holds all of it.
const QUOTE_MAX: usize = 160;

pub(super) fn tangents(report: &Report, page: &mut Canvas) {
    if report.tangents.is_empty() {
        return;
    }
    page.heading("Tangents");
    let times = TimeColumn::of(report.tangents.iter().map(|one| one.span.start()));
    for tangent in &report.tangents {
        one_tangent(report, tangent, &times, page);
    }
}

/// A column of clock times, aligned at their ends.
struct TimeColumn {
    wide: usize,
}

impl TimeColumn {
    fn of(times: impl Iterator<Item = Timestamp>) -> Self {
        Self { wide: times.map(|time| time.to_string().len()).max().unwrap_or(0) }
    }

    /// A mark and a time, as wide as every other of the column.
    fn label(&self, mark: char, time: Timestamp) -> String {
        format!("{mark} {:>wide$}  ", time.to_string(), wide = self.wide)
    }

    /// Where the text beside the times begins, columns from the margin.
    const fn text_at(&self) -> usize {
        self.wide + 4
    }
}

fn one_tangent(report: &Report, tangent: &Tangent, times: &TimeColumn, page: &mut Canvas) {
    let (glyph, ink) = look(tangent.kind, page.glyphs());
    let head = format!("{}, {}", words::about(tangent), words::length(tangent.span.length()));
    page.labelled(ink, &times.label(glyph, tangent.span.start()), Ink::Plain, &head, 0);
    let mut facts = vec![Piece::new(Ink::Dim, tangent.kind.title())];
    if tangent.within_budget {
        facts.push(Piece::new(Ink::Good, "within the warm opening minutes"));
    }
    facts.extend(words::drive(report, tangent).map(|drive| Piece::new(Ink::Plain, drive)));
    facts.push(Piece::new(Ink::Dim, words::ended(tangent.ended_by)));
    page.flow(facts, times.text_at());
}

pub(super) fn redirects(report: &Report, page: &mut Canvas) {
    if report.redirects.is_empty() {
        return;
    }
    page.heading("Redirects that were made");
    let times = TimeColumn::of(report.redirects.iter().map(|one| one.at));
    for redirect in &report.redirects {
        one_redirect(report, redirect, &times, page);
    }
}

fn one_redirect(report: &Report, redirect: &Redirect, times: &TimeColumn, page: &mut Canvas) {
    let glyphs = page.glyphs();
    let (glyph, ink) = match redirect.outcome {
        Outcome::Accepted => (glyphs.accepted, Ink::Good),
        Outcome::Deflected => (glyphs.deflected, Ink::Bad),
    };
    let said =
        report.utterances.get(redirect.utterance).map(|one| words::clean(&one.utterance.text)).unwrap_or_default();
    let quote = page.quote(&page.cut(&said, QUOTE_MAX));
    page.labelled(ink, &times.label(glyph, redirect.at), Ink::Plain, &quote, 0);
    let mut facts: Vec<_> =
        redirect.speaker.map(|id| Piece::new(Ink::Plain, words::who(report, id))).into_iter().collect();
    facts.push(Piece::new(Ink::Dim, words::tone(redirect.tone)));
    match redirect.outcome {
        Outcome::Accepted => {
            facts.push(Piece::new(Ink::Good, "accepted"));
            if let Some(back) = redirect.seconds_to_return {
                facts.push(Piece::new(Ink::Dim, format!("back in {}", words::short_length(back))));
            }
            facts.push(Piece::new(Ink::Dim, format!("held {}", words::length(redirect.hold_seconds))));
        }
        Outcome::Deflected => facts.push(Piece::new(Ink::Bad, "deflected")),
    }
    page.flow(facts, times.text_at());
}

pub(super) fn opportunities(report: &Report, page: &mut Canvas) {
    if report.opportunities.is_empty() {
        return;
    }
    page.heading("Where a redirect would have helped");
    let mark = page.glyphs().chance;
    let times = TimeColumn::of(report.opportunities.iter().map(|one| one.at));
    for (at, one) in report.opportunities.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        let mut head = format!("{} to save", words::length(one.seconds_saved));
        let reasons: Vec<_> = one.reasons.iter().map(|reason| words::clean(reason)).collect();
        if !reasons.is_empty() {
            head.push_str(": ");
            head.push_str(&reasons.join(", "));
        }
        page.labelled(Ink::Chance, &times.label(mark, one.at), Ink::Dim, &head, 0);
        for (label, phrase) in [("warm  ", &one.warm), ("firm  ", &one.firm)] {
            let phrase = words::clean(phrase);
            if !phrase.is_empty() {
                page.labelled(Ink::Dim, label, Ink::Plain, &page.quote(&phrase), times.text_at());
            }
        }
    }
}
