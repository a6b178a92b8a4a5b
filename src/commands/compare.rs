//! `rapport compare`: months side by side, by client.

use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::call::figures::CallFigures;
use crate::call::trend::Comparison;
use crate::commands::{Exit, stdout_style};
use crate::error::{Error, Result};
use crate::render::{compare, parquet, terminal, trend_table};
use crate::store::{read_figures, read_marks, write_atomic};
use crate::trends::{self, TrendSettings};

/// As what a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareFormat {
    /// A page of text for the terminal.
    Terminal,
    /// All of it, for programs.
    Json,
    /// A page for the browser.
    Html,
    /// A line for each client, period and figure.
    Csv,
    /// A row a call, for data tools.
    Parquet,
}

/// What to compare.
#[derive(Debug, Clone)]
pub struct CompareOptions {
    /// The folder of the reports.
    pub reports: PathBuf,
    /// What to compare, and how; the marks among it come on top of those that are kept.
    pub settings: TrendSettings,
    /// As what to write it.
    pub format: CompareFormat,
    /// The file to write; standard output if `None`.
    pub to: Option<PathBuf>,
}

/// Prints the comparison on `out`, or writes it.
///
/// # Errors
/// [`Error::NothingToDo`] where there is nothing to compare; what reading and writing bring.
pub fn run(options: &CompareOptions, out: &mut dyn Write) -> Result<Exit> {
    let (calls, unread) = read_figures(&options.reports)?;
    let known = trends::clients_of(&calls);
    let mut settings = options.settings.clone();
    settings.marks.extend(read_marks(&options.reports)?);
    if calls.is_empty() {
        return Err(nothing(&options.reports, unread.len()));
    }
    let mut comparison = trends::compare(calls.clone(), &settings);
    comparison.left_out.extend(unread);
    comparison.left_out.sort();
    if comparison.clients.is_empty() {
        return Err(no_call(&comparison, &settings, &known));
    }
    let in_range = in_comparison(calls, &settings, &comparison);
    let bytes = written(&comparison, &in_range, options.format);
    match &options.to {
        None if options.format == CompareFormat::Parquet && std::io::stdout().is_terminal() => {
            return Err(Error::NothingToDo(
                "Parquet is not for a terminal: name a file with -o calls.parquet".to_owned(),
            ));
        }
        Some(path) => write_atomic(path, &bytes)?,
        None => {
            let written = out.write_all(&bytes).and_then(|()| out.flush());
            written.map_err(Error::io("cannot write", Path::new("standard output")))?;
        }
    }
    Ok(Exit::Done)
}

/// The calls that the comparison is about: in its range, of its clients, and not left out.
fn in_comparison(calls: Vec<CallFigures>, settings: &TrendSettings, comparison: &Comparison) -> Vec<CallFigures> {
    let left_out: BTreeSet<&str> = comparison.left_out.iter().map(|file| file.file.as_str()).collect();
    let client = settings.client.as_deref().map(str::trim);
    let is_of = |call: &CallFigures| {
        client.is_none_or(|wanted| call.client.as_deref().is_some_and(|name| name.trim().eq_ignore_ascii_case(wanted)))
    };
    let is_within = |call: &CallFigures| {
        let day = call.began.map(jiff::civil::DateTime::date);
        day.is_some_and(|day| {
            settings.since.is_none_or(|first| day >= first) && settings.until.is_none_or(|last| day <= last)
        })
    };
    calls.into_iter().filter(|call| is_of(call) && is_within(call) && !left_out.contains(call.place.as_str())).collect()
}

fn written(comparison: &Comparison, calls: &[CallFigures], format: CompareFormat) -> Vec<u8> {
    match format {
        CompareFormat::Terminal => terminal::comparison(comparison, &stdout_style()).into_bytes(),
        CompareFormat::Json => trend_table::json(comparison).into_bytes(),
        CompareFormat::Html => compare::comparison(comparison).into_bytes(),
        CompareFormat::Csv => trend_table::csv(comparison).into_bytes(),
        CompareFormat::Parquet => parquet::parquet(&trends::rows(calls)),
    }
}

fn nothing(reports: &Path, unread: usize) -> Error {
    let other = if unread > 0 { format!(" (of {unread} JSON files none is a report)") } else { String::new() };
    Error::NothingToDo(format!(
        "no report found in {}{other}: name the folder that `rapport analyze -o` wrote to",
        reports.display()
    ))
}

fn no_call(comparison: &Comparison, settings: &TrendSettings, known: &[String]) -> Error {
    if let Some(client) = &settings.client
        && !known.iter().any(|name| name.eq_ignore_ascii_case(client.trim()))
    {
        let names = if known.is_empty() { "none is named".to_owned() } else { known.join(", ") };
        return Error::NothingToDo(format!("no call with client {client:?}; clients in these reports: {names}"));
    }
    let undated = comparison.left_out.len();
    Error::NothingToDo(if undated > 0 && settings.since.is_none() && settings.until.is_none() {
        let first = &comparison.left_out[0];
        format!("none of the reports can be placed in time; {}: {}", first.file, first.why)
    } else {
        "no call lies in the range given by --since and --until".to_owned()
    })
}
