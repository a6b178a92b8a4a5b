//! What an English text means, as a vector: the mean over its word pieces of a table that
//! `scripts/train_topics/distil.py` distilled from a sentence encoder.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::tensors::Tensors;

/// The table.
pub(super) const SOURCE: &[u8] = include_bytes!("../../models/topics/words.safetensors");

/// Numbers of a vector.
pub(super) const DIMENSIONS: usize = 64;

/// A vector.
pub(super) type Vector = [f32; DIMENSIONS];

/// Letters of a word that are looked at.
const LETTERS_MAX: usize = 64;

/// Word pieces and their vectors.
#[derive(Debug)]
pub(super) struct Embedding {
    pieces: HashMap<&'static str, usize>,
    values: &'static [u8],
    scales: Vec<f32>,
}

static EMBEDDING: LazyLock<Embedding> = LazyLock::new(|| {
    let file = Tensors::parse(SOURCE);
    assert_eq!(file.shape("values")[1], DIMENSIONS, "the vectors of the embedding");
    Embedding {
        pieces: file.text("pieces").lines().enumerate().map(|(at, piece)| (piece, at)).collect(),
        values: file.small("values"),
        scales: file.floats("scales"),
    }
});

impl Embedding {
    /// That of this version.
    pub(super) fn get() -> &'static Self {
        &EMBEDDING
    }

    /// The mean vector of the pieces of a text; zeros where there are none.
    pub(super) fn of(&self, text: &str) -> Vector {
        let pieces = self.pieces_of(text);
        let mut mean = [0.0; DIMENSIONS];
        for piece in &pieces {
            let row = &self.values[piece * DIMENSIONS..][..DIMENSIONS];
            for (sum, value) in mean.iter_mut().zip(row) {
                *sum += f32::from(value.cast_signed()) * self.scales[*piece];
            }
        }
        mean.map(|sum| sum / pieces.len().max(1) as f32)
    }

    /// The pieces of a text, greedily the longest first; a word that cannot be pieced together is left out.
    fn pieces_of(&self, text: &str) -> Vec<usize> {
        let plain: String = text.to_lowercase().chars().filter_map(unaccented).collect();
        let mut found = Vec::new();
        for word in plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            let before = found.len();
            if !self.piece(&word[..word.len().min(LETTERS_MAX)], &mut found) {
                found.truncate(before);
            }
        }
        found
    }

    fn piece(&self, word: &str, found: &mut Vec<usize>) -> bool {
        let mut from = 0;
        while from < word.len() {
            let lead = if from == 0 { "" } else { "##" };
            let fits = |end: &usize| self.pieces.get(format!("{lead}{}", &word[from..*end]).as_str()).copied();
            let Some((end, piece)) = (from + 1..=word.len()).rev().find_map(|end| Some((end, fits(&end)?))) else {
                return false;
            };
            found.push(piece);
            from = end;
        }
        true
    }
}

/// A letter without its accent, as far as English texts have them; none for an accent that stands by itself.
const fn unaccented(letter: char) -> Option<char> {
    Some(match letter {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        '\u{300}'..='\u{36f}' => return None,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f32 {
        let (a, b) = (Embedding::get().of(a), Embedding::get().of(b));
        let dot = |a: &Vector, b: &Vector| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()
    }

    #[test]
    fn what_means_alike_lies_near() {
        let dogs = likeness("my dog ate a sock", "the puppy chewed a shoe");
        assert!(dogs > likeness("my dog ate a sock", "the invoice is due") + 0.3, "{dogs}");
        assert!(likeness("café", "Cafe") > 0.999);
        assert_eq!(Embedding::get().of("—"), [0.0; DIMENSIONS]);
    }
}
