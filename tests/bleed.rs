//! Two tracks that leak into each other, made of synthetic talk: what is found, what is taken out, what is left alone.

use rapport::call::audio::Track;
use rapport::call::time::Duration;
use rapport::call::transcript::{Basis, Transcript};
use rapport::diarize::{join_sides, part};
use rapport::progress::StopFlag;

const RATE: usize = 16_000;
const SECONDS: usize = 24;
/// What must be taken out of a leak where nobody else speaks.
const REMOVED_DB_MIN: f64 = 25.0;
/// The same for an echo, which is 15 dB softer than a voice to begin with.
const ECHO_REMOVED_DB_MIN: f64 = 18.0;
/// How like the clean track one must stay where its own speaker talks, alone or not: correlation.
const KEPT_MIN: f64 = 0.9;

/// A fixed sequence of numbers from -1 to 1.
struct Dice(u32);

impl Dice {
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}

/// Talk of one person in these stretches (seconds): a buzz and breath through three resonances that move by syllable.
fn talk(seed: u32, pitch_hz: f32, stretches: &[(f32, f32)]) -> Vec<f32> {
    let mut dice = Dice(seed);
    let mut out = vec![0.0; SECONDS * RATE];
    for &(start, end) in stretches {
        let (first, last) = ((start * RATE as f32) as usize, (end * RATE as f32) as usize);
        let (mut phase, mut formants, mut past) = (0.0_f32, [500.0_f32, 1500.0, 2500.0], [[0.0_f32; 2]; 3]);
        let mut breath = 0.3;
        for (at, sample) in out[first..last].iter_mut().enumerate() {
            let syllable = 2_900;
            if at % syllable == 0 {
                formants = [500.0 + 250.0 * dice.roll(), 1600.0 + 700.0 * dice.roll(), 2900.0 + 500.0 * dice.roll()];
                breath = 0.4 + 0.35 * dice.roll();
            }
            let within = (at % syllable) as f32 / syllable as f32;
            let pitch = pitch_hz * (1.0 + 0.15 * (at as f32 / 9_000.0).sin() - 0.1 * within);
            phase = (phase + pitch / RATE as f32).fract();
            let source = (1.0 - breath) * (if phase < 0.1 { 1.0 } else { -0.11 }) + breath * 0.5 * dice.roll();
            let mut sum = 0.0;
            for (formant, past) in formants.iter().zip(&mut past) {
                let radius = 0.97;
                let turn = 2.0 * radius * (std::f32::consts::TAU * formant / RATE as f32).cos();
                let now = source + turn * past[0] - radius * radius * past[1];
                *past = [now, past[0]];
                sum += now;
            }
            *sample = 0.02 * sum * (std::f32::consts::PI * within).sin().sqrt();
        }
    }
    out
}

/// Me and the client, taking turns, with double talk from 11 to 12.5 s.
const MINE: [(f32, f32); 4] = [(0.5, 4.0), (8.5, 12.5), (15.0, 16.5), (20.0, 22.0)];
const THEIRS: [(f32, f32); 3] = [(4.3, 8.2), (11.0, 14.7), (16.8, 19.8)];
/// Where only the client speaks, well inside.
const ONLY_THEIRS: [(f32, f32); 3] = [(4.8, 8.0), (13.0, 14.5), (17.3, 19.6)];

fn me() -> Vec<f32> {
    talk(1, 110.0, &MINE)
}

fn client() -> Vec<f32> {
    talk(2, 190.0, &THEIRS)
}

fn hiss(seed: u32, gain: f32) -> Vec<f32> {
    let mut dice = Dice(seed);
    (0..SECONDS * RATE).map(|_| gain * dice.roll()).collect()
}

fn sum(parts: &[&[f32]]) -> Vec<f32> {
    (0..parts[0].len()).map(|at| parts.iter().map(|part| part[at]).sum()).collect()
}

/// What is heard of `sound` at another place: `db` softer, `lag_ms` later, through a room that dies away in 150 ms.
fn leak(sound: &[f32], db: f32, lag_ms: usize) -> Vec<f32> {
    let mut dice = Dice(7);
    let taps: Vec<(usize, f32)> = (0..40)
        .map(|tap| (tap * 60, if tap == 0 { 1.0 } else { 0.25 * dice.roll() * (-(tap as f32) / 9.0).exp() }))
        .collect();
    let energy: f32 = taps.iter().map(|(_, gain)| gain * gain).sum();
    let gain = 10_f32.powf(-db / 20.0) / energy.sqrt();
    let lag = lag_ms * RATE / 1000;
    let mut out = vec![0.0; sound.len()];
    for (after, tap) in taps {
        for (out, sample) in out[lag + after..].iter_mut().zip(sound) {
            *out += gain * tap * sample;
        }
    }
    out
}

