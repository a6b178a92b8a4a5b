//! Words and phrases the stages know, by language: data files under `models/lexicon`, read once.

mod digest;
mod phrases;
mod tags;
mod tokens;

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use serde::Deserialize;

pub(crate) use digest::{FNV_START, fnv};
pub(crate) use phrases::{Hit, Phrases};
pub(crate) use tags::Tag;
pub(crate) use tokens::{is_cjk, tokens, tokens_as_written};

/// The data files, as text.
pub(crate) const SOURCES: [(&str, &str); 3] = [
    ("en", include_str!("../../models/lexicon/en.toml")),
    ("ru", include_str!("../../models/lexicon/ru.toml")),
    ("zh", include_str!("../../models/lexicon/zh.toml")),
];

/// Weights of the signs of a redirect, as text; learned by `scripts/train_steer.py`.
pub(crate) const STEER: &str = include_str!("../../models/lexicon/steer.toml");

/// Things to say, by language, as text.
pub(crate) const PHRASEBOOKS: [(&str, &str); 3] = [
    ("en", include_str!("../../models/phrases/en.toml")),
    ("ru", include_str!("../../models/phrases/ru.toml")),
    ("zh", include_str!("../../models/phrases/zh.toml")),
];

/// Share of a text's words that must be stop-words of a language for the text to count as written in it, where nothing
/// else tells the language. Running text has 0.4 and more in its own language and below 0.1 in others.
const STOPWORD_SHARE_MIN: f64 = 0.25;

/// How words of a language become the stems that topics are recognised by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stems {
    /// The first so many letters of a word.
    Cut(usize),
    /// Pairs of neighbouring characters.
    Pairs,
}

/// What is known of one language.
#[derive(Debug)]
pub(crate) struct Lexicon {
    /// ISO 639-1.
    pub(crate) language: &'static str,
    stopwords: HashSet<String>,
    joiners: HashSet<String>,
    phrases: Phrases,
    stems: Stems,
    minutes: BTreeMap<String, u32>,
    /// Warm words (social, telling, of elsewhere) in every hundred around an utterance, below which it is no digression.
    pub(crate) warmth: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    language: String,
    stopwords: String,
    joiners: String,
    backchannels: String,
    fillers: String,
    question_openers: String,
    laughter: String,
    guards: BTreeMap<String, String>,
    sorts: BTreeMap<String, String>,
    redirects: BTreeMap<String, String>,
    tone: BTreeMap<String, String>,
    frame: BTreeMap<String, String>,
    minutes: BTreeMap<String, u32>,
    warmth: f32,
}

static LEXICONS: LazyLock<Vec<Lexicon>> =
    LazyLock::new(|| SOURCES.iter().map(|(language, text)| Lexicon::parse(language, text)).collect());

