//! The terminal report: its pages as they are, and what must hold for every page.

#[path = "common/rich.rs"]
mod rich;

use rapport::call::report::Report;
use rapport::render::terminal::{TerminalStyle, plain, plain_lines, terminal};
use rapport::render::words::sentence;
use unicode_width::UnicodeWidthStr;

fn page(report: &Report, width: usize) -> String {
    terminal(report, &TerminalStyle { width, colour: false, unicode: true })
}

#[test]
fn a_small_call() {
    for width in [40, 80] {
        insta::assert_snapshot!(format!("small_{width}"), page(&rich::small(), width));
    }
}

#[test]
fn a_rich_call() {
    for width in [40, 80, 120] {
        insta::assert_snapshot!(format!("english_{width}"), page(&rich::english(), width));
    }
    insta::assert_snapshot!("russian_80", page(&rich::russian(), 80));
    insta::assert_snapshot!("chinese_80", page(&rich::chinese(), 80));
}

#[test]
fn a_call_whose_speakers_were_not_told_apart() {
    insta::assert_snapshot!("nobody_80", page(&rich::nobody_told_apart(), 80));
}

#[test]
fn a_page_in_ascii() {
    let text = terminal(&rich::english(), &TerminalStyle { width: 80, colour: false, unicode: false });
    assert!(text.is_ascii(), "{:?}", text.chars().find(|c| !c.is_ascii()));
    insta::assert_snapshot!("ascii_80", text);
}

#[test]
fn one_sentence_answers_the_three_questions() {
    let mut steered = rich::english();
    steered.opportunities.clear();
    let mut silent = rich::small();
    silent.utterances.clear();
    silent.speech.clear();
    let mut two = rich::russian();
    two.tangents.truncate(2);
    two.tangents[0].within_budget = false;
    two.tangents[1].within_budget = false;
    two.tangents[1].driver = Some(rapport::call::finding::Driver::Both);
    two.opportunities.truncate(1);
    for (report, wanted) in [
        (
            rich::english(),
            "Small talk was 1 min 1 s of this call (9 % of the speech), you drove all 4 tangents, and a redirect would \
             have helped most at 9:18, with 35 s to save.",
        ),
        (
            steered,
            "Small talk was 1 min 1 s of this call (9 % of the speech), you drove all 4 tangents, and the 5 redirects \
             that were needed were made.",
        ),
        (
            two,
            "Small talk was 4 min 20 s of this call (52 % of the speech), Людмила Петровна drove 1 of 2 tangents \
             (1 shared), and a redirect would have helped at 1:20, with 1 min 16 s to save.",
        ),
        (
            rich::nobody_told_apart(),
            "Small talk was 1 min 1 s of this call (9 % of the speech), who drove the 4 tangents is not known, and a \
             redirect would have helped most at 9:18, with 35 s to save.",
        ),
        (
            rich::small(),
            "There was no small talk in this call, no tangent was opened, and no moment called for a redirect.",
        ),
        (silent, "Nobody is heard to speak in this call, so there is nothing to judge."),
    ] {
        assert_eq!(sentence(&report), wanted);
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let calls =
        [rich::small(), rich::english(), rich::russian(), rich::chinese(), rich::nobody_told_apart(), rich::hostile()];
    for report in &calls {
        for width in (40..=200).step_by(7) {
            for line in page(report, width).lines() {
                assert!(line.width() <= width, "{width}: {line:?}");
                assert_eq!(line, line.trim_end(), "blanks at the end");
            }
        }
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    for report in [rich::english(), rich::chinese(), rich::hostile()] {
        let coloured = terminal(&report, &TerminalStyle { width: 80, colour: true, unicode: true });
        assert!(coloured.contains('\u{1b}'));
        assert_eq!(without_escapes(&coloured), page(&report, 80));
    }
}

#[test]
fn nothing_from_a_file_reaches_the_terminal_as_a_command() {
    let report = rich::hostile();
    for width in [1, 40, 80, 10_000] {
        let text = page(&report, width);
        let bad = text.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
        assert_eq!(bad, None);
    }
    assert_eq!(plain("a\u{1b}]0;title\u{7}b\nc"), "a]0;titleb c");
    assert_eq!(plain_lines("a\u{1b}[2Jb\r\n  get it by:\u{202e}\nc\n"), "a[2Jb\n  get it by:\nc\n");
}

/// The text without the colour sequences (`ESC [ ... m`) that the page may hold.
fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    out
}
