//! Speech models with right layout and wrong content: whisper.cpp loads them and hears with them, each in a process of its
//! own, and the processes that die are counted.
//!
//! `RAPPORT_SOAK=1` tries many more (`scripts/soak` sets it).

#![cfg(all(unix, feature = "whisper"))]

#[path = "common/spoken.rs"]
mod spoken;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use rapport::transcribe::{Ask, Transcriber, WhisperTranscriber, check};

/// Tells this program that it is one of those processes, and which model it tries.
const MODEL: &str = "RAPPORT_TRIED_MODEL";

/// How long one model may take to hear a second of sound; what takes longer counts as hung.
const WAIT: Duration = Duration::from_secs(60);

/// Cases of a kind; those of weights that say nothing take longest to hear with.
fn cases(kind: &str) -> usize {
    match (std::env::var_os("RAPPORT_SOAK").is_some(), is_nonsense(kind)) {
        (false, _) => 4,
        (true, true) => 40,
        (true, false) => 120,
    }
}

/// Where things lie in the bundled model.
struct Layout {
    bytes: Vec<u8>,
    /// Lengths and letters of the tokens.
    tokens: std::ops::Range<usize>,
    tensors: Vec<Tensor>,
}

struct Tensor {
    /// Dimensions, length of the name, type, sizes, name.
    head: std::ops::Range<usize>,
    name: std::ops::Range<usize>,
    data: std::ops::Range<usize>,
}

/// Numbers before the filters: magic, eleven sizes, and the two of the filters.
const HEADER: std::ops::Range<usize> = 0..56;

impl Layout {
    fn of_the_bundled_model() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/demo/ggml-rapport-demo.bin");
        let bytes = std::fs::read(path).unwrap();
        let number = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        let mut at = HEADER.end + 4 * number(48) * number(52);
        let count = number(at);
        at += 4;
        let begin = at;
        for _ in 0..count {
            at += 4 + number(at);
        }
        let tokens = begin..at;
        let mut tensors = Vec::new();
        while at < bytes.len() {
            let (dimensions, letters, kind) = (number(at), number(at + 4), number(at + 8));
            let elements: usize = (0..dimensions).map(|dim| number(at + 12 + 4 * dim)).product();
            let name = at + 12 + 4 * dimensions..at + 12 + 4 * dimensions + letters;
            let length = match kind {
                0 => 4 * elements,
                1 => 2 * elements,
                8 => elements / 32 * 34,
                other => panic!("the bundled model has a tensor of type {other}"),
            };
            let data = name.end..name.end + length;
            let next = data.end;
            tensors.push(Tensor { head: at..name.end, name, data });
            at = next;
        }
        Self { bytes, tokens, tensors }
    }

    fn any_tensor(&self, rng: &mut Rng) -> &Tensor {
        &self.tensors[rng.usize(..self.tensors.len())]
    }
}

/// A way to harm a model.
type Harm = fn(&Layout, &mut Rng) -> Vec<u8>;

fn flip(bytes: &mut [u8], range: std::ops::Range<usize>, rng: &mut Rng) {
    bytes[rng.usize(range)] ^= 1 << rng.u8(..8);
}

fn fill(bytes: &mut [u8], range: std::ops::Range<usize>, word: [u8; 4]) {
    for (at, byte) in bytes[range].iter_mut().enumerate() {
        *byte = word[at % 4];
    }
}

/// Fills some tensors with one of these words.
fn fill_tensors(layout: &Layout, words: &[[u8; 4]], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = layout.bytes.clone();
    for _ in 0..rng.usize(1..=layout.tensors.len()) {
        let word = words[rng.usize(..words.len())];
        fill(&mut bytes, layout.any_tensor(rng).data.clone(), word);
    }
    bytes
}

const HARMS: [(&str, Harm); 10] = [
    ("a bit of the header", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        flip(&mut bytes, HEADER, rng);
        bytes
    }),
    ("a number of the header that may be", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        let at = 4 * rng.usize(1..12);
        let numbers = [1, 2, 4, 6, 7, 8, 16, 64, 80, 128, 384, 448, 1024, 1500, 2008, 51_864, 51_865, 51_866];
        bytes[at..at + 4].copy_from_slice(&i32::to_le_bytes(numbers[rng.usize(..numbers.len())]));
        bytes
    }),
    ("a bit of the filters", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        for _ in 0..64 {
            flip(&mut bytes, HEADER.end..layout.tokens.start - 4, rng);
        }
        bytes
    }),
    ("bits of the tokens", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        for _ in 0..rng.usize(1..64) {
            flip(&mut bytes, layout.tokens.clone(), rng);
        }
        bytes
    }),
    ("a bit of a tensor's head", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        flip(&mut bytes, layout.any_tensor(rng).head.clone(), rng);
        bytes
    }),
    ("a tensor under the name of another", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        let (one, other) = (layout.any_tensor(rng), layout.any_tensor(rng));
        if one.name.len() == other.name.len() {
            bytes.copy_within(one.name.clone(), other.name.start);
        } else {
            bytes[other.name.start] = b'x';
        }
        bytes
    }),
    ("bits of the weights", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        for _ in 0..rng.usize(1..4096) {
            flip(&mut bytes, layout.any_tensor(rng).data.clone(), rng);
        }
        bytes
    }),
    ("tensors of noise", |layout, rng| {
        let mut bytes = layout.bytes.clone();
        for _ in 0..rng.usize(1..=layout.tensors.len()) {
            let data = layout.any_tensor(rng).data.clone();
            rng.fill(&mut bytes[data]);
        }
        bytes
    }),
    // As single and as half floats; as whole numbers with a scale they are just odd.
    ("tensors of no numbers", |layout, rng| {
        fill_tensors(layout, &[[0, 0, 0xc0, 0x7f], [0, 0x7e, 0, 0x7e], [0xff; 4]], rng)
    }),
    ("tensors of endless numbers", |layout, rng| {
        let words = [[0, 0, 0x80, 0x7f], [0, 0, 0x80, 0xff], [0, 0x7c, 0, 0x7c], [0, 0xfc, 0, 0xfc]];
        fill_tensors(layout, &words, rng)
    }),
];

