//! The marks inside a cue's text: voices, classes, entities.

/// The text of a cue by voice, tags dropped and entities read. A voice holds until the next one or its end tag.
pub(super) fn by_voice(raw: &str) -> Vec<(Option<String>, String)> {
    let mut pieces = vec![(None, String::new())];
    let mut rest = raw;
    // Past the last closing mark no tag is looked for: hostile text full of opening marks stays linear.
    let (last_tag, last_code) = (raw.rfind('>').unwrap_or(0), raw.rfind('}').unwrap_or(0));
    while let Some(at) = rest.find(['<', '&', '{']) {
        push(&mut pieces, &rest[..at]);
        rest = &rest[at..];
        let here = raw.len() - rest.len();
        rest = match rest.as_bytes()[0] {
            b'<' if here < last_tag => tag(rest, &mut pieces),
            b'{' if here < last_code => override_code(rest, &mut pieces),
            b'&' => {
                let (text, rest) = entity(rest);
                push(&mut pieces, &text);
                rest
            }
            _ => {
                push(&mut pieces, &rest[..1]);
                &rest[1..]
            }
        };
    }
    push(&mut pieces, rest);
    pieces.retain(|(_, text)| !text.trim().is_empty());
    pieces
}

fn push(pieces: &mut [(Option<String>, String)], text: &str) {
    if let Some((_, last)) = pieces.last_mut() {
        last.push_str(text);
    }
}

/// Reads a tag; a `<` that opens none is text.
fn tag<'a>(rest: &'a str, pieces: &mut Vec<(Option<String>, String)>) -> &'a str {
    let inside = &rest[1..];
    let opens = inside.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/');
    let Some(end) = inside.find('>').filter(|_| opens) else {
        push(pieces, "<");
        return inside;
    };
    let body = &inside[..end];
    let name = body.split(|c: char| c == '.' || c.is_whitespace()).next().unwrap_or_default();
    if name.eq_ignore_ascii_case("v") {
        let annotation = body.split_once(char::is_whitespace).map_or("", |(_, annotation)| annotation);
        pieces.push((Some(entities(annotation)), String::new()));
    } else if name.eq_ignore_ascii_case("/v") {
        pieces.push((None, String::new()));
    }
    &inside[end + 1..]
}

/// Drops `{\an8}` and its kin, which SRT files carry for players; other braces are text.
fn override_code<'a>(rest: &'a str, pieces: &mut [(Option<String>, String)]) -> &'a str {
    if rest.starts_with("{\\")
        && let Some(end) = rest.find('}')
    {
        return &rest[end + 1..];
    }
    push(pieces, "{");
    &rest[1..]
}

/// Longest name or number of a character reference that is looked at, in bytes.
const ENTITY_BYTES_MAX: usize = 10;

/// The character that an `&...;` at the start stands for and the text after it; `&` itself if it stands for none.
fn entity(rest: &str) -> (String, &str) {
    let inside = &rest[1..];
    if let Some(end) = inside.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';') {
        let name = &inside[..end];
        let number = name.strip_prefix('#').and_then(|n| match n.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => n.parse().ok(),
        });
        let found = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            "lrm" | "rlm" => return (String::new(), &inside[end + 1..]),
            _ => number.and_then(char::from_u32),
        };
        if let Some(c) = found {
            return (c.to_string(), &inside[end + 1..]);
        }
    }
    ("&".to_owned(), inside)
}

fn entities(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        let (found, after) = entity(&rest[at..]);
        out.push_str(&found);
        rest = after;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(raw: &str) -> String {
        by_voice(raw).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn voices_are_told_apart() {
        let got = by_voice("<v.loud.first Ana &amp; Co>Hi <i>you</i></v>\n<v Bob>Yo");
        let want = [(Some("Ana & Co".to_owned()), "Hi you".to_owned()), (Some("Bob".to_owned()), "Yo".to_owned())];
        assert_eq!(got, want);
    }

    #[test]
    fn what_is_no_mark_stays_text() {
        for text in ["a < b", "a <3 you", "x <- y", "AT&T", "&;", "{a}", "& more", "1 < 2 > 0", "&é;"] {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("{\\an8}Up <00:00:01.000><c>here</c> &lt;b&gt; &#39;x&#x27; {\\"), "Up here <b> 'x' {\\");
    }
}
