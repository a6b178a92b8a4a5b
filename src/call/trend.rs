//! What many calls say side by side: series by client, change against earlier calls, and what came of a boundary.

use jiff::civil::{Date, DateTime};
use serde::Serialize;

/// Version of the layout of a comparison as JSON.
pub const COMPARISON_SCHEMA: u32 = 1;

/// How calls are gathered along the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Weeks from Monday to Sunday, named as ISO 8601 does.
    Week,
    /// Calendar months.
    #[default]
    Month,
    /// Three calendar months.
    Quarter,
    /// Every call by itself.
    Call,
}

/// What a figure is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A share of something, 0 to 1.
    Share,
    /// Minutes a call.
    Minutes,
    /// Times in an hour of call.
    PerHour,
    /// Times a call.
    PerCall,
}

/// A figure of a call that can be followed over months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Seconds of small talk over seconds of all speech.
    SmallTalkRatio,
    /// Minutes of small talk beyond the opening budget.
    MinutesOverBudget,
    /// Tangents beyond the opening budget, an hour of call.
    TangentsPerHour,
    /// The others' share of the drive of those tangents, weighted by their length.
    OthersDrive,
    /// Redirects made.
    RedirectsMade,
    /// Share of the redirects that were accepted.
    RedirectsAccepted,
    /// Moments at which a redirect would have helped and nobody made one.
    OpportunitiesMissed,
    /// The user's share of all speech.
    TalkRatio,
}

impl Metric {
    /// All of them, in the order they are shown in.
    pub const ALL: [Self; 8] = [
        Self::SmallTalkRatio,
        Self::MinutesOverBudget,
        Self::TangentsPerHour,
        Self::OthersDrive,
        Self::RedirectsMade,
        Self::RedirectsAccepted,
        Self::OpportunitiesMissed,
        Self::TalkRatio,
    ];

    /// The name in JSON, CSV and Parquet.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SmallTalkRatio => "small_talk_ratio",
            Self::MinutesOverBudget => "minutes_over_budget",
            Self::TangentsPerHour => "tangents_per_hour",
            Self::OthersDrive => "others_drive",
            Self::RedirectsMade => "redirects_made",
            Self::RedirectsAccepted => "redirects_accepted",
            Self::OpportunitiesMissed => "opportunities_missed",
            Self::TalkRatio => "talk_ratio",
        }
    }

    /// What it is measured in.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::SmallTalkRatio | Self::OthersDrive | Self::RedirectsAccepted | Self::TalkRatio => Unit::Share,
            Self::MinutesOverBudget => Unit::Minutes,
            Self::TangentsPerHour => Unit::PerHour,
            Self::RedirectsMade | Self::OpportunitiesMissed => Unit::PerCall,
        }
    }

    /// Whether it can only be compared between calls whose speakers were told apart in the same way.
    #[must_use]
    pub const fn needs_speakers(self) -> bool {
        matches!(self, Self::OthersDrive | Self::RedirectsMade | Self::RedirectsAccepted | Self::TalkRatio)
    }

    /// Whether it can only be compared between calls that were measured against the same opening budget.
    #[must_use]
    pub const fn needs_budget(self) -> bool {
        matches!(self, Self::MinutesOverBudget | Self::TangentsPerHour | Self::OthersDrive | Self::OpportunitiesMissed)
    }
}

/// A size with its doubt.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Calls it rests on.
    pub calls: usize,
    /// The size, in the unit of the figure: a month (30.44 days) for a trend, the difference for a mark.
    pub amount: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end of its 95 % interval.
    pub high: f64,
    /// How often chance alone would show as much, 0 to 1.
    pub p: f64,
    /// The same, made larger for the number of figures that were looked at (Holm).
    pub p_adjusted: f64,
}

/// What can be said about a change.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Answer {
    /// It clearly rises, or is clearly higher than before.
    Rising(Estimate),
    /// It clearly falls, or is clearly lower than before.
    Falling(Estimate),
    /// Chance would often show as much.
    NoClearChange(Estimate),
    /// There are not enough calls to tell.
    TooFewCalls {
        /// Calls that count.
        calls: usize,
        /// Calls that are wanted: in all for a trend, on each side for a mark.
        wanted: usize,
    },
    /// The calls were measured in ways that must not be compared.
    NotComparable {
        /// In what way, and what to do.
        why: String,
    },
    /// No call has this figure.
    NotKnown {
        /// Why.
        why: String,
    },
}

