//! Spoken calls for tests: the bundled recordings as samples, and samples as files.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::path::{Path, PathBuf};

use rapport::call::audio::Track;
use rapport::ingest::recording;
use rapport::progress::StopFlag;

/// Samples a second of a track.
pub(crate) const RATE: usize = 16_000;

/// A bundled recording: `bakery-launch` or `long-story`, a side on each of two tracks, or `shop-photos` with both on one.
pub(crate) fn bundled(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/calls").join(format!("{name}.opus"))
}

/// The samples of its tracks, up to so many seconds.
pub(crate) fn sides(name: &str, secs: usize) -> Vec<Vec<f32>> {
    let tracks = recording::read(&bundled(name), &StopFlag::default()).unwrap().tracks;
    tracks.iter().map(|track| samples(track, secs)).collect()
}

/// The samples of a track, up to so many seconds.
pub(crate) fn samples(track: &Track, secs: usize) -> Vec<f32> {
    let mut samples = Vec::new();
    track.read_samples(0, track.len().min(secs * RATE), &mut samples);
    samples
}

/// Writes tracks of one length as the channels of a file.
pub(crate) fn write(path: &Path, tracks: &[impl AsRef<[f32]>]) {
    let spec = hound::WavSpec {
        channels: tracks.len() as u16,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).unwrap();
    for at in 0..tracks[0].as_ref().len() {
        for track in tracks {
            file.write_sample((track.as_ref()[at] * f32::from(i16::MAX)) as i16).unwrap();
        }
    }
    file.finalize().unwrap();
}
