//! The report of one call, as it stands on disk (schema 1).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::call::coaching::Coaching;
use crate::call::finding::{Frame, Opportunity, Redirect, SmallTalk, TalkFigures, Tangent};
use crate::call::mirroring::Mirroring;
use crate::call::time::Duration;
use crate::call::topic::{Kind, Topic};
use crate::call::transcript::{Basis, SpeakerId, SpeechSpan, Utterance};

/// Version of the layout below. Readers refuse a higher one.
pub const SCHEMA: u32 = 1;

/// Code of warnings that quote text which was left out of the report.
pub const DROPPED_TEXT: &str = "dropped_text";

/// A doubt that goes with the report: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable name, `snake_case`.
    pub code: String,
    /// One sentence, with times and numbers.
    pub text: String,
}

impl Report {
    /// Why a figure is withheld, if it is.
    #[must_use]
    pub fn why_withheld(&self, field: &str) -> Option<&str> {
        self.withheld.iter().find(|held| held.field == field).map(|held| held.why.as_str())
    }
}

impl Warning {
    /// A warning with this code and text.
    pub fn new(code: &str, text: impl Into<String>) -> Self {
        Self { code: code.to_owned(), text: text.into() }
    }

    /// The same without what was said in the call: for what is told outside of reports, which screens and logs may keep.
    #[must_use]
    pub fn without_quotes(&self) -> Self {
        let quote = self.text.find('"').zip(self.text.rfind('"')).filter(|_| self.code == DROPPED_TEXT);
        let text = quote.map(|(from, to)| format!("{}a text{}", &self.text[..from], &self.text[to + 1..]));
        Self { code: self.code.clone(), text: text.unwrap_or_else(|| self.text.clone()) }
    }
}

/// A figure that is not given because it could not be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Path of the field in the report: `speakers`, `tangents.initiator`.
    pub field: String,
    /// Why, in a sentence.
    pub why: String,
}

/// The program that wrote the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// `rapport`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digest of everything this report was made from (content, settings, models, version): a report whose digest is
    /// what a new run would write need not be made again. `None` when it was not made by a batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<String>,
    /// Digest of the path of the input, so that another file of the same name does not overwrite this report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Names that were given to speakers afterwards, by their ids, so that a new analysis keeps them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed: BTreeMap<SpeakerId, String>,
}

/// Where the date of a call was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateSource {
    /// A flag or a settings file.
    Settings,
    /// The recording's own tags.
    Recording,
    /// The file's name.
    FileName,
    /// The name of the folder the file lies in.
    FolderName,
    /// When the file was last changed.
    FileModified,
    /// Nowhere: the date is not known.
    None,
}

/// Which call this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallInfo {
    /// BLAKE3 of the input's bytes, 32 hex digits: the same call has the same id wherever it lies.
    pub id: String,
    /// Name of the input file, without its folder.
    pub source: String,
    /// Title for people.
    pub title: String,
    /// The client, if known.
    pub client: Option<String>,
    /// When the call began: `2026-03-05` or `2026-03-05T14:30:00`, local time as given.
    pub started_at: Option<String>,
    /// Where that was taken from.
    pub date_source: DateSource,
    /// Length of the call.
    pub duration: Duration,
    /// Channels of the recording; 0 for a transcript.
    pub channels: u16,
    /// Samples a second of the recording; 0 for a transcript.
    pub sample_rate: u32,
    /// Language of most of the call as an ISO 639-1 code.
    pub language: Option<String>,
    /// What the call was for, as the user listed it.
    pub agenda: Vec<String>,
}

/// Fingerprints of what made the figures: reports compare only where these agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Models {
    /// The speech-to-text model, or `imported` for a transcript.
    pub transcriber: String,
    /// The lexicons and rules that tell kinds apart.
    pub topics: String,
    /// What told voices apart; `None` where nothing had to.
    pub voices: Option<String>,
}

/// An utterance together with the kind of the topic it lies in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportUtterance {
    /// Who, when and what.
    #[serde(flatten)]
    pub utterance: Utterance,
    /// What sort of talk it is part of.
    pub kind: Kind,
}

/// All that is said of one call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// What wrote it.
    pub generator: Generator,
    /// Which call.
    pub call: CallInfo,
    /// What made the figures.
    pub models: Models,
    /// How speakers were told apart.
    pub basis: Basis,
    /// How surely the talk is credited to the right people, 0 to 1; `None` where the sound does not say, as in imports.
    #[serde(default)]
    pub attribution_confidence: Option<f64>,
    /// How each person talked; empty when speakers were not told apart.
    pub speakers: Vec<TalkFigures>,
    /// Who speaks when.
    pub speech: Vec<SpeechSpan>,
    /// What was said.
    pub utterances: Vec<ReportUtterance>,
    /// What it was about.
    pub topics: Vec<Topic>,
    /// How much of it was social; `None` when that cannot be told (see `withheld`).
    pub small_talk: Option<SmallTalk>,
    /// Where it left what the call was for.
    pub tangents: Vec<Tangent>,
    /// Who tried to steer back.
    pub redirects: Vec<Redirect>,
    /// Where nobody did and it would have helped.
    pub opportunities: Vec<Opportunity>,
    /// The announced frame and what was parked.
    pub frame: Frame,
    /// How the speakers' sound drew together; `None` when not measured.
    pub mirroring: Option<Mirroring>,
    /// What to take from it; `None` where there is nothing to judge.
    #[serde(default)]
    pub coaching: Option<Coaching>,
    /// What is to be doubted.
    pub warnings: Vec<Warning>,
    /// What is not said, and why.
    pub withheld: Vec<Withheld>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_left_out_whatever_they_hold() {
        let of = |code: &str, text: &str| Warning::new(code, text).without_quotes().text;
        assert_eq!(
            of(DROPPED_TEXT, r#"At 0:01 "he said "no" to Ann" was dropped: x."#),
            "At 0:01 a text was dropped: x."
        );
        assert_eq!(of(DROPPED_TEXT, "3 more texts were dropped"), "3 more texts were dropped");
        assert_eq!(of("unknown_speaker", r#"`me` names "Ann""#), r#"`me` names "Ann""#);
    }
}
