//! Many calls side by side: by client and calendar, against the client's own earlier calls, before and after a mark.
//!
//! All of it is pure: the same calls in any order, and any number of threads, give the same comparison.

mod before_after;
mod brief;
mod calendar;
mod measure;
mod phrases;
mod rows;
mod saved;
mod series;
pub mod statistics;

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::call::figures::CallFigures;
use crate::call::report::DateSource;
use crate::call::trend::{COMPARISON_SCHEMA, ClientTrend, Comparison, LeftOut, Mark, Rate, Step};
use measure::Dated;

pub use rows::rows;

/// What is to be compared, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrendSettings {
    /// How calls are gathered.
    pub by: Step,
    /// First day of the range; `None` for no limit. Earlier calls still serve as what came before.
    pub since: Option<Date>,
    /// Last day of the range; `None` for no limit.
    pub until: Option<Date>,
    /// Only this client, whatever the case of its letters; `None` for all.
    pub client: Option<String>,
    /// What an hour costs.
    pub rate: Option<Rate>,
    /// Boundaries that were set.
    pub marks: Vec<Mark>,
}

/// Sets calls side by side. What cannot take part is among [`Comparison::left_out`].
#[must_use]
pub fn compare(calls: Vec<CallFigures>, settings: &TrendSettings) -> Comparison {
    let (groups, left_out) = by_client(calls);
    let wanted = |client: &Option<String>| match (&settings.client, client) {
        (None, _) => true,
        (Some(wanted), Some(client)) => key(client) == key(wanted),
        (Some(_), None) => false,
    };
    let groups: Vec<_> = groups.into_iter().filter(|(client, _)| wanted(client)).collect();
    let clients: Vec<_> =
        groups.into_par_iter().filter_map(|(client, calls)| client_trend(client, &calls, settings)).collect();
    Comparison {
        schema: COMPARISON_SCHEMA,
        by: settings.by,
        since: settings.since,
        until: settings.until,
        rate: settings.rate.clone(),
        clients,
        left_out,
    }
}

/// The names of the clients in these calls, each once.
#[must_use]
pub fn clients_of(calls: &[CallFigures]) -> Vec<String> {
    let named = calls.iter().filter_map(|call| call.client.as_deref());
    let by_key: BTreeMap<String, &str> = named.map(|name| (key(name), name.trim())).collect();
    by_key.into_values().map(ToOwned::to_owned).collect()
}

/// What two spellings of one client have in common.
fn key(client: &str) -> String {
    client.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The client, if its calls name one, and the calls by time.
type Group = (Option<String>, Vec<Dated>);

/// Calls by client, each client's by time, and what has no place: calls without a date, and second reports of one call.
/// A client is called as in its latest call; the calls that name none come last.
fn by_client(calls: Vec<CallFigures>) -> (Vec<Group>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let mut dated = Vec::new();
    for call in calls {
        match call.began {
            Some(began) => dated.push(Dated { began, call }),
            None => left_out.push(LeftOut {
                file: call.place,
                why:
                    "it has no date; give it one: analyze again with --date, or date = 2026-03-05 beside the recording"
                        .to_owned(),
            }),
        }
    }
    dated.sort_by(|a, b| (a.began, &a.call.place).cmp(&(b.began, &b.call.place)));
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    dated.retain(|one| match seen.get(&one.call.id) {
        Some(first) => {
            left_out
                .push(LeftOut { file: one.call.place.clone(), why: format!("it is of the same recording as {first}") });
            false
        }
        None => {
            seen.insert(one.call.id.clone(), one.call.place.clone());
            true
        }
    });
    let mut groups: BTreeMap<(bool, String), Group> = BTreeMap::new();
    for one in dated {
        let client = one.call.client.as_deref().map(str::trim).filter(|name| !name.is_empty());
        let group = groups.entry((client.is_none(), client.map(key).unwrap_or_default())).or_default();
        group.0 = client.map(ToOwned::to_owned);
        group.1.push(one);
    }
    left_out.sort();
    (groups.into_values().collect(), left_out)
}

/// All that is said of one client; `None` where no call lies in the range.
fn client_trend(client: Option<String>, calls: &[Dated], settings: &TrendSettings) -> Option<ClientTrend> {
    let until = calls.partition_point(|one| settings.until.is_none_or(|last| one.began.date() <= last));
    let calls = &calls[..until];
    let since = calls.partition_point(|one| settings.since.is_some_and(|first| one.began.date() < first));
    let (earlier, range) = calls.split_at(since);
    let (first, last) = (range.first()?, range.last()?);
    let periods = calendar::periods(range, settings.by, settings.rate.as_ref());
    let minutes_over_budget = periods.iter().map(|period| period.minutes_over_budget).sum();
    Some(ClientTrend {
        calls: range.len(),
        first: first.began.date(),
        last: last.began.date(),
        series: series::all(earlier, range, settings.by),
        marks: before_after::all(client.as_deref(), range, &settings.marks),
        brief: brief::brief(range),
        minutes_over_budget,
        cost: settings.rate.as_ref().map(|rate| rate.an_hour * minutes_over_budget / 60.0),
        doubts: doubts(range),
        periods,
        client,
    })
}

fn doubts(calls: &[Dated]) -> Vec<String> {
    let mut doubts = Vec::new();
    let by_file_time = calls.iter().filter(|one| one.call.date_source == DateSource::FileModified).count();
    if by_file_time > 0 {
        doubts.push(format!(
            "{by_file_time} of {} calls are dated by when their file was last changed, which may not be when they took \
             place",
            calls.len()
        ));
    }
    let without_me = calls.iter().filter(|one| one.call.talk_ratio.is_none()).count();
    if without_me > 0 {
        doubts.push(format!(
            "in {without_me} of {} calls it is not known which speaker is you (--me says so), or speakers were not told \
             apart: your share of the talk and the others' share of the drive leave them out",
            calls.len()
        ));
    }
    doubts
}
