//! The fuzz targets over their committed corpus: seeds, and every file that once did harm.

#[path = "fuzz/entries.rs"]
mod entries;

use std::path::Path;
use std::time::{Duration, Instant};

/// A target: its name, and what takes the bytes.
type Target = (&'static str, fn(&[u8]));

/// How long one file may take at most.
const WAIT: Duration = Duration::from_secs(10);

#[test]
fn no_file_of_the_corpus_does_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let targets: [Target; 5] = [
        ("decode", entries::decode),
        ("transcript", entries::transcript),
        ("report", entries::report),
        ("config", entries::config),
        ("model", entries::model),
    ];
    for (name, target) in targets {
        let mut files: Vec<_> =
            std::fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 3, "{name} has {} files", files.len());
        for file in files {
            let begun = Instant::now();
            target(&std::fs::read(&file).unwrap());
            assert!(begun.elapsed() < WAIT, "{} took {:?}", file.display(), begun.elapsed());
        }
    }
}
