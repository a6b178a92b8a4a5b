//! Speech detection and packing on synthetic sound; a whisper window where `RAPPORT_BENCH_MODEL` names a model file.

use divan::Bencher;
use divan::counter::ItemsCount;

use rapport::call::audio::{SAMPLE_RATE, Track};
use rapport::transcribe::speech::Listening;
use rapport::transcribe::speech::{Earshot, find_speech};
use rapport::transcribe::windows::pack;

fn main() {
    if std::env::var_os("RAPPORT_BENCH_MODEL").is_none() {
        println!("RAPPORT_BENCH_MODEL names no ggml file: whisper is not measured");
    }
    divan::main();
}

/// Ten minutes of something that rises and falls like talk: tones with overtones, four beats a second, and silences.
fn ten_minutes() -> Track {
    let samples: Vec<f32> = (0..600 * SAMPLE_RATE)
        .map(|i| {
            let t = i as f32 / SAMPLE_RATE as f32;
            let beat = (t * 4.0 * std::f32::consts::PI).sin().max(0.0);
            let talk = if (t as u32 / 7).is_multiple_of(3) { 0.0 } else { beat };
            (1..12).map(|n| (t * 140.0 * n as f32 * std::f32::consts::TAU).sin() / n as f32).sum::<f32>() * talk * 0.1
        })
        .collect();
    Track::from_samples(&samples)
}

/// Items are seconds of sound.
#[divan::bench(sample_count = 5)]
fn speech_detection(bencher: Bencher) {
    let track = ten_minutes();
    bencher.counter(ItemsCount::new(600_usize)).bench(|| find_speech(&track));
}

#[divan::bench(sample_count = 20)]
fn packing(bencher: Bencher) {
    let track = ten_minutes();
    let listening = Listening::to(&track, &Earshot);
    bencher.bench(|| pack(&listening, track.duration()));
}

#[cfg(feature = "whisper")]
mod whisper {
    use super::{Bencher, ItemsCount, SAMPLE_RATE, ten_minutes};
    use rapport::transcribe::{Ask, Transcriber, WhisperTranscriber};

    /// One full window of 30 s on one thread.
    #[divan::bench(sample_count = 3, sample_size = 1)]
    fn window(bencher: Bencher) {
        let Some(path) = std::env::var_os("RAPPORT_BENCH_MODEL") else { return };
        let engine = WhisperTranscriber::load(path.as_ref()).expect("the named model loads");
        let mut samples = Vec::new();
        ten_minutes().read_samples(7 * SAMPLE_RATE as usize, 30 * SAMPLE_RATE as usize, &mut samples);
        let ask = Ask { language: Some("en".to_owned()), translate: false };
        bencher.counter(ItemsCount::new(30_usize)).bench_local(|| engine.transcribe(&samples, &ask));
    }
}
