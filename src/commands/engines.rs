//! The speech engine of a run: found at once, loaded when the first recording needs it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::commands::memory;
use crate::diarize::neural::WithoutNetworks;
use crate::diarize::voices::{CallVoices, VoiceTeller};
use crate::error::{Error, Result};
use crate::pipeline::Engines;
use crate::transcribe::models::{self, Places};
use crate::transcribe::{Transcriber, check};

/// A whisper model on disk, loaded at most once.
pub(super) struct WhisperEngines {
    found: std::result::Result<PathBuf, String>,
    fingerprint: OnceLock<std::result::Result<String, String>>,
    loaded: OnceLock<std::result::Result<Box<dyn Transcriber>, String>>,
    places: Places,
    voices: OnceLock<Box<dyn VoiceTeller>>,
}

/// Name of the network in the catalog without which there is no telling by networks, and of the one that helps it.
const SEGMENTATION: &str = "voices-segmentation";
const EMBEDDING: &str = "voices-embedding";

impl WhisperEngines {
    /// Looks for the wanted model, or the best there is. That there is none is said when a recording asks for it.
    pub(super) fn locate(wanted: Option<&str>) -> Self {
        let places = Places::from_env();
        let found = models::locate(wanted, &places);
        let found = found.map(|located| located.path).map_err(|failure| failure.to_string());
        Self { found, fingerprint: OnceLock::new(), loaded: OnceLock::new(), places, voices: OnceLock::new() }
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

    fn voices(&self) -> &dyn VoiceTeller {
        &**self.voices.get_or_init(|| voice_teller(&self.places))
    }
}

/// The teller of the networks that were pulled, or of the call alone where there are none or none that work.
fn voice_teller(places: &Places) -> Box<dyn VoiceTeller> {
    let networks = models::installed_networks(places);
    let file =
        |name: &str| networks.iter().find(|(network, _)| network.name == name).and_then(|(_, path)| path.clone());
    let Some(segmentation) = file(SEGMENTATION) else { return Box::new(CallVoices) };
    match load_networks(&segmentation, file(EMBEDDING).as_deref()) {
        Ok(teller) => teller,
        Err(failure) => Box::new(WithoutNetworks { why: failure.to_string() }),
    }
}

#[cfg(feature = "voices")]
fn load_networks(segmentation: &Path, embedding: Option<&Path>) -> Result<Box<dyn VoiceTeller>> {
    Ok(Box::new(crate::diarize::neural::NeuralVoices::load(segmentation, embedding)?))
}

#[cfg(not(feature = "voices"))]
fn load_networks(segmentation: &Path, _: Option<&Path>) -> Result<Box<dyn VoiceTeller>> {
    let why = "this rapport was built without the feature `voices`, which runs it".to_owned();
    Err(Error::Model { path: segmentation.to_owned(), why })
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
