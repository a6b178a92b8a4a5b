//! What was heard in recordings: the same bytes everywhere, and told in the reports alone.
//!
//! `RAPPORT_SOAK=1` tries more (`scripts/soak` sets it).

#![cfg(all(unix, feature = "whisper"))]

#[path = "common/spoken.rs"]
mod spoken;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// Seconds of each recording.
const SECS: usize = 20;

/// Words in a row that are enough to know a call by.
const WORDS: usize = 3;

/// A text's words in small letters, one space between them.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn demo(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo").join(place)
}

/// The beginnings of two bundled calls; the first makes the guards drop a text.
fn write_calls(folder: &Path) {
    std::fs::create_dir(folder).unwrap();
    for (name, call) in [("2026-03-01 bakery", "bakery-launch"), ("2026-03-02 photos", "shop-photos")] {
        spoken::write(&folder.join(format!("{name}.wav")), &spoken::sides(call, SECS));
    }
}

fn analyze(home: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    command.args(["analyze", "calls", "-o", "out", "--json", "-m"]).arg(demo("ggml-rapport-demo.bin")).args(more);
    command.current_dir(home).env_clear().env("HOME", home).env("RAPPORT_DATA_DIR", home.join("data"));
    command.stdin(Stdio::null());
    command
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Every file of a folder of reports, what is kept included.
fn bytes_of(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    files(out).into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn threads_time_zones_and_languages_change_no_byte_of_what_was_heard() {
    let home = tempfile::tempdir().unwrap();
    write_calls(&home.path().join("calls"));
    let all = [
        ("1", "UTC", "C"),
        ("16", "Asia/Tokyo", "tr_TR.UTF-8"),
        ("2", "America/St_Johns", "ar_EG"),
        ("2", "Pacific/Kiritimati", "de_DE.UTF-8"),
        ("16", "UTC", "C"),
        ("1", "Asia/Kathmandu", "fr_FR.UTF-8"),
    ];
    let worlds = if std::env::var_os("RAPPORT_SOAK").is_some() { &all[..] } else { &all[..3] };
    let mut wanted = None;
    for (jobs, zone, locale) in worlds {
        let mut command = analyze(home.path(), &["-j", jobs, "--format", "html,md,srt,vtt,txt,csv"]);
        let done = command.env("TZ", zone).env("LC_ALL", locale).env("LANG", locale).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let found = bytes_of(&home.path().join("out"));
        std::fs::remove_dir_all(home.path().join("out")).unwrap();
        let wanted = wanted.get_or_insert_with(|| found.clone());
        let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(wanted), names(&found), "{jobs} jobs in {zone} with {locale}");
        let other: Vec<_> = wanted.iter().filter(|(path, bytes)| &found[*path] != *bytes).map(|one| one.0).collect();
        assert!(other.is_empty(), "{jobs} jobs in {zone} with {locale}: {other:?}");
    }
    println!("recordings heard by other numbers of threads and elsewhere: cases: {}, failures: 0", worlds.len());
}

/// No three words in a row that were heard are on the screen or in a file outside the reports, however much logs are asked for.
#[test]
fn nothing_that_was_heard_goes_to_a_log() {
    let home = tempfile::tempdir().unwrap();
    write_calls(&home.path().join("calls"));
    std::fs::create_dir(home.path().join("tmp")).unwrap();
    let mut command = analyze(home.path(), &[]);
    command.env("RUST_LOG", "trace").env("GGML_LOG_LEVEL", "debug").env("WHISPER_LOG_LEVEL", "debug");
    let done = command.env("TMPDIR", home.path().join("tmp")).output().unwrap();
    assert!(done.status.success());
    let (mut phrases, mut quotes) = (BTreeSet::new(), 0);
    for report in files(&home.path().join("out")) {
        if report.extension().is_none_or(|ending| ending != "json")
            || report.starts_with(home.path().join("out/.rapport"))
        {
            continue;
        }
        let report: Value = serde_json::from_slice(&std::fs::read(report).unwrap()).unwrap();
        let utterances = report["utterances"].as_array().unwrap().iter();
        let heard = utterances.map(|utterance| utterance["text"].as_str().unwrap().to_owned());
        // What was heard and not believed, between quotation marks.
        let warnings = report["warnings"].as_array().unwrap().iter().filter(|one| one["code"] == "dropped_text");
        let dropped = warnings.filter_map(|one| one["text"].as_str()?.split('"').nth(1));
        let dropped: Vec<_> = dropped.map(ToOwned::to_owned).collect();
        quotes += dropped.len();
        for text in heard.chain(dropped) {
            let text = plain(&text);
            let all: Vec<_> = text.split(' ').collect();
            phrases.extend(all.windows(WORDS).map(|words| words.join(" ")));
        }
    }
    let told = |bytes: &[u8]| {
        let text = plain(&String::from_utf8_lossy(bytes));
        phrases.iter().filter(|phrase| text.contains(*phrase)).cloned().collect::<Vec<_>>()
    };
    assert!(phrases.len() >= 20, "{phrases:?}");
    println!("texts that were heard and not believed: {quotes}");
    let said = told(&[&done.stdout[..], &done.stderr[..]].concat());
    assert_eq!(said, Vec::<String>::new(), "{}", String::from_utf8_lossy(&done.stderr));
    let reports = home.path().join("out");
    for file in files(home.path()).iter().filter(|file| !file.starts_with(&reports)) {
        assert_eq!(told(&std::fs::read(file).unwrap()), Vec::<String>::new(), "{}", file.display());
    }
    assert!(files(&reports).iter().any(|file| !told(&std::fs::read(file).unwrap()).is_empty()), "the reports tell it");
    println!("words in a row that were heard, looked for in what is no report: cases: {}, failures: 0", phrases.len());
}
