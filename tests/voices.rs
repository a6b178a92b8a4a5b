//! Tracks on which there are no two voices to tell apart, and what is said of them: made-up voices, music, silence.

#[path = "../benches/der/score.rs"]
mod score;

/// The scorer's turns, without its reader of files.
mod rttm {
    pub(crate) type Turns = std::collections::BTreeMap<String, Vec<rapport::call::time::Span>>;
}

#[path = "common/spoken.rs"]
mod spoken;

use rapport::call::audio::Track;
use rapport::call::time::{Duration, Span};
use rapport::diarize::voices::{CallVoices, NotApart, SpeakerCount, VoiceTeller, VoiceTurn, Voices};
use rapport::transcribe::speech::find_speech;
use rttm::Turns;
use score::score;

const RATE: f32 = 16_000.0;

/// First three formants of five vowels of a man's voice, in hertz (Peterson and Barney 1952, rounded).
const VOWELS: [[f32; 3]; 5] = [
    [730.0, 1090.0, 2440.0],
    [530.0, 1840.0, 2480.0],
    [270.0, 2290.0, 3010.0],
    [570.0, 840.0, 2410.0],
    [300.0, 870.0, 2240.0],
];

/// Somebody made of a pulse train and three resonances.
#[derive(Clone, Copy)]
struct Person {
    name: &'static str,
    pitch_hz: f32,
    /// Length of the vocal tract, as the factor on all formants.
    tract: f32,
    /// How dull the voice is: the share of the sample before.
    dullness: f32,
}

const ANN: Person = Person { name: "ann", pitch_hz: 210.0, tract: 1.17, dullness: 0.5 };
const BOB: Person = Person { name: "bob", pitch_hz: 115.0, tract: 1.0, dullness: 0.8 };
/// A small generator of numbers, so that every run is the same.
struct Dice(u32);

impl Dice {
    /// The next number, 0 to 1.
    fn roll(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as f32 / (1 << 24) as f32
    }
}

/// A call that grows.
struct Call {
    samples: Vec<f32>,
    turns: Turns,
    dice: Dice,
}

impl Call {
    fn new() -> Self {
        Self { samples: Vec::new(), turns: Turns::new(), dice: Dice(1) }
    }

    fn pause(&mut self, seconds: f32) {
        for _ in 0..(seconds * RATE) as usize {
            let hiss = (self.dice.roll() - 0.5) * 0.0005;
            self.samples.push(hiss);
        }
    }

    fn says(&mut self, who: Person, syllables: usize) {
        let start = self.samples.len() as u64 / 16;
        for _ in 0..syllables {
            let vowel = VOWELS[(self.dice.roll() * 5.0) as usize % 5];
            let pitch = who.pitch_hz * (0.9 + 0.2 * self.dice.roll());
            self.syllable(who, vowel, pitch);
        }
        let span = Span::from_ms(start, self.samples.len() as u64 / 16);
        self.turns.entry(who.name.to_owned()).or_default().push(span);
        self.pause(0.4);
    }

    fn syllable(&mut self, who: Person, vowel: [f32; 3], pitch_hz: f32) {
        let length = (0.2 * RATE) as usize;
        let mut memory = [[0.0_f32; 2]; 3];
        let (mut phase, mut before) = (0.0, 0.0);
        for at in 0..length {
            phase += pitch_hz / RATE;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase -= phase.floor();
            let breath = (self.dice.roll() - 0.5) * 0.03;
            let mut value = pulse + breath;
            for (formant, state) in vowel.iter().zip(&mut memory) {
                let radius = (-std::f32::consts::PI * 90.0 / RATE).exp();
                let turn = 2.0 * radius * (std::f32::consts::TAU * formant * who.tract / RATE).cos();
                let next = value + turn * state[0] - radius * radius * state[1];
                *state = [next, state[0]];
                value = next * (1.0 - radius);
            }
            before = value * (1.0 - who.dullness) + before * who.dullness;
            let swell = (std::f32::consts::PI * at as f32 / length as f32).sin();
            let hiss = (self.dice.roll() - 0.5) * 0.0005;
            self.samples.push(before * swell * 2.0 + hiss);
        }
    }

    /// Chords that change every second, as companies play them to those who wait.
    fn hold_music(&mut self, seconds: usize) {
        for at in 0..seconds * RATE as usize {
            let root = [220.0, 277.2, 329.6, 246.9][at / RATE as usize % 4];
            let time = at as f32 / RATE;
            let chord: f32 =
                [1.0, 1.26, 1.5, 2.0].iter().map(|step| (std::f32::consts::TAU * root * step * time).sin()).sum();
            self.samples.push(chord * 0.03);
        }
    }

    fn tell(&self, count: SpeakerCount) -> Voices {
        let all = [Span::from_ms(0, self.samples.len() as u64 / 16)];
        CallVoices.tell(&Track::from_samples(&self.samples), &all, count)
    }
}

