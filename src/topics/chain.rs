//! Settles the states of all utterances together: the best path through a linear chain (Viterbi 1967) and, by the
//! forward and backward sums over all paths (Baum et al. 1970), how sure each state is.

use crate::call::topic::Kind;

use super::model::{Row, STATES, begins, kind_of, state_of};

/// The settled states.
#[derive(Debug)]
pub(super) struct Path {
    states: Vec<usize>,
    /// Probability of each state at each utterance.
    sure: Vec<Row>,
}

impl Path {
    /// Kind of an utterance.
    pub(super) fn kind(&self, utterance: usize) -> Kind {
        kind_of(self.states[utterance])
    }

    /// Mean probability of the kind of `first` over the utterances up to `last`.
    pub(super) fn confidence(&self, first: usize, last: usize) -> f32 {
        let kind = self.kind(first);
        let share =
            |row: &Row| (0..STATES).filter(|state| kind_of(*state) == kind).map(|state| row[state]).sum::<f32>();
        let sum: f32 = self.sure[first..=last].iter().map(share).sum();
        (sum / (last + 1 - first) as f32).clamp(0.0, 1.0)
    }

    /// Gives a run of utterances that digress the kind `kind`, as sure as `share` of the chance that they digress at all.
    pub(super) fn settle(&mut self, first: usize, last: usize, kind: Kind, share: f32) {
        for (state, sure) in self.states[first..=last].iter_mut().zip(&mut self.sure[first..=last]) {
            *state = state_of(kind, begins(*state));
            let digresses = |state: &usize| matches!(kind_of(*state), Kind::SmallTalk | Kind::OffAgenda);
            let all: f32 = (0..STATES).filter(digresses).map(|state| sure[state]).sum();
            for state in (0..STATES).filter(digresses) {
                let now = if kind_of(state) == kind { share } else { 1.0 - share };
                sure[state] = if begins(state) { 0.0 } else { now * all };
            }
        }
    }

    /// Indices at which topics begin.
    pub(super) fn starts(&self) -> Vec<usize> {
        let starts = |at: &usize| *at == 0 || begins(self.states[*at]) || self.kind(*at) != self.kind(*at - 1);
        (0..self.states.len()).filter(starts).collect()
    }
}

/// The best path; `evidence` is not empty. Of equal paths the one of the lower states is taken.
pub(super) fn decode(evidence: &[Row], switches: &[Row; STATES]) -> Path {
    Path { states: best(evidence, switches), sure: probabilities(evidence, switches) }
}

fn best(evidence: &[Row], switches: &[Row; STATES]) -> Vec<usize> {
    let mut reached = evidence[0];
    let mut back = vec![[0_usize; STATES]];
    for row in &evidence[1..] {
        let (mut next, mut from) = ([0.0; STATES], [0_usize; STATES]);
        for state in 0..STATES {
            let (score, before) = arg_max(|before| reached[before] + switches[before][state]);
            next[state] = score + row[state];
            from[state] = before;
        }
        reached = next;
        back.push(from);
    }
    let mut state = arg_max(|state| reached[state]).1;
    let mut states = vec![state; evidence.len()];
    for at in (1..evidence.len()).rev() {
        state = back[at][state];
        states[at - 1] = state;
    }
    states
}

fn arg_max(value: impl Fn(usize) -> f32) -> (f32, usize) {
    let mut best = (value(0), 0);
    for state in 1..STATES {
        if value(state) > best.0 {
            best = (value(state), state);
        }
    }
    best
}

fn probabilities(evidence: &[Row], switches: &[Row; STATES]) -> Vec<Row> {
    let count = evidence.len();
    let mut ahead = vec![[0.0; STATES]; count];
    ahead[0] = normalised(evidence[0]);
    for at in 1..count {
        let sums = std::array::from_fn(|state| {
            log_sum(std::array::from_fn(|before| ahead[at - 1][before] + switches[before][state])) + evidence[at][state]
        });
        ahead[at] = normalised(sums);
    }
    let mut behind = [0.0; STATES];
    let mut sure = vec![[0.0; STATES]; count];
    for at in (0..count).rev() {
        let both = normalised(std::array::from_fn(|state| ahead[at][state] + behind[state]));
        sure[at] = both.map(f32::exp);
        behind = normalised(std::array::from_fn(|state| {
            log_sum(std::array::from_fn(|after| switches[state][after] + evidence[at][after] + behind[after]))
        }));
    }
    sure
}

fn log_sum(values: Row) -> f32 {
    let top = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + values.iter().map(|value| (value - top).exp()).sum::<f32>().ln()
}

/// Logarithms of probabilities that sum to one.
fn normalised(values: Row) -> Row {
    let sum = log_sum(values);
    values.map(|value| value - sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: [Row; STATES] = [[0.0; STATES]; STATES];

    fn row(state: usize, weight: f32) -> Row {
        std::array::from_fn(|at| if at == state { weight } else { 0.0 })
    }

    #[test]
    fn without_switch_costs_each_utterance_decides_for_itself() {
        let path = decode(&[row(1, 2.0), row(2, 2.0), row(6, 2.0), row(2, 2.0), row(4, 2.0)], &FREE);
        assert_eq!(path.states, [1, 2, 6, 2, 4]);
        assert_eq!(path.starts(), [0, 1, 2, 4]);
        assert_eq!(path.kind(2), Kind::Business);
    }

    #[test]
    fn a_dear_switch_outvotes_a_weak_utterance() {
        let dear: [Row; STATES] = std::array::from_fn(|state| row(state, 3.0));
        let path = decode(&[row(2, 2.0), row(1, 2.0), row(2, 2.0)], &dear);
        assert_eq!(path.states, [2, 2, 2]);
        let path = decode(&[row(2, 9.0), row(1, 9.0), row(1, 9.0)], &dear);
        assert_eq!(path.states, [2, 1, 1]);
    }

    #[test]
    fn probabilities_follow_the_evidence_and_stay_in_range() {
        let path = decode(&[row(1, 3.0_f32.ln())], &FREE);
        // Small talk, going on or new, has four parts of ten: the other states have one each.
        assert!((path.confidence(0, 0) - 0.4).abs() < 1e-6);
        let long = vec![row(2, 50.0); 5000];
        assert!(decode(&long, &FREE).confidence(0, 4999) > 0.999);
    }
}
