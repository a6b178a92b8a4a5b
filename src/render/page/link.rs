//! Addresses and tags made from texts that anybody may have written.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// All but what stands for itself in every part of an address (RFC 3986, 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The relative address of a file: every byte that means something in an address is escaped, so that the path can name
/// neither another scheme (`javascript:`) nor another machine (`//host`).
pub(in crate::render) fn address(path: &str) -> String {
    let absolute = path.starts_with('/');
    let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
    let parts: Vec<_> = parts.map(|part| utf8_percent_encode(part, ESCAPED).to_string()).collect();
    format!("{}{}", if absolute { "/" } else { "" }, parts.join("/"))
}

/// The path that [`address`] made an address of; `None` for one that holds no text.
pub(in crate::render) fn path_of(address: &str) -> Option<String> {
    percent_decode_str(address).decode_utf8().ok().map(Cow::into_owned)
}

/// The language tag for the page's quotes; `und` for what is no language code.
pub(in crate::render) fn language_tag(code: Option<&str>) -> String {
    let code = code.filter(|code| (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase()));
    code.unwrap_or("und").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_file_and_nothing_else() {
        for (path, wanted) in [
            ("../calls/a b.wav", "../calls/a%20b.wav"),
            ("javascript:alert(1)", "javascript%3Aalert%281%29"),
            ("//host/share.wav", "/host/share.wav"),
            ("\\\\host\\share.wav", "%5C%5Chost%5Cshare.wav"),
            ("a#b?c%d\".wav", "a%23b%3Fc%25d%22.wav"),
            ("звонок.wav", "%D0%B7%D0%B2%D0%BE%D0%BD%D0%BE%D0%BA.wav"),
        ] {
            assert_eq!(address(path), wanted);
            // Of two slashes at the start, which would name a machine, one is left.
            assert_eq!(path_of(wanted).unwrap(), path.replace("//", "/"));
        }
    }

    #[test]
    fn only_language_codes_become_tags() {
        assert_eq!(language_tag(Some("ru")), "ru");
        for bad in [None, Some(""), Some("e\"n"), Some("english")] {
            assert_eq!(language_tag(bad), "und");
        }
    }
}
