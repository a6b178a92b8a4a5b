//! Files on disk: reports, kept transcripts, and the rule that nobody ever sees half a file.

mod figures;
mod files;
mod limits;
mod marks;
pub(crate) mod read;
mod voices;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration as Wait, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::call::outline::Outline;
use crate::call::report::{Report, SCHEMA};
use crate::error::{Error, Result, untold};
use crate::pipeline::Heard;
use crate::progress::StopFlag;
use crate::render::json;

use limits::{KEPT_BYTES_MAX, REPORT_BYTES_MAX, SEEN_BYTES_MAX};

pub use figures::read_figures;
pub use files::{json_files, place_in};
pub use marks::{marks_file, read_marks, write_marks};
pub use voices::{NAME_BYTES_MAX, forget_voice, keep_voice, read_voices};

/// Folder beside the reports that holds what can be made again: transcripts, digests, locks.
const KEPT: &str = ".rapport";

/// Changes when the layout of a kept transcript or the meaning of its parts does.
const KEPT_VERSION: u32 = 3;

/// How often a call that another process works on is looked at again.
const LOCK_POLL: Wait = Wait::from_millis(200);

/// Hex digits of a content id: 128 bits of BLAKE3.
const ID_DIGITS: usize = 32;

/// Hex digits of the digest in front of a kept transcript.
const SEAL_DIGITS: usize = 32;

/// A folder of reports.
#[derive(Debug, Clone)]
pub struct Store {
    out: PathBuf,
}

/// The part of a report that every schema has.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// What is remembered of a file's content, so that an unchanged file is not read again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    bytes: u64,
    modified_ns: u128,
    id: String,
}

/// The sole right to work on one call of the folder, until dropped; the system gives it back even after a crash.
#[derive(Debug)]
pub struct CallLock {
    _file: File,
}

impl Store {
    /// The folder of reports at `out`, made if it is not there.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be made.
    pub fn open(out: &Path) -> Result<Self> {
        for folder in ["transcripts", "seen", "locks"] {
            let path = out.join(KEPT).join(folder);
            make_private_folders(&path).map_err(Error::io("cannot make the folder", &path))?;
        }
        Ok(Self { out: out.to_owned() })
    }

    /// The folder.
    #[must_use]
    pub fn out(&self) -> &Path {
        &self.out
    }

    /// Digest of a file's bytes. The last answer is used while size and time of change are the same, unless `fresh`.
    ///
    /// # Errors
    /// [`Error::Io`] if the file cannot be read.
    pub fn content_id(&self, path: &Path, fresh: bool) -> Result<String> {
        let failed = || Error::io("cannot read", path);
        let meta = std::fs::metadata(path).map_err(failed())?;
        if !meta.is_file() {
            return Err(failed()(read::no_file()));
        }
        let modified_ns = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified_ns = modified_ns.map_or(0, |since| since.as_nanos());
        let note = self.kept("seen", &path_digest(path));
        let remembered = read_seen(&note);
        if let Some(seen) = remembered
            && !fresh
            && (seen.bytes, seen.modified_ns) == (meta.len(), modified_ns)
            && modified_ns != 0
        {
            return Ok(seen.id);
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(path).map_err(failed())?).map_err(failed())?;
        let id = hasher.finalize().to_hex()[..ID_DIGITS].to_owned();
        let seen = Seen { bytes: meta.len(), modified_ns, id: id.clone() };
        write_atomic(&note, &to_json(&seen))?;
        Ok(id)
    }

    /// A transcript kept under this key, if there is one that is as it was written: a digest in front of it says so. What
    /// was damaged is heard anew.
    #[must_use]
    pub fn kept_transcript(&self, key: &str) -> Option<Heard> {
        let bytes = read::bounded(&self.kept("transcripts", &versioned(key)), KEPT_BYTES_MAX).ok()?;
        let (head, told) = bytes.split_at_checked(SEAL_DIGITS + 1)?;
        (head == seal(told).as_bytes()).then(|| serde_json::from_slice(told).ok()).flatten()
    }

    /// Keeps a transcript under this key.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be written.
    pub fn keep_transcript(&self, key: &str, heard: &Heard) -> Result<()> {
        let told = to_json(heard);
        write_atomic(&self.kept("transcripts", &versioned(key)), &[seal(&told).as_bytes(), &told].concat())
    }

