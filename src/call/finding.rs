//! What the findings say of a call. Each claim carries the utterances it rests on.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::call::coaching::Note;
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::topic::Kind;
use crate::call::transcript::SpeakerId;

/// How one person talked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TalkFigures {
    /// Whose figures.
    pub id: SpeakerId,
    /// Name for people.
    pub label: String,
    /// Whether this is the user.
    pub me: bool,
    /// How surely the name is that of this voice, 0 to 1, where it was found by a voice print; `None` where it was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recognised: Option<f64>,
    /// Seconds of own speech.
    pub talk_seconds: Duration,
    /// Own speech over all speech, silence left out; 0 to 1.
    pub talk_ratio: f64,
    /// Words said; in Chinese and Japanese, characters.
    pub words: usize,
    /// Runs of own utterances.
    pub turns: usize,
    /// Words a minute of own talk; `None` without talk.
    pub talk_speed_wpm: Option<f64>,
    /// Longest own talk with gaps of up to 1.5 s and nobody else's turn between.
    pub longest_monologue_seconds: Duration,
    /// Utterances that ask something.
    pub questions: usize,
    /// Times this person took the floor from the other.
    pub interruptions: usize,
    /// "mm-hm"s and "right"s that left the floor to the other.
    pub backchannels: usize,
    /// Median gap from the other's end to this person's start; negative gaps count as zero. `None` without a reply.
    pub patience_seconds: Option<Duration>,
    /// "um", "uh", "you know" in every hundred words; `None` without words, or where the language's fillers are unknown.
    pub fillers_per_100_words: Option<f64>,
    /// New topics opened for each turn taken, 0 to 1; `None` without a turn, or where topics are not known.
    #[serde(default)]
    pub topic_shift_tendency: Option<f64>,
}

/// What to think of the amount of small talk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Hardly a warm word: rapport keeps clients, so that is a warning too.
    Cold,
    /// Some, within the protected budget or little beyond.
    Healthy,
    /// Well past the budget.
    OverBudget,
}

/// How much of the call was social.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmallTalk {
    /// Seconds of small-talk speech over seconds of all speech, 0 to 1.
    pub ratio: f64,
    /// Seconds of small-talk speech.
    pub seconds: Duration,
    /// Seconds of small talk at the start that count as rapport: the opening budget this report was made with.
    pub budget_seconds: Duration,
    /// Seconds of it that the opening budget covers.
    pub opening_seconds: Duration,
    /// Seconds by speaker; empty when speakers were not told apart.
    pub by_speaker: BTreeMap<SpeakerId, Duration>,
    /// What to think of it.
    pub verdict: Verdict,
}

/// Who kept a tangent going.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// One person, with at least 60 % of the drive.
    Speaker(SpeakerId),
    /// Nobody has 60 % of it.
    Both,
}

impl fmt::Display for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Speaker(id) => id.fmt(f),
            Self::Both => f.write_str("both"),
        }
    }
}

impl Serialize for Driver {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Driver {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "both" {
            return Ok(Self::Both);
        }
        text.parse().map(Self::Speaker).map_err(serde::de::Error::custom)
    }
}

/// What an utterance does to the tangent it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// Turns the talk away from business.
    Open,
    /// Adds to it.
    Extend,
    /// Asks for more of it.
    Ask,
    /// Goes on with it after a redirect.
    Deflect,
    /// Ends it.
    Close,
}

/// One move in a tangent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Index of the utterance.
    pub utterance: usize,
    /// Who made it; `None` when speakers were not told apart.
    pub speaker: Option<SpeakerId>,
    /// What it does.
    #[serde(rename = "move")]
    pub kind: MoveKind,
}

/// How a tangent ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndedBy {
    /// Somebody steered back to business.
    Redirect,
    /// The talk drifted back by itself.
    Faded,
    /// The call was over first.
    EndOfCall,
}

