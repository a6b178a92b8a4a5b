//! How much speaks for each state at each utterance. The signs are those of `scripts/train_topics.py`, which learned
//! their weights, and must stay so.

use std::collections::{HashMap, HashSet};

use crate::call::topic::Kind;
use crate::call::transcript::Transcript;
use crate::lexicon::{Lexicon, Tag, tokens};

use super::TopicSettings;
use super::weights::{NEW_BUSINESS, Row, STATES, Weights};

/// Utterances to each side that count as near and as the wider neighbourhood.
const REACHES: [(&str, usize); 2] = [("n", 2), ("w", 6)];
/// A word that is said again farther away than this many utterances belongs to the call, not to one story.
const FAR: usize = 12;
/// Words at the beginning of an utterance in which cues are looked for.
const HEAD_WORDS: usize = 8;
/// Utterances on each side that are compared for cohesion.
const COHESION_REACH: usize = 4;
/// A sort counts at most so often in one utterance.
const SORT_MAX: u8 = 3;
/// Cues that count at the beginning of an utterance.
const HEADS: [Tag; 5] = [Tag::NextItem, Tag::TurnAway, Tag::Opening, Tag::Closing, Tag::Awe];
/// Signs that count in the utterance before.
const BEFORE: [Tag; 4] = [Tag::Laughter, Tag::Awe, Tag::NextItem, Tag::TurnAway];
/// What one of the user's own business words adds for business: in the utterance that holds it, and in one with such a
/// word within two utterances. Set so that one word outweighs one social word, and two a clearly social utterance.
const OWN_WORD: (f32, f32) = (3.0, 1.0);
/// The same for a word of the agenda. Low, because stories borrow the words of business: on labelled calls with their
/// agendas more than this took digressions for business.
const AGENDA_WORD: (f32, f32) = (0.25, 0.1);
/// Greetings are over after this many utterances, and goodbyes lie in this many last ones, however long the call is.
const OPENING_UTTERANCES_MAX: usize = 30;
/// See [`OPENING_UTTERANCES_MAX`].
const CLOSING_UTTERANCES_MAX: usize = 40;
/// What is taken off a kind that cannot be at its place: far more than the evidence of any utterance.
const OUT_OF_PLACE: f32 = 1000.0;
/// At most so many of them count in one utterance.
const OWN_WORDS_MAX: usize = 2;

/// What is read off one utterance once.
struct Signs {
    tokens: Vec<String>,
    content: Vec<String>,
    sorts: Vec<u8>,
    steers: [bool; 5],
    heads: Vec<Tag>,
    asks: bool,
    shouts: bool,
    recurring: f32,
    once: f32,
    fresh: f32,
}

/// The weights of the signs that are not words, looked up by name once a call.
struct Table {
    weights: &'static Weights,
    rows: HashMap<String, Row>,
}

impl Table {
    fn row(&mut self, name: &str) -> Row {
        if let Some(row) = self.rows.get(name) {
            return *row;
        }
        let row = self.weights.shared(name);
        self.rows.insert(name.to_owned(), row);
        row
    }
}

/// The evidence for each utterance, in order.
pub(super) fn read(transcript: &Transcript, lexicon: &Lexicon, settings: &TopicSettings) -> Vec<Row> {
    let signs = read_signs(transcript, lexicon);
    let mut table = Table { weights: Weights::get(), rows: HashMap::new() };
    let words = table.weights.words(lexicon.language);
    let own = own_words(&signs, lexicon, settings);
    let mut out = Vec::with_capacity(signs.len());
    for at in 0..signs.len() {
        let mut sum = table.row("bias");
        for word in lexicon.weighted_words(&signs[at].tokens) {
            if let Some(row) = words.and_then(|words| words.get(&word)) {
                add(&mut sum, row, 1.0);
            }
        }
        add_own_signs(&mut sum, &mut table, &signs[at]);
        add_neighbours(&mut sum, &mut table, &signs, at);
        if at > 0 {
            let same = transcript.utterances[at].speaker.is_some()
                && transcript.utterances[at].speaker == transcript.utterances[at - 1].speaker;
            add_before(&mut sum, &mut table, &signs[at - 1], same);
        }
        add_cohesion(&mut sum, &mut table, &signs, at);
        add_place(&mut sum, &mut table, at, signs.len());
        sum[Kind::Business as usize] += own[at];
        sum[NEW_BUSINESS] += own[at];
        out.push(sum);
    }
    out
}

