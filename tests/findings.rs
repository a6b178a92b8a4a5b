//! The findings stage on hand-made calls with known answers.

use rapport::call::finding::{Driver, EndedBy, MoveKind, Outcome, RedirectClass, Tone, Verdict};
use rapport::call::time::{Duration, Span, Timestamp};
use rapport::call::topic::{Kind, Topic};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance};
use rapport::findings::{FindingSettings, Findings, find};

const A: SpeakerId = SpeakerId(0);
const B: SpeakerId = SpeakerId(1);

/// A call under construction. The user is A.
struct Call {
    transcript: Transcript,
    topics: Vec<Topic>,
    now: u64,
}

impl Call {
    fn new() -> Self {
        let speaker = |label: &str, me| Speaker { label: label.to_owned(), me };
        let transcript = Transcript {
            language: Some("en".to_owned()),
            basis: Basis::TranscriptLabels,
            speakers: vec![speaker("Me", true), speaker("Dana", false)],
            speech: Vec::new(),
            utterances: Vec::new(),
            duration: Duration::ZERO,
            warnings: Vec::new(),
        };
        Self { transcript, topics: Vec::new(), now: 0 }
    }

    /// Everything said until the next call of this is about `label`.
    fn topic(mut self, kind: Kind, label: &str) -> Self {
        let at = self.transcript.utterances.len();
        self.topics.push(Topic {
            span: Span::default(),
            first: at,
            last: at,
            kind,
            label: label.to_owned(),
            confidence: 1.0,
        });
        self
    }

    /// Somebody speaks for `seconds`, half a second after what came before.
    fn say(self, who: SpeakerId, seconds: u64, text: &str) -> Self {
        let start = self.now + 500;
        self.say_at(who, start, start + seconds * 1000, text)
    }

    fn say_at(mut self, who: SpeakerId, start: u64, end: u64, text: &str) -> Self {
        self.transcript.utterances.push(Utterance {
            span: Span::from_ms(start, end),
            speaker: Some(who),
            text: text.to_owned(),
            words: None,
            confidence: None,
        });
        self.now = self.now.max(end);
        self
    }

    /// `count` utterances of ten seconds, in turns, beginning with A.
    fn talk(mut self, count: usize, text: &str) -> Self {
        for at in 0..count {
            self = self.say(if at % 2 == 0 { A } else { B }, 10, text);
        }
        self
    }

    fn business(self) -> Self {
        self.topic(Kind::Business, "delivery schedule")
            .talk(8, "The delivery schedule lists the crates and the labels.")
    }

    fn build(mut self) -> (Transcript, Vec<Topic>) {
        self.transcript.duration = Duration::from_ms(self.now);
        let utterances = &self.transcript.utterances;
        for at in 0..self.topics.len() {
            let next = self.topics.get(at + 1).map_or(utterances.len(), |topic| topic.first);
            let start = utterances[self.topics[at].first].span.start();
            let end = utterances.get(next).map_or(Timestamp::from_ms(self.now), |said| said.span.start());
            self.topics[at].last = next - 1;
            self.topics[at].span = Span::new(start, end);
        }
        (self.transcript, self.topics)
    }

    fn find(self) -> Findings {
        let (transcript, topics) = self.build();
        find(&transcript, &topics, &FindingSettings::default())
    }
}

const STORY: &str = "And then the whole choir walked straight through the carnival with all of their lanterns lit.";

/// Ten seconds a piece of a harmless story by B.
fn story(mut call: Call, pieces: usize) -> Call {
    for _ in 0..pieces {
        call = call.say(B, 10, STORY);
    }
    call
}

// Talk figures.

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

// Small talk.

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

// Tangents.

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
    assert_eq!(tangent.driver, Some(Driver::Both));
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

// Redirects.

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
fn a_story_alone_is_no_redirect() {
    let found = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 6).business().find();
    assert_eq!(found.redirects, []);
}

// Opportunities.

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
        assert_eq!(opportunity.seconds_saved, tangent.span.end().since(opportunity.at));
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

// The frame.

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

// Odd input.

#[test]
fn an_empty_call_has_no_findings() {
    let found = Call::new().find();
    assert_eq!((found.tangents.len(), found.redirects.len(), found.opportunities.len()), (0, 0, 0));
    assert_eq!(found.small_talk, None);
    assert!(found.withheld.iter().any(|withheld| withheld.field == "small_talk"));
    assert_eq!(found.speakers.len(), 2);
    assert_eq!((found.speakers[0].talk_ratio, found.speakers[0].patience_seconds), (0.0, None));
    assert!(found.warnings.iter().any(|warning| warning.code == "nothing_said"));
}

#[test]
fn one_utterance_and_no_topics_at_all_are_fine() {
    let found = Call::new().say(A, 3, "Hello?").find();
    assert_eq!(found.speakers[0].talk_ratio, 1.0);
    assert_eq!(found.tangents, []);
}

#[test]
fn a_language_without_lexicon_is_said_to_be_unknown() {
    let (mut transcript, topics) =
        Call::new().topic(Kind::Business, "").talk(4, "Lasku on valmis ja toimitus on huomenna").build();
    transcript.language = Some("fi".to_owned());
    let found = find(&transcript, &topics, &FindingSettings::default());
    assert!(
        found.warnings.iter().any(|warning| warning.code == "language_without_lexicon" && warning.text.contains("fi"))
    );
    assert!(found.withheld.iter().any(|withheld| withheld.field == "small_talk"));
    assert_eq!(found.small_talk, None);
    assert_eq!(found.speakers[0].fillers_per_100_words, None);
    assert_eq!(found.speakers[0].words, 14);
}

#[test]
fn overlapping_and_unsorted_times_and_strange_speakers_do_no_harm() {
    let (mut transcript, topics) = story(Call::new().business().topic(Kind::SmallTalk, "choir"), 9).business().build();
    for (at, said) in transcript.utterances.iter_mut().enumerate() {
        let start = (at as u64 * 7919) % 60_000;
        said.span = Span::from_ms(start, start + (at as u64 * 31) % 20_000);
        said.speaker = Some(SpeakerId(at as u16 % 7));
    }
    let found = find(&transcript, &topics, &FindingSettings::default());
    assert_eq!(found.speakers.len(), 2);
    for tangent in &found.tangents {
        assert!((tangent.drive.values().sum::<f64>() - 1.0).abs() < 1e-9);
    }
}
