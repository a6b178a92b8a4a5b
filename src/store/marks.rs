//! The boundaries that were set: `marks.toml` beside the reports, to be read and changed by hand as well.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::limits::MARKS_BYTES_MAX;
use super::{read, write_atomic};
use crate::call::trend::Mark;
use crate::error::{Error, Result};

/// Name of the file in the folder of the reports.
const FILE: &str = "marks.toml";

/// What stands above the marks in the file.
const HEAD: &str =
    "# Boundaries that were set, for `rapport compare`. Written by `rapport mark`; may be changed by hand.\n\n";

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marks {
    #[serde(default, rename = "mark")]
    marks: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A TOML date; a string of one is understood as well.
    date: toml::Value,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
}

/// Where the marks of a folder of reports are kept.
#[must_use]
pub fn marks_file(reports: &Path) -> PathBuf {
    reports.join(FILE)
}

/// The marks of a folder of reports, by date; none where none was ever set.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read, [`Error::Settings`] if it is not understood.
pub fn read_marks(reports: &Path) -> Result<Vec<Mark>> {
    let path = marks_file(reports);
    let bytes = match read::bounded(&path, MARKS_BYTES_MAX) {
        Ok(bytes) => bytes,
        Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(failure) => return Err(Error::io("cannot read", &path)(failure)),
    };
    let refused = |why: String| Error::Settings { what: path.display().to_string(), why };
    let text = String::from_utf8(bytes).map_err(|failure| refused(format!("it is no text: {failure}")))?;
    let read: Marks = toml::from_str(&text).map_err(|failure| refused(failure.to_string().trim_end().to_owned()))?;
    let mark = |entry: Entry| {
        let given = entry.date.as_str().map_or_else(|| entry.date.to_string(), ToOwned::to_owned);
        let why = |_| format!("date = {given} was given, wanted a day such as 2026-03-05");
        let date: Date = given.parse().map_err(why).map_err(refused)?;
        Ok(Mark { date, text: entry.text, client: entry.client })
    };
    let mut marks = read.marks.into_iter().map(mark).collect::<Result<Vec<_>>>()?;
    marks.sort();
    Ok(marks)
}

/// Keeps these marks, and only these.
///
/// # Errors
/// [`Error::Io`] if the file cannot be written.
pub fn write_marks(reports: &Path, marks: &[Mark]) -> Result<()> {
    let day = |date: Date| date.to_string().parse().expect("ISO 8601 days are TOML dates");
    let entry = |mark: &Mark| Entry {
        date: toml::Value::Datetime(day(mark.date)),
        text: mark.text.clone(),
        client: mark.client.clone(),
    };
    let file = Marks { marks: marks.iter().map(entry).collect() };
    let text = toml::to_string(&file).expect("a list of tables of strings");
    write_atomic(&marks_file(reports), format!("{HEAD}{text}").as_bytes())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn marks_come_back_by_date() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read_marks(dir.path()).unwrap(), []);
        let mark = |day, text: &str, client: Option<&str>| Mark {
            date: date(2026, 3, day),
            text: text.into(),
            client: client.map(Into::into),
        };
        let (late, early) = (mark(9, "a \"box\"", Some("Acme")), mark(2, "agenda by mail", None));
        write_marks(dir.path(), &[late.clone(), early.clone()]).unwrap();
        assert_eq!(read_marks(dir.path()).unwrap(), [early, late]);
    }

    #[test]
    fn endless_marks_and_what_is_no_text_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("marks.toml"), vec![b'#'; MARKS_BYTES_MAX as usize + 1]).unwrap();
        assert!(read_marks(dir.path()).unwrap_err().to_string().contains("longer than"));
        std::fs::write(dir.path().join("marks.toml"), b"\xff").unwrap();
        assert!(read_marks(dir.path()).unwrap_err().to_string().contains("no text"));
    }

    #[test]
    fn a_date_that_is_none_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for (given, named) in [("'soon'", "soon"), ("3", "3"), ("14:30:00", "14:30:00")] {
            std::fs::write(dir.path().join("marks.toml"), format!("[[mark]]\ndate = {given}\ntext = 'x'\n")).unwrap();
            let said = read_marks(dir.path()).unwrap_err().to_string();
            assert!(said.contains("marks.toml") && said.contains(named) && said.contains("2026-03-05"), "{said}");
        }
        std::fs::write(dir.path().join("marks.toml"), "[[mark]]\ndate = '2026-03-05'\ntext = 'x'\n").unwrap();
        assert_eq!(read_marks(dir.path()).unwrap()[0].date, date(2026, 3, 5));
    }
}
