//! The tangents with what happened in each: redirects that were made, and moments at which one would have helped.

use crate::call::finding::{Opportunity, Outcome, Redirect};
use crate::call::report::Report;
use crate::call::time::Timestamp;
use crate::render::words;

/// A tangent and its events, in the order of time.
pub(super) struct Tangent {
    pub(super) index: usize,
    pub(super) at: String,
    pub(super) at_ms: u64,
    pub(super) first: usize,
    pub(super) kind: &'static str,
    pub(super) kind_title: &'static str,
    pub(super) length: String,
    pub(super) about: String,
    pub(super) within_budget: bool,
    pub(super) drive: String,
    pub(super) ended: &'static str,
    pub(super) events: Vec<Event>,
}

/// A redirect or an opportunity.
pub(super) struct Event {
    /// `accepted`, `deflected` or `missed`.
    pub(super) look: &'static str,
    pub(super) at: String,
    pub(super) at_ms: u64,
    pub(super) utterance: usize,
    pub(super) said: String,
    pub(super) how: String,
    /// The opportunity, where it is one.
    pub(super) chance: Option<Chance>,
}

/// What could have been said.
pub(super) struct Chance {
    pub(super) index: usize,
    /// The one with most to gain: it stands open.
    pub(super) best: bool,
    pub(super) saved: String,
    pub(super) reasons: String,
    pub(super) warm: String,
    pub(super) firm: String,
}

/// All of them.
pub(super) struct Moments {
    pub(super) tangents: Vec<Tangent>,
    /// Redirects away from what was too short to be a tangent, and whatever names a tangent that is not there.
    pub(super) others: Vec<Event>,
}

pub(super) fn moments(report: &Report) -> Moments {
    let redirects = report.redirects.iter().map(|one| (one.tangent, one.at, redirect(report, one)));
    let best = best(report);
    let chances = report.opportunities.iter().enumerate();
    let chances = chances.map(|(index, one)| (Some(one.tangent), one.at, opportunity(index, one, best == Some(index))));
    let mut events: Vec<(Option<usize>, Timestamp, Event)> = redirects.chain(chances).collect();
    events.sort_by_key(|(_, at, _)| *at);
    let mut moments = Moments { tangents: tangents(report), others: Vec::new() };
    for (tangent, _, event) in events {
        match tangent.and_then(|at| moments.tangents.get_mut(at)) {
            Some(tangent) => tangent.events.push(event),
            None => moments.others.push(event),
        }
    }
    moments
}

/// Index of the opportunity with most to gain.
pub(super) fn best(report: &Report) -> Option<usize> {
    let best = words::best_opportunity(report)?;
    report.opportunities.iter().position(|one| std::ptr::eq(one, best))
}

fn tangents(report: &Report) -> Vec<Tangent> {
    let tangent = |(index, one): (usize, &crate::call::finding::Tangent)| Tangent {
        index,
        at: one.span.start().to_string(),
        at_ms: one.span.start().ms(),
        first: one.first,
        kind: one.kind.name(),
        kind_title: one.kind.title(),
        length: words::length(one.span.length()),
        about: words::about(one),
        within_budget: one.within_budget,
        drive: words::drive(report, one).unwrap_or_else(|| "who drove it is not known".to_owned()),
        ended: words::ended(one.ended_by),
        events: Vec::new(),
    };
    report.tangents.iter().enumerate().map(tangent).collect()
}

/// The words of an utterance; empty where there is none of this number.
fn said(report: &Report, utterance: usize) -> String {
    report.utterances.get(utterance).map(|one| words::clean(&one.utterance.text)).unwrap_or_default()
}

fn redirect(report: &Report, one: &Redirect) -> Event {
    let accepted = one.outcome == Outcome::Accepted;
    let mut how: Vec<_> = one.speaker.map(|id| words::who(report, id)).into_iter().collect();
    how.push(words::tone(one.tone).to_owned());
    how.push(words::class(one.class).to_owned());
    if accepted {
        how.extend(one.seconds_to_return.map(|back| format!("back in {}", words::short_length(back))));
        how.push(format!("held {}", words::length(one.hold_seconds)));
    }
    Event {
        look: if accepted { "accepted" } else { "deflected" },
        at: one.at.to_string(),
        at_ms: one.at.ms(),
        utterance: one.utterance,
        said: said(report, one.utterance),
        how: how.join(" · "),
        chance: None,
    }
}

fn opportunity(index: usize, one: &Opportunity, best: bool) -> Event {
    let reasons = one.reasons.iter().map(|reason| words::clean(reason)).collect::<Vec<_>>().join(", ");
    Event {
        look: "missed",
        at: one.at.to_string(),
        at_ms: one.at.ms(),
        utterance: one.after_utterance,
        said: String::new(),
        how: String::new(),
        chance: Some(Chance {
            index,
            best,
            saved: words::saving(one),
            reasons,
            warm: words::clean(&one.warm),
            firm: words::clean(&one.firm),
        }),
    }
}
