//! The fuzz targets over their committed corpus: seeds, and every file that once did harm.

#[path = "fuzz/entries.rs"]
mod entries;

use std::path::Path;
use std::time::{Duration, Instant};

use rapport::ingest::recording;
use rapport::progress::StopFlag;
use rayon::prelude::*;

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
    let mut count = 0;
    for (name, target) in targets {
        let mut files: Vec<_> =
            std::fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        files.sort();
        assert!(files.len() >= 3, "{name} has {} files", files.len());
        for file in files {
            let begun = Instant::now();
            target(&std::fs::read(&file).unwrap());
            assert!(begun.elapsed() < WAIT, "{} took {:?}", file.display(), begun.elapsed());
            count += 1;
        }
    }
    println!("files of the fuzz corpus: cases: {count}, failures: 0");
}

/// Places at which a good file is cut, and bits of it that are turned around: in a soak so many in every file, else so many
/// over all files of a kind.
const CUTS: usize = 200;
const FLIPS: usize = 1000;

/// Memory that this program may have taken at most, in KiB, whatever it was given.
const MEMORY_KIB_MAX: u64 = 1 << 20;

/// How many cases there were and how long the slowest took.
#[derive(Default, Clone, Copy)]
struct Tried {
    cases: usize,
    slowest: Duration,
}

impl Tried {
    fn one(&mut self, name: &str, target: fn(&[u8]), bytes: &[u8]) {
        let begun = Instant::now();
        target(bytes);
        let took = begun.elapsed();
        assert!(took < WAIT, "{name} took {took:?}");
        self.cases += 1;
        self.slowest = self.slowest.max(took);
    }

    /// A good file with `head` in front, cut off and with bits turned around, at places that are spread evenly.
    fn harm(&mut self, name: &str, target: fn(&[u8]), head: &[u8], good: &[u8], files: usize) {
        let share = if std::env::var_os("RAPPORT_SOAK").is_some() { 1 } else { files };
        let (cuts, flips) = (CUTS.div_ceil(share), FLIPS.div_ceil(share));
        self.one(name, target, &[head, good].concat());
        for cut in 0..cuts {
            self.one(name, target, &[head, &good[..good.len() * cut / cuts]].concat());
        }
        let mut rng = fastrand::Rng::with_seed(2026);
        for _ in 0..flips {
            let mut bytes = [head, good].concat();
            bytes[head.len() + rng.usize(..good.len())] ^= 1 << rng.u8(..8);
            self.one(name, target, &bytes);
        }
    }

    fn and(self, other: Self) -> Self {
        Self { cases: self.cases + other.cases, slowest: self.slowest.max(other.slowest) }
    }

    fn tell(&self, what: &str) {
        println!("{what}: cases: {}, failures: 0; the slowest took {} ms", self.cases, self.slowest.as_millis());
        if let Some(peak) = peak_memory_kib() {
            println!("memory at most: {} MiB", peak / 1024);
            assert!(peak < MEMORY_KIB_MAX, "{peak} KiB");
        }
    }
}

/// What this process held at most; only Linux tells.
fn peak_memory_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok())
}

/// The good files of a folder.
fn good(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let named = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    files.iter().map(|path| (named(path), std::fs::read(path).unwrap())).collect()
}

/// The number of an ending among those that a target knows; the last of them where it knows it not.
fn ending_of(name: &str, endings: &[&str]) -> u8 {
    let ending = name.rsplit('.').next().unwrap();
    endings.iter().position(|known| *known == ending).unwrap_or(endings.len() - 1) as u8
}

#[test]
fn sound_that_is_cut_or_changed_anywhere_does_no_harm() {
    let files = good("audio");
    let tried = files.par_iter().map(|(name, bytes)| {
        let (head, mut tried) = ([ending_of(name, &entries::SOUND_ENDINGS)], Tried::default());
        tried.harm(name, entries::decode, &head, bytes, files.len());
        tried
    });
    tried.reduce(Tried::default, Tried::and).tell("sound cut and changed");
}

#[test]
fn transcripts_that_are_cut_or_changed_anywhere_do_no_harm() {
    let (files, mut tried) = (good("transcripts"), Tried::default());
    for (name, bytes) in &files {
        let head = [ending_of(name, &entries::TEXT_ENDINGS)];
        tried.harm(name, entries::transcript, &head, bytes, files.len());
    }
    tried.tell("transcripts cut and changed");
}

#[test]
fn reports_settings_marks_and_models_that_are_cut_or_changed_anywhere_do_no_harm() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let kinds: [(Target, &[&str]); 3] = [
        (("report", entries::report), &["seed-whole"]),
        (("config", entries::config), &["all", "marks"]),
        (("model", entries::model), &["smallest", "smallest-q5"]),
    ];
    for ((kind, target), files) in kinds {
        let mut tried = Tried::default();
        for name in files {
            let bytes = std::fs::read(corpus.join(kind).join(name)).unwrap();
            tried.harm(name, target, &[], &bytes, 1);
        }
        tried.tell(kind);
    }
}

/// Files that broke other programs, where they lie beside this folder.
#[test]
fn files_that_broke_other_programs_are_failures_with_a_name_or_sound() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/audio/broken");
    let walk = walkdir::WalkDir::new(&folder).sort_by_file_name().into_iter().filter_map(Result::ok);
    let (mut tried, mut sound) = (0, 0);
    for file in walk.filter(|entry| entry.file_type().is_file()) {
        for search in [None, std::env::var_os("PATH")] {
            let begun = Instant::now();
            match recording::read_with(file.path(), &StopFlag::default(), search.as_deref()) {
                Ok(_) => sound += 1,
                Err(failure) => {
                    assert!(failure.to_string().contains(&*file.file_name().to_string_lossy()), "{failure}");
                }
            }
            assert!(begun.elapsed() < WAIT, "{} took {:?}", file.path().display(), begun.elapsed());
            tried += 1;
        }
    }
    match tried {
        0 => println!("not checked: {} is not there", folder.display()),
        _ => println!("files that broke other programs: cases: {tried}, failures: 0; {sound} gave sound"),
    }
}
