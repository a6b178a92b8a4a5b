//! The topics stage on hand-made calls: coverage, kinds, the user's own words, odd input.

use rapport::call::time::{Duration, Span};
use rapport::call::topic::{Kind, Topic};
use rapport::call::transcript::{Basis, Speaker, SpeakerId, Transcript, Utterance};
use rapport::topics::{TopicSettings, find, fingerprint};

/// A call of two, `A: text` or `B: text` a line, an utterance every four seconds.
fn call(language: Option<&str>, lines: &[&str]) -> Transcript {
    let utterances: Vec<Utterance> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let (who, text) = line.split_once(": ").unwrap();
            let start = at as u64 * 4000;
            Utterance {
                span: Span::from_ms(start, start + 3500),
                speaker: Some(SpeakerId(u16::from(who == "B"))),
                text: text.to_owned(),
                words: None,
                confidence: None,
            }
        })
        .collect();
    let speaker = |label: &str| Speaker { label: label.to_owned(), ..Speaker::default() };
    Transcript {
        language: language.map(str::to_owned),
        basis: Basis::TranscriptLabels,
        attribution_confidence: None,
        speakers: vec![speaker("A"), speaker("B")],
        speech: Vec::new(),
        duration: Duration::from_ms(lines.len() as u64 * 4000),
        utterances,
        warnings: Vec::new(),
    }
}

const CALL: [&str; 26] = [
    "A: Hi Dana, good morning, can you hear me?",
    "B: Morning! Yes, loud and clear.",
    "B: Oh, before we start, did you see the football on Saturday? My brother's dog ran onto the pitch!",
    "A: No way! What happened?",
    "B: He ran off with the ball, and my brother's chasing him, and everybody's laughing.",
    "A: Ha, I love that. Did he get the ball back?",
    "B: After ten minutes! He had to bribe him with a sausage.",
    "A: Oh dear. Right, shall we look at the invoice?",
    "B: Yes please. So invoice fourteen is twelve hundred pounds plus VAT.",
    "A: And it's due on the thirtieth. Can you send me the purchase order number?",
    "B: I'll send it by Friday. Do you need the delivery note as well?",
    "A: Just the purchase order. Then I'll update the invoice and send it again.",
    "B: And the deposit, is that taken off?",
    "A: The deposit of four hundred is on line two, so there's eight hundred left to pay.",
    "B: Good. I'll approve it on Monday then.",
    "A: Next on my list is the website. The contact page goes live on Tuesday.",
    "B: Does it have the new form on it?",
    "A: Yes, the form is in the footer, and the test emails arrive.",
    "B: Can we add a field for the phone number?",
    "A: Sure, I'll add it today and send you the link.",
    "B: And the photos for the gallery page?",
    "A: I need twelve photos from you, two thousand pixels wide.",
    "B: You'll have them on Thursday.",
    "A: Perfect. Thanks Dana, have a good week.",
    "B: Thanks, you too. Speak soon.",
    "A: Bye now.",
];

fn assert_covered(transcript: &Transcript, topics: &[Topic]) {
    assert_eq!(topics.first().map(|topic| topic.first), Some(0));
    assert_eq!(topics.last().map(|topic| topic.last), Some(transcript.utterances.len() - 1));
    for pair in topics.windows(2) {
        assert_eq!(pair[0].last + 1, pair[1].first);
        assert_eq!(pair[0].span.end(), pair[1].span.start().max(pair[0].span.start()));
    }
    for topic in topics {
        assert_eq!(topic.span.start(), transcript.utterances[topic.first].span.start());
        assert!((0.0..=1.0).contains(&topic.confidence), "{topic:?}");
        assert!(topic.label.chars().count() <= 120, "{topic:?}");
    }
}

fn kinds(topics: &[Topic]) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = topics.iter().map(|topic| topic.kind).collect();
    kinds.dedup();
    kinds
}

#[test]
fn a_plain_call_has_the_kinds_a_person_hears() {
    let transcript = call(Some("en"), &CALL);
    let topics = find(&transcript, &TopicSettings::default());
    assert_covered(&transcript, &topics);
    assert_eq!(kinds(&topics), [Kind::Opening, Kind::SmallTalk, Kind::Business, Kind::Closing], "{topics:#?}");
    let small_talk = topics.iter().find(|topic| topic.kind == Kind::SmallTalk).unwrap();
    assert!((2..=3).contains(&small_talk.first) && (6..=8).contains(&small_talk.last), "{small_talk:?}");
    assert_eq!(topics.last().unwrap().span.end(), transcript.utterances[25].span.end());
}

#[test]
fn labels_come_from_the_topic_and_from_the_agenda() {
    let transcript = call(Some("en"), &CALL);
    let topics = find(&transcript, &TopicSettings::default());
    let small_talk = topics.iter().find(|topic| topic.kind == Kind::SmallTalk).unwrap();
    assert!(
        ["brother", "ball", "dog", "football"].iter().any(|word| small_talk.label.contains(word)),
        "{small_talk:?}"
    );
    let settings = TopicSettings { agenda: vec!["Invoice 14".to_owned()], business: Vec::new() };
    let topics = find(&transcript, &settings);
    assert!(topics.iter().any(|topic| topic.label == "Invoice 14" && topic.kind == Kind::Business), "{topics:#?}");
}

