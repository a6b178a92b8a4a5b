//! Where the call left what it was for.

use std::collections::BTreeMap;

use crate::call::finding::{EndedBy, Move, MoveKind, Outcome, Redirect, Tangent};
use crate::call::time::{Duration, Span};
use crate::call::topic::Kind;
use crate::call::transcript::SpeakerId;

use super::FindingSettings;
use super::drive;
use super::reading::Reading;
use super::redirects::Attempt;

/// A maximal run of small talk and off-agenda talk, however short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// Index of its first utterance.
    pub(super) first: usize,
    /// Index of its last utterance, included.
    pub(super) last: usize,
    /// From the start of the first to the latest end.
    pub(super) span: Span,
    /// Whether no business came before it.
    pub(super) at_start: bool,
}

/// All such runs, in order.
pub(super) fn runs(reading: &Reading<'_>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut business = false;
    for (at, said) in reading.said.iter().enumerate() {
        business |= said.kind == Kind::Business;
        if !said.kind.is_digression() {
            continue;
        }
        let span = reading.utterances()[at].span;
        match runs.last_mut() {
            Some(run) if run.last + 1 == at => {
                run.last = at;
                run.span = run.span.cover(span);
            }
            _ => runs.push(Run { first: at, last: at, span, at_start: !business }),
        }
    }
    runs
}

/// The runs that are long enough to be tangents.
pub(super) fn find(
    reading: &Reading<'_>,
    runs: &[Run],
    attempts: &[Attempt],
    settings: &FindingSettings,
) -> Vec<Tangent> {
    let long = runs.iter().filter(|run| run.span.length() > settings.tangent_min);
    long.map(|run| tangent(reading, *run, attempts, settings)).collect()
}

fn tangent(reading: &Reading<'_>, run: Run, attempts: &[Attempt], settings: &FindingSettings) -> Tangent {
    let of_run = attempts.iter().filter(|attempt| attempt.first == run.first);
    let own: Vec<&Redirect> = of_run.map(|attempt| &attempt.redirect).collect();
    let accepted = own.iter().any(|redirect| redirect.outcome == Outcome::Accepted);
    let ended_by = match reading.said.get(run.last + 1) {
        _ if accepted => EndedBy::Redirect,
        Some(next) if next.kind != Kind::Closing => EndedBy::Faded,
        _ => EndedBy::EndOfCall,
    };
    let moves = moves(reading, run, &own);
    let drive = drive::shares(reading, run, &own, &moves);
    let mut topics: Vec<String> = Vec::new();
    for topic in reading.topics.iter().filter(|topic| topic.first <= run.last && run.first <= topic.last) {
        if !topic.label.is_empty() {
            topics.push(topic.label.clone());
        }
    }
    Tangent {
        span: run.span,
        first: run.first,
        last: run.last,
        kind: kind(reading, run),
        topics,
        initiator: drive::initiator(reading, run),
        driver: drive::driver(&drive),
        drive,
        within_budget: run.at_start && run.span.length() <= settings.opening_budget,
        ended_by,
        moves,
        questions: questions(reading, run),
    }
}

/// Questions each speaker of the run asked in it.
fn questions(reading: &Reading<'_>, run: Run) -> BTreeMap<SpeakerId, usize> {
    let mut asked = BTreeMap::new();
    for at in run.first..=run.last {
        if let Some(speaker) = reading.speaker(at) {
            *asked.entry(speaker).or_default() += usize::from(reading.said[at].asks);
        }
    }
    asked
}

/// The kind that most of the run's speech has.
fn kind(reading: &Reading<'_>, run: Run) -> Kind {
    let time = |kind: Kind| -> Duration {
        let of_kind = (run.first..=run.last).filter(|at| reading.said[*at].kind == kind);
        of_kind.map(|at| reading.length(at)).sum()
    };
    if time(Kind::OffAgenda) > time(Kind::SmallTalk) { Kind::OffAgenda } else { Kind::SmallTalk }
}

/// What each utterance of a run does. Backchannels and redirects that came to nothing make no move.
fn moves(reading: &Reading<'_>, run: Run, redirects: &[&Redirect]) -> Vec<Move> {
    let mut moves = Vec::new();
    let mut refused: Option<&Redirect> = None;
    for at in run.first..=run.last {
        let speaker = reading.speaker(at);
        let redirect = redirects.iter().find(|redirect| redirect.utterance == at);
        let kind = match redirect {
            Some(redirect) if redirect.outcome == Outcome::Deflected => {
                refused = Some(redirect);
                continue;
            }
            Some(_) => MoveKind::Close,
            None if at == run.first => MoveKind::Open,
            None if reading.is_backchannel(at) => continue,
            None if refused.is_some_and(|redirect| redirect.speaker.is_none() || redirect.speaker != speaker) => {
                MoveKind::Deflect
            }
            None if reading.said[at].asks => MoveKind::Ask,
            None => MoveKind::Extend,
        };
        refused = None;
        moves.push(Move { utterance: at, speaker, kind });
    }
    moves
}
