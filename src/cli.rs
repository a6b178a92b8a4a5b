//! The command line: clap's view of it, lowered into the options of each command.

mod months;
mod voices;

use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::batch::Format;
use crate::call::time::Duration;
use crate::commands::pull_view::PullView;
use crate::commands::{
    Exit, analyze, attempts, compare, completions, demo, devices, export, forget, keys, mark, models, record, relabel,
    show,
};
use crate::diarize::voices::SpeakerCount;
use crate::error::{Error, Result};
use crate::options::{CallFlags, Shard, parse_length, parse_shard, parse_speaker, parse_speakers};
use crate::progress::StopFlag;
use crate::threads;
use crate::transcribe::models::{Places, PullSettings};
use months::{CompareArgs, MarkArgs};
use voices::VoiceArgs;

/// Folder of the reports where none is named.
const REPORTS: &str = "reports";

/// What a recorded call was about: how much was small talk, who drove the tangents, where a redirect would have helped.
///
/// Everything runs on this machine and nothing is uploaded. The only command that opens a network connection is `rapport
/// models pull`.
#[derive(Debug, Parser)]
#[command(name = "rapport", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the whole pipeline on a bundled call, without any download
    Demo(DemoArgs),
    /// Analyse recordings and transcripts, one report a call
    Analyze(Box<AnalyzeArgs>),
    /// Record a call: the microphone and the system's sound as two tracks of one file
    Record(RecordArgs),
    /// List what can be recorded here
    Devices {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a report in the terminal
    Show(ShowArgs),
    /// Set months side by side, by client: what changes, and what a boundary did
    Compare(CompareArgs),
    /// Remember the day on which you set a boundary, so that compare shows what came of it
    Mark(MarkArgs),
    /// Turn a report into another format
    Export(ExportArgs),
    /// Give the speakers of a report other names; the recording is not needed
    Relabel(RelabelArgs),
    /// Remove what was written of calls
    Forget(ForgetArgs),
    /// Voices that are found by themselves in mixed recordings: yours above all
    Voice(VoiceArgs),
    /// Speech models: list, download, verify
    Models(ModelsArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Folder for the demo's reports; a new one in the folder for temporary files if left out
    #[arg(short, long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct AnalyzeArgs {
    /// Files and folders: recordings (.wav .flac .mp3 .m4a .ogg .opus .webm .mp4 ...) or transcripts (.vtt .srt .json .txt)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder of the reports
    #[arg(short, long, value_name = "FOLDER", default_value = REPORTS)]
    out: PathBuf,
    /// What to write beside each report, separated by commas; `none` for the JSON report alone
    #[arg(long, value_name = "FORMAT", value_enum, value_delimiter = ',', default_value = "html")]
    format: Vec<FormatArg>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// Say nothing while at work
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    work: WorkArgs,
    #[command(flatten)]
    call: CallArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How to work")]
struct WorkArgs {
    /// Speech model, by name (see `rapport models list`) or path; RAPPORT_MODEL if left out, else the best installed
    #[arg(short, long, value_name = "NAME|PATH")]
    model: Option<String>,
    /// Threads at work; all cores, or as many as fit into memory, if left out
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Analyse again what is already done and unchanged
    #[arg(short, long)]
    force: bool,
    /// Take the I-th of N parts of the calls, so that several processes share a folder
    #[arg(long, value_name = "I/N", value_parser = parse_shard)]
    shard: Option<Shard>,
    /// Language of the calls as a code such as en; detected if left out
    #[arg(short, long, value_name = "CODE")]
    language: Option<String>,
    /// Translate what is said to English
    #[arg(long)]
    translate: bool,
    /// Put marks for card and phone numbers, addresses and given names in all that is written (English)
    #[arg(long)]
    redact: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "About the calls (also in NAME.toml beside a call and in rapport.toml)")]
struct CallArgs {
    /// The client
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// Title of the call
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// When it took place, such as 2026-03-05 or "2026-03-05 14:30"
    #[arg(long, value_name = "DATE")]
    date: Option<String>,
    /// Which speaker you are: a name, or A for the first one
    #[arg(long, value_name = "SPEAKER")]
    me: Option<String>,
    /// Give a speaker a name; may be repeated
    #[arg(long, value_name = "SPEAKER=NAME", value_parser = parse_speaker)]
    speaker: Vec<(String, String)>,
    /// How many people speak on a mixed track, or auto; two if left out
    #[arg(long, value_name = "N|auto", value_parser = parse_speakers)]
    speakers: Option<SpeakerCount>,
    /// What the call was for, items separated by semicolons; may be repeated
    #[arg(long, value_name = "ITEMS", value_delimiter = ';')]
    agenda: Vec<String>,
    /// Words that are business with this client, separated by semicolons; may be repeated
    #[arg(long, value_name = "WORDS", value_delimiter = ';')]
    business: Vec<String>,
    /// Small talk at the start that counts as rapport, such as 2m or 90s
    #[arg(long, value_name = "LENGTH", value_parser = parse_length)]
    opening_budget: Option<Duration>,
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// File to write, or a folder for it; named by date and client in the current folder if left out
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The client
    #[arg(long, value_name = "NAME")]
    client: Option<String>,
    /// Title of the call
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The microphone, by its name or part of it; the default one if left out
    #[arg(long, value_name = "DEVICE")]
    mic: Option<String>,
    /// The system's sound, by the name of its device or part of it; what the default output plays if left out
    #[arg(long, value_name = "DEVICE", conflicts_with = "no_system")]
    system: Option<String>,
    /// Record the microphone alone
    #[arg(long)]
    no_system: bool,
    /// Stop by itself after this long, such as 45m
    #[arg(long = "for", value_name = "LENGTH", value_parser = parse_length)]
    length: Option<Duration>,
    /// Note beside the recording that the others agreed to it
    #[arg(long)]
    consent: bool,
    /// Analyse the call as soon as it is recorded
    #[arg(long)]
    analyze: bool,
    /// Folder of the report, with --analyze
    #[arg(long, value_name = "FOLDER", default_value = REPORTS, requires = "analyze")]
    reports: PathBuf,
    /// Speech model, with --analyze: by name (see `rapport models list`) or path
    #[arg(short, long, value_name = "NAME|PATH", requires = "analyze")]
    model: Option<String>,
    /// Print the outcome as JSON
    #[arg(long)]
    json: bool,
    /// Say nothing but what went wrong
    #[arg(short, long)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct ShowArgs {
    /// The report's JSON file
    report: PathBuf,
    /// Print the report's JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// The report's JSON file
    report: PathBuf,
    /// The wanted format
    #[arg(long, value_name = "FORMAT", value_enum)]
    to: ExportFormat,
    /// File to write; standard output if left out
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// For html: where the recording lies, seen from the page, so that the page plays it
    #[arg(long, value_name = "PATH")]
    recording: Option<String>,
}

#[derive(Debug, Args)]
struct RelabelArgs {
    /// The report's JSON file
    report: PathBuf,
    /// A speaker, by letter or name, and the new name
    #[arg(required = true, value_name = "SPEAKER=NAME", value_parser = parse_speaker)]
    names: Vec<(String, String)>,
}

#[derive(Debug, Args)]
struct ForgetArgs {
    /// Reports (JSON), or the recordings and transcripts they were made of
    #[arg(required = true, value_name = "CALL")]
    calls: Vec<PathBuf>,
    /// Folder of the reports
    #[arg(short, long, value_name = "FOLDER", default_value = REPORTS)]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct ModelsArgs {
    #[command(subcommand)]
    verb: ModelsVerb,
}

#[derive(Debug, Subcommand)]
enum ModelsVerb {
    /// List the models there are and those that are here
    List {
        /// Print the list as JSON
        #[arg(long)]
        json: bool,
    },
    /// Download a model: the only command that opens a network connection
    Pull {
        /// Name of the model, such as base
        name: String,
    },
    /// Check models against their digests
    Verify {
        /// Name of the model; all that are here if left out
        name: Option<String>,
    },
    /// Print where a model lies
    Path {
        /// Name of the model; the one `analyze` would take if left out
        name: Option<String>,
    },
}

/// A format on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ExportFormat(Format);

impl ValueEnum for ExportFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self(Format::Html),
            Self(Format::Markdown),
            Self(Format::Srt),
            Self(Format::Vtt),
            Self(Format::Text),
            Self(Format::Csv),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.extension()))
    }
}

