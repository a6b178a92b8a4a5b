//! Laws that hold for every call, over calls made up by a seeded generator.

use rapport::call::finding::{Driver, Outcome};
use rapport::call::time::{Duration, Timestamp};
use rapport::call::topic::Kind;
use rapport::call::transcript::SpeakerId;
use rapport::findings::{FindingSettings, Findings, find};

use crate::call::Call;

const LINES: [&str; 14] = [
    "And then the whole choir walked straight through the carnival with all of their lanterns lit.",
    "Ha, no way! And what did your mother say?",
    "So yeah, that was that in the end, to this day nobody knows where the goat went.",
    "Anyway, shall we look at the delivery schedule? I've got another call at noon.",
    "Can we park that for the end, please?",
    "The delivery schedule lists the crates and the labels.",
    "Did you get the invoice for the crates?",
    "Mm-hm.",
    "My father was in hospital for his operation, it was awful.",
    "I'll send you the labels on Friday.",
    "We have forty minutes, and I have three things on my list.",
    "Is there anything else you need from me?",
    "",
    "Bye, thanks, see you on Monday!",
];

/// A small generator (xorshift), so that every run makes up the same calls.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

fn made_up(seed: u64) -> (Call, usize) {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut call = Call::new();
    let people = 1 + dice.roll(4) as u16;
    let mut said = 0;
    for _ in 0..=dice.roll(8) {
        call = call.topic(
            Kind::ALL[dice.roll(5) as usize],
            ["choir", "", "delivery schedule", "old agency"][dice.roll(4) as usize],
        );
        for _ in 0..=dice.roll(14) {
            let text = LINES[dice.roll(LINES.len() as u64) as usize];
            let start = (call.now + dice.roll(3_000)).saturating_sub(dice.roll(1_500));
            let who = SpeakerId(dice.roll(u64::from(people)) as u16);
            call = call.say_at(who, start, start + dice.roll(12_000), if text.is_empty() { "Well." } else { text });
            said += 1;
        }
    }
    (call, said)
}

fn each(check: impl Fn(u64, &Findings, usize, Timestamp)) {
    for seed in 1..200 {
        let (call, said) = made_up(seed);
        let (mut transcript, topics) = call.build();
        transcript.utterances.sort_by_key(|utterance| utterance.span);
        let found = find(&transcript, &topics, &FindingSettings::default());
        check(seed, &found, said, Timestamp::ZERO + transcript.duration);
    }
}

#[test]
fn no_opportunity_lies_outside_its_tangent_and_no_tangent_has_more_than_three() {
    let mut all = 0;
    let count = std::cell::Cell::new(0);
    each(|seed, found, _, _| {
        for chance in &found.opportunities {
            let tangent = &found.tangents[chance.tangent];
            assert!((tangent.first..tangent.last).contains(&chance.after_utterance), "{seed}");
            assert!(
                chance.seconds_saved_low <= chance.seconds_saved && chance.seconds_saved <= chance.seconds_saved_high
            );
            assert!(chance.seconds_saved_high <= tangent.span.length(), "{seed}");
            assert!(!tangent.within_budget && !chance.reasons.is_empty(), "{seed}");
            count.set(count.get() + 1);
        }
        for at in 0..found.tangents.len() {
            assert!(found.opportunities.iter().filter(|chance| chance.tangent == at).count() <= 3, "{seed}");
        }
    });
    all += count.get();
    assert!(all > 50, "only {all} opportunities were seen");
}

#[test]
fn shares_sum_to_one_and_agree_with_the_driver() {
    each(|seed, found, _, _| {
        for tangent in &found.tangents {
            let sum: f64 = tangent.drive.values().sum();
            assert!(tangent.drive.is_empty() || (sum - 1.0).abs() < 1e-9, "{seed}: {sum}");
            if let Some(Driver::Speaker(id)) = tangent.driver {
                assert!(tangent.drive[&id] >= 0.6, "{seed}");
            }
            assert!(tangent.span.length() > Duration::from_ms(10_000), "{seed}");
        }
        let ratios: f64 = found.speakers.iter().map(|speaker| speaker.talk_ratio).sum();
        assert!(ratios < 1.0 + 1e-9, "{seed}");
        let in_range = |share: f64| (0.0..=1.0).contains(&share);
        assert!(found.speakers.iter().filter_map(|speaker| speaker.topic_shift_tendency).all(in_range), "{seed}");
    });
}

#[test]
fn no_hold_passes_the_end_of_the_call() {
    let count = std::cell::Cell::new(0);
    each(|seed, found, said, end| {
        for redirect in &found.redirects {
            assert!(redirect.utterance < said, "{seed}");
            assert!(redirect.at + redirect.hold_seconds <= end, "{seed}");
            assert_eq!(redirect.outcome == Outcome::Accepted, redirect.seconds_to_return.is_some(), "{seed}");
            assert!(redirect.outcome == Outcome::Accepted || redirect.hold_seconds == Duration::ZERO, "{seed}");
            assert!(redirect.tangent.is_none_or(|at| at < found.tangents.len()), "{seed}");
            count.set(count.get() + 1);
        }
    });
    assert!(count.get() > 50, "only {} redirects were seen", count.get());
}

#[test]
fn evidence_points_at_utterances_of_the_call() {
    each(|seed, found, said, _| {
        let coaching = found.coaching.iter().flat_map(|page| [&page.went_well, &page.try_next, &page.phrase]);
        for note in coaching.flatten().chain(&found.frame.advice) {
            assert!(note.utterances.iter().all(|at| *at < said), "{seed}: {note:?}");
            assert!(!note.text.contains('\n') && note.text.trim() == note.text && !note.text.is_empty(), "{seed}");
        }
        assert!(found.frame.parked_returned.iter().all(|at| found.frame.parked.contains(at)), "{seed}");
    });
}
