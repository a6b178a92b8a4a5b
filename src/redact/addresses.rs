//! E-mail addresses, as they are written and as they are read out, and streets with house numbers.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::{Found, Mark};

/// Endings that make "at something dot ending" an address and not a time and a full stop.
const ENDINGS: &str =
    "com|org|net|edu|gov|info|biz|io|co|ai|app|dev|me|eu|uk|us|ie|de|fr|es|it|nl|be|ch|at|pl|se|no|dk|fi|au|nz|ca|in";

/// Words for ways that are hardly anything else, in any case.
const WAYS: &str = "street|road|avenue|boulevard|crescent|lane|drive|terrace|parkway|highway|alley";

/// Words that are a way only with a capital letter, and short forms.
const WAYS_CAPITAL: &str = "Street|Road|Avenue|Boulevard|Crescent|Lane|Drive|Terrace|Parkway|Highway|Alley|Way|Court|Place|Square|Close|Hill|Park|Gardens|Grove|Row|Walk|Mews|Quay|St|Rd|Ave|Blvd|Ln|Dr|Ct|Pl|Sq";

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.\w{2,}").expect("the pattern is a constant"));

static SPOKEN_EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"(?i)\b[\w-]+(?:(?: dot |\.|_| underscore )[\w-]+)* at [\w-]+(?:(?: dot |\.)[\w-]+)*(?: dot |\.)(?:{ENDINGS})\b"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

static STREET: LazyLock<Regex> = LazyLock::new(|| {
    let unit = r"(?:,? (?i:flat|apartment|apt|suite|unit) \w{1,5})?";
    let pattern = format!(
        r"\b\d{{1,5}}[a-zA-Z]?,? (?:(?:[A-Z][\w'’.-]*|of|the) ){{1,4}}(?:{WAYS_CAPITAL})\b{unit}|\b\d{{1,5}}[a-z]? (?:[a-z'’-]{{3,}} ){{1,2}}(?:{WAYS})\b{unit}"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

/// Words between a number and a way that make it a distance or a count: "5 minutes down the road", "2 lane road".
static NO_STREET: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?i)^\d+ (?:(?:minutes?|hours?|miles?|metres?|meters?|yards?|blocks?|people|cars?|houses?|shops?|years?|times?|lane|way|new|more|of|on|in|the|down|up|along|from|percent) )";
    Regex::new(pattern).expect("the pattern is a constant")
});

/// All of them in a text.
pub(super) fn find(text: &str) -> Vec<Found> {
    let all = |pattern: &Regex, mark| {
        pattern.find_iter(text).map(move |hit| Found { range: hit.range(), mark }).collect::<Vec<_>>()
    };
    let mut found = all(&EMAIL, Mark::Email);
    found.extend(all(&SPOKEN_EMAIL, Mark::Email));
    found.extend(all(&STREET, Mark::Address).into_iter().filter(|one| !NO_STREET.is_match(&text[one.range.clone()])));
    found
}
