//! The program as its users meet it: what it prints where, what it writes, how it ends.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value;

/// A short call with a warm start, in the labels of a meeting tool.
const WARM: &str = "WEBVTT

00:00.500 --> 00:02.500
<v Nate>Good morning Jodie, can you hear me?

00:03.000 --> 00:04.500
<v Jodie>Loud and clear, good morning.

00:05.000 --> 00:09.000
<v Jodie>We were at the lake with the kids all weekend, it was lovely.

00:09.500 --> 00:12.000
<v Nate>Oh nice, was the water warm?

00:12.400 --> 00:16.000
<v Jodie>Freezing, but my son went swimming anyway, he is mad.

00:16.500 --> 00:20.000
<v Nate>Ha. So, shall we look at the invoice for the website?

00:20.500 --> 00:25.000
<v Jodie>Yes, the invoice. I need the company address on it, and the project number.

00:25.500 --> 00:30.000
<v Nate>I will add the project number and send you the invoice again by Friday.

00:30.500 --> 00:34.000
<v Jodie>And the deadline for the order form is still the fifteenth?

00:34.500 --> 00:38.000
<v Nate>Yes, the order form goes live on the fifteenth.

00:38.500 --> 00:40.000
<v Jodie>Great, thanks. Bye!
";

/// A program that knows nothing of the machine's own settings and models.
fn rapport(home: &Path) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rapport"));
    command.current_dir(home).env_clear().env("HOME", home).env("RAPPORT_DATA_DIR", home.join("data"));
    command
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    rapport(home).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn write(home: &Path, place: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = home.join(place);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, content).unwrap();
    path
}

fn report(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))).unwrap()
}

/// All files below a folder with their bytes, without what can be made again.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            (entry.path().strip_prefix(folder).unwrap().display().to_string(), std::fs::read(entry.path()).unwrap())
        })
        .filter(|(place, _)| !place.starts_with(".rapport"))
        .collect()
}

