//! The report as Markdown, to be pasted into notes.

use std::fmt::Write;

use crate::call::finding::{Outcome, SmallTalk, TalkFigures};
use crate::call::report::Report;
use crate::call::time::Duration;
use crate::call::transcript::SpeakerId;
use crate::render::words;

/// The whole report but for the transcript.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut out = Page(format!("# {}\n", escape(&words::title(report))));
    out.paragraph(&head(report));
    out.paragraph(&escape(&words::sentence(report)));
    figures(report, &mut out);
    people(report, &mut out);
    topics(report, &mut out);
    tangents(report, &mut out);
    redirects(report, &mut out);
    opportunities(report, &mut out);
    out.list("Doubts", report.warnings.iter().map(|warning| escape(&warning.text)).collect());
    let withheld = report.withheld.iter().map(|held| format!("{}: {}", escape(&held.field), escape(&held.why)));
    out.list("Not said", withheld.collect());
    out.0
}

/// The text so far.
struct Page(String);

impl Page {
    fn paragraph(&mut self, text: &str) {
        let _ = write!(self.0, "\n{text}\n");
    }

    fn table(&mut self, heading: &str, columns: &[&str], rows: &[Vec<String>]) {
        if rows.is_empty() {
            return;
        }
        self.paragraph(&format!("## {heading}"));
        let rule = vec!["---"; columns.len()].join(" | ");
        let _ = write!(self.0, "\n| {} |\n| {rule} |\n", columns.join(" | "));
        for row in rows {
            let _ = writeln!(self.0, "| {} |", row.join(" | "));
        }
    }

    fn list(&mut self, heading: &str, items: Vec<String>) {
        if items.is_empty() {
            return;
        }
        self.paragraph(&format!("## {heading}\n"));
        self.0.truncate(self.0.len() - 1);
        for item in items {
            let _ = writeln!(self.0, "- {item}");
        }
    }
}

