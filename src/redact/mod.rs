//! Personal data out of a transcript: card numbers, phone numbers, e-mail and street addresses, given names.
//!
//! What is found becomes a typed mark such as `[phone]`; every other word stays as it was said. English only: what counts as
//! an address or a name differs from language to language. How much is found is measured in `tests/redact.rs`.

mod addresses;
mod marks;
mod names;
mod numbers;
mod surroundings;

pub use marks::Mark;

use std::collections::BTreeMap;

use crate::call::report::Warning;
use crate::call::transcript::{Transcript, Utterance, Word};
use marks::{Found, apart};

/// Names of a call that everybody sees anyhow: they are roles.
const ROLES: [&str; 3] = ["Me", "Client", "Speaker"];

/// A text with typed marks in place of personal data, and what was found. `names` are names known to be in the call.
#[must_use]
pub fn text(text: &str, names: &[String]) -> (String, Vec<Mark>) {
    let found = find(text, names);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for one in &found {
        out.push_str(&text[at..one.range.start]);
        out.push_str(one.mark.text());
        at = one.range.end;
    }
    out.push_str(&text[at..]);
    (out, found.iter().map(|one| one.mark).collect())
}

/// Redacts a call in place, the names of its speakers included; `names` are further names known to be in it. A warning
/// says how much was found and what is untouched.
pub fn transcript(transcript: &mut Transcript, names: &[String]) {
    let labels = transcript.speakers.iter().map(|speaker| speaker.label.as_str());
    let is_name = |word: &&str| !ROLES.contains(word) && word.chars().all(|letter| !letter.is_numeric());
    let all = labels.chain(names.iter().map(String::as_str)).flat_map(str::split_whitespace).filter(is_name);
    let names: Vec<String> = all.map(ToOwned::to_owned).collect();
    let mut counts: BTreeMap<Mark, usize> = BTreeMap::new();
    for utterance in &mut transcript.utterances {
        for mark in redact_utterance(utterance, &names) {
            *counts.entry(mark).or_default() += 1;
        }
    }
    for warning in &mut transcript.warnings {
        warning.text = text(&warning.text, &names).0;
    }
    neutral_labels(transcript);
    let listed: Vec<_> = counts.iter().map(|(mark, count)| format!("{count} {}", mark.text())).collect();
    let what = if listed.is_empty() { "nothing to redact was found".to_owned() } else { listed.join(", ") };
    let doubt = match transcript.language.as_deref() {
        Some("en") | None => "",
        Some(_) => "; only English addresses and names are known, so much of this call may have been missed",
    };
    let note =
        format!("redacted: {what}{doubt}. The recording itself, its name, and what you typed yourself are untouched");
    transcript.warnings.push(Warning::new("redacted", note));
}

/// Gives speakers the names of their roles.
pub fn neutral_labels(transcript: &mut Transcript) {
    let two = transcript.speakers.len() == 2 && transcript.me().is_some();
    for (index, speaker) in transcript.speakers.iter_mut().enumerate() {
        speaker.label = match (speaker.me, two) {
            (true, _) => "Me".to_owned(),
            (false, true) => "Client".to_owned(),
            (false, false) => format!("Speaker {}", index + 1),
        };
    }
}

fn find(text: &str, names: &[String]) -> Vec<Found> {
    let mut found = addresses::find(text);
    found.extend(numbers::find(text));
    found.extend(names::find(text, names));
    apart(found)
}

fn redact_utterance(utterance: &mut Utterance, names: &[String]) -> Vec<Mark> {
    let found = find(&utterance.text, names);
    if found.is_empty() {
        return Vec::new();
    }
    utterance.words = utterance.words.take().and_then(|words| redact_words(&utterance.text, words, &found));
    let (text, marks) = text(&utterance.text, names);
    utterance.text = text;
    marks
}

/// The words with marks: the first word of something found carries its mark and its whole time. `None` where a word cannot
/// be found in the text: then their times are given up rather than a name kept.
fn redact_words(text: &str, words: Vec<Word>, found: &[Found]) -> Option<Vec<Word>> {
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    let mut marked = None;
    for mut word in words {
        let start = at + text[at..].find(word.text.as_str())?;
        at = start + word.text.len();
        let hit = found.iter().position(|one| one.range.start < at && start < one.range.end);
        match (hit, out.last_mut()) {
            (Some(hit), Some(last)) if marked == Some(hit) => last.span = last.span.cover(word.span),
            (Some(hit), _) => {
                found[hit].mark.text().clone_into(&mut word.text);
                out.push(word);
            }
            (None, _) => out.push(word),
        }
        marked = hit;
    }
    Some(out)
}
