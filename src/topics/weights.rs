//! How much each word and sign speaks for each state of the chain; learned by `scripts/train_topics.py`.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::call::topic::Kind;

/// The data file, as text.
pub(super) const SOURCE: &str = include_str!("../../models/lexicon/weights.toml");

/// States of the chain: the five kinds, and the first utterance of a business topic that follows another.
pub(super) const STATES: usize = 6;

/// The state of a first utterance of a business topic that follows another.
pub(super) const NEW_BUSINESS: usize = 5;

/// A number for each state.
pub(super) type Row = [f32; STATES];

/// The weights.
#[derive(Debug)]
pub(super) struct Weights {
    /// From the state of the row to the state of the column.
    pub(super) switches: [Row; STATES],
    shared: HashMap<String, Row>,
    words: HashMap<&'static str, HashMap<String, Row>>,
}

#[derive(Deserialize)]
struct File {
    states: Vec<String>,
    switches: [Row; STATES],
    shared: HashMap<String, Row>,
    en: HashMap<String, Row>,
    ru: HashMap<String, Row>,
    zh: HashMap<String, Row>,
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let file: File = toml::from_str(SOURCE).expect("the weights are part of the program and under test");
    let names = Kind::ALL.iter().map(|kind| kind.name()).chain(std::iter::once("new_business"));
    assert!(file.states.iter().map(String::as_str).eq(names), "the weights are for other states: {:?}", file.states);
    Weights {
        switches: file.switches,
        shared: file.shared,
        words: HashMap::from([("en", file.en), ("ru", file.ru), ("zh", file.zh)]),
    }
});

impl Weights {
    /// Those of this version.
    pub(super) fn get() -> &'static Self {
        &WEIGHTS
    }

    /// The weights of a sign that all languages share; zero where it has none.
    pub(super) fn shared(&self, name: &str) -> Row {
        self.shared.get(name).copied().unwrap_or_default()
    }

    /// The weights of the words of a language.
    pub(super) fn words(&self, language: &str) -> Option<&HashMap<String, Row>> {
        self.words.get(language)
    }
}

/// The kind that a state stands for.
pub(super) const fn kind_of(state: usize) -> Kind {
    if state == NEW_BUSINESS { Kind::Business } else { Kind::ALL[state] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_parse_and_hold_all_languages() {
        let weights = Weights::get();
        for language in ["en", "ru", "zh"] {
            assert!(weights.words(language).unwrap().len() > 100, "{language}");
        }
        assert_eq!(weights.shared("no such sign"), [0.0; STATES]);
        assert_ne!(weights.shared("bias"), [0.0; STATES]);
    }
}
