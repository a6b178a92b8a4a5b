//! `rapport export`: a report as another format.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::Format;
use crate::commands::Exit;
use crate::error::{Error, Result};
use crate::render::html::Around;
use crate::store::{read_report, write_atomic};

/// What to export, and where to.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// The report's JSON file.
    pub report: PathBuf,
    /// The wanted format.
    pub format: Format,
    /// The file to write; standard output if `None`.
    pub to: Option<PathBuf>,
    /// Way from the exported page to the recording, for a page that plays it.
    pub recording: Option<String>,
}

/// Writes the report in the wanted format.
///
/// # Errors
/// What reading the report or writing the outcome brings.
pub fn run(options: &ExportOptions, out: &mut dyn Write) -> Result<Exit> {
    let report = read_report(&options.report)?;
    let around = Around { recording: options.recording.as_deref(), calls: None };
    let text = options.format.render(&report, around);
    match &options.to {
        Some(path) => write_atomic(path, text.as_bytes())?,
        None => {
            let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
            written.map_err(Error::io("cannot write", Path::new("standard output")))?;
        }
    }
    Ok(Exit::Done)
}
