//! How alike stretches of a call sound, for others who cut the call into voices: the statistics of [`super`] without its
//! course.

use super::course::PRIOR;
use super::evidence::Judge;
use super::material::{FRAME_MS, Material};
use super::stats::Stats;
use super::voice;
use crate::call::audio::Track;
use crate::call::time::Span;

/// The speech of a call, ready to be compared.
pub(in crate::diarize) struct Likeness {
    material: Material,
}

/// Speech that is believed to be one voice, summed up.
pub(in crate::diarize) struct Heap {
    stats: Stats,
}

/// Frames of the speech, as ranges in order.
pub(in crate::diarize) type Frames = Vec<(usize, usize)>;

/// A voice that was learned from a heap.
pub(in crate::diarize) struct Voice {
    voice: voice::Voice,
}

impl Likeness {
    /// Reads what is said within `speech`; `None` where that is too little to learn anything from.
    pub(in crate::diarize) fn gather(track: &Track, speech: &[Span]) -> Option<Self> {
        Material::gather(track, speech).map(|material| Self { material })
    }

    /// Seconds of speech.
    pub(in crate::diarize) fn seconds(&self) -> f32 {
        self.material.seconds()
    }

    /// The frames of the speech that lie within `spans`.
    pub(in crate::diarize) fn frames(&self, spans: &[Span]) -> Frames {
        let mut found = Vec::new();
        for span in spans {
            let (first, last) = ((span.start().ms() / FRAME_MS) as usize, (span.end().ms() / FRAME_MS) as usize);
            let from =
                self.material.stretches.partition_point(|stretch| stretch.at + stretch.to - stretch.from <= first);
            for stretch in self.material.stretches[from..].iter().take_while(|stretch| stretch.at < last) {
                let length = stretch.to - stretch.from;
                let start = first.saturating_sub(stretch.at);
                let end = (last - stretch.at).min(length);
                if start < end {
                    found.push((stretch.from + start, stretch.from + end));
                }
            }
        }
        found
    }

    /// A heap of these frames, each counted with its weight.
    pub(in crate::diarize) fn heap<'a>(&self, parts: impl IntoIterator<Item = (&'a Frames, f32)>) -> Heap {
        let mut stats = Stats::empty(self.material.mixture.len());
        for (frames, weight) in parts {
            for &(from, to) in frames {
                self.material.add(&mut stats, from, to, weight);
            }
        }
        Heap { stats }
    }

    /// Logarithm of how much likelier a heap is as one voice than as the call as a whole.
    pub(in crate::diarize) fn evidence(&self, heaps: &[Heap]) -> f32 {
        let judge = Judge::new(&self.material, &PRIOR);
        heaps.iter().map(|heap| judge.evidence(&heap.stats)).sum()
    }

    /// For each pair of heaps, lower number first, the logarithm of how much likelier they are one voice than two.
    pub(in crate::diarize) fn gains(&self, heaps: &[Option<Heap>], pairs: &[(usize, usize)]) -> Vec<f32> {
        let judge = Judge::new(&self.material, &PRIOR);
        let alone = |heap: &Option<Heap>| heap.as_ref().map(|heap| judge.alone(&heap.stats));
        let alone: Vec<_> = heaps.iter().map(alone).collect();
        let of = |at: usize| Some((&heaps[at].as_ref()?.stats, alone[at].as_ref()?));
        let gain = |&(a, b): &(usize, usize)| match (of(a), of(b)) {
            (Some(a), Some(b)) => judge.gain(a, b),
            _ => f32::NEG_INFINITY,
        };
        pairs.iter().map(gain).collect()
    }

    /// The voice in which a heap was said.
    pub(in crate::diarize) fn learn(&self, heap: &Heap) -> Voice {
        Voice { voice: voice::Voice::learn(&heap.stats, &self.material, &PRIOR) }
    }

    /// Logarithm of how much likelier a voice makes these frames than the call as a whole does.
    pub(in crate::diarize) fn judge(&self, voice: &Voice, frames: &Frames) -> f32 {
        frames.iter().flat_map(|&(from, to)| from..to).map(|frame| voice.voice.judge(&self.material, frame)).sum()
    }
}

impl Heap {
    /// Adds another heap.
    pub(in crate::diarize) fn add(&mut self, other: &Self) {
        self.stats.add(&other.stats, 1.0);
    }
}
