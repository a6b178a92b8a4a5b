//! `rapport record`: the microphone and the system's sound as two tracks of one file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration as Wait, Instant};

use serde::Serialize;

use crate::call::time::Duration;
use crate::commands::Exit;
use crate::commands::analyze::{self, AnalyzeOptions};
use crate::commands::attempts::{self, Attempt, Errand};
use crate::commands::keys::{Key, Keys};
use crate::commands::record_view::{RecordView, say};
use crate::error::{Error, Result};
use crate::ingest::capture::{
    DATE_FORMAT, Ending, FileSpot, Notice, Parts, Recorder, RecordingNote, Role, Sidecar, SoundSource, Summary,
    file_name,
};
use crate::progress::StopFlag;
use crate::store::write_atomic;

/// How often the recorder looks after its devices.
const TICK: Wait = Wait::from_millis(100);

/// Whether the system's sound is recorded, and which.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SystemSound {
    /// What the default output plays.
    #[default]
    Default,
    /// The device of this name, or with this in its name.
    Named(String),
    /// Not at all: the microphone alone, as a mono file.
    Off,
}

/// What to record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordOptions {
    /// How to analyse the recording afterwards, its paths still empty; `None` to leave that.
    pub analyze: Option<AnalyzeOptions>,
    /// The file, or the folder for it; here if `None`.
    pub out: Option<PathBuf>,
    /// The client.
    pub client: Option<String>,
    /// Title of the call.
    pub title: Option<String>,
    /// The microphone's name or part of it; the default one if `None`.
    pub mic: Option<String>,
    /// The system's sound.
    pub system: SystemSound,
    /// When to stop by itself.
    pub length: Option<Duration>,
    /// Whether the others agreed to being recorded.
    pub consent: bool,
    /// Whether to print the outcome as JSON.
    pub json: bool,
    /// Whether to say nothing but what went wrong.
    pub quiet: bool,
}

/// A source and what its sound is.
pub type Track = (Role, Box<dyn SoundSource>);

/// Runs the command until the length is reached or somebody stops it: the paths of the recording's files go to `out`,
/// everything else to standard error.
///
/// # Errors
/// [`Error::Device`] if a device is not there or cannot be opened, or this program was built without recording;
/// [`Error::Settings`] or [`Error::Io`] if the file cannot be made. What happens later ends up in the summary.
pub fn run(options: &RecordOptions, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    // This is the process that hears what another one has recorded.
    if let (Some(how), Some(attempt)) = (&options.analyze, Attempt::begin(stop)?) {
        let paths = attempt.places();
        let options = AnalyzeOptions { paths, json: options.json, attempt: Some(attempt), ..how.clone() };
        return analyze::run(&options, stop, out);
    }
    let began = jiff::ZonedDateTime::now().strftime(DATE_FORMAT).to_string();
    // Looked at first, so that a wrong name is told before a device is opened.
    let spot = FileSpot::find(options.out.as_deref(), &file_name(&began, options.client.as_deref()))?;
    let clock = Instant::now();
    let tracks = open(options, clock)?;
    record(options, &spot, &began, tracks, clock, stop, out)
}

/// Records tracks that are open already; `clock` is the zero of the moments their blocks carry.
///
/// # Errors
/// As [`run`].
pub fn record(
    options: &RecordOptions,
    spot: &FileSpot,
    began: &str,
    tracks: Vec<Track>,
    clock: Instant,
    stop: &StopFlag,
    out: &mut dyn Write,
) -> Result<Exit> {
    let roles: Vec<_> = tracks.iter().map(|(role, _)| *role).collect();
    let names: Vec<_> =
        tracks.iter().map(|(role, source)| (role.word().to_owned(), source.name().to_owned())).collect();
    let parts = Parts::create(&spot.wav, tracks.len() as u16)?;
    let sidecar = Sidecar {
        client: options.client.clone(),
        title: options.title.clone(),
        date: began.to_owned(),
        me: (tracks.len() > 1).then(|| "A".to_owned()),
        recording: RecordingNote::begun(options.consent, &names),
    };
    write_atomic(&spot.sidecar, sidecar.to_toml().as_bytes())?;
    let view = RecordView::new(roles, options.quiet);
    view.begun(&spot.wav, &names, options.consent);
    let sources = tracks.into_iter().map(|(_, source)| source).collect();
    let mut recorder = Recorder::new(sources, parts, options.length);
    let keys = Keys::listen();
    view.keys(keys.is_some());
    // Where in the recording each part begins.
    let mut begins = vec![Duration::ZERO];
    let ending = loop {
        let mut ticks = vec![recorder.tick(clock.elapsed())];
        let mut asked = stop.heed();
        for key in keys.iter().flat_map(Keys::pressed) {
            match key {
                Key::Pause if recorder.is_paused() => recorder.resume(clock.elapsed()),
                Key::Pause => ticks.push(recorder.pause(clock.elapsed())),
                Key::Mark => view.marked(recorder.mark(clock.elapsed())),
                Key::Quit => asked = true,
            }
        }
        for notice in ticks.iter().flat_map(|tick| &tick.notices) {
            view.notice(notice);
            if let Notice::NextPart(wav) = notice {
                begins.push(recorder.length());
                write_sidecar(wav, &sidecar.of_part(begins.len(), recorder.length()));
            }
        }
        if let Some(ending) = ticks.into_iter().find_map(|tick| tick.over) {
            break ending;
        }
        if asked {
            break Ending::Asked;
        }
        view.levels(recorder.length(), &recorder.levels(), recorder.is_paused());
        std::thread::sleep(TICK);
    };
    let summary = recorder.finish(clock.elapsed(), ending);
    drop((view, keys));
    write_sidecars(&sidecar, &summary, &begins);
    let analyzed = print_outcome(options, &summary, stop, out)?;
    Ok(match exit_of(&summary) {
        Exit::Done => analyzed,
        worse => worse,
    })
}

