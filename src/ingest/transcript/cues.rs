//! WebVTT and SRT: timing lines with text under them.

use crate::call::report::Warning;

use super::clock;
use super::draft::{Cue, Draft, Fault, Trust, count, share_out};
use super::encoding::lines;
use super::limits::{CUE_CHARS_MAX, CUES_MAX};
use super::markup::by_voice;

/// The comment that our own WebVTT export carries: every cue is one utterance and its text holds no names.
const OWN_NOTE: &str = "NOTE One cue an utterance; names are in voice tags alone.";

/// Largest text of a cue with its marks, in bytes: four for each character that a cue may have.
const CUE_BYTES_MAX: usize = 4 * CUE_CHARS_MAX;

/// Which of the two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// An empty line ends a cue; blocks without a time are comments or styles.
    WebVtt,
    /// Text goes on to the next timing line.
    Srt,
}

/// A cue before its marks are read.
struct RawCue<'a> {
    line: usize,
    start: u64,
    end: u64,
    text: Vec<&'a str>,
}

/// Reads either format. A timing line that cannot be read costs its cue and is counted in a warning.
pub(super) fn read(text: &str, format: Format) -> Result<Draft, Fault> {
    let lines = lines(text)?;
    let mut draft = Draft::default();
    let mut raw: Vec<RawCue> = Vec::new();
    let mut bad: Vec<usize> = Vec::new();
    let mut body = Body::Outside;
    for (at, &line) in lines.iter().enumerate() {
        if body == Body::Comment {
            // Until the next empty line, whatever stands there.
            body = if line.is_empty() { Body::Outside } else { Body::Comment };
        } else if line.contains("-->") && (body != Body::Cue || starts_with_digit(line)) {
            let was_inside = std::mem::replace(&mut body, Body::Outside) == Body::Cue;
            if let Some((start, end)) = clock::timing(line) {
                drop_number(&lines, at, raw.last_mut().filter(|_| was_inside));
                if raw.len() >= CUES_MAX {
                    return Err(Fault::new(at + 1, format!("more than {CUES_MAX} cues; split the file")));
                }
                raw.push(RawCue { line: at + 1, start, end, text: Vec::new() });
                body = Body::Cue;
            } else {
                bad.push(at + 1);
            }
        } else if line.is_empty() && format == Format::WebVtt {
            body = Body::Outside;
        } else if body == Body::Cue {
            if let Some(cue) = raw.last_mut() {
                cue.text.push(line);
            }
        } else if body == Body::Outside && format == Format::WebVtt {
            if line == OWN_NOTE {
                draft.trust = Trust::Own;
            } else if let Some(language) = line.strip_prefix("Language:").filter(|_| raw.is_empty()) {
                draft.language = Some(language.trim().to_owned());
            }
            if ["NOTE", "STYLE", "REGION"].iter().any(|word| line.starts_with(word)) {
                body = Body::Comment;
            }
        }
    }
    for cue in &raw {
        push(&mut draft, cue)?;
    }
    if let Some(&first) = bad.first() {
        if draft.cues.is_empty() {
            let why = "a time that cannot be read; wanted 00:00:01.000 --> 00:00:02.000";
            return Err(Fault::new(first, why));
        }
        let text = format!("{} with unreadable times left out (first in line {first}).", count(bad.len(), "cue"));
        draft.warnings.push(Warning::new("unreadable_cues", text));
    }
    Ok(draft)
}

fn starts_with_digit(line: &str) -> bool {
    line.trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// What the line at hand belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Body {
    Outside,
    Cue,
    Comment,
}

/// Takes the number that stands right above the timing line `at` out of the text of the cue before it.
fn drop_number(lines: &[&str], at: usize, before: Option<&mut RawCue>) {
    let digits = |line: &str| !line.trim().is_empty() && line.trim().bytes().all(|byte| byte.is_ascii_digit());
    let is_number = at > 0 && digits(lines[at - 1]) && (at < 2 || lines[at - 2].trim().is_empty());
    if let Some(cue) = before.filter(|cue| is_number && !cue.text.is_empty()) {
        cue.text.pop();
    }
}

