//! The whisper.cpp engine.
//!
//! Checked in the sources of whisper.cpp 1.8.3:
//!
//! - `whisper_full` encodes again from wherever the last time token points, until the end of its input. With
//!   `single_segment`, a token limit below its own, and at most one window of input, every way out of its decoder sets the
//!   next start to the end: exactly one encoder pass a window. Text is then cut at the time tokens here.
//! - The random numbers of sampling live in the state and are seeded only when a state is made. A first attempt is
//!   greedy and uses none; a second one gets a state of its own. So answers do not depend on who decoded what before.
//! - Inputs below 201 samples are read out of bounds, and word alignment ends the program below 0.15 s: windows are
//!   filled up with silence.
//! - How many encoder positions are used is a setting of `whisper_full` that stays in the state, where language detection
//!   finds it. A `whisper_full` over 0.1 s sets it, and computes the spectrum, without running the encoder.
//! - A window that the model thinks silent is left out without a word; here it is kept, for the guards to judge.

mod pieces;
mod shape;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use whisper_rs::{
    DtwMode, DtwParameters, FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError,
    WhisperState, WhisperTokenId, get_lang_id, get_lang_str,
};

use crate::call::audio::{SAMPLE_RATE, SAMPLES_PER_MS};
use crate::call::time::Duration;
use crate::error::{Error, Result};
use crate::transcribe::engine::{Ask, Heard, LanguageGuess, Transcriber};
use crate::transcribe::guards::is_loop_text;
use crate::transcribe::model_file::{self, ModelShape};
use crate::transcribe::windows::{WINDOW_MS_MAX, positions};

/// Whether a graphics card works. It does one window after the other: a second state would only take its memory.
const ON_GPU: bool = cfg!(any(feature = "cuda", feature = "vulkan", feature = "metal"));

/// Threads inside one state. Windows are worked on side by side instead: without OpenMP, ggml makes and drops its
/// threads for every token. The one state of a graphics card has all cores for what the card leaves to them, which is
/// everything where there is no card.
fn threads() -> i32 {
    if ON_GPU { std::thread::available_parallelism().map_or(1, |cores| cores.get() as i32) } else { 1 }
}

/// Shortest input, in samples: whisper.cpp does nothing below 0.1 s and reads out of bounds below 201 samples.
const SAMPLES_MIN: usize = SAMPLE_RATE as usize;

/// Length for which `whisper_full` prepares everything and then does nothing, in milliseconds.
const NOTHING_MS: i32 = 100;

/// Longest input, in samples.
const SAMPLES_MAX: usize = (WINDOW_MS_MAX * SAMPLES_PER_MS) as usize;

/// Mean log probability below which an attempt has failed; openai-whisper's value.
const LOGPROB_MIN: f32 = -1.0;

/// Randomness of the second attempt, and by how much it rises within it up to 1: two steps at most (0.4, 0.8) where
/// openai-whisper has five, for a window that fails twice is noise most of the time.
const TEMPERATURE_STEP: f32 = 0.4;

/// A probability no window reaches: whisper.cpp must not leave text out by itself.
const NEVER: f32 = 2.0;

/// Tokens that whisper.cpp holds back from half its decoder's length, and two so that its own limit is never met.
const TOKENS_KEPT_BACK: i32 = 6;

/// Times a window is continued that holds more words than the model can write at once (dense scripts do).
const CONTINUATIONS_MAX: usize = 2;

/// Least progress of a continuation: less would mean that the model is stuck.
const CONTINUATION_MS_MIN: u64 = 5000;

/// Memory for word alignment: 19 to 23 alignment heads by 1,500 positions by 226 tokens of 4 bytes, up to four times.
/// whisper.cpp's default of half of it is just short for the largest models, and running out ends the program.
const DTW_BYTES: usize = 256 * 1024 * 1024;

/// A whisper model, ready to transcribe.
pub struct WhisperTranscriber {
    context: WhisperContext,
    path: PathBuf,
    shape: ModelShape,
    fingerprint: String,
    aligned: bool,
    /// States that nobody uses now: never more than there were workers at once.
    idle: Mutex<Vec<WhisperState>>,
    /// Held while a graphics card works.
    card: Mutex<()>,
}

/// What came out of one look at a window.
struct Attempt {
    pieces: Vec<Heard>,
    /// Mean log probability of all tokens.
    logprob: f32,
    /// Where the model stopped for want of room, if it did.
    stopped_ms: Option<u64>,
}