#[test]
fn one_transcript_becomes_a_report_a_page_and_a_view_in_the_terminal() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "2026-03-05 acme.vtt", WARM);
    let out = run(home.path(), &["analyze", "2026-03-05 acme.vtt", "--client", "Acme", "--me", "nate"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let shown = text(&out.stdout);
    assert!(shown.contains("Acme") && !shown.contains('\u{1b}'), "{shown}");
    let said = text(&out.stderr);
    assert!(said.contains("1 analysed, 0 unchanged, 0 failed"), "{said}");
    let found = report(&home.path().join("reports/2026-03-05 acme.json"));
    assert_eq!(found["schema"], 1);
    assert_eq!(found["call"]["client"], "Acme");
    assert_eq!(found["call"]["started_at"], "2026-03-05");
    assert_eq!(found["call"]["date_source"], "file_name");
    assert_eq!(found["basis"], "transcript_labels");
    assert_eq!(found["speakers"][0]["label"], "Nate");
    assert_eq!(found["speakers"][0]["me"], true);
    assert_eq!(found["utterances"].as_array().unwrap().len(), 11);
    assert!(found["small_talk"]["ratio"].as_f64().unwrap() > 0.1, "{}", found["small_talk"]);
    let page = std::fs::read_to_string(home.path().join("reports/2026-03-05 acme.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_bad_file_is_named_and_the_rest_of_the_batch_goes_on() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/good.vtt", WARM);
    write(home.path(), "calls/sub/also good.vtt", WARM.replace("Jodie", "Zoe"));
    write(home.path(), "calls/bad.vtt", "WEBVTT\n\nno cue here\n");
    write(home.path(), "calls/notes.txt", "milk\neggs\n");
    write(home.path(), "calls/package.json", "{\"name\": \"x\"}");
    let out = run(home.path(), &["analyze", "calls", "gone.wav"]);
    assert_eq!(out.status.code(), Some(2));
    let said = text(&out.stderr);
    for wanted in
        ["bad.vtt", "gone.wav", "2 analysed, 0 unchanged, 2 failed", "passed over", "notes.txt", "package.json"]
    {
        assert!(said.contains(wanted), "{wanted} is missing in:\n{said}");
    }
    let written: Vec<_> = tree(&home.path().join("reports")).into_keys().collect();
    assert_eq!(written, ["good.html", "good.json", "index.html", "sub/also good.html", "sub/also good.json"]);
    assert_eq!(text(&out.stdout).lines().count(), 3, "a heading and two calls:\n{}", text(&out.stdout));
}

/// The page of all calls, without what all pages share.
fn index(home: &Path, folder: &str) -> String {
    let page = std::fs::read_to_string(home.join(folder).join("index.html")).unwrap();
    page.split_once("<main").unwrap().1.split_once("</main>").unwrap().0.to_owned()
}

#[test]
fn a_folder_becomes_a_page_of_all_calls_also_of_earlier_ones() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/2026-03-05 first.vtt", WARM);
    write(home.path(), "calls/deep/er/2026-03-06 <b>second.vtt", WARM.replace("Jodie", "Zoe"));
    write(home.path(), "calls/bad.vtt", "WEBVTT\n\nno cue here\n");
    write(home.path(), "reports/other.json", "{\"name\": \"x\"}");
    write(home.path(), "reports/half.json", "{\"schema\": 1, \"call\": {\"id\": \"");
    let out = run(home.path(), &["analyze", "calls"]);
    assert_eq!(out.status.code(), Some(2), "one call is bad: {}", text(&out.stderr));
    let page = index(home.path(), "reports");
    assert_eq!(page.matches("<tr role=\"row\" data-date").count(), 2);
    assert!(page.contains("href=\"2026-03-05%20first.html\""), "{page}");
    assert!(page.contains("href=\"deep/er/2026-03-06%20%3Cb%3Esecond.html\"") && !page.contains("<b>second"), "{page}");
    assert!(page.find("6 Mar 2026") < page.find("5 Mar 2026"), "latest first");
    for left_out in ["other.json", "half.json"] {
        assert!(page.contains(left_out) && text(&out.stderr).contains(left_out), "{}", text(&out.stderr));
    }
    // The calls lead back to it, from however deep.
    let call = std::fs::read_to_string(home.path().join("reports/deep/er/2026-03-06 <b>second.html")).unwrap();
    assert!(call.contains("href=\"../../index.html\""));
    // Another folder into the same reports, and then a single call: all are listed.
    write(home.path(), "more/2026-03-07 third.vtt", WARM.replace("Jodie", "Ann"));
    assert_eq!(run(home.path(), &["analyze", "more"]).status.code(), Some(0));
    assert_eq!(index(home.path(), "reports").matches("<tr role=\"row\" data-date").count(), 3);
    write(home.path(), "2026-03-08 fourth.vtt", WARM.replace("Jodie", "Bo"));
    assert_eq!(run(home.path(), &["analyze", "2026-03-08 fourth.vtt"]).status.code(), Some(0));
    assert_eq!(index(home.path(), "reports").matches("<tr role=\"row\" data-date").count(), 4);
}

#[test]
fn nobody_elses_index_page_is_overwritten() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/2026-03-05 a.vtt", WARM);
    write(home.path(), "calls/index.vtt", WARM.replace("Jodie", "Zoe"));
    write(home.path(), "reports/index.html", "<p>my own");
    let out = run(home.path(), &["analyze", "calls"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert_eq!(std::fs::read_to_string(home.path().join("reports/index.html")).unwrap(), "<p>my own");
    assert!(text(&out.stderr).contains("index.html: it was not written by Rapport"), "{}", text(&out.stderr));
    // A call named like the page has its own page under another name.
    assert!(home.path().join("reports/index.vtt.json").exists() && home.path().join("reports/index.vtt.html").exists());
    // One call alone needs no page of all calls.
    assert_eq!(run(home.path(), &["analyze", "calls/2026-03-05 a.vtt", "-o", "one"]).status.code(), Some(0));
    assert!(!home.path().join("one/index.html").exists());
}

#[test]
fn nothing_to_do_ends_with_1_and_says_what_was_wanted() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("empty")).unwrap();
    for (arguments, wanted) in [
        (vec!["analyze", "empty"], "no call found in empty"),
        (vec!["analyze"], "Usage"),
        (vec!["analyze", "x.vtt", "--shard", "3/2"], "wanted I/N"),
        (vec!["show", "nothing.json"], "nothing.json"),
        (vec!["frobnicate"], "Usage"),
    ] {
        let out = run(home.path(), &arguments);
        assert_eq!(out.status.code(), Some(1), "{arguments:?}");
        assert!(text(&out.stdout).is_empty());
        assert!(text(&out.stderr).contains(wanted), "{arguments:?}: {}", text(&out.stderr));
    }
}