/// What a clock that is fast by this much makes of a sound.
fn on_clock(sound: &[f32], ppm: f64) -> Vec<f32> {
    let value = |at: i64| sound.get(at.max(0) as usize).copied().unwrap_or(0.0);
    (0..sound.len())
        .map(|at| {
            let place = at as f64 / (1.0 + ppm * 1e-6);
            let (whole, part) = (place.floor() as i64, (place - place.floor()) as f32);
            // A cubic through four samples.
            let [a, b, c, d] = [-1, 0, 1, 2].map(|step| value(whole + step));
            b + 0.5 * part * (c - a + part * (2.0 * a - 5.0 * b + 4.0 * c - d + part * (3.0 * (b - c) + d - a)))
        })
        .collect()
}

struct Parting {
    tracks: Vec<Vec<f32>>,
    transcript: Transcript,
}

impl Parting {
    fn warned(&self, text: &str) -> bool {
        self.transcript.warnings.iter().any(|warning| warning.text.contains(text))
    }
}

fn parted(first: &[f32], second: &[f32]) -> Parting {
    let tracks = vec![Track::from_samples(first), Track::from_samples(second)];
    let (tracks, sharing) = part(tracks, &StopFlag::default()).unwrap();
    let mut transcript = join_sides(vec![], Duration::from_ms(SECONDS as u64 * 1000));
    transcript.warnings.clear();
    sharing.tell(&mut transcript);
    let read = |track: &Track| {
        let mut samples = Vec::new();
        track.read_samples(0, track.len(), &mut samples);
        samples
    };
    Parting { tracks: tracks.iter().map(read).collect(), transcript }
}

fn within<'a>(sound: &'a [f32], stretches: &'a [(f32, f32)]) -> impl Iterator<Item = f64> + 'a {
    stretches
        .iter()
        .flat_map(|(start, end)| &sound[(start * RATE as f32) as usize..(end * RATE as f32) as usize])
        .map(|sample| f64::from(*sample))
}

fn level_db(sound: &[f32], stretches: &[(f32, f32)]) -> f64 {
    let (sum, count) =
        within(sound, stretches).fold((1e-12, 0.0), |(sum, count), value| (sum + value * value, count + 1.0));
    10.0 * (sum / count).log10()
}

fn likeness(a: &[f32], b: &[f32], stretches: &[(f32, f32)]) -> f64 {
    let [mut both, mut first, mut second] = [1e-12; 3];
    for (a, b) in within(a, stretches).zip(within(b, stretches)) {
        both += a * b;
        first += a * a;
        second += b * b;
    }
    both / f64::sqrt(first * second)
}

/// Asserts that the client is gone from the user's track and the user is not, also while both speak.
fn assert_freed(parted: &Parting, first: &[f32], mine: &[f32]) {
    assert_eq!(parted.transcript.basis, Basis::Stereo);
    let removed = level_db(first, &ONLY_THEIRS) - level_db(&parted.tracks[0], &ONLY_THEIRS);
    let kept = likeness(&parted.tracks[0], mine, &MINE);
    let double = likeness(&parted.tracks[0], mine, &[(11.1, 12.3)]);
    println!(
        "{removed:.0} dB taken out, likeness {kept:.3}, in double talk {double:.3}: {:?}",
        parted.transcript.warnings
    );
    assert!(removed >= REMOVED_DB_MIN, "{removed}");
    assert!(kept >= KEPT_MIN && double >= KEPT_MIN, "{kept} {double}");
}

#[test]
fn a_loudspeaker_is_taken_out_of_the_microphone_and_nothing_else_is() {
    let (mine, theirs) = (me(), client());
    for (db, lag_ms) in [(3.0, 3), (12.0, 120)] {
        let first = sum(&[&mine, &leak(&theirs, db, lag_ms), &hiss(5, 0.0003)]);
        let second = sum(&[&theirs, &hiss(6, 0.0003)]);
        let parted = parted(&first, &second);
        assert_freed(&parted, &first, &mine);
        assert!(parted.warned(&format!("The second track is heard on the first one, {lag_ms} ms later")));
        // The other side's own track is not touched, to the last bit.
        let untouched = Track::from_samples(&second);
        assert_eq!(Track::from_samples(&parted.tracks[1]), untouched);
        assert!(parted.transcript.attribution_confidence.unwrap() > 0.8);
    }
}

#[test]
fn a_bleed_and_an_echo_at_once_are_both_taken_out() {
    let (mine, theirs) = (me(), client());
    let first = sum(&[&mine, &leak(&theirs, 6.0, 20), &hiss(5, 0.0003)]);
    let second = sum(&[&theirs, &leak(&mine, 15.0, 180), &hiss(6, 0.0003)]);
    let parted = parted(&first, &second);
    assert_freed(&parted, &first, &mine);
    let only_mine = [(1.0, 3.8), (9.0, 10.8)];
    let removed = level_db(&second, &only_mine) - level_db(&parted.tracks[1], &only_mine);
    assert!(removed >= ECHO_REMOVED_DB_MIN, "{removed}");
    assert!(likeness(&parted.tracks[1], &theirs, &THEIRS) >= KEPT_MIN);
}

