//! The frame.

use rapport::call::time::{Duration, Timestamp};
use rapport::call::topic::Kind;
use rapport::findings::{FindingSettings, find};

use crate::call::{A, B, Call, story};

#[test]
fn an_announced_frame_is_kept_or_overrun() {
    for (text, minutes) in [
        ("We've got 1 minutes for this.", 1),
        ("We have forty five minutes today.", 45),
        ("I've got half an hour.", 30),
        ("I've got an hour for you.", 60),
    ] {
        let found = Call::new().topic(Kind::Opening, "").say(A, 4, text).business().find();
        assert_eq!(
            (found.frame.announced_at, found.frame.minutes),
            (Some(Timestamp::from_ms(500)), Some(minutes)),
            "{text}"
        );
        // The call ends at 4.5 s and eight times 10.5 s: 88.5 s.
        let overrun = if minutes == 1 { 88_500 - 60_500 } else { 0 };
        assert_eq!(found.frame.overrun_seconds, Some(Duration::from_ms(overrun)), "{text}");
    }
    let late = Call::new().business().business().business().say(A, 4, "We have forty minutes.").find();
    assert_eq!((late.frame.minutes, late.frame.overrun_seconds), (None, None));
}

#[test]
fn what_was_parked_may_come_back() {
    let parked = || {
        let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3);
        call.say(A, 4, "Can we park that for the end? Let's do the delivery schedule.").business()
    };
    let gone = parked().find();
    assert_eq!((gone.frame.parked.as_slice(), gone.frame.parked_returned.as_slice()), (&[11][..], &[][..]));
    let back = parked().topic(Kind::SmallTalk, "choir").say(A, 6, "Now, your choir and the carnival lanterns!").find();
    assert_eq!(back.frame.parked_returned, [11]);
}

#[test]
fn who_announced_the_frame_and_what_the_call_is_for() {
    let call = Call::new().topic(Kind::Opening, "").say(A, 4, "Hello there.").say(B, 4, "I've got half an hour.");
    let found = call.say(A, 4, "Great, I have three things on my list.").business().find();
    assert_eq!((found.frame.announced_by, found.frame.minutes), (Some(B), Some(30)));
    assert_eq!(found.frame.agenda_at, Some(Timestamp::from_ms(9_500)));
    let found = Call::new().topic(Kind::Opening, "").say(A, 4, "Hello there.").business().find();
    assert_eq!((found.frame.announced_by, found.frame.agenda_at), (None, None));
}

#[test]
fn two_items_of_the_users_agenda_in_one_breath_announce_it() {
    let settings = FindingSettings {
        agenda: vec!["photo assets".to_owned(), "launch date".to_owned()],
        ..FindingSettings::default()
    };
    let agenda_at = |text: &str| {
        let (transcript, topics) = Call::new().topic(Kind::Opening, "").say(A, 4, text).business().build();
        find(&transcript, &topics, &settings).frame.agenda_at
    };
    assert_eq!(agenda_at("Let us do the photo assets and then the launch date."), Some(Timestamp::from_ms(500)));
    assert_eq!(agenda_at("Let us do the photo assets and then go."), None);
}

#[test]
fn anything_else_is_a_question() {
    let asked = |text: &str| Call::new().business().say(A, 3, text).find().frame.anything_else_asked_at;
    assert_eq!(asked("Is there anything else you need from me?"), Some(Timestamp::from_ms(84_500)));
    assert_eq!(asked("I never want anything else."), None);
}

#[test]
fn advice_comes_with_its_reason() {
    let advice = |call: Call| call.find().frame.advice;
    let over =
        advice(Call::new().topic(Kind::Opening, "").say(A, 4, "I have 1 minutes for this.").business().business());
    let over = over.unwrap();
    assert!(over.text.contains("ran 1:52 past the 1 minutes"), "{}", over.text);
    assert_eq!(over.utterances, [0]);
    let parked = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3);
    let parked = advice(parked.say(A, 4, "Can we park that? Let's do the delivery schedule.").business()).unwrap();
    assert!(parked.text.contains("not taken up again"), "{}", parked.text);
    assert_eq!(parked.utterances, [11]);
    let unframed = advice(story(Call::new().business().topic(Kind::SmallTalk, "choir"), 12).business()).unwrap();
    assert!(unframed.text.contains("how long the call would take"), "{}", unframed.text);
    let mut long = Call::new();
    for _ in 0..8 {
        long = long.business();
    }
    let late = advice(long.say(A, 3, "Is there anything else?")).unwrap();
    assert!(late.text.contains("last minute"), "{}", late.text);
    assert_eq!(late.utterances, [64]);
    assert_eq!(advice(Call::new().business()), None);
}
