//! Captions that roll: every cue shows the last line of the one before again.

use super::draft::Cue;

/// Two cues roll when the second starts within this of the first one's end, in milliseconds; YouTube's touch.
const TOUCH_MS_MAX: u64 = 50;

/// Captions roll when at least this share of the cues repeats a line; people repeat themselves far less.
const REPEAT_SHARE_MIN: f64 = 0.3;

/// Fewer repeats than this are never taken for rolling captions.
const REPEATS_MIN: usize = 3;

/// Drops the repeated lines if the captions of the file roll. Cues may be left without text.
pub(super) fn unroll(cues: &mut [Cue]) {
    let repeats: Vec<usize> =
        (0..cues.len()).map(|at| if at == 0 { 0 } else { repeated(&cues[at - 1], &cues[at]) }).collect();
    let count = repeats.iter().filter(|&&lines| lines > 0).count();
    if count < REPEATS_MIN || (count as f64) < REPEAT_SHARE_MIN * cues.len() as f64 {
        return;
    }
    for (cue, lines) in cues.iter_mut().zip(repeats) {
        cue.lines.retain(|line| !line.trim().is_empty());
        cue.lines.drain(..lines.min(cue.lines.len()));
    }
}

/// How many lines at the top of `next` are the last lines of `before`.
fn repeated(before: &Cue, next: &Cue) -> usize {
    let touches = before.end.is_some_and(|end| end.abs_diff(next.start) <= TOUCH_MS_MAX);
    if !touches {
        return 0;
    }
    let (old, new) = (full_lines(before), full_lines(next));
    (1..=old.len().min(new.len())).rev().find(|&n| old[old.len() - n..] == new[..n]).unwrap_or(0)
}

fn full_lines(cue: &Cue) -> Vec<&str> {
    // Two lines are on the screen at a time; more than four are no captions.
    cue.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).take(4).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: u64, end: u64, lines: &[&str]) -> Cue {
        Cue { start, end: Some(end), lines: lines.iter().map(|&line| line.to_owned()).collect(), ..Cue::default() }
    }

    #[test]
    fn every_line_of_rolling_captions_is_kept_once() {
        let mut cues = vec![
            cue(0, 2000, &[" ", "hey there"]),
            cue(2000, 2010, &["hey there", " "]),
            cue(2010, 4000, &["hey there", "and so"]),
            cue(4000, 4010, &["and so"]),
            cue(4010, 6000, &["and so", "it ends"]),
        ];
        unroll(&mut cues);
        let left: Vec<&String> = cues.iter().flat_map(|cue| &cue.lines).collect();
        assert_eq!(left, ["hey there", "and so", "it ends"]);
    }

    #[test]
    fn people_may_repeat_themselves() {
        let mut cues = vec![cue(0, 1000, &["Yes."]), cue(1000, 2000, &["Yes."]), cue(2000, 3000, &["Good."])];
        let before = cues.clone();
        unroll(&mut cues);
        assert_eq!(cues, before);
    }
}
