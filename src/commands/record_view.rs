//! A recording as people watch it: time and levels on a terminal, one line a minute elsewhere. All on standard error.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::path::Path;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::call::time::Duration;
use crate::ingest::capture::{Ending, Level, Notice, RECORDING_RATE, Role, Summary, TrackSummary};
use crate::render::terminal::plain;

/// Cells of a level meter.
const CELLS: usize = 12;

/// The level at which a meter's first cell lights up, dB of full scale.
const METER_FLOOR_DB: f32 = -60.0;

/// A peak above this is told as too loud, dB of full scale.
const TOO_LOUD_DB: f32 = -0.1;

/// How often a line is printed where there is no terminal.
const LINE_EVERY: Duration = Duration::from_ms(60_000);

/// Tells how a recording goes.
pub(super) struct RecordView {
    roles: Vec<Role>,
    bar: Option<ProgressBar>,
    quiet: bool,
    /// The loudest since the last line, by track; for lines, which come seldom.
    next_line: Cell<Duration>,
}

impl RecordView {
    /// A view of tracks with these roles.
    pub(super) fn new(roles: Vec<Role>, quiet: bool) -> Self {
        let bar = (std::io::stderr().is_terminal() && !quiet).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::with_template("{msg}").expect("the template is a constant"));
            bar
        });
        Self { roles, bar, quiet, next_line: Cell::new(LINE_EVERY) }
    }

    /// Says what is being recorded, and reminds of consent.
    pub(super) fn begun(&self, wav: &Path, tracks: &[(String, String)], consent: bool) {
        if self.quiet {
            return;
        }
        let tracks: Vec<_> = tracks.iter().map(|(role, device)| format!("{role}: {device}")).collect();
        self.line(&format!("recording to {} ({}); Ctrl-C ends it", wav.display(), tracks.join(", ")));
        if !consent {
            self.line("note: in many places everybody must agree to being recorded; --consent notes that they did");
        }
    }

    /// Says which keys do what, where keys are read.
    pub(super) fn keys(&self, read: bool) {
        if read && !self.quiet {
            self.line("keys: p pauses and goes on, m marks a moment, q ends it");
        }
    }

    /// Says that a moment was marked.
    pub(super) fn marked(&self, at: Duration) {
        self.line(&format!("marked at {at}"));
    }

    /// Shows how long and how loud it is.
    pub(super) fn levels(&self, length: Duration, levels: &[Level], paused: bool) {
        let each = |show: fn(Level) -> String| {
            let tracks = self.roles.iter().zip(levels);
            tracks.map(|(role, level)| format!("{} {}", who(*role), show(*level))).collect::<Vec<_>>().join("   ")
        };
        match &self.bar {
            Some(bar) => {
                let state = if paused { "‖ paused at" } else { "●" };
                bar.set_message(format!("{state} {length}   {}", each(meter)));
                bar.tick();
            }
            None if !self.quiet && length >= self.next_line.get() => {
                self.next_line.set(self.next_line.get() + LINE_EVERY);
                self.line(&format!("{length} recorded: {}", each(|level| format!("{:.0} dB", level.peak_db()))));
            }
            None => {}
        }
    }

    /// Says what the person should know at once.
    pub(super) fn notice(&self, notice: &Notice) {
        let track = |number: &usize| self.roles.get(*number).map_or("track", |role| name(*role));
        let hint = |number: &usize| match self.roles.get(*number) {
            Some(Role::System) => "does anything play, and on this output? `rapport devices` lists them",
            _ => "is it switched on, and the right one? `rapport devices` lists them",
        };
        let text = match notice {
            Notice::Silent(at) => format!("warning: {} is silent so far; {}", track(at), hint(at)),
            Notice::Heard(at) => format!("{} is heard now", track(at)),
            Notice::Stalled(at) => {
                format!("warning: {} gives nothing at all; its track is silent meanwhile", track(at))
            }
            Notice::Back(at) => format!("{} is back", track(at)),
            Notice::Gone(at, why) => {
                format!(
                    "warning: {} is gone ({why}); what was recorded is safe, its track is silent from here",
                    track(at)
                )
            }
            Notice::NextPart(path) => format!("the recording goes on in {}", path.display()),
        };
        if !self.quiet || text.starts_with("warning") {
            self.line(&text);
        }
    }

    /// What to say at the end; only what went wrong if `quiet`.
    pub(super) fn summary(summary: &Summary, quiet: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let how = match &summary.ending {
            Ending::Asked | Ending::Long => None,
            Ending::DevicesGone => Some("it ended because no device was left".to_owned()),
            Ending::CannotWrite(why) => Some(format!("it ended early: {why}")),
        };
        if !quiet || how.is_some() {
            let ended = how.map_or_else(String::new, |how| format!("; {how}; the file plays up to there"));
            lines.push(format!("{} recorded{ended}", summary.length));
        }
        if !quiet && !summary.pauses.is_empty() {
            let left_out: Duration = summary.pauses.iter().map(|pause| pause.length).sum();
            lines.push(format!("paused {}: {left_out} left out", times(summary.pauses.len())));
        }
        if !quiet && !summary.marks.is_empty() {
            let marks: Vec<_> = summary.marks.iter().map(ToString::to_string).collect();
            lines.push(format!("marked: {}", marks.join(", ")));
        }
        for (track, role) in summary.tracks.iter().zip([Role::Microphone, Role::System]) {
            lines.extend(track_lines(track, role, summary.length));
        }
        lines
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(plain(text)),
            None => say(text),
        }
    }
}

