//! Calls as a Parquet file: a row a call, for DuckDB and every other data tool. DuckDB reads the file back under test.

use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::call::trend::CallRow;

/// What a column holds, one value a row; `None` where a call has none.
enum Values {
    Text(Vec<Option<String>>),
    Number(Vec<Option<f64>>),
    Count(Vec<Option<i32>>),
    /// Days since 1970.
    Date(Vec<Option<i32>>),
    /// Milliseconds since the start of 1970, by the clock on the wall.
    Moment(Vec<Option<i64>>),
}

/// The calls as a file.
///
/// # Panics
/// Never: memory takes every write, and the columns are those of the schema.
#[must_use]
pub fn parquet(calls: &[CallRow]) -> Vec<u8> {
    written(&columns(calls)).expect("memory takes every write, and the columns are those of the schema")
}

fn written(columns: &[(&'static str, Values)]) -> Result<Vec<u8>> {
    let schema = parse_message_type(&schema(columns))?;
    let made_by = concat!("rapport version ", env!("CARGO_PKG_VERSION"));
    let properties = WriterProperties::builder().set_created_by(made_by.to_owned()).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema.into(), properties.into())?;
    let mut rows = file.next_row_group()?;
    for (_, values) in columns {
        let Some(mut column) = rows.next_column()? else { break };
        write(values, &mut column)?;
        column.close()?;
    }
    rows.close()?;
    file.into_inner()
}

/// The table in Parquet's own words.
fn schema(columns: &[(&'static str, Values)]) -> String {
    let fields = columns.iter().map(|(name, values)| match values {
        Values::Text(_) => format!("OPTIONAL BYTE_ARRAY {name} (STRING);"),
        Values::Number(_) => format!("OPTIONAL DOUBLE {name};"),
        Values::Count(_) => format!("OPTIONAL INT32 {name};"),
        Values::Date(_) => format!("OPTIONAL INT32 {name} (DATE);"),
        Values::Moment(_) => format!("OPTIONAL INT64 {name} (TIMESTAMP(MILLIS,false));"),
    });
    format!("message calls {{ {} }}", fields.collect::<Vec<_>>().join(" "))
}

fn write(values: &Values, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
    match (values, column.untyped()) {
        (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(writer)) => {
            let (there, levels) = split(values, |text| ByteArray::from(text.as_str()));
            writer.write_batch(&there, Some(&levels), None)?;
        }
        (Values::Number(values), ColumnWriter::DoubleColumnWriter(writer)) => {
            let (there, levels) = split(values, |number| *number);
            writer.write_batch(&there, Some(&levels), None)?;
        }
        (Values::Count(values) | Values::Date(values), ColumnWriter::Int32ColumnWriter(writer)) => {
            let (there, levels) = split(values, |number| *number);
            writer.write_batch(&there, Some(&levels), None)?;
        }
        (Values::Moment(values), ColumnWriter::Int64ColumnWriter(writer)) => {
            let (there, levels) = split(values, |number| *number);
            writer.write_batch(&there, Some(&levels), None)?;
        }
        _ => return Err(parquet::errors::ParquetError::General("a column of another type than its schema's".into())),
    }
    Ok(())
}

/// The values that are there, and for each row whether one is (1) or not (0).
fn split<T, U>(values: &[Option<T>], of: impl Fn(&T) -> U) -> (Vec<U>, Vec<i16>) {
    let levels = values.iter().map(|value| i16::from(value.is_some())).collect();
    (values.iter().flatten().map(of).collect(), levels)
}

fn columns(calls: &[CallRow]) -> Vec<(&'static str, Values)> {
    let text = |of: fn(&CallRow) -> Option<&str>| {
        Values::Text(calls.iter().map(|call| of(call).map(ToOwned::to_owned)).collect())
    };
    let number = |of: fn(&CallRow) -> Option<f64>| Values::Number(calls.iter().map(of).collect());
    let count = |of: fn(&CallRow) -> Option<usize>| {
        Values::Count(calls.iter().map(|call| of(call).map(|count| count as i32)).collect())
    };
    let epoch = jiff::civil::date(1970, 1, 1);
    let day = |call: &CallRow| Some(call.began?.date().since(epoch).ok()?.get_days());
    let moment = |call: &CallRow| {
        let began = call.began?;
        let clock = i64::from(began.hour()) * 3600 + i64::from(began.minute()) * 60 + i64::from(began.second());
        Some((i64::from(day(call)?) * 86_400 + clock) * 1000)
    };
    vec![
        ("id", text(|call| Some(&call.id))),
        ("report", text(|call| Some(&call.report))),
        ("title", text(|call| Some(&call.title))),
        ("client", text(|call| call.client.as_deref())),
        ("date", Values::Date(calls.iter().map(day).collect())),
        ("began", Values::Moment(calls.iter().map(moment).collect())),
        ("date_source", text(|call| Some(&call.date_source))),
        ("language", text(|call| call.language.as_deref())),
        ("basis", text(|call| Some(&call.basis))),
        ("transcriber", text(|call| Some(&call.transcriber))),
        ("rules", text(|call| Some(&call.rules))),
        ("minutes", number(|call| Some(call.minutes))),
        ("small_talk_ratio", number(|call| call.small_talk_ratio)),
        ("small_talk_minutes", number(|call| call.small_talk_minutes)),
        ("opening_budget_minutes", number(|call| call.opening_budget_minutes)),
        ("minutes_over_budget", number(|call| call.minutes_over_budget)),
        ("tangents", count(|call| call.tangents)),
        ("tangents_per_hour", number(|call| call.tangents_per_hour)),
        ("tangents_driven_by_you", count(|call| call.driven_by_you)),
        ("tangents_driven_by_others", count(|call| call.driven_by_others)),
        ("tangents_shared", count(|call| call.driven_shared)),
        ("others_drive", number(|call| call.others_drive)),
        ("redirects", count(|call| call.redirects)),
        ("redirects_held", count(|call| call.redirects_held)),
        ("opportunities_missed", count(|call| call.opportunities_missed)),
        ("talk_ratio", number(|call| call.talk_ratio)),
    ]
}