impl Answer {
    /// The size, where there is one.
    #[must_use]
    pub const fn estimate(&self) -> Option<&Estimate> {
        match self {
            Self::Rising(estimate) | Self::Falling(estimate) | Self::NoClearChange(estimate) => Some(estimate),
            _ => None,
        }
    }

    /// Whether a change is clear.
    #[must_use]
    pub const fn is_clear(&self) -> bool {
        matches!(self, Self::Rising(_) | Self::Falling(_))
    }
}

/// Several calls as one figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Value {
    /// Calls that have the figure.
    pub calls: usize,
    /// Their mean.
    pub mean: f64,
    /// Their standard deviation; `None` for a single call.
    pub sd: Option<f64>,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
}

/// A figure in one stretch of the calendar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cell {
    /// The figure.
    #[serde(flatten)]
    pub value: Value,
    /// Whether its calls may be compared with the client's other calls.
    pub comparable: bool,
    /// The client's comparable calls before this stretch; `None` where there are too few.
    pub earlier: Option<Value>,
    /// The mean less the mean of the earlier calls.
    pub change: Option<f64>,
}

/// One call's figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// The day of the call.
    pub date: Date,
    /// The figure.
    pub value: f64,
    /// Whether it may be compared with the client's other calls.
    pub comparable: bool,
}

/// A figure of a client over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// Which figure.
    pub metric: Metric,
    /// Whether and how it changes, over all calls of the range.
    pub trend: Answer,
    /// One for each period, in order; `None` where no call of the period has the figure.
    pub cells: Vec<Option<Cell>>,
    /// One for each call that has the figure, by date.
    pub points: Vec<Point>,
}

/// How many tangents somebody opened or drove.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Share {
    /// `you`, a name, or `shared`.
    pub who: String,
    /// How many.
    pub tangents: usize,
}

/// Redirects and what came of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Redirects made.
    pub made: usize,
    /// Those that were accepted.
    pub accepted: usize,
}

/// A stretch of the calendar, or a call, and what it came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Period {
    /// `2026-W14`, `2026-04`, `2026-Q2`, or the day of the call.
    pub name: String,
    /// Its first day.
    pub start: Date,
    /// Calls in it.
    pub calls: usize,
    /// Who drove the tangents beyond the budget, most first.
    pub drivers: Vec<Share>,
    /// Redirects in it.
    pub redirects: Held,
    /// Minutes over budget of all its calls together.
    pub minutes_over_budget: f64,
    /// What those minutes cost; `None` without a rate.
    pub cost: Option<f64>,
}

/// A boundary that was set on a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Mark {
    /// The first day on which it holds.
    pub date: Date,
    /// What was done, in the user's words.
    pub text: String,
    /// For which client; `None` for all.
    pub client: Option<String>,
}

/// One figure before and after a mark.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sides {
    /// Which figure.
    pub metric: Metric,
    /// Before the mark; `None` where no call has the figure.
    pub before: Option<Value>,
    /// From the mark on.
    pub after: Option<Value>,
    /// What can be said about the difference.
    pub change: Answer,
}

/// What came of a mark.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BeforeAfter {
    /// The mark.
    pub mark: Mark,
    /// The last day of the calls after it: the day before the client's next mark. `None` for the last mark.
    pub until: Option<Date>,
    /// Redirects before.
    pub redirects_before: Held,
    /// Redirects after.
    pub redirects_after: Held,
    /// All figures.
    pub sides: Vec<Sides>,
}

/// Where something lies, said by its middle half.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quartiles {
    /// A quarter lies below.
    pub lower: f64,
    /// Half lies below.
    pub median: f64,
    /// Three quarters lie below.
    pub upper: f64,
}

/// How a phrase of the user's fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Phrase {
    /// The words that the redirects share.
    pub words: String,
    /// One of them in full, the latest that was accepted if there is one.
    pub example: String,
    /// How often they were tried and held.
    pub held: Held,
}

/// What redirects saved with a client.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Saved {
    /// Tangents that ran their course.
    pub left: usize,
    /// Their usual length: the median, in minutes.
    pub usual_minutes: f64,
    /// Tangents that a redirect ended.
    pub steered: usize,
    /// The median of their length, in minutes.
    pub steered_minutes: f64,
    /// What all of those were shorter than usual, in minutes; below zero where they were longer.
    pub minutes: f64,
}

