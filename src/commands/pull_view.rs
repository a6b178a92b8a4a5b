//! A download as people watch it: a bar on a terminal, one line a tenth elsewhere. All on standard error.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::render::terminal::plain;
use crate::transcribe::models::{PullWatcher, human_bytes};

/// Lines a download prints where there is no terminal.
const STEPS: u64 = 10;

/// Watches a download and tells the person in front of it.
#[derive(Debug, Default)]
pub struct PullView {
    bar: Option<ProgressBar>,
    steps_said: u64,
}

impl PullWatcher for PullView {
    fn advanced(&mut self, bytes: u64, total: Option<u64>) {
        if std::io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| new_bar(total));
            bar.set_position(bytes);
            return;
        }
        let Some(total) = total.filter(|total| *total > 0) else { return };
        let step = bytes.saturating_mul(STEPS) / total;
        if step > self.steps_said || bytes == 0 {
            self.steps_said = step;
            say(&format!("{} of {}", human_bytes(bytes), human_bytes(total)));
        }
    }

    fn retrying(&mut self, why: &str) {
        let text = format!("trying again: {}", plain(why));
        match &self.bar {
            Some(bar) => bar.println(text),
            None => say(&text),
        }
    }
}

impl Drop for PullView {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn new_bar(total: Option<u64>) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:30.cyan/dim} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left");
    bar.set_style(style.expect("the template is a constant").progress_chars("━╸─"));
    bar
}

fn say(text: &str) {
    // Nothing can be done about a closed standard error.
    drop(writeln!(std::io::stderr(), "{text}"));
}
