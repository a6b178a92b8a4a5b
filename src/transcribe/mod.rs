//! Speech to text: where speech is ([`speech`]), what the engine is given ([`windows`]), what it is ([`Transcriber`]),
//! which language is spoken, and what of its text is believed.

mod engine;
mod guards;
mod language;
mod model_file;
pub mod models;
mod scripted;
pub mod speech;
mod utterances;
#[cfg(feature = "whisper")]
mod whisper;
pub mod windows;

use std::collections::BTreeSet;

use rayon::prelude::*;

pub use engine::{Ask, Heard, HeardWord, LanguageGuess, Transcriber};
pub use model_file::{ModelShape, check, fingerprint};
pub use scripted::ScriptedTranscriber;
#[cfg(feature = "whisper")]
pub use whisper::WhisperTranscriber;

use crate::call::audio::Track;
use crate::call::report::Warning;
use crate::call::time::{Duration, Span};
use crate::call::transcript::Utterance;
use crate::error::Result;
use crate::progress::{Event, Progress, StopFlag};
use language::Spoken;
use speech::Listening;
use windows::Window;

/// Mean confidence of a window below which its language is heard again: a model that is made to write another
/// language than it hears is unsure of every word.
const LANGUAGE_DOUBT_CONFIDENCE: f32 = 0.5;

/// What the user wants of a transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TranscribeSettings {
    /// Language of the call, ISO 639-1; `None` to hear it.
    pub language: Option<String>,
    /// Whether to translate to English.
    pub translate: bool,
}

/// One track as text.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackText {
    /// Where there is speech, sorted.
    pub speech: Vec<Span>,
    /// What is said, in order, without speakers.
    pub utterances: Vec<Utterance>,
    /// Language of most of it; `None` where there is no speech.
    pub language: Option<String>,
    /// What is to be doubted.
    pub warnings: Vec<Warning>,
}

