//! Who tried to steer back, and what came of it.

use std::collections::{BTreeMap, HashSet};

use crate::call::finding::{Outcome, Redirect, Tangent};
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::topic::Kind;
use crate::call::transcript::SpeakerId;
use crate::lexicon::Lexicon;

use super::FindingSettings;
use super::reading::{Reading, Said};
use super::steer::{self, Surroundings};
use super::tangents::Run;

/// Log-odds from which an utterance inside a digression is a redirect: near the best of folds over the calls that the
/// weights of `scripts/train_steer.py` are learned from.
const INSIDE_MIN: f32 = -0.75;
/// The same around the place where business comes back, for the utterance that points back most: what follows speaks
/// for it.
const RETURN_MIN: f32 = -2.5;
/// Utterances at the end of the digression, and of the business after it, that count as such a place: the topics stage
/// is off by a line or two.
const RETURN_REACH: (usize, usize) = (4, 5);
/// Utterances of business after a digression that say what comes next.
const AHEAD: usize = 12;
/// Utterances to each side whose warmth is compared.
const WARMTH_REACH: usize = 3;
/// Tenths of warm words: the scale of that comparison.
const WARMTH_SCALE: f32 = 10.0;
/// What a speaker counts as listening to when it is not known who speaks.
const LISTENS_UNKNOWN: f32 = 0.5;
/// The others' turns within which the call must be back on business.
const TURNS_MAX: usize = 2;
/// How long business must hold, unless the call comes to its close.
const HOLD_MIN: Duration = Duration::from_ms(60_000);

/// A redirect and the digression it steers away from.
#[derive(Debug)]
pub(super) struct Attempt {
    /// First utterance of the digression.
    pub(super) first: usize,
    /// The redirect, not yet placed in a tangent.
    pub(super) redirect: Redirect,
}

/// All redirects, in order.
pub(super) fn find(reading: &Reading<'_>, runs: &[Run], settings: &FindingSettings) -> Vec<Attempt> {
    let Some(lexicon) = reading.lexicon else { return Vec::new() };
    let business = steer::business_stems(reading);
    let mut found = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        let until = runs.get(number + 1).map_or(reading.said.len(), |next| next.first);
        let attempts = attempts(reading, lexicon, *run, until, &business);
        for (place, at) in attempts.iter().enumerate() {
            // Where somebody had to try again, this attempt came to nothing.
            let again = attempts.get(place + 1).is_some_and(|next| *next <= run.last);
            found.push(Attempt { first: run.first, redirect: redirect(reading, *at, again, settings) });
        }
    }
    found
}

/// The utterances of a digression, or of the business right after it, that try to return. `until` is where the next
/// digression begins.
fn attempts(reading: &Reading<'_>, lexicon: &Lexicon, run: Run, until: usize, business: &HashSet<&str>) -> Vec<usize> {
    let is_business = |at: &usize| reading.said[*at].kind == Kind::Business;
    let after = (run.last + 1..until.min(run.last + 1 + AHEAD)).filter(is_business);
    let ahead: HashSet<&str> = after.flat_map(|at| reading.said[at].content.iter().map(String::as_str)).collect();
    let end = (run.last + 1..until).take(RETURN_REACH.1).take_while(is_business).last();
    let mut told: HashSet<&str> = reading.said[run.first].content.iter().map(String::as_str).collect();
    let mut spoken: BTreeMap<Option<SpeakerId>, usize> =
        [(reading.speaker(run.first), reading.said[run.first].tokens.len())].into();
    let mut attempts: Vec<usize> = Vec::new();
    let mut likeliest: Option<(f32, usize)> = None;
    for at in run.first + 1..=end.unwrap_or(run.last) {
        let near = end.is_some() && at + RETURN_REACH.0 > run.last;
        let speaker = reading.speaker(at);
        let all: usize = spoken.values().sum();
        let own = spoken.get(&speaker).copied().unwrap_or_default();
        let around = Surroundings {
            business,
            ahead: &ahead,
            told: &told,
            listens: speaker.map_or(LISTENS_UNKNOWN, |_| 1.0 - own as f32 / all.max(1) as f32),
            place: near.then(|| at as isize - run.last as isize),
            cools: cools(reading, run.first, at),
        };
        let odds = steer::log_odds(&reading.said[at], lexicon, &around);
        if at <= run.last && odds > INSIDE_MIN {
            attempts.push(at);
        } else if near
            && odds > RETURN_MIN
            && steer::points_back(&reading.said[at], &around, at > run.last)
            && likeliest.is_none_or(|(best, _)| odds > best)
        {
            likeliest = Some((odds, at));
        }
        told.extend(reading.said[at].content.iter().map(String::as_str));
        *spoken.entry(speaker).or_default() += reading.said[at].tokens.len();
    }
    let is_ended = attempts.last().is_some_and(|last| last + RETURN_REACH.0 > run.last);
    if let Some((_, at)) = likeliest.filter(|_| !is_ended) {
        attempts.push(at);
    }
    attempts
}

/// How much warmer what was said right before an utterance is than what is said right after it.
fn cools(reading: &Reading<'_>, first: usize, at: usize) -> f32 {
    let mean = |said: &[Said]| said.iter().map(steer::warmth).sum::<f32>() / said.len().max(1) as f32;
    let before = &reading.said[at.saturating_sub(WARMTH_REACH).max(first)..at];
    let after = &reading.said[at + 1..(at + 1 + WARMTH_REACH).min(reading.said.len())];
    WARMTH_SCALE * (mean(before) - mean(after))
}

/// The redirects with the tangent that each steers away from.
pub(super) fn placed(attempts: Vec<Attempt>, tangents: &[Tangent]) -> Vec<Redirect> {
    let place = |attempt: Attempt| Redirect {
        tangent: tangents.iter().position(|tangent| tangent.first == attempt.first),
        ..attempt.redirect
    };
    attempts.into_iter().map(place).collect()
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
