//! A batch as people watch it: one bar on a terminal, one plain line a call elsewhere. All on standard error.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration as Wait, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::batch::{Job, Outcome, Watch};
use crate::call::time::Duration;
use crate::progress::Event;

/// Share of a call's work that reading its sound is taken for, so that the bar moves before the first window is done.
const DECODING_SHARE: f64 = 0.03;

/// What a call of unknown length counts for until it is read: a usual call.
const LENGTH_GUESS: Duration = Duration::from_ms(20 * 60_000);

/// How often the bar is drawn anew while nothing happens.
const REDRAW: Wait = Wait::from_millis(200);

/// Watches a batch and tells the person in front of it.
pub(super) struct ProgressView {
    bar: Option<ProgressBar>,
    quiet: bool,
    names: Vec<String>,
    calls_done: AtomicUsize,
    /// Milliseconds each call was taken to be long when the bar's length was last set.
    lengths: Vec<AtomicU64>,
    /// Milliseconds of each call that the bar counts as done.
    done: Vec<AtomicU64>,
    begun: Instant,
}

impl ProgressView {
    /// A view of these jobs; silent if `quiet`.
    pub(super) fn new(jobs: &[Job], quiet: bool) -> Self {
        let lengths: Vec<_> = jobs.iter().map(|job| job.length.unwrap_or(LENGTH_GUESS).ms()).collect();
        let on_terminal = std::io::stderr().is_terminal() && !quiet;
        let bar = on_terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(lengths.iter().sum()), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:30.cyan/dim} {percent:>3} %  {msg}");
            bar.set_style(style.expect("the template is a constant").progress_chars("━╸─"));
            bar.enable_steady_tick(REDRAW);
            bar
        });
        let view = Self {
            bar,
            quiet,
            names: jobs.iter().map(|job| crate::render::terminal::plain(&job.input.place.to_string_lossy())).collect(),
            calls_done: AtomicUsize::new(0),
            done: jobs.iter().map(|_| AtomicU64::new(0)).collect(),
            lengths: lengths.into_iter().map(AtomicU64::new).collect(),
            begun: Instant::now(),
        };
        view.draw();
        view
    }

    /// Takes the bar away, so that what is printed next stands alone.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn sum(of: &[AtomicU64]) -> u64 {
        of.iter().map(|ms| ms.load(Ordering::Relaxed)).sum()
    }

    fn draw(&self) {
        let Some(bar) = &self.bar else { return };
        let (done, total) = (Self::sum(&self.done), Self::sum(&self.lengths));
        let elapsed_ms = self.begun.elapsed().as_millis() as u64;
        let speed = done as f64 / elapsed_ms.max(1) as f64;
        let left = if done == 0 {
            String::new()
        } else {
            format!(", {} left", rough((total - done.min(total)) as f64 / speed))
        };
        let minutes = |ms: u64| ms as f64 / 60_000.0;
        bar.set_length(total.max(1));
        bar.set_position(done);
        bar.set_message(format!(
            "{} of {} calls, {:.1} of {:.1} min of sound, {speed:.1} x real time{left}",
            self.calls_done.load(Ordering::Relaxed),
            self.names.len(),
            minutes(done),
            minutes(total),
        ));
    }

    fn line(&self, text: &str) {
        if self.quiet {
            return;
        }
        match &self.bar {
            Some(bar) => bar.println(text),
            // Nothing can be done about a closed standard error.
            None => drop(writeln!(std::io::stderr(), "{text}")),
        }
    }
}

/// A length in milliseconds as people say it when it is an estimate.
fn rough(ms: f64) -> String {
    let secs = ms / 1000.0;
    if secs < 90.0 {
        format!("{:.0} s", secs.max(1.0))
    } else if secs < 5400.0 {
        format!("{:.0} min", secs / 60.0)
    } else {
        format!("{:.1} h", secs / 3600.0)
    }
}

impl Watch for ProgressView {
    fn started(&self, _: usize) {
        self.draw();
    }

    fn event(&self, job: usize, event: Event) {
        match event {
            Event::Decoded(length) => {
                self.lengths[job].store(length.ms(), Ordering::Relaxed);
                self.done[job].store((length.ms() as f64 * DECODING_SHARE) as u64, Ordering::Relaxed);
            }
            Event::Advanced(length) => {
                let counted = (length.ms() as f64 * (1.0 - DECODING_SHARE)) as u64;
                self.done[job].fetch_add(counted, Ordering::Relaxed);
            }
        }
        self.draw();
    }

    fn finished(&self, job: usize, outcome: &Outcome) {
        let count = self.calls_done.fetch_add(1, Ordering::Relaxed) + 1;
        if matches!(outcome, Outcome::Written(_) | Outcome::Unchanged(_)) {
            self.done[job].store(self.lengths[job].load(Ordering::Relaxed), Ordering::Relaxed);
        } else {
            // What failed is neither done nor left to do.
            self.lengths[job].store(0, Ordering::Relaxed);
            self.done[job].store(0, Ordering::Relaxed);
        }
        let what = match outcome {
            Outcome::Written(summary) => format!("{} → {}", summary.duration, summary.report.display()),
            Outcome::Unchanged(_) => "unchanged".to_owned(),
            Outcome::PassedOver(_) => "no call, passed over".to_owned(),
            Outcome::Failed(_) => "failed".to_owned(),
            Outcome::NotDone => "not done".to_owned(),
        };
        if self.bar.is_none() || matches!(outcome, Outcome::Failed(_)) {
            self.line(&format!("[{count}/{}] {}: {what}", self.names.len(), self.names[job]));
        }
        self.draw();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_as_coarse_as_they_are_sure() {
        assert_eq!(rough(400.0), "1 s");
        assert_eq!(rough(89_000.0), "89 s");
        assert_eq!(rough(600_000.0), "10 min");
        assert_eq!(rough(9_000_000.0), "2.5 h");
    }
}
