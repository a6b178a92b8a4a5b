//! The flags of `compare` and `mark`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::REPORTS;
use crate::call::trend::{Mark, Rate, Step};
use crate::commands::{compare, mark};
use crate::error::{Error, Result};
use crate::options::{parse_day, parse_rate, parse_since, parse_until};
use crate::trends::TrendSettings;

#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// Folder of the reports, looked through at any depth
    #[arg(value_name = "REPORTS_DIR", default_value = REPORTS)]
    reports: PathBuf,
    /// How to gather the calls
    #[arg(long, value_name = "STEP", value_enum, default_value = "month")]
    by: StepArg,
    /// First day, such as 2026-03-05; 2026-03 and 2026 stand for their first days. Earlier calls still serve as what came
    /// before
    #[arg(long, value_name = "DATE", value_parser = parse_since)]
    since: Option<Date>,
    /// Last day; 2026-03 and 2026 stand for their last days
    #[arg(long, value_name = "DATE", value_parser = parse_until)]
    until: Option<Date>,
    /// This client alone
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// Also compare before and after this day, besides the marks that are kept; may be repeated
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    mark: Vec<Date>,
    /// What an hour of yours costs, such as 90/h or €90/h: minutes over budget become money
    #[arg(long, value_name = "MONEY/h", value_parser = parse_rate)]
    rate: Option<Rate>,
    /// Write it as this instead of a page for the terminal
    #[arg(long, value_name = "FORMAT", value_enum, conflicts_with = "json")]
    to: Option<CompareFormatArg>,
    /// File to write; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

/// How calls are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StepArg {
    Week,
    Month,
    Quarter,
    Call,
}

/// As what a comparison is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CompareFormatArg {
    Html,
    Json,
    Csv,
    Parquet,
}

#[derive(Debug, Args)]
pub(super) struct MarkArgs {
    /// The first day on which it holds, such as 2026-03-05; lists the marks if left out
    #[arg(value_name = "DATE", value_parser = parse_day)]
    date: Option<Date>,
    /// What you did, such as "time box at the start"
    #[arg(value_name = "TEXT", requires = "date")]
    text: Option<String>,
    /// For this client alone
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// Folder of the reports, in which the marks are kept
    #[arg(long, value_name = "FOLDER", default_value = REPORTS)]
    reports: PathBuf,
    /// Take the marks of this day away
    #[arg(long, requires = "date", conflicts_with = "text")]
    remove: bool,
}

impl CompareArgs {
    pub(super) fn lower(self) -> compare::CompareOptions {
        let marks = self.mark.iter().map(|date| Mark { date: *date, text: String::new(), client: self.client.clone() });
        let format = match (self.to, self.json) {
            (Some(CompareFormatArg::Json), _) | (None, true) => compare::CompareFormat::Json,
            (Some(CompareFormatArg::Csv), _) => compare::CompareFormat::Csv,
            (Some(CompareFormatArg::Html), _) => compare::CompareFormat::Html,
            (Some(CompareFormatArg::Parquet), _) => compare::CompareFormat::Parquet,
            (None, false) => compare::CompareFormat::Terminal,
        };
        compare::CompareOptions {
            reports: self.reports,
            settings: TrendSettings {
                by: match self.by {
                    StepArg::Week => Step::Week,
                    StepArg::Month => Step::Month,
                    StepArg::Quarter => Step::Quarter,
                    StepArg::Call => Step::Call,
                },
                since: self.since,
                until: self.until,
                marks: marks.collect(),
                client: self.client,
                rate: self.rate,
            },
            format,
            to: self.output,
        }
    }
}

impl MarkArgs {
    pub(super) fn lower(self) -> Result<mark::MarkOptions> {
        let (client, reports) = (self.client, self.reports);
        let verb = match (self.date, self.text, self.remove) {
            (None, ..) => mark::MarkVerb::List,
            (Some(date), None, true) => mark::MarkVerb::Remove { date, client },
            (Some(date), Some(text), _) if !text.trim().is_empty() => {
                mark::MarkVerb::Add(Mark { date, text: text.trim().to_owned(), client })
            }
            (Some(date), ..) => {
                return Err(Error::NothingToDo(format!(
                    "what was done on {date} is missing: rapport mark {date} \"time box at the start\""
                )));
            }
        };
        Ok(mark::MarkOptions { reports, verb })
    }
}
