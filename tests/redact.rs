//! Personal data out of transcripts: measured on examples that were made for it, with precision and recall.

use rapport::call::time::{Duration, Span};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance, Word};
use rapport::redact::{self, Mark};

/// Share of what is personal that must be found, and of what is marked that must be personal: of examples that the rules were
/// made with, and of examples that were written before and held back. SECURITY.md states what is reached.
const SEEN_MIN: f64 = 0.95;
const HELD_OUT_MIN: f64 = 0.80;

/// Sentences as they are said, personal data in braces with its first letter before a bar: c card, p phone, e e-mail, a
/// address, n name.
const EXAMPLES: &str = "
Hi {n|Sarah}, thanks for picking up so quickly.
Could you ask {n|Mark} whether the files have arrived?
We need to mark the pages that changed and will send them on Friday.
Will you be there in May or is June better for the launch?
I hope the grant comes through, and then we can chase the invoice.
My number is {p|07700 900123}, call me any time after ten.
You can reach the office on {p|+44 20 7946 0958} until six.
It's {p|(555) 010-4477}, extension twelve.
So that's {p|oh seven seven double zero, nine double zero, one two three}, got it?
The new one is {p|555-0142}, but I hardly use it.
Write to {e|dana.miller@example.com} and copy me in.
It is {e|billing at example dot co dot uk}, all lower case.
Send it to {e|info@shop-photos.example.org}, please.
The card is {c|4111 1111 1111 1111} and it expires in March.
Use the company card, {c|5500-0055-5555-5559}, for the hosting.
We moved to {a|12 Harbour Street} last spring.
The studio is at {a|221B Baker Street, flat 4}, second floor.
Please post the samples to {a|48 Long Meadow Lane}.
they sit at {a|17 station road} near the park
It is a five minute walk down the road, at most 5 minutes down the street.
The invoice is number 20260503, for 1,250.00 euros, due on 2026-05-03.
We sold 12,500 tickets in 2025 and 14,000 in 2026.
The total is $3,400.50 including the 20 % tax.
Our meeting is from 10:30 to 11:45 on the fifteenth.
{n|Jodie} said that {n|Tom} and {n|Priya} are fine with the second draft.
Good morning {n|Grace}, can you hear me?
With grace and a bit of luck the page goes live on the 15th.
The rose on the logo should be a darker red, and the crystal looks odd.
Thanks, {n|Will}, that helps.
I will. And bill the client for the extra round.
Let me pull up the bill for April.
hello {n|sophie} it's {n|daniel} from the agency can you hear me
so the art direction is done and the guy at the printers is happy
We have 3 to 5 people on it, in 2 or 3 rounds of 10 days.
The order was 100 200 and 300 copies in each size.
Call the pharmacy at {p|020 7946 0321} and say it is for {n|Eleanor}.
Pull request 48211 fixed it, version 2.14.3 is out.
My dad, {n|Frank}, had his eighty third birthday.
To be frank, the draft was not great.
He said one two three and then the sound was gone.
The booking reference is 4 8 15 16 23 42, like in the show.
";

fn mark_of(letter: &str) -> Mark {
    match letter {
        "c" => Mark::Card,
        "p" => Mark::Phone,
        "e" => Mark::Email,
        "a" => Mark::Address,
        "n" => Mark::Name,
        other => panic!("no mark {other}"),
    }
}

/// A sentence without its braces, and with marks instead.
fn example(line: &str) -> (String, String) {
    let tagged = regex::Regex::new(r"\{(\w)\|([^}]*)\}").unwrap();
    let said = tagged.replace_all(line, "$2").into_owned();
    let wanted = tagged.replace_all(line, |found: &regex::Captures| mark_of(&found[1]).text()).into_owned();
    (said, wanted)
}

const MARKS: [Mark; 5] = [Mark::Card, Mark::Phone, Mark::Email, Mark::Address, Mark::Name];

/// A stretch of a sentence, in bytes.
type Range = std::ops::Range<usize>;

/// What is personal in a sentence.
fn wanted_in(line: &str) -> Vec<(Mark, Range)> {
    let tagged = regex::Regex::new(r"\{(\w)\|([^}]*)\}").unwrap();
    let mut before = 0;
    let stretch = |found: regex::Captures| {
        let start = found.get(0).unwrap().start() - before;
        before += "{n|}".len();
        (mark_of(&found[1]), start..start + found[2].len())
    };
    tagged.captures_iter(line).map(stretch).collect()
}

/// What was replaced: the words between the marks are where they were.
fn found_in(said: &str, redacted: &str) -> Vec<(Mark, Range)> {
    let marks = regex::Regex::new(r"\[(?:card|phone|email|address|name)\]").unwrap();
    let mut found: Vec<(Mark, Range)> = Vec::new();
    let (mut at, mut from) = (0, 0);
    let mut open: Option<Mark> = None;
    let edges = marks.find_iter(redacted).map(|hit| (hit.start(), hit.end(), Some(hit.as_str())));
    for (start, end, mark) in edges.chain([(redacted.len(), redacted.len(), None)]) {
        let kept = &redacted[from..start];
        let place = match (kept.is_empty(), mark) {
            (true, None) => said.len(),
            (true, Some(_)) => at,
            (false, None) => said.len() - kept.len(),
            (false, Some(_)) => at + said[at..].find(kept).unwrap_or_else(|| panic!("{kept:?} is not in {said:?}")),
        };
        if let Some(open) = open {
            found.push((open, at..place));
        }
        at = place + kept.len();
        from = end;
        open = mark.and_then(|text| MARKS.into_iter().find(|mark| mark.text() == text));
    }
    found
}

