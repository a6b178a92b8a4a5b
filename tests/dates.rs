//! When a call took place and whose it is, from whatever tells it: through the whole program, from names on disk to months.

use std::path::Path;
use std::time::{Duration, SystemTime};

use assert_cmd::Command;
use serde_json::Value;

const CALL: &str = "WEBVTT

00:00.500 --> 00:02.500
<v Nate>Good morning, can you hear me?

00:03.000 --> 00:06.000
<v Jodie>Yes. Shall we look at the invoice for the website?

00:06.500 --> 00:12.000
<v Nate>I will add the project number and send you the invoice again by Friday.
";

/// Runs the program two hours ahead of Greenwich; gives what it prints.
fn rapport(home: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("rapport"));
    command.current_dir(home).env_clear().env("HOME", home).env("TZ", "<+02>-2");
    let out = command.args(arguments).output().unwrap();
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn write(home: &Path, place: &str, text: &str) {
    let path = home.join(place);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn report(home: &Path, place: &str) -> Value {
    serde_json::from_slice(&std::fs::read(home.join(place)).unwrap()).unwrap()
}

/// A call no other is like, so that none counts as a second report of one.
fn call(number: usize) -> String {
    CALL.replace("the invoice again", &format!("invoice {number} again"))
}

#[test]
fn dates_titles_and_clients_come_from_names_folders_and_settings() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    // Place; then client, date, what told it, title.
    let calls = [
        ("2026-05-03 kick-off", None, "2026-05-03", "file_name", "2026-05-03 kick-off"),
        ("Acme/20260504-0915", Some("Acme"), "2026-05-04T09:15:00", "file_name", "20260504-0915"),
        // Zoom: from its cloud by the clock of Greenwich, on disk a folder a call.
        (
            "Acme/GMT20260503-230000_Recording",
            Some("Acme"),
            "2026-05-04T01:00:00",
            "file_name",
            "GMT20260503-230000_Recording",
        ),
        (
            "Acme/2026-05-05 14.00.00 Weekly status 81234567890/zoom_0",
            Some("Acme"),
            "2026-05-05T14:00:00",
            "folder_name",
            "Weekly status",
        ),
        (
            "Delta/2026-05/Design review-20260506_140000-Meeting Recording",
            Some("Delta"),
            "2026-05-06T14:00:00",
            "file_name",
            "Design review",
        ),
        ("recordings/2026/Brandt/2026-05-07", Some("Brandt"), "2026-05-07", "file_name", "2026-05-07"),
        // The settings beside a call and those of its folder come before any name.
        ("Acme/2026-05-08 said", Some("Acme GmbH"), "2026-06-01T10:30:00", "settings", "Said"),
        ("else/2026-05-09", Some("Else Ltd"), "2026-05-09", "file_name", "2026-05-09"),
    ];
    for (number, (place, ..)) in calls.iter().enumerate() {
        write(home, &format!("calls/{place}.vtt"), &call(number));
    }
    write(home, "calls/Acme/2026-05-08 said.toml", "client = 'Acme GmbH'\ntitle = 'Said'\ndate = 2026-06-01T10:30:00");
    write(home, "calls/else/rapport.toml", "client = 'Else Ltd'");
    rapport(home, &["analyze", "calls", "--format", "none"]);
    for (place, client, date, source, title) in calls {
        let found = report(home, &format!("reports/{place}.json"));
        let told = |field: &str| found["call"][field].as_str();
        assert_eq!(
            (told("client"), told("started_at"), told("date_source"), told("title")),
            (client, Some(date), Some(source), Some(title)),
            "{place}"
        );
        assert!(
            found["warnings"].as_array().unwrap().iter().all(|one| one["code"] != "date_from_file_time"),
            "{place}"
        );
    }
    // The months know them: a client's name in any case, a range, and steps of the calendar.
    let compare = |arguments: &[&str]| -> Value {
        serde_json::from_str(&rapport(home, &[&["compare", "--json"], arguments].concat())).unwrap()
    };
    let names = |found: &Value| -> Vec<String> {
        let clients = found["clients"].as_array().unwrap();
        clients.iter().map(|one| one["client"].as_str().unwrap_or("none").to_owned()).collect()
    };
    let all = compare(&[]);
    assert_eq!(names(&all), ["Acme", "Acme GmbH", "Brandt", "Delta", "Else Ltd", "none"]);
    let acme = compare(&["--client", "acme", "--since", "2026-05-04", "--until", "2026-05-04", "--by", "call"]);
    assert_eq!((names(&acme), &acme["clients"][0]["calls"]), (vec!["Acme".to_owned()], &2.into()));
    for (by, wanted) in [("week", "2026-W19"), ("month", "2026-05"), ("quarter", "2026-Q2")] {
        let found = compare(&["--client", "Acme", "--by", by]);
        assert_eq!(found["clients"][0]["periods"][0]["name"], wanted);
    }
}

#[test]
fn a_call_dated_by_its_file_alone_says_so_everywhere() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, "calls/Acme/call.vtt", &call(0));
    // Noon of the 10th of January 2026 in Greenwich.
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_046_400);
    std::fs::File::options().write(true).open(home.join("calls/Acme/call.vtt")).unwrap().set_modified(changed).unwrap();
    rapport(home, &["analyze", "calls", "--format", "none"]);
    let found = report(home, "reports/Acme/call.json");
    assert_eq!(found["call"]["date_source"], "file_modified");
    assert_eq!(found["call"]["started_at"], "2026-01-10T14:00:00");
    let warnings = found["warnings"].as_array().unwrap();
    let said = warnings.iter().find(|one| one["code"] == "date_from_file_time").unwrap()["text"].as_str().unwrap();
    assert!(said.contains("2026-01-10") && said.contains("--date"), "{said}");
    assert!(rapport(home, &["show", "reports/Acme/call.json"]).contains("last changed on 2026-01-10"));
    assert!(rapport(home, &["compare"]).contains("dated by when their file was last changed"));
}
