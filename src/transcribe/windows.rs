//! Speech packed into windows, and the way back from window time to call time.
//!
//! Every window costs a whisper model something besides what it holds: so the silence between two stretches of speech is
//! shortened, and a track is parted into windows where that costs least in all. Speech is cut only where one stretch is longer
//! than a window.

use crate::call::audio::{SAMPLES_PER_MS, Track};
use crate::call::time::{Duration, Span, Timestamp};
use crate::transcribe::speech::Listening;

/// Sound that one position of whisper's encoder stands for, in milliseconds.
pub const POSITION_MS: u64 = 20;

/// Positions of the encoder that are used, of 1,500. Attention multiplies matrices of this many columns, and the tuned
/// kernels of ggml take multiples of 16 alone (8 with AVX2): at 1,500 it falls back to others. 1,488 instead takes
/// 0.76 to 0.95 of the encoder's time (`benches/NOTES.md`, "Beside other programs").
pub const POSITIONS: u64 = 1_488;

/// Positions of silence that the encoder sees behind a window that does not fill it, and the least it sees in all. Silence up
/// to half a minute costs time and says nothing, but models were trained with it: with much too little they repeat
/// themselves. Where these numbers come from: `benches/NOTES.md`, "Beside other programs".
const POSITIONS_BEHIND: u64 = 128;
const POSITIONS_MIN: u64 = 512;

/// Matrices are multiples of this wide, as the tuned kernels want them (see [`POSITIONS`]).
const POSITIONS_STEP: u64 = 16;

/// Positions of the encoder that a window of this length needs.
#[must_use]
pub fn positions(length: Duration) -> u64 {
    let wanted = length.ms().div_ceil(POSITION_MS) + POSITIONS_BEHIND;
    wanted.next_multiple_of(POSITIONS_STEP).clamp(POSITIONS_MIN, POSITIONS)
}

/// Longest window: what the encoder sees at once, 29.76 s.
pub const WINDOW_MS_MAX: u64 = POSITIONS * POSITION_MS;

/// Silence that is kept on each side of a stretch of speech, as far as there is any, beside the 300 ms that speech
/// detection leaves around it: 0.8 s between two stretches in all, a pause that whisper ends a sentence at. With more it
/// takes longer, with less it hears worse (`benches/NOTES.md`, "Beside other programs").
const SILENCE_KEPT_MS: u64 = 250;

/// Where a stretch that is longer than a window may be cut: in the last third, at the least speech-like moment.
const CUT_TAIL_MS: u64 = 10_000;

/// A piece of a window: sound that is in one piece in the call too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    /// Where it begins in the window.
    at_ms: u64,
    /// Which stretch of the call it is.
    span: Span,
}

/// Up to [`WINDOW_MS_MAX`] of speech of one track, with long silences taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pieces: Vec<Piece>,
}

impl Window {
    fn of(stretches: &[Span]) -> Self {
        let mut at_ms = 0;
        let piece = |&span: &Span| {
            let piece = Piece { at_ms, span };
            at_ms += span.length().ms();
            piece
        };
        Self { pieces: stretches.iter().map(piece).collect() }
    }

    /// Its own length, at most [`WINDOW_MS_MAX`].
    #[must_use]
    pub fn length(&self) -> Duration {
        self.pieces.iter().map(|piece| piece.span.length()).sum()
    }

    /// The stretches of the call that it is made of, in order.
    pub fn stretches(&self) -> impl Iterator<Item = Span> {
        self.pieces.iter().map(|piece| piece.span)
    }

    /// The stretch of the call from its first to its last sound.
    #[must_use]
    pub fn reach(&self) -> Span {
        self.stretches().reduce(Span::cover).unwrap_or_default()
    }

    /// Its samples.
    #[must_use]
    pub fn samples(&self, track: &Track) -> Vec<f32> {
        let mut samples = Vec::with_capacity((self.length().ms() * SAMPLES_PER_MS) as usize);
        for stretch in self.stretches() {
            track.read(stretch, &mut samples);
        }
        samples
    }

    /// The stretch of the call that a stretch of window time is; what lies past the window's end is pulled back to it.
    #[must_use]
    pub fn to_call(&self, within: Span) -> Span {
        // At a seam, a start belongs to the sound after it and an end to the sound before it.
        let start = self.place(within.start(), |piece, at_ms| piece.at_ms <= at_ms);
        let end = self.place(within.end(), |piece, at_ms| piece.at_ms < at_ms);
        Span::new(start, end)
    }

    fn place(&self, at: Timestamp, begins_before: impl Fn(&Piece, u64) -> bool) -> Timestamp {
        let after = self.pieces.partition_point(|piece| begins_before(piece, at.ms()));
        let Some(piece) = self.pieces.get(after.saturating_sub(1)) else { return Timestamp::ZERO };
        (piece.span.start() + Duration::from_ms(at.ms().saturating_sub(piece.at_ms))).min(piece.span.end())
    }
}

