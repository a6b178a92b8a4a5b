//! Mirroring, on sequences with known answers.

use rapport::call::mirroring::{Change, Mirroring, Prosody};
use rapport::call::time::Span;
use rapport::call::topic::Kind;
use rapport::call::transcript::Basis;
use rapport::findings::mirroring;

use crate::call::{A, B, Call};

/// A call of so many turns in which `pitch` gives the height of each, in semitones over 100 Hz.
fn call(turns: usize, basis: Basis, pitch: impl Fn(usize) -> f64) -> Result<Mirroring, String> {
    let mut call = Call::new().topic(Kind::Business, "labels");
    for at in 0..turns {
        if at == turns / 2 {
            call = call.topic(Kind::SmallTalk, "choir");
        }
        call = call.say(if at % 2 == 0 { A } else { B }, 4, "The labels and the crates are over there by the door.");
    }
    let (mut transcript, topics) = call.build();
    transcript.basis = basis;
    let sound = |at: usize| Prosody { pitch_hz: Some((100.0 * (pitch(at) / 12.0).exp2()) as f32), loudness_db: -20.0 };
    mirroring(&transcript, &topics, &(0..turns).map(|at| Some(sound(at))).collect::<Vec<_>>())
}

/// Something between -1 and 1 that looks random (splitmix64).
fn noise(at: usize) -> f64 {
    let mut mixed = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

#[test]
fn who_goes_up_and_down_together_is_in_synchrony_beyond_the_sham() {
    // Each answer takes up the height of what it answers, an octave apart.
    let found = call(80, Basis::TwoTrack, |at| noise(at / 2) * 3.0 + if at % 2 == 0 { 0.0 } else { 12.0 }).unwrap();
    assert_eq!((found.between, found.exchanges), ([A, B], 79));
    let pitch = found.pitch.unwrap();
    // Every second exchange, from the answer to the next question, is chance.
    assert!(pitch.synchrony > 0.3 && pitch.synchrony > pitch.sham.synchrony.high, "{pitch:?}");
    assert!(pitch.proximity > pitch.sham.proximity.high, "{pitch:?}");
    assert!(pitch.small_talk.is_some_and(|part| part.exchanges == 40 && part.synchrony > 0.2));
    assert!(pitch.business.is_some_and(|part| part.exchanges == 39));
    // Loudness and pace are the same throughout, so there is nothing to compare.
    assert_eq!((found.loudness, found.pace), (None, None));
}

#[test]
fn who_draws_nearer_in_the_course_of_the_call_moves_closer_and_the_other_way_round() {
    // Both follow the same course, each with a wobble of his or her own.
    let apart = |at: usize, share: f64| 3.0 * noise(1_000 + at / 8) + 3.0 * share * noise(at);
    let closer = call(80, Basis::TwoTrack, |at| apart(at, 1.0 - at as f64 / 80.0)).unwrap().pitch.unwrap();
    assert_eq!(closer.change, Change::Closer, "{closer:?}");
    let away = call(80, Basis::TwoTrack, |at| apart(at, at as f64 / 80.0)).unwrap().pitch.unwrap();
    assert_eq!(away.change, Change::Apart, "{away:?}");
}

#[test]
fn chance_is_no_clear_change() {
    let pitch = call(80, Basis::TwoTrack, |at| noise(at) * 3.0).unwrap().pitch.unwrap();
    assert_eq!(pitch.change, Change::NoClearChange, "{pitch:?}");
    assert!(pitch.synchrony.abs() < 0.3, "{pitch:?}");
}

#[test]
fn few_exchanges_and_mixed_tracks_are_withheld_with_the_reason() {
    assert_eq!(
        call(30, Basis::TwoTrack, noise),
        Err("only 29 exchanges between two people, and 30 are needed".to_owned())
    );
    assert!(call(31, Basis::TwoTrack, noise).is_ok());
    for basis in [Basis::Diarized, Basis::TranscriptLabels, Basis::None] {
        assert!(call(80, basis, noise).unwrap_err().contains("track of its own"));
    }
    let (transcript, topics) = Call::new().build();
    assert!(mirroring(&transcript, &topics, &[]).is_err());
    let mut overlapping = Call::new();
    for at in 0..40 {
        overlapping = overlapping.say_at(if at % 2 == 0 { A } else { B }, 0, 0, "So.");
    }
    let (mut transcript, topics) = overlapping.build();
    transcript.basis = Basis::TwoTrack;
    transcript.utterances.iter_mut().for_each(|said| said.span = Span::from_ms(0, 0));
    let found = mirroring(&transcript, &topics, &[]).unwrap();
    assert_eq!((found.pace, found.pitch, found.loudness, found.pause), (None, None, None, None));
}
