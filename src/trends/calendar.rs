//! Calls gathered along the calendar.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::call::figures::{Driven, Person, TangentFigures};
use crate::call::trend::{Held, Period, Rate, Share, Step};

use super::measure::{Dated, held};

/// The runs of calls that belong together, in order. `calls` are by time.
pub(super) fn gather(calls: &[Dated], by: Step) -> Vec<&[Dated]> {
    match by {
        Step::Call => calls.chunks(1).collect(),
        _ => calls.chunk_by(|a, b| start_of(a.began.date(), by) == start_of(b.began.date(), by)).collect(),
    }
}

/// The first day of the stretch that holds a day.
fn start_of(day: Date, by: Step) -> Date {
    match by {
        Step::Week => {
            let since_monday = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(jiff::Span::new().days(since_monday)).unwrap_or(day)
        }
        Step::Month => day.first_of_month(),
        Step::Quarter => Date::new(day.year(), (day.month() - 1) / 3 * 3 + 1, 1).unwrap_or(day),
        Step::Call => day,
    }
}

fn name_of(day: Date, by: Step) -> String {
    match by {
        Step::Week => {
            let week = day.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        Step::Month => format!("{:04}-{:02}", day.year(), day.month()),
        Step::Quarter => format!("{:04}-Q{}", day.year(), (day.month() - 1) / 3 + 1),
        Step::Call => day.to_string(),
    }
}

/// What each stretch came to.
pub(super) fn periods(calls: &[Dated], by: Step, rate: Option<&Rate>) -> Vec<Period> {
    gather(calls, by).into_iter().filter_map(|calls| period(calls, by, rate)).collect()
}

fn period(calls: &[Dated], by: Step, rate: Option<&Rate>) -> Option<Period> {
    let day = calls.first()?.began.date();
    let over = calls.iter().filter_map(|one| one.call.over_budget()).sum::<crate::call::time::Duration>();
    let minutes_over_budget = over.secs() / 60.0;
    Some(Period {
        name: name_of(day, by),
        start: start_of(day, by),
        calls: calls.len(),
        drivers: shares(calls, |tangent| match tangent.driven.as_ref()? {
            Driven::By(person) => Some(name(person)),
            Driven::Shared => Some("shared".to_owned()),
        }),
        redirects: held_in(calls),
        minutes_over_budget,
        cost: rate.map(|rate| rate.an_hour * minutes_over_budget / 60.0),
    })
}

/// All redirects of these calls.
pub(super) fn held_in(calls: &[Dated]) -> Held {
    calls
        .iter()
        .map(|one| held(&one.call))
        .fold(Held::default(), |sum, held| Held { made: sum.made + held.made, accepted: sum.accepted + held.accepted })
}

/// How somebody is called in counts.
pub(super) fn name(person: &Person) -> String {
    match person {
        Person::You => "you".to_owned(),
        Person::Other(name) => name.clone(),
    }
}

/// How many of the tangents beyond the budget belong to whom; most first, then by name.
pub(super) fn shares(calls: &[Dated], of: impl Fn(&TangentFigures) -> Option<String>) -> Vec<Share> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for who in calls.iter().flat_map(|one| one.call.long_tangents()).filter_map(of) {
        *counts.entry(who).or_default() += 1;
    }
    let mut shares: Vec<_> = counts.into_iter().map(|(who, tangents)| Share { who, tangents }).collect();
    shares.sort_by(|a, b| (b.tangents, &a.who).cmp(&(a.tangents, &b.who)));
    shares
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_fall_into_their_stretches() {
        let day = date(2027, 1, 2);
        for (by, start, name) in [
            (Step::Week, date(2026, 12, 28), "2026-W53"),
            (Step::Month, date(2027, 1, 1), "2027-01"),
            (Step::Quarter, date(2027, 1, 1), "2027-Q1"),
            (Step::Call, day, "2027-01-02"),
        ] {
            assert_eq!((start_of(day, by), name_of(day, by).as_str()), (start, name));
        }
        assert_eq!(start_of(date(2026, 12, 31), Step::Quarter), date(2026, 10, 1));
    }
}
