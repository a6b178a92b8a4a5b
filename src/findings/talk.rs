//! How each person talked, as call-analytics products define the figures.

use crate::call::finding::TalkFigures;
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::transcript::SpeakerId;
use crate::lexicon::Tag;

use super::reading::Reading;

/// A monologue goes on over gaps of up to this.
const MONOLOGUE_GAP_MAX: Duration = Duration::from_ms(1500);
/// An interruption overlaps at least this long; shorter is a slip of turn-taking.
const INTERRUPTION_OVERLAP_MIN: Duration = Duration::from_ms(200);
/// Milliseconds in a minute.
const MINUTE_MS: f64 = 60_000.0;

/// The figures of each person, in the order of the speakers; empty when they were not told apart.
pub(super) fn figures(reading: &Reading<'_>) -> Vec<TalkFigures> {
    if !reading.speakers_known() {
        return Vec::new();
    }
    let floor = Floor::of(reading);
    let ids: Vec<SpeakerId> =
        (0..reading.transcript.speakers.len()).filter_map(|at| u16::try_from(at).ok()).map(SpeakerId).collect();
    let talks: Vec<Vec<Span>> = ids.iter().map(|id| talk_of(reading, *id)).collect();
    let lengths: Vec<Duration> = talks.iter().map(|spans| spans.iter().map(|span| span.length()).sum()).collect();
    let all: Duration = lengths.iter().copied().sum();
    ids.iter().map(|id| figures_of(reading, &floor, *id, &talks[id.index()], all)).collect()
}

fn figures_of(reading: &Reading<'_>, floor: &Floor, id: SpeakerId, talk: &[Span], all: Duration) -> TalkFigures {
    let speaker = &reading.transcript.speakers[id.index()];
    let talk_seconds: Duration = talk.iter().map(|span| span.length()).sum();
    let own: Vec<usize> = (0..reading.said.len()).filter(|at| reading.speaker(*at) == Some(id)).collect();
    let words: usize = own.iter().map(|at| reading.said[*at].words).sum();
    let fillers: usize = own.iter().map(|at| reading.said[*at].count(Tag::Filler)).sum();
    let begins_turn = |at: &&usize| **at == 0 || reading.speaker(**at - 1) != Some(id);
    let turns = own.iter().filter(begins_turn).count();
    let shifts = reading.topics.iter().skip(1).filter(|topic| own.binary_search(&topic.first).is_ok()).count();
    TalkFigures {
        id,
        label: speaker.label.clone(),
        me: speaker.me,
        recognised: speaker.recognised,
        talk_seconds,
        talk_ratio: talk_seconds.share_of(all),
        words,
        turns,
        talk_speed_wpm: (talk_seconds > Duration::ZERO).then(|| words as f64 * MINUTE_MS / talk_seconds.ms() as f64),
        longest_monologue_seconds: longest_monologue(talk, &floor.starts_of_others(id)),
        questions: own.iter().filter(|at| reading.said[**at].asks).count(),
        interruptions: floor.interruptions(id),
        backchannels: own.iter().filter(|at| reading.is_backchannel(**at)).count(),
        patience_seconds: floor.patience(id),
        fillers_per_100_words: (words > 0 && reading.lexicon.is_some()).then(|| 100.0 * fillers as f64 / words as f64),
        // Two topics may begin in one turn of several utterances.
        topic_shift_tendency: (turns > 0 && reading.lexicon.is_some()).then(|| (shifts as f64 / turns as f64).min(1.0)),
    }
}

/// Where a person is heard, in order, overlaps joined: from the speech spans, or, where there are none for anybody, from
/// the utterances.
fn talk_of(reading: &Reading<'_>, id: SpeakerId) -> Vec<Span> {
    let transcript = reading.transcript;
    let mut spans: Vec<Span> = if transcript.speech.iter().any(|speech| speech.speaker.is_some()) {
        transcript.speech.iter().filter(|speech| speech.speaker == Some(id)).map(|speech| speech.span).collect()
    } else {
        transcript.utterances.iter().filter(|said| said.speaker == Some(id)).map(|said| said.span).collect()
    };
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start() <= last.end() => *last = last.cover(span),
            _ => joined.push(span),
        }
    }
    joined
}

/// The longest stretch of `talk` with gaps of up to 1.5 s in which nobody else takes a turn.
fn longest_monologue(talk: &[Span], others: &[Timestamp]) -> Duration {
    let mut longest = Duration::ZERO;
    let mut stretch: Option<Span> = None;
    for span in talk {
        let goes_on = stretch.filter(|stretch| {
            let first = others.partition_point(|start| *start <= stretch.start());
            let nobody_between = others.get(first).is_none_or(|start| *start > span.start());
            span.start().since(stretch.end()) <= MONOLOGUE_GAP_MAX && nobody_between
        });
        let now = goes_on.map_or(*span, |stretch| stretch.cover(*span));
        longest = longest.max(now.length());
        stretch = Some(now);
    }
    longest
}

/// The utterances that claim the floor: all but backchannels.
struct Floor {
    turns: Vec<(Span, SpeakerId)>,
}

impl Floor {
    fn of(reading: &Reading<'_>) -> Self {
        let claims = (0..reading.said.len()).filter(|at| !reading.is_backchannel(*at));
        let turns = claims.filter_map(|at| Some((reading.utterances()[at].span, reading.speaker(at)?))).collect();
        Self { turns }
    }

    fn starts_of_others(&self, id: SpeakerId) -> Vec<Timestamp> {
        self.turns.iter().filter(|(_, who)| *who != id).map(|(span, _)| span.start()).collect()
    }

    /// Times `id` starts while another speaks, overlaps by at least 200 ms and is still speaking when the other ends.
    fn interruptions(&self, id: SpeakerId) -> usize {
        let mut count = 0;
        // The other turn that reaches farthest among those begun so far.
        let mut open: Option<Span> = None;
        for (span, who) in &self.turns {
            if *who != id {
                if open.is_none_or(|open| span.end() > open.end()) {
                    open = Some(*span);
                }
                continue;
            }
            let interrupts = |other: Span| {
                other.start() < span.start()
                    && span.overlap(other) >= INTERRUPTION_OVERLAP_MIN
                    && other.end() <= span.end()
            };
            count += usize::from(open.is_some_and(interrupts));
        }
        count
    }

    /// Median gap from another's end to the start of `id`'s reply; a reply that begins before the end counts as zero.
    fn patience(&self, id: SpeakerId) -> Option<Duration> {
        let replies = self.turns.windows(2).filter(|pair| pair[0].1 != id && pair[1].1 == id);
        let mut gaps: Vec<Duration> = replies.map(|pair| pair[1].0.start().since(pair[0].0.end())).collect();
        gaps.sort_unstable();
        let middle = gaps.len() / 2;
        match gaps.len() {
            0 => None,
            count if count % 2 == 1 => Some(gaps[middle]),
            _ => Some(Duration::from_ms(u64::midpoint(gaps[middle - 1].ms(), gaps[middle].ms()))),
        }
    }
}
