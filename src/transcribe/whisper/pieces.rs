//! From whisper.cpp's tokens to pieces of text with words.

use crate::call::time::{Duration, Span};
use crate::transcribe::engine::{Heard, HeardWord};
use crate::transcribe::whisper::TokenId;
use whisper_rs::WhisperTokenData;

/// Milliseconds between two time tokens.
const TIME_STEP_MS: u64 = 20;
/// whisper.cpp gives token times in hundredths of a second.
const CENTISECOND_MS: u64 = 10;
/// Longest word when only word starts are known: beyond it comes a pause.
const WORD_MS_MAX: u64 = 1200;

/// Token numbers that part text from the rest.
#[derive(Clone, Copy)]
pub(super) struct Ids {
    /// First that is not text.
    pub(super) end: TokenId,
    /// That of time zero; the others follow.
    pub(super) times: TokenId,
}

/// A word in the making: bytes, for tokens may end within a character.
struct RawWord {
    bytes: Vec<u8>,
    start_ms: u64,
    end_ms: u64,
    confidences: f32,
    tokens: u16,
}

/// Reads tokens in order.
pub(super) struct Reader {
    ids: Ids,
    length_ms: u64,
    aligned: bool,
    pieces: Vec<(Span, Vec<RawWord>)>,
    open: Vec<RawWord>,
    open_from_ms: u64,
    last_time_ms: Option<u64>,
}

impl Reader {
    pub(super) fn new(ids: Ids, length_ms: u64, aligned: bool) -> Self {
        Self { ids, length_ms, aligned, pieces: Vec::new(), open: Vec::new(), open_from_ms: 0, last_time_ms: None }
    }

    /// Takes the next token.
    pub(super) fn token(&mut self, data: &WhisperTokenData, bytes: &[u8]) {
        if data.id >= self.ids.times {
            let steps = u64::from((data.id - self.ids.times).unsigned_abs());
            let at_ms = (steps * TIME_STEP_MS).min(self.length_ms);
            self.close(at_ms);
            self.open_from_ms = at_ms;
            self.last_time_ms = Some(at_ms);
        } else if data.id < self.ids.end {
            self.text(data, bytes);
        }
    }

    /// Where the last time token points.
    pub(super) fn last_time_ms(&self) -> Option<u64> {
        self.last_time_ms
    }

    fn text(&mut self, data: &WhisperTokenData, bytes: &[u8]) {
        let ms = |centiseconds: i64| u64::try_from(centiseconds).unwrap_or(0).saturating_mul(CENTISECOND_MS);
        // Alignment gives starts alone; without it (or where it failed) there are rougher starts and ends.
        let (start_ms, end_ms) = if self.aligned && data.t_dtw >= 0 {
            (ms(data.t_dtw), ms(data.t_dtw).saturating_add(WORD_MS_MAX))
        } else {
            (ms(data.t0), ms(data.t1))
        };
        let confidence = if data.p.is_finite() { data.p.clamp(0.0, 1.0) } else { 0.0 };
        match self.open.last_mut() {
            Some(word) if !begins_word(&word.bytes, bytes) => {
                word.bytes.extend(bytes);
                word.end_ms = word.end_ms.max(end_ms);
                word.confidences += confidence;
                word.tokens = word.tokens.saturating_add(1);
            }
            _ => {
                self.open.push(RawWord { bytes: bytes.to_vec(), start_ms, end_ms, confidences: confidence, tokens: 1 });
            }
        }
    }

    fn close(&mut self, end_ms: u64) {
        let words = std::mem::take(&mut self.open);
        if !words.is_empty() {
            self.pieces.push((Span::from_ms(self.open_from_ms, end_ms), words));
        }
    }

