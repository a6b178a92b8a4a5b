//! Who speaks at each tick: a hidden Markov model over the voices with a shortest length of turn.
//!
//! Each voice is a chain of states that must be walked to its end before another voice may begin; its last state may be
//! stayed in. Where there is silence before a tick, another voice may begin from anywhere.

/// How turns change hands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    /// Ticks a turn lasts at least.
    pub(super) ticks_min: usize,
    /// Probability that another voice takes over at a tick at which it may.
    pub(super) change: f32,
    /// The same after a silence.
    pub(super) change_after_silence: f32,
}

/// Evidence for one tick.
#[derive(Debug, Clone)]
pub(super) struct Tick {
    /// Log-likelihood of each voice.
    pub(super) logs: Vec<f32>,
    /// Whether there is silence before it.
    pub(super) after_silence: bool,
}

const NEVER: f32 = f32::NEG_INFINITY;

/// The chain states of all voices, `ticks_min` each.
struct Chain {
    voices: usize,
    length: usize,
    /// What steps are worth, into a tick without and with silence before it.
    odds: [Odds; 2],
}

/// What the steps into a tick are worth: logarithms of probabilities, or those themselves.
#[derive(Clone, Copy)]
struct Odds {
    /// Staying with the voice where another one may take over.
    stay: f32,
    /// Going on where none may.
    go_on: f32,
    /// Going over to another voice.
    change: f32,
}

impl Chain {
    /// With logarithms for odds.
    fn of_logs(rhythm: &Rhythm, voices: usize) -> Self {
        let odds = |change: f32| Odds {
            stay: if voices > 1 { (1.0 - change).ln() } else { 0.0 },
            go_on: 0.0,
            change: if voices > 1 { (change / (voices - 1) as f32).ln() } else { NEVER },
        };
        Self { voices, length: rhythm.ticks_min, odds: [odds(rhythm.change), odds(rhythm.change_after_silence)] }
    }

    /// With probabilities for odds.
    fn of_probabilities(rhythm: &Rhythm, voices: usize) -> Self {
        let logs = Self::of_logs(rhythm, voices);
        let exp = |Odds { stay, go_on, change }| Odds { stay: stay.exp(), go_on: go_on.exp(), change: change.exp() };
        Self { odds: logs.odds.map(exp), ..logs }
    }

    const fn states(&self) -> usize {
        self.voices * self.length
    }

    /// Calls `tell(from, to, odds)` for every step that may be taken into a tick.
    fn steps(&self, after_silence: bool, mut tell: impl FnMut(usize, usize, f32)) {
        let (length, voices) = (self.length, self.voices);
        let Odds { stay, go_on, change } = self.odds[usize::from(after_silence)];
        for voice in 0..voices {
            for place in 0..length {
                let from = voice * length + place;
                let last = place + 1 == length;
                if last {
                    tell(from, from, stay);
                } else {
                    tell(from, from + 1, if after_silence { stay } else { go_on });
                }
                if last || after_silence {
                    for other in (0..voices).filter(|other| *other != voice) {
                        tell(from, other * length, change);
                    }
                }
            }
        }
    }
}

/// Probability of each voice at each tick (forward-backward).
pub(super) fn posteriors(ticks: &[Tick], rhythm: &Rhythm) -> Vec<Vec<f32>> {
    let Some(first) = ticks.first() else { return Vec::new() };
    let voices = first.logs.len();
    let chain = Chain::of_probabilities(rhythm, voices);
    let length = rhythm.ticks_min;
    // Scaled by the largest value at each tick; the scales cancel.
    let mut forward = vec![vec![0.0_f32; chain.states()]; ticks.len()];
    for voice in 0..voices {
        forward[0][voice * length] = 1.0;
    }
    weigh(&mut forward[0], &first.logs, length);
    for at in 1..ticks.len() {
        let (before, now) = forward.split_at_mut(at);
        let (before, now) = (&before[at - 1], &mut now[0]);
        chain.steps(ticks[at].after_silence, |from, to, odds| now[to] += before[from] * odds);
        weigh(now, &ticks[at].logs, length);
    }
    let mut backward = vec![1.0_f32; chain.states()];
    let mut found = vec![Vec::new(); ticks.len()];
    for at in (0..ticks.len()).rev() {
        let mut shares = vec![0.0_f32; voices];
        for state in 0..chain.states() {
            shares[state / length] += forward[at][state] * backward[state];
        }
        let sum: f32 = shares.iter().sum();
        for share in &mut shares {
            *share = if sum > 0.0 { *share / sum } else { 1.0 / voices as f32 };
        }
        found[at] = shares;
        if at > 0 {
            weigh(&mut backward, &ticks[at].logs, length);
            let mut earlier = vec![0.0_f32; chain.states()];
            chain.steps(ticks[at].after_silence, |from, to, odds| earlier[from] += backward[to] * odds);
            let top = earlier.iter().copied().fold(0.0_f32, f32::max).max(1e-30);
            for value in &mut earlier {
                *value /= top;
            }
            backward = earlier;
        }
    }
    found
}

