//! A folder of reports, read for their figures: in parallel, and of each report only what a comparison needs.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, DateTime};
use rayon::prelude::*;
use serde::Deserialize;

use super::{REPORT_BYTES_MAX, json_files, other_schema, place_in, read};
use crate::call::figures::{CallFigures, Driven, Person, RedirectFigures, TangentFigures};
use crate::call::finding::{Driver, EndedBy, Outcome, RedirectClass, SmallTalk};
use crate::call::report::{DateSource, Models, SCHEMA};
use crate::call::time::{Duration, Timestamp};
use crate::call::transcript::{Basis, SpeakerId};
use crate::call::trend::LeftOut;
use crate::error::{Error, Result, untold};

/// What of a report takes part in comparisons. Whatever else it holds is passed over without being kept.
#[derive(Deserialize)]
struct Slim<'text> {
    schema: u32,
    #[serde(borrow)]
    call: SlimCall<'text>,
    models: Models,
    basis: Basis,
    speakers: Vec<SlimSpeaker>,
    #[serde(borrow)]
    utterances: Vec<SlimUtterance<'text>>,
    small_talk: Option<SmallTalk>,
    tangents: Vec<SlimTangent>,
    redirects: Vec<SlimRedirect>,
    opportunities: Vec<SlimOpportunity>,
}

#[derive(Deserialize)]
struct SlimCall<'text> {
    #[serde(borrow)]
    id: Cow<'text, str>,
    title: String,
    client: Option<String>,
    #[serde(borrow)]
    started_at: Option<Cow<'text, str>>,
    date_source: DateSource,
    duration: Duration,
    language: Option<String>,
}

#[derive(Deserialize)]
struct SlimSpeaker {
    id: SpeakerId,
    label: String,
    me: bool,
    talk_ratio: f64,
}

#[derive(Deserialize)]
struct SlimUtterance<'text> {
    #[serde(borrow)]
    text: Cow<'text, str>,
}

#[derive(Deserialize)]
struct SlimTangent {
    start: Timestamp,
    end: Timestamp,
    topics: Vec<String>,
    initiator: Option<SpeakerId>,
    driver: Option<Driver>,
    drive: BTreeMap<SpeakerId, f64>,
    within_budget: bool,
    ended_by: EndedBy,
}

#[derive(Deserialize)]
struct SlimRedirect {
    utterance: usize,
    speaker: Option<SpeakerId>,
    class: RedirectClass,
    outcome: Outcome,
}

#[derive(Deserialize)]
struct SlimOpportunity {
    seconds_saved: Duration,
    warm: String,
}

/// The schema alone, to say what is the matter with a file that is no report of ours.
#[derive(Deserialize)]
struct Version {
    schema: Option<u32>,
}