impl Attempt {
    fn has_failed(&self) -> bool {
        self.logprob < LOGPROB_MIN || self.is_loop()
    }

    fn is_loop(&self) -> bool {
        is_loop_text(&self.pieces.iter().map(Heard::text).collect::<Vec<_>>().join(" "))
    }
}

impl WhisperTranscriber {
    /// Loads the model at `path`, after checking that it is one.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read, [`Error::Model`] when it is no whole whisper model.
    pub fn load(path: &Path) -> Result<Self> {
        let shape = model_file::check(path)?;
        let fingerprint = model_file::fingerprint(path)?;
        whisper_rs::install_logging_hooks();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let preset = shape::alignment(&shape, &name);
        let aligned = preset.is_some();
        let mode = preset.map_or(DtwMode::None, |model_preset| DtwMode::ModelPreset { model_preset });
        let mut wanted = WhisperContextParameters::default();
        wanted.use_gpu(ON_GPU).flash_attn(false).dtw_parameters(DtwParameters { mode, dtw_mem_size: DTW_BYTES });
        let context = WhisperContext::new_with_params(path, wanted).map_err(|failure| Error::Model {
            path: path.to_owned(),
            why: format!(
                "whisper.cpp cannot load it ({failure}), though its layout is right; fetch it again: `rapport models pull`"
            ),
        })?;
        Ok(Self {
            context,
            path: path.to_owned(),
            shape,
            fingerprint,
            aligned,
            idle: Mutex::new(Vec::new()),
            card: Mutex::new(()),
        })
    }

    /// Works with a state nobody else uses. After a failure the state is thrown away.
    fn with_state<T>(&self, work: impl FnOnce(&mut WhisperState) -> Result<T>) -> Result<T> {
        let _card = ON_GPU.then(|| self.card.lock().unwrap_or_else(PoisonError::into_inner));
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut state = match idle {
            Some(state) => state,
            None => self.context.create_state().map_err(|failure| engine_failed(&failure))?,
        };
        let done = work(&mut state)?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(state);
        Ok(done)
    }

    /// The language to tell whisper.cpp.
    fn language(&self, ask: &Ask) -> Result<String> {
        let code = ask.language.as_deref().unwrap_or("en");
        let why = if !self.shape.is_multilingual() && code != "en" {
            format!(
                "{code:?} was asked for, but {} knows only English; take a model without .en in its name",
                self.path.display()
            )
        } else if get_lang_id(code).is_none() {
            format!("{code:?} is no language that whisper knows; wanted a code like en, de or pt")
        } else {
            return Ok(code.to_owned());
        };
        Err(Error::Settings { what: "language".to_owned(), why })
    }

    fn params(
        &self,
        length_ms: u64,
        language: &str,
        translate: bool,
        temperature: f32,
    ) -> FullParams<'static, 'static> {
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
        params.set_n_threads(threads());
        // A few bytes are lost in the wrapper with each call; windows are too few for that to matter.
        params.set_language(Some(language).map(|code| get_lang_id(code).and_then(get_lang_str).unwrap_or("en")));
        params.set_translate(translate);
        params.set_no_context(true);
        params.set_single_segment(true);
        params.set_max_tokens(self.shape.text_ctx / 2 - TOKENS_KEPT_BACK);
        params.set_audio_ctx(positions(Duration::from_ms(length_ms)) as i32);
        params.set_token_timestamps(true);
        params.set_suppress_blank(true);
        params.set_suppress_nst(true);
        params.set_temperature(temperature);
        params.set_temperature_inc(if temperature > 0.0 { TEMPERATURE_STEP } else { 0.0 });
        params.set_logprob_thold(LOGPROB_MIN);
        params.set_no_speech_thold(NEVER);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        params
    }