impl Lexicon {
    /// The lexicon of a language (ISO 639-1, a region after it is ignored), if there is one.
    pub(crate) fn of(language: &str) -> Option<&'static Self> {
        let code = language.split(['-', '_']).next().unwrap_or_default();
        LEXICONS.iter().find(|lexicon| lexicon.language.eq_ignore_ascii_case(code))
    }

    /// The lexicon for a call: of its language, or, where that is not told, of the language its words look like.
    pub(crate) fn for_call<'a>(language: Option<&str>, texts: impl Iterator<Item = &'a str>) -> Option<&'static Self> {
        if let Some(language) = language {
            return Self::of(language);
        }
        let (mut known, mut all) = (vec![0_usize; LEXICONS.len()], 0_usize);
        for text in texts {
            for token in tokens(text) {
                all += 1;
                for (count, lexicon) in known.iter_mut().zip(LEXICONS.iter()) {
                    *count += usize::from(lexicon.is_stopword(&token));
                }
            }
        }
        let (count, lexicon) = known.into_iter().zip(LEXICONS.iter()).max_by_key(|(count, _)| *count)?;
        (count as f64 >= STOPWORD_SHARE_MIN * all.max(1) as f64).then_some(lexicon)
    }

    fn parse(language: &'static str, text: &str) -> Self {
        let file: File = toml::from_str(text).expect("the lexicons are part of the program and under test");
        assert_eq!(file.language, language, "a lexicon says which language it is of");
        let mut phrases = Phrases::default();
        let named = [
            ("backchannels", file.backchannels),
            ("fillers", file.fillers),
            ("question_openers", file.question_openers),
            ("laughter", file.laughter),
        ];
        let tables = [file.guards, file.sorts, file.redirects, file.tone, file.frame];
        let entries = named.into_iter().map(|(name, list)| (name.to_owned(), list));
        for (name, list) in entries.chain(tables.into_iter().flatten()) {
            let tag = Tag::from_name(&name).expect("the lexicons name only sorts that the program knows");
            phrases.add(&list, tag);
        }
        let stems = match language {
            "zh" => Stems::Pairs,
            "ru" => Stems::Cut(5),
            _ => Stems::Cut(6),
        };
        let small = |list: &str| list.split(',').map(tokens).filter(|found| found.len() == 1).flatten().collect();
        let (stopwords, joiners) = (small(&file.stopwords), small(&file.joiners));
        Self { language, stopwords, joiners, phrases, stems, minutes: file.minutes, warmth: file.warmth }
    }

    /// Whether a word says nothing about a topic.
    pub(crate) fn is_stopword(&self, token: &str) -> bool {
        self.stopwords.contains(token)
    }

    /// Whether a small word may stand between two words of a label.
    pub(crate) fn joins(&self, token: &str) -> bool {
        self.joiners.contains(token)
    }

    /// All phrases of the lexicon that these words hold.
    pub(crate) fn hits(&self, tokens: &[String]) -> Vec<Hit> {
        self.phrases.hits(tokens)
    }

    /// What a weight of its own may belong to: the words, their first five letters in Russian, pairs of characters in
    /// Chinese. Each once, in the order of the text.
    pub(crate) fn weighted_words(&self, tokens: &[String]) -> Vec<String> {
        let words: Vec<String> = match self.stems {
            Stems::Pairs => {
                let latin = tokens.iter().filter(|token| token.chars().nth(1).is_some() && !starts_with_digit(token));
                pairs(tokens).map(|(a, b)| format!("{a}{b}")).chain(latin.cloned()).collect()
            }
            Stems::Cut(letters) => {
                let words = tokens.iter().filter(|token| !starts_with_digit(token));
                words.map(|token| if self.language == "ru" { cut(token, letters) } else { token.clone() }).collect()
            }
        };
        once(words)
    }

    /// Digests of words and pairs of neighbouring words, numbers left out; the first five letters of Russian words; in
    /// Chinese also three characters in a row. With the language before them, sorted, each once.
    pub(crate) fn grams(&self, tokens: &[String]) -> Vec<u64> {
        let plain = |token| if self.language == "ru" { head(token, 5) } else { token };
        let words: Vec<&str> =
            tokens.iter().map(String::as_str).filter(|token| !starts_with_digit(token)).map(plain).collect();
        let longest = if self.is_unspaced() { 3 } else { 2 };
        let language = fnv(FNV_START, self.language);
        let mut grams = Vec::with_capacity(longest * words.len());
        for first in 0..words.len() {
            let mut gram = fnv(language, ":");
            for (at, word) in words[first..].iter().take(longest).enumerate() {
                gram = fnv(if at == 0 { gram } else { fnv(gram, " ") }, word);
                grams.push(gram);
            }
        }
        grams.sort_unstable();
        grams.dedup();
        grams
    }

    /// The stems of the words that say something about a topic, each once, in the order of the text.
    pub(crate) fn content(&self, tokens: &[String]) -> Vec<String> {
        let stems: Vec<String> = match self.stems {
            Stems::Pairs => pairs(tokens)
                .filter(|(a, b)| !self.is_stopword(a) && !self.is_stopword(b) && !starts_with_digit(a))
                .map(|(a, b)| format!("{a}{b}"))
                .collect(),
            Stems::Cut(_) => tokens.iter().filter_map(|token| self.stem(token)).collect(),
        };
        once(stems)
    }

    /// The stem of a word that says something about a topic; `None` for all others and in Chinese.
    pub(crate) fn stem(&self, token: &str) -> Option<String> {
        let Stems::Cut(letters) = self.stems else { return None };
        let says = token.chars().nth(2).is_some() && !self.is_stopword(token) && !starts_with_digit(token);
        says.then(|| cut(token, letters))
    }

    /// How many minutes a word of a time frame says: `forty` 40, `hour` 60.
    pub(crate) fn minutes(&self, word: &str) -> Option<u32> {
        self.minutes.get(word).copied()
    }

    /// Whether a text of this language is written without spaces.
    pub(crate) const fn is_unspaced(&self) -> bool {
        matches!(self.stems, Stems::Pairs)
    }
}

/// Stems for languages without a lexicon: words of four letters and more, cut to six; pairs of Chinese characters.
pub(crate) fn plain_content(tokens: &[String]) -> Vec<String> {
    let long = tokens.iter().filter(|token| token.chars().nth(3).is_some() && !starts_with_digit(token));
    once(long.map(|token| cut(token, 6)).chain(pairs(tokens).map(|(a, b)| format!("{a}{b}"))).collect())
}

fn starts_with_digit(token: &str) -> bool {
    token.starts_with(char::is_numeric)
}

fn cut(token: &str, letters: usize) -> String {
    head(token, letters).to_owned()
}

/// The first so many letters of a word.
fn head(token: &str, letters: usize) -> &str {
    token.char_indices().nth(letters).map_or(token, |(end, _)| &token[..end])
}

fn pairs(tokens: &[String]) -> impl Iterator<Item = (&String, &String)> {
    let single = |token: &String| token.chars().nth(1).is_none();
    tokens.iter().zip(tokens.iter().skip(1)).filter(move |(a, b)| single(a) && single(b))
}

fn once(words: Vec<String>) -> Vec<String> {
    let mut seen = HashSet::new();
    words.into_iter().filter(|word| seen.insert(word.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lexicon_parses_and_is_found_by_its_code() {
        for (language, _) in SOURCES {
            assert_eq!(Lexicon::of(language).unwrap().language, language);
        }
        assert_eq!(Lexicon::of("en-GB").unwrap().language, "en");
        assert!(Lexicon::of("fi").is_none());
    }

    #[test]
    fn an_untold_language_is_known_by_its_small_words() {
        let language = |text: &str| Lexicon::for_call(None, std::iter::once(text)).map(|lexicon| lexicon.language);
        assert_eq!(language("so we have to do this before you go on holiday"), Some("en"));
        assert_eq!(language("да, но мы это уже с вами сделали"), Some("ru"));
        assert_eq!(language("我们都在这里，你说的对"), Some("zh"));
        assert_eq!(language("Minä olen täällä talossa"), None);
        assert_eq!(language(""), None);
    }

    #[test]
    fn content_leaves_out_small_words_and_numbers() {
        let content = |language: &str, text: &str| Lexicon::of(language).unwrap().content(&tokens(text));
        assert_eq!(content("en", "So we have the invoices, 14 invoices, and the Photographs"), ["invoic", "photog"]);
        assert_eq!(content("ru", "Это ваш договор на съёмку"), ["догов", "съемк"]);
        assert_eq!(content("zh", "我们的合同"), ["合同"]);
    }
}
