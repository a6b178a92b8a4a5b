//! Recording from a real sound server: PulseAudio with outputs that lead nowhere, in a folder and on a socket of its own.
//!
//! Where PulseAudio is not installed or does not start, each test says so and checks nothing. `scripts/test` installs it.

#![cfg(all(unix, feature = "record"))]

#[path = "common/sound_server.rs"]
mod sound_server;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rapport::call::audio::Track;
use rapport::ingest::recording;
use rapport::progress::StopFlag;
use serde_json::Value;
use sound_server::{CALL, server_or_return};

/// Samples a second of what is compared.
const RATE: usize = 16_000;

/// How far the two tracks may be apart when one sound is on both: 20 ms, what an hour of drift may come to. Where a track
/// begins is known by the arrival of its blocks alone, and on a busy machine all of the first ones may be late.
const APART_MAX: i64 = RATE as i64 / 50;

/// How far a track may wander against what was played: on a busy machine the player, too, leaves holes of some
/// milliseconds.
const WANDER_MAX: i64 = RATE as i64 / 50;

/// Least correlation of a stretch with what was played. Below 1 since the server resamples.
const LIKENESS_MIN: f64 = 0.95;

/// How much louder or softer a stretch may be recorded, dB.
const LEVEL_DB_MAX: f64 = 0.5;

/// Takes before the machine is called too busy: it is the server that loses sound then, and the recorder that says so.
const TAKES: usize = 3;

/// Two outputs; the first is heard by a microphone.
const ROOM: [&str; 3] = [
    "module-null-sink sink_name=room rate=48000 channels=1",
    "module-null-sink sink_name=speakers rate=44100 channels=2",
    "module-remap-source master=room.monitor source_name=microphone channels=1 master_channel_map=mono remix=no",
];

fn sample_call() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/calls/bakery-launch.opus")
}

fn samples_of(track: &Track) -> Vec<i16> {
    let mut samples = Vec::new();
    track.read_samples(0, track.len(), &mut samples);
    samples.iter().map(|sample| (sample * 32_767.0) as i16).collect()
}

fn tracks_of(file: &Path) -> Vec<Vec<i16>> {
    recording::read(file, &StopFlag::default()).unwrap().tracks.iter().map(samples_of).collect()
}

/// Writes tracks as a file that `paplay` plays.
fn write(file: &Path, tracks: &[&[i16]]) {
    let channels = tracks.len() as u16;
    let spec = hound::WavSpec {
        channels,
        sample_rate: RATE as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(file, spec).unwrap();
    for at in 0..tracks[0].len() {
        for track in tracks {
            writer.write_sample(track[at]).unwrap();
        }
    }
    writer.finalize().unwrap();
}

/// The channels of a recording at [`RATE`], each three samples averaged: it has 48 kHz.
fn recorded(file: &Path) -> Vec<Vec<i16>> {
    let mut reader = hound::WavReader::open(file).unwrap();
    let channels = usize::from(reader.spec().channels);
    let samples: Vec<i16> = reader.samples().map(|sample| sample.unwrap()).collect();
    let mean = |frames: &[i16], channel: usize| {
        let sum: i32 = (0..3).map(|frame| i32::from(frames[frame * channels + channel])).sum();
        (sum / 3) as i16
    };
    (0..channels)
        .map(|channel| samples.chunks_exact(3 * channels).map(|frames| mean(frames, channel)).collect())
        .collect()
}

/// Correlation of two stretches of one length, and how much louder the second is in dB.
fn compare(one: &[i16], other: &[i16]) -> (f64, f64) {
    let product = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    let (own, others) = (product(one, one), product(other, other));
    (product(one, other) / (own * others).sqrt().max(1.0), 10.0 * (others.max(1.0) / own.max(1.0)).log10())
}

/// How much later `wanted` lies in `track` than in its own file, among lags of `range`: by correlation of every fourth
/// sample of a stretch first, then of all samples around the best.
fn lag(wanted: &[i16], track: &[i16], at: usize, length: usize, range: std::ops::Range<i64>) -> Option<i64> {
    let stretch = &wanted[at..at + length];
    let likeness = |lag: i64, step: usize| {
        let start = usize::try_from(at as i64 + lag).ok()?;
        let other = track.get(start..start + length)?;
        let thin = |samples: &[i16]| samples.iter().step_by(step).copied().collect::<Vec<_>>();
        Some(compare(&thin(stretch), &thin(other)).0)
    };
    let best = |lags: &mut dyn Iterator<Item = i64>, step| {
        lags.filter_map(|lag| Some((lag, likeness(lag, step)?))).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(lag, _)| lag)
    };
    let near = best(&mut range.step_by(2), 4)?;
    best(&mut (near - 4..near + 5), 1)
}

