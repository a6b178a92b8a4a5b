//! Who turned the talk away from business and who kept that going. Feeding is more than words: questions and going on
//! after somebody tried to return count too.

use std::collections::{BTreeMap, HashSet};

use crate::call::finding::{Driver, Move, MoveKind, Redirect};
use crate::call::transcript::SpeakerId;
use crate::lexicon::Tag;

use super::reading::Reading;
use super::tangents::Run;

/// Share of the drive from which one person is the driver.
const DRIVER_SHARE_MIN: f64 = 0.6;
/// What a question counts, in words: it asks for an answer.
const QUESTION_WORDS: f64 = 2.0;
/// What going on after a redirect counts on top, in words.
const DEFLECT_WORDS: f64 = 4.0;
/// What a word that is new to the tangent counts on top of 1.
const NEW_WORD: f64 = 1.0;

/// The speaker who turned away: who says the first utterance of the run, or, where that only answers a social question
/// asked right before it, who asked.
pub(super) fn initiator(reading: &Reading<'_>, run: Run) -> Option<SpeakerId> {
    let first = reading.speaker(run.first)?;
    let asked = run.first.checked_sub(1).filter(|before| {
        let said = &reading.said[*before];
        let social = Tag::SOCIAL.iter().any(|tag| said.has(*tag)) || said.has(Tag::TurnAway);
        said.asks && social && !reading.said[run.first].has(Tag::TurnAway)
    });
    asked.and_then(|before| reading.speaker(before)).or(Some(first))
}

/// Share of each speaker in keeping the run going, together 1; empty when speakers were not told apart.
pub(super) fn shares(
    reading: &Reading<'_>,
    run: Run,
    redirects: &[&Redirect],
    moves: &[Move],
) -> BTreeMap<SpeakerId, f64> {
    let mut drive: BTreeMap<SpeakerId, f64> = BTreeMap::new();
    let mut known: HashSet<&str> = HashSet::new();
    for at in run.first..=run.last {
        let Some(speaker) = reading.speaker(at) else { continue };
        let said = &reading.said[at];
        let new = said.content.iter().filter(|stem| known.insert(stem.as_str())).count();
        // Who tries to return does not drive, whatever the number of words.
        let weight = if redirects.iter().any(|redirect| redirect.utterance == at) {
            0.0
        } else {
            let deflects = moves.iter().any(|made| made.utterance == at && made.kind == MoveKind::Deflect);
            said.words as f64
                + NEW_WORD * new as f64
                + if said.asks { QUESTION_WORDS } else { 0.0 }
                + if deflects { DEFLECT_WORDS } else { 0.0 }
        };
        *drive.entry(speaker).or_default() += weight;
    }
    let all: f64 = drive.values().sum();
    if all > 0.0 {
        for share in drive.values_mut() {
            *share /= all;
        }
    } else {
        let count = drive.len() as f64;
        for share in drive.values_mut() {
            *share = 1.0 / count;
        }
    }
    drive
}

/// Who has at least 60 % of the drive; `None` when there are no shares.
pub(super) fn driver(drive: &BTreeMap<SpeakerId, f64>) -> Option<Driver> {
    let (id, share) = drive.iter().max_by(|a, b| a.1.total_cmp(b.1))?;
    Some(if *share >= DRIVER_SHARE_MIN { Driver::Speaker(*id) } else { Driver::Both })
}
