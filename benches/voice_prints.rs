//! Is a voice found again by its print? `cargo bench --bench voice_prints -- FOLDER` reads FOLDER/NAME/enrol.wav and
//! FOLDER/NAME/CONDITION.wav, recordings of one voice each, and prints for each enrolment and each other recording how
//! alike they are, then by condition how often the right one of two voices is found, a wrong one, and a stranger's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rapport::diarize::voices::{VoicePrint, likenesses};
use rapport::diarize::{LEAD_MIN, LIKENESS_MIN};
use rapport::ingest::recording;
use rapport::progress::StopFlag;
use rapport::transcribe::speech::find_speech;

/// Likeness of an enrolled voice (first) and a recorded one, by condition.
type Likenesses = BTreeMap<String, BTreeMap<(String, String), f32>>;

fn main() {
    let Some(folder) = std::env::args().nth(1).filter(|argument| argument != "--bench") else {
        println!("no folder of voices is named: nothing is measured");
        return;
    };
    let (mut enrolled, mut calls) = (Vec::new(), Vec::new());
    for person in entries(Path::new(&folder)) {
        let name = last_part(&person);
        for file in entries(&person) {
            let condition = last_part(&file.with_extension(""));
            match print_of(&file) {
                Some(print) if condition == "enrol" => enrolled.push((name.clone(), print)),
                Some(print) => calls.push((condition, name.clone(), print)),
                None => println!("{} has too little speech", file.display()),
            }
        }
    }
    let mut all = Likenesses::new();
    for (known, print) in &enrolled {
        for (condition, name, voice) in &calls {
            let likeness = likenesses(print, std::slice::from_ref(voice))[0];
            println!("{known}\t{name}\t{condition}\t{likeness:.2}");
            all.entry(condition.clone()).or_default().insert((known.clone(), name.clone()), likeness);
        }
    }
    for (condition, likenesses) in &all {
        count(condition, likenesses);
    }
}

/// Every call of two of the voices: does it find the enrolled one, the other, a stranger?
fn count(condition: &str, likenesses: &BTreeMap<(String, String), f32>) {
    let (mut right, mut wrong, mut calls, mut strangers, mut others) = (0, 0, 0, 0, 0);
    let all: Vec<_> = likenesses.iter().collect();
    for (at, ((known, one), first)) in all.iter().enumerate() {
        for ((also, other), second) in &all[at + 1..] {
            // The part of a name before the first "@" is the person; the same one twice is no call.
            let person = |name: &str| name.split('@').next().unwrap_or(name).to_owned();
            if known != also || person(one) == person(other) {
                continue;
            }
            let found = first.max(**second) >= LIKENESS_MIN && (**first - **second).abs() >= LEAD_MIN;
            let (likelier, less) = if first >= second { (one, other) } else { (other, one) };
            if person(likelier) == person(known) || person(less) == person(known) {
                calls += 1;
                right += usize::from(found && person(likelier) == person(known));
                wrong += usize::from(found && person(less) == person(known));
            } else {
                others += 1;
                strangers += usize::from(found);
            }
        }
    }
    println!(
        "{condition}: found in {right} of {calls} calls with somebody else, taken for the other in {wrong}; a stranger \
         found in {strangers} of {others} calls of two others"
    );
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = std::fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    found.sort();
    found
}

fn last_part(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

fn print_of(file: &Path) -> Option<VoicePrint> {
    let track = recording::read(file, &StopFlag::default()).expect("a recording").tracks.remove(0);
    VoicePrint::take(&track, &find_speech(&track))
}
