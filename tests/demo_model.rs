//! From sound to reports through the bundled speech model: words, times, speakers, figures, silence, interruption.

#![cfg(feature = "whisper")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use rapport::batch::{self, Batch, Format, Job, Outcome, Watch};
use rapport::call::audio::Track;
use rapport::call::report::Report;
use rapport::call::transcript::{Basis, SpeakerId};
use rapport::error::Result;
use rapport::ingest::inputs::{self, InputKind};
use rapport::ingest::recording;
use rapport::options::{CallFlags, call_settings};
use rapport::pipeline::Engines;
use rapport::progress::{Event, StopFlag, Unwatched};
use rapport::store::{Store, read_report};
use rapport::transcribe::speech::Earshot;
use rapport::transcribe::{self, TranscribeSettings, Transcriber, WhisperTranscriber};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Words wrong in a hundred, over all sample calls; models/demo/manifest.json has the figure of the file itself.
const WORD_ERRORS_MAX: f64 = 0.10;
/// The call with both sides on one track.
const MIXED: &str = "shop-photos.opus";
/// The same where words may also be with the wrong voice.
const MIXED_ERRORS_MAX: f64 = 0.10;
/// The same at 8 kHz.
const NARROW_ERRORS_MAX: f64 = 0.10;
/// Words that may differ when the model is widened: half floats are rounded elsewhere in other processors.
const WIDENED_DIFFERENCE_MAX: f64 = 0.01;
/// How far an utterance's start may be from the truth, and the share of utterances for which that must hold.
const START_MS_MAX: u64 = 300;
const START_SHARE_MIN: f64 = 0.9;
/// How far the small-talk ratio may be from the script's, in the mean over the sample calls.
const RATIO_ERROR_MAX: f64 = 0.05;

fn demo(place: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo").join(place)
}

struct Demo(WhisperTranscriber);

impl Engines for Demo {
    fn fingerprint(&self) -> Result<String> {
        Ok(self.0.fingerprint())
    }

    fn transcriber(&self) -> Result<&dyn Transcriber> {
        Ok(&self.0)
    }
}

static ENGINE: LazyLock<Demo> =
    LazyLock::new(|| Demo(WhisperTranscriber::load(&demo("ggml-rapport-demo.bin")).expect("the bundled model loads")));

/// Stops after the first call, if asked to.
struct Audience(Option<StopFlag>);

impl Watch for Audience {
    fn started(&self, _: usize) {}
    fn event(&self, _: usize, _: Event) {}
    fn finished(&self, _: usize, _: &Outcome) {
        if let Some(stop) = &self.0 {
            stop.stop();
        }
    }
}

fn batch(out: &Path, threads: usize) -> Batch {
    let found = inputs::collect(&[demo("calls")], out);
    let jobs = found.inputs.into_iter().filter(|input| input.kind == InputKind::Recording);
    let jobs = jobs.map(|input| {
        let settings = call_settings(&input, &CallFlags::default(), None).unwrap();
        Job { input, settings, length: None }
    });
    Batch {
        jobs: jobs.collect(),
        store: Store::open(out).unwrap(),
        formats: vec![Format::Html],
        threads,
        force: false,
        redone: std::collections::BTreeSet::new(),
        index: false,
    }
}

fn run(batch: &Batch) -> Vec<Report> {
    let outcomes = batch::run(batch, &*ENGINE, &Audience(None), &StopFlag::default()).unwrap();
    let report = |outcome: &Outcome| match outcome {
        Outcome::Written(summary) | Outcome::Unchanged(summary) => read_report(&summary.report).unwrap(),
        other => panic!("{other:?}"),
    };
    outcomes.iter().map(report).collect()
}

/// The reports of all sample calls, made once.
static REPORTS: LazyLock<Vec<Report>> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    run(&batch(dir.path(), 2))
});