/// Multiplies states by how well their voice explains the tick, and brings the largest to 1.
fn weigh(states: &mut [f32], logs: &[f32], length: usize) {
    let best = logs.iter().copied().fold(NEVER, f32::max);
    for (state, value) in states.iter_mut().enumerate() {
        *value *= (logs[state / length] - best).exp();
    }
    let top = states.iter().copied().fold(0.0_f32, f32::max).max(1e-30);
    for value in states {
        *value /= top;
    }
}

/// The likeliest course of the talk: one voice for each tick (Viterbi).
pub(super) fn likeliest(ticks: &[Tick], rhythm: &Rhythm) -> Vec<usize> {
    let Some(first) = ticks.first() else { return Vec::new() };
    let voices = first.logs.len();
    let length = rhythm.ticks_min;
    let chain = Chain::of_logs(rhythm, voices);
    let mut best = vec![NEVER; chain.states()];
    for voice in 0..voices {
        best[voice * length] = first.logs[voice];
    }
    let mut came_from: Vec<Vec<u16>> = vec![vec![0; chain.states()]];
    for tick in &ticks[1..] {
        let mut next = vec![NEVER; chain.states()];
        let mut from_where = vec![0_u16; chain.states()];
        chain.steps(tick.after_silence, |from, to, log| {
            let value = best[from] + log;
            if value > next[to] {
                next[to] = value;
                from_where[to] = from as u16;
            }
        });
        for (state, value) in next.iter_mut().enumerate() {
            *value += tick.logs[state / length];
        }
        came_from.push(from_where);
        best = next;
    }
    let mut state = (0..chain.states()).max_by(|&a, &b| best[a].total_cmp(&best[b])).unwrap_or(0);
    let mut path = vec![0; ticks.len()];
    for at in (0..ticks.len()).rev() {
        path[at] = state / length;
        state = usize::from(came_from[at][state]);
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const RHYTHM: Rhythm = Rhythm { ticks_min: 3, change: 0.2, change_after_silence: 0.4 };

    fn ticks(logs: &[(f32, f32)], silences: &[usize]) -> Vec<Tick> {
        let tick =
            |(at, (a, b)): (usize, &(f32, f32))| Tick { logs: vec![*a, *b], after_silence: silences.contains(&at) };
        logs.iter().enumerate().map(tick).collect()
    }

    /// Probability of a course of voices by the rules, summed over nothing: a turn is as long as it is.
    fn weight(course: &[usize], ticks: &[Tick]) -> f64 {
        let mut log = f64::from(ticks[0].logs[course[0]]);
        let mut run = 1;
        for at in 1..course.len() {
            let same = course[at] == course[at - 1];
            let silence = ticks[at].after_silence;
            let change = f64::from(if silence { RHYTHM.change_after_silence } else { RHYTHM.change });
            let free = silence || run >= RHYTHM.ticks_min;
            log += match (same, free) {
                (true, true) => (1.0 - change).ln(),
                (true, false) => 0.0,
                (false, true) => change.ln(),
                (false, false) => f64::NEG_INFINITY,
            };
            run = if same { run + 1 } else { 1 };
            log += f64::from(ticks[at].logs[course[at]]);
        }
        log.exp()
    }

    fn courses(length: usize) -> Vec<Vec<usize>> {
        (0..1_usize << length).map(|bits| (0..length).map(|at| bits >> at & 1).collect()).collect()
    }

    #[test]
    fn both_algorithms_agree_with_trying_every_course() {
        let logs = [
            (0.0, -1.0),
            (-0.5, -0.2),
            (-2.0, -0.1),
            (-1.5, 0.0),
            (-0.3, -0.9),
            (0.0, -2.0),
            (-1.0, -0.4),
            (0.0, -3.0),
        ];
        let ticks = ticks(&logs, &[5]);
        let courses = courses(logs.len());
        let weights: Vec<f64> = courses.iter().map(|course| weight(course, &ticks)).collect();
        let all: f64 = weights.iter().sum();
        let found = posteriors(&ticks, &RHYTHM);
        for at in 0..logs.len() {
            let first: f64 = courses.iter().zip(&weights).filter(|(course, _)| course[at] == 0).map(|(_, w)| w).sum();
            assert!((f64::from(found[at][0]) - first / all).abs() < 1e-4, "{at}: {} {}", found[at][0], first / all);
        }
        let best = (0..courses.len()).max_by(|&a, &b| weights[a].total_cmp(&weights[b])).unwrap();
        assert_eq!(likeliest(&ticks, &RHYTHM), courses[best]);
    }

    #[test]
    fn a_blip_is_no_turn_but_a_short_reply_between_silences_is() {
        let mut logs = vec![(0.0, -4.0); 12];
        logs[6] = (-4.0, 0.0);
        assert_eq!(likeliest(&ticks(&logs, &[]), &RHYTHM), vec![0; 12]);
        assert_eq!(likeliest(&ticks(&logs, &[6, 7]), &RHYTHM)[5..8], [0, 1, 0]);
    }

    #[test]
    fn one_voice_and_no_ticks_are_no_trouble() {
        assert!(likeliest(&[], &RHYTHM).is_empty() && posteriors(&[], &RHYTHM).is_empty());
        let alone = vec![Tick { logs: vec![-1e9], after_silence: false }; 4];
        assert_eq!(likeliest(&alone, &RHYTHM), vec![0; 4]);
        assert_eq!(posteriors(&alone, &RHYTHM), vec![vec![1.0]; 4]);
    }
}
