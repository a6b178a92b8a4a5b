//! How each person talked: a bar a speaker and the figures beside or below it.

use unicode_width::UnicodeWidthStr;

use crate::call::finding::TalkFigures;
use crate::call::report::Report;
use crate::render::words;

use super::canvas::{Canvas, Ink, Piece};

/// Columns from which the figures stand in a table; below, they follow each bar.
const TABLE_FROM: usize = 86;

/// Longest name that is shown whole, columns.
const NAME_MAX: usize = 18;

/// Longest bar, columns.
const BAR_MAX: usize = 40;

/// Speakers shown; a list of a hundred names, from a broken transcript, helps nobody.
const SPEAKERS_SHOWN: usize = 12;

/// The columns of the table: heading and width.
const COLUMNS: [(&str, usize); 7] =
    [("share", 7), ("talk", 9), ("longest", 9), ("patience", 10), ("asks", 6), ("cuts in", 9), ("words/min", 11)];

pub(super) fn draw(report: &Report, page: &mut Canvas) {
    page.heading("Who talked");
    if report.speakers.is_empty() {
        let why =
            report.withheld.iter().find(|held| held.field.starts_with("speakers")).map(|held| words::clean(&held.why));
        let why = why.unwrap_or_else(|| "The speakers could not be told apart.".to_owned());
        page.text(Ink::Plain, &format!("Not shown. {why}"), 0);
        return;
    }
    let shown = &report.speakers[..report.speakers.len().min(SPEAKERS_SHOWN)];
    let names: Vec<_> = shown.iter().map(called).collect();
    let name_wide = names.iter().map(|name| name.width()).max().unwrap_or(0).min(NAME_MAX).min(page.wide() / 3);
    let table = page.wide() >= TABLE_FROM;
    let figures_wide: usize = if table { COLUMNS.iter().map(|(_, wide)| wide).sum() } else { COLUMNS[0].1 };
    let bar_wide = page.wide().saturating_sub(name_wide + 2 + figures_wide).min(BAR_MAX);
    if table {
        let headings: String = COLUMNS.iter().map(|(heading, wide)| format!("{heading:>wide$}")).collect();
        page.line(&[Piece::new(Ink::Dim, format!("{}{headings}", " ".repeat(name_wide + 2 + bar_wide)))]);
    }
    for (figures, name) in shown.iter().zip(&names) {
        let cells = columns(figures);
        let ink = if figures.me { Ink::Bold } else { Ink::Plain };
        let full = (words::within_one(figures.talk_ratio) * bar_wide as f64).round() as usize;
        let glyphs = page.glyphs();
        let mut line = vec![
            Piece::new(ink, page.fit(name, name_wide)),
            Piece::new(Ink::Plain, "  "),
            Piece::new(ink, glyphs.share.to_string().repeat(full)),
            Piece::new(Ink::Dim, glyphs.bullet.to_string().repeat(bar_wide - full)),
            Piece::new(ink, format!("{:>wide$}", cells[0], wide = COLUMNS[0].1)),
        ];
        if table {
            let rest: String =
                cells.iter().zip(COLUMNS).skip(1).map(|(cell, (_, wide))| format!("{cell:>wide$}")).collect();
            line.push(Piece::new(Ink::Plain, rest));
            page.line(&line);
        } else {
            page.line(&line);
            page.flow(sentence(figures), 2);
        }
    }
    if report.speakers.len() > shown.len() {
        page.text(Ink::Dim, &format!("and {} more", report.speakers.len() - shown.len()), 0);
    }
}

fn called(figures: &TalkFigures) -> String {
    let label = words::clean(&figures.label);
    match (figures.me, label.is_empty()) {
        (true, true) => "you".to_owned(),
        (true, false) => format!("{label} (you)"),
        (false, true) => format!("speaker {}", figures.id),
        (false, false) => label,
    }
}

fn columns(figures: &TalkFigures) -> [String; 7] {
    let none = || "-".to_owned();
    [
        words::percent(figures.talk_ratio),
        figures.talk_seconds.to_string(),
        figures.longest_monologue_seconds.to_string(),
        figures.patience_seconds.map_or_else(none, words::short_length),
        figures.questions.to_string(),
        figures.interruptions.to_string(),
        figures.talk_speed_wpm.map_or_else(none, |speed| format!("{speed:.0}")),
    ]
}

fn sentence(figures: &TalkFigures) -> Vec<Piece> {
    let mut facts = vec![
        format!("talked {}", figures.talk_seconds),
        format!("longest {}", figures.longest_monologue_seconds),
        words::count(figures.questions, "question", "questions"),
        words::count(figures.interruptions, "interruption", "interruptions"),
    ];
    if let Some(patience) = figures.patience_seconds {
        facts.insert(2, format!("patience {}", words::short_length(patience)));
    }
    facts.into_iter().map(|fact| Piece::new(Ink::Dim, fact)).collect()
}
