//! The call from left to right: what sort of talk when, and the moments that matter below it.

use crate::call::finding::Outcome;
use crate::call::report::Report;
use crate::call::time::{Duration, Span, Timestamp};
use crate::call::topic::Kind;
use crate::render::words;

use super::canvas::{Canvas, Glyphs, Ink, Piece};

pub(super) fn draw(report: &Report, page: &mut Canvas) {
    let length = report.call.duration;
    if length == Duration::ZERO || report.topics.is_empty() {
        return;
    }
    let wide = page.wide();
    let glyphs = page.glyphs();
    page.blank();
    page.line(&runs(&cells(report, wide), glyphs));
    let marks = marks(report, wide, glyphs);
    if marks.iter().any(|(mark, _)| *mark != ' ') {
        let pieces: Vec<_> = marks.into_iter().map(|(mark, ink)| Piece::new(ink, mark.to_string())).collect();
        page.line(&pieces);
    }
    page.line(&[Piece::new(Ink::Dim, scale(length, wide))]);
    legend(report, page);
}

/// The kind that fills most of each of `wide` equal parts of the call; `None` where nothing is said of it.
fn cells(report: &Report, wide: usize) -> Vec<Option<Kind>> {
    let length_ms = report.call.duration.ms();
    let edge = |at: usize| (u128::from(length_ms) * at as u128 / wide as u128) as u64;
    (0..wide)
        .map(|at| {
            let cell = Span::from_ms(edge(at), edge(at + 1));
            let mut by_kind = [Duration::ZERO; Kind::ALL.len()];
            for topic in &report.topics {
                by_kind[topic.kind as usize] += topic.span.overlap(cell);
            }
            // Of equals, the digression: it is what the reader looks for.
            let most = Kind::ALL.into_iter().max_by_key(|kind| (by_kind[*kind as usize], kind.is_digression()))?;
            (by_kind[most as usize] > Duration::ZERO).then_some(most)
        })
        .collect()
}

/// Cells of one kind in a row as one piece each.
fn runs(cells: &[Option<Kind>], glyphs: Glyphs) -> Vec<Piece> {
    cells
        .chunk_by(|a, b| a == b)
        .map(|run| {
            let (glyph, ink) = run[0].map_or((glyphs.silence, Ink::Plain), |kind| look(kind, glyphs));
            Piece::new(ink, glyph.to_string().repeat(run.len()))
        })
        .collect()
}

/// How a kind is drawn.
pub(super) const fn look(kind: Kind, glyphs: Glyphs) -> (char, Ink) {
    match kind {
        Kind::SmallTalk => (glyphs.small_talk, Ink::SmallTalk),
        Kind::OffAgenda => (glyphs.off_agenda, Ink::OffAgenda),
        Kind::Business => (glyphs.business, Ink::Business),
        Kind::Opening | Kind::Closing => (glyphs.frame, Ink::Dim),
    }
}

/// Redirects and opportunities below the bar. Where several share a column, the rarer news wins: an accepted redirect
/// over an opportunity over a deflected one.
fn marks(report: &Report, wide: usize, glyphs: Glyphs) -> Vec<(char, Ink)> {
    let mut row = vec![(' ', Ink::Plain); wide];
    let column = |at: Timestamp| {
        let share = at.since(Timestamp::ZERO).share_of(report.call.duration);
        ((words::within_one(share) * wide as f64) as usize).min(wide - 1)
    };
    let outcome = |wanted| report.redirects.iter().filter(move |one| one.outcome == wanted);
    for redirect in outcome(Outcome::Deflected) {
        row[column(redirect.at)] = (glyphs.deflected, Ink::Bad);
    }
    for opportunity in &report.opportunities {
        row[column(opportunity.at)] = (glyphs.chance, Ink::Chance);
    }
    for redirect in outcome(Outcome::Accepted) {
        row[column(redirect.at)] = (glyphs.accepted, Ink::Good);
    }
    row
}

/// Clock times below the bar, each starting at its own column.
fn scale(length: Duration, wide: usize) -> String {
    /// Distances between two times that people count in, seconds.
    const STEPS: [u64; 10] = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];
    /// Columns that a time and the space around it need.
    const ROOM: u64 = 12;
    let seconds = (length.ms() / 1000).max(1);
    let step = STEPS.into_iter().find(|step| step * wide as u64 / seconds >= ROOM).unwrap_or(seconds.max(1));
    let mut row = String::new();
    let mut at = 0;
    while at < seconds {
        let column = (u128::from(at) * wide as u128 / u128::from(seconds)) as usize;
        let time = Timestamp::from_ms(at * 1000).to_string();
        if column >= row.len() && column + time.len() <= wide {
            row.push_str(&" ".repeat(column - row.len()));
            row.push_str(&time);
        }
        at += step;
    }
    row
}

/// What the glyphs mean, with how long each kind took.
fn legend(report: &Report, page: &mut Canvas) {
    let glyphs = page.glyphs();
    let mut pieces = Vec::new();
    for kind in [Kind::Business, Kind::SmallTalk, Kind::OffAgenda] {
        let took: Duration =
            report.topics.iter().filter(|topic| topic.kind == kind).map(|topic| topic.span.length()).sum();
        if took > Duration::ZERO {
            let (glyph, ink) = look(kind, glyphs);
            pieces.push(Piece::new(ink, format!("{glyph} {} {}", kind.title(), words::length(took))));
        }
    }
    let outcome = |wanted| report.redirects.iter().any(|one| one.outcome == wanted);
    if outcome(Outcome::Accepted) {
        pieces.push(Piece::new(Ink::Good, format!("{} redirect accepted", glyphs.accepted)));
    }
    if outcome(Outcome::Deflected) {
        pieces.push(Piece::new(Ink::Bad, format!("{} deflected", glyphs.deflected)));
    }
    if !report.opportunities.is_empty() {
        pieces.push(Piece::new(Ink::Chance, format!("{} would have helped", glyphs.chance)));
    }
    page.flow(pieces, 0);
}