/// Whether every letter and digit of a stretch lies in one of the others.
fn is_covered(said: &str, range: &Range, by: &[(Mark, Range)]) -> bool {
    let inside = |at: usize| by.iter().any(|(_, other)| other.contains(&at));
    said[range.clone()].char_indices().all(|(at, letter)| !letter.is_alphanumeric() || inside(range.start + at))
}

#[derive(Default, Clone, Copy)]
struct Count {
    wanted: u32,
    hit: u32,
    found: u32,
    right: u32,
}

impl Count {
    fn recall(self) -> f64 {
        f64::from(self.hit) / f64::from(self.wanted.max(1))
    }

    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from(self.found.max(1))
    }
}

/// Precision and recall over sentences. A find is right if no other word went with it; something personal is found if no
/// letter of it is left. Sentences that came out wrong are shown unless they are held back.
fn score(name: &str, sentences: &str, show: bool) -> Count {
    let mut counts = [Count::default(); MARKS.len()];
    let (mut lines, mut spoilt) = (0, 0);
    for line in sentences.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (said, wanted_text) = example(line);
        let redacted = redact::text(&said, &[]).0;
        let (wanted, found) = (wanted_in(line), found_in(&said, &redacted));
        for (at, mark) in MARKS.into_iter().enumerate() {
            let of_mark = |all: &[(Mark, Range)]| all.iter().filter(|one| one.0 == mark).cloned().collect::<Vec<_>>();
            let (wanted_here, found_here) = (of_mark(&wanted), of_mark(&found));
            counts[at].wanted += wanted_here.len() as u32;
            counts[at].hit += wanted_here.iter().filter(|one| is_covered(&said, &one.1, &found)).count() as u32;
            counts[at].found += found_here.len() as u32;
            counts[at].right += found_here.iter().filter(|one| is_covered(&said, &one.1, &wanted)).count() as u32;
        }
        lines += 1;
        spoilt += u32::from(wanted.is_empty() && !found.is_empty());
        if show && redacted != wanted_text {
            println!("wanted: {wanted_text}\n found: {redacted}");
        }
    }
    let mut all = Count::default();
    for (mark, count) in MARKS.into_iter().zip(counts) {
        let Count { wanted, hit, found, right } = count;
        println!(
            "{name} {:9} {wanted:3} to find, {hit:3} of them found; {found:3} marked, {right:3} rightly",
            mark.text()
        );
        all.wanted += wanted;
        all.hit += hit;
        all.found += found;
        all.right += right;
    }
    let (precision, recall) = (all.precision(), all.recall());
    println!(
        "{name}: {lines} sentences; precision {precision:.3}, recall {recall:.3}; {spoilt} sentences without anything personal changed"
    );
    all
}

#[test]
fn what_is_personal_is_found_and_nothing_else_is_changed() {
    let seen = [EXAMPLES, include_str!("redact/seen.txt")].concat();
    let seen = score("seen", &seen, true);
    assert!(seen.recall() >= SEEN_MIN && seen.precision() >= SEEN_MIN);
    let held_out = score("held out", include_str!("redact/held_out.txt"), false);
    assert!(held_out.recall() >= HELD_OUT_MIN && held_out.precision() >= HELD_OUT_MIN);
}

/// Small talk and business without anything personal.
#[test]
fn business_as_usual_stays_as_it_was_said() {
    for said in [
        "So the budget is 12 000 and we start in May, with 3 rounds of changes.",
        "One two three, can you hear me? One two, one two.",
        "It was 35 degrees, we drove 400 miles, and the hotel had 4 pools.",
        "Version 1.2.3 came out on 03/05/2026, and 24/7 support is extra.",
        "The ratio is 16:9, 1920 by 1080, at 25 frames.",
        "Mark my words, will you? Hope is no plan. Grace is.",
        "The road is closed, the avenue too, and the lane is one way.",
    ] {
        assert_eq!(redact::text(said, &[]).0, said);
    }
}

fn word(text: &str, at: u64) -> Word {
    Word { span: Span::from_ms(at, at + 100), text: text.into(), confidence: None }
}

#[test]
fn words_and_speakers_are_redacted_with_the_text() {
    let words = ["Hi", "Xanthippe,", "call", "555", "010", "4477", "today."];
    let utterance = Utterance {
        span: Span::from_ms(0, 1_000),
        speaker: Some(SpeakerId(1)),
        text: words.join(" "),
        words: Some(words.iter().zip(0..).map(|(text, at)| word(text, at * 100)).collect()),
        confidence: None,
    };
    let mut call = Transcript {
        language: Some("en".into()),
        basis: Basis::TranscriptLabels,
        attribution_confidence: None,
        speakers: vec![
            Speaker { label: "Xanthippe Miller".into(), ..Speaker::default() },
            Speaker { label: "Nate".into(), me: true, recognised: None },
        ],
        speech: Vec::new(),
        utterances: vec![utterance],
        duration: Duration::from_ms(1_000),
        warnings: Vec::new(),
    };
    redact::transcript(&mut call, &[]);
    let said = &call.utterances[0];
    assert_eq!(said.text, "Hi [name], call [phone] today.");
    let spans: Vec<_> = said
        .words
        .as_ref()
        .unwrap()
        .iter()
        .map(|one| (one.text.as_str(), one.span.start().ms(), one.span.end().ms()))
        .collect();
    assert_eq!(
        spans,
        [("Hi", 0, 100), ("[name]", 100, 200), ("call", 200, 300), ("[phone]", 300, 600), ("today.", 600, 700)]
    );
    assert_eq!(call.speakers.iter().map(|one| one.label.as_str()).collect::<Vec<_>>(), ["Client", "Me"]);
    assert_eq!(call.warnings[0].code, "redacted");
    assert!(call.warnings[0].text.contains("1 [phone], 1 [name]"), "{}", call.warnings[0].text);
}
