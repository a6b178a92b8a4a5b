//! The whole way from sound on disk to reports on disk, with an engine that hears beeps as words.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rapport::batch::{self, Batch, Format, Job, Outcome, Watch};
use rapport::call::report::{DateSource, Report};
use rapport::call::time::{Duration, Span};
use rapport::call::transcript::{Basis, SpeakerId};
use rapport::diarize::NameSettings;
use rapport::diarize::voices::{ScriptedVoices, VoiceTeller, VoiceTurn};
use rapport::error::{Error, Result};
use rapport::ingest::inputs;
use rapport::pipeline::{CallSettings, Engines, HearSettings};
use rapport::progress::{Event, StopFlag};
use rapport::store::{Store, read_report};
use rapport::transcribe::speech::{LoudnessDetector, SpeechDetector};
use rapport::transcribe::{Ask, Heard, LanguageGuess, ScriptedTranscriber, Transcriber};

const WORDS: [&str; 24] = [
    "hello", "can", "you", "hear", "me", "the", "lake", "was", "lovely", "so", "invoice", "deadline", "website",
    "launch", "date", "is", "friday", "thanks", "bye", "yes", "and", "weekend", "order", "form",
];

/// Who says what: side, text. Both sides are silent half a second between utterances.
const SCRIPT: [(usize, &str); 8] = [
    (0, "hello can you hear me"),
    (1, "yes hello the weekend was lovely and the lake was lovely"),
    (0, "so the invoice"),
    (1, "yes the invoice is the deadline friday"),
    (0, "yes the launch date is friday and the order form"),
    (1, "the website order form and the launch date"),
    (0, "thanks bye"),
    (1, "bye bye"),
];

/// An engine that counts its windows, breaks on demand, and otherwise sings along.
struct Choir {
    singer: ScriptedTranscriber,
    windows: AtomicUsize,
    breaks: Breaks,
    voices: ScriptedVoices,
}

#[derive(Clone, Copy, PartialEq)]
enum Breaks {
    Never,
    /// Fails on windows in which the word "website" is heard.
    Panics,
    Fails,
}

impl Choir {
    fn new(breaks: Breaks) -> Self {
        Self {
            singer: ScriptedTranscriber::new(&WORDS).hearing("en"),
            windows: AtomicUsize::new(0),
            breaks,
            voices: ScriptedVoices::default(),
        }
    }
}

impl Transcriber for Choir {
    fn fingerprint(&self) -> String {
        self.singer.fingerprint()
    }

    fn detect_language(&self, window: &[f32]) -> Result<Option<LanguageGuess>> {
        self.singer.detect_language(window)
    }

    fn transcribe(&self, window: &[f32], ask: &Ask) -> Result<Vec<Heard>> {
        self.windows.fetch_add(1, Ordering::SeqCst);
        let heard = self.singer.transcribe(window, ask)?;
        if self.breaks != Breaks::Never && format!("{heard:?}").contains("website") {
            assert!(self.breaks != Breaks::Panics, "the singer fell off the stage");
            return Err(Error::Engine("out of breath".into()));
        }
        Ok(heard)
    }
}

impl Engines for Choir {
    fn fingerprint(&self) -> Result<String> {
        Ok(Transcriber::fingerprint(self))
    }

    fn transcriber(&self) -> Result<&dyn Transcriber> {
        Ok(self)
    }

    fn detector(&self) -> &dyn SpeechDetector {
        &LoudnessDetector
    }

    fn voices(&self) -> &dyn VoiceTeller {
        &self.voices
    }
}

/// Watches, adds up what it is told, and may stop the batch after the first call.
#[derive(Default)]
struct Audience {
    advanced: std::sync::Mutex<BTreeMap<usize, (Duration, Duration)>>,
    stop_after_one: Option<StopFlag>,
}

impl Watch for Audience {
    fn started(&self, _: usize) {}

    fn event(&self, job: usize, event: Event) {
        let mut all = self.advanced.lock().unwrap();
        let (decoded, advanced) = all.entry(job).or_default();
        match event {
            Event::Decoded(length) => *decoded = length,
            Event::Advanced(length) => *advanced += length,
        }
    }

    fn finished(&self, _: usize, outcome: &Outcome) {
        if let (Some(stop), Outcome::Written(_)) = (&self.stop_after_one, outcome) {
            stop.stop();
        }
    }
}

