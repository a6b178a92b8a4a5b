//! The models we know, as committed data.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::{Error, Result};

/// How unlike a known name a given one may be and still be suggested: 0 is nothing in common, 1 the same.
/// At 0.5 "lagre-v3" finds "large-v3" and "banana" finds nothing.
const SUGGEST_FROM: f64 = 0.5;
/// How many names are suggested at most.
const SUGGESTIONS_MAX: usize = 3;

/// All models we know, best first.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// Owner and name of the repository that serves the files.
    pub repository: String,
    /// Its pinned revision.
    pub revision: String,
    /// The models in order of quality, best first.
    #[serde(rename = "model")]
    pub models: Vec<Entry>,
    /// The networks that tell voices apart; together they go by the name [`VOICES`].
    #[serde(rename = "voices", default)]
    pub voices: Vec<Network>,
}

/// One name for all networks that tell voices apart.
pub const VOICES: &str = "voices";

/// One network that tells voices apart: an ONNX file, from a repository of its own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// Its name, and that of its file here without `.onnx`.
    pub name: String,
    /// What it is for, for people.
    pub what: String,
    /// Owner and name of the repository that serves it.
    pub repository: String,
    /// The repository's pinned revision.
    pub revision: String,
    /// Its name there.
    pub file: String,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, 64 small hex digits.
    pub sha256: String,
    /// Under which licence it may be used.
    pub licence: String,
}

/// A file that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What it is called in messages.
    pub name: String,
    /// Its name on this machine.
    pub file_name: String,
    /// Where it is served below a base address, without leading slash.
    pub address_path: String,
    /// Length in bytes; `None` where not confirmed.
    pub bytes: Option<u64>,
    /// SHA-256, 64 small hex digits.
    pub sha256: String,
}

/// One model file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Name as whisper.cpp uses it: `base`, `base.en`, `large-v3-turbo-q5_0`.
    pub name: String,
    /// Length in bytes; `None` where not confirmed.
    pub bytes: Option<u64>,
    /// SHA-256 of the file, 64 small hex digits.
    pub sha256: String,
    /// Whether it knows other languages than English.
    pub multilingual: bool,
    /// Published word error rate on LibriSpeech test-clean, percent; `None` where not published for this file.
    pub word_error_clean: Option<f64>,
    /// Published word error rate on AMI meetings, percent; `None` where not published for this file.
    pub word_error_meetings: Option<f64>,
    /// Work for 30 s of sound, billion operations (encoder and cross-attention keys).
    pub gflop_per_window: u32,
    /// Memory in use as published by whisper.cpp, MB; `None` where not published for this file.
    pub memory_mb: Option<u32>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    toml::from_str(include_str!("../../../models/catalog.toml")).expect("the committed catalog parses (tested)")
});

/// The catalog built into this program.
#[must_use]
pub fn catalog() -> &'static Catalog {
    &CATALOG
}

impl Catalog {
    /// The model of this name; `base`, `ggml-base` and `ggml-base.bin` are the same.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Entry> {
        let name = bare_name(name);
        self.models.iter().find(|entry| entry.name == name)
    }

    /// The model of this name, or which names come near.
    ///
    /// # Errors
    /// [`Error::Settings`] when there is none; `what` says where the name was given.
    pub fn known(&self, name: &str, what: &str) -> Result<&Entry> {
        self.find(name).ok_or_else(|| self.unknown(name, what))
    }

    /// The failure for a name that stands for nothing, with the nearest names.
    pub(super) fn unknown(&self, name: &str, what: &str) -> Error {
        let near = self.nearest(name);
        let hint = if near.is_empty() { String::new() } else { format!("; did you mean {}", near.join(" or ")) };
        Error::Settings {
            what: what.to_owned(),
            why: format!("no model is called \"{name}\"{hint}; `rapport models list` shows all names"),
        }
    }

    /// Where the file is served below a base address, without leading slash.
    #[must_use]
    pub fn address_path(&self, entry: &Entry) -> String {
        format!("{}/resolve/{}/{}", self.repository, self.revision, entry.file_name())
    }

    /// The model as a file to fetch.
    #[must_use]
    pub fn remote(&self, entry: &Entry) -> Remote {
        Remote {
            name: entry.name.clone(),
            file_name: entry.file_name(),
            address_path: self.address_path(entry),
            bytes: entry.bytes,
            sha256: entry.sha256.clone(),
        }
    }

    /// The networks a name stands for: all of them for [`VOICES`], one for its own, none for another.
    #[must_use]
    pub fn networks(&self, name: &str) -> Vec<&Network> {
        self.voices.iter().filter(|network| name == VOICES || name == network.name).collect()
    }

    fn nearest(&self, name: &str) -> Vec<&str> {
        let name = bare_name(name).to_lowercase();
        let likeness = |other: &str| strsim::normalized_damerau_levenshtein(&name, other);
        let models = self.models.iter().map(|entry| entry.name.as_str());
        let networks = self.voices.iter().map(|network| network.name.as_str());
        let mut near: Vec<_> = models.chain(networks).chain([VOICES]).map(|name| (likeness(name), name)).collect();
        near.retain(|(like, _)| *like >= SUGGEST_FROM);
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        near.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name).collect()
    }
}

