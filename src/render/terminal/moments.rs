//! The moments that matter: tangents, redirects that were made, and those that would have helped.

use crate::call::finding::{Outcome, Redirect, Tangent};
use crate::call::report::Report;
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
    for tangent in &report.tangents {
        one_tangent(report, tangent, page);
    }
}

fn one_tangent(report: &Report, tangent: &Tangent, page: &mut Canvas) {
    let (glyph, ink) = look(tangent.kind, page.glyphs());
    let head = format!("{}, {}: {}", tangent.span.start(), words::length(tangent.span.length()), words::about(tangent));
    page.hanging(ink, glyph, Ink::Bold, &head);
    let mut facts = vec![Piece::new(Ink::Dim, tangent.kind.title())];
    if tangent.within_budget {
        facts.push(Piece::new(Ink::Good, "within the warm opening minutes"));
    }
    facts.extend(words::drive(report, tangent).map(|drive| Piece::new(Ink::Plain, drive)));
    facts.push(Piece::new(Ink::Dim, words::ended(tangent.ended_by)));
    page.flow(facts, 2);
}

pub(super) fn redirects(report: &Report, page: &mut Canvas) {
    if report.redirects.is_empty() {
        return;
    }
    page.heading("Redirects that were made");
    for redirect in &report.redirects {
        one_redirect(report, redirect, page);
    }
}

fn one_redirect(report: &Report, redirect: &Redirect, page: &mut Canvas) {
    let glyphs = page.glyphs();
    let (glyph, ink) = match redirect.outcome {
        Outcome::Accepted => (glyphs.accepted, Ink::Good),
        Outcome::Deflected => (glyphs.deflected, Ink::Bad),
    };
    let said =
        report.utterances.get(redirect.utterance).map(|one| words::clean(&one.utterance.text)).unwrap_or_default();
    page.hanging(ink, glyph, Ink::Plain, &format!("{} {}", redirect.at, page.quote(&page.cut(&said, QUOTE_MAX))));
    let mut facts: Vec<_> =
        redirect.speaker.map(|id| Piece::new(Ink::Plain, words::who(report, id))).into_iter().collect();
    facts.push(Piece::new(Ink::Dim, words::tone(redirect.tone)));
    facts.push(Piece::new(Ink::Dim, words::class(redirect.class)));
    match redirect.outcome {
        Outcome::Accepted => {
            facts.push(Piece::new(Ink::Good, "accepted"));
            if let Some(back) = redirect.seconds_to_return {
                facts.push(Piece::new(Ink::Dim, format!("back after {}", words::short_length(back))));
            }
            facts.push(Piece::new(Ink::Dim, format!("held {}", words::length(redirect.hold_seconds))));
        }
        Outcome::Deflected => facts.push(Piece::new(Ink::Bad, "deflected")),
    }
    page.flow(facts, 2);
}

pub(super) fn opportunities(report: &Report, page: &mut Canvas) {
    if report.opportunities.is_empty() {
        return;
    }
    page.heading("Where a redirect would have helped");
    let mark = page.glyphs().chance;
    for (at, one) in report.opportunities.iter().enumerate() {
        if at > 0 {
            page.blank();
        }
        let mut head = format!("{} {} to save", one.at, words::length(one.seconds_saved));
        let reasons: Vec<_> = one.reasons.iter().map(|reason| words::clean(reason)).collect();
        if !reasons.is_empty() {
            head.push_str(": ");
            head.push_str(&reasons.join(", "));
        }
        page.hanging(Ink::Chance, mark, Ink::Plain, &head);
        for (label, phrase) in [("warm  ", &one.warm), ("firm  ", &one.firm)] {
            let phrase = words::clean(phrase);
            if !phrase.is_empty() {
                page.labelled(Ink::Dim, label, Ink::Bold, &page.quote(&phrase), 2);
            }
        }
    }
}