/// The loudness of every millisecond, for a first search over seconds.
fn envelope(samples: &[i16]) -> Vec<i16> {
    let mean = |block: &[i16]| block.iter().map(|sample| i32::from(sample.unsigned_abs())).sum::<i32>() / 16;
    samples.chunks_exact(RATE / 1000).map(|block| mean(block) as i16).collect()
}

/// Where a track is loud enough for its place to be told, in stretches of half a second.
fn stretches(wanted: &[i16]) -> Vec<usize> {
    let loud = |at: &usize| {
        let sum: f64 = wanted[*at..*at + RATE / 2].iter().map(|sample| f64::from(*sample).powi(2)).sum();
        (sum / (RATE / 2) as f64).sqrt() > 300.0
    };
    (0..wanted.len() - RATE / 2).step_by(RATE / 2).filter(loud).collect()
}

/// Checks a track against what was played: one lag all along, the same level, no hole. The lag.
fn assert_same(name: &str, wanted: &[i16], track: &[i16]) -> i64 {
    let places = stretches(wanted);
    assert!(places.len() >= 6, "{name}: {} loud stretches", places.len());
    let place = places[places.len() / 2];
    let near = lag(&envelope(wanted), &envelope(track), place / 16, 2000.min(wanted.len() / 16 - place / 16), 0..6_000);
    let near = near.unwrap_or_else(|| panic!("{name}: nothing like it")) * 16;
    let middle = lag(wanted, track, place, RATE / 2, near - 64..near + 65).unwrap();
    for at in places {
        let here = lag(wanted, track, at, RATE / 2, middle - 400..middle + 401);
        let here = here.unwrap_or_else(|| panic!("{name}: nothing at {at}"));
        let start = (at as i64 + here) as usize;
        let (likeness, louder) = compare(&wanted[at..at + RATE / 2], &track[start..start + RATE / 2]);
        let secs = at as f64 / RATE as f64;
        assert!((here - middle).abs() <= WANDER_MAX, "{name} at {secs} s: lag {here}, elsewhere {middle}");
        assert!(likeness >= LIKENESS_MIN, "{name} at {secs} s: likeness {likeness:.3}");
        assert!(louder.abs() <= LEVEL_DB_MAX, "{name} at {secs} s: {louder:.2} dB louder");
    }
    middle
}

/// What `rapport record --json` says, if no sound was lost in it; says so otherwise.
fn whole(output: &std::process::Output) -> Option<Value> {
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let outcome: Value = serde_json::from_slice(&output.stdout).unwrap();
    let lost: Vec<_> =
        outcome["tracks"].as_array().unwrap().iter().map(|track| track["lost_samples"].as_u64()).collect();
    if lost.iter().all(|lost| *lost == Some(0)) {
        return Some(outcome);
    }
    println!("sound was lost, and told: {lost:?}");
    None
}