/// A format to be written beside reports, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FormatArg {
    None,
    Some(ExportFormat),
}

impl ValueEnum for FormatArg {
    fn value_variants<'a>() -> &'a [Self] {
        const VARIANTS: [FormatArg; 7] = [
            FormatArg::Some(ExportFormat(Format::Html)),
            FormatArg::Some(ExportFormat(Format::Markdown)),
            FormatArg::Some(ExportFormat(Format::Srt)),
            FormatArg::Some(ExportFormat(Format::Vtt)),
            FormatArg::Some(ExportFormat(Format::Text)),
            FormatArg::Some(ExportFormat(Format::Csv)),
            FormatArg::None,
        ];
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::None => Some(PossibleValue::new("none")),
            Self::Some(format) => format.to_possible_value(),
        }
    }
}

impl AnalyzeArgs {
    fn lower(self) -> analyze::AnalyzeOptions {
        let mut formats: Vec<_> = self
            .format
            .iter()
            .filter_map(|format| match format {
                FormatArg::Some(wanted) => Some(wanted.0),
                FormatArg::None => None,
            })
            .collect();
        formats.sort();
        formats.dedup();
        analyze::AnalyzeOptions {
            paths: self.paths,
            out: self.out,
            model: self.work.model,
            formats,
            threads: self.work.jobs.map(usize::from),
            force: self.work.force,
            shard: self.work.shard,
            json: self.json,
            quiet: self.quiet,
            call: CallFlags { redact: self.work.redact, ..self.call.lower(self.work.language, self.work.translate) },
            config: config_folder(),
            voices: Places::from_env().voices(),
            attempt: None,
        }
    }
}

