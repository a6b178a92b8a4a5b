//! Which voice of the call each local voice is: the likeliest course over all windows, learned in turns with the voices.
//!
//! In each window the local voices map to voices of the call, one to one where there are enough of these. A mapping is
//! good where the local voices sound like the voices they map to, and where the neighbouring window hears the same voices
//! at the same moments. The best chain of mappings is found by dynamic programming, then the voices are learned anew.

use super::cluster::cluster;
use super::local::{Local, SOUND_SHARE, agreement};
use super::powerset::LOCALS;
use super::prints::Prints;
use super::windows::{Window, locals};
use crate::diarize::voices::likeness::{Heap, Likeness};

/// Rounds of learning and mapping; it settles after three or four.
const ROUNDS: usize = 6;
/// Most mappings of a window that are followed: with many voices, the likeliest by sound.
const MAPPINGS_MAX: usize = 48;
/// What counts of a local voice's sound where two windows hear each moment.
const HALF: f32 = 0.5;

/// The voice of the call that each local voice of a window is, if it speaks.
pub(super) type Mapping = [Option<usize>; LOCALS];

/// Who is who in each window, and how well that explains the call.
pub(super) struct Course {
    pub(super) mappings: Vec<Mapping>,
    /// Logarithm of how well the voices explain the speech; comparable between numbers of voices.
    pub(super) evidence: f32,
}

/// Finds the course for so many voices, at least 1.
pub(super) fn find(windows: &[Window], all: &[Local], likeness: &Likeness, prints: &Prints, voices: usize) -> Course {
    let mut members = cluster(windows, all, likeness, prints, voices);
    members.resize_with(voices, Vec::new);
    let mut mappings = Vec::new();
    for _ in 0..ROUNDS {
        let heaps = heaps(all, likeness, &members);
        let learned: Vec<_> = heaps.iter().map(|heap| likeness.learn(heap)).collect();
        let middles: Vec<Vec<f32>> =
            members.iter().map(|members| Prints::middle(members.iter().map(|&at| &all[at]))).collect();
        let fits: Vec<Vec<f32>> = all
            .iter()
            .map(|local| {
                let fit = |voice: usize| {
                    HALF * (SOUND_SHARE * likeness.judge(&learned[voice], &local.frames)
                        + prints.fits(local, &middles[voice]))
                };
                (0..voices).map(fit).collect()
            })
            .collect();
        let before = std::mem::replace(&mut mappings, likeliest(windows, all, &fits, voices));
        members = (0..voices)
            .map(|voice| {
                let is = |local: &&usize| mappings[all[**local].window][all[**local].number] == Some(voice);
                (0..all.len()).collect::<Vec<_>>().iter().filter(is).copied().collect()
            })
            .collect();
        if before == mappings {
            break;
        }
    }
    Course { evidence: likeness.evidence(&heaps(all, likeness, &members)), mappings }
}

fn heaps(all: &[Local], likeness: &Likeness, members: &[Vec<usize>]) -> Vec<Heap> {
    members.iter().map(|members| likeness.heap(members.iter().map(|&at| (&all[at].frames, HALF)))).collect()
}

/// The best chain of mappings. `fits` has, for each local voice, how well it is each voice.
fn likeliest(windows: &[Window], all: &[Local], fits: &[Vec<f32>], voices: usize) -> Vec<Mapping> {
    let mut steps: Vec<Vec<(Mapping, f32, usize)>> = Vec::with_capacity(windows.len());
    for (at, window) in windows.iter().enumerate() {
        let speaking = all.iter().zip(fits).filter(|(local, _)| local.window == at);
        let mut states: Vec<(Mapping, f32, usize)> =
            mappings(&speaking.map(|(local, fit)| (local.number, fit.as_slice())).collect::<Vec<_>>(), voices)
                .into_iter()
                .map(|(mapping, fit)| (mapping, fit, 0))
                .collect();
        if let Some(before) = steps.last() {
            let tie = Tie::between(&windows[at - 1], window);
            for (mapping, value, from) in &mut states {
                let reach = |state: &(Mapping, f32, usize)| state.1 + tie.holds(&state.0, mapping, voices);
                let best =
                    (0..before.len()).max_by(|&a, &b| reach(&before[a]).total_cmp(&reach(&before[b])).then(b.cmp(&a)));
                *from = best.unwrap_or(0);
                *value += reach(&before[*from]);
            }
        }
        steps.push(states);
    }
    let mut path = Vec::with_capacity(windows.len());
    let last = steps.last().map_or(0, |states| {
        (0..states.len()).max_by(|&a, &b| states[a].1.total_cmp(&states[b].1).then(b.cmp(&a))).unwrap_or(0)
    });
    let mut state = last;
    for states in steps.iter().rev() {
        path.push(states[state].0);
        state = states[state].2;
    }
    path.reverse();
    path
}

/// Every way in which the local voices that speak, each with how well it is each voice, are voices of the call: one to one
/// where there are enough voices. Best first, [`MAPPINGS_MAX`] at most.
fn mappings(speaking: &[(usize, &[f32])], voices: usize) -> Vec<(Mapping, f32)> {
    let mut found: Vec<(Mapping, f32)> = vec![([None; LOCALS], 0.0)];
    for (number, fits) in speaking {
        let mut longer = Vec::with_capacity(found.len() * voices);
        for (mapping, value) in &found {
            for voice in 0..voices {
                if speaking.len() <= voices && mapping.contains(&Some(voice)) {
                    continue;
                }
                let mut next = *mapping;
                next[*number] = Some(voice);
                longer.push((next, value + fits[voice]));
            }
        }
        found = longer;
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.truncate(MAPPINGS_MAX);
    found
}

/// How far the local voices of two windows in a row agree, for each pair of them.
struct Tie {
    /// Row: of the first window, the last for none; column: the same of the second.
    pairs: [[f32; LOCALS + 1]; LOCALS + 1],
}

impl Tie {
    fn between(one: &Window, other: &Window) -> Self {
        let mut pairs = [[0.0; LOCALS + 1]; LOCALS + 1];
        for (a, row) in pairs.iter_mut().enumerate() {
            for (b, value) in row.iter_mut().enumerate() {
                let number = |at: usize| (at < LOCALS).then_some(at);
                *value = agreement(one, number(a), other, number(b));
            }
        }
        Self { pairs }
    }

    /// How well two mappings go together.
    fn holds(&self, one: &Mapping, other: &Mapping, voices: usize) -> f32 {
        let mut sum = 0.0;
        for voice in 0..voices {
            let of = |mapping: &Mapping| locals().filter(|&at| mapping[at] == Some(voice)).collect::<Vec<_>>();
            match (of(one).as_slice(), of(other).as_slice()) {
                ([], []) => {}
                ([], there) => sum += there.iter().map(|&b| self.pairs[LOCALS][b]).sum::<f32>(),
                (here, []) => sum += here.iter().map(|&a| self.pairs[a][LOCALS]).sum::<f32>(),
                (here, there) => {
                    sum += here.iter().flat_map(|&a| there.iter().map(move |&b| self.pairs[a][b])).sum::<f32>();
                }
            }
        }
        sum
    }
}
