//! Sentences and names that every form of the report shares, so that no two of them say it differently.

mod language;
mod sentence;
pub mod trend;

use crate::call::finding::{Driver, EndedBy, Opportunity, RedirectClass, SmallTalk, Tangent, Tone, Verdict};
use crate::call::report::Report;
use crate::call::time::Duration;
use crate::call::transcript::{Basis, SpeakerId, Utterance};

pub use language::language;
pub use sentence::{answers, sentence};

/// Text from a file made safe to show: one line, no control or escape characters, nothing that turns the direction of
/// the text around it, no lone blanks at the ends.
#[must_use]
pub fn clean(text: &str) -> String {
    text.chars().filter_map(shown).collect::<String>().trim().to_owned()
}

/// The character to show instead; `None` for one that shows nothing or hides what follows.
pub(super) fn shown(c: char) -> Option<char> {
    match c {
        '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(' '),
        // Marks, embeddings, overrides and isolates of text direction, and the byte order mark.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// A length as people say it: `40 s`, `4 min 10 s`, `1 h 5 min`. Seconds are rounded, and left out beyond an hour.
#[must_use]
pub fn length(length: Duration) -> String {
    let seconds = length.ms().saturating_add(500) / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, rest) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, 0, _) => format!("{h} h"),
        (h, m, _) => format!("{h} h {m} min"),
    }
}

/// A length of a few seconds with one decimal: `0.4 s`.
#[must_use]
pub fn short_length(length: Duration) -> String {
    format!("{:.1} s", length.secs())
}

/// A share as a whole number: `18 %`. What lies outside 0 to 1 is shown as the nearer end.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", within_one(share) * 100.0)
}

/// The share held in 0 to 1; 0 for what is not a number.
#[must_use]
pub(crate) fn within_one(share: f64) -> f64 {
    if share.is_nan() { 0.0 } else { share.clamp(0.0, 1.0) }
}

/// `1 tangent`, `3 tangents`.
#[must_use]
pub fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// The call's title; its file name where it has none.
#[must_use]
pub fn title(report: &Report) -> String {
    [&report.call.title, &report.call.source]
        .into_iter()
        .map(|text| clean(text))
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| "A call".to_owned())
}

/// Name of a speaker for people: the label, or `A` where there is none.
#[must_use]
pub fn name(report: &Report, id: SpeakerId) -> String {
    let label = report.speakers.iter().find(|one| one.id == id).map(|one| clean(&one.label)).unwrap_or_default();
    if label.is_empty() { format!("speaker {id}") } else { label }
}

/// Whether this is the user.
#[must_use]
pub fn is_me(report: &Report, id: SpeakerId) -> bool {
    report.speakers.iter().any(|one| one.id == id && one.me)
}

/// The speaker inside a sentence: `you` for the user, the name for everybody else.
#[must_use]
pub fn who(report: &Report, id: SpeakerId) -> String {
    if is_me(report, id) { "you".to_owned() } else { name(report, id) }
}

/// The date and time of the call: `5 March 2026, 14:30`. A text that is no date is shown as it is.
#[must_use]
pub fn date(started_at: &str) -> String {
    let shown = if let Ok(moment) = started_at.parse::<jiff::civil::DateTime>() {
        let format = if started_at.contains(['T', ' ']) { "%-d %B %Y, %H:%M" } else { "%-d %B %Y" };
        jiff::fmt::strtime::format(format, moment).ok()
    } else {
        None
    };
    shown.unwrap_or_else(|| clean(started_at))
}

/// The day of the call, short: `5 Mar 2026`. A text that is no date is shown as it is.
#[must_use]
pub fn short_date(started_at: &str) -> String {
    let moment = started_at.parse::<jiff::civil::DateTime>().ok();
    let shown = moment.and_then(|moment| jiff::fmt::strtime::format("%-d %b %Y", moment).ok());
    shown.unwrap_or_else(|| clean(started_at))
}

/// Certainty of the speaker below which a line says so: where one of the three beginnings of a course says otherwise it is
/// two thirds.
const SPEAKER_SURE_MIN: f64 = 0.7;

