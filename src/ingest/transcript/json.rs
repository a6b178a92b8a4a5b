//! JSON of openai-whisper, whisperX, whisper.cpp, and our own reports.

use serde::Deserialize;

use crate::call::time::{Span, Timestamp};
use crate::call::transcript::Word;
use crate::error::untold;

use super::draft::{Cue, Draft, Fault, Trust, tidy};
use super::limits::TIME_MS_MAX;
use super::own::OwnReport;
use super::whisper_cpp;

/// What the top of a file tells apart.
#[derive(Deserialize)]
struct Document {
    schema: Option<u32>,
    segments: Option<Vec<Segment>>,
    language: Option<String>,
    transcription: Option<Vec<whisper_cpp::Piece>>,
    result: Option<whisper_cpp::Outcome>,
}

/// A piece of openai-whisper's or whisperX's.
#[derive(Deserialize)]
struct Segment {
    start: Option<f64>,
    end: Option<f64>,
    text: Option<String>,
    speaker: Option<Label>,
    words: Option<Vec<RawWord>>,
    avg_logprob: Option<f64>,
}

#[derive(Deserialize)]
struct RawWord {
    #[serde(alias = "text")]
    word: Option<String>,
    start: Option<f64>,
    end: Option<f64>,
    #[serde(alias = "score", alias = "confidence")]
    probability: Option<f64>,
    speaker: Option<Label>,
}

/// A speaker as a name or a number.
#[derive(Deserialize, Clone, PartialEq)]
#[serde(untagged)]
pub(super) enum Label {
    Name(String),
    Number(i64),
}

