//! How fast recordings are decoded, and how much memory a long one takes.
//!
//! Decodes the WAV it makes, `RAPPORT_BENCH_HOURS` hours (default 0.1) of 48 kHz stereo, and any files given in
//! `RAPPORT_BENCH_FILES` (in the form of `PATH`). Prints the multiple of real time and the process's peak memory.

use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

use rapport::ingest::recording;
use rapport::progress::StopFlag;

#[path = "common/process.rs"]
mod process;

/// Samples a second of the WAV that is made.
const RATE: u32 = 48_000;

fn main() {
    let hours = std::env::var("RAPPORT_BENCH_HOURS").ok().and_then(|text| text.parse().ok()).unwrap_or(0.1);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let wav = folder.path().join("long.wav");
    write_wav(&wav, hours);
    decode(&wav);
    let named = std::env::var_os("RAPPORT_BENCH_FILES").unwrap_or_default();
    for file in std::env::split_paths(&named).filter(|file| !file.as_os_str().is_empty()) {
        decode(&file);
    }
}

fn decode(path: &Path) {
    let start = Instant::now();
    match recording::read(path, &StopFlag::default()) {
        Ok(recording) => {
            let (length, took) = (recording.duration().secs(), start.elapsed().as_secs_f64());
            println!(
                "{}: {length:.1} s, {:.0} x real time; peak {:.0} MiB",
                path.display(),
                length / took,
                process::own_peak_mib()
            );
        }
        Err(error) => println!("{error}"),
    }
}

/// Two different tones, so that the channels stay two tracks.
fn write_wav(path: &Path, hours: f64) {
    let spec =
        hound::WavSpec { channels: 2, sample_rate: RATE, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    let file = BufWriter::new(std::fs::File::create(path).expect("create"));
    let mut writer = hound::WavWriter::new(file, spec).expect("header");
    for frame in 0..(hours * 3600.0 * f64::from(RATE)) as u32 {
        writer.write_sample((frame % 96) as i16 * 200 - 9600).expect("write");
        writer.write_sample((frame % 109) as i16 * 180 - 9800).expect("write");
    }
    writer.finalize().expect("finish");
}