/// Stretches of speech that are looked at around a moment: no more voices than that are told apart on one track.
const AT_ONCE_MAX: usize = 12;

/// How surely an utterance is its speaker's, 0 to 1, by the stretch of speech around its middle, where that is to be doubted:
/// on mixed tracks.
#[must_use]
pub fn doubt_of_speaker(report: &Report, utterance: &Utterance) -> Option<f64> {
    let speaker = utterance.speaker?;
    let middle = utterance.span.start() + Duration::from_ms(utterance.span.length().ms() / 2);
    let begun = report.speech.partition_point(|speech| speech.span.start() <= middle);
    let around = report.speech[..begun].iter().rev().take(AT_ONCE_MAX);
    let mut own = around.filter(|speech| speech.speaker == Some(speaker) && speech.span.end() > middle);
    own.next()?.confidence.filter(|sure| *sure < SPEAKER_SURE_MIN)
}

/// How speakers were told apart.
#[must_use]
pub const fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::TwoTrack => "a track for each side",
        Basis::Stereo => "two channels that leak into each other",
        Basis::Diarized => "voices told apart on one track",
        Basis::TranscriptLabels => "names from the transcript",
        Basis::None => "speakers not told apart",
    }
}

/// What to think of the amount of small talk, kindly.
#[must_use]
pub fn verdict(talk: &SmallTalk) -> &'static str {
    match talk.verdict {
        Verdict::Cold => {
            "Hardly a warm word. A minute of real interest at the start is time well spent: rapport keeps clients."
        }
        Verdict::Healthy if talk.seconds == Duration::ZERO => "A short call, straight to the work: nothing is missing.",
        Verdict::Healthy => "A healthy amount: the warm words are there, and the work got its time.",
        Verdict::OverBudget => {
            "More than the opening minutes protect. The warmth is good and worth keeping; only its length is worth steering."
        }
    }
}

/// The verdict in two words or fewer.
#[must_use]
pub const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Cold => "cold",
        Verdict::Healthy => "healthy",
        Verdict::OverBudget => "over budget",
    }
}

/// Class of the verdict's badge in the pages' style sheet.
pub(crate) const fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Cold => "cold",
        Verdict::Healthy => "healthy",
        Verdict::OverBudget => "over-budget",
    }
}

/// How a redirect goes about it.
#[must_use]
pub const fn class(class: RedirectClass) -> &'static str {
    match class {
        RedirectClass::Topic => "names the next topic",
        RedirectClass::Time => "points at the clock",
        RedirectClass::Procedure => "points at the agenda",
        RedirectClass::Summary => "sums up and moves on",
        RedirectClass::Parking => "parks it for later",
    }
}

/// How a redirect sounds.
#[must_use]
pub const fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Warm => "warm",
        Tone::Firm => "firm",
    }
}

/// How a tangent ended.
#[must_use]
pub const fn ended(by: EndedBy) -> &'static str {
    match by {
        EndedBy::Redirect => "ended by a redirect",
        EndedBy::Faded => "faded by itself",
        EndedBy::EndOfCall => "lasted to the end of the call",
    }
}

/// Who opened a tangent and who kept it going: `Anna opened and drove it (78 %)`.
/// `None` when speakers were not told apart.
#[must_use]
pub fn drive(report: &Report, tangent: &Tangent) -> Option<String> {
    let opened = tangent.initiator.map(|id| who(report, id));
    let kept = match tangent.driver {
        Some(Driver::Speaker(id)) => {
            let share = tangent.drive.get(&id).map(|share| format!(" ({})", percent(*share))).unwrap_or_default();
            let name = who(report, id);
            if opened.as_ref() == Some(&name) {
                return Some(format!("{name} opened and drove it{share}"));
            }
            Some(format!("{name} drove it{share}"))
        }
        Some(Driver::Both) if tangent.drive.len() > 2 => Some("several people drove it".to_owned()),
        Some(Driver::Both) => Some("both drove it".to_owned()),
        None => None,
    };
    match (opened, kept) {
        (Some(opened), Some(kept)) => Some(format!("{opened} opened it, {kept}")),
        (Some(opened), None) => Some(format!("{opened} opened it")),
        (None, kept) => kept,
    }
}

