//! How much the signs of an utterance and of its neighbours speak for each state of the chain; learned by
//! `scripts/train_topics/train.py`. The weights of the networks, the switches between states, and the cues of `cues.rs`.

use std::sync::LazyLock;

use crate::call::topic::Kind;

use super::embedding::{DIMENSIONS, Vector};
use super::network::Network;
use super::signs::{COUNT, Signs};
use super::tensors::Tensors;

/// The weights.
pub(super) const SOURCE: &[u8] = include_bytes!("../../models/topics/kinds.safetensors");

/// States of the chain: the five kinds, and the first utterances of topics of small talk, business and off-agenda talk.
pub(super) const STATES: usize = 8;

/// A number for each state.
pub(super) type Row = [f32; STATES];

/// Inputs of the networks: signs and vector of one utterance.
const INPUTS: usize = COUNT + DIMENSIONS;

/// The arrays of the file.
pub(super) static TABLES: LazyLock<Tensors> = LazyLock::new(|| Tensors::parse(SOURCE));

/// The weights.
#[derive(Debug)]
pub(super) struct Model {
    /// Networks that differ by the seed they were learned from; the evidence is their mean.
    networks: Vec<Network>,
    /// From the state of the row to the state of the column.
    pub(super) switches: [Row; STATES],
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let numbers = 0..TABLES.longs("networks")[0] as usize;
    Model {
        networks: numbers.map(|number| Network::read(&TABLES, number, INPUTS)).collect(),
        switches: TABLES.floats("switches").as_chunks::<STATES>().0.try_into().expect("as many rows as states"),
    }
});

impl Model {
    /// That of this version.
    pub(super) fn get() -> &'static Self {
        &MODEL
    }

    /// The evidence for each state at each utterance.
    pub(super) fn evidence(&self, signs: &[Signs], vectors: &[Vector]) -> Vec<Row> {
        let inputs: Vec<[f32; INPUTS]> =
            signs.iter().zip(vectors).map(|(signs, vector)| joined(signs, vector)).collect();
        let mut evidence = vec![[0.0; STATES]; inputs.len()];
        for network in &self.networks {
            network.add(&inputs, &mut evidence);
        }
        for value in evidence.iter_mut().flatten() {
            *value /= self.networks.len() as f32;
        }
        evidence
    }
}

fn joined(signs: &Signs, vector: &Vector) -> [f32; INPUTS] {
    let mut out = [0.0; INPUTS];
    let (left, right) = out.split_at_mut(COUNT);
    left.copy_from_slice(signs);
    right.copy_from_slice(vector);
    out
}

/// The kind that a state stands for.
pub(super) const fn kind_of(state: usize) -> Kind {
    Kind::ALL[if state < Kind::ALL.len() { state } else { state - Kind::ALL.len() + 1 }]
}

/// The state of a kind, that of a topic's first utterance where there is one and `begins` asks for it.
pub(super) const fn state_of(kind: Kind, begins: bool) -> usize {
    let begins = begins && matches!(kind, Kind::SmallTalk | Kind::Business | Kind::OffAgenda);
    kind as usize + if begins { Kind::ALL.len() - 1 } else { 0 }
}

/// Whether a topic begins at an utterance of this state.
pub(super) const fn begins(state: usize) -> bool {
    state >= Kind::ALL.len()
}
