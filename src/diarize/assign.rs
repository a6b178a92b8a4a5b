//! Voices and words of one mixed track become one transcript with speakers.

use crate::call::report::Warning;
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::transcript::{Basis, Speaker, SpeakerId, SpeechSpan, Transcript, Utterance, Word};
use crate::diarize::thousandths;
use crate::diarize::tracks::{Side, join_sides};
use crate::diarize::voices::{NotApart, VoiceTurn, Voices};

/// Words in another voice than those around them are believed to be so from this length on: the times of words are off
/// by up to a quarter of a second.
const RUN_MIN: Duration = Duration::from_ms(500);
/// A word that no voice overlaps belongs to the nearest turn, if one is as near as this.
const NEAR_MAX: Duration = Duration::from_ms(1000);
/// Mean confidence of the turns below which nobody is told apart at all. Chosen on 118 other mixed calls; of all 120 pairs of
/// real voices (`scripts/make_test_mixes`, `same-*.mono` and `diff-*.mono`; `cargo bench --bench der`) 9 of the 17 with more
/// than a tenth of the speech confused lie below it, of the 100 with less than a twentieth 2.
const CONFIDENCE_MIN: f64 = 0.875;

/// Joins what was said on a mixed track with the voices that were told apart on it.
///
/// The speakers are `Speaker A`, `Speaker B` in the order in which they are first heard, and none of them is the user yet.
/// An utterance in which the voice changes is parted there, where the times of its words are known. Where voices were
/// not told apart, or too unsurely, the basis is [`Basis::None`] and a warning says why.
#[must_use]
pub fn join_voices(side: Side, voices: &Voices, duration: Duration) -> Transcript {
    let (turns, count) = match voices {
        Voices::Apart { turns, voices } => (turns, *voices),
        Voices::Not(why) => return unknown(side, duration, &reason(*why)),
    };
    let certain = mean_confidence(turns);
    if certain < CONFIDENCE_MIN {
        let why = format!("the voices are too alike to be told apart surely ({:.0} % sure)", certain * 100.0);
        return unknown(side, duration, &why);
    }
    let mut utterances = Vec::new();
    let (mut sure, mut all) = (0.0, 0.0);
    for utterance in &side.utterances {
        for (part, confidence) in attribute(utterance, turns) {
            let length = part.span.length().secs();
            sure += length * f64::from(confidence);
            all += length;
            utterances.push(part);
        }
    }
    let confidence = if all > 0.0 { sure / all } else { 0.0 };
    let speech = turns.iter().map(|turn| SpeechSpan {
        span: turn.span,
        speaker: Some(SpeakerId(turn.voice)),
        confidence: Some(thousandths(f64::from(turn.confidence))),
    });
    let mut transcript = Transcript {
        language: side.language,
        basis: Basis::Diarized,
        attribution_confidence: (all > 0.0).then(|| thousandths(confidence)),
        speakers: (0..count)
            .map(|at| Speaker { label: format!("Speaker {}", SpeakerId(at)), ..Speaker::default() })
            .collect(),
        speech: speech.collect(),
        utterances,
        duration,
        warnings: side.warnings,
    };
    transcript.speech.sort_by_key(|speech| (speech.span.start(), speech.span.end(), speech.speaker));
    transcript.utterances.sort_by_key(|said| (said.span.start(), said.span.end(), said.speaker));
    transcript
}

/// How sure the turns are, by their lengths; 1 where there are none.
fn mean_confidence(turns: &[VoiceTurn]) -> f64 {
    let (sure, all) = turns.iter().fold((0.0, 0.0), |(sure, all), turn| {
        let length = turn.span.length().secs();
        (sure + length * f64::from(turn.confidence), all + length)
    });
    if all > 0.0 { sure / all } else { 1.0 }
}

/// The transcript without speakers, with the reason.
fn unknown(side: Side, duration: Duration, why: &str) -> Transcript {
    let mut transcript = join_sides(vec![side], duration);
    transcript.warnings.retain(|warning| warning.code != "speakers_unknown");
    let text = format!(
        "both sides are on one mixed track, and {why}: who talked how much, and who drove what, is withheld. Record the \
         two sides as two tracks to get these figures"
    );
    transcript.warnings.push(Warning::new("speakers_unknown", text));
    transcript
}

fn reason(why: NotApart) -> String {
    match why {
        NotApart::TooLittle(length) => {
            format!("{:.1} s of speech are too little to tell voices apart", length.secs())
        }
        NotApart::OneVoice => {
            "only one voice can be made out (with --speakers 2 they are told apart all the same)".to_owned()
        }
        NotApart::Failed => {
            "the network that tells voices apart failed on this sound (without its files, `rapport models path \
             voices-segmentation`, they are told apart by the call alone)"
                .to_owned()
        }
        NotApart::More => "there seem to be more than two voices (say how many with --speakers)".to_owned(),
    }
}

