//! Voice prints: how somebody sounds, kept so that he or she is found in other calls.
//!
//! A print holds frames of speech without their order: the sounds somebody makes and how high, but no word that could be
//! heard again. Calls keep a print of each of their voices beside the transcript, so that names can be found later
//! without the sound.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::cepstra::{CEPSTRA, ShapeMeter};
use super::course::PRIOR;
use super::evidence::Judge;
use super::material::{FRAME_MS, Frames, Material, Stretch};
use super::pitch::{PITCHES, PitchMeter};
use crate::call::audio::Track;
use crate::call::time::Span;

/// Most frames in a print: with more, voices are told from each other no better (`cargo bench --bench voice_prints`).
const FRAMES_MAX: usize = 1_000;
/// Fewest: three seconds of speech have most sounds in them.
const FRAMES_MIN: usize = 300;
/// Steps of a coefficient in one byte: a third of a unit, where sounds vary by several; ±42 covers all speech.
const SHAPE_STEPS: f32 = 3.0;
/// Steps of a pitch in one byte, of one of the [`PITCHES`] on the scale.
const PITCH_STEPS: f32 = 16.0;
/// The byte of a frame that has no pitch; pitches themselves end at 240.
const NO_PITCH: u8 = u8::MAX;
/// Bytes a frame.
const FRAME_BYTES: usize = CEPSTRA + 1;

/// How somebody sounds.
#[derive(Clone, PartialEq, Eq)]
pub struct VoicePrint {
    /// [`FRAME_BYTES`] a frame, sorted.
    bytes: Vec<u8>,
}

impl VoicePrint {
    /// The print of the voice that is heard within `spans` of the track, evenly from all of them; `None` where they are
    /// shorter than three seconds.
    #[must_use]
    pub fn take(track: &Track, spans: &[Span]) -> Option<Self> {
        let frames: Vec<usize> = spans
            .iter()
            .flat_map(|span| (span.start().ms() / FRAME_MS) as usize..(span.end().ms() / FRAME_MS) as usize)
            .collect();
        if frames.len() < FRAMES_MIN {
            return None;
        }
        let wanted = frames.len().min(FRAMES_MAX);
        let (mut shapes, pitches) = (ShapeMeter::new(), PitchMeter::new());
        let mut rows: Vec<[u8; FRAME_BYTES]> = (0..wanted)
            .map(|at| frames[at * frames.len() / wanted])
            .map(|frame| row(&shapes.measure(track, frame).0, pitches.measure(track, frame)))
            .collect();
        rows.sort_unstable();
        Some(Self { bytes: rows.concat() })
    }

    /// Seconds of speech in it.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        (self.bytes.len() / FRAME_BYTES) as f64 * FRAME_MS as f64 / 1000.0
    }

    pub(super) fn frames(&self) -> Frames {
        let mut frames = Frames::default();
        for row in self.bytes.chunks_exact(FRAME_BYTES) {
            let mut shape = [0.0; CEPSTRA];
            for (value, byte) in shape.iter_mut().zip(row) {
                *value = (f32::from(*byte) - 128.0) / SHAPE_STEPS;
            }
            frames.shapes.push(shape);
            let pitch = row[CEPSTRA];
            frames.pitches.push((pitch != NO_PITCH).then(|| f32::from(pitch) / PITCH_STEPS));
        }
        frames
    }

    fn from_bytes(bytes: Vec<u8>) -> Result<Self, String> {
        let frames = bytes.len() / FRAME_BYTES;
        let pitch_max = ((PITCHES - 1) as f32 * PITCH_STEPS) as u8;
        if !bytes.len().is_multiple_of(FRAME_BYTES) || !(FRAMES_MIN..=FRAMES_MAX).contains(&frames) {
            return Err(format!(
                "{} bytes, where a voice print has {FRAMES_MIN} to {FRAMES_MAX} frames of {FRAME_BYTES}",
                bytes.len()
            ));
        }
        let mut pitches = bytes.chunks_exact(FRAME_BYTES).map(|row| row[CEPSTRA]);
        if pitches.any(|pitch| pitch != NO_PITCH && pitch >= pitch_max) {
            return Err(format!("a pitch beyond {pitch_max}, where the scale of a voice print ends"));
        }
        Ok(Self { bytes })
    }
}

/// How alike `known` is to each of the voices, in natural logarithms a second of the shorter print: the evidence for one
/// voice over that for two. Empty where nothing can be learned of them.
#[must_use]
pub fn likenesses(known: &VoicePrint, voices: &[VoicePrint]) -> Vec<f32> {
    let heaps: Vec<_> = std::iter::once(known).chain(voices).map(VoicePrint::frames).collect();
    let Some(material) = Material::of_heaps(&heaps) else { return Vec::new() };
    let judge = Judge::new(&material, &PRIOR);
    let heap = |stretch: &Stretch| {
        let stats = material.stats(stretch.from, stretch.to);
        (judge.alone(&stats), stats)
    };
    let heaps: Vec<_> = material.stretches.iter().map(heap).collect();
    let gain = |other: usize| judge.gain((&heaps[0].1, &heaps[0].0), (&heaps[other].1, &heaps[other].0));
    let shorter = |voice: &VoicePrint| known.seconds().min(voice.seconds()) as f32;
    voices.iter().enumerate().map(|(at, voice)| gain(at + 1) / shorter(voice)).collect()
}

fn row(shape: &[f32; CEPSTRA], pitch: Option<f32>) -> [u8; FRAME_BYTES] {
    let mut row = [NO_PITCH; FRAME_BYTES];
    for (byte, value) in row.iter_mut().zip(shape) {
        *byte = (value * SHAPE_STEPS + 128.0).round().clamp(0.0, 255.0) as u8;
    }
    row[CEPSTRA] = pitch.map_or(NO_PITCH, |place| (place * PITCH_STEPS) as u8);
    row
}

impl fmt::Debug for VoicePrint {
    /// A digest: prints are part of what a report is made from, and nothing of a voice belongs into a message.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VoicePrint({})", &blake3::hash(&self.bytes).to_hex()[..16])
    }
}

impl Serialize for VoicePrint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.bytes))
    }
}

impl<'de> Deserialize<'de> for VoicePrint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Self::from_bytes(bytes).map_err(serde::de::Error::custom)
    }
}
