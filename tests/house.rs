//! The house rules: who may import whom, how long a file may be, who may print and who may look at the clock.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use regex::Regex;
use walkdir::WalkDir;

/// Modules by floor, from the ground up. Floors 0 to 4 of the map in `lib.rs`.
const FLOORS: [&[&str]; 5] = [
    &["call", "error", "lexicon", "progress", "threads"],
    &["ingest", "transcribe", "diarize", "redact", "topics", "findings", "trends"],
    &["pipeline", "batch", "store", "render"],
    &["options", "commands"],
    &["cli", "main", "lib"],
];

/// Files longer than this own more than one thing.
const LINES_MAX: usize = 600;

fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<_> = WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| (path.strip_prefix(&root).unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    assert!(files.len() > 20, "only {} source files found below {}", files.len(), root.display());
    files
}

/// The module a file belongs to: its folder or its own name at the top of `src`.
fn module_of(file: &Path) -> String {
    let first = file.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn floor_of(module: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&module)).unwrap_or_else(|| panic!("{module} stands on no floor"))
}

/// The part of a file before its unit tests, which may use what they like.
fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests").next().unwrap()
}

/// Lines that are code: comments may mention what code may not use.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    before_tests(text).lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn files_import_only_from_floors_below() {
    // Both `use crate::x` and paths in the middle of code.
    let import = Regex::new(r"\b(?:crate|rapport)::(\w+)").unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (file, text) in sources() {
        let own = module_of(&file);
        for line in code_lines(&text) {
            for other in import.captures_iter(line).map(|found| found[1].to_owned()) {
                seen += 1;
                let same = other == own;
                let render_rule = own != "render" || floor_of(&other) == 0;
                // The stages of floor 1 are strangers to each other; elsewhere neighbours may build on each other.
                let below =
                    floor_of(&other) < floor_of(&own) || (floor_of(&own) != 1 && floor_of(&other) == floor_of(&own));
                if !(same || below && render_rule) {
                    wrong.push(format!("{}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(seen > 100, "the pattern found only {seen} imports");
    assert!(wrong.is_empty(), "imports against the floors:\n{}", wrong.join("\n"));
}

#[test]
fn the_floors_of_one_call_and_of_many_do_not_turn_around() {
    // Within floor 2: batch → store → pipeline, and nobody but batch and store uses render.
    for (file, text) in sources() {
        let banned: &[&str] = match module_of(&file).as_str() {
            "pipeline" => &["crate::batch", "crate::store", "crate::render"],
            "store" => &["crate::batch"],
            "options" => &["crate::commands"],
            _ => continue,
        };
        for line in code_lines(&text) {
            assert!(!banned.iter().any(|name| line.contains(name)), "{}: {line}", file.display());
        }
    }
}

#[test]
fn every_module_stands_on_a_floor() {
    let modules: BTreeSet<_> = sources().iter().map(|(file, _)| module_of(file)).collect();
    for module in &modules {
        floor_of(module);
    }
}

#[test]
fn no_file_owns_too_much() {
    for (file, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines, at most {LINES_MAX} are allowed", file.display());
    }
}

#[test]
fn only_commands_print_and_look_at_the_clock() {
    let printing = Regex::new(r"\b(?:e?println!|e?print!|dbg!|stdout\(\)|stderr\(\))").unwrap();
    let clock = Regex::new(r"\b(?:Instant::now|SystemTime::now|Zoned::now|Timestamp::now)").unwrap();
    for (file, text) in sources() {
        if floor_of(&module_of(&file)) >= 3 {
            continue;
        }
        for line in code_lines(&text) {
            assert!(!printing.is_match(line), "{} prints: {line}", file.display());
            assert!(!clock.is_match(line), "{} looks at the clock: {line}", file.display());
        }
    }
}

#[test]
fn nothing_is_left_undone() {
    let undone = Regex::new(r"\b(?:todo!|unimplemented!|FIXME|TODO|XXX)").unwrap();
    for (file, text) in sources() {
        for line in text.lines() {
            assert!(!undone.is_match(line), "{}: {line}", file.display());
        }
    }
}
