//! One call of a batch: is it done already, is its transcript kept, else hear it; then say what there is to say.

use std::ffi::OsStr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::batch::index::way_back;
use crate::batch::names::Places;
use crate::batch::{Batch, Job, Outcome, Summary, Watch};
use crate::call::report::{DateSource, Report};
use crate::diarize::keep_names;
use crate::error::{Error, Result};
use crate::ingest::dates;
use crate::ingest::inputs::{Input, InputKind};
use crate::pipeline::{self, Engines, FileFacts, Heard};
use crate::progress::{Event, Progress, StopFlag};
use crate::render::html::Around;
use crate::render::{csv, html, markdown, subtitles, text};
use crate::store::{make_private_folders, path_digest, read_report, write_atomic, write_report};
use crate::topics;

/// A text that can be made of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// A page for the browser.
    Html,
    /// A report to paste into notes.
    Markdown,
    /// Subtitles for any player.
    Srt,
    /// Subtitles for the web, with speakers.
    Vtt,
    /// The words, to read.
    Text,
    /// One line an utterance, for a spreadsheet.
    Csv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Html, Self::Markdown, Self::Srt, Self::Vtt, Self::Text, Self::Csv];

    /// What its files end with.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Text => "txt",
            Self::Csv => "csv",
        }
    }

    /// The report in this format. `around` are the ways from where the text will lie.
    #[must_use]
    pub fn render(self, report: &Report, around: Around<'_>) -> String {
        match self {
            Self::Html => html::html(report, around),
            Self::Markdown => markdown::markdown(report),
            Self::Srt => subtitles::srt(report),
            Self::Vtt => subtitles::vtt(report),
            Self::Text => text::txt(report),
            Self::Csv => csv::csv(report),
        }
    }
}

/// What of a report says which call it is of.
#[derive(Deserialize)]
struct Identity {
    call: CallId,
    generator: Origin,
}

#[derive(Deserialize)]
struct CallId {
    id: String,
}

#[derive(Deserialize)]
struct Origin {
    #[serde(default)]
    place: Option<String>,
}

/// Passes events on under the number of their job.
struct OfJob<'watch> {
    watch: &'watch dyn Watch,
    job: usize,
}

impl Progress for OfJob<'_> {
    fn tell(&self, event: Event) {
        self.watch.event(self.job, event);
    }
}

/// Does all that is to be done for one call. A panic is this call's failure and nobody else's.
pub(super) fn analyze(
    batch: &Batch,
    job: usize,
    places: &Places,
    engines: &dyn Engines,
    pool: &rayon::ThreadPool,
    watch: &dyn Watch,
    stop: &StopFlag,
) -> Outcome {
    let progress = OfJob { watch, job };
    let input = &batch.jobs[job].input;
    let done = catch_unwind(AssertUnwindSafe(|| {
        analyze_or_fail(batch, &batch.jobs[job], places, engines, pool, &progress, stop)
    }));
    match done {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(Error::Stopped)) => Outcome::NotDone,
        Ok(Err(failure @ (Error::Transcript { .. } | Error::Report { .. }))) if passes_over(input) => {
            Outcome::PassedOver(failure)
        }
        Ok(Err(failure)) => Outcome::Failed(failure),
        Err(panic) => {
            let what = panic.downcast_ref::<String>().cloned();
            let what = what.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            Outcome::Failed(Error::Panic(what.unwrap_or_else(|| "no message".to_owned())))
        }
    }
}

/// Whether a file that turns out to be no call may simply be something else: notes or data that lie among calls.
fn passes_over(input: &Input) -> bool {
    let ending = input.path.extension().map(OsStr::to_ascii_lowercase);
    !input.named && ending.is_some_and(|ending| ending == "txt" || ending == "json")
}

fn analyze_or_fail(
    batch: &Batch,
    job: &Job,
    places: &Places,
    engines: &dyn Engines,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Outcome> {
    let store = &batch.store;
    let place = path_digest(&job.input.path);
    let force = batch.force && !batch.redone.contains(&place);
    let file = file_facts(store.content_id(&job.input.path, force)?, &job.input.path);
    let _lock = store.lock(&file.id, stop)?;
    let path = report_path(places, &file.id, &place);
    let heard_key = heard_key(job, &file.id, engines)?;
    let made_from = made_from(job, &file, &heard_key);

    let last = Some(&path).filter(|path| path.exists()).and_then(|path| read_report(path).ok());
    let is_same = |last: &&Report| last.generator.made_from.as_ref() == Some(&made_from);
    if let Some(report) = last.as_ref().filter(|last| !force && is_same(last)) {
        write_formats(batch, job, report, &path, |beside| !beside.exists())?;
        return Ok(Outcome::Unchanged(Summary::of(report, path)));
    }

    let kept = if force { None } else { store.kept_transcript(&heard_key) };
    let heard = match kept {
        Some(heard) => told_at_once(heard, progress),
        None => {
            let heard = pipeline::hear(&job.input, &job.settings.hear, engines, pool, progress, stop)?;
            // An imported transcript is read anew in no time; keeping it would only double it on disk.
            if job.input.kind == InputKind::Recording {
                if job.settings.hear.redact.is_some() {
                    // What an earlier run kept still has the names and numbers in it.
                    store.forget_transcripts(&file.id)?;
                }
                store.keep_transcript(&heard_key, &heard)?;
            }
            heard
        }
    };
    let mut report = pipeline::report(heard, &file, &job.settings);
    report.generator.made_from = Some(made_from);
    report.generator.place = Some(place);
    if let Some(last) = last.filter(|last| last.call.id == report.call.id && job.settings.hear.redact.is_none()) {
        keep_names(&mut report, &last, &job.settings.names);
    }
    // The report last: once it is there, what stands beside it is there too.
    write_formats(batch, job, &report, &path, |_| true)?;
    write_report(&path, &report)?;
    Ok(Outcome::Written(Summary::of(&report, path)))
}

fn file_facts(id: String, path: &Path) -> FileFacts {
    let modified = std::fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let modified = modified.and_then(|time| jiff::Timestamp::try_from(time).ok());
    let zone = jiff::tz::TimeZone::system();
    FileFacts {
        id,
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        folder: path
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| dates::is_dated(name)),
        modified: modified.map(|moment| zone.to_datetime(moment)),
        zone,
    }
}