/// Writes a call: a track a side, or their sum.
fn write_call(path: &Path, script: &[(usize, &str)], mono: bool) -> Vec<(u64, u64)> {
    let singer = ScriptedTranscriber::new(&WORDS);
    let mut sides = [Vec::new(), Vec::new()];
    let mut times = Vec::new();
    for (side, sentence) in script {
        let samples = singer.sing(sentence);
        let start = sides[0].len() as u64 / 16;
        times.push((start, start + samples.len() as u64 / 16));
        sides[1 - side].extend(std::iter::repeat_n(0.0, samples.len()));
        sides[*side].extend(samples);
        for track in &mut sides {
            track.extend(std::iter::repeat_n(0.0, 8000));
        }
    }
    let channels = if mono { 1 } else { 2 };
    let spec =
        hound::WavSpec { channels, sample_rate: 16_000, bits_per_sample: 16, sample_format: hound::SampleFormat::Int };
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut writer = hound::WavWriter::create(path, spec).unwrap();
    for (left, right) in sides[0].iter().zip(&sides[1]) {
        let samples = if mono { vec![left + right] } else { vec![*left, *right] };
        for sample in samples {
            writer.write_sample((sample * 30_000.0) as i16).unwrap();
        }
    }
    writer.finalize().unwrap();
    times
}

fn batch_of(folder: &Path, out: &str, threads: usize, settings: &CallSettings) -> Batch {
    let out = folder.join(out);
    let found = inputs::collect(&[folder.join("calls")], &out);
    assert!(found.failures.is_empty());
    let jobs = found.inputs.into_iter().map(|input| Job { input, settings: settings.clone(), length: None }).collect();
    Batch {
        jobs,
        store: Store::open(&out).unwrap(),
        formats: vec![Format::Html, Format::Srt],
        threads,
        force: false,
        redone: std::collections::BTreeSet::new(),
        index: false,
    }
}

fn run(batch: &Batch, engine: &Choir) -> Vec<Outcome> {
    batch::run(batch, engine, &Audience::default(), &StopFlag::default()).unwrap()
}

