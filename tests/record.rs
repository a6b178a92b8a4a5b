//! The recorder, driven by scripted devices: no sound card, and hours in seconds.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration as Elapsed;

use rapport::call::time::Duration;
use rapport::ingest::capture::{
    Ending, Notice, Parts, RECORDING_RATE, Recorder, ScriptedSource, SoundSource, Step, Summary,
};

type Clock = Rc<Cell<Elapsed>>;

/// Something that can be found again to the sample: a click of 2 ms at every whole second, on a soft tone.
fn clicks(secs: f64) -> f32 {
    let into = secs.fract();
    if into < 0.002 { 0.8 } else { 0.05 * (secs * 220.0 * std::f64::consts::TAU).sin() as f32 }
}

/// The same second after second without any click.
fn tone(secs: f64) -> f32 {
    0.3 * (secs * 220.0 * std::f64::consts::TAU).sin() as f32
}

fn silence(_: f64) -> f32 {
    0.0
}

struct Recorded {
    summary: Summary,
    notices: Vec<(u64, Notice)>,
    /// The tracks of the first part.
    tracks: Vec<Vec<f32>>,
    _dir: tempfile::TempDir,
}

/// Records sources for so many milliseconds, a tick every 100 ms.
fn record(ms: u64, length: Option<Duration>, make: impl FnOnce(&Clock) -> Vec<ScriptedSource>) -> Recorded {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::default();
    let sources: Vec<_> = make(&clock).into_iter().map(|source| Box::new(source) as Box<dyn SoundSource>).collect();
    let parts = Parts::create(&dir.path().join("a.wav"), sources.len() as u16).unwrap();
    let mut recorder = Recorder::new(sources, parts, length);
    let mut notices = Vec::new();
    let mut ending = Ending::Asked;
    for now_ms in (0..=ms).step_by(100) {
        clock.set(Elapsed::from_millis(now_ms));
        let tick = recorder.tick(clock.get());
        notices.extend(tick.notices.into_iter().map(|notice| (now_ms, notice)));
        if let Some(over) = tick.over {
            ending = over;
            break;
        }
    }
    let summary = recorder.finish(clock.get(), ending);
    let tracks = read(&summary.parts[0]);
    Recorded { summary, notices, tracks, _dir: dir }
}

fn read(path: &Path) -> Vec<Vec<f32>> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.sample_rate, spec.bits_per_sample), (RECORDING_RATE, 16));
    let mut tracks = vec![Vec::new(); usize::from(spec.channels)];
    let count = tracks.len();
    for (at, sample) in reader.samples::<i16>().enumerate() {
        tracks[at % count].push(f32::from(sample.unwrap()) / 32_767.0);
    }
    tracks
}

/// Seconds at which clicks begin.
fn click_times(track: &[f32]) -> Vec<f64> {
    let mut times = Vec::new();
    let mut quiet_from = 0;
    for (at, sample) in track.iter().enumerate() {
        if *sample > 0.4 && at >= quiet_from {
            times.push(at as f64 / f64::from(RECORDING_RATE));
            quiet_from = at + RECORDING_RATE as usize / 10;
        }
    }
    times
}

fn worst_offset(times: &[f64]) -> f64 {
    times.iter().map(|time| (time - time.round()).abs()).fold(0.0, f64::max)
}

/// The resampler may keep a sample or two to itself at the end.
fn assert_length(recorded: &Recorded, wanted_ms: u64) {
    assert!(recorded.summary.length.ms().abs_diff(wanted_ms) <= 1, "{}", recorded.summary.length.ms());
}

fn plain(clock: &Clock, rate: u32, block_ms: u64, drift_ppm: f64, script: &[Step]) -> ScriptedSource {
    ScriptedSource::new("scripted", rate, block_ms, drift_ppm, script, clicks, clock.clone())
}

#[test]
fn two_devices_of_different_kinds_end_up_sample_close() {
    let recorded = record(20_000, None, |clock| {
        let play = [Step::Play(20_000)];
        vec![plain(clock, 44_100, 20, 0.0, &play), plain(clock, 48_000, 250, 0.0, &play)]
    });
    assert_eq!(recorded.tracks.len(), 2);
    for track in &recorded.tracks {
        let times = click_times(track);
        assert_eq!(times.len(), 20, "{times:?}");
        assert!(worst_offset(&times[1..]) < 0.0005, "{times:?}");
    }
    assert_length(&recorded, 20_000);
    assert!(recorded.summary.tracks.iter().all(|track| (track.lost_samples, track.late_samples) == (0, 0)));
    assert!(recorded.notices.is_empty(), "{:?}", recorded.notices);
}