/// Packs the speech of a track of this length into windows, in order, so that they cost least in all.
///
/// To fill one window after the other is not that: the encoder works on some silence behind a window that is not quite full,
/// and how full the last one is, is left to chance. The cheapest way is found by dynamic programming over the stretches: the
/// cheapest windows of the first so many are those of fewer, and one window more.
#[must_use]
pub fn pack(listening: &Listening, length: Duration) -> Vec<Window> {
    let stretches = stretches(listening, length);
    // Of the first so many stretches: what their windows cost, and how many stretches lie before the last window.
    let mut cheapest: Vec<(u64, usize)> = vec![(0, 0)];
    for end in 1..=stretches.len() {
        let mut held = Duration::ZERO;
        let last_windows = (0..end).rev().map_while(|start| {
            held += stretches[start].length();
            (held.ms() <= WINDOW_MS_MAX).then(|| (cheapest[start].0 + cost(held), start))
        });
        // No stretch is longer than a window: there is a way to hold every one.
        cheapest.extend(last_windows.min());
    }
    let mut windows = Vec::new();
    let mut end = stretches.len();
    while end > 0 {
        let start = cheapest[end].1;
        windows.push(Window::of(&stretches[start..end]));
        end = start;
    }
    windows.reverse();
    windows
}

/// What a window of this length costs: products with weights grow with the positions of the encoder, attention with their
/// square. In a full window the former take twice the time of the latter (`benches/NOTES.md`, "Beside other programs"). The
/// unit does not matter.
fn cost(length: Duration) -> u64 {
    let positions = positions(length);
    2 * POSITIONS * positions + positions * positions + WINDOW_COST
}

/// What a window costs whatever it holds, a tenth of a full one: the decoder's start and the spectrum are a part of that. The rest
/// is a price on every seam, since the model knows of no words before it; it is chosen, not measured.
const WINDOW_COST: u64 = 3 * POSITIONS * POSITIONS / 10;

/// Stretches of speech with the silence that is kept around them, none longer than a window.
fn stretches(listening: &Listening, length: Duration) -> Vec<Span> {
    let spans = listening.spans();
    let end = Timestamp::ZERO + length;
    let mut found = Vec::with_capacity(spans.len());
    for (at, span) in spans.iter().enumerate() {
        // Each side of a silence takes at most half of it: no sound is heard twice.
        let before = at.checked_sub(1).map_or(Timestamp::ZERO, |last| middle(spans[last].end(), span.start()));
        let after = spans.get(at + 1).map_or(end, |next| middle(span.end(), next.start()));
        let kept = Duration::from_ms(SILENCE_KEPT_MS);
        let with_silence = Span::new(span.start().back(kept).max(before), (span.end() + kept).min(after));
        cut(with_silence, listening, &mut found);
    }
    found
}

fn middle(a: Timestamp, b: Timestamp) -> Timestamp {
    a + Duration::from_ms(b.since(a).ms() / 2)
}