/// An utterance, parted where the voice changes, with who says each part and how sure that is.
fn attribute(utterance: &Utterance, turns: &[VoiceTurn]) -> Vec<(Utterance, f32)> {
    let whole = |utterance: &Utterance| {
        let told = voice_of(utterance.span, turns);
        let speaker = told.map(|(voice, _)| SpeakerId(voice));
        vec![(Utterance { speaker, ..utterance.clone() }, told.map_or(0.0, |(_, confidence)| confidence))]
    };
    let Some(words) = &utterance.words else { return whole(utterance) };
    let runs = runs(words, turns);
    let Some(texts) = texts(&utterance.text, words, &runs) else { return whole(utterance) };
    if runs.len() < 2 {
        return whole(utterance);
    }
    let parts = runs.iter().zip(texts).map(|(&(first, last, voice), text)| {
        let words = words[first..=last].to_vec();
        let span = words.iter().map(|word| word.span).reduce(Span::cover).unwrap_or(utterance.span);
        let sure: Vec<f32> = words.iter().filter_map(|word| word.confidence).collect();
        let mean = (sure.len() == words.len()).then(|| sure.iter().sum::<f32>() / sure.len() as f32);
        let told = told_as(span, voice, turns);
        let confidence = mean.or(utterance.confidence);
        (Utterance { span, speaker: Some(SpeakerId(voice)), text, words: Some(words), confidence }, told)
    });
    parts.collect()
}

/// First word, last word and voice of each run of words in one voice. Short runs go with the words before them, the first
/// with those after it.
fn runs(words: &[Word], turns: &[VoiceTurn]) -> Vec<(usize, usize, u16)> {
    let mut runs: Vec<(usize, usize, u16)> = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let voice = voice_of(word.span, turns).map(|(voice, _)| voice).or(runs.last().map(|run| run.2));
        let Some(voice) = voice else { continue };
        match runs.last_mut() {
            Some(run) if run.2 == voice => run.1 = at,
            last => {
                let first = last.map_or(0, |run| run.1 + 1);
                runs.push((first, at, voice));
            }
        }
    }
    let length = |run: &(usize, usize, u16)| words[run.1].span.end().since(words[run.0].span.start());
    while let Some(short) =
        (0..runs.len()).filter(|&at| length(&runs[at]) < RUN_MIN).min_by_key(|&at| length(&runs[at]))
    {
        if runs.len() < 2 {
            break;
        }
        let gone = runs.remove(short);
        if short > 0 {
            runs[short - 1].1 = gone.1;
        } else {
            runs[0].0 = gone.0;
        }
        runs.dedup_by(|next, run| {
            let same = next.2 == run.2;
            if same {
                run.1 = next.1;
            }
            same
        });
    }
    runs
}

/// The text of each run; `None` where the words do not stand in the text as they should.
fn texts(text: &str, words: &[Word], runs: &[(usize, usize, u16)]) -> Option<Vec<String>> {
    let mut starts = Vec::with_capacity(words.len());
    let mut reached = 0;
    for word in words {
        let at = reached + text[reached..].find(word.text.as_str())?;
        starts.push(at);
        reached = at + word.text.len();
    }
    let mut texts = Vec::with_capacity(runs.len());
    for (number, run) in runs.iter().enumerate() {
        let from = if number == 0 { 0 } else { starts[run.0] };
        let to = runs.get(number + 1).map_or(text.len(), |next| starts[next.0]);
        let part = text[from..to].trim();
        if part.is_empty() {
            return None;
        }
        texts.push(part.to_owned());
    }
    Some(texts)
}

/// The voice that speaks most within `span`, with its confidence there, or that of the nearest turn; `None` where no turn
/// is near.
fn voice_of(span: Span, turns: &[VoiceTurn]) -> Option<(u16, f32)> {
    let mut sums: Vec<(Duration, f64)> = Vec::new();
    for turn in near(span, turns) {
        let overlap = turn.span.overlap(span);
        let place = usize::from(turn.voice);
        if sums.len() <= place {
            sums.resize(place + 1, (Duration::ZERO, 0.0));
        }
        sums[place].0 += overlap;
        sums[place].1 += overlap.secs() * f64::from(turn.confidence);
    }
    let total: f64 = sums.iter().map(|(length, _)| length.secs()).sum();
    let best = (0..sums.len()).max_by_key(|&voice| (sums[voice].0, std::cmp::Reverse(voice)));
    if let Some(voice) = best.filter(|_| total > 0.0) {
        return Some((voice as u16, (sums[voice].1 / total) as f32));
    }
    let away = |turn: &VoiceTurn| gap(turn.span, span);
    let nearest = near(span, turns).min_by_key(|turn| (away(turn), turn.span.start()))?;
    (away(nearest) <= NEAR_MAX).then_some((nearest.voice, nearest.confidence * 0.5))
}

/// How sure it is that `voice` says what is said in `span`.
fn told_as(span: Span, voice: u16, turns: &[VoiceTurn]) -> f32 {
    let (mut sure, mut all) = (0.0, 0.0);
    for turn in near(span, turns) {
        let overlap = turn.span.overlap(span).secs() as f32;
        all += overlap;
        sure += if turn.voice == voice { overlap * turn.confidence } else { 0.0 };
    }
    if all > 0.0 { sure / all } else { 0.5 }
}