/// What an engine hears in recordings, as words: the tracks of a call one after the other.
fn heard_in(file: &Path, engine: &dyn Transcriber) -> Vec<String> {
    let recording = recording::read(file, &StopFlag::default()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let settings = TranscribeSettings::default();
    let (tracks, stop) = (&recording.tracks, StopFlag::default());
    let listenings = transcribe::listen(tracks, &Earshot, &pool, &stop).unwrap();
    let texts = transcribe::transcribe(tracks, listenings, engine, &settings, &pool, &Unwatched, &stop).unwrap();
    texts.iter().flat_map(|text| &text.utterances).flat_map(|one| words(&one.text)).collect()
}

struct Said {
    speaker: SpeakerId,
    text: String,
    start_ms: u64,
    end_ms: u64,
}

/// What was truly said in a sample call.
fn truth(report: &Report) -> Vec<Said> {
    let name = report.call.source.replace(".opus", ".times.json");
    let lines: Value = serde_json::from_slice(&std::fs::read(demo("calls").join(name)).unwrap()).unwrap();
    let said = lines.as_array().unwrap().iter().map(|line| Said {
        speaker: line["speaker"].as_str().unwrap().parse().unwrap(),
        text: line["text"].as_str().unwrap().to_owned(),
        start_ms: (line["start"].as_f64().unwrap() * 1000.0) as u64,
        end_ms: (line["end"].as_f64().unwrap() * 1000.0) as u64,
    });
    said.collect()
}

/// What was said in a call, by one speaker or by all.
fn wanted_words(report: &Report, speaker: Option<SpeakerId>) -> Vec<String> {
    let said = truth(report);
    said.iter()
        .filter(|line| speaker.is_none_or(|one| line.speaker == one))
        .flat_map(|line| words(&line.text))
        .collect()
}

/// What was heard of it.
fn heard_words(report: &Report, speaker: Option<SpeakerId>) -> Vec<String> {
    let heard = report.utterances.iter().map(|one| &one.utterance);
    heard.filter(|one| speaker.is_none() || one.speaker == speaker).flat_map(|one| words(&one.text)).collect()
}

fn words(text: &str) -> Vec<String> {
    let letters = text.to_lowercase().replace(|letter: char| !letter.is_alphanumeric() && letter != '\'', " ");
    letters.split_whitespace().map(ToOwned::to_owned).collect()
}

/// Insertions, deletions and substitutions between two texts (Levenshtein 1966).
fn word_errors(wanted: &[String], found: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=found.len()).collect();
    for (at, word) in wanted.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], at + 1);
        for (column, other) in found.iter().enumerate() {
            let cost = (diagonal + usize::from(word != other)).min(row[column] + 1).min(row[column + 1] + 1);
            diagonal = std::mem::replace(&mut row[column + 1], cost);
        }
    }
    row[found.len()]
}

#[test]
fn the_file_is_the_one_its_manifest_describes() {
    let manifest: Value = serde_json::from_slice(&std::fs::read(demo("manifest.json")).unwrap()).unwrap();
    let bytes = std::fs::read(demo("ggml-rapport-demo.bin")).unwrap();
    assert_eq!(manifest["bytes"], bytes.len());
    let digest = format!("{:x}", Sha256::digest(&bytes));
    assert_eq!(manifest["sha256"], digest.as_str());
}

#[test]
fn the_words_are_heard_and_credited_to_who_said_them() {
    let (mut errors, mut count) = (0, 0);
    for report in &*REPORTS {
        // Who speaks on the mixed track is another question; see below.
        let two_tracks = report.basis == Basis::TwoTrack;
        assert_eq!(two_tracks, report.call.source != MIXED);
        let speakers = if two_tracks { vec![Some(SpeakerId(0)), Some(SpeakerId(1))] } else { vec![None] };
        for speaker in speakers {
            let (wanted, heard) = (wanted_words(report, speaker), heard_words(report, speaker));
            errors += word_errors(&wanted, &heard);
            count += wanted.len();
        }
    }
    let rate = f64::from(errors as u32) / f64::from(count as u32);
    println!("{errors} of {count} words wrong: {:.1} %", rate * 100.0);
    assert!(count > 1000 && rate <= WORD_ERRORS_MAX, "{errors} of {count} words wrong");
}

/// Two voices on one track: each has its own words, or nobody is given any.
#[test]
fn voices_on_one_track_are_credited_with_their_own_words() {
    let report = REPORTS.iter().find(|report| report.call.source == MIXED).unwrap();
    assert_eq!(report.basis, Basis::Diarized, "{:?}", report.warnings);
    let (a, b) = (SpeakerId(0), SpeakerId(1));
    let errors = |one: SpeakerId, other: SpeakerId| {
        let pairs = [(one, a), (other, b)];
        pairs
            .iter()
            .map(|(said, heard)| word_errors(&wanted_words(report, Some(*said)), &heard_words(report, Some(*heard))))
            .sum::<usize>()
    };
    let (wrong, count) = (errors(a, b).min(errors(b, a)), wanted_words(report, None).len());
    println!("one track: {wrong} of {count} words wrong or with the wrong voice");
    assert!(f64::from(wrong as u32) <= MIXED_ERRORS_MAX * f64::from(count as u32), "{wrong} of {count}");
}

