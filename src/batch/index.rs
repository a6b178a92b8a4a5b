//! The page of all calls beside the reports: made anew from what lies there, whichever run wrote it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::call::trend::LeftOut;
use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::render::index::{Listed, index};
use crate::store::{Store, json_files, place_in, read_outline, write_atomic};

/// The page's name in the folder of reports; no report takes it.
pub(super) const PAGE: &str = "index.html";

/// What stands at the beginning of every page of ours.
const OURS: &str = "<meta name=\"generator\" content=\"Rapport\">";

/// Within so many bytes.
const OURS_WITHIN: u64 = 2048;

/// What became of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The page; `None` where a file of somebody else's has its name.
    pub page: Option<PathBuf>,
    /// JSON among the reports that is none.
    pub left_out: Vec<LeftOut>,
}

/// Writes the page of all calls that have a report in the folder, also below it.
///
/// # Errors
/// [`Error::Io`] if it cannot be written, [`Error::Stopped`] when the user does not want to wait for another run that is
/// writing it.
pub fn write_index(store: &Store, threads: usize, stop: &StopFlag) -> Result<Index> {
    let out = store.out();
    // Read and written under one lock: of runs that end together the last one sees all reports.
    let _lock = store.lock("index", stop)?;
    let page = out.join(PAGE);
    let (calls, mut left_out) = listed(out, threads)?;
    if page.exists() && !is_ours(&page) {
        left_out.push(LeftOut {
            file: PAGE.to_owned(),
            why: "it was not written by Rapport, so it was kept and no page of all calls was made".to_owned(),
        });
        return Ok(Index { page: None, left_out });
    }
    write_atomic(&page, index(&calls, &left_out).as_bytes())?;
    Ok(Index { page: Some(page), left_out })
}

/// Whether there is a page of all calls already.
#[must_use]
pub fn has_index(out: &Path) -> bool {
    is_ours(&out.join(PAGE))
}

fn is_ours(page: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(page).and_then(|file| file.take(OURS_WITHIN).read_to_end(&mut start));
    read.is_ok() && String::from_utf8_lossy(&start).contains(OURS)
}

/// Every report below `out` in the order of paths, and the JSON that is none.
fn listed(out: &Path, threads: usize) -> Result<(Vec<Listed>, Vec<LeftOut>)> {
    let (files, mut left_out) = json_files(out);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|failure| Error::Engine(format!("cannot make {threads} threads: {failure}")))?;
    let read: Vec<_> = pool.install(|| files.par_iter().map(|path| read_outline(path)).collect());
    let mut calls = Vec::new();
    for (path, outline) in files.iter().zip(read) {
        match outline {
            Ok(outline) => {
                let page = path.with_extension("html");
                calls.push(Listed { outline, way: place_in(out, if page.exists() { &page } else { path }) });
            }
            Err(Error::Report { why, .. }) => left_out.push(LeftOut { file: place_in(out, path), why }),
            Err(failure) => left_out.push(LeftOut { file: place_in(out, path), why: failure.to_string() }),
        }
    }
    Ok((calls, left_out))
}

/// The way from a file in the folder of reports to the page of all calls.
pub(super) fn way_back(out: &Path, file: &Path) -> String {
    let depth = file.strip_prefix(out).map_or(0, |inside| inside.components().count().saturating_sub(1));
    format!("{}{PAGE}", "../".repeat(depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_lead_there_and_back() {
        let (out, file) = (Path::new("out"), Path::new("out/acme/2026/a b.html"));
        assert_eq!(place_in(out, file), "acme/2026/a b.html");
        assert_eq!(way_back(out, file), "../../index.html");
        assert_eq!(way_back(out, Path::new("out/a.html")), "index.html");
    }
}