fn head(report: &Report) -> String {
    let call = &report.call;
    let client = call.client.as_deref().map(|client| format!("with {}", escape(client)));
    let date = call.started_at.as_deref().map(|date| escape(&words::date(date)));
    let parts = [client, date, Some(words::length(call.duration))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn figures(report: &Report, out: &mut Page) {
    let long: Vec<_> = words::over_long(report).collect();
    let took: Duration = long.iter().map(|tangent| tangent.span.length()).sum();
    let accepted = report.redirects.iter().filter(|one| one.outcome == Outcome::Accepted).count();
    let row = |name: &str, value: String| vec![name.to_owned(), value];
    let talk = report.small_talk.as_ref();
    let told = |value: Option<String>| value.unwrap_or_else(|| "withheld".to_owned());
    let share =
        |talk: &SmallTalk| format!("{} ({} of the speech)", words::length(talk.seconds), words::percent(talk.ratio));
    let kept =
        |talk: &SmallTalk| format!("{} of {}", words::length(talk.opening_seconds), words::length(talk.budget_seconds));
    let rows = [
        row("Small talk", told(talk.map(share))),
        row("Kept as rapport", told(talk.map(kept))),
        row("Verdict", told(talk.map(|talk| words::verdict_name(talk.verdict).to_owned()))),
        row("Tangents past the opening", format!("{} ({})", long.len(), words::length(took))),
        row("Redirects", format!("{} ({accepted} accepted)", report.redirects.len())),
        row("Missed moments", report.opportunities.len().to_string()),
        row("Speakers by", words::basis(report.basis).to_owned()),
    ];
    out.table("Figures", &["Figure", "Value"], &rows);
    if let Some(talk) = talk {
        out.paragraph(words::verdict(talk));
    }
}

fn people(report: &Report, out: &mut Page) {
    let columns =
        ["Speaker", "Talk", "Share", "Words a minute", "Longest monologue", "Questions", "Interruptions", "Patience"];
    let rows: Vec<_> = report.speakers.iter().map(|figures| person(report, figures)).collect();
    out.table("Who talked", &columns, &rows);
}

fn person(report: &Report, figures: &TalkFigures) -> Vec<String> {
    let me = if figures.me { " (you)" } else { "" };
    vec![
        format!("{}{me}", escape(&words::name(report, figures.id))),
        words::length(figures.talk_seconds),
        words::percent(figures.talk_ratio),
        figures.talk_speed_wpm.map_or_else(|| "–".to_owned(), |speed| format!("{speed:.0}")),
        words::length(figures.longest_monologue_seconds),
        figures.questions.to_string(),
        figures.interruptions.to_string(),
        figures.patience_seconds.map_or_else(|| "–".to_owned(), words::short_length),
    ]
}

fn topics(report: &Report, out: &mut Page) {
    let rows: Vec<_> = report
        .topics
        .iter()
        .map(|topic| {
            let length = words::length(topic.span.length());
            vec![topic.span.start().to_string(), length, topic.kind.title().to_owned(), escape(&topic.label)]
        })
        .collect();
    out.table("Topics", &["At", "Length", "Kind", "About"], &rows);
}

fn tangents(report: &Report, out: &mut Page) {
    let items = report.tangents.iter().map(|tangent| {
        let within = if tangent.within_budget { "within the opening budget" } else { "past the opening budget" };
        let drive = words::drive(report, tangent).map(|drive| format!("{}; ", escape(&drive))).unwrap_or_default();
        format!(
            "**{}**, {}, {}: {}. {drive}{}; {within}.",
            tangent.span.start(),
            words::length(tangent.span.length()),
            tangent.kind.title(),
            escape(&words::about(tangent)),
            words::ended(tangent.ended_by),
        )
    });
    out.list("Tangents", items.collect());
}

fn redirects(report: &Report, out: &mut Page) {
    let items = report.redirects.iter().map(|redirect| {
        let who = redirect.speaker.map(|id| format!("{}: ", speaker(report, id))).unwrap_or_default();
        let said = report.utterances.get(redirect.utterance).map(|one| escape(&one.utterance.text)).unwrap_or_default();
        let outcome = match redirect.outcome {
            Outcome::Accepted => {
                let back = redirect.seconds_to_return.map(|back| format!(" after {}", words::short_length(back)));
                format!("accepted{}, held {}", back.unwrap_or_default(), words::length(redirect.hold_seconds))
            }
            Outcome::Deflected => "deflected".to_owned(),
        };
        let (tone, class) = (words::tone(redirect.tone), words::class(redirect.class));
        format!("**{}** {who}“{said}” ({tone}, {class}): {outcome}.", redirect.at)
    });
    out.list("Redirects", items.collect());
}

fn opportunities(report: &Report, out: &mut Page) {
    let items = report.opportunities.iter().map(|one| {
        let reasons = one.reasons.iter().map(|reason| escape(reason)).collect::<Vec<_>>().join(", ");
        let mut item = format!("**{}**, {} to save: {reasons}.", one.at, words::length(one.seconds_saved));
        for (tone, phrase) in [("Warm", &one.warm), ("Firm", &one.firm)] {
            if !phrase.trim().is_empty() {
                let _ = write!(item, "\n  - {tone}: “{}”", escape(phrase));
            }
        }
        item
    });
    out.list("Where a redirect would have helped", items.collect());
}

fn speaker(report: &Report, id: SpeakerId) -> String {
    escape(&words::who(report, id))
}

/// Text that no reader of Markdown takes for a mark, a tag, a link or the end of a table cell.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in words::clean(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' | '^' | '=' => {
                out.push('\\');
                out.push(c);
            }
            // `www.` and `https://` would become links by themselves.
            ':' if out.ends_with("http") || out.ends_with("https") => out.push_str("&#58;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            '@' => out.push_str("&#64;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_text() {
        for (given, written) in [
            ("<b>", "&lt;b&gt;"),
            ("a|b", "a\\|b"),
            ("[x](javascript:y)", "\\[x\\](javascript:y)"),
            ("# no\nheading", "\\# no heading"),
            ("https://example.org", "https&#58;//example.org"),
            ("a@b.org", "a&#64;b.org"),
            ("&amp;", "&amp;amp;"),
        ] {
            assert_eq!(escape(given), written);
        }
    }
}
