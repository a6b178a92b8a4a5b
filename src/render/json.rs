//! The report as JSON: one line an utterance, a topic, a tangent, so that it can be read, searched and compared by line.

use serde_json::Value;

use crate::call::report::Report;

/// The report as it stands on disk.
#[must_use]
pub fn json(report: &Report) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(report) else {
        unreachable!("a report serialises to an object: its keys are strings and its numbers finite")
    };
    let mut out = String::from("{\n");
    let last = fields.len().saturating_sub(1);
    for (index, (name, value)) in fields.iter().enumerate() {
        out.push_str("  ");
        out.push_str(&Value::from(name.as_str()).to_string());
        out.push_str(": ");
        match value {
            Value::Array(items) if !items.is_empty() => {
                out.push_str("[\n");
                for (at, item) in items.iter().enumerate() {
                    out.push_str("    ");
                    out.push_str(&item.to_string());
                    out.push_str(if at + 1 < items.len() { ",\n" } else { "\n" });
                }
                out.push_str("  ]");
            }
            other => out.push_str(&other.to_string()),
        }
        out.push_str(if index == last { "\n" } else { ",\n" });
    }
    out.push_str("}\n");
    out
}
