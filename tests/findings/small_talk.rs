//! Small talk.

use rapport::call::finding::Verdict;
use rapport::call::time::Duration;
use rapport::call::topic::Kind;

use crate::call::{A, B, Call, story};

#[test]
fn small_talk_is_weighed_by_speech_and_split_at_the_budget() {
    let call = Call::new().topic(Kind::Opening, "").say(A, 4, "Hello there.");
    let found = story(call.topic(Kind::SmallTalk, "choir"), 15).business().find();
    assert_eq!(found.small_talk.as_ref().unwrap().seconds, Duration::from_ms(150_000));
    assert_eq!(found.small_talk.as_ref().unwrap().opening_seconds, Duration::from_ms(120_000));
    assert!((found.small_talk.as_ref().unwrap().ratio - 150.0 / (4.0 + 150.0 + 80.0)).abs() < 1e-12);
    assert_eq!(found.small_talk.as_ref().unwrap().by_speaker[&B], Duration::from_ms(150_000));
    assert_eq!(found.small_talk.as_ref().unwrap().by_speaker[&A], Duration::ZERO);
    assert_eq!(found.small_talk.as_ref().unwrap().verdict, Verdict::Healthy);
}

#[test]
fn verdicts_have_their_bounds() {
    let verdict = |pieces: usize| {
        let call = Call::new().business().business().business();
        let call = if pieces > 0 { story(call.topic(Kind::SmallTalk, "choir"), pieces) } else { call };
        call.business().find().small_talk.unwrap().verdict
    };
    assert_eq!(verdict(0), Verdict::Cold);
    assert_eq!(verdict(1), Verdict::Healthy);
    assert_eq!(verdict(6), Verdict::Healthy);
    assert_eq!(verdict(7), Verdict::OverBudget);
    // A quick word is not cold.
    assert_eq!(Call::new().business().find().small_talk.unwrap().verdict, Verdict::Healthy);
}
