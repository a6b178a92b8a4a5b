//! Time and memory of `rapport compare` over many reports.
//!
//!     cargo bench --bench compare
//!     RAPPORT_BENCH_REPORTS=1000 RAPPORT_BENCH_KEEP=folder cargo bench --bench compare    fewer, and keep them
//!
//! The reports are years of weekly calls with three clients each, of 25 to 50 minutes and an utterance every 4.5 s: about
//! 100 kB. Prints, of five runs, the best and the worst time on the wall and of the processor, which other work on the machine
//! changes little, and the child's peak resident memory (`VmHWM` of /proc, Linux).

use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "../tests/common/months.rs"]
mod months;
#[path = "common/process.rs"]
mod process;

const RUNS: usize = 5;

fn write_reports(folder: &Path, count: usize) -> u64 {
    let (mut number, mut bytes) = (0, 0);
    for seed in 0.. {
        for mut spec in months::year(seed) {
            if number == count {
                return bytes;
            }
            spec.utterance_seconds = 4.5;
            if seed > 0 {
                spec.client = spec.client.map(|client| format!("{client} {seed}"));
            }
            let place = folder.join(format!("{}/{}", spec.client.as_deref().unwrap_or("none"), spec.date.year()));
            std::fs::create_dir_all(&place).unwrap();
            let text = spec.text(number);
            bytes += text.len() as u64;
            std::fs::write(place.join(format!("{number}.json")), text).unwrap();
            number += 1;
        }
    }
    bytes
}

/// Runs the program.
fn run(folder: &Path, arguments: &[&str]) -> process::Spent {
    process::run(Command::new(env!("CARGO_BIN_EXE_rapport")).arg("compare").arg(folder).args(arguments))
}

fn main() {
    let count = std::env::var("RAPPORT_BENCH_REPORTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let kept = std::env::var_os("RAPPORT_BENCH_KEEP").map(PathBuf::from);
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    let bytes = write_reports(&folder, count);
    println!("{count} reports, {:.0} MB", bytes as f64 / 1e6);
    for arguments in [&[][..], &["--json"], &["--by", "week", "--to", "csv"]] {
        let runs: Vec<_> = (0..RUNS).map(|_| run(&folder, arguments)).collect();
        let range = |of: fn(&process::Spent) -> f64| {
            let all = || runs.iter().map(of);
            format!("{:.2} to {:.2} s", all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max))
        };
        let peak = runs.iter().map(|run| run.peak_mib).fold(0.0, f64::max);
        let (wall, cpu) = (range(|run| run.wall_secs), range(|run| run.cpu_secs));
        println!("compare {}: {wall} on the wall, {cpu} of processor time, peak {peak:.0} MiB", arguments.join(" "));
    }
}