#[test]
fn utterances_begin_when_they_are_said() {
    let (mut close, mut count) = (0_u32, 0_u32);
    for report in REPORTS.iter().filter(|report| report.basis == Basis::TwoTrack) {
        for line in truth(report) {
            let own =
                report.utterances.iter().map(|one| &one.utterance).filter(|one| one.speaker == Some(line.speaker));
            let nearest = own.map(|one| one.span.start().ms().abs_diff(line.start_ms)).min().unwrap();
            close += u32::from(nearest <= START_MS_MAX);
            count += 1;
        }
    }
    println!("{close} of {count} utterances begin within {START_MS_MAX} ms");
    assert!(f64::from(close) >= START_SHARE_MIN * f64::from(count), "{close} of {count}");
}

/// Narrow band: 8 kHz, cut off at 3.8 kHz by a windowed sinc, with mild noise.
#[test]
fn a_narrow_band_recording_is_understood() {
    const TAPS: usize = 101;
    const CUT_OFF: f64 = 3_800.0 / 16_000.0;
    let recording = recording::read(&demo("calls/shop-photos.opus"), &StopFlag::default()).unwrap();
    let mut samples = Vec::new();
    recording.tracks[0].read_samples(0, recording.tracks[0].len(), &mut samples);
    let middle = (TAPS / 2) as f64;
    let taps: Vec<f32> = (0..TAPS)
        .map(|tap| {
            let (at, turn) = (tap as f64 - middle, std::f64::consts::TAU);
            let sinc = if at == 0.0 { 2.0 * CUT_OFF } else { (turn * CUT_OFF * at).sin() / (turn / 2.0 * at) };
            (sinc * (0.54 - 0.46 * (turn * tap as f64 / (TAPS - 1) as f64).cos())) as f32
        })
        .collect();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("narrow.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 8_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut out = hound::WavWriter::create(&file, spec).unwrap();
    let mut state = 7_u32;
    for window in samples.windows(TAPS).step_by(2) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = ((state >> 8) as f32 / 8_388_608.0 - 1.0) * 0.002;
        let sample: f32 = window.iter().zip(&taps).map(|(sample, tap)| sample * tap).sum();
        out.write_sample(((sample + noise) * 32_767.0) as i16).unwrap();
    }
    out.finalize().unwrap();
    let lines: Value = serde_json::from_slice(&std::fs::read(demo("calls/shop-photos.times.json")).unwrap()).unwrap();
    let wanted: Vec<_> =
        lines.as_array().unwrap().iter().flat_map(|line| words(line["text"].as_str().unwrap())).collect();
    let errors = word_errors(&wanted, &heard_in(&file, &ENGINE.0));
    println!("{errors} of {} words wrong at 8 kHz", wanted.len());
    assert!(errors as f64 <= NARROW_ERRORS_MAX * wanted.len() as f64, "{errors} of {} words wrong", wanted.len());
}

/// The shapes of larger models for benchmarks. Needs Python with numpy, which `scripts/test` brings; elsewhere name one
/// in `RAPPORT_PYTHON`.
#[test]
fn widened_to_the_shape_of_base_it_hears_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let python = std::env::var_os("RAPPORT_PYTHON").unwrap_or_else(|| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/train_demo_model/widen.py");
    let run = Command::new(&python).arg("-B").arg(script).arg("--output-dir").arg(dir.path()).output();
    let run = run.unwrap_or_else(|error| panic!("cannot run {}: {error}", python.display()));
    let told = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{told}\nif numpy is missing: scripts/test, or RAPPORT_PYTHON=PYTHON_WITH_NUMPY");
    let wide = WhisperTranscriber::load(&dir.path().join("ggml-rapport-wide-base.bin")).unwrap();
    let call = demo("calls/shop-photos.opus");
    let (own, widened) = (heard_in(&call, &ENGINE.0), heard_in(&call, &wide));
    let differing = word_errors(&own, &widened);
    println!("{differing} of {} words differ when widened", own.len());
    assert!(own.len() > 200 && differing as f64 <= WIDENED_DIFFERENCE_MAX * own.len() as f64, "{own:?} {widened:?}");
}

