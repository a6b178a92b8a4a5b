//! How much of the call was social, and what to think of it.

use std::collections::BTreeMap;

use crate::call::finding::{SmallTalk, Verdict};
use crate::call::time::{Duration, Span};
use crate::call::topic::Kind;
use crate::call::transcript::{SpeakerId, Transcript};

use super::FindingSettings;
use super::reading::Reading;

/// With less small talk than this a call is cold: a greeting and one question back take about ten seconds.
const COLD_BELOW: Duration = Duration::from_ms(10_000);
/// A call shorter than this is never called cold: a quick word needs no chat.
const COLD_CALL_MIN: Duration = Duration::from_ms(180_000);
/// Small talk past the opening budget by more than this is over budget. As long as half the default budget: one more
/// shared moment later in the call is still healthy.
const OVER_ABOVE: Duration = Duration::from_ms(60_000);

/// Measures the small talk: the time of utterances in topics of that kind, where their speaker is heard.
pub(super) fn measure(reading: &Reading<'_>, settings: &FindingSettings) -> SmallTalk {
    let heard = Heard::of(reading.transcript);
    let times: Vec<Duration> = reading.utterances().iter().map(|said| heard.within(said.span, said.speaker)).collect();
    let all: Duration = times.iter().copied().sum();
    let business = reading.said.iter().position(|said| said.kind == Kind::Business).unwrap_or(times.len());
    let (mut seconds, mut at_start) = (Duration::ZERO, Duration::ZERO);
    let mut by_speaker: BTreeMap<SpeakerId, Duration> = BTreeMap::new();
    for (at, time) in times.iter().enumerate() {
        let social = reading.said[at].kind == Kind::SmallTalk;
        if let Some(id) = reading.speaker(at) {
            *by_speaker.entry(id).or_default() += if social { *time } else { Duration::ZERO };
        }
        if social {
            seconds += *time;
            at_start += if at < business { *time } else { Duration::ZERO };
        }
    }
    let opening_seconds = at_start.min(settings.opening_budget);
    let past_budget = seconds - opening_seconds;
    let verdict = if past_budget > OVER_ABOVE {
        Verdict::OverBudget
    } else if seconds < COLD_BELOW && reading.transcript.duration >= COLD_CALL_MIN && reading.lexicon.is_some() {
        Verdict::Cold
    } else {
        Verdict::Healthy
    };
    SmallTalk {
        ratio: seconds.share_of(all),
        seconds,
        budget_seconds: settings.opening_budget,
        opening_seconds,
        by_speaker,
        verdict,
    }
}

/// Where each person is heard, in order and without overlaps.
struct Heard {
    by_speaker: BTreeMap<Option<SpeakerId>, Vec<Span>>,
}

impl Heard {
    fn of(transcript: &Transcript) -> Self {
        let mut by_speaker: BTreeMap<Option<SpeakerId>, Vec<Span>> = BTreeMap::new();
        for speech in &transcript.speech {
            let spans = by_speaker.entry(speech.speaker).or_default();
            match spans.last_mut() {
                Some(last) if speech.span.start() <= last.end() => *last = last.cover(speech.span),
                _ => spans.push(speech.span),
            }
        }
        Self { by_speaker }
    }

    /// How much of `span` its speaker is heard; all of it where the speech spans know nothing of it.
    fn within(&self, span: Span, speaker: Option<SpeakerId>) -> Duration {
        let Some(spans) = self.by_speaker.get(&speaker) else { return span.length() };
        let first = spans.partition_point(|heard| heard.end() <= span.start());
        let heard: Duration =
            spans[first..].iter().take_while(|heard| heard.start() < span.end()).map(|heard| heard.overlap(span)).sum();
        if heard == Duration::ZERO { span.length() } else { heard }
    }
}
