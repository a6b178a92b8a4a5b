//! Which language each window is in.
//!
//! A model that is told the wrong language does not fail: it translates, fluently. Hearing the language of every window
//! would cost a second encoder pass each, so a few windows spread over the call are probed, and those between two probes
//! that disagree. Windows that come out with low confidence are probed afterwards by the caller.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::audio::Track;
use crate::call::report::Warning;
use crate::error::Result;
use crate::transcribe::Work;
use crate::transcribe::engine::LanguageGuess;
use crate::transcribe::leaves::map_in_order;
use crate::transcribe::windows::Window;

/// Every so many windows one is probed: about 10 % more work in the encoder, and no more than five minutes of speech
/// between two looks.
const PROBE_EVERY: usize = 10;
/// Probability from which a guess may part a window from the rest of its track. On 30 s of speech a right guess is
/// rarely below it; accents and noise are.
const SURE: f32 = 0.8;
/// Probability below which the language of a whole track is called unsure.
const UNSURE: f32 = 0.5;
/// Changes of language that are told one by one.
const TOLD_MAX: usize = 5;

/// The languages of a track.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Spoken {
    /// Language of most of it; `None` without speech.
    pub(super) main: Option<String>,
    /// Language of each window.
    pub(super) windows: Vec<Option<String>>,
    /// Windows whose language was heard, or settled by the user.
    pub(super) probed: BTreeSet<usize>,
    /// Doubts.
    pub(super) warnings: Vec<Warning>,
}

/// Settles the language of each window of a track.
pub(super) fn settle(track: &Track, windows: &[Window], work: &Work<'_>) -> Result<Spoken> {
    if windows.is_empty() {
        return Ok(Spoken::default());
    }
    if let Some(known) = work.settings.language.as_deref().or(work.engine.only_language()) {
        let known = Some(known.to_owned());
        let probed = (0..windows.len()).collect();
        return Ok(Spoken { main: known.clone(), windows: vec![known; windows.len()], probed, warnings: Vec::new() });
    }
    let mut places: BTreeSet<usize> = (0..windows.len()).step_by(PROBE_EVERY).collect();
    places.insert(windows.len() - 1);
    let mut guesses = probe(track, windows, &places, work)?;
    let between = between_unlike(&guesses);
    guesses.extend(probe(track, windows, &between, work)?);
    Ok(spread(&guesses, windows.len()))
}

type Guesses = BTreeMap<usize, LanguageGuess>;

/// What the engine hears in the windows at these places.
pub(super) fn probe(track: &Track, windows: &[Window], places: &BTreeSet<usize>, work: &Work<'_>) -> Result<Guesses> {
    let heard = map_in_order(work.pool, places.iter().collect(), |at| {
        work.stop.check()?;
        work.engine.detect_language(&windows[*at].samples(track))
    });
    let mut guesses = Guesses::new();
    for (at, guess) in places.iter().zip(heard) {
        guesses.extend(guess?.map(|guess| (*at, guess)));
    }
    Ok(guesses)
}

/// Whether a window that was taken to be in `taken` is surely in another language.
pub(super) fn is_surely_other(guess: &LanguageGuess, taken: Option<&str>) -> bool {
    guess.probability >= SURE && Some(guess.code.as_str()) != taken
}

/// Windows between two probes that surely disagree.
fn between_unlike(guesses: &Guesses) -> BTreeSet<usize> {
    let sure: Vec<_> = guesses.iter().filter(|(_, guess)| guess.probability >= SURE).collect();
    sure.windows(2)
        .filter(|pair| pair[0].1.code != pair[1].1.code)
        .flat_map(|pair| pair[0].0 + 1..*pair[1].0)
        .filter(|at| !guesses.contains_key(at))
        .collect()
}

