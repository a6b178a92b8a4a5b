//! How a word stands in its sentence: greeted, introduced, asked, somebody's wife, or part of the name of a place.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A word of a text.
#[derive(Debug)]
pub(super) struct Token<'text> {
    /// Where it stands, without the `'s` of possession.
    pub(super) range: Range<usize>,
    /// As it is written, without the `'s` of possession.
    pub(super) word: &'text str,
    /// In small letters without accents.
    pub(super) folded: String,
    /// Whether it begins with a capital letter.
    pub(super) is_capital: bool,
    /// Whether every part of it between hyphens does.
    pub(super) all_capital: bool,
    /// What stands between it and the word before.
    pub(super) gap: &'text str,
    /// Whether it begins a sentence; a title such as `Dr.` ends none.
    pub(super) begins: bool,
    /// Whether it begins a sentence that is not the first.
    pub(super) begins_after_stop: bool,
    /// The letter or sign behind it and behind its `'s`.
    next: Option<char>,
}

/// In front of the name of a person whom one speaks to or of.
const TITLES: [&str; 10] = ["mr", "mrs", "ms", "miss", "mx", "dr", "doctor", "prof", "professor", "mister"];

/// Greetings: what comes directly after them is a name.
const GREETINGS: [&str; 4] = ["hi", "hello", "hey", "dear"];

/// Words after which somebody may be spoken to, if a comma or the end comes next.
const OPENERS: [&str; 26] = [
    "thanks",
    "thank",
    "you",
    "okay",
    "ok",
    "morning",
    "afternoon",
    "evening",
    "night",
    "bye",
    "goodbye",
    "sorry",
    "welcome",
    "cheers",
    "yes",
    "yeah",
    "no",
    "right",
    "well",
    "sure",
    "great",
    "listen",
    "look",
    "so",
    "course",
    "congratulations",
];

/// What is done to people.
const ASKED: [&str; 13] = [
    "ask",
    "asked",
    "asking",
    "tell",
    "told",
    "telling",
    "thank",
    "remind",
    "reminded",
    "hired",
    "introduce",
    "invite",
    "invited",
];

/// What people do, and hardly anything else does at the start of a sentence.
const ACTS: [&str; 31] = [
    "said",
    "says",
    "told",
    "tells",
    "asked",
    "asks",
    "thinks",
    "thought",
    "wants",
    "wanted",
    "mentioned",
    "wrote",
    "replied",
    "promised",
    "suggested",
    "suggests",
    "agreed",
    "agrees",
    "prefers",
    "preferred",
    "emailed",
    "texted",
    "phoned",
    "knew",
    "knows",
    "insisted",
    "explained",
    "joined",
    "hopes",
    "loved",
    "loves",
];

/// Who one is to somebody.
const RELATIONS: [&str; 49] = [
    "wife",
    "husband",
    "partner",
    "son",
    "daughter",
    "brother",
    "sister",
    "mother",
    "father",
    "mom",
    "mum",
    "dad",
    "uncle",
    "aunt",
    "cousin",
    "nephew",
    "niece",
    "grandson",
    "granddaughter",
    "friend",
    "colleague",
    "boss",
    "manager",
    "assistant",
    "intern",
    "accountant",
    "lawyer",
    "solicitor",
    "neighbour",
    "neighbor",
    "girlfriend",
    "boyfriend",
    "fiance",
    "fiancee",
    "flatmate",
    "roommate",
    "teammate",
    "coworker",
    "co-worker",
    "supervisor",
    "photographer",
    "bookkeeper",
    "secretary",
    "nanny",
    "dentist",
    "therapist",
    "trainer",
    "landlord",
    "landlady",
];

/// Whose somebody is.
const OWNERS: [&str; 9] = ["my", "our", "his", "her", "your", "their", "new", "old", "the"];

/// Before a word that is no name but a thing.
const DETERMINERS: [&str; 27] = [
    "the",
    "a",
    "an",
    "our",
    "your",
    "this",
    "that",
    "my",
    "his",
    "her",
    "their",
    "its",
    "every",
    "each",
    "project",
    "team",
    "no",
    "some",
    "any",
    "one",
    "new",
    "old",
    "in",
    "at",
    "on",
    "of",
    "operation",
];

/// In front of a saint, a lake or a town that is called like a person.
const BEFORE_PLACES: [&str; 20] = [
    "san", "santa", "santo", "sao", "st", "saint", "fort", "port", "lake", "mount", "mt", "cape", "camp", "los", "las",
    "east", "west", "north", "south", "hotel",
];

