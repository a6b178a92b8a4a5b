//! Who tried to steer back, and what came of it.

use std::collections::HashSet;

use crate::call::finding::{Outcome, Redirect, Tangent};
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::topic::Kind;

use super::FindingSettings;
use super::reading::Reading;
use super::steer;
use super::tangents::Run;

/// Log-odds from which an utterance inside a digression is a redirect: more likely than not.
const INSIDE_MIN: f32 = 0.0;
/// The same around the place where business comes back, for the utterance that points back most: what follows speaks
/// for it. The best of the folds printed by `scripts/train_topics.py --folds`.
const RETURN_MIN: f32 = -2.5;
/// Utterances of the digression, and of the business after it, that count as such a place.
pub(super) const RETURN_REACH: (usize, usize) = (3, 2);
/// The others' turns within which the call must be back on business.
const TURNS_MAX: usize = 2;
/// How long business must hold, unless the call comes to its close.
const HOLD_MIN: Duration = Duration::from_ms(60_000);

/// All redirects, in order, not yet placed in a tangent.
pub(super) fn find(reading: &Reading<'_>, runs: &[Run], settings: &FindingSettings) -> Vec<Redirect> {
    let Some(lexicon) = reading.lexicon else { return Vec::new() };
    let business = steer::business_stems(reading);
    let mut found = Vec::new();
    for run in runs {
        let returns = reading.said.get(run.last + 1).is_some_and(|next| next.kind == Kind::Business);
        let end = if returns { (run.last + RETURN_REACH.1).min(reading.said.len() - 1) } else { run.last };
        let mut told: HashSet<&str> = reading.said[run.first].content.iter().map(String::as_str).collect();
        let mut attempts: Vec<usize> = Vec::new();
        let mut likeliest: Option<(f32, usize)> = None;
        for at in run.first + 1..=end {
            let said = &reading.said[at];
            if at > run.last && said.kind != Kind::Business {
                break;
            }
            let odds = steer::log_odds(said, lexicon, &business, &told);
            let near = at + RETURN_REACH.0 > run.last && steer::points_back(said, &business, &told);
            let enough = odds > RETURN_MIN && (at <= run.last || steer::is_cued(said));
            if at <= run.last && odds > INSIDE_MIN {
                attempts.push(at);
            } else if near && enough && likeliest.is_none_or(|(best, _)| odds > best) {
                likeliest = Some((odds, at));
            }
            told.extend(said.content.iter().map(String::as_str));
        }
        let is_ended = attempts.last().is_some_and(|last| last + RETURN_REACH.0 > run.last);
        if let Some((_, at)) = likeliest.filter(|_| returns && !is_ended) {
            attempts.push(at);
        }
        for (place, at) in attempts.iter().enumerate() {
            // Where somebody had to try again, this attempt came to nothing.
            let again = attempts.get(place + 1).is_some_and(|next| *next <= run.last);
            found.push(redirect(reading, *at, again, settings));
        }
    }
    found
}

/// The same redirects with the tangent that each steers away from.
pub(super) fn placed(mut redirects: Vec<Redirect>, tangents: &[Tangent]) -> Vec<Redirect> {
    for redirect in &mut redirects {
        redirect.tangent = tangents
            .iter()
            .position(|tangent| (tangent.first..=tangent.last + RETURN_REACH.1).contains(&redirect.utterance));
    }
    redirects
}

fn redirect(reading: &Reading<'_>, at: usize, again: bool, settings: &FindingSettings) -> Redirect {
    let span = reading.utterances()[at].span;
    let said = &reading.said[at];
    let back = if again { None } else { back_within_turns(reading, at) };
    let held = back.map(|back| held(reading, back, settings)).filter(|held| held.to_the_close || held.time >= HOLD_MIN);
    let (outcome, seconds_to_return, hold_seconds) = match (back, held) {
        (Some(back), Some(held)) => {
            let start = reading.utterances()[back].span.start();
            (Outcome::Accepted, Some(start.since(span.end())), held.time)
        }
        _ => (Outcome::Deflected, None, Duration::ZERO),
    };
    Redirect {
        at: span.start(),
        utterance: at,
        speaker: reading.speaker(at),
        class: steer::class(said),
        tone: steer::tone(said),
        tangent: None,
        outcome,
        seconds_to_return,
        hold_seconds,
    }
}

/// The first utterance of business after a redirect, if it comes within the others' next two turns. Without speakers
/// every utterance counts as a turn of another.
fn back_within_turns(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let me = reading.speaker(at);
    if reading.said[at].kind == Kind::Business {
        return Some(at);
    }
    let mut turns = 0;
    let mut before = Some(at);
    for next in at + 1..reading.said.len() {
        let speaker = reading.speaker(next);
        let others = me.is_none() || speaker != me;
        let goes_on = before.is_some_and(|before| before != at && me.is_some() && reading.speaker(before) == speaker);
        if others && !goes_on && !reading.is_backchannel(next) {
            turns += 1;
        }
        if turns > TURNS_MAX {
            return None;
        }
        if reading.said[next].kind == Kind::Business {
            return Some(next);
        }
        before = Some(next);
    }
    None
}

struct Held {
    time: Duration,
    to_the_close: bool,
}

/// How long business holds from an utterance on: until the next digression that is long enough to be a tangent.
fn held(reading: &Reading<'_>, back: usize, settings: &FindingSettings) -> Held {
    let utterances = reading.utterances();
    let start = utterances[back].span.start();
    let mut end = utterances[back].span.end();
    let mut away: Option<Span> = None;
    for (said, utterance) in reading.said.iter().zip(utterances).skip(back) {
        let span = utterance.span;
        if said.kind == Kind::Closing {
            return Held { time: until(away, end).since(start), to_the_close: away.is_none() };
        }
        if said.kind.is_digression() {
            let now = away.map_or(span, |away| away.cover(span));
            if now.length() > settings.tangent_min {
                return Held { time: now.start().since(start), to_the_close: false };
            }
            away = Some(now);
        } else {
            away = None;
        }
        end = end.max(span.end());
    }
    Held { time: until(away, end).since(start), to_the_close: away.is_none() }
}

fn until(away: Option<Span>, end: Timestamp) -> Timestamp {
    away.map_or(end, Span::start)
}