/// What to know before the next call with a client.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Brief {
    /// The latest calls it rests on.
    pub calls: usize,
    /// Tangents beyond the budget in them.
    pub tangents: usize,
    /// Minutes into the call at which they began; `None` without tangents.
    pub start_minutes: Option<Quartiles>,
    /// Who opened them, most first.
    pub opened_by: Vec<Share>,
    /// What they were about, and in how many calls: most first.
    pub about: Vec<(String, usize)>,
    /// What redirects saved; `None` where it cannot be told.
    pub saved: Option<Saved>,
    /// The user's phrases, what held best first.
    pub phrases: Vec<Phrase>,
    /// Something to say, where no phrase of the user's has held yet.
    pub suggestion: Option<String>,
}

/// All that is said of one client.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClientTrend {
    /// The client; `None` for the calls that name none.
    pub client: Option<String>,
    /// Calls in the range.
    pub calls: usize,
    /// Day of the first.
    pub first: Date,
    /// Day of the last.
    pub last: Date,
    /// The calendar, from the first call to the last, without the stretches that have no call.
    pub periods: Vec<Period>,
    /// The figures, in the order of [`Metric::ALL`].
    pub series: Vec<Series>,
    /// What came of the marks, by date.
    pub marks: Vec<BeforeAfter>,
    /// Before the next call.
    pub brief: Brief,
    /// Minutes over budget of all calls together.
    pub minutes_over_budget: f64,
    /// What those minutes cost; `None` without a rate.
    pub cost: Option<f64>,
    /// What is to be doubted.
    pub doubts: Vec<String>,
}

/// What an hour costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rate {
    /// How much.
    pub an_hour: f64,
    /// The currency as the user wrote it, empty if not at all.
    pub currency: String,
    /// Whether it was written before the number.
    pub before: bool,
}

/// A file that does not take part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LeftOut {
    /// The file.
    pub file: String,
    /// Why.
    pub why: String,
}

/// Calls side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// [`COMPARISON_SCHEMA`].
    pub schema: u32,
    /// How calls were gathered.
    pub by: Step,
    /// First day of the range; `None` for no limit.
    pub since: Option<Date>,
    /// Last day of the range; `None` for no limit.
    pub until: Option<Date>,
    /// What an hour costs; `None` if it was not said.
    pub rate: Option<Rate>,
    /// The clients by name, those calls that name none last.
    pub clients: Vec<ClientTrend>,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
}

/// A call as a row of a table, for data tools. What a call does not have is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct CallRow {
    /// Digest of the call's content.
    pub id: String,
    /// The report's file, seen from the folder of the reports.
    pub report: String,
    /// Title for people.
    pub title: String,
    /// The client.
    pub client: Option<String>,
    /// When the call began, local time.
    pub began: Option<DateTime>,
    /// Where that was taken from, as in the report.
    pub date_source: String,
    /// Language, ISO 639-1.
    pub language: Option<String>,
    /// How speakers were told apart, as in the report.
    pub basis: String,
    /// Fingerprint of the speech model.
    pub transcriber: String,
    /// Fingerprint of the rules that tell kinds of talk apart.
    pub rules: String,
    /// Length of the call.
    pub minutes: f64,
    /// Seconds of small talk over seconds of all speech.
    pub small_talk_ratio: Option<f64>,
    /// Minutes of small talk.
    pub small_talk_minutes: Option<f64>,
    /// Minutes of small talk that count as rapport.
    pub opening_budget_minutes: Option<f64>,
    /// Minutes of small talk beyond them.
    pub minutes_over_budget: Option<f64>,
    /// Tangents beyond the budget.
    pub tangents: Option<usize>,
    /// The same in an hour of call.
    pub tangents_per_hour: Option<f64>,
    /// Of these tangents, those that the user drove.
    pub driven_by_you: Option<usize>,
    /// Those that one other person drove.
    pub driven_by_others: Option<usize>,
    /// Those that nobody drove alone.
    pub driven_shared: Option<usize>,
    /// The others' share of the drive.
    pub others_drive: Option<f64>,
    /// Redirects made.
    pub redirects: Option<usize>,
    /// Those that were accepted.
    pub redirects_held: Option<usize>,
    /// Moments at which a redirect would have helped and nobody made one.
    pub opportunities_missed: Option<usize>,
    /// The user's share of all speech.
    pub talk_ratio: Option<f64>,
}
