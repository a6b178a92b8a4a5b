//! Nothing is lost and nothing leaks: batches that are killed, crowded, or robbed of their folder; files that are no files;
//! and who may read what is written.
//!
//! `RAPPORT_SOAK=1` tries more moments (`scripts/soak` sets it).

#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

/// Calls in a batch.
const CALLS: usize = 20;

/// How long anything may take that is given nonsense.
const NONSENSE_WAIT: Duration = Duration::from_secs(10);

/// Moments at which a batch is killed; more in a soak.
fn kills() -> u64 {
    if std::env::var_os("RAPPORT_SOAK").is_some() { 100 } else { 25 }
}

/// Rounds of a test; five times as many in a soak.
fn rounds(few: u64) -> u64 {
    if std::env::var_os("RAPPORT_SOAK").is_some() { 5 * few } else { few }
}

/// A call of some minutes; `number` makes it another one.
fn call(number: usize) -> String {
    let topics = ["invoice", "launch date", "photo shoot", "contract", "newsletter"];
    let mut text = String::from("WEBVTT\n");
    for line in 0..120 {
        let (speaker, start) = (["Nate", "Jodie"][line % 2], line * 4);
        let stamp = |secs: usize| format!("{:02}:{:02}.000", secs / 60, secs % 60);
        let said = match line {
            0 => "Good morning, can you hear me?".to_owned(),
            2..=12 => format!("We were at the lake with the kids all weekend, day {line} was lovely."),
            _ => format!("The {} needs change number {number}, and then item {line}.", topics[(line / 9 + number) % 5]),
        };
        writeln!(text, "\n{} --> {}\n<v {speaker}>{said}", stamp(start), stamp(start + 3)).unwrap();
    }
    text
}

fn write_calls(home: &Path) {
    std::fs::create_dir_all(home.join("calls/sub")).unwrap();
    for number in 0..CALLS {
        let folder = if number % 3 == 0 { "calls/sub" } else { "calls" };
        // The date is in the name: that of the file would differ between time zones.
        std::fs::write(home.join(folder).join(format!("2026-03-{:02} call.vtt", number + 1)), call(number)).unwrap();
    }
}

