//! JSON of whisper.cpp (`-oj`, with tokens `-ojf`).

use serde::Deserialize;

use crate::call::time::Span;
use crate::call::transcript::Word;

use super::draft::{Cue, Draft, Fault, Trust};
use super::json::{Label, mean};
use super::limits::TIME_MS_MAX;

#[derive(Deserialize)]
pub(super) struct Outcome {
    pub(super) language: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Piece {
    offsets: Option<Offsets>,
    text: Option<String>,
    tokens: Option<Vec<Token>>,
    speaker: Option<Label>,
}

/// Milliseconds.
#[derive(Deserialize)]
struct Offsets {
    from: i64,
    to: i64,
}

#[derive(Deserialize)]
struct Token {
    text: Option<String>,
    offsets: Option<Offsets>,
    p: Option<f64>,
}

/// Reads the pieces; those without offsets are left out.
pub(super) fn read(pieces: Vec<Piece>, language: Option<String>) -> Result<Draft, Fault> {
    let mut draft = Draft { language, trust: Trust::Transcribed, ..Draft::default() };
    for piece in pieces {
        let Some(offsets) = piece.offsets else { continue };
        let words = piece.tokens.as_deref().map(words).unwrap_or_default();
        let start = ms(offsets.from);
        draft.push(Cue {
            line: 0,
            start,
            end: Some(ms(offsets.to)).filter(|&end| end > start),
            voice: piece.speaker.and_then(|label| label.name()),
            lines: vec![piece.text.unwrap_or_default()],
            confidence: mean(&words),
            words: Some(words).filter(|words| !words.is_empty()),
        })?;
    }
    Ok(draft)
}

fn ms(offset: i64) -> u64 {
    u64::try_from(offset).unwrap_or(0).min(TIME_MS_MAX + 1)
}

/// Tokens joined to words: one that starts with a space starts a word. Special tokens (`[_BEG_]`) are none.
/// Where a token is a part of a character there are no words: the file holds only broken pieces of it.
fn words(tokens: &[Token]) -> Vec<Word> {
    let mut words: Vec<(String, u64, u64, Vec<f32>)> = Vec::new();
    for token in tokens {
        let (Some(text), Some(offsets)) = (&token.text, &token.offsets) else { continue };
        if text.starts_with("[_") || text.starts_with("<|") || text.trim().is_empty() {
            continue;
        }
        if text.contains('\u{fffd}') {
            return Vec::new();
        }
        let (from, to) = (ms(offsets.from), ms(offsets.to));
        match words.last_mut() {
            Some((word, _, end, sure)) if !text.starts_with(' ') => {
                word.push_str(text);
                *end = to.max(*end);
                sure.extend(token.p.map(|p| p as f32));
            }
            _ => words.push((text.clone(), from, to, token.p.map(|p| p as f32).into_iter().collect())),
        }
    }
    words
        .into_iter()
        .map(|(text, start, end, sure)| Word {
            span: Span::from_ms(start, end),
            text: text.trim().to_owned(),
            // Of several tokens: their mean.
            confidence: (!sure.is_empty()).then(|| (sure.iter().sum::<f32>() / sure.len() as f32).clamp(0.0, 1.0)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn tokens_become_words() {
        let got = words(&tokens(
            r#"[{"text": "[_BEG_]", "offsets": {"from": 0, "to": 0}, "p": 0.9},
                {"text": " Hel", "offsets": {"from": 0, "to": 200}, "p": 0.5},
                {"text": "lo", "offsets": {"from": 200, "to": 400}, "p": 1.0},
                {"text": " you", "offsets": {"from": 400, "to": 600}, "p": 0.25}]"#,
        ));
        let word = |text: &str, from, to, sure| Word {
            span: Span::from_ms(from, to),
            text: text.to_owned(),
            confidence: Some(sure),
        };
        assert_eq!(got, [word("Hello", 0, 400, 0.75), word("you", 400, 600, 0.25)]);
    }

    #[test]
    fn half_characters_give_no_words() {
        let broken = "[{\"text\": \" \u{fffd}\", \"offsets\": {\"from\": 0, \"to\": 1}}]";
        assert!(words(&tokens(broken)).is_empty());
    }
}
