//! Card numbers and telephone numbers, in digits and read out digit by digit.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::marks::{Found, Mark};

/// Digits of a payment card's number (ISO/IEC 7812).
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Digits of a telephone number: local ones have seven, the longest international one fifteen (ITU-T E.164).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A bare run of digits shorter than this may be an order number or a price; with a plus or in groups it is a phone's.
const BARE_DIGITS_MIN: usize = 9;

/// Digits in groups, as people write numbers. Decimal points and thousands' commas are not among the separators, colons of
/// times neither.
static DIGITS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\+?\(?\d(?:[ \-()./]{0,2}\d)+").expect("the pattern is a constant"));

/// A date in digits, or a number with dots between its thousands: no number of anybody.
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"^(?:(?:19|20)\d\d[-/. ]\d{1,2}[-/. ]\d{1,2}|\d{1,2}[-/. ]\d{1,2}[-/. ](?:19|20)?\d\d|(?:19|20)\d\d(?:[- /]+(?:19|20)\d\d)+|\d{1,3}(?:\.\d{3})+)$";
    Regex::new(pattern).expect("the pattern is a constant")
});

/// Words in front of a number that is nobody's telephone.
static OTHER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)\b(?:orders?|tickets?|invoices?|reference|ref|serial|tracking|isbn|sku|items?|case|article|booking|version|pages?|room|batch|lot|part|zip|postcode|postal)(?: number| no\.?| code)?(?: is|:)? ?#?$";
    Regex::new(pattern).expect("the pattern is a constant")
});

/// A number in four groups of four is a card's, even where one of its digits was misheard.
static CARD_GROUPS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\d{4}([ -])\d{4}[ -]\d{4}[ -]\d{4}$").expect("the pattern is a constant"));

/// Digits as they are read out.
const DIGIT: &str = r"(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|\d)";

/// Tens and teens among them: "plus forty four".
const TENS: &str = "(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen)";

/// Digits read out: "oh two oh, seven nine four six", "plus forty four, seven seven double oh, nine hundred".
static SPOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let some = format!(r"(?:(?:double|triple) {DIGIT}|{DIGIT} hundred|{DIGIT}|{TENS})");
    Regex::new(&format!(r"(?i)\b(?:plus )?{some}(?:(?:[,.;]? |-){some}){{4,}}\b")).expect("the pattern is a constant")
});

/// This many of the digits must be said one by one, or it is a row of numbers.
const SINGLE_DIGITS_MIN: usize = 4;

/// All of them in a text.
pub(super) fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<_> = DIGITS.find_iter(text).filter_map(|hit| judge(text, hit.range())).collect();
    for hit in SPOKEN.find_iter(text) {
        let (digits, singles) = spoken_digits(hit.as_str());
        let counting = digits.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        if counting || singles < SINGLE_DIGITS_MIN || OTHER_NUMBER.is_match(text[..hit.start()].trim_end()) {
            continue;
        }
        // Nothing but a card's number is read out at such length: a misheard digit must not keep it.
        let mark = if is_card(&digits) || CARD_DIGITS.contains(&digits.len()) && digits.len() > *PHONE_DIGITS.end() {
            Mark::Card
        } else if PHONE_DIGITS.contains(&digits.len()) {
            Mark::Phone
        } else {
            continue;
        };
        found.push(Found { range: hit.range(), mark });
    }
    found
}

fn judge(text: &str, range: Range<usize>) -> Option<Found> {
    let hit = &text[range.clone()];
    let before = text[..range.start].chars().next_back();
    let after = text[range.end..].chars().next();
    // Money, percentages, decimals and the middle of longer things.
    let part = |edge: Option<char>| edge.is_some_and(|letter| letter.is_alphanumeric() || "$£€%,:".contains(letter));
    let money = before.is_some_and(|letter| "$£€#".contains(letter) || letter.is_alphanumeric());
    if money || after.is_some_and(|letter| letter == '%' || letter.is_alphanumeric()) || DATE.is_match(hit) {
        return None;
    }
    if part(before) && before != Some(',') && before != Some(':') {
        return None;
    }
    let digits: Vec<u8> = hit.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let mark = if is_card(&digits) || CARD_GROUPS.is_match(hit) {
        Mark::Card
    } else {
        let grouped = hit.bytes().any(|byte| b"-() ./".contains(&byte));
        let enough = hit.starts_with('+')
            || hit.starts_with('0') && digits.len() >= BARE_DIGITS_MIN
            || if grouped { looks_grouped(hit) } else { digits.len() > BARE_DIGITS_MIN };
        if !PHONE_DIGITS.contains(&digits.len()) || !enough || OTHER_NUMBER.is_match(text[..range.start].trim_end()) {
            return None;
        }
        Mark::Phone
    };
    Some(Found { range, mark })
}

/// Whether groups are those of a telephone number: two to five groups of two to five digits. "12 300 5" is none.
fn looks_grouped(hit: &str) -> bool {
    let groups: Vec<_> = hit.split(|letter: char| !letter.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let longest = groups.iter().map(|group| group.len()).max().unwrap_or(0);
    (2..=5).contains(&groups.len()) && (3..=5).contains(&longest) && groups[1..].iter().all(|group| group.len() >= 2)
}

/// The check digit of payment cards (Luhn, ISO/IEC 7812-1 annex B).
fn is_card(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| {
            let doubled = if at % 2 == 1 { digit * 2 } else { digit };
            u32::from(doubled / 10 + doubled % 10)
        })
        .sum();
    CARD_DIGITS.contains(&digits.len()) && sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}

/// The digits of a number that is read out, and how many of its words are single digits.
fn spoken_digits(text: &str) -> (Vec<u8>, usize) {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let (mut digits, mut singles, mut times, mut open_ten) = (Vec::new(), 0, 1, false);
    for word in text.split([' ', ',', '.', ';', '-']).filter(|word| !word.is_empty()).map(str::to_lowercase) {
        let ones = match word.as_str() {
            "oh" | "o" | "nought" => Some(0),
            word => word
                .parse()
                .ok()
                .filter(|&digit: &usize| digit < 10)
                .or_else(|| ONES.iter().position(|one| *one == word)),
        };
        match (word.as_str(), ones) {
            ("double", _) => times = 2,
            ("triple", _) => times = 3,
            ("hundred", _) => digits.extend([0, 0]),
            // The second half of "forty four" takes the place of its nought.
            (_, Some(digit @ 1..10)) if open_ten => {
                digits.pop();
                digits.push(digit as u8);
            }
            (_, Some(digit @ 0..10)) => {
                digits.extend(std::iter::repeat_n(digit as u8, times));
                singles += times;
                times = 1;
            }
            (_, Some(teens)) => digits.extend([1, (teens - 10) as u8]),
            (word, None) => {
                if let Some(tens) = TENS.iter().position(|ten| *ten == word) {
                    digits.extend([tens as u8 + 2, 0]);
                }
            }
        }
        open_ten = TENS.contains(&word.as_str());
    }
    (digits, singles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_tells_cards_from_other_numbers() {
        let digits = |text: &str| text.bytes().map(|digit| digit - b'0').collect::<Vec<_>>();
        // The number in Luhn's own example, and the test numbers that card networks publish.
        for good in ["4111111111111111", "5500005555555559", "340000000000009"] {
            assert!(is_card(&digits(good)), "{good}");
        }
        for bad in ["4111111111111112", "1234567890123456", "0000000000000000", "79927398713"] {
            assert!(!is_card(&digits(bad)), "{bad}");
        }
    }
}