    /// Waits for the sole right to work on the call with this content id.
    ///
    /// # Errors
    /// [`Error::Stopped`] when the user does not want to wait longer, [`Error::Io`] if the lock cannot be made.
    pub fn lock(&self, id: &str, stop: &StopFlag) -> Result<CallLock> {
        let path = self.out.join(KEPT).join("locks").join(id);
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(Error::io("cannot write", &path))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(CallLock { _file: file }),
                Err(std::fs::TryLockError::WouldBlock) => {
                    stop.check()?;
                    std::thread::sleep(LOCK_POLL);
                }
                Err(std::fs::TryLockError::Error(failure)) => return Err(Error::io("cannot lock", &path)(failure)),
            }
        }
    }

    /// Removes all that is kept of the call with this content id: transcripts, digests, locks. The files removed.
    ///
    /// # Errors
    /// [`Error::Io`] if the folder cannot be read or a file cannot be removed.
    pub fn forget_kept(&self, id: &str) -> Result<Vec<PathBuf>> {
        self.forget_in(&["transcripts", "seen", "locks"], id)
    }

    /// Removes the transcripts that are kept of the call.
    ///
    /// # Errors
    /// As [`Store::forget_kept`].
    pub fn forget_transcripts(&self, id: &str) -> Result<()> {
        self.forget_in(&["transcripts"], id).map(drop)
    }

    fn forget_in(&self, folders: &[&str], id: &str) -> Result<Vec<PathBuf>> {
        let mut removed = Vec::new();
        for folder in folders {
            let folder = self.out.join(KEPT).join(folder);
            let entries = match std::fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(failure) if failure.kind() == std::io::ErrorKind::NotFound => continue,
                Err(failure) => return Err(Error::io("cannot look into", &folder)(failure)),
            };
            let mut paths: Vec<_> = entries.filter_map(std::result::Result::ok).map(|entry| entry.path()).collect();
            paths.sort();
            for path in paths {
                // Transcripts and locks carry the id in their names, digests inside.
                let named = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(id));
                if named || read_seen(&path).is_some_and(|seen| seen.id == id) {
                    std::fs::remove_file(&path).map_err(Error::io("cannot remove", &path))?;
                    removed.push(path);
                }
            }
        }
        Ok(removed)
    }

    fn kept(&self, folder: &str, name: &str) -> PathBuf {
        self.out.join(KEPT).join(folder).join(format!("{name}.json"))
    }
}

fn read_seen(note: &Path) -> Option<Seen> {
    let bytes = read::bounded(note, SEEN_BYTES_MAX).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Digest of a kept transcript in hex digits, and the end of its line.
fn seal(told: &[u8]) -> String {
    format!("{}\n", &blake3::hash(told).to_hex()[..SEAL_DIGITS])
}

fn versioned(key: &str) -> String {
    format!("{key}-{KEPT_VERSION}")
}

fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own types have string keys and finite numbers")
}

/// Short digest of where a file lies.
#[must_use]
pub fn path_digest(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    blake3::hash(whole.as_os_str().as_encoded_bytes()).to_hex()[..16].to_owned()
}

/// Makes a folder and those above it, where they are not there yet, so that only their owner can look into them: what is
/// written here tells what people said.
///
/// # Errors
/// What the system says.
pub fn make_private_folders(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a file so that it is there whole or not at all, also after a power cut: beside it first, synced, then renamed.
///
/// # Errors
/// [`Error::Io`]; the old file, if there was one, is untouched then.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || Error::io("cannot write", path);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    make_private_folders(folder).map_err(failed())?;
    let mut beside = tempfile::Builder::new().prefix(".rapport-").tempfile_in(folder).map_err(failed())?;
    beside.write_all(bytes).map_err(failed())?;
    beside.as_file().sync_all().map_err(failed())?;
    beside.persist(path).map_err(|failure| failed()(failure.error))?;
    Ok(())
}

/// Reads a report.
///
/// # Errors
/// [`Error::Io`] if the file cannot be read, [`Error::Report`] if it is none or of a later schema.
pub fn read_report(path: &Path) -> Result<Report> {
    let report = read_as(path)?;
    limits::beyond(&report).map_or(Ok(report), |why| Err(Error::Report { path: path.to_owned(), why }))
}

/// Reads a report without its transcript.
///
/// # Errors
/// As [`read_report`].
pub fn read_outline(path: &Path) -> Result<Outline> {
    read_as(path)
}

