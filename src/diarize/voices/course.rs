//! The course of the talk for a number of voices: several beginnings, each refined until it settles, the likeliest kept.

use super::evidence::Judge;
use super::material::Material;
use super::merge::Merges;
use super::stats::Stats;
use super::turns::{Rhythm, Tick, likeliest, posteriors};
use super::voice::{Prior, Voice};

/// What is believed of voices beforehand.
pub(super) const PRIOR: Prior = Prior { evidence: 0.3, mean: 8.0, sounds: 4.0, pitch_evidence: 0.05, pitches: 2.0 };
/// How turns change hands, by ticks of 50 ms: 400 ms at least, three seconds of unbroken talk on average in quick talk.
const RHYTHM: Rhythm = Rhythm { ticks_min: 8, change: 0.05, change_after_silence: 0.3 };
/// Frames in a tick.
const TICK_FRAMES: usize = 5;
/// Lengths of the pieces, in frames, that the beginnings are merged from: turns are cut in other places by each.
const PIECE_FRAMES: [usize; 3] = [100, 150, 220];
/// Rounds in which voices are learned from the course and the course is told from the voices.
const ROUNDS: usize = 8;
/// Share of the evidence that counts in the first round; it rises to all of it, so that early mistakes can be undone.
const HEAT_FIRST: f32 = 0.4;
/// Probability below which a voice does not learn from a spot.
const SHARE_MIN: f32 = 1e-3;

/// A few frames that are decided about together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    /// Number of its stretch.
    pub(super) stretch: usize,
    /// First frame in the material.
    pub(super) from: usize,
    /// One past the last frame in the material.
    pub(super) to: usize,
}

/// Who speaks when, for a number of voices.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    /// The voice of each spot.
    pub(super) path: Vec<usize>,
    /// Probability of each voice at each spot.
    pub(super) shares: Vec<Vec<f32>>,
    /// Logarithm of how well it explains the call; comparable between numbers of voices.
    pub(super) evidence: f32,
}

/// The spots of all stretches, in order.
pub(super) fn spots(material: &Material) -> Vec<Spot> {
    let mut spots = Vec::new();
    for (number, stretch) in material.stretches.iter().enumerate() {
        let length = stretch.to - stretch.from;
        let parts = (length / TICK_FRAMES).max(1);
        for part in 0..parts {
            let (from, to) = (stretch.from + length * part / parts, stretch.from + length * (part + 1) / parts);
            spots.push(Spot { stretch: number, from, to });
        }
    }
    spots
}

/// What courses begin with, for any number of voices from two on.
pub(super) fn beginnings(material: &Material) -> [Merges; PIECE_FRAMES.len()] {
    PIECE_FRAMES.map(|frames| Merges::of(material, &PRIOR, frames))
}

/// The likeliest course with this many voices, at least 2.
pub(super) fn find(material: &Material, spots: &[Spot], beginnings: &[Merges], voices: usize) -> Course {
    let begun_with = |merges: &Merges| {
        let mut heaps = vec![Stats::empty(material.mixture.len()); voices];
        for piece in merges.clusters(voices) {
            material.add(&mut heaps[piece.cluster], piece.from, piece.to, 1.0);
        }
        refine(material, spots, &heaps)
    };
    let courses: Vec<Course> = beginnings.iter().map(begun_with).collect();
    // The first of equals, whatever the order of comparison.
    let likelier = |best: usize, at: usize| if courses[at].evidence > courses[best].evidence { at } else { best };
    let best = (1..courses.len()).fold(0, likelier);
    let mut course = courses[best].clone();
    doubt(&mut course, &courses, spots, voices);
    course
}

/// Lowers the shares of a course where others, from other beginnings, gave a spot to another voice. Each course by itself is
/// all but certain of itself (frames are taken for independent, which they are not); that another one came to the same
/// answer is what can be trusted.
fn doubt(course: &mut Course, others: &[Course], spots: &[Spot], voices: usize) {
    let mut agreed = vec![0.0_f32; spots.len()];
    for other in others {
        let names = matching(&course.path, &other.path, spots, voices);
        for ((agreed, own), theirs) in agreed.iter_mut().zip(&course.path).zip(&other.path) {
            *agreed += f32::from(u8::from(names[*theirs] == *own)) / others.len() as f32;
        }
    }
    for (shares, agreed) in course.shares.iter_mut().zip(agreed) {
        let even = (1.0 - agreed) / voices as f32;
        for share in shares {
            *share = *share * agreed + even;
        }
    }
}

/// What the voices of `theirs` are called in `own`: the pairs that share most frames, largest first.
fn matching(own: &[usize], theirs: &[usize], spots: &[Spot], voices: usize) -> Vec<usize> {
    let mut shared = vec![0; voices * voices];
    for ((own, theirs), spot) in own.iter().zip(theirs).zip(spots) {
        shared[theirs * voices + own] += spot.to - spot.from;
    }
    let mut order: Vec<usize> = (0..voices * voices).collect();
    order.sort_by_key(|pair| (std::cmp::Reverse(shared[*pair]), *pair));
    let (mut names, mut taken) = (vec![usize::MAX; voices], vec![false; voices]);
    for pair in order {
        let (theirs, own) = (pair / voices, pair % voices);
        if names[theirs] == usize::MAX && !taken[own] {
            (names[theirs], taken[own]) = (own, true);
        }
    }
    names
}

