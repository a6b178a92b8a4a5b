//! Whether a digression is small talk or off-agenda talk, settled by all of it: a logistic regression over the means of what
//! its utterances say and over the words and pairs of words in it, added to what the networks say of them one by one. Where
//! a digression lies in the call tells little about it, what it is about tells nearly all. Learned by
//! `scripts/train_topics/whole.py`.

use std::sync::LazyLock;

use crate::call::topic::Kind;
use crate::lexicon::Lexicon;

use super::chain::Path;
use super::cues;
use super::embedding::DIMENSIONS;
use super::model::{Row, STATES, TABLES, kind_of};
use super::runs;
use super::signs::{COUNT, OWN, Said, Signs};
use super::table::Table;

/// Languages with a bias of their own.
const LANGUAGES: [&str; 2] = ["ru", "zh"];
/// Vector, own signs, sums of cues, languages, and the bias.
const INPUTS: usize = DIMENSIONS + OWN + cues::TARGETS + LANGUAGES.len() + 1;
/// Of the regression against the networks' log-odds, where words have vectors and where they have none; those of
/// `scripts/train_topics/whole.py`.
const WEIGHT: f32 = 8.0;
const WEIGHT_WITHOUT_VECTORS: f32 = 2.0;
/// Of what all digressions in a row say, against what one of them says; that of the same script.
const COMPANY: f32 = 2.0;
/// Means of signs count twice, to be about as large as vectors.
const SIGNS: f32 = 2.0;
/// What a word or pair counts, over the root of their number; that of the same script.
const GRAMS: f32 = 4.0;
/// Both parts look at the same words, so their sum is too sure of itself by about this factor.
const DOUBT: f32 = 2.0;

static WEIGHTS: LazyLock<Vec<f32>> = LazyLock::new(|| {
    let weights = TABLES.floats("whole");
    assert_eq!(weights.len(), INPUTS, "the weights are for other signs");
    weights
});

/// Weights of words and pairs.
static OF_GRAMS: LazyLock<Table> = LazyLock::new(|| Table::read(&TABLES, "whole"));

/// Settles the kind of each digression of a path. Where digressions follow each other without business between, all of
/// them speak for each: people seldom slide from small talk into the other kind.
pub(super) fn settle(path: &mut Path, evidence: &[Row], said: &[Said], signs: &[Signs], lexicon: &Lexicon) {
    let odds = |first: usize, last: usize| {
        let each: f32 = evidence[first..=last].iter().map(log_odds).sum();
        let weight = if LANGUAGES.contains(&lexicon.language) { WEIGHT_WITHOUT_VECTORS } else { WEIGHT };
        each + weight * regression(&said[first..=last], &signs[first..=last], lexicon)
    };
    let digresses = |run: &(usize, usize)| matches!(path.kind(run.0), Kind::SmallTalk | Kind::OffAgenda);
    let runs: Vec<_> = runs(&path.starts(), said.len()).collect();
    let rows = runs.chunk_by(|a, b| digresses(a) && digresses(b)).filter(|row| digresses(&row[0]));
    for row in rows.collect::<Vec<_>>() {
        let more = if row.len() > 1 { COMPANY * odds(row[0].0, row[row.len() - 1].1) } else { 0.0 };
        for (first, last) in row {
            let odds = odds(*first, *last) + more;
            let kind = if odds > 0.0 { Kind::SmallTalk } else { Kind::OffAgenda };
            path.settle(*first, *last, kind, 1.0 / (1.0 + (-odds.abs() / DOUBT).exp()));
        }
    }
}

/// What the networks say for small talk against off-agenda talk.
fn log_odds(evidence: &Row) -> f32 {
    let of = |kind: Kind| {
        let states = (0..STATES).filter(|state| kind_of(*state) == kind).map(|state| evidence[state]);
        let top = states.clone().fold(f32::NEG_INFINITY, f32::max);
        top + states.map(|score| (score - top).exp()).sum::<f32>().ln()
    };
    of(Kind::SmallTalk) - of(Kind::OffAgenda)
}

/// Log-odds of small talk from the means over a digression.
fn regression(said: &[Said], signs: &[Signs], lexicon: &Lexicon) -> f32 {
    let mut inputs = [0.0; INPUTS];
    let words = |one: &Said| one.tokens.len() as f32 + 1e-3;
    let all: f32 = said.iter().map(words).sum();
    for one in said {
        for (input, value) in inputs.iter_mut().zip(one.vector) {
            *input += value * words(one) / all;
        }
    }
    let more = SIGNS / signs.len() as f32;
    for row in signs {
        let used = row[..OWN].iter().chain(&row[COUNT - cues::COLUMNS..][..cues::TARGETS]);
        for (input, value) in inputs[DIMENSIONS..].iter_mut().zip(used) {
            *input += value * more;
        }
    }
    for (input, language) in inputs[INPUTS - 1 - LANGUAGES.len()..].iter_mut().zip(LANGUAGES) {
        *input = f32::from(u8::from(lexicon.language == language));
    }
    inputs[INPUTS - 1] = 1.0;
    inputs.iter().zip(WEIGHTS.iter()).map(|(input, weight)| input * weight).sum::<f32>() + by_grams(said, lexicon)
}

/// What the words and pairs of a digression add to that.
fn by_grams(said: &[Said], lexicon: &Lexicon) -> f32 {
    let mut grams: Vec<u64> = said.iter().flat_map(|one| lexicon.grams(&one.tokens)).collect();
    grams.sort_unstable();
    grams.dedup();
    let known: f32 = grams.iter().filter_map(|gram| OF_GRAMS.row(*gram)).map(|row| row[0]).sum();
    GRAMS / (grams.len().max(1) as f32).sqrt() * known
}
