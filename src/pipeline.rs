//! One call from file to report, one stage a line.
//!
//! The way has two halves. [`hear`] turns a file into a [`Heard`] transcript: it reads files, runs the speech model, can
//! fail and takes long, so its result is kept. [`report`] turns that into a [`Report`]: pure, total and quick, so new
//! settings look at months of calls anew in seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::call::audio::{Recording, Track};
use crate::call::mirroring::Prosody;
use crate::call::report::{
    CallInfo, DateSource, Generator, Models, Report, ReportUtterance, SCHEMA, Warning, Withheld,
};
use crate::call::time::Duration;
use crate::call::topic::Topic;
use crate::call::transcript::{Transcript, Utterance};
use crate::diarize::voices::{CallVoices, SpeakerCount, VoicePrint, VoiceTeller, Voices};
use crate::diarize::{self, KnownVoice, NameSettings, Sharing, Side, apply_names, join_sides, join_voices};
use crate::error::Result;
use crate::findings::{self, FindingSettings};
use crate::ingest::inputs::{Input, InputKind};
use crate::ingest::{dates, prosody, recording, transcript};
use crate::progress::{Event, Progress, StopFlag};
use crate::redact;
use crate::threads;
use crate::topics::{self, TopicSettings};
use crate::transcribe::speech::{Earshot, Listening, SpeechDetector};
use crate::transcribe::{self, TranscribeSettings, Transcriber};

/// What changes the transcript of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct HearSettings {
    /// Language of the call, ISO 639-1; `None` to detect it.
    pub language: Option<String>,
    /// Whether to translate to English.
    pub translate: bool,
    /// Who is who, if personal data is to be taken out of the words before anything is kept: afterwards nobody could be
    /// found by name. `None` to keep all words.
    pub redact: Option<NameSettings>,
    /// How many people are on a mixed track.
    pub speakers: SpeakerCount,
}

/// All settings of one call.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallSettings {
    /// The client.
    pub client: Option<String>,
    /// Title of the call.
    pub title: Option<String>,
    /// When it took place, ISO 8601.
    pub date: Option<String>,
    /// What the call was for.
    pub agenda: Vec<String>,
    /// What changes the transcript.
    pub hear: HearSettings,
    /// Who is who.
    pub names: NameSettings,
    /// Voices that are known by name.
    pub known: Arc<[KnownVoice]>,
    /// What changes the topics.
    pub topics: TopicSettings,
    /// What changes the findings.
    pub findings: FindingSettings,
}

/// What is known of the file besides what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Digest of its bytes, as in [`CallInfo::id`].
    pub id: String,
    /// Its name without the folder.
    pub name: String,
    /// Name of the folder it lies in, where that holds a date.
    pub folder: Option<String>,
    /// When it was last changed, local time.
    pub modified: Option<DateTime>,
    /// What the clock on the wall shows at a moment that is known by its offset.
    pub zone: TimeZone,
}

impl FileFacts {
    /// The name without its ending.
    #[must_use]
    pub fn stem(&self) -> &str {
        self.name.rsplit_once('.').map_or(self.name.as_str(), |(stem, _)| stem)
    }

    /// When the call took place, and how that is known; `tagged` is the date that the file itself carries.
    #[must_use]
    pub fn date(&self, said: Option<&str>, tagged: Option<&str>) -> (Option<String>, DateSource) {
        let witnesses = dates::Witnesses {
            said,
            file_stem: self.stem(),
            folder: self.folder.as_deref(),
            tagged,
            modified: self.modified,
        };
        dates::date_of(witnesses, &self.zone)
    }
}

/// A call as heard: everything that needs the file or the speech model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heard {
    /// Channels of the recording; 0 for a transcript.
    pub channels: u16,
    /// Samples a second of the recording; 0 for a transcript.
    pub sample_rate: u32,
    /// Date the file itself carries.
    pub started_at: Option<String>,
    /// Title the file itself carries.
    pub title: Option<String>,
    /// Fingerprint of the speech model, or `imported`.
    pub transcriber: String,
    /// Fingerprint of what told voices apart; `None` where nothing had to.
    #[serde(default)]
    pub voices: Option<String>,
    /// Who said what, when.
    pub transcript: Transcript,
    /// How each utterance sounds, `None` where that was not measured; empty where no side has a track of its own.
    #[serde(default)]
    pub prosody: Vec<Option<Prosody>>,
    /// How each speaker of a mixed track sounds, in the order of the speakers, `None` where too little was heard of one.
    #[serde(default)]
    pub voice_prints: Vec<Option<VoicePrint>>,
}

/// The speech engine of a run, loaded when the first recording needs it.
pub trait Engines: Sync {
    /// What [`Transcriber::fingerprint`] of the engine will be, without loading it.
    ///
    /// # Errors
    /// As [`Engines::transcriber`].
    fn fingerprint(&self) -> Result<String>;

