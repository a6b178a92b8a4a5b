//! A speech engine that ends the program takes its call with it and nothing else: out of memory, killed, orphaned; in
//! `analyze`, `record --analyze` and `demo`.
//!
//! `RAPPORT_SOAK=1` tries what takes minutes (`scripts/soak` sets it).

#![cfg(all(target_os = "linux", feature = "whisper"))]

#[cfg(feature = "record")]
#[path = "common/sound_server.rs"]
mod sound_server;
#[path = "common/spoken.rs"]
mod spoken;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

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

/// The first half minute of a side of a spoken call.
static SPOKEN: LazyLock<Vec<f32>> = LazyLock::new(|| spoken::sides("bakery-launch", 30).remove(0));

/// A folder with this many recordings, each another one, and a transcript.
fn calls(recordings: usize) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("calls");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..recordings {
        spoken::write(&folder.join(format!("2026-03-{:02} call.wav", number + 1)), &[&SPOKEN[number..]]);
    }
    std::fs::write(folder.join("2026-04-01 typed.vtt"), TRANSCRIPT).unwrap();
    home
}

/// `rapport` after `before` in a shell.
fn rapport_after(before: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{before} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_rapport")]);
    command
}

/// `rapport analyze calls` in this home, after `before` in a shell.
fn analyze(home: &Path, before: &str, more: &[&str]) -> Command {
    let mut command = rapport_after(before);
    command.args(["analyze", "calls", "-o", "out", "--json", "--format", "none", "--model"]);
    command.arg(demo("ggml-rapport-demo.bin")).args(more);
    in_home(command, home)
}

