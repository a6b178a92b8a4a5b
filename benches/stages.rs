//! What every stage but speech to text costs, as multiples of real time: `scripts/speed_table` makes README's table of it.
//!
//! The sound is a bundled call, repeated to ten minutes; its reports come from the transcripts of the same calls. Prints
//! a line `STAGE<tab>FIGURE` each, the median of [`RUNS`] runs on one core.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rapport::call::audio::Track;
use rapport::call::report::Report;
use rapport::call::transcript::Transcript;
use rapport::diarize;
use rapport::diarize::voices::{CallVoices, SpeakerCount, VoiceTeller};
use rapport::findings::{self, FindingSettings};
use rapport::ingest::{recording, transcript};
use rapport::pipeline::{self, CallSettings, FileFacts, Heard};
use rapport::progress::StopFlag;
use rapport::render::html::Around;
use rapport::render::{csv, html, json, markdown, subtitles};
use rapport::topics::{self, TopicSettings};
use rapport::transcribe::speech::find_speech;

const RUNS: usize = 5;
/// Least length of the sound.
const SECONDS: f64 = 600.0;

/// Median seconds of a piece of work, after one run that nobody counts: it reads lexicons and wakes the machine.
fn median(mut work: impl FnMut()) -> f64 {
    work();
    let mut took: Vec<f64> = (0..RUNS)
        .map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64()
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[RUNS / 2]
}

fn tell(stage: &str, call_seconds: f64, took: f64) {
    println!("{stage}\t{:.0} x real time", call_seconds / took);
}

fn long(track: &Track, rounds: usize) -> Track {
    let mut samples = Vec::new();
    track.read_samples(0, track.len(), &mut samples);
    Track::from_samples(&samples.repeat(rounds))
}

fn sound(models: &Path) {
    let path = models.join("demo/calls/bakery-launch.opus");
    let stop = StopFlag::default();
    let recording = recording::read(&path, &stop).expect("the bundled call");
    let seconds = recording.duration().secs();
    tell("decoding and resampling (two tracks, Opus)", seconds, median(|| drop(recording::read(&path, &stop))));

    let rounds = (SECONDS / seconds).ceil() as usize;
    let tracks: Vec<Track> = recording.tracks.iter().map(|track| long(track, rounds)).collect();
    let seconds = seconds * rounds as f64;
    let parted = median(|| drop(diarize::part(tracks.clone(), &stop)));
    tell("looking for a leak between two tracks", seconds, parted);
    tell("speech detection, a track", seconds, median(|| drop(find_speech(&tracks[0]))));

    let mut both = Vec::new();
    tracks[0].read_samples(0, tracks[0].len(), &mut both);
    let mut other = Vec::new();
    tracks[1].read_samples(0, tracks[1].len(), &mut other);
    both.iter_mut().zip(other).for_each(|(sample, other)| *sample += other);
    let mixed = Track::from_samples(&both);
    let speech = find_speech(&mixed);
    let told = median(|| drop(CallVoices.tell(&mixed, &speech, SpeakerCount::Given(2))));
    tell("telling two voices of a mixed track apart", seconds, told);
}

fn facts(path: &Path) -> FileFacts {
    FileFacts {
        id: "bench".to_owned(),
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        folder: None,
        modified: None,
        zone: jiff::tz::TimeZone::UTC,
    }
}

fn heard(transcript: Transcript) -> Heard {
    Heard {
        channels: 0,
        sample_rate: 0,
        started_at: None,
        title: None,
        transcriber: "imported".to_owned(),
        voices: None,
        transcript,
        prosody: Vec::new(),
        voice_prints: Vec::new(),
    }
}

fn words(models: &Path) {
    let path = models.join("samples/long-story.vtt");
    let read = || transcript::read(&path).expect("the bundled transcript").transcript;
    let (said, settings) = (read(), CallSettings::default());
    let seconds = said.duration.secs();
    tell("reading a transcript", seconds, median(|| drop(read())));
    tell("topics", seconds, median(|| drop(topics::find(&said, &TopicSettings::default()))));
    let topics = topics::find(&said, &TopicSettings::default());
    let found = median(|| drop(findings::find(&said, &topics, &FindingSettings::default())));
    tell("findings", seconds, found);
    let report: Report = pipeline::report(heard(said), &facts(&path), &settings);
    let around = Around { recording: None, calls: None };
    tell("the page of a call", seconds, median(|| drop(html::html(&report, around))));
    let others = median(|| {
        drop((markdown::markdown(&report), json::json(&report), csv::csv(&report), subtitles::vtt(&report)));
    });
    tell("Markdown, JSON, CSV and subtitles", seconds, others);
}

fn main() {
    let models = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("models");
    sound(&models);
    words(&models);
}