thread_local! {
    /// The bytes of the report a thread is at; kept, so that ten thousand reports do not take ten thousand times memory.
    static BYTES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The figures of all reports below `folder`, at any depth, by path, and what was left out with the reason.
///
/// # Errors
/// [`Error::Io`] if the folder itself cannot be read.
pub fn read_figures(folder: &Path) -> Result<(Vec<CallFigures>, Vec<LeftOut>)> {
    std::fs::read_dir(folder).map_err(Error::io("cannot look into", folder))?;
    let (files, mut left_out) = json_files(folder);
    let read: Vec<_> = files
        .par_iter()
        .map(|path| {
            let place = place_in(folder, path);
            read_one(path, &place).map_err(|why| LeftOut { file: place, why })
        })
        .collect();
    let mut calls = Vec::with_capacity(read.len());
    for one in read {
        match one {
            Ok(call) => calls.push(call),
            Err(why) => left_out.push(why),
        }
    }
    left_out.sort();
    Ok((calls, left_out))
}

fn read_one(path: &Path, place: &str) -> std::result::Result<CallFigures, String> {
    BYTES.with_borrow_mut(|bytes| {
        read::bounded_into(path, REPORT_BYTES_MAX, bytes).map_err(|failure| format!("it cannot be read: {failure}"))?;
        parse(bytes, place)
    })
}

fn parse(bytes: &[u8], place: &str) -> std::result::Result<CallFigures, String> {
    // Looked at once as a whole instead of string by string.
    let text = std::str::from_utf8(bytes).map_err(|failure| format!("it is no JSON: {failure}"))?;
    let refused = |failure: &serde_json::Error| match serde_json::from_str::<Version>(text) {
        Ok(Version { schema: None }) => "it is JSON, but no report: it has no `schema`".to_owned(),
        Ok(Version { schema: Some(schema) }) if schema != SCHEMA => other_schema(schema),
        Ok(_) => format!("it is a damaged report: {}; analyze the call again", untold(failure)),
        Err(failure) => format!("it is no JSON: {}", untold(&failure)),
    };
    let slim: Slim<'_> = serde_json::from_str(text).map_err(|failure| refused(&failure))?;
    if slim.schema == SCHEMA { Ok(lower(slim, place)) } else { Err(other_schema(slim.schema)) }
}

fn lower(slim: Slim<'_>, place: &str) -> CallFigures {
    let me = slim.speakers.iter().find(|speaker| speaker.me);
    let person = |id: SpeakerId| match me {
        Some(me) if me.id == id => Person::You,
        _ => {
            let label = slim.speakers.iter().find(|speaker| speaker.id == id).map(|speaker| speaker.label.trim());
            Person::Other(label.filter(|label| !label.is_empty()).map_or_else(|| id.to_string(), ToOwned::to_owned))
        }
    };
    let tangents = slim.tangents.into_iter().map(|tangent| TangentFigures {
        start: tangent.start,
        length: tangent.end.since(tangent.start),
        topics: tangent.topics,
        opened_by: tangent.initiator.map(&person),
        driven: tangent.driver.map(|driver| match driver {
            Driver::Speaker(id) => Driven::By(person(id)),
            Driver::Both => Driven::Shared,
        }),
        others_drive: me.filter(|_| !tangent.drive.is_empty()).map(|me| {
            let mine = tangent.drive.get(&me.id).copied().unwrap_or(0.0);
            (1.0 - mine).clamp(0.0, 1.0)
        }),
        within_budget: tangent.within_budget,
        ended_by: tangent.ended_by,
    });
    let redirects = slim.redirects.iter().map(|redirect| RedirectFigures {
        by: redirect.speaker.map(&person),
        class: redirect.class,
        outcome: redirect.outcome,
        words: slim.utterances.get(redirect.utterance).map(|said| said.text.to_string()).unwrap_or_default(),
    });
    let best = slim.opportunities.iter().rev().max_by_key(|one| one.seconds_saved);
    CallFigures {
        place: place.to_owned(),
        id: slim.call.id.into_owned(),
        title: slim.call.title,
        client: slim.call.client,
        began: slim.call.started_at.as_deref().and_then(moment),
        date_source: slim.call.date_source,
        duration: slim.call.duration,
        language: slim.call.language,
        basis: slim.basis,
        models: slim.models,
        talk_ratio: me.map(|me| me.talk_ratio).filter(|ratio| ratio.is_finite()),
        tangents: tangents.collect(),
        redirects: redirects.collect(),
        opportunities: slim.opportunities.len(),
        best_phrase: best.map(|one| one.warm.clone()),
        small_talk: slim.small_talk.filter(|talk| talk.ratio.is_finite()),
    }
}

fn moment(text: &str) -> Option<DateTime> {
    let text = text.trim();
    text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|day| day.at(0, 0, 0, 0))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_report_is_named_with_the_reason() {
        for (text, reason) in [
            ("{\"schema\": 9}", "schema 9, wanted 1; install"),
            ("{\"name\": \"x\"}", "no report"),
            ("[1, 2", "no JSON"),
            ("{\"schema\": 1, \"call\": {}}", "damaged"),
            ("", "no JSON"),
        ] {
            let said = parse(text.as_bytes(), "x.json").unwrap_err();
            assert!(said.contains(reason), "{text}: {said}");
        }
        let said = parse(b"{\"schema\": 1, \"basis\": \"\xff\"}", "x.json").unwrap_err();
        assert!(said.contains("no JSON") && said.contains("utf-8"), "{said}");
    }
}
