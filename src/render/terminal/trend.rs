//! Many calls side by side in the terminal: a table a client, a line a figure, with the verdicts in words below it.

use unicode_width::UnicodeWidthStr;

use super::canvas::{Canvas, Ink, Piece};
use super::{TerminalStyle, WIDTH_MAX, WIDTH_MIN};
use crate::call::trend::{Answer, BeforeAfter, Cell, ClientTrend, Comparison, Metric, Series, Sides, Step, Value};
use crate::render::words::{self, trend};

/// Columns of a figure's name.
const NAME_COLUMNS: usize = 17;
/// Columns of the sparkline: a year of months, two where there is room.
const SPARK_COLUMNS: usize = 12;
const WIDE_SPARK_COLUMNS: usize = 24;
/// Columns between the margins from which there is room for the wide sparkline.
const WIDE_MIN: usize = 100;
/// Columns of a period's value.
const VALUE_COLUMNS: usize = 9;
/// Columns of the smallest and the largest value.
const RANGE_COLUMNS: usize = 13;
/// Columns of a change.
const CHANGE_COLUMNS: usize = 13;
/// Files left out that are named on the page; all are in the JSON.
const LEFT_OUT_MAX: usize = 10;

/// Calls side by side as a page of text, ended by a line break.
#[must_use]
pub fn comparison(comparison: &Comparison, style: &TerminalStyle) -> String {
    let mut page = Canvas::new(TerminalStyle { width: style.width.clamp(WIDTH_MIN, WIDTH_MAX), ..*style });
    if comparison.clients.len() > 1 {
        overview(comparison, &mut page);
    }
    for client in &comparison.clients {
        head(client, comparison, &mut page);
        table(client, comparison.by, &mut page);
        page.blank();
        for said in trend::trends(&client.series) {
            page.text(Ink::Plain, &said, 0);
        }
        totals(client, comparison, &mut page);
        for mark in &client.marks {
            before_after(mark, &mut page);
        }
        page.heading("Before the next call");
        for said in trend::brief(&client.brief) {
            page.hanging(Ink::Dim, page.glyphs().bullet, Ink::Plain, &said);
        }
        if !client.doubts.is_empty() {
            page.heading("To be read with care");
            for doubt in &client.doubts {
                page.hanging(Ink::Dim, page.glyphs().bullet, Ink::Dim, &words::clean(doubt));
            }
        }
    }
    left_out(comparison, &mut page);
    page.blank();
    page.finish()
}

/// All clients, a line each.
fn overview(comparison: &Comparison, page: &mut Canvas) {
    /// Columns of the narrow figures together, with the space before each.
    const FIGURES: usize = 7 + 12 + 13;
    /// Columns of the time over budget.
    const OVER: usize = 20;
    let wide = page.wide();
    let over_shown = wide >= FIGURES + OVER + 20;
    let change_shown = wide >= FIGURES + 8;
    let names = comparison.clients.iter().map(|client| trend::client(client).width()).max().unwrap_or(0);
    let figures = FIGURES + if over_shown { OVER } else { 0 } - if change_shown { 0 } else { 13 };
    let name = names.clamp(6, wide.saturating_sub(figures).clamp(6, 30));
    let right = |text: &str, wide: usize| format!("{}{text}", " ".repeat(wide.saturating_sub(text.width())));
    page.blank();
    let mut head = format!(
        "{}{}{}{}",
        page.fit("client", name),
        right("calls", 7),
        right("small talk", 12),
        if change_shown { right("change", 13) } else { String::new() }
    );
    if over_shown {
        head.push_str(&right("over budget", OVER));
    }
    page.line(&[Piece::new(Ink::Dim, head)]);
    for client in &comparison.clients {
        let series = client.series.iter().find(|series| series.metric == Metric::SmallTalkRatio);
        let last = series.and_then(|series| series.cells.last()).and_then(Option::as_ref);
        let now = last.map_or_else(|| "-".to_owned(), |cell| trend::value(Metric::SmallTalkRatio, cell.value.mean));
        let ink = series.map_or(Ink::Plain, |series| ink_of(series.metric, &series.trend));
        let mut line = vec![
            Piece::new(Ink::Bold, page.fit(&trend::client(client), name)),
            Piece::new(Ink::Plain, right(&client.calls.to_string(), 7)),
            Piece::new(Ink::Plain, right(&now, 12)),
        ];
        if change_shown {
            line.push(Piece::new(ink, right(&change(Metric::SmallTalkRatio, last), 13)));
        }
        if over_shown {
            let over = trend::over_budget(client.minutes_over_budget, client.cost, comparison.rate.as_ref());
            line.push(Piece::new(Ink::Plain, right(&over, OVER)));
        }
        page.line(&line);
    }
}

