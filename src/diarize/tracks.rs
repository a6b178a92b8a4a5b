//! One speaker a track: the sides of a call, transcribed apart, become one transcript.

use crate::call::report::Warning;
use crate::call::time::Duration;
use crate::call::transcript::{Basis, Speaker, SpeakerId, SpeechSpan, Transcript, Utterance};

/// What was heard on one track.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Side {
    /// Where there is speech, sorted.
    pub speech: Vec<crate::call::time::Span>,
    /// What was said; speakers not yet set.
    pub utterances: Vec<Utterance>,
    /// Language of the track, if it could be told.
    pub language: Option<String>,
    /// What is to be doubted in it.
    pub warnings: Vec<Warning>,
}

/// Joins the sides of a call of this length.
///
/// Two sides become two speakers, the first taken for the user until names say otherwise. One side is a mixed track:
/// nobody is told apart, the basis is [`Basis::None`], and a warning says so.
#[must_use]
pub fn join_sides(sides: Vec<Side>, duration: Duration) -> Transcript {
    let told_apart = sides.len() > 1;
    let language = common_language(&sides);
    let mut transcript = Transcript {
        language,
        basis: if told_apart { Basis::TwoTrack } else { Basis::None },
        attribution_confidence: None,
        speakers: Vec::new(),
        speech: Vec::new(),
        utterances: Vec::new(),
        duration,
        warnings: Vec::new(),
    };
    for (index, side) in sides.into_iter().enumerate() {
        let speaker = told_apart.then_some(SpeakerId(index as u16));
        if told_apart {
            let label = if index == 0 { "Me".to_owned() } else { "Client".to_owned() };
            transcript.speakers.push(Speaker { label, me: index == 0, recognised: None });
        }
        transcript.speech.extend(side.speech.into_iter().map(|span| SpeechSpan { span, speaker, confidence: None }));
        transcript.utterances.extend(side.utterances.into_iter().map(|utterance| Utterance { speaker, ..utterance }));
        transcript.warnings.extend(side.warnings);
    }
    if !told_apart {
        transcript.warnings.push(Warning::new(
            "speakers_unknown",
            "both sides are on one mixed track and were not told apart: who talked how much, and who drove what, is \
             withheld. Record the two sides as two tracks to get these figures",
        ));
    }
    transcript.speech.sort_by_key(|speech| (speech.span.start(), speech.span.end(), speech.speaker));
    transcript.utterances.sort_by_key(|utterance| (utterance.span.start(), utterance.span.end(), utterance.speaker));
    transcript
}

/// The language in which most of the talk is, counted in speech time; ties go to the first track.
fn common_language(sides: &[Side]) -> Option<String> {
    let mut best: Option<(&str, Duration)> = None;
    for side in sides {
        let Some(language) = side.language.as_deref() else { continue };
        let length: Duration = sides
            .iter()
            .filter(|other| other.language.as_deref() == Some(language))
            .flat_map(|other| &other.speech)
            .map(|span| span.length())
            .sum();
        if best.is_none_or(|(_, longest)| length > longest) {
            best = Some((language, length));
        }
    }
    best.map(|(language, _)| language.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::time::Span;

    fn said(start: u64, end: u64, text: &str) -> Utterance {
        Utterance { span: Span::from_ms(start, end), speaker: None, text: text.into(), words: None, confidence: None }
    }

    fn side(language: &str, utterances: Vec<Utterance>) -> Side {
        Side {
            speech: utterances.iter().map(|utterance| utterance.span).collect(),
            language: Some(language.into()),
            utterances,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn two_sides_interleave_by_time_and_keep_their_speakers() {
        let sides = vec![
            side("en", vec![said(0, 1000, "hello"), said(3000, 4000, "fine")]),
            side("en", vec![said(1200, 2800, "how are you")]),
        ];
        let transcript = join_sides(sides, Duration::from_ms(5000));
        let order: Vec<_> = transcript.utterances.iter().map(|u| (u.text.as_str(), u.speaker)).collect();
        assert_eq!(
            order,
            [("hello", Some(SpeakerId(0))), ("how are you", Some(SpeakerId(1))), ("fine", Some(SpeakerId(0)))]
        );
        assert_eq!(transcript.basis, Basis::TwoTrack);
        assert_eq!(transcript.me(), Some(SpeakerId(0)));
        assert!(transcript.warnings.is_empty());
    }

    #[test]
    fn one_side_has_no_speakers_and_says_so() {
        let transcript = join_sides(vec![side("en", vec![said(0, 1000, "hello")])], Duration::from_ms(1000));
        assert_eq!(transcript.basis, Basis::None);
        assert!(transcript.speakers.is_empty());
        assert_eq!(transcript.utterances[0].speaker, None);
        assert_eq!(transcript.warnings[0].code, "speakers_unknown");
    }

    #[test]
    fn the_language_is_the_one_with_most_speech() {
        let sides = vec![side("en", vec![said(0, 1000, "hi")]), side("de", vec![said(1000, 5000, "guten tag")])];
        assert_eq!(join_sides(sides, Duration::from_ms(5000)).language.as_deref(), Some("de"));
    }
}
