//! No connection is opened: every command but `models pull` with an eye on its system calls, and the demo where there is no
//! network at all: a name space of its own, with no interface but a dead loopback.
//!
//! Linux only, and only where users may do such things; elsewhere the tests say so and check nothing.

#![cfg(target_os = "linux")]

#[cfg(feature = "record")]
#[path = "common/sound_server.rs"]
mod sound_server;
#[path = "common/spoken.rs"]
mod spoken;

use std::path::Path;
use std::process::{Command, Output, Stdio};

const TRANSCRIPT: &str = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Nate>Good morning, can you hear me?\n\n00:05.000 --> 00:09.000\n\
                          <v Jodie>Yes, hi. The invoice is due.\n";

/// Some seconds of a spoken call as a file.
fn write_spoken(path: &Path) {
    spoken::write(path, &spoken::sides("shop-photos", 12));
}

/// Runs `command`, whose first arguments are for strace, and gives what it and all its processes asked of the network.
/// `None`, with a word on it, where this machine does not let anybody look on.
fn traced(mut command: Command, trace: &Path, arguments: &[&str]) -> Option<(Output, Vec<String>)> {
    command.args(["-f", "-e", "trace=%network", "-o"]).arg(trace).arg(env!("CARGO_BIN_EXE_rapport")).args(arguments);
    let Ok(done) = command.stdin(Stdio::null()).output() else {
        println!("not checked: strace is not here");
        return None;
    };
    let seen = std::fs::read_to_string(trace).unwrap_or_default();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if !done.status.success() && (seen.is_empty() || said.contains("ptrace")) {
        println!("not checked: this machine does not let strace look on: {said}");
        return None;
    }
    assert!(done.status.success(), "{arguments:?}: {said}");
    // The last line of each process tells how it ended: without one, nothing was seen.
    assert!(seen.contains("+++ exited with 0 +++"), "{arguments:?}: {seen}");
    let asks = |line: &&str| line.contains("socket(") || line.contains("socketpair(") || line.contains("connect(");
    Some((done, seen.lines().filter(asks).map(ToOwned::to_owned).collect()))
}

/// Every command but `models pull` and `record` works without a socket of any kind.
#[test]
fn no_connection_is_opened() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("calls")).unwrap();
    std::fs::write(home.path().join("calls/2026-03-01 call.vtt"), TRANSCRIPT).unwrap();
    std::fs::write(home.path().join("calls/2026-03-02 call.vtt"), TRANSCRIPT).unwrap();
    write_spoken(&home.path().join("spoken.wav"));
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/ggml-rapport-demo.bin");
    let model = model.to_str().unwrap();
    let report = "out/2026-03-02 call.json";
    let commands: [&[&str]; 14] = [
        &["analyze", "calls", "-o", "out"],
        &["show", report],
        &["export", report, "--to", "md"],
        &["compare", "out"],
        &["mark", "2026-03-10", "time box", "--reports", "out"],
        &["relabel", report, "A=Nathan"],
        &["forget", report, "-o", "out"],
        &["voice", "list"],
        &["models", "list"],
        &["models", "path", model],
        &["completions", "bash"],
        &["demo", "-o", "demo"],
        &["--help"],
        // The last: without speech to text it cannot be done.
        &["analyze", "spoken.wav", "-o", "heard", "-m", model],
    ];
    let possible = if cfg!(feature = "whisper") { &commands[..] } else { &commands[..13] };
    for arguments in possible {
        let mut command = Command::new("strace");
        command.current_dir(home.path()).env("HOME", home.path()).env("RAPPORT_DATA_DIR", home.path().join("data"));
        let Some((_, sockets)) = traced(command, &home.path().join("trace"), arguments) else { return };
        assert!(sockets.is_empty(), "{arguments:?}: {sockets:?}");
    }
    println!("commands without a socket: cases: {}, failures: 0", possible.len());
}

/// Recording speaks to this machine's sound server, through a socket that is a file, and to nothing else; nor does the
/// analysis behind it.
#[cfg(feature = "record")]
#[test]
fn recording_speaks_to_the_sound_server_alone() {
    use sound_server::{CALL, server_or_return};
    let server = server_or_return!(CALL);
    let home = server.dir.path().to_owned();
    write_spoken(&home.join("spoken.wav"));
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/ggml-rapport-demo.bin");
    let record: Vec<&str> =
        ["record", "-o", "call.wav", "--mic", "microphone", "--system", "others", "--for", "6s"].into();
    let analyze = ["--analyze", "--reports", "out", "-m", model.to_str().unwrap()];
    let commands = [vec!["devices"], [&record[..], if cfg!(feature = "whisper") { &analyze } else { &[] }].concat()];
    for arguments in &commands {
        let _playing = server.play(&home.join("spoken.wav"), "call");
        let mut command = server.command("strace");
        command.current_dir(&home);
        let Some((_, sockets)) = traced(command, &home.join("trace"), arguments) else { return };
        // `socket(AF_UNIX, ...)`, `connect(3, {sa_family=AF_UNIX, sun_path="..."}, ...)`
        let here = |line: &String| line.contains("(AF_UNIX, ") || line.contains("{sa_family=AF_UNIX, sun_path=");
        let elsewhere: Vec<_> = sockets.iter().filter(|line| !here(line)).collect();
        assert!(elsewhere.is_empty(), "{arguments:?}: {elsewhere:?}");
        let own = format!("sun_path=\"{}", home.display());
        assert!(sockets.iter().any(|line| line.contains(&own)), "{arguments:?}: the server was spoken to: {sockets:?}");
    }
    assert!(home.join("call.wav").exists());
    if cfg!(feature = "whisper") {
        assert!(home.join("out/call.json").exists());
    }
    println!("recording through local sockets alone: cases: {}, failures: 0", commands.len());
}

/// Runs a program without a network. `None` where the machine does not allow that.
#[cfg(feature = "whisper")]
fn without_network(program: &str, arguments: &[&str], home: &Path) -> Option<Output> {
    let unshare = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--net", "--"]);
        command
    };
    if !unshare().arg("true").output().is_ok_and(|output| output.status.success()) {
        eprintln!("not checked: this machine does not let a user make a network name space (unshare --user --net)");
        return None;
    }
    // The model is found from the repository, wherever the program was built.
    let mut command = unshare();
    command.arg(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env("HOME", home).env("RAPPORT_DATA_DIR", home.join("data")).env("NO_COLOR", "1");
    Some(command.output().unwrap())
}

#[cfg(feature = "whisper")]
#[test]
fn the_demo_needs_no_network() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("demo");
    let arguments = ["demo", "--out", out.to_str().unwrap()];
    let Some(output) = without_network(env!("CARGO_BIN_EXE_rapport"), &arguments, home.path()) else { return };
    let (said, told) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{said}{told}");
    // Heard, not read: the demo falls back to transcripts where it finds no model.
    assert!(said.contains("small speech model of our own"), "{said}");
    assert!(said.contains("rapport models pull base"), "{said}");
    let page = said.lines().find_map(|line| line.strip_prefix("The page of the call above: ")).unwrap();
    assert!(std::fs::read_to_string(page).unwrap().to_lowercase().starts_with("<!doctype html>"), "{page}");
    assert_eq!(
        std::fs::read_dir(out.join("reports"))
            .unwrap()
            .filter(|entry| { entry.as_ref().unwrap().path().extension().is_some_and(|extension| extension == "json") })
            .count(),
        3
    );
}
