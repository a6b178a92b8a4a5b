//! How right voices are told apart: diarization error rates, and what telling them costs.
//!
//! `cargo bench --bench der -- REFERENCE.rttm ANSWER.rttm` scores an answer of any program. `cargo bench --bench der --
//! PATH...` tells apart the voices of each WAV file, or of each in a folder, that has an RTTM file of the same name beside
//! it (or its own lines in the one RTTM file of its folder), and prints a line a file and one for all. The number of
//! voices is taken from the reference, or from `--speakers N|auto|usual`. `--rounds N` plays every file N times over, for
//! the cost of long calls. `--network SEGMENTATION.onnx`, and with it `--prints EMBEDDING.onnx`, asks networks (feature
//! `voices`).

mod rttm;
mod score;

use std::path::{Path, PathBuf};
use std::time::Instant;

use rapport::call::audio::Track;
use rapport::diarize::voices::{CallVoices, SpeakerCount, VoiceTeller, Voices};
use rapport::ingest::recording;
use rapport::options::parse_speakers;
use rapport::progress::StopFlag;
use rapport::transcribe::speech::find_speech;
use rttm::Turns;
use score::{Errors, score};

/// The forgiving score leaves out a quarter of a second around every edge of the reference, as NIST's campaigns did.
const COLLAR_MS: u64 = 250;

/// What is asked for.
struct Wanted {
    /// `None`: as many voices as the reference has.
    count: Option<SpeakerCount>,
    rounds: usize,
    teller: Box<dyn VoiceTeller>,
}

/// What became of one file.
struct Scored {
    name: String,
    strict: Errors,
    collar: Errors,
    found: String,
    call_secs: f64,
    took_secs: f64,
}

fn main() {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut wanted = Wanted { count: None, rounds: 1, teller: Box::new(CallVoices) };
    let (mut network, mut prints) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--speakers" => {
                let text = arguments.next().expect("--speakers N|auto|usual");
                let usual = text == "usual";
                wanted.count = Some(if usual { SpeakerCount::Usual } else { parse_speakers(&text).expect("a number") });
            }
            "--rounds" => wanted.rounds = arguments.next().and_then(|text| text.parse().ok()).expect("--rounds N"),
            "--network" => network = arguments.next().map(PathBuf::from),
            "--prints" => prints = arguments.next().map(PathBuf::from),
            "--bench" => {}
            _ => paths.push(argument.into()),
        }
    }
    if let [reference, answer] = &paths[..]
        && [reference, answer].iter().all(|path| path.extension().is_some_and(|ending| ending == "rttm"))
    {
        score_files(reference, answer);
        return;
    }
    if let Some(network) = network {
        wanted.teller = with_networks(&network, prints.as_deref());
    }
    if paths.is_empty() {
        println!("no WAV files with RTTM files beside them are named: nothing is measured");
    }
    for path in paths {
        let scored: Vec<Scored> =
            recordings(&path).iter().filter_map(|recording| tell_and_score(recording, &wanted)).collect();
        print_all(&path.display().to_string(), &scored);
    }
}

#[cfg(feature = "voices")]
fn with_networks(segmentation: &Path, embedding: Option<&Path>) -> Box<dyn VoiceTeller> {
    use rapport::diarize::neural::NeuralVoices;
    Box::new(NeuralVoices::load(segmentation, embedding).expect("networks that tell voices apart"))
}

#[cfg(not(feature = "voices"))]
fn with_networks(_: &Path, _: Option<&Path>) -> Box<dyn VoiceTeller> {
    panic!("this was built without the feature `voices`");
}

fn score_files(reference: &Path, answer: &Path) {
    let read = |path: &Path| rttm::read(&std::fs::read_to_string(path).expect("readable")).expect("an RTTM file");
    let (reference, answer) = (read(reference), read(answer));
    let scored = reference.iter().map(|(name, turns)| {
        let found = answer.get(name).cloned().unwrap_or_default();
        Scored {
            name: name.clone(),
            strict: score(turns, &found, 0),
            collar: score(turns, &found, COLLAR_MS),
            found: String::new(),
            call_secs: 0.0,
            took_secs: 0.0,
        }
    });
    print_all("all", &scored.collect::<Vec<_>>());
}

