//! Plain text with times: `00:12 Name: text`, `[00:00:12] text`, or a line `Name  0:12` above the text.

use std::sync::LazyLock;

use regex::Regex;

use crate::call::report::Warning;

use super::clock;
use super::draft::{Cue, Draft, Fault, Trust};
use super::encoding::lines;
use super::names::looks_like_name;

/// A first time from here on is a time of day (Zoom writes those), in milliseconds: calls do not start with an
/// hour of silence.
const TIME_OF_DAY_MS_MIN: u64 = 3_600_000;

/// A time, or two with an arrow, at the start of a line.
static TIMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*[\[(]?(\d{1,4}(?::\d{1,2}){1,2}(?:[.,]\d{1,9})?)(?:\s*-->\s*(\d[\d:.,]*))?(?:[\])]|\s|$)\s*(?:[-–—|]\s+)?(.*)$",
    )
});

/// A name with a time after it and nothing else: the head of what the lines below say.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*\[?([^\[\]\d:][^\[\]:]{0,60}?)\]?(\s+)[\[(]?(\d{1,4}(?::\d{2}){1,2})[\])]?\s*:?\s*$")
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// Reads the lines; what stands before the first time is left out.
pub(super) fn read(text: &str) -> Result<Draft, Fault> {
    let mut draft = Draft::default();
    let mut open: Option<Cue> = None;
    let mut blank_before = true;
    for (at, line) in lines(text)?.into_iter().enumerate() {
        if let Some(cue) = timed(line).or_else(|| head(line, blank_before)) {
            if let Some(done) = open.replace(Cue { line: at + 1, ..cue }) {
                draft.push(done)?;
            }
        } else if let Some(cue) = open.as_mut().filter(|_| !line.trim().is_empty() && !line.starts_with("# ")) {
            cue.lines.push(line.to_owned());
        }
        blank_before = line.trim().is_empty();
    }
    if let Some(done) = open {
        draft.push(done)?;
    }
    if draft.cues.iter().any(|cue| cue.voice.is_some()) {
        draft.trust = Trust::Tagged;
    }
    from_first_cue(&mut draft);
    Ok(draft)
}

fn timed(line: &str) -> Option<Cue> {
    let found = TIMED.captures(line)?;
    let start = clock::parse(&found[1])?;
    let end = found.get(2).and_then(|end| clock::parse(end.as_str())).filter(|&end| end > start);
    Some(Cue { start, end, lines: vec![found[3].to_owned()], ..Cue::default() })
}

fn head(line: &str, blank_before: bool) -> Option<Cue> {
    let found = HEAD.captures(line)?;
    let name = found[1].trim();
    let stands_apart = blank_before || found[2].len() > 1 || line.trim_start().starts_with('[');
    let start = clock::parse(&found[3])?;
    (stands_apart && looks_like_name(name)).then(|| Cue { start, voice: Some(name.to_owned()), ..Cue::default() })
}

/// Times of day become times from the first cue on.
fn from_first_cue(draft: &mut Draft) {
    let first = draft.cues.iter().map(|cue| cue.start).min().unwrap_or(0);
    if first < TIME_OF_DAY_MS_MIN {
        return;
    }
    for cue in &mut draft.cues {
        cue.start -= first;
        cue.end = cue.end.map(|end| end.saturating_sub(first));
    }
    let text = "The times were taken for times of day; the call starts with its first line.";
    draft.warnings.push(Warning::new("times_of_day", text));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cues(text: &str) -> Vec<(u64, Option<u64>, Option<String>, String)> {
        let draft = read(text).unwrap();
        draft.cues.into_iter().map(|cue| (cue.start, cue.end, cue.voice, cue.lines.join("|"))).collect()
    }

    #[test]
    fn times_may_be_written_in_many_ways() {
        for line in
            ["00:12 Dana: Hi", "[00:00:12] Dana: Hi", "(0:12) Dana: Hi", "0:12 - Dana: Hi", "00:00:12.000 Dana: Hi"]
        {
            assert_eq!(cues(line), [(12_000, None, None, "Dana: Hi".to_owned())], "{line}");
        }
        assert_eq!(cues("[00:00:01.000 --> 00:00:02.500]   Hi"), [(1000, Some(2500), None, "Hi".to_owned())]);
    }

    #[test]
    fn names_may_stand_above_the_text() {
        let want = [
            (12_000, None, Some("Dana Reed".to_owned()), "Hi there.|All fine?".to_owned()),
            (20_000, None, Some("Bob".to_owned()), "Yes.".to_owned()),
        ];
        assert_eq!(cues("Dana Reed  0:12\nHi there.\nAll fine?\n\nBob  0:20\nYes.\n"), want);
        assert_eq!(cues("[Dana Reed] 0:12\nHi there.\nAll fine?\n\nBob (0:20):\nYes.\n"), want);
    }

    #[test]
    fn a_time_inside_a_sentence_starts_nothing() {
        assert_eq!(cues("0:01 A: we meet\nat the office 10:30\n0:05 B: ok").len(), 2);
        assert_eq!(cues("0:01 A: we meet\nsee you on Monday 10:30\n0:05 B: ok").len(), 2);
    }

    #[test]
    fn times_of_day_start_at_zero() {
        let draft = read("[Dana] 10:30:05\nHi\n[Bob] 10:30:09\nYo\n").unwrap();
        assert_eq!(draft.cues.iter().map(|cue| cue.start).collect::<Vec<_>>(), [0, 4000]);
        assert_eq!(draft.warnings[0].code, "times_of_day");
    }
}
