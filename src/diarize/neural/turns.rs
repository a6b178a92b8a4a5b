//! From what each window hears to turns of the call: every moment is heard by all windows that cover it.

use super::course::Mapping;
use super::windows::{Window, locals, span_of};
use crate::call::time::Duration;
use crate::diarize::voices::VoiceTurn;

/// Probability from which somebody speaks.
const SPEAKS_MIN: f32 = 0.5;
/// Pauses up to this length stay inside a turn, as they do where voices are told from the call alone.
const PAUSE_MAX: Duration = Duration::from_ms(250);
/// A shorter turn is a click.
const TURN_MIN: Duration = Duration::from_ms(80);

/// What all windows together say of one frame.
struct Heard {
    speech: f32,
    voices: Vec<f32>,
}

/// The turns, sorted by start; voices are numbered as they are first heard, and how many there are.
pub(super) fn turns(windows: &[Window], mappings: &[Mapping], voices: usize, frames: usize) -> (Vec<VoiceTurn>, u16) {
    let heard = heard(windows, mappings, voices, frames);
    let mut turns: Vec<VoiceTurn> = (0..voices).flat_map(|voice| turns_of(&heard, voice)).collect();
    turns.sort_by_key(|turn| (turn.span.start(), turn.span.end(), turn.voice));
    let mut order: Vec<u16> = Vec::new();
    for turn in &mut turns {
        let number = order.iter().position(|voice| *voice == turn.voice).unwrap_or_else(|| {
            order.push(turn.voice);
            order.len() - 1
        });
        turn.voice = number as u16;
    }
    (turns, order.len() as u16)
}

/// The mean over all windows that hear a frame.
fn heard(windows: &[Window], mappings: &[Mapping], voices: usize, frames: usize) -> Vec<Heard> {
    let mut sums: Vec<Heard> = (0..frames).map(|_| Heard { speech: 0.0, voices: vec![0.0; voices] }).collect();
    let mut counts = vec![0.0_f32; frames];
    for (window, mapping) in windows.iter().zip(mappings) {
        for (at, frame) in window.frames.iter().enumerate() {
            let Some(sum) = sums.get_mut(window.first + at) else { continue };
            counts[window.first + at] += 1.0;
            sum.speech += frame.speech;
            for voice in 0..voices {
                let of_voice = locals().filter(|&local| mapping[local] == Some(voice));
                sum.voices[voice] += of_voice.map(|local| frame.active[local]).fold(0.0, f32::max);
            }
        }
    }
    for (sum, count) in sums.iter_mut().zip(counts).filter(|(_, count)| *count > 0.0) {
        sum.speech /= count;
        for value in &mut sum.voices {
            *value /= count;
        }
    }
    sums
}

/// Whether a voice speaks in a frame: more likely than not, or the likeliest where somebody does and none stands out.
fn speaks(frame: &Heard, voice: usize) -> bool {
    let value = frame.voices[voice];
    if value > SPEAKS_MIN {
        return true;
    }
    let first_best =
        frame.voices.iter().enumerate().all(|(other, &share)| share < value || share == value && other >= voice);
    frame.speech > SPEAKS_MIN && value > 0.0 && first_best && value <= SPEAKS_MIN
}

fn turns_of(heard: &[Heard], voice: usize) -> Vec<VoiceTurn> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for number in (0..heard.len()).filter(|&number| speaks(&heard[number], voice)) {
        match ranges.last_mut() {
            Some(last) if span_of(last.1, number).length() <= PAUSE_MAX => last.1 = number + 1,
            _ => ranges.push((number, number + 1)),
        }
    }
    let turn = |&(from, to): &(usize, usize)| {
        let spoken = heard[from..to].iter().filter(|frame| speaks(frame, voice));
        let (sum, count) = spoken.fold((0.0, 0.0), |(sum, count), frame| {
            (sum + (frame.voices[voice] / frame.speech.max(SPEAKS_MIN)).min(1.0), count + 1.0)
        });
        VoiceTurn { span: span_of(from, to), voice: voice as u16, confidence: sum / f32::max(count, 1.0) }
    };
    ranges.iter().map(turn).filter(|turn| turn.span.length() >= TURN_MIN).collect()
}