#[test]
fn minutes_of_drift_are_resampled_away_and_measured() {
    let minutes = 3;
    let recorded = record(minutes * 60_000, None, |clock| {
        let play = [Step::Play(minutes * 60_000)];
        // Arrivals are late by up to 12 ms, as they are.
        let jitter = |number: usize| Elapsed::from_micros(number as u64 * 7_919 % 12_000);
        vec![
            plain(clock, 16_000, 20, 100.0, &play).late_by(jitter),
            plain(clock, 16_000, 100, -60.0, &play).late_by(jitter),
        ]
    });
    for (track, ppm) in recorded.tracks.iter().zip([100.0, -60.0]) {
        let times = click_times(track);
        assert_eq!(times.len() as u64, minutes * 60);
        assert!(worst_offset(&times[1..]) < 0.010, "{:?}", &times[times.len() - 3..]);
        let last = &times[times.len() - 60..];
        assert!(worst_offset(last) < 0.006, "{last:?}");
        let measured = recorded.summary.tracks[usize::from(ppm < 0.0)].drift_ppm.unwrap();
        assert!((measured - ppm).abs() < 15.0, "{measured} for {ppm}");
    }
}

#[test]
fn lost_buffers_become_silence_where_they_were() {
    let recorded = record(12_000, None, |clock| {
        let script = [Step::Play(5_200), Step::Lose(300), Step::Play(6_500)];
        let steady = [Step::Play(12_000)];
        let make = |script: &[Step]| ScriptedSource::new("scripted", 48_000, 20, 0.0, script, clicks, clock.clone());
        vec![make(&script), make(&steady)]
    });
    let times = click_times(&recorded.tracks[0]);
    assert_eq!(times.len(), 12);
    assert!(worst_offset(&times[1..]) < 0.001, "{times:?}");
    let lost_ms = recorded.summary.tracks[0].lost_samples as f64 / 48.0;
    assert!((lost_ms - 300.0).abs() < 2.0, "{lost_ms}");
    assert_eq!(recorded.summary.tracks[1].lost_samples, 0);
    // The silence lies where the sound was lost.
    let gap = &recorded.tracks[0][48 * 5_205..48 * 5_495];
    assert!(gap.iter().all(|sample| sample.abs() < 0.001));
}

#[test]
fn a_short_stall_loses_nothing_and_a_long_one_stays_aligned() {
    let recorded = record(20_000, None, |clock| {
        let script = [Step::Play(4_000), Step::Stall(500), Step::Play(5_000), Step::Stall(3_400), Step::Play(7_100)];
        vec![plain(clock, 48_000, 20, 0.0, &script), plain(clock, 48_000, 20, 0.0, &[Step::Play(20_000)])]
    });
    let times = click_times(&recorded.tracks[0]);
    assert!(worst_offset(&times[1..]) < 0.002, "{times:?}");
    assert!(times.iter().any(|time| (time - 4.0).abs() < 0.01) && times.iter().any(|time| (time - 5.0).abs() < 0.01));
    assert!(times.iter().any(|time| (time - 15.0).abs() < 0.01), "{times:?}");
    let track = &recorded.summary.tracks[0];
    // What had its place taken is counted on both sides: as silence, and as sound that came too late for it.
    assert!(track.lost_samples.abs_diff(track.late_samples) < 48 * 20, "{track:?}");
    assert!(track.lost_samples < 48 * 3_100, "{track:?}");
    assert!(matches!(recorded.notices[..], [(_, Notice::Stalled(0)), (_, Notice::Back(0))]), "{:?}", recorded.notices);
}

#[test]
fn a_change_of_format_is_followed() {
    let recorded = record(10_000, None, |clock| {
        let script = [Step::Play(4_500), Step::Rate(16_000), Step::Play(5_500)];
        vec![plain(clock, 48_000, 20, 0.0, &script)]
    });
    let times = click_times(&recorded.tracks[0]);
    assert_eq!(times.len(), 10, "{times:?}");
    assert!(worst_offset(&times[1..5]) < 0.001, "{times:?}");
    assert!(worst_offset(&times[5..]) < 0.001, "{times:?}");
}

#[test]
fn a_vanished_device_is_told_and_the_other_goes_on() {
    let recorded = record(8_000, None, |clock| {
        let script = [Step::Play(3_000), Step::Vanish("unplugged".into())];
        vec![plain(clock, 48_000, 20, 0.0, &script), plain(clock, 48_000, 20, 0.0, &[Step::Play(8_000)])]
    });
    assert_length(&recorded, 8_000);
    let gone: Vec<_> = recorded.notices.iter().filter(|(_, what)| matches!(what, Notice::Gone(0, _))).collect();
    assert_eq!(gone.len(), 1);
    assert!(gone[0].0 <= 3_100);
    let (_, why) = recorded.summary.tracks[0].gone.clone().unwrap();
    assert_eq!(why, "unplugged");
    assert_eq!(recorded.summary.tracks[0].lost_samples, 0);
    assert_eq!(click_times(&recorded.tracks[0]).len(), 3);
    assert_eq!(click_times(&recorded.tracks[1]).len(), 8);
}