#[test]
fn recordings_without_a_model_say_where_it_was_looked_for_and_what_to_type() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "call.wav", b"RIFF");
    let out = run(home.path(), &["analyze", "call.wav"]);
    assert_eq!(out.status.code(), Some(1));
    let said = text(&out.stderr);
    assert!(said.contains("rapport models pull base") && said.contains("data/rapport/models"), "{said}");
    // Beside a transcript the same recording is one failed call.
    write(home.path(), "call.vtt", WARM);
    let out = run(home.path(), &["analyze", "call.wav", "call.vtt"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(home.path().join("reports/call.vtt.json").exists());
}

#[test]
fn unchanged_calls_are_skipped_and_new_settings_are_not() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/a.vtt", WARM);
    let tally = |arguments: &[&str]| {
        let out = run(home.path(), arguments);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let said = text(&out.stderr);
        said.lines().last().unwrap().split('.').next().unwrap().to_owned()
    };
    assert_eq!(tally(&["analyze", "calls"]), "1 analysed, 0 unchanged, 0 failed");
    assert_eq!(tally(&["analyze", "calls"]), "0 analysed, 1 unchanged, 0 failed");
    assert_eq!(tally(&["analyze", "calls", "--force"]), "1 analysed, 0 unchanged, 0 failed");
    assert_eq!(tally(&["analyze", "calls", "--client", "Acme"]), "1 analysed, 0 unchanged, 0 failed");
    write(home.path(), "calls/a.toml", "client = 'Acme'");
    assert_eq!(tally(&["analyze", "calls"]), "0 analysed, 1 unchanged, 0 failed");
    write(home.path(), "calls/a.vtt", WARM.replace("lake", "sea"));
    assert_eq!(tally(&["analyze", "calls"]), "1 analysed, 0 unchanged, 0 failed");
    // A format that was not asked for before is made without a new analysis.
    assert_eq!(tally(&["analyze", "calls", "--format", "srt,md"]), "0 analysed, 1 unchanged, 0 failed");
    assert!(home.path().join("reports/a.srt").exists() && home.path().join("reports/a.md").exists());
}

