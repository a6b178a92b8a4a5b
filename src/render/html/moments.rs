//! Tangents, redirects and opportunities in words.

use crate::call::finding::Outcome;
use crate::call::report::Report;
use crate::render::words;

/// Opportunities on the coaching card: what a person can try to do better next time.
const COACHING_SHOWN: usize = 3;

pub(super) struct Tangent {
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
}

pub(super) struct Redirect {
    pub(super) at: String,
    pub(super) at_ms: u64,
    pub(super) utterance: usize,
    pub(super) accepted: bool,
    pub(super) said: String,
    pub(super) how: String,
}

#[derive(Clone)]
pub(super) struct Opportunity {
    pub(super) index: usize,
    pub(super) at: String,
    pub(super) at_ms: u64,
    pub(super) after: usize,
    pub(super) saved: String,
    pub(super) about: String,
    pub(super) reasons: String,
    pub(super) warm: String,
    pub(super) firm: String,
}

/// All of them.
pub(super) struct Moments {
    pub(super) tangents: Vec<Tangent>,
    pub(super) redirects: Vec<Redirect>,
    pub(super) opportunities: Vec<Opportunity>,
    /// The opportunities with most to gain, for the coaching card.
    pub(super) coaching: Vec<Opportunity>,
    /// A redirect of the user's that held, for the coaching card.
    pub(super) worked: Option<String>,
}

pub(super) fn moments(report: &Report) -> Moments {
    let opportunities = opportunities(report);
    let mut best: Vec<_> = report.opportunities.iter().zip(&opportunities).collect();
    best.sort_by_key(|(one, _)| std::cmp::Reverse(one.seconds_saved));
    // One piece of advice a tangent: its later moments say the same again.
    let mut seen = std::collections::BTreeSet::new();
    let coaching = best.into_iter().filter(|(one, _)| seen.insert(one.tangent)).take(COACHING_SHOWN);
    let coaching = coaching.map(|(_, shown)| shown.clone()).collect();
    Moments {
        tangents: tangents(report),
        redirects: redirects(report),
        opportunities,
        coaching,
        worked: worked(report),
    }
}

fn tangents(report: &Report) -> Vec<Tangent> {
    report
        .tangents
        .iter()
        .map(|one| Tangent {
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
        })
        .collect()
}

fn said(report: &Report, utterance: usize) -> String {
    report.utterances.get(utterance).map(|one| words::clean(&one.utterance.text)).unwrap_or_default()
}

fn redirects(report: &Report) -> Vec<Redirect> {
    report
        .redirects
        .iter()
        .map(|one| {
            let mut how: Vec<_> = one.speaker.map(|id| words::who(report, id)).into_iter().collect();
            how.push(words::tone(one.tone).to_owned());
            how.push(words::class(one.class).to_owned());
            if one.outcome == Outcome::Accepted {
                how.extend(one.seconds_to_return.map(|back| format!("back after {}", words::short_length(back))));
                how.push(format!("held {}", words::length(one.hold_seconds)));
            }
            Redirect {
                at: one.at.to_string(),
                at_ms: one.at.ms(),
                utterance: one.utterance,
                accepted: one.outcome == Outcome::Accepted,
                said: said(report, one.utterance),
                how: how.join(" · "),
            }
        })
        .collect()
}

fn opportunities(report: &Report) -> Vec<Opportunity> {
    report
        .opportunities
        .iter()
        .enumerate()
        .map(|(index, one)| Opportunity {
            index,
            at: one.at.to_string(),
            at_ms: one.at.ms(),
            after: one.after_utterance,
            saved: words::length(one.seconds_saved),
            about: report.tangents.get(one.tangent).map(words::about).unwrap_or_default(),
            reasons: one.reasons.iter().map(|reason| words::clean(reason)).collect::<Vec<_>>().join(", "),
            warm: words::clean(&one.warm),
            firm: words::clean(&one.firm),
        })
        .collect()
}

/// The user's own redirect that held longest.
fn worked(report: &Report) -> Option<String> {
    let mine = |one: &&crate::call::finding::Redirect| one.speaker.is_some_and(|id| words::is_me(report, id));
    let accepted = report.redirects.iter().filter(|one| one.outcome == Outcome::Accepted).filter(mine);
    accepted.max_by_key(|one| one.hold_seconds).map(|one| said(report, one.utterance)).filter(|text| !text.is_empty())
}
