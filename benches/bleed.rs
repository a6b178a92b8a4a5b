//! Two tracks that leak into each other: what parting them costs, and how much speech ends on the wrong track.
//!
//!     cargo bench --bench bleed                          ten minutes of two buzzing voices, on one core
//!     RAPPORT_MIXES=DIR cargo bench --bench bleed        and the mixes that scripts/make_test_mixes/make.py wrote there
//!
//! For each mix and track, in seconds: what is truly spoken; own speech that is not found, of it where both speak; and
//! speech that is found though nobody of this track speaks within 0.3 s. Each before and after parting.

use std::path::Path;
use std::time::Instant;

use rapport::call::audio::{SAMPLE_RATE, Track};
use rapport::call::time::{Duration, Span};
use rapport::call::transcript::Transcript;
use rapport::diarize::{Sharing, join_sides, part};
use rapport::progress::StopFlag;
use rapport::transcribe::speech::find_speech;
use serde_json::Value;

/// Hundredths of a second around a track's own speech in which speech is not counted as wrong: detectors pad.
const MARGIN: usize = 30;

/// Seconds for which this thread has had a core, where the system says so (Linux): a busy machine does not count.
fn busy_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse::<f64>().ok().map(|nanoseconds| nanoseconds / 1e9)
}

fn parted(tracks: Vec<Track>) -> (Vec<Track>, Sharing, f64) {
    let seconds = tracks[0].len() as f64 / f64::from(SAMPLE_RATE);
    let (begun, before) = (Instant::now(), busy_seconds());
    let (tracks, sharing) = part(tracks, &StopFlag::default()).unwrap();
    let took = busy_seconds().zip(before).map_or(begun.elapsed().as_secs_f64(), |(after, before)| after - before);
    (tracks, sharing, took / seconds)
}

fn told(sharing: &Sharing) -> Transcript {
    let mut transcript = join_sides(Vec::new(), Duration::from_ms(0));
    transcript.warnings.clear();
    sharing.tell(&mut transcript);
    transcript
}

/// Noise with the rhythm of talk, one track after the other; the second is heard on the first.
fn cost() {
    let seconds = 600;
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    let rate = SAMPLE_RATE as usize;
    let voice = |at: usize, turn: usize, value: f32| {
        let syllable = (at as f32 / rate as f32 * 4.0 * std::f32::consts::PI).sin().abs();
        if at / (4 * rate) % 2 == turn { 0.1 * syllable * value } else { 0.0005 * value }
    };
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    for at in 0..seconds * rate {
        mine.push(voice(at, 0, noise()));
        theirs.push(voice(at, 1, noise()));
    }
    for (name, lag) in [("no bleed", None), ("bleed one way", Some(320))] {
        let mut first = mine.clone();
        let from = lag.unwrap_or(first.len());
        for (first, theirs) in first[from..].iter_mut().zip(&theirs) {
            *first += 0.5 * theirs;
        }
        let (_, sharing, share) = parted(vec![Track::from_samples(&first), Track::from_samples(&theirs)]);
        let found: Vec<_> = told(&sharing).warnings.into_iter().map(|warning| warning.code).collect();
        println!("{name}: {:.2} % of the call's length on one core {found:?}", share * 100.0);
    }
}

/// Hundredths of a second in which a track's own people speak.
fn truth(file: &Path, length: usize) -> [Vec<bool>; 2] {
    let text = std::fs::read_to_string(file.with_extension("json")).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    let mut speech = [vec![false; length], vec![false; length]];
    for row in value["said"].as_array().unwrap() {
        let track = &mut speech[row["track"].as_u64().unwrap() as usize];
        for stretch in row["speech"].as_array().unwrap() {
            let at = |edge: usize| ((stretch[edge].as_f64().unwrap() * 100.0) as usize).min(length);
            track[at(0)..at(1)].fill(true);
        }
    }
    speech
}

fn found(spans: &[Span], length: usize) -> Vec<bool> {
    let mut speech = vec![false; length];
    for span in spans {
        let at = |ms: u64| (ms as usize / 10).min(length);
        speech[at(span.start().ms())..at(span.end().ms())].fill(true);
    }
    speech
}

fn seconds(count: usize) -> f64 {
    count as f64 / 100.0
}

fn mix(file: &Path) {
    let mut reader = hound::WavReader::open(file).unwrap();
    if reader.spec().channels != 2 {
        return;
    }
    let samples: Vec<f32> = reader.samples::<i16>().map(|sample| f32::from(sample.unwrap()) / 32_768.0).collect();
    let channel = |at: usize| Track::from_samples(&samples.iter().skip(at).step_by(2).copied().collect::<Vec<_>>());
    let given = vec![channel(0), channel(1)];
    let length = given[0].len() / 160 + 100;
    let truth = truth(file, length);
    let (freed, sharing, _) = parted(given.clone());
    let told = told(&sharing);
    print!("{:32} {:?} {:?}", file.file_stem().unwrap_or_default().display(), told.basis, told.attribution_confidence);
    if freed.len() == 2 {
        for track in 0..2 {
            let (own, other) = (&truth[track], &truth[1 - track]);
            let heard = [&given[track], &freed[track]].map(|sound| found(&find_speech(sound), length));
            let count = |of: &dyn Fn(usize) -> bool| seconds((0..length).filter(|at| of(*at)).count());
            let lost = heard.each_ref().map(|heard| count(&|at| own[at] && !heard[at]));
            let double = heard.each_ref().map(|heard| count(&|at| own[at] && other[at] && !heard[at]));
            let near = |at: usize| own[at.saturating_sub(MARGIN)..(at + MARGIN).min(length)].contains(&true);
            let wrong = heard.each_ref().map(|heard| count(&|at| heard[at] && !near(at)));
            print!(
                " | {:5.1} s, lost {:4.1} > {:4.1}, of double talk {:.1} > {:.1} of {:.1}, wrong {:4.1} > {:4.1}",
                count(&|at| own[at]),
                lost[0],
                lost[1],
                double[0],
                double[1],
                count(&|at| own[at] && other[at]),
                wrong[0],
                wrong[1]
            );
        }
    }
    println!();
}

fn main() {
    cost();
    let Some(folder) = std::env::var_os("RAPPORT_MIXES") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "wav"));
    files.sort();
    for file in files {
        mix(&file);
    }
}
