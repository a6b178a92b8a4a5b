//! How much an utterance sounds like a redirect. The signs are those of `scripts/train_topics.py`, which learned their
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

/// Log-odds that an utterance within a digression tries to return to business. `business` are the stems of business,
/// `told` those said in the digression before.
pub(super) fn log_odds(said: &Said, lexicon: &Lexicon, business: &HashSet<&str>, told: &HashSet<&str>) -> f32 {
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
    let is_told = |stem: &&String| told.contains(stem.as_str());
    let returning = said.content.iter().filter(|stem| business.contains(stem.as_str()) && !is_told(stem)).count();
    sum += shared("biz") * returning.min(COUNT_MAX) as f32 / 3.0;
    sum += shared("story") * said.content.iter().filter(is_told).count().min(COUNT_MAX) as f32 / 3.0;
    if said.asks {
        sum += shared("asks");
    }
    let size = [3, 8, 20].iter().filter(|edge| said.tokens.len() > **edge).count();
    sum + shared(&format!("size:{size}"))
}

/// Whether anything in an utterance points back to business, beyond its mere place before it.
pub(super) fn points_back(said: &Said, business: &HashSet<&str>, told: &HashSet<&str>) -> bool {
    let names = |stem: &String| business.contains(stem.as_str()) && !told.contains(stem.as_str());
    is_cued(said) || said.content.iter().any(names)
}

/// Whether a phrase that makes redirects is in an utterance, or one that goes to the next item.
pub(super) fn is_cued(said: &Said) -> bool {
    Tag::STEERS.iter().any(|tag| said.has(*tag)) || said.has(Tag::NextItem)
}

/// How a redirect goes about it; what names nothing else names the thing.
pub(super) fn class(said: &Said) -> RedirectClass {
    CLASSES.iter().find(|(tag, _)| said.has(*tag)).map_or(RedirectClass::Topic, |(_, class)| *class)
}

/// How a redirect sounds.
pub(super) fn tone(said: &Said) -> Tone {
    if WARM.iter().any(|tag| said.has(*tag)) { Tone::Warm } else { Tone::Firm }
}
