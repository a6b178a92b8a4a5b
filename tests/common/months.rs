//! Generated months of calls: whole reports as they stand on disk, with noise from a seed.

#![allow(dead_code, reason = "each program uses its own part")]

use jiff::ToSpan;
use jiff::civil::Date;
use rapport::call::report::Report;
use rapport::render::json::json;
use serde_json::{Value, json};

/// Seconds of small talk that count as rapport.
const BUDGET_SECONDS: f64 = 120.0;

/// One generated call.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) client: Option<String>,
    pub(crate) date: Date,
    pub(crate) minutes: f64,
    /// Seconds of small talk over all speech.
    pub(crate) small_talk: f64,
    /// Start in minutes, length in seconds, whether the client drives it.
    pub(crate) tangents: Vec<(f64, f64, bool)>,
    /// Whether each redirect was accepted.
    pub(crate) redirects: Vec<bool>,
    pub(crate) opportunities: usize,
    pub(crate) talk_ratio: f64,
    pub(crate) transcriber: String,
    pub(crate) basis: String,
    /// Seconds an utterance takes together with the pause after it: 4.5 in real calls, more to have short files.
    pub(crate) utterance_seconds: f64,
}

/// Redirects as people say them, in turn.
pub(crate) const PHRASES: [&str; 3] = [
    "That sounds great. Let me park that for the end, I need two things from you today.",
    "So, shall we get back to the invoice?",
    "I have until eleven, so let us look at the launch date.",
];

/// What tangents are about, in turn.
const THEMES: [&str; 4] = ["football, match", "holiday, beach", "garden, roses", "football, coach"];

/// What is said in between.
const LINES: [&str; 4] = [
    "I will add the project number and send you the invoice again by Friday.",
    "And the deadline for the order form is still the fifteenth, is it not?",
    "We were at the lake with the kids all weekend, it was lovely.",
    "Right, so the second draft goes to the printer on Monday morning.",
];

impl Spec {
    /// The report.
    pub(crate) fn report(&self, number: usize) -> Report {
        let seconds = self.minutes * 60.0;
        let speech = seconds * 0.85;
        let small = speech * self.small_talk;
        let opening = small.min(BUDGET_SECONDS);
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        let count = (seconds / self.utterance_seconds) as usize;
        let mut utterances: Vec<Value> = (0..count)
            .map(|at| {
                let start = at as f64 * self.utterance_seconds;
                let speaker = if at % 2 == 0 { "A" } else { "B" };
                json!({"start": round(start), "end": round(start + 3.8), "speaker": speaker, "text": LINES[at % LINES.len()],
                    "confidence": 0.91, "kind": "business"})
            })
            .collect();
        let speech_spans: Vec<Value> = utterances
            .iter()
            .map(|said| json!({"start": said["start"], "end": said["end"], "speaker": said["speaker"]}))
            .collect();
        let redirects: Vec<Value> = self
            .redirects
            .iter()
            .enumerate()
            .map(|(at, accepted)| {
                let place = (at * 2 + 10).min(count - 1);
                utterances[place]["text"] = json!(PHRASES[(number + at) % PHRASES.len()]);
                json!({"at": utterances[place]["start"], "utterance": place, "speaker": "A", "class": "parking",
                    "tone": "warm", "tangent": null, "outcome": if *accepted { "accepted" } else { "deflected" },
                    "seconds_to_return": if *accepted { json!(2.0) } else { Value::Null },
                    "hold_seconds": if *accepted { 90.0 } else { 0.0 }})
            })
            .collect();
        let tangents: Vec<Value> = self
            .tangents
            .iter()
            .enumerate()
            .map(|(at, (start, length, theirs))| {
                let drive = if *theirs { json!({"A": 0.2, "B": 0.8}) } else { json!({"A": 0.7, "B": 0.3}) };
                json!({"start": round(start * 60.0), "end": round(start * 60.0 + length), "first": 0, "last": 1,
                    "kind": "small_talk", "topics": [THEMES[(number + at) % THEMES.len()]],
                    "initiator": if *theirs { "B" } else { "A" }, "driver": if *theirs { "B" } else { "A" }, "drive": drive,
                    "within_budget": false, "ended_by": "faded", "moves": []})
            })
            .collect();
        let opportunities: Vec<Value> = (0..self.opportunities)
            .map(|at| {
                json!({"at": 60.0 + at as f64, "after_utterance": at, "tangent": 0, "reasons": ["the story had come to its end"],
                    "seconds_saved": 30.0, "warm": "I want to hear the rest. Can we do the list first?", "firm": "Next item."})
            })
            .collect();
        let speaker = |id: &str, label: &str, me: bool, ratio: f64| {
            json!({"id": id, "label": label, "me": me, "talk_seconds": round(speech * ratio), "talk_ratio": ratio,
                "words": 900, "turns": count / 2, "talk_speed_wpm": 150.0, "longest_monologue_seconds": 20.0,
                "questions": 5, "interruptions": 1, "backchannels": 4, "patience_seconds": 0.5, "fillers_per_100_words": 1.0})
        };
        let value = json!({
            "schema": 1,
            "generator": {"name": "rapport", "version": "0.1.0"},
            "call": {"id": format!("{number:032x}"), "source": format!("{number}.wav"), "title": format!("Call {number}"),
                "client": self.client, "started_at": format!("{}T10:00:00", self.date), "date_source": "file_name",
                "duration": round(seconds), "channels": 2, "sample_rate": 48000, "language": "en", "agenda": []},
            "models": {"transcriber": self.transcriber, "topics": "rules 1", "voices": null},
            "basis": self.basis,
            "speakers": [speaker("A", "Nate", true, self.talk_ratio), speaker("B", "Jodie", false, 1.0 - self.talk_ratio)],
            "speech": speech_spans,
            "utterances": utterances,
            "topics": [{"start": 0.0, "end": round(seconds), "first": 0, "last": count - 1, "kind": "business",
                "label": "invoice", "confidence": 0.9}],
            "small_talk": {"ratio": self.small_talk, "seconds": round(small), "budget_seconds": BUDGET_SECONDS,
                "opening_seconds": round(opening), "by_speaker": {"A": round(small / 2.0), "B": round(small / 2.0)},
                "verdict": "healthy"},
            "tangents": tangents,
            "redirects": redirects,
            "opportunities": opportunities,
            "frame": {"announced_at": null, "minutes": null, "overrun_seconds": null, "parked": [], "parked_returned": []},
            "mirroring": null,
            "warnings": [],
            "withheld": [],
        });
        serde_json::from_value(value).expect("a report of the schema")
    }

