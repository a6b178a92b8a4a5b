//! The call drawn from left to right: its kinds, its speakers' lanes, its marks. All places are percents of the call.

use std::fmt::Write as _;

use crate::call::finding::Outcome;
use crate::call::report::Report;
use crate::call::time::{Duration, Span, Timestamp};
use crate::render::words;

use super::figures::percent_width;

/// Lanes drawn; more speakers than this come from a broken transcript.
const LANES_SHOWN: usize = 8;
/// Height of what stands above the lanes, pixels: band of kinds, tangents' brackets, marks.
const TOP_PX: usize = 74;
/// Height of one lane with its name, pixels.
const LANE_PX: usize = 34;
/// Height of the clock below, pixels.
const SCALE_PX: usize = 24;
/// Widest distance between two times below the drawing, as parts of the call.
const TICKS_MIN: u64 = 4;

/// A stretch of the drawing.
pub(super) struct Block {
    pub(super) x: String,
    pub(super) width: String,
    /// Name of its kind.
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) at_ms: u64,
}

/// A moment.
pub(super) struct Mark {
    pub(super) x: String,
    /// `accepted`, `deflected` or `chance`.
    pub(super) look: &'static str,
    pub(super) title: String,
    pub(super) href: String,
    pub(super) at_ms: u64,
}

/// What one person says.
pub(super) struct Lane {
    pub(super) name: String,
    pub(super) name_y: usize,
    pub(super) y: usize,
    /// Path in a drawing that is as wide as the call has milliseconds and 10 high.
    pub(super) path: String,
    pub(super) me: bool,
}

pub(super) struct Tick {
    pub(super) x: String,
    pub(super) time: String,
}

/// All of it.
pub(super) struct Timeline {
    pub(super) height: usize,
    pub(super) scale_y: usize,
    pub(super) call_ms: u64,
    pub(super) topics: Vec<Block>,
    pub(super) tangents: Vec<Block>,
    pub(super) marks: Vec<Mark>,
    pub(super) lanes: Vec<Lane>,
    pub(super) ticks: Vec<Tick>,
}

pub(super) fn timeline(report: &Report) -> Timeline {
    let lanes = lanes(report);
    let scale_y = TOP_PX + lanes.len() * LANE_PX;
    Timeline {
        height: scale_y + SCALE_PX,
        scale_y: scale_y + SCALE_PX - 8,
        call_ms: report.call.duration.ms().max(1),
        topics: topics(report),
        tangents: tangents(report),
        marks: marks(report),
        lanes,
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
        let label = if label.is_empty() { String::new() } else { format!(": {label}") };
        Block {
            x: place(report, topic.span.start()),
            width: width(report, topic.span),
            kind: topic.kind.name(),
            title: format!(
                "{} {}{label}, {}",
                topic.span.start(),
                topic.kind.title(),
                words::length(topic.span.length())
            ),
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
        let title = format!("{} a redirect would have helped, {} to save", one.at, words::length(one.seconds_saved));
        (one.at, "chance", title, format!("#chance{at}"))
    });
    let mut all: Vec<_> = redirects.chain(chances).collect();
    all.sort_by_key(|mark| mark.0);
    all.into_iter()
        .map(|(at, look, title, href)| Mark { x: place(report, at), look, title, href, at_ms: at.ms() })
        .collect()
}

fn lanes(report: &Report) -> Vec<Lane> {
    let shown = report.speakers.iter().take(LANES_SHOWN);
    let mut lanes: Vec<_> = shown.map(|one| (Some(one.id), words::name(report, one.id), one.me)).collect();
    if lanes.is_empty() {
        lanes.push((None, "everybody".to_owned(), false));
    }
    lanes
        .into_iter()
        .enumerate()
        .map(|(at, (id, name, me))| {
            let mut path = String::new();
            for speech in report.speech.iter().filter(|speech| id.is_none() || speech.speaker == id) {
                let (start, length) = (speech.span.start().ms(), speech.span.length().ms());
                let _ = write!(path, "M{start} 0h{length}v10h-{length}z");
            }
            let top = TOP_PX + at * LANE_PX;
            Lane { name, name_y: top + 12, y: top + 17, path, me }
        })
        .collect()
}

fn ticks(length: Duration) -> Vec<Tick> {
    /// Distances between two times that people count in, milliseconds.
    const STEPS_MS: [u64; 8] = [3_600_000, 1_800_000, 900_000, 600_000, 300_000, 120_000, 60_000, 10_000];
    let whole = length.ms();
    let Some(step) = STEPS_MS.into_iter().find(|step| whole / step >= TICKS_MIN) else {
        return vec![Tick { x: percent_width(0.0), time: "0:00".to_owned() }];
    };
    // A recording of days has a time every hour; cap the count so that a broken length cannot make millions.
    /// Times below the drawing at most.
    const TICKS_MAX: usize = 48;
    (0..whole.div_ceil(step))
        .take(TICKS_MAX)
        .map(|at| at * step)
        // A time that would reach past the right edge is left out.
        .filter(|at| *at as f64 / whole as f64 <= 0.95)
        .map(|at| Tick { x: percent_width(at as f64 / whole as f64), time: Timestamp::from_ms(at).to_string() })
        .collect()
}
