//! Odd input.

use rapport::call::time::Span;
use rapport::call::topic::Kind;
use rapport::call::transcript::SpeakerId;
use rapport::findings::{FindingSettings, find};

use crate::call::{A, Call, story};

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
