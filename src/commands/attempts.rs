//! Speech to text in a process of its own, watched by this one: for `analyze`, `record --analyze` and `demo`.
//!
//! whisper.cpp is C++: where it runs out of memory it ends the program, and no `catch_unwind` holds it. So the command starts
//! itself once more, with the same arguments, and lets that process do the work. If it dies, the calls it was at are tried
//! again, one at a time; a call with which it dies again is a failed call, and the rest goes on. Both write notes into a
//! private folder: this one a plan, the other which calls it has begun and finished.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::batch::{self, Batch, Job, Outcome, Watch};
use crate::commands::Exit;
use crate::commands::analyze::{self, AnalyzeOptions};
use crate::error::{Error, Result};
use crate::ingest::inputs::{self, InputKind};
use crate::pipeline::Engines;
use crate::progress::{Event, StopFlag};
use crate::store::path_digest;

/// Tells the process that works where the notes are.
const FOLDER: &str = "RAPPORT_ATTEMPT";

/// Where the process that works says what it would on its standard output, when that is caught.
const SAID: &str = "said";

/// Code of a process that was asked to stop.
const INTERRUPTED: i32 = 130;

/// ggml's setting that keeps it from calling a debugger, where there is one, when it ends the program: that takes seconds and
/// prints what functions were called with, which may be of a call.
const NO_DEBUGGER: &str = "GGML_NO_BACKTRACE";

/// How often the process is looked at.
const POLL: Duration = Duration::from_millis(20);

/// Calls in a row with which the process died, after which no further one is tried: then it is the model or the memory.
const DEATHS_MAX: usize = 3;

/// How the GNU C library is told of settings when a program starts.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const GLIBC_TUNABLES: &str = "GLIBC_TUNABLES";

/// Its setting that memory is taken in pages of 2 MiB where the system has some (glibc 2.35 and later; others ignore it). A
/// model's weights and matrices are hundreds of megabytes: their small pages are more than a processor has in sight at once,
/// and looking them up took 6 to 8 % of a transcription (`benches/NOTES.md`, "Beside other programs").
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE_PAGES: &str = "glibc.malloc.hugetlb";

/// What the process that works is to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Plan {
    /// What it works on, where the arguments do not say it.
    places: Vec<OsString>,
    /// Whether calls are done one at a time, because an earlier process died.
    careful: bool,
    /// Calls that an earlier process was done with, by the digest of their paths.
    finished: BTreeSet<String>,
    /// Those of them whose report it wrote.
    written: BTreeSet<String>,
    /// Calls with which a process died that was at nothing else, and how it died.
    deadly: BTreeMap<String, String>,
    /// Deaths since a call was last finished.
    deaths: usize,
    /// Whether no recording is to be tried any more.
    hopeless: bool,
}

/// This process is the one that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    folder: PathBuf,
    plan: Plan,
}

/// Whether this process is one that works for another.
#[must_use]
pub fn is_attempt() -> bool {
    std::env::var_os(FOLDER).is_some()
}