/// A run of small talk and off-agenda talk longer than 10 s.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tangent {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Index of its first utterance.
    pub first: usize,
    /// Index of its last utterance, included.
    pub last: usize,
    /// The kind that most of its speech has.
    pub kind: Kind,
    /// Labels of its topics, in order.
    pub topics: Vec<String>,
    /// Who turned the talk away from business; `None` when speakers were not told apart.
    pub initiator: Option<SpeakerId>,
    /// Who kept it going most; `None` when speakers were not told apart.
    pub driver: Option<Driver>,
    /// Share of the drive by speaker, 0 to 1, together 1; empty when speakers were not told apart.
    pub drive: BTreeMap<SpeakerId, f64>,
    /// Whether it fits the protected opening minutes.
    pub within_budget: bool,
    /// How it ended.
    pub ended_by: EndedBy,
    /// What each utterance of it did.
    pub moves: Vec<Move>,
    /// Questions asked in it by speaker, which keep it going; empty when speakers were not told apart.
    #[serde(default)]
    pub questions: BTreeMap<SpeakerId, usize>,
}

/// How a redirect goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RedirectClass {
    /// Names the thing to talk about: "so, the invoice".
    Topic,
    /// Points at the clock: "I have until eleven".
    Time,
    /// Points at the agenda or the next step: "shall we start", "next on my list".
    Procedure,
    /// Sums up and moves on.
    Summary,
    /// Puts the tangent aside for later: "save it for the end".
    Parking,
}

/// How a redirect sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Honours what was said before it turns.
    Warm,
    /// Turns without more ado.
    Firm,
}

/// What came of a redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Back on business within the others' next two turns, and it held.
    Accepted,
    /// The tangent went on.
    Deflected,
}

/// An utterance that tries to bring a tangent back to business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Redirect {
    /// Start of the utterance.
    pub at: Timestamp,
    /// Index of the utterance.
    pub utterance: usize,
    /// Who made it; `None` when speakers were not told apart.
    pub speaker: Option<SpeakerId>,
    /// How it goes about it.
    pub class: RedirectClass,
    /// How it sounds.
    pub tone: Tone,
    /// Index of the tangent it steers away from; `None` when that was too short to be listed.
    pub tangent: Option<usize>,
    /// What came of it.
    pub outcome: Outcome,
    /// From its end until business was back; `None` when it was deflected.
    pub seconds_to_return: Option<Duration>,
    /// How long business held afterwards; zero when it was deflected.
    pub hold_seconds: Duration,
}

/// A moment at which a redirect would have helped and nobody made one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Opportunity {
    /// The moment: the end of `after_utterance`.
    pub at: Timestamp,
    /// Index of the utterance after which it lies.
    pub after_utterance: usize,
    /// Index of the tangent it lies in.
    pub tangent: usize,
    /// Why this is a real opening, in words.
    pub reasons: Vec<String>,
    /// How much of the tangent was still to come, less the time it usually takes to steer back.
    pub seconds_saved: Duration,
    /// What would have been saved with a redirect that takes long to work: three in four are quicker.
    #[serde(default)]
    pub seconds_saved_low: Duration,
    /// What would have been saved with a redirect that works at once.
    #[serde(default)]
    pub seconds_saved_high: Duration,
    /// Something warm that could have been said.
    pub warm: String,
    /// Something firm that could have been said.
    pub firm: String,
}

/// How the call's own frame was set and kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// When somebody said how long the call would take; `None` when nobody did.
    pub announced_at: Option<Timestamp>,
    /// Who said so; `None` when nobody did, or speakers were not told apart.
    #[serde(default)]
    pub announced_by: Option<SpeakerId>,
    /// When somebody said early what the call was for; `None` when nobody did.
    #[serde(default)]
    pub agenda_at: Option<Timestamp>,
    /// How many minutes they said.
    pub minutes: Option<u32>,
    /// How far the call ran past that; `None` without an announcement.
    pub overrun_seconds: Option<Duration>,
    /// Utterances that put something aside for later.
    pub parked: Vec<usize>,
    /// Those of them that were taken up again.
    pub parked_returned: Vec<usize>,
    /// When somebody first asked whether there was anything else; `None` when nobody did.
    #[serde(default)]
    pub anything_else_asked_at: Option<Timestamp>,
    /// What to do about the frame next time, with the reason; `None` when there is nothing to say.
    #[serde(default)]
    pub advice: Option<Note>,
}
