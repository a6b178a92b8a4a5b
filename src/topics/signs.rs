//! What is read off utterances, one by one and against the others of their call. The signs are those of
//! `scripts/train_topics/signs.py`, which the weights were learned on, and must stay so.

use std::collections::{HashMap, HashSet};

use crate::call::transcript::Utterance;
use crate::lexicon::{Lexicon, Tag, tokens};

use super::cues;
use super::embedding::{DIMENSIONS, Embedding, Vector};

/// Words at the beginning of an utterance in which some phrases count once more.
const HEAD_WORDS: usize = 8;
/// Those phrases.
const HEADS: [Tag; 5] = [Tag::NextItem, Tag::TurnAway, Tag::Opening, Tag::Closing, Tag::Awe];
/// Phrases of a sort count at most so often in one utterance.
const SORT_MAX: usize = 3;
/// A word that is said again farther away than this many utterances belongs to the call, not to one story.
const FAR: usize = 12;
/// Utterances to each side that are compared for cohesion.
const REACH: usize = 4;
/// Utterances over which the nearness of the call's start and end fades.
const EDGE: f32 = 3.0;
/// Utterances of the stretches a call is compared with.
const STRETCH: usize = 8;
/// Utterances to each side that make the nearest neighbourhood.
const AROUND: usize = 2;
/// Words of an utterance that count for its length.
const LENGTH_MAX: usize = 50;
/// An utterance of at most so many words is short.
const SHORT: usize = 3;

/// Sorts of phrases, digits, redirects, heads, question, length, shortness, same speaker.
pub(super) const OWN: usize = SORTS + 1 + Tag::STEERS.len() + HEADS.len() + 4;
const SORTS: usize = Tag::Grief as usize + 1;
const FLOW: usize = 12;

/// Signs of an utterance.
pub(super) const COUNT: usize = OWN + FLOW + cues::COLUMNS;

/// The signs of one utterance, in the order of the weights.
pub(super) type Signs = [f32; COUNT];

/// An utterance as it is looked at.
pub(super) struct Said {
    /// Its words.
    pub(super) tokens: Vec<String>,
    /// Stems of the words that say what it is about.
    pub(super) stems: Vec<String>,
    /// What it means; zeros in all languages but English.
    pub(super) vector: Vector,
}

/// Reads all utterances.
pub(super) fn read(utterances: &[Utterance], lexicon: &Lexicon) -> Vec<Said> {
    let look = |utterance: &Utterance| {
        let tokens = tokens(&utterance.text);
        let vector = if lexicon.language == "en" { Embedding::get().of(&utterance.text) } else { [0.0; DIMENSIONS] };
        Said { stems: lexicon.content(&tokens), tokens, vector }
    };
    utterances.iter().map(look).collect()
}

/// The signs of all utterances.
pub(super) fn signs(utterances: &[Utterance], said: &[Said], lexicon: &Lexicon) -> Vec<Signs> {
    let flow = flow(said);
    let each = |at: usize| {
        let mut signs = [0.0; COUNT];
        own(&mut signs[..OWN], &utterances[at].text, &said[at].tokens, lexicon);
        let same = at > 0 && utterances[at].speaker == utterances[at - 1].speaker;
        signs[OWN - 1] = f32::from(u8::from(same && utterances[at].speaker.is_some()));
        signs[OWN..OWN + FLOW].copy_from_slice(&flow[at]);
        signs[OWN + FLOW..].copy_from_slice(&cues::columns(&said[at].tokens, lexicon));
        signs
    };
    (0..said.len()).map(each).collect()
}

fn own(out: &mut [f32], text: &str, tokens: &[String], lexicon: &Lexicon) {
    let mut sorts = [0; SORTS];
    for hit in lexicon.hits(tokens) {
        if let Some(count) = sorts.get_mut(hit.tag as usize) {
            *count += 1;
        }
        if let Some(class) = Tag::STEERS.iter().position(|steer| *steer == hit.tag) {
            out[SORTS + 1 + class] = 1.0;
        }
        if let Some(head) = HEADS.iter().position(|head| *head == hit.tag && hit.end <= HEAD_WORDS) {
            out[SORTS + 1 + Tag::STEERS.len() + head] = 1.0;
        }
    }
    let some = |count: usize| count.min(SORT_MAX) as f32 / 2.0;
    for (sign, count) in out.iter_mut().zip(sorts) {
        *sign = some(count);
    }
    out[SORTS] = some(tokens.iter().filter(|token| token.starts_with(char::is_numeric)).count());
    out[OWN - 4] = f32::from(u8::from(text.contains(['?', '？'])));
    out[OWN - 3] = (tokens.len().min(LENGTH_MAX) as f32).ln_1p() / 4.0;
    out[OWN - 2] = f32::from(u8::from(tokens.len() <= SHORT));
}

