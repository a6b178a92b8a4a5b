//! `rapport relabel`: other names in a report, without the sound.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::batch::Format;
use crate::commands::Exit;
use crate::diarize::relabel;
use crate::error::{Error, Result};
use crate::render::html::Around;
use crate::store::{path_digest, read_report, write_atomic, write_report};

/// Which report, and who is who in it.
#[derive(Debug, Clone)]
pub struct RelabelOptions {
    /// The report's JSON file.
    pub report: PathBuf,
    /// New names by speaker.
    pub names: Vec<(String, String)>,
}

/// Renames the speakers and writes the report anew, with all that was made of it and lies beside it. The written files go
/// to `out`, one a line.
///
/// # Errors
/// [`Error::Settings`] for a speaker who is not there; what reading and writing bring.
pub fn run(options: &RelabelOptions, out: &mut dyn Write) -> Result<Exit> {
    let path = &options.report;
    let mut report = read_report(path)?;
    let names: BTreeMap<String, String> = options.names.iter().cloned().collect();
    relabel(&mut report, &names).map_err(|why| Error::Settings { what: path.display().to_string(), why })?;
    let mut written = Vec::new();
    for format in [Format::Html, Format::Markdown, Format::Srt, Format::Vtt, Format::Text, Format::Csv] {
        let beside = path.with_extension(format.extension());
        // The report of notes.txt lies beside notes.txt, which is never written.
        let is_input = report.generator.place.as_deref() == Some(path_digest(&beside).as_str());
        if !beside.is_file() || is_input {
            continue;
        }
        let page =
            if format == Format::Html { std::fs::read_to_string(&beside).unwrap_or_default() } else { String::new() };
        let recording = address(&page, "<audio ", "src=\"");
        let calls = address(&page, "<nav aria-label=\"Pages\">", "href=\"");
        let around = Around { recording: recording.as_deref(), calls: calls.as_deref() };
        write_atomic(&beside, format.render(&report, around).as_bytes())?;
        written.push(beside);
    }
    write_report(path, &report)?;
    written.insert(0, path.clone());
    let text: String = written.iter().flat_map(|path| [path.display().to_string(), "\n".into()]).collect();
    let told = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    told.map_err(Error::io("cannot write", Path::new("standard output")))?;
    Ok(Exit::Done)
}

/// The way that a page of ours has in the first tag after `mark`, unescaped.
fn address(page: &str, mark: &str, attribute: &str) -> Option<String> {
    let tag = page.split_once(mark)?.1.split('>').next()?;
    let address = tag.split_once(attribute)?.1.split('"').next()?;
    let mut bytes = Vec::with_capacity(address.len());
    let mut rest = address.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_around_a_page_are_kept() {
        let page = "<nav aria-label=\"Pages\"><a href=\"../index.html\">All calls</a></nav>\
                    <audio id=\"audio\" controls src=\"../calls/a%20b%23.wav\"></audio>";
        assert_eq!(address(page, "<audio ", "src=\"").as_deref(), Some("../calls/a b#.wav"));
        assert_eq!(address(page, "<nav aria-label=\"Pages\">", "href=\"").as_deref(), Some("../index.html"));
        assert_eq!(address("<p>no sound</p>", "<audio ", "src=\""), None);
    }
}
