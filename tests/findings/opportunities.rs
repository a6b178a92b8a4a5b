//! Opportunities.

use rapport::call::time::Duration;
use rapport::call::topic::Kind;
use rapport::findings::{FindingSettings, find};

use crate::call::{A, B, Call, STORY, story};

/// Twelve pieces of a story in the middle of a call: over-long by a minute.
fn long_tangent(text: &str) -> Call {
    let mut call = Call::new().business().topic(Kind::SmallTalk, "choir");
    for _ in 0..12 {
        call = call.say(B, 10, text);
    }
    call.business()
}

#[test]
fn an_over_long_tangent_has_up_to_three_opportunities_with_phrases() {
    let found = long_tangent(STORY).find();
    assert_eq!(found.opportunities.len(), 3);
    let tangent = &found.tangents[0];
    for opportunity in &found.opportunities {
        assert_eq!(opportunity.tangent, 0);
        assert!((tangent.first..tangent.last).contains(&opportunity.after_utterance));
        assert!(opportunity.at.since(tangent.span.start()) >= Duration::from_ms(30_000), "{opportunity:?}");
        let left = tangent.span.end().since(opportunity.at);
        assert!(opportunity.seconds_saved_low <= opportunity.seconds_saved, "{opportunity:?}");
        assert!(opportunity.seconds_saved <= opportunity.seconds_saved_high, "{opportunity:?}");
        assert!(opportunity.seconds_saved_high < left, "{opportunity:?}");
        // Half of the redirects bring a call back within twelve seconds.
        assert_eq!(opportunity.seconds_saved, left - Duration::from_ms(12_000));
        assert!(!opportunity.reasons.is_empty());
        assert!(opportunity.warm.contains("delivery schedule"), "{opportunity:?}");
        assert!(opportunity.firm.contains("delivery schedule"), "{opportunity:?}");
    }
    assert!(found.opportunities.windows(2).all(|pair| pair[0].at < pair[1].at && pair[0].warm != pair[1].warm));
}

#[test]
fn short_and_protected_tangents_have_none() {
    assert_eq!(story(Call::new().business().topic(Kind::SmallTalk, "choir"), 5).business().find().opportunities, []);
    let opening = Call::new().topic(Kind::Opening, "").say(B, 5, "Hello.");
    assert_eq!(story(opening.topic(Kind::SmallTalk, "choir"), 11).business().find().opportunities, []);
}

#[test]
fn no_advice_in_grief_or_where_terms_are_talked_about() {
    for text in [
        "And then my father had his surgery and we all sat there with him until the very late evening.",
        "And then they wanted another deposit from us before any of the lanterns could be put on the wall.",
    ] {
        assert_eq!(long_tangent(text).find().opportunities, [], "{text}");
    }
}

#[test]
fn no_advice_in_the_clients_first_statement() {
    // The client has the floor from the first word, far past any budget.
    let found = story(Call::new().topic(Kind::SmallTalk, "choir"), 20).business().find();
    assert_eq!(found.tangents.len(), 1);
    assert_eq!(found.opportunities, []);
}

#[test]
fn no_advice_in_the_first_seconds_of_a_topic() {
    let mut call = Call::new().business();
    for label in ["choir", "carnival", "lanterns", "harbour"] {
        call = story(call.topic(Kind::SmallTalk, label), 2);
    }
    let found = call.business().find();
    assert_eq!(found.tangents.len(), 1);
    assert_eq!(found.opportunities, []);
}

#[test]
fn no_advice_where_somebody_did_steer_back() {
    let mut call = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 3);
    for _ in 0..4 {
        call = call.say(A, 4, "Anyway, shall we look at the delivery schedule?").say(B, 10, STORY);
    }
    let found = call.business().find();
    let steered: Vec<usize> = found.redirects.iter().map(|redirect| redirect.utterance).collect();
    assert_eq!(steered, [11, 13, 15, 17]);
    let taken = found
        .opportunities
        .iter()
        .filter(|chance| steered.contains(&chance.after_utterance) || steered.contains(&(chance.after_utterance + 1)));
    assert_eq!(taken.count(), 0);
}

#[test]
fn the_agenda_is_named_where_no_business_follows() {
    let (transcript, topics) = {
        let mut call = Call::new().business().topic(Kind::SmallTalk, "choir");
        for _ in 0..12 {
            call = call.say(B, 10, STORY);
        }
        call.build()
    };
    let settings = FindingSettings { agenda: vec!["photo assets".to_owned()], ..FindingSettings::default() };
    let found = find(&transcript, &topics, &settings);
    assert!(!found.opportunities.is_empty());
    assert!(found.opportunities.iter().all(|chance| chance.firm.contains("photo assets")), "{:?}", found.opportunities);
}

#[test]
fn the_phrase_fits_the_moment() {
    let firm = |call: Call| call.find().opportunities[0].firm.clone();
    assert!(firm(long_tangent(STORY)).starts_with("Let me park that"));
    let framed = Call::new().topic(Kind::Opening, "").say(A, 4, "I've got half an hour.");
    let framed = story(framed.business().topic(Kind::SmallTalk, "choir"), 12).business();
    assert!(firm(framed).starts_with("I have us down for 30 minutes"));
    let work = story(Call::new().business().topic(Kind::OffAgenda, "old agency"), 12).business();
    assert!(firm(work).starts_with("Let's take old agency offline"));
    let last = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 12);
    assert!(firm(last).starts_with("I have to stop here"));
}

#[test]
fn each_opening_gives_its_reason() {
    let reasons = |text: &str, reply: &str| {
        let mut call = Call::new().business().topic(Kind::SmallTalk, "choir");
        for _ in 0..8 {
            call = call.say(B, 10, text).say(A, 2, reply);
        }
        call.business().find().opportunities.iter().map(|chance| chance.reasons.join("; ")).collect::<String>()
    };
    assert!(
        reasons("Anyway, that was that in the end.", "I see what they meant by that now.")
            .contains("rounding the story off")
    );
    assert!(reasons(STORY, "I see what they meant by that now.").contains("part of the story had just ended"));
    assert!(reasons(STORY, "Ha, haha!").contains("laughter"));
    assert!(reasons(STORY, "Mm-hm.").contains("added nothing new"));
    assert!(reasons(STORY, "Mm-hm.").contains("past what is fine"));
    let mut call = Call::new().business().topic(Kind::SmallTalk, "choir");
    for at in 0..8 {
        let start = call.now + 2_000;
        call = call.say_at(if at % 2 == 0 { B } else { A }, start, start + 10_000, "They had the lanterns up.");
    }
    let found = call.business().find();
    assert!(found.opportunities[0].reasons.iter().any(|reason| reason == "there was a pause of 2.0 s"));
}