/// Behind the name of a street, a school or a building that is called like a person.
const AFTER_PLACES: [&str; 37] = [
    "street",
    "road",
    "avenue",
    "lane",
    "drive",
    "boulevard",
    "square",
    "court",
    "park",
    "bridge",
    "hill",
    "university",
    "college",
    "school",
    "hospital",
    "airport",
    "hotel",
    "station",
    "stadium",
    "church",
    "cathedral",
    "county",
    "island",
    "beach",
    "hall",
    "house",
    "award",
    "awards",
    "prize",
    "foundation",
    "museum",
    "library",
    "center",
    "centre",
    "city",
    "bay",
    "market",
];

/// What follows a sentence that begins by naming whom it is for.
const CALLS: [&str; 22] = [
    "can", "could", "would", "will", "are", "do", "did", "have", "you", "what", "how", "when", "where", "who", "why",
    "please", "let", "thanks", "thank", "any", "may", "shall",
];

/// What follows when somebody says who he is or from where.
const FROM: [&str; 6] = ["from", "here", "speaking", "calling", "again", "with"];

/// Share of words with a capital letter above which a text is a headline.
const HEADLINE_SHARE: f64 = 0.6;

/// Words that make a headline.
const HEADLINE_WORDS_MIN: usize = 4;

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{M}]+(?:['’-][\p{L}\p{M}]+)*").expect("the pattern is a constant"));

/// The words of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all: Vec<Token<'_>> = Vec::new();
    let mut end = 0;
    for hit in WORD.find_iter(text) {
        let whole = hit.as_str();
        let word = whole.strip_suffix("'s").or_else(|| whole.strip_suffix("’s")).unwrap_or(whole);
        let gap = &text[end..hit.start()];
        let title = all.last().is_some_and(|last| TITLES.contains(&last.folded.as_str())) && gap == ". ";
        let stop = !title && gap.contains(['.', '!', '?', '…', ':', ';', '\n', '"', '“']);
        let capital = |part: &str| part.chars().next().is_some_and(char::is_uppercase);
        all.push(Token {
            range: hit.start()..hit.start() + word.len(),
            word,
            folded: folded(word),
            is_capital: capital(word),
            all_capital: word.split('-').all(capital),
            gap,
            begins: all.is_empty() || stop,
            begins_after_stop: stop && !all.is_empty(),
            next: text[hit.end()..].chars().next(),
        });
        end = hit.end();
    }
    all
}

/// Small letters without accents: "Jürgen" is looked for as "jurgen".
pub(super) fn folded(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.to_lowercase().chars() {
        let bare = match letter {
            'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
            'ì'..='ï' | 'ī' | 'į' | 'ı' => "i",
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => "o",
            'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
            'ý' | 'ÿ' => "y",
            'ç' | 'ć' | 'č' => "c",
            'ñ' | 'ń' | 'ň' => "n",
            'ś' | 'š' | 'ş' | 'ș' => "s",
            'ź' | 'ż' | 'ž' => "z",
            'ţ' | 'ț' | 'ť' => "t",
            'ď' | 'đ' => "d",
            'ğ' | 'ģ' => "g",
            'ł' | 'ļ' => "l",
            'ř' => "r",
            'ķ' => "k",
            'æ' => "ae",
            'œ' => "oe",
            'ß' => "ss",
            '’' => "'",
            // Accents of their own, behind their letter.
            '\u{300}'..='\u{36f}' => "",
            other => {
                folded.push(other);
                continue;
            }
        };
        folded.push_str(bare);
    }
    folded
}

/// The word `back` places before, if nothing but spaces stands between, all the way.
fn before<'all>(tokens: &'all [Token<'_>], at: usize, back: usize) -> Option<&'all str> {
    let from = at.checked_sub(back)?;
    tokens[from + 1..=at].iter().all(|token| token.gap.trim().is_empty()).then(|| tokens[from].folded.as_str())
}

/// The next word, if nothing but spaces stands between.
fn after<'all>(tokens: &'all [Token<'_>], at: usize) -> Option<&'all str> {
    tokens.get(at + 1).filter(|next| next.gap.trim().is_empty()).map(|next| next.folded.as_str())
}

fn is_one_of(word: Option<&str>, words: &[&str]) -> bool {
    word.is_some_and(|word| words.contains(&word))
}

/// Whether the word ends its phrase: a comma, a stop, or nothing comes next.
fn ends(tokens: &[Token<'_>], at: usize) -> bool {
    tokens[at].next.is_none_or(|sign| ",.!?;".contains(sign))
}

/// "Hi Sarah", "Mrs. Lindqvist", "Thanks, Haruto, ...".
pub(super) fn is_greeted(tokens: &[Token<'_>], at: usize) -> bool {
    let title = at > 0 && TITLES.contains(&tokens[at - 1].folded.as_str()) && [" ", ". "].contains(&tokens[at].gap);
    let greeted = is_one_of(before(tokens, at, 1), &GREETINGS);
    let opened = at > 0 && [" ", ", "].contains(&tokens[at].gap) && OPENERS.contains(&tokens[at - 1].folded.as_str());
    title || greeted || opened && ends(tokens, at) && (at == 1 || tokens[at - 1].begins || tokens[at - 2].begins)
}

/// "My name is Anjali", "this is Pietro from the bakery", "I'm Bartholomew, ...", "you're speaking with Magdalena".
pub(super) fn is_introduced(tokens: &[Token<'_>], at: usize) -> bool {
    let word = |back| before(tokens, at, back);
    let from = is_one_of(after(tokens, at), &FROM);
    let named = word(1) == Some("is") && word(2) == Some("name")
        || is_one_of(word(2), &["my"]) && is_one_of(word(1), &["name"]);
    let this = word(1) == Some("is") && word(2) == Some("this") && (from || ends(tokens, at));
    let it = from && is_one_of(word(1), &["it", "it's"]);
    let am = word(1) == Some("am") && word(2) == Some("i") || word(1) == Some("i'm");
    let speaking = word(1) == Some("with") && word(2) == Some("speaking");
    let called = is_one_of(word(1), &["called", "named"])
        && is_one_of(
            word(2),
            &["guy", "man", "woman", "girl", "boy", "lady", "person", "someone", "somebody", "friend", "dog"],
        );
    named || this || it || speaking || called || am && (from || ends(tokens, at))
}

/// "My wife, Beatriz, runs the shop", "our daughter Mila".
pub(super) fn is_relative(tokens: &[Token<'_>], at: usize) -> bool {
    if at < 2 || !["", " ", ", "].contains(&tokens[at].gap) {
        return false;
    }
    let relation = RELATIONS.contains(&tokens[at - 1].folded.as_str()) && tokens[at - 1].gap == " ";
    relation && OWNERS.contains(&tokens[at - 2].folded.as_str()) && (tokens[at].gap == " " || ends(tokens, at))
}

/// "Ask Ingrid", "told Bogdan that".
pub(super) fn is_asked(tokens: &[Token<'_>], at: usize) -> bool {
    is_one_of(before(tokens, at, 1), &ASKED)
}

/// "Had lunch with Charlotte": for names that are places as well.
pub(super) fn is_met(tokens: &[Token<'_>], at: usize) -> bool {
    is_one_of(before(tokens, at, 1), &["with", "met"])
}

/// "Mark said he would pay".
pub(super) fn acts(tokens: &[Token<'_>], at: usize) -> bool {
    is_one_of(after(tokens, at), &ACTS) && !is_determined(tokens, at)
}

/// "Grace, can you mute yourself?", and "..., Will?" at the end.
pub(super) fn is_called_upon(tokens: &[Token<'_>], at: usize) -> bool {
    let token = &tokens[at];
    let next = tokens.get(at + 1).filter(|next| next.gap == ", ").map(|next| next.folded.as_str());
    let opens = token.begins && is_one_of(next, &CALLS);
    let closes = at > 0 && token.gap == ", " && token.next.is_none_or(|sign| ".!?,".contains(sign));
    opens || closes
}

/// "the Grace period", "in Hope": a thing, not a person.
pub(super) fn is_determined(tokens: &[Token<'_>], at: usize) -> bool {
    is_one_of(before(tokens, at, 1), &DETERMINERS)
}

/// The place of a name joined behind this word: "Summer and Dawn".
pub(super) fn joined_after(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let and = after(tokens, at).filter(|word| ["and", "or"].contains(word)).map(|_| at + 2);
    let comma = Some(at + 1).filter(|&next| tokens.get(next).is_some_and(|token| token.gap == ", "));
    and.or(comma).filter(|&other| tokens.get(other).is_some_and(|token| !token.begins))
}

/// "San Jose", "Harrison Street": called like a person.
pub(super) fn is_part_of_a_place(tokens: &[Token<'_>], at: usize) -> bool {
    let capital = |token: &Token<'_>| token.is_capital;
    let named_after = at > 0
        && capital(&tokens[at - 1])
        && [" ", ". "].contains(&tokens[at].gap)
        && BEFORE_PLACES.contains(&tokens[at - 1].folded.as_str());
    let next = tokens.get(at + 1).filter(|next| next.gap == " " && capital(next));
    named_after || next.is_some_and(|next| AFTER_PLACES.contains(&next.folded.as_str()))
}

/// Whether nearly every word has a capital letter, so that one says nothing.
pub(super) fn is_headline(tokens: &[Token<'_>]) -> bool {
    let capitals = tokens.iter().filter(|token| token.is_capital).count();
    tokens.len() >= HEADLINE_WORDS_MIN && capitals as f64 > HEADLINE_SHARE * tokens.len() as f64
}
