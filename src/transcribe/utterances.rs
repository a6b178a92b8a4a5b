//! From what the engine heard in a window to utterances in call time.

use crate::call::time::{Duration, Span, Timestamp};
use crate::call::transcript::{Utterance, Word};
use crate::transcribe::engine::{Heard, HeardWord, join_words, mean_confidence};
use crate::transcribe::guards::Candidate;
use crate::transcribe::windows::Window;

/// Silence between two words that ends an utterance: the shortest pause that hearers take for the end of a breath.
const PAUSE_MS: u64 = 700;
/// Silence between two of the engine's own pieces that parts them even in the middle of a sentence.
const PIECE_PAUSE_MS: u64 = 300;
/// Most words in an utterance: 15 s of quick talk.
const WORDS_MAX: usize = 45;
/// Ends of sentences, in the scripts that whisper writes.
const SENTENCE_ENDS: [char; 8] = ['.', '?', '!', '…', '。', '？', '！', '।'];

/// A word in call time, with what its piece says.
struct Placed {
    word: HeardWord,
    piece: usize,
    no_speech: f32,
}

/// The utterances of one window, in order.
pub(super) fn in_call_time(heard: Vec<Heard>, window: &Window, speech: &[Span]) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut open: Vec<Placed> = Vec::new();
    let mut earliest = Timestamp::ZERO;
    for (piece, heard) in heard.into_iter().enumerate() {
        for mut word in heard.words {
            let span = clamp_to_speech(window.to_call(word.span), speech);
            // Engines may go back in time; the call does not.
            word.span = Span::new(span.start().max(earliest), span.end().max(earliest));
            earliest = word.span.start();
            let placed = Placed { word, piece, no_speech: heard.no_speech };
            if open.last().is_some_and(|last| parts(last, &placed) || open.len() >= WORDS_MAX) {
                found.extend(close(&mut open));
            }
            open.push(placed);
        }
    }
    found.extend(close(&mut open));
    found
}

/// Whether an utterance ends between these words.
fn parts(last: &Placed, next: &Placed) -> bool {
    let pause_ms = next.word.span.start().since(last.word.span.end()).ms();
    let new_piece = next.piece != last.piece;
    pause_ms >= PAUSE_MS || new_piece && (pause_ms >= PIECE_PAUSE_MS || last.word.text.ends_with(SENTENCE_ENDS))
}

/// The collected words as an utterance; `None` if there is no text in them.
fn close(open: &mut Vec<Placed>) -> Option<Candidate> {
    let no_speech = open.iter().map(|placed| placed.no_speech).fold(0.0, f32::max);
    let words: Vec<HeardWord> = open.drain(..).map(|placed| placed.word).collect();
    let text = join_words(&words);
    let span = words.iter().map(|word| word.span).reduce(Span::cover)?;
    if text.is_empty() {
        return None;
    }
    let confidence = Some(mean_confidence(&words));
    let words = words
        .into_iter()
        .map(|word| Word { span: word.span, text: word.text, confidence: Some(word.confidence) })
        .collect();
    Some(Candidate { utterance: Utterance { span, speaker: None, text, words: Some(words), confidence }, no_speech })
}

/// `span` without the silence at its ends; as it is where there is no speech under it at all.
fn clamp_to_speech(span: Span, speech: &[Span]) -> Span {
    let first = speech.partition_point(|stretch| stretch.end() <= span.start());
    let after = speech.partition_point(|stretch| stretch.start() < span.end());
    if first >= after {
        return span;
    }
    Span::new(span.start().max(speech[first].start()), span.end().min(speech[after - 1].end()))
}

/// How much of `span` is speech.
pub(super) fn speech_under(speech: &[Span], span: Span) -> Duration {
    let first = speech.partition_point(|stretch| stretch.end() <= span.start());
    speech[first..].iter().take_while(|stretch| stretch.start() < span.end()).map(|stretch| stretch.overlap(span)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcribe::speech::Listening;
    use crate::transcribe::windows::pack;

    fn word(start: u64, end: u64, text: &str) -> HeardWord {
        HeardWord { span: Span::from_ms(start, end), text: text.to_owned(), spaced: true, confidence: 0.8 }
    }

    fn piece(words: Vec<HeardWord>) -> Heard {
        let span = words.iter().map(|word| word.span).reduce(Span::cover).unwrap();
        Heard { span, words, no_speech: 0.0, temperature: 0.0 }
    }

    fn window(speech: &[Span]) -> Window {
        pack(&Listening::scripted(speech.to_vec()), Duration::from_ms(600_000)).remove(0)
    }

    fn texts(found: &[Candidate]) -> Vec<(&str, u64, u64)> {
        found
            .iter()
            .map(|found| &found.utterance)
            .map(|said| (said.text.as_str(), said.span.start().ms(), said.span.end().ms()))
            .collect()
    }

    #[test]
    fn a_pause_parts_and_a_silence_that_was_cut_out_parts_too() {
        let speech = [Span::from_ms(10_000, 12_000), Span::from_ms(70_000, 71_000)];
        // The window begins at 9.75 s; its second stretch at 69.75 s is window time 2.5 s.
        let heard = vec![piece(vec![word(250, 750, "so"), word(750, 2600, "now"), word(2750, 3250, "hello")])];
        let found = in_call_time(heard, &window(&speech), &speech);
        assert_eq!(texts(&found), [("so now", 10_000, 12_000), ("hello", 70_000, 70_500)]);
    }

    #[test]
    fn sentences_of_two_pieces_are_two_utterances_and_halves_are_joined() {
        let speech = [Span::from_ms(0, 20_000)];
        let heard = vec![
            piece(vec![word(0, 500, "I"), word(500, 900, "think")]),
            piece(vec![word(900, 1200, "so.")]),
            piece(vec![word(1200, 1500, "Right?")]),
        ];
        let found = in_call_time(heard, &window(&speech), &speech);
        assert_eq!(texts(&found), [("I think so.", 0, 1200), ("Right?", 1200, 1500)]);
        assert_eq!(found[0].utterance.words.as_ref().unwrap().len(), 3);
        assert_eq!(found[0].utterance.confidence, Some(0.8));
    }

    #[test]
    fn long_talk_is_parted_and_time_never_goes_back() {
        let speech = [Span::from_ms(0, 29_000)];
        let mut words: Vec<_> = (0..100).map(|at| word(at * 200, at * 200 + 200, "w")).collect();
        words.swap(10, 60);
        let found = in_call_time(vec![piece(words)], &window(&speech), &speech);
        assert_eq!(found.iter().map(|f| f.utterance.words.as_ref().unwrap().len()).sum::<usize>(), 100);
        assert!(found.iter().all(|f| f.utterance.words.as_ref().unwrap().len() <= WORDS_MAX));
        assert!(found.windows(2).all(|pair| pair[0].utterance.span.start() <= pair[1].utterance.span.start()));
    }

    #[test]
    fn speech_under_a_span_is_counted() {
        let speech = [Span::from_ms(0, 100), Span::from_ms(200, 300), Span::from_ms(500, 900)];
        assert_eq!(speech_under(&speech, Span::from_ms(50, 600)), Duration::from_ms(250));
        assert_eq!(speech_under(&speech, Span::from_ms(300, 500)), Duration::ZERO);
    }
}
