//! Calls as a Parquet file: a row a call, for DuckDB and every other data tool.
//!
//! The file is the simplest that the format allows: one flat table, one row group, one uncompressed page a column, plain
//! values (<https://parquet.apache.org/docs/file-format/>). The library for all of Parquet would be the largest thing
//! built into this program by far; `benches/NOTES.md` has the figures. DuckDB reads the file back under test.

use crate::call::trend::CallRow;

const MAGIC: &[u8] = b"PAR1";

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

/// Numbers of the types in the format's definition (`parquet.thrift`).
mod format {
    pub(super) const INT32: i64 = 1;
    pub(super) const INT64: i64 = 2;
    pub(super) const DOUBLE: i64 = 5;
    pub(super) const BYTE_ARRAY: i64 = 6;
    pub(super) const OPTIONAL: i64 = 1;
    pub(super) const CONVERTED_UTF8: i64 = 0;
    pub(super) const CONVERTED_DATE: i64 = 6;
    pub(super) const PLAIN: i64 = 0;
    pub(super) const RLE: i64 = 3;
    pub(super) const DATA_PAGE: i64 = 0;
    pub(super) const UNCOMPRESSED: i64 = 0;
}

/// The calls as a file.
#[must_use]
pub fn parquet(calls: &[CallRow]) -> Vec<u8> {
    let columns = columns(calls);
    let mut file = MAGIC.to_vec();
    let mut chunks = Vec::new();
    for (name, values) in &columns {
        let offset = file.len();
        let page = page(values);
        file.extend(page_header(page.len(), calls.len()));
        file.extend(page);
        chunks.push(Chunk { name, kind: kind(values), offset, size: file.len() - offset });
    }
    let footer = footer(&columns, &chunks, calls.len());
    file.extend(&footer);
    file.extend((footer.len() as u32).to_le_bytes());
    file.extend(MAGIC);
    file
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

const fn kind(values: &Values) -> i64 {
    match values {
        Values::Text(_) => format::BYTE_ARRAY,
        Values::Number(_) => format::DOUBLE,
        Values::Count(_) | Values::Date(_) => format::INT32,
        Values::Moment(_) => format::INT64,
    }
}

/// Which rows have a value, then the values of those that do.
fn page(values: &Values) -> Vec<u8> {
    fn of<T>(values: &[Option<T>], write: impl Fn(&T, &mut Vec<u8>)) -> Vec<u8> {
        let mut levels = Vec::new();
        for run in values.chunk_by(|a, b| a.is_some() == b.is_some()) {
            // A run of equal levels: its length, one bit to say that it is a run, and the level.
            varint((run.len() as u64) << 1, &mut levels);
            levels.push(u8::from(run[0].is_some()));
        }
        let mut page = (levels.len() as u32).to_le_bytes().to_vec();
        page.extend(levels);
        for value in values.iter().flatten() {
            write(value, &mut page);
        }
        page
    }
    match values {
        Values::Text(values) => of(values, |text, page| {
            page.extend((text.len() as u32).to_le_bytes());
            page.extend(text.as_bytes());
        }),
        Values::Number(values) => of(values, |number, page| page.extend(number.to_le_bytes())),
        Values::Count(values) | Values::Date(values) => of(values, |number, page| page.extend(number.to_le_bytes())),
        Values::Moment(values) => of(values, |number, page| page.extend(number.to_le_bytes())),
    }
}

fn page_header(bytes: usize, rows: usize) -> Vec<u8> {
    let mut header = Record::default();
    header.int(1, Width::I32, format::DATA_PAGE);
    header.int(2, Width::I32, bytes as i64);
    header.int(3, Width::I32, bytes as i64);
    let mut data = Record::default();
    data.int(1, Width::I32, rows as i64);
    data.int(2, Width::I32, format::PLAIN);
    data.int(3, Width::I32, format::RLE);
    data.int(4, Width::I32, format::RLE);
    header.record(5, data);
    header.end()
}

struct Chunk<'columns> {
    name: &'columns str,
    kind: i64,
    offset: usize,
    size: usize,
}