fn read_as<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let refused = |why: String| Error::Report { path: path.to_owned(), why };
    let bytes = read::bounded(path, REPORT_BYTES_MAX).map_err(Error::io("cannot read", path))?;
    match serde_json::from_slice::<Version>(&bytes) {
        Ok(version) if version.schema != SCHEMA => Err(refused(other_schema(version.schema))),
        Ok(_) => serde_json::from_slice(&bytes).map_err(|failure| refused(untold(&failure))),
        Err(failure) => Err(refused(format!("wanted JSON with a `schema` number; {}", untold(&failure)))),
    }
}

/// Why a report of this schema is not read, and what to do.
fn other_schema(schema: u32) -> String {
    let next = if schema > SCHEMA { "install the newer rapport that wrote it" } else { "analyze the call again" };
    format!("it has schema {schema}, wanted {SCHEMA}; {next}")
}

/// Writes a report.
///
/// # Errors
/// As [`write_atomic`].
pub fn write_report(path: &Path, report: &Report) -> Result<()> {
    write_atomic(path, json::json(report).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/er/report.json");
        write_atomic(&path, b"old").unwrap();
        // A folder cannot be replaced by a file: the rename fails after everything was written.
        let folder = dir.path().join("deep/folder");
        std::fs::create_dir(&folder).unwrap();
        assert!(write_atomic(&folder, b"new").is_err());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let left: Vec<_> =
            std::fs::read_dir(dir.path().join("deep")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[test]
    fn content_ids_follow_the_content() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("out")).unwrap();
        let path = dir.path().join("a.wav");
        std::fs::write(&path, b"one").unwrap();
        let first = store.content_id(&path, false).unwrap();
        assert_eq!(first.len(), ID_DIGITS);
        assert_eq!(store.content_id(&path, false).unwrap(), first);
        std::fs::write(&path, b"other").unwrap();
        assert_ne!(store.content_id(&path, false).unwrap(), first);
        let copy = dir.path().join("b.wav");
        std::fs::write(&copy, b"one").unwrap();
        assert_eq!(store.content_id(&copy, false).unwrap(), first);
    }

    fn heard() -> Heard {
        let transcript = crate::call::transcript::Transcript {
            language: Some("en".into()),
            basis: crate::call::transcript::Basis::None,
            attribution_confidence: None,
            speakers: Vec::new(),
            speech: Vec::new(),
            utterances: vec![crate::call::transcript::Utterance {
                span: crate::call::time::Span::from_ms(0, 900),
                speaker: None,
                text: "The invoice is due.".into(),
                words: None,
                confidence: None,
            }],
            duration: crate::call::time::Duration::from_ms(1000),
            warnings: Vec::new(),
        };
        Heard {
            channels: 1,
            sample_rate: 16_000,
            started_at: None,
            title: None,
            transcriber: "x".into(),
            voices: None,
            transcript,
            prosody: Vec::new(),
            voice_prints: Vec::new(),
        }
    }

    #[test]
    fn a_kept_transcript_that_was_cut_or_changed_anywhere_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        store.keep_transcript("x-y", &heard()).unwrap();
        assert_eq!(store.kept_transcript("x-y"), Some(heard()));
        let path = store.kept("transcripts", &versioned("x-y"));
        let whole = std::fs::read(&path).unwrap();
        for length in 0..whole.len() {
            std::fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(store.kept_transcript("x-y"), None, "cut at {length}");
        }
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&path, &bytes).unwrap();
            assert_eq!(store.kept_transcript("x-y"), None, "bit {bit}");
        }
        println!("kept transcripts cut and changed: cases: {}, failures: 0", whole.len() * 9);
    }

    #[test]
    fn a_locked_call_is_waited_for_until_the_user_stops() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let stop = StopFlag::default();
        let held = store.lock("x", &stop).unwrap();
        stop.stop();
        assert!(matches!(store.lock("x", &stop), Err(Error::Stopped)));
        drop(held);
        assert!(store.lock("x", &stop).is_ok());
    }

    #[test]
    fn what_is_no_report_is_refused_with_the_reason() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.json");
        for (text, reason) in [("{\"schema\": 9}", "schema 9, wanted 1"), ("{}", "`schema`"), ("nope", "JSON")] {
            std::fs::write(&path, text).unwrap();
            let said = read_report(&path).unwrap_err().to_string();
            assert!(said.contains(reason) && said.contains("x.json"), "{said}");
        }
    }
}
