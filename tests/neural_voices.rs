//! Voices told apart by networks: a scripted listener that mixes up its numbers from window to window, and the whole way
//! with small networks that `scripts/make_test_networks.py` makes.

#[path = "../benches/der/score.rs"]
mod score;

/// The scorer's turns, without its reader of files.
mod rttm {
    pub(crate) type Turns = std::collections::BTreeMap<String, Vec<rapport::call::time::Span>>;
}

use rapport::call::audio::Track;
use rapport::call::time::Span;
use rapport::diarize::neural::{CLASSES, Listener, NeuralVoices, WINDOW_FRAMES};
use rapport::diarize::voices::{NotApart, SpeakerCount, VoiceTeller, Voices};
use rapport::error::{Error, Result};
use rttm::Turns;
use score::score;

const RATE: f32 = 16_000.0;
/// Pitches of a low and a high voice in hertz: what the small network listens for.
const LOW: f32 = 300.0;
const HIGH: f32 = 700.0;

/// A call of humming voices, and who hums when.
struct Call {
    samples: Vec<f32>,
    turns: Turns,
}

impl Call {
    /// Each turn: pitches that are heard together, and for how many seconds; half a second of silence after it.
    fn of(turns: &[(&[f32], f32)]) -> Self {
        let mut call = Self { samples: vec![0.0; 8_000], turns: Turns::new() };
        let mut dice = 1_u32;
        for (pitches, seconds) in turns {
            let start = call.samples.len() as u64 / 16;
            for at in 0..(seconds * RATE) as usize {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let breath = ((dice >> 8) as f32 / (1 << 24) as f32 - 0.5) * 0.002;
                let time = at as f32 / RATE;
                // Louder and softer, four times a second, as syllables are; overtones make the voices differ in colour.
                let swell = 0.7 + 0.3 * (std::f32::consts::TAU * 4.0 * time).sin();
                let hum = |pitch: &f32| {
                    let wave = |factor: f32| (std::f32::consts::TAU * pitch * factor * time).sin();
                    0.1 * wave(1.0)
                        + 0.04 * wave(3.0)
                        + if *pitch > 500.0 { 0.05 * wave(7.3) } else { 0.03 * wave(5.6) }
                };
                call.samples.push(swell * pitches.iter().map(hum).sum::<f32>() + breath);
            }
            let span = Span::from_ms(start, call.samples.len() as u64 / 16);
            for pitch in *pitches {
                call.turns.entry(format!("{pitch}")).or_default().push(span);
            }
            call.samples.resize(call.samples.len() + 8_000, 0.0);
        }
        call
    }

    fn tell(&self, teller: &NeuralVoices, count: SpeakerCount) -> Voices {
        let speech = [Span::from_ms(0, self.samples.len() as u64 / 16)];
        teller.tell(&Track::from_samples(&self.samples), &speech, count)
    }

    /// The error rate of an answer with a collar of a quarter of a second.
    fn errors(&self, told: &Voices) -> f64 {
        let Voices::Apart { turns, .. } = told else { panic!("{told:?}") };
        let mut answer = Turns::new();
        for turn in turns {
            answer.entry(turn.voice.to_string()).or_default().push(turn.span);
        }
        score(&self.turns, &answer, 250).rate()
    }
}

/// A talk of 40 s with a stretch in which both speak.
fn talk() -> Call {
    Call::of(&[
        (&[LOW], 4.0),
        (&[HIGH], 3.0),
        (&[LOW], 2.5),
        (&[HIGH], 6.0),
        (&[LOW, HIGH], 2.0),
        (&[LOW], 5.0),
        (&[HIGH], 2.0),
        (&[LOW], 3.0),
        (&[HIGH], 4.0),
        (&[LOW], 3.0),
    ])
}

/// Power of a tone around a sample.
fn power(sound: &[f32], pitch: f32) -> f32 {
    let (mut cosine, mut sine) = (0.0_f32, 0.0_f32);
    for (at, sample) in sound.iter().enumerate() {
        let turn = std::f32::consts::TAU * pitch * at as f32 / RATE;
        cosine += sample * turn.cos();
        sine += sample * turn.sin();
    }
    (cosine * cosine + sine * sine) / (sound.len() as f32).powi(2)
}

/// Hears the tones, and gives them other numbers in every window.
struct MixedUp;

impl Listener for MixedUp {
    fn listen(&self, windows: &[Vec<f32>]) -> Result<Vec<Vec<[f32; CLASSES]>>> {
        let hear = |sound: &Vec<f32>| {
            let seed = sound.iter().map(|sample| (sample * 32_767.0) as i64).sum::<i64>().unsigned_abs() as usize;
            let (low, high) = [(0, 1), (1, 0), (2, 0), (0, 2), (1, 2), (2, 1)][seed % 6];
            let frame = |at: usize| {
                let part = &sound[at * 270..(at * 270 + 991).min(sound.len())];
                let (is_low, is_high) = (power(part, LOW) > 1e-4, power(part, HIGH) > 1e-4);
                let class = match (is_low, is_high) {
                    (false, false) => 0,
                    (true, false) => 1 + low,
                    (false, true) => 1 + high,
                    (true, true) => 3 + low + high,
                };
                let mut logs = [-6.0; CLASSES];
                logs[class] = -0.02;
                logs
            };
            (0..WINDOW_FRAMES).map(frame).collect()
        };
        Ok(windows.iter().map(hear).collect())
    }
}