fn footer(columns: &[(&str, Values)], chunks: &[Chunk<'_>], rows: usize) -> Vec<u8> {
    let mut root = Record::default();
    root.text(4, "calls");
    root.int(5, Width::I32, columns.len() as i64);
    let mut schema = vec![root.end()];
    schema.extend(columns.iter().map(|(name, values)| schema_element(name, values)));
    let mut group = Record::default();
    group.list(1, Element::Record, chunks.iter().map(|chunk| column_chunk(chunk, rows)).collect());
    group.int(2, Width::I64, chunks.iter().map(|chunk| chunk.size as i64).sum());
    group.int(3, Width::I64, rows as i64);
    let mut file = Record::default();
    file.int(1, Width::I32, 1);
    file.list(2, Element::Record, schema);
    file.int(3, Width::I64, rows as i64);
    file.list(4, Element::Record, vec![group.end()]);
    file.text(6, concat!("rapport version ", env!("CARGO_PKG_VERSION")));
    file.end()
}

fn schema_element(name: &str, values: &Values) -> Vec<u8> {
    let mut element = Record::default();
    element.int(1, Width::I32, kind(values));
    element.int(3, Width::I32, format::OPTIONAL);
    element.text(4, name);
    // The older way to say what a type means, for readers that know no other; it has no word for a local clock.
    match values {
        Values::Text(_) => element.int(6, Width::I32, format::CONVERTED_UTF8),
        Values::Date(_) => element.int(6, Width::I32, format::CONVERTED_DATE),
        _ => {}
    }
    let mut logical = Record::default();
    match values {
        Values::Text(_) => logical.record(1, Record::default()),
        Values::Date(_) => logical.record(6, Record::default()),
        Values::Moment(_) => {
            let mut unit = Record::default();
            unit.record(1, Record::default());
            let mut timestamp = Record::default();
            timestamp.no(1);
            timestamp.record(2, unit);
            logical.record(8, timestamp);
        }
        Values::Number(_) | Values::Count(_) => return element.end(),
    }
    element.record(10, logical);
    element.end()
}

fn column_chunk(chunk: &Chunk<'_>, rows: usize) -> Vec<u8> {
    let mut about = Record::default();
    about.int(1, Width::I32, chunk.kind);
    let number = |value: i64| {
        let mut bytes = Vec::new();
        varint(zigzag(value), &mut bytes);
        bytes
    };
    about.list(2, Element::I32, vec![number(format::PLAIN), number(format::RLE)]);
    about.list(3, Element::Text, vec![text(chunk.name)]);
    about.int(4, Width::I32, format::UNCOMPRESSED);
    about.int(5, Width::I64, rows as i64);
    about.int(6, Width::I64, chunk.size as i64);
    about.int(7, Width::I64, chunk.size as i64);
    about.int(9, Width::I64, chunk.offset as i64);
    let mut column = Record::default();
    column.int(2, Width::I64, chunk.offset as i64);
    column.record(3, about);
    column.end()
}

/// A record in Thrift's compact protocol, in which Parquet describes itself: fields by rising number, each with the
/// distance to the last one.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    last: u8,
}

#[derive(Clone, Copy)]
enum Width {
    I32 = 5,
    I64 = 6,
}

#[derive(Clone, Copy)]
enum Element {
    I32 = 5,
    Text = 8,
    Record = 12,
}

impl Record {
    fn field(&mut self, number: u8, kind: u8) {
        self.bytes.push((number - self.last) << 4 | kind);
        self.last = number;
    }

    fn int(&mut self, number: u8, width: Width, value: i64) {
        self.field(number, width as u8);
        varint(zigzag(value), &mut self.bytes);
    }

    fn no(&mut self, number: u8) {
        self.field(number, 2);
    }

    fn text(&mut self, number: u8, value: &str) {
        self.field(number, 8);
        self.bytes.extend(text(value));
    }

    fn record(&mut self, number: u8, inner: Self) {
        self.field(number, 12);
        self.bytes.extend(inner.end());
    }

    fn list(&mut self, number: u8, element: Element, items: Vec<Vec<u8>>) {
        self.field(number, 9);
        if items.len() < 15 {
            self.bytes.push((items.len() as u8) << 4 | element as u8);
        } else {
            self.bytes.push(0xf0 | element as u8);
            varint(items.len() as u64, &mut self.bytes);
        }
        self.bytes.extend(items.into_iter().flatten());
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

fn text(value: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    varint(value.len() as u64, &mut bytes);
    bytes.extend(value.as_bytes());
    bytes
}

const fn zigzag(value: i64) -> u64 {
    (value << 1 ^ value >> 63).cast_unsigned()
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_thrift_writes_them() {
        let written = |value: i64| {
            let mut bytes = Vec::new();
            varint(zigzag(value), &mut bytes);
            bytes
        };
        assert_eq!((written(0), written(-1), written(1), written(150)), (vec![0], vec![1], vec![2], vec![0xac, 0x02]));
    }

    #[test]
    fn a_file_begins_and_ends_as_it_must() {
        let file = parquet(&[]);
        let length = u32::from_le_bytes(file[file.len() - 8..file.len() - 4].try_into().unwrap()) as usize;
        assert!(file.starts_with(MAGIC) && file.ends_with(MAGIC) && length < file.len() - 12);
    }
}
