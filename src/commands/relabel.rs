//! `rapport relabel`: other names in a report, without the sound.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::{Format, made_beside};
use crate::commands::Exit;
use crate::diarize::relabel;
use crate::error::{Error, Result};
use crate::render::html::Ways;
use crate::store::{read_report, write_atomic, write_report};

/// Which report, and who is who in it.
#[derive(Debug, Clone)]
pub struct RelabelOptions {
    /// The report's JSON file.
    pub report: PathBuf,
    /// New names by speaker.
    pub names: Vec<(String, String)>,
}

/// Renames the speakers and writes the report anew, with all that was made of it and lies beside it. The written files go
/// to `out`, one a line.
///
/// # Errors
/// [`Error::Settings`] for a speaker who is not there; what reading and writing bring.
pub fn run(options: &RelabelOptions, out: &mut dyn Write) -> Result<Exit> {
    let path = &options.report;
    let mut report = read_report(path)?;
    let names: BTreeMap<String, String> = options.names.iter().cloned().collect();
    relabel(&mut report, &names).map_err(|why| Error::Settings { what: path.display().to_string(), why })?;
    let mut written = vec![path.clone()];
    for (format, beside) in made_beside(&report, path) {
        let ways = match format {
            Format::Html => Ways::of_page(&std::fs::read_to_string(&beside).unwrap_or_default()),
            _ => Ways::default(),
        };
        write_atomic(&beside, format.render(&report, ways.around()).as_bytes())?;
        written.push(beside);
    }
    write_report(path, &report)?;
    let text: String = written.iter().flat_map(|path| [path.display().to_string(), "\n".into()]).collect();
    let told = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    told.map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(Exit::Done)
}
