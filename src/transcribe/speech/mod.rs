//! Where speech is.
//!
//! A detector gives a score for every 16 ms; [`rules`] turns the scores into stretches of speech. The detector is a
//! trait with a scripted twin, so that whole-pipeline tests need no voices.

mod earshot;
mod loudness;
mod rules;

pub use earshot::Earshot;
pub use loudness::LoudnessDetector;

use crate::call::audio::{SAMPLES_PER_MS, Track};
use crate::call::time::{Span, Timestamp};

/// Samples for which a detector gives one score: 16 ms, the only frame length the earshot net takes.
pub const FRAME_SAMPLES: usize = 256;

/// Milliseconds for which a detector gives one score.
const FRAME_MS: u64 = FRAME_SAMPLES as u64 / SAMPLES_PER_MS;

/// Frames on each side that a score is averaged with when a place to cut is looked for: 80 ms in all, shorter than
/// most syllables and longer than a stop consonant's closure.
const CUT_FRAMES_AROUND: usize = 2;

/// Tells speech from everything else.
pub trait SpeechDetector: Sync {
    /// How speech-like each whole or begun frame of [`FRAME_SAMPLES`] is, 0 to 1, from the start of the track.
    fn scores(&self, track: &Track) -> Vec<f32>;
}

/// What a detector found on one track.
#[derive(Debug, Clone, PartialEq)]
pub struct Listening {
    spans: Vec<Span>,
    scores: Vec<f32>,
}

/// The stretches of `track` in which somebody speaks: sorted, apart from each other, within the track.
#[must_use]
pub fn find_speech(track: &Track) -> Vec<Span> {
    Listening::to(track, &Earshot).spans
}

impl Listening {
    /// Listens to the whole of `track`.
    #[must_use]
    pub fn to(track: &Track, detector: &dyn SpeechDetector) -> Self {
        let scores = detector.scores(track);
        let spans = rules::spans(&scores, track.duration());
        Self { spans, scores }
    }

    /// What a detector would have found, without scores.
    #[cfg(test)]
    pub(super) fn scripted(spans: Vec<Span>) -> Self {
        Self { spans, scores: Vec::new() }
    }

    /// The stretches of speech: sorted, apart from each other, within the track.
    #[must_use]
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// The least speech-like moment inside `within`; its end when there are no scores for it.
    #[must_use]
    pub fn best_cut(&self, within: Span) -> Timestamp {
        let first = (within.start().ms() / FRAME_MS) as usize;
        let last = ((within.end().ms() / FRAME_MS) as usize).min(self.scores.len());
        let around = |at: usize| {
            let from = at.saturating_sub(CUT_FRAMES_AROUND);
            let to = (at + CUT_FRAMES_AROUND + 1).min(self.scores.len());
            self.scores[from..to].iter().sum::<f32>() / (to - from) as f32
        };
        (first..last)
            .min_by(|&a, &b| around(a).total_cmp(&around(b)))
            .map_or(within.end(), |at| Timestamp::from_ms(at as u64 * FRAME_MS + FRAME_MS / 2))
            .clamp(within.start(), within.end())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::audio::SAMPLE_RATE;

    #[test]
    fn nothing_is_heard_in_nothing() {
        for samples in [vec![], vec![0.0; 100], vec![0.0; SAMPLE_RATE as usize * 3], vec![1.0; 16_000]] {
            assert_eq!(find_speech(&Track::from_samples(&samples)), []);
        }
    }

    #[test]
    fn steady_noise_and_a_tone_are_not_speech() {
        let mut seed = 1_u32;
        let noise: Vec<f32> = (0..SAMPLE_RATE * 10)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / (1 << 24) as f32 * 0.2 - 0.1
            })
            .collect();
        assert_eq!(find_speech(&Track::from_samples(&noise)), []);
        let tone: Vec<f32> =
            (0..SAMPLE_RATE * 10).map(|i| (i as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin() * 0.3).collect();
        assert_eq!(find_speech(&Track::from_samples(&tone)), []);
    }

    #[test]
    fn a_cut_falls_where_the_score_is_lowest() {
        let mut scores = vec![0.9; 1000];
        scores[600..640].fill(0.1);
        let listening = Listening { spans: vec![], scores };
        let cut = listening.best_cut(Span::from_ms(5000, 15_000));
        assert!((600 * FRAME_MS..640 * FRAME_MS).contains(&cut.ms()), "{cut:?}");
        assert_eq!(listening.best_cut(Span::from_ms(50_000, 60_000)), Timestamp::from_ms(60_000));
    }
}
