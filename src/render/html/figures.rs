//! The figures: four at the top, each with a link to its definition and what it rests on; and how each person talked.

use crate::call::finding::{Outcome, SmallTalk, TalkFigures};
use crate::call::report::Report;
use crate::call::time::Duration;
use crate::render::page::percent_width;
use crate::render::words;

/// Speakers shown; more than this come from a broken transcript.
const SPEAKERS_SHOWN: usize = 12;

/// What stands for a figure that is not given.
const NOT_GIVEN: &str = "–";

/// A figure: its value, what it counts, one line more.
pub(super) struct Figure {
    pub(super) value: String,
    pub(super) name: &'static str,
    /// Id of the definition.
    pub(super) term: &'static str,
    pub(super) note: String,
}

/// How one person talked.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) me: bool,
    /// How surely the voice was recognised, where the name comes from a voice print; else empty.
    pub(super) recognised: String,
    pub(super) share: String,
    /// Width of the bar, percent.
    pub(super) bar: String,
    pub(super) cells: Vec<String>,
}

/// All of them.
pub(super) struct Figures {
    pub(super) cards: Vec<Figure>,
    /// What the figures rest on, in a sentence.
    pub(super) basis: String,
    pub(super) people: Vec<Person>,
    pub(super) more_people: usize,
    /// Why there are no people, where there are none.
    pub(super) no_people: String,
    /// Widths of the small-talk bar, percent: kept as rapport, beyond it.
    pub(super) kept_bar: String,
    pub(super) beyond_bar: String,
    pub(super) beyond_at: String,
    pub(super) has_small_talk: bool,
    pub(super) kept: String,
    pub(super) beyond: String,
    pub(super) by_speaker: Vec<String>,
}

pub(super) fn figures(report: &Report) -> Figures {
    let talk = report.small_talk.as_ref().filter(|talk| talk.seconds > Duration::ZERO);
    let ratio = talk.map_or(0.0, |talk| talk.ratio);
    let kept = words::within_one(talk.map_or(0.0, |talk| ratio * talk.opening_seconds.share_of(talk.seconds)));
    let all = words::within_one(ratio);
    let shown = report.speakers.len().min(SPEAKERS_SHOWN);
    let why =
        report.withheld.iter().find(|held| held.field.starts_with("speakers")).map(|held| words::clean(&held.why));
    Figures {
        cards: vec![small_talk(report), tangents(report), redirects(report), opportunities(report)],
        basis: basis(report),
        people: report.speakers[..shown].iter().map(|figures| person(report, figures)).collect(),
        more_people: report.speakers.len() - shown,
        no_people: why.unwrap_or_else(|| "The speakers could not be told apart.".to_owned()),
        kept_bar: percent_width(kept),
        beyond_bar: percent_width(all - kept.min(all)),
        beyond_at: percent_width(kept),
        has_small_talk: talk.is_some(),
        kept: talk.map_or_else(String::new, |talk| {
            format!("{} of {}", words::length(talk.opening_seconds), words::length(talk.budget_seconds))
        }),
        beyond: words::length(words::beyond_budget(report)),
        by_speaker: talk.map_or_else(Vec::new, |talk| shares(report, talk)),
    }
}

fn shares(report: &Report, talk: &SmallTalk) -> Vec<String> {
    let share = |(id, seconds): (&_, &Duration)| format!("{} {}", words::who(report, *id), words::length(*seconds));
    talk.by_speaker.iter().take(SPEAKERS_SHOWN).map(share).collect()
}

fn small_talk(report: &Report) -> Figure {
    let talk = report.small_talk.as_ref();
    let why = || report.why_withheld("small_talk").map_or_else(|| "it cannot be told".to_owned(), words::clean);
    Figure {
        value: talk.map_or_else(|| NOT_GIVEN.to_owned(), |talk| words::percent(talk.ratio)),
        name: "Small talk",
        term: "small-talk-ratio",
        note: talk.map_or_else(why, |talk| format!("{} of all speech", words::length(talk.seconds))),
    }
}

fn tangents(report: &Report) -> Figure {
    let long: Vec<_> = words::over_long(report).collect();
    let took: Duration = long.iter().map(|tangent| tangent.span.length()).sum();
    Figure {
        value: long.len().to_string(),
        name: if long.len() == 1 { "Tangent" } else { "Tangents" },
        term: "tangent",
        note: match (long.len(), report.tangents.len()) {
            (0, 0) => "the call kept to its point".to_owned(),
            (0, _) => "beyond the warm opening".to_owned(),
            _ => format!("{} beyond the warm opening", words::length(took)),
        },
    }
}

fn redirects(report: &Report) -> Figure {
    let made = report.redirects.len();
    let accepted = report.redirects.iter().filter(|one| one.outcome == Outcome::Accepted).count();
    Figure {
        value: if made == 0 { "0".to_owned() } else { format!("{accepted} of {made}") },
        name: if made == 1 { "Redirect held" } else { "Redirects held" },
        term: "redirect",
        note: match (made, made - accepted) {
            (0, _) => "nobody steered back".to_owned(),
            (_, 0) => "none was deflected".to_owned(),
            (_, n) => format!("{n} deflected"),
        },
    }
}

fn opportunities(report: &Report) -> Figure {
    let best = words::best_opportunity(report);
    Figure {
        value: report.opportunities.len().to_string(),
        name: if report.opportunities.len() == 1 { "Missed opportunity" } else { "Missed opportunities" },
        term: "opportunity",
        note: best.map_or_else(
            || "no moment called for more".to_owned(),
            |one| format!("best at {}: {} to save", one.at, words::length(one.seconds_saved)),
        ),
    }
}

fn basis(report: &Report) -> String {
    let times = if report.call.channels == 0 { "times of the transcript" } else { "talk times from the sound" };
    let heard = words::clean(&report.models.transcriber);
    let heard = if heard == "imported" { "words as imported".to_owned() } else { format!("words heard by {heard}") };
    let sure =
        report.attribution_confidence.map(|sure| format!(" ({} sure)", words::percent(sure))).unwrap_or_default();
    format!("Basis: {}{sure}; {times}; {heard}.", words::basis(report.basis))
}

fn person(report: &Report, figures: &TalkFigures) -> Person {
    let none = || NOT_GIVEN.to_owned();
    Person {
        name: words::name(report, figures.id),
        me: figures.me,
        recognised: figures.recognised.map(words::percent).unwrap_or_default(),
        share: words::percent(figures.talk_ratio),
        bar: percent_width(figures.talk_ratio),
        cells: vec![
            figures.talk_seconds.to_string(),
            figures.longest_monologue_seconds.to_string(),
            figures.patience_seconds.map_or_else(none, words::short_length),
            figures.questions.to_string(),
            figures.interruptions.to_string(),
            figures.talk_speed_wpm.map_or_else(none, |speed| format!("{speed:.0}")),
        ],
    }
}
