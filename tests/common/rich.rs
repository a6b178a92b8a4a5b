//! Whole reports for the tests of the renderers, made from scripted calls with a plain clock.

#![allow(dead_code, reason = "each test program uses its own part")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use rapport::call::report::Report;
use rapport::call::transcript::SpeakerId;
use serde_json::{Value, json};

/// Seconds a word takes, and a Chinese character, in the scripted clock.
const SECONDS_A_WORD: f64 = 0.36;
const SECONDS_A_CHARACTER: f64 = 0.22;
/// Seconds between two utterances.
const GAP_SECONDS: f64 = 0.4;
/// Seconds of small talk that count as rapport.
const BUDGET_SECONDS: f64 = 120.0;

/// A freelancer and her builder's client: four tangents, redirects of both outcomes, missed moments.
pub(crate) fn english() -> Report {
    let mut report = scripted(
        include_str!("rich/en.call"),
        [
            "I could hear you out on this all day, and I want to. Can we do the list first?",
            "Let me stop us here: I need two answers from you before we run out of time.",
        ],
    );
    "2026-03-05T14:30:00".clone_into(report.call.started_at.get_or_insert_default());
    report
}

/// A Russian call with long stories.
pub(crate) fn russian() -> Report {
    scripted(
        include_str!("rich/ru.call"),
        [
            "Какая история! Дорасскажете в конце? А сейчас мне нужны от вас два ответа.",
            "Давайте вернёмся к занятиям: у меня осталось двадцать минут.",
        ],
    )
}

/// A Chinese call.
pub(crate) fn chinese() -> Report {
    scripted(
        include_str!("rich/zh.call"),
        ["这个故事太有意思了，最后再接着聊？我先跟您确认两件事。", "时间有限，咱们先把术语表过完。"],
    )
}

/// Two people, five utterances, nothing to complain of.
pub(crate) fn small() -> Report {
    scripted(
        "# id: small\n# language: en\n# me: A\n# speakers: A=Tom; B=Anna\n# agenda: invoice\n\
         [opening]\nA: Good morning, Anna. Can you hear me?\nB: Yes, very well.\n\
         [business topic=\"the invoice\"]\nA: Did you get the invoice?\nB: Yes, we paid it this morning.\n\
         [closing]\nA: Perfect. Goodbye.\n",
        ["", ""],
    )
}

/// A mixed track on which nobody was told apart.
pub(crate) fn nobody_told_apart() -> Report {
    let mut value = serde_json::to_value(english()).unwrap();
    value["basis"] = json!("none");
    value["speakers"] = json!([]);
    for list in ["utterances", "speech", "redirects"] {
        for one in value[list].as_array_mut().unwrap() {
            one["speaker"] = Value::Null;
        }
    }
    for tangent in value["tangents"].as_array_mut().unwrap() {
        tangent["initiator"] = Value::Null;
        tangent["driver"] = Value::Null;
        tangent["drive"] = json!({});
        tangent["moves"] = json!([]);
    }
    value["small_talk"]["by_speaker"] = json!({});
    value["withheld"] = json!([
        {"field": "speakers", "why": "One mixed track, and voices were not told apart."},
        {"field": "tangents.driver", "why": "One mixed track, and voices were not told apart."},
    ]);
    serde_json::from_value(value).unwrap()
}

/// A call in which every text that a file can bring is hostile.
pub(crate) fn hostile() -> Report {
    const EVIL: &str =
        "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u{202e}gpj.exe\n\u{1b}[31m&amp; {{ 7*7 }}";
    let mut value = serde_json::to_value(english()).unwrap();
    poison(&mut value, EVIL, "");
    serde_json::from_value(value).unwrap()
}

/// Puts `evil` in place of every free text.
fn poison(value: &mut Value, evil: &str, key: &str) {
    const FREE: [&str; 14] = [
        "text",
        "label",
        "title",
        "client",
        "source",
        "agenda",
        "topics",
        "reasons",
        "warm",
        "firm",
        "why",
        "field",
        "started_at",
        "transcriber",
    ];
    match value {
        Value::String(text) if FREE.contains(&key) => evil.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, evil, key)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, item)| poison(item, evil, name)),
        _ => {}
    }
}

/// A call of `count` utterances, for size.
pub(crate) fn long(count: usize) -> Report {
    let mut script = String::from("# id: long\n# language: en\n# me: A\n# speakers: A=Tom; B=Anna\n");
    for at in 0..count {
        if at % 50 == 0 {
            let kind = if at % 100 == 0 { "business" } else { "small_talk" };
            let _ = writeln!(script, "[{kind} topic=\"part {}\" by=B driver=B]", at / 50);
        }
        let speaker = if at % 2 == 0 { 'A' } else { 'B' };
        let _ = writeln!(script, "{speaker}: line {at} of a long call that never seems to end");
    }
    scripted(&script, ["Shall we?", "Next."])
}