/// The course of a call with one voice.
pub(super) fn alone(material: &Material, spots: &[Spot]) -> Course {
    let path = vec![0; spots.len()];
    Course { evidence: evidence_of(material, spots, &path, 1), shares: vec![vec![1.0]; spots.len()], path }
}

/// Voices and course in turns until they have settled, from the heaps of speech the voices begin with.
fn refine(material: &Material, spots: &[Spot], heaps: &[Stats]) -> Course {
    let learn = |heaps: &[Stats]| heaps.iter().map(|stats| Voice::learn(stats, material, &PRIOR)).collect::<Vec<_>>();
    let mut voices = learn(heaps);
    for round in 0..ROUNDS {
        let heat = HEAT_FIRST + (1.0 - HEAT_FIRST) * round as f32 / (ROUNDS - 1) as f32;
        let shares = posteriors(&ticks(material, spots, &voices, heat), &RHYTHM);
        let mut heaps = vec![Stats::empty(material.mixture.len()); voices.len()];
        for (spot, shares) in spots.iter().zip(&shares) {
            for (heap, &share) in heaps.iter_mut().zip(shares).filter(|(_, share)| **share > SHARE_MIN) {
                material.add(heap, spot.from, spot.to, share);
            }
        }
        voices = learn(&heaps);
    }
    let ticks = ticks(material, spots, &voices, 1.0);
    let path = likeliest(&ticks, &RHYTHM);
    let evidence = evidence_of(material, spots, &path, voices.len());
    Course { evidence, shares: posteriors(&ticks, &RHYTHM), path }
}

/// How each voice explains each spot.
fn ticks(material: &Material, spots: &[Spot], voices: &[Voice], heat: f32) -> Vec<Tick> {
    let mut before = None;
    spots
        .iter()
        .map(|spot| {
            let judged = |voice: &Voice| (spot.from..spot.to).map(|frame| voice.judge(material, frame)).sum::<f32>();
            let after_silence = before.replace(spot.stretch) != Some(spot.stretch);
            Tick { logs: voices.iter().map(|voice| heat * judged(voice)).collect(), after_silence }
        })
        .collect()
}

/// Logarithm of how well a course explains the call: each voice's speech as one voice, and the changes of turn.
fn evidence_of(material: &Material, spots: &[Spot], path: &[usize], voices: usize) -> f32 {
    let mut heaps = vec![Stats::empty(material.mixture.len()); voices];
    for (spot, voice) in spots.iter().zip(path) {
        material.add(&mut heaps[*voice], spot.from, spot.to, 1.0);
    }
    let judge = Judge::new(material, &PRIOR);
    let speech: f32 = heaps.iter().map(|heap| judge.evidence(heap)).sum();
    if voices < 2 {
        return speech;
    }
    let changes = spots.windows(2).zip(path.windows(2)).map(|(spot, voice)| {
        let change = if spot[0].stretch == spot[1].stretch { RHYTHM.change } else { RHYTHM.change_after_silence };
        if voice[0] == voice[1] { (1.0 - change).ln() } else { (change / (voices - 1) as f32).ln() }
    });
    speech + changes.sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(path: &[usize]) -> Course {
        let shares = path.iter().map(|voice| (0..2).map(|at| f32::from(u8::from(at == *voice))).collect()).collect();
        Course { path: path.to_vec(), shares, evidence: 0.0 }
    }

    fn spots(count: usize) -> Vec<Spot> {
        (0..count).map(|at| Spot { stretch: 0, from: at * 5, to: at * 5 + 5 }).collect()
    }

    #[test]
    fn the_same_answer_under_other_names_leaves_no_doubt() {
        let mut own = course(&[0, 0, 1, 1]);
        let others = [own.clone(), course(&[1, 1, 0, 0]), course(&[0, 0, 1, 1])];
        doubt(&mut own, &others, &spots(4), 2);
        assert_eq!(own, course(&[0, 0, 1, 1]));
    }

    #[test]
    fn a_spot_that_others_give_to_the_other_voice_is_doubted() {
        let mut own = course(&[0, 0, 0, 1, 1]);
        let others = [own.clone(), own.clone(), course(&[1, 1, 0, 0, 0])];
        doubt(&mut own, &others, &spots(5), 2);
        assert_eq!(own.shares[0], [1.0, 0.0]);
        // One of three says otherwise: two thirds and half of the rest.
        assert!((own.shares[2][0] - (2.0 / 3.0 + 1.0 / 6.0)).abs() < 1e-6, "{:?}", own.shares[2]);
        assert!((own.shares[2].iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
}