impl Attempt {
    /// What this process is to do, if it works for another; from then on it stops when the other asks for it, and ends when
    /// the other is gone.
    ///
    /// # Errors
    /// [`Error::Io`] if it works for another and cannot read what it is to do.
    pub fn begin(stop: &StopFlag) -> Result<Option<Self>> {
        let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return Ok(None) };
        let plan = std::fs::read(folder.join("plan"));
        let plan = plan.and_then(|plan| Ok(serde_json::from_slice(&plan)?));
        let plan = plan.map_err(Error::io("cannot read what to do in", &folder))?;
        let (stop, notes) = (stop.clone(), folder.clone());
        let listen = move || {
            let mut byte = [0];
            while std::io::stdin().read(&mut byte).is_ok_and(|count| count > 0) {
                stop.stop();
            }
            // The other process was killed: nobody else takes the notes away.
            drop(std::fs::remove_dir_all(&notes));
            std::process::exit(INTERRUPTED);
        };
        drop(std::thread::Builder::new().name("rapport-listener".to_owned()).spawn(listen));
        Ok(Some(Self { folder, plan }))
    }

    /// What to work on, where the arguments do not say it.
    pub(super) fn places(&self) -> Vec<PathBuf> {
        self.plan.places.iter().map(PathBuf::from).collect()
    }

    /// Threads to work with, of those that there would be.
    pub(super) const fn threads(&self, threads: usize) -> usize {
        if self.plan.careful { 1 } else { threads }
    }

    /// Takes the calls out that are not tried any more; they are failures with a name.
    pub(super) fn take_deadly(&self, jobs: &mut Vec<Job>, failures: &mut Vec<(PathBuf, Error)>) {
        let why = |job: &Job| {
            let digest = path_digest(&job.input.path);
            let left =
                self.plan.hopeless && job.input.kind == InputKind::Recording && !self.plan.finished.contains(&digest);
            let given_up = || "it was not tried after the others".to_owned();
            self.plan.deadly.get(&digest).cloned().or_else(|| left.then(given_up))
        };
        failures.extend(jobs.iter().filter_map(|job| Some((job.input.path.clone(), Error::Died(why(job)?)))));
        jobs.retain(|job| why(job).is_none());
    }

    /// Calls that are done, though all were to be done anew.
    pub(super) fn written(&self) -> BTreeSet<String> {
        self.plan.written.clone()
    }

    /// What an earlier process wrote was written by this run.
    fn tell_written(&self, jobs: &[Job], outcomes: &mut [Outcome]) {
        for (job, outcome) in jobs.iter().zip(outcomes) {
            let ours = self.plan.written.contains(&path_digest(&job.input.path));
            if let (true, Outcome::Unchanged(summary)) = (ours, &*outcome) {
                *outcome = Outcome::Written(summary.clone());
            }
        }
    }

    /// Writes down which calls are begun and finished, and passes it on.
    fn noting<'run>(&self, jobs: &'run [Job], watch: &'run dyn Watch) -> Noting<'run> {
        let journal = File::options().append(true).create(true).open(self.folder.join("journal")).ok();
        Noting { jobs, watch, journal }
    }
}

/// Tells the other process of calls that are begun and finished.
struct Noting<'run> {
    jobs: &'run [Job],
    watch: &'run dyn Watch,
    journal: Option<File>,
}

impl Noting<'_> {
    fn note(&self, what: &str, job: usize) {
        // One write a line, so that lines of several threads do not mix. Without a journal a death ends the run.
        let line = format!("{what} {}\n", path_digest(&self.jobs[job].input.path));
        drop(self.journal.as_ref().map(|mut journal| journal.write_all(line.as_bytes())));
    }
}

impl Watch for Noting<'_> {
    fn started(&self, job: usize) {
        self.note("begun", job);
        self.watch.started(job);
    }

    fn event(&self, job: usize, event: Event) {
        self.watch.event(job, event);
    }

    fn finished(&self, job: usize, outcome: &Outcome) {
        self.note(if matches!(outcome, Outcome::Written(_)) { "written" } else { "done" }, job);
        self.watch.finished(job, outcome);
    }
}

/// Works through a batch as [`batch::run`] does, and where this process works for another, tells that one.
///
/// # Errors
/// As [`batch::run`].
pub(super) fn run_batch(
    batch: &Batch,
    engines: &dyn Engines,
    watch: &dyn Watch,
    attempt: Option<&Attempt>,
    stop: &StopFlag,
) -> Result<Vec<Outcome>> {
    let Some(attempt) = attempt else { return batch::run(batch, engines, watch, stop) };
    let mut outcomes = batch::run(batch, engines, &attempt.noting(&batch.jobs, watch), stop)?;
    attempt.tell_written(&batch.jobs, &mut outcomes);
    Ok(outcomes)
}

/// A run that another process is to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errand {
    /// What it works on, where the arguments do not say it: recordings that were just made, a folder for the reports.
    pub places: Vec<PathBuf>,
    /// Whether what it says on its standard output goes to this process's writer and not to its standard output.
    pub is_caught: bool,
}