/// The WAV files at `path`.
fn recordings(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let files = std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|ending| ending == "wav")).collect();
    files.sort();
    files
}

/// The reference of a recording, if it has one.
fn reference(recording: &Path) -> Option<Turns> {
    let stem = recording.file_stem()?.to_str()?;
    let beside = recording.with_extension("rttm");
    if beside.exists() {
        let turns = rttm::read(&std::fs::read_to_string(beside).ok()?).expect("an RTTM file");
        return turns.into_values().next();
    }
    let others = std::fs::read_dir(recording.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    others
        .filter(|file| file.extension().is_some_and(|ending| ending == "rttm"))
        .find_map(|file| rttm::read(&std::fs::read_to_string(file).ok()?).expect("an RTTM file").remove(stem))
}

fn tell_and_score(path: &Path, wanted: &Wanted) -> Option<Scored> {
    let reference = reference(path)?;
    let track = recording::read(path, &StopFlag::default()).expect("a recording").tracks.remove(0);
    let track = repeated(&track, wanted.rounds);
    let speech = find_speech(&track);
    let count = wanted.count.unwrap_or(SpeakerCount::Given(reference.len() as u16));
    let begun = Instant::now();
    let told = wanted.teller.tell(&track, &speech, count);
    let took_secs = begun.elapsed().as_secs_f64();
    let mut answer = Turns::new();
    let found = match told {
        Voices::Apart { turns, voices } => {
            let length: f64 = turns.iter().map(|turn| turn.span.length().secs()).sum();
            let sure: f64 = turns.iter().map(|turn| turn.span.length().secs() * f64::from(turn.confidence)).sum();
            for turn in turns {
                answer.entry(turn.voice.to_string()).or_default().push(turn.span);
            }
            format!("{voices} voices of {}, {:.3} sure", reference.len(), sure / length)
        }
        Voices::Not(why) => format!("{why:?} of {}", reference.len()),
    };
    Some(Scored {
        name: path.file_stem()?.to_string_lossy().into_owned(),
        strict: score(&reference, &answer, 0),
        collar: score(&reference, &answer, COLLAR_MS),
        found,
        call_secs: track.duration().secs(),
        took_secs,
    })
}

fn repeated(track: &Track, rounds: usize) -> Track {
    let mut samples = Vec::new();
    track.read_samples(0, track.len(), &mut samples);
    let mut all = Track::default();
    (0..rounds).for_each(|_| all.push(&samples));
    all
}

fn print_all(name: &str, scored: &[Scored]) {
    let percent = |part: u64, whole: u64| if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 };
    let parts = |errors: &Errors| {
        let of = errors.speech_ms;
        format!(
            "{:6.1} % (missed {:.1}, false alarm {:.1}, confused {:.1})",
            100.0 * errors.rate(),
            percent(errors.missed_ms, of),
            percent(errors.false_alarm_ms, of),
            percent(errors.confused_ms, of)
        )
    };
    for one in scored {
        println!("{:40} strict {}, collar {}; {}", one.name, parts(&one.strict), parts(&one.collar), one.found);
    }
    let sum = |which: fn(&Scored) -> Errors| {
        scored.iter().map(which).fold(Errors::default(), |sum, one| Errors {
            missed_ms: sum.missed_ms + one.missed_ms,
            false_alarm_ms: sum.false_alarm_ms + one.false_alarm_ms,
            confused_ms: sum.confused_ms + one.confused_ms,
            speech_ms: sum.speech_ms + one.speech_ms,
        })
    };
    let mean = scored.iter().map(|one| one.collar.rate()).sum::<f64>() / scored.len().max(1) as f64;
    let (call, took) = scored.iter().fold((0.0, 0.0), |(call, took), one| (call + one.call_secs, took + one.took_secs));
    println!(
        "{name}: {} files, strict {}, collar {}, mean of the files with collar {:.1} %; took {:.2} % of the time they last",
        scored.len(),
        parts(&sum(|one| one.strict)),
        parts(&sum(|one| one.collar)),
        100.0 * mean,
        100.0 * took / call
    );
}
