//! E-mail addresses, as they are written and as they are read out; houses with their streets in the manner of several
//! countries; post boxes and postcodes.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::{Found, Mark};

/// Endings that make "at something dot ending" an address and not a time and a full stop.
const ENDINGS: &str = "com|org|net|edu|gov|info|biz|io|co|ai|app|dev|me|eu|uk|us|ie|de|fr|es|it|nl|be|ch|at|pl|se|no|dk|fi|au|nz|ca|in|cn|jp|kr|hk|tw|sg|my|th|vn|id|ph|tr|ru|ua|cz|sk|hu|ro|bg|gr|pt|br|mx|ar|cl|za|ng|ke|il|ae|sa|shop|store|studio|agency|online|tech|cloud|design|media|digital|works|email|site|xyz";

/// What joins the parts of an address that is read out.
const JOINTS: &str = "dot|underscore|hyphen|dash|minus|plus";

/// Words before "at" that are no mailbox: "look at example dot com".
const NO_MAILBOXES: [&str; 44] = [
    "look",
    "looked",
    "looking",
    "looks",
    "is",
    "was",
    "are",
    "were",
    "be",
    "been",
    "being",
    "am",
    "i'm",
    "it's",
    "he's",
    "she's",
    "we're",
    "they're",
    "me",
    "us",
    "him",
    "her",
    "it",
    "them",
    "you",
    "up",
    "here",
    "there",
    "out",
    "not",
    "and",
    "or",
    "hosted",
    "bought",
    "available",
    "live",
    "works",
    "work",
    "working",
    "find",
    "page",
    "site",
    "that",
    "arrived",
];

/// Numbers in words, as house numbers are said.
const NUMBER: &str = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|oh|a hundred)";

/// Words for ways that are hardly anything else, in any case.
const WAYS: &str = "street|road|avenue|boulevard|crescent|lane|drive|terrace|parkway|highway|alley";

/// Words that are a way only with a capital letter, and short forms.
const WAYS_CAPITAL: &str = "Street|Road|Avenue|Boulevard|Crescent|Lane|Drive|Terrace|Parkway|Highway|Alley|Way|Court|Place|Square|Close|Hill|Park|Gardens|Gate|Grove|Row|Rise|Walk|Wharf|Mews|Quay|Green|Circle|Trail|Turnpike|Plaza|Crossing|Yard|Heights|Broadway|St|Rd|Ave|Blvd|Ln|Dr|Ct|Pl|Sq|Pkwy|Hwy|Cir|Ter";

/// Endings of German, Dutch and Nordic street names; the house number follows.
const WAY_ENDINGS: &str = "straße|strasse|str\\.|gasse|allee|platz|weg|damm|ufer|chaussee|straat|laan|gracht|plein|kade|dijk|gatan|vägen|gata|veien|gade|vej";

/// Words for ways in front of their names, where the number follows: Spanish, Portuguese, Italian, Polish, Turkish, Russian.
const WAYS_BEFORE: &str = "Calle|Avenida|Avda\\.?|Plaza|Paseo|Carrer|Rua|Travessa|Praça|Via|Viale|Piazza|Corso|Largo|Ulica|ulica|ul\\.|ulitsa|Ulitsa|Prospekt";

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\w[\w.%+'’-]*@[\w-]+(?:\.[\w-]+)*\.\w{2,}").expect("the pattern is a constant"));

static SPOKEN_EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = format!(
        r"(?i)\b([\w'’]+(?:-[\w'’]+)*(?:(?: (?:{JOINTS}) |[._])[\w'’-]+)*) at [\w-]+(?:(?: (?:{JOINTS}) |\.)[\w-]+)*(?: dot |\.)(?:{ENDINGS})\b( slash\b)?"
    );
    Regex::new(&pattern).expect("the pattern is a constant")
});

/// A flat or a floor behind a street.
fn unit() -> String {
    format!(
        r"(?:,? (?i:flat|apartment|apt\.?|suite|unit|room)(?-i:,? #?(?:\d{{1,5}}\w?|{NUMBER}(?:[ -]{NUMBER})*)(?: [A-Z]\b)?| [A-Z]\b))?"
    )
}

