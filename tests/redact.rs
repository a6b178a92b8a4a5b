//! Personal data out of transcripts: measured on examples that were made for it, with precision and recall.

use rapport::call::time::{Duration, Span};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance, Word};
use rapport::redact::{self, Mark};

/// Share of what is personal that must be found, by mark: what SECURITY.md promises.
const RECALL_MIN: f64 = 0.9;

/// Share of what is marked that must be personal.
const PRECISION_MIN: f64 = 0.95;

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

#[test]
fn what_is_personal_is_found_and_nothing_else_is_changed() {
    let (mut wanted_count, mut found_count, mut right) = (0, 0, 0);
    for line in EXAMPLES.lines().filter(|line| !line.is_empty()) {
        let (said, wanted) = example(line);
        let (redacted, marks) = redact::text(&said, &[]);
        wanted_count += line.matches('|').count();
        found_count += marks.len();
        if redacted == wanted {
            right += marks.len();
        } else {
            println!("wanted: {wanted}\n found: {redacted}");
            // Each mark is counted right if it stands in the wanted sentence as often.
            for mark in [Mark::Card, Mark::Phone, Mark::Email, Mark::Address, Mark::Name] {
                right += wanted.matches(mark.text()).count().min(redacted.matches(mark.text()).count());
            }
        }
    }
    let (recall, precision) = (
        f64::from(right as u32) / f64::from(wanted_count as u32),
        f64::from(right as u32) / f64::from(found_count as u32),
    );
    println!(
        "{wanted_count} to find, {found_count} found, {right} right: precision {precision:.3}, recall {recall:.3}"
    );
    assert!(recall >= RECALL_MIN && precision >= PRECISION_MIN, "precision {precision}, recall {recall}");
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
            Speaker { label: "Xanthippe Miller".into(), me: false },
            Speaker { label: "Nate".into(), me: true },
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
