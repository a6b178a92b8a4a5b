//! The report as the code writes it and the schema as it is published say the same.

#[path = "common/rich.rs"]
mod rich;

use jsonschema::Validator;
use rapport::call::report::Report;
use serde_json::{Value, json};

fn schema() -> Validator {
    let text = include_str!("../models/report.schema.json");
    let schema: Value = serde_json::from_str(text).unwrap();
    assert!(jsonschema::meta::is_valid(&schema));
    jsonschema::validator_for(&schema).unwrap()
}

fn complaints(schema: &Validator, report: &Value) -> Vec<String> {
    schema.iter_errors(report).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn reports_are_valid_and_read_back_equal() {
    let schema = schema();
    for report in
        [rich::english(), rich::russian(), rich::chinese(), rich::small(), rich::nobody_told_apart(), rich::hostile()]
    {
        let value = serde_json::to_value(&report).unwrap();
        assert_eq!(complaints(&schema, &value), Vec::<String>::new());
        assert_eq!(serde_json::from_value::<Report>(value).unwrap(), report);
    }
}

#[test]
fn every_field_is_required() {
    let schema = schema();
    let good = serde_json::to_value(rich::english()).unwrap();
    let mut removed = 0;
    for (place, field) in fields(&good, "") {
        let mut bad = good.clone();
        bad.pointer_mut(&place).unwrap().as_object_mut().unwrap().remove(&field);
        assert!(!schema.is_valid(&bad), "{place} without {field}");
        removed += 1;
    }
    assert!(removed > 90, "{removed}");
}

/// Place and name of every field of the report: of lists, those of the first item. The maps by speaker have no fields.
fn fields(value: &Value, place: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Value::Object(object) = value {
        for (name, inner) in object {
            found.push((place.to_owned(), name.clone()));
            if !["by_speaker", "drive", "questions"].contains(&name.as_str()) {
                found.extend(fields(inner, &format!("{place}/{name}")));
            }
        }
    } else if let Some(first) = value.as_array().and_then(|items| items.first()) {
        found.extend(fields(first, &format!("{place}/0")));
    }
    found
}

#[test]
fn wrong_values_are_refused() {
    let schema = schema();
    let good = serde_json::to_value(rich::english()).unwrap();
    for (place, value) in [
        ("/schema", json!(2)),
        ("/basis", json!("guess")),
        ("/call/duration", json!(-1)),
        ("/call/agenda", json!("invoice")),
        ("/call/date_source", json!("stars")),
        ("/speakers/0/id", json!("a")),
        ("/speakers/0/id", json!("S26")),
        ("/speakers/0/me", json!("yes")),
        ("/speakers/0/talk_ratio", json!(1.2)),
        ("/speakers/0/words", json!(1.5)),
        ("/utterances/0/kind", json!("chat")),
        ("/utterances/0/text", json!("")),
        ("/utterances/0/start", json!("0:01")),
        ("/utterances/0/words", json!(null)),
        ("/topics/0/confidence", json!(-0.1)),
        ("/small_talk/by_speaker", json!({"Dana": 3.0})),
        ("/small_talk/verdict", json!("bad")),
        ("/tangents/0/driver", json!("nobody")),
        ("/tangents/0/drive", json!({"A": 2})),
        ("/tangents/0/moves", json!([{"utterance": 0, "speaker": "A", "move": "jump"}])),
        ("/redirects/0/class", json!("rude")),
        ("/redirects/0/outcome", json!(null)),
        ("/opportunities/0/warm", json!(null)),
        ("/frame/minutes", json!(-5)),
        ("/mirroring", json!({"pace": 1})),
        ("/warnings/0", json!({"code": "Not Snake", "text": "x"})),
        ("/withheld/0", json!({"field": "x", "why": "y", "extra": 1})),
    ] {
        let mut bad = good.clone();
        let at = bad.pointer_mut(place);
        match at {
            Some(old) => *old = value,
            None => bad["utterances"][0]["words"] = value,
        }
        assert!(!schema.is_valid(&bad), "{place}");
    }
}

#[test]
fn words_with_times_and_further_fields_are_valid() {
    let schema = schema();
    let mut report = serde_json::to_value(rich::small()).unwrap();
    report["utterances"][0]["words"] = json!([{"start": 0.3, "end": 0.5, "text": "Good", "confidence": 0.9}, {"start": 0.5, "end": 0.6, "text": "morning"}]);
    report["further"] = json!(1);
    report["call"]["further"] = json!(1);
    assert_eq!(complaints(&schema, &report), Vec::<String>::new());
}