/// Appends `span`, cut into stretches that fit a window.
fn cut(span: Span, listening: &Listening, found: &mut Vec<Span>) {
    let mut rest = span;
    while rest.length().ms() > WINDOW_MS_MAX {
        let latest = rest.start() + Duration::from_ms(WINDOW_MS_MAX);
        let at = listening.best_cut(Span::new(latest.back(Duration::from_ms(CUT_TAIL_MS)), latest));
        found.push(Span::new(rest.start(), at));
        rest = Span::new(at, rest.end());
    }
    found.push(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speech as a fixed pseudo-random sequence of stretches and silences, some of them very long.
    fn listening(seed: u32) -> (Listening, Duration) {
        let mut seed = seed;
        let mut next = |most: u64| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u64::from(seed >> 8) % most + 1
        };
        let (mut spans, mut at) = (Vec::new(), 0);
        for round in 0..120 {
            let start = at + next(if round % 7 == 0 { 60_000 } else { 900 });
            at = start + next(if round % 11 == 0 { 95_000 } else { 6000 });
            spans.push(Span::from_ms(start, at));
            at += 1;
        }
        (Listening::scripted(spans), Duration::from_ms(at + next(3000)))
    }

    #[test]
    fn the_encoder_sees_some_silence_behind_a_window_and_never_more_than_it_can() {
        let of = |ms| positions(Duration::from_ms(ms));
        assert_eq!((of(0), of(7_000)), (512, 512));
        assert_eq!((of(20_000), of(20_001)), (1_136, 1_136));
        assert_eq!((of(27_200), of(WINDOW_MS_MAX), of(10 * WINDOW_MS_MAX)), (1_488, 1_488, 1_488));
        for ms in (0..WINDOW_MS_MAX).step_by(7) {
            assert!(of(ms) % POSITIONS_STEP == 0 && (of(ms) * POSITION_MS >= ms + 2_000 || of(ms) == POSITIONS));
        }
    }

    #[test]
    fn all_speech_is_covered_exactly_once_and_no_window_is_too_long() {
        for seed in 0..50 {
            let (heard, length) = listening(seed);
            let windows = pack(&heard, length);
            let stretches: Vec<Span> = windows.iter().flat_map(Window::stretches).collect();
            assert!(windows.iter().all(|window| window.length().ms() <= WINDOW_MS_MAX), "{seed}");
            // In order and without overlap: nothing twice.
            assert!(stretches.windows(2).all(|pair| pair[0].end() <= pair[1].start()), "{seed}");
            assert!(stretches.iter().all(|stretch| stretch.end() <= Timestamp::ZERO + length), "{seed}");
            for &speech in heard.spans() {
                let covered: Duration = stretches.iter().map(|stretch| stretch.overlap(speech)).sum();
                assert_eq!(covered, speech.length(), "{seed}");
            }
        }
    }

    #[test]
    fn the_way_back_rises_and_lands_in_the_sound_that_was_packed() {
        for seed in 0..50 {
            let (heard, length) = listening(seed);
            for window in pack(&heard, length) {
                let mut last = Timestamp::ZERO;
                for ms in (0..window.length().ms()).step_by(37) {
                    let back = window.to_call(Span::from_ms(ms, ms + 1));
                    assert!(back.start() >= last, "{seed} {ms}");
                    assert!(window.stretches().any(|stretch| stretch.contains(back.start())), "{seed} {ms}");
                    assert_eq!(back.length().ms(), 1, "{seed} {ms}");
                    last = back.start();
                }
                assert_eq!(
                    window.to_call(Span::new(Timestamp::ZERO, Timestamp::ZERO + window.length())),
                    window.reach()
                );
                assert_eq!(window.to_call(Span::from_ms(40_000, 90_000)).end(), window.reach().end());
            }
        }
    }

    #[test]
    fn speech_that_fits_is_never_cut() {
        for seed in 0..50 {
            let (heard, length) = listening(seed);
            let windows = pack(&heard, length);
            for &speech in
                heard.spans().iter().filter(|speech| speech.length().ms() <= WINDOW_MS_MAX - 2 * SILENCE_KEPT_MS)
            {
                let holders = windows
                    .iter()
                    .flat_map(Window::stretches)
                    .filter(|stretch| stretch.overlap(speech) > Duration::ZERO)
                    .count();
                assert_eq!(holders, 1, "{seed} {speech:?}");
            }
        }
    }

    fn cost_of(windows: &[Window]) -> u64 {
        windows.iter().map(|window| cost(window.length())).sum()
    }

    /// One window filled after the other.
    fn filled(stretches: &[Span]) -> Vec<Window> {
        let mut windows: Vec<Vec<Span>> = Vec::new();
        for &stretch in stretches {
            let fits = |window: &&mut Vec<Span>| {
                let held: Duration = window.iter().map(|held| held.length()).sum();
                (held + stretch.length()).ms() <= WINDOW_MS_MAX
            };
            match windows.last_mut().filter(fits) {
                Some(window) => window.push(stretch),
                None => windows.push(vec![stretch]),
            }
        }
        windows.iter().map(|window| Window::of(window)).collect()
    }

    #[test]
    fn windows_cost_less_than_when_one_is_filled_after_the_other() {
        let (mut packed, mut one_by_one) = (0, 0);
        for seed in 0..50 {
            let (heard, length) = listening(seed);
            let windows = pack(&heard, length);
            let other = filled(&stretches(&heard, length));
            assert!(cost_of(&windows) <= cost_of(&other), "{seed}");
            assert!(windows.len() * 10 <= other.len() * 11, "{seed}: {} windows of {}", windows.len(), other.len());
            packed += cost_of(&windows);
            one_by_one += cost_of(&other);
        }
        assert!(packed * 100 < one_by_one * 99, "{packed} {one_by_one}");
    }

    #[test]
    fn no_way_to_part_a_few_stretches_costs_less() {
        for seed in 0..50 {
            let (heard, length) = listening(seed);
            let few: Vec<Span> = heard.spans().iter().take(10).copied().collect();
            let heard = Listening::scripted(few);
            let stretches = stretches(&heard, length);
            // Every bit is a seam between two stretches, or none.
            let ways = (0..1_u32 << (stretches.len() - 1)).filter_map(|seams| {
                let (mut windows, mut start) = (Vec::new(), 0);
                for end in 1..=stretches.len() {
                    if end == stretches.len() || seams >> (end - 1) & 1 == 1 {
                        windows.push(Window::of(&stretches[start..end]));
                        start = end;
                    }
                }
                let fit = windows.iter().all(|window| window.length().ms() <= WINDOW_MS_MAX);
                fit.then(|| cost_of(&windows))
            });
            assert_eq!(Some(cost_of(&pack(&heard, length))), ways.min(), "{seed}");
        }
    }

    #[test]
    fn an_hour_of_short_turns_goes_into_few_windows() {
        let spans: Vec<Span> = (0..360).map(|at| Span::from_ms(at * 10_000, at * 10_000 + 2500)).collect();
        let windows = pack(&Listening::scripted(spans), Duration::from_ms(3_600_000));
        // 3 s a stretch with its silence: 9 would fit into a window, and 8 with the silence behind them cost a little less.
        assert_eq!(windows.len(), 45);
    }

    #[test]
    fn no_speech_gives_no_window() {
        assert_eq!(pack(&Listening::scripted(vec![]), Duration::from_ms(60_000)), []);
    }
}