fn rapport(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    command.current_dir(home).env_clear().env("HOME", home).env("RAPPORT_DATA_DIR", home.join("data"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

const ANALYZE: [&str; 8] = ["analyze", "calls", "-o", "out", "-j", "2", "--format", "html,md"];

fn files(folder: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    walk.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// What people see of a folder of reports: nothing hidden.
fn visible(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let hidden = |path: &Path| path.components().any(|part| part.as_os_str().as_bytes().starts_with(b"."));
    let own = |path: &PathBuf| path.strip_prefix(out).unwrap().to_owned();
    files(out).iter().filter(|path| !hidden(&own(path))).map(|path| (own(path), std::fs::read(path).unwrap())).collect()
}

/// Every file that is there is whole.
fn assert_whole(out: &Path) -> usize {
    let mut reports = 0;
    for (path, bytes) in visible(out) {
        let name = path.display();
        match path.extension().and_then(OsStr::to_str) {
            Some("json") => {
                let report: Value = serde_json::from_slice(&bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
                assert_eq!(report["utterances"].as_array().unwrap().len(), 120, "{name}");
                reports += 1;
            }
            Some("html") => assert!(bytes.trim_ascii_end().ends_with(b"</html>"), "{name} is cut off"),
            _ => assert!(bytes.ends_with(b"\n"), "{name} is cut off"),
        }
    }
    reports
}

/// The reports of a batch that nobody disturbed, and how long it took.
fn undisturbed(home: &Path) -> (BTreeMap<PathBuf, Vec<u8>>, Duration) {
    let begun = Instant::now();
    let done = rapport(home, &ANALYZE).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let took = begun.elapsed();
    let all = visible(&home.join("out"));
    std::fs::remove_dir_all(home.join("out")).unwrap();
    (all, took)
}

fn written_at(out: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let json = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json");
    let modified = |path: PathBuf| (path.clone(), std::fs::metadata(&path).unwrap().modified().unwrap());
    visible(out).into_keys().map(|path| out.join(path)).filter(json).map(modified).collect()
}

#[test]
fn killed_at_any_moment_a_batch_leaves_whole_files_and_goes_on_with_the_rest() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    let out = home.path().join("out");
    let (wanted, mut took) = undisturbed(home.path());
    let (mut begun_anew, mut at_work, mut states) = (0, 0, BTreeMap::new());
    for kill in 0..4 * kills() {
        if at_work == kills() {
            break;
        }
        let before = if out.exists() { written_at(&out) } else { BTreeMap::new() };
        let mut child = rapport(home.path(), &ANALYZE).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Moments spread over the run: steps of the golden ratio.
        let share = (kill as f64 * 0.618_033_988_749_895).fract();
        std::thread::sleep(took.mul_f64(share));
        // One that was done already is no case, and shows that less than a whole run was to be done, or the machine is
        // less busy now.
        if child.try_wait().unwrap().is_none() {
            at_work += 1;
        } else {
            took = took.mul_f64(0.8);
        }
        drop(child.kill());
        child.wait().unwrap();
        if !out.exists() {
            continue;
        }
        let reports = assert_whole(&out);
        let now = written_at(&out);
        for (report, at) in before {
            assert_eq!(now.get(&report), Some(&at), "{} was done and was done again", report.display());
        }
        *states.entry(reports).or_insert(0) += 1;
        if reports >= CALLS - 2 {
            std::fs::remove_dir_all(&out).unwrap();
            begun_anew += 1;
        }
    }
    println!("{begun_anew} times begun anew; reports there after kills: {states:?}");
    assert_eq!(at_work, kills(), "most runs were done before they were killed");
    println!("kills at moments of a batch: cases: {at_work}, failures: 0");
    let last = rapport(home.path(), &ANALYZE).output().unwrap();
    assert!(last.status.success());
    assert!(visible(&out) == wanted, "another outcome than undisturbed");
}

#[test]
fn two_batches_on_one_folder_share_the_work() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    let (wanted, _) = undisturbed(home.path());
    let arguments: Vec<_> = ANALYZE.into_iter().chain(["--json"]).collect();
    let both = [(); 2].map(|()| rapport(home.path(), &arguments).spawn().unwrap());
    let mut written = 0;
    for child in both {
        let done = child.wait_with_output().unwrap();
        let outcome: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!((&outcome["failed"], &outcome["not_done"]), (&0.into(), &0.into()), "{outcome}");
        written += outcome["written"].as_u64().unwrap();
    }
    assert_eq!(written, CALLS as u64, "a call was done twice, or not at all");
    assert!(visible(&home.path().join("out")) == wanted);
    println!("two batches on one folder: cases: 1, failures: 0");
}

#[test]
fn a_folder_that_vanishes_under_way_is_a_failure_with_a_name_and_the_next_run_does_it_all() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    let out = home.path().join("out");
    let (wanted, _) = undisturbed(home.path());
    let rounds = rounds(3);
    for round in 1..=rounds {
        let child = rapport(home.path(), &ANALYZE).spawn().unwrap();
        let until = Instant::now() + NONSENSE_WAIT;
        while !out.join("2026-03-02 call.json").exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(round));
        }
        // A file may be made while the folder is emptied.
        while std::fs::remove_dir_all(&out).is_err() && out.exists() && Instant::now() < until {}
        let done = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(matches!(done.status.code(), Some(0..=2)), "{:?}: {said}", done.status);
        assert!(!said.contains("panicked") && !said.contains("internal error"), "{said}");
        if out.exists() {
            assert_whole(&out);
        }
        let done = rapport(home.path(), &ANALYZE).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(visible(&out) == wanted, "round {round}: another outcome than undisturbed");
        std::fs::remove_dir_all(&out).unwrap();
    }
    println!("folders that vanish under way: cases: {rounds}, failures: 0");
}

/// Runs the program in a name space of its own after a script has mounted something at `full`; `None`, with a word on it,
/// where a user may not do that.
fn on_a_disk_of_its_own(home: &Path, mount: &str, after: &str) -> Option<(Option<i32>, Value, String)> {
    let script = format!(
        "{mount} || exit 77; \"$0\" analyze calls -o full/out --format none --json; code=$?; {after}; exit $code"
    );
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, env!("CARGO_BIN_EXE_rapport")]);
    command.current_dir(home).env("HOME", home).env("RAPPORT_DATA_DIR", home.join("data"));
    match command.output() {
        Ok(done) if done.status.code() != Some(77) => {
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            Some((done.status.code(), serde_json::from_slice(&done.stdout).unwrap_or_default(), said))
        }
        _ => {
            println!("not checked: this machine does not let a user mount a disk (unshare --user --mount)");
            None
        }
    }
}

