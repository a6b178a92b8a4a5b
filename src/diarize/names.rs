//! Names for the speakers, and which of them is the user.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::call::report::Warning;
use crate::call::transcript::{SpeakerId, Transcript};

/// What the user said about the people of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NameSettings {
    /// The user: a speaker's id (`B`) or name, or the name to give the user's own track.
    pub me: Option<String>,
    /// New names by id (`A`) or by the name the recording or transcript gives.
    pub speakers: BTreeMap<String, String>,
}

impl NameSettings {
    /// Every name in it.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.me.iter().chain(self.speakers.iter().flat_map(|(old, new)| [old, new])).cloned().collect()
    }
}

/// Gives the speakers their names and marks the user.
///
/// `me` that fits no speaker names the user's own side where tracks say which that is; elsewhere it is a warning, and
/// so is a name for a speaker who is not there.
pub fn apply_names(transcript: &mut Transcript, settings: &NameSettings) {
    if transcript.speakers.is_empty() {
        return;
    }
    let renames: Vec<_> = settings.speakers.iter().map(|(who, name)| (who, find(transcript, who), name)).collect();
    for (who, found, name) in renames {
        match found {
            Some(id) => transcript.speakers[id.index()].label.clone_from(name),
            None => transcript.warnings.push(unknown_speaker("speakers", who, transcript)),
        }
    }
    let Some(me) = &settings.me else { return };
    match (find(transcript, me), transcript.me()) {
        (Some(id), _) => {
            for (index, speaker) in transcript.speakers.iter_mut().enumerate() {
                speaker.me = index == id.index();
            }
            // Track labels are ours, not the recording's: they follow the user.
            swap_default_labels(transcript);
        }
        (None, Some(own_track)) => transcript.speakers[own_track.index()].label.clone_from(me),
        (None, None) => transcript.warnings.push(unknown_speaker("me", me, transcript)),
    }
}

/// Keeps the invented labels `Me` and `Client` true after the user turned out to be the other track.
fn swap_default_labels(transcript: &mut Transcript) {
    for speaker in &mut transcript.speakers {
        match (speaker.label.as_str(), speaker.me) {
            ("Me", false) => "Client".clone_into(&mut speaker.label),
            ("Client", true) => "Me".clone_into(&mut speaker.label),
            _ => {}
        }
    }
}

/// The speaker whose whole name, id or first name this is, in this order; a first name must be the only such one.
fn find(transcript: &Transcript, who: &str) -> Option<SpeakerId> {
    let labels: Vec<&str> = transcript.speakers.iter().map(|speaker| speaker.label.as_str()).collect();
    find_label(&labels, who)
}

/// The same among the labels of all speakers, in their order.
pub(super) fn find_label(labels: &[&str], who: &str) -> Option<SpeakerId> {
    let wanted = who.trim().to_lowercase();
    let ids = || (0..labels.len()).map(|index| SpeakerId(index as u16));
    let label = |id: &SpeakerId| labels[id.index()].to_lowercase();
    ids().find(|id| label(id) == wanted).or_else(|| ids().find(|id| id.to_string().to_lowercase() == wanted)).or_else(
        || {
            let mut by_first_name = ids().filter(|id| label(id).split_whitespace().next() == Some(&wanted));
            by_first_name.next().filter(|_| by_first_name.next().is_none())
        },
    )
}

fn unknown_speaker(setting: &str, who: &str, transcript: &Transcript) -> Warning {
    let known: Vec<_> = transcript
        .speakers
        .iter()
        .enumerate()
        .map(|(index, speaker)| format!("{} ({})", SpeakerId(index as u16), speaker.label))
        .collect();
    Warning::new(
        "unknown_speaker",
        format!("the setting `{setting}` names {who:?}, but the speakers here are {}", known.join(", ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::time::Duration;
    use crate::call::transcript::{Basis, Speaker};

    fn transcript(labels: &[&str], me: Option<usize>) -> Transcript {
        Transcript {
            language: None,
            basis: Basis::TranscriptLabels,
            attribution_confidence: None,
            speakers: labels
                .iter()
                .enumerate()
                .map(|(index, label)| Speaker { label: (*label).into(), me: Some(index) == me, recognised: None })
                .collect(),
            speech: Vec::new(),
            utterances: Vec::new(),
            duration: Duration::ZERO,
            warnings: Vec::new(),
        }
    }

    fn me(name: &str) -> NameSettings {
        NameSettings { me: Some(name.into()), ..NameSettings::default() }
    }

    #[test]
    fn the_user_is_found_by_name_id_or_first_name() {
        for who in ["dana lee", "B", "Dana"] {
            let mut call = transcript(&["Nate", "Dana Lee"], None);
            apply_names(&mut call, &me(who));
            assert_eq!(call.me(), Some(SpeakerId(1)), "{who}");
            assert!(call.warnings.is_empty());
        }
    }

    #[test]
    fn an_ambiguous_or_unknown_name_is_a_warning_that_lists_who_is_there() {
        for who in ["Dana", "Zoe"] {
            let mut call = transcript(&["Dana Lee", "Dana Kim"], None);
            apply_names(&mut call, &me(who));
            assert_eq!(call.me(), None);
            assert!(call.warnings[0].text.contains("A (Dana Lee), B (Dana Kim)"), "{}", call.warnings[0].text);
        }
    }

    #[test]
    fn an_unknown_name_names_the_users_own_track() {
        let mut call = transcript(&["Me", "Client"], Some(0));
        apply_names(&mut call, &me("Nate"));
        assert_eq!((call.speakers[0].label.as_str(), call.speakers[0].me), ("Nate", true));
    }

    #[test]
    fn the_other_track_can_be_the_users() {
        let mut call = transcript(&["Me", "Client"], Some(0));
        apply_names(&mut call, &me("B"));
        assert_eq!(call.me(), Some(SpeakerId(1)));
        assert_eq!(call.speakers[0].label, "Client");
        assert_eq!(call.speakers[1].label, "Me");
    }

    #[test]
    fn speakers_are_renamed_by_id() {
        let mut call = transcript(&["A", "B"], None);
        let speakers = BTreeMap::from([("A".into(), "Nate".into()), ("B".into(), "Jodie".into())]);
        apply_names(&mut call, &NameSettings { me: Some("Nate".into()), speakers });
        assert_eq!(call.speakers[1].label, "Jodie");
        assert_eq!(call.me(), Some(SpeakerId(0)));
    }
}
