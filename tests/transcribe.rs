//! The whole stage on synthetic sound: beeps that the scripted engine hears as words, and no model.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rapport::call::audio::{SAMPLE_RATE, Track};
use rapport::call::report::Warning;
use rapport::call::time::{Duration, Span, Timestamp};
use rapport::error::{Error, Result};
use rapport::progress::{Event, Progress, StopFlag, Unwatched};
use rapport::transcribe::speech::LoudnessDetector;
use rapport::transcribe::{
    Ask, Heard, HeardWord, LanguageGuess, ScriptedTranscriber, TrackText, TranscribeSettings, Transcriber, listen,
    transcribe,
};

const WORDS: [&str; 8] = ["hello", "how", "was", "your", "weekend", "shall", "we", "start"];

fn pool(threads: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

/// Listens and transcribes.
fn write_down(
    tracks: &[Track],
    engine: &dyn Transcriber,
    settings: &TranscribeSettings,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Vec<TrackText>> {
    let listenings = listen(tracks, &LoudnessDetector, pool, stop)?;
    transcribe(tracks, listenings, engine, settings, pool, progress, stop)
}

fn run(tracks: &[Track], engine: &dyn Transcriber, threads: usize) -> Vec<TrackText> {
    let settings = TranscribeSettings::default();
    write_down(tracks, engine, &settings, &pool(threads), &Unwatched, &StopFlag::default()).unwrap()
}

/// A track of `seconds` with these sounds beginning at these seconds.
fn track(seconds: usize, sounds: &[(usize, Vec<f32>)]) -> Track {
    let mut samples = vec![0.0; seconds * SAMPLE_RATE as usize];
    for (at, sound) in sounds {
        let from = at * SAMPLE_RATE as usize;
        samples[from..from + sound.len()].copy_from_slice(sound);
    }
    Track::from_samples(&samples)
}

#[test]
fn words_come_out_with_their_times_in_the_call() {
    let engine = ScriptedTranscriber::new(&WORDS);
    let mine = track(120, &[(2, engine.sing("hello how was your weekend")), (100, engine.sing("shall we start"))]);
    let theirs = track(120, &[(50, engine.sing("hello hello"))]);
    let texts = run(&[mine, theirs], &engine, 2);
    let said: Vec<Vec<(&str, u64)>> = texts
        .iter()
        .map(|text| text.utterances.iter().map(|said| (said.text.as_str(), said.span.start().ms())).collect())
        .collect();
    // Beeps are found in steps of 10 ms.
    let wanted =
        [vec![("hello how was your weekend", 2000), ("shall we start", 100_000)], vec![("hello hello", 50_000)]];
    for (said, wanted) in said.iter().zip(&wanted) {
        assert_eq!(
            said.iter().map(|one| one.0).collect::<Vec<_>>(),
            wanted.iter().map(|one| one.0).collect::<Vec<_>>()
        );
        assert!(said.iter().zip(wanted).all(|(a, b)| a.1.abs_diff(b.1) <= 20), "{said:?}");
    }
    for text in &texts {
        assert_eq!(text.language.as_deref(), Some("en"));
        assert_eq!(text.warnings, []);
        for said in &text.utterances {
            let words = said.words.as_ref().unwrap();
            assert_eq!(words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "), said.text);
            assert!(text.speech.iter().any(|span| span.overlap(said.span) == said.span.length()));
        }
    }
}

#[test]
fn one_and_eight_workers_say_the_same() {
    let engine = ScriptedTranscriber::new(&WORDS).hearing("en");
    let sounds: Vec<_> = (0..60).map(|at| (at * 10, engine.sing(WORDS[at % 8]).repeat(20))).collect();
    let tracks = [track(620, &sounds), track(620, &sounds[..30])];
    let one = run(&tracks, &engine, 1);
    assert_eq!(one, run(&tracks, &engine, 8));
    assert_eq!(one[0].utterances.len(), one[1].utterances.len() * 2);
}

#[test]
fn silence_is_an_empty_text_with_a_warning() {
    let engine = ScriptedTranscriber::new(&WORDS);
    for quiet in
        [Track::default(), Track::from_samples(&[0.0; 50]), track(30, &[]), Track::from_samples(&vec![f32::NAN; 9999])]
    {
        let text = &run(&[quiet], &engine, 1)[0];
        assert_eq!((text.utterances.len(), text.speech.len()), (0, 0));
        assert_eq!(text.warnings, [Warning::new("no_speech", "No speech was found on this track.")]);
        assert_eq!(text.language, None);
    }
}

/// Adds up what it is told.
#[derive(Default)]
struct Adding(Mutex<Duration>);

impl Progress for Adding {
    fn tell(&self, event: Event) {
        if let Event::Advanced(length) = event {
            *self.0.lock().unwrap() += length;
        }
    }
}

#[test]
fn progress_adds_up_to_the_length_of_the_call() {
    let engine = ScriptedTranscriber::new(&WORDS);
    let sounds: Vec<_> = (0..50).map(|at| (at * 7, engine.sing("we").repeat(30))).collect();
    for tracks in [vec![track(401, &sounds), track(401, &sounds[..7])], vec![track(33, &[])], vec![]] {
        let wanted = tracks.first().map_or(Duration::ZERO, Track::duration);
        let told = Adding::default();
        let settings = TranscribeSettings::default();
        write_down(&tracks, &engine, &settings, &pool(3), &told, &StopFlag::default()).unwrap();
        assert_eq!(*told.0.lock().unwrap(), wanted);
    }
}

#[test]
fn a_stop_ends_it() {
    let engine = ScriptedTranscriber::new(&WORDS);
    let stop = StopFlag::default();
    stop.stop();
    let tracks = [track(30, &[(1, engine.sing("we start"))])];
    let stopped = write_down(&tracks, &engine, &TranscribeSettings::default(), &pool(1), &Unwatched, &stop);
    assert!(matches!(stopped, Err(Error::Stopped)));
}

/// Says the same words of every window, with this confidence; hears German in every window that is loud at its start.
struct Stubborn {
    text: &'static str,
    confidence: f32,
    probes: AtomicUsize,
}

impl Transcriber for Stubborn {
    fn fingerprint(&self) -> String {
        "stubborn".to_owned()
    }

    fn detect_language(&self, window: &[f32]) -> Result<Option<LanguageGuess>> {
        self.probes.fetch_add(1, Ordering::Relaxed);
        let loudest = window.iter().copied().fold(0.0, f32::max);
        let code = if loudest > 0.5 { "de" } else { "en" };
        Ok(Some(LanguageGuess { code: code.to_owned(), probability: 0.95 }))
    }

    fn transcribe(&self, window: &[f32], ask: &Ask) -> Result<Vec<Heard>> {
        let span = Span::from_ms(0, window.len() as u64 / 16);
        let text = if self.text.is_empty() { ask.language.clone().unwrap_or_default() } else { self.text.to_owned() };
        let words = text
            .split(' ')
            .map(|word| HeardWord { span, text: word.to_owned(), spaced: true, confidence: self.confidence })
            .collect();
        Ok(vec![Heard { span, words, no_speech: 0.0, temperature: 0.0 }])
    }
}

fn stubborn(text: &'static str, confidence: f32) -> Stubborn {
    Stubborn { text, confidence, probes: AtomicUsize::new(0) }
}

/// Twenty minutes of loud and very loud sound in stretches of 25 s: a stretch a window.
fn two_languages(very_loud: std::ops::Range<usize>) -> Track {
    let sounds: Vec<_> = (0..40)
        .map(|at| {
            let level = if very_loud.contains(&at) { 0.8 } else { 0.3 };
            // A tone, so that it is not a constant offset.
            (at * 30, (0..25 * 16_000).map(|i| (i as f32 * 0.3).sin() * level).collect())
        })
        .collect();
    track(1200, &sounds)
}

#[test]
fn a_change_of_language_is_followed_and_said() {
    let engine = stubborn("", 0.9);
    let text = &run(&[two_languages(13..40)], &engine, 4)[0];
    assert_eq!(text.utterances.len(), 40);
    for (at, said) in text.utterances.iter().enumerate() {
        assert_eq!(said.text, if at < 13 { "en" } else { "de" }, "{at}");
    }
    assert_eq!(text.language.as_deref(), Some("de"));
    assert_eq!(text.warnings, [Warning::new("language_change", "At 6:29 the talk goes on in \"de\".")]);
    // Five probes, and the nine windows between the two that disagree.
    assert_eq!(engine.probes.load(Ordering::Relaxed), 14);
}

#[test]
fn a_short_stretch_of_another_language_is_found_by_its_low_confidence() {
    let text = &run(&[two_languages(13..15)], &stubborn("", 0.4), 4)[0];
    let german: Vec<usize> =
        text.utterances.iter().enumerate().filter(|(_, said)| said.text == "de").map(|(at, _)| at).collect();
    assert_eq!(german, [13, 14]);
    assert_eq!(text.language.as_deref(), Some("en"));
}

#[test]
fn the_users_language_is_not_questioned() {
    let engine = stubborn("", 0.4);
    let settings = TranscribeSettings { language: Some("fr".to_owned()), translate: false };
    let tracks = [two_languages(13..40)];
    let texts = write_down(&tracks, &engine, &settings, &pool(2), &Unwatched, &StopFlag::default()).unwrap();
    assert!(texts[0].utterances.iter().all(|said| said.text == "fr"));
    assert_eq!(engine.probes.load(Ordering::Relaxed), 0);
}

#[test]
fn invented_text_is_dropped_and_said() {
    let text = &run(&[two_languages(0..0)], &stubborn("thanks for watching", 0.4), 2)[0];
    assert_eq!(text.utterances, []);
    let told: Vec<&str> = text.warnings.iter().map(|warning| warning.text.as_str()).collect();
    assert_eq!(text.warnings.len(), 6);
    assert!(text.warnings.iter().all(|warning| warning.code == "dropped_text"));
    assert!(told[0].starts_with("At 0:00 \"thanks for watching\" was dropped"), "{told:?}");
    assert!(told[5].starts_with("35 more texts"), "{told:?}");
}

#[test]
fn utterances_lie_inside_the_call() {
    let end = Timestamp::ZERO + two_languages(0..0).duration();
    let text = &run(&[two_languages(0..0)], &stubborn("one two three", 0.9), 2)[0];
    assert!(text.utterances.iter().all(|said| said.span.end() <= end));
    assert!(text.utterances.windows(2).all(|pair| pair[0].span.start() <= pair[1].span.start()));
}