#[test]
fn what_is_played_is_on_both_tracks_at_its_place_and_level() {
    let server = server_or_return!(ROOM);
    let tracks = tracks_of(&sample_call());
    let long = 14 * RATE..24 * RATE;
    let (me, others) = (&tracks[0][long.clone()], &tracks[1][long]);
    let (mic, system) = (server.dir.path().join("mic.wav"), server.dir.path().join("system.wav"));
    write(&mic, &[me]);
    write(&system, &[others]);
    for take in 0..TAKES {
        let name = format!("take{take}.wav");
        let arguments =
            ["record", "-o", &name, "--mic", "microphone", "--system", "speakers", "--for", "15s", "--json"];
        let recorder = server.rapport(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let _playing = (server.play(&mic, "room"), server.play(&system, "speakers"));
        if whole(&recorder.wait_with_output().unwrap()).is_none() {
            continue;
        }
        let heard = recorded(&server.dir.path().join(&name));
        assert_same("microphone", me, &heard[0]);
        assert_same("system", others, &heard[1]);
        return;
    }
    println!("not checked: this machine is too busy to keep sound flowing");
}

#[test]
fn one_sound_on_both_devices_lies_at_one_place() {
    let server = server_or_return!(CALL);
    let tracks = tracks_of(&sample_call());
    let sound = &tracks[0][14 * RATE..24 * RATE];
    let file = server.dir.path().join("both.wav");
    write(&file, &[sound, sound]);
    for take in 0..TAKES {
        let name = format!("take{take}.wav");
        let arguments = ["record", "-o", &name, "--mic", "microphone", "--system", "others", "--for", "15s", "--json"];
        let recorder = server.rapport(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let _playing = server.play(&file, "call");
        if whole(&recorder.wait_with_output().unwrap()).is_none() {
            continue;
        }
        let heard = recorded(&server.dir.path().join(&name));
        let (me, others) = (assert_same("microphone", sound, &heard[0]), assert_same("system", sound, &heard[1]));
        println!("the tracks are {} samples of 16 kHz apart", me - others);
        assert!((me - others).abs() <= APART_MAX, "{me} and {others}");
        return;
    }
    println!("not checked: this machine is too busy to keep sound flowing");
}

#[test]
fn killed_at_any_moment_it_leaves_a_file_with_all_but_the_last_second() {
    let server = server_or_return!(CALL);
    let sound = tracks_of(&sample_call());
    let file = server.dir.path().join("call.wav");
    write(&file, &[&sound[0], &sound[1]]);
    let _playing = server.play(&file, "call");
    // Moments nobody chose: the digits of pi behind the point, two by two, over three seconds.
    for (number, share) in [14, 15, 92, 65, 35, 89, 79, 32, 38, 46].into_iter().enumerate() {
        let name = format!("killed{number}.wav");
        let arguments = ["record", "-o", &name, "--mic", "microphone", "--system", "others"];
        let mut recorder = server.rapport(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(recorder.stderr.take().unwrap()).read_line(&mut first).unwrap();
        assert!(first.contains("recording to"), "{first}");
        let began = Instant::now();
        std::thread::sleep(Duration::from_millis(1_500 + share * 30));
        recorder.kill().unwrap();
        let lived = began.elapsed();
        recorder.wait().unwrap();
        let path = server.dir.path().join(&name);
        let reader = hound::WavReader::open(&path).unwrap_or_else(|failure| panic!("{name}: {failure}"));
        let there = Duration::from_secs_f64(f64::from(reader.duration()) / 48_000.0);
        assert!(there + Duration::from_secs(1) >= lived, "{name}: {there:?} of {lived:?}");
        assert!(path.with_extension("toml").exists());
    }
}

/// The whole way: what is recorded while it is played says the same as the file that is played.
#[cfg(feature = "whisper")]
#[test]
fn a_recorded_call_gives_the_report_of_the_file_that_was_played() {
    let server = server_or_return!(CALL);
    let tracks = tracks_of(&sample_call());
    let played = server.dir.path().join("played.wav");
    write(&played, &[&tracks[0], &tracks[1]]);
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/ggml-rapport-demo.bin");
    let model = model.to_str().unwrap();
    let length = format!("{}s", tracks[0].len() / RATE + 4);
    let report = |path: &Path| -> Value { serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap() };
    let analysed = server.rapport(&["analyze", "played.wav", "-o", "played", "-m", model, "-q"]).output().unwrap();
    assert!(analysed.status.success(), "{}", String::from_utf8_lossy(&analysed.stderr));
    let wanted = report(&server.dir.path().join("played/played.json"));
    for take in 0..TAKES {
        let name = format!("take{take}.wav");
        let arguments = [
            "record",
            "-o",
            &name,
            "--mic",
            "microphone",
            "--system",
            "others",
            "--for",
            &length,
            "--json",
            "--analyze",
            "--reports",
            "recorded",
            "-m",
            model,
        ];
        let recorder = server.rapport(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_secs(2));
        let _playing = server.play(&played, "call");
        let Some(outcome) = whole(&recorder.wait_with_output().unwrap()) else { continue };
        assert_eq!(outcome["analysis"]["written"], 1, "{outcome}");
        let found = report(&server.dir.path().join(format!("recorded/take{take}.json")));
        assert_same_report(&wanted, &found);
        return;
    }
    println!("not checked: this machine is too busy to keep sound flowing");
}

/// Two reports that say the same within what resampling and another start may change.
#[cfg(feature = "whisper")]
fn assert_same_report(wanted: &Value, found: &Value) {
    assert_eq!((&wanted["basis"], &found["basis"]), (&"two_track".into(), &"two_track".into()));
    let near = |what: &str, wanted: &Value, found: &Value, most: f64| {
        let (wanted, found) = (wanted.as_f64().unwrap(), found.as_f64().unwrap());
        println!("{what}: {wanted:.3} in the file, {found:.3} recorded");
        assert!((wanted - found).abs() <= most, "{what}: {wanted} in the file, {found} recorded");
    };
    for speaker in [0, 1] {
        let of = |report: &Value, field: &str| report["speakers"][speaker][field].clone();
        near("talk ratio", &of(wanted, "talk_ratio"), &of(found, "talk_ratio"), 0.03);
        let words = of(wanted, "words").as_f64().unwrap();
        near("words", &of(wanted, "words"), &of(found, "words"), words * 0.05);
    }
    near("small talk", &wanted["small_talk"]["ratio"], &found["small_talk"]["ratio"], 0.05);
}
