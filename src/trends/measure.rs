//! One figure of one call, and which calls may be compared in it.

use jiff::civil::DateTime;

use crate::call::figures::{CallFigures, Person};
use crate::call::finding::Outcome;
use crate::call::time::Duration;
use crate::call::trend::{Held, Metric, Value};

use super::statistics;

/// A call with its place in time.
#[derive(Debug, Clone)]
pub(super) struct Dated {
    pub(super) began: DateTime,
    pub(super) call: CallFigures,
}

impl Dated {
    /// Days since the year 0, with the time of day as a fraction.
    pub(super) fn days(&self) -> f64 {
        let date = self.began.date();
        let days = date.since(jiff::civil::date(0, 1, 1)).map_or(0, |span| span.get_days());
        let seconds = f64::from(self.began.hour()) * 3600.0 + f64::from(self.began.minute()) * 60.0;
        f64::from(days) + seconds / 86_400.0
    }
}

/// The figure; `None` where the call does not have it.
pub(super) fn measure(call: &CallFigures, metric: Metric) -> Option<f64> {
    let told = call.small_talk.is_some();
    match metric {
        Metric::SmallTalkRatio => call.small_talk.as_ref().map(|talk| talk.ratio),
        Metric::MinutesOverBudget => call.over_budget().map(|over| over.secs() / 60.0),
        Metric::TangentsPerHour => {
            let hours = call.duration.secs() / 3600.0;
            (told && hours > 0.0).then(|| call.long_tangents().count() as f64 / hours)
        }
        Metric::OthersDrive => others_drive(call),
        Metric::RedirectsMade => told.then(|| held(call).made as f64),
        Metric::RedirectsAccepted => {
            let held = held(call);
            (held.made > 0).then(|| held.accepted as f64 / held.made as f64)
        }
        Metric::OpportunitiesMissed => told.then_some(call.opportunities as f64),
        Metric::TalkRatio => call.talk_ratio,
    }
}

/// Why calls may lack the figure.
pub(super) const fn why_unknown(metric: Metric) -> &'static str {
    match metric {
        Metric::SmallTalkRatio
        | Metric::MinutesOverBudget
        | Metric::TangentsPerHour
        | Metric::RedirectsMade
        | Metric::OpportunitiesMissed => "the kinds of talk could not be told in these calls",
        Metric::OthersDrive => "no call has a tangent beyond the budget of which it is known who you are",
        Metric::RedirectsAccepted => "no redirect was made",
        Metric::TalkRatio => "it is not known which speaker is you (--me says so), or speakers were not told apart",
    }
}

/// Redirects of the user's where it is known who that is, else of everybody.
pub(super) fn held(call: &CallFigures) -> Held {
    let known = call.talk_ratio.is_some();
    let counted = call.redirects.iter().filter(|one| !known || one.by == Some(Person::You));
    counted.fold(Held::default(), |held, one| Held {
        made: held.made + 1,
        accepted: held.accepted + usize::from(one.outcome == Outcome::Accepted),
    })
}

fn others_drive(call: &CallFigures) -> Option<f64> {
    let driven = call.long_tangents().filter_map(|tangent| Some((tangent.length, tangent.others_drive?)));
    let (mut all, mut others) = (Duration::ZERO, 0.0);
    for (length, share) in driven {
        all += length;
        others += share * length.secs();
    }
    (all > Duration::ZERO).then(|| others / all.secs())
}

/// Whether two calls may be compared in this figure: the same speech model and rules, and where it matters the same way
/// to tell speakers apart and the same opening budget.
pub(super) fn comparable(metric: Metric, a: &CallFigures, b: &CallFigures) -> bool {
    let budget = |call: &CallFigures| call.small_talk.as_ref().map(|talk| talk.budget_seconds);
    a.models.transcriber == b.models.transcriber
        && a.models.topics == b.models.topics
        && (!metric.needs_speakers() || (a.basis == b.basis && a.models.voices == b.models.voices))
        && (!metric.needs_budget() || budget(a) == budget(b))
}

/// In what way calls differ from the one they are to be compared with, as a sentence with what to do.
pub(super) fn why_not(metric: Metric, apart: usize, all: usize) -> String {
    let also = match (metric.needs_speakers(), metric.needs_budget()) {
        (true, true) => ", with another way to tell speakers apart, or against another opening budget",
        (true, false) => ", or with another way to tell speakers apart",
        (false, true) => ", or against another opening budget",
        (false, false) => "",
    };
    format!(
        "{apart} of {all} calls were measured with another speech model or other rules than the latest{also}; analyze \
         them again"
    )
}

/// Several values as one; `None` for none.
pub(super) fn value_of(values: &[f64]) -> Option<Value> {
    let (first, rest) = values.split_first()?;
    Some(Value {
        calls: values.len(),
        mean: statistics::mean(values),
        sd: (!rest.is_empty()).then(|| statistics::sd(values)),
        min: rest.iter().copied().fold(*first, f64::min),
        max: rest.iter().copied().fold(*first, f64::max),
    })
}
