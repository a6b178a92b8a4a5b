//! Which files on the command line, and in the folders on it, are calls.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, Result};
use crate::ingest::{dates, recording, transcript};

/// Folders deeper than this are named as failures instead of looked into: no archive of calls is that deep.
const DEPTH_MAX: usize = 32;

/// How a call came to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputKind {
    /// Sound, to be transcribed.
    Recording,
    /// Text with times.
    Transcript,
}

/// A file that is, or claims to be, a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// Where it lies.
    pub path: PathBuf,
    /// Its place below the folder it was found in; the bare file name if it was named itself.
    pub place: PathBuf,
    /// What it is, by its name.
    pub kind: InputKind,
    /// Whether the user named the file itself. In a folder a `.txt` or `.json` that is no transcript is passed over;
    /// one that was named is a failure.
    pub named: bool,
}

/// Folders of these names gather calls of all clients.
const NO_CLIENTS: [&str; 22] = [
    "archive",
    "audio",
    "calls",
    "clients",
    "customers",
    "data",
    "downloads",
    "exports",
    "inbox",
    "meet",
    "meetings",
    "originals",
    "other",
    "raw",
    "recording",
    "recordings",
    "teams",
    "tmp",
    "transcripts",
    "video",
    "videos",
    "zoom",
];

impl Input {
    /// The client that the folders on the way to the call name: the outermost below the folder that was given, other than
    /// those for parts of the year and those that gather all calls.
    #[must_use]
    pub fn client_folder(&self) -> Option<String> {
        let folders = self.place.parent()?.components();
        let names = folders.map(|part| part.as_os_str().to_string_lossy().trim().to_owned());
        let is_client = |name: &String| {
            !name.is_empty() && !NO_CLIENTS.contains(&name.to_lowercase().as_str()) && !dates::is_dated(name)
        };
        names.into_iter().find(is_client)
    }
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// The calls, sorted by path, each once.
    pub inputs: Vec<Input>,
    /// What was named and is no call, and folders that cannot be read.
    pub failures: Vec<(PathBuf, Error)>,
}

/// Collects the calls among `paths`: files as they are, folders with all below them.
///
/// Hidden files and folders and everything below `reports` (where the results go) are left out.
#[must_use]
pub fn collect(paths: &[PathBuf], reports: &Path) -> Found {
    let reports = reports.canonicalize().ok();
    let mut found = Found::default();
    for path in paths {
        match std::fs::metadata(path) {
            Err(source) => {
                let failure = Error::Io { doing: "cannot read", path: path.clone(), source };
                found.failures.push((path.clone(), failure));
            }
            Ok(meta) if meta.is_dir() => collect_folder(path, reports.as_deref(), &mut found),
            Ok(meta) => match named_file(path, &meta) {
                Ok(input) => found.inputs.push(input),
                Err(failure) => found.failures.push((path.clone(), failure)),
            },
        }
    }
    found.inputs.sort();
    found.inputs.dedup_by(|a, b| a.path == b.path);
    found
}

fn kind_of(path: &Path) -> Option<InputKind> {
    if recording::is_recording(path) {
        Some(InputKind::Recording)
    } else if transcript::is_transcript(path) {
        Some(InputKind::Transcript)
    } else {
        None
    }
}

fn named_file(path: &Path, meta: &std::fs::Metadata) -> Result<Input> {
    if !meta.is_file() {
        return Err(Error::Sound {
            path: path.to_owned(),
            why: "is neither a file nor a folder".into(),
            next: "give a recording or a transcript that is stored on disk".into(),
        });
    }
    let kind = kind_of(path).ok_or_else(|| Error::Sound {
        path: path.to_owned(),
        why:
            "its name does not say that it is a recording (.wav .flac .mp3 .m4a .ogg .opus .webm ...) or a transcript \
              (.vtt .srt .json .txt)"
                .into(),
        next: "rename it to what it is, or convert it: ffmpeg -i FILE call.wav".into(),
    })?;
    let place = path.file_name().map(PathBuf::from).unwrap_or_default();
    Ok(Input { path: path.to_owned(), place, kind, named: true })
}

