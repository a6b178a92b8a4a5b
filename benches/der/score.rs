//! The diarization error rate, as NIST's md-eval counts it.
//!
//! In every moment that counts, as many speakers are missed as the reference has more of, as many are false alarms as
//! the answer has more of, and of the rest those are confused that the best one-to-one mapping of names does not make
//! the same. The rate is all of that time over the reference's time, overlaps counted for each speaker.

use rapport::call::time::{Span, Timestamp};

use super::rttm::Turns;

/// Milliseconds of each sort of error, and of what there was to find.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "the unit comes last")]
pub(crate) struct Errors {
    /// Speech of the reference that the answer does not have.
    pub(crate) missed_ms: u64,
    /// Speech of the answer that the reference does not have.
    pub(crate) false_alarm_ms: u64,
    /// Speech under the wrong name.
    pub(crate) confused_ms: u64,
    /// Speech of the reference, each speaker's counted.
    pub(crate) speech_ms: u64,
}

impl Errors {
    /// The error rate, 0 and up; 0 when there was nothing to find and nothing was found, infinite when only something
    /// was found.
    pub(crate) fn rate(&self) -> f64 {
        let wrong = (self.missed_ms + self.false_alarm_ms + self.confused_ms) as f64;
        if wrong == 0.0 { 0.0 } else { wrong / self.speech_ms as f64 }
    }
}

/// A stretch in which neither side changes: how long, and who speaks by each.
struct Stretch {
    ms: u64,
    reference: Vec<usize>,
    answer: Vec<usize>,
}

/// Scores `answer` against `reference`, leaving out `collar_ms` before and after every start and end of the reference.
pub(crate) fn score(reference: &Turns, answer: &Turns, collar_ms: u64) -> Errors {
    let (reference, answer) = (joined(reference), joined(answer));
    let stretches = stretches(&reference, &answer, collar_ms);
    let mut together = vec![vec![0_u64; answer.len()]; reference.len()];
    for stretch in &stretches {
        for &who in &stretch.reference {
            for &other in &stretch.answer {
                together[who][other] += stretch.ms;
            }
        }
    }
    let mapped = best_mapping(&together);
    let mut errors = Errors::default();
    for stretch in &stretches {
        let (said, found) = (stretch.reference.len() as u64, stretch.answer.len() as u64);
        let right = stretch.reference.iter().filter(|&&who| mapped[who].is_some_and(|at| stretch.answer.contains(&at)));
        errors.speech_ms += said * stretch.ms;
        errors.missed_ms += said.saturating_sub(found) * stretch.ms;
        errors.false_alarm_ms += found.saturating_sub(said) * stretch.ms;
        errors.confused_ms += (said.min(found) - right.count() as u64) * stretch.ms;
    }
    errors
}

/// Each speaker's spans in order, overlapping ones made one.
fn joined(turns: &Turns) -> Vec<Vec<Span>> {
    turns
        .values()
        .map(|spans| {
            let mut sorted = spans.clone();
            sorted.sort_unstable();
            let mut joined: Vec<Span> = Vec::new();
            for span in sorted {
                match joined.last_mut() {
                    Some(last) if span.start() <= last.end() => *last = last.cover(span),
                    _ => joined.push(span),
                }
            }
            joined
        })
        .collect()
}

fn stretches(reference: &[Vec<Span>], answer: &[Vec<Span>], collar_ms: u64) -> Vec<Stretch> {
    let edges = |spans: &[Vec<Span>]| -> Vec<u64> {
        spans.iter().flatten().flat_map(|span| [span.start().ms(), span.end().ms()]).collect()
    };
    let left_out: Vec<(u64, u64)> = edges(reference)
        .into_iter()
        .filter(|_| collar_ms > 0)
        .map(|at| (at.saturating_sub(collar_ms), at + collar_ms))
        .collect();
    let mut cuts: Vec<u64> = edges(reference);
    cuts.extend(edges(answer));
    cuts.extend(left_out.iter().flat_map(|&(from, to)| [from, to]));
    cuts.sort_unstable();
    cuts.dedup();
    let speaking = |spans: &[Vec<Span>], at: u64| -> Vec<usize> {
        let moment = Timestamp::from_ms(at);
        (0..spans.len()).filter(|&who| spans[who].iter().any(|span| span.contains(moment))).collect()
    };
    cuts.windows(2)
        .filter(|cut| !left_out.iter().any(|&(from, to)| from <= cut[0] && cut[1] <= to))
        .map(|cut| Stretch {
            ms: cut[1] - cut[0],
            reference: speaking(reference, cut[0]),
            answer: speaking(answer, cut[0]),
        })
        .collect()
}

/// For each row the column it is mapped to, one to one, so that the sum of the mapped cells is largest (the Hungarian
/// method with potentials, on the negated matrix filled up to a square).
fn best_mapping(gain: &[Vec<u64>]) -> Vec<Option<usize>> {
    let rows = gain.len();
    let columns = gain.first().map_or(0, Vec::len);
    let size = rows.max(columns);
    let cost = |row: usize, column: usize| -> i64 {
        if row < rows && column < columns { -(gain[row][column] as i64) } else { 0 }
    };
    // Rows and columns count from 1; column 0 is where each new row enters.
    let (mut row_level, mut column_level) = (vec![0_i64; size + 1], vec![0_i64; size + 1]);
    let mut row_of = vec![0_usize; size + 1];
    for row in 1..=size {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![i64::MAX; size + 1];
        let mut came_from = vec![0_usize; size + 1];
        let mut seen = vec![false; size + 1];
        while row_of[column] != 0 {
            seen[column] = true;
            let here = row_of[column];
            let (mut step, mut next) = (i64::MAX, 0);
            for other in 1..=size {
                if seen[other] {
                    continue;
                }
                let slack = cost(here - 1, other - 1) - row_level[here] - column_level[other];
                if slack < least[other] {
                    least[other] = slack;
                    came_from[other] = column;
                }
                if least[other] < step {
                    step = least[other];
                    next = other;
                }
            }
            for other in 0..=size {
                if seen[other] {
                    row_level[row_of[other]] += step;
                    column_level[other] -= step;
                } else {
                    least[other] = least[other].saturating_sub(step);
                }
            }
            column = next;
        }
        while column != 0 {
            let before = came_from[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }
    let mut mapped = vec![None; rows];
    for (column, row) in row_of.iter().skip(1).take(columns).enumerate() {
        if let Some(slot) = mapped.get_mut(row - 1) {
            *slot = Some(column);
        }
    }
    mapped
}
