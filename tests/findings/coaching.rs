//! One page of coaching.

use rapport::call::coaching::{Coaching, Note};
use rapport::call::finding::Outcome;
use rapport::call::topic::Kind;
use rapport::call::transcript::SpeakerId;

use crate::call::{A, B, Call, STORY, story};

fn coaching(call: Call) -> Coaching {
    call.find().coaching.unwrap()
}

fn text(note: Option<&Note>) -> &str {
    note.map_or("", |note| note.text.as_str())
}

fn steered(by: SpeakerId) -> Call {
    let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3);
    call.say(by, 4, "Ha, lovely. So, shall we look at the delivery schedule?").business().business()
}

#[test]
fn a_redirect_of_ones_own_that_worked_is_praised_and_kept_as_a_phrase() {
    let found = coaching(steered(A));
    let praise = found.went_well.unwrap();
    assert_eq!(
        praise.text,
        "At 1:56 you steered back to business from \u{201c}choir\u{201d}, and it held for 2 min 48 s."
    );
    assert_eq!(praise.utterances, [11]);
    let phrase = found.phrase.unwrap();
    assert!(
        phrase.text.contains("\u{201c}Ha, lovely. So, shall we look at the delivery schedule?\u{201d}"),
        "{}",
        phrase.text
    );
    assert_eq!(phrase.utterances, [11]);
}

#[test]
fn anothers_redirect_is_told_by_name_and_gives_no_phrase_of_ones_own() {
    let call = Call::new().business().topic(Kind::SmallTalk, "choir").say(A, 10, STORY).say(A, 10, STORY);
    let call = call.say(B, 4, "Ha, lovely. So, shall we look at the delivery schedule?");
    let found = coaching(call.business().business());
    assert!(text(found.went_well.as_ref()).contains("Dana steered back"), "{:?}", found.went_well);
    assert_eq!(found.phrase, None);
}

#[test]
fn small_talk_within_the_budget_is_praised() {
    let found = coaching(story(Call::new().topic(Kind::SmallTalk, "choir"), 5).business());
    assert!(text(found.went_well.as_ref()).contains("within its budget of 2 min"), "{:?}", found.went_well);
}

#[test]
fn the_moment_with_most_to_save_is_what_to_try() {
    let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 12).business();
    let found = call.find();
    let best = found.opportunities.iter().max_by_key(|chance| chance.seconds_saved).unwrap();
    let coaching = found.coaching.unwrap();
    assert!(text(coaching.try_next.as_ref()).contains("choir"), "{:?}", coaching.try_next);
    assert_eq!(coaching.try_next.unwrap().utterances, [best.after_utterance]);
    assert!(coaching.phrase.unwrap().text.contains(&best.warm));
}

#[test]
fn who_fed_a_tangent_is_told_kindly_with_the_questions() {
    let mut call = Call::new().business().topic(Kind::SmallTalk, "choir");
    for _ in 0..8 {
        call = call.say(B, 10, STORY).say(
            A,
            8,
            "Oh, and what did the choir and the others do with those lanterns afterwards then?",
        );
    }
    let note = coaching(call.business()).try_next.unwrap();
    assert!(note.text.starts_with("You asked 8 questions that kept \u{201c}choir\u{201d} going"), "{}", note.text);
    assert_eq!(note.utterances.len(), 8);
}

#[test]
fn a_cold_call_gets_a_friendly_note() {
    let found = coaching(Call::new().business().business().business());
    assert!(text(found.try_next.as_ref()).contains("one friendly question"), "{:?}", found.try_next);
    assert!(text(found.phrase.as_ref()).contains("How has your week been"), "{:?}", found.phrase);
}

#[test]
fn a_redirect_that_did_not_take_is_the_thing_to_try_again() {
    let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 1);
    let call =
        story(call.say(A, 4, "Anyway, shall we look at the delivery schedule?"), 1).say(A, 2, "Oh dear, poor choir.");
    let call = story(story(call, 1).say(A, 2, "Oh dear, poor lanterns."), 1);
    let found = call.business().find();
    assert!(found.redirects.iter().any(|redirect| redirect.outcome == Outcome::Deflected));
    assert!(text(found.coaching.unwrap().try_next.as_ref()).contains("did not take"));
}

#[test]
fn without_words_there_is_nothing_to_say() {
    assert_eq!(Call::new().find().coaching, None);
}
