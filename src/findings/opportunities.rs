//! Moments at which a redirect would have helped and nobody made one. Kindness comes first: see [`is_guarded`].

use crate::call::finding::{Driver, Frame, Opportunity, Redirect, Tangent};
use crate::call::time::{Duration, Timestamp};
use crate::call::topic::Kind;
use crate::lexicon::Tag;

use super::FindingSettings;
use super::phrasebook::{Moment, Phrasebook};
use super::reading::Reading;

/// At most so many in one tangent.
const IN_TANGENT_MAX: usize = 3;
/// A tangent in the middle of a call is over-long past this; at the start the opening budget decides.
const MID_CALL_MAX: Duration = Duration::from_ms(60_000);
/// No advice in the first seconds of a topic.
const TOPIC_HEAD: Duration = Duration::from_ms(30_000);
/// Two moments in one tangent are at least so far apart.
const APART_MIN: Duration = Duration::from_ms(20_000);
/// With less than this still to come there was nothing to save.
const SAVED_MIN: Duration = Duration::from_ms(5_000);
/// From the end of a moment until business is back after a redirect: the words of the redirect and the way back. A
/// quarter of the redirects in the labelled calls are quicker than the first, half than the second, and a quarter take
/// longer than the last, because the first try is deflected. Printed by `scripts/train_steer.py --returns`.
const RETURN_QUICK: Duration = Duration::from_ms(9_000);
const RETURN_TYPICAL: Duration = Duration::from_ms(12_000);
const RETURN_SLOW: Duration = Duration::from_ms(45_000);
/// A silence of this length is an opening by itself.
const PAUSE_MIN: Duration = Duration::from_ms(1_500);
/// An utterance of at least so many words carries a story on, so that its end is an opening.
const STORY_WORDS_MIN: usize = 12;
/// Utterances around a moment that must be free of bad news.
const GRIEF_REACH: usize = 3;
/// Utterances before a moment that must be free of money, scope and deadline, besides the one after it.
const TERMS_REACH: usize = 1;
/// A topic in which bad news is spoken of in so many utterances is left alone altogether.
const GRIEF_TOPIC: usize = 2;
/// A statement has at least so many words; "yes, hello" is none.
const STATEMENT_WORDS_MIN: usize = 8;

/// All opportunities, in order.
pub(super) fn find(
    reading: &Reading<'_>,
    tangents: &[Tangent],
    redirects: &[Redirect],
    frame: &Frame,
    settings: &FindingSettings,
) -> Vec<Opportunity> {
    let Some(lexicon) = reading.lexicon else { return Vec::new() };
    let phrasebook = Phrasebook::of(lexicon.language);
    let statement = first_statement(reading);
    let mut found = Vec::new();
    for (at, tangent) in tangents.iter().enumerate() {
        let Some(past) = past_from(reading, tangent, settings) else { continue };
        let mut openings: Vec<Opening> = (tangent.first..tangent.last)
            .filter(|after| !is_guarded(reading, *after, statement) && !is_steered(*after, redirects))
            .filter_map(|after| opening(reading, tangent, after, past))
            .collect();
        for (place, opening) in best(&mut openings).into_iter().enumerate() {
            let left = tangent.span.end().since(opening.at);
            let moment = moment(reading, tangent, opening, frame, settings);
            let (warm, firm) = phrasebook.say(place, &moment);
            found.push(Opportunity {
                at: opening.at,
                after_utterance: opening.after,
                tangent: at,
                reasons: opening.reasons.clone(),
                seconds_saved: left - RETURN_TYPICAL,
                seconds_saved_low: left - RETURN_SLOW,
                seconds_saved_high: left - RETURN_QUICK,
                warm,
                firm,
            });
        }
    }
    found
}

/// When an over-long tangent passes what is fine; `None` for those that never do.
fn past_from(reading: &Reading<'_>, tangent: &Tangent, settings: &FindingSettings) -> Option<Timestamp> {
    let at_start = reading.said[..tangent.first].iter().all(|said| said.kind != Kind::Business);
    let fine = if at_start { settings.opening_budget } else { MID_CALL_MAX };
    (tangent.span.length() > fine).then(|| tangent.span.start() + fine)
}

/// A real opening.
struct Opening {
    after: usize,
    at: Timestamp,
    weight: f64,
    reasons: Vec<String>,
}

fn opening(reading: &Reading<'_>, tangent: &Tangent, after: usize, past: Timestamp) -> Option<Opening> {
    let (said, next) = (&reading.said[after], &reading.said[after + 1]);
    let at = reading.utterances()[after].span.end();
    if tangent.span.end().since(at) < SAVED_MIN || said.asks || said.hums {
        return None;
    }
    let mut reasons = Vec::new();
    let mut weight = 0.0;
    let mut because = |holds: bool, worth: f64, reason: String| {
        if holds {
            weight += worth;
            reasons.push(reason);
        }
    };
    let pause = reading.pause_after(after);
    because(said.has(Tag::StoryEnd), 1.5, "the speaker was rounding the story off".to_owned());
    because(
        said.words >= STORY_WORDS_MIN && is_narrator(reading, tangent, after),
        2.0,
        "a part of the story had just ended".to_owned(),
    );
    because(pause >= PAUSE_MIN, 1.5, format!("there was a pause of {:.1} s", pause.secs()));
    because(
        next.has(Tag::Laughter) || said.has(Tag::Laughter),
        1.0,
        "there was laughter, so a change of subject would have been light".to_owned(),
    );
    because(next.hums || next.words < 4, 0.5, "the reply added nothing new".to_owned());
    if reasons.is_empty() {
        return None;
    }
    if at >= past {
        let by = at.since(past);
        reasons.push(format!("the tangent had run {} s past what is fine", by.secs().round()));
        weight += 1.0;
    }
    Some(Opening { after, at, weight, reasons })
}