#[test]
fn without_any_device_the_recording_ends_with_all_its_sound() {
    let recorded = record(60_000, None, |clock| {
        vec![plain(clock, 48_000, 20, 0.0, &[Step::Play(3_500), Step::Vanish("unplugged".into())])]
    });
    assert_eq!(recorded.summary.ending, Ending::DevicesGone);
    assert_length(&recorded, 3_500);
    assert_eq!(click_times(&recorded.tracks[0]).len(), 4);
}

#[test]
fn a_silent_track_is_warned_of_within_five_seconds_and_at_the_end() {
    let recorded = record(7_000, None, |clock| {
        let play = [Step::Play(7_000)];
        vec![
            ScriptedSource::new("mic", 48_000, 20, 0.0, &play, silence, clock.clone()),
            ScriptedSource::new("system", 48_000, 20, 0.0, &play, tone, clock.clone()),
        ]
    });
    assert!(matches!(recorded.notices[..], [(at, Notice::Silent(0))] if at <= 5_000), "{:?}", recorded.notices);
    assert!(recorded.summary.tracks[0].silent && !recorded.summary.tracks[1].silent);
}

#[test]
fn the_wanted_length_is_kept_to_the_sample() {
    let recorded = record(60_000, Some(Duration::from_ms(2_345)), |clock| {
        vec![plain(clock, 48_000, 20, 0.0, &[Step::Play(60_000)])]
    });
    assert_eq!(recorded.summary.ending, Ending::Long);
    assert_eq!(recorded.tracks[0].len(), 48 * 2_345);
}

#[test]
fn whatever_moment_the_recorder_is_killed_at_less_than_a_second_is_missing() {
    for killed_ms in [1_000, 1_900, 3_300, 4_700, 10_100] {
        let dir = tempfile::tempdir().unwrap();
        let path: PathBuf = dir.path().join("a.wav");
        let clock = Clock::default();
        let source = plain(&clock, 48_000, 20, 0.0, &[Step::Play(20_000)]);
        let mut recorder = Recorder::new(vec![Box::new(source)], Parts::create(&path, 1).unwrap(), None);
        for now_ms in (0..=killed_ms).step_by(100) {
            clock.set(Elapsed::from_millis(now_ms));
            recorder.tick(clock.get());
        }
        // No destructor runs in a process that is killed.
        std::mem::forget(recorder);
        let there_ms = read(&path)[0].len() as u64 / 48;
        assert!(killed_ms - there_ms <= 1_000, "killed at {killed_ms} ms, {there_ms} ms are there");
    }
}

#[test]
fn a_pause_leaves_its_time_out_and_is_no_loss() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::default();
    let play = [Step::Play(30_000)];
    let sources: Vec<Box<dyn SoundSource>> =
        vec![Box::new(plain(&clock, 48_000, 20, 0.0, &play)), Box::new(plain(&clock, 44_100, 100, 0.0, &play))];
    let mut recorder = Recorder::new(sources, Parts::create(&dir.path().join("a.wav"), 2).unwrap(), None);
    for now_ms in (0..=20_000).step_by(100) {
        clock.set(Elapsed::from_millis(now_ms));
        match now_ms {
            5_500 => recorder.mark(clock.get()),
            _ => Duration::ZERO,
        };
        if now_ms == 6_500 {
            assert!(recorder.pause(clock.get()).notices.is_empty() && recorder.is_paused());
        }
        if now_ms == 14_500 {
            recorder.resume(clock.get());
        }
        let tick = recorder.tick(clock.get());
        assert!(tick.notices.is_empty() && tick.over.is_none(), "{tick:?}");
    }
    let summary = recorder.finish(clock.get(), Ending::Asked);
    assert!(summary.length.ms().abs_diff(12_000) <= 1, "{}", summary.length.ms());
    assert_eq!(summary.marks, [Duration::from_ms(5_500)]);
    assert_eq!(summary.pauses.len(), 1);
    // The resampler may keep a sample or two to itself where it ends.
    assert!(summary.pauses[0].at.ms().abs_diff(6_500) <= 1, "{:?}", summary.pauses);
    assert_eq!(summary.pauses[0].length, Duration::from_ms(8_000));
    for (track, heard) in read(&summary.parts[0]).iter().zip(&summary.tracks) {
        assert_eq!((heard.lost_samples, heard.late_samples), (0, 0));
        let times = click_times(track);
        // The clicks of the seconds 7 to 14 fall into the pause; that of second 15 comes half a second after it.
        let wanted = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0];
        assert_eq!(times.len(), wanted.len() + 1, "{times:?}");
        for (time, wanted) in times[1..].iter().zip(wanted) {
            assert!((time - wanted).abs() < 0.002, "{times:?}");
        }
    }
}