fn talk(people: &[Person], turns: usize) -> Call {
    let mut call = Call::new();
    call.pause(0.5);
    for turn in 0..turns {
        let syllables = [9, 14, 6, 11][turn % 4];
        call.says(people[turn % people.len()], syllables);
    }
    call
}

fn error_rate(reference: &Turns, turns: &[VoiceTurn]) -> f64 {
    let mut answer = Turns::new();
    for turn in turns {
        answer.entry(turn.voice.to_string()).or_default().push(turn.span);
    }
    score(reference, &answer, 250).rate()
}

#[test]
fn one_voice_is_not_made_two_unless_two_are_asked_for() {
    let call = talk(&[BOB], 8);
    assert_eq!(call.tell(SpeakerCount::Usual), Voices::Not(NotApart::OneVoice));
    assert_eq!(call.tell(SpeakerCount::Auto), Voices::Not(NotApart::OneVoice));
    assert!(matches!(call.tell(SpeakerCount::Given(2)), Voices::Apart { voices: 2, .. }));
    assert!(matches!(call.tell(SpeakerCount::Given(1)), Voices::Apart { voices: 1, .. }));
}

#[test]
fn hold_music_is_no_second_person() {
    let mut call = talk(&[ANN, BOB], 10);
    call.hold_music(10);
    match call.tell(SpeakerCount::Usual) {
        // Taken for a voice of its own, it is one more than was expected: withheld, with the reason.
        Voices::Not(why) => assert!(matches!(why, NotApart::More | NotApart::OneVoice), "{why:?}"),
        Voices::Apart { turns, .. } => {
            let spoken: Vec<VoiceTurn> = turns
                .into_iter()
                .filter(|turn| call.turns.values().flatten().any(|own| own.overlap(turn.span) > Duration::ZERO))
                .collect();
            assert!(error_rate(&call.turns, &spoken) < 0.1, "{}", error_rate(&call.turns, &spoken));
        }
    }
}

#[test]
fn silence_and_a_few_words_are_too_little() {
    let silence = Track::from_samples(&vec![0.0; 160_000]);
    let told = |speech: &[Span], count| CallVoices.tell(&silence, speech, count);
    assert_eq!(told(&[], SpeakerCount::Usual), Voices::Not(NotApart::TooLittle(Duration::ZERO)));
    let short = [Span::from_ms(1000, 4000)];
    assert_eq!(told(&short, SpeakerCount::Given(2)), Voices::Not(NotApart::TooLittle(Duration::from_ms(3000))));
    // Speech that is claimed where there is only digital silence breaks nothing.
    let _ = told(&[Span::from_ms(0, 10_000), Span::from_ms(30_000, 40_000)], SpeakerCount::Given(2));
}

/// Seconds of the two people of a sample call on one track, then of a third: one of another call, lower and slower by a sixth.
const SECONDS_OF_TWO: usize = 30;
const SECONDS_OF_THE_THIRD: usize = 22;

#[test]
fn three_voices_are_told_as_three_or_withheld_and_never_as_two() {
    let two = spoken::sides("bakery-launch", SECONDS_OF_TWO);
    let mut call: Vec<f32> = two[0].iter().zip(&two[1]).map(|(a, b)| a + b).collect();
    let other = &spoken::sides("long-story", SECONDS_OF_THE_THIRD)[0];
    let lower = (0..SECONDS_OF_THE_THIRD * 16_000).map(|at| {
        let (place, part) = (at * 5 / 6, (at * 5 % 6) as f32 / 6.0);
        other[place] * (1.0 - part) + other[place + 1] * part
    });
    call.extend(lower);
    let track = Track::from_samples(&call);
    let speech = find_speech(&track);
    let third = Span::from_ms(SECONDS_OF_TWO as u64 * 1000, (SECONDS_OF_TWO + SECONDS_OF_THE_THIRD) as u64 * 1000);
    for count in [SpeakerCount::Usual, SpeakerCount::Auto, SpeakerCount::Given(3)] {
        match CallVoices.tell(&track, &speech, count) {
            Voices::Not(why) => assert!(why == NotApart::More && count == SpeakerCount::Usual, "{count}: {why:?}"),
            Voices::Apart { turns, voices } => {
                assert_eq!((voices, count == SpeakerCount::Usual), (3, false), "{count}");
                let within = |span: Span| span.overlap(third);
                let spoken: Duration = turns.iter().map(|turn| within(turn.span)).sum();
                // Voices are numbered as they come: the third is the last.
                let own = turns.iter().filter(|turn| turn.voice == 2);
                let (right, all) = own.fold((Duration::ZERO, Duration::ZERO), |(right, all), turn| {
                    (right + within(turn.span), all + turn.span.length())
                });
                assert!(spoken > Duration::from_ms(5_000), "{turns:?}");
                assert!(
                    right.share_of(spoken) > 0.9 && right.share_of(all) > 0.9,
                    "{count}: {right:?} of {spoken:?} of {all:?}"
                );
            }
        }
    }
}
