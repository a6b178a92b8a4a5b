//! Talk figures.

use rapport::call::time::Duration;
use rapport::call::topic::Kind;
use rapport::call::transcript::Basis;
use rapport::findings::{FindingSettings, find};

use crate::call::{A, B, Call, story};

#[test]
fn talk_figures_of_a_small_call() {
    let found = Call::new()
        .say_at(A, 0, 6_000, "um, you know, shall we begin?")
        .say_at(B, 7_000, 9_000, "Yes let us begin.")
        .say_at(A, 9_400, 13_400, "Good then here is my list")
        .say_at(B, 13_600, 15_600, "Four whole words here")
        .find();
    let (a, b) = (&found.speakers[0], &found.speakers[1]);
    assert_eq!((a.id, a.label.as_str(), a.me, b.me), (A, "Me", true, false));
    assert_eq!((a.talk_seconds, b.talk_seconds), (Duration::from_ms(10_000), Duration::from_ms(4_000)));
    assert!((a.talk_ratio - 10.0 / 14.0).abs() < 1e-12);
    assert_eq!((a.words, b.words, a.turns, b.turns), (12, 8, 2, 2));
    assert_eq!(a.talk_speed_wpm, Some(72.0));
    assert_eq!((a.questions, b.questions), (1, 0));
    assert_eq!(a.fillers_per_100_words, Some(100.0 * 2.0 / 12.0));
    assert_eq!(a.patience_seconds, Some(Duration::from_ms(400)));
    // 1.0 s and 0.2 s.
    assert_eq!(b.patience_seconds, Some(Duration::from_ms(600)));
    assert_eq!((a.interruptions, a.backchannels), (0, 0));
}

#[test]
fn a_backchannel_leaves_the_floor_and_an_interruption_takes_it() {
    let found = Call::new()
        .say_at(A, 0, 10_000, "I am telling the long tale of the crates.")
        .say_at(B, 4_000, 4_800, "Mm-hm.")
        .say_at(A, 10_200, 20_000, "And it goes on and on for a while.")
        .say_at(B, 19_000, 25_000, "Sorry, but which crates were those exactly?")
        .say_at(A, 24_900, 30_000, "The green ones by the door.")
        .find();
    let (a, b) = (&found.speakers[0], &found.speakers[1]);
    assert_eq!((b.backchannels, b.interruptions), (1, 1));
    // A's answer begins 100 ms before B ends: too short to be an interruption.
    assert_eq!((a.backchannels, a.interruptions), (0, 0));
    // The "mm-hm" breaks neither A's monologue nor counts as a reply.
    assert_eq!(a.longest_monologue_seconds, Duration::from_ms(20_000));
    assert_eq!(b.patience_seconds, Some(Duration::ZERO));
}

#[test]
fn starting_inside_the_others_talk_without_taking_over_is_no_interruption() {
    let found = Call::new()
        .say_at(A, 0, 10_000, "I am telling the long tale of the crates.")
        .say_at(B, 4_000, 6_000, "But those were never the crates we wanted.")
        .find();
    assert_eq!(found.speakers[1].interruptions, 0);
    assert_eq!(found.speakers[1].backchannels, 0);
}

#[test]
fn a_yes_that_goes_on_is_no_backchannel() {
    let found = Call::new()
        .say_at(A, 0, 5_000, "The crates are green.")
        .say_at(B, 5_200, 5_800, "Right.")
        .say_at(B, 6_000, 9_000, "Then we need green labels.")
        .say_at(A, 9_200, 12_000, "We do indeed need them.")
        .find();
    assert_eq!(found.speakers[1].backchannels, 0);
}

#[test]
fn a_monologue_ends_at_a_long_gap_and_at_anothers_turn() {
    let pieces = |gap: u64| {
        let found = Call::new()
            .say_at(A, 0, 4_000, "The first part of it.")
            .say_at(A, 4_000 + gap, 8_000 + gap, "The second part of it.")
            .find();
        found.speakers[0].longest_monologue_seconds
    };
    assert_eq!(pieces(1_500), Duration::from_ms(9_500));
    assert_eq!(pieces(1_501), Duration::from_ms(4_000));
    let found = Call::new()
        .say_at(A, 0, 4_000, "The first part of it.")
        .say_at(B, 4_100, 4_900, "Which part was that?")
        .say_at(A, 5_000, 8_000, "The second part of it.")
        .find();
    assert_eq!(found.speakers[0].longest_monologue_seconds, Duration::from_ms(4_000));
}

#[test]
fn without_speakers_talk_figures_are_withheld_with_the_reason() {
    let (mut transcript, topics) = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 8).business().build();
    transcript.basis = Basis::None;
    transcript.speakers.clear();
    transcript.utterances.iter_mut().for_each(|said| said.speaker = None);
    let found = find(&transcript, &topics, &FindingSettings::default());
    assert_eq!(found.speakers, []);
    assert!(found.withheld.iter().any(|withheld| withheld.field == "speakers" && withheld.why.contains("told apart")));
    assert_eq!(found.tangents.len(), 1);
    let tangent = &found.tangents[0];
    assert_eq!((tangent.initiator, tangent.driver, tangent.drive.len()), (None, None, 0));
    assert!(
        found
            .small_talk
            .as_ref()
            .is_some_and(|talk| talk.by_speaker.is_empty() && talk.seconds == Duration::from_ms(80_000))
    );
}

#[test]
fn topic_shifts_are_counted_for_each_turn() {
    // A takes nine turns and opens nothing but the call; B takes one turn more than four and opens two topics.
    let call = Call::new().business().topic(Kind::SmallTalk, "choir").say(B, 10, "Oh, the choir sang.");
    let found = call.say(A, 5, "Lovely.").topic(Kind::Business, "labels").say(B, 5, "Now the labels.").find();
    let tendency = |at: usize| found.speakers[at].topic_shift_tendency;
    assert_eq!((found.speakers[0].turns, found.speakers[1].turns), (5, 5));
    assert_eq!((tendency(0), tendency(1)), (Some(0.0), Some(2.0 / 5.0)));
    assert_eq!(Call::new().find().speakers[0].topic_shift_tendency, None);
}
