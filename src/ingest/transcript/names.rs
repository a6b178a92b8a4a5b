//! `Name:` before the text: who it names is decided over the whole file.

use std::collections::{HashMap, HashSet};

use super::draft::{Cue, share_out};

/// Longest name looked for, in characters: "Dr. Anne-Marie van der Berg (Northwind Consulting)".
const NAME_CHARS_MAX: usize = 50;

/// Most words of a name.
const NAME_WORDS_MAX: usize = 6;

/// A name that does not look like one (`dana`) must come at least this often,
const PLAIN_COUNT_MIN: usize = 3;

/// and before at least this share of the cues.
const PLAIN_SHARE_MIN: f64 = 0.1;

/// A name that comes once counts when at least this share of the cues starts with what looks like a name.
const ONCE_SHARE_MIN: f64 = 0.5;

/// Below this share of named cues the file names nobody: the colons are part of what is said.
const NAMED_SHARE_MIN: f64 = 0.2;

/// What stands before a colon and names nobody, in lower case.
const NO_NAMES: &[&str] = &[
    "a",
    "action",
    "actions",
    "agenda",
    "also",
    "and",
    "answer",
    "attention",
    "because",
    "bonus",
    "budget",
    "but",
    "caution",
    "date",
    "deadline",
    "decision",
    "edit",
    "example",
    "fact",
    "finally",
    "first",
    "for example",
    "fyi",
    "goal",
    "goals",
    "hint",
    "however",
    "http",
    "https",
    "i mean",
    "idea",
    "important",
    "in short",
    "info",
    "item",
    "last",
    "like",
    "listen",
    "look",
    "meaning",
    "namely",
    "next",
    "no",
    "note",
    "number",
    "ok",
    "okay",
    "one thing",
    "p.s.",
    "plan",
    "plus",
    "point",
    "problem",
    "ps",
    "q",
    "question",
    "quote",
    "re",
    "reason",
    "remember",
    "reminder",
    "result",
    "right",
    "second",
    "see",
    "so",
    "status",
    "step",
    "still",
    "summary",
    "then",
    "third",
    "time",
    "tip",
    "title",
    "today",
    "todo",
    "tomorrow",
    "topic",
    "update",
    "warning",
    "well",
];

/// Small words inside names that are written in lower case.
const PARTICLES: &[&str] =
    &["al", "bin", "da", "de", "del", "della", "den", "der", "di", "do", "du", "el", "la", "le", "van", "von"];

/// Words that name a role when a number or nothing follows, in lower case.
const ROLES: &[&str] = &[
    "agent",
    "caller",
    "client",
    "customer",
    "guest",
    "host",
    "interviewee",
    "interviewer",
    "me",
    "participant",
    "speaker",
    "spk",
    "unknown",
    "you",
];

/// Takes names off the front of lines and makes them voices; a cue with several names becomes several cues.
pub(super) fn take_names(cues: Vec<Cue>) -> Vec<Cue> {
    let names = Names::find(&cues);
    if names.0.is_empty() { cues } else { cues.iter().flat_map(|cue| names.split(cue)).collect() }
}

/// The name and the text of `Name: text`, if the part before the colon could name somebody.
pub(super) fn candidate(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '：'])?;
    let (name, rest) = line.split_at(at);
    let rest = &rest[rest.chars().next()?.len_utf8()..];
    let is_wide = line[at..].starts_with('：');
    let name = name.trim().trim_start_matches(">>").trim_start_matches(['-', '–', '[']).trim_end_matches(']').trim();
    let follows = is_wide || rest.is_empty() || rest.starts_with(char::is_whitespace);
    (follows && could_be_name(name)).then(|| (name, rest.trim()))
}

/// Whether the text has the form of a name: short, with letters, no sentence.
fn could_be_name(name: &str) -> bool {
    name.chars().count() <= NAME_CHARS_MAX
        && name.split_whitespace().count() <= NAME_WORDS_MAX
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['?', '!', ';', '"', '<', '>', '=', '…', ':'])
        && !NO_NAMES.contains(&name.to_lowercase().as_str())
}

/// Whether it is written as names are: each word with a capital, in a script without capitals, or a role.
pub(super) fn looks_like_name(name: &str) -> bool {
    if !could_be_name(name) {
        return false;
    }
    let role = name.to_lowercase();
    if ROLES.contains(&role.trim_end_matches(|c: char| c.is_ascii_digit() || " _-#".contains(c))) {
        return true;
    }
    let mut words = name.split_whitespace();
    words.next().is_some_and(is_name_word) && words.all(|word| is_name_word(word) || PARTICLES.contains(&word))
}

fn is_name_word(word: &str) -> bool {
    let first = word.chars().find(|c| c.is_alphanumeric());
    first.is_none_or(|c| c.is_numeric() || !c.is_lowercase())
}

