//! Redirects.

use rapport::call::finding::{Outcome, RedirectClass, Tone};
use rapport::call::time::Duration;
use rapport::call::topic::Kind;
use rapport::findings::Findings;

use crate::call::{A, B, Call, story};

fn redirected(text: &str, after: impl Fn(Call) -> Call) -> Findings {
    let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3).say(A, 4, text);
    after(call).find()
}

#[test]
fn an_accepted_redirect_returns_and_holds() {
    let found =
        redirected("Ha, lovely. So, shall we look at the delivery schedule?", |call| call.business().business());
    assert_eq!(found.redirects.len(), 1, "{:?}", found.redirects);
    let redirect = &found.redirects[0];
    assert_eq!((redirect.utterance, redirect.speaker, redirect.tangent), (11, Some(A), Some(0)));
    assert_eq!((redirect.outcome, redirect.tone), (Outcome::Accepted, Tone::Warm));
    assert_eq!(redirect.seconds_to_return, Some(Duration::from_ms(500)));
    // Sixteen utterances of 10 s with 0.5 s between them, to the end of the call.
    assert_eq!(redirect.hold_seconds, Duration::from_ms(16 * 10_500 - 500));
}

#[test]
fn a_redirect_that_does_not_hold_a_minute_is_deflected() {
    let after = |count: usize| {
        let found = redirected("So, shall we look at the delivery schedule?", |call| {
            let call = call.topic(Kind::Business, "delivery schedule");
            story(call.talk(count, "The schedule lists the crates.").topic(Kind::SmallTalk, "carnival"), 4).business()
        });
        (found.redirects[0].outcome, found.redirects[0].hold_seconds)
    };
    // Five utterances are 52.5 s up to the next tangent, six are 63 s.
    assert_eq!(after(5), (Outcome::Deflected, Duration::ZERO));
    assert_eq!(after(6), (Outcome::Accepted, Duration::from_ms(63_000)));
}

#[test]
fn business_until_the_closing_holds_however_short() {
    let found = redirected("So, shall we look at the delivery schedule?", |call| {
        let call = call.topic(Kind::Business, "delivery schedule").say(B, 10, "Yes, the schedule is fine.");
        call.topic(Kind::Closing, "").say(A, 3, "Great, bye then.")
    });
    assert_eq!(found.redirects[0].outcome, Outcome::Accepted);
}

#[test]
fn a_redirect_is_deflected_when_the_others_go_on() {
    let found = redirected("So, shall we look at the delivery schedule?", |call| {
        let call = story(call, 1).say(A, 2, "Oh dear, poor choir.");
        let call = story(call, 1).say(A, 2, "Oh dear, poor lanterns.");
        story(call, 1).business()
    });
    assert_eq!(found.redirects[0].outcome, Outcome::Deflected);
    assert_eq!((found.redirects[0].seconds_to_return, found.redirects[0].hold_seconds), (None, Duration::ZERO));
}

#[test]
fn classes_of_redirects() {
    for (text, class, tone) in [
        ("Can we park that, please? Let's get to the delivery schedule.", RedirectClass::Parking, Tone::Warm),
        ("I've got another call at eleven, shall we do the delivery schedule?", RedirectClass::Time, Tone::Firm),
        ("Summing up, the delivery schedule is what matters now.", RedirectClass::Summary, Tone::Firm),
        ("Right, next on my list, shall we do the delivery schedule?", RedirectClass::Procedure, Tone::Firm),
        ("Anyway, what about the delivery schedule?", RedirectClass::Topic, Tone::Firm),
    ] {
        let found = redirected(text, Call::business);
        assert_eq!(found.redirects.len(), 1, "{text}");
        assert_eq!((found.redirects[0].class, found.redirects[0].tone), (class, tone), "{text}");
    }
}

#[test]
fn a_return_that_is_only_implied_is_found() {
    for text in ["So, about the delivery schedule.", "Right. So the delivery schedule, then."] {
        let found = redirected(text, Call::business);
        assert_eq!(found.redirects.len(), 1, "{text}");
        let redirect = &found.redirects[0];
        assert_eq!((redirect.speaker, redirect.class), (Some(A), RedirectClass::Topic), "{text}");
        assert_eq!(redirect.outcome, Outcome::Accepted, "{text}");
    }
}

#[test]
fn the_anyway_inside_a_story_is_no_redirect() {
    let call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3);
    let call =
        call.say(B, 6, "Anyway, so my sister turns up at the church with the wrong cake and the dog on her arm.");
    let found = story(call, 3).business().find();
    assert_eq!(found.redirects, []);
}

#[test]
fn a_story_alone_is_no_redirect() {
    let found = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 6).business().find();
    assert_eq!(found.redirects, []);
}
