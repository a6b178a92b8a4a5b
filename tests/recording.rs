//! Recordings of every format, whole and damaged.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rapport::call::audio::{Layout, Recording};
use rapport::error::Error;
use rapport::ingest::recording;
use rapport::progress::StopFlag;

/// Two seconds, 440 Hz on the first channel and 620 Hz on the second, in every format.
const CLIPS: [&str; 11] = [
    "two.mp3",
    "two.m4a",
    "two.ogg",
    "two.opus",
    "two.webm",
    "two.flac",
    "mulaw.wav",
    "adpcm.wav",
    "two.aiff",
    "alac.m4a",
    "two.caf",
];

fn clip(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio").join(name)
}

fn read(path: &Path) -> Result<Recording, Error> {
    recording::read_with(path, &StopFlag::default(), None)
}

/// Share of the energy that is a tone of this frequency, over the middle second.
fn share_of_tone(samples: &[f32], hz: f64) -> f64 {
    let middle = &samples[8000..24_000];
    let (mut cos, mut sin, mut all) = (0.0, 0.0, 0.0);
    for (i, &sample) in middle.iter().enumerate() {
        let (angle, sample) = (std::f64::consts::TAU * hz * i as f64 / 16_000.0, f64::from(sample));
        cos += sample * angle.cos();
        sin += sample * angle.sin();
        all += sample * sample;
    }
    2.0 * (cos * cos + sin * sin) / (middle.len() as f64 * all)
}

#[test]
fn every_format_gives_both_sides_at_full_length() {
    for name in CLIPS {
        let recording = read(&clip(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((recording.layout, recording.tracks.len()), (Layout::TwoTrack, 2), "{name}");
        let length = recording.duration().secs();
        assert!((1.99..2.08).contains(&length), "{name}: {length} s");
        for (track, hz) in recording.tracks.iter().zip([440.0, 620.0]) {
            let mut samples = Vec::new();
            track.read_samples(0, track.len(), &mut samples);
            assert!(share_of_tone(&samples, hz) > 0.9, "{name} {hz} Hz: {}", share_of_tone(&samples, hz));
        }
    }
}

#[test]
fn cut_files_give_what_there_is_or_a_named_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in CLIPS {
        let whole = std::fs::read(clip(name)).expect("a clip");
        for part in 0..8 {
            let path = folder.path().join(name);
            std::fs::write(&path, &whole[..whole.len() * part / 8]).expect("write");
            if let Ok(recording) = read(&path) {
                assert!(recording.duration().secs() < 2.1, "{name} {part}");
            }
        }
    }
}

#[test]
fn flipped_bits_do_no_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut state = 7_u32;
    for name in CLIPS {
        let whole = std::fs::read(clip(name)).expect("a clip");
        for _ in 0..6 {
            let mut bytes = whole.clone();
            for _ in 0..8 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = (state >> 3) as usize % bytes.len();
                bytes[at] ^= 1 << (state & 7);
            }
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("write");
            match read(&path) {
                Ok(recording) => assert!(recording.duration().secs() < 3700.0, "{name}"),
                Err(error) => assert!(matches!(error, Error::Sound { .. }), "{name}: {error}"),
            }
        }
    }
}

#[test]
fn a_format_beyond_us_names_the_way_out() {
    let text = read(&clip("foreign.wv")).expect_err("WavPack").to_string();
    assert!(text.contains("WavPack cannot be read directly") && text.contains("ffmpeg -i 'file:"), "{text}");
    let empty = tempfile::tempdir().expect("a folder");
    let nowhere: &OsStr = empty.path().as_os_str();
    assert!(recording::read_with(&clip("foreign.wv"), &StopFlag::default(), Some(nowhere)).is_err());
}

#[test]
fn samples_without_a_header_and_empty_files_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes, says) in
        [("a.pcm", &[1_u8; 5000][..], "without a header"), ("a.wav", &[], "is empty"), ("b.mp3", &[0; 9000], "b.mp3: ")]
    {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("write");
        let text = read(&path).expect_err(name).to_string();
        assert!(text.contains(says), "{text}");
    }
    assert!(matches!(read(&folder.path().join("none.wav")), Err(Error::Io { .. })));
    assert!(matches!(read(folder.path()), Err(Error::Sound { .. })));
}

#[test]
fn a_stop_is_seen() {
    let stop = StopFlag::default();
    stop.stop();
    assert!(matches!(recording::read_with(&clip("two.flac"), &stop, None), Err(Error::Stopped)));
}

#[test]
fn tags_and_length_are_known_without_decoding() {
    let probe = recording::probe(&clip("two.flac")).expect("a clip");
    assert_eq!((probe.channels, probe.sample_rate), (Some(2), Some(8000)));
    assert_eq!(probe.duration.map(rapport::call::time::Duration::ms), Some(2000));
    assert_eq!(probe.title.as_deref(), Some("Weekly"));
    assert_eq!(probe.started_at.as_deref(), Some("2026-03-05"));
}

/// A damaged fragment that declares billions of samples, which the reader would count one by one.
#[test]
fn fragments_that_count_without_end_are_refused_by_name() {
    let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus/decode/whole-frag.m4a");
    // The first byte of the corpus' files chooses the ending.
    let good = std::fs::read(whole).unwrap().split_off(1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fragments.m4a");
    std::fs::write(&path, &good).unwrap();
    assert!(read(&path).is_ok());
    let run = good.windows(4).position(|mark| mark == b"trun").unwrap();
    let mut bad = good.clone();
    bad[run + 4..run + 8].fill(0);
    bad[run + 8..run + 12].fill(0xff);
    std::fs::write(&path, bad).unwrap();
    let said = read(&path).unwrap_err().to_string();
    assert!(said.contains("fragments.m4a") && said.contains("declare 4294967295 samples"), "{said}");
}