/// What each utterance is to the others: words said again far away, said only here, said first; cohesion with what was
/// before; nearness of the call's start and end; likeness to the call, to what was before and to stretches far away.
fn flow(said: &[Said]) -> Vec<[f32; FLOW]> {
    let count = said.len();
    let mut places: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, one) in said.iter().enumerate() {
        for stem in &one.stems {
            places.entry(stem).or_insert((at, at)).1 = at;
        }
    }
    let sums = Sums::of(said);
    let whole = sums.unit(0, count);
    let stretches: Vec<Vector> = (0..count).step_by(STRETCH).map(|at| sums.unit(at, at + STRETCH)).collect();
    let each = |at: usize| {
        let stems = &said[at].stems;
        let far = |stem: &&String| {
            let (first, last) = places[stem.as_str()];
            at - first > FAR || last - at > FAR
        };
        let recurring = stems.iter().filter(far).count();
        let fresh = stems.iter().filter(|stem| places[stem.as_str()].0 == at).count();
        let (cohesion, torn) = cohesion(said, at);
        let near = sums.unit(at.saturating_sub(AROUND), at + AROUND + 1);
        let left = count - 1 - at;
        [
            recurring.min(4) as f32 / 2.0,
            (stems.len() - recurring).min(6) as f32 / 3.0,
            fresh.min(6) as f32 / 3.0,
            cohesion,
            torn,
            f32::from(u8::from(at == 0)),
            f32::from(u8::from(left == 0)),
            (-(at as f32) / EDGE).exp(),
            (-(left as f32) / EDGE).exp(),
            dot(&near, &whole),
            dot(&sums.unit(at.saturating_sub(REACH), at), &sums.unit(at, at + REACH)),
            like_far(&stretches, &near, at),
        ]
    };
    (0..count).map(each).collect()
}

/// Mean likeness to the three likest stretches that lie far away.
fn like_far(stretches: &[Vector], near: &Vector, at: usize) -> f32 {
    let middle = |stretch: usize| stretch * STRETCH + STRETCH / 2;
    let others = stretches.iter().enumerate().filter(|(stretch, _)| middle(*stretch).abs_diff(at) > FAR);
    let mut likeness: Vec<f32> = others.map(|(_, vector)| dot(near, vector)).collect();
    likeness.sort_by(|a, b| b.total_cmp(a));
    likeness.iter().take(3).sum::<f32>() / 3.0
}

/// How many words what follows shares with what was before, and whether it shares none.
fn cohesion(said: &[Said], at: usize) -> (f32, f32) {
    let stems = |from: usize, end: usize| -> HashSet<&String> {
        said[from..end.min(said.len())].iter().flat_map(|one| &one.stems).collect()
    };
    let (left, right) = (stems(at.saturating_sub(REACH), at), stems(at, at + REACH));
    if left.is_empty() || right.is_empty() {
        return (0.0, 0.0);
    }
    let shared = left.intersection(&right).count() as f32 / ((left.len() * right.len()) as f32).sqrt();
    ((4.0 * shared).min(1.0), f32::from(u8::from(shared == 0.0)))
}

fn dot(a: &Vector, b: &Vector) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Sums of the vectors up to each utterance, each as often as it has words.
struct Sums(Vec<Vector>);

impl Sums {
    fn of(said: &[Said]) -> Self {
        let mut sums = vec![[0.0; DIMENSIONS]];
        for one in said {
            let mut sum = sums[sums.len() - 1];
            for (sum, value) in sum.iter_mut().zip(one.vector) {
                *sum += value * one.tokens.len() as f32;
            }
            sums.push(sum);
        }
        Self(sums)
    }

    /// The vector of the utterances from `first` up to before `end`, of length one, or zeros.
    fn unit(&self, first: usize, end: usize) -> Vector {
        let (from, to) = (&self.0[first], &self.0[end.min(self.0.len() - 1)]);
        let vector = std::array::from_fn(|at| to[at] - from[at]);
        let length = dot(&vector, &vector).sqrt() + 1e-6;
        vector.map(|value| value / length)
    }
}
