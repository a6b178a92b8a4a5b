//! From what the user asked for, or did not, to the file of a model.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::catalog::{Entry, Network, bare_name, catalog, file_name};
use super::places::Places;
use crate::error::{Error, Result};

/// Name of the bundled model, which is only ever used when asked for.
pub const DEMO: &str = "demo";
/// Where the bundled model lies in a model folder.
const DEMO_FILE: &str = "demo/ggml-rapport-demo.bin";
/// The model that newcomers are told to pull: the smallest that reads real calls well.
const FIRST_MODEL: &str = "base";
/// What else is offered to somebody who has none, by growing size.
const OFFERED: [&str; 3] = [FIRST_MODEL, "small", "large-v3-turbo-q5_0"];

/// A model file that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The file.
    pub path: PathBuf,
    /// Its name: as in the catalog, `demo`, or the file's own without `ggml-` and `.bin`.
    pub name: String,
    /// What the catalog says about it; `None` for a file that goes by no catalog name.
    pub entry: Option<&'static Entry>,
    /// Who asked for it.
    pub asked_by: AskedBy,
}

/// Who asked for a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedBy {
    /// The flag `--model`.
    Flag,
    /// The environment variable `RAPPORT_MODEL`.
    Environment,
    /// Nobody: it is the best one installed.
    Nobody,
}

/// The model to use: `wanted` (of `--model`), else `RAPPORT_MODEL`, else the best installed one.
///
/// A path is anything with a folder in it; anything else is a name first and a file in the current folder second.
/// "Best" is catalog order over all of [`Places::folders`]; the earlier folder wins a tie. The bundled demo model and
/// files unknown to the catalog are never chosen unasked.
///
/// # Errors
/// [`Error::NoModel`] when none is installed or the named one is not, with where it was looked for and what to type;
/// [`Error::Model`] when a path leads to no file; [`Error::Settings`] when a name is unknown, with the nearest names.
pub fn locate(wanted: Option<&str>, places: &Places) -> Result<Located> {
    match (wanted, places.asked.as_deref()) {
        (Some(wanted), _) => asked(wanted, AskedBy::Flag, places),
        (None, Some(wanted)) => asked(wanted, AskedBy::Environment, places),
        (None, None) => best(places),
    }
}

/// The file of a name in the model folders: the first that has it.
pub(super) fn in_folders(name: &str, places: &Places) -> Option<PathBuf> {
    let file = if name == DEMO { DEMO_FILE.to_owned() } else { file_name(name) };
    places.folders().into_iter().map(|folder| folder.join(&file)).find(|path| path.is_file())
}

/// The file of a network that tells voices apart: the first of the model folders that has it.
#[must_use]
pub fn network_file(network: &Network, places: &Places) -> Option<PathBuf> {
    places.folders().into_iter().map(|folder| folder.join(network.file_name())).find(|path| path.is_file())
}

fn asked(wanted: &str, asked_by: AskedBy, places: &Places) -> Result<Located> {
    let as_path = Path::new(wanted);
    if as_path.components().count() > 1 || as_path.is_absolute() {
        let path = places.current.as_ref().map_or_else(|| as_path.to_owned(), |current| current.join(as_path));
        return if path.is_file() { Ok(of_path(path, asked_by)) } else { Err(no_such_file(path)) };
    }
    let name = bare_name(wanted);
    if let Some(path) = in_folders(name, places) {
        return Ok(Located { path, name: name.to_owned(), entry: catalog().find(name), asked_by });
    }
    if let Some(path) = places.current.as_ref().map(|current| current.join(wanted)).filter(|path| path.is_file()) {
        return Ok(of_path(path, asked_by));
    }
    match catalog().find(name) {
        Some(entry) => Err(not_installed(entry, places)),
        None if name == DEMO => Err(Error::NoModel(format!(
            "the bundled demo model is missing{}\nit comes with the repository: run from a checkout, or give a file by --model PATH",
            looked_in(places)
        ))),
        None => Err(catalog().unknown(wanted, &format!("{} {wanted}", asked_by.label()))),
    }
}

fn best(places: &Places) -> Result<Located> {
    for entry in &catalog().models {
        if let Some(path) = in_folders(&entry.name, places) {
            return Ok(Located { path, name: entry.name.clone(), entry: Some(entry), asked_by: AskedBy::Nobody });
        }
    }
    let mut text = format!("no speech model is installed{}\nget one with:", looked_in(places));
    for entry in OFFERED.iter().filter_map(|name| catalog().find(name)) {
        let _ = write!(text, "\n  rapport models pull {:<20} {}", entry.name, entry.size_text());
    }
    text.push_str("\nor name a file of your own by --model PATH or RAPPORT_MODEL");
    Err(Error::NoModel(text))
}

fn of_path(path: PathBuf, asked_by: AskedBy) -> Located {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entry = catalog().models.iter().find(|entry| entry.file_name() == file);
    Located { name: bare_name(&file).to_owned(), entry, path, asked_by }
}

fn no_such_file(path: PathBuf) -> Error {
    let why = if path.is_dir() {
        "this is a folder; the path of a model file (ggml-NAME.bin) is wanted"
    } else {
        "there is no such file; the path of a model file or a name of `rapport models list` is wanted"
    };
    Error::Model { path, why: why.to_owned() }
}

fn not_installed(entry: &Entry, places: &Places) -> Error {
    let Entry { name, .. } = entry;
    let size = entry.size_text();
    Error::NoModel(format!(
        "the model {name} is not installed{}\nget it with:\n  rapport models pull {name}   {size}",
        looked_in(places)
    ))
}

fn looked_in(places: &Places) -> String {
    let mut text = "; looked in:".to_owned();
    for folder in places.folders() {
        let _ = write!(text, "\n  {}", folder.display());
    }
    text
}

impl AskedBy {
    /// How the user gave it: the flag or the variable.
    fn label(self) -> &'static str {
        match self {
            Self::Flag | Self::Nobody => "--model",
            Self::Environment => "RAPPORT_MODEL",
        }
    }
}
