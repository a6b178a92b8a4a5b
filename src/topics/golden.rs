//! Whether the stage reads, weighs and decides as `scripts/train_topics` does, on calls of ours: values that the Python side
//! wrote when it learned the weights.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::call::time::{Duration, Span};
use crate::call::transcript::{Basis, SpeakerId, Transcript, Utterance};
use crate::lexicon::Lexicon;

use super::embedding::Vector;
use super::model::{Model, kind_of};
use super::{chain, signs, whole};

/// Sums of a thousand products differ by so much where they are added in another order.
const TOLERANCE: f32 = 0.01;
/// One utterance in so many has its scores in the golden file.
const EVERY: usize = 7;

#[derive(Deserialize)]
struct Golden {
    states: Vec<usize>,
    scores: Vec<Vec<f32>>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    bytes: usize,
    sha256: String,
}

fn place(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A labelled call without its labels.
fn call(id: &str) -> Transcript {
    let text = fs::read_to_string(place(&format!("scripts/train_topics/calls/{id}.call"))).unwrap();
    let language = text.lines().find_map(|line| line.strip_prefix("# language: ")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with(['#', '[']) && !line.is_empty());
    let utterance = |(at, line): (usize, &str)| {
        let (speaker, text) = line.split_once(':').unwrap();
        Utterance {
            span: Span::from_ms(at as u64 * 1000, at as u64 * 1000 + 900),
            speaker: Some(SpeakerId(u16::from(speaker.as_bytes()[0] - b'A'))),
            text: text.split('{').next().unwrap().trim().to_owned(),
            words: None,
            confidence: None,
        }
    };
    Transcript {
        language: Some(language.to_owned()),
        basis: Basis::TranscriptLabels,
        attribution_confidence: None,
        speakers: Vec::new(),
        speech: Vec::new(),
        duration: Duration::from_ms(0),
        utterances: lines.enumerate().map(utterance).collect(),
        warnings: Vec::new(),
    }
}

#[test]
fn evidence_and_states_are_those_of_the_training_script() {
    let text = fs::read_to_string(place("scripts/train_topics/golden.json")).unwrap();
    let golden: BTreeMap<String, Golden> = serde_json::from_str(&text).unwrap();
    assert_eq!(golden.len(), 4);
    for (id, wanted) in golden {
        let transcript = call(&id);
        let lexicon = Lexicon::of(transcript.language.as_deref().unwrap()).unwrap();
        let said = signs::read(&transcript.utterances, lexicon);
        let signs = signs::signs(&transcript.utterances, &said, lexicon);
        let vectors: Vec<Vector> = said.iter().map(|one| one.vector).collect();
        let evidence = Model::get().evidence(&signs, &vectors);
        for (row, wanted) in evidence.iter().step_by(EVERY).zip(&wanted.scores) {
            for (value, wanted) in row.iter().zip(wanted) {
                assert!((value - wanted).abs() < TOLERANCE, "{id}: {value} instead of {wanted}");
            }
        }
        let mut path = chain::decode(&evidence, &Model::get().switches);
        whole::settle(&mut path, &evidence, &said, &signs, lexicon);
        let kinds: Vec<_> = (0..evidence.len()).map(|at| path.kind(at)).collect();
        assert_eq!(kinds, wanted.states.iter().map(|state| kind_of(*state)).collect::<Vec<_>>(), "{id}");
    }
}

#[test]
fn the_models_are_the_ones_their_manifest_describes() {
    let manifest: Vec<Entry> =
        serde_json::from_slice(&fs::read(place("models/topics/manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest.len(), 3);
    for entry in &manifest {
        let content = fs::read(place("models/topics").join(&entry.file)).unwrap();
        assert_eq!(content.len(), entry.bytes, "{}", entry.file);
        assert_eq!(format!("{:x}", Sha256::digest(&content)), entry.sha256, "{}", entry.file);
    }
    // Beside these only the lexicons are embedded for this stage.
    assert!(manifest.iter().map(|entry| entry.bytes).sum::<usize>() < 8_000_000);
}
