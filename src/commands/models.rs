//! `rapport models list|pull|verify|path`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::error::{Error, Result};
use crate::progress::StopFlag;
use crate::transcribe::models::{
    Checked, DEMO, Entry, Network, Places, PullSettings, PullWatcher, Pulled, Remote, Stock, Verdict, catalog,
    human_bytes, installed, installed_networks, locate, network_file, pull as fetch, verify as check,
};

/// The model whose cost others are compared with, for people who know none of the figures.
const COST_UNIT: &str = "base";

/// One row of `list --json`.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    installed: Option<&'a Path>,
    bytes: Option<u64>,
    multilingual: Option<bool>,
    word_error_clean: Option<f64>,
    word_error_meetings: Option<f64>,
    gflop_per_window: Option<u32>,
    memory_mb: Option<u32>,
    sha256: Option<&'a str>,
}

/// Writes the catalog, best first, with what is installed and where, then files the catalog does not know.
///
/// # Errors
/// [`Error::Io`] when `out` cannot be written.
pub fn list(places: &Places, json: bool, out: &mut dyn Write) -> Result<()> {
    let (stock, networks) = (installed(places), installed_networks(places));
    let rows = rows(&stock);
    let written = if json {
        let networks = networks.iter().map(|(network, path)| network_row(network, path.as_deref()));
        write_json(&rows.into_iter().chain(networks).collect::<Vec<_>>(), out)
    } else {
        write_table(&rows, out).and_then(|()| write_networks(&networks, out))
    };
    written.map_err(cannot_print)
}

/// Writes the path of an installed model.
///
/// # Errors
/// As [`locate`]; [`Error::Io`] when `out` cannot be written.
pub fn path(name: Option<&str>, places: &Places, out: &mut dyn Write) -> Result<()> {
    let networks = name.map(|name| catalog().networks(name)).unwrap_or_default();
    if let [first, ..] = networks[..] {
        let found: Vec<PathBuf> = networks.iter().filter_map(|network| network_file(network, places)).collect();
        if found.is_empty() {
            let (name, first) = (name.unwrap_or_default(), first.file_name());
            let why = format!("there is no {first} in the model folders; get it with `rapport models pull {name}`");
            return Err(Error::NoModel(why));
        }
        return found.iter().try_for_each(|path| writeln!(out, "{}", path.display())).map_err(cannot_print);
    }
    let located = locate(name, places)?;
    writeln!(out, "{}", located.path.display()).map_err(cannot_print)
}

/// Checks one model or all, a line each; gives whether none was found wrong.
///
/// # Errors
/// As [`crate::transcribe::models::verify`]; [`Error::NothingToDo`] when none is installed; [`Error::Io`] when `out`
/// cannot be written.
pub fn verify(name: Option<&str>, places: &Places, stop: &StopFlag, out: &mut dyn Write) -> Result<bool> {
    let checked = check(name, places, stop)?;
    if checked.is_empty() {
        return Err(Error::NothingToDo("no model is installed; get one with `rapport models pull base`".to_owned()));
    }
    for one in &checked {
        writeln!(out, "{}", verdict_line(one)).map_err(cannot_print)?;
    }
    Ok(!checked.iter().any(|one| matches!(one.verdict, Verdict::Mismatch { .. })))
}

/// Fetches a model into the user's store and writes where it is.
///
/// # Errors
/// [`Error::Settings`] for an unknown name or a machine without a data folder; as
/// [`crate::transcribe::models::pull`]; [`Error::Io`] when `out` cannot be written.
pub fn pull(
    name: &str,
    places: &Places,
    settings: &PullSettings,
    watcher: &mut dyn PullWatcher,
    stop: &StopFlag,
    out: &mut dyn Write,
) -> Result<()> {
    let what = format!("models pull {name}");
    if name == DEMO {
        let why = "the demo model comes with the repository and is not downloaded".to_owned();
        return Err(Error::Settings { what, why });
    }
    let remotes: Vec<Remote> = match catalog().networks(name) {
        none if none.is_empty() => vec![catalog().remote(catalog().known(name, &what)?)],
        networks => networks.into_iter().map(Network::remote).collect(),
    };
    let store = places.store().ok_or_else(|| Error::Settings {
        what,
        why: "there is no home folder to keep models in; set RAPPORT_DATA_DIR to a folder".to_owned(),
    })?;
    for remote in remotes {
        let (how, path) = match fetch(&remote, &store, settings, watcher, stop)? {
            Pulled::Already(path) => ("already there", path),
            Pulled::Fetched(path) => ("here", path),
        };
        let line = format!("{} is {how} and its digest is right: {}", remote.name, path.display());
        writeln!(out, "{line}").map_err(cannot_print)?;
    }
    Ok(())
}

