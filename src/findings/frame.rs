//! The call's own frame: how long it was to take, and what was put aside for later.

use std::collections::HashSet;

use crate::call::coaching::Note;
use crate::call::finding::{Frame, Opportunity};
use crate::call::time::{Duration, Timestamp};
use crate::lexicon::{Tag, plain_content, tokens};

use super::FindingSettings;
use super::reading::{Reading, Said};
use super::tangents::Run;

/// A time frame is announced in the first minutes; what is said of minutes later is about other things.
const ANNOUNCED_WITHIN: Duration = Duration::from_ms(180_000);
/// A parked thing is taken up again when so many of its words come back.
const RETURN_WORDS_MIN: usize = 2;
/// And not in the same breath, but at least so much later.
const RETURN_AFTER: Duration = Duration::from_ms(60_000);
/// Frames longer than a day are a slip of hearing.
const MINUTES_MAX: u32 = 24 * 60;
/// An utterance that names so many items of the agenda outlines the call.
const OUTLINE_ITEMS_MIN: usize = 2;
/// A call that runs over by less than this has kept its frame: goodbyes take their time.
const OVERRUN_MIN: Duration = Duration::from_ms(60_000);
/// "Anything else?" in the last stretch of this length leaves no time for an answer.
const LATE: Duration = Duration::from_ms(60_000);
/// In a call shorter than this there is no early and late.
const LATE_CALL_MIN: Duration = Duration::from_ms(600_000);
/// Utterances before a parking one that say what is parked, where it is not in a digression.
const PARKED_REACH: usize = 3;

/// Finds the frame. Advice comes from the rest of it, see [`advised`].
pub(super) fn find(reading: &Reading<'_>, runs: &[Run], settings: &FindingSettings) -> Frame {
    let start = |at: usize| reading.utterances()[at].span.start();
    let early = || (0..reading.said.len()).take_while(|at| start(*at).since(Timestamp::ZERO) <= ANNOUNCED_WITHIN);
    let announced = early().find_map(|at| Some((at, minutes(reading, &reading.said[at])?)));
    let overrun = announced.map(|(at, minutes)| {
        let planned = start(at) + Duration::from_ms(u64::from(minutes) * 60_000);
        (Timestamp::ZERO + reading.transcript.duration).since(planned)
    });
    let agenda = agenda_items(settings, reading);
    let outlines = |at: &usize| {
        let said = &reading.said[*at];
        said.has(Tag::Outline) || agenda.iter().filter(|item| names(said, item)).count() >= OUTLINE_ITEMS_MIN
    };
    let parked: Vec<usize> = (0..reading.said.len()).filter(|at| reading.said[*at].has(Tag::Park)).collect();
    let parked_returned = parked.iter().copied().filter(|at| returns(reading, runs, *at)).collect();
    Frame {
        announced_at: announced.map(|(at, _)| start(at)),
        announced_by: announced.and_then(|(at, _)| reading.speaker(at)),
        agenda_at: early().find(outlines).map(start),
        minutes: announced.map(|(_, minutes)| minutes),
        overrun_seconds: overrun,
        parked,
        parked_returned,
        anything_else_asked_at: (0..reading.said.len())
            .find(|at| reading.said[*at].asks && reading.said[*at].has(Tag::AnythingElse))
            .map(start),
        advice: None,
    }
}

/// The frame with one line of advice, the first that applies: a frame that ran over, things parked and forgotten,
/// long tangents without any frame, "anything else?" asked too late.
pub(super) fn advised(mut frame: Frame, reading: &Reading<'_>, opportunities: &[Opportunity]) -> Frame {
    frame.advice = advice(&frame, reading, opportunities);
    frame
}

