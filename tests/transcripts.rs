//! Transcripts of every format in, by their fixtures; and no input that brings the reader down.

#[path = "common/rich.rs"]
mod rich;

use std::fs;
use std::path::{Path, PathBuf};

use rapport::call::time::Span;
use rapport::call::transcript::{Basis, Transcript};
use rapport::error::Error;
use rapport::ingest::transcript::{Imported, is_transcript, read};
use rapport::render::{json::json, subtitles, text};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/transcripts")
}

fn fixture(name: &str) -> Transcript {
    read(&folder().join(name)).unwrap().transcript
}

fn read_text(name: &str, bytes: impl AsRef<[u8]>) -> Result<Imported, Error> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    read(&path)
}

/// Start, end, name and text of every utterance.
fn lines(transcript: &Transcript) -> Vec<(u64, u64, &str, &str)> {
    let label =
        |at: Option<rapport::call::transcript::SpeakerId>| at.map_or("", |id| &transcript.speakers[id.index()].label);
    let line =
        |one: &'_ rapport::call::transcript::Utterance| (one.span.start().ms(), one.span.end().ms(), one.speaker);
    transcript
        .utterances
        .iter()
        .map(|one| {
            let (start, end, speaker) = line(one);
            (start, end, label(speaker), one.text.as_str())
        })
        .collect()
}

fn codes(transcript: &Transcript) -> Vec<&str> {
    transcript.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

#[test]
fn names_before_the_text_of_cues() {
    let got = fixture("zoom.vtt");
    assert_eq!(
        lines(&got),
        [
            (1000, 3200, "Dana Reed", "Morning, Oskar. How was the boat?"),
            (3700, 6000, "Oskar Lind", "Wet: very wet. (laughs)"),
            (6500, 8000, "Dana Reed", "Note: bring a towel next time."),
            (9500, 11_000, "Oskar Lind", "So, the invoice."),
        ]
    );
    assert_eq!((got.basis, codes(&got)), (Basis::TranscriptLabels, vec!["cues_without_speech"]));
    assert!(got.speakers.iter().all(|speaker| !speaker.me));
    assert_eq!(got.duration.ms(), 11_000);
}

#[test]
fn names_in_voice_tags() {
    let got = fixture("teams.vtt");
    assert_eq!(
        lines(&got),
        [
            (200, 900, "Oskar Lind", "Hello?"),
            (1000, 2600, "Dana Reed", "I wanted to ask you."),
            (3000, 5000, "Oskar Lind", "Fish & chips again <sigh>?"),
            (5500, 7166, "Dana Reed", "Yes."),
            (7166, 9500, "Oskar Lind", "No, no."),
        ]
    );
    assert_eq!(codes(&got), Vec::<&str>::new());
}

#[test]
fn rolling_captions_are_kept_once() {
    let got = fixture("rolling.vtt");
    let texts: Vec<_> = got.utterances.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["we need the numbers", "before Friday", "please send them"]);
    assert_eq!((got.language.as_deref(), got.basis, codes(&got)), (Some("en"), Basis::None, vec!["no_speakers"]));
}

#[test]
fn subtitles_with_and_without_names() {
    let got = fixture("names.srt");
    assert_eq!(
        lines(&got),
        [
            (1000, 3000, "Dana", "Did you get it?"),
            (3500, 4318, "Oskar", "I did."),
            (4318, 5000, "Dana", "Good."),
            (6000, 6700, "Oskar", "Two words."),
        ]
    );
    assert_eq!(codes(&got), ["estimated_ends"]);
    let got = fixture("captions.srt");
    assert_eq!(
        lines(&got),
        [
            (1000, 2500, "", "We are at 10:30: remember that."),
            (2500, 4000, "", "1984"),
            (5000, 6000, "", "Said & done")
        ]
    );
}

#[test]
fn json_of_openai_whisper() {
    let got = fixture("whisper.json");
    assert_eq!(lines(&got), [(0, 2000, "", "Hello there."), (2000, 3500, "", "Two.")]);
    assert_eq!(got.utterances[0].confidence, Some(0.75));
    assert_eq!(got.utterances[1].confidence, Some(1.0));
    let words = got.utterances[0].words.as_ref().unwrap();
    assert_eq!((words[1].text.as_str(), words[1].span), ("there.", Span::from_ms(1000, 1800)));
    assert_eq!(got.language.as_deref(), Some("en"));
}

#[test]
fn json_of_whisperx() {
    let got = fixture("whisperx.json");
    assert_eq!(lines(&got), [(1000, 3000, "SPEAKER_01", "In 2014 we met."), (3500, 4000, "SPEAKER_00", "Did we?")]);
    assert_eq!(got.utterances[0].words.as_ref().unwrap()[1].span, Span::from_ms(1400, 2000));
}