    /// One encoder pass, one text.
    fn attempt(
        &self,
        state: &mut WhisperState,
        samples: &[f32],
        length_ms: u64,
        params: FullParams,
        temperature: f32,
    ) -> Result<Attempt> {
        state.full(params, samples).map_err(|failure| engine_failed(&failure))?;
        let ids = pieces::Ids { end: self.context.token_eot(), times: self.context.token_beg() };
        let mut read = pieces::Reader::new(ids, length_ms, self.aligned);
        let (mut logprobs, mut tokens, mut no_speech) = (0.0, 0, 0.0_f32);
        for segment in state.as_iter() {
            no_speech = no_speech.max(segment.no_speech_probability());
            for at in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(at) else { continue };
                let data = token.token_data();
                logprobs += data.plog;
                tokens += 1;
                read.token(&data, token.to_bytes().unwrap_or_default());
            }
        }
        let full = tokens > self.shape.text_ctx / 2 - TOKENS_KEPT_BACK;
        let stopped_ms = read.last_time_ms().filter(|&at| full && at < length_ms);
        let no_speech = if no_speech.is_finite() { no_speech.clamp(0.0, 1.0) } else { 0.0 };
        Ok(Attempt {
            pieces: read.finish(no_speech, temperature),
            logprob: if tokens == 0 { 0.0 } else { logprobs / tokens as f32 },
            stopped_ms,
        })
    }

    /// Greedy first; where that fails, once more with some randomness, and the better of the two.
    fn best_attempt(&self, samples: &[f32], length_ms: u64, language: &str, translate: bool) -> Result<Attempt> {
        let first = self.with_state(|state| {
            self.attempt(state, samples, length_ms, self.params(length_ms, language, translate, 0.0), 0.0)
        })?;
        if !first.has_failed() {
            return Ok(first);
        }
        // A state of its own, so that its random numbers are those of a fresh start.
        let _card = ON_GPU.then(|| self.card.lock().unwrap_or_else(PoisonError::into_inner));
        let mut fresh = self.context.create_state().map_err(|failure| engine_failed(&failure))?;
        let params = self.params(length_ms, language, translate, TEMPERATURE_STEP);
        let second = self.attempt(&mut fresh, samples, length_ms, params, TEMPERATURE_STEP)?;
        let better = match (first.is_loop(), second.is_loop()) {
            (true, false) => true,
            (false, true) => false,
            _ => second.logprob > first.logprob,
        };
        Ok(if better { second } else { first })
    }
}

impl Transcriber for WhisperTranscriber {
    fn fingerprint(&self) -> String {
        self.fingerprint.clone()
    }

    fn detect_language(&self, window: &[f32]) -> Result<Option<LanguageGuess>> {
        if !self.shape.is_multilingual() {
            return Ok(None);
        }
        let samples = prepared(window);
        let (id, probabilities) = self.with_state(|state| {
            let mut prepare = self.params(samples.len() as u64 / SAMPLES_PER_MS, "en", false, 0.0);
            prepare.set_duration_ms(NOTHING_MS);
            state.full(prepare, &samples).map_err(|failure| engine_failed(&failure))?;
            state.lang_detect(0, threads() as usize).map_err(|failure| engine_failed(&failure))
        })?;
        let probability = usize::try_from(id).ok().and_then(|id| probabilities.get(id)).copied().unwrap_or(0.0);
        Ok(get_lang_str(id).map(|code| LanguageGuess { code: code.to_owned(), probability }))
    }

    fn transcribe(&self, window: &[f32], ask: &Ask) -> Result<Vec<Heard>> {
        let language = self.language(ask)?;
        let mut from_ms = 0;
        let mut pieces = Vec::new();
        for round in 0..=CONTINUATIONS_MAX {
            let rest = &window[((from_ms * SAMPLES_PER_MS) as usize).min(window.len())..];
            let length_ms = (rest.len() as u64 / SAMPLES_PER_MS).min(WINDOW_MS_MAX);
            if length_ms == 0 {
                break;
            }
            let attempt = self.best_attempt(&prepared(rest), length_ms, &language, ask.translate)?;
            pieces.extend(attempt.pieces.into_iter().map(|piece| pieces::later(piece, from_ms)));
            match attempt.stopped_ms {
                Some(stopped_ms) if round < CONTINUATIONS_MAX && stopped_ms >= CONTINUATION_MS_MIN => {
                    from_ms += stopped_ms;
                }
                _ => break,
            }
        }
        Ok(pieces)
    }

    fn only_language(&self) -> Option<&str> {
        if self.shape.is_multilingual() { None } else { Some("en") }
    }
}

/// Samples as whisper.cpp can bear them: finite, in range, neither too few nor too many.
fn prepared(window: &[f32]) -> Vec<f32> {
    let mut samples: Vec<f32> = window
        .iter()
        .take(SAMPLES_MAX)
        .map(|sample| if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 })
        .collect();
    samples.resize(samples.len().max(SAMPLES_MIN), 0.0);
    samples
}

fn engine_failed(failure: &WhisperError) -> Error {
    Error::Engine(format!("whisper.cpp: {failure}"))
}

/// Token numbers are whisper.cpp's 32-bit integers.
type TokenId = WhisperTokenId;