#[test]
fn clocks_that_run_apart_and_a_track_that_is_late_are_found_and_put_right() {
    let (mine, theirs) = (me(), client());
    let late_ms = 600;
    let mixed = sum(&[&mine, &leak(&theirs, 6.0, 20)]);
    let mut late = vec![0.0; late_ms * RATE / 1000];
    late.extend_from_slice(&mixed[..mixed.len() - late_ms * RATE / 1000]);
    let first = sum(&[&on_clock(&late, 200.0), &hiss(5, 0.0003)]);
    let second = sum(&[&theirs, &hiss(6, 0.0003)]);
    let parted = parted(&first, &second);
    // What is left of the lag is what a loudspeaker takes: the truth is 20 ms, 8 are assumed.
    let shift = 12 * RATE / 1000;
    let mut mine_there = mine[shift..].to_vec();
    mine_there.resize(mine.len(), 0.0);
    assert!(parted.warned("The first track is 612 ms late"), "{:?}", parted.transcript.warnings);
    // Half a minute is short to measure a clock by.
    let found = (195..=205).any(|ppm| parted.warned(&format!("runs {ppm} millionths too fast")));
    assert!(found, "{:?}", parted.transcript.warnings);
    let removed = level_db(&mixed, &ONLY_THEIRS) - level_db(&parted.tracks[0], &ONLY_THEIRS);
    let kept = likeness(&parted.tracks[0], &mine_there, &MINE);
    println!("{removed:.0} dB taken out, likeness {kept:.3}");
    assert!(removed >= REMOVED_DB_MIN && kept >= KEPT_MIN, "{removed} {kept}");
}

#[test]
fn three_voices_on_two_tracks_keep_their_tracks() {
    let mine = me();
    let theirs = sum(&[&talk(2, 190.0, &THEIRS[..2]), &talk(3, 140.0, &THEIRS[2..])]);
    let first = sum(&[&mine, &leak(&theirs, 6.0, 20), &hiss(5, 0.0003)]);
    let parted = parted(&first, &sum(&[&theirs, &hiss(6, 0.0003)]));
    assert_freed(&parted, &first, &mine);
}

#[test]
fn a_track_that_holds_only_bleed_holds_nobody() {
    let theirs = client();
    let first = sum(&[&leak(&theirs, 6.0, 20), &hiss(5, 0.0003)]);
    let parted = parted(&first, &theirs);
    assert!(parted.warned("nobody else is heard there"), "{:?}", parted.transcript.warnings);
    assert!(parted.tracks[0].iter().all(|sample| *sample == 0.0));
}

#[test]
fn tracks_that_share_nothing_come_back_as_they_are() {
    let (mine, theirs) = (me(), client());
    let silence = vec![0.0; mine.len()];
    // A waltz of sines on the line while the user waits, and the user alone before and after.
    let music: Vec<f32> = (0..mine.len())
        .map(|at| {
            let note = [220.0, 277.2, 329.6, 293.7][at / 5_300 % 4];
            let tone = |hertz: f32| (at as f32 * hertz * std::f32::consts::TAU / RATE as f32).sin();
            0.05 * (tone(note) + 0.5 * tone(2.0 * note) + 0.3 * tone(3.0 * note))
        })
        .collect();
    for (name, first, second) in [
        ("two sides", &mine, &theirs),
        ("silence", &silence, &theirs),
        ("silence there", &mine, &silence),
        ("hold music", &mine, &music),
    ] {
        let parted = parted(first, second);
        assert_eq!((parted.transcript.basis, parted.transcript.warnings.len()), (Basis::TwoTrack, 0), "{name}");
        assert_eq!(parted.transcript.attribution_confidence, Some(1.0));
        for (got, given) in parted.tracks.iter().zip([first, second]) {
            assert_eq!(Track::from_samples(got), Track::from_samples(given), "{name}");
        }
    }
}

#[test]
fn one_sound_on_both_tracks_is_one_track() {
    let both = sum(&[&me(), &client(), &hiss(5, 0.0003)]);
    let mut later = vec![0.0; 37];
    later.extend(both[..both.len() - 37].iter().map(|sample| 0.8 * sample));
    let parted = parted(&both, &later);
    assert_eq!((parted.tracks.len(), parted.transcript.basis), (1, Basis::None));
    assert!(parted.warned("Both tracks hold the same sound, 2.3 ms apart"), "{:?}", parted.transcript.warnings);
}
