//! `rapport forget`: what was written of a call goes away again.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::{has_index, made_beside, write_index};
use crate::commands::Exit;
use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::store::{Store, json_files, read_report};

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
    let json = json_files(store.out()).0.into_iter();
    let own = json.filter(|path| read_report(path).is_ok_and(|report| report.call.id == id)).collect();
    Ok((id, own))
}

/// Removes a report with what was made of it; never the file that it was made from.
fn forget_report(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files: Vec<_> = made_beside(&read_report(path)?, path).into_iter().map(|(_, beside)| beside).collect();
    files.push(path.to_owned());
    files.sort();
    for file in &files {
        std::fs::remove_file(file).map_err(Error::io("cannot remove", file))?;
    }
    Ok(files)
}
