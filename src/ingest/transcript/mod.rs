//! Transcripts in: WebVTT, SRT, JSON of transcribers, our own reports and plain text with times, told apart by content.

mod assemble;
mod clock;
mod cues;
mod draft;
mod encoding;
mod ends;
mod json;
mod language;
mod limits;
mod markup;
mod names;
mod noise;
mod own;
mod plain;
mod rolling;
mod whisper_cpp;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::call::transcript::Transcript;
use crate::error::{Error, Result};

use cues::Format;
use draft::Fault;
use limits::FILE_BYTES_MAX;

/// A transcript from a file, and what else the file says of the call.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Who said what, when. Nobody is marked as the user yet.
    pub transcript: Transcript,
    /// Title of the call; only our own reports carry one.
    pub title: Option<String>,
    /// The client; only our own reports carry one.
    pub client: Option<String>,
    /// When the call began, as the file writes it; only our own reports say so.
    pub started_at: Option<String>,
    /// What the call was for; only our own reports say so.
    pub agenda: Vec<String>,
}

/// Reads a transcript.
///
/// # Errors
/// [`Error::Io`] when the file cannot be read; [`Error::Transcript`], with the line where there is one, when it is no
/// transcript, holds no cue, or is beyond a limit.
pub fn read(path: &Path) -> Result<Imported> {
    // Looked at before it is opened: a pipe would be waited for.
    if !std::fs::metadata(path).map_err(Error::io("cannot read", path))?.is_file() {
        let why = "neither a file nor a link to one; wanted a transcript".to_owned();
        return Err(Error::Transcript { path: path.to_owned(), line: None, why });
    }
    let file = File::open(path).map_err(Error::io("cannot read", path))?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(Error::io("cannot read", path))?;
    parse(&bytes).map_err(|Fault { line, why }| Error::Transcript { path: path.to_owned(), line, why })
}

/// Whether the file's name is one of a transcript: `.vtt`, `.srt`, `.json` or `.txt`.
#[must_use]
pub fn is_transcript(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    ["vtt", "srt", "json", "txt"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// What a file's text looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    WebVtt,
    Srt,
    Json,
    Plain,
}

fn parse(bytes: &[u8]) -> std::result::Result<Imported, Fault> {
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let why = format!("a file of more than {} MiB; transcripts are smaller", FILE_BYTES_MAX / 1024 / 1024);
        return Err(Fault::new(None, why));
    }
    let text = encoding::decode(bytes)?;
    let look = look(&text);
    let draft = match look {
        Look::WebVtt => cues::read(&text, Format::WebVtt)?,
        Look::Srt => cues::read(&text, Format::Srt)?,
        Look::Plain => plain::read(&text)?,
        Look::Json => match json::read(&text)? {
            json::Found::Draft(draft) => draft,
            json::Found::Report(report) => return own::import(*report),
        },
    };
    if draft.cues.is_empty() {
        return Err(no_cue(&text, look));
    }
    Ok(imported(assemble::assemble(draft)?))
}

fn look(text: &str) -> Look {
    let text = text.trim_start();
    let after_bracket = text.strip_prefix('[').map(|rest| rest.trim_start().as_bytes().first().copied());
    if text.starts_with("WEBVTT") {
        Look::WebVtt
    } else if text.starts_with('{') && !text.starts_with("{\\") || matches!(after_bracket, Some(Some(b'{' | b']'))) {
        Look::Json
    } else if text.lines().any(|line| line.contains("-->") && !line.trim_start().starts_with('[')) {
        Look::Srt
    } else {
        Look::Plain
    }
}

fn no_cue(text: &str, look: Look) -> Fault {
    let count = text.lines().count();
    let why = match look {
        _ if text.trim().is_empty() => "an empty file; wanted a transcript with times".to_owned(),
        Look::WebVtt => format!("WebVTT of {count} lines without a cue"),
        Look::Srt => format!("subtitles of {count} lines without a cue"),
        Look::Json => "JSON of a transcriber without a piece of text".to_owned(),
        Look::Plain => format!(
            "{count} lines of text without times; wanted WebVTT, SRT, a transcriber's JSON or lines like `00:12 Name: text`"
        ),
    };
    Fault::new(None, why)
}

fn imported(transcript: Transcript) -> Imported {
    Imported { transcript, title: None, client: None, started_at: None, agenda: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_content() {
        for (text, want) in [
            ("WEBVTT\n", Look::WebVtt),
            ("\n1\n00:00:01,000 --> 00:00:02,000\nHi", Look::Srt),
            ("{\"segments\": []}", Look::Json),
            ("[ {\"start\": 1}]", Look::Json),
            ("[00:01] Hi", Look::Plain),
            ("[00:00:01.000 --> 00:00:02.000]  Hi", Look::Plain),
            ("", Look::Plain),
        ] {
            assert_eq!(look(text), want, "{text}");
        }
    }

    #[test]
    fn files_without_a_cue_say_what_they_hold() {
        for (text, want) in [
            ("", "empty file"),
            ("Dear Bob,\nsee you", "2 lines of text without times"),
            ("WEBVTT\n\nNOTE nothing\n", "WebVTT of 3 lines without a cue"),
            ("{\"segments\": []}", "without a piece of text"),
            ("WEBVTT\n\n00:01.000 --> 00:02.000\n[Music]\n", "no speech"),
        ] {
            let fault = parse(text.as_bytes()).unwrap_err();
            assert!(fault.why.contains(want), "{text:?}: {}", fault.why);
        }
    }

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let fault = parse(&vec![b'a'; FILE_BYTES_MAX as usize + 1]).unwrap_err();
        assert!(fault.why.contains("64 MiB"), "{}", fault.why);
    }
}
