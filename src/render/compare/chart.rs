//! A figure over time: a dot a call, the mean of each period, the trend where it is clear, and the boundaries.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::call::trend::{BeforeAfter, ClientTrend, Metric, Series, Sides, Unit, Value};
use crate::render::words::{self, trend};

/// The drawing's size, and the room around the plot.
const WIDE: f64 = 340.0;
const HIGH: f64 = 150.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 22.0;
/// More calls than this are shown by their periods alone: dots would only cover each other.
const DOTS_MAX: usize = 300;
/// Days in a month, on average over the Gregorian calendar: the unit of slopes.
const DAYS_A_MONTH: f64 = 30.436_875;

/// One drawing, as its template needs it; lengths are in units of the drawing.
pub(super) struct Chart {
    pub(super) title: String,
    pub(super) label: String,
    pub(super) verdict: String,
    pub(super) class: &'static str,
    pub(super) dots: Vec<Dot>,
    pub(super) means: String,
    /// The trend where it is clear, or the means before and after a boundary that clearly moved the figure.
    pub(super) trend: Vec<[String; 4]>,
    pub(super) marks: Vec<(String, String)>,
    pub(super) lines: Vec<(String, String)>,
    pub(super) first: String,
    pub(super) last: String,
}

pub(super) struct Dot {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) said: String,
    pub(super) comparable: bool,
}

/// The plane of a drawing: days to the right, the figure upwards.
struct Plane {
    from: Date,
    days: f64,
    low: f64,
    high: f64,
}

impl Plane {
    fn of(series: &Series, client: &ClientTrend) -> Self {
        let values = || series.points.iter().map(|point| point.value);
        let most = values().fold(0.0, f64::max);
        let high = ceiling(series.metric, most);
        Self { from: client.first, days: days(client.first, client.last).max(1.0), low: 0.0, high }
    }

