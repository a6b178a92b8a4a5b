//! `rapport analyze`: recordings and transcripts in, reports out.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use crate::batch::{self, Batch, Format, Index, Job, Outcome};
use crate::commands::attempts::{self, Attempt};
use crate::commands::engines::WhisperEngines;
use crate::commands::progress_view::ProgressView;
use crate::commands::{Exit, stdout_style, summary, voice};
use crate::error::{Error, Result};
use crate::ingest::inputs::{self, InputKind};
use crate::ingest::recording;
use crate::options::{CallFlags, Shard, call_settings};
use crate::pipeline::CallSettings;
use crate::progress::StopFlag;
use crate::render::terminal;
use crate::store::{Store, read_report};

/// What the user wants analysed, and how.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AnalyzeOptions {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// Folder of the reports.
    pub out: PathBuf,
    /// Speech model, by path or name.
    pub model: Option<String>,
    /// What is written beside each report.
    pub formats: Vec<Format>,
    /// Threads at work; as many as the cores and the memory allow if none is said.
    pub threads: Option<usize>,
    /// Whether to do again what is done.
    pub force: bool,
    /// The part of the calls to take.
    pub shard: Option<Shard>,
    /// Whether to print the outcome as JSON.
    pub json: bool,
    /// Whether to say nothing while at work.
    pub quiet: bool,
    /// What the flags say about every call.
    pub call: CallFlags,
    /// The user's config folder, if there is one.
    pub config: Option<PathBuf>,
    /// The folder of voice prints, if there is one.
    pub voices: Option<PathBuf>,
    /// What an earlier attempt at this run left; `None` where nobody watches over it.
    pub attempt: Option<Attempt>,
}

/// Runs the command: the outcome goes to `out`, everything else to standard error.
///
/// # Errors
/// [`Error::NothingToDo`] and others that concern the whole run; what concerns one call is told at the end.
pub fn run(options: &AnalyzeOptions, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let found = inputs::collect(&options.paths, &options.out);
    let mut failures = found.failures;
    let mut jobs = Vec::new();
    let known: Arc<[_]> = options.voices.as_deref().map(voice::known).unwrap_or_default().into();
    for input in found.inputs {
        if options.shard.is_some_and(|shard| !shard.holds(&input.place)) {
            continue;
        }
        match call_settings(&input, &options.call, options.config.as_deref()) {
            Ok(settings) => {
                let settings = CallSettings { known: Arc::clone(&known), ..settings };
                jobs.push(Job { length: length_of(&input), input, settings });
            }
            Err(failure) => failures.push((input.path, failure)),
        }
    }
    if jobs.is_empty() && failures.is_empty() {
        return nothing_found(options);
    }
    if let Some(attempt) = &options.attempt {
        attempt.take_deadly(&mut jobs, &mut failures);
    }
    let engines = WhisperEngines::locate(options.model.as_deref());
    // Transcripts need no model; a run of recordings alone ends here rather than fail once a call.
    let all_recordings = !jobs.is_empty() && jobs.iter().all(|job| job.input.kind == InputKind::Recording);
    if let (true, Some(why)) = (all_recordings, engines.missing()) {
        return Err(Error::NoModel(why.to_owned()));
    }
    let store = Store::open(&options.out)?;
    let index = wants_index(options, jobs.len());
    let (threads, fewer) = options.threads.map_or_else(|| engines.threads(), |threads| (threads, None));
    let threads = options.attempt.as_ref().map_or(threads, |attempt| attempt.threads(threads));
    let formats = options.formats.clone();
    let redone = options.attempt.as_ref().map(Attempt::written).unwrap_or_default();
    let batch = Batch { jobs, store, formats, threads, force: options.force, redone, index };
    if let Some(why) = fewer.filter(|_| !options.quiet && all_recordings) {
        drop(writeln!(std::io::stderr(), "{why}"));
    }
    let view = ProgressView::new(&batch.jobs, options.quiet);
    let outcomes = attempts::run_batch(&batch, &engines, &view, options.attempt.as_ref(), stop);
    view.clear();
    let outcomes = outcomes?;
    let index = if batch.index { batch::write_index(&batch.store, threads, stop).map(Some) } else { Ok(None) };
    let index = index.unwrap_or_else(|failure| {
        failures.push((options.out.clone(), failure));
        None
    });
    print_outcome(options, &batch, &outcomes, &failures, out)?;
    say_the_rest(options, &batch, &outcomes, &failures, index.as_ref());
    Ok(exit_of(&outcomes, failures.len(), stop))
}

