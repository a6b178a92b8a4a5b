//! Calls as rows of a table, for data tools.

use crate::call::figures::{CallFigures, Driven, Person};
use crate::call::trend::{CallRow, Metric};

use super::measure::{held, measure};

/// The rows of these calls, in their order.
#[must_use]
pub fn rows(calls: &[CallFigures]) -> Vec<CallRow> {
    calls.iter().map(row).collect()
}

fn row(call: &CallFigures) -> CallRow {
    let told = call.small_talk.is_some();
    let known = call.talk_ratio.is_some();
    let driven = |wanted: fn(&Driven) -> bool| {
        let of = call.long_tangents().filter_map(|tangent| tangent.driven.as_ref());
        (told && known).then(|| of.filter(|driven| wanted(driven)).count())
    };
    let held = held(call);
    CallRow {
        id: call.id.clone(),
        report: call.place.clone(),
        title: call.title.clone(),
        client: call.client.clone(),
        began: call.began,
        date_source: written(&call.date_source),
        language: call.language.clone(),
        basis: written(&call.basis),
        transcriber: call.models.transcriber.clone(),
        rules: call.models.topics.clone(),
        minutes: call.duration.secs() / 60.0,
        small_talk_ratio: measure(call, Metric::SmallTalkRatio),
        small_talk_minutes: call.small_talk.as_ref().map(|talk| talk.seconds.secs() / 60.0),
        opening_budget_minutes: call.small_talk.as_ref().map(|talk| talk.budget_seconds.secs() / 60.0),
        minutes_over_budget: measure(call, Metric::MinutesOverBudget),
        tangents: told.then(|| call.long_tangents().count()),
        tangents_per_hour: measure(call, Metric::TangentsPerHour),
        driven_by_you: driven(|driven| matches!(driven, Driven::By(Person::You))),
        driven_by_others: driven(|driven| matches!(driven, Driven::By(Person::Other(_)))),
        driven_shared: driven(|driven| matches!(driven, Driven::Shared)),
        others_drive: measure(call, Metric::OthersDrive),
        redirects: told.then_some(held.made),
        redirects_held: told.then_some(held.accepted),
        opportunities_missed: told.then_some(call.opportunities),
        talk_ratio: call.talk_ratio,
    }
}

/// A value of one word as it stands in reports.
fn written(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}
