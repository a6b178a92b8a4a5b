//! The report as subtitles: SRT for watching, WebVTT for reading back.

use std::fmt::Write;

use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use crate::call::report::{Report, ReportUtterance};
use crate::call::time::{Span, Timestamp};
use crate::call::transcript::Word;
use crate::render::words;

/// Widest line, in columns: the common guideline of broadcasters and streaming services.
const LINE_COLUMNS_MAX: usize = 42;

/// Longest cue that is made where word times allow a cut, in milliseconds: the same guidelines.
const CUE_MS_MAX: u64 = 7000;

/// Lines of a cue that is made where word times allow a cut.
const CUE_LINES_MAX: usize = 2;

/// Tells our own reader that the text of a cue is what was said, to the letter.
const OWN_NOTE: &str = "NOTE One cue an utterance; names are in voice tags alone.";

/// The transcript as SRT: `Name: text`, lines of at most 42 columns, and cues of at most 7 s and two lines where the
/// times of words are known.
#[must_use]
pub fn srt(report: &Report) -> String {
    let mut out = String::new();
    let mut number = 0;
    for one in &report.utterances {
        let name = name(report, one).map(|name| format!("{name}: ")).unwrap_or_default();
        for (at, (span, text)) in cut(one, name.chars().count()).into_iter().enumerate() {
            number += 1;
            let name = if at == 0 { name.as_str() } else { "" };
            // An arrow would be taken for a time by lenient readers, and SRT has no way to escape it.
            let text = wrap(&format!("{name}{text}").replace("-->", "→"));
            let (start, end) = (stamp(span.start(), ','), stamp(span.end(), ','));
            let _ = write!(out, "{number}\n{start} --> {end}\n{text}\n\n");
        }
    }
    out
}

/// The transcript as WebVTT: one cue an utterance with the name in a voice tag. Read back, it gives the same
/// utterances.
#[must_use]
pub fn vtt(report: &Report) -> String {
    let mut out = format!("WEBVTT\n{}\n{OWN_NOTE}\n", language(report));
    for one in &report.utterances {
        let span = one.utterance.span;
        let (start, end) = (stamp(span.start(), '.'), stamp(span.end(), '.'));
        let voice = name(report, one).map(|name| format!("<v {}>", escape(&name))).unwrap_or_default();
        let _ = write!(out, "\n{start} --> {end}\n{voice}{}\n", wrap(&escape(&one_line(&one.utterance.text))));
    }
    out
}

fn language(report: &Report) -> String {
    let code = report.call.language.as_deref().map(words::clean).unwrap_or_default();
    if code.is_empty() { String::new() } else { format!("Language: {}\n", code.replace("-->", "")) }
}

fn name(report: &Report, one: &ReportUtterance) -> Option<String> {
    one.utterance.speaker.map(|id| one_line(&words::name(report, id)))
}

fn one_line(text: &str) -> String {
    words::clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escape(text: &str) -> String {
    // Some players, and our own reader, take `{\` for the start of a code.
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace("{\\", "&#123;\\")
}

/// Lines break at spaces alone, so that joining them gives the text back.
fn wrap(text: &str) -> String {
    let options = Options::new(LINE_COLUMNS_MAX)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).join("\n")
}

/// An utterance in pieces that fit the screen; whole where the times of words are unknown.
fn cut(one: &ReportUtterance, name_columns: usize) -> Vec<(Span, String)> {
    let utterance = &one.utterance;
    let Some(timed) = utterance.words.as_deref().filter(|timed| !timed.is_empty()) else {
        return vec![(utterance.span, one_line(&utterance.text))];
    };
    let mut pieces: Vec<Vec<&Word>> = Vec::new();
    let mut columns = name_columns;
    for word in timed {
        let width = word.text.chars().count() + 1;
        let fits = pieces.last().and_then(|piece| piece.first()).is_some_and(|first| {
            columns + width <= LINE_COLUMNS_MAX * CUE_LINES_MAX
                && word.span.end().since(first.span.start()).ms() <= CUE_MS_MAX
        });
        match pieces.last_mut() {
            Some(piece) if fits => piece.push(word),
            before => {
                columns = if before.is_none() { name_columns } else { 0 };
                pieces.push(vec![word]);
            }
        }
        columns += width;
    }
    let texts = pieces.iter().map(|piece| {
        let span = Span::new(piece[0].span.start(), piece[piece.len() - 1].span.end());
        (span, one_line(&piece.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")))
    });
    texts.collect()
}

/// `hh:mm:ss.mmm`, with the mark that the format wants before the milliseconds.
fn stamp(at: Timestamp, mark: char) -> String {
    let ms = at.ms();
    format!("{:02}:{:02}:{:02}{mark}{:03}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::topic::Kind;
    use crate::call::transcript::Utterance;

    #[test]
    fn long_utterances_are_cut_between_words() {
        let word = |at: u64| Word {
            span: Span::from_ms(at * 500, at * 500 + 400),
            text: format!("word{at}"),
            confidence: None,
        };
        let timed: Vec<Word> = (0..40).map(word).collect();
        let text = timed.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join(" ");
        let span = Span::from_ms(0, 20_000);
        let utterance = Utterance { span, speaker: None, text: text.clone(), words: Some(timed), confidence: None };
        let one = ReportUtterance { utterance, kind: Kind::Business };
        let pieces = cut(&one, 6);
        assert!(pieces.len() >= 3);
        assert!(pieces.iter().all(|(span, _)| span.length().ms() <= CUE_MS_MAX));
        assert!(pieces.iter().all(|(_, text)| wrap(text).lines().count() <= CUE_LINES_MAX + 1));
        assert_eq!(pieces.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" "), text);
    }

    #[test]
    fn stamps_hold_long_calls() {
        assert_eq!(stamp(Timestamp::from_ms(172_800_001), ','), "48:00:00,001");
    }

    #[test]
    fn lines_break_at_spaces_alone() {
        let text = "so well-known a supercalifragilisticexpialidocious-supercalifragilistic thing it is";
        assert_eq!(wrap(text).replace('\n', " "), text);
    }
}