/// Small talk of a sample call as its script has it: seconds of that talk over seconds of all talk.
fn true_ratio(report: &Report) -> f64 {
    let script = std::fs::read_to_string(demo("calls").join(report.call.source.replace(".opus", ".call"))).unwrap();
    let mut section = "";
    let mut kinds = Vec::new();
    for line in script.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix('[') {
            Some(head) => section = head.split([' ', ']']).next().unwrap(),
            None => kinds.push(section),
        }
    }
    let said = truth(report);
    assert_eq!(said.len(), kinds.len(), "{}", report.call.source);
    let length = |line: &Said| (line.end_ms - line.start_ms) as f64;
    let small: f64 =
        said.iter().zip(&kinds).filter(|(_, kind)| **kind == "small_talk").map(|(line, _)| length(line)).sum();
    small / said.iter().map(length).sum::<f64>()
}

#[test]
fn the_small_talk_is_as_much_as_the_script_has() {
    let mut errors = Vec::new();
    for report in &*REPORTS {
        let (wanted, found) = (true_ratio(report), report.small_talk.as_ref().unwrap().ratio);
        println!("{}: small talk {found:.3}, in the script {wanted:.3}", report.call.source);
        errors.push((wanted - found).abs());
    }
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean <= RATIO_ERROR_MAX, "{errors:?}");
}

#[test]
fn the_figures_tell_a_warm_call_from_an_endless_one() {
    let by_name = |name: &str| REPORTS.iter().find(|report| report.call.source.contains(name)).unwrap();
    let (warm, endless) = (by_name("bakery-launch"), by_name("long-story"));
    let ratio = |report: &Report| report.small_talk.as_ref().unwrap().ratio;
    assert!(ratio(warm) + 0.1 < ratio(endless), "{:?} {:?}", warm.small_talk, endless.small_talk);
    assert!(endless.redirects.len() >= 2, "{:?}", endless.redirects);
    assert!(endless.redirects.iter().all(|redirect| redirect.speaker == Some(SpeakerId(0))));
    assert!(endless.speakers[1].talk_ratio > 0.5);
    assert!(endless.speakers[0].me && endless.speakers[0].label == "Tom");
}

#[test]
fn any_number_of_threads_hears_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (one, eight) = (run(&batch(&dir.path().join("1"), 1)), run(&batch(&dir.path().join("8"), 8)));
    assert_eq!(one, eight);
    assert_eq!(one, *REPORTS);
}

#[test]
fn an_interrupted_run_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let batch = batch(dir.path(), 1);
    let stop = StopFlag::default();
    let outcomes = batch::run(&batch, &*ENGINE, &Audience(Some(stop.clone())), &stop).unwrap();
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written(_))).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::NotDone)).count(), 2);
    assert_eq!(run(&batch), *REPORTS);
}

#[test]
fn nothing_is_invented_where_nobody_speaks() {
    let seconds = 20;
    let tone = |at: usize, hertz: f32| (at as f32 * hertz * std::f32::consts::TAU / 16_000.0).sin();
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let silence = vec![0.0; 16_000 * seconds];
    let hiss: Vec<f32> = (0..16_000 * seconds).map(|_| noise() * 0.05).collect();
    let chord: Vec<f32> = (0..16_000 * seconds)
        .map(|at| 0.1 * (tone(at, 220.0) + tone(at, 277.2) + tone(at, 329.6)) * (0.6 + 0.4 * tone(at, 0.5)))
        .collect();
    let tracks: Vec<_> = [silence, hiss, chord].iter().map(|samples| Track::from_samples(samples)).collect();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
    let (engine, settings, stop) = (&ENGINE.0, TranscribeSettings::default(), StopFlag::default());
    let listenings = transcribe::listen(&tracks, &Earshot, &pool, &stop).unwrap();
    let texts = transcribe::transcribe(&tracks, listenings, engine, &settings, &pool, &Unwatched, &stop);
    for (text, name) in texts.unwrap().iter().zip(["silence", "hiss", "chord"]) {
        assert!(text.utterances.is_empty(), "{name}: {:?}", text.utterances);
    }
}
