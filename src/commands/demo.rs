//! `rapport demo`: the whole pipeline on bundled calls, without any download.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::{self, Batch, Format, Job, Outcome};
use crate::commands::engines::WhisperEngines;
use crate::commands::progress_view::ProgressView;
use crate::commands::{Exit, stdout_style};
use crate::error::{Error, Result};
use crate::ingest::inputs;
use crate::options::{CallFlags, call_settings};
use crate::progress::StopFlag;
use crate::render::terminal;
use crate::store::{Store, read_report, write_atomic};

/// The bundled calls: file name, words, settings. We wrote them; nobody in them is real.
const SAMPLES: [(&str, &str, &str); 2] = [
    (
        "2026-03-02 bakery launch",
        include_str!("../../models/samples/bakery-launch.vtt"),
        include_str!("../../models/samples/bakery-launch.toml"),
    ),
    (
        "2026-03-09 long story",
        include_str!("../../models/samples/long-story.vtt"),
        include_str!("../../models/samples/long-story.toml"),
    ),
];

/// Analyses the bundled calls into `folder` (a new one if `None`), and shows the last one's report on `out`.
///
/// # Errors
/// What writing the calls and reports brings.
pub fn run(folder: Option<&Path>, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => new_folder()?,
    };
    let calls = folder.join("calls");
    for (name, words, settings) in SAMPLES {
        write_atomic(&calls.join(format!("{name}.vtt")), words.as_bytes())?;
        write_atomic(&calls.join(format!("{name}.toml")), settings.as_bytes())?;
    }
    let reports = folder.join("reports");
    let found = inputs::collect(std::slice::from_ref(&calls), &reports);
    let jobs = found.inputs.into_iter().map(|input| {
        let settings = call_settings(&input, &CallFlags::default(), None)?;
        Ok(Job { input, settings, length: None })
    });
    let batch = Batch {
        jobs: jobs.collect::<Result<_>>()?,
        store: Store::open(&reports)?,
        formats: vec![Format::Html],
        threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        force: false,
    };
    let view = ProgressView::new(&batch.jobs, false);
    let outcomes = batch::run(&batch, &WhisperEngines::locate(None), &view, stop);
    view.clear();
    let mut last = None;
    for outcome in outcomes? {
        match outcome {
            Outcome::Written(summary) | Outcome::Unchanged(summary) => last = Some(summary.report),
            Outcome::Failed(failure) | Outcome::PassedOver(failure) => return Err(failure),
            Outcome::NotDone => return Ok(Exit::Interrupted),
        }
    }
    let Some(report) = last else { return Ok(Exit::Nothing) };
    let text = terminal::terminal(&read_report(&report)?, &stdout_style());
    let page = report.with_extension("html");
    let written = write!(
        out,
        "{text}\nThese calls are bundled transcripts that we wrote. The page of this one: {}\nYour own: rapport analyze \
         CALL.wav (needs a speech model: rapport models pull base), or a transcript: rapport analyze MEETING.vtt\n",
        page.display()
    );
    written.and_then(|()| out.flush()).map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(Exit::Done)
}

/// A new folder that stays, so that its pages can be opened after the program has ended.
fn new_folder() -> Result<PathBuf> {
    let temporary = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("rapport-demo-").tempdir_in(&temporary);
    Ok(made.map_err(Error::io("cannot make a folder in", &temporary))?.keep())
}