    /// The report's file.
    pub(crate) fn text(&self, number: usize) -> String {
        json(&self.report(number))
    }
}

/// About normal with mean 0 and deviation 1: the sum of twelve even draws.
pub(crate) fn noise(rng: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
}

/// What a client is like at one point of the year.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    pub(crate) small_talk: f64,
    pub(crate) tangents: f64,
    pub(crate) redirect_holds: f64,
    pub(crate) opportunities: f64,
}

/// What a quiet, steady client is like.
pub(crate) const STEADY: Habits = Habits { small_talk: 0.18, tangents: 2.0, redirect_holds: 0.5, opportunities: 1.0 };

/// A call with these habits and the noise that calls have: some 5 points of small talk, lengths of 25 to 50 minutes.
pub(crate) fn call(rng: &mut fastrand::Rng, client: &str, date: Date, habits: Habits) -> Spec {
    let minutes = 25.0 + 25.0 * rng.f64();
    let about = |rng: &mut fastrand::Rng, mean: f64| (mean + mean.sqrt() * 0.7 * noise(rng)).round().max(0.0) as usize;
    let tangents = (0..about(rng, habits.tangents))
        .map(|_| (3.0 + 15.0 * rng.f64(), 40.0 + 60.0 * rng.f64(), rng.f64() < 0.7))
        .collect();
    let redirects = (0..about(rng, 2.0)).map(|_| rng.f64() < habits.redirect_holds).collect();
    Spec {
        client: Some(client.to_owned()),
        date,
        minutes,
        small_talk: (habits.small_talk + 0.05 * noise(rng)).clamp(0.0, 1.0),
        tangents,
        redirects,
        opportunities: about(rng, habits.opportunities),
        talk_ratio: (0.45 + 0.05 * noise(rng)).clamp(0.05, 0.95),
        transcriber: "ggml-base q8_0".to_owned(),
        basis: "two_track".to_owned(),
        utterance_seconds: 45.0,
    }
}

/// The day on which the client called Acme gets a time box.
pub(crate) const BOUNDARY: Date = jiff::civil::date(2026, 7, 1);

/// A year of calls with three clients, about one a week each: Brightside grows chatty, with Acme a boundary on
/// [`BOUNDARY`] works, Delta stays as it is.
pub(crate) fn year(seed: u64) -> Vec<Spec> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let first = jiff::civil::date(2026, 1, 5);
    let mut calls = Vec::new();
    for week in 0..50 {
        let day = |rng: &mut fastrand::Rng| first + (7 * week + rng.i32(0..5)).days();
        let passed = f64::from(week) / 50.0;
        // Some weeks have no call.
        if rng.f64() < 0.7 {
            let habits = Habits { small_talk: 0.12 + 0.25 * passed, tangents: 1.5 + 4.0 * passed, ..STEADY };
            let date = day(&mut rng);
            calls.push(call(&mut rng, "Brightside", date, habits));
        }
        if rng.f64() < 0.7 {
            let date = day(&mut rng);
            let habits = if date < BOUNDARY {
                Habits { small_talk: 0.32, tangents: 4.0, redirect_holds: 0.25, opportunities: 2.0 }
            } else {
                Habits { small_talk: 0.16, tangents: 2.0, redirect_holds: 0.8, opportunities: 0.8 }
            };
            calls.push(call(&mut rng, "Acme", date, habits));
        }
        if rng.f64() < 0.7 {
            let date = day(&mut rng);
            calls.push(call(&mut rng, "Delta", date, STEADY));
        }
    }
    calls
}
