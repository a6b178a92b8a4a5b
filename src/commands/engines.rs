//! The speech engine of a run: found at once, loaded when the first recording needs it.

use std::path::PathBuf;
use std::sync::OnceLock;

use crate::commands::memory;
use crate::error::{Error, Result};
use crate::pipeline::Engines;
use crate::transcribe::models::{self, Places};
use crate::transcribe::{Transcriber, check};

/// A whisper model on disk, loaded at most once.
pub(super) struct WhisperEngines {
    found: std::result::Result<PathBuf, String>,
    fingerprint: OnceLock<std::result::Result<String, String>>,
    loaded: OnceLock<std::result::Result<Box<dyn Transcriber>, String>>,
}

impl WhisperEngines {
    /// Looks for the wanted model, or the best there is. That there is none is said when a recording asks for it.
    pub(super) fn locate(wanted: Option<&str>) -> Self {
        let found = models::locate(wanted, &Places::from_env());
        let found = found.map(|located| located.path).map_err(|failure| failure.to_string());
        Self { found, fingerprint: OnceLock::new(), loaded: OnceLock::new() }
    }

    /// Threads for a run whose user named no number: one a core, and fewer where the windows of so many would not fit into
    /// the memory. Says so by a sentence where it is fewer.
    pub(super) fn threads(&self) -> (usize, Option<String>) {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let model = self.found.as_ref().ok();
        let known =
            model.and_then(|path| Some((std::fs::metadata(path).ok()?.len(), check(path).ok()?.window_bytes())));
        let (Some((weights, window)), Some(free)) = (known, memory::free_bytes()) else { return (cores, None) };
        let fit = memory::that_fit(cores, free, weights, window);
        let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
        let why = format!(
            "{fit} of {cores} cores are at work: a window takes up to {} MiB with this model, the model {} MiB, and {} MiB \
             are free; say --jobs {cores} to use all",
            mib(window),
            mib(weights),
            mib(free)
        );
        (fit, (fit < cores).then_some(why))
    }

    /// Why there is no engine, if there is none.
    pub(super) fn missing(&self) -> Option<&str> {
        self.found.as_ref().err().map(String::as_str)
    }
}

impl Engines for WhisperEngines {
    fn fingerprint(&self) -> Result<String> {
        let path = self.found.as_ref().map_err(|why| no_model(why))?;
        let known = self.fingerprint.get_or_init(|| fingerprint(path).map_err(|failure| failure.to_string()));
        known.clone().map_err(Error::NoModel)
    }

    fn transcriber(&self) -> Result<&dyn Transcriber> {
        let path = self.found.as_ref().map_err(|why| no_model(why))?;
        let loaded = self.loaded.get_or_init(|| load(path).map_err(|failure| failure.to_string()));
        loaded.as_ref().map(AsRef::as_ref).map_err(|why| no_model(why))
    }
}

fn no_model(why: &str) -> Error {
    Error::NoModel(why.to_owned())
}

#[cfg(feature = "whisper")]
fn fingerprint(path: &std::path::Path) -> Result<String> {
    crate::transcribe::fingerprint(path)
}

#[cfg(feature = "whisper")]
fn load(path: &std::path::Path) -> Result<Box<dyn Transcriber>> {
    Ok(Box::new(crate::transcribe::WhisperTranscriber::load(path)?))
}

#[cfg(not(feature = "whisper"))]
fn fingerprint(_: &std::path::Path) -> Result<String> {
    Err(built_without())
}

#[cfg(not(feature = "whisper"))]
fn load(_: &std::path::Path) -> Result<Box<dyn Transcriber>> {
    Err(built_without())
}

#[cfg(not(feature = "whisper"))]
fn built_without() -> Error {
    Error::NoModel(
        "this rapport was built without speech to text and reads transcripts only; build it with the feature `whisper`"
            .to_owned(),
    )
}
