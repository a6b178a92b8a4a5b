//! Our own reports as input: the transcript inside them is analysed anew.

use serde::Deserialize;

use crate::call::report::SCHEMA;
use crate::call::time::{Duration, Span};
use crate::call::transcript::{Basis, Speaker, SpeakerId, SpeechSpan, Transcript, Utterance};

use super::Imported;
use super::draft::{Fault, tidy};
use super::limits::{AGENDA_MAX, CUE_CHARS_MAX, CUES_MAX, LABEL_CHARS_MAX, SPEAKERS_MAX, TIME_MS_MAX, WORDS_MAX};

/// The parts of a report that come from the call and not from its analysis.
#[derive(Deserialize)]
pub(super) struct OwnReport {
    schema: u32,
    call: OwnCall,
    basis: Basis,
    #[serde(default)]
    attribution_confidence: Option<f64>,
    speakers: Vec<OwnSpeaker>,
    speech: Vec<SpeechSpan>,
    utterances: Vec<Utterance>,
}

#[derive(Deserialize)]
struct OwnCall {
    title: Option<String>,
    client: Option<String>,
    started_at: Option<String>,
    duration: Duration,
    language: Option<String>,
    #[serde(default)]
    agenda: Vec<String>,
}

impl OwnCall {
    fn is_endless(&self) -> bool {
        let texts = [&self.title, &self.client, &self.started_at, &self.language].into_iter().flatten();
        self.agenda.len() > AGENDA_MAX || texts.chain(&self.agenda).any(|text| text.chars().count() > CUE_CHARS_MAX)
    }
}

#[derive(Deserialize)]
struct OwnSpeaker {
    id: SpeakerId,
    label: String,
}

/// The transcript of a report, checked as if a stranger had written it.
pub(super) fn import(report: OwnReport) -> Result<Imported, Fault> {
    if report.schema > SCHEMA {
        return Err(Fault::new(
            None,
            format!("a report of schema {}; this version reads up to {SCHEMA}: update rapport", report.schema),
        ));
    }
    if report.utterances.len() > CUES_MAX || report.speech.len() > CUES_MAX {
        return Err(Fault::new(None, format!("a report of more than {CUES_MAX} utterances; split the call")));
    }
    if report.speakers.len() > SPEAKERS_MAX {
        return Err(Fault::new(None, format!("a report of more than {SPEAKERS_MAX} speakers")));
    }
    for (at, speaker) in report.speakers.iter().enumerate() {
        if speaker.id.index() != at || speaker.label.chars().count() > LABEL_CHARS_MAX {
            return Err(Fault::new(None, format!("speaker {} is out of place or has an endless name", speaker.id)));
        }
    }
    if report.call.is_endless() {
        return Err(Fault::new(None, "a report with an endless title, client, date or agenda"));
    }
    if report.utterances.iter().any(|one| one.words.as_ref().is_some_and(|words| words.len() > WORDS_MAX)) {
        return Err(Fault::new(None, format!("an utterance of more than {WORDS_MAX} words")));
    }
    let basis = if report.speakers.is_empty() { Basis::None } else { report.basis };
    let known = |id: Option<SpeakerId>| -> Result<Option<SpeakerId>, Fault> {
        match id {
            Some(_) if basis == Basis::None => Ok(None),
            Some(id) if id.index() >= report.speakers.len() => {
                Err(Fault::new(None, format!("speaker {id} speaks and is not among the speakers")))
            }
            id => Ok(id),
        }
    };
    let mut utterances = Vec::with_capacity(report.utterances.len());
    for utterance in report.utterances {
        within_limits(utterance.span)?;
        let text = tidy(&utterance.text);
        if text.chars().count() > CUE_CHARS_MAX {
            return Err(Fault::new(None, format!("an utterance of more than {CUE_CHARS_MAX} characters")));
        }
        if !text.is_empty() {
            utterances.push(Utterance { speaker: known(utterance.speaker)?, text, ..utterance });
        }
    }
    if utterances.is_empty() {
        return Err(Fault::new(None, "a report without utterances: there is nothing to analyse"));
    }
    let mut speech = Vec::with_capacity(report.speech.len());
    for stretch in report.speech {
        within_limits(stretch.span)?;
        let confidence = stretch.confidence.filter(|share| (0.0..=1.0).contains(share));
        speech.push(SpeechSpan { speaker: known(stretch.speaker)?, confidence, ..stretch });
    }
    utterances.sort_by_key(|utterance| (utterance.span.start(), utterance.span.end(), utterance.speaker));
    speech.sort_by_key(|stretch| (stretch.span.start(), stretch.span.end(), stretch.speaker));
    let ends = utterances.iter().map(|utterance| utterance.span).chain(speech.iter().map(|stretch| stretch.span));
    let duration = Duration::from_ms(ends.map(|span| span.end().ms()).max().unwrap_or(0)).max(report.call.duration);
    within_limits(Span::from_ms(0, duration.ms()))?;
    let speakers = if basis == Basis::None {
        Vec::new()
    } else {
        report.speakers.iter().map(|speaker| Speaker { label: tidy(&speaker.label), ..Speaker::default() }).collect()
    };
    let language = report.call.language;
    let attribution_confidence = report.attribution_confidence.filter(|share| (0.0..=1.0).contains(share));
    let warnings = Vec::new();
    Ok(Imported {
        transcript: Transcript {
            language,
            basis,
            attribution_confidence,
            speakers,
            speech,
            utterances,
            duration,
            warnings,
        },
        title: report.call.title.map(|title| tidy(&title)).filter(|title| !title.is_empty()),
        client: report.call.client.map(|client| tidy(&client)).filter(|client| !client.is_empty()),
        started_at: report.call.started_at,
        agenda: report.call.agenda,
    })
}

fn within_limits(span: Span) -> Result<(), Fault> {
    if span.end().ms() > TIME_MS_MAX {
        return Err(Fault::new(None, "a time beyond 48 hours; calls may be up to 48 hours long"));
    }
    Ok(())
}
