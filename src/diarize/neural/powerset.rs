//! What the network says of a frame: one of seven classes, each a set of at most two of three local voices.
//!
//! The encoding is that of Plaquet and Bredin, "Powerset multi-class cross entropy loss for neural speaker diarization"
//! (Interspeech 2023): nobody; the first, second, third voice; first and second, first and third, second and third.

/// Local voices that are told apart in one window.
pub(super) const LOCALS: usize = 3;
/// Classes of a frame.
pub const CLASSES: usize = 7;
/// Which local voices speak in each class.
const SETS: [[bool; LOCALS]; CLASSES] = [
    [false, false, false],
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [true, true, false],
    [true, false, true],
    [false, true, true],
];

/// One frame, read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    /// Probability that each local voice speaks, 0 to 1.
    pub(super) active: [f32; LOCALS],
    /// Probability that anybody speaks, 0 to 1.
    pub(super) speech: f32,
    /// Who speaks in the likeliest class.
    pub(super) set: [bool; LOCALS],
}

impl Frame {
    /// Reads a frame from the logarithms of its classes' probabilities, which need not be normed.
    pub(super) fn read(logs: &[f32; CLASSES]) -> Self {
        let top = logs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let shares = logs.map(|log| (log - top).exp());
        let sum: f32 = shares.iter().sum();
        let mut active = [0.0; LOCALS];
        for (share, set) in shares.iter().zip(&SETS) {
            for (value, speaks) in active.iter_mut().zip(set) {
                *value += if *speaks { share / sum } else { 0.0 };
            }
        }
        // The first of the likeliest: the quieter reading wins a tie.
        let best = (0..CLASSES).max_by(|&a, &b| logs[a].total_cmp(&logs[b]).then(b.cmp(&a))).unwrap_or(0);
        Self { active, speech: 1.0 - shares[0] / sum, set: SETS[best] }
    }

    /// The only voice that speaks, if there is exactly one.
    pub(super) fn solo(&self) -> Option<usize> {
        let mut speaking = (0..LOCALS).filter(|&local| self.set[local]);
        let first = speaking.next()?;
        speaking.next().is_none().then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_of_sets_become_probabilities_of_voices() {
        let shares: [f32; CLASSES] = [0.1, 0.2, 0.1, 0.05, 0.3, 0.15, 0.1];
        let frame = Frame::read(&shares.map(f32::ln));
        let wanted = [0.2 + 0.3 + 0.15, 0.1 + 0.3 + 0.1, 0.05 + 0.15 + 0.1];
        for (got, want) in frame.active.iter().zip(wanted) {
            assert!((got - want).abs() < 1e-6, "{got} {want}");
        }
        assert!((frame.speech - 0.9).abs() < 1e-6);
        assert_eq!((frame.set, frame.solo()), ([true, true, false], None));
    }

    #[test]
    fn silence_and_single_voices_are_told() {
        let class = |at: usize| {
            let mut logs = [-9.0; CLASSES];
            logs[at] = 0.0;
            Frame::read(&logs)
        };
        assert_eq!((class(0).solo(), class(0).set), (None, [false; 3]));
        assert_eq!((class(1).solo(), class(2).solo(), class(3).solo()), (Some(0), Some(1), Some(2)));
        assert_eq!(class(6).set, [false, true, true]);
        assert_eq!(Frame::read(&[0.0; CLASSES]).set, [false; 3]);
    }
}
