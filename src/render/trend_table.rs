//! Many calls side by side as data: JSON with everything, CSV with a line for each client, period and figure.

use csv::{Terminator, WriterBuilder};

use crate::call::trend::{Comparison, Unit};
use crate::render::csv::inert;
use crate::render::words;

/// The columns of the CSV, in order.
const COLUMNS: [&str; 14] = [
    "client",
    "period",
    "start",
    "metric",
    "unit",
    "calls",
    "mean",
    "sd",
    "min",
    "max",
    "comparable",
    "earlier_calls",
    "earlier_mean",
    "change",
];

/// The comparison as JSON.
///
/// # Panics
/// Never: the keys are strings and the numbers finite.
#[must_use]
pub fn json(comparison: &Comparison) -> String {
    serde_json::to_string_pretty(comparison).expect("our own types have string keys and finite numbers") + "\n"
}

/// The comparison as CSV, in long form. Shares are 0 to 1.
///
/// # Panics
/// Never: all rows have one length and are written into memory.
#[must_use]
pub fn csv(comparison: &Comparison) -> String {
    let mut table = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    table.write_record(COLUMNS).expect("rows of one length into memory");
    for client in &comparison.clients {
        let name = client.client.as_deref().map(|name| inert(&words::clean(name))).unwrap_or_default();
        for series in &client.series {
            for (period, cell) in client.periods.iter().zip(&series.cells) {
                let Some(cell) = cell else { continue };
                let shown = |value: f64| format!("{value:.6}");
                let row = [
                    name.clone(),
                    period.name.clone(),
                    period.start.to_string(),
                    series.metric.name().to_owned(),
                    unit(series.metric.unit()).to_owned(),
                    cell.value.calls.to_string(),
                    shown(cell.value.mean),
                    cell.value.sd.map(shown).unwrap_or_default(),
                    shown(cell.value.min),
                    shown(cell.value.max),
                    cell.comparable.to_string(),
                    cell.earlier.map(|earlier| earlier.calls.to_string()).unwrap_or_default(),
                    cell.earlier.map(|earlier| shown(earlier.mean)).unwrap_or_default(),
                    cell.change.map(shown).unwrap_or_default(),
                ];
                table.write_record(&row).expect("rows of one length into memory");
            }
        }
    }
    let bytes = table.into_inner().expect("a flush into memory");
    String::from_utf8(bytes).expect("fields of UTF-8 between commas and quotes")
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Share => "share",
        Unit::Minutes => "minutes",
        Unit::PerHour => "per_hour",
        Unit::PerCall => "per_call",
    }
}