#[test]
fn speakers_are_renamed_in_a_report_and_all_that_lies_beside_it() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/a.vtt", WARM);
    run(home.path(), &["analyze", "calls", "--format", "html,srt,csv"]);
    let before = report(&home.path().join("reports/a.json"));
    let out = run(home.path(), &["relabel", "reports/a.json", "B=Dana Lee"]);
    assert_eq!((out.status.code(), text(&out.stdout).lines().count()), (Some(0), 4), "{}", text(&out.stderr));
    let after = report(&home.path().join("reports/a.json"));
    assert_eq!(after["speakers"][1]["label"], "Dana Lee");
    assert_eq!(after["utterances"], before["utterances"]);
    for name in ["a.html", "a.srt", "a.csv"] {
        let written = std::fs::read_to_string(home.path().join("reports").join(name)).unwrap();
        assert!(written.contains("Dana Lee") && !written.contains("Jodie:"), "{name}");
    }
    let out = run(home.path(), &["relabel", "reports/a.json", "Zoe=Ann"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("A (Nate), B (Dana Lee)"), "{}", text(&out.stderr));
    assert_eq!(report(&home.path().join("reports/a.json")), after);
    // A new analysis keeps the name, unless it is told another one.
    let label = |arguments: &[&str]| {
        run(home.path(), arguments);
        report(&home.path().join("reports/a.json"))["speakers"][1]["label"].clone()
    };
    assert_eq!(label(&["analyze", "calls", "--force"]), "Dana Lee");
    assert_eq!(label(&["analyze", "calls", "--client", "Acme"]), "Dana Lee");
    assert_eq!(label(&["analyze", "calls", "--speaker", "B=Zoe"]), "Zoe");
    // Two who change names do so in the new analysis too.
    run(home.path(), &["relabel", "reports/a.json", "A=Zoe", "B=Nate"]);
    assert_eq!(label(&["analyze", "calls", "--force"]), "Nate");
    assert_eq!(report(&home.path().join("reports/a.json"))["speakers"][0]["label"], "Zoe");
}

#[test]
fn files_of_one_name_never_overwrite_each_others_reports() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "march/call.vtt", WARM);
    write(home.path(), "april/call.vtt", WARM.replace("Jodie", "Zoe"));
    for path in ["march/call.vtt", "april/call.vtt", "march/call.vtt"] {
        assert_eq!(run(home.path(), &["analyze", path, "--format", "none"]).status.code(), Some(0));
    }
    let reports = tree(&home.path().join("reports"));
    assert_eq!(reports.len(), 2, "{:?}", reports.keys());
    let other: Vec<_> = reports
        .keys()
        .map(|name| report(&home.path().join("reports").join(name))["speakers"][1]["label"].clone())
        .collect();
    assert!(other.contains(&"Jodie".into()) && other.contains(&"Zoe".into()), "{other:?}");
}

#[test]
fn one_and_eight_jobs_write_the_same_bytes() {
    let home = tempfile::tempdir().unwrap();
    for index in 0..12 {
        write(home.path(), &format!("calls/{index}.vtt"), WARM.replace("invoice", &format!("invoice {index}")));
    }
    let everything = "html,md,srt,vtt,txt,csv";
    for jobs in ["1", "8"] {
        let out = run(home.path(), &["analyze", "calls", "-j", jobs, "-o", jobs, "--format", everything]);
        assert_eq!(out.status.code(), Some(0));
    }
    let (one, eight) = (tree(&home.path().join("1")), tree(&home.path().join("8")));
    assert_eq!(one.len(), 12 * 7 + 1, "with the page of all calls");
    assert_eq!(one, eight);
}

#[test]
fn shards_share_a_folder_and_lose_nothing() {
    let home = tempfile::tempdir().unwrap();
    for index in 0..9 {
        write(home.path(), &format!("calls/{index}.vtt"), WARM);
    }
    let children: Vec<_> = (1..=3)
        .map(|shard| {
            let binary = assert_cmd::cargo::cargo_bin!("rapport");
            let shard = format!("{shard}/3");
            let arguments = ["analyze", "calls", "--format", "none", "-q", "--shard", shard.as_str()];
            std::process::Command::new(binary)
                .args(arguments)
                .current_dir(home.path())
                .env("HOME", home.path())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert_eq!(child.wait().unwrap().code(), Some(0));
    }
    assert_eq!(tree(&home.path().join("reports")).len(), 9);
}

#[test]
fn the_outcome_can_be_read_by_programs() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/a.vtt", WARM);
    write(home.path(), "calls/b.srt", "nothing");
    let out = run(home.path(), &["analyze", "calls", "--json", "-q"]);
    assert_eq!(out.status.code(), Some(2));
    let outcome: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&outcome["written"], &outcome["failed"]), (&1.into(), &1.into()));
    assert_eq!(outcome["calls"][0]["outcome"], "written");
    assert_eq!(outcome["calls"][0]["report"], "reports/a.json");
    assert!(outcome["calls"][1]["error"].as_str().unwrap().contains("b.srt"));
}

