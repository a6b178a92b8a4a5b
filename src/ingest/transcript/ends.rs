//! Ends of cues that have none, and breaths that were cut into several cues.

use super::draft::Cue;

/// Length of a word where nothing better is known, in milliseconds: 170 words a minute, an easy pace of talk.
const WORD_MS: u64 = 350;

/// Shortest estimated utterance, in milliseconds: a "yes".
const ESTIMATE_MS_MIN: u64 = 400;

/// Characters that count as one word in scripts without spaces.
const CHARS_PER_WORD: usize = 2;

/// Two cues of one speaker are one breath when they are at most this far apart, in milliseconds. Teams cuts breaths
/// into cues that touch; a real pause is 100 ms and more.
const JOIN_GAP_MS_MAX: u64 = 50;

/// A cue shorter than this may be a piece of a breath, in milliseconds.
const BREATH_MS_MIN: u64 = 1000;

/// No joined utterance is longer than this, in milliseconds.
const JOINED_MS_MAX: u64 = 15_000;

/// Gives every cue an end; cues are sorted by start. Returns how many ends were estimated.
///
/// An end is estimated from the words and is at most the next later start. Cues without ends that start together
/// (times of whole seconds) follow each other in that room.
pub(super) fn estimate(cues: &mut [Cue]) -> usize {
    let mut estimated = 0;
    let mut at = 0;
    while at < cues.len() {
        let start = cues[at].start;
        let together = cues[at..].iter().take_while(|cue| cue.start == start).count();
        let room = cues.get(at + together).map(|next| next.start - start);
        let group = &mut cues[at..at + together];
        let wanted: u64 = group.iter().filter(|cue| cue.end.is_none()).map(|cue| spoken_ms(&cue.lines)).sum();
        let given = room.map_or(wanted, |room| room.min(wanted));
        let mut before = 0;
        for cue in group.iter_mut().filter(|cue| cue.end.is_none()) {
            cue.start = start + before * given / wanted.max(1);
            before += spoken_ms(&cue.lines);
            cue.end = Some(start + before * given / wanted.max(1));
            estimated += 1;
        }
        at += together;
    }
    estimated
}

fn spoken_ms(lines: &[String]) -> u64 {
    let words = lines.iter().flat_map(|line| line.split_whitespace()).map(|word| {
        let wide = word.chars().filter(|&c| c >= '\u{2e80}').count();
        (wide / CHARS_PER_WORD).max(1) as u64
    });
    (words.sum::<u64>() * WORD_MS).max(ESTIMATE_MS_MIN)
}

/// Joins cues of one speaker that are pieces of one breath; cues are sorted and have ends and a single line each.
pub(super) fn join_breaths(cues: Vec<Cue>) -> Vec<Cue> {
    let mut joined: Vec<Cue> = Vec::with_capacity(cues.len());
    for cue in cues {
        match joined.last_mut() {
            Some(before) if is_one_breath(before, &cue) => {
                before.end = before.end.max(cue.end);
                if let (Some(text), Some(more)) = (before.lines.first_mut(), cue.lines.first()) {
                    text.push(' ');
                    text.push_str(more);
                }
            }
            _ => joined.push(cue),
        }
    }
    joined
}

fn is_one_breath(before: &Cue, next: &Cue) -> bool {
    let (Some(end), Some(next_end)) = (before.end, next.end) else { return false };
    let ends_sentence = before.lines.first().is_some_and(|text| text.ends_with(['.', '?', '!', '…', '。', '？', '！']));
    let is_short = end - before.start < BREATH_MS_MIN || next_end.saturating_sub(next.start) < BREATH_MS_MIN;
    before.voice.is_some()
        && before.voice == next.voice
        && end.abs_diff(next.start) <= JOIN_GAP_MS_MAX
        && !ends_sentence
        && is_short
        && next_end.saturating_sub(before.start) <= JOINED_MS_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: u64, end: Option<u64>, voice: &str, text: &str) -> Cue {
        Cue { start, end, voice: Some(voice.to_owned()), lines: vec![text.to_owned()], ..Cue::default() }
    }

    fn spans(cues: &[Cue]) -> Vec<(u64, u64)> {
        cues.iter().map(|cue| (cue.start, cue.end.unwrap())).collect()
    }

    #[test]
    fn ends_come_from_words_and_stop_at_the_next_start() {
        let mut cues = [
            cue(0, None, "A", "one two three four"),
            cue(1000, None, "B", "one two"),
            cue(9000, Some(9500), "A", "x"),
            cue(10_000, None, "A", "ja"),
        ];
        assert_eq!(estimate(&mut cues), 3);
        assert_eq!(spans(&cues), [(0, 1000), (1000, 1700), (9000, 9500), (10_000, 10_400)]);
    }

    #[test]
    fn cues_of_the_same_second_follow_each_other() {
        let mut cues = [cue(0, None, "A", "a b"), cue(0, None, "B", "c d e f g h"), cue(1000, None, "A", "x y")];
        estimate(&mut cues);
        assert_eq!(spans(&cues), [(0, 250), (250, 1000), (1000, 1700)]);
    }

    #[test]
    fn only_touching_pieces_of_a_breath_are_joined() {
        let joined = |next: Cue| join_breaths(vec![cue(0, Some(2000), "A", "I was"), next]).len() == 1;
        assert!(joined(cue(2000, Some(2500), "A", "there")));
        assert!(!joined(cue(2100, Some(2500), "A", "there")));
        assert!(!joined(cue(2000, Some(2500), "B", "there")));
        assert!(!joined(cue(2000, Some(4000), "A", "there")));
        let ended = join_breaths(vec![cue(0, Some(500), "A", "Yes."), cue(500, Some(900), "A", "No.")]);
        assert_eq!(ended.len(), 2);
        let text = join_breaths(vec![cue(0, Some(500), "A", "I"), cue(500, Some(900), "A", "was")]).remove(0);
        assert_eq!((text.lines[0].as_str(), text.end), ("I was", Some(900)));
    }
}