fn add(sum: &mut Row, row: &Row, value: f32) {
    for state in 0..STATES {
        sum[state] += row[state] * value;
    }
}

fn read_signs(transcript: &Transcript, lexicon: &Lexicon) -> Vec<Signs> {
    let mut all: Vec<Signs> =
        transcript.utterances.iter().map(|utterance| signs_of(&utterance.text, lexicon)).collect();
    let mut places: HashMap<String, (usize, usize)> = HashMap::new();
    for (at, signs) in all.iter().enumerate() {
        for stem in &signs.content {
            places.entry(stem.clone()).or_insert((at, at)).1 = at;
        }
    }
    for (at, signs) in all.iter_mut().enumerate() {
        let far = |stem: &&String| {
            let (first, last) = places[*stem];
            at - first > FAR || last - at > FAR
        };
        let recurring = signs.content.iter().filter(far).count();
        signs.recurring = recurring.min(4) as f32;
        signs.once = (signs.content.len() - recurring).min(6) as f32;
        signs.fresh = signs.content.iter().filter(|stem| places[*stem].0 == at).count().min(6) as f32;
    }
    all
}

fn signs_of(text: &str, lexicon: &Lexicon) -> Signs {
    let tokens = tokens(text);
    let sorts_known = Tag::sorts();
    // One place more, for digits.
    let mut sorts = vec![0_u8; sorts_known.len() + 1];
    let (mut steers, mut heads) = ([false; 5], Vec::new());
    for hit in lexicon.hits(&tokens) {
        if let Some(count) = sorts[..sorts_known.len()].get_mut(hit.tag as usize) {
            *count = (*count + 1).min(SORT_MAX);
        }
        if let Some(class) = Tag::STEERS.iter().position(|steer| *steer == hit.tag) {
            steers[class] = true;
        }
        if hit.end <= HEAD_WORDS && HEADS.contains(&hit.tag) && !heads.contains(&hit.tag) {
            heads.push(hit.tag);
        }
    }
    let digits = tokens.iter().filter(|token| token.starts_with(char::is_numeric)).count();
    sorts[sorts_known.len()] = digits.min(usize::from(SORT_MAX)) as u8;
    let content = lexicon.content(&tokens);
    let asks = text.contains(['?', '？']);
    let shouts = text.contains(['!', '！']);
    Signs { tokens, content, sorts, steers, heads, asks, shouts, recurring: 0.0, once: 0.0, fresh: 0.0 }
}

fn sort_name(sort: usize) -> &'static str {
    Tag::sorts().get(sort).map_or("digit", |tag| tag.name())
}

/// In which of the classes short, middling, long and very long an utterance is.
fn size_class(words: usize) -> usize {
    [3, 8, 20].iter().filter(|edge| words > **edge).count()
}

fn add_own_signs(sum: &mut Row, table: &mut Table, signs: &Signs) {
    for (sort, count) in signs.sorts.iter().enumerate().filter(|(_, count)| **count > 0) {
        add(sum, &table.row(&format!("s:{}", sort_name(sort))), f32::from(*count) / 2.0);
    }
    add(sum, &table.row("recur"), signs.recurring / 2.0);
    add(sum, &table.row("once"), signs.once / 3.0);
    add(sum, &table.row("fresh"), signs.fresh / 3.0);
    add(sum, &table.row(&format!("size:{}", size_class(signs.tokens.len()))), 1.0);
    add(sum, &table.row("asks"), f32::from(signs.asks));
    add(sum, &table.row("shouts"), f32::from(signs.shouts));
    for tag in &signs.heads {
        add(sum, &table.row(&format!("head:{}", tag.name())), 1.0);
    }
    for (steer, _) in Tag::STEERS.iter().zip(signs.steers).filter(|(_, found)| *found) {
        add(sum, &table.row(&format!("r:{}", steer.name())), 1.0);
    }
}

