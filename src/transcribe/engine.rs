//! What a speech engine is.

use crate::call::time::Span;
use crate::error::Result;

/// What is asked of an engine besides the sound.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// Language of the window, ISO 639-1; `None` for an engine that knows only one.
    pub language: Option<String>,
    /// Whether to translate to English.
    pub translate: bool,
}

/// The language an engine hears.
#[derive(Debug, Clone, PartialEq)]
pub struct LanguageGuess {
    /// ISO 639-1 code, or whisper's three letters where there is none.
    pub code: String,
    /// How sure, 0 to 1.
    pub probability: f32,
}

/// A word in window time.
#[derive(Debug, Clone, PartialEq)]
pub struct HeardWord {
    /// Where in the window.
    pub span: Span,
    /// The word as written; languages without spaces give characters or pieces of words, without spaces between them.
    pub text: String,
    /// Whether a space goes before it when words are joined.
    pub spaced: bool,
    /// How sure the engine is, 0 to 1.
    pub confidence: f32,
}

/// A piece of text in window time, as the engine cuts it.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Where in the window; never past its end.
    pub span: Span,
    /// What is said, word by word, never empty.
    pub words: Vec<HeardWord>,
    /// Probability that the window holds no speech at all, as the engine sees it, 0 to 1.
    pub no_speech: f32,
    /// Randomness it was decoded with: 0 at the first attempt, more where that failed.
    pub temperature: f32,
}

impl Heard {
    /// The words as text, without spaces around it.
    #[must_use]
    pub fn text(&self) -> String {
        join_words(&self.words)
    }

    /// Mean confidence of the words, 0 to 1.
    #[must_use]
    pub fn confidence(&self) -> f32 {
        mean_confidence(&self.words)
    }
}

/// Words as text, without spaces around it.
pub(super) fn join_words(words: &[HeardWord]) -> String {
    let mut text = String::new();
    for word in words {
        if word.spaced && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    text
}

/// Mean confidence of words, 0 to 1; 0 for none.
pub(super) fn mean_confidence(words: &[HeardWord]) -> f32 {
    if words.is_empty() {
        return 0.0;
    }
    words.iter().map(|word| word.confidence).sum::<f32>() / words.len() as f32
}

/// Turns windows of speech into text. Called from many threads; the same window gives the same answer on each.
pub trait Transcriber: Send + Sync {
    /// Names the engine, its model and the settings that change its answers; equal only for equal answers.
    fn fingerprint(&self) -> String;

    /// The language spoken in `window` (16 kHz, at most [`WINDOW_MS_MAX`](crate::transcribe::windows::WINDOW_MS_MAX)); `None` from an engine that knows only one.
    ///
    /// # Errors
    /// [`crate::error::Error::Engine`].
    fn detect_language(&self, window: &[f32]) -> Result<Option<LanguageGuess>>;

    /// What is said in `window` (16 kHz, at most [`WINDOW_MS_MAX`](crate::transcribe::windows::WINDOW_MS_MAX)), in order.
    ///
    /// # Errors
    /// [`crate::error::Error::Engine`]; [`crate::error::Error::Settings`] for a language it does not know.
    fn transcribe(&self, window: &[f32], ask: &Ask) -> Result<Vec<Heard>>;

    /// The one language of an engine that knows only one; `None` where languages are told apart.
    fn only_language(&self) -> Option<&str> {
        None
    }
}