#[test]
fn json_of_whisper_cpp() {
    let got = fixture("whisper_cpp.json");
    assert_eq!(lines(&got), [(0, 2000, "", "Guten Morgen.")]);
    let words = got.utterances[0].words.as_ref().unwrap();
    assert_eq!(
        (words[1].text.as_str(), words[1].span, words[1].confidence),
        ("Morgen.", Span::from_ms(900, 2000), Some(0.75))
    );
    assert_eq!((got.language.as_deref(), codes(&got)), (Some("de"), vec!["cues_without_speech", "no_speakers"]));
}

#[test]
fn plain_lines_with_times() {
    assert_eq!(
        lines(&fixture("lines.txt")),
        [
            (12_000, 13_750, "Dana", "Hello Oskar, are you there?"),
            (16_000, 16_700, "Oskar", "I am."),
            (20_000, 22_450, "Dana", "Then let us start. with the invoice"),
        ]
    );
    assert_eq!(
        lines(&fixture("heads.txt")),
        [
            (12_000, 15_150, "Dana Reed", "Hello Oskar, are you there? It is 10:30 already."),
            (18_000, 18_700, "Oskar Lind", "I am."),
        ]
    );
    assert_eq!(
        lines(&fixture("blocks.txt")),
        [
            (0, 1050, "Dana Reed", "one two three"),
            (1050, 2100, "Oskar Lind", "four five six"),
            (300_000, 300_400, "Dana Reed", "seven"),
        ]
    );
}

#[test]
fn our_own_report_gives_its_transcript_back() {
    let report = rich::english();
    let got = read_text("report.json", json(&report)).unwrap();
    let utterances: Vec<_> = report.utterances.iter().map(|one| one.utterance.clone()).collect();
    assert_eq!(got.transcript.utterances, utterances);
    assert_eq!(got.transcript.speech, report.speech);
    assert_eq!(got.transcript.basis, report.basis);
    assert_eq!(got.transcript.duration, report.call.duration);
    assert_eq!(got.title.as_ref(), Some(&report.call.title));
    assert_eq!((got.started_at, got.agenda), (report.call.started_at, report.call.agenda));
}

#[test]
fn a_report_of_a_later_schema_or_with_a_stranger_is_refused() {
    let good = serde_json::to_value(rich::small()).unwrap();
    for (path, value, want) in [
        ("/schema", serde_json::json!(2), "schema 2"),
        ("/utterances/0/speaker", serde_json::json!("Q"), "speaker Q"),
        ("/speakers/0/id", serde_json::json!("B"), "out of place"),
        ("/call/duration", serde_json::json!(200_000), "48 hours"),
        ("/utterances", serde_json::json!([]), "nothing to analyse"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(path).unwrap() = value;
        let error = read_text("report.json", bad.to_string()).unwrap_err().to_string();
        assert!(error.contains(want), "{path}: {error}");
    }
}

#[test]
fn subtitles_and_text_of_ours_read_back() {
    let report = rich::small();
    let texts: Vec<_> = report.utterances.iter().map(|one| one.utterance.text.as_str()).collect();
    for (name, written) in
        [("a.srt", subtitles::srt(&report)), ("a.txt", text::txt(&report)), ("a.vtt", subtitles::vtt(&report))]
    {
        let got = read_text(name, written).unwrap().transcript;
        assert_eq!(got.utterances.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), texts, "{name}");
        assert_eq!(got.speakers.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["Tom", "Anna"], "{name}");
    }
}

#[test]
fn pauses_of_a_tenth_of_a_second_part_utterances() {
    let cue = |at: u64| format!("\n00:{at:02}.000 --> 00:{at:02}.{}00\n<v A>and so on\n", 1 + at % 9);
    let cues = (0..50).map(cue).collect::<Vec<_>>().concat();
    assert_eq!(read_text("a.vtt", format!("WEBVTT\n{cues}")).unwrap().transcript.utterances.len(), 50);
}

#[test]
fn errors_name_the_file_and_the_line() {
    for (name, bytes, want) in [
        (
            "a.vtt",
            &b"WEBVTT\n\n00:01.000 --> 99:00:00.000\nHi\n"[..],
            "a time beyond 48 hours; calls may be up to 48 hours long (line 3)",
        ),
        ("a.srt", b"1\n00:00:0x,000 --> 00:00:01,000\nHi\n", "(line 2)"),
        ("a.txt", b"0:01 \xff\xfe\n", "not UTF-8; save the file as UTF-8 and try again (line 1)"),
        ("a.json", b"{\"segments\": [\n{\"start\": }]}", "(line 2)"),
        ("a.txt", b"just words", "lines like `00:12 Name: text`"),
        ("a.vtt", b"", "an empty file"),
    ] {
        let error = read_text(name, bytes).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains(want), "{error}");
    }
    let missing = read(Path::new("no/such/call.vtt")).unwrap_err().to_string();
    assert!(missing.starts_with("cannot read no/such/call.vtt"), "{missing}");
}