/// Runs [`analyze::run`]: in a process that this one watches over where it hears, else here.
///
/// # Errors
/// As [`analyze::run`] and [`watch_over`].
pub fn analyze(options: AnalyzeOptions, errand: &Errand, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let hears =
        || inputs::collect(&options.paths, &options.out).inputs.iter().any(|one| one.kind == InputKind::Recording);
    if cfg!(feature = "whisper")
        && !is_attempt()
        && hears()
        && let Some(exit) = watch_over(errand, stop, out)?
    {
        return Ok(exit);
    }
    analyze::run(&AnalyzeOptions { attempt: Attempt::begin(stop)?, ..options }, stop, out)
}

/// Lets processes of this same program, with the same arguments, do the work until one ends by itself. `None` where no
/// process can be started: then the work is to be done here.
///
/// # Errors
/// [`Error::Io`] when a process cannot be waited for.
pub fn watch_over(errand: &Errand, stop: &StopFlag, out: &mut dyn Write) -> Result<Option<Exit>> {
    let Ok(folder) = tempfile::Builder::new().prefix("rapport-").tempdir() else { return Ok(None) };
    let places = errand.places.iter().map(|place| place.clone().into_os_string()).collect();
    let mut plan = Plan { places, ..Plan::default() };
    loop {
        drop(std::fs::remove_file(folder.path().join("journal")));
        let Some(child) = start(folder.path(), &plan, errand.is_caught) else { return Ok(None) };
        let status = wait(child, stop)?;
        let exit = match status.code() {
            Some(0) => Some(Exit::Done),
            Some(1) => Some(Exit::Nothing),
            Some(2) => Some(Exit::SomeFailed),
            Some(INTERRUPTED) => Some(Exit::Interrupted),
            _ if stop.is_stopped() => Some(Exit::Interrupted),
            _ => None,
        };
        if let Some(exit) = exit {
            // Without what it said there is nothing to pass on.
            let said = std::fs::read(folder.path().join(SAID)).unwrap_or_default();
            out.write_all(&said).map_err(Error::io("cannot write", Path::new("standard output")))?;
            return Ok(Some(exit));
        }
        let journal = std::fs::read_to_string(folder.path().join("journal")).unwrap_or_default();
        let how = told(status);
        let next = plan.learn(&Journal::read(&journal), &how);
        let note = next.unwrap_or("it was at no call, so there is nothing to try again");
        drop(writeln!(std::io::stderr(), "rapport: the program at work ended ({how}): {note}"));
        if next.is_none() {
            return Ok(Some(if plan.written.is_empty() { Exit::Nothing } else { Exit::SomeFailed }));
        }
    }
}

impl Plan {
    /// Draws the conclusion from a death and says it; `None` if nothing would change by another attempt.
    fn learn(&mut self, journal: &Journal, how: &str) -> Option<&'static str> {
        self.finished.extend(journal.finished.iter().cloned());
        self.written.extend(journal.written.iter().cloned());
        if journal.open.is_empty() || self.hopeless {
            return None;
        }
        if !self.careful {
            self.careful = true;
            return Some("what it was at is tried again, one call at a time");
        }
        self.deadly.extend(journal.open.iter().map(|digest| (digest.clone(), how.to_owned())));
        self.deaths = if journal.finished.is_empty() { self.deaths + 1 } else { 1 };
        self.hopeless = self.deaths >= DEATHS_MAX;
        Some(if self.hopeless { "no further recording is tried" } else { "that call has failed, the others go on" })
    }
}

/// What a process wrote down before it died.
#[derive(Debug, Default, PartialEq, Eq)]
struct Journal {
    /// Calls it had begun and not finished.
    open: BTreeSet<String>,
    /// Calls it was done with.
    finished: BTreeSet<String>,
    /// Those of them whose report it wrote.
    written: BTreeSet<String>,
}

impl Journal {
    fn read(text: &str) -> Self {
        let mut journal = Self::default();
        for (what, digest) in text.lines().filter_map(|line| line.split_once(' ')) {
            if what == "begun" {
                journal.open.insert(digest.to_owned());
                continue;
            }
            journal.open.remove(digest);
            journal.finished.insert(digest.to_owned());
            if what == "written" {
                journal.written.insert(digest.to_owned());
            }
        }
        journal
    }
}

