//! Peak memory of whole runs: one four-hour stereo file, and a folder of a thousand short calls.
//!
//!     cargo bench --bench memory                              four hours, a thousand calls, the bundled model
//!     RAPPORT_BENCH_HOURS=1 RAPPORT_BENCH_CALLS=50 RAPPORT_MODEL=base cargo bench --bench memory
//!
//! Prints the child's peak resident memory (`VmHWM` of /proc, Linux only) and, beside it, the model's own size. The sound
//! is made on the spot: a buzz whose formants move like a voice's, so that speech detection lets it through.

use std::io::BufWriter;
use std::path::Path;
use std::process::Command;

#[path = "common/process.rs"]
mod process;

const RATE: u32 = 48_000;
const MIB: f64 = 1024.0 * 1024.0;

fn from_env(name: &str, default: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Sixteen seconds of turn taking: each side buzzes for a while, then listens. Frames of left and right samples.
fn turns() -> Vec<[i16; 2]> {
    let seconds = 16;
    let mut frames = Vec::with_capacity((RATE * seconds) as usize);
    let mut state = 1_u32;
    for index in 0..RATE * seconds {
        let time = f64::from(index) / f64::from(RATE);
        let pitch = 120.0 + 30.0 * (time * 2.1).sin();
        let phase = time * pitch * std::f64::consts::TAU;
        let syllable = (time * 4.3 * std::f64::consts::PI).sin().abs();
        let formants = [(500.0, 1.0), (1500.0, 0.5), (2500.0, 0.3)].map(|(centre, gain)| {
            let moved = centre * (1.0 + 0.2 * (time * 3.7 + centre).sin());
            gain * (time * moved * std::f64::consts::TAU).sin() * (0.5 + 0.5 * phase.cos()).powi(4)
        });
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from(state >> 16) / 32_768.0 - 1.0;
        let voice = 9_000.0 * syllable * formants.iter().sum::<f64>() + 20.0 * noise;
        let first = (time as u32 / 4).is_multiple_of(2);
        let quiet = 20.0 * noise;
        frames.push(if first { [voice as i16, quiet as i16] } else { [quiet as i16, voice as i16] });
    }
    frames
}

fn write_wav(path: &Path, frames: &[[i16; 2]], seconds: u32) {
    let spec =
        hound::WavSpec { channels: 2, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let mut writer = hound::WavWriter::new(BufWriter::new(std::fs::File::create(path).unwrap()), spec).unwrap();
    let bytes: Vec<i16> = frames.iter().flatten().copied().collect();
    let mut left = seconds as usize * RATE as usize * 2;
    while left > 0 {
        let now = left.min(bytes.len());
        let mut block = writer.get_i16_writer(now as u32);
        bytes[..now].iter().for_each(|sample| block.write_sample(*sample));
        block.flush().unwrap();
        left -= now;
    }
    writer.finalize().unwrap();
}

/// The program in a folder.
fn rapport(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rapport"));
    command.args(arguments).current_dir(folder);
    command
}

fn main() {
    let (hours, calls) = (from_env("RAPPORT_BENCH_HOURS", 4), from_env("RAPPORT_BENCH_CALLS", 1000));
    let model = std::env::var("RAPPORT_MODEL").unwrap_or_else(|_| "demo".to_owned());
    let located = Command::new(env!("CARGO_BIN_EXE_rapport")).args(["models", "path", &model]).output().unwrap();
    if !located.status.success() {
        println!("memory: no model called {model}; set RAPPORT_MODEL");
        return;
    }
    let model_path = std::path::absolute(String::from_utf8(located.stdout).unwrap().trim()).unwrap();
    let model_mib = std::fs::metadata(&model_path).unwrap().len() as f64 / MIB;
    let model_path = model_path.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let frames = turns();

    write_wav(&folder.path().join("long.wav"), &frames, hours * 3600);
    let process::Spent { peak_mib: peak, wall_secs: seconds, .. } =
        process::run(&mut rapport(&["analyze", "long.wav", "-m", model_path, "-l", "en", "-o", "long"], folder.path()));
    let an_hour = (peak - model_mib) / f64::from(hours);
    println!(
        "one file of {hours} h, stereo 48 kHz: peak {peak:.0} MiB, model {model_mib:.0} MiB, {an_hour:.0} MiB an hour above it, {seconds:.0} s"
    );
    std::fs::remove_file(folder.path().join("long.wav")).unwrap();

    let short = folder.path().join("calls");
    std::fs::create_dir(&short).unwrap();
    for call in 0..calls {
        let skip = (call as usize * 997) % (frames.len() / 2);
        write_wav(&short.join(format!("{call}.wav")), &frames[skip..], 6);
    }
    let process::Spent { peak_mib: peak, wall_secs: seconds, .. } =
        process::run(&mut rapport(&["analyze", "calls", "-m", model_path, "-l", "en", "-o", "short"], folder.path()));
    println!("{calls} files of 6 s: peak {peak:.0} MiB, model {model_mib:.0} MiB, {seconds:.0} s");
    let reports = std::fs::read_dir(folder.path().join("short")).unwrap().count();
    assert!(reports > calls as usize, "{reports} files for {calls} calls");
}