    /// The pieces of text, in order, none past the end of the window.
    pub(super) fn finish(mut self, no_speech: f32, temperature: f32) -> Vec<Heard> {
        self.close(self.length_ms);
        let pieces = std::mem::take(&mut self.pieces);
        pieces
            .into_iter()
            .map(|(span, words)| {
                let words = if self.aligned { words } else { anchored(words, span) };
                Heard { span, words: place(words, span), no_speech, temperature }
            })
            .filter(|piece| !piece.words.is_empty())
            .collect()
    }
}

/// Whether `next` begins a new word after `word`.
fn begins_word(word: &[u8], next: &[u8]) -> bool {
    if next.starts_with(b" ") {
        return true;
    }
    // Scripts without spaces: a whole character of such a script is a word of its own.
    let last = std::str::from_utf8(word).ok().and_then(|word| word.chars().next_back());
    let first = std::str::from_utf8(next).ok().and_then(|next| next.chars().next());
    last.is_some_and(is_unspaced) && first.is_some_and(char::is_alphanumeric)
}

/// Whether a character belongs to a script that puts no spaces between words: Thai, Lao, Burmese, Khmer, Chinese and
/// Japanese. Korean has spaces.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character), 0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF)
}

/// Words whose rough times are stretched so that the first begins and the last ends with the piece.
///
/// Without alignment whisper.cpp guesses word times from the tokens' lengths; the time tokens around the piece are what
/// the model itself says, and right to a tenth of a second where the guesses are off by one.
fn anchored(mut words: Vec<RawWord>, piece: Span) -> Vec<RawWord> {
    let (from_ms, to_ms) = (piece.start().ms(), piece.end().ms());
    let first_ms = words.first().map_or(from_ms, |word| word.start_ms.clamp(from_ms, to_ms));
    if first_ms < to_ms {
        let stretch = (to_ms - from_ms) as f64 / (to_ms - first_ms) as f64;
        let moved = |ms: u64| from_ms + (ms.clamp(first_ms, to_ms).abs_diff(first_ms) as f64 * stretch).round() as u64;
        for word in &mut words {
            (word.start_ms, word.end_ms) = (moved(word.start_ms), moved(word.end_ms));
        }
    }
    if let Some(last) = words.last_mut() {
        last.end_ms = to_ms;
    }
    words
}

/// Words with their times: inside the piece, in order, none reaching into the next.
fn place(words: Vec<RawWord>, piece: Span) -> Vec<HeardWord> {
    let (from_ms, to_ms) = (piece.start().ms(), piece.end().ms());
    let mut placed: Vec<HeardWord> = Vec::with_capacity(words.len());
    let mut earliest_ms = from_ms;
    let starts: Vec<u64> = words
        .iter()
        .map(|word| {
            earliest_ms = word.start_ms.clamp(earliest_ms, to_ms.max(earliest_ms));
            earliest_ms
        })
        .collect();
    for (at, word) in words.into_iter().enumerate() {
        let text = String::from_utf8_lossy(&word.bytes).trim().to_owned();
        if text.is_empty() {
            continue;
        }
        let next_ms = starts.get(at + 1).copied().unwrap_or(to_ms);
        let end_ms = word.end_ms.min(next_ms).max(starts[at]);
        placed.push(HeardWord {
            span: Span::from_ms(starts[at], end_ms),
            text,
            spaced: word.bytes.starts_with(b" "),
            confidence: word.confidences / f32::from(word.tokens),
        });
    }
    placed
}