/// Whether an utterance is said by somebody who drives the tangent.
fn is_narrator(reading: &Reading<'_>, tangent: &Tangent, utterance: usize) -> bool {
    match tangent.driver {
        Some(Driver::Speaker(id)) => reading.speaker(utterance) == Some(id),
        Some(Driver::Both) | None => true,
    }
}

/// The best openings, apart from each other, in the order of the call.
fn best(openings: &mut [Opening]) -> Vec<&Opening> {
    openings.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.after.cmp(&b.after)));
    let mut chosen: Vec<&Opening> = Vec::new();
    for opening in openings.iter() {
        let apart = chosen.iter().all(|other| {
            let (early, late) = (opening.at.min(other.at), opening.at.max(other.at));
            late.since(early) >= APART_MIN
        });
        if apart && chosen.len() < IN_TANGENT_MAX {
            chosen.push(opening);
        }
    }
    chosen.sort_by_key(|opening| opening.after);
    chosen
}

/// Whether somebody did steer back: in this utterance or in the next.
fn is_steered(after: usize, redirects: &[Redirect]) -> bool {
    redirects.iter().any(|redirect| redirect.utterance == after || redirect.utterance == after + 1)
}

/// Moments at which advice to steer back would be unkind or unsafe: in the client's first statement, in the first 30 s
/// of a topic, in bad news, illness or grief, and where money, scope or deadline is being talked about.
fn is_guarded(reading: &Reading<'_>, after: usize, statement: Option<(usize, usize)>) -> bool {
    if statement.is_some_and(|(first, last)| (first..=last).contains(&after)) {
        return true;
    }
    let at = reading.utterances()[after].span.end();
    let topic = reading.said[after].topic.map(|topic| &reading.topics[topic]);
    if topic.is_some_and(|topic| at.since(topic.span.start()) < TOPIC_HEAD) {
        return true;
    }
    let end = |reach: usize| (after + reach + 1).min(reading.said.len());
    let near = &reading.said[after.saturating_sub(GRIEF_REACH)..end(GRIEF_REACH)];
    let grief_in_topic = topic.map_or(0, |topic| {
        let last = topic.last.min(reading.said.len() - 1);
        reading.said[topic.first..=last].iter().filter(|said| said.has(Tag::Grief)).count()
    });
    if grief_in_topic >= GRIEF_TOPIC || near.iter().any(|said| said.has(Tag::Grief)) {
        return true;
    }
    let around = &reading.said[after.saturating_sub(TERMS_REACH)..end(TERMS_REACH)];
    around.iter().any(|said| said.has(Tag::Terms))
}

/// First and last utterance of the first turn in which somebody other than the user says more than a greeting.
fn first_statement(reading: &Reading<'_>) -> Option<(usize, usize)> {
    let me = reading.transcript.me();
    let first = (0..reading.said.len()).find(|at| {
        let said = &reading.said[*at];
        let others = me.is_none() || reading.speaker(*at) != me;
        others && said.kind != Kind::Opening && said.words >= STATEMENT_WORDS_MIN
    })?;
    let goes_on = |at: &usize| {
        reading.speakers_known() && (reading.speaker(*at) == reading.speaker(first) || reading.is_backchannel(*at))
    };
    let last = (first..reading.said.len()).take_while(|at| *at == first || goes_on(at)).last()?;
    Some((first, last))
}

/// What the phrase can name: what the tangent is about at this moment and the business to come.
fn moment(
    reading: &Reading<'_>,
    tangent: &Tangent,
    opening: &Opening,
    frame: &Frame,
    settings: &FindingSettings,
) -> Moment {
    let topic = reading.said[opening.after].topic.map(|topic| reading.topics[topic].label.clone()).unwrap_or_default();
    let after = |kind: Kind| reading.topics.iter().find(|topic| topic.first > tangent.last && topic.kind == kind);
    let coming = after(Kind::Business).map(|topic| topic.label.clone()).filter(|label| !label.is_empty());
    // Business that went before and was cut off is what there is to return to where none follows.
    let left = || reading.topics.iter().rfind(|topic| topic.last < tangent.first && topic.kind == Kind::Business);
    let next = coming
        .or_else(|| settings.agenda.iter().find(|item| !item.trim().is_empty()).cloned())
        .or_else(|| left().map(|topic| topic.label.clone()));
    Moment {
        topic,
        next: next.unwrap_or_default(),
        minutes: frame.minutes,
        people: if reading.speakers_known() { reading.transcript.speakers.len() } else { 0 },
        off_agenda: tangent.kind == Kind::OffAgenda,
        last: after(Kind::Business).is_none(),
    }
}
