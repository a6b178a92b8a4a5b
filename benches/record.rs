//! What recording an hour costs: processor time as a share of one core, and memory.
//!
//!     cargo bench --bench record                       an hour of two tracks at 48 kHz, one of them drifting
//!     RAPPORT_BENCH_HOURS=7 cargo bench --bench record
//!
//! Scripted devices play faster than real time; what is measured is everything behind them: placing, resampling, meters,
//! the file with its header kept true, and its way to the disk. The processor time is the process's where Linux tells it,
//! with the making of the devices' sound in it; else the time on the wall, which also holds the waiting for the disk.
//! Seven hours are longer than one WAV may be, and go on in a second part.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration as Elapsed, Instant};

use rapport::ingest::capture::{Block, Ending, Notice, Parts, Polled, RECORDING_RATE, Recorder, SoundSource};

#[path = "common/process.rs"]
mod process;

/// How often the recorder is called, as `rapport record` does.
const TICK_MS: u64 = 100;

/// Length of a device's blocks.
const BLOCK_MS: u64 = 20;

/// Length of a click.
const CLICK_SECS: f64 = 0.002;

/// How far a drifting track may be off at the end of the hour, milliseconds.
const APART_MS_MAX: f64 = 20.0;

/// A device that never ends, with a clock of its own.
struct Endless {
    now: Rc<Cell<Elapsed>>,
    true_rate: f64,
    given: u64,
    next_ms: u64,
}

/// A click at every whole second, on a soft saw.
fn sound(secs: f64) -> f32 {
    if secs.fract() < CLICK_SECS { 0.8 } else { (secs * 154.0).fract() as f32 * 0.2 - 0.1 }
}

/// How far the clicks of the last minute are from their seconds at most, by track, in milliseconds.
fn apart(parts: &[std::path::PathBuf], tracks: usize) -> Vec<f64> {
    let open = |part| hound::WavReader::open(part).expect("a recording");
    let (last, earlier) = parts.split_last().expect("a part");
    let before: u64 = earlier.iter().map(|part| u64::from(open(part).duration())).sum();
    let mut reader = open(last);
    let minute = 60 * RECORDING_RATE;
    let from = reader.duration().saturating_sub(minute);
    reader.seek(from).expect("a minute");
    let samples: Vec<i16> = reader.samples().map(|sample| sample.expect("a sample")).collect();
    let worst = |track: usize| {
        let mut quiet_from = 0;
        let mut worst = 0.0_f64;
        for (at, frame) in samples.chunks_exact(tracks).enumerate() {
            if frame[track] > i16::MAX / 2 && at >= quiet_from {
                let secs = ((before + u64::from(from)) as f64 + at as f64) / f64::from(RECORDING_RATE);
                worst = worst.max((secs - secs.round()).abs() * 1000.0);
                quiet_from = at + RECORDING_RATE as usize / 2;
            }
        }
        worst
    };
    (0..tracks).map(worst).collect()
}

impl SoundSource for Endless {
    fn name(&self) -> &'static str {
        "endless"
    }

    fn poll(&mut self) -> Polled {
        let arrived = Elapsed::from_millis(self.next_ms);
        if arrived > self.now.get() {
            return Polled::Nothing;
        }
        let upto = (self.next_ms as f64 / 1000.0 * self.true_rate) as u64;
        let samples = (self.given..upto).map(|at| sound(at as f64 / self.true_rate)).collect();
        (self.given, self.next_ms) = (upto, self.next_ms + BLOCK_MS);
        Polled::Block(Block { samples, rate: RECORDING_RATE, arrived, lost_before: 0 })
    }
}

fn main() {
    let hours: u64 = std::env::var("RAPPORT_BENCH_HOURS").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let now = Rc::new(Cell::new(Elapsed::ZERO));
    let device = |ppm: f64| {
        let true_rate = f64::from(RECORDING_RATE) * (1.0 + ppm / 1e6);
        Box::new(Endless { now: now.clone(), true_rate, given: 0, next_ms: BLOCK_MS }) as Box<dyn SoundSource>
    };
    let parts = Parts::create(&folder.path().join("a.wav"), 2).expect("a file");
    let mut recorder = Recorder::new(vec![device(0.0), device(100.0)], parts, None);
    let (began, cpu_before) = (Instant::now(), process::own_cpu_secs());
    let ticks = hours * 3_600_000 / TICK_MS;
    let mut peaks = Vec::new();
    for tick in 1..=ticks {
        now.set(Elapsed::from_millis(tick * TICK_MS));
        let told = recorder.tick(now.get());
        let expected = |notice: &Notice| matches!(notice, Notice::NextPart(_));
        assert!(told.over.is_none() && told.notices.iter().all(expected), "{told:?}");
        recorder.levels();
        if tick % (ticks / 4) == 0 {
            peaks.push(process::own_peak_mib());
        }
    }
    let summary = recorder.finish(now.get(), Ending::Asked);
    let wall = began.elapsed().as_secs_f64();
    let spent = process::own_cpu_secs().zip(cpu_before).map_or(wall, |(after, before)| after - before);
    let sound = summary.length.secs();
    println!("{sound:.0} s of two tracks: {spent:.1} s of processor time, {:.2} % of one core", 100.0 * spent / sound);
    println!("{wall:.1} s on the wall; peak memory at each quarter: {peaks:.1?} MiB");
    let drift = summary.tracks.iter().map(|track| track.drift_ppm.unwrap_or(f64::NAN));
    println!("drift measured: {:.1?} ppm of 0 and 100", drift.collect::<Vec<_>>());
    let apart = apart(&summary.parts, 2);
    println!("parts: {}; clicks of the last minute are off by at most {apart:.2?} ms", summary.parts.len());
    assert!(apart.iter().all(|ms| *ms <= APART_MS_MAX), "{apart:?}");
    assert!(summary.tracks.iter().all(|track| (track.lost_samples, track.late_samples) == (0, 0)), "{summary:?}");
}
