//! Which files are recordings, by name, and which formats our decoders do not know, by first bytes.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::path::Path;

/// Endings of files that hold sound, those that we cannot read ourselves too: they shall be named, not passed over.
const EXTENSIONS: [&str; 41] = [
    "3ga", "3gp", "aac", "ac3", "adts", "aif", "aifc", "aiff", "amr", "ape", "au", "avi", "awb", "caf", "dss", "flac",
    "flv", "m4a", "m4b", "m4v", "mka", "mkv", "mov", "mp1", "mp2", "mp3", "mp4", "mpc", "oga", "ogg", "ogv", "opus",
    "pcm", "snd", "spx", "w64", "wav", "wave", "webm", "wma", "wv",
];

/// Endings of files that are samples and nothing else.
const HEADERLESS: [&str; 4] = ["pcm", "raw", "ulaw", "alaw"];

/// First bytes (at an offset) of formats that our decoders do not know.
const FOREIGN: [(usize, &[u8], &str); 13] = [
    (0, b"MAC ", "Monkey's Audio (APE)"),
    (0, b"wvpk", "WavPack"),
    (0, b"MPCK", "Musepack"),
    (0, b"MP+", "Musepack"),
    (0, b"#!AMR", "AMR"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media (WMA)"),
    (0, b"ALS\0", "MPEG-4 ALS"),
    (28, b"Speex   ", "Speex"),
    (0, b".snd", "Sun audio (AU)"),
    (0, b"riff\x2e\x91\xcf\x11", "Wave64"),
    (0, b"FLV\x01", "Flash video"),
    (8, b"AVI ", "AVI video"),
    (1, b"dss", "DSS dictation"),
];

/// First bytes of formats that we read, in files with a headerless name.
const KNOWN: [&[u8]; 6] = [b"RIFF", b"fLaC", b"OggS", b"FORM", b"caff", b"ID3"];

/// Bytes that are looked at.
const HEAD_BYTES: usize = 64;

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing against our decoders.
    Ours,
    /// A format that they do not know.
    Foreign(&'static str),
    /// Samples without a header.
    Headerless,
}

/// Whether a file of this name holds sound, be it in a format we can read or not.
#[must_use]
pub fn is_recording(path: &Path) -> bool {
    extension(path).is_some_and(|ending| EXTENSIONS.contains(&ending.as_str()))
}

/// The ending of a file's name in small letters.
pub(super) fn extension(path: &Path) -> Option<String> {
    path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase)
}

/// Looks at the first bytes, behind an ID3 tag if there is one; leaves the file at its start.
pub(super) fn look(file: &mut File, path: &Path) -> Result<Look> {
    let mut head = head_at(file, 0)?;
    if let [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] = head[..] {
        // The size of the tag has seven bits a byte and leaves out its own ten bytes of header.
        let size = [a, b, c, d].iter().fold(0, |size, &byte| size << 7 | u64::from(byte & 0x7f));
        let behind = head_at(file, 10 + size)?;
        if matches!(look_at(&behind, None), Look::Foreign(_)) {
            head = behind;
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(look_at(&head, extension(path).as_deref()))
}

fn head_at(file: &mut File, at: u64) -> Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    file.seek(SeekFrom::Start(at))?;
    file.take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    Ok(head)
}

fn look_at(head: &[u8], ending: Option<&str>) -> Look {
    for (at, mark, name) in FOREIGN {
        if head.get(at..).is_some_and(|rest| rest.starts_with(mark)) {
            return Look::Foreign(name);
        }
    }
    // By chance there is always something in raw samples that looks like MP3.
    let headerless = ending.is_some_and(|ending| HEADERLESS.contains(&ending));
    if headerless && !KNOWN.iter().any(|mark| head.starts_with(mark)) { Look::Headerless } else { Look::Ours }
}

/// What to type to get a file that can be read.
pub(super) fn convert_hint(path: &Path) -> String {
    let (from, to) = (quoted(path), quoted(&path.with_extension("converted.flac")));
    format!("if it plays elsewhere, convert it: ffmpeg -i {from} {to}")
}

/// What to type to give raw samples a header.
pub(super) fn headerless_hint(path: &Path) -> String {
    let (from, to) = (quoted(path), quoted(&path.with_extension("wav")));
    format!("convert it with what you know about it, for example: ffmpeg -f s16le -ar 16000 -ac 1 -i {from} {to}")
}

/// A path for a shell; `file:` keeps ffmpeg from taking a leading `-` or a `name:` for something else.
fn quoted(path: &Path) -> String {
    format!("'file:{}'", path.display().to_string().replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_are_known_by_their_ending() {
        for (name, is) in [("a.WAV", true), ("a.b.opus", true), ("a.wma", true), ("a.vtt", false), ("wav", false)] {
            assert_eq!(is_recording(Path::new(name)), is, "{name}");
        }
    }

    #[test]
    fn formats_beyond_us_are_known_by_their_first_bytes() {
        assert_eq!(look_at(b"wvpk....", Some("wav")), Look::Foreign("WavPack"));
        assert_eq!(look_at(b"#!AMR\n", None), Look::Foreign("AMR"));
        assert_eq!(look_at(b"RIFF....WAVEfmt ", Some("wav")), Look::Ours);
        assert_eq!(look_at(b"RIFF....WAVEfmt ", Some("pcm")), Look::Ours);
        assert_eq!(look_at(b"\x01\x00\x02\x00", Some("pcm")), Look::Headerless);
        assert_eq!(look_at(b"", Some("mp3")), Look::Ours);
    }

    #[test]
    fn commands_can_be_pasted_whatever_the_name() {
        assert_eq!(
            convert_hint(Path::new("-it's.ape")),
            r"if it plays elsewhere, convert it: ffmpeg -i 'file:-it'\''s.ape' 'file:-it'\''s.converted.flac'"
        );
    }
}
