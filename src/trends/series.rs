//! Each figure over time: by period against the client's own earlier calls, and whether it changes.

use crate::call::trend::{Answer, Cell, Estimate, Metric, Point, Series, Step};

use super::calendar;
use super::measure::{self, Dated, comparable, measure, value_of};
use super::statistics::{self, ALPHA, holm, kendall, theil_sen};

/// Calls a trend needs: with four, even a perfect one comes about by chance once in twelve.
const TREND_CALLS_MIN: usize = 5;
/// Earlier calls without which there is nothing to compare a period with.
const EARLIER_CALLS_MIN: usize = 3;
/// Days in a month, on average over the Gregorian calendar.
const DAYS_A_MONTH: f64 = 30.436_875;

/// All figures. `earlier` lie before the range and only serve as what came before.
pub(super) fn all(earlier: &[Dated], range: &[Dated], by: Step) -> Vec<Series> {
    let mut series: Vec<_> = Metric::ALL.into_iter().map(|metric| one(metric, earlier, range, by)).collect();
    settle(series.iter_mut().map(|series| &mut series.trend).collect());
    series
}

/// Corrects for the number of figures, and says what is clear then.
pub(super) fn settle(answers: Vec<&mut Answer>) {
    let mut answers: Vec<_> = answers.into_iter().filter(|answer| answer.estimate().is_some()).collect();
    let chances: Vec<f64> = answers.iter().filter_map(|answer| answer.estimate().map(|found| found.p)).collect();
    for (answer, p_adjusted) in answers.iter_mut().zip(holm(&chances)) {
        let Some(found) = answer.estimate() else { continue };
        let found = Estimate { p_adjusted, ..*found };
        // A change whose interval reaches zero is none that anybody could rely on, whatever its chance.
        **answer = if p_adjusted <= ALPHA && found.low > 0.0 {
            Answer::Rising(found)
        } else if p_adjusted <= ALPHA && found.high < 0.0 {
            Answer::Falling(found)
        } else {
            Answer::NoClearChange(found)
        };
    }
}

/// The latest call that has the figure: what others are compared with.
pub(super) fn latest(metric: Metric, calls: &[Dated]) -> Option<&Dated> {
    calls.iter().rev().find(|one| measure(&one.call, metric).is_some())
}

fn one(metric: Metric, earlier: &[Dated], range: &[Dated], by: Step) -> Series {
    let latest = latest(metric, range);
    let alike = |one: &Dated| latest.is_some_and(|latest| comparable(metric, &one.call, &latest.call));
    let points: Vec<_> = range
        .iter()
        .filter_map(|one| {
            let value = measure(&one.call, metric)?;
            Some(Point { date: one.began.date(), value, comparable: alike(one) })
        })
        .collect();
    let figures = |calls: &[Dated]| -> Vec<f64> {
        calls.iter().filter(|one| alike(one)).filter_map(|one| measure(&one.call, metric)).collect()
    };
    let mut before = figures(earlier);
    let cells = calendar::gather(range, by)
        .into_iter()
        .map(|calls| {
            let own = figures(calls);
            let cell = cell(metric, calls, &own, &before);
            before.extend(own);
            cell
        })
        .collect();
    let counted: Vec<_> = range.iter().filter(|one| alike(one)).collect();
    Series { metric, trend: trend(metric, &counted, points.len()), cells, points }
}

/// One period. Calls that may not be compared are only shown where there are no others.
fn cell(metric: Metric, calls: &[Dated], alike: &[f64], before: &[f64]) -> Option<Cell> {
    let Some(value) = value_of(alike) else {
        let all: Vec<f64> = calls.iter().filter_map(|one| measure(&one.call, metric)).collect();
        return value_of(&all).map(|value| Cell { value, comparable: false, earlier: None, change: None });
    };
    let earlier = value_of(before).filter(|earlier| earlier.calls >= EARLIER_CALLS_MIN);
    Some(Cell { value, comparable: true, earlier, change: earlier.map(|earlier| value.mean - earlier.mean) })
}

/// Whether the figure changes over the comparable calls; `all` is how many calls have it.
fn trend(metric: Metric, calls: &[&Dated], all: usize) -> Answer {
    let (days, values): (Vec<f64>, Vec<f64>) =
        calls.iter().filter_map(|one| Some((one.days(), measure(&one.call, metric)?))).unzip();
    if all == 0 {
        return Answer::NotKnown { why: measure::why_unknown(metric).to_owned() };
    }
    if values.len() < TREND_CALLS_MIN && all >= TREND_CALLS_MIN {
        return Answer::NotComparable { why: measure::why_not(metric, all - values.len(), all) };
    }
    let Some(slope) = theil_sen(&days, &values).filter(|_| values.len() >= TREND_CALLS_MIN) else {
        return Answer::TooFewCalls { calls: values.len(), wanted: TREND_CALLS_MIN };
    };
    let a_month = |a_day: f64| statistics::without_minus_zero(a_day * DAYS_A_MONTH);
    let p = kendall(&days, &values).p;
    Answer::NoClearChange(Estimate {
        calls: values.len(),
        amount: a_month(slope.slope),
        low: a_month(slope.low),
        high: a_month(slope.high),
        p,
        p_adjusted: p,
    })
}