/// The turns that may overlap `span` or be near it.
fn near(span: Span, turns: &[VoiceTurn]) -> impl Iterator<Item = &VoiceTurn> {
    // Turns are sorted and, at any moment, of one voice; the longest is bounded by the call, so the start is what counts.
    let until = turns.partition_point(|turn| turn.span.start() <= span.end() + NEAR_MAX);
    let from = span.start().back(NEAR_MAX);
    turns[..until].iter().rev().take_while(move |turn| turn.span.end() >= from || turn.span.start() >= from)
}

fn gap(a: Span, b: Span) -> Duration {
    let apart = |early: Timestamp, late: Timestamp| late.since(early);
    apart(a.end(), b.start()).max(apart(b.end(), a.start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(start: u64, end: u64, voice: u16, confidence: f32) -> VoiceTurn {
        VoiceTurn { span: Span::from_ms(start, end), voice, confidence }
    }

    fn said(words: &[(&str, u64, u64)]) -> Utterance {
        let text: Vec<&str> = words.iter().map(|word| word.0).collect();
        let words: Vec<Word> = words
            .iter()
            .map(|(text, start, end)| Word {
                span: Span::from_ms(*start, *end),
                text: (*text).to_owned(),
                confidence: Some(0.9),
            })
            .collect();
        let span = words.iter().map(|word| word.span).reduce(Span::cover).unwrap();
        Utterance { span, speaker: None, text: text.join(" "), words: Some(words), confidence: Some(0.9) }
    }

    fn joined(utterances: Vec<Utterance>, turns: Vec<VoiceTurn>) -> Transcript {
        let side = Side { utterances, language: Some("en".into()), ..Side::default() };
        join_voices(side, &Voices::Apart { turns, voices: 2 }, Duration::from_ms(60_000))
    }

    fn lines(transcript: &Transcript) -> Vec<(u16, &str)> {
        transcript.utterances.iter().map(|said| (said.speaker.unwrap().0, said.text.as_str())).collect()
    }

    #[test]
    fn an_utterance_is_parted_where_the_voice_changes() {
        let words =
            [("Are", 0, 300), ("you", 300, 600), ("there?", 600, 1000), ("Yes,", 1100, 1400), ("I", 1400, 1500)];
        let words = [&words[..], &[("am.", 1500, 1900)]].concat();
        let call = joined(vec![said(&words)], vec![turn(0, 1050, 0, 1.0), turn(1080, 1900, 1, 0.9)]);
        assert_eq!(lines(&call), [(0, "Are you there?"), (1, "Yes, I am.")]);
        assert_eq!(call.utterances[1].span, Span::from_ms(1100, 1900));
        assert_eq!(call.basis, Basis::Diarized);
        assert_eq!(call.speakers.iter().map(|who| who.label.as_str()).collect::<Vec<_>>(), ["Speaker A", "Speaker B"]);
        assert_eq!(call.me(), None);
    }

    #[test]
    fn a_single_word_across_the_edge_does_not_part_an_utterance() {
        let words =
            [("so", 0, 300), ("the", 300, 600), ("invoice", 600, 1200), ("is", 1200, 1400), ("late", 1450, 1700)];
        let call = joined(vec![said(&words)], vec![turn(0, 1400, 0, 1.0), turn(1400, 4000, 1, 1.0)]);
        assert_eq!(lines(&call), [(0, "so the invoice is late")]);
    }

    #[test]
    fn what_no_voice_overlaps_goes_to_the_nearest_turn_or_nobody() {
        let turns = vec![turn(0, 1000, 0, 1.0), turn(2000, 3000, 1, 1.0)];
        let near_one = Utterance { words: None, ..said(&[("yes", 1600, 1900)]) };
        let far = Utterance { words: None, ..said(&[("hm", 9000, 9100)]) };
        let long = said(&[("this", 100, 500), ("is", 500, 900)]);
        let call = joined(vec![long.clone(), long.clone(), long, near_one, far], turns);
        let who: Vec<_> = call.utterances.iter().map(|said| said.speaker.map(|id| id.0)).collect();
        assert_eq!(who, [Some(0), Some(0), Some(0), Some(1), None]);
    }

    #[test]
    fn voices_that_are_not_told_apart_surely_are_withheld_with_the_reason() {
        let unsure = joined(vec![said(&[("hello", 0, 900)])], vec![turn(0, 1000, 0, 0.6)]);
        assert_eq!(unsure.basis, Basis::None);
        assert!(unsure.utterances[0].speaker.is_none() && unsure.speakers.is_empty());
        let told = |why| {
            let side = Side { utterances: vec![said(&[("hello", 0, 900)])], ..Side::default() };
            let call = join_voices(side, &Voices::Not(why), Duration::from_ms(1000));
            assert_eq!((call.basis, call.warnings.len()), (Basis::None, 1));
            assert_eq!(call.warnings[0].code, "speakers_unknown");
            call.warnings[0].text.clone()
        };
        assert!(told(NotApart::OneVoice).contains("only one voice"));
        assert!(told(NotApart::More).contains("more than two voices"));
        assert!(told(NotApart::TooLittle(Duration::from_ms(2500))).contains("2.5 s of speech"));
    }
}