#[test]
fn show_and_export_read_a_report_back() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "a.vtt", WARM);
    run(home.path(), &["analyze", "a.vtt"]);
    let shown = run(home.path(), &["show", "reports/a.json"]);
    assert!(text(&shown.stdout).contains("Jodie"));
    let as_json = run(home.path(), &["show", "reports/a.json", "--json"]);
    assert_eq!(as_json.stdout, std::fs::read(home.path().join("reports/a.json")).unwrap());
    for (format, wanted) in [
        ("srt", "00:00:00,500 --> "),
        ("vtt", "<v Nate>"),
        ("txt", "Nate"),
        ("md", "# "),
        ("html", "<html"),
        ("csv", "Nate"),
    ] {
        let out = run(home.path(), &["export", "reports/a.json", "--to", format]);
        assert_eq!(out.status.code(), Some(0));
        assert!(text(&out.stdout).contains(wanted), "{format}: {}", text(&out.stdout));
    }
    let out = run(home.path(), &["export", "reports/a.json", "--to", "vtt", "-o", "deep/er/b.vtt"]);
    assert!(out.status.success() && out.stdout.is_empty());
    let again = run(home.path(), &["analyze", "deep/er/b.vtt", "-o", "again"]);
    assert!(again.status.success(), "{}", text(&again.stderr));
    let (first, second) = (report(&home.path().join("reports/a.json")), report(&home.path().join("again/b.json")));
    assert_eq!(first["utterances"], second["utterances"]);
}

#[test]
fn settings_come_from_the_files_around_a_call() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "calls/acme/a.vtt", WARM);
    write(home.path(), "calls/acme/rapport.toml", "client = 'Acme'\nopening_budget = 5");
    write(home.path(), "calls/rapport.toml", "client = 'nobody'\nme = 'Nate'");
    write(home.path(), ".config/rapport/rapport.toml", "agenda = ['invoice']\nme = 'Jodie'");
    let out = run(home.path(), &["analyze", "calls"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let found = report(&home.path().join("reports/acme/a.json"));
    assert_eq!(found["call"]["client"], "Acme");
    assert_eq!(found["call"]["agenda"], serde_json::json!(["invoice"]));
    assert_eq!(found["speakers"][0]["me"], true);
    write(home.path(), "calls/acme/a.toml", "clinet = 'x'");
    let out = run(home.path(), &["analyze", "calls"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("clinet"), "{}", text(&out.stderr));
}

#[test]
fn names_of_every_kind_are_read_and_written() {
    let home = tempfile::tempdir().unwrap();
    let names = ["with space.vtt", "-dash.vtt", "запись.vtt", "会议.vtt", "a\"quote.vtt", "emoji 🎉.vtt"];
    for name in names {
        write(home.path(), &format!("calls/{name}"), WARM);
    }
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let odd = home.path().join("calls").join(std::ffi::OsStr::from_bytes(b"new\nline \xff.vtt"));
        std::fs::write(odd, WARM).unwrap();
    }
    let out = run(home.path(), &["analyze", "calls"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let count = std::fs::read_dir(home.path().join("reports")).unwrap().count();
    assert_eq!(count, 2 + 2 * (names.len() + usize::from(cfg!(unix))));
}

#[test]
fn completions_are_made_for_every_shell() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let out = run(home.path(), &["completions", shell]);
        assert!(out.status.success() && text(&out.stdout).contains("analyze"), "{shell}");
    }
}

#[test]
fn the_demo_needs_nothing_but_itself() {
    let home = tempfile::tempdir().unwrap();
    let out = run(home.path(), &["demo", "-o", "demo"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let shown = text(&out.stdout);
    let page = shown.lines().find_map(|line| line.split("The page of the call above: ").nth(1)).unwrap();
    assert!(home.path().join(page).exists(), "{page}");
}
