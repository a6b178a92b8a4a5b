//! How much the signs of an utterance and of its neighbours speak for each state of the chain; learned by
//! `scripts/train_topics/train.py`.

use std::sync::LazyLock;

use crate::call::topic::Kind;

use super::embedding::{DIMENSIONS, Vector};
use super::signs::{COUNT, Signs};
use super::tensors::Tensors;

/// The weights.
pub(super) const SOURCE: &[u8] = include_bytes!("../../models/topics/chain.safetensors");

/// States of the chain: the five kinds, and the first utterances of topics of small talk, business and off-agenda talk.
pub(super) const STATES: usize = 8;

/// A number for each state.
pub(super) type Row = [f32; STATES];

/// Utterances to each side that make the near and the wide neighbourhood.
const REACHES: [usize; 2] = [3, 8];
/// Signs and vector of one utterance.
const WIDTH: usize = COUNT + DIMENSIONS;
/// Inputs of an utterance: its own, the signs of the one before and of the one after, means to both sides.
const INPUTS: usize = WIDTH + 2 * COUNT + 2 * REACHES.len() * WIDTH;

/// The arrays of the file.
pub(super) static TABLES: LazyLock<Tensors> = LazyLock::new(|| Tensors::parse(SOURCE));

/// The weights of the chain.
#[derive(Debug)]
pub(super) struct Model {
    inputs: Vec<Row>,
    bias: Row,
    /// From the state of the row to the state of the column.
    pub(super) switches: [Row; STATES],
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    assert_eq!(TABLES.shape("inputs"), [INPUTS, STATES], "the weights are for other signs");
    let rows = |name: &str| TABLES.floats(name).as_chunks::<STATES>().0.to_vec();
    Model {
        inputs: rows("inputs"),
        bias: rows("bias")[0],
        switches: rows("switches").try_into().expect("as many rows as states"),
    }
});

impl Model {
    /// That of this version.
    pub(super) fn get() -> &'static Self {
        &MODEL
    }

    /// The evidence for each state at each utterance.
    pub(super) fn evidence(&self, signs: &[Signs], vectors: &[Vector]) -> Vec<Row> {
        let own: Vec<[f32; WIDTH]> = signs.iter().zip(vectors).map(|(signs, vector)| joined(signs, vector)).collect();
        let mut sums = vec![[0.0; WIDTH]];
        for values in &own {
            let before = sums[sums.len() - 1];
            sums.push(std::array::from_fn(|at| before[at] + values[at]));
        }
        let count = own.len();
        let mean = |from: usize, end: usize| -> [f32; WIDTH] {
            let (from, end) = (from.min(count), end.min(count));
            let number = (end - from).max(1) as f32;
            std::array::from_fn(|at| (sums[end][at] - sums[from][at]) / number)
        };
        let each = |at: usize| {
            let mut weights = self.inputs.as_slice();
            let mut sum = self.bias;
            let mut take = |values: &[f32]| {
                let (now, later) = weights.split_at(values.len());
                add(&mut sum, values, now);
                weights = later;
            };
            take(&own[at]);
            take(if at == 0 { &[0.0; COUNT] } else { &signs[at - 1] });
            take(signs.get(at + 1).unwrap_or(&[0.0; COUNT]));
            for reach in REACHES {
                take(&mean(at.saturating_sub(reach), at));
                take(&mean(at + 1, at + 1 + reach));
            }
            sum
        };
        (0..count).map(each).collect()
    }
}

fn joined(signs: &Signs, vector: &Vector) -> [f32; WIDTH] {
    let mut out = [0.0; WIDTH];
    out[..COUNT].copy_from_slice(signs);
    // Twice, so that vectors are about as large as signs.
    for (out, value) in out[COUNT..].iter_mut().zip(vector) {
        *out = 2.0 * value;
    }
    out
}

fn add(sum: &mut Row, values: &[f32], weights: &[Row]) {
    for (value, row) in values.iter().zip(weights) {
        for (sum, weight) in sum.iter_mut().zip(row) {
            *sum += value * weight;
        }
    }
}

/// The kind that a state stands for.
pub(super) const fn kind_of(state: usize) -> Kind {
    Kind::ALL[if state < Kind::ALL.len() { state } else { state - Kind::ALL.len() + 1 }]
}

/// Whether a topic begins at an utterance of this state.
pub(super) const fn begins(state: usize) -> bool {
    state >= Kind::ALL.len()
}