/// A call of so many hours: the English one again and again, with all that happens in it.
pub(crate) fn hours(hours: usize) -> Report {
    let call = include_str!("rich/en.call");
    let (header, body) = call.split_once("\n[").unwrap();
    let once = english().call.duration.ms();
    let times = (hours as u64 * 3_600_000).div_ceil(once);
    let body = format!("\n[{}", body.trim_end()).repeat(usize::try_from(times).unwrap());
    scripted(&format!("{header}{body}\n"), ["Can we do the list first?", "I need two answers from you."])
}

struct Line {
    start: f64,
    end: f64,
    speaker: String,
    text: String,
    kind: &'static str,
}

/// The report that a perfect listener would write of a scripted call.
#[allow(clippy::too_many_lines, reason = "one field after another")]
pub(crate) fn scripted(script: &str, [warm, firm]: [&str; 2]) -> Report {
    let mut header = BTreeMap::new();
    let mut lines: Vec<Line> = Vec::new();
    let mut topics: Vec<Value> = Vec::new();
    let mut redirects: Vec<(usize, bool)> = Vec::new();
    let mut windows = Vec::new();
    let mut firsts: Vec<(usize, &'static str, String, String)> = Vec::new();
    let mut now = 0.3_f64;
    for raw in script.lines() {
        if let Some((key, value)) = raw.strip_prefix("# ").and_then(|rest| rest.split_once(": ")) {
            header.insert(key, value);
        } else if let Some(section) = raw.strip_prefix('[') {
            let kind = ["opening", "small_talk", "business", "tangent", "closing"]
                .into_iter()
                .find(|kind| section.starts_with(kind))
                .unwrap();
            let kind = if kind == "tangent" { "off_agenda" } else { kind };
            let quoted = section.split('"').nth(1).unwrap_or("").to_owned();
            let driver = section.split("driver=").nth(1).map_or("", |rest| rest.trim_end_matches(']'));
            firsts.push((lines.len(), kind, quoted, driver.to_owned()));
        } else if let Some((speaker, said)) = raw.split_once(": ") {
            let text = said.split(" {").next().unwrap().to_owned();
            let words = text.split_whitespace().count() as f64;
            let wide = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count() as f64;
            let length = (words * SECONDS_A_WORD).max(wide * SECONDS_A_CHARACTER) + 0.3;
            if said.contains("{redirect:") {
                redirects.push((lines.len(), said.contains("{redirect:accepted}")));
            }
            if said.contains("{window}") {
                windows.push(lines.len());
            }
            let kind = firsts.last().unwrap().1;
            let end = ((now + length) * 1000.0).round() / 1000.0;
            lines.push(Line { start: (now * 1000.0).round() / 1000.0, end, speaker: speaker.to_owned(), text, kind });
            now = end + GAP_SECONDS;
        }
    }
    let duration = now.ceil();
    let last_of = |section: usize| firsts.get(section + 1).map_or(lines.len(), |next| next.0) - 1;
    let mut tangents = Vec::new();
    let mut small = 0.0;
    let mut opening = 0.0;
    let mut by_speaker: BTreeMap<String, f64> = BTreeMap::new();
    for (at, (first, kind, label, driver)) in firsts.iter().enumerate() {
        let last = last_of(at);
        let (start, end) = (lines[*first].start, lines[last].end);
        let until = firsts.get(at + 1).map_or(end, |next| lines[next.0].start);
        topics.push(json!({"start": start, "end": until, "first": first, "last": last, "kind": kind, "label": label, "confidence": 0.9}));
        if *kind == "small_talk" {
            for line in &lines[*first..=last] {
                small += line.end - line.start;
                *by_speaker.entry(line.speaker.clone()).or_default() += line.end - line.start;
                if line.end < BUDGET_SECONDS {
                    opening += line.end - line.start;
                }
            }
        }
        if (*kind == "small_talk" || *kind == "off_agenda") && end - start > 10.0 {
            let initiator = lines[*first].speaker.clone();
            let drive = match driver.as_str() {
                "both" => json!({"A": 0.52, "B": 0.48}),
                "A" => json!({"A": 0.78, "B": 0.22}),
                _ => json!({"A": 0.16, "B": 0.84}),
            };
            let steered = redirects.iter().any(|(line, good)| *good && (last.saturating_sub(1)..=last).contains(line));
            tangents.push(
                json!({"start": start, "end": end, "first": first, "last": last, "kind": kind, "topics": [label],
                "initiator": initiator, "driver": driver, "drive": drive, "within_budget": end < BUDGET_SECONDS,
                "ended_by": if steered { "redirect" } else { "faded" }, "moves": []}),
            );
        }
    }
    let tangent_of = |line: usize| {
        tangents
            .iter()
            .position(|t| t["first"].as_u64() <= Some(line as u64) && t["last"].as_u64() >= Some(line as u64))
    };
    let redirects: Vec<_> = redirects
        .iter()
        .enumerate()
        .map(|(at, (line, good))| {
            json!({"at": lines[*line].start, "utterance": line, "speaker": lines[*line].speaker,
                "class": (["topic", "time", "procedure", "summary", "parking"][at % 5]),
                "tone": if at % 3 == 0 { "firm" } else { "warm" }, "tangent": tangent_of(*line),
                "outcome": if *good { "accepted" } else { "deflected" },
                "seconds_to_return": if *good { json!(2.4) } else { Value::Null },
                "hold_seconds": if *good { 96.0 } else { 0.0 }})
        })
        .collect();
    let opportunities: Vec<_> = windows
        .iter()
        .filter_map(|line| {
            let tangent = tangent_of(*line)?;
            let saved = tangents[tangent]["end"].as_f64()? - lines[*line].end;
            Some(json!({"at": lines[*line].end, "after_utterance": line, "tangent": tangent,
                "reasons": ["the story had come to its end", "nobody spoke for a moment"],
                "seconds_saved": (saved * 1000.0).round() / 1000.0, "seconds_saved_low": (saved * 500.0).round() / 1000.0,
                "seconds_saved_high": (saved * 1200.0).round() / 1000.0, "warm": warm, "firm": firm}))
        })
        .collect();
    let speech: f64 = lines.iter().map(|line| line.end - line.start).sum();
    let names: Vec<(&str, &str)> = header["speakers"].split("; ").filter_map(|one| one.split_once('=')).collect();
    let speakers: Vec<_> = names
        .iter()
        .map(|(id, name)| {
            let own: Vec<_> = lines.iter().filter(|line| line.speaker == *id).collect();
            let talk: f64 = own.iter().map(|line| line.end - line.start).sum();
            let longest = own.iter().map(|line| line.end - line.start).fold(0.0, f64::max);
            let words: usize = own.iter().map(|line| line.text.split_whitespace().count()).sum();
            json!({"id": id, "label": name.split(',').next(), "me": *id == header["me"], "talk_seconds": talk,
                "talk_ratio": talk / speech, "words": words, "turns": own.len(), "talk_speed_wpm": words as f64 / talk * 60.0,
                "longest_monologue_seconds": longest, "questions": own.iter().filter(|line| line.text.contains(['?', '？'])).count(),
                "interruptions": usize::from(*id == "B"), "backchannels": 3, "patience_seconds": 0.4,
                "fillers_per_100_words": 1.5})
        })
        .collect();
    let ratio = small / speech;
    let agenda: Vec<_> = header.get("agenda").map_or(Vec::new(), |list| list.split("; ").collect());
    let value = json!({
        "schema": 1,
        "generator": {"name": "rapport", "version": "0.1.0"},
        "call": {"id": "0123456789abcdef0123456789abcdef", "source": format!("{}.wav", header["id"]), "title": header.get("title").unwrap_or(&header["id"]),
            "client": header.get("client"), "started_at": null, "date_source": "none",
            "duration": duration, "channels": 2, "sample_rate": 48000, "language": header["language"], "agenda": agenda},
        "models": {"transcriber": "ggml-base q8_0", "topics": "rules 1", "voices": null},
        "basis": "two_track",
        "attribution_confidence": 0.97,
        "speakers": speakers,
        "speech": lines.iter().map(|l| json!({"start": l.start, "end": l.end, "speaker": l.speaker})).collect::<Vec<_>>(),
        "utterances": lines.iter().map(|l| json!({"start": l.start, "end": l.end, "speaker": l.speaker, "text": l.text,
            "confidence": 0.9, "kind": l.kind})).collect::<Vec<_>>(),
        "topics": topics,
        "small_talk": {"ratio": ratio, "seconds": small, "budget_seconds": BUDGET_SECONDS, "opening_seconds": opening, "by_speaker": by_speaker,
            "verdict": if ratio < 0.01 { "cold" } else if small > BUDGET_SECONDS * 1.2 { "over_budget" } else { "healthy" }},
        "tangents": tangents,
        "redirects": redirects,
        "opportunities": opportunities,
        "frame": {"announced_at": 12.0, "minutes": 10, "overrun_seconds": 35.0, "parked": [], "parked_returned": []},
        "mirroring": null,
        "coaching": {
            "went_well": redirects.iter().find(|one| one["outcome"] == "accepted").map(|one| json!({
                "text": "You steered back to business, and it held for 1 min 36 s.", "utterances": [one["utterance"]]})),
            "try_next": tangents.last().map(|one| json!({
                "text": "You asked 2 questions that kept a tangent going, so next time ask about the work.",
                "utterances": [one["first"], one["last"]]})),
            "phrase": opportunities.first().map(|one| json!({
                "text": format!("At the next such moment: “{warm}”"), "utterances": [one["after_utterance"]]})),
        },
        "warnings": [{"code": "date_unknown", "text": "The date of the call is not known."}],
        "withheld": [{"field": "mirroring", "why": "Not measured on calls shorter than 15 minutes."}],
    });
    serde_json::from_value(value).unwrap()
}

/// The id of a speaker.
pub(crate) fn speaker(id: &str) -> SpeakerId {
    id.parse().unwrap()
}