    fn x(&self, date: Date) -> f64 {
        LEFT + days(self.from, date) / self.days * (WIDE - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        HIGH - BOTTOM - share * (HIGH - TOP - BOTTOM)
    }
}

fn days(from: Date, to: Date) -> f64 {
    from.until(to).map_or(0.0, |span| f64::from(span.get_days()))
}

/// A round number at or above the largest value: the top of the scale.
fn ceiling(metric: Metric, most: f64) -> f64 {
    if metric.unit() == Unit::Share {
        return [0.1, 0.2, 0.4, 0.6, 0.8].into_iter().find(|top| most <= *top).unwrap_or(1.0);
    }
    let size = 10_f64.powf(most.max(0.1).log10().floor());
    [1.0, 2.0, 4.0, 6.0, 8.0, 10.0].into_iter().map(|step| step * size).find(|top| most <= *top).unwrap_or(most)
}

fn at(value: f64) -> String {
    format!("{value:.1}")
}

pub(super) fn chart(series: &Series, client: &ClientTrend) -> Chart {
    let plane = Plane::of(series, client);
    let metric = series.metric;
    let show_dots = series.points.len() <= DOTS_MAX;
    let dots = series.points.iter().filter(|_| show_dots).map(|point| Dot {
        x: at(plane.x(point.date)),
        y: at(plane.y(point.value)),
        said: format!("{}: {}", trend::day(point.date), trend::value(metric, point.value)),
        comparable: point.comparable,
    });
    let step = step(metric, client);
    let by_step = step.and_then(|(mark, side)| trend::since_mark(metric, mark, &side.change));
    let clause = by_step.unwrap_or_else(|| trend::trend(metric, &series.trend));
    let answer = step.map_or(&series.trend, |(_, side)| &side.change);
    let marks = client.marks.iter().filter(|found| (client.first..=client.last).contains(&found.mark.date));
    Chart {
        title: trend::capital(trend::metric(metric)),
        label: format!("{}, {}: {clause}", trend::metric(metric), words::count(series.points.len(), "call", "calls")),
        verdict: trend::capital(&clause),
        class: super::class(metric, answer),
        dots: dots.collect(),
        means: means(series, client, &plane),
        trend: match step {
            Some((mark, side)) => levels(mark, side, client, &plane),
            None => line(series, client, &plane).into_iter().collect(),
        },
        marks: marks.map(|found| (at(plane.x(found.mark.date)), trend::mark_title(found))).collect(),
        lines: [0.0, 0.5, 1.0]
            .into_iter()
            .map(|share| share * plane.high)
            .map(|value| (at(plane.y(value)), trend::value(metric, value).replace(".0", "")))
            .collect(),
        first: month(client.first),
        last: month(client.last),
    }
}

/// The latest boundary, where it clearly moved the figure: then that says more than a slope through both sides.
fn step(metric: Metric, client: &ClientTrend) -> Option<(&BeforeAfter, &Sides)> {
    let mark = client.marks.last()?;
    let side = mark.sides.iter().find(|side| side.metric == metric)?;
    side.change.is_clear().then_some((mark, side))
}

/// The means on both sides of a boundary.
fn levels(mark: &BeforeAfter, side: &Sides, client: &ClientTrend, plane: &Plane) -> Vec<[String; 4]> {
    let level = |from: Date, to: Date, value: Option<Value>| {
        let y = at(plane.y(value?.mean));
        Some([at(plane.x(from)), y.clone(), at(plane.x(to)), y])
    };
    let previous = client.marks.iter().rev().find(|other| other.mark.date < mark.mark.date);
    let begin = previous.map_or(client.first, |other| other.mark.date.max(client.first));
    [level(begin, mark.mark.date, side.before), level(mark.mark.date, client.last, side.after)]
        .into_iter()
        .flatten()
        .collect()
}

fn month(date: Date) -> String {
    jiff::fmt::strtime::format("%b %Y", date).unwrap_or_else(|_| date.to_string())
}

/// The means of the periods as a line that breaks at gaps, each at the middle of its calls' days.
fn means(series: &Series, client: &ClientTrend, plane: &Plane) -> String {
    let mut path = String::new();
    let mut pen_down = false;
    for (place, (period, cell)) in client.periods.iter().zip(&series.cells).enumerate() {
        let Some(cell) = cell.as_ref().filter(|cell| cell.comparable) else {
            pen_down = false;
            continue;
        };
        let next = client.periods.get(place + 1).map(|next| next.start);
        let inside = |date: Date| date >= period.start && next.is_none_or(|next| date < next);
        let of_period: Vec<f64> =
            series.points.iter().filter(|point| inside(point.date)).map(|point| plane.x(point.date)).collect();
        if of_period.is_empty() {
            continue;
        }
        let x = of_period.iter().sum::<f64>() / of_period.len() as f64;
        let _ = write!(path, "{}{x:.1} {:.1}", if pen_down { 'L' } else { 'M' }, plane.y(cell.value.mean));
        pen_down = true;
    }
    path
}

/// The line of a clear trend: its slope, laid through the middle of the points.
fn line(series: &Series, client: &ClientTrend, plane: &Plane) -> Option<[String; 4]> {
    let found = series.trend.estimate().filter(|_| series.trend.is_clear())?;
    let slope = found.amount / DAYS_A_MONTH;
    let rest = |point: &crate::call::trend::Point| point.value - slope * days(client.first, point.date);
    let mut rests: Vec<f64> = series.points.iter().filter(|point| point.comparable).map(rest).collect();
    rests.sort_by(f64::total_cmp);
    let base = *rests.get(rests.len() / 2)?;
    let end = base + slope * days(client.first, client.last);
    Some([at(plane.x(client.first)), at(plane.y(base)), at(plane.x(client.last)), at(plane.y(end))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (metric, most, top) in [
            (Metric::SmallTalkRatio, 0.37, 0.4),
            (Metric::SmallTalkRatio, 0.99, 1.0),
            (Metric::MinutesOverBudget, 13.0, 20.0),
            (Metric::TangentsPerHour, 0.0, 0.1),
            (Metric::RedirectsMade, 4.0, 4.0),
        ] {
            assert!((ceiling(metric, most) - top).abs() < 1e-12, "{most}: {}", ceiling(metric, most));
        }
    }
}
