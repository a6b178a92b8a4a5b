//! How long a device usually keeps its sound to itself before it hands it over in one go.
//!
//! A sound server with lazy clients gives what an output plays in bursts of up to two seconds, though in short blocks. Such
//! waits are no losses; they only mean that the file must be written further behind the clock.

use std::collections::VecDeque;
use std::time::Duration as Elapsed;

/// Waits shorter than this need no notice: the recorder's least delay covers them.
const NOTED_MIN: Elapsed = Elapsed::from_millis(200);

/// How long a wait is remembered.
const REMEMBERED: Elapsed = Elapsed::from_secs(60);

/// The waits of one device.
#[derive(Debug, Default)]
pub(super) struct Waits {
    last_arrival: Option<Elapsed>,
    /// When each wait was over, and its length.
    noted: VecDeque<(Elapsed, Elapsed)>,
}

impl Waits {
    /// Notes that something arrived.
    pub(super) fn arrival(&mut self, at: Elapsed) {
        if let Some(last) = self.last_arrival.replace(at) {
            let wait = at.saturating_sub(last);
            if wait >= NOTED_MIN {
                self.noted.push_back((at, wait));
            }
        }
        while self.noted.front().is_some_and(|(when, _)| at.saturating_sub(*when) > REMEMBERED) {
            self.noted.pop_front();
        }
    }

    /// What was waited for before a pause is no habit of the device.
    pub(super) fn interrupt(&mut self) {
        self.last_arrival = None;
    }

    /// The longest wait that has come at least twice lately: once is an accident. Zero if there is none.
    pub(super) fn usual(&self) -> Elapsed {
        let (mut longest, mut second) = (Elapsed::ZERO, Elapsed::ZERO);
        for (_, wait) in &self.noted {
            if *wait > longest {
                (longest, second) = (*wait, longest);
            } else {
                second = second.max(*wait);
            }
        }
        second
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Elapsed {
        Elapsed::from_millis(ms)
    }

    #[test]
    fn one_long_wait_is_an_accident_and_two_are_a_habit_for_a_minute() {
        let mut waits = Waits::default();
        for at in [0, 20, 40, 1_540, 1_560] {
            waits.arrival(ms(at));
        }
        assert_eq!(waits.usual(), ms(0));
        waits.arrival(ms(2_760));
        assert_eq!(waits.usual(), ms(1_200));
        waits.arrival(ms(2_780));
        for second in 3..70 {
            for at in 0..10 {
                waits.arrival(ms(second * 1_000 + at * 100));
            }
        }
        assert_eq!(waits.usual(), ms(0));
    }
}