fn rows(stock: &[Stock]) -> Vec<Row<'_>> {
    let known = catalog().models.iter().map(|entry| {
        let here = stock.iter().find(|one| one.name == entry.name);
        row(&entry.name, here, Some(entry))
    });
    let others = stock.iter().filter(|one| one.entry.is_none()).map(|one| row(&one.name, Some(one), None));
    known.chain(others).collect()
}

fn row<'a>(name: &'a str, here: Option<&'a Stock>, entry: Option<&'a Entry>) -> Row<'a> {
    Row {
        name,
        installed: here.map(|one| one.path.as_path()),
        bytes: here.map(|one| one.bytes).or(entry.and_then(|entry| entry.bytes)),
        multilingual: entry.map(|entry| entry.multilingual),
        word_error_clean: entry.and_then(|entry| entry.word_error_clean),
        word_error_meetings: entry.and_then(|entry| entry.word_error_meetings),
        gflop_per_window: entry.map(|entry| entry.gflop_per_window),
        memory_mb: entry.and_then(|entry| entry.memory_mb),
        sha256: entry.map(|entry| entry.sha256.as_str()),
    }
}

/// A network that tells voices apart as a row of `list --json`.
fn network_row<'a>(network: &'a Network, here: Option<&'a Path>) -> Row<'a> {
    Row {
        name: &network.name,
        installed: here,
        bytes: Some(network.bytes),
        multilingual: None,
        word_error_clean: None,
        word_error_meetings: None,
        gflop_per_window: None,
        memory_mb: None,
        sha256: Some(&network.sha256),
    }
}

fn write_networks(networks: &[(&Network, Option<PathBuf>)], out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nFor voices on one mixed track, all by `rapport models pull voices`:")?;
    for (network, path) in networks {
        let place = path.as_ref().map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        let size = human_bytes(network.bytes);
        writeln!(out, "{:<20} {size:>8} {} ({})  {place}", network.name, network.what, network.licence)?;
    }
    Ok(())
}

fn write_json(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, rows)?;
    writeln!(out)
}

fn write_table(rows: &[Row<'_>], out: &mut dyn Write) -> io::Result<()> {
    let unit = catalog().find(COST_UNIT).map_or(1.0, |entry| f64::from(entry.gflop_per_window));
    let dash = || "-".to_owned();
    writeln!(
        out,
        "{:<20} {:>8} {:>8} {:>7} {:>8} {:<9} INSTALLED",
        "NAME", "SIZE", "MEMORY", "COST", "WER", "LANGUAGES"
    )?;
    for row in rows {
        let languages = match row.multilingual {
            Some(true) => "many",
            Some(false) => "English",
            None => "-",
        };
        let place = row.installed.map_or_else(dash, |path| path.display().to_string());
        writeln!(
            out,
            "{:<20} {:>8} {:>8} {:>7} {:>8} {languages:<9} {place}",
            row.name,
            row.bytes.map_or_else(dash, human_bytes),
            row.memory_mb.map_or_else(dash, |mb| human_bytes(u64::from(mb) * 1_000_000)),
            row.gflop_per_window.map_or_else(dash, |gflop| format!("x{:.1}", f64::from(gflop) / unit)),
            row.word_error_clean.map_or_else(dash, |percent| format!("{percent:.1} %")),
        )?;
    }
    writeln!(
        out,
        "\nBest first. COST: work for the same sound, {COST_UNIT} = 1. WER: words wrong on clean read speech (LibriSpeech), as published."
    )
}

fn verdict_line(one: &Checked) -> String {
    let place = one.path.display();
    match &one.verdict {
        Verdict::Ok => format!("{}: ok  {place}", one.name),
        Verdict::Unknown { found } => format!("{}: unknown (SHA-256 {found})  {place}", one.name),
        Verdict::Mismatch { wanted, found } => format!(
            "{}: mismatch: SHA-256 is {found}, {wanted} is wanted; `rapport models pull {}` replaces it  {place}",
            one.name, one.name
        ),
    }
}

fn cannot_print(source: io::Error) -> Error {
    Error::Io { doing: "cannot write to", path: PathBuf::from("standard output"), source }
}
