//! What processes take: their peak memory, as Linux tells it, and their time.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a child is looked at: the peak is the system's own, only a child that has ended cannot be asked any more.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// Runs a program to its end with nothing shown; gives its peak in mebibytes (0 where the system does not tell) and seconds.
///
/// # Panics
/// If it cannot be run, or fails.
pub(crate) fn run(command: &mut Command) -> (f64, f64) {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    let code = loop {
        peak = peak.max(peak_in(&status));
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(LOOK_EVERY);
    };
    assert!(code.success(), "{command:?} ended with {code}");
    (peak, begun.elapsed().as_secs_f64())
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