fn add_neighbours(sum: &mut Row, table: &mut Table, signs: &[Signs], at: usize) {
    for (prefix, reach) in REACHES {
        let near = at.saturating_sub(reach)..(at + reach + 1).min(signs.len());
        let near = || near.clone().filter(|other| *other != at).map(|other| &signs[other]);
        let width = reach as f32;
        for sort in 0..signs[at].sorts.len() {
            let count: f32 = near().map(|other| f32::from(other.sorts[sort])).sum();
            if count > 0.0 {
                add(sum, &table.row(&format!("{prefix}:{}", sort_name(sort))), count / (2.0 * width));
            }
        }
        let mut pool = |name: &str, value: fn(&Signs) -> f32, whole: f32| {
            let total: f32 = near().map(value).sum();
            add(sum, &table.row(&format!("{prefix}:{name}")), total / (whole * width));
        };
        pool("recur", |other| other.recurring, 4.0);
        pool("once", |other| other.once, 6.0);
        pool("size", |other| other.tokens.len().min(30) as f32, 30.0);
    }
}

fn add_before(sum: &mut Row, table: &mut Table, before: &Signs, same_speaker: bool) {
    add(sum, &table.row("p:redirect"), f32::from(before.steers.contains(&true)));
    // The first two are the clock and the agenda.
    add(sum, &table.row("p:steer"), f32::from(before.steers[0] || before.steers[1]));
    add(sum, &table.row("p:asks"), f32::from(before.asks));
    for tag in BEFORE {
        if before.sorts[tag as usize] > 0 {
            add(sum, &table.row(&format!("p:{}", tag.name())), 1.0);
        }
    }
    add(sum, &table.row(&format!("p:size:{}", size_class(before.tokens.len()))), 1.0);
    add(sum, &table.row("same"), f32::from(same_speaker));
}

fn add_cohesion(sum: &mut Row, table: &mut Table, signs: &[Signs], at: usize) {
    let stems = |from: usize, to: usize| -> HashSet<&String> {
        signs[from..to.min(signs.len())].iter().flat_map(|signs| &signs.content).collect()
    };
    let (left, right) = (stems(at.saturating_sub(COHESION_REACH), at), stems(at, at + COHESION_REACH));
    if left.is_empty() || right.is_empty() {
        return;
    }
    let shared = left.intersection(&right).count() as f32 / (left.len() as f32 * right.len() as f32).sqrt();
    add(sum, &table.row("cohesion"), (4.0 * shared).min(1.0));
    add(sum, &table.row("torn"), f32::from(shared == 0.0));
}

fn add_place(sum: &mut Row, table: &mut Table, at: usize, count: usize) {
    if at >= OPENING_UTTERANCES_MAX {
        sum[Kind::Opening as usize] -= OUT_OF_PLACE;
    }
    if count - at > CLOSING_UTTERANCES_MAX {
        sum[Kind::Closing as usize] -= OUT_OF_PLACE;
    }
    for edge in [2, 4, 8] {
        if at < edge {
            add(sum, &table.row(&format!("from:{edge}")), 1.0);
        }
    }
    for edge in [2, 4, 8] {
        if count - 1 - at < edge {
            add(sum, &table.row(&format!("left:{edge}")), 1.0);
        }
    }
}

/// What the agenda and the user's own words add for business at each utterance.
fn own_words(signs: &[Signs], lexicon: &Lexicon, settings: &TopicSettings) -> Vec<f32> {
    let mut added = vec![0.0; signs.len()];
    for (lines, (here, nearby)) in [(&settings.business, OWN_WORD), (&settings.agenda, AGENDA_WORD)] {
        let own: HashSet<String> = lines.iter().flat_map(|line| lexicon.content(&tokens(line))).collect();
        let count = |signs: &Signs| signs.content.iter().filter(|stem| own.contains(*stem)).count().min(OWN_WORDS_MAX);
        let counts: Vec<usize> = signs.iter().map(count).collect();
        let near = REACHES[0].1;
        for at in 0..signs.len() {
            let around = &counts[at.saturating_sub(near)..(at + near + 1).min(counts.len())];
            let others = (around.iter().sum::<usize>() - counts[at]).min(OWN_WORDS_MAX);
            added[at] += here * counts[at] as f32 + nearby * others as f32;
        }
    }
    added
}
