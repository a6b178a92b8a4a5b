//! Who speaks when, as RTTM files tell it (NIST's Rich Transcription format).

use std::collections::BTreeMap;

use rapport::call::time::{Span, Timestamp};

/// Where each speaker of one file is heard, by name.
pub(crate) type Turns = BTreeMap<String, Vec<Span>>;

/// Reads the `SPEAKER` lines of an RTTM text: `SPEAKER file channel start length <NA> <NA> name <NA> <NA>`, times in
/// seconds. Other kinds of lines are passed over. The turns stand by file.
///
/// # Errors
/// The number of a `SPEAKER` line that does not have this shape, with what it says.
pub(crate) fn read(text: &str) -> Result<BTreeMap<String, Turns>, String> {
    let mut files: BTreeMap<String, Turns> = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if fields.first() != Some(&"SPEAKER") {
            continue;
        }
        let bad = || format!("line {}: {line:?}, wanted SPEAKER file channel start length <NA> <NA> name", number + 1);
        let [_, file, _, start, length, _, _, name, ..] = fields[..] else { return Err(bad()) };
        let seconds = |text: &str| text.parse::<f64>().ok().filter(|secs| secs.is_finite() && *secs >= 0.0);
        let (Some(start), Some(length)) = (seconds(start), seconds(length)) else { return Err(bad()) };
        let span = Span::new(Timestamp::from_secs(start), Timestamp::from_secs(start + length));
        files.entry(file.to_owned()).or_default().entry(name.to_owned()).or_default().push(span);
    }
    Ok(files)
}