#[test]
fn names_of_files() {
    assert!(["a.vtt", "b.SRT", "c.json", "d.txt"].iter().all(|name| is_transcript(Path::new(name))));
    assert!(["a.wav", "vtt", ".srt.gz", ""].iter().all(|name| !is_transcript(Path::new(name))));
}

/// Every fixture cut short at every seventh byte, and with that byte flipped: read or refused, and sound when read.
#[test]
fn damaged_files_are_read_or_refused() {
    let mut sources: Vec<Vec<u8>> =
        fs::read_dir(folder()).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    sources.push(json(&rich::small()).into_bytes());
    sources.push(subtitles::vtt(&rich::hostile()).into_bytes().into_iter().take(1500).collect());
    let mut tried = 0;
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("damaged.txt");
    for source in &sources {
        for at in (0..source.len()).step_by(7) {
            let flipped = |mask: u8| [&source[..at], &[source[at] ^ mask], &source[at + 1..]].concat();
            for bytes in [source[..at].to_vec(), flipped(0x01), flipped(0x80)] {
                fs::write(&path, bytes).unwrap();
                tried += 1;
                if let Ok(got) = read(&path) {
                    check(&got.transcript);
                }
            }
        }
    }
    assert!(tried > 1500, "{tried}");
}

/// The invariants that later stages rely on.
fn check(transcript: &Transcript) {
    assert!(!transcript.utterances.is_empty());
    let order = |one: &rapport::call::transcript::Utterance| (one.span.start(), one.span.end(), one.speaker);
    assert!(transcript.utterances.is_sorted_by_key(order));
    assert!(transcript.speech.is_sorted_by_key(|one| one.span.start()));
    for one in &transcript.utterances {
        assert!(!one.text.is_empty() && one.text.trim() == one.text, "{:?}", one.text);
        assert!(one.speaker.is_none_or(|id| id.index() < transcript.speakers.len()));
        assert!(one.span.end().ms() <= transcript.duration.ms());
    }
    assert!(transcript.speech.iter().all(|one| one.span.end().ms() <= transcript.duration.ms()));
    assert_eq!(transcript.basis == Basis::None, transcript.speakers.is_empty());
}

/// Each limit of `ingest/transcript/limits.rs` that a whole file is needed for; the others have their tests beside them.
#[test]
fn files_that_hold_too_much_are_refused() {
    let cues = |count: usize, name: &dyn Fn(usize) -> String| {
        let stamp = |secs: usize| format!("{:02}:{:02}:{:02}.000", secs / 3600, secs / 60 % 60, secs % 60);
        let cue =
            |at: usize| format!("\n{} --> {}\n<v {}>Well number {at}.\n", stamp(at / 2), stamp(at / 2 + 1), name(at));
        "WEBVTT\n".to_owned() + &(0..count).map(cue).collect::<String>()
    };
    let said = |name: &str, text: String| read_text(name, text).map(drop).unwrap_err().to_string();
    let refused = said("many.vtt", cues(200_001, &|_| "Ann".to_owned()));
    assert!(refused.contains("more than 200000 cues"), "{refused}");
    assert!(read_text("crowd.vtt", cues(999, &|at| format!("Person {at}"))).is_ok());
    let refused = said("crowd.vtt", cues(1000, &|at| format!("Person {at}")));
    assert!(refused.contains("999"), "{refused}");

    let report = |inside: &str, agenda: usize, words: usize| {
        let word = r#"{"start":0,"end":1,"text":"a"},"#.repeat(words);
        let agenda = r#""a","#.repeat(agenda);
        format!(
            r#"{{"schema":1,"call":{{"title":"{inside}","duration":9,"agenda":[{}]}},"basis":"none","speakers":[],"speech":[],
            "utterances":[{{"start":0,"end":1,"speaker":null,"text":"a","words":[{}],"confidence":null}}]}}"#,
            agenda.trim_end_matches(','),
            word.trim_end_matches(','),
        )
    };
    assert!(read_text("r.json", report("x", 1000, 20_000)).is_ok());
    for (text, says) in [
        (report(&"x".repeat(20_001), 1, 1), "endless title"),
        (report("x", 1001, 1), "agenda"),
        (report("x", 1, 20_001), "20000 words"),
        (format!("{{\"segments\":[{{\"speaker\":{}", "[".repeat(100_000)), "recursion limit"),
    ] {
        let refused = said("r.json", text);
        assert!(refused.contains(says), "{refused}");
    }
}
