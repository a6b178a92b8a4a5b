//! A sound source that plays a script: the recorder's tests run without a sound card and faster than real time.

use std::collections::VecDeque;
use std::time::Duration as Elapsed;

use super::source::{Block, Polled, SoundSource};

/// One thing that happens to a scripted device.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Plays this many milliseconds of its sound.
    Play(u64),
    /// Loses this many milliseconds of its sound without a word, as an overrun does.
    Lose(u64),
    /// Plays this many milliseconds, but hands all of it over only at the end.
    Stall(u64),
    /// Goes on at another sample rate.
    Rate(u32),
    /// Is unplugged.
    Vanish(String),
}

/// A device whose sound is a function of time and whose clock may be wrong.
pub struct ScriptedSource {
    name: String,
    blocks: VecDeque<Block>,
    ended: Option<String>,
    now: std::rc::Rc<std::cell::Cell<Elapsed>>,
}

impl ScriptedSource {
    /// A device that hands over a block every `block_ms` milliseconds. `sound` gives the sample heard at a moment in
    /// seconds of the true clock; the device's own clock is `drift_ppm` fast, so that it gives that many samples too many.
    /// `now` is the clock it shares with whoever drives the recorder.
    #[must_use]
    pub fn new(
        name: &str,
        rate: u32,
        block_ms: u64,
        drift_ppm: f64,
        script: &[Step],
        sound: impl Fn(f64) -> f32,
        now: std::rc::Rc<std::cell::Cell<Elapsed>>,
    ) -> Self {
        let mut source = Self { name: name.to_owned(), blocks: VecDeque::new(), ended: None, now };
        let (mut rate, mut at_ms) = (rate, 0);
        // Samples of the present rate given so far, and the moment the rate began.
        let (mut given, mut since_ms) = (0_u64, 0_u64);
        let made = |from_given: &mut u64, until_ms: u64, rate: u32, since_ms: u64| {
            let true_rate = f64::from(rate) * (1.0 + drift_ppm / 1e6);
            let upto = ((until_ms - since_ms) as f64 / 1000.0 * true_rate) as u64;
            let samples: Vec<f32> =
                (*from_given..upto).map(|at| sound(since_ms as f64 / 1000.0 + at as f64 / true_rate)).collect();
            *from_given = upto;
            samples
        };
        for step in script {
            match step {
                Step::Rate(other) => (rate, given, since_ms) = (*other, 0, at_ms),
                Step::Vanish(why) => source.ended = Some(why.clone()),
                Step::Play(ms) | Step::Lose(ms) | Step::Stall(ms) => {
                    let end_ms = at_ms + ms;
                    while at_ms < end_ms {
                        at_ms = (at_ms + block_ms).min(end_ms);
                        let samples = made(&mut given, at_ms, rate, since_ms);
                        let arrived_ms = if matches!(step, Step::Stall(_)) { end_ms } else { at_ms };
                        if !matches!(step, Step::Lose(_)) {
                            let arrived = Elapsed::from_millis(arrived_ms);
                            source.blocks.push_back(Block { samples, rate, arrived, lost_before: 0 });
                        }
                    }
                }
            }
        }
        source
    }

    /// The same device, each block later by what `lateness` says for its number.
    #[must_use]
    pub fn late_by(mut self, lateness: impl Fn(usize) -> Elapsed) -> Self {
        let mut latest = Elapsed::ZERO;
        for (number, block) in self.blocks.iter_mut().enumerate() {
            // Blocks never overtake each other.
            latest = latest.max(block.arrived + lateness(number));
            block.arrived = latest;
        }
        self
    }
}

impl SoundSource for ScriptedSource {
    fn name(&self) -> &str {
        &self.name
    }

    fn poll(&mut self) -> Polled {
        match self.blocks.front() {
            Some(block) if block.arrived <= self.now.get() => {
                self.blocks.pop_front().map_or(Polled::Nothing, Polled::Block)
            }
            Some(_) => Polled::Nothing,
            None => self.ended.clone().map_or(Polled::Nothing, Polled::Ended),
        }
    }
}
