//! How likely a word is to be in the label that people would give; learned by `scripts/train_topics/labels.py`.

use std::sync::LazyLock;

use crate::topics::embedding::{DIMENSIONS, Vector};
use crate::topics::table::Table;
use crate::topics::tensors::Tensors;

use super::candidates::{Candidate, USES};

/// The weights, of a logistic regression.
pub(in crate::topics) const SOURCE: &[u8] = include_bytes!("../../../models/topics/labels.safetensors");

#[derive(Debug)]
pub(super) struct Weights {
    uses: [f32; USES],
    vector: Vector,
    marks: Table,
}

static WEIGHTS: LazyLock<Weights> = LazyLock::new(|| {
    let file = Tensors::parse(SOURCE);
    let fixed = "the weights of labels are as many as the program reads";
    assert_eq!(file.shape("vector")[0], DIMENSIONS, "{fixed}");
    Weights {
        uses: file.floats("uses").try_into().expect(fixed),
        vector: file.floats("vector").try_into().expect(fixed),
        marks: Table::read(&file, "mark"),
    }
});

impl Weights {
    /// Those of this version.
    pub(super) fn get() -> &'static Self {
        &WEIGHTS
    }

    /// The likelihood of a word, 0 to 1.
    pub(super) fn likelihood(&self, word: &Candidate) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let mark = |(digest, share): &(u64, f32)| Some(share * self.marks.row(*digest)?[0]);
        let marks: f32 = word.marks.iter().filter_map(mark).sum();
        let score = dot(&self.uses, &word.uses) + dot(&self.vector, &word.vector) + marks;
        1.0 / (1.0 + (-score).exp())
    }
}
