//! The call's own frame: how long it was to take, and what was put aside for later.

use std::collections::HashSet;

use crate::call::finding::Frame;
use crate::call::time::{Duration, Timestamp};
use crate::lexicon::Tag;

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
/// Utterances before a parking one that say what is parked, where it is not in a digression.
const PARKED_REACH: usize = 3;

/// Finds the frame.
pub(super) fn find(reading: &Reading<'_>, runs: &[Run]) -> Frame {
    let announced = (0..reading.said.len())
        .take_while(|at| reading.utterances()[*at].span.start().since(Timestamp::ZERO) <= ANNOUNCED_WITHIN)
        .find_map(|at| Some((reading.utterances()[at].span.start(), minutes(reading, &reading.said[at])?)));
    let overrun = announced.map(|(at, minutes)| {
        let planned = at + Duration::from_ms(u64::from(minutes) * 60_000);
        (Timestamp::ZERO + reading.transcript.duration).since(planned)
    });
    let parked: Vec<usize> = (0..reading.said.len()).filter(|at| reading.said[*at].has(Tag::Park)).collect();
    let parked_returned = parked.iter().copied().filter(|at| returns(reading, runs, *at)).collect();
    Frame {
        announced_at: announced.map(|(at, _)| at),
        minutes: announced.map(|(_, minutes)| minutes),
        overrun_seconds: overrun,
        parked,
        parked_returned,
    }
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