    /// The engine to transcribe with.
    ///
    /// # Errors
    /// [`crate::error::Error::NoModel`] or [`crate::error::Error::Model`] when there is none that works.
    fn transcriber(&self) -> Result<&dyn Transcriber>;

    /// What tells speech from everything else before the engine is asked.
    fn detector(&self) -> &dyn SpeechDetector {
        &Earshot
    }

    /// What tells voices apart on a mixed track.
    fn voices(&self) -> &dyn VoiceTeller {
        &CallVoices
    }
}

/// Reads a call, and transcribes it where it is a recording. Speech windows are worked through on `pool`; the calling
/// thread does the rest and should not be one of the pool's.
///
/// # Errors
/// Whatever the file, the model or the user's wish to stop brings.
pub fn hear(
    input: &Input,
    settings: &HearSettings,
    engines: &dyn Engines,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Heard> {
    let mut heard = match input.kind {
        InputKind::Transcript => hear_transcript(input, progress),
        InputKind::Recording => hear_recording(input, settings, engines, pool, progress, stop),
    }?;
    if let Some(names) = &settings.redact {
        apply_names(&mut heard.transcript, names);
        redact::transcript(&mut heard.transcript, &names.all());
        heard.title = heard.title.map(|title| redact::text(&title, &[]).0);
    }
    Ok(heard)
}

fn hear_transcript(input: &Input, progress: &dyn Progress) -> Result<Heard> {
    let imported = transcript::read(&input.path)?;
    let duration = imported.transcript.duration;
    progress.tell(Event::Decoded(duration));
    progress.tell(Event::Advanced(duration));
    Ok(Heard {
        channels: 0,
        sample_rate: 0,
        started_at: imported.started_at,
        title: imported.title,
        transcriber: "imported".to_owned(),
        voices: None,
        transcript: imported.transcript,
        prosody: Vec::new(),
        voice_prints: Vec::new(),
    })
}

fn hear_recording(
    input: &Input,
    settings: &HearSettings,
    engines: &dyn Engines,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Heard> {
    // The model is loaded beside what needs the sound alone.
    let listening = || listen(input, engines.detector(), pool, progress, stop);
    let (engine, listened) = threads::both(|| engines.transcriber(), listening);
    let (engine, Listened { recording, duration, tracks, sharing, listenings }) = (engine?, listened?);
    let wanted = TranscribeSettings { language: settings.language.clone(), translate: settings.translate };
    let teller = engines.voices();
    let mut told = None;
    // To tell voices apart takes the sound alone: that is one more piece of work beside the windows.
    let texts = pool.in_place_scope(|scope| {
        if let ([track], [listening]) = (&tracks[..], &listenings[..]) {
            let (speech, told) = (listening.spans().to_vec(), &mut told);
            scope.spawn(move |_| *told = Some(teller.tell(track, &speech, settings.speakers)));
        }
        transcribe::transcribe(&tracks, listenings, engine, &wanted, pool, progress, stop)
    })?;
    let sides = texts.into_iter().map(|text| Side {
        speech: text.speech,
        utterances: text.utterances,
        language: text.language,
        warnings: text.warnings,
    });
    let mut sides: Vec<Side> = sides.collect();
    let (mut voices, mut voice_prints) = (None, Vec::new());
    let mut transcript = match (&tracks[..], sides.pop(), told) {
        ([track], Some(side), Some(told)) => {
            voices = Some(teller.fingerprint());
            voice_prints = prints_of(track, &told);
            let mut transcript = join_voices(side, &told, duration);
            transcript.warnings.extend(teller.doubt());
            transcript
        }
        (_, last, _) => {
            sides.extend(last);
            join_sides(sides, duration)
        }
    };
    sharing.tell(&mut transcript);
    transcript.warnings.splice(0..0, recording.doubts);
    let prosody = if tracks.len() > 1 { sound_of(&tracks, &transcript, pool) } else { Vec::new() };
    Ok(Heard {
        channels: recording.channels,
        sample_rate: recording.sample_rate,
        started_at: recording.started_at,
        title: recording.title,
        transcriber: engine.fingerprint(),
        voices,
        transcript,
        prosody,
        voice_prints,
    })
}

/// A recording of which is known where somebody speaks.
struct Listened {
    /// All but its tracks.
    recording: Recording,
    duration: Duration,
    /// One side each.
    tracks: Vec<Track>,
    sharing: Sharing,
    listenings: Vec<Listening>,
}

/// Everything about a recording that takes no speech model.
fn listen(
    input: &Input,
    detector: &dyn SpeechDetector,
    pool: &rayon::ThreadPool,
    progress: &dyn Progress,
    stop: &StopFlag,
) -> Result<Listened> {
    let mut recording = recording::read(&input.path, stop)?;
    let duration = recording.duration();
    progress.tell(Event::Decoded(duration));
    let (tracks, sharing) = diarize::part(std::mem::take(&mut recording.tracks), stop)?;
    let listenings = transcribe::listen(&tracks, detector, pool, stop)?;
    Ok(Listened { recording, duration, tracks, sharing, listenings })
}

/// How each voice sounds.
fn prints_of(track: &Track, voices: &Voices) -> Vec<Option<VoicePrint>> {
    let Voices::Apart { turns, voices } = voices else { return Vec::new() };
    let spans = |voice| turns.iter().filter(move |turn| turn.voice == voice).map(|turn| turn.span).collect::<Vec<_>>();
    (0..*voices).map(|voice| VoicePrint::take(track, &spans(voice))).collect()
}

/// How each utterance sounds on the track of its speaker, in the order of the utterances.
fn sound_of(tracks: &[Track], transcript: &Transcript, pool: &rayon::ThreadPool) -> Vec<Option<Prosody>> {
    let measure = |said: &Utterance| prosody::measure(tracks.get(said.speaker?.index())?, said.span);
    pool.install(|| transcript.utterances.par_iter().map(measure).collect())
}

/// Says what there is to say of a call.
#[must_use]
pub fn report(heard: Heard, file: &FileFacts, settings: &CallSettings) -> Report {
    let mut transcript = heard.transcript.clone();
    if settings.hear.redact.is_none() {
        apply_names(&mut transcript, &settings.names);
    }
    diarize::recognise(&mut transcript, &heard.voice_prints, &settings.known);
    if settings.hear.redact.is_some() {
        redact::neutral_labels(&mut transcript);
    }
    let topics = topics::find(&transcript, &settings.topics);
    let found = findings::find(&transcript, &topics, &settings.findings);
    let mirroring = findings::mirroring(&transcript, &topics, &heard.prosody);
    let mut withheld = found.withheld;
    if let Err(why) = &mirroring {
        withheld.push(Withheld { field: "mirroring".to_owned(), why: why.clone() });
    }
    let call = call_info(&heard, &transcript, file, settings);
    let mut warnings = transcript.warnings;
    warnings.extend(found.warnings);
    warnings.extend(date_doubt(&call));
    Report {
        schema: SCHEMA,
        generator: generator(),
        call,
        models: Models { transcriber: heard.transcriber, topics: topics::fingerprint(), voices: heard.voices },
        basis: transcript.basis,
        attribution_confidence: transcript.attribution_confidence,
        speakers: found.speakers,
        speech: transcript.speech,
        utterances: with_kinds(transcript.utterances, &topics),
        topics,
        small_talk: found.small_talk,
        tangents: found.tangents,
        redirects: found.redirects,
        opportunities: found.opportunities,
        frame: found.frame,
        mirroring: mirroring.ok(),
        coaching: found.coaching,
        warnings,
        withheld,
    }
}

fn generator() -> Generator {
    Generator {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_from: None,
        place: None,
        renamed: BTreeMap::new(),
    }
}

fn with_kinds(utterances: Vec<Utterance>, topics: &[Topic]) -> Vec<ReportUtterance> {
    let kinds = topics.iter().flat_map(|topic| std::iter::repeat_n(topic.kind, topic.last + 1 - topic.first));
    utterances.into_iter().zip(kinds).map(|(utterance, kind)| ReportUtterance { utterance, kind }).collect()
}

/// That the date is only a guess, where it is.
fn date_doubt(call: &CallInfo) -> Option<Warning> {
    let day = call.started_at.as_deref().filter(|_| call.date_source == DateSource::FileModified)?;
    let day = day.get(..10).unwrap_or(day);
    Some(Warning::new(
        "date_from_file_time",
        format!(
            "The file was last changed on {day}, and nothing else tells when the call took place; say so with --date or \
             in NAME.toml beside it."
        ),
    ))
}

fn call_info(heard: &Heard, transcript: &Transcript, file: &FileFacts, settings: &CallSettings) -> CallInfo {
    let (started_at, date_source) = file.date(settings.date.as_deref(), heard.started_at.as_deref());
    let title = settings.title.clone().or_else(|| heard.title.clone());
    let title = title.or_else(|| dates::title_in(file.stem(), file.folder.as_deref()));
    let title = title.unwrap_or_else(|| file.stem().to_owned());
    let duration: Duration = transcript.duration;
    CallInfo {
        id: file.id.clone(),
        source: file.name.clone(),
        title,
        client: settings.client.clone(),
        started_at,
        date_source,
        duration,
        channels: heard.channels,
        sample_rate: heard.sample_rate,
        language: transcript.language.clone(),
        agenda: settings.agenda.clone(),
    }
}