/// The first place, unless the report of another call lies there: other content from another file.
fn report_path(places: &Places, id: &str, place: &str) -> PathBuf {
    let there = std::fs::read(&places.first).ok();
    let there = there.and_then(|bytes| serde_json::from_slice::<Identity>(&bytes).ok());
    match there {
        Some(other) if other.call.id != id && other.generator.place.as_deref() != Some(place) => places.spare.clone(),
        _ => places.first.clone(),
    }
}

/// Key of the transcript: content, speech model and what changes the words.
fn heard_key(job: &Job, id: &str, engines: &dyn Engines) -> Result<String> {
    let transcriber = match job.input.kind {
        InputKind::Transcript => "imported".to_owned(),
        InputKind::Recording => format!("{} {}", engines.fingerprint()?, engines.voices().fingerprint()),
    };
    let words = digest(&[&transcriber, &format!("{:?}", job.settings.hear), env!("CARGO_PKG_VERSION")]);
    // The id comes first, so that all that is kept of a call can be found and forgotten.
    Ok(format!("{id}-{words}"))
}

/// Digest of everything the report is made from.
fn made_from(job: &Job, file: &FileFacts, heard_key: &str) -> String {
    // When the file was changed counts only where nothing better may tell the date: the local time of that moment is
    // another one in every time zone.
    let dated = file.date(job.settings.date.as_deref(), None).1 != DateSource::FileModified;
    let modified = file.modified.filter(|_| !dated);
    let (settings, facts) = (format!("{:?}", job.settings), format!("{:?}", (&file.name, &file.folder, &modified)));
    digest(&[heard_key, &settings, &facts, &topics::fingerprint()])
}

fn digest(parts: &[&str]) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// A kept transcript, with its length told as done.
fn told_at_once(heard: Heard, progress: &dyn Progress) -> Heard {
    progress.tell(Event::Decoded(heard.transcript.duration));
    progress.tell(Event::Advanced(heard.transcript.duration));
    heard
}

fn write_formats(batch: &Batch, job: &Job, report: &Report, path: &Path, wanted: fn(&Path) -> bool) -> Result<()> {
    for format in &batch.formats {
        let beside = path.with_extension(format.extension());
        if wanted(&beside) {
            let sound = (job.input.kind == InputKind::Recording).then(|| way_to(&job.input.path, path)).flatten();
            let calls = batch.index.then(|| way_back(batch.store.out(), &beside));
            let around = Around { recording: sound.as_deref(), calls: calls.as_deref() };
            write_atomic(&beside, format.render(report, around).as_bytes())?;
        }
    }
    Ok(())
}

/// The texts that were made of a report and stand beside it; never the file that the report was made from, which may lie
/// there too.
#[must_use]
pub fn made_beside(report: &Report, path: &Path) -> Vec<(Format, PathBuf)> {
    let is_input = |other: &Path| report.generator.place.as_deref() == Some(path_digest(other).as_str());
    let all = Format::ALL.into_iter().map(|format| (format, path.with_extension(format.extension())));
    all.filter(|(_, beside)| beside.is_file() && !is_input(beside)).collect()
}

/// The way from the folder of `report` to `recording`, with `/` between folders; `None` where there is none.
fn way_to(recording: &Path, report: &Path) -> Option<String> {
    let recording = recording.canonicalize().ok()?;
    let folder = report.parent()?;
    make_private_folders(folder).ok()?;
    let folder = folder.canonicalize().ok()?;
    let shared = folder.components().zip(recording.components()).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return None;
    }
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = recording.components().skip(shared).map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_sound_is_relative() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("calls")).unwrap();
        std::fs::write(dir.path().join("calls/a b.wav"), b"x").unwrap();
        let way = way_to(&dir.path().join("calls/a b.wav"), &dir.path().join("out/2026/a b.json"));
        assert_eq!(way.as_deref(), Some("../../calls/a b.wav"));
    }

    #[test]
    fn digests_do_not_mix_up_their_parts() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