fn head(client: &ClientTrend, comparison: &Comparison, page: &mut Canvas) {
    page.blank();
    page.text(Ink::Bold, &trend::client(client), 0);
    let by = match comparison.by {
        Step::Week => "by week",
        Step::Month => "by month",
        Step::Quarter => "by quarter",
        Step::Call => "call by call",
    };
    let days = if client.first == client.last {
        trend::day(client.first)
    } else {
        format!("{} to {}", trend::day(client.first), trend::day(client.last))
    };
    let facts = [words::count(client.calls, "call", "calls"), days, by.to_owned()];
    page.flow(facts.map(|fact| Piece::new(Ink::Dim, fact)), 0);
    page.blank();
    page.text(Ink::Plain, &trend::client_sentence(client), 0);
    page.blank();
}

/// How the columns share the width.
struct Columns {
    spark: usize,
    /// The latest periods that are shown with their values, as a number.
    periods: usize,
    value: usize,
    range: bool,
    change: bool,
}

impl Columns {
    fn of(wide: usize, client: &ClientTrend) -> Self {
        let longest = client.periods.iter().map(|period| period.name.width()).max().unwrap_or(0);
        let value = VALUE_COLUMNS.max(longest + 2);
        let change = wide >= NAME_COLUMNS + value + CHANGE_COLUMNS;
        let most = if wide >= WIDE_MIN { WIDE_SPARK_COLUMNS } else { SPARK_COLUMNS };
        let fixed = NAME_COLUMNS + if change { CHANGE_COLUMNS } else { 0 };
        // The space after the sparkline is one of the value's columns.
        let spark = most.min(client.periods.len()).min(wide.saturating_sub(fixed + value));
        let left = wide.saturating_sub(fixed + spark);
        let range = left >= RANGE_COLUMNS + value;
        let periods = left.saturating_sub(if range { RANGE_COLUMNS } else { 0 }) / value;
        Self { spark, periods: periods.clamp(1, client.periods.len().max(1)), value, range, change }
    }
}

fn table(client: &ClientTrend, by: Step, page: &mut Canvas) {
    let columns = Columns::of(page.wide(), client);
    let shown = &client.periods[client.periods.len() - columns.periods.min(client.periods.len())..];
    let right = |text: &str, wide: usize| format!("{}{text}", " ".repeat(wide.saturating_sub(text.width())));
    let mut names = vec![Piece::new(Ink::Dim, " ".repeat(NAME_COLUMNS + columns.spark))];
    let mut calls = vec![Piece::new(Ink::Dim, page.fit("calls", NAME_COLUMNS + columns.spark))];
    for period in shown {
        names.push(Piece::new(Ink::Dim, right(&period.name, columns.value)));
        if by != Step::Call {
            calls.push(Piece::new(Ink::Dim, right(&period.calls.to_string(), columns.value)));
        }
    }
    if columns.range {
        names.push(Piece::new(Ink::Dim, right("range", RANGE_COLUMNS)));
    }
    if columns.change {
        names.push(Piece::new(Ink::Dim, right("change", CHANGE_COLUMNS)));
    }
    page.line(&names);
    if by != Step::Call {
        page.line(&calls);
    }
    for series in &client.series {
        if series.points.is_empty() {
            continue;
        }
        let ink = ink_of(series.metric, &series.trend);
        let mut line = vec![
            Piece::new(
                if series.trend.is_clear() { Ink::Bold } else { Ink::Plain },
                page.fit(trend::metric(series.metric), NAME_COLUMNS),
            ),
            Piece::new(ink, page.spark(&means(series, columns.spark))),
        ];
        for cell in &series.cells[series.cells.len() - shown.len()..] {
            let ink = if cell.as_ref().is_some_and(|cell| cell.comparable) { Ink::Plain } else { Ink::Dim };
            let text =
                cell.as_ref().map_or_else(|| "-".to_owned(), |cell| trend::value(series.metric, cell.value.mean));
            line.push(Piece::new(ink, right(&text, columns.value)));
        }
        let last = series.cells.last().and_then(Option::as_ref);
        if columns.range {
            let range = last.map(|cell| trend::range(series.metric, &cell.value)).unwrap_or_default();
            line.push(Piece::new(Ink::Dim, right(&range, RANGE_COLUMNS)));
        }
        if columns.change {
            line.push(Piece::new(ink, right(&change(series.metric, last), CHANGE_COLUMNS)));
        }
        page.line(&line);
    }
    page.blank();
    let note = match (by, columns.range) {
        (Step::Call, _) => "Change: the last call against the mean of the client's earlier calls.",
        (_, true) => {
            "Each period shows the mean of its calls; range and change are of the last one, change against the mean of the client's earlier calls."
        }
        (_, false) => {
            "Each period shows the mean of its calls; change is of the last one against the mean of the client's earlier calls."
        }
    };
    page.text(Ink::Dim, note, 0);
}

fn change(metric: Metric, cell: Option<&Cell>) -> String {
    cell.and_then(|cell| cell.change).map(|change| trend::change(metric, change)).unwrap_or_default()
}

/// The means of the last `count` periods, `None` for gaps.
fn means(series: &Series, count: usize) -> Vec<Option<f64>> {
    let cells = &series.cells[series.cells.len().saturating_sub(count)..];
    cells.iter().map(|cell| cell.as_ref().map(|cell| cell.value.mean)).collect()
}

