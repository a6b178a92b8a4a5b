//! Many calls side by side as one page that needs nothing but itself: a chart a figure, the months as tables, what a
//! boundary did, and what to know before the next call.

mod chart;

use askama::Template;

use crate::call::trend::{Answer, BeforeAfter, ClientTrend, Comparison, Metric, Series, Step, Value};
use crate::render::page;
use crate::render::words::{self, trend};
use chart::Chart;

/// The page's looks, as they stand inside the page.
const CSS: &str = concat!(include_str!("../page/templates/base.css"), include_str!("templates/compare.css"));

/// Files left out that are named; all are in the JSON.
const LEFT_OUT_MAX: usize = 50;

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    policy: String,
    css: &'static str,
    title: &'static str,
    facts: Vec<String>,
    overview: Vec<OverviewRow>,
    money: bool,
    clients: Vec<Client>,
    left_out: Vec<String>,
    left_out_more: usize,
    meanings: Vec<(&'static str, &'static str)>,
}

struct OverviewRow {
    anchor: String,
    name: String,
    calls: usize,
    small_talk: String,
    change: String,
    trend: &'static str,
    class: &'static str,
    over: String,
    cost: String,
}

struct Client {
    anchor: String,
    name: String,
    facts: Vec<String>,
    sentence: String,
    cards: Vec<Card>,
    charts: Vec<Chart>,
    said: Vec<String>,
    marks: Vec<MarkView>,
    brief: Vec<String>,
    head: Vec<&'static str>,
    rows: Vec<PeriodRow>,
    doubts: Vec<String>,
}

/// A number that sums the range up.
struct Card {
    value: String,
    name: String,
}

struct PeriodRow {
    name: String,
    calls: usize,
    cells: Vec<CellView>,
    drivers: String,
}

struct CellView {
    value: String,
    note: String,
}

struct MarkView {
    title: String,
    redirects: String,
    rows: Vec<SideRow>,
}

struct SideRow {
    name: &'static str,
    before: String,
    after: String,
    difference: String,
    verdict: &'static str,
    class: &'static str,
}

/// Calls side by side as a page.
#[must_use]
pub fn comparison(comparison: &Comparison) -> String {
    let page = Page {
        policy: page::policy(CSS, ""),
        css: CSS,
        title: "Months side by side",
        facts: facts(comparison),
        overview: if comparison.clients.len() > 1 { overview(comparison) } else { Vec::new() },
        money: comparison.rate.is_some(),
        clients: comparison
            .clients
            .iter()
            .enumerate()
            .map(|(at, client)| client_view(at, client, comparison))
            .collect(),
        left_out: comparison
            .left_out
            .iter()
            .take(LEFT_OUT_MAX)
            .map(|file| format!("{}: {}", words::clean(&file.file), words::clean(&file.why)))
            .collect(),
        left_out_more: comparison.left_out.len().saturating_sub(LEFT_OUT_MAX),
        meanings: Metric::ALL.iter().map(|metric| (trend::metric(*metric), trend::metric_meaning(*metric))).collect(),
    };
    page::written(page.render())
}

fn facts(comparison: &Comparison) -> Vec<String> {
    let calls = comparison.clients.iter().map(|client| client.calls).sum();
    let mut facts = vec![
        words::count(comparison.clients.len(), "client", "clients"),
        words::count(calls, "call", "calls"),
        step(comparison.by).to_owned(),
    ];
    facts.extend(comparison.since.map(|day| format!("since {}", trend::day(day))));
    facts.extend(comparison.until.map(|day| format!("until {}", trend::day(day))));
    facts
}

const fn step(by: Step) -> &'static str {
    match by {
        Step::Week => "by week",
        Step::Month => "by month",
        Step::Quarter => "by quarter",
        Step::Call => "call by call",
    }
}

fn anchor(at: usize) -> String {
    format!("client-{}", at + 1)
}

fn overview(comparison: &Comparison) -> Vec<OverviewRow> {
    let row = |(at, client): (usize, &ClientTrend)| {
        let series = client.series.iter().find(|series| series.metric == Metric::SmallTalkRatio)?;
        let last = series.cells.last().and_then(Option::as_ref);
        Some(OverviewRow {
            anchor: anchor(at),
            name: trend::client(client),
            calls: client.calls,
            small_talk: last.map_or_else(|| "–".to_owned(), |cell| trend::value(series.metric, cell.value.mean)),
            change: last
                .and_then(|cell| cell.change)
                .map_or_else(|| "–".to_owned(), |change| trend::change(series.metric, change)),
            trend: trend::verdict(&series.trend),
            class: class(series.metric, &series.trend),
            over: trend::over_budget(client.minutes_over_budget, None, None),
            cost: client
                .cost
                .zip(comparison.rate.as_ref())
                .map(|(cost, rate)| trend::money(cost, rate))
                .unwrap_or_default(),
        })
    };
    comparison.clients.iter().enumerate().filter_map(row).collect()
}