fn advice(frame: &Frame, reading: &Reading<'_>, opportunities: &[Opportunity]) -> Option<Note> {
    reading.lexicon?;
    let note = |text: String, utterances: Vec<usize>| Some(Note { text, utterances });
    let at_utterance = |at: Timestamp| reading.utterances().iter().position(|said| said.span.start() == at);
    if let (Some(minutes), Some(over), Some(at)) = (frame.minutes, frame.overrun_seconds, frame.announced_at)
        && over >= OVERRUN_MIN
    {
        let text = format!(
            "The call ran {over} past the {minutes} minutes that were announced at {at}, so say the time left once, \
             about five minutes before the end."
        );
        return note(text, at_utterance(at).into_iter().collect());
    }
    let forgotten: Vec<usize> =
        frame.parked.iter().copied().filter(|parked| !frame.parked_returned.contains(parked)).collect();
    if let Some(first) = forgotten.first() {
        let at = reading.utterances()[*first].span.start();
        let text = format!(
            "Something was put aside for later at {at} and not taken up again, so keep a note of it and close with it."
        );
        return note(text, forgotten);
    }
    if frame.minutes.is_none() && frame.agenda_at.is_none() && !opportunities.is_empty() {
        let text = "Nobody said early how long the call would take or what it was for, so open with both: it is what \
                    makes a later redirect easy.";
        return note(text.to_owned(), Vec::new());
    }
    let close_before = Timestamp::ZERO + reading.transcript.duration;
    let asked = frame.anything_else_asked_at.filter(|at| close_before.since(*at) < LATE)?;
    if reading.transcript.duration < LATE_CALL_MIN {
        return None;
    }
    let text = format!(
        "\"Anything else?\" came at {asked}, in the last minute, so ask it while there is still time for an answer."
    );
    note(text, at_utterance(asked).into_iter().collect())
}

/// The stems of each agenda item.
fn agenda_items(settings: &FindingSettings, reading: &Reading<'_>) -> Vec<Vec<String>> {
    let stems = |item: &String| {
        let words = tokens(item);
        reading.lexicon.map_or_else(|| plain_content(&words), |lexicon| lexicon.content(&words))
    };
    settings.agenda.iter().map(stems).filter(|item| !item.is_empty()).collect()
}

fn names(said: &Said, item: &[String]) -> bool {
    item.iter().all(|stem| said.content.contains(stem))
}

/// How many minutes an announcement in this utterance says; `None` where there is none.
fn minutes(reading: &Reading<'_>, said: &Said) -> Option<u32> {
    let lexicon = reading.lexicon?;
    let hit = said.hits.iter().find(|hit| hit.tag == Tag::Announce)?;
    // The number may stand right before the phrase: "forty | minutes".
    let words = &said.tokens[hit.start.saturating_sub(2)..hit.end];
    let mut sum: u32 = 0;
    for word in words {
        let Some(value) = word.parse().ok().or_else(|| lexicon.minutes(word)) else { continue };
        // "half an hour" is thirty and not ninety; "四十" is four tens; "forty five" is a sum.
        sum = match (sum, value) {
            (30, 60) => 30,
            (1..=9, 10) if lexicon.is_unspaced() => sum * 10,
            _ => sum.saturating_add(value),
        };
    }
    if sum == 0 {
        let text: String = words.concat();
        sum = lexicon.minutes(&text).unwrap_or(0);
    }
    (1..=MINUTES_MAX).contains(&sum).then_some(sum)
}

/// Whether what was parked in this utterance is talked about again later, outside the digression it came from.
fn returns(reading: &Reading<'_>, runs: &[Run], parked: usize) -> bool {
    let run = runs.iter().find(|run| (run.first..=run.last + 1).contains(&parked));
    let first = run.map_or(parked.saturating_sub(PARKED_REACH), |run| run.first);
    let about: HashSet<&str> =
        reading.said[first..=parked].iter().flat_map(|said| said.content.iter().map(String::as_str)).collect();
    let earlier: HashSet<&str> =
        reading.said[..first].iter().flat_map(|said| said.content.iter().map(String::as_str)).collect();
    let own: HashSet<&str> = about.difference(&earlier).copied().collect();
    let end = run.map_or(parked, |run| run.last.max(parked));
    let ready = reading.utterances()[end].span.end() + RETURN_AFTER;
    let mut back: HashSet<&str> = HashSet::new();
    for at in end + 1..reading.said.len() {
        if reading.utterances()[at].span.start() >= ready {
            back.extend(reading.said[at].content.iter().map(String::as_str).filter(|stem| own.contains(stem)));
        }
    }
    back.len() >= RETURN_WORDS_MIN
}