static STREETS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let unit = unit();
    let spoken = format!(r"(?i:{NUMBER}(?:[ -](?:and )?{NUMBER}){{0,5}})");
    let number = r"\d{1,5}(?:-\d{1,5})?(?:[a-zA-Z]\b)?";
    let first = r"(?i:(?:flat|apartment|apt\.?|suite|unit) \w{1,5}, )?";
    let title = r"(?:[A-ZÀ-Ý][\w'’.-]*|\d{1,2}(?:st|nd|rd|th)|of|the|and)";
    let foreign = r"(?:(?:de la|de los|de las|de l'|de|del|della|dei|delle|du|des|da|do|dos|das|la|los|las|le|les|of) |d'|l')*[A-ZÀ-Ý][\w'’.-]*";
    [
        // 221B Baker Street; 350 5th Avenue; forty two Maple Street.
        format!(r"{first}\b(?:{number}|{spoken}),? (?:{title} ){{1,4}}(?:{WAYS_CAPITAL})\b{unit}"),
        // 17 station road; eighty eight north clark street.
        format!(r"{first}\b(?:\d{{1,5}}[a-z]?|{spoken}) (?:[a-z'’-]{{3,}} ){{1,2}}(?:{WAYS})\b{unit}"),
        // Hauptstraße 23, Unter den Linden 5.
        format!(r"\b[A-ZÄÖÜ][\w-]*(?:{WAY_ENDINGS}) \d{{1,4}} ?(?:[a-z]\b)?(?:, \d{{5}} [A-ZÄÖÜ]\w+)?"),
        r"\b(?:[A-ZÄÖÜ][\w-]+ (?:Straße|Strasse|Str\.|Allee|Platz|Weg|Damm|Ring)|(?:Am|An der|Auf der|Unter den|Zum|Zur) [A-ZÄÖÜ]\w{2,}) \d{1,4}[a-z]?\b".to_owned(),
        // 14 bis, avenue des Ternes; 9 Rue de la Paix.
        format!(r"\b\d{{1,4}}(?: (?:bis|ter|quater))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Qq]uai|[Cc]hemin|[Ii]mpasse|[Rr]oute|[Aa]llée|[Cc]ours) {foreign}(?: [A-ZÀ-Ý][\w-]+)?"),
        // Calle Mayor 15; Via Garibaldi 8.
        format!(r"\b(?:{WAYS_BEFORE}) {foreign}(?: {foreign})?,? (?:(?:número|number|no\.|n\.|nº) ?)?\d{{1,4}}[a-zA-Z]?\b"),
        // 5th Avenue 350.
        r"\b(?:\d{1,2}(?:st|nd|rd|th)|(?i:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)) (?:Street|Avenue),? \d{1,5}\b".to_owned(),
        // PO Box 1184.
        format!(r"\b(?i:p\.? ?o\.? ?box|post office box)(?: number)? (?:\d{{1,6}}|{spoken})\b"),
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("the pattern is a constant"))
    .collect()
});

/// Postcodes; where there is a group, that alone.
static POSTCODES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let states = "AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY";
    let digit = "(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)";
    [
        r"\b([A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2})\b".to_owned(),
        r"\b([ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d)\b".to_owned(),
        format!(r"\b((?:{states}),? \d{{5}}(?:-\d{{4}})?)\b"),
        format!(
            r"(?i)\b(?:zip|zip code|zipcode|post ?code|postal code)(?:'s|,|:)?(?: (?:is|was|would be|will be|for that is|there is))? (\d{{4,5}}(?:-\d{{4}})?|{digit}(?:,? {digit}){{4}})\b"
        ),
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("the pattern is a constant"))
    .collect()
});

/// Words between a number and a way that make it a distance or a count: "5 minutes down the road", "2 lane road".
static NO_STREET: LazyLock<Regex> = LazyLock::new(|| {
    let things = "minutes?|hours?|seconds?|days?|weeks?|months?|miles?|metres?|meters?|yards?|blocks?|feet|people|cars?|houses?|shops?|years?|times?|lane|way|main|side|dirt|long|busy|quiet|narrow|high|different|separate|new|old|big|small|more|other|of|on|in|the|to|down|up|along|from|percent|per|hard|disk|by|for|with|court|park|square|place|hill|close|good|bad|great|nice|single|double|whole|empty";
    Regex::new(&format!(r"^(?:[\d-]+[a-zA-Z]?|(?i:{NUMBER}(?:[ -](?:and )?{NUMBER})*)),? (?:{things}) "))
        .expect("the pattern is a constant")
});

/// What is no lone "one": "one hundred and five Kingsway Road", but "one main street".
static NOT_LONE: LazyLock<Regex> = LazyLock::new(|| {
    let more = format!("(?i)^one(?:[ -](?:and )?{NUMBER})");
    Regex::new(&more).expect("the pattern is a constant")
});

fn is_street(hit: &str) -> bool {
    let counts = hit.to_lowercase().starts_with("one ")
        && !NOT_LONE.is_match(hit)
        && hit[4..].chars().next().is_some_and(char::is_lowercase);
    !counts && !NO_STREET.is_match(hit)
}

/// All of them in a text.
pub(super) fn find(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> =
        EMAIL.find_iter(text).map(|hit| Found { range: hit.range(), mark: Mark::Email }).collect();
    for hit in SPOKEN_EMAIL.captures_iter(text) {
        let (whole, mailbox) = (hit.get(0).expect("a hit"), &hit[1]);
        let page = hit.get(2).is_some();
        if !page && !NO_MAILBOXES.contains(&mailbox.to_lowercase().as_str()) {
            found.push(Found { range: whole.range(), mark: Mark::Email });
        }
    }
    let streets = STREETS.iter().flat_map(|pattern| pattern.find_iter(text));
    let streets = streets.filter(|hit| is_street(hit.as_str()));
    found.extend(streets.map(|hit| Found { range: hit.range(), mark: Mark::Address }));
    let codes = POSTCODES.iter().flat_map(|pattern| pattern.captures_iter(text)).filter_map(|hit| hit.get(1));
    found.extend(codes.map(|hit| Found { range: hit.range(), mark: Mark::Address }));
    found
}