/// Reads the marks of a cue; several voices share its time by the length of what they say.
fn push(draft: &mut Draft, cue: &RawCue) -> Result<(), Fault> {
    let text = cue.text.join("\n");
    if text.len() > CUE_BYTES_MAX {
        let why = format!("a cue of {} bytes; a cue may have up to {CUE_CHARS_MAX} characters", text.len());
        return Err(Fault::new(cue.line, why));
    }
    let end = Some(cue.end).filter(|&end| end > cue.start);
    let pieces = by_voice(&text);
    if pieces.is_empty() {
        return draft.push(Cue { line: cue.line, start: cue.start, end, ..Cue::default() });
    }
    let weights: Vec<usize> = pieces.iter().map(|(_, text)| text.len()).collect();
    for ((voice, text), (start, end)) in pieces.into_iter().zip(share_out(cue.start, end, &weights)) {
        if voice.is_some() && draft.trust == Trust::Captions {
            draft.trust = Trust::Tagged;
        }
        let lines = text.lines().map(str::to_owned).collect();
        draft.push(Cue { line: cue.line, start, end, voice, lines, ..Cue::default() })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vtt(text: &str) -> Vec<(u64, Option<u64>, Option<String>, String)> {
        let draft = read(text, Format::WebVtt).unwrap();
        draft.cues.into_iter().map(|cue| (cue.start, cue.end, cue.voice, cue.lines.join("|"))).collect()
    }

    #[test]
    fn comments_styles_and_identifiers_are_no_text() {
        let text = "WEBVTT - Title\nKind: captions\nLanguage: en-GB\n\nNOTE\na --> b\n00:09.000 --> 00:10.000\nold\n\nSTYLE\n::cue {}\n\nid-1\n\
                    00:01.000 --> 00:02.000 line:0\nHi\nyou\n\n2\n00:02.000 --> 00:03.000\n42\n";
        assert_eq!(
            vtt(text),
            [(1000, Some(2000), None, "Hi|you".to_owned()), (2000, Some(3000), None, "42".to_owned())]
        );
        let draft = read(text, Format::WebVtt).unwrap();
        assert_eq!((draft.language.as_deref(), draft.warnings.len()), (Some("en-GB"), 0));
    }

    #[test]
    fn voices_of_one_cue_share_its_time() {
        let got = vtt("WEBVTT\n\n00:00.000 --> 00:04.000\n<v A>one\n<v B>two\n");
        assert_eq!(
            got,
            [
                (0, Some(2285), Some("A".to_owned()), "one".to_owned()),
                (2285, Some(4000), Some("B".to_owned()), "two".to_owned())
            ]
        );
    }

    #[test]
    fn srt_numbers_may_miss_and_text_may_be_a_number() {
        let text = "1\n00:00:01,000 --> 00:00:02,000\nHi\n\n00:00:02.000 --> 00:00:03.000\n1984\n\n3\n\
                    00:00:04,000 --> 00:00:05,000\na\n\nb\n";
        let cues = read(text, Format::Srt).unwrap().cues;
        let texts: Vec<String> = cues.iter().map(|cue| cue.lines.join("|")).collect();
        assert_eq!(texts, ["Hi", "1984", "a||b"]);
    }

    #[test]
    fn unreadable_times_are_counted_or_named() {
        let draft = read("1\n00:00:99,000 --> x\nHi\n\n00:00:02,000 --> 00:00:03,000\nYo\n", Format::Srt).unwrap();
        assert_eq!(draft.cues.len(), 1);
        assert_eq!(draft.warnings[0].code, "unreadable_cues");
        assert_eq!(read("WEBVTT\n\n1 --> x\nHi\n", Format::WebVtt).unwrap_err().line, Some(3));
    }

    #[test]
    fn an_arrow_inside_a_text_is_text() {
        assert_eq!(vtt("WEBVTT\n\n00:01.000 --> 00:02.000\nred --> blue\n")[0].3, "red --> blue");
    }
}
