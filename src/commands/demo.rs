//! `rapport demo`: the whole pipeline on bundled calls, without any download.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::{self, Batch, Format, Job, Outcome};
use crate::commands::analyze::with_path;
use crate::commands::attempts::{self, Attempt, Errand};
use crate::commands::engines::WhisperEngines;
use crate::commands::progress_view::ProgressView;
use crate::commands::{Exit, stdout_style, summary};
use crate::error::{Error, Result};
use crate::ingest::inputs::{self, InputKind};
use crate::options::{CallFlags, call_settings};
use crate::progress::StopFlag;
use crate::render::terminal;
use crate::store::{Store, read_report, write_atomic};
use crate::transcribe::models::{self, DEMO, Places};

/// The call whose report is shown in full: the one with most to see.
const SHOWN: &str = "long-story";

/// The bundled calls as transcripts, for a program that is not beside its repository or was built without speech to text:
/// file name, words, settings. We wrote them; nobody in them is real.
const TRANSCRIPTS: [(&str, &str, &str); 2] = [
    (
        "2026-03-02 bakery-launch",
        include_str!("../../models/samples/bakery-launch.vtt"),
        include_str!("../../models/samples/bakery-launch.toml"),
    ),
    (
        "2026-03-09 long-story",
        include_str!("../../models/samples/long-story.vtt"),
        include_str!("../../models/samples/long-story.toml"),
    ),
];

/// What is said of the words where they were heard.
const HEARD: &str = "These calls are spoken by two synthetic voices, and the words were heard by a small speech model \
                     of our own that knows these voices and little else. For people you need a real one: \
                     rapport models pull base, then rapport analyze CALL.wav";

/// What is said where they were read.
const READ: &str = "These calls are transcripts that we wrote: the demo's recordings and speech model are not beside this \
                    program. For recordings of your own: rapport models pull base, then rapport analyze CALL.wav. A \
                    transcript needs no model: rapport analyze MEETING.vtt";

/// Analyses the bundled calls into `folder` (a new one if `None`), and shows one report on `out`.
///
/// # Errors
/// What reading the calls and writing the reports brings.
pub fn run(folder: Option<&Path>, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let attempt = Attempt::begin(stop)?;
    let folder = match (attempt.as_ref().and_then(|attempt| attempt.places().pop()), folder) {
        (Some(folder), _) => folder,
        (None, Some(folder)) => folder.to_owned(),
        (None, None) => new_folder()?,
    };
    let recordings = recordings();
    let errand = Errand { places: vec![folder.clone()], is_caught: false };
    if recordings.is_some()
        && attempt.is_none()
        && let Some(exit) = attempts::watch_over(&errand, stop, out)?
    {
        return Ok(exit);
    }
    let (calls, kind, note) = match recordings {
        Some(calls) => (calls, InputKind::Recording, HEARD),
        None => (write_transcripts(&folder)?, InputKind::Transcript, READ),
    };
    analyze(&Bundled { calls, kind, note, folder }, attempt.as_ref(), stop, out)
}

/// The bundled calls, and where their reports go.
struct Bundled {
    calls: PathBuf,
    kind: InputKind,
    /// What is said of them.
    note: &'static str,
    folder: PathBuf,
}

fn analyze(bundled: &Bundled, attempt: Option<&Attempt>, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let Bundled { calls, kind, note, folder } = bundled;
    let reports = folder.join("reports");
    let found = inputs::collect(std::slice::from_ref(calls), &reports);
    let jobs = found.inputs.into_iter().filter(|input| input.kind == *kind).map(|input| {
        let settings = call_settings(&input, &CallFlags::default(), None)?;
        Ok(Job { input, settings, length: None })
    });
    let (mut jobs, mut failures) = (jobs.collect::<Result<_>>()?, Vec::new());
    let mut threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if let Some(attempt) = attempt {
        attempt.take_deadly(&mut jobs, &mut failures);
        threads = attempt.threads(threads);
    }
    let batch = Batch {
        jobs,
        store: Store::open(&reports)?,
        formats: vec![Format::Html],
        threads,
        force: false,
        redone: std::collections::BTreeSet::new(),
        index: true,
    };
    let view = ProgressView::new(&batch.jobs, false);
    let outcomes = attempts::run_batch(&batch, &WhisperEngines::locate(Some(DEMO)), &view, attempt, stop);
    view.clear();
    let outcomes = outcomes?;
    let all = batch::write_index(&batch.store, batch.threads, stop)?.page;
    let table = summary::table(&outcomes);
    let mut done = Vec::new();
    for (job, outcome) in batch.jobs.iter().zip(outcomes) {
        match outcome {
            Outcome::Written(summary) | Outcome::Unchanged(summary) => done.push(summary.report),
            Outcome::Failed(failure) | Outcome::PassedOver(failure) => failures.push((job.input.path.clone(), failure)),
            Outcome::NotDone => return Ok(Exit::Interrupted),
        }
    }
    for (path, failure) in &failures {
        // Nothing can be done about a closed standard error.
        drop(writeln!(std::io::stderr(), "{}", terminal::plain(&with_path(path, failure))));
    }
    let is_shown = |report: &&PathBuf| report.file_stem().is_some_and(|stem| stem.to_string_lossy().contains(SHOWN));
    let Some(shown) = done.iter().find(is_shown).or(done.last()) else { return Ok(Exit::Nothing) };
    let style = stdout_style();
    let text = terminal::terminal(&read_report(shown)?, &style);
    let note = textwrap::fill(note, style.width.min(100));
    let page = shown.with_extension("html");
    let all = all.map_or_else(String::new, |all| format!("The page of all calls: {}\n", all.display()));
    let written = write!(out, "{text}\n{table}\n{note}\nThe page of the call above: {}\n{all}", page.display());
    written.and_then(|()| out.flush()).map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(if failures.is_empty() { Exit::Done } else { Exit::SomeFailed })
}

/// The folder of the bundled recordings, if they, their model and an engine for it are here.
fn recordings() -> Option<PathBuf> {
    let model = models::locate(Some(DEMO), &Places::from_env()).ok()?;
    let calls = model.path.parent()?.join("calls");
    (cfg!(feature = "whisper") && calls.is_dir()).then_some(calls)
}

/// Writes the bundled transcripts into a folder below `folder`.
fn write_transcripts(folder: &Path) -> Result<PathBuf> {
    let calls = folder.join("calls");
    for (name, words, settings) in TRANSCRIPTS {
        write_atomic(&calls.join(format!("{name}.vtt")), words.as_bytes())?;
        write_atomic(&calls.join(format!("{name}.toml")), settings.as_bytes())?;
    }
    Ok(calls)
}

/// A new folder that stays, so that its pages can be opened after the program has ended.
fn new_folder() -> Result<PathBuf> {
    let temporary = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("rapport-demo-").tempdir_in(&temporary);
    Ok(made.map_err(Error::io("cannot make a folder in", &temporary))?.keep())
}
