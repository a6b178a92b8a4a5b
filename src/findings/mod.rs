//! What is found in a call: how each person talked, how much was social, who turned away from business and kept that
//! going, who steered back, and where nobody did.
//!
//! Read [`find`] first, then one file: each finds one thing in a [`reading`] of the call.

mod coaching;
mod drive;
mod frame;
mod mirroring;
mod opportunities;
mod phrasebook;
mod reading;
mod redirects;
mod small_talk;
mod steer;
mod talk;
mod tangents;

use crate::call::coaching::Coaching;
use crate::call::finding::{Frame, Opportunity, Redirect, SmallTalk, TalkFigures, Tangent};
use crate::call::mirroring::{Mirroring, Prosody};
use crate::call::report::{Warning, Withheld};
use crate::call::time::Duration;
use crate::call::topic::Topic;
use crate::call::transcript::{Basis, Transcript};

use reading::Reading;

/// Default of [`FindingSettings::opening_budget`]: the two warm minutes that open a call.
const OPENING_BUDGET: Duration = Duration::from_ms(120_000);

/// Default of [`FindingSettings::tangent_min`]: what is shorter is a remark, no tangent.
const TANGENT_MIN: Duration = Duration::from_ms(10_000);

/// Below this mean confidence of the kinds, over the time of the call, a warning says that they are uncertain.
/// On labelled calls the mean is about 0.95.
const CONFIDENCE_MIN: f64 = 0.7;

/// What changes the findings of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingSettings {
    /// What the call was for, one item each; suggestions lead back to these.
    pub agenda: Vec<String>,
    /// Small talk at the start that counts as rapport, not as a tangent.
    pub opening_budget: Duration,
    /// Runs of small talk and off-agenda talk must be longer than this to be tangents.
    pub tangent_min: Duration,
}

impl Default for FindingSettings {
    fn default() -> Self {
        Self { agenda: Vec::new(), opening_budget: OPENING_BUDGET, tangent_min: TANGENT_MIN }
    }
}

/// All that is found in a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Findings {
    /// How each person talked; empty when speakers were not told apart.
    pub speakers: Vec<TalkFigures>,
    /// How much was social.
    pub small_talk: Option<SmallTalk>,
    /// Where the call left what it was for.
    pub tangents: Vec<Tangent>,
    /// Who tried to steer back.
    pub redirects: Vec<Redirect>,
    /// Where nobody did and it would have helped.
    pub opportunities: Vec<Opportunity>,
    /// The announced frame and what was parked.
    pub frame: Frame,
    /// What to take from the call; `None` where there is nothing to judge.
    pub coaching: Option<Coaching>,
    /// What is to be doubted.
    pub warnings: Vec<Warning>,
    /// What is not said, and why.
    pub withheld: Vec<Withheld>,
}

/// The findings of a call with these topics. `topics` cover the utterances as [`Topic`] says; utterances that none
/// covers count as business.
#[must_use]
pub fn find(transcript: &Transcript, topics: &[Topic], settings: &FindingSettings) -> Findings {
    let reading = Reading::of(transcript, topics);
    let runs = tangents::runs(&reading);
    let attempts = redirects::find(&reading, &runs, settings);
    let tangents = tangents::find(&reading, &runs, &attempts, settings);
    let redirects = redirects::placed(attempts, &tangents);
    let frame = frame::find(&reading, &runs, settings);
    let opportunities = opportunities::find(&reading, &tangents, &redirects, &frame, settings);
    let frame = frame::advised(frame, &reading, &opportunities);
    let small_talk = can_judge(&reading).then(|| small_talk::measure(&reading, settings));
    let evidence = coaching::Evidence {
        small_talk: small_talk.as_ref(),
        tangents: &tangents,
        redirects: &redirects,
        opportunities: &opportunities,
        frame: &frame,
    };
    Findings {
        speakers: talk::figures(&reading),
        coaching: coaching::find(&reading, &evidence),
        small_talk,
        tangents,
        redirects,
        opportunities,
        frame,
        warnings: warnings(&reading),
        withheld: withheld(&reading),
    }
}

/// Whether two people of a call drew together in how they sounded. `prosody` has an entry for each utterance, `None`
/// where it was not measured.
///
/// # Errors
/// Why there is nothing to tell, in words for [`Withheld::why`].
pub fn mirroring(
    transcript: &Transcript,
    topics: &[Topic],
    prosody: &[Option<Prosody>],
) -> std::result::Result<Mirroring, String> {
    mirroring::find(&Reading::of(transcript, topics), prosody)
}

/// Whether there are words, and they are of a language whose small talk is known.
fn can_judge(reading: &Reading<'_>) -> bool {
    reading.lexicon.is_some() && !reading.transcript.utterances.is_empty()
}

fn warnings(reading: &Reading<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if reading.transcript.utterances.is_empty() {
        warnings.push(Warning::new("nothing_said", "No speech was found, so there is nothing to measure."));
        return warnings;
    }
    let language = reading.transcript.language.as_deref();
    if reading.lexicon.is_none() {
        let what = language.map_or_else(|| "an unknown language".to_owned(), |code| format!("language \"{code}\""));
        let text = format!(
            "Kinds of talk are known in English, Russian and Chinese; this call is in {what}, so small talk, tangents \
             and redirects are not told."
        );
        warnings.push(Warning::new("language_without_lexicon", text));
        return warnings;
    }
    let time: f64 = reading.topics.iter().map(|topic| topic.span.length().secs()).sum();
    let sure = reading.topics.iter().map(|topic| f64::from(topic.confidence) * topic.span.length().secs()).sum::<f64>();
    if time > 0.0 && sure / time < CONFIDENCE_MIN {
        let text = format!(
            "The kinds of talk are uncertain in this call (mean confidence {:.2}); read small talk and tangents with care.",
            sure / time
        );
        warnings.push(Warning::new("kinds_uncertain", text));
    }
    warnings
}

fn withheld(reading: &Reading<'_>) -> Vec<Withheld> {
    let mut withheld = Vec::new();
    let mut hold = |fields: &[&str], why: &str| {
        withheld.extend(fields.iter().map(|field| Withheld { field: (*field).to_owned(), why: why.to_owned() }));
    };
    if !reading.speakers_known() {
        let why = if reading.transcript.basis == Basis::None {
            "speakers were not told apart in this recording"
        } else {
            "the transcript names no speakers"
        };
        hold(&["speakers", "small_talk.by_speaker", "tangents.initiator", "tangents.driver", "redirects.speaker"], why);
    }
    if reading.transcript.utterances.is_empty() {
        hold(&["small_talk"], "nothing that was said is known");
    } else if reading.lexicon.is_none() {
        hold(
            &["small_talk", "tangents", "redirects", "opportunities", "speakers.fillers_per_100_words"],
            "the words of this language are not known",
        );
    }
    withheld
}
