//! The report as a table: one line an utterance, for spreadsheets and scripts.

use csv::{Terminator, WriterBuilder};

use crate::call::report::Report;
use crate::render::words;

/// The columns, in order. Times are seconds from the start of the call.
const COLUMNS: [&str; 6] = ["start", "end", "speaker", "kind", "confidence", "text"];

/// The table. Text that a spreadsheet would run as a formula has an apostrophe before it.
///
/// # Panics
/// Never: all rows have one length and are written into memory.
#[must_use]
pub fn csv(report: &Report) -> String {
    let mut table = WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(Vec::new());
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    rows.extend(report.utterances.iter().map(|one| {
        let utterance = &one.utterance;
        [
            format!("{:.3}", utterance.span.start().secs()),
            format!("{:.3}", utterance.span.end().secs()),
            utterance.speaker.map(|id| inert(&words::name(report, id))).unwrap_or_default(),
            one.kind.name().to_owned(),
            utterance.confidence.map(|share| format!("{share:.3}")).unwrap_or_default(),
            inert(&words::clean(&utterance.text)),
        ]
    }));
    for row in rows {
        table.write_record(&row).expect("rows of one length into memory");
    }
    let bytes = table.into_inner().expect("a flush into memory");
    String::from_utf8(bytes).expect("fields of UTF-8 between commas and quotes")
}

/// Text that no spreadsheet takes for a formula.
pub(crate) fn inert(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_text() {
        for (given, written) in
            [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("-- yes", "'-- yes"), ("no = yes", "no = yes")]
        {
            assert_eq!(inert(given), written);
        }
    }
}
