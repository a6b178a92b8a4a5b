//! `rapport mark`: remembers a boundary, so that `compare` shows what came of it.

use std::io::Write;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use crate::call::trend::Mark;
use crate::commands::Exit;
use crate::error::{Error, Result};
use crate::render::terminal::plain;
use crate::store::{marks_file, read_marks, write_marks};

/// What to do with the marks.
#[derive(Debug, Clone)]
pub enum MarkVerb {
    /// Keep one.
    Add(Mark),
    /// Take away those of this day, for this client or for all.
    Remove {
        /// The day.
        date: Date,
        /// The client they are for; `None` for every mark of the day.
        client: Option<String>,
    },
    /// List them.
    List,
}

/// Which marks, and what to do.
#[derive(Debug, Clone)]
pub struct MarkOptions {
    /// The folder of the reports.
    pub reports: PathBuf,
    /// What to do.
    pub verb: MarkVerb,
}

/// Changes or lists the marks; what there is now goes to `out`.
///
/// # Errors
/// [`Error::NothingToDo`] where there is no mark to take away; what reading and writing bring.
pub fn run(options: &MarkOptions, out: &mut dyn Write) -> Result<Exit> {
    if !options.reports.is_dir() {
        return Err(Error::NothingToDo(format!(
            "{} is no folder of reports: name the one that `rapport analyze -o` wrote to with --reports",
            options.reports.display()
        )));
    }
    let mut marks = read_marks(&options.reports)?;
    match &options.verb {
        MarkVerb::List => {}
        MarkVerb::Add(mark) => {
            marks.push(mark.clone());
            marks.sort();
            marks.dedup();
            write_marks(&options.reports, &marks)?;
        }
        MarkVerb::Remove { date, client } => {
            let before = marks.len();
            let is_meant = |mark: &Mark| {
                let of_client = client
                    .as_deref()
                    .is_none_or(|client| mark.client.as_deref().is_some_and(|of| of.eq_ignore_ascii_case(client)));
                mark.date == *date && of_client
            };
            marks.retain(|mark| !is_meant(mark));
            if marks.len() == before {
                let path = marks_file(&options.reports);
                return Err(Error::NothingToDo(format!("there is no such mark on {date} in {}", path.display())));
            }
            write_marks(&options.reports, &marks)?;
        }
    }
    let written = out.write_all(listed(&marks).as_bytes()).and_then(|()| out.flush());
    written.map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(Exit::Done)
}

fn listed(marks: &[Mark]) -> String {
    if marks.is_empty() {
        return "no mark is kept\n".to_owned();
    }
    let line = |mark: &Mark| {
        let client = mark.client.as_deref().map_or_else(|| "all clients".to_owned(), plain);
        format!("{}  {client}: {}\n", mark.date, plain(&mark.text))
    };
    marks.iter().map(line).collect()
}
