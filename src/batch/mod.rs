//! Many calls: longest first, all cores busy, each written the moment it is done, one bad file never in the way.
//!
//! A few driver threads take one call each and do its light work; speech windows of all calls go into one pool with a
//! thread a core, in the order they come. A driver only waits while the pool works, so there are never more busy
//! threads than the user allowed, and windows are leaves: no call waits behind another that was begun inside it.
//! What is said of a call depends on nothing but the call, so any number of threads writes the same bytes.

mod gate;
mod index;
mod names;
mod one;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::call::finding::SmallTalk;
use crate::call::report::{Report, Warning};
use crate::call::time::Duration;
use crate::error::{Error, Result};
use crate::ingest::inputs::Input;
use crate::pipeline::{CallSettings, Engines};
use crate::progress::{Event, StopFlag};
use crate::store::Store;
use crate::threads::{self, WORKER};

pub use index::{Index, has_index, write_index};
pub use one::{Format, made_beside};

/// One call to be worked on.
#[derive(Debug, Clone)]
pub struct Job {
    /// The file.
    pub input: Input,
    /// How to look at it.
    pub settings: CallSettings,
    /// Its length, where that is known without decoding.
    pub length: Option<Duration>,
}

/// A run over many calls.
#[derive(Debug)]
pub struct Batch {
    /// The calls.
    pub jobs: Vec<Job>,
    /// Where reports go.
    pub store: Store,
    /// What is written beside each report.
    pub formats: Vec<Format>,
    /// Threads at work.
    pub threads: usize,
    /// Whether to do again what is done.
    pub force: bool,
    /// Calls, by the digests of their paths, that were done again already: an earlier attempt at this run broke off.
    pub redone: BTreeSet<String>,
    /// Whether a page of all calls goes with the reports, so that their pages lead to it.
    pub index: bool,
}

/// What a batch says of a call: enough for a line in a table, small enough for thousands of calls.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The report's file.
    pub report: PathBuf,
    /// Title of the call.
    pub title: String,
    /// The client, if known.
    pub client: Option<String>,
    /// When it took place.
    pub started_at: Option<String>,
    /// Its length.
    pub duration: Duration,
    /// How much of it was social; `None` when that is withheld.
    pub small_talk: Option<SmallTalk>,
    /// Tangents past the budget.
    pub tangents: usize,
    /// Redirects made.
    pub redirects: usize,
    /// Redirects that would have helped.
    pub opportunities: usize,
    /// Doubts that go with the report, without what was said in the call.
    pub warnings: Vec<Warning>,
}

/// What became of a call.
#[derive(Debug)]
pub enum Outcome {
    /// Its report was written.
    Written(Summary),
    /// Its report was there and is still right.
    Unchanged(Summary),
    /// A `.txt` or `.json` found in a folder that is no call.
    PassedOver(Error),
    /// It could not be analysed.
    Failed(Error),
    /// The user stopped the run first.
    NotDone,
}

/// Somebody who is told how a batch goes. Called from many threads; `job` is the place in [`Batch::jobs`].
pub trait Watch: Sync {
    /// A call was begun.
    fn started(&self, job: usize);
    /// Something happened to it.
    fn event(&self, job: usize, event: Event);
    /// It is done with.
    fn finished(&self, job: usize, outcome: &Outcome);
}

impl Summary {
    fn of(report: &Report, path: PathBuf) -> Self {
        Self {
            report: path,
            title: report.call.title.clone(),
            client: report.call.client.clone(),
            started_at: report.call.started_at.clone(),
            duration: report.call.duration,
            small_talk: report.small_talk.clone(),
            tangents: report.tangents.iter().filter(|tangent| !tangent.within_budget).count(),
            redirects: report.redirects.len(),
            opportunities: report.opportunities.len(),
            warnings: report.warnings.iter().map(Warning::without_quotes).collect(),
        }
    }
}

/// Works through a batch. The outcomes stand in the order of its jobs.
///
/// # Errors
/// [`Error::Engine`] if threads cannot be made. Whatever happens to single calls is in their outcomes.
pub fn run(batch: &Batch, engines: &dyn Engines, watch: &dyn Watch, stop: &StopFlag) -> Result<Vec<Outcome>> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(batch.threads)
        .thread_name(|index| format!("{WORKER}window-{index}"))
        .build()
        .map_err(|failure| Error::Engine(format!("cannot make {} threads: {failure}", batch.threads)))?;
    let places = names::report_places(&batch.jobs, batch.store.out());
    let queue = longest_first(&batch.jobs);
    let next = AtomicUsize::new(0);
    let gate = gate::Gate::default();
    let outcomes: Mutex<Vec<_>> = Mutex::new(batch.jobs.iter().map(|_| Outcome::NotDone).collect());
    let drive = || {
        while let Some(&job) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            let _admitted = gate.enter(batch.jobs[job].length.unwrap_or_default());
            if stop.is_stopped() {
                return;
            }
            watch.started(job);
            let outcome = one::analyze(batch, job, &places[job], engines, &pool, watch, stop);
            watch.finished(job, &outcome);
            outcomes.lock().unwrap_or_else(PoisonError::into_inner)[job] = outcome;
        }
    };
    let drivers = batch.threads.clamp(1, queue.len().max(1));
    threads::several(drivers, "call", drive);
    Ok(outcomes.into_inner().unwrap_or_else(PoisonError::into_inner))
}

/// The order of work: long calls first so that none is left over at the end; equal ones by path.
fn longest_first(jobs: &[Job]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by(|&a, &b| (jobs[b].length, &jobs[a].input).cmp(&(jobs[a].length, &jobs[b].input)));
    order
}