/// `piece`, heard `ms` later in the window.
pub(super) fn later(piece: Heard, ms: u64) -> Heard {
    let by = Duration::from_ms(ms);
    let moved = |span: Span| Span::new(span.start() + by, span.end() + by);
    let words = piece.words.into_iter().map(|word| HeardWord { span: moved(word.span), ..word }).collect();
    Heard { span: moved(piece.span), words, ..piece }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDS: Ids = Ids { end: 1000, times: 2000 };

    fn data(id: TokenId, t0: i64, t1: i64, t_dtw: i64) -> WhisperTokenData {
        WhisperTokenData { id, tid: id, p: 0.5, plog: -0.7, pt: 0.0, ptsum: 0.0, t0, t1, t_dtw, vlen: 0.0 }
    }

    #[test]
    fn without_alignment_the_time_tokens_hold_the_first_and_the_last_word() {
        let mut reader = Reader::new(IDS, 5000, false);
        for (id, t0, t1, text) in
            [(2050, 0, 0, ""), (5, 200, 250, " So"), (6, 250, 300, " then"), (2150, 0, 0, ""), (1000, 0, 0, "")]
        {
            reader.token(&data(id, t0, t1, -1), text.as_bytes());
        }
        let pieces = reader.finish(0.0, 0.0);
        assert_eq!(pieces[0].span, Span::from_ms(1000, 3000));
        // 2.0 to 3.0 s became 1.0 to 3.0 s.
        assert_eq!(pieces[0].words[0].span, Span::from_ms(1000, 2000));
        assert_eq!(pieces[0].words[1].span, Span::from_ms(2000, 3000));
    }

    #[test]
    fn tokens_become_words_within_their_pieces() {
        let mut reader = Reader::new(IDS, 5000, false);
        for (id, t0, t1, text) in [
            (2000, 0, 0, ""),
            (5, 0, 50, " Hel"),
            (6, 50, 60, "lo"),
            (7, 60, 62, ","),
            (8, 70, 400, " you"),
            (2100, 0, 0, ""),
            (2110, 0, 0, ""),
            (9, 100, 900, " there"),
            (3000, 0, 0, ""),
            (1000, 0, 0, "[_EOT_]"),
        ] {
            reader.token(&data(id, t0, t1, -1), text.as_bytes());
        }
        assert_eq!(reader.last_time_ms(), Some(5000));
        let pieces = reader.finish(0.1, 0.0);
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces[0].text(), "Hello, you");
        assert_eq!(pieces[0].span, Span::from_ms(0, 2000));
        assert_eq!(pieces[0].words[0].span, Span::from_ms(0, 620));
        assert_eq!(pieces[0].words[1].span, Span::from_ms(700, 2000));
        // A time past the end of the window is pulled back, and so is the word.
        assert_eq!(pieces[1].span, Span::from_ms(2200, 5000));
        assert_eq!(pieces[1].words[0].span, Span::from_ms(2200, 5000));
    }

    #[test]
    fn aligned_words_end_where_the_next_begins() {
        let mut reader = Reader::new(IDS, 9000, true);
        for (id, dtw, text) in [(2000, -1, ""), (5, 20, " one"), (6, 80, " two"), (7, 500, " three"), (2450, -1, "")] {
            reader.token(&data(id, 0, 0, dtw), text.as_bytes());
        }
        let spans: Vec<_> = reader.finish(0.0, 0.0)[0].words.iter().map(|word| word.span).collect();
        assert_eq!(spans, [Span::from_ms(200, 800), Span::from_ms(800, 2000), Span::from_ms(5000, 6200)]);
    }

    #[test]
    fn characters_cut_between_tokens_are_put_together() {
        let mut reader = Reader::new(IDS, 3000, false);
        let text = "你好吗".as_bytes();
        for (at, piece) in [&text[..3], &text[3..4], &text[4..6], &text[6..]].iter().enumerate() {
            reader.token(&data(5, at as i64 * 10, at as i64 * 10 + 10, -1), piece);
        }
        let pieces = reader.finish(0.0, 0.0);
        assert_eq!(pieces[0].text(), "你好吗");
    }

    #[test]
    fn hostile_times_stay_inside() {
        let mut reader = Reader::new(IDS, 1000, false);
        for (t0, t1) in [(i64::MAX, i64::MIN), (-5, -1), (i64::MIN, i64::MAX)] {
            reader.token(&data(5, t0, t1, -1), b" x");
        }
        let pieces = reader.finish(f32::NAN, 0.0);
        assert!(pieces[0].words.iter().all(|word| word.span.end().ms() <= 1000));
    }
}
