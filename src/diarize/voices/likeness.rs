//! Whose voice is this? Voices of a call beside a voice print.

use super::course::PRIOR;
use super::evidence::Judge;
use super::material::Material;
use super::print::VoicePrint;

/// How alike `known` is to each of the voices, in natural logarithms a second of the shorter print: the evidence for one
/// voice over that for two. Empty where nothing can be learned of them.
#[must_use]
pub fn likenesses(known: &VoicePrint, voices: &[VoicePrint]) -> Vec<f32> {
    let heaps: Vec<_> = std::iter::once(known).chain(voices).map(VoicePrint::frames).collect();
    let Some(material) = Material::of_heaps(&heaps) else { return Vec::new() };
    let judge = Judge::new(&material, &PRIOR);
    let stats = |at: usize| material.stats(material.stretches[at].from, material.stretches[at].to);
    let own = stats(0);
    let shorter = |voice: &VoicePrint| known.seconds().min(voice.seconds()) as f32;
    voices.iter().enumerate().map(|(at, voice)| judge.gain(&own, &stats(at + 1)) / shorter(voice)).collect()
}
