//! What could have been said, in the language of the call.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::lexicon::PHRASEBOOKS;

/// A name within a phrase is at most so many characters long; longer ones are cut between words.
const NAME_LETTERS_MAX: usize = 60;

/// What a phrase can name.
#[derive(Debug)]
pub(super) struct Moment {
    /// What the tangent is about; may be empty.
    pub(super) topic: String,
    /// The business to return to; may be empty.
    pub(super) next: String,
}

/// Phrases of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrasebook {
    language: String,
    next_unknown: String,
    topic_unknown: String,
    warm: Vec<String>,
    firm: Vec<String>,
}

static PHRASEBOOKS_READ: LazyLock<Vec<Phrasebook>> = LazyLock::new(|| {
    let read = |(language, text): &(&str, &str)| {
        let book: Phrasebook = toml::from_str(text).expect("the phrasebooks are part of the program and under test");
        assert!(book.language == *language && !book.warm.is_empty() && !book.firm.is_empty());
        book
    };
    PHRASEBOOKS.iter().map(read).collect()
});

impl Phrasebook {
    /// The phrasebook of a language; the English one where there is none.
    pub(super) fn of(language: &str) -> &'static Self {
        let books = &*PHRASEBOOKS_READ;
        books.iter().find(|book| book.language == language).unwrap_or(&books[0])
    }

    /// Something warm for the moment; `place` counts the moments of a tangent, so that they get different phrases.
    pub(super) fn warm(&self, place: usize, moment: &Moment) -> String {
        self.fill(&self.warm[place % self.warm.len()], moment)
    }

    /// Something firm for the moment.
    pub(super) fn firm(&self, place: usize, moment: &Moment) -> String {
        self.fill(&self.firm[place % self.firm.len()], moment)
    }

    fn fill(&self, template: &str, moment: &Moment) -> String {
        let or =
            |name: &str, unknown: &str| Some(clean(name)).filter(|name| !name.is_empty()).unwrap_or(unknown.into());
        // In one pass, so that a name that looks like a place to fill stays what it is.
        let mut filled = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (place, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(&match place {
                "topic" => or(&moment.topic, &self.topic_unknown),
                _ => or(&moment.next, &self.next_unknown),
            });
            rest = after;
        }
        filled + rest
    }
}

/// A name that can stand inside a sentence: one line, no quotes or sentence ends, not too long.
fn clean(name: &str) -> String {
    let breaks =
        |c: char| c.is_control() || matches!(c, '"' | '“' | '”' | '«' | '»' | '{' | '}' | '.' | '!' | '?' | ';');
    let plain: String =
        name.chars().map(|c| if breaks(c) || matches!(c, '。' | '！' | '？' | '；') { ' ' } else { c }).collect();
    let mut out = String::new();
    for word in plain.split_whitespace() {
        let length = out.chars().count() + word.chars().count() + 1;
        if length > NAME_LETTERS_MAX && !out.is_empty() {
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().take(NAME_LETTERS_MAX));
    }
    out.trim_matches([',', '、', '-', ':', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_with_odd_names_stays_one_clean_line() {
        let odd = [
            "VAT",
            "14",
            "\"quoted\" \u{201c}name\u{201d}",
            "",
            " , ",
            "{next}",
            "one.\nTwo! Three?",
            &"very long ".repeat(40),
            &"x".repeat(500),
            "发票",
        ];
        for book in PHRASEBOOKS_READ.iter() {
            for (place, name) in (0..3).flat_map(|place| odd.iter().map(move |name| (place, *name))) {
                let moment = Moment { topic: name.to_owned(), next: name.to_owned() };
                for phrase in [book.warm(place, &moment), book.firm(place, &moment)] {
                    assert!(!phrase.contains(['\n', '"', '{', '}']), "{phrase}");
                    assert!(!phrase.contains("  ") && phrase.trim() == phrase, "{phrase:?}");
                    assert!(!phrase.contains("“”") && !phrase.contains("()"), "{phrase}");
                    assert!(phrase.ends_with(['.', '?', '。', '？']), "{phrase}");
                    assert!(phrase.chars().count() < 260, "{phrase}");
                }
            }
        }
    }

    #[test]
    fn names_are_filled_in() {
        let moment = Moment { topic: "llama shoot".to_owned(), next: "jump cuts".to_owned() };
        let book = Phrasebook::of("en");
        assert!(book.warm(0, &moment).contains("llama shoot") && book.warm(0, &moment).contains("jump cuts"));
        assert!(book.firm(0, &moment).contains("jump cuts"));
        assert_ne!(book.warm(0, &moment), book.warm(1, &moment));
        assert_eq!(Phrasebook::of("fi").language, "en");
    }
}
