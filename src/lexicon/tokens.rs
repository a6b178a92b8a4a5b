//! Words of a text. Chinese characters are words by themselves.

/// Longest word that is kept whole; what is longer is no word of any language and is cut.
const LETTERS_MAX: usize = 64;

/// Whether a character is a Chinese one, which stands for itself.
pub(crate) const fn is_cjk(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// The words in lower case; curly apostrophes are straightened and the Russian `ё` is read as `е`.
pub(crate) fn tokens(text: &str) -> Vec<String> {
    let plain: String = text.to_lowercase().chars().map(plain_char).collect();
    split(&plain)
}

/// The words as written, at the same places as [`tokens`] gives them for most texts.
pub(crate) fn tokens_as_written(text: &str) -> Vec<String> {
    let plain: String = text.chars().map(|c| if c == '\u{2019}' { '\'' } else { c }).collect();
    split(&plain)
}

const fn plain_char(c: char) -> char {
    match c {
        '\u{2019}' => '\'',
        'ё' => 'е',
        other => other,
    }
}

fn split(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut letters = 0;
    let mut rest = text.chars().peekable();
    let is_letter = |c: char| c.is_alphanumeric() && !is_cjk(c);
    while let Some(c) = rest.next() {
        let joins = matches!(c, '\'' | '-') && !word.is_empty() && rest.peek().is_some_and(|next| is_letter(*next));
        if is_letter(c) || joins {
            letters += 1;
            if letters <= LETTERS_MAX {
                word.push(c);
            }
            continue;
        }
        letters = 0;
        if !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if is_cjk(c) {
            found.push(c.to_string());
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_inner_apostrophes_and_hyphens_and_lose_the_rest() {
        assert_eq!(tokens("It\u{2019}s 'loud-and-clear' - Mm-hm!"), ["it's", "loud-and-clear", "mm-hm"]);
        assert_eq!(tokens("Ещё раз"), ["еще", "раз"]);
        assert_eq!(tokens("发VAT发票 3个"), ["发", "vat", "发", "票", "3", "个"]);
        assert_eq!(tokens("-- '' ..."), Vec::<String>::new());
    }

    #[test]
    fn what_is_too_long_for_a_word_is_cut() {
        assert_eq!(tokens(&"x".repeat(1000))[0].len(), LETTERS_MAX);
    }
}
