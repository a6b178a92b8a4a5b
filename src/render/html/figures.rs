//! The figures at the top of the page, each with a link to its definition.

use crate::call::finding::Outcome;
use crate::call::report::Report;
use crate::call::time::Duration;
use crate::render::words;

/// Speakers shown; more than this come from a broken transcript.
const SPEAKERS_SHOWN: usize = 12;

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
    pub(super) share: String,
    /// Width of the bar, percent.
    pub(super) bar: String,
    pub(super) cells: Vec<String>,
}

/// All of them.
pub(super) struct Figures {
    pub(super) cards: Vec<Figure>,
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
        cards: cards(report),
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
        by_speaker: talk
            .iter()
            .flat_map(|talk| &talk.by_speaker)
            .map(|(id, seconds)| format!("{} {}", words::who(report, *id), words::length(*seconds)))
            .collect(),
    }
}

fn cards(report: &Report) -> Vec<Figure> {
    let talk = report.small_talk.as_ref();
    let accepted = report.redirects.iter().filter(|one| one.outcome == Outcome::Accepted).count();
    let long: Vec<_> = words::over_long(report).collect();
    let took: Duration = long.iter().map(|tangent| tangent.span.length()).sum();
    let save = words::best_opportunity(report).map_or_else(String::new, |one| {
        format!("the best at {}, with {} to save", one.at, words::length(one.seconds_saved))
    });
    vec![
        Figure {
            value: talk.map_or_else(|| "–".to_owned(), |talk| words::percent(talk.ratio)),
            name: "small talk",
            term: "small-talk-ratio",
            note: talk
                .map_or_else(|| "withheld".to_owned(), |talk| format!("{} of speech", words::length(talk.seconds))),
        },
        Figure {
            value: long.len().to_string(),
            name: if long.len() == 1 { "tangent" } else { "tangents" },
            term: "tangent",
            note: format!("{} in all, beyond the warm opening", words::length(took)),
        },
        Figure {
            value: format!("{accepted}/{}", report.redirects.len()),
            name: "redirects accepted",
            term: "redirect",
            note: match report.redirects.len() {
                0 => "nobody steered back".to_owned(),
                n => format!("{} made, {} deflected", n, n - accepted),
            },
        },
        Figure {
            value: report.opportunities.len().to_string(),
            name: if report.opportunities.len() == 1 { "opportunity" } else { "opportunities" },
            term: "opportunity",
            note: save,
        },
    ]
}

fn person(report: &Report, figures: &crate::call::finding::TalkFigures) -> Person {
    let none = || "\u{2013}".to_owned();
    Person {
        name: words::name(report, figures.id),
        me: figures.me,
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

/// A share as a width in an SVG: `12.34%`.
pub(super) fn percent_width(share: f64) -> String {
    format!("{:.2}%", words::within_one(share) * 100.0)
}
