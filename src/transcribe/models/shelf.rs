//! What is installed, and whether it is what it says it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::catalog::{Entry, Network, VOICES, bare_name, catalog, file_name};
use super::digest;
use super::locate::{AskedBy, DEMO, in_folders, locate, network_file};
use super::places::Places;
use crate::error::{Error, Result};
use crate::progress::StopFlag;

/// Longest manifest of the demo model that is read, bytes; the real one is far below.
const MANIFEST_BYTES_MAX: u64 = 1 << 20;

/// A model file that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Stock {
    /// Its name: as in the catalog, `demo`, or the file's own without `ggml-` and `.bin`.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
    /// What the catalog says; `None` when it does not know the name.
    pub entry: Option<&'static Entry>,
}

/// What a check of a model file found.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// The finding.
    pub verdict: Verdict,
}

/// Whether a file is what its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The digest is the one on record.
    Ok,
    /// It is not.
    Mismatch {
        /// SHA-256 on record.
        wanted: String,
        /// SHA-256 of the file.
        found: String,
    },
    /// Nothing is on record for this file; not a failure.
    Unknown {
        /// SHA-256 of the file.
        found: String,
    },
}

/// All model files in the model folders: catalog models in catalog order, then others by name. Of two files of one
/// name the one that would be used is listed.
#[must_use]
pub fn installed(places: &Places) -> Vec<Stock> {
    let mut others: BTreeMap<String, PathBuf> = BTreeMap::new();
    for path in places.folders().iter().flat_map(|folder| model_files(folder)) {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        others.entry(bare_name(&file).to_owned()).or_insert(path);
    }
    if let Some(path) = in_folders(DEMO, places) {
        others.insert(DEMO.to_owned(), path);
    }
    let known = catalog().models.iter().filter_map(|entry| others.remove_entry(&entry.name));
    let mut found: Vec<(String, PathBuf)> = known.collect();
    found.extend(others);
    found
        .into_iter()
        .filter_map(|(name, path)| {
            let bytes = fs::metadata(&path).ok()?.len();
            Some(Stock { entry: catalog().find(&name), name, path, bytes })
        })
        .collect()
}

/// The networks that tell voices apart, in catalog order, each with its file if it is there.
#[must_use]
pub fn installed_networks(places: &Places) -> Vec<(&'static Network, Option<PathBuf>)> {
    catalog().voices.iter().map(|network| (network, network_file(network, places))).collect()
}

/// Checks one model, or all that are installed, against the digests on record.
///
/// # Errors
/// As [`locate`] when a named model is not there; [`Error::Io`] when a file cannot be read; [`Error::Stopped`].
pub fn verify(name: Option<&str>, places: &Places, stop: &StopFlag) -> Result<Vec<Checked>> {
    let networks = installed_networks(places)
        .into_iter()
        .filter(|(network, _)| name.is_none_or(|name| name == VOICES || name == network.name))
        .filter_map(|(network, path)| Some((network, path?)));
    let networks: Vec<Checked> =
        networks.map(|(network, path)| check_network(network, path, stop)).collect::<Result<_>>()?;
    let files: Vec<(String, PathBuf)> = match name {
        Some(name) if !catalog().networks(name).is_empty() => {
            return if networks.is_empty() { Err(no_networks(name)) } else { Ok(networks) };
        }
        Some(name) => {
            let located = locate(Some(name), places)?;
            debug_assert_eq!(located.asked_by, AskedBy::Flag);
            vec![(located.name, located.path)]
        }
        None => installed(places).into_iter().map(|stock| (stock.name, stock.path)).collect(),
    };
    let mut checked: Vec<Checked> =
        files.into_iter().map(|(name, path)| check(name, path, stop)).collect::<Result<_>>()?;
    if name.is_none() {
        checked.extend(networks);
    }
    Ok(checked)
}

/// That none of the networks a name stands for is there, and what to type.
pub(super) fn no_networks(name: &str) -> Error {
    Error::NoModel(format!("{name} is not installed\nget it with:\n  rapport models pull {name}"))
}

fn check_network(network: &Network, path: PathBuf, stop: &StopFlag) -> Result<Checked> {
    let (wanted, found) = (network.sha256.clone(), digest::of_file(&path, stop)?);
    let verdict = if wanted == found { Verdict::Ok } else { Verdict::Mismatch { wanted, found } };
    Ok(Checked { name: network.name.clone(), path, verdict })
}

fn check(name: String, path: PathBuf, stop: &StopFlag) -> Result<Checked> {
    let found = digest::of_file(&path, stop)?;
    let wanted = match catalog().find(&name) {
        Some(entry) => Some(entry.sha256.clone()),
        None if path.file_name() == Some(file_name("rapport-demo").as_ref()) => manifest_digest(&path)?,
        None => None,
    };
    let verdict = match wanted {
        Some(wanted) if wanted == found => Verdict::Ok,
        Some(wanted) => Verdict::Mismatch { wanted, found },
        None => Verdict::Unknown { found },
    };
    Ok(Checked { name, path, verdict })
}

/// `ggml-*.bin` in a folder, sorted; a folder that cannot be read has none.
fn model_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(std::result::Result::ok);
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_model_file(path)).collect();
    files.sort();
    files
}

fn is_model_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("ggml-") && path.extension().is_some_and(|extension| extension == "bin") && path.is_file()
}

/// `sha256` of the manifest beside the demo model; `None` without a manifest.
fn manifest_digest(model: &Path) -> Result<Option<String>> {
    let path = model.with_file_name("manifest.json");
    let Ok(about) = fs::metadata(&path) else { return Ok(None) };
    let unreadable = |why: String| Error::Model { path: path.clone(), why };
    if about.len() > MANIFEST_BYTES_MAX {
        return Err(unreadable(format!("{} bytes; at most {MANIFEST_BYTES_MAX} are read", about.len())));
    }
    let text = fs::read_to_string(&path).map_err(Error::io("cannot read", &path))?;
    let manifest: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| unreadable(format!("not JSON: {error}")))?;
    match manifest.get("sha256").and_then(serde_json::Value::as_str) {
        Some(digest) => Ok(Some(digest.to_lowercase())),
        None => Err(unreadable("there is no field \"sha256\" with the digest of the model".to_owned())),
    }
}
