//! Speech to text: where speech is ([`speech`]), what the engine is given ([`windows`]), what it is ([`Transcriber`]),
//! which language is spoken, and what of its text is believed.

mod engine;
mod guards;
mod language;
mod leaves;
mod model_file;
pub mod models;
mod scripted;
pub mod speech;
mod utterances;
#[cfg(feature = "whisper")]
mod whisper;
pub mod windows;

use std::cmp::Reverse;
use std::collections::BTreeSet;

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
use leaves::map_in_order;
use speech::{Listening, SpeechDetector};
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

/// Finds where somebody speaks on each track of one recording.
///
/// # Errors
/// [`crate::error::Error::Stopped`] when asked to stop.
pub fn listen(
    tracks: &[Track],
    detector: &dyn SpeechDetector,
    pool: &rayon::ThreadPool,
    stop: &StopFlag,
) -> Result<Vec<Listening>> {
    let listen = |track| stop.check().map(|()| Listening::to(track, detector));
    map_in_order(pool, tracks.iter().collect(), listen).into_iter().collect()
}

/// Transcribes the tracks of one recording, of which [`listen`] told where speech is, all of their windows at once on
/// `pool`.
///
/// # Errors
/// [`crate::error::Error::Engine`] when the engine fails, [`crate::error::Error::Settings`] for a language it does not
/// know, [`crate::error::Error::Stopped`] when asked to stop.
pub fn transcribe(
    tracks: &[Track],
    listenings: Vec<Listening>,
    engine: &dyn Transcriber,
    settings: &TranscribeSettings,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Vec<TrackText>> {
    let work = Work { engine, settings, pool, progress, stop };
    let mut prepared = prepare(tracks, listenings, &work)?;
    let heard = hear(tracks, &prepared, &work)?;
    let heard = hear_doubtful_again(tracks, &mut prepared, heard, &work)?;
    Ok(prepared.into_iter().zip(heard).map(|(track, heard)| text_of(track, heard)).collect())
}

/// What every step of a transcription needs.
struct Work<'run> {
    engine: &'run dyn Transcriber,
    settings: &'run TranscribeSettings,
    pool: &'run rayon::ThreadPool,
    progress: &'run dyn Progress,
    stop: &'run StopFlag,
}

/// A track that is ready for the engine.
struct Prepared {
    listening: Listening,
    windows: Vec<Window>,
    spoken: Spoken,
}

fn prepare(tracks: &[Track], listenings: Vec<Listening>, work: &Work<'_>) -> Result<Vec<Prepared>> {
    let ready = |(track, listening): (&Track, Listening)| {
        let windows = windows::pack(&listening, track.duration());
        let spoken = language::settle(track, &windows, work)?;
        Ok(Prepared { listening, windows, spoken })
    };
    tracks.iter().zip(listenings).map(ready).collect()
}

/// What the engine hears, by track and window.
type HeardTracks = Vec<Vec<Vec<Heard>>>;

/// Asks the engine for every window; each tells its share of the call's length when it is done.
fn hear(tracks: &[Track], prepared: &[Prepared], work: &Work<'_>) -> Result<HeardTracks> {
    let duration = tracks.iter().map(Track::duration).max().unwrap_or_default();
    let mut jobs: Vec<(usize, usize)> = prepared
        .iter()
        .enumerate()
        .flat_map(|(track, prepared)| (0..prepared.windows.len()).map(move |window| (track, window)))
        .collect();
    // Long ones first: then the cores come to their end at much the same time.
    jobs.sort_by_key(|&(track, window)| Reverse(prepared[track].windows[window].length()));
    if jobs.is_empty() {
        work.progress.tell(Event::Advanced(duration));
    }
    // The whole length in equal parts; rounding differs by window, the sum is exact.
    let until = |at: usize| Duration::from_ms(duration.ms() * at as u64 / jobs.len().max(1) as u64);
    let heard = map_in_order(work.pool, jobs.iter().enumerate().collect(), |(at, &(track, window))| {
        work.stop.check()?;
        let language = prepared[track].spoken.windows[window].clone();
        let ask = Ask { language, translate: work.settings.translate };
        let heard = work.engine.transcribe(&prepared[track].windows[window].samples(&tracks[track]), &ask)?;
        work.progress.tell(Event::Advanced(until(at + 1) - until(at)));
        Ok(heard)
    });
    let mut in_order: Vec<_> = jobs.into_iter().zip(heard).collect();
    in_order.sort_by_key(|(job, _)| *job);
    let mut by_track: HeardTracks = prepared.iter().map(|_| Vec::new()).collect();
    for ((track, _), heard) in in_order {
        by_track[track].push(heard?);
    }
    Ok(by_track)
}

/// Hears the language of windows that came out badly, and transcribes those again that are in another one.
fn hear_doubtful_again(
    tracks: &[Track],
    prepared: &mut [Prepared],
    mut heard: HeardTracks,
    work: &Work<'_>,
) -> Result<HeardTracks> {
    for (at, track) in prepared.iter_mut().enumerate() {
        let doubtful: BTreeSet<usize> = (0..track.windows.len())
            .filter(|window| !track.spoken.probed.contains(window))
            .filter(|&window| is_doubtful(&heard[at][window]))
            .collect();
        let guesses = language::probe(&tracks[at], &track.windows, &doubtful, work)?;
        let others: Vec<(usize, Option<String>)> = guesses
            .into_iter()
            .filter(|(window, guess)| language::is_surely_other(guess, track.spoken.windows[*window].as_deref()))
            .map(|(window, guess)| (window, Some(guess.code)))
            .collect();
        let again = map_in_order(work.pool, others.iter().collect(), |(window, language)| {
            work.stop.check()?;
            let ask = Ask { language: language.clone(), translate: work.settings.translate };
            work.engine.transcribe(&track.windows[*window].samples(&tracks[at]), &ask)
        });
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
