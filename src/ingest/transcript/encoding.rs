//! Bytes to text: UTF-8, and UTF-16 where a byte order mark says so.

use super::draft::Fault;
use super::limits::LINE_BYTES_MAX;

/// The text of a file with `\n` line ends and no byte order mark.
///
/// whisper.cpp writes tokens that are parts of a character into its JSON, so JSON may hold broken UTF-8; it is
/// replaced there. Elsewhere broken text is an error.
pub(super) fn decode(bytes: &[u8]) -> Result<String, Fault> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes)?,
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest)?,
        _ => utf8(bytes)?,
    };
    Ok(if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text })
}

fn utf8(bytes: &[u8]) -> Result<String, Fault> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) if bytes.trim_ascii_start().starts_with(b"{") => Ok(String::from_utf8_lossy(bytes).into_owned()),
        Err(error) => {
            let line = bytes[..error.valid_up_to()].split(|&byte| byte == b'\n').count();
            Err(Fault::new(line, "text that is not UTF-8; save the file as UTF-8 and try again"))
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Fault> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|&pair| unit(pair))).collect();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(Fault::new(None, "text that starts as UTF-16 and is damaged; save the file as UTF-8 and try again")),
    }
}

/// The lines of a text format, none of them endless.
pub(super) fn lines(text: &str) -> Result<Vec<&str>, Fault> {
    let lines: Vec<&str> = text.lines().collect();
    match lines.iter().position(|line| line.len() > LINE_BYTES_MAX) {
        None => Ok(lines),
        Some(at) => Err(Fault::new(
            at + 1,
            format!("a line of {} bytes; lines of a transcript may have up to {LINE_BYTES_MAX}", lines[at].len()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_order_mark_gives_the_same_text() {
        let text = "WEBVTT\nÄpfel 🍎\n";
        let with_mark = format!("\u{feff}{text}");
        let little: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = with_mark.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes(), with_mark.as_bytes(), &little, &big] {
            assert_eq!(decode(bytes).unwrap(), text);
        }
    }

    #[test]
    fn other_encodings_are_named_with_their_line() {
        let fault = decode(b"WEBVTT\n\n\xc4pfel").unwrap_err();
        assert_eq!(fault.line, Some(3));
        assert!(fault.why.contains("UTF-8"), "{}", fault.why);
        assert!(decode(&[0xff, 0xfe, 0x41]).is_err());
        assert!(decode(&[0xff, 0xfe, 0x00, 0xd8]).is_err());
    }

    #[test]
    fn an_endless_line_is_named() {
        let text = format!("a\n{}", "x".repeat(LINE_BYTES_MAX + 1));
        assert_eq!(lines(&text).unwrap_err().line, Some(2));
    }
}
