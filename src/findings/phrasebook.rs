//! What could have been said, in the language of the call.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::lexicon::PHRASEBOOKS;

/// A name within a phrase is at most so many characters long; longer ones are cut between words.
const NAME_LETTERS_MAX: usize = 60;
/// People from which a call counts as one of many.
const MANY: usize = 3;

/// What a phrase can name, and what it must fit.
#[derive(Debug, Clone, Default)]
pub(super) struct Moment {
    /// What the tangent is about; may be empty.
    pub(super) topic: String,
    /// The business to return to; may be empty.
    pub(super) next: String,
    /// Minutes that were announced for the call.
    pub(super) minutes: Option<u32>,
    /// Number of people on the call.
    pub(super) people: usize,
    /// Whether the tangent is about work.
    pub(super) off_agenda: bool,
    /// Whether no business follows.
    pub(super) last: bool,
}

/// Phrases of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phrasebook {
    language: String,
    next_unknown: String,
    topic_unknown: String,
    /// A friendly question to open a call with.
    pub(super) opener: String,
    ways: Vec<Way>,
}

/// One way back to business.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Way {
    /// Its name, the same in every language.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers of the file and the tests"))]
    name: String,
    when: When,
    warm: String,
    firm: String,
}

/// The moments that a way back fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Any,
    Frame,
    Many,
    OffAgenda,
    Last,
}

impl When {
    const fn fits(self, moment: &Moment) -> bool {
        match self {
            Self::Any => true,
            Self::Frame => moment.minutes.is_some(),
            Self::Many => moment.people >= MANY,
            Self::OffAgenda => moment.off_agenda,
            Self::Last => moment.last,
        }
    }
}

static PHRASEBOOKS_READ: LazyLock<Vec<Phrasebook>> = LazyLock::new(|| {
    let read = |(language, text): &(&str, &str)| {
        let book: Phrasebook = toml::from_str(text).expect("the phrasebooks are part of the program and under test");
        assert!(book.language == *language && book.ways.iter().any(|way| way.when == When::Any));
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

    /// Something warm and something firm for the moment; `place` counts the moments of a tangent, so that they get
    /// different ways.
    pub(super) fn say(&self, place: usize, moment: &Moment) -> (String, String) {
        let fitting: Vec<&Way> = self.ways.iter().filter(|way| way.when.fits(moment)).collect();
        let way = fitting[place % fitting.len()];
        (self.fill(&way.warm, moment), self.fill(&way.firm, moment))
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
                "minutes" => moment.minutes.unwrap_or_default().to_string(),
                _ => or(&moment.next, &self.next_unknown),
            });
            rest = after;
        }
        filled + rest
    }
}

/// A name that can stand inside a sentence: one line, no quotes or sentence ends, not too long.
fn clean(name: &str) -> String {
    let breaks = |c: char| {
        c.is_control()
            || matches!(c, '"' | '“' | '”' | '«' | '»' | '{' | '}' | '(' | ')' | '.' | '!' | '?' | ';')
            || matches!(c, '。' | '！' | '？' | '；' | '（' | '）' | '「' | '」')
    };
    let plain: String = name.chars().map(|c| if breaks(c) { ' ' } else { c }).collect();
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
    out.trim_matches([',', '、', '，', '-', ':', '：', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A moment that every way fits.
    fn any(topic: &str, next: &str) -> Moment {
        let (topic, next) = (topic.to_owned(), next.to_owned());
        Moment { topic, next, minutes: Some(30), people: 3, off_agenda: true, last: true }
    }

    #[test]
    fn every_phrase_with_odd_names_stays_clean_in_every_language() {
        let long = "very long ".repeat(40);
        let endless = "x".repeat(500);
        let odd = [
            "VAT",
            "14",
            "2026-03-05",
            "3:45",
            "\"quoted\" \u{201c}name\u{201d}",
            "«ёлки» и палки",
            "",
            " , ",
            "{next}",
            "{",
            "one.\nTwo! Three?",
            "(aside)",
            "a\u{0}b\tc",
            "发票",
            "发票。报价？",
            "O'Hara & Sons",
            &long,
            &endless,
        ];
        for book in PHRASEBOOKS_READ.iter() {
            for place in 0..book.ways.len() {
                for (topic, next) in odd.iter().flat_map(|topic| odd.iter().map(move |next| (*topic, *next))) {
                    let (warm, firm) = book.say(place, &any(topic, next));
                    for phrase in [warm, firm] {
                        assert!(!phrase.contains(['\n', '\t', '\0', '"', '{', '}']), "{phrase}");
                        assert!(!phrase.contains("  ") && phrase.trim() == phrase, "{phrase:?}");
                        assert!(!phrase.contains("“”") && !phrase.contains("()"), "{phrase}");
                        assert!(!phrase.contains(" ,") && !phrase.contains(" ."), "{phrase}");
                        assert!(phrase.ends_with(['.', '?', '。', '？']), "{phrase}");
                        assert!(phrase.matches(['.', '?', '!', '。', '？', '！']).count() <= 2, "{phrase}");
                        assert!(phrase.chars().count() < 260, "{phrase}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_language_knows_the_same_ways_for_the_same_moments() {
        let ways = |book: &Phrasebook| book.ways.iter().map(|way| (way.name.clone(), way.when)).collect::<Vec<_>>();
        for book in PHRASEBOOKS_READ.iter() {
            assert_eq!(ways(book), ways(&PHRASEBOOKS_READ[0]), "{}", book.language);
            assert!(book.opener.ends_with(['?', '？']), "{}", book.opener);
        }
    }

    #[test]
    fn ways_fit_their_moments() {
        let plain = Moment { topic: "llama shoot".to_owned(), next: "jump cuts".to_owned(), ..Moment::default() };
        let warm = |moment: &Moment, place: usize| Phrasebook::of("en").say(place, moment).0;
        assert!(warm(&plain, 0).contains("llama shoot") && warm(&plain, 0).contains("jump cuts"));
        assert!(warm(&plain, 0).contains("at the end"));
        assert!(warm(&Moment { last: true, ..plain.clone() }, 0).contains("Thank you for today"));
        assert!(warm(&Moment { minutes: Some(45), ..plain.clone() }, 0).contains("45 minutes"));
        assert!(warm(&Moment { people: 3, ..plain.clone() }, 0).contains("several of us"));
        assert!(!warm(&Moment { people: 2, ..plain.clone() }, 0).contains("several of us"));
        assert!(warm(&Moment { off_agenda: true, ..plain.clone() }, 0).contains("offline"));
        let three: std::collections::BTreeSet<String> = (0..3).map(|place| warm(&plain, place)).collect();
        assert_eq!(three.len(), 3);
        assert_eq!(Phrasebook::of("fi").language, "en");
    }
}
