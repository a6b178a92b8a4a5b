//! `rapport show`: a report in the terminal.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::commands::{Exit, stdout_style};
use crate::error::{Error, Result};
use crate::render::{json, terminal};
use crate::store::read_report;

/// What to show.
#[derive(Debug, Clone)]
pub struct ShowOptions {
    /// The report's JSON file.
    pub report: PathBuf,
    /// Whether to print the JSON itself.
    pub json: bool,
}

/// Prints the report on `out`.
///
/// # Errors
/// What reading the report or writing to `out` brings.
pub fn run(options: &ShowOptions, out: &mut dyn Write) -> Result<Exit> {
    let report = read_report(&options.report)?;
    let text = if options.json { json::json(&report) } else { terminal::terminal(&report, &stdout_style()) };
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(Exit::Done)
}
