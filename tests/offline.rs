//! The demo where there is no network at all: a name space of its own, with no interface but a dead loopback.
//!
//! Linux only, and only where users may make such a space; elsewhere the test says so and checks nothing.

#![cfg(all(target_os = "linux", feature = "whisper"))]

use std::path::Path;
use std::process::{Command, Output};

/// Runs a program without a network. `None` where the machine does not allow that.
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