#[test]
fn the_users_own_words_turn_social_talk_into_business() {
    let transcript = call(Some("en"), &CALL);
    let time = |topics: &[Topic]| topics.iter().filter(|topic| topic.kind == Kind::SmallTalk).count();
    let words = ["football", "dog", "brother", "ball", "pitch", "sausage"];
    let settings = TopicSettings { agenda: Vec::new(), business: words.iter().map(|&word| word.to_owned()).collect() };
    assert_eq!(time(&find(&transcript, &TopicSettings::default())), 1);
    assert_eq!(time(&find(&transcript, &settings)), 0);
}

#[test]
fn russian_and_chinese_small_talk_is_heard() {
    let russian = [
        "A: Алло, здравствуйте, слышно меня?",
        "B: Здравствуйте, слышу вас хорошо.",
        "B: Представляете, мы вчера на даче с внуком картошку копали, и тут снег пошёл!",
        "A: Да ладно! И как внук, не замёрз?",
        "B: Замёрз, конечно, бабушка его потом чаем с вареньем отпаивала, смешно было.",
        "A: Ужас какой. Ладно, давайте к договору.",
        "B: Давайте. По договору оплата до двадцатого числа, сумма сорок тысяч рублей.",
        "A: Я пришлю счёт завтра, аванс пятьдесят процентов.",
        "B: Хорошо, счёт оплатим в пятницу. Акт нужен?",
        "A: Акт пришлю вместе со счётом, подпишите и отправьте скан на почту.",
        "B: Договорились, в понедельник отправлю.",
        "A: Спасибо большое, до свидания.",
        "B: До свидания, хорошего дня.",
    ];
    let transcript = call(Some("ru"), &russian);
    let topics = find(&transcript, &TopicSettings::default());
    assert_covered(&transcript, &topics);
    assert!(kinds(&topics).contains(&Kind::SmallTalk) && kinds(&topics).contains(&Kind::Business), "{topics:#?}");
    let chinese = [
        "A: 喂，能听见吗？",
        "B: 能听见，很清楚。",
        "B: 我跟你说，昨天我带儿子去吃螃蟹，你猜怎么着，他哭了！",
        "A: 哈哈，为什么哭啊？",
        "B: 他说螃蟹太可怜了，我老婆笑死了，最后我们都没吃。",
        "A: 真有意思。好，咱们先看合同吧。",
        "B: 好，合同一共两万二千块，先付四成，周五之前打款。",
        "A: 发票我明天发您，抬头按公司名字开。",
        "B: 行，那报价单也发我一份，我确认一下。",
        "A: 没问题，今天下午发您邮箱。",
        "B: 好的，那就这样定。",
        "A: 谢谢，再见。",
        "B: 再见。",
    ];
    let transcript = call(Some("zh"), &chinese);
    let topics = find(&transcript, &TopicSettings::default());
    assert_covered(&transcript, &topics);
    assert!(kinds(&topics).contains(&Kind::SmallTalk) && kinds(&topics).contains(&Kind::Business), "{topics:#?}");
}

#[test]
fn nothing_said_has_no_topics_and_one_utterance_has_one() {
    assert_eq!(find(&call(Some("en"), &[]), &TopicSettings::default()), []);
    let one = call(Some("en"), &["A: The invoice is due on Friday."]);
    let topics = find(&one, &TopicSettings::default());
    assert_eq!(topics.len(), 1);
    assert_covered(&one, &topics);
}

#[test]
fn a_language_without_lexicon_is_all_business_of_no_confidence() {
    let lines = ["A: Hyvää huomenta", "B: Huomenta, miten menee?", "A: Lasku on valmis", "B: Kiitos"];
    let transcript = call(Some("fi"), &lines);
    let topics = find(&transcript, &TopicSettings::default());
    assert_covered(&transcript, &topics);
    assert!(topics.iter().all(|topic| topic.kind == Kind::Business && topic.confidence == 0.0), "{topics:?}");
}

#[test]
fn overlapping_utterances_and_odd_texts_are_covered_too() {
    let mut transcript = call(None, &["A: ...", "B: ???", "A: \u{202e}\u{0}", "B: 🎉🎉", "A: ok"]);
    for utterance in &mut transcript.utterances {
        utterance.span = Span::from_ms(1000, 9000);
        utterance.speaker = None;
    }
    let topics = find(&transcript, &TopicSettings::default());
    assert_covered(&transcript, &topics);
}

#[test]
fn the_fingerprint_is_short_and_stable_within_a_version() {
    assert_eq!(fingerprint(), fingerprint());
    assert_eq!(fingerprint().len(), 16);
    assert!(fingerprint().chars().all(|digit| digit.is_ascii_hexdigit()));
}

#[test]
fn talk_without_a_social_word_is_never_small_talk() {
    // Lower case, no punctuation, few business words: like a technical meeting out of a speech recogniser.
    let lines = [
        "A: so the second channel picks up breath noise",
        "B: yeah",
        "A: and when the segment overlaps we lose the boundary",
        "B: you could compute the energy on each channel first",
        "A: right and normalize by the maximum",
        "B: i think the threshold depends on the microphone",
        "A: we tried that on one recording",
        "B: and did it separate the channels",
        "A: mostly except where they overlap",
    ];
    let long: Vec<&str> = lines.iter().copied().cycle().take(90).collect();
    let transcript = call(Some("en"), &long);
    let topics = find(&transcript, &TopicSettings::default());
    assert_covered(&transcript, &topics);
    assert!(topics.iter().all(|topic| !topic.kind.is_digression()), "{topics:#?}");
}
