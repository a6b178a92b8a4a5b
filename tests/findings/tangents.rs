//! Tangents.

use rapport::call::finding::{Driver, EndedBy, MoveKind};
use rapport::call::topic::Kind;

use crate::call::{A, B, Call, STORY, story};

#[test]
fn a_tangent_is_a_maximal_run_longer_than_ten_seconds() {
    let short = Call::new().business().topic(Kind::SmallTalk, "rain").say(B, 9, "It rains here.").business().find();
    assert_eq!(short.tangents, []);
    let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 2);
    let found = story(call.topic(Kind::OffAgenda, "old agency"), 3).business().find();
    assert_eq!(found.tangents.len(), 1);
    let tangent = &found.tangents[0];
    assert_eq!((tangent.first, tangent.last, tangent.kind), (8, 12, Kind::OffAgenda));
    assert_eq!(tangent.topics, ["choir", "old agency"]);
    assert_eq!(tangent.ended_by, EndedBy::Faded);
    assert!(!tangent.within_budget);
    assert_eq!(tangent.initiator, Some(B));
    assert_eq!(tangent.driver, Some(Driver::Speaker(B)));
}

#[test]
fn the_opening_budget_protects_the_start_alone() {
    let at_start = |pieces: usize| {
        let found = story(Call::new().topic(Kind::SmallTalk, "choir"), pieces).business().find();
        found.tangents[0].within_budget
    };
    assert!(at_start(11));
    assert!(!at_start(12));
    let later = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3).business().find();
    assert!(!later.tangents[0].within_budget);
}

#[test]
fn who_asks_the_social_question_is_the_initiator() {
    let call = Call::new().business().say(A, 3, "And how was your weekend with the kids?");
    let found = story(call.topic(Kind::SmallTalk, "choir"), 3).business().find();
    assert_eq!(found.tangents[0].initiator, Some(A));
    assert_eq!(found.tangents[0].driver, Some(Driver::Speaker(B)));
}

#[test]
fn nobody_with_sixty_percent_makes_both_the_driver() {
    let found = Call::new().business().topic(Kind::SmallTalk, "choir").talk(6, STORY).business().find();
    let tangent = &found.tangents[0];
    assert_eq!(tangent.driver, Some(Driver::Both), "{:?} {:?}", tangent.drive, found.redirects);
    assert!((tangent.drive.values().sum::<f64>() - 1.0).abs() < 1e-12);
}

#[test]
fn moves_tell_open_ask_extend_deflect_and_close() {
    let call =
        Call::new().business().topic(Kind::SmallTalk, "choir").say(B, 10, STORY).say(A, 3, "What did the choir sing?");
    let call = call.say(B, 10, STORY).say(A, 4, "Anyway, shall we look at the delivery schedule?");
    let call =
        story(call, 2).say(A, 4, "So, shall we get back to the delivery schedule? I've got another call at noon.");
    let found = call.business().find();
    let moves: Vec<_> = found.tangents[0].moves.iter().map(|made| made.kind).collect();
    let wanted =
        [MoveKind::Open, MoveKind::Ask, MoveKind::Extend, MoveKind::Deflect, MoveKind::Extend, MoveKind::Close];
    assert_eq!(moves, wanted, "{:?}", found.redirects);
    assert_eq!(found.tangents[0].ended_by, EndedBy::Redirect);
}

#[test]
fn a_tangent_that_runs_into_the_end_says_so() {
    let found = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 4).find();
    assert_eq!(found.tangents[0].ended_by, EndedBy::EndOfCall);
}

#[test]
fn questions_in_a_tangent_are_counted_by_speaker() {
    let call = Call::new().business().topic(Kind::SmallTalk, "choir").say(B, 10, STORY);
    let call = call.say(A, 3, "What did the choir sing?").say(B, 10, STORY).say(A, 3, "And the lanterns?");
    let found = call.business().find();
    assert_eq!(found.tangents[0].questions, [(A, 2), (B, 0)].into());
}