#[test]
fn a_device_that_gives_its_sound_in_bursts_loses_it_once_at_most() {
    let recorded = record(40_000, None, |clock| {
        let mut script = vec![Step::Play(4_000)];
        script.extend(std::iter::repeat_n(Step::Stall(1_800), 20));
        vec![plain(clock, 48_000, 20, 0.0, &script), plain(clock, 48_000, 20, 0.0, &[Step::Play(40_000)])]
    });
    let track = &recorded.summary.tracks[0];
    assert!(track.lost_samples < 48 * 4_000, "{track:?}");
    let times = click_times(&recorded.tracks[0]);
    let late: Vec<_> = times.iter().filter(|time| **time > 9.0).copied().collect();
    assert_eq!(late.len(), 31, "{times:?}");
    assert!(worst_offset(&late) < 0.002, "{times:?}");
}

/// A disk with room for so many bytes of the file.
struct Small(File, u64);

impl Write for Small {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.1.saturating_sub(self.0.stream_position()?).min(bytes.len() as u64) as usize;
        if room == 0 && !bytes.is_empty() {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            self.0.write(&bytes[..room])
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Seek for Small {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_full_disk_ends_the_recording_and_leaves_all_that_found_room() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let clock = Clock::default();
    let sources: Vec<Box<dyn SoundSource>> = vec![Box::new(plain(&clock, 48_000, 20, 0.0, &[Step::Play(20_000)]))];
    // A header of 44 bytes, and 3.5 s of 16 bits.
    let room = 44 + 2 * 48 * 3_500;
    let parts =
        Parts::with(&path, 1, 1 << 30, Box::new(move |path| Ok(Box::new(Small(File::create_new(path)?, room)))));
    let mut recorder = Recorder::new(sources, parts.unwrap(), None);
    let over = (0..=20_000).step_by(100).find_map(|now_ms| {
        clock.set(Elapsed::from_millis(now_ms));
        recorder.tick(clock.get()).over.map(|over| (now_ms, over))
    });
    let (ended_ms, ending) = over.expect("the disk is full");
    assert!(matches!(&ending, Ending::CannotWrite(why) if why.contains("a.wav")), "{ending:?}");
    assert!((3_500..5_000).contains(&ended_ms), "told {ended_ms} ms after the start");
    let summary = recorder.finish(clock.get(), Ending::Asked);
    assert!(matches!(summary.ending, Ending::CannotWrite(_)), "{:?}", summary.ending);
    let track = &read(&path)[0];
    assert_eq!(track.len(), 48 * 3_500);
    assert_eq!(click_times(track).len(), 4);
}

#[test]
fn a_recording_too_long_for_one_file_goes_on_in_the_next_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.wav");
    let clock = Clock::default();
    let play = [Step::Play(10_000)];
    let sources: Vec<Box<dyn SoundSource>> =
        vec![Box::new(plain(&clock, 48_000, 20, 0.0, &play)), Box::new(plain(&clock, 16_000, 50, 0.0, &play))];
    // Room for 4 s of two tracks in each part.
    let part_bytes = 4 * 48_000 * 2 * 2;
    let parts = Parts::with(&path, 2, part_bytes, Box::new(|path| Ok(Box::new(File::create_new(path)?))));
    let mut recorder = Recorder::new(sources, parts.unwrap(), None);
    let mut said = Vec::new();
    for now_ms in (0..=10_000).step_by(100) {
        clock.set(Elapsed::from_millis(now_ms));
        said.extend(recorder.tick(clock.get()).notices);
    }
    let summary = recorder.finish(clock.get(), Ending::Asked);
    let part = |number: usize| dir.path().join(format!("a.part{number}.wav"));
    assert_eq!(said, [Notice::NextPart(part(2)), Notice::NextPart(part(3))]);
    assert_eq!(summary.parts, [path, part(2), part(3)]);
    // Put together again, the tracks are as if there had been one file.
    for track in 0..2 {
        let whole: Vec<f32> = summary.parts.iter().flat_map(|part| read(part).swap_remove(track)).collect();
        assert!(whole.len().abs_diff(480_000) < 100, "{}", whole.len());
        let times = click_times(&whole);
        assert_eq!(times.len(), 10, "{times:?}");
        assert!(worst_offset(&times[1..]) < 0.002, "{times:?}");
    }
}