/// Clear changes in the colour of what they mean for the user; more or less small talk is neither good nor bad.
fn ink_of(metric: Metric, answer: &Answer) -> Ink {
    match (trend::is_rise_good(metric), answer) {
        (Some(true), Answer::Rising(_)) | (Some(false), Answer::Falling(_)) => Ink::Good,
        (Some(true), Answer::Falling(_)) | (Some(false), Answer::Rising(_)) => Ink::Bad,
        (None, answer) if answer.is_clear() => Ink::SmallTalk,
        _ => Ink::Plain,
    }
}

fn totals(client: &ClientTrend, comparison: &Comparison, page: &mut Canvas) {
    page.blank();
    let over = trend::over_budget(client.minutes_over_budget, client.cost, comparison.rate.as_ref());
    page.labelled(Ink::Dim, "Over budget in all  ", Ink::Plain, &over, 0);
    let drivers = trend::shares(&trend::drivers_of(client));
    if !drivers.is_empty() {
        page.labelled(Ink::Dim, "Tangents driven by  ", Ink::Plain, &drivers, 0);
    }
    let held = client
        .periods
        .iter()
        .fold((0, 0), |sum, period| (sum.0 + period.redirects.accepted, sum.1 + period.redirects.made));
    if held.1 > 0 {
        page.labelled(Ink::Dim, "Redirects that held ", Ink::Plain, &format!("{} of {}", held.0, held.1), 0);
    }
}

fn before_after(mark: &BeforeAfter, page: &mut Canvas) {
    page.blank();
    page.text(Ink::Bold, &trend::mark_title(mark), 0);
    page.text(Ink::Plain, &trend::redirects_since(mark), 0);
    page.blank();
    let right = |text: &str, wide: usize| format!("{}{text}", " ".repeat(wide.saturating_sub(text.width())));
    if page.wide() < NAME_COLUMNS + 28 {
        for side in mark.sides.iter().filter(|side| side.before.is_some() || side.after.is_some()) {
            let said = format!(
                "{}: {} before, {} after",
                trend::metric(side.metric),
                sided(side, side.before),
                sided(side, side.after)
            );
            page.hanging(Ink::Dim, page.glyphs().bullet, ink_of(side.metric, &side.change), &said);
        }
        return;
    }
    let wide = page.wide() >= NAME_COLUMNS + 2 * 15 + 28;
    let mut head = format!("{}{}{}", " ".repeat(NAME_COLUMNS), right("before", 14), right("after", 14));
    if wide {
        head.push_str("   difference (95 % interval)");
    }
    page.line(&[Piece::new(Ink::Dim, head)]);
    for side in &mark.sides {
        if side.before.is_none() && side.after.is_none() {
            continue;
        }
        page.line(&side_line(side, wide, page));
    }
    page.text(Ink::Dim, "The number of calls stands in brackets.", 0);
}

/// A side's mean with its number of calls.
fn sided(side: &Sides, value: Option<Value>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{} ({})", trend::value(side.metric, value.mean), value.calls))
}

fn side_line(side: &Sides, wide: bool, page: &Canvas) -> Vec<Piece> {
    let right = |text: &str| format!("{}{text}", " ".repeat(14_usize.saturating_sub(text.width())));
    let ink = ink_of(side.metric, &side.change);
    let mut line = vec![
        Piece::new(
            if side.change.is_clear() { Ink::Bold } else { Ink::Plain },
            page.fit(trend::metric(side.metric), NAME_COLUMNS),
        ),
        Piece::new(Ink::Plain, right(&sided(side, side.before))),
        Piece::new(Ink::Plain, right(&sided(side, side.after))),
    ];
    if wide {
        let difference = trend::difference(side.metric, &side.change);
        let verdict = trend::difference_verdict(&side.change);
        let room = page.wide().saturating_sub(NAME_COLUMNS + 28 + 3);
        let text = if difference.is_empty() {
            verdict.to_owned()
        } else if difference.width() + verdict.len() + 2 <= room {
            format!("{difference}, {verdict}")
        } else {
            difference
        };
        line.push(Piece::new(ink, format!("   {text}")));
    }
    line
}

fn left_out(comparison: &Comparison, page: &mut Canvas) {
    if comparison.left_out.is_empty() {
        return;
    }
    page.heading(&format!("Left out: {}", words::count(comparison.left_out.len(), "file", "files")));
    for file in comparison.left_out.iter().take(LEFT_OUT_MAX) {
        let text = format!("{}: {}", words::clean(&file.file), words::clean(&file.why));
        page.hanging(Ink::Dim, page.glyphs().bullet, Ink::Dim, &text);
    }
    if let Some(more) = comparison.left_out.len().checked_sub(LEFT_OUT_MAX).filter(|more| *more > 0) {
        page.text(Ink::Dim, &format!("and {more} more; --json lists them all"), 2);
    }
}
