//! How long the analysis of a call takes once it is text: topics and findings of a made-up call of one hour.

use std::time::Instant;

use rapport::call::time::{Duration, Span};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, SpeechSpan, Transcript, Utterance};
use rapport::findings::{self, FindingSettings};
use rapport::topics::{self, TopicSettings};

const CALL_MS: u64 = 3_600_000;

const BUSINESS: [&str; 8] = [
    "so the invoice for march is twelve hundred plus vat and it is due on the thirtieth",
    "can you send me the purchase order number by friday then i'll update the document",
    "the landing page goes live on tuesday if we have the photos by monday noon",
    "right",
    "and what about the form, do we need a field for the phone number?",
    "i'll add it today and send you the link, it's half a day of work",
    "okay so next on my list is the delivery schedule for the warehouse",
    "mm-hm",
];
const SOCIAL: [&str; 8] = [
    "oh before i forget, did you see the football on saturday, my brother was there with the kids",
    "no way, what happened?",
    "and he says to me, that's never a penalty, and he walks out without his coat, in the snow",
    "ha, i love that",
    "we were at the beach with the dog last weekend and she ate a whole birthday cake",
    "oh no. was she all right?",
    "she slept for two days, and then my wife goes, never again, honestly it was hilarious",
    "anyway, shall we look at the schedule?",
];

/// Six minutes of business, then a minute of something else, and so on for an hour.
fn hour() -> Transcript {
    let (mut utterances, mut start) = (Vec::new(), 500);
    while start < CALL_MS - 8000 {
        let at = utterances.len();
        let lines = if start % 420_000 >= 360_000 { &SOCIAL } else { &BUSINESS };
        let text = lines[at % 8];
        let length = 400 + 370 * text.split(' ').count() as u64;
        utterances.push(Utterance {
            span: Span::from_ms(start, start + length),
            speaker: Some(SpeakerId((at % 2) as u16)),
            text: format!("{text} {}", at * 7919 % 1000),
            words: None,
            confidence: None,
        });
        start += length + 300;
    }
    Transcript {
        language: Some("en".to_owned()),
        basis: Basis::TranscriptLabels,
        attribution_confidence: None,
        speakers: ["Me", "Dana"]
            .map(|label| Speaker { label: label.to_owned(), me: label == "Me", recognised: None })
            .to_vec(),
        speech: utterances
            .iter()
            .map(|said| SpeechSpan { span: said.span, speaker: said.speaker, confidence: None })
            .collect(),
        utterances,
        duration: Duration::from_ms(CALL_MS),
        warnings: Vec::new(),
    }
}

#[divan::bench]
fn topics(bencher: divan::Bencher<'_, '_>) {
    let transcript = hour();
    bencher.bench(|| topics::find(&transcript, &TopicSettings::default()));
}

#[divan::bench]
fn findings(bencher: divan::Bencher<'_, '_>) {
    let transcript = hour();
    let topics = topics::find(&transcript, &TopicSettings::default());
    bencher.bench(|| findings::find(&transcript, &topics, &FindingSettings::default()));
}

fn main() {
    let transcript = hour();
    // The first call also reads the lexicons.
    for which in ["first", "second"] {
        let begun = Instant::now();
        let topics = topics::find(&transcript, &TopicSettings::default());
        let found = findings::find(&transcript, &topics, &FindingSettings::default());
        let took = begun.elapsed().as_secs_f64();
        println!(
            "{which} one-hour call: {} utterances, {} topics, {} tangents in {:.1} ms, {:.0} x real time",
            transcript.utterances.len(),
            topics.len(),
            found.tangents.len(),
            took * 1000.0,
            CALL_MS as f64 / 1000.0 / took
        );
    }
    divan::main();
}
