//! An engine for tests that hears beeps: a beep of a certain pitch stands for a certain word.
//!
//! [`ScriptedTranscriber::sing`] makes the sound of a sentence, so a whole pipeline can run from synthetic sound to
//! findings in milliseconds, without a model.

use crate::call::audio::SAMPLE_RATE;
use crate::call::time::Span;
use crate::error::Result;
use crate::transcribe::engine::{Ask, Heard, HeardWord, LanguageGuess, Transcriber};

/// Pitch of the first word.
const HZ_FIRST: usize = 200;
/// Distance of two words' pitches; a beep is told from its neighbours over [`BEEP_SAMPLES`].
const HZ_STEP: usize = 50;
/// Most words an engine can know: all pitches stay below half the sample rate.
const WORDS_MAX: usize = 150;
/// Samples of a beep: 160 ms.
const BEEP_SAMPLES: usize = 2560;
/// Samples of silence after each beep: 40 ms.
const GAP_SAMPLES: usize = 640;
/// Samples over which loudness is measured: 10 ms.
const BLOCK_SAMPLES: usize = 160;
/// Loudness of a beep.
const AMPLITUDE: f32 = 0.3;
/// Mean square from which a block belongs to a beep.
const LOUD: f32 = 0.01;
/// Silence that ends a piece of text: 300 ms.
const PIECE_GAP_MS: u64 = 300;

/// An engine that knows a list of words and hears them as beeps.
#[derive(Debug, Clone)]
pub struct ScriptedTranscriber {
    words: Vec<String>,
    language: Option<String>,
}

impl ScriptedTranscriber {
    /// An engine that knows these words, at most 150, and one language.
    ///
    /// # Panics
    /// With more than 150 words.
    #[must_use]
    pub fn new(words: &[&str]) -> Self {
        assert!(words.len() <= WORDS_MAX, "{} words, at most {WORDS_MAX} pitches", words.len());
        Self { words: words.iter().map(|&word| word.to_owned()).collect(), language: None }
    }

    /// The same engine, that claims to hear this language.
    #[must_use]
    pub fn hearing(mut self, language: &str) -> Self {
        self.language = Some(language.to_owned());
        self
    }

    /// The sound of `sentence`, 200 ms a word. Words the engine does not know are left silent.
    #[must_use]
    pub fn sing(&self, sentence: &str) -> Vec<f32> {
        let mut samples = Vec::new();
        for word in sentence.split_whitespace() {
            let number = self.words.iter().position(|known| known == word);
            samples.extend((0..BEEP_SAMPLES).map(|at| number.map_or(0.0, |number| wave(number, at).0 * AMPLITUDE)));
            samples.extend(std::iter::repeat_n(0.0, GAP_SAMPLES));
        }
        samples
    }

    /// The known word whose pitch is strongest in `beep`, by correlation with each.
    fn word(&self, beep: &[f32]) -> Option<&str> {
        let strength = |number: usize| {
            let (sine, cosine) = beep.iter().enumerate().fold((0.0_f32, 0.0_f32), |(sine, cosine), (at, sample)| {
                let (s, c) = wave(number, at);
                (sine + sample * s, cosine + sample * c)
            });
            sine.hypot(cosine)
        };
        (0..self.words.len())
            .map(|number| (number, strength(number)))
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(number, _)| self.words[number].as_str())
    }
}

/// Sine and cosine of a word's pitch at a sample.
fn wave(number: usize, at: usize) -> (f32, f32) {
    let turns = (HZ_FIRST + number * HZ_STEP) * at % SAMPLE_RATE as usize;
    (turns as f32 / SAMPLE_RATE as f32 * std::f32::consts::TAU).sin_cos()
}

/// First and last sample of each beep.
fn beeps(window: &[f32]) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, block) in window.chunks(BLOCK_SAMPLES).enumerate() {
        let loud = block.iter().map(|sample| sample * sample).sum::<f32>() / block.len() as f32 >= LOUD;
        let (start, end) = (at * BLOCK_SAMPLES, at * BLOCK_SAMPLES + block.len());
        match found.last_mut() {
            Some(last) if loud && last.1 == start => last.1 = end,
            _ if loud => found.push((start, end)),
            _ => {}
        }
    }
    found
}

impl Transcriber for ScriptedTranscriber {
    fn fingerprint(&self) -> String {
        format!("scripted:{}", self.words.len())
    }

    fn detect_language(&self, _: &[f32]) -> Result<Option<LanguageGuess>> {
        Ok(self.language.clone().map(|code| LanguageGuess { code, probability: 1.0 }))
    }

    fn transcribe(&self, window: &[f32], _: &Ask) -> Result<Vec<Heard>> {
        let ms = |sample: usize| sample as u64 * 1000 / u64::from(SAMPLE_RATE);
        let mut pieces: Vec<Heard> = Vec::new();
        for (start, end) in beeps(window) {
            let Some(text) = self.word(&window[start..end]) else { continue };
            let span = Span::from_ms(ms(start), ms(end));
            let word = HeardWord { span, text: text.to_owned(), spaced: true, confidence: 1.0 };
            match pieces.last_mut() {
                Some(last) if span.start().since(last.span.end()).ms() < PIECE_GAP_MS => {
                    last.span = last.span.cover(span);
                    last.words.push(word);
                }
                _ => pieces.push(Heard { span, words: vec![word], no_speech: 0.0, temperature: 0.0 }),
            }
        }
        Ok(pieces)
    }

    fn only_language(&self) -> Option<&str> {
        if self.language.is_none() { Some("en") } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sung_is_heard() {
        let words: Vec<String> = (0..WORDS_MAX).map(|number| format!("w{number}")).collect();
        let engine = ScriptedTranscriber::new(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let sentence = words.join(" ");
        let heard = engine.transcribe(&engine.sing(&sentence), &Ask::default()).unwrap();
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0].text(), sentence);
        assert_eq!(heard[0].words[1].span, Span::from_ms(200, 360));
    }
}