impl Drop for RecordView {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// What went wrong with a track.
fn track_lines(track: &TrackSummary, role: Role, length: Duration) -> Vec<String> {
    let secs = |samples: u64| samples as f64 / f64::from(RECORDING_RATE);
    let name = name(role);
    let mut lines = Vec::new();
    if track.silent && length > Duration::ZERO {
        lines.push(format!("warning: {name} ({}) was silent all along", track.device));
    }
    if let Some((at, why)) = &track.gone {
        lines.push(format!("warning: {name} ({}) went away at {at}: {why}", track.device));
    }
    if track.lost_samples > 0 {
        let lost = secs(track.lost_samples);
        lines.push(format!("note: {lost:.2} s of {name} were lost and are silence, so that the tracks stay aligned"));
    }
    if track.clipped_samples > 0 {
        let clipped = secs(track.clipped_samples) * 1000.0;
        lines.push(format!("note: {name} was too loud for {clipped:.1} ms in all; turn it down next time"));
    }
    lines
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Microphone => "the microphone",
        Role::System => "the system's sound",
    }
}

fn who(role: Role) -> &'static str {
    match role {
        Role::Microphone => "me",
        Role::System => "others",
    }
}

/// A level as a row of cells.
fn meter(level: Level) -> String {
    let db = level.peak_db();
    let lit = ((db - METER_FLOOR_DB) / -METER_FLOOR_DB * CELLS as f32).ceil().clamp(0.0, CELLS as f32) as usize;
    let loud = if db >= TOO_LOUD_DB { " too loud" } else { "" };
    format!("{}{}{loud}", "▮".repeat(lit), "▯".repeat(CELLS - lit))
}

/// A line on standard error.
pub(super) fn say(text: &str) {
    // Nothing can be done about a closed standard error.
    drop(writeln!(std::io::stderr(), "{}", plain(text)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meters_run_from_silence_to_full_scale() {
        let of = |peak| meter(Level { peak, rms: peak });
        assert_eq!(of(0.0), "▯▯▯▯▯▯▯▯▯▯▯▯");
        assert_eq!(of(0.0316), "▮▮▮▮▮▮▯▯▯▯▯▯");
        assert_eq!(of(1.0), "▮▮▮▮▮▮▮▮▮▮▮▮ too loud");
    }

    #[test]
    fn the_summary_names_what_went_wrong_and_nothing_else() {
        let mut track = TrackSummary {
            device: "USB".into(),
            lost_samples: 0,
            late_samples: 0,
            drift_ppm: Some(40.0),
            clipped_samples: 0,
            silent: false,
            gone: None,
        };
        let of = |track: &TrackSummary, ending| {
            let (parts, length) = (vec![], Duration::from_ms(61_000));
            let (marks, pauses) = (vec![], vec![]);
            RecordView::summary(&Summary { parts, length, ending, tracks: vec![track.clone()], marks, pauses }, true)
        };
        assert!(of(&track, Ending::Asked).is_empty());
        track.lost_samples = 24_000;
        track.silent = true;
        track.gone = Some((Duration::from_ms(30_000), "unplugged".into()));
        let lines = of(&track, Ending::CannotWrite("disk full".into()));
        assert_eq!(lines[0], "1:01 recorded; it ended early: disk full; the file plays up to there");
        assert_eq!(lines[1], "warning: the microphone (USB) was silent all along");
        assert_eq!(lines[2], "warning: the microphone (USB) went away at 0:30: unplugged");
        assert!(lines[3].starts_with("note: 0.50 s of the microphone were lost"));
    }
}
