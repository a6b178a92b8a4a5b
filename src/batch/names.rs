//! Where each report goes.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::batch::Job;
use crate::batch::index::PAGE;
use crate::store::path_digest;

/// Longest name of a report in bytes. File systems take 255; formats with longer endings stand beside it.
const NAME_BYTES_MAX: usize = 240;

/// Where the report of a call may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places {
    /// The wanted file: the call's name with `.json`, in the same folder below the reports as the call has below the
    /// folder it was found in.
    pub(super) first: PathBuf,
    /// The file to take when the first holds the report of another call: told apart by a digest of the call's path.
    pub(super) spare: PathBuf,
}

/// Places for all jobs, no two the same: of calls that differ only in their extension each keeps it in its name.
pub(super) fn report_places(jobs: &[Job], out: &Path) -> Vec<Places> {
    let plain: Vec<_> = jobs.iter().map(|job| out.join(&job.input.place).with_extension("json")).collect();
    let full: Vec<_> = jobs.iter().map(|job| append(&out.join(&job.input.place), ".json")).collect();
    let (plain_count, full_count) = (counts(&plain), counts(&full));
    let mut places: Vec<_> = (0..jobs.len())
        .map(|at| {
            let stem = jobs[at].input.place.with_extension("");
            let spare = append(&out.join(stem), &format!("-{}.json", &path_digest(&jobs[at].input.path)[..8]));
            let first = if plain_count[&plain[at]] == 1 && !is_taken(&plain[at], out) {
                plain[at].clone()
            } else if full_count[&full[at]] == 1 {
                full[at].clone()
            } else {
                spare.clone()
            };
            Places { first, spare }
        })
        .collect();
    for (place, job) in places.iter_mut().zip(jobs) {
        place.first = fit(&place.first, &job.input.path);
        place.spare = fit(&place.spare, &job.input.path);
    }
    // `a.wav`, `a.mp3` and `a.wav.vtt` in one folder: the first one's longer name is the last one's plain one.
    let firsts: Vec<_> = places.iter().map(|place| place.first.clone()).collect();
    let taken = counts(&firsts);
    for place in places.iter_mut().filter(|place| taken[&place.first] > 1) {
        place.first.clone_from(&place.spare);
    }
    places
}

/// The same place under a name that a file system takes, with room for its ending: a longer one is cut and told apart by
/// the call's digest.
fn fit(place: &Path, call: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default().as_encoded_bytes();
    if name.len() <= NAME_BYTES_MAX {
        return place.to_owned();
    }
    let start = String::from_utf8_lossy(&name[..NAME_BYTES_MAX - 20]);
    let start = start.trim_end_matches(char::REPLACEMENT_CHARACTER);
    place.with_file_name(format!("{start}-{}.json", &path_digest(call)[..8]))
}

/// Whether the page of this report would be the page of all calls.
fn is_taken(report: &Path, out: &Path) -> bool {
    let page = report.with_extension("html");
    page.parent() == Some(out) && page.file_name().is_some_and(|name| name.eq_ignore_ascii_case(PAGE))
}

fn append(path: &Path, tail: &str) -> PathBuf {
    let mut whole = OsString::from(path);
    whole.push(tail);
    whole.into()
}

fn counts(paths: &[PathBuf]) -> BTreeMap<&PathBuf, usize> {
    let mut counts = BTreeMap::new();
    for path in paths {
        *counts.entry(path).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::inputs::{Input, InputKind};
    use crate::pipeline::CallSettings;

    fn job(path: &str, place: &str) -> Job {
        let input = Input { path: path.into(), place: place.into(), kind: InputKind::Recording, named: true };
        Job { input, settings: CallSettings::default(), length: None }
    }

    #[test]
    fn names_that_would_collide_are_told_apart() {
        let jobs = [job("c/a.wav", "a.wav"), job("c/b.wav", "b.wav"), job("c/b.mp3", "b.mp3"), job("d/x.wav", "x.wav")];
        let firsts: Vec<_> = report_places(&jobs, Path::new("out")).into_iter().map(|places| places.first).collect();
        assert_eq!(firsts, ["out/a.json", "out/b.wav.json", "out/b.mp3.json", "out/x.json"].map(PathBuf::from));
    }

    #[test]
    fn no_two_places_are_the_same() {
        let jobs = [job("a.wav", "a.wav"), job("a.mp3", "a.mp3"), job("a.wav.vtt", "a.wav.vtt")];
        let places = report_places(&jobs, Path::new("out"));
        let firsts: Vec<_> = places.iter().map(|place| place.first.clone()).collect();
        assert!(counts(&firsts).values().all(|count| *count == 1), "{firsts:?}");
    }

    #[test]
    fn files_of_one_name_from_two_folders_do_not_share_a_report() {
        let places =
            report_places(&[job("march/call.wav", "call.wav"), job("april/call.wav", "call.wav")], "out".as_ref());
        assert_ne!(places[0].first, places[1].first);
        assert!(places[0].first.to_str().unwrap().starts_with("out/call-"));
    }

    #[test]
    fn a_name_too_long_for_a_file_is_cut_and_told_apart() {
        let long = format!("{}.wav", "ä".repeat(125));
        let places = report_places(
            &[job("c/x.wav", &long), job("d/x.wav", &format!("{}.wav", "ä".repeat(124)))],
            "out".as_ref(),
        );
        let names: Vec<_> = places.iter().map(|place| place.first.file_name().unwrap().to_str().unwrap()).collect();
        assert!(names.iter().all(|name| name.len() <= NAME_BYTES_MAX), "{names:?}");
        assert_ne!(names[0], names[1]);
    }

    #[test]
    fn no_report_takes_the_page_of_all_calls() {
        let jobs = [job("c/Index.wav", "Index.wav"), job("c/sub/index.wav", "sub/index.wav")];
        let firsts: Vec<_> = report_places(&jobs, Path::new("out")).into_iter().map(|places| places.first).collect();
        assert_eq!(firsts, ["out/Index.wav.json", "out/sub/index.json"].map(PathBuf::from));
    }

    #[test]
    fn a_dot_in_a_name_is_not_an_extension_of_the_report() {
        let places = report_places(&[job("call v1.2.wav", "call v1.2.wav")], "out".as_ref());
        assert_eq!(places[0].first, Path::new("out/call v1.2.json"));
    }
}
