//! What processes take: their peak memory, as Linux tells it, and their time.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a child is looked at: the peak is the system's own, only a child that has ended cannot be asked any more.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Clock ticks a second in /proc; fixed in Linux's interface to programs.
const JIFFIES: f64 = 100.0;

/// What a program took. What the system does not tell is 0.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spent {
    /// Peak memory, mebibytes.
    pub(crate) peak_mib: f64,
    /// Processor time of all threads, seconds: what the wall shows on one core that does nothing else.
    pub(crate) cpu_secs: f64,
    /// Time on the wall, seconds.
    pub(crate) wall_secs: f64,
}

/// Runs a program to its end with nothing shown; what works for it in a process of its own counts as well.
///
/// # Panics
/// If it cannot be run, or fails.
pub(crate) fn run(command: &mut Command) -> Spent {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut spent = Spent::default();
    let code = loop {
        let both = with_children(child.id());
        spent.peak_mib = spent.peak_mib.max(both.iter().map(|id| peak_in(&format!("/proc/{id}/status"))).sum());
        let cpu_secs = both.iter().filter_map(|id| cpu_in(&format!("/proc/{id}/stat"))).sum();
        spent.cpu_secs = spent.cpu_secs.max(cpu_secs);
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    assert!(code.success(), "{command:?} ended with {code}");
    spent.wall_secs = begun.elapsed().as_secs_f64();
    spent
}

/// A process and those that it started.
fn with_children(id: u32) -> Vec<u32> {
    let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
    [id].into_iter().chain(children.split_whitespace().filter_map(|child| child.parse().ok())).collect()
}

/// Seconds of processor time of this process so far; `None` where the system does not tell.
pub(crate) fn own_cpu_secs() -> Option<f64> {
    cpu_in("/proc/self/stat")
}

fn cpu_in(stat: &str) -> Option<f64> {
    let text = std::fs::read_to_string(stat).ok()?;
    // The name before the last bracket may hold anything; user and system time are the 12th and 13th field after it.
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let jiffies = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(jiffies / JIFFIES)
}

/// Peak memory of this process in mebibytes; 0 where the system does not tell.
pub(crate) fn own_peak_mib() -> f64 {
    peak_in("/proc/self/status")
}

fn peak_in(status: &str) -> f64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib: Option<f64> = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse().ok());
    kib.unwrap_or(0.0) / 1024.0
}