/// The names of a file.
struct Names(HashSet<String>);

impl Names {
    fn find(cues: &[Cue]) -> Self {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (name, _) in cues.iter().flat_map(|cue| &cue.lines).filter_map(|line| candidate(line)) {
            *counts.entry(name).or_default() += 1;
        }
        let share_named = |is_name: &dyn Fn(&str) -> bool| {
            let named = cues.iter().filter(|cue| leading(cue).is_some_and(is_name)).count();
            named as f64 / cues.len().max(1) as f64
        };
        let share = share_named(&looks_like_name);
        let accepted: HashSet<String> = counts
            .iter()
            .filter(|&(name, &count)| {
                if looks_like_name(name) {
                    count > 1 || share >= ONCE_SHARE_MIN
                } else {
                    count >= PLAIN_COUNT_MIN && count as f64 >= PLAIN_SHARE_MIN * cues.len() as f64
                }
            })
            .map(|(&name, _)| name.to_owned())
            .collect();
        if share_named(&|name| accepted.contains(name)) < NAMED_SHARE_MIN {
            Self(HashSet::new())
        } else {
            Self(accepted)
        }
    }

    fn split(&self, cue: &Cue) -> Vec<Cue> {
        let mut parts: Vec<(Option<String>, Vec<String>)> = vec![(cue.voice.clone(), Vec::new())];
        for line in &cue.lines {
            match candidate(line).filter(|(name, _)| self.0.contains(*name)) {
                Some((name, rest)) => parts.push((Some(name.to_owned()), vec![rest.to_owned()])),
                None => {
                    if let Some((_, lines)) = parts.last_mut() {
                        lines.push(line.clone());
                    }
                }
            }
        }
        parts.retain(|(_, lines)| lines.iter().any(|line| !line.trim().is_empty()));
        let weights: Vec<usize> = parts.iter().map(|(_, lines)| lines.iter().map(String::len).sum()).collect();
        let times = share_out(cue.start, cue.end, &weights);
        parts
            .into_iter()
            .zip(times)
            .map(|((voice, lines), (start, end))| Cue { line: cue.line, start, end, voice, lines, ..Cue::default() })
            .collect()
    }
}

/// What could be a name at the front of the cue's first line.
fn leading(cue: &Cue) -> Option<&str> {
    cue.lines.iter().find(|line| !line.trim().is_empty()).and_then(|line| candidate(line)).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cues(lines: &[&str]) -> Vec<Cue> {
        let cue = |(at, line): (usize, &&str)| Cue {
            start: at as u64 * 1000,
            end: Some(at as u64 * 1000 + 800),
            lines: line.split('|').map(str::to_owned).collect(),
            ..Cue::default()
        };
        lines.iter().enumerate().map(cue).collect()
    }

    fn voices(lines: &[&str]) -> Vec<(Option<String>, String)> {
        take_names(cues(lines)).into_iter().map(|cue| (cue.voice, cue.lines.join("|"))).collect()
    }

    fn names(lines: &[&str]) -> Vec<Option<String>> {
        voices(lines).into_iter().map(|(voice, _)| voice).collect()
    }

    #[test]
    fn names_are_taken_off() {
        let got = voices(&["Dana Reed: Hi.", "Anne-Marie van der Berg (Guest): Hello: you?", "Dana Reed: Fine."]);
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(
            got,
            [
                (name("Dana Reed"), "Hi.".to_owned()),
                (name("Anne-Marie van der Berg (Guest)"), "Hello: you?".to_owned()),
                (name("Dana Reed"), "Fine.".to_owned())
            ]
        );
        assert_eq!(names(&["Speaker 1: a", "speaker_2: b"]), [name("Speaker 1"), name("speaker_2")]);
        assert_eq!(names(&["王伟：你好"]), [name("王伟")]);
        assert_eq!(names(&["dana: a", "dana: b", "dana: c", "bob"]).iter().flatten().count(), 3);
    }

    #[test]
    fn sentences_with_a_colon_name_nobody() {
        for lines in [
            &["Note: we go", "Note: we stay", "So: here"][..],
            &["10:30: we meet", "10:30: again"],
            &["See https://example.org", "Look: there"],
            &["what I said was: no", "yes", "what I said was: no"],
            &["Monday: rain", "a", "b", "c", "d", "e"],
        ] {
            assert!(names(lines).iter().all(Option::is_none), "{lines:?}");
        }
    }

    #[test]
    fn several_names_in_a_cue_share_its_time() {
        let got = take_names(cues(&["Dana: four|Bob: nine", "Dana: x", "Bob: y"]));
        let times: Vec<_> = got.iter().map(|cue| (cue.start, cue.end)).collect();
        assert_eq!(times[..2], [(0, Some(400)), (400, Some(800))]);
    }
}
