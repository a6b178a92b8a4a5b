//! What is exported: subtitles that read back, text that no reader takes for marks or formulas.

#[path = "common/rich.rs"]
mod rich;

use std::fs;

use rapport::call::report::Report;
use rapport::call::time::Span;
use rapport::call::transcript::Transcript;
use rapport::render::{csv::csv, markdown::markdown, subtitles, text::txt};

fn read_back(written: &str) -> Transcript {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.vtt");
    fs::write(&path, written).unwrap();
    rapport::ingest::transcript::read(&path).unwrap().transcript
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Span, name and text of every utterance, spaces as one.
fn of_report(report: &Report) -> Vec<(Span, Option<String>, String)> {
    let label =
        |one: &rapport::call::transcript::Utterance| one.speaker.map(|id| one_line(&report.speakers[id.index()].label));
    report
        .utterances
        .iter()
        .map(|one| (one.utterance.span, label(&one.utterance), one_line(&one.utterance.text)))
        .collect()
}

fn of_transcript(transcript: &Transcript) -> Vec<(Span, Option<String>, String)> {
    let label = |one: &rapport::call::transcript::Utterance| {
        one.speaker.map(|id| transcript.speakers[id.index()].label.clone())
    };
    transcript.utterances.iter().map(|one| (one.span, label(one), one.text.clone())).collect()
}

#[test]
fn webvtt_reads_back_to_the_same_utterances() {
    for report in [rich::english(), rich::russian(), rich::chinese(), rich::small()] {
        let back = read_back(&subtitles::vtt(&report));
        assert_eq!(of_transcript(&back), of_report(&report));
        assert_eq!(back.language, report.call.language);
    }
}

#[test]
fn webvtt_reads_back_hostile_names_and_texts() {
    let texts = [
        "<b>bold</b> & <v Eve>I am Eve",
        "00:00:01.000 --> 00:00:02.000",
        "-->",
        "a\n\nb\r\nc",
        "&amp;lt;",
        "NOTE this",
        "[Music]",
        "Anna: hello",
        "Anna: hello",
        ">> what",
        "WEBVTT",
        "1",
        "{\\an8}x",
        "...",
        "STYLE",
        "a  b\tc",
        "&#58;",
        "*coughs*",
        "我们：你好",
        "<",
        ">",
        "&",
        "no end <c",
        "line\u{85}line",
    ];
    for (first, second) in [("A & B <x>", "--> Eve"), ("Name: x", "v"), ("a\nb", "</v>"), ("&lt;", "\"q\"")] {
        let mut report = rich::english();
        report.speakers[0].label = first.to_owned();
        report.speakers[1].label = second.to_owned();
        for (one, text) in report.utterances.iter_mut().zip(texts.iter().cycle()) {
            one.utterance.text = (*text).to_owned();
        }
        assert_eq!(of_transcript(&read_back(&subtitles::vtt(&report))), of_report(&report));
    }
}

#[test]
fn webvtt_without_names_finds_none_in_the_text() {
    let mut report = rich::nobody_told_apart();
    for one in &mut report.utterances {
        one.utterance.text = "Anna: so it is".to_owned();
    }
    let back = read_back(&subtitles::vtt(&report));
    assert!(back.speakers.is_empty());
    assert!(back.utterances.iter().all(|one| one.text == "Anna: so it is"));
}

#[test]
fn subtitles_have_the_form_players_want() {
    let report = rich::small();
    let srt = subtitles::srt(&report);
    assert!(srt.starts_with("1\n00:00:00,300 --> 00:00:03,"), "{srt}");
    assert!(srt.contains("\nTom: Good morning, Anna. Can you hear me?\n"), "{srt}");
    assert!(srt.lines().all(|line| line.chars().count() <= 42), "{srt}");
    let vtt = subtitles::vtt(&report);
    assert!(vtt.starts_with("WEBVTT\nLanguage: en\n\nNOTE "), "{vtt}");
    assert!(vtt.contains("<v Tom>Good morning, Anna. Can you hear"), "{vtt}");
}

#[test]
fn the_transcript_to_read_has_a_heading_for_every_topic() {
    let text = txt(&rich::small());
    assert!(text.starts_with("# small\n\n# opening ("), "{text}");
    assert!(text.contains("\n# business: the invoice ("), "{text}");
    assert!(text.contains("\n[0:00] Tom: Good morning, Anna. Can you hear me?\n"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with('[')).count(), 5);
}

#[test]
fn the_table_has_a_line_for_every_utterance() {
    let mut report = rich::small();
    report.utterances[1].utterance.text = "=HYPERLINK(\"x\"), \"yes\"\n-2".to_owned();
    let table = csv(&report);
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("start,end,speaker,kind,confidence,text"));
    assert_eq!(lines.clone().count(), 5);
    let first = lines.next().unwrap();
    assert!(first.starts_with("0.300,") && first.contains(",Tom,opening,0.900,\"Good morning, Anna."), "{first}");
    assert!(table.contains(",\"'=HYPERLINK(\"\"x\"\"), \"\"yes\"\" -2\"\n"), "{table}");
    assert!(csv(&rich::hostile()).lines().skip(1).all(|line| !line.contains(",=") && !line.contains(",@")));
}

#[test]
fn the_markdown_answers_the_three_questions() {
    let report = rich::english();
    let page = markdown(&report);
    for heading in [
        "# ",
        "## Figures",
        "## Who talked",
        "## Topics",
        "## Tangents",
        "## Redirects",
        "## Where a redirect would have helped",
        "## Doubts",
        "## Not said",
    ] {
        assert!(page.lines().any(|line| line.starts_with(heading)), "{heading}: {page}");
    }
    assert!(page.contains(" (you) |") && page.contains("a track for each side"), "{page}");
    assert!(
        page.contains("  - Warm: “I could hear you out on this all day") && page.contains("  - Firm: “Let me stop us"),
        "{page}"
    );
    let table: Vec<_> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert!(table.len() > 10);
    assert!(markdown(&rich::nobody_told_apart()).contains("speakers not told apart"));
}

#[test]
fn hostile_text_stays_text_in_markdown() {
    let page = markdown(&rich::hostile());
    assert!(!page.contains("<script") && !page.contains("<img"), "{page}");
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    let rows: Vec<_> =
        page.lines().skip_while(|line| *line != "## Topics").filter(|line| line.starts_with('|')).collect();
    assert!(rows.iter().all(|row| row.replace("\\|", "").matches('|').count() == 5), "{rows:?}");
}