/// Not a test of its own: what the processes do.
#[test]
fn hears_with_the_model_it_is_given() {
    let Some(path) = std::env::var_os(MODEL).map(PathBuf::from) else { return };
    let Ok(engine) = WhisperTranscriber::load(&path) else {
        println!("\nrefused by whisper.cpp");
        return;
    };
    let hum: Vec<f32> = (0..16_000).map(|at| (at as f32 * 0.13).sin() * (at as f32 * 0.001).sin() * 0.3).collect();
    let _ = engine.detect_language(&hum);
    let ask = Ask { language: Some("en".to_owned()), translate: false };
    let heard = engine.transcribe(&hum, &ask);
    println!("\n{}", if heard.is_ok() { "heard" } else { "failed by name" });
}

/// What became of a model: refused before or by whisper.cpp, heard, or how its process died.
fn fate(path: &Path) -> String {
    if check(path).is_err() {
        return "refused".to_owned();
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hears_with_the_model_it_is_given", "--nocapture", "--test-threads=1"])
        .env(MODEL, path)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = Instant::now() + WAIT;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            drop(child.kill());
            drop(child.wait());
            return "HUNG".to_owned();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let done = child.wait_with_output().unwrap();
    if let Some(signal) = done.status.signal() {
        return format!("DIED of signal {signal}");
    }
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let known = ["refused by whisper.cpp", "heard", "failed by name"];
    let word = said.lines().find(|line| known.contains(line)).map(ToOwned::to_owned);
    word.unwrap_or_else(|| format!("DIED with {:?}: {}", done.status.code(), said.replace('\n', " ")))
}

/// Whether a kind of harm is weights that say nothing.
fn is_nonsense(kind: &str) -> bool {
    kind.starts_with("tensors of")
}

/// Tries some kinds of harm; none may end the program or keep it for ever.
fn try_all(what: &str, wanted: impl Fn(&str) -> bool) {
    let layout = Layout::of_the_bundled_model();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.bin");
    let (mut tried, mut died) = (0, Vec::new());
    for (number, (kind, harm)) in HARMS.iter().enumerate().filter(|(_, (kind, _))| wanted(kind)) {
        let mut fates: BTreeMap<String, usize> = BTreeMap::new();
        for case in 0..cases(kind) {
            let mut rng = Rng::with_seed((1000 * number + case) as u64);
            std::fs::write(&path, harm(&layout, &mut rng)).unwrap();
            let fate = fate(&path);
            tried += 1;
            if fate.starts_with("DIED") || fate == "HUNG" {
                died.push(format!("{kind}, case {case}: {fate}"));
            }
            *fates.entry(fate).or_default() += 1;
        }
        println!("{kind}: {} tried: {fates:?}", cases(kind));
    }
    println!("{what}: cases: {tried}, failures: {}", died.len());
    assert!(died.is_empty(), "{}", died.join("\n"));
}

#[test]
fn no_model_of_right_layout_ends_the_program() {
    try_all("models of right layout that were changed", |kind| !is_nonsense(kind));
}

#[test]
fn no_model_of_nonsense_ends_the_program() {
    try_all("models of right layout whose weights are nonsense", is_nonsense);
}

/// The program itself, on a recording and a transcript: whatever the model is, the transcript's report is written.
#[test]
fn a_batch_outlives_a_model_of_nonsense() {
    let layout = Layout::of_the_bundled_model();
    let home = tempfile::tempdir().unwrap();
    let (calls, model) = (home.path().join("calls"), home.path().join("model.bin"));
    std::fs::create_dir(&calls).unwrap();
    let said = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v Nate>Good morning, can you hear me?\n";
    std::fs::write(calls.join("2026-04-01 typed.vtt"), said).unwrap();
    spoken::write(&calls.join("2026-04-02 spoken.wav"), &spoken::sides("shop-photos", 15));
    let rounds = if std::env::var_os("RAPPORT_SOAK").is_some() { 10 } else { 1 };
    let mut tried = 0;
    for (number, (kind, harm)) in HARMS.iter().enumerate().filter(|(_, (kind, _))| is_nonsense(kind)) {
        let mut codes: BTreeMap<Option<i32>, usize> = BTreeMap::new();
        for round in 0..rounds {
            let mut rng = Rng::with_seed((100_000 + 1000 * number + round) as u64);
            std::fs::write(&model, harm(&layout, &mut rng)).unwrap();
            let done = Command::new(env!("CARGO_BIN_EXE_rapport"))
                .args(["analyze", "calls", "-o", "out", "--format", "none", "-q", "-m", "model.bin"])
                .current_dir(home.path())
                .env("HOME", home.path())
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let told = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(matches!(done.status.code(), Some(0 | 2)), "{kind}, round {round}: {:?} {told}", done.status);
            assert!(!told.contains("panicked") && !told.contains("internal error"), "{kind}, round {round}: {told}");
            assert!(home.path().join("out/2026-04-01 typed.json").exists(), "{kind}, round {round}: {told}");
            std::fs::remove_dir_all(home.path().join("out")).unwrap();
            *codes.entry(done.status.code()).or_default() += 1;
            tried += 1;
        }
        println!("batches with {kind}: {codes:?}");
    }
    println!("batches with models of nonsense: cases: {tried}, failures: 0");
}
