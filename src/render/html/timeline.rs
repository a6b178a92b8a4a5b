//! The call drawn from left to right: its kinds, its speakers' lanes, its marks. All places are percents of the call.

use std::fmt::Write as _;

use crate::call::finding::Outcome;
use crate::call::report::Report;
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::transcript::SpeakerId;
use crate::render::page::percent_width;
use crate::render::words;

/// Lanes drawn; more speakers than this come from a broken transcript.
const LANES_SHOWN: usize = 8;
/// Height of a row of marks, pixels: a mark of 20 and air around it.
const MARK_ROW_PX: usize = 24;
/// Rows of marks: neighbours go to the next row so that they do not hide each other; the last row takes the rest.
const MARK_ROWS_MAX: usize = 3;
/// Marks of one row are at least this share of the call apart: 24 pixels of a drawing of 700, a mark's width on a phone.
const MARK_APART: f64 = 0.035;
/// Times below the drawing at least, where the call is long enough.
const TICKS_MIN: u64 = 4;
/// Share of the call up to which a time is written: a later one would reach past the right edge.
const TICK_LAST: f64 = 0.95;

/// A stretch of the drawing.
pub(super) struct Block {
    pub(super) x: String,
    pub(super) width: String,
    /// Name of its kind.
    pub(super) kind: &'static str,
    /// All of it in words.
    pub(super) title: String,
    /// What it is about, to be cut off where it does not fit.
    pub(super) label: String,
    pub(super) href: String,
    pub(super) at_ms: u64,
}

/// A moment.
pub(super) struct Mark {
    pub(super) x: String,
    pub(super) y: usize,
    /// `accepted`, `deflected` or `chance`.
    pub(super) look: &'static str,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) at_ms: u64,
}

/// What one person says.
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) me: bool,
    /// Share of all speech; empty where it is not known.
    pub(super) share: String,
    /// What hides the kinds while this person is silent: a path in a drawing that is as wide as the call has
    /// milliseconds and 10 high.
    pub(super) silence: String,
}

pub(super) struct Tick {
    pub(super) x: String,
    pub(super) time: String,
}

/// All of it.
pub(super) struct Timeline {
    pub(super) call_ms: u64,
    pub(super) topics: Vec<Block>,
    pub(super) tangents: Vec<Block>,
    pub(super) marks: Vec<Mark>,
    pub(super) marks_height: usize,
    pub(super) has_redirects: bool,
    pub(super) has_chances: bool,
    pub(super) lanes: Vec<Lane>,
    pub(super) ticks: Vec<Tick>,
}

pub(super) fn timeline(report: &Report) -> Timeline {
    let marks = marks(report);
    Timeline {
        call_ms: report.call.duration.ms().max(1),
        topics: topics(report),
        tangents: tangents(report),
        marks_height: marks.iter().map(|mark| mark.y + MARK_ROW_PX / 2).max().unwrap_or(0),
        has_redirects: !report.redirects.is_empty(),
        has_chances: !report.opportunities.is_empty(),
        marks,
        lanes: lanes(report),
        ticks: ticks(report.call.duration),
    }
}

fn place(report: &Report, at: Timestamp) -> String {
    percent_width(at.since(Timestamp::ZERO).share_of(report.call.duration))
}

fn width(report: &Report, span: Span) -> String {
    percent_width(span.length().share_of(report.call.duration))
}

fn topics(report: &Report) -> Vec<Block> {
    let block = |topic: &crate::call::topic::Topic| {
        let label = words::clean(&topic.label);
        let about = if label.is_empty() { String::new() } else { format!(": {label}") };
        Block {
            x: place(report, topic.span.start()),
            width: width(report, topic.span),
            kind: topic.kind.name(),
            title: format!(
                "{} {}{about}, {}",
                topic.span.start(),
                topic.kind.title(),
                words::length(topic.span.length())
            ),
            label,
            href: format!("#u{}", topic.first),
            at_ms: topic.span.start().ms(),
        }
    };
    report.topics.iter().map(block).collect()
}

