//! A speech engine that ends the program takes its call with it and nothing else: out of memory, killed, orphaned.

#![cfg(all(target_os = "linux", feature = "whisper"))]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use rapport::ingest::recording;
use rapport::progress::StopFlag;
use serde_json::Value;

/// How long anything here may take.
const WAIT: Duration = Duration::from_secs(300);

/// Address space, in KiB, that is enough for everything but a state of whisper.cpp.
const TOO_LITTLE_KIB: u32 = 400 << 10;

const TRANSCRIPT: &str = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Nate>Good morning, can you hear me?\n\n00:05.000 --> 00:09.000\n\
                          <v Jodie>Yes, hi. The invoice is due.\n";

fn demo(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo").join(place)
}

/// The first half minute of a spoken call, 16 kHz.
static SPOKEN: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let call = recording::read_with(&demo("calls/bakery-launch.opus"), &StopFlag::default(), None).unwrap();
    let (track, mut samples) = (&call.tracks[0], Vec::new());
    track.read_samples(0, 30 * 16_000, &mut samples);
    samples
});

/// A folder with this many recordings, each another one, and a transcript.
fn calls(recordings: usize) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("calls");
    std::fs::create_dir(&folder).unwrap();
    let format = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    for number in 0..recordings {
        let mut file =
            hound::WavWriter::create(folder.join(format!("2026-03-{:02} call.wav", number + 1)), format).unwrap();
        for sample in &SPOKEN[number..] {
            file.write_sample((sample * f32::from(i16::MAX)) as i16).unwrap();
        }
        file.finalize().unwrap();
    }
    std::fs::write(folder.join("2026-04-01 typed.vtt"), TRANSCRIPT).unwrap();
    home
}

/// `rapport analyze calls` in this home, after `before` in a shell.
fn analyze(home: &Path, before: &str, more: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{before} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_rapport")]);
    command.args(["analyze", "calls", "-o", "out", "--json", "--format", "none", "--model"]);
    command.arg(demo("ggml-rapport-demo.bin")).args(more);
    command.current_dir(home).env_clear().env("HOME", home).env("TMPDIR", home).env("PATH", "/usr/bin:/bin");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn outcome(done: &Output) -> (Value, String) {
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    (serde_json::from_slice(&done.stdout).unwrap_or_else(|why| panic!("{why}: {said}")), said)
}

/// The process that works for this one.
fn worker_of(child: &Child) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", child.id())).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + WAIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < until, "{what} does not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill(process: u32) {
    assert!(Command::new("kill").args(["-9", &process.to_string()]).status().unwrap().success());
}

#[test]
fn out_of_memory_fails_the_recordings_by_name_and_nothing_else() {
    let home = calls(2);
    let done = analyze(home.path(), &format!("ulimit -v {TOO_LITTLE_KIB};"), &["-j", "2"]).output().unwrap();
    let (told, said) = outcome(&done);
    assert_eq!(done.status.code(), Some(2), "{said}");
    assert_eq!((&told["written"], &told["failed"]), (&1.into(), &2.into()), "{told} {said}");
    let errors: Vec<_> = told["calls"].as_array().unwrap().iter().filter_map(|call| call["error"].as_str()).collect();
    assert!(errors.len() == 2 && errors.iter().all(|error| error.contains("ended at this call")), "{errors:?} {said}");
    assert!(said.contains("2026-03-01 call") && said.contains("2026-03-02 call"), "{said}");
    // With enough memory the same command finishes what is missing.
    let done = analyze(home.path(), "", &[]).output().unwrap();
    let (told, said) = outcome(&done);
    assert!(done.status.success(), "{said}");
    assert_eq!((&told["written"], &told["unchanged"]), (&2.into(), &1.into()), "{told}");
    println!("out of memory: cases: 2, failures: 0");
}

#[test]
fn a_killed_worker_loses_nothing() {
    let home = calls(4);
    let out = home.path().join("out");
    let child = analyze(home.path(), "", &["-j", "2", "--force"]).spawn().unwrap();
    // In the middle of the work: one call is done, others are not.
    let json = |path: PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let done = || std::fs::read_dir(&out).ok()?.filter_map(Result::ok).any(|file| json(file.path())).then_some(());
    wait_for("the first report", done);
    kill(wait_for("the worker", || worker_of(&child)));
    let done = child.wait_with_output().unwrap();
    let (told, said) = outcome(&done);
    assert!(done.status.success(), "{said}");
    assert!(said.contains("signal 9"), "{said}");
    assert_eq!((&told["written"], &told["failed"]), (&5.into(), &0.into()), "{told} {said}");
    let left: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with("rapport-")), "notes are left: {left:?}");
    println!("killed workers: cases: 1, failures: 0");
}

#[test]
fn a_worker_ends_with_the_command_and_takes_the_notes_away() {
    let home = calls(3);
    let mut child = analyze(home.path(), "", &["-j", "1"]).spawn().unwrap();
    let worker = wait_for("the worker", || worker_of(&child));
    let name = format!("/proc/{worker}/cmdline");
    wait_for("its work", || home.path().join("out/.rapport").exists().then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
    let gone = || std::fs::read(&name).map_or(true, |line| line.is_empty());
    wait_for("the end of the worker", || gone().then_some(()));
    let notes = || {
        std::fs::read_dir(home.path())
            .unwrap()
            .filter_map(Result::ok)
            .any(|entry| entry.file_name().to_string_lossy().starts_with("rapport-"))
    };
    wait_for("the end of its notes", || (!notes()).then_some(()));
}

#[test]
fn a_polite_kill_stops_the_worker_cleanly() {
    let home = calls(3);
    let child = analyze(home.path(), "", &["-j", "1"]).spawn().unwrap();
    wait_for("the worker", || worker_of(&child));
    wait_for("its work", || home.path().join("out/.rapport").exists().then_some(()));
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let done = child.wait_with_output().unwrap();
    let (told, said) = outcome(&done);
    assert_eq!(done.status.code(), Some(130), "{said}");
    assert!(told["not_done"].as_u64().unwrap() > 0 && told["failed"] == 0, "{told}");
    assert_eq!(said.matches("stopping: what is done is kept").count(), 1, "{said}");
}
