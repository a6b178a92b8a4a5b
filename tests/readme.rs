//! The README tells the truth: its help texts are the program's own, its commands are there.

use std::path::Path;

use assert_cmd::Command;

fn readme() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The text of the code block that follows a `<!-- COMMAND -->` mark.
fn block_after<'text>(text: &'text str, mark: &str) -> &'text str {
    let after = text.split(mark).nth(1).unwrap_or_else(|| panic!("README has no mark {mark}"));
    let block = after.split("```").nth(1).unwrap();
    block.split_once('\n').unwrap().1
}

#[test]
fn help_texts_are_current() {
    let text = readme();
    let marks: Vec<_> = text.lines().filter(|line| line.starts_with("<!-- rapport")).collect();
    assert!(marks.len() >= 4, "{marks:?}");
    for mark in marks {
        let command = mark.trim_start_matches("<!-- rapport").trim_end_matches("-->").trim();
        let out =
            Command::new(assert_cmd::cargo::cargo_bin!("rapport")).args(command.split_whitespace()).output().unwrap();
        let help = String::from_utf8(out.stdout).unwrap();
        assert_eq!(block_after(&text, mark).trim_end(), help.trim_end(), "README is not current after {mark}");
    }
}

#[test]
fn the_two_commands_and_the_files_it_names_are_there() {
    let text = readme();
    for path in ["scripts/demo", "scripts/test"] {
        assert!(text.contains(path), "{path} is not in README");
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{path} is not in the tree");
    }
    // Links to files of the tree lead somewhere.
    let link = regex::Regex::new(r"\]\(([^)#:]+)\)").unwrap();
    for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(&target).exists(), "README links to {target}");
    }
}