#[test]
fn a_full_disk_fails_call_by_call_keeps_what_fits_and_is_finished_once_there_is_room() {
    let sizes: &[u32] = if rounds(1) > 1 { &[120, 200, 300, 400, 500, 600] } else { &[400] };
    for size in sizes {
        let home = tempfile::tempdir().unwrap();
        write_calls(home.path());
        let (full, copy) = (home.path().join("full"), home.path().join("copy"));
        std::fs::create_dir(&full).unwrap();
        // What is on the disk is copied out, and once more when it was made larger and the run was finished.
        let mount = format!("mount -t tmpfs -o size={size}k none full");
        let after = "cp -r full/out copy; mount -o remount,size=64m full; \
                     \"$0\" analyze calls -o full/out --format none >told 2>&1 && cp -r full/out whole";
        let Some((code, outcome, said)) = on_a_disk_of_its_own(home.path(), &mount, after) else {
            return;
        };
        assert_eq!(code, Some(2), "{size} KiB: {outcome} {said}");
        let (written, failed) = (outcome["written"].as_u64().unwrap(), outcome["failed"].as_u64().unwrap());
        assert!(written > 0 && failed > 0 && written + failed == CALLS as u64, "{written} written, {failed} failed");
        let errors: Vec<_> =
            outcome["calls"].as_array().unwrap().iter().filter_map(|call| call["error"].as_str()).collect();
        assert!(errors.iter().all(|error| error.contains("No space left")), "{errors:?}");
        assert_eq!(assert_whole(&copy) as u64, written);
        let told = std::fs::read_to_string(home.path().join("told")).unwrap();
        assert!(told.contains(&format!("{failed} analysed, {written} unchanged, 0 failed")), "{told}");
        assert_eq!(assert_whole(&home.path().join("whole")), CALLS);
    }
    println!("full disks: cases: {}, failures: 0", sizes.len());
}

#[test]
fn an_output_that_may_only_be_read_is_a_failure_with_a_name() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    std::fs::create_dir(home.path().join("full")).unwrap();
    let mount = "mount -t tmpfs -o ro none full";
    let Some((code, outcome, said)) = on_a_disk_of_its_own(home.path(), mount, "true") else { return };
    assert!(matches!(code, Some(1 | 2)), "{code:?}: {outcome} {said}");
    assert!(said.contains("full/out") && said.contains("Read-only file system"), "{said}");
    assert!(!said.contains("panicked") && !said.contains("internal error"), "{said}");
    println!("outputs that may only be read: cases: 1, failures: 0");
}

#[test]
fn only_the_owner_may_read_what_is_written() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    let report = "out/2026-03-02 call.json";
    let commands: [&[&str]; 6] = [
        &ANALYZE,
        &["export", report, "--to", "md", "-o", "shown/call.md"],
        &["mark", "2026-03-10", "time box", "--reports", "out"],
        &["relabel", report, "A=Nathan"],
        &["compare", "out", "--to", "html", "-o", "months/all.html"],
        &["demo", "-o", "demo"],
    ];
    for arguments in commands {
        // Whatever the user's mask lets through.
        let mut command = Command::new("sh");
        command.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_rapport")]).args(arguments);
        command.current_dir(home.path()).env("HOME", home.path()).env("RAPPORT_DATA_DIR", home.path().join("data"));
        let done = command.stdin(Stdio::null()).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let mut count = 0;
    let written = ["out", "shown", "months", "demo"].map(|folder| walkdir::WalkDir::new(home.path().join(folder)));
    for entry in written.into_iter().flatten() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        let wanted = if entry.file_type().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{}: {mode:o}", entry.path().display());
        count += 1;
    }
    assert!(count > 3 * CALLS, "{count} files and folders");
    println!("who may read: cases: {count}, failures: 0");
}

