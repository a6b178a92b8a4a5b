//! One page of coaching: what went well, one thing to try, one phrase. Fixed rules over the findings, the first that
//! applies; each sentence comes with the utterances it rests on.

use crate::call::coaching::{Coaching, Note};
use crate::call::finding::{Frame, Opportunity, Outcome, Redirect, SmallTalk, Tangent, Verdict};
use crate::call::time::Duration;
use crate::call::topic::Kind;
use crate::call::transcript::SpeakerId;

use super::phrasebook::Phrasebook;
use super::reading::Reading;

/// Who keeps this share of a tangent going by questions and talk has fed it.
const FED_SHARE_MIN: f64 = 0.4;
/// So many own questions in a tangent are worth a word.
const FED_QUESTIONS_MIN: usize = 2;
/// A frame is kept when the call runs over by no more than this: goodbyes take their time.
const KEPT_WITHIN: Duration = Duration::from_ms(60_000);
/// A quoted phrase is at most so many characters long.
const QUOTE_LETTERS_MAX: usize = 200;

/// What the rules read.
#[derive(Debug)]
pub(super) struct Evidence<'a> {
    pub(super) small_talk: Option<&'a SmallTalk>,
    pub(super) tangents: &'a [Tangent],
    pub(super) redirects: &'a [Redirect],
    pub(super) opportunities: &'a [Opportunity],
    pub(super) frame: &'a Frame,
}

/// The coaching of a call; `None` without words, or where the language's small talk is not known.
pub(super) fn find(reading: &Reading<'_>, evidence: &Evidence<'_>) -> Option<Coaching> {
    evidence.small_talk?;
    let rules = Rules { reading, evidence, me: reading.transcript.me() };
    Some(Coaching { went_well: rules.went_well(), try_next: rules.try_next(), phrase: rules.phrase() })
}

struct Rules<'a> {
    reading: &'a Reading<'a>,
    evidence: &'a Evidence<'a>,
    me: Option<SpeakerId>,
}