/// Transcribes the tracks of one recording, all of their windows at once on `pool`.
///
/// # Errors
/// [`crate::error::Error::Engine`] when the engine fails, [`crate::error::Error::Settings`] for a language it does not
/// know, [`crate::error::Error::Stopped`] when asked to stop.
pub fn transcribe(
    tracks: &[Track],
    engine: &dyn Transcriber,
    settings: &TranscribeSettings,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Vec<TrackText>> {
    pool.install(|| {
        let prepared: Vec<Result<Prepared>> =
            tracks.par_iter().map(|track| prepare(track, engine, settings, stop)).collect();
        let mut prepared = prepared.into_iter().collect::<Result<Vec<_>>>()?;
        let duration = tracks.iter().map(Track::duration).max().unwrap_or_default();
        let heard = hear(tracks, &prepared, engine, settings, duration, progress, stop)?;
        let heard = hear_doubtful_again(tracks, &mut prepared, heard, engine, settings, stop)?;
        Ok(prepared.into_iter().zip(heard).map(|(track, heard)| text_of(track, heard)).collect())
    })
}

/// A track that is ready for the engine.
struct Prepared {
    listening: Listening,
    windows: Vec<Window>,
    spoken: Spoken,
}

fn prepare(
    track: &Track,
    engine: &dyn Transcriber,
    settings: &TranscribeSettings,
    stop: &StopFlag,
) -> Result<Prepared> {
    stop.check()?;
    let listening = Listening::to(track, engine.detector());
    let windows = windows::pack(&listening, track.duration());
    let spoken = language::settle(track, &windows, engine, settings, stop)?;
    Ok(Prepared { listening, windows, spoken })
}

/// What the engine hears, by track and window.
type HeardTracks = Vec<Vec<Vec<Heard>>>;

/// Asks the engine for every window; each tells its share of the call's length when it is done.
fn hear(
    tracks: &[Track],
    prepared: &[Prepared],
    engine: &dyn Transcriber,
    settings: &TranscribeSettings,
    duration: Duration,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<HeardTracks> {
    let jobs: Vec<(usize, usize)> = prepared
        .iter()
        .enumerate()
        .flat_map(|(track, prepared)| (0..prepared.windows.len()).map(move |window| (track, window)))
        .collect();
    if jobs.is_empty() {
        progress.tell(Event::Advanced(duration));
    }
    // The whole length in equal parts; rounding differs by window, the sum is exact.
    let until = |at: usize| Duration::from_ms(duration.ms() * at as u64 / jobs.len().max(1) as u64);
    let heard: Vec<Result<Vec<Heard>>> = jobs
        .par_iter()
        .enumerate()
        .map(|(at, &(track, window))| {
            stop.check()?;
            let language = prepared[track].spoken.windows[window].clone();
            let ask = Ask { language, translate: settings.translate };
            let heard = engine.transcribe(&prepared[track].windows[window].samples(&tracks[track]), &ask)?;
            progress.tell(Event::Advanced(until(at + 1) - until(at)));
            Ok(heard)
        })
        .collect();
    let mut by_track: HeardTracks = prepared.iter().map(|_| Vec::new()).collect();
    for ((track, _), heard) in jobs.into_iter().zip(heard) {
        by_track[track].push(heard?);
    }
    Ok(by_track)
}

/// Hears the language of windows that came out badly, and transcribes those again that are in another one.
fn hear_doubtful_again(
    tracks: &[Track],
    prepared: &mut [Prepared],
    mut heard: HeardTracks,
    engine: &dyn Transcriber,
    settings: &TranscribeSettings,
    stop: &StopFlag,
) -> Result<HeardTracks> {
    for (at, track) in prepared.iter_mut().enumerate() {
        let doubtful: BTreeSet<usize> = (0..track.windows.len())
            .filter(|window| !track.spoken.probed.contains(window))
            .filter(|&window| is_doubtful(&heard[at][window]))
            .collect();
        let guesses = language::probe(&tracks[at], &track.windows, &doubtful, engine, stop)?;
        let others: Vec<(usize, Option<String>)> = guesses
            .into_iter()
            .filter(|(window, guess)| language::is_surely_other(guess, track.spoken.windows[*window].as_deref()))
            .map(|(window, guess)| (window, Some(guess.code)))
            .collect();
        let again: Vec<Result<Vec<Heard>>> = others
            .par_iter()
            .map(|(window, language)| {
                stop.check()?;
                let ask = Ask { language: language.clone(), translate: settings.translate };
                engine.transcribe(&track.windows[*window].samples(&tracks[at]), &ask)
            })
            .collect();
        for ((window, language), again) in others.into_iter().zip(again) {
            heard[at][window] = again?;
            track.spoken.windows[window] = language;
        }
    }
    Ok(heard)
}

/// Whether the engine was unsure of the window's words.
fn is_doubtful(heard: &[Heard]) -> bool {
    let words = heard.iter().flat_map(|piece| &piece.words);
    let (sum, count) = words.fold((0.0, 0_u32), |(sum, count), word| (sum + word.confidence, count + 1));
    count > 0 && sum / (count as f32) < LANGUAGE_DOUBT_CONFIDENCE
}

/// Decides what of the text is believed.
fn text_of(track: Prepared, heard: Vec<Vec<Heard>>) -> TrackText {
    let speech = track.listening.spans().to_vec();
    let mut warnings = track.spoken.warnings;
    if track.windows.is_empty() {
        warnings.push(Warning::new("no_speech", "No speech was found on this track."));
    }
    warnings.extend(language::tell_changes(&track.spoken.windows, &track.windows));
    let (mut utterances, mut dropped) = (Vec::new(), Vec::new());
    for (window, heard) in track.windows.iter().zip(heard) {
        for candidate in utterances::in_call_time(heard, window, &speech) {
            match guards::doubt(&candidate, &speech) {
                Some(reason) => dropped.push((candidate.utterance, reason)),
                None => utterances.push(candidate.utterance),
            }
        }
    }
    warnings.extend(guards::tell(&dropped));
    TrackText { speech, utterances, language: track.spoken.main, warnings }
}
