//! How much an utterance sounds like a redirect. The signs are those of `scripts/train_steer.py`, which learned their
//! weights, and must stay so.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::call::finding::{RedirectClass, Tone};
use crate::call::topic::Kind;
use crate::lexicon::{Lexicon, STEER, Tag};

use super::reading::{Reading, Said};

/// Words at the beginning of an utterance in which cues are looked for.
const HEAD_WORDS: usize = 8;
/// Cues that count at the beginning of an utterance.
const HEADS: [Tag; 4] = [Tag::NextItem, Tag::TurnAway, Tag::Awe, Tag::Laughter];
/// A sort, and shared words, count at most so often.
const COUNT_MAX: usize = 3;
/// Warm words of one utterance count at most so often.
const WARM_MAX: usize = 4;
/// And are counted in at least so many words, so that one warm word is not all of a short reply.
const WARM_WORDS_MIN: usize = 6;
/// The classes, the most telling first: who points at the clock may also name the agenda.
const CLASSES: [(Tag, RedirectClass); 5] = [
    (Tag::SteerParking, RedirectClass::Parking),
    (Tag::SteerTime, RedirectClass::Time),
    (Tag::SteerSummary, RedirectClass::Summary),
    (Tag::SteerProcedure, RedirectClass::Procedure),
    (Tag::SteerTopic, RedirectClass::Topic),
];
/// Signs of a warm tone besides the words for it.
const WARM: [Tag; 3] = [Tag::Warm, Tag::Awe, Tag::Laughter];

#[derive(Deserialize)]
struct File {
    shared: HashMap<String, f32>,
    en: HashMap<String, f32>,
    ru: HashMap<String, f32>,
    zh: HashMap<String, f32>,
}

static WEIGHTS: LazyLock<File> =
    LazyLock::new(|| toml::from_str(STEER).expect("the weights are part of the program and under test"));

/// What the business of a call is about: stems of its business topics.
pub(super) fn business_stems<'a>(reading: &'a Reading<'_>) -> HashSet<&'a str> {
    let business = reading.said.iter().filter(|said| said.kind == Kind::Business);
    business.flat_map(|said| said.content.iter().map(String::as_str)).collect()
}

/// What surrounds an utterance that may be a redirect.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    /// Stems of the business of the call.
    pub(super) business: &'a HashSet<&'a str>,
    /// Stems of the business that follows the digression.
    pub(super) ahead: &'a HashSet<&'a str>,
    /// Stems said in the digression before.
    pub(super) told: &'a HashSet<&'a str>,
    /// Share of the digression so far that others than its speaker told, 0 to 1.
    pub(super) listens: f32,
    /// Its place after the digression's last utterance (0), where it is near and business follows.
    pub(super) place: Option<isize>,
    /// How much warmer the three utterances before are than the three after; used where there is a place.
    pub(super) cools: f32,
}

/// Log-odds that an utterance within a digression, or right after one, tries to return to business.
pub(super) fn log_odds(said: &Said, lexicon: &Lexicon, around: &Surroundings<'_>) -> f32 {
    let shared = |name: &str| WEIGHTS.shared.get(name).copied().unwrap_or_default();
    let mut sum = of_itself(said, lexicon);
    let is_told = |stem: &&String| around.told.contains(stem.as_str());
    let new_of = |stems: &HashSet<&str>| {
        said.content.iter().filter(|stem| stems.contains(stem.as_str()) && !is_told(stem)).count().min(COUNT_MAX)
    };
    sum += shared("biz") * new_of(around.business) as f32 / 3.0;
    sum += shared("ahead") * new_of(around.ahead) as f32 / 3.0;
    sum += shared("story") * said.content.iter().filter(is_told).count().min(COUNT_MAX) as f32 / 3.0;
    sum += shared("listens") * around.listens;
    if let Some(place) = around.place {
        sum += shared(&format!("place:{place}")) + shared("cools") * around.cools;
    }
    sum
}

/// The part that its own words have in it.
fn of_itself(said: &Said, lexicon: &Lexicon) -> f32 {
    let shared = |name: &str| WEIGHTS.shared.get(name).copied().unwrap_or_default();
    let words = match lexicon.language {
        "ru" => &WEIGHTS.ru,
        "zh" => &WEIGHTS.zh,
        _ => &WEIGHTS.en,
    };
    let mut sum = shared("bias");
    sum += lexicon.weighted_words(&said.tokens).iter().filter_map(|word| words.get(word)).sum::<f32>();
    for tag in Tag::sorts() {
        let count = said.count(*tag).min(COUNT_MAX);
        if count > 0 {
            sum += shared(&format!("s:{}", tag.name())) * count as f32 / 2.0;
        }
    }
    if said.tokens.iter().any(|token| token.starts_with(char::is_numeric)) {
        sum += shared("s:digit");
    }
    for tag in HEADS {
        if said.hits.iter().any(|hit| hit.tag == tag && hit.end <= HEAD_WORDS) {
            sum += shared(&format!("head:{}", tag.name()));
        }
    }
    let classes: Vec<Tag> = Tag::STEERS.into_iter().filter(|tag| said.has(*tag)).collect();
    sum += classes.iter().map(|tag| shared(&format!("r:{}", tag.name()))).sum::<f32>();
    if classes.len() > 1 {
        sum += shared("r:many");
    }
    let mut pivots = said.hits.iter().filter(|hit| hit.tag == Tag::Pivot).map(|hit| hit.start).peekable();
    if pivots.peek() == Some(&0) {
        sum += shared("pivot:start");
    }
    if pivots.any(|start| start > 1) {
        sum += shared("pivot:mid");
    }
    if said.asks {
        sum += shared("asks");
    }
    let size = [3, 8, 20].iter().filter(|edge| said.tokens.len() > **edge).count();
    sum + shared(&format!("size:{size}"))
}

/// Warm words a word, as `Surroundings::cools` compares them.
pub(super) fn warmth(said: &Said) -> f32 {
    let warm = said.hits.iter().filter(|hit| hit.tag.is_warm()).count().min(WARM_MAX);
    warm as f32 / said.tokens.len().max(WARM_WORDS_MIN) as f32
}

/// Whether anything in an utterance points back to business, beyond its mere place: a cue, or a word of the business that
/// was not said in the digression. Once business is `back`, to name it is no sign, but to ask about it is.
pub(super) fn points_back(said: &Said, around: &Surroundings<'_>, back: bool) -> bool {
    let names = |stem: &String| around.business.contains(stem.as_str()) && !around.told.contains(stem.as_str());
    is_cued(said) || (said.asks || !back) && said.content.iter().any(names)
}

/// Whether a phrase that makes redirects is in an utterance, or a word that begins
/// something new.
fn is_cued(said: &Said) -> bool {
    Tag::STEERS.iter().any(|tag| said.has(*tag)) || said.has(Tag::Pivot)
}

/// How a redirect goes about it; what names nothing else names the thing.
pub(super) fn class(said: &Said) -> RedirectClass {
    CLASSES.iter().find(|(tag, _)| said.has(*tag)).map_or(RedirectClass::Topic, |(_, class)| *class)
}

/// How a redirect sounds.
pub(super) fn tone(said: &Said) -> Tone {
    if WARM.iter().any(|tag| said.has(*tag)) { Tone::Warm } else { Tone::Firm }
}
