//! A line of the list.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::call::finding::{Driver, Outcome, Verdict};
use crate::call::outline::Outline;
use crate::call::time::Duration;
use crate::call::topic::Kind;
use crate::render::page::{address, percent_width};
use crate::render::words;

use super::Listed;

/// What stands where there is nothing to say.
const NOTHING: &str = "–";
/// Size of the small drawing of a call; the height says what kind of talk it is, so that hue is not needed.
const SHAPE_WIDTH: f64 = 1000.0;
const SHAPE_HEIGHT: u32 = 18;

/// The drawing's parts of one kind.
pub(super) struct Shape {
    pub(super) kind: &'static str,
    pub(super) path: String,
}

/// A verdict in words, with its class in the style sheet.
pub(super) struct VerdictWords {
    pub(super) name: &'static str,
    pub(super) class: &'static str,
}

/// What is shown of a call, and the values it is sorted by.
pub(super) struct Row {
    pub(super) href: String,
    pub(super) title: String,
    pub(super) client: String,
    pub(super) date: String,
    /// The date as written in the report: sorts as it stands.
    pub(super) date_key: String,
    pub(super) length: String,
    pub(super) length_ms: u64,
    pub(super) shape: Vec<Shape>,
    pub(super) share: String,
    pub(super) share_key: f64,
    pub(super) share_bar: String,
    pub(super) beyond: String,
    pub(super) beyond_ms: u64,
    pub(super) verdict: Option<VerdictWords>,
    pub(super) tangents: usize,
    pub(super) driver: String,
    pub(super) held: String,
    pub(super) made: usize,
    pub(super) missed: usize,
}

pub(super) fn row(listed: &Listed) -> Row {
    let outline = &listed.outline;
    let talk = outline.small_talk.as_ref();
    let beyond = talk.map(|talk| talk.seconds - talk.opening_seconds);
    let made = outline.redirects.len();
    let held = outline.redirects.iter().filter(|one| one.outcome == Outcome::Accepted).count();
    let started_at = outline.call.started_at.as_deref();
    Row {
        href: address(&listed.way),
        title: title(outline),
        client: super::client(outline).unwrap_or_default(),
        date: started_at.map_or_else(|| NOTHING.to_owned(), words::short_date),
        date_key: started_at.map(words::clean).unwrap_or_default(),
        length: outline.call.duration.to_string(),
        length_ms: outline.call.duration.ms(),
        shape: shape(outline),
        share: talk.map_or_else(|| NOTHING.to_owned(), |talk| words::percent(talk.ratio)),
        share_key: talk.map_or(-1.0, |talk| talk.ratio),
        share_bar: percent_width(talk.map_or(0.0, |talk| talk.ratio)),
        beyond: beyond
            .filter(|beyond| *beyond > Duration::ZERO)
            .map_or_else(|| NOTHING.to_owned(), |beyond| beyond.to_string()),
        beyond_ms: beyond.unwrap_or_default().ms(),
        verdict: talk.map(|talk| verdict_words(talk.verdict)),
        tangents: outline.tangents.iter().filter(|one| !one.within_budget).count(),
        driver: driver(outline),
        held: if made == 0 { NOTHING.to_owned() } else { format!("{held} of {made}") },
        made,
        missed: outline.opportunities.len(),
    }
}

pub(super) const fn verdict_words(verdict: Verdict) -> VerdictWords {
    VerdictWords { name: words::verdict_name(verdict), class: words::verdict_class(verdict) }
}

fn title(outline: &Outline) -> String {
    let title = [&outline.call.title, &outline.call.source].map(|text| words::clean(text));
    title.into_iter().find(|text| !text.is_empty()).unwrap_or_else(|| "A call".to_owned())
}

/// Who drove most of the over-long tangents: `you`, a name, `shared`.
fn driver(outline: &Outline) -> String {
    let mut driven: BTreeMap<Option<_>, usize> = BTreeMap::new();
    for tangent in outline.tangents.iter().filter(|one| !one.within_budget) {
        match tangent.driver {
            Some(Driver::Speaker(id)) => *driven.entry(Some(id)).or_default() += 1,
            Some(Driver::Both) => *driven.entry(None).or_default() += 1,
            None => {}
        }
    }
    let Some(most) = driven.values().max().copied() else { return NOTHING.to_owned() };
    let mut first = driven.iter().filter(|(_, count)| **count == most).map(|(who, _)| *who);
    match (first.next(), first.next()) {
        (Some(Some(id)), None) => {
            let who = outline.speakers.iter().find(|one| one.id == id);
            who.map_or_else(
                || format!("speaker {id}"),
                |one| if one.me { "you".into() } else { words::clean(&one.label) },
            )
        }
        _ => "shared".to_owned(),
    }
}

/// The call from left to right, small: the taller, the further from business.
fn shape(outline: &Outline) -> Vec<Shape> {
    let whole = outline.call.duration;
    let mut shapes: Vec<Shape> = Vec::new();
    for kind in Kind::ALL {
        let height = match kind {
            Kind::SmallTalk => SHAPE_HEIGHT,
            Kind::OffAgenda => 12,
            Kind::Business => 6,
            Kind::Opening | Kind::Closing => 3,
        };
        let mut path = String::new();
        for topic in outline.topics.iter().filter(|topic| topic.kind == kind) {
            let from = words::within_one(topic.span.start().since(crate::call::time::Timestamp::ZERO).share_of(whole));
            let width = words::within_one(topic.span.length().share_of(whole));
            let (from, width) = (from * SHAPE_WIDTH, width * SHAPE_WIDTH);
            let _ = write!(path, "M{from:.1} {SHAPE_HEIGHT}v-{height}h{width:.1}v{height}z");
        }
        if !path.is_empty() {
            shapes.push(Shape { kind: kind.name(), path });
        }
    }
    shapes
}
