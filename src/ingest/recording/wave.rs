//! What a WAV says about itself: date and title, as recorders and editors write them before or behind the sound. The decoder
//! passes over both.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use super::source::short;

/// Chunks looked at: real files have a handful.
const CHUNKS_MAX: usize = 64;

/// Bytes of a chunk that are read; texts are far shorter.
const CHUNK_BYTES_MAX: u64 = 1 << 16;

/// Where a broadcast WAV (EBU Tech 3285) says on which day it was begun: behind description, originator and reference.
const BROADCAST_DAY: std::ops::Range<usize> = 320..330;

/// And at what time.
const BROADCAST_TIME: std::ops::Range<usize> = 330..338;

/// What was found.
#[derive(Debug, Default, PartialEq)]
pub(super) struct About {
    /// When the recording began, as the file says it.
    pub(super) started_at: Option<String>,
    pub(super) title: Option<String>,
}

/// Date and title of a WAV; nothing for any other file.
pub(super) fn about(path: &Path) -> About {
    let mut about = About::default();
    // A file that ends in the middle keeps what was found so far; whether its sound can be read is told elsewhere.
    drop(File::open(path).and_then(|file| about.read(&mut BufReader::new(file))));
    about
}

impl About {
    fn read(&mut self, file: &mut (impl Read + Seek)) -> io::Result<()> {
        let mut head = [0; 12];
        file.read_exact(&mut head)?;
        if &head[..4] != b"RIFF" || &head[8..] != b"WAVE" {
            return Ok(());
        }
        for _ in 0..CHUNKS_MAX {
            let mut chunk = [0; 8];
            file.read_exact(&mut chunk)?;
            let length = u64::from(number(&chunk[4..]));
            // Chunks begin at even places.
            let mut rest = length + length % 2;
            if matches!(&chunk[..4], b"LIST" | b"bext") {
                let mut bytes = Vec::new();
                rest -= file.by_ref().take(length.min(CHUNK_BYTES_MAX)).read_to_end(&mut bytes)? as u64;
                if &chunk[..4] == b"bext" { self.broadcast(&bytes) } else { self.list(&bytes) }
            }
            file.seek(SeekFrom::Current(rest as i64))?;
        }
        Ok(())
    }

    /// A list of texts. What a broadcast chunk said is finer and stays.
    fn list(&mut self, bytes: &[u8]) {
        let mut rest = bytes.strip_prefix(b"INFO").unwrap_or_default();
        while let Some((head, after)) = rest.split_at_checked(8) {
            let length = number(&head[4..]) as usize;
            let Some(text) = after.get(..length) else { return };
            let text = Some(short(&String::from_utf8_lossy(text))).filter(|text| !text.is_empty());
            match &head[..4] {
                // A bare year says nothing about a call.
                b"ICRD" => {
                    let day = text.filter(|text| text.len() >= BROADCAST_DAY.len());
                    self.started_at = self.started_at.take().or(day);
                }
                b"INAM" => self.title = self.title.take().or(text),
                _ => {}
            }
            rest = after.get(length + length % 2..).unwrap_or_default();
        }
    }

    /// The moment in a broadcast chunk: `2026-03-05` and `14:30:00`, with whatever stands between the numbers.
    fn broadcast(&mut self, bytes: &[u8]) {
        let digits = |range: std::ops::Range<usize>| {
            let text = std::str::from_utf8(bytes.get(range)?).ok()?;
            text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
        };
        let (day, time) = (BROADCAST_DAY.start, BROADCAST_TIME.start);
        let moment = || {
            let [year, month, date] = [digits(day..day + 4)?, digits(day + 5..day + 7)?, digits(day + 8..day + 10)?];
            let [hour, minute, second] =
                [digits(time..time + 2)?, digits(time + 3..time + 5)?, digits(time + 6..time + 8)?];
            Some(format!("{year}-{month}-{date}T{hour}:{minute}:{second}"))
        };
        self.started_at = moment().or_else(|| self.started_at.take());
    }
}