fn collect_folder(folder: &Path, reports: Option<&Path>, found: &mut Found) {
    let is_hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().first() == Some(&b'.');
    let walk = WalkDir::new(folder).follow_links(true).max_depth(DEPTH_MAX).into_iter().filter_entry(|entry| {
        let is_reports = || reports.is_some() && entry.path().canonicalize().ok().as_deref() == reports;
        entry.depth() == 0 || !(is_hidden(entry.file_name()) || entry.file_type().is_dir() && is_reports())
    });
    for entry in walk {
        match entry {
            Ok(entry) if entry.file_type().is_file() => {
                let path = entry.path();
                if let Some(kind) = kind_of(path) {
                    let place = path.strip_prefix(folder).unwrap_or(path).to_owned();
                    found.inputs.push(Input { path: path.to_owned(), place, kind, named: false });
                }
            }
            Ok(entry) if entry.depth() == DEPTH_MAX && entry.file_type().is_dir() => {
                let path = entry.path().to_owned();
                let source =
                    std::io::Error::other(format!("it lies {DEPTH_MAX} folders deep; name it, or one above it"));
                found.failures.push((path.clone(), Error::Io { doing: "cannot look into", path, source }));
            }
            Ok(_) => {}
            Err(failure) => {
                let path = failure.path().unwrap_or(folder).to_owned();
                let source = failure.into_io_error().unwrap_or_else(|| std::io::Error::other("a loop of links"));
                found.failures.push((path.clone(), Error::Io { doing: "cannot look into", path, source }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, b"x").unwrap();
    }

    #[test]
    fn folders_give_their_calls_and_leave_out_reports_and_hidden_files() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b/call.wav", "a.vtt", "notes.pdf", ".hidden/x.wav", "b/._call.wav", "reports/a.json", "A.MP3"] {
            touch(&dir.path().join(name));
        }
        let found = collect(&[dir.path().to_owned()], &dir.path().join("reports"));
        let places: Vec<_> = found.inputs.iter().map(|input| input.place.to_str().unwrap()).collect();
        assert_eq!(places, ["A.MP3", "a.vtt", "b/call.wav"]);
        assert!(found.failures.is_empty());
    }

    #[test]
    fn folders_that_lie_too_deep_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let deep: PathBuf = std::iter::repeat_n("d", DEPTH_MAX - 1).collect();
        touch(&dir.path().join(&deep).join("found.vtt"));
        touch(&dir.path().join(&deep).join("beyond/lost.vtt"));
        let found = collect(&[dir.path().to_owned()], Path::new("reports"));
        assert_eq!(found.inputs.len(), 1);
        assert_eq!(found.failures.len(), 1);
        let said = found.failures[0].1.to_string();
        assert!(said.contains("beyond") && said.contains("32 folders deep"), "{said}");
    }

    #[test]
    fn folders_name_the_client() {
        for (place, client) in [
            ("Acme/call.wav", Some("Acme")),
            ("Acme/2026/05/call.wav", Some("Acme")),
            ("2026-05/Acme/call.wav", Some("Acme")),
            ("Clients/Acme/Website/call.wav", Some("Acme")),
            ("2026-05-03 14.00.00 Weekly status 81234567890/zoom_0.mp4", None),
            ("recordings/call.wav", None),
            ("call.wav", None),
        ] {
            let input = Input { path: place.into(), place: place.into(), kind: InputKind::Recording, named: false };
            assert_eq!(input.client_folder().as_deref(), client, "{place}");
        }
    }

    #[test]
    fn a_file_named_twice_is_one_call() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        touch(&path);
        assert_eq!(collect(&[path.clone(), path], dir.path()).inputs.len(), 1);
    }

    #[test]
    fn what_is_missing_or_of_no_known_kind_is_a_failure_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let pdf = dir.path().join("a.pdf");
        touch(&pdf);
        let found = collect(&[pdf, dir.path().join("gone.wav")], dir.path());
        assert!(found.inputs.is_empty());
        assert_eq!(found.failures.len(), 2);
        assert!(found.failures[0].1.to_string().contains("a.pdf"));
        assert!(found.failures[1].1.to_string().contains("gone.wav"));
    }

    #[cfg(unix)]
    #[test]
    fn a_loop_of_links_ends() {
        let dir = tempfile::tempdir().unwrap();
        touch(&dir.path().join("a.wav"));
        std::os::unix::fs::symlink(dir.path(), dir.path().join("loop")).unwrap();
        let found = collect(&[dir.path().to_owned()], Path::new("nowhere"));
        assert_eq!(found.inputs.len(), 1);
        assert_eq!(found.failures.len(), 1);
    }
}