/// Analyses what was recorded, as `rapport analyze` would; whatever comes of it, the recording is kept.
fn analyze(options: AnalyzeOptions, errand: &Errand, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    let files: Vec<_> = options.paths.iter().map(|path| path.display().to_string()).collect();
    let done = attempts::analyze(options, errand, stop, out);
    if !matches!(done, Ok(Exit::Done)) {
        say(&format!("the recording is kept: {}; `rapport analyze` goes on with it", files.join(", ")));
    }
    // The recording is more than nothing.
    done.map(|exit| if exit == Exit::Nothing { Exit::SomeFailed } else { exit })
}

#[cfg(feature = "record")]
fn open(options: &RecordOptions, clock: Instant) -> Result<Vec<Track>> {
    use crate::ingest::capture::{Devices, MonotonicClock, choose};
    let devices = Devices::look()?;
    // Both are chosen before one is opened: a light that goes on for nothing frightens people.
    let mut chosen = vec![choose(devices.list(), Role::Microphone, options.mic.as_deref())?];
    let system = match &options.system {
        SystemSound::Off => None,
        SystemSound::Default => Some(None),
        SystemSound::Named(name) => Some(Some(name.as_str())),
    };
    if let Some(wanted) = system {
        chosen.push(choose(devices.list(), Role::System, wanted)?);
    }
    if let [mic, system] = chosen[..]
        && mic.id == system.id
    {
        let why = "was named for both tracks; name another one for the microphone".to_owned();
        return Err(Error::Device { what: mic.name.clone(), why });
    }
    let clock: MonotonicClock = std::sync::Arc::new(move || clock.elapsed());
    let roles = [Role::Microphone, Role::System];
    chosen.into_iter().zip(roles).map(|(entry, role)| Ok((role, devices.open(entry, &clock)?))).collect()
}

#[cfg(not(feature = "record"))]
fn open(_: &RecordOptions, _: Instant) -> Result<Vec<Track>> {
    Err(built_without())
}

/// What to say where there is no recording in the program.
#[cfg(not(feature = "record"))]
pub(super) fn built_without() -> Error {
    Error::Device {
        what: "recording".to_owned(),
        why: "this program was built without it; build it with the feature `record`".to_owned(),
    }
}

/// Writes the final sidecar of each part; a part that was begun in the last moment begins where the recording ends.
fn write_sidecars(sidecar: &Sidecar, summary: &Summary, begins: &[Duration]) {
    let mut whole = sidecar.clone();
    whole.recording = whole.recording.finished(summary);
    for (at, part) in summary.parts.iter().enumerate() {
        let begins = begins.get(at).copied().unwrap_or(summary.length);
        write_sidecar(part, &whole.of_part(at + 1, begins));
    }
}

/// Writes the sidecar of a part. The sound is safe already, so a failure is only told.
fn write_sidecar(wav: &Path, sidecar: &Sidecar) {
    if let Err(failure) = write_atomic(&wav.with_extension("toml"), sidecar.to_toml().as_bytes()) {
        say(&format!("the recording is there, but {failure}"));
    }
}

/// The outcome as JSON.
#[derive(Serialize)]
struct Outcome<'a> {
    files: &'a [PathBuf],
    #[serde(flatten)]
    recording: RecordingNote,
    /// What `rapport analyze --json` prints of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    analysis: Option<serde_json::Value>,
}

/// Tells what was recorded, and analyses it if that is wanted.
fn print_outcome(options: &RecordOptions, summary: &Summary, stop: &StopFlag, out: &mut dyn Write) -> Result<Exit> {
    for line in RecordView::summary(summary, options.quiet) {
        say(&line);
    }
    let wanted = options.analyze.as_ref().filter(|_| summary.length > Duration::ZERO);
    let errand = Errand { places: summary.parts.clone(), is_caught: options.json };
    let wanted = wanted.map(|how| AnalyzeOptions { paths: summary.parts.clone(), json: options.json, ..how.clone() });
    if !options.json {
        let files: String = summary.parts.iter().flat_map(|part| [part.display().to_string(), "\n".into()]).collect();
        print(&files, out)?;
        return wanted.map_or(Ok(Exit::Done), |how| analyze(how, &errand, stop, out));
    }
    let mut text = Vec::new();
    let exit = wanted.map_or(Ok(Exit::Done), |how| analyze(how, &errand, stop, &mut text));
    let analysis = serde_json::from_slice(&text).ok();
    let names: Vec<_> = summary.tracks.iter().map(|track| (String::new(), track.device.clone())).collect();
    let mut recording = RecordingNote::begun(options.consent, &names).finished(summary);
    for (note, role) in recording.tracks.iter_mut().zip([Role::Microphone, Role::System]) {
        role.word().clone_into(&mut note.role);
    }
    let outcome = Outcome { files: &summary.parts, recording, analysis };
    print(&(serde_json::to_string_pretty(&outcome).expect("our own type has string keys") + "\n"), out)?;
    exit
}

fn print(text: &str, out: &mut dyn Write) -> Result<()> {
    let failed = Error::io("cannot write", Path::new("standard output"));
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(failed)
}

fn exit_of(summary: &Summary) -> Exit {
    let whole = summary.tracks.iter().all(|track| track.gone.is_none());
    match summary.ending {
        Ending::Asked | Ending::Long if whole => Exit::Done,
        _ if summary.length == Duration::ZERO => Exit::Nothing,
        _ => Exit::SomeFailed,
    }
}