/// Whether a page of all calls belongs to this run: a folder or several calls were given, or there is such a page already.
fn wants_index(options: &AnalyzeOptions, calls: usize) -> bool {
    let many = calls > 1 || options.paths.iter().any(|path| path.is_dir());
    options.formats.contains(&Format::Html) && (many || batch::has_index(&options.out))
}

fn nothing_found(options: &AnalyzeOptions) -> Result<Exit> {
    if options.shard.is_some() {
        // Another part may have all the calls of a small folder: that is no failure.
        return Ok(Exit::Done);
    }
    let places: Vec<_> = options.paths.iter().map(|path| path.display().to_string()).collect();
    Err(Error::NothingToDo(format!(
        "no call found in {}: wanted recordings (.wav .flac .mp3 .m4a .ogg .opus .webm ...) or transcripts \
         (.vtt .srt .json .txt)",
        places.join(", ")
    )))
}

fn length_of(input: &inputs::Input) -> Option<crate::call::time::Duration> {
    match input.kind {
        InputKind::Recording => recording::probe(&input.path).ok().and_then(|probe| probe.duration),
        // A transcript is done in no time, whatever it covers.
        InputKind::Transcript => Some(crate::call::time::Duration::ZERO),
    }
}

fn print_outcome(
    options: &AnalyzeOptions,
    batch: &Batch,
    outcomes: &[Outcome],
    failures: &[(PathBuf, Error)],
    out: &mut dyn Write,
) -> Result<()> {
    let failed = Error::io("cannot write", std::path::Path::new("standard output"));
    let text = if options.json {
        summary::json(&batch.jobs, outcomes, failures)
    } else if let ([Outcome::Written(one) | Outcome::Unchanged(one)], []) = (outcomes, failures) {
        terminal::terminal(&read_report(&one.report)?, &stdout_style())
    } else if outcomes.iter().any(|outcome| matches!(outcome, Outcome::Written(_) | Outcome::Unchanged(_))) {
        summary::table(outcomes)
    } else {
        String::new()
    };
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}

/// What went wrong, by name, and where the reports are, on standard error.
fn say_the_rest(
    options: &AnalyzeOptions,
    batch: &Batch,
    outcomes: &[Outcome],
    failures: &[(PathBuf, Error)],
    index: Option<&Index>,
) {
    let mut lines = Vec::new();
    for (job, outcome) in batch.jobs.iter().zip(outcomes) {
        match outcome {
            Outcome::Failed(why) => lines.push(with_path(&job.input.path, why)),
            Outcome::PassedOver(why) => lines.push(format!("passed over: {}", with_path(&job.input.path, why))),
            _ => {}
        }
    }
    if outcomes.len() > 1 && !options.quiet {
        lines.splice(0..0, summary::doubts(&batch.jobs, outcomes));
    }
    lines.extend(failures.iter().map(|(path, why)| with_path(path, why)));
    let left_out = index.map_or(&[][..], |index| &index.left_out);
    lines.extend(left_out.iter().map(|one| format!("left out of the page of all calls: {}: {}", one.file, one.why)));
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
    let written = count(|outcome| matches!(outcome, Outcome::Written(_)));
    let unchanged = count(|outcome| matches!(outcome, Outcome::Unchanged(_)));
    let failed = failures.len() + count(|outcome| matches!(outcome, Outcome::Failed(_)));
    let not_done = count(|outcome| matches!(outcome, Outcome::NotDone));
    let mut tally = format!("{written} analysed, {unchanged} unchanged, {failed} failed");
    if not_done > 0 {
        tally = format!("{tally}, {not_done} not done; the same command goes on from here");
    }
    if !options.quiet {
        let page = index.and_then(|index| index.page.as_ref());
        let page = page.map_or_else(String::new, |page| format!("; all of them: {}", page.display()));
        lines.push(format!("{tally}. Reports are in {}{page}", batch.store.out().display()));
    }
    let mut stderr = std::io::stderr().lock();
    for line in lines {
        // Nothing can be done about a closed standard error.
        drop(writeln!(stderr, "{}", terminal::plain(&line)));
    }
}

/// A failure with the path of its call in front, unless it says that itself.
pub(super) fn with_path(path: &std::path::Path, why: &Error) -> String {
    let (path, why) = (path.display().to_string(), why.to_string());
    if why.contains(&path) { why } else { format!("{path}: {why}") }
}

fn exit_of(outcomes: &[Outcome], failures: usize, stop: &StopFlag) -> Exit {
    let failed = failures + outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Failed(_))).count();
    let done = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Written(_) | Outcome::Unchanged(_)));
    match (stop.is_stopped(), failed, done) {
        (true, _, _) => Exit::Interrupted,
        (_, 0, _) => Exit::Done,
        (_, _, true) => Exit::SomeFailed,
        (_, _, false) => Exit::Nothing,
    }
}