impl Label {
    /// The name for people; `None` for the marks that mean "not known".
    pub(super) fn name(&self) -> Option<String> {
        match self {
            Self::Name(name) if name.trim().is_empty() || name == "?" => None,
            Self::Name(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => Some(format!("Speaker {name}")),
            Self::Name(name) => Some(name.clone()),
            Self::Number(number) => Some(format!("Speaker {number}")),
        }
    }
}

/// What a JSON file turned out to be.
pub(super) enum Found {
    /// Cues of some transcriber.
    Draft(Draft),
    /// A report of ours.
    Report(Box<OwnReport>),
}

/// Reads any of the known layouts.
pub(super) fn read(text: &str) -> Result<Found, Fault> {
    if text.trim_start().starts_with('[') {
        let segments: Vec<Segment> = parse(text)?;
        return from_segments(segments, None).map(Found::Draft);
    }
    let document: Document = parse(text)?;
    if document.schema.is_some() {
        return parse(text).map(|report| Found::Report(Box::new(report)));
    }
    if let Some(segments) = document.segments {
        return from_segments(segments, document.language).map(Found::Draft);
    }
    if let Some(pieces) = document.transcription {
        let language = document.result.and_then(|outcome| outcome.language);
        return whisper_cpp::read(pieces, language).map(Found::Draft);
    }
    let why =
        "JSON without `segments` (openai-whisper, whisperX), `transcription` (whisper.cpp) or `schema` (a report)";
    Err(Fault::new(None, why))
}

/// Parses JSON; Python writes `NaN` where a number is missing, which is read as null.
fn parse<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, Fault> {
    let fault = |error: &serde_json::Error| {
        let line = Some(error.line()).filter(|&line| line > 0);
        let why = untold(error);
        let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
        Fault::new(line, format!("JSON that cannot be read as a transcript: {why}"))
    };
    match serde_json::from_str(text) {
        Ok(found) => Ok(found),
        Err(error) if text.contains("NaN") => {
            let numbers = text.replace(": NaN", ": null").replace(":NaN", ":null");
            serde_json::from_str(&numbers).map_err(|_| fault(&error))
        }
        Err(error) => Err(fault(&error)),
    }
}

fn from_segments(segments: Vec<Segment>, language: Option<String>) -> Result<Draft, Fault> {
    let mut draft = Draft { language, trust: Trust::Transcribed, ..Draft::default() };
    for segment in segments {
        let words =
            segment.words.as_deref().map(|words| place_words(words, segment.start, segment.end)).unwrap_or_default();
        let text =
            segment.text.unwrap_or_else(|| words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "));
        let first = words.first().map(|word| word.span.start().ms());
        let last = words.last().map(|word| word.span.end().ms());
        let Some(start) = segment.start.map(ms).or(first) else { continue };
        let spoken_by = segment.speaker.or_else(|| most_of(segment.words.as_deref().unwrap_or_default()));
        let confidence = mean(&words).or_else(|| segment.avg_logprob.map(|log| log.exp().clamp(0.0, 1.0) as f32));
        draft.push(Cue {
            line: 0,
            start,
            end: segment.end.map(ms).or(last).filter(|&end| end > start),
            voice: spoken_by.and_then(|label| label.name()),
            lines: vec![text],
            words: Some(words).filter(|words| !words.is_empty()),
            confidence,
        })?;
    }
    Ok(draft)
}

/// Milliseconds of seconds from a file, kept just past the limit where they are beyond it.
fn ms(secs: f64) -> u64 {
    Timestamp::from_secs(secs).ms().min(TIME_MS_MAX + 1)
}

/// Mean confidence of those words that have one.
pub(super) fn mean(words: &[Word]) -> Option<f32> {
    let known: Vec<f32> = words.iter().filter_map(|word| word.confidence).collect();
    (!known.is_empty()).then(|| known.iter().sum::<f32>() / known.len() as f32)
}

/// The speaker that most of the words have, the first of them in a tie.
fn most_of(words: &[RawWord]) -> Option<Label> {
    let mut counts: Vec<(&Label, usize)> = Vec::new();
    for label in words.iter().filter_map(|word| word.speaker.as_ref()) {
        match counts.iter_mut().find(|(seen, _)| *seen == label) {
            Some((_, count)) => *count += 1,
            None => counts.push((label, 1)),
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map(|(label, _)| (*label).clone())
}

/// Words with times; those that have none (whisperX leaves out numbers) share the room between their neighbours.
fn place_words(raw: &[RawWord], start: Option<f64>, end: Option<f64>) -> Vec<Word> {
    let texts: Vec<String> = raw.iter().map(|word| tidy(word.word.as_deref().unwrap_or_default())).collect();
    let Some(mut before) = start.or_else(|| raw.iter().find_map(|word| word.start)).map(ms) else { return Vec::new() };
    let mut words = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        let run = raw[at..].iter().take_while(|word| word.start.is_none() || word.end.is_none()).count();
        let next = raw.get(at + run).and_then(|word| word.start).or(end).map_or(before, ms).max(before);
        for k in 0..run {
            let edge = |part: usize| before + (next - before) * part as u64 / run as u64;
            let span = Span::from_ms(edge(k), edge(k + 1));
            words.push(Word { span, text: texts[at + k].clone(), confidence: confidence(&raw[at + k]) });
        }
        at += run;
        if let Some(word) = raw.get(at) {
            let span = Span::from_ms(word.start.map_or(before, ms), word.end.map_or(before, ms));
            before = span.end().ms();
            words.push(Word { span, text: texts[at].clone(), confidence: confidence(word) });
            at += 1;
        }
    }
    words.retain(|word| !word.text.is_empty());
    words
}

fn confidence(word: &RawWord) -> Option<f32> {
    word.probability.map(|share| share.clamp(0.0, 1.0) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        match read(text) {
            Ok(Found::Draft(draft)) => draft,
            Ok(Found::Report(_)) => panic!("a report"),
            Err(fault) => panic!("{fault:?}"),
        }
    }

    #[test]
    fn words_without_times_lie_between_their_neighbours() {
        let text = r#"{"segments": [{"start": 1.0, "end": 3.0, "text": " In 2014 we met.", "speaker": "SPEAKER_00",
            "words": [{"word": "In", "start": 1.0, "end": 1.4, "score": 0.5}, {"word": "2014"},
            {"word": "we", "start": 2.0, "end": 2.2, "score": 1.0}, {"word": "met."}]}]}"#;
        let cue = &draft(text).cues[0];
        let spans: Vec<_> = cue.words.as_ref().unwrap().iter().map(|word| word.span).collect();
        let want = [(1000, 1400), (1400, 2000), (2000, 2200), (2200, 3000)].map(|(a, b)| Span::from_ms(a, b));
        assert_eq!(spans, want);
        assert_eq!(cue.confidence, Some(0.75));
        assert_eq!(cue.voice.as_deref(), Some("SPEAKER_00"));
    }

    #[test]
    fn a_missing_speaker_is_the_one_of_most_words() {
        let text = r#"[{"start": 0, "end": 1, "text": "a b c", "words": [{"word": "a", "speaker": 1},
            {"word": "b", "speaker": 2}, {"word": "c", "speaker": 2}]}]"#;
        assert_eq!(draft(text).cues[0].voice.as_deref(), Some("Speaker 2"));
    }

    #[test]
    fn python_writes_numbers_that_are_none() {
        assert_eq!(draft(r#"{"segments": [{"start": 0, "end": 1, "text": "a", "avg_logprob": NaN}]}"#).cues.len(), 1);
    }

    #[test]
    fn other_json_is_named_with_its_line() {
        let Err(fault) = read("{\n\"segments\": [\n{\"start\": \"x\"}]}") else { panic!("read") };
        assert_eq!(fault.line, Some(3));
        assert!(read("{}").is_err_and(|fault| fault.why.contains("transcription")));
        assert!(read(&"[".repeat(100_000)).is_err());
    }
}