impl RecordArgs {
    fn lower(self) -> record::RecordOptions {
        let system = match (self.no_system, self.system) {
            (true, _) => record::SystemSound::Off,
            (false, Some(name)) => record::SystemSound::Named(name),
            (false, None) => record::SystemSound::Default,
        };
        let analyze = self.analyze.then(|| analyze::AnalyzeOptions {
            out: self.reports,
            model: self.model,
            formats: vec![Format::Html],
            quiet: self.quiet,
            config: config_folder(),
            voices: Places::from_env().voices(),
            ..analyze::AnalyzeOptions::default()
        });
        record::RecordOptions {
            analyze,
            out: self.output,
            client: self.client,
            title: self.title,
            mic: self.mic,
            system,
            length: self.length,
            consent: self.consent,
            json: self.json,
            quiet: self.quiet,
        }
    }
}

impl CallArgs {
    fn lower(self, language: Option<String>, translate: bool) -> CallFlags {
        let items = |list: Vec<String>| {
            list.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
        };
        CallFlags {
            client: self.client,
            title: self.title,
            date: self.date,
            me: self.me,
            agenda: items(self.agenda),
            business: items(self.business),
            speakers: self.speaker,
            speaker_count: self.speakers,
            language,
            translate,
            redact: false,
            opening_budget: self.opening_budget,
        }
    }
}

/// The folder of the user's own `rapport.toml`.
fn config_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    match etcetera::choose_base_strategy() {
        Ok(base) => Some(base.config_dir().join("rapport")),
        // Without a home folder there are no settings of the user's own; that is no reason not to work.
        Err(etcetera::HomeDirError) => None,
    }
}

/// Runs what the command line asks for. Data goes to standard output.
///
/// # Errors
/// What concerns the whole command; `main` prints it.
pub fn run(cli: Cli, stop: &StopFlag) -> Result<Exit> {
    let mut out = std::io::stdout().lock();
    match cli.verb {
        Verb::Demo(args) => demo::run(args.out.as_deref(), stop, &mut out),
        Verb::Analyze(args) => attempts::analyze(args.lower(), &attempts::Errand::default(), stop, &mut out),
        Verb::Record(args) => record::run(&args.lower(), stop, &mut out),
        Verb::Devices { json } => devices::run(&devices::DevicesOptions { json }, stop, &mut out),
        Verb::Show(args) => show::run(&show::ShowOptions { report: args.report, json: args.json }, &mut out),
        Verb::Compare(args) => compare::run(&args.lower(), &mut out),
        Verb::Mark(args) => mark::run(&args.lower()?, &mut out),
        Verb::Export(args) => {
            let (to, recording) = (args.output, args.recording);
            export::run(&export::ExportOptions { report: args.report, format: args.to.0, to, recording }, &mut out)
        }
        Verb::Relabel(args) => {
            relabel::run(&relabel::RelabelOptions { report: args.report, names: args.names }, &mut out)
        }
        Verb::Forget(args) => {
            forget::run(&forget::ForgetOptions { calls: args.calls, reports: args.out }, stop, &mut out)
        }
        Verb::Voice(args) => args.run(stop, &mut out),
        Verb::Models(args) => run_models(args.verb, stop, &mut out),
        Verb::Completions { shell } => completions::run(shell, &mut Cli::command(), &mut out),
    }
}

fn run_models(verb: ModelsVerb, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let places = Places::from_env();
    match verb {
        ModelsVerb::List { json } => models::list(&places, json, out)?,
        ModelsVerb::Pull { name } => {
            models::pull(&name, &places, &PullSettings::from_env(), &mut PullView::default(), stop, out)?;
        }
        ModelsVerb::Verify { name } => {
            if !models::verify(name.as_deref(), &places, stop, out)? {
                return Ok(Exit::SomeFailed);
            }
        }
        ModelsVerb::Path { name } => models::path(name.as_deref(), &places, out)?,
    }
    Ok(Exit::Done)
}

/// A panic inside one call becomes that call's failure and is told at the end with its message; the default message, with
/// a source line and a backtrace, would only bury the others. Panics elsewhere are told as ever.
pub fn keep_panics_of_calls_quiet() {
    let default = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let of_a_call = std::thread::current().name().is_some_and(threads::is_worker);
        if !of_a_call {
            default(panic);
        }
    }));
}

/// Makes Ctrl-C and a polite kill ask for a clean stop; the second time ends the program at once.
///
/// # Errors
/// [`Error::Settings`] if the system refuses the handler.
pub fn stop_on_signals() -> Result<StopFlag> {
    let stop = StopFlag::default();
    let asked = stop.clone();
    ctrlc::set_handler(move || {
        if asked.is_stopped() {
            keys::restore();
            std::process::exit(130);
        }
        asked.stop();
        // The process that watches over this one says it.
        if attempts::is_attempt() {
            return;
        }
        eprintln!("stopping: what is done is kept; press again to end at once");
    })
    .map_err(|failure| Error::Settings { what: "signals".to_owned(), why: failure.to_string() })?;
    Ok(stop)
}