fn reports(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| (path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
}

fn only_report(folder: &Path, settings: &CallSettings) -> Report {
    let batch = batch_of(folder, "out", 2, settings);
    let outcomes = run(&batch, &Choir::new(Breaks::Never));
    match &outcomes[..] {
        [Outcome::Written(summary)] => read_report(&summary.report).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_tracks_become_the_words_and_times_of_two_speakers() {
    let dir = tempfile::tempdir().unwrap();
    let times = write_call(&dir.path().join("calls/2026-03-05 acme.wav"), &SCRIPT, false);
    let report = only_report(dir.path(), &CallSettings::default());
    assert_eq!(report.basis, Basis::TwoTrack);
    assert_eq!((report.call.channels, report.call.sample_rate), (2, 16_000));
    assert_eq!(report.call.language.as_deref(), Some("en"));
    assert_eq!(report.call.started_at.as_deref(), Some("2026-03-05"));
    let said: Vec<_> = report.utterances.iter().map(|u| (u.utterance.speaker, u.utterance.text.as_str())).collect();
    let wanted: Vec<_> = SCRIPT.iter().map(|(side, text)| (Some(SpeakerId(*side as u16)), *text)).collect();
    assert_eq!(said, wanted);
    for (found, (start, end)) in report.utterances.iter().zip(times) {
        let span = found.utterance.span;
        assert!(
            span.start().ms().abs_diff(start) <= 300 && span.end().ms().abs_diff(end) <= 300,
            "{span:?} {start} {end}"
        );
    }
    assert!(report.speakers[0].me && !report.speakers[1].me);
    assert_eq!(report.speakers[0].words, 20);
    assert_eq!(report.topics.iter().map(|topic| topic.last + 1 - topic.first).sum::<usize>(), SCRIPT.len());
}

/// Adds tags to a WAV, as recorders and editors write them: a list of texts before the sound.
fn tag(path: &Path, tags: &[(&str, &str)]) {
    let mut list = b"INFO".to_vec();
    for (name, text) in tags {
        list.extend(name.as_bytes());
        list.extend((text.len() as u32).to_le_bytes());
        list.extend(text.as_bytes());
        list.extend(std::iter::repeat_n(0, text.len() % 2));
    }
    let mut chunk = b"LIST".to_vec();
    chunk.extend((list.len() as u32).to_le_bytes());
    chunk.extend(list);
    let mut bytes = std::fs::read(path).unwrap();
    let sound = bytes.windows(4).position(|name| name == b"data").unwrap();
    bytes.splice(sound..sound, chunk);
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_recording_that_carries_its_date_and_title_is_believed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("calls/call.wav");
    write_call(&path, &SCRIPT, false);
    tag(&path, &[("ICRD", "2026-03-05"), ("INAM", "Weekly")]);
    let call = only_report(dir.path(), &CallSettings::default()).call;
    assert_eq!((call.started_at.as_deref(), call.date_source), (Some("2026-03-05"), DateSource::Recording));
    assert_eq!(call.title, "Weekly");
}

#[test]
fn one_mixed_track_with_one_voice_has_words_but_no_speakers_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    write_call(&dir.path().join("calls/a.wav"), &SCRIPT, true);
    let report = only_report(dir.path(), &CallSettings::default());
    assert_eq!(report.basis, Basis::None);
    assert!(report.speakers.is_empty());
    assert!(report.utterances.iter().all(|utterance| utterance.utterance.speaker.is_none()));
    assert!(report.warnings.iter().any(|warning| warning.code == "speakers_unknown"));
    assert!(report.withheld.iter().any(|withheld| withheld.field == "speakers"), "{:?}", report.withheld);
}

#[test]
fn voices_on_one_mixed_track_become_speakers_with_the_same_figures_as_two_tracks() {
    let dir = tempfile::tempdir().unwrap();
    let times = write_call(&dir.path().join("calls/a.wav"), &SCRIPT, true);
    let turns = SCRIPT.iter().zip(times).map(|((side, _), (start, end))| VoiceTurn {
        span: Span::from_ms(start, end),
        voice: *side as u16,
        confidence: 1.0,
    });
    let engine = Choir { voices: ScriptedVoices { turns: turns.collect() }, ..Choir::new(Breaks::Never) };
    let outcomes = run(&batch_of(dir.path(), "out", 2, &CallSettings::default()), &engine);
    let Outcome::Written(summary) = &outcomes[0] else { panic!("{outcomes:?}") };
    let report = read_report(&summary.report).unwrap();
    assert_eq!((report.basis, report.models.voices.as_deref()), (Basis::Diarized, Some("scripted:8")));
    let said: Vec<_> = report.utterances.iter().map(|u| (u.utterance.speaker, u.utterance.text.as_str())).collect();
    let wanted: Vec<_> = SCRIPT.iter().map(|(side, text)| (Some(SpeakerId(*side as u16)), *text)).collect();
    assert_eq!(said, wanted);
    assert_eq!(report.speakers.iter().map(|who| who.words).collect::<Vec<_>>(), [20, 28]);
    assert!(report.withheld.iter().all(|withheld| withheld.field != "speakers"), "{:?}", report.withheld);
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let dir = tempfile::tempdir().unwrap();
    for call in 0..6 {
        // Calls of different lengths, some longer than a window.
        let script: Vec<_> = SCRIPT.iter().copied().cycle().skip(call).take(4 + call * 9).collect();
        write_call(&dir.path().join(format!("calls/{call}.wav")), &script, call % 3 == 2);
    }
    let mut all = Vec::new();
    for threads in [1, 2, 8] {
        let batch = batch_of(dir.path(), &threads.to_string(), threads, &CallSettings::default());
        let outcomes = run(&batch, &Choir::new(Breaks::Never));
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Written(_))), "{outcomes:?}");
        all.push(reports(batch.store.out()));
    }
    assert_eq!(all[0].len(), 6 * 3);
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
}

#[test]
fn progress_adds_up_to_the_length_of_each_call() {
    let dir = tempfile::tempdir().unwrap();
    let long: Vec<_> = SCRIPT.iter().copied().cycle().take(40).collect();
    write_call(&dir.path().join("calls/a.wav"), &long, false);
    write_call(&dir.path().join("calls/b.wav"), &SCRIPT, true);
    let batch = batch_of(dir.path(), "out", 2, &CallSettings::default());
    let audience = Audience::default();
    batch::run(&batch, &Choir::new(Breaks::Never), &audience, &StopFlag::default()).unwrap();
    let told = audience.advanced.into_inner().unwrap();
    assert_eq!(told.len(), 2);
    for (decoded, advanced) in told.values() {
        assert!(*decoded > Duration::ZERO);
        assert_eq!(decoded, advanced);
    }
}