/// Gives each window a language: its own sure guess, else that of the nearest sure guess before it, else the main one.
fn spread(guesses: &Guesses, count: usize) -> Spoken {
    let Some(main) = main_language(guesses) else { return Spoken { windows: vec![None; count], ..Spoken::default() } };
    let mut windows = Vec::with_capacity(count);
    let mut now = main.code.clone();
    for at in 0..count {
        if let Some(guess) = guesses.get(&at).filter(|guess| guess.probability >= SURE) {
            now.clone_from(&guess.code);
        }
        windows.push(Some(now.clone()));
    }
    let mut warnings = Vec::new();
    if main.probability < UNSURE {
        let percent = (main.probability * 100.0).round();
        warnings.push(Warning::new(
            "language_unsure",
            format!(
                "The language was taken to be {:?} with a probability of only {percent} %; --language settles it.",
                main.code
            ),
        ));
    }
    Spoken { main: Some(main.code), windows, probed: guesses.keys().copied().collect(), warnings }
}

/// The language with most probability over all probes, with its mean probability; the first heard where two are equal.
fn main_language(guesses: &Guesses) -> Option<LanguageGuess> {
    let mut sums: Vec<(&str, f32, usize)> = Vec::new();
    for guess in guesses.values() {
        match sums.iter_mut().find(|sum| sum.0 == guess.code) {
            Some(sum) => (sum.1, sum.2) = (sum.1 + guess.probability, sum.2 + 1),
            None => sums.push((&guess.code, guess.probability, 1)),
        }
    }
    let most = sums.iter().map(|sum| sum.1).fold(0.0, f32::max);
    let (code, sum, count) = sums.into_iter().find(|sum| sum.1 >= most)?;
    Some(LanguageGuess { code: code.to_owned(), probability: sum / count as f32 })
}

/// Warnings for the windows at which the language changes.
pub(super) fn tell_changes(languages: &[Option<String>], windows: &[Window]) -> Vec<Warning> {
    let changes: Vec<String> = (1..languages.len())
        .filter(|&at| languages[at] != languages[at - 1])
        .filter_map(|at| {
            let code = languages[at].as_ref()?;
            Some(format!("At {} the talk goes on in {code:?}.", windows[at].reach().start()))
        })
        .collect();
    let more = changes.len().saturating_sub(TOLD_MAX);
    let mut warnings: Vec<Warning> =
        changes.into_iter().take(TOLD_MAX).map(|text| Warning::new("language_change", text)).collect();
    if more > 0 {
        warnings.push(Warning::new("language_change", format!("The language changes {more} more times.")));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(code: &str, probability: f32) -> LanguageGuess {
        LanguageGuess { code: code.to_owned(), probability }
    }

    #[test]
    fn windows_between_two_languages_are_probed() {
        let guesses: Guesses =
            [(0, guess("en", 0.99)), (10, guess("de", 0.95)), (20, guess("de", 0.9)), (30, guess("nl", 0.5))].into();
        assert_eq!(between_unlike(&guesses), (1..10).collect());
    }

    #[test]
    fn each_window_follows_the_last_sure_guess() {
        let guesses: Guesses =
            [(0, guess("en", 0.99)), (1, guess("cy", 0.4)), (2, guess("de", 0.95)), (4, guess("de", 0.9))].into();
        let spoken = spread(&guesses, 5);
        assert_eq!(spoken.main.as_deref(), Some("de"));
        let codes: Vec<_> = spoken.windows.iter().map(|code| code.as_deref().unwrap()).collect();
        assert_eq!(codes, ["en", "en", "de", "de", "de"]);
        assert_eq!(spoken.warnings, []);
    }

    #[test]
    fn an_unsure_language_is_said() {
        let spoken = spread(&[(0, guess("en", 0.3))].into(), 1);
        assert_eq!(spoken.windows, [Some("en".to_owned())]);
        assert_eq!(spoken.warnings[0].code, "language_unsure");
        assert!(spoken.warnings[0].text.contains("30 %"), "{:?}", spoken.warnings);
    }
}