fn client_view(at: usize, client: &ClientTrend, comparison: &Comparison) -> Client {
    let days = if client.first == client.last {
        trend::day(client.first)
    } else {
        format!("{} to {}", trend::day(client.first), trend::day(client.last))
    };
    let known: Vec<&Series> = client.series.iter().filter(|series| !series.points.is_empty()).collect();
    let mut cards = vec![Card {
        value: trend::over_budget(client.minutes_over_budget, None, None),
        name: "over budget in all".to_owned(),
    }];
    if let Some((cost, rate)) = client.cost.zip(comparison.rate.as_ref()) {
        cards.push(Card { value: trend::money(cost, rate), name: "what that costs".to_owned() });
    }
    let held =
        client.periods.iter().fold(crate::call::trend::Held::default(), |sum, period| crate::call::trend::Held {
            made: sum.made + period.redirects.made,
            accepted: sum.accepted + period.redirects.accepted,
        });
    if held.made > 0 {
        cards.push(Card { value: trend::held(held), name: "redirects held".to_owned() });
    }
    let drivers = trend::drivers_of(client);
    if let Some(first) = drivers.first() {
        let all: usize = drivers.iter().map(|share| share.tangents).sum();
        cards.push(Card {
            value: format!("{} of {all}", first.tangents),
            name: format!("tangents driven by {}", words::clean(&first.who)),
        });
    }
    Client {
        anchor: anchor(at),
        name: trend::client(client),
        facts: vec![words::count(client.calls, "call", "calls"), days, step(comparison.by).to_owned()],
        sentence: page::keeping_units(&trend::client_sentence(client)),
        cards,
        charts: known.iter().map(|series| chart::chart(series, client)).collect(),
        said: trend::trends(&client.series),
        marks: client.marks.iter().map(mark_view).collect(),
        brief: trend::brief(&client.brief),
        head: known.iter().map(|series| trend::metric(series.metric)).collect(),
        rows: period_rows(client, &known),
        doubts: client.doubts.iter().map(|doubt| words::clean(doubt)).collect(),
    }
}

fn period_rows(client: &ClientTrend, known: &[&Series]) -> Vec<PeriodRow> {
    let view = |series: &&Series, at: usize| {
        let Some(cell) = series.cells.get(at).and_then(Option::as_ref) else {
            return CellView { value: "–".to_owned(), note: String::new() };
        };
        let mut notes = Vec::new();
        if cell.value.calls > 1 {
            notes.push(trend::range(series.metric, &cell.value));
        }
        notes.extend(cell.change.map(|change| trend::change(series.metric, change)));
        if !cell.comparable {
            notes.push("not comparable".to_owned());
        }
        CellView { value: trend::value(series.metric, cell.value.mean), note: notes.join(", ") }
    };
    let row = |(at, period): (usize, &crate::call::trend::Period)| PeriodRow {
        name: period.name.clone(),
        calls: period.calls,
        cells: known.iter().map(|series| view(series, at)).collect(),
        drivers: trend::shares(&period.drivers),
    };
    client.periods.iter().enumerate().map(row).collect()
}

fn mark_view(mark: &BeforeAfter) -> MarkView {
    let value = |metric: Metric, value: Option<Value>| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{} ({})", trend::value(metric, value.mean), value.calls))
    };
    MarkView {
        title: trend::mark_title(mark),
        redirects: trend::redirects_since(mark),
        rows: mark
            .sides
            .iter()
            .filter(|side| side.before.is_some() || side.after.is_some())
            .map(|side| SideRow {
                name: trend::metric(side.metric),
                before: value(side.metric, side.before),
                after: value(side.metric, side.after),
                difference: trend::difference(side.metric, &side.change),
                verdict: trend::difference_verdict(&side.change),
                class: class(side.metric, &side.change),
            })
            .collect(),
    }
}

/// Class of a verdict in the style sheet: what a clear change means for the user. More or less small talk is neither.
fn class(metric: Metric, answer: &Answer) -> &'static str {
    match (trend::is_rise_good(metric), answer) {
        (Some(true), Answer::Rising(_)) | (Some(false), Answer::Falling(_)) => "good",
        (Some(true), Answer::Falling(_)) | (Some(false), Answer::Rising(_)) => "bad",
        (None, Answer::Rising(_) | Answer::Falling(_)) => "clear",
        _ => "note",
    }
}