impl Rules<'_> {
    fn went_well(&self) -> Option<Note> {
        let Evidence { small_talk, tangents, frame, .. } = self.evidence;
        if let Some(redirect) = self.best_redirect() {
            let by = self.name(redirect.speaker);
            let text = format!(
                "At {} {by} steered back to business{}, and it held for {}.",
                redirect.at,
                self.away_from(redirect),
                length(redirect.hold_seconds),
            );
            return Some(note(text, vec![redirect.utterance]));
        }
        let opening = tangents.iter().find(|tangent| tangent.within_budget && tangent.kind == Kind::SmallTalk);
        if let (Some(opening), Some(talk)) = (opening, small_talk) {
            let text = format!(
                "The call opened with {} of small talk, within its budget of {}, and then went to work: that is how \
                 rapport is kept.",
                length(opening.span.length()),
                length(talk.budget_seconds),
            );
            return Some(note(text, vec![opening.first, opening.last]));
        }
        if let Some(back) = frame.parked_returned.first() {
            let at = self.reading.utterances()[*back].span.start();
            return Some(note(format!("What was put aside at {at} was taken up again later."), vec![*back]));
        }
        let (minutes, over) = (frame.minutes?, frame.overrun_seconds?);
        let announced = self.reading.utterances().iter().position(|said| Some(said.span.start()) == frame.announced_at);
        let text = format!("{minutes} minutes were announced, and the call kept to them.");
        (over <= KEPT_WITHIN).then(|| note(text, announced.into_iter().collect()))
    }

    fn try_next(&self) -> Option<Note> {
        if let Some(fed) = self.fed() {
            return Some(fed);
        }
        if let Some(chance) = self.best_chance() {
            let tangent = &self.evidence.tangents[chance.tangent];
            let text = format!(
                "Next time {} runs long, steer back at the first opening: at {} about {} were still to come.",
                about(tangent),
                chance.at,
                length(chance.seconds_saved),
            );
            return Some(note(text, vec![chance.after_utterance]));
        }
        let refused = self.evidence.redirects.iter().find(|redirect| redirect.outcome == Outcome::Deflected);
        if let Some(refused) = refused {
            let text = format!(
                "The redirect at {} did not take, so name the very next item and ask a question about it.",
                refused.at
            );
            return Some(note(text, vec![refused.utterance]));
        }
        if self.evidence.small_talk.is_some_and(|talk| talk.verdict == Verdict::Cold) {
            let text =
                "Open the next call with one friendly question before the first item: there was hardly a warm word.";
            return Some(note(text.to_owned(), Vec::new()));
        }
        self.evidence.frame.advice.clone()
    }

    /// The tangent that the user fed most, told kindly.
    fn fed(&self) -> Option<Note> {
        let me = self.me?;
        let long = |tangent: &&Tangent| !tangent.within_budget && self.chances_in(tangent) > 0;
        let asked = |tangent: &Tangent| tangent.questions.get(&me).copied().unwrap_or_default();
        let fed = self.evidence.tangents.iter().filter(long).filter(|tangent| {
            let share = tangent.drive.get(&me).copied().unwrap_or_default();
            share >= FED_SHARE_MIN && asked(tangent) >= FED_QUESTIONS_MIN
        });
        let tangent = fed.max_by_key(|tangent| (asked(tangent), std::cmp::Reverse(tangent.first)))?;
        let own = |at: &usize| self.reading.speaker(*at) == Some(me) && self.reading.said[*at].asks;
        let questions: Vec<usize> = (tangent.first..=tangent.last).filter(own).collect();
        let text = format!(
            "You asked {} questions that kept {} going, so next time let the second answer end and ask about the work.",
            questions.len(),
            about(tangent),
        );
        Some(note(text, questions))
    }

    fn phrase(&self) -> Option<Note> {
        let own = |redirect: &&Redirect| self.me.is_none() || redirect.speaker == self.me;
        if let Some(worked) = self.best_redirect().filter(own) {
            let said = quoted(&self.reading.utterances()[worked.utterance].text);
            return Some(note(format!("This worked, so keep it: {said}"), vec![worked.utterance]));
        }
        if let Some(chance) = self.best_chance() {
            let text = format!("At the next such moment: {}", quoted(&chance.warm));
            return Some(note(text, vec![chance.after_utterance]));
        }
        let cold = self.evidence.small_talk.is_some_and(|talk| talk.verdict == Verdict::Cold);
        let opener = &Phrasebook::of(self.reading.lexicon?.language).opener;
        cold.then(|| note(format!("To open the next call: {}", quoted(opener)), Vec::new()))
    }

    /// The accepted redirect that held longest; the user's own before others'.
    fn best_redirect(&self) -> Option<&Redirect> {
        let accepted = self.evidence.redirects.iter().filter(|redirect| redirect.outcome == Outcome::Accepted);
        let own = |redirect: &Redirect| self.me.is_some() && redirect.speaker == self.me;
        accepted.max_by_key(|redirect| (own(redirect), redirect.hold_seconds, std::cmp::Reverse(redirect.utterance)))
    }

    fn best_chance(&self) -> Option<&Opportunity> {
        self.evidence
            .opportunities
            .iter()
            .max_by_key(|chance| (chance.seconds_saved, std::cmp::Reverse(chance.after_utterance)))
    }

    fn chances_in(&self, tangent: &Tangent) -> usize {
        let within = |chance: &&Opportunity| (tangent.first..=tangent.last).contains(&chance.after_utterance);
        self.evidence.opportunities.iter().filter(within).count()
    }

    fn away_from(&self, redirect: &Redirect) -> String {
        let tangent = redirect.tangent.and_then(|at| self.evidence.tangents.get(at));
        tangent.map_or_else(String::new, |tangent| format!(" from {}", about(tangent)))
    }

    fn name(&self, speaker: Option<SpeakerId>) -> String {
        match speaker {
            Some(id) if Some(id) == self.me => "you".to_owned(),
            Some(id) => self.reading.transcript.speakers[id.index()].label.clone(),
            None => "somebody".to_owned(),
        }
    }
}

const fn note(text: String, utterances: Vec<usize>) -> Note {
    Note { text, utterances }
}

/// What a tangent is about, for a sentence.
fn about(tangent: &Tangent) -> String {
    let named = tangent.topics.first().filter(|label| !label.trim().is_empty());
    named.map_or_else(|| "a tangent".to_owned(), |label| format!("\u{201c}{}\u{201d}", label.trim()))
}

/// Somebody's words between quotation marks, cut where they are long.
fn quoted(text: &str) -> String {
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.chars().count() <= QUOTE_LETTERS_MAX {
        return format!("\u{201c}{plain}\u{201d}");
    }
    let cut: String = plain.chars().take(QUOTE_LETTERS_MAX).collect();
    format!("\u{201c}{}\u{2026}\u{201d}", cut.trim_end())
}

/// A length as people say it: `40 s`, `4 min 10 s`.
fn length(length: Duration) -> String {
    let seconds = length.ms().saturating_add(500) / 1000;
    match (seconds / 60, seconds % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, 0) => format!("{minutes} min"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