/// Four bytes as a number, the lowest first.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(name: &str, content: &[u8]) -> Vec<u8> {
        let mut chunk = name.as_bytes().to_vec();
        chunk.extend((content.len() as u32).to_le_bytes());
        chunk.extend(content);
        chunk.extend(std::iter::repeat_n(0, content.len() % 2));
        chunk
    }

    fn found_in(chunks: &[Vec<u8>]) -> About {
        let file = [b"RIFF\0\0\0\0WAVE".to_vec(), chunks.concat()].concat();
        let mut about = About::default();
        drop(about.read(&mut io::Cursor::new(file)));
        about
    }

    fn info(tags: &[(&str, &str)]) -> Vec<u8> {
        let texts = tags.iter().flat_map(|(name, text)| chunk(name, text.as_bytes()));
        chunk("LIST", &b"INFO".iter().copied().chain(texts).collect::<Vec<_>>())
    }

    fn is(started_at: Option<&str>, title: Option<&str>) -> About {
        About { started_at: started_at.map(ToOwned::to_owned), title: title.map(ToOwned::to_owned) }
    }

    #[test]
    fn texts_are_found_before_and_behind_the_sound() {
        let sound = chunk("data", &[7; 101]);
        let list = info(&[("ISFT", "Rec"), ("ICRD", "2026-03-05\0"), ("INAM", "Weekly")]);
        let wanted = is(Some("2026-03-05"), Some("Weekly"));
        assert_eq!(found_in(&[list.clone(), sound.clone()]), wanted);
        assert_eq!(found_in(&[sound, list]), wanted);
        assert_eq!(found_in(&[info(&[("ICRD", "2026"), ("INAM", "")])]), is(None, None));
    }

    #[test]
    fn a_broadcast_chunk_tells_the_time_as_well() {
        let mut content = vec![0; 602];
        content[BROADCAST_DAY].copy_from_slice(b"2026:03:05");
        content[BROADCAST_TIME].copy_from_slice(b"14-30-00");
        let (broadcast, list) = (chunk("bext", &content), info(&[("ICRD", "2026-03-04")]));
        for chunks in [[broadcast.clone(), list.clone()], [list, broadcast]] {
            assert_eq!(found_in(&chunks), is(Some("2026-03-05T14:30:00"), None));
        }
        assert_eq!(found_in(&[chunk("bext", &[0; 602]), chunk("bext", &[0; 10])]), is(None, None));
    }

    #[test]
    fn whatever_is_damaged_says_nothing() {
        let whole = info(&[("INAM", "Weekly"), ("ICRD", "2026-03-05")]);
        for length in 0..whole.len() {
            found_in(&[whole[..length].to_vec()]);
        }
        let mut endless = b"LIST".to_vec();
        endless.extend([0xff; 4]);
        endless.extend(b"INFOICRD\xff\xff\xff\xff2026-03-05");
        assert_eq!(found_in(&[endless]), is(None, None));
        assert_eq!(about(Path::new("/nowhere")), is(None, None));
    }

    #[test]
    fn texts_beyond_the_limits_are_not_looked_for() {
        let list = info(&[("INAM", "Weekly")]);
        let behind = |chunks: usize| found_in(&[chunk("junk", b"").repeat(chunks), list.clone()]);
        assert_eq!(behind(CHUNKS_MAX - 1), is(None, Some("Weekly")));
        assert_eq!(behind(CHUNKS_MAX), is(None, None));
        // The list itself takes 4 bytes, each text 8 and its own.
        let padded = |padding: u64| found_in(&[info(&[("ICMT", &"x".repeat(padding as usize)), ("INAM", "Weekly")])]);
        let padding = CHUNK_BYTES_MAX - 4 - 8 - 8 - 6;
        assert_eq!(padded(padding), is(None, Some("Weekly")));
        assert_eq!(padded(padding + 2), is(None, None));
    }
}
