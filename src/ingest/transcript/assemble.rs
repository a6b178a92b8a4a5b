//! From a file's cues to a transcript: names, text, order, speakers, speech.

use std::collections::HashMap;

use crate::call::report::Warning;
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::transcript::{Basis, Speaker, SpeakerId, SpeechSpan, Transcript, Utterance};

use super::draft::{Cue, Draft, Fault, Trust, count, tidy};
use super::limits::{CUES_MAX, LABEL_CHARS_MAX, SPEAKERS_MAX};
use super::{ends, language, names, noise, rolling};

/// Settles all that the file left open.
pub(super) fn assemble(draft: Draft) -> Result<Transcript, Fault> {
    let Draft { mut cues, language: named, trust, mut warnings } = draft;
    if trust == Trust::Captions {
        rolling::unroll(&mut cues);
        cues = names::take_names(cues);
        if cues.len() > CUES_MAX {
            return Err(Fault::new(None, format!("more than {CUES_MAX} cues; split the file")));
        }
    }
    let mut cues = with_text(cues, trust, &mut warnings)?;
    cues.sort_by_key(|cue| cue.start);
    let estimated = ends::estimate(&mut cues);
    if estimated > 0 {
        let all = count(cues.len(), "utterance");
        let text = format!("The file gives no end for {estimated} of {all}; it was estimated from the words.");
        warnings.push(Warning::new("estimated_ends", text));
    }
    cues.sort_by_key(|cue| (cue.start, cue.end));
    if matches!(trust, Trust::Captions | Trust::Tagged) {
        cues = ends::join_breaths(cues);
    }
    let speakers = Speakers::of(&cues)?;
    warnings.extend(speakers.doubt(&cues));
    let mut utterances: Vec<Utterance> = cues.into_iter().map(|cue| utterance(cue, &speakers)).collect();
    utterances.sort_by_key(|utterance| (utterance.span.start(), utterance.span.end(), utterance.speaker));
    let language = named
        .and_then(|name| language::named(&name))
        .or_else(|| language::detect(utterances.iter().map(|utterance| utterance.text.as_str())));
    let end = utterances.iter().map(|utterance| utterance.span.end()).max().unwrap_or_default();
    Ok(Transcript {
        language,
        basis: if speakers.labels.is_empty() { Basis::None } else { Basis::TranscriptLabels },
        attribution_confidence: None,
        speech: speech(&utterances),
        speakers: speakers.labels.into_iter().map(|label| Speaker { label, ..Speaker::default() }).collect(),
        utterances,
        duration: end.since(Timestamp::ZERO),
        warnings,
    })
}

/// Cues that hold speech, each with its text as one tidy line and a tidy name.
fn with_text(cues: Vec<Cue>, trust: Trust, warnings: &mut Vec<Warning>) -> Result<Vec<Cue>, Fault> {
    let mut kept = Vec::with_capacity(cues.len());
    let (mut dropped, mut first) = (0_usize, None);
    for mut cue in cues {
        let mut text = tidy(&cue.lines.join(" "));
        if trust == Trust::Captions
            && let Some(rest) = text.strip_prefix(">>")
        {
            // Broadcast captions mark a change of speaker so.
            text = tidy(rest.trim_start_matches('>'));
        }
        if text.is_empty() {
            continue;
        }
        if trust != Trust::Own && noise::is_noise(&text) {
            dropped += 1;
            first.get_or_insert((cue.start, text));
            continue;
        }
        cue.voice = cue.voice.map(|name| tidy(&name)).filter(|name| !name.is_empty());
        let chars = cue.voice.as_ref().map_or(0, |name| name.chars().count());
        if chars > LABEL_CHARS_MAX {
            let line = Some(cue.line).filter(|&line| line > 0);
            let why = format!("a speaker's name of {chars} characters; names may have up to {LABEL_CHARS_MAX}");
            return Err(Fault::new(line, why));
        }
        cue.lines = vec![text];
        kept.push(cue);
    }
    if kept.is_empty() {
        return Err(Fault::new(
            None,
            format!("no speech in its cues ({} of nothing but sounds)", count(dropped, "cue")),
        ));
    }
    if let Some((start, text)) = first {
        let at = Timestamp::from_ms(start);
        let text = format!("{} without speech left out (first at {at}: {text}).", count(dropped, "cue"));
        warnings.push(Warning::new("cues_without_speech", text));
    }
    Ok(kept)
}

fn utterance(cue: Cue, speakers: &Speakers) -> Utterance {
    let speaker = speakers.id(&cue);
    let span = Span::from_ms(cue.start, cue.end.unwrap_or(cue.start));
    let text = cue.lines.into_iter().next().unwrap_or_default();
    Utterance { span, speaker, text, words: cue.words, confidence: cue.confidence }
}

/// The names of a file in the order in which they first speak.
struct Speakers {
    labels: Vec<String>,
    ids: HashMap<String, SpeakerId>,
}

impl Speakers {
    fn of(cues: &[Cue]) -> Result<Self, Fault> {
        let mut speakers = Self { labels: Vec::new(), ids: HashMap::new() };
        for cue in cues {
            let Some(name) = &cue.voice else { continue };
            if speakers.ids.contains_key(name) {
                continue;
            }
            let line = Some(cue.line).filter(|&line| line > 0);
            let id = u16::try_from(speakers.labels.len()).ok().filter(|&id| usize::from(id) < SPEAKERS_MAX);
            let Some(id) = id else {
                return Err(Fault::new(line, format!("more than {SPEAKERS_MAX} speakers; is this a transcript?")));
            };
            speakers.ids.insert(name.clone(), SpeakerId(id));
            speakers.labels.push(name.clone());
        }
        Ok(speakers)
    }

