//! The figures of one call that are set side by side with those of other calls: what a comparison reads of a report.

use jiff::civil::DateTime;

use crate::call::finding::{EndedBy, Outcome, RedirectClass, SmallTalk};
use crate::call::report::{DateSource, Models};
use crate::call::time::{Duration, Timestamp};
use crate::call::transcript::Basis;

/// Somebody in a call, as far as many calls can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// The user.
    You,
    /// Somebody else, by the name the report gives.
    Other(String),
}

/// Who kept a tangent going.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driven {
    /// One person.
    By(Person),
    /// Nobody had most of it.
    Shared,
}

/// One tangent.
#[derive(Debug, Clone, PartialEq)]
pub struct TangentFigures {
    /// When it began.
    pub start: Timestamp,
    /// How long it was.
    pub length: Duration,
    /// Labels of its topics, in order.
    pub topics: Vec<String>,
    /// Who turned away from business; `None` when speakers were not told apart.
    pub opened_by: Option<Person>,
    /// Who kept it going; `None` when speakers were not told apart.
    pub driven: Option<Driven>,
    /// The share of the drive that was not the user's, 0 to 1; `None` when it is not known who the user is.
    pub others_drive: Option<f64>,
    /// Whether it fits the protected opening minutes.
    pub within_budget: bool,
    /// How it came to its end.
    pub ended_by: EndedBy,
}

/// One redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectFigures {
    /// Who made it; `None` when speakers were not told apart.
    pub by: Option<Person>,
    /// How it went about it.
    pub class: RedirectClass,
    /// What came of it.
    pub outcome: Outcome,
    /// What was said.
    pub words: String,
}

/// What a comparison knows of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct CallFigures {
    /// The report's file, seen from the folder of the reports, with `/` between folders.
    pub place: String,
    /// Digest of the call's content.
    pub id: String,
    /// Title for people.
    pub title: String,
    /// The client, if known.
    pub client: Option<String>,
    /// When the call began; at midnight where only the day is known, `None` where not even that is.
    pub began: Option<DateTime>,
    /// Where that was taken from.
    pub date_source: DateSource,
    /// Length of the call.
    pub duration: Duration,
    /// Language of most of it, ISO 639-1.
    pub language: Option<String>,
    /// How speakers were told apart.
    pub basis: Basis,
    /// What made the figures.
    pub models: Models,
    /// How much was social; `None` where that is withheld.
    pub small_talk: Option<SmallTalk>,
    /// The user's share of all speech, 0 to 1; `None` when it is not known who the user is.
    pub talk_ratio: Option<f64>,
    /// All tangents, in order.
    pub tangents: Vec<TangentFigures>,
    /// All redirects, in order.
    pub redirects: Vec<RedirectFigures>,
    /// Moments at which a redirect would have helped and nobody made one.
    pub opportunities: usize,
    /// Something warm that could have been said at the moment with most to gain.
    pub best_phrase: Option<String>,
}

impl CallFigures {
    /// Tangents that do not fit the protected opening minutes.
    pub fn long_tangents(&self) -> impl Iterator<Item = &TangentFigures> {
        self.tangents.iter().filter(|tangent| !tangent.within_budget)
    }

    /// Small talk beyond what the opening budget covers.
    #[must_use]
    pub fn over_budget(&self) -> Option<Duration> {
        self.small_talk.as_ref().map(|talk| talk.seconds - talk.opening_seconds)
    }
}
