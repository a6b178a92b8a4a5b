//! The findings by themselves: labelled kinds given as the topics, so that a mistake of the topics stage shows nowhere.
//!
//! `findings_alone LABELS OUT` reads the labels that `call_format.py json` prints, one call a file, and writes a report
//! of each with the fields that `score_calls.py` reads. `benches/score_labelled` runs it where it is asked to.

use std::path::Path;

use rapport::findings::{self, FindingSettings};
use serde_json::{Value, json};

#[path = "common/labelled.rs"]
mod labelled;

use labelled::Labelled;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [labels, out] = arguments.as_slice() else {
        println!("usage: findings_alone LABELS OUT");
        return;
    };
    std::fs::create_dir_all(out).expect("the folder for the reports can be made");
    for file in labelled::files(Path::new(labels)) {
        let report = report(&Labelled::read(&file));
        let name = file.file_name().expect("a file of a folder has a name");
        std::fs::write(Path::new(out).join(name), report.to_string()).expect("a report can be written");
    }
}

fn report(call: &Labelled) -> Value {
    let (transcript, topics) = (call.transcript(), call.topics());
    let found = findings::find(&transcript, &topics, &FindingSettings::default());
    json!({
        "speakers": found.speakers,
        "utterances": transcript.utterances,
        "topics": topics,
        "small_talk": found.small_talk,
        "tangents": found.tangents,
        "redirects": found.redirects,
        "opportunities": found.opportunities,
        "frame": found.frame,
        "coaching": found.coaching,
    })
}