fn start(folder: &Path, plan: &Plan, is_caught: bool) -> Option<Child> {
    let plan = serde_json::to_vec(plan).ok()?;
    std::fs::write(folder.join("plan"), plan).ok()?;
    let mut command = Command::new(std::env::current_exe().ok()?);
    if is_caught {
        command.stdout(File::create(folder.join(SAID)).ok()?);
    }
    command.args(std::env::args_os().skip(1)).env(FOLDER, folder).env(NO_DEBUGGER, "1");
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    command.env(GLIBC_TUNABLES, with_large_pages(std::env::var_os(GLIBC_TUNABLES)));
    command.stdin(Stdio::piped()).spawn().ok()
}

/// What the C library is to be told: what the user tells it, and to ask for large pages where the user says nothing of them.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn with_large_pages(said: Option<OsString>) -> OsString {
    let mut told = said.unwrap_or_default();
    if !told.to_string_lossy().contains(LARGE_PAGES) {
        if !told.is_empty() {
            told.push(":");
        }
        told.push(format!("{LARGE_PAGES}=1"));
    }
    told
}

/// Waits for the process, and asks it to stop when the user does.
fn wait(mut child: Child, stop: &StopFlag) -> Result<ExitStatus> {
    // Its standard input stays open as long as this process lives.
    let mut asked = false;
    loop {
        if let Some(status) = child.try_wait().map_err(Error::io("cannot wait for", Path::new("rapport")))? {
            return Ok(status);
        }
        if stop.is_stopped() && !asked {
            drop(child.stdin.as_mut().map(|stdin| stdin.write_all(b".").and_then(|()| stdin.flush())));
            asked = true;
        }
        std::thread::sleep(POLL);
    }
}

/// How a process died, in words.
fn told(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| "no code".to_owned(), |code| format!("code {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(digests: &[&str]) -> BTreeSet<String> {
        digests.iter().map(ToString::to_string).collect()
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn large_pages_are_asked_for_unless_the_user_says_otherwise() {
        let told = |said: Option<&str>| with_large_pages(said.map(OsString::from)).into_string().unwrap();
        assert_eq!(told(None), "glibc.malloc.hugetlb=1");
        assert_eq!(told(Some("glibc.malloc.check=1")), "glibc.malloc.check=1:glibc.malloc.hugetlb=1");
        assert_eq!(told(Some("glibc.malloc.hugetlb=0")), "glibc.malloc.hugetlb=0");
    }

    #[test]
    fn a_journal_tells_what_was_begun_and_what_is_done() {
        let journal = Journal::read("begun a\nbegun b\nwritten a\nbegun c\ndone c\nbegun d\nbeg");
        let wanted = Journal { open: set(&["b", "d"]), finished: set(&["a", "c"]), written: set(&["a"]) };
        assert_eq!(journal, wanted);
    }

    #[test]
    fn a_call_fails_when_the_program_dies_with_it_alone_and_the_rest_goes_on() {
        let mut plan = Plan::default();
        assert!(plan.learn(&Journal::read("begun a\nbegun b\nbegun c\nwritten c"), "signal 6").is_some());
        assert!(plan.careful && plan.deadly.is_empty() && plan.written == set(&["c"]));
        assert!(plan.learn(&Journal::read("begun c\ndone c\nbegun a"), "signal 6").unwrap().contains("others go on"));
        assert_eq!(plan.deadly.keys().collect::<Vec<_>>(), ["a"]);
        // Three in a row, and nothing done between them.
        assert!(!plan.hopeless);
        plan.learn(&Journal::read("begun b"), "signal 6");
        assert!(plan.learn(&Journal::read("begun d"), "signal 11").unwrap().contains("no further"));
        assert!(plan.hopeless && plan.deadly["d"] == "signal 11");
        assert_eq!(plan.learn(&Journal::read("begun e"), "signal 11"), None);
    }

    #[test]
    fn a_death_outside_of_calls_is_the_end() {
        assert_eq!(Plan::default().learn(&Journal::read("begun a\nwritten a"), "signal 9"), None);
    }
}