#[test]
fn a_forgotten_call_leaves_nothing_but_its_own_file() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    let secret = "The verdigris contract is signed.";
    std::fs::write(
        home.path().join("calls/2026-04-01 secret.vtt"),
        call(50).replace("Good morning, can you hear me?", secret),
    )
    .unwrap();
    assert!(rapport(home.path(), &ANALYZE).output().unwrap().status.success());
    let out = home.path().join("out");
    let tells = || {
        files(&out)
            .into_iter()
            .filter(|path| {
                let bytes = std::fs::read(path).unwrap();
                bytes.windows(9).any(|window| window == b"verdigris")
            })
            .collect::<Vec<_>>()
    };
    let id: Value = serde_json::from_slice(&std::fs::read(out.join("2026-04-01 secret.json")).unwrap()).unwrap();
    let id = id["call"]["id"].as_str().unwrap().to_owned();
    assert!(tells().len() >= 2, "its report and its page: {:?}", tells());
    let done = rapport(home.path(), &["forget", "calls/2026-04-01 secret.vtt", "-o", "out"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stdout).contains("2026-04-01 secret.json"));
    assert!(String::from_utf8_lossy(&done.stderr).contains("Left: the recording"));
    assert_eq!(tells(), Vec::<PathBuf>::new());
    let all = std::fs::read_to_string(out.join("index.html")).unwrap();
    assert!(all.contains(&format!("{CALLS} calls")) && !all.contains("secret"), "the page of all calls is made anew");
    let named = |path: &PathBuf| path.to_string_lossy().contains(&id);
    assert!(!files(&out).iter().any(named));
    assert_eq!(assert_whole(&out), CALLS);
    assert!(home.path().join("calls/2026-04-01 secret.vtt").exists());
    let again = rapport(home.path(), &["forget", "calls/2026-04-01 secret.vtt", "-o", "out"]).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("nothing was written of it in out"));
}

/// Reports among the calls themselves: the transcript beside a report is no page of it.
#[test]
fn forgetting_never_takes_the_file_the_report_was_made_from() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("2026-04-01 call.vtt"), call(1)).unwrap();
    let analyzed = rapport(home.path(), &["analyze", "2026-04-01 call.vtt", "-o", "."]).output().unwrap();
    assert!(analyzed.status.success(), "{}", String::from_utf8_lossy(&analyzed.stderr));
    let done = rapport(home.path(), &["forget", "2026-04-01 call.json", "-o", "."]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(home.path().join("2026-04-01 call.vtt").exists() && !home.path().join("2026-04-01 call.html").exists());
}

#[test]
fn redacted_calls_keep_no_name_and_no_number_anywhere() {
    let home = tempfile::tempdir().unwrap();
    let said = call(7).replace("Good morning, can you hear me?", "Hi Jodie, call me on 020 7946 0321 about the card.");
    std::fs::create_dir(home.path().join("calls")).unwrap();
    std::fs::write(home.path().join("calls/2026-04-01 call.vtt"), said).unwrap();
    let arguments =
        ["analyze", "calls", "-o", "out", "--redact", "--me", "Nate", "--format", "html,md,srt,vtt,txt,csv"];
    let done = rapport(home.path(), &arguments).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let report: Value =
        serde_json::from_slice(&std::fs::read(home.path().join("out/2026-04-01 call.json")).unwrap()).unwrap();
    assert_eq!(report["utterances"][0]["text"], "Hi [name], call me on [phone] about the card.");
    assert_eq!((&report["speakers"][0]["label"], &report["speakers"][1]["label"]), (&"Me".into(), &"Client".into()));
    for path in files(&home.path().join("out")) {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for secret in ["Jodie", "Nate", "7946"] {
            assert!(!text.contains(secret), "{secret} is in {}", path.display());
        }
    }
}

#[test]
fn threads_time_zones_and_languages_of_the_system_change_no_byte() {
    let home = tempfile::tempdir().unwrap();
    write_calls(home.path());
    let (wanted, _) = undisturbed(home.path());
    let worlds = [
        ("1", "UTC", "C"),
        ("1", "UTC", "C"),
        ("2", "Asia/Tokyo", "tr_TR.UTF-8"),
        ("16", "America/St_Johns", "ar_EG"),
        ("16", "Pacific/Kiritimati", "de_DE.UTF-8"),
    ];
    for (jobs, zone, locale) in worlds {
        let mut command = rapport(home.path(), &["analyze", "calls", "-o", "out", "--format", "html,md", "-j", jobs]);
        command.env("TZ", zone).env("LC_ALL", locale).env("LANG", locale);
        assert!(command.output().unwrap().status.success());
        assert!(visible(&home.path().join("out")) == wanted, "{jobs} jobs in {zone} with {locale}");
        std::fs::remove_dir_all(home.path().join("out")).unwrap();
    }
    println!("threads, time zones and languages: cases: {}, failures: 0", worlds.len());
}

