//! What every format is read into before speakers, ends and speech are settled.

use crate::call::report::Warning;
use crate::call::transcript::Word;

use super::limits::{CUE_CHARS_MAX, CUES_MAX, TIME_MS_MAX};

/// Why a transcript cannot be read, without the file's name.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line from 1, where there is one to point at.
    pub(super) line: Option<usize>,
    /// What was found and what was wanted.
    pub(super) why: String,
}

impl Fault {
    pub(super) fn new(line: impl Into<Option<usize>>, why: impl Into<String>) -> Self {
        Self { line: line.into(), why: why.into() }
    }
}

/// One cue as the file has it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Cue {
    /// Line from 1 of its time; 0 in JSON, where lines say nothing.
    pub(super) line: usize,
    /// Milliseconds from the start of the call.
    pub(super) start: u64,
    /// Milliseconds; `None` where the file does not say.
    pub(super) end: Option<u64>,
    /// The name the file gives by a tag or a field of its own.
    pub(super) voice: Option<String>,
    /// Lines of text as they stand.
    pub(super) lines: Vec<String>,
    /// Words with times, where the file has them.
    pub(super) words: Option<Vec<Word>>,
    /// Mean confidence, 0 to 1.
    pub(super) confidence: Option<f32>,
}

/// How much of the text is to be interpreted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Trust {
    /// Names may stand before the text, captions may roll, breaths may be cut into cues.
    #[default]
    Captions,
    /// Names are given by tags; breaths may still be cut into cues.
    Tagged,
    /// A transcriber's JSON: fields say who speaks, a cue is an utterance.
    Transcribed,
    /// Our own export: a cue is an utterance and its text is what was said, to the letter.
    Own,
}

/// A file's cues and what it says about itself.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// In file order.
    pub(super) cues: Vec<Cue>,
    /// As the file writes it.
    pub(super) language: Option<String>,
    /// How much of the text is to be interpreted.
    pub(super) trust: Trust,
    /// Doubts met while reading.
    pub(super) warnings: Vec<Warning>,
}

impl Draft {
    /// Adds a cue within the limits.
    pub(super) fn push(&mut self, cue: Cue) -> Result<(), Fault> {
        let line = Some(cue.line).filter(|&line| line > 0);
        if self.cues.len() >= CUES_MAX {
            return Err(Fault::new(line, format!("more than {CUES_MAX} cues; split the file")));
        }
        if cue.start.max(cue.end.unwrap_or(0)) > TIME_MS_MAX {
            return Err(Fault::new(line, "a time beyond 48 hours; calls may be up to 48 hours long"));
        }
        let chars: usize = cue.lines.iter().map(|text| text.chars().count()).sum();
        if chars > CUE_CHARS_MAX {
            return Err(Fault::new(line, format!("a cue of {chars} characters; a cue may have up to {CUE_CHARS_MAX}")));
        }
        self.cues.push(cue);
        Ok(())
    }
}

/// Cuts a stretch into pieces as long as their texts are; without an end, all start together and have none.
pub(super) fn share_out(start: u64, end: Option<u64>, weights: &[usize]) -> Vec<(u64, Option<u64>)> {
    let Some(end) = end.filter(|&end| end > start) else {
        return weights.iter().map(|_| (start, None)).collect();
    };
    let total = weights.iter().sum::<usize>().max(1) as u64;
    let mut before = 0;
    let mut pieces = Vec::with_capacity(weights.len());
    for &weight in weights {
        let from = start + (end - start) * before / total;
        before += weight as u64;
        pieces.push((from, Some(start + (end - start) * before / total)));
    }
    pieces
}

/// `1 cue`, `3 cues`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Text with every run of spaces, line breaks and control characters as one space, none around it.
pub(super) fn tidy(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}'))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_share_the_time_by_their_length_and_leave_no_gap() {
        assert_eq!(share_out(1000, Some(2000), &[1, 3]), [(1000, Some(1250)), (1250, Some(2000))]);
        assert_eq!(share_out(1000, None, &[1, 3]), [(1000, None), (1000, None)]);
        assert_eq!(share_out(1000, Some(500), &[1]), [(1000, None)]);
        assert_eq!(share_out(0, Some(10), &[0, 0]), [(0, Some(0)), (0, Some(0))]);
    }

    #[test]
    fn limits_name_the_line() {
        let mut draft = Draft::default();
        let late = Cue { line: 7, start: TIME_MS_MAX + 1, ..Cue::default() };
        assert_eq!(draft.push(late).unwrap_err().line, Some(7));
        let long = Cue { line: 8, lines: vec!["x".repeat(CUE_CHARS_MAX + 1)], ..Cue::default() };
        assert_eq!(draft.push(long).unwrap_err().line, Some(8));
        draft.cues = vec![Cue::default(); CUES_MAX];
        assert_eq!(draft.push(Cue { line: 9, ..Cue::default() }).unwrap_err().line, Some(9));
    }
}