    fn id(&self, cue: &Cue) -> Option<SpeakerId> {
        cue.voice.as_ref().and_then(|name| self.ids.get(name)).copied()
    }

    /// What to say when names are missing.
    fn doubt(&self, cues: &[Cue]) -> Option<Warning> {
        if self.labels.is_empty() {
            let text = "The transcript names nobody, so nothing is said about who spoke how much.";
            return Some(Warning::new("no_speakers", text));
        }
        let length = |cue: &Cue| Duration::from_ms(cue.end.unwrap_or(cue.start).saturating_sub(cue.start));
        let unnamed = cues.iter().filter(|cue| cue.voice.is_none());
        let without = unnamed.clone().count();
        let share = unnamed.map(length).sum::<Duration>().share_of(cues.iter().map(length).sum());
        (without > 0).then(|| {
            let text =
                format!("{} without a name ({:.0} % of the speech).", count(without, "utterance"), share * 100.0);
            Warning::new("unnamed_speech", text)
        })
    }
}

/// Who speaks when: the utterances of each speaker, those that touch or overlap joined.
fn speech(utterances: &[Utterance]) -> Vec<SpeechSpan> {
    let mut speech: Vec<SpeechSpan> = Vec::new();
    let mut last: HashMap<Option<SpeakerId>, usize> = HashMap::new();
    for utterance in utterances {
        let before = last.get(&utterance.speaker).copied().and_then(|at| speech.get_mut(at));
        match before.filter(|before| before.span.end() >= utterance.span.start()) {
            Some(before) => before.span = before.span.cover(utterance.span),
            None => {
                last.insert(utterance.speaker, speech.len());
                speech.push(SpeechSpan { span: utterance.span, speaker: utterance.speaker, confidence: None });
            }
        }
    }
    speech.sort_by_key(|stretch| (stretch.span.start(), stretch.span.end(), stretch.speaker));
    speech
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cue(start: u64, end: u64, voice: Option<&str>, text: &str) -> Cue {
        Cue { start, end: Some(end), voice: voice.map(str::to_owned), lines: vec![text.to_owned()], ..Cue::default() }
    }

    fn transcript(cues: Vec<Cue>) -> Transcript {
        assemble(Draft { cues, trust: Trust::Tagged, ..Draft::default() }).unwrap()
    }

    #[test]
    fn cues_out_of_order_are_sorted_and_speakers_counted_by_first_word() {
        let got = transcript(vec![cue(5000, 6000, Some("B"), "Two."), cue(1000, 3000, Some("A"), "One.")]);
        assert_eq!(got.utterances.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), ["One.", "Two."]);
        assert_eq!(got.speakers.iter().map(|s| s.label.as_str()).collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(got.utterances[1].speaker, Some(SpeakerId(1)));
        assert_eq!(got.duration, Duration::from_ms(6000));
    }

    #[test]
    fn speech_joins_what_touches_by_speaker() {
        let got = transcript(vec![
            cue(0, 2000, Some("A"), "One."),
            cue(1500, 2500, Some("B"), "Hm."),
            cue(2000, 3000, Some("A"), "Two."),
            cue(3001, 4000, Some("A"), "Three."),
        ]);
        let spans: Vec<_> = got.speech.iter().map(|s| (s.span, s.speaker.unwrap().0)).collect();
        assert_eq!(
            spans,
            [(Span::from_ms(0, 3000), 0), (Span::from_ms(1500, 2500), 1), (Span::from_ms(3001, 4000), 0)]
        );
    }

    #[test]
    fn missing_names_are_said_with_their_share() {
        let got = transcript(vec![cue(0, 3000, Some("A"), "One."), cue(3000, 4000, None, "Two.")]);
        assert_eq!(got.basis, Basis::TranscriptLabels);
        assert_eq!(got.warnings, [Warning::new("unnamed_speech", "1 utterance without a name (25 % of the speech).")]);
        let nobody = transcript(vec![cue(0, 3000, None, "One.")]);
        assert_eq!((nobody.basis, nobody.warnings[0].code.as_str()), (Basis::None, "no_speakers"));
    }

    #[test]
    fn noise_is_counted_and_left_out() {
        let got = transcript(vec![cue(0, 900, None, "[Music]"), cue(1000, 2000, None, "Hi (laughs)")]);
        assert_eq!(got.utterances.len(), 1);
        assert_eq!(got.warnings[0].code, "cues_without_speech");
    }

    #[test]
    fn too_many_speakers_and_endless_names_are_named() {
        let crowd =
            (0..=SPEAKERS_MAX as u64).map(|n| cue(n * 1000, n * 1000 + 500, Some(&format!("P{n}")), "Hi.")).collect();
        assert!(assemble(Draft { cues: crowd, trust: Trust::Tagged, ..Draft::default() }).is_err());
        let long = vec![Cue { line: 4, ..cue(0, 1, Some(&"x".repeat(LABEL_CHARS_MAX + 1)), "Hi.") }];
        let fault = assemble(Draft { cues: long, trust: Trust::Tagged, ..Draft::default() }).unwrap_err();
        assert_eq!(fault.line, Some(4));
    }
}
