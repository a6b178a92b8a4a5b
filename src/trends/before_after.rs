//! What came of a boundary: every figure before and after the day on which it was set.

use crate::call::trend::{Answer, BeforeAfter, Estimate, Mark, Metric, Sides};

use super::calendar::held_in;
use super::measure::{self, Dated, comparable, measure, value_of};
use super::statistics::difference;
use super::{key, series};

/// Calls that each side needs: with five and five, chance alone shows a perfect split once in 126 times, rarely enough
/// to stay clear after the correction for eight figures in most cases; with four, once in 35.
const SIDE_CALLS_MIN: usize = 5;

/// The marks that concern this client, by date.
pub(super) fn all(client: Option<&str>, calls: &[Dated], marks: &[Mark]) -> Vec<BeforeAfter> {
    let concerns = |mark: &&Mark| match (&mark.client, client) {
        (None, _) => true,
        (Some(of), Some(client)) => key(of) == key(client),
        (Some(_), None) => false,
    };
    let mut marks: Vec<_> = marks.iter().filter(concerns).collect();
    marks.sort();
    marks.dedup();
    let mut found = Vec::new();
    for (at, mark) in marks.iter().enumerate() {
        // What follows another boundary says nothing of this one, and what lies before the last one neither.
        let previous = marks[..at].iter().rev().find(|other| other.date < mark.date).map(|other| other.date);
        let next = marks[at + 1..].iter().find(|other| other.date > mark.date).map(|other| other.date);
        let begin = calls.partition_point(|one| previous.is_some_and(|day| one.began.date() < day));
        let split = calls.partition_point(|one| one.began.date() < mark.date);
        let end = calls.partition_point(|one| next.is_none_or(|day| one.began.date() < day));
        let mut result = compare(mark, &calls[begin..split], &calls[split..end]);
        result.until = next.and_then(|day| day.yesterday().ok());
        found.push(result);
    }
    found
}

fn compare(mark: &Mark, before: &[Dated], after: &[Dated]) -> BeforeAfter {
    let mut sides: Vec<_> = Metric::ALL.into_iter().map(|metric| one(metric, before, after)).collect();
    series::settle(sides.iter_mut().map(|side| &mut side.change).collect());
    BeforeAfter {
        mark: mark.clone(),
        until: None,
        redirects_before: held_in(before),
        redirects_after: held_in(after),
        sides,
    }
}

fn one(metric: Metric, before: &[Dated], after: &[Dated]) -> Sides {
    let latest = series::latest(metric, after).or_else(|| series::latest(metric, before));
    let all = |calls: &[Dated]| calls.iter().filter(|one| measure(&one.call, metric).is_some()).count();
    let alike = |calls: &[Dated]| -> Vec<f64> {
        let fits = |one: &&Dated| latest.is_some_and(|latest| comparable(metric, &one.call, &latest.call));
        calls.iter().filter(fits).filter_map(|one| measure(&one.call, metric)).collect()
    };
    let (was, is) = (alike(before), alike(after));
    let (was_all, is_all) = (all(before), all(after));
    let fewest = was.len().min(is.len());
    let change = if was_all + is_all == 0 {
        Answer::NotKnown { why: measure::why_unknown(metric).to_owned() }
    } else if fewest < SIDE_CALLS_MIN && was_all.min(is_all) >= SIDE_CALLS_MIN {
        let (apart, every) = (was_all + is_all - was.len() - is.len(), was_all + is_all);
        Answer::NotComparable { why: measure::why_not(metric, apart, every) }
    } else {
        match difference(&was, &is).filter(|_| fewest >= SIDE_CALLS_MIN) {
            None => Answer::TooFewCalls { calls: fewest, wanted: SIDE_CALLS_MIN },
            Some(found) => Answer::NoClearChange(Estimate {
                calls: was.len() + is.len(),
                amount: found.difference,
                low: found.low,
                high: found.high,
                p: found.p,
                p_adjusted: found.p,
            }),
        }
    };
    Sides { metric, before: value_of(&was), after: value_of(&is), change }
}
