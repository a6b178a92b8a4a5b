//! What is fuzzed: bytes that pretend to be a file of ours. Whatever they are, the answer is a value or an error.
//!
//! `scripts/fuzz` feeds these from a fuzzer; `tests/fuzz_corpus.rs` from the committed corpus.

#![allow(dead_code, reason = "each fuzz target uses one of them")]

use std::path::{Path, PathBuf};

use rapport::error::Error;
use rapport::findings::FindingSettings;
use rapport::ingest::inputs::{Input, InputKind};
use rapport::ingest::{recording, transcript as import};
use rapport::options::{CallFlags, call_settings};
use rapport::pipeline::{self, CallSettings, FileFacts, Heard};
use rapport::progress::StopFlag;
use rapport::render::html::Around;
use rapport::store::{read_figures, read_marks, read_outline, read_report};
use rapport::transcribe;

/// Endings that the first byte of a recording chooses from; the last leaves the choice to the content.
pub(crate) const SOUND_ENDINGS: [&str; 9] = ["wav", "flac", "mp3", "m4a", "ogg", "webm", "aiff", "caf", "bin"];

/// The same for transcripts.
pub(crate) const TEXT_ENDINGS: [&str; 4] = ["vtt", "srt", "json", "txt"];

thread_local! {
    /// One folder a thread: making and removing one takes longer than most of what is tried in it.
    static FOLDER: tempfile::TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// A file with these bytes, alone in its folder, under a name that stays the same so that messages do.
struct Bytes {
    folder: PathBuf,
    path: PathBuf,
}

impl Bytes {
    fn new(name: &str, bytes: &[u8]) -> Self {
        let folder = FOLDER.with(|folder| folder.path().to_owned());
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("room for a small file");
        Self { folder, path }
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.path));
    }
}

/// The ending that the first byte chooses, and the rest.
fn split<'a>(bytes: &'a [u8], endings: &[&'static str]) -> Option<(&'static str, &'a [u8])> {
    let (first, rest) = bytes.split_first()?;
    Some((endings[usize::from(*first) % endings.len()], rest))
}

/// Errors name the file, or they are of no use in a batch of hundreds.
fn assert_named(failure: &Error, path: &Path) {
    let said = failure.to_string();
    assert!(said.contains(&*path.file_name().expect("a name").to_string_lossy()), "{said}");
}

/// Sound.
pub(crate) fn decode(bytes: &[u8]) {
    let Some((ending, rest)) = split(bytes, &SOUND_ENDINGS) else { return };
    let file = Bytes::new(&format!("x.{ending}"), rest);
    // No `ffmpeg`: our own decoders are what is tried.
    match recording::read_with(&file.path, &StopFlag::default(), None) {
        Ok(sound) => assert!(sound.tracks.iter().all(|track| track.len() <= 48 * 3_600 * 16_000)),
        Err(failure) => assert_named(&failure, &file.path),
    }
    let _ = recording::probe(&file.path);
}

/// Transcripts, and everything that is said of them.
pub(crate) fn transcript(bytes: &[u8]) {
    let Some((ending, rest)) = split(bytes, &TEXT_ENDINGS) else { return };
    let file = Bytes::new(&format!("x.{ending}"), rest);
    match import::read(&file.path) {
        Ok(imported) => {
            let heard = Heard {
                channels: 0,
                sample_rate: 0,
                started_at: imported.started_at,
                title: imported.title,
                transcriber: "imported".to_owned(),
                voices: None,
                prosody: Vec::new(),
                voice_prints: Vec::new(),
                transcript: imported.transcript,
            };
            let facts = FileFacts {
                id: "0".to_owned(),
                name: "x".to_owned(),
                folder: None,
                modified: None,
                zone: jiff::tz::TimeZone::UTC,
            };
            let settings = CallSettings { findings: FindingSettings::default(), ..CallSettings::default() };
            let report = pipeline::report(heard, &facts, &settings);
            let told = rapport::render::json::json(&report);
            assert!(told.ends_with("}\n"));
            let _ = rapport::render::html::html(&report, Around::default());
        }
        Err(failure) => assert_named(&failure, &file.path),
    }
}

/// Reports, read back.
pub(crate) fn report(bytes: &[u8]) {
    let file = Bytes::new("x.json", bytes);
    match read_report(&file.path) {
        Ok(report) => {
            let _ = rapport::render::markdown::markdown(&report);
            let _ = rapport::render::html::html(&report, Around { recording: Some("x.wav"), ..Around::default() });
            let _ = rapport::render::subtitles::srt(&report);
        }
        Err(failure) => assert_named(&failure, &file.path),
    }
    let _ = read_outline(&file.path);
    let (calls, left_out) = read_figures(&file.folder).expect("the folder can be read");
    assert_eq!(calls.len() + left_out.len(), 1);
}

/// Settings beside a call, and boundaries beside reports.
pub(crate) fn config(bytes: &[u8]) {
    let file = Bytes::new("marks.toml", bytes);
    if let Err(failure) = read_marks(&file.folder) {
        assert_named(&failure, &file.path);
    }
    let path = file.path.with_extension("wav");
    let input = Input { path, place: "marks.wav".into(), kind: InputKind::Recording, named: true };
    if let Err(failure) = call_settings(&input, &CallFlags::default(), None) {
        assert!(!failure.to_string().is_empty());
    }
}

/// Where the spectrum filters of a speech model begin: behind magic, eleven numbers and their own two.
const FILTERS_AT: usize = 4 * 14;

/// Their length for 80 mel bands of 201 bins: so much that no fuzzer would get past them.
const FILTER_BYTES: usize = 4 * 80 * 201;

/// Speech models, before whisper.cpp sees them: as they are, and with filters put in where they belong.
pub(crate) fn model(bytes: &[u8]) {
    let mut whole = bytes.to_vec();
    if let Some(behind) = bytes.get(FILTERS_AT..) {
        whole.truncate(FILTERS_AT);
        whole.resize(FILTERS_AT + FILTER_BYTES, 0);
        whole.extend(behind);
    }
    for bytes in [bytes, &whole] {
        let file = Bytes::new("x.bin", bytes);
        match transcribe::check(&file.path) {
            Ok(shape) => assert!(shape.window_bytes() > 0),
            Err(failure) => assert_named(&failure, &file.path),
        }
    }
}
