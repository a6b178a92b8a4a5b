//! Names topics by what is said in them more than elsewhere in the call.

use std::collections::{HashMap, HashSet};

use crate::call::topic::{Kind, Topic};
use crate::call::transcript::Transcript;
use crate::lexicon::{Lexicon, is_cjk, plain_content, tokens, tokens_as_written};

/// Words in a name.
const WORDS_MAX: usize = 3;
/// A name is at most so many characters long, in whole words.
const LETTERS_MAX: usize = 48;
/// Share of the words of an agenda item that a topic must hold to be named after it.
const AGENDA_SHARE_MIN: f64 = 0.5;

/// One word as it is said in a topic.
struct Said {
    stem: String,
    /// As written.
    surface: String,
    utterance: usize,
    place: usize,
}

/// A name for each topic, in order; empty where nothing stands out.
pub(super) fn name(transcript: &Transcript, topics: &[Topic], agenda: &[String]) -> Vec<String> {
    let texts = transcript.utterances.iter().map(|utterance| utterance.text.as_str());
    let lexicon = Lexicon::for_call(transcript.language.as_deref(), texts);
    let said: Vec<Vec<Said>> = topics.iter().map(|topic| words_of(transcript, topic, lexicon)).collect();
    let mut holders: HashMap<&str, usize> = HashMap::new();
    for words in &said {
        for stem in words.iter().map(|word| word.stem.as_str()).collect::<HashSet<_>>() {
            *holders.entry(stem).or_default() += 1;
        }
    }
    let mut names: Vec<String> =
        said.iter().map(|words| characteristic(words, &holders, topics.len(), lexicon)).collect();
    let Some(lexicon) = lexicon else { return names };
    for item in agenda {
        let wanted = lexicon.content(&tokens(item));
        let share = |words: &[Said]| {
            let held = wanted.iter().filter(|stem| words.iter().any(|word| word.stem == **stem)).count();
            held as f64 / wanted.len().max(1) as f64
        };
        let often = |words: &[Said]| words.iter().filter(|word| wanted.contains(&word.stem)).count();
        let best = (0..topics.len())
            .filter(|at| topics[*at].kind == Kind::Business && share(&said[*at]) >= AGENDA_SHARE_MIN)
            .max_by(|a, b| {
                let (left, right) = (&said[*a], &said[*b]);
                share(left).total_cmp(&share(right)).then(often(left).cmp(&often(right))).then(b.cmp(a))
            });
        if let Some(best) = best {
            item.trim().clone_into(&mut names[best]);
        }
    }
    names
}

fn words_of(transcript: &Transcript, topic: &Topic, lexicon: Option<&Lexicon>) -> Vec<Said> {
    let mut said = Vec::new();
    for utterance in topic.first..=topic.last {
        let text = &transcript.utterances[utterance].text;
        let words = tokens(text);
        if lexicon.is_some_and(Lexicon::is_unspaced) || words.iter().any(|word| word.starts_with(is_cjk)) {
            let stems = lexicon.map_or_else(|| plain_content(&words), |lexicon| lexicon.content(&words));
            let pairs = stems.into_iter().enumerate();
            said.extend(pairs.map(|(place, stem)| Said { surface: stem.clone(), stem, utterance, place: place * 2 }));
            continue;
        }
        let written = tokens_as_written(text);
        for (place, word) in words.iter().enumerate() {
            let stem = match lexicon {
                Some(lexicon) => lexicon.stem(word),
                None => plain_content(std::slice::from_ref(word)).pop(),
            };
            let Some(stem) = stem else { continue };
            // A capital at the start of an utterance says nothing; elsewhere it marks a name.
            let surface = if place > 0 && written.len() == words.len() { &written[place] } else { word };
            said.push(Said { stem, surface: surface.clone(), utterance, place });
        }
    }
    said
}

fn characteristic(words: &[Said], holders: &HashMap<&str, usize>, topics: usize, lexicon: Option<&Lexicon>) -> String {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (at, word) in words.iter().enumerate() {
        counts.entry(&word.stem).or_insert((0, at)).0 += 1;
    }
    let mut ranked: Vec<(f64, usize, &str)> = counts
        .iter()
        .map(|(stem, (count, first))| {
            // Term frequency times inverse topic frequency (Spärck Jones 1972).
            let rare = ((1 + topics) as f64 / holders[stem] as f64).ln();
            let long = (stem.chars().count().min(6) as f64 / 6.0).sqrt();
            ((1.0 + (*count as f64).ln()) * rare * long, *first, *stem)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.truncate(WORDS_MAX);
    // In the order in which they are first said, neighbours in one breath side by side.
    ranked.sort_by_key(|(_, first, _)| *first);
    let mut name = String::new();
    let mut before: Option<&Said> = None;
    for (_, first, stem) in &ranked {
        let word = before.and_then(|before| next_to(words, before, stem)).unwrap_or(&words[*first]);
        let adjoins = before.is_some_and(|before| {
            before.utterance == word.utterance && (1..=2).contains(&word.place.wrapping_sub(before.place))
        });
        let spaced = !lexicon.is_some_and(Lexicon::is_unspaced);
        let joint = match (name.is_empty(), adjoins, spaced) {
            (true, ..) => "",
            (false, true, true) => " ",
            (false, false, true) => ", ",
            (false, _, false) => "、",
        };
        let surface = common_surface(words, stem);
        if name.chars().count() + joint.len() + surface.chars().count() > LETTERS_MAX {
            break;
        }
        name.push_str(joint);
        name.push_str(surface);
        before = Some(word);
    }
    name
}

/// The place at which `stem` is said right after `before`'s stem, if there is one.
fn next_to<'a>(words: &'a [Said], before: &Said, stem: &str) -> Option<&'a Said> {
    words
        .windows(2)
        .find(|pair| {
            pair[0].stem == before.stem
                && pair[1].stem == stem
                && pair[0].utterance == pair[1].utterance
                && pair[1].place == pair[0].place + 1
                && pair[0].utterance == before.utterance
        })
        .map(|pair| &pair[1])
}

/// How a stem is written most often; of equals the first.
fn common_surface<'a>(words: &'a [Said], stem: &str) -> &'a str {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for word in words.iter().filter(|word| word.stem == stem) {
        match counts.iter_mut().find(|(surface, _)| *surface == word.surface) {
            Some((_, count)) => *count += 1,
            None => counts.push((&word.surface, 1)),
        }
    }
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or("", |(surface, _)| surface)
}
