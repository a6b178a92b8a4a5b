//! `rapport forget`: what was written of a call goes away again.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::batch::{Format, has_index, write_index};
use crate::commands::Exit;
use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::store::{Store, path_digest, read_report};

/// What to forget.
#[derive(Debug, Clone)]
pub struct ForgetOptions {
    /// Reports, or the files they were made of.
    pub calls: Vec<PathBuf>,
    /// The folder of the reports.
    pub reports: PathBuf,
}

/// Removes the reports of the calls, what stands beside them, and what is kept of them, and says what is left. The page of
/// all calls is made anew without them. The removed files go to `out`, one a line.
///
/// # Errors
/// [`Error::NothingToDo`] if a call has no report, [`Error::Io`] if something cannot be removed.
pub fn run(options: &ForgetOptions, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let store = Store::open(&options.reports)?;
    let mut removed = Vec::new();
    for call in &options.calls {
        let (id, reports) = reports_of(call, &store)?;
        for report in &reports {
            removed.extend(forget_report(report)?);
        }
        let kept = store.forget_kept(&id)?;
        // Looking at a recording notes its digest; more than that was kept of a call that was analysed.
        if reports.is_empty() && kept.len() <= 1 {
            let place = store.out().display();
            let why = format!("{}: nothing was written of it in {place}; name the folder with --out", call.display());
            return Err(Error::NothingToDo(why));
        }
        removed.extend(kept);
    }
    if has_index(store.out()) {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        write_index(&store, threads, stop)?;
    }
    let text: String = removed.iter().flat_map(|path| [path.display().to_string(), "\n".into()]).collect();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(Error::io("cannot write", Path::new("standard output")))?;
    eprintln!(
        "{} files removed. Left: the recording or transcript itself, its settings file (NAME.toml), tables that were \
         made of many calls until they are made anew, and whatever you copied elsewhere",
        removed.len()
    );
    Ok(Exit::Done)
}

/// The content id of a call, and its reports in the folder.
fn reports_of(call: &Path, store: &Store) -> Result<(String, Vec<PathBuf>)> {
    if let Ok(report) = read_report(call) {
        return Ok((report.call.id, vec![call.to_owned()]));
    }
    let id = store.content_id(call, true)?;
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let shown = WalkDir::new(store.out()).sort_by_file_name().into_iter();
    let shown = shown
        .filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name()))
        .filter_map(std::result::Result::ok);
    let json = shown.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|end| end == "json"));
    let own = json.filter(|path| read_report(path).is_ok_and(|report| report.call.id == id)).collect();
    Ok((id, own))
}

/// Removes a report with what was made of it; never the file that it was made from.
fn forget_report(path: &Path) -> Result<Vec<PathBuf>> {
    let place = read_report(path)?.generator.place;
    let formats = [Format::Html, Format::Markdown, Format::Srt, Format::Vtt, Format::Text, Format::Csv];
    let beside = formats.iter().map(|format| path.with_extension(format.extension()));
    let is_input = |other: &PathBuf| place.as_deref() == Some(path_digest(other).as_str());
    let mut files: BTreeSet<_> = beside.filter(|other| other.is_file() && !is_input(other)).collect();
    files.insert(path.to_owned());
    for file in &files {
        std::fs::remove_file(file).map_err(Error::io("cannot remove", file))?;
    }
    Ok(files.into_iter().collect())
}