#[test]
fn what_is_no_file_is_named_and_nothing_hangs() {
    let home = tempfile::tempdir().unwrap();
    let calls = home.path().join("calls");
    std::fs::create_dir_all(calls.join("folder.wav")).unwrap();
    std::fs::write(calls.join("2026-03-01 good.vtt"), call(1)).unwrap();
    std::fs::write(calls.join("empty.vtt"), "").unwrap();
    std::fs::write(calls.join(OsStr::from_bytes(b"not \xff utf8.vtt")), call(2)).unwrap();
    std::fs::write(calls.join("two\nlines.vtt"), call(3)).unwrap();
    std::fs::write(calls.join(format!("{}.vtt", "n".repeat(251))), call(4)).unwrap();
    std::os::unix::fs::symlink(&calls, calls.join("loop")).unwrap();
    std::os::unix::fs::symlink("itself.vtt", calls.join("itself.vtt")).unwrap();
    std::os::unix::fs::symlink("nowhere", calls.join("dangling.vtt")).unwrap();
    std::fs::write(calls.join("empty.wav"), "").unwrap();
    std::fs::write(calls.join(OsStr::from_bytes(b"\xff\xfe.wav")), "no sound").unwrap();
    std::fs::write(calls.join("two\nlines.mp3"), "no sound").unwrap();
    std::fs::write(calls.join(format!("{}.wav", "s".repeat(251))), "no sound").unwrap();
    std::os::unix::fs::symlink("/dev/zero", calls.join("endless.vtt")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", calls.join("endless.wav")).unwrap();
    std::os::unix::fs::symlink("loop.wav", calls.join("loop.wav")).unwrap();
    for pipe in ["pipe.vtt", "pipe.wav"] {
        assert!(Command::new("mkfifo").arg(calls.join(pipe)).status().unwrap().success());
    }
    std::fs::write(calls.join("2026-03-09 piped settings.vtt"), call(9)).unwrap();
    assert!(Command::new("mkfifo").arg(calls.join("2026-03-09 piped settings.toml")).status().unwrap().success());
    let given = [
        "calls",
        "calls/pipe.vtt",
        "calls/pipe.wav",
        "calls/loop.wav",
        "calls/endless.vtt",
        "calls/endless.wav",
        "calls/folder.wav",
    ];
    let arguments: Vec<_> = ["analyze"].into_iter().chain(given).chain(["-o", "out"]).collect();
    let (code, said) = at_once(rapport(home.path(), &arguments));
    assert_eq!(code, Some(2), "{said}");
    let bad = [
        "empty.vtt",
        "empty.wav",
        "pipe.vtt",
        "pipe.wav",
        "loop.wav",
        "endless.vtt",
        "endless.wav",
        "piped settings.toml",
    ];
    for bad in bad {
        assert!(said.contains(bad), "{bad} is not named in {said}");
    }
    assert!(!said.contains("panicked") && !said.contains("internal error"), "{said}");
    let reports = files(&home.path().join("out"));
    let reports = reports.iter().filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let shown: Vec<_> = reports.filter(|path| !path.to_string_lossy().contains(".rapport/")).collect();
    assert_eq!(shown.len(), 4, "{shown:?}\n{said}");
    println!("names and things that are no files: cases: {}, failures: 0", std::fs::read_dir(&calls).unwrap().count());
}

/// How a command ends that is given nonsense, and what it says; it must end soon.
fn at_once(mut command: Command) -> (Option<i32>, String) {
    let mut child = command.spawn().unwrap();
    let until = Instant::now() + NONSENSE_WAIT;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            drop(child.kill());
            drop(child.wait());
            panic!("it hangs: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let done = child.wait_with_output().unwrap();
    (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
}

/// Pipes, folders and endless files where a report, boundaries or a speech model should be.
#[test]
fn nothing_is_waited_for_that_is_no_file() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    for folder in ["piped", "reports", "folder.json", "model.bin"] {
        std::fs::create_dir(path(folder)).unwrap();
    }
    for pipe in ["pipe.json", "piped/marks.toml", "reports/pipe.json", "pipe.bin"] {
        assert!(Command::new("mkfifo").arg(path(pipe)).status().unwrap().success());
    }
    std::os::unix::fs::symlink("/dev/zero", path("endless.json")).unwrap();
    std::fs::write(path("a.wav"), "RIFF").unwrap();
    let commands: [(&[&str], &str); 11] = [
        (&["show", "pipe.json"], "pipe.json"),
        (&["show", "folder.json"], "folder.json"),
        (&["show", "endless.json"], "endless.json"),
        (&["export", "pipe.json", "--to", "md"], "pipe.json"),
        (&["relabel", "pipe.json", "A=Nate"], "pipe.json"),
        (&["forget", "pipe.json", "-o", "reports"], "pipe.json"),
        (&["compare", "piped"], "marks.toml"),
        (&["mark", "2026-03-10", "time box", "--reports", "piped"], "marks.toml"),
        (&["compare", "reports"], "reports"),
        (&["analyze", "a.wav", "-o", "out", "--model", "pipe.bin"], ""),
        (&["analyze", "a.wav", "-o", "out", "--model", "model.bin"], ""),
    ];
    for (arguments, named) in commands {
        let (code, said) = at_once(rapport(home.path(), arguments));
        assert!(matches!(code, Some(1 | 2)), "{arguments:?}: {code:?} {said}");
        assert!(said.contains(named) && !said.contains("panicked"), "{arguments:?}: {said}");
    }
    println!("what is no file where one should be: cases: {}, failures: 0", commands.len());
}

/// Neither the screen nor any file outside of the reports tells what was said.
#[test]
fn nothing_of_a_call_goes_to_a_log() {
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("calls")).unwrap();
    let secret = "The verdigris contract is signed.";
    let said = call(1).replace("Good morning, can you hear me?", secret);
    std::fs::write(home.path().join("calls/2026-04-01 good.vtt"), &said).unwrap();
    std::fs::write(home.path().join("calls/2026-04-02 cut.vtt"), format!("WEBVTT\n\n00:99 --> x\n{secret}")).unwrap();
    std::fs::write(home.path().join("calls/2026-04-03 no.json"), format!("{{\"segments\": [\"{secret}\"]}}")).unwrap();
    std::fs::write(home.path().join("calls/2026-04-04 no times.txt"), secret).unwrap();
    std::fs::write(home.path().join("calls/2026-04-05 no sound.wav"), secret).unwrap();
    let named = "calls/2026-04-03 no.json";
    let others = "calls/2026-04-04 no times.txt";
    let mut command = rapport(home.path(), &["analyze", "calls", named, others, "-o", "out", "--json"]);
    command.env("RUST_LOG", "trace").env("GGML_LOG_LEVEL", "debug").env("TMPDIR", home.path().join("tmp"));
    std::fs::create_dir(home.path().join("tmp")).unwrap();
    let done = command.output().unwrap();
    let told = [done.stdout, done.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    assert!(told.contains("\"written\": 1") || told.contains("\"written\":1"), "{told}");
    assert!(!told.contains("verdigris"), "{told}");
    let tells = |path: &PathBuf| std::fs::read(path).unwrap().windows(9).any(|window| window == b"verdigris");
    let outside =
        |path: &PathBuf| !path.starts_with(home.path().join("out")) && !path.starts_with(home.path().join("calls"));
    let left: Vec<_> = files(home.path()).into_iter().filter(outside).filter(tells).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
    assert!(files(&home.path().join("out")).iter().any(tells), "the report tells it");
    // A report that was damaged, read back.
    let report = home.path().join("out/2026-04-01 good.json");
    let damaged =
        std::fs::read_to_string(&report).unwrap().replace("\"duration\":", "\"duration\": \"verdigris\", \"x\":");
    std::fs::write(&report, damaged).unwrap();
    for arguments in [&["show", "out/2026-04-01 good.json"][..], &["compare", "out"]] {
        let done = rapport(home.path(), arguments).output().unwrap();
        let told = [done.stdout, done.stderr].concat();
        let told = String::from_utf8_lossy(&told).into_owned();
        assert!(!told.is_empty() && !told.contains("verdigris"), "{arguments:?}: {told}");
    }
}