/// The labels of a tangent's topics as one text; its kind where nothing stands out.
#[must_use]
pub fn about(tangent: &Tangent) -> String {
    let labels: Vec<_> = tangent.topics.iter().map(|label| clean(label)).filter(|label| !label.is_empty()).collect();
    if labels.is_empty() { tangent.kind.title().to_owned() } else { labels.join(", ") }
}

/// The announced frame of the call and what was parked, as sentences; `None` where neither was said.
#[must_use]
pub fn frame(report: &Report) -> Option<String> {
    let frame = &report.frame;
    let mut said = Vec::new();
    if let (Some(at), Some(minutes)) = (frame.announced_at, frame.minutes) {
        let over = frame.overrun_seconds.filter(|over| *over > Duration::ZERO);
        let kept =
            over.map_or_else(|| "the call kept to it".to_owned(), |over| format!("the call ran {} over", length(over)));
        said.push(format!("{minutes} min were announced at {at}; {kept}."));
    }
    if !frame.parked.is_empty() {
        let returned = frame.parked_returned.len();
        said.push(format!(
            "{} parked for later, {returned} taken up again.",
            count(frame.parked.len(), "thing", "things")
        ));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// Small talk beyond what the opening budget covers.
#[must_use]
pub fn beyond_budget(report: &Report) -> Duration {
    report.small_talk.as_ref().map_or(Duration::ZERO, |talk| talk.seconds - talk.opening_seconds)
}

/// How much of the opening budget was used: `1 min 23 s of 2 min kept as rapport`.
pub(crate) fn kept(talk: &SmallTalk) -> String {
    format!("{} of {} kept as rapport", length(talk.opening_seconds), length(talk.budget_seconds))
}

/// Tangents that do not fit the protected opening minutes.
pub fn over_long(report: &Report) -> impl Iterator<Item = &Tangent> {
    report.tangents.iter().filter(|tangent| !tangent.within_budget)
}

/// What a redirect would have saved: `35 s to save (20 s to 50 s)`, the interval where the report has one.
#[must_use]
pub fn saving(one: &Opportunity) -> String {
    let (low, high) = (one.seconds_saved_low, one.seconds_saved_high);
    let interval = if high > low { format!(" ({} to {})", length(low), length(high)) } else { String::new() };
    format!("{} to save{interval}", length(one.seconds_saved))
}

/// The opportunity with most to gain; the earlier of equals.
#[must_use]
pub fn best_opportunity(report: &Report) -> Option<&Opportunity> {
    report.opportunities.iter().rev().max_by_key(|one| one.seconds_saved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_becomes_one_plain_line() {
        assert_eq!(
            clean("\u{1b}[31mred\u{1b}[0m\r\nnext\u{202e}txt.exe\u{0}\u{7}\u{9b}2J"),
            "[31mred[0m  nexttxt.exe2J"
        );
        assert_eq!(clean("  \u{feff}Анна 👩‍💻 你好 "), "Анна 👩‍💻 你好");
    }

    #[test]
    fn lengths_are_said_as_people_say_them() {
        for (ms, said) in [
            (0, "0 s"),
            (40_400, "40 s"),
            (59_600, "1 min"),
            (250_000, "4 min 10 s"),
            (3_600_000, "1 h"),
            (3_900_000, "1 h 5 min"),
        ] {
            assert_eq!(length(Duration::from_ms(ms)), said);
        }
        assert_eq!(short_length(Duration::from_ms(440)), "0.4 s");
    }

    #[test]
    fn shares_stay_within_the_scale() {
        for (share, said) in [(0.0, "0 %"), (0.184, "18 %"), (1.7, "100 %"), (-3.0, "0 %"), (f64::NAN, "0 %")] {
            assert_eq!(percent(share), said);
        }
    }

    #[test]
    fn dates_are_read_where_they_are_dates() {
        for (given, shown) in
            [("2026-03-05", "5 March 2026"), ("2026-03-05T14:30:00", "5 March 2026, 14:30"), ("some\nday", "some day")]
        {
            assert_eq!(date(given), shown);
        }
    }
}