/// Fails at everything.
struct Broken;

impl Listener for Broken {
    fn listen(&self, _: &[Vec<f32>]) -> Result<Vec<Vec<[f32; CLASSES]>>> {
        Err(Error::Engine("out of order".to_owned()))
    }
}

#[test]
fn numbers_that_change_from_window_to_window_are_put_in_order() {
    let teller = NeuralVoices::new(Box::new(MixedUp), None, "scripted");
    let call = talk();
    let told = call.tell(&teller, SpeakerCount::Given(2));
    let rate = call.errors(&told);
    assert!(rate < 0.02, "{rate}: {told:?}");
    let Voices::Apart { turns, voices } = told else { unreachable!() };
    assert_eq!((voices, turns[0].voice), (2, 0));
    // Both speak at 18 to 20 s.
    let during = |at: u64| turns.iter().filter(|turn| turn.span.contains(Span::from_ms(at, at).start())).count();
    assert_eq!((during(19_000), during(2_000)), (2, 1));
    assert!(turns.iter().all(|turn| (0.5..=1.0).contains(&turn.confidence)), "{turns:?}");
}

#[test]
fn any_number_of_threads_tells_the_same() {
    let teller = NeuralVoices::new(Box::new(MixedUp), None, "scripted");
    let call = talk();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| call.tell(&teller, SpeakerCount::Given(2)))
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn too_little_speech_and_a_network_that_fails_are_said() {
    let short = Call::of(&[(&[LOW], 2.0), (&[HIGH], 2.0)]);
    let scripted = NeuralVoices::new(Box::new(MixedUp), None, "scripted");
    assert!(matches!(short.tell(&scripted, SpeakerCount::Usual), Voices::Not(NotApart::TooLittle(_))));
    let broken = NeuralVoices::new(Box::new(Broken), None, "broken");
    assert_eq!(talk().tell(&broken, SpeakerCount::Usual), Voices::Not(NotApart::Failed));
}

#[cfg(feature = "voices")]
mod files {
    use std::path::{Path, PathBuf};

    use rapport::diarize::neural::{Embedder, EmbeddingNetwork, SegmentationNetwork};

    use super::*;

    fn data(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/networks").join(name)
    }

    #[test]
    fn the_whole_way_with_a_small_network() {
        let call = talk();
        for embedding in [None, Some(data("embedding.onnx"))] {
            let teller = NeuralVoices::load(&data("segmentation.onnx"), embedding.as_deref()).unwrap();
            let told = call.tell(&teller, SpeakerCount::Given(2));
            let rate = call.errors(&told);
            assert!(rate < 0.05, "{rate}: {told:?}");
            let wanted = if embedding.is_some() { 2 } else { 1 };
            let fingerprint = teller.fingerprint();
            let digests = fingerprint.strip_prefix("voices-neural-1:").unwrap();
            assert_eq!(digests.split('+').filter(|digest| digest.len() == 12).count(), wanted, "{fingerprint}");
        }
    }

    #[test]
    fn the_small_embedding_is_the_mean_square_of_each_band() {
        let sound: Vec<f32> = (0..16_000).map(|at| (at as f32 * at as f32 * 1e-5).sin() * 0.2).collect();
        let given = EmbeddingNetwork::load(&data("embedding.onnx")).unwrap().embed(&sound).unwrap();
        let bands = rapport::diarize::neural::fbank(&sound);
        let frames = bands.len() / 80;
        for (band, value) in given.iter().enumerate() {
            let mean = (0..frames).map(|frame| bands[frame * 80 + band].powi(2)).sum::<f32>() / frames as f32;
            assert!((value - mean).abs() < 1e-3 * mean.max(1.0), "band {band}: {value}, by hand {mean}");
        }
    }

    #[test]
    fn a_file_that_is_no_such_network_is_named_with_the_next_step() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("voices-segmentation.onnx");
        let good = std::fs::read(data("segmentation.onnx")).unwrap();
        let why = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            let failure = SegmentationNetwork::load(&path).err().expect("a damaged file is no network").to_string();
            assert!(failure.contains("voices-segmentation.onnx"), "{failure}");
            assert!(failure.contains("rapport models pull voices"), "{failure}");
            failure
        };
        why(b"");
        assert!(why(b"<html>").contains("no ONNX file"));
        why(&good[..good.len() / 2]);
        why(&good[..40]);
        // A carriage return lost, as when a file was taken for text.
        let mut bent = good.clone();
        bent.remove(90);
        why(&bent);
        let embedding = std::fs::read(data("embedding.onnx")).unwrap();
        assert!(why(&embedding).contains("not of 3 dimensions"), "{}", why(&embedding));
        std::fs::write(&path, &good).unwrap();
        let failure = EmbeddingNetwork::load(&path).err().expect("the other network").to_string();
        assert!(failure.contains("rapport models pull voices"), "{failure}");
    }
}
