//! New names in a report that is already made.

use std::collections::BTreeMap;

use crate::call::report::Report;
use crate::call::transcript::SpeakerId;
use crate::diarize::names::{NameSettings, find_label};

/// Gives speakers of a report other names: the figures stay, and sentences that name them follow. `names` are by id
/// (`A`) or by the name they have.
///
/// # Errors
/// A sentence that says who is there, if one of them is not; the report is then as it was.
pub fn relabel(report: &mut Report, names: &BTreeMap<String, String>) -> Result<(), String> {
    let labels: Vec<&str> = report.speakers.iter().map(|speaker| speaker.label.as_str()).collect();
    let mut renamed: Vec<(SpeakerId, String)> = Vec::new();
    for (who, name) in names {
        let found = find_label(&labels, who).ok_or_else(|| nobody(who, &labels))?;
        renamed.push((found, name.clone()));
    }
    let old: BTreeMap<String, String> =
        renamed.iter().map(|(id, name)| (labels[id.index()].to_owned(), name.clone())).collect();
    for (id, name) in renamed {
        let speaker = &mut report.speakers[id.index()];
        speaker.label.clone_from(&name);
        // Whoever it was taken for by the voice: now somebody has said who it is.
        speaker.recognised = None;
        report.generator.renamed.insert(id, name);
    }
    let notes = report.coaching.iter_mut().flat_map(|coaching| {
        [&mut coaching.went_well, &mut coaching.try_next, &mut coaching.phrase].into_iter().flatten()
    });
    for note in notes {
        note.text = replaced(&note.text, &old);
    }
    Ok(())
}

fn nobody(who: &str, labels: &[&str]) -> String {
    if labels.is_empty() {
        return "its speakers were not told apart, so there is nobody to name".to_owned();
    }
    let known: Vec<String> =
        labels.iter().enumerate().map(|(at, label)| format!("{} ({label})", SpeakerId(at as u16))).collect();
    format!("{who:?} was given, but the speakers here are {}", known.join(", "))
}

/// The text with each old name, where it stands as a word of its own, made the new one; all at once, so that two people
/// can change names.
fn replaced(text: &str, names: &BTreeMap<String, String>) -> String {
    let part_of_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        // The longest name first: "Dana Lee" before "Dana".
        let fits = |name: &&String| {
            !name.is_empty()
                && rest.strip_prefix(name.as_str()).is_some_and(|after| !part_of_word(after.chars().next()))
        };
        let found = names.keys().filter(fits).max_by_key(|name| name.len());
        match found.filter(|_| !part_of_word(out.chars().next_back())) {
            Some(name) => {
                out.push_str(&names[name]);
                rest = &rest[name.len()..];
            }
            None => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    out
}

/// Gives a report that was made anew the names that the speakers of the last one were given, unless the settings name them.
/// Where speakers were told apart in another way, or others were found, nobody knows whose the names are: none is kept.
pub fn keep_names(report: &mut Report, last: &Report, settings: &NameSettings) {
    if report.basis != last.basis || report.speakers.len() != last.speakers.len() {
        return;
    }
    let unnamed = |id: &SpeakerId| {
        let speaker = &report.speakers[id.index()];
        let labels = [id.to_string(), speaker.label.clone()];
        !settings.speakers.iter().any(|(who, name)| labels.contains(who) || *name == speaker.label)
    };
    let there = last.generator.renamed.iter().filter(|(id, _)| id.index() < report.speakers.len());
    let names = there.filter(|(id, _)| unnamed(id)).map(|(id, name)| (id.to_string(), name.clone())).collect();
    // All at once, since two may have changed names; each of them is there, so nothing can be wrong with it.
    drop(relabel(report, &names));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_replaced_as_words_and_may_be_swapped() {
        let names: BTreeMap<String, String> =
            [("Al", "Dana"), ("Dana", "Al"), ("Speaker A", "Zoe")].map(|(a, b)| (a.to_owned(), b.to_owned())).into();
        assert_eq!(
            replaced("Al told Dana's story; Alan and Speaker A laughed.", &names),
            "Dana told Al's story; Alan and Zoe laughed."
        );
    }
}
