//! The labels by themselves: labelled kinds and boundaries given as the topics.
//!
//! `labels_alone LABELS` reads the labels that `call_format.py json` prints, one call a file, and prints a line of JSON for
//! each topic: the call, the label that people gave, the one that Rapport gives, and the words that may be in a label with
//! what speaks for each; and one line for each English word, with what it means. `scripts/train_topics/labels.py` learns
//! from them.

use std::collections::HashSet;
use std::path::Path;

use rapport::topics::labels;
use serde_json::json;

#[path = "common/labelled.rs"]
mod labelled;

use labelled::Labelled;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [folder] = arguments.as_slice() else {
        println!("usage: labels_alone LABELS");
        return;
    };
    let mut known = HashSet::new();
    for file in labelled::files(Path::new(folder)) {
        let call = Labelled::read(&file);
        let (transcript, topics) = (call.transcript(), call.topics());
        let named = labels::name(&transcript, &topics, &[]);
        let candidates = labels::candidates(&transcript, &topics);
        for ((section, named), candidates) in call.sections.iter().zip(named).zip(candidates) {
            let listed: Vec<_> =
                candidates.iter().map(|one| json!([one.stem, one.written, one.uses, one.marks])).collect();
            println!(
                "{}",
                json!({"call": call.id, "language": call.language, "kind": section.kind, "label": section.label,
                       "named": named, "candidates": listed})
            );
            for one in candidates.iter().filter(|one| call.language == "en" && known.insert(one.written.clone())) {
                println!("{}", json!({"word": one.written, "vector": one.vector.as_slice()}));
            }
        }
    }
}