#[test]
fn new_settings_need_no_new_transcript() {
    let dir = tempfile::tempdir().unwrap();
    write_call(&dir.path().join("calls/a.wav"), &SCRIPT, false);
    let engine = Choir::new(Breaks::Never);
    run(&batch_of(dir.path(), "out", 2, &CallSettings::default()), &engine);
    let heard_once = engine.windows.load(Ordering::SeqCst);
    assert!(heard_once > 0);
    let settings = CallSettings { client: Some("Acme".into()), ..CallSettings::default() };
    let outcomes = run(&batch_of(dir.path(), "out", 2, &settings), &engine);
    assert!(matches!(&outcomes[..], [Outcome::Written(summary)] if summary.client.as_deref() == Some("Acme")));
    assert_eq!(engine.windows.load(Ordering::SeqCst), heard_once);
    let outcomes = run(&batch_of(dir.path(), "out", 2, &settings), &engine);
    assert!(matches!(&outcomes[..], [Outcome::Unchanged(_)]));
}

/// What an earlier run kept with all its words goes when the call is redacted.
#[test]
fn a_redacted_call_leaves_no_word_of_an_earlier_run() {
    let dir = tempfile::tempdir().unwrap();
    write_call(&dir.path().join("calls/a.wav"), &SCRIPT, false);
    let engine = Choir::new(Breaks::Never);
    let tells = || {
        let kept = std::fs::read_dir(dir.path().join("out/.rapport/transcripts")).unwrap();
        let texts: Vec<_> = kept.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect();
        (texts.len(), texts.iter().filter(|text| text.contains("invoice")).count())
    };
    run(&batch_of(dir.path(), "out", 2, &CallSettings::default()), &engine);
    assert_eq!(tells(), (1, 1));
    // Whatever stands in the settings as a name is one.
    let names = NameSettings { me: None, speakers: [("B".to_owned(), "Invoice".to_owned())].into() };
    let hear = HearSettings { redact: Some(names.clone()), ..HearSettings::default() };
    run(&batch_of(dir.path(), "out", 2, &CallSettings { hear, names, ..CallSettings::default() }), &engine);
    assert_eq!(tells(), (1, 0));
}

#[test]
fn a_broken_call_is_a_failed_call_and_nothing_more() {
    let dir = tempfile::tempdir().unwrap();
    write_call(&dir.path().join("calls/bad.wav"), &SCRIPT, false);
    write_call(&dir.path().join("calls/good.wav"), &SCRIPT[..4], false);
    for (breaks, wanted) in [(Breaks::Panics, "fell off the stage"), (Breaks::Fails, "out of breath")] {
        let batch = batch_of(dir.path(), wanted, 2, &CallSettings::default());
        let outcomes = run(&batch, &Choir::new(breaks));
        let Outcome::Failed(why) = &outcomes[0] else { panic!("{:?}", outcomes[0]) };
        assert!(why.to_string().contains(wanted), "{why}");
        assert!(matches!(&outcomes[1], Outcome::Written(_)), "{:?}", outcomes[1]);
        assert_eq!(reports(batch.store.out()).len(), 3, "the good call's report, page and subtitles");
    }
}

#[test]
fn a_stopped_batch_keeps_what_is_done_and_goes_on_from_there() {
    let dir = tempfile::tempdir().unwrap();
    for call in 0..5 {
        write_call(&dir.path().join(format!("calls/{call}.wav")), &SCRIPT[..2 + call], false);
    }
    let engine = Choir::new(Breaks::Never);
    let batch = batch_of(dir.path(), "out", 1, &CallSettings::default());
    let stop = StopFlag::default();
    let audience = Audience { stop_after_one: Some(stop.clone()), ..Audience::default() };
    let outcomes = batch::run(&batch, &engine, &audience, &stop).unwrap();
    let done = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written(_))).count();
    let left = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::NotDone)).count();
    assert_eq!((done, left), (1, 4));
    assert_eq!(reports(batch.store.out()).len(), 3);
    let outcomes = run(&batch, &engine);
    let unchanged = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Unchanged(_))).count();
    assert_eq!(unchanged, 1);
    assert_eq!(reports(batch.store.out()).len(), 15);
}
