//! Cues that hold no speech: music, blank audio, sounds.

use std::sync::LazyLock;

use regex::Regex;

/// `[...]` of up to three words, `♪ ... ♪`, and notes.
static MARKS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\[\s*[^\[\]\s]+(?:\s+[^\[\]\s]+){0,2}\s*\]|♪[^♪]*♪|[♪♫]").expect("a fixed pattern"));

/// `(...)` or `*...*` around a sound; other round brackets are what somebody says.
static SOUNDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?ix) [(*]\s* (?:\w+\s+){0,2}
        (?: music | applause | silence | noise | beep(?:ing|s)? | inaudible | unintelligible | indistinct | crosstalk
          | static | typing | ring(?:ing|s)? | cough(?:ing|s)? | sigh(?:ing|s)? | sneez(?:e|es|ing) | blank[\ _]audio
          | musik | stille | applaus | musique | música )
        (?:\s+\w+){0,2} \s*[)*]",
    )
    .expect("a fixed pattern")
});

/// Laughter is worth keeping: it says much about how warm a call is.
static LAUGHTER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)laugh|chuckl|giggl|lach|rires?\b|risas?\b").expect("a fixed pattern"));

/// Whether a text is nothing but marks of sounds. A mark inside speech stays, and so does laughter.
pub(super) fn is_noise(text: &str) -> bool {
    let spoken = |text: &str| text.chars().any(char::is_alphanumeric);
    if !text.contains(['[', '(', '*', '♪', '♫']) {
        return !spoken(text);
    }
    let rest = MARKS.replace_all(text, " ");
    !spoken(&SOUNDS.replace_all(&rest, " ")) && !LAUGHTER.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_are_noise_and_speech_is_not() {
        for text in [
            "[Music]",
            "[BLANK_AUDIO]",
            "♪ la la ♪",
            "(soft music)",
            "*coughs*",
            "[door closes] ♪",
            "...",
            "[ Silence ]",
        ] {
            assert!(is_noise(text), "{text}");
        }
        for text in [
            "Hi (laughs)",
            "(laughs)",
            "[laughter]",
            "[Music] Hello",
            "(yes, go on)",
            "No",
            "3",
            "你好",
            "(I cough) yes",
        ] {
            assert!(!is_noise(text), "{text}");
        }
    }
}