/// `rapport demo` in this home, after `before` in a shell.
fn the_demo(home: &Path, before: &str) -> Command {
    let mut command = rapport_after(before);
    command.args(["demo", "-o"]).arg(home.join("shown"));
    let mut command = in_home(command, home);
    // The demo's recordings and model are found from the repository, wherever the program was built.
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn in_home(mut command: Command, home: &Path) -> Command {
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

/// The folders of the two processes' notes.
fn notes(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("rapport-"))
        .map(|entry| entry.path())
        .collect()
}

fn has_notes(folder: &Path) -> bool {
    !notes(folder).is_empty()
}

/// Whether a worker has begun a call.
fn has_begun(folder: &Path) -> bool {
    notes(folder).iter().any(|notes| std::fs::read_to_string(notes.join("journal")).is_ok_and(|told| !told.is_empty()))
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

/// whisper.cpp calls a debugger when it ends the program, which prints what functions were called with.
#[test]
fn no_debugger_looks_into_a_worker_that_ends() {
    let home = calls(1);
    let (programs, called) = (home.path().join("bin"), home.path().join("called"));
    std::fs::create_dir(&programs).unwrap();
    for name in ["gdb", "lldb"] {
        std::fs::write(programs.join(name), format!("#!/bin/sh\n: >'{}'\n", called.display())).unwrap();
        std::fs::set_permissions(programs.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    // Which limit is met by whisper.cpp rather than by what comes before depends on the machine.
    let ends = (10..20).map(|step| (step * 50) << 10).find(|limit| {
        let mut command = analyze(home.path(), &format!("ulimit -v {limit};"), &["-j", "1", "--force"]);
        let done = command.env("PATH", format!("{}:/usr/bin:/bin", programs.display())).output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(!called.exists(), "{said}");
        said.contains("GGML_ASSERT")
    });
    assert!(ends.is_some(), "whisper.cpp ended at no limit");
    println!("a debugger beside a dying worker: cases: 1, failures: 0");
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
    assert!(!has_notes(home.path()), "notes are left");
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
    wait_for("the end of its notes", || (!has_notes(home.path())).then_some(()));
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

#[test]
fn out_of_memory_in_the_demo_is_told_by_name() {
    let home = tempfile::tempdir().unwrap();
    let done = the_demo(home.path(), &format!("ulimit -v {TOO_LITTLE_KIB};")).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(1), "{said}");
    for call in ["bakery-launch", "long-story", "shop-photos"] {
        let told = |line: &str| line.contains(call) && line.contains("ended at this call");
        assert!(said.lines().any(told), "{call}: {said}");
    }
    assert!(!said.contains("panicked") && !has_notes(home.path()), "{said}");
    println!("out of memory in the demo: cases: 3, failures: 0");
    // With enough memory, and a worker that is killed once: some minutes of sound.
    if std::env::var_os("RAPPORT_SOAK").is_none() {
        return;
    }
    let child = the_demo(home.path(), "").spawn().unwrap();
    let reports = home.path().join("shown/reports");
    wait_for("the first call", || has_begun(home.path()).then_some(()));
    kill(wait_for("the worker", || worker_of(&child)));
    let done = child.wait_with_output().unwrap();
    let (said, shown) = (String::from_utf8_lossy(&done.stderr), String::from_utf8_lossy(&done.stdout));
    assert!(done.status.success() && said.contains("signal 9"), "{said}");
    assert!(shown.contains("The page of the call above: "), "{shown}");
    let json = |entry: &std::fs::DirEntry| entry.path().extension().is_some_and(|ending| ending == "json");
    assert_eq!(std::fs::read_dir(&reports).unwrap().filter_map(Result::ok).filter(json).count(), 3, "{said}");
    println!("a killed worker in the demo: cases: 1, failures: 0");
}

/// What was recorded is kept and said to be kept, whatever becomes of its analysis.
#[cfg(feature = "record")]
#[test]
fn out_of_memory_after_a_recording_keeps_the_recording() {
    use sound_server::{CALL, server_or_return};
    let server = server_or_return!(CALL);
    let home = server.dir.path().to_owned();
    spoken::write(&home.join("spoken.wav"), &[&SPOKEN[..]]);
    let model = demo("ggml-rapport-demo.bin");
    let record = |name: &str, before: &str| {
        let playing = server.play(&home.join("spoken.wav"), "call");
        let mut command = server.command("sh");
        command.args(["-c", &format!("{before} exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_rapport")]);
        command.args(["record", "-o", name, "--mic", "microphone", "--system", "others", "--for", "8s", "--json"]);
        command.args(["--analyze", "--reports", "out", "-m"]).arg(&model).current_dir(&home).env("TMPDIR", &home);
        (command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap(), playing)
    };
    let (child, playing) = record("died.wav", &format!("ulimit -v {TOO_LITTLE_KIB};"));
    let done = child.wait_with_output().unwrap();
    drop(playing);
    let (told, said) = outcome(&done);
    assert_eq!(done.status.code(), Some(2), "{told} {said}");
    assert_eq!(
        (&told["files"], &told["analysis"]["failed"]),
        (&serde_json::json!(["died.wav"]), &1.into()),
        "{told} {said}"
    );
    let error = told["analysis"]["calls"][0]["error"].as_str().unwrap();
    assert!(error.contains("ended at this call"), "{error}");
    assert!(said.contains("the recording is kept: died.wav"), "{said}");
    assert!(hound::WavReader::open(home.join("died.wav")).unwrap().duration() >= 7 * 48_000);
    // With enough memory the recording is analysed after all.
    let mut command = server.command(env!("CARGO_BIN_EXE_rapport"));
    command.args(["analyze", "died.wav", "-o", "out", "--json", "-m"]).arg(&model).current_dir(&home);
    let (told, said) = outcome(&command.output().unwrap());
    assert_eq!((&told["written"], &told["failed"]), (&1.into(), &0.into()), "{told} {said}");
    // A worker that is killed once.
    let (child, _playing) = record("killed.wav", "");
    wait_for("the first call", || has_begun(&home).then_some(()));
    kill(wait_for("the worker", || worker_of(&child)));
    let done = child.wait_with_output().unwrap();
    let (told, said) = outcome(&done);
    assert!(said.contains("signal 9"), "{said}");
    assert!(done.status.success() && told["analysis"]["written"] == 1, "{told} {said}");
    assert!(!has_notes(&home), "notes are left");
    println!("out of memory and a killed worker after a recording: cases: 2, failures: 0");
}