impl Network {
    /// `NAME.onnx`.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{}.onnx", self.name)
    }

    /// The network as a file to fetch.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote {
            name: self.name.clone(),
            file_name: self.file_name(),
            address_path: format!("{}/resolve/{}/{}", self.repository, self.revision, self.file),
            bytes: Some(self.bytes),
            sha256: self.sha256.clone(),
        }
    }
}

impl Entry {
    /// `ggml-NAME.bin`.
    #[must_use]
    pub fn file_name(&self) -> String {
        file_name(&self.name)
    }

    /// Its size for people: "148 MB", or "size not known".
    #[must_use]
    pub fn size_text(&self) -> String {
        self.bytes.map_or_else(|| "size not known".to_owned(), human_bytes)
    }
}

/// The file name of a model: `ggml-NAME.bin`.
pub(super) fn file_name(name: &str) -> String {
    format!("ggml-{name}.bin")
}

/// A model's name without the file's dress.
pub(super) fn bare_name(name: &str) -> &str {
    let name = name.strip_suffix(".bin").unwrap_or(name);
    name.strip_prefix("ggml-").unwrap_or(name)
}

/// Bytes for people, in powers of ten as download pages show them: "148 MB", "1.6 GB".
#[must_use]
pub fn human_bytes(bytes: u64) -> String {
    match bytes as f64 {
        b if b >= 1e9 => format!("{:.1} GB", b / 1e9),
        b if b >= 1e6 => format!("{:.0} MB", b / 1e6),
        b if b >= 1e3 => format!("{:.0} kB", b / 1e3),
        _ => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_entry_is_well_formed_and_unique() {
        let hex = |text: &str, digits: usize| {
            text.len() == digits && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        };
        assert!(hex(&catalog().revision, 40));
        let mut names = BTreeSet::new();
        let mut digests = BTreeSet::new();
        for entry in &catalog().models {
            assert!(hex(&entry.sha256, 64), "{}", entry.name);
            assert!(names.insert(&entry.name), "{} twice", entry.name);
            assert!(digests.insert(&entry.sha256), "digest of {} twice", entry.name);
            assert_eq!(entry.multilingual, entry.name.rsplit('.').next() != Some("en"), "{}", entry.name);
        }
        assert_eq!(names.len(), 16);
        for network in &catalog().voices {
            assert!(hex(&network.sha256, 64) && hex(&network.revision, 40), "{}", network.name);
            assert!(names.insert(&network.name) && network.name.starts_with("voices-"), "{}", network.name);
            assert!(digests.insert(&network.sha256), "digest of {} twice", network.name);
        }
        assert_eq!(catalog().networks(VOICES).len(), 2);
        assert_eq!(catalog().networks("voices-segmentation")[0].file_name(), "voices-segmentation.onnx");
        assert!(catalog().networks("base").is_empty());
    }

    #[test]
    fn published_word_errors_rise_along_the_order() {
        let errors: Vec<f64> = catalog().models.iter().filter_map(|entry| entry.word_error_clean).collect();
        assert!(errors.is_sorted(), "{errors:?}");
    }

    #[test]
    fn names_come_in_three_dresses() {
        for name in ["base.en", "ggml-base.en", "ggml-base.en.bin"] {
            assert_eq!(catalog().find(name).unwrap().name, "base.en");
        }
    }

    #[test]
    fn a_slip_of_the_pen_is_suggested() {
        let text = catalog().known("lagre-v3", "--model lagre-v3").unwrap_err().to_string();
        assert!(text.contains("did you mean large-v3"), "{text}");
        let text = catalog().known("xyzzy", "--model xyzzy").unwrap_err().to_string();
        assert_eq!(text, "--model xyzzy: no model is called \"xyzzy\"; `rapport models list` shows all names");
    }

    #[test]
    fn the_address_is_pinned() {
        let base = catalog().find("base").unwrap();
        let wanted = "ggerganov/whisper.cpp/resolve/5359861c739e955e79d9a303bcbc70fb988958b1/ggml-base.bin";
        assert_eq!(catalog().address_path(base), wanted);
        assert_eq!(base.size_text(), "148 MB");
    }
}