fn tangents(report: &Report) -> Vec<Block> {
    let block = |(at, tangent): (usize, &crate::call::finding::Tangent)| Block {
        x: place(report, tangent.span.start()),
        width: width(report, tangent.span),
        kind: tangent.kind.name(),
        title: format!(
            "{} tangent {}: {}, {}",
            tangent.span.start(),
            at + 1,
            words::about(tangent),
            words::length(tangent.span.length())
        ),
        label: words::about(tangent),
        href: format!("#tangent{at}"),
        at_ms: tangent.span.start().ms(),
    };
    report.tangents.iter().enumerate().map(block).collect()
}

fn marks(report: &Report) -> Vec<Mark> {
    let redirects = report.redirects.iter().map(|one| {
        let (look, said) = match one.outcome {
            Outcome::Accepted => ("accepted", "redirect accepted"),
            Outcome::Deflected => ("deflected", "redirect deflected"),
        };
        let who = one.speaker.map(|id| format!(", by {}", words::who(report, id))).unwrap_or_default();
        (one.at, look, format!("{} {said}{who}", one.at), format!("#u{}", one.utterance))
    });
    let chances = report.opportunities.iter().enumerate().map(|(at, one)| {
        let title = format!("{} a redirect would have helped, {}", one.at, words::saving(one));
        (one.at, "chance", title, format!("#chance{at}"))
    });
    let mut all: Vec<_> = redirects.chain(chances).collect();
    all.sort_by_key(|mark| mark.0);
    // The share of the call up to which each row is taken.
    let mut taken = [f64::NEG_INFINITY; MARK_ROWS_MAX];
    let mark = |(at, look, title, href): (Timestamp, _, _, _)| {
        let share = at.since(Timestamp::ZERO).share_of(report.call.duration);
        let row = taken.iter().position(|until| share - until >= MARK_APART).unwrap_or(MARK_ROWS_MAX - 1);
        taken[row] = share;
        let y = MARK_ROW_PX / 2 + row * MARK_ROW_PX;
        Mark { x: percent_width(share), y, look, title, href, at_ms: at.ms() }
    };
    all.into_iter().map(mark).collect()
}

fn lanes(report: &Report) -> Vec<Lane> {
    let lane = |one: &crate::call::finding::TalkFigures| Lane {
        name: words::name(report, one.id),
        me: one.me,
        share: words::percent(one.talk_ratio),
        silence: silence(report, Some(one.id)),
    };
    let lanes: Vec<_> = report.speakers.iter().take(LANES_SHOWN).map(lane).collect();
    if lanes.is_empty() {
        let silence = silence(report, None);
        return vec![Lane { name: "Everybody".to_owned(), me: false, share: String::new(), silence }];
    }
    lanes
}

/// The stretches in which this speaker, or with `None` anybody, is not heard.
fn silence(report: &Report, speaker: Option<SpeakerId>) -> String {
    let mut path = String::new();
    let mut hide = |from: u64, to: u64| {
        if to > from {
            let length = to - from;
            let _ = write!(path, "M{from} 0h{length}v10h-{length}z");
        }
    };
    let mut heard_until = 0;
    // Sorted by start, as every transcript's speech is; what a broken report brings unsorted only draws less silence.
    for speech in report.speech.iter().filter(|speech| speaker.is_none() || speech.speaker == speaker) {
        hide(heard_until, speech.span.start().ms());
        heard_until = heard_until.max(speech.span.end().ms());
    }
    hide(heard_until, report.call.duration.ms());
    path
}

fn ticks(length: Duration) -> Vec<Tick> {
    /// Times below the drawing at most: a recording of days has one an hour, a broken length must not make millions.
    const TICKS_MAX: usize = 48;
    /// Distances between two times that people count in, milliseconds.
    const STEPS_MS: [u64; 8] = [3_600_000, 1_800_000, 900_000, 600_000, 300_000, 120_000, 60_000, 10_000];
    let whole = length.ms();
    let Some(step) = STEPS_MS.into_iter().find(|step| whole / step >= TICKS_MIN) else {
        return vec![Tick { x: percent_width(0.0), time: "0:00".to_owned() }];
    };
    (0..whole.div_ceil(step))
        .take(TICKS_MAX)
        .map(|at| at * step)
        .filter(|at| *at as f64 / whole as f64 <= TICK_LAST)
        .map(|at| Tick { x: percent_width(at as f64 / whole as f64), time: Timestamp::from_ms(at).to_string() })
        .collect()
}
