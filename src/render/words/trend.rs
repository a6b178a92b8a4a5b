//! What many calls say, in words: the same for the terminal and the page.

use std::collections::BTreeMap;

use crate::call::trend::{
    Answer, BeforeAfter, Brief, ClientTrend, Estimate, Held, Metric, Rate, Saved, Series, Share, Unit, Value,
};

use super::{clean, count, length};
use crate::call::time::Duration;

/// People that are named in a count before the rest is summed up.
const NAMES_MAX: usize = 4;
/// From so many minutes on, the span of a tangent's usual start is worth two numbers.
const START_SPAN_MINUTES_MIN: f64 = 1.0;

/// A figure's name for people.
#[must_use]
pub const fn metric(metric: Metric) -> &'static str {
    match metric {
        Metric::SmallTalkRatio => "small talk",
        Metric::MinutesOverBudget => "over budget",
        Metric::TangentsPerHour => "tangents an hour",
        Metric::OthersDrive => "driven by others",
        Metric::RedirectsMade => "redirects made",
        Metric::RedirectsAccepted => "redirects held",
        Metric::OpportunitiesMissed => "chances missed",
        Metric::TalkRatio => "your share",
    }
}

/// What a figure is, in a sentence.
#[must_use]
pub const fn metric_meaning(metric: Metric) -> &'static str {
    match metric {
        Metric::SmallTalkRatio => "small talk as a share of all speech",
        Metric::MinutesOverBudget => "minutes of small talk a call beyond the protected opening",
        Metric::TangentsPerHour => "tangents beyond the protected opening in an hour of call",
        Metric::OthersDrive => "how much of those tangents the others kept going, not you",
        Metric::RedirectsMade => "redirects you made, a call",
        Metric::RedirectsAccepted => "share of your redirects after which business was back and held",
        Metric::OpportunitiesMissed => "moments a call at which a redirect would have helped and nobody made one",
        Metric::TalkRatio => "your share of all speech",
    }
}

fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // What rounds to nothing has no sign.
    if text.trim_start_matches('-').trim_matches(['0', '.']).is_empty() { text.replace('-', "") } else { text }
}

/// A figure with its unit: `18 %`, `3.4 min`, `2.1`.
#[must_use]
pub fn value(metric: Metric, value: f64) -> String {
    match metric.unit() {
        Unit::Share => format!("{} %", number(value * 100.0, 0)),
        Unit::Minutes => format!("{} min", number(value, 1)),
        Unit::PerHour | Unit::PerCall => number(value, 1),
    }
}

/// From the smallest to the largest: `27–35 %`; the value alone where they are the same.
#[must_use]
pub fn range(metric: Metric, shown: &Value) -> String {
    let (low, high) = (value(metric, shown.min), value(metric, shown.max));
    if low == high {
        return high;
    }
    let bare = low.split(' ').next().unwrap_or_default();
    format!("{bare}–{high}")
}

/// A difference with its sign: `+9 points`, `−2.1 min`.
#[must_use]
pub fn change(metric: Metric, difference: f64) -> String {
    let bare = amount(metric, difference.abs());
    if is_nothing(&bare) {
        return format!("±{bare}");
    }
    format!("{}{bare}", if difference > 0.0 { "+" } else { "−" })
}

fn is_nothing(bare: &str) -> bool {
    bare.split(' ').next().unwrap_or_default().trim_matches(['0', '.']).is_empty()
}

/// The size of a difference without its sign.
fn amount(metric: Metric, size: f64) -> String {
    match metric.unit() {
        Unit::Share if size < 0.0095 => format!("{} points", number(size * 100.0, 1)),
        Unit::Share => match number(size * 100.0, 0).as_str() {
            "1" => "1 point".to_owned(),
            points => format!("{points} points"),
        },
        Unit::Minutes => format!("{} min", number(size, 1)),
        Unit::PerHour | Unit::PerCall => number(size, if size < 0.095 { 2 } else { 1 }),
    }
}

/// An interval of differences: `+0.8 to +1.7`, in the unit of [`change`] but without its name. Ends that are not zero do
/// not look like it.
fn interval(metric: Metric, estimate: &Estimate) -> String {
    let scale = if metric.unit() == Unit::Share { 100.0 } else { 1.0 };
    let ends = [estimate.low * scale, estimate.high * scale];
    let decimals = if ends.iter().any(|end| *end != 0.0 && end.abs() < 0.05) { 2 } else { 1 };
    let shown = |end: f64| {
        let text = number(end.abs(), decimals);
        let sign = if is_nothing(&text) {
            ""
        } else if end > 0.0 {
            "+"
        } else {
            "−"
        };
        format!("{sign}{text}")
    };
    ends.map(shown).join(" to ")
}

/// What a trend came to, as a clause: `rises by 1.2 points a month (95 % interval +0.8 to +1.7)`.
#[must_use]
pub fn trend(of: Metric, answer: &Answer) -> String {
    match answer {
        Answer::Rising(found) => trend_size("rises", of, found),
        Answer::Falling(found) => trend_size("falls", of, found),
        Answer::NoClearChange(found) => {
            format!("no clear change ({} a month; 95 % interval {})", change(of, found.amount), interval(of, found))
        }
        Answer::TooFewCalls { calls, wanted } => {
            format!("too few calls to tell a trend: {calls}, wanted {wanted}")
        }
        Answer::NotComparable { why } => format!("not comparable: {why}"),
        Answer::NotKnown { why } => format!("not known: {why}"),
    }
}

fn trend_size(verb: &str, of: Metric, found: &Estimate) -> String {
    // Slopes are small: points have a decimal.
    let size = match of.unit() {
        Unit::Share => format!("{} points", number(found.amount.abs() * 100.0, 1)),
        _ => amount(of, found.amount.abs()),
    };
    let between = interval(of, found);
    format!("{verb} by {size} a month (95 % interval {between})")
}

/// The verdict in a word or two, for a column.
#[must_use]
pub const fn verdict(answer: &Answer) -> &'static str {
    match answer {
        Answer::Rising(_) => "rises",
        Answer::Falling(_) => "falls",
        Answer::NoClearChange(_) => "no clear change",
        Answer::TooFewCalls { .. } => "too few calls",
        Answer::NotComparable { .. } => "not comparable",
        Answer::NotKnown { .. } => "not known",
    }
}

/// What a difference around a mark came to, for a column.
#[must_use]
pub const fn difference_verdict(answer: &Answer) -> &'static str {
    match answer {
        Answer::Rising(_) => "clearly more",
        Answer::Falling(_) => "clearly less",
        other => verdict(other),
    }
}

/// A difference with its interval: `−9 points (−12.1 to −6.2)`; empty where there is none.
#[must_use]
pub fn difference(of: Metric, answer: &Answer) -> String {
    answer
        .estimate()
        .map_or_else(String::new, |found| format!("{} ({})", change(of, found.amount), interval(of, found)))
}

/// All trends of a client as sentences: each clear one by itself, the others together.
#[must_use]
pub fn trends(series: &[Series]) -> Vec<String> {
    let mut said: Vec<String> = series
        .iter()
        .filter(|one| one.trend.is_clear())
        .map(|one| format!("{} {}.", capital(subject(one.metric)), trend(one.metric, &one.trend)))
        .collect();
    let named = |wanted: fn(&Answer) -> bool| {
        series.iter().filter(|one| wanted(&one.trend)).map(|one| metric(one.metric)).collect::<Vec<_>>()
    };
    let unclear = named(|answer| matches!(answer, Answer::NoClearChange(_)));
    if unclear.len() == Metric::ALL.len() {
        said.push("No clear change in any figure.".to_owned());
    } else if !unclear.is_empty() {
        said.push(format!("No clear change: {}.", unclear.join(", ")));
    }
    let few = named(|answer| matches!(answer, Answer::TooFewCalls { .. }));
    let fewest = series.iter().find_map(|one| match one.trend {
        Answer::TooFewCalls { wanted, .. } => Some(wanted),
        _ => None,
    });
    if let Some(wanted) = fewest {
        said.push(format!("Too few calls to tell a trend (it takes {wanted}): {}.", few.join(", ")));
    }
    said.extend(reasons(series.iter().map(|one| (one.metric, &one.trend))));
    said
}

/// Why figures are not comparable or not known, figures of one reason together.
fn reasons<'a>(answers: impl Iterator<Item = (Metric, &'a Answer)>) -> Vec<String> {
    let mut found: Vec<(String, Vec<&'static str>)> = Vec::new();
    for (of, answer) in answers {
        let why = match answer {
            Answer::NotComparable { why } => format!("Not comparable: {{}}: {why}."),
            Answer::NotKnown { why } => format!("Not known: {{}}: {why}."),
            _ => continue,
        };
        match found.iter_mut().find(|(known, _)| *known == why) {
            Some((_, metrics)) => metrics.push(metric(of)),
            None => found.push((why, vec![metric(of)])),
        }
    }
    found.into_iter().map(|(why, metrics)| why.replacen("{}", &metrics.join(", "), 1)).collect()
}

/// A client in one sentence: what came of the latest boundary where that is clear, else what clearly changes, or that
/// nothing does.
#[must_use]
pub fn client_sentence(client: &ClientTrend) -> String {
    if let Some(mark) = client.marks.last().filter(|mark| mark.sides.iter().any(|side| side.change.is_clear())) {
        return mark_sentence(mark);
    }
    let clear: Vec<_> = client
        .series
        .iter()
        .filter(|one| one.trend.is_clear())
        .map(|one| format!("{} {}", subject(one.metric), verdict(&one.trend)))
        .collect();
    let told = client.series.iter().any(|one| one.trend.estimate().is_some());
    let mut said = match (clear.is_empty(), told) {
        (false, _) => format!("{}.", capital(&listed(&clear))),
        (true, true) => "Nothing clearly changes over these calls.".to_owned(),
        (true, false) => "There is too little to tell a trend from.".to_owned(),
    };
    if let Some(mark) = client.marks.last() {
        said.push(' ');
        said.push_str(&mark_sentence(mark));
    }
    said
}

/// A figure as the subject of a sentence, in the singular.
#[must_use]
pub const fn subject(metric: Metric) -> &'static str {
    match metric {
        Metric::SmallTalkRatio => "small talk",
        Metric::MinutesOverBudget => "time over budget",
        Metric::TangentsPerHour => "the rate of tangents",
        Metric::OthersDrive => "the others’ share of the drive",
        Metric::RedirectsMade => "the number of redirects",
        Metric::RedirectsAccepted => "the share of redirects that hold",
        Metric::OpportunitiesMissed => "the number of missed chances",
        Metric::TalkRatio => "your share of the talk",
    }
}

/// What came of a mark, in a sentence.
#[must_use]
pub fn mark_sentence(mark: &BeforeAfter) -> String {
    let since = match clean(&mark.mark.text) {
        text if text.is_empty() => day(mark.mark.date),
        text => format!("“{text}”"),
    };
    let clear: Vec<_> = mark
        .sides
        .iter()
        .filter_map(|side| {
            let (before, after) = (side.before?, side.after?);
            let verb = match side.change {
                Answer::Rising(_) => "is up",
                Answer::Falling(_) => "is down",
                _ => return None,
            };
            let (was, is) = (value(side.metric, before.mean), value(side.metric, after.mean));
            Some(format!("{} {verb} from {was} to {is}", subject(side.metric)))
        })
        .collect();
    let told = mark.sides.iter().any(|side| side.change.estimate().is_some());
    match (clear.is_empty(), told) {
        (false, _) => format!("Since {since}, {}.", listed(&clear)),
        (true, true) => format!("Since {since}, nothing has clearly changed."),
        (true, false) => format!("Whether anything changed since {since} cannot be told yet."),
    }
}

/// The heading of a mark: since when, and what was done.
#[must_use]
pub fn mark_title(mark: &BeforeAfter) -> String {
    let until = mark.until.map(|last| format!(" to {}", day(last))).unwrap_or_default();
    let text = clean(&mark.mark.text);
    let text = if text.is_empty() { text } else { format!(": {text}") };
    format!("Since {}{until}{text}", day(mark.mark.date))
}

/// How far a figure moved with a mark, where that is clear.
#[must_use]
pub fn since_mark(of: Metric, mark: &BeforeAfter, answer: &Answer) -> Option<String> {
    let found = answer.estimate().filter(|_| answer.is_clear())?;
    let (size, between) = (change(of, found.amount), interval(of, found));
    Some(format!("{size} since {} (95 % interval {between})", day(mark.mark.date)))
}

/// Whether redirects hold better since a mark.
#[must_use]
pub fn redirects_since(mark: &BeforeAfter) -> String {
    let (before, after) = (mark.redirects_before, mark.redirects_after);
    let counts = format!("Redirects held {} before and {} since", held(before), held(after));
    let answer = mark.sides.iter().find(|side| side.metric == Metric::RedirectsAccepted).map(|side| &side.change);
    match answer {
        Some(Answer::Rising(_)) => format!("{counts}: they hold better."),
        Some(Answer::Falling(_)) => format!("{counts}: they hold less well."),
        Some(Answer::NoClearChange(_)) => format!("{counts}: no clear change."),
        Some(Answer::TooFewCalls { .. }) => format!("{counts}: too few calls with a redirect to compare."),
        Some(Answer::NotComparable { .. }) => format!("{counts}, but these calls are not comparable."),
        Some(Answer::NotKnown { .. }) | None => "No redirect was made, before or since.".to_owned(),
    }
}

/// `4 of 13`.
#[must_use]
pub fn held(held: Held) -> String {
    format!("{} of {}", held.accepted, held.made)
}

/// `Anna 9, you 4, shared 2`.
#[must_use]
pub fn shares(shares: &[Share]) -> String {
    let mut said: Vec<_> =
        shares.iter().take(NAMES_MAX).map(|one| format!("{} {}", clean(&one.who), one.tangents)).collect();
    let rest: usize = shares.iter().skip(NAMES_MAX).map(|one| one.tangents).sum();
    if rest > 0 {
        said.push(format!("others {rest}"));
    }
    said.join(", ")
}

/// What to know before the next call, a sentence each.
#[must_use]
pub fn brief(brief: &Brief) -> Vec<String> {
    let mut said = Vec::new();
    let over = format!("in the last {}", count(brief.calls, "call", "calls"));
    match brief.start_minutes {
        None => said.push(format!("No tangent outgrew the opening {over}.")),
        Some(starts) => {
            let tangents = count(brief.tangents, "tangent", "tangents");
            let (lower, upper) = (starts.lower.floor(), starts.upper.ceil());
            let when = if starts.upper - starts.lower < START_SPAN_MINUTES_MIN || brief.tangents < 4 {
                format!("around minute {}", number(starts.median, 0))
            } else {
                format!("most often between minute {lower:.0} and {upper:.0}")
            };
            said.push(format!("{tangents} {over}, {when}."));
        }
    }
    if !brief.opened_by.is_empty() {
        said.push(format!("Opened by: {}.", shares(&brief.opened_by)));
    }
    if !brief.about.is_empty() {
        let themes: Vec<_> = brief
            .about
            .iter()
            .map(|(theme, calls)| format!("{} ({})", clean(theme), count(*calls, "call", "calls")))
            .collect();
        said.push(format!("About: {}.", themes.join(", ")));
    }
    said.extend(brief.saved.as_ref().map(|saved| what_was_saved(saved, brief.calls)));
    for phrase in &brief.phrases {
        let (words, example) = (clean(&phrase.words), clean(&phrase.example));
        said.push(format!("“{words}” held {} times, as in: “{example}”", held(phrase.held)));
    }
    if let Some(suggestion) = &brief.suggestion {
        said.push(format!("Something to try: “{}”", clean(suggestion)));
    }
    said
}

fn what_was_saved(saved: &Saved, calls: usize) -> String {
    let lengths = format!(
        "{} that ran their course took {} min each (median); {} a redirect ended, {} min",
        count(saved.left, "tangent", "tangents"),
        number(saved.usual_minutes, 1),
        saved.steered,
        number(saved.steered_minutes, 1)
    );
    let each = saved.minutes / calls.max(1) as f64;
    if saved.minutes < 1.0 {
        return format!("{lengths}: nothing saved that could be told.");
    }
    format!("{lengths}: about {} min saved, {} min a call.", number(saved.minutes, 0), number(each, 1))
}

/// Who drove the tangents of the whole range, most first; the periods know theirs.
#[must_use]
pub fn drivers_of(client: &ClientTrend) -> Vec<Share> {
    let mut sums: BTreeMap<&str, usize> = BTreeMap::new();
    for driver in client.periods.iter().flat_map(|period| &period.drivers) {
        *sums.entry(&driver.who).or_default() += driver.tangents;
    }
    let mut shares: Vec<_> = sums.into_iter().map(|(who, tangents)| Share { who: who.to_owned(), tangents }).collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.tangents));
    shares
}

/// Whether a rise of a figure is good news; `None` where more is neither good nor bad, as with small talk.
#[must_use]
pub const fn is_rise_good(metric: Metric) -> Option<bool> {
    match metric {
        Metric::MinutesOverBudget | Metric::TangentsPerHour | Metric::OpportunitiesMissed => Some(false),
        Metric::RedirectsAccepted => Some(true),
        Metric::SmallTalkRatio | Metric::OthersDrive | Metric::RedirectsMade | Metric::TalkRatio => None,
    }
}

/// Minutes over budget of many calls together, with what they cost.
#[must_use]
pub fn over_budget(minutes: f64, cost: Option<f64>, rate: Option<&Rate>) -> String {
    let time = length(Duration::from_secs(minutes * 60.0));
    match (cost, rate) {
        (Some(cost), Some(rate)) => format!("{time}, {}", money(cost, rate)),
        _ => time,
    }
}

/// An amount in the currency of the rate: `€378`, `378 EUR`.
#[must_use]
pub fn money(amount: f64, rate: &Rate) -> String {
    let currency = clean(&rate.currency);
    let amount = number(amount, if amount < 10.0 { 2 } else { 0 });
    match (currency.is_empty(), rate.before) {
        (true, _) => amount,
        (false, true) if currency.chars().all(char::is_alphabetic) => format!("{currency} {amount}"),
        (false, true) => format!("{currency}{amount}"),
        (false, false) => format!("{amount} {currency}"),
    }
}

/// The client's name for people.
#[must_use]
pub fn client(client: &ClientTrend) -> String {
    let name = client.client.as_deref().map(clean).unwrap_or_default();
    if name.is_empty() { "No client named".to_owned() } else { name }
}

/// A day: `5 March 2026`.
#[must_use]
pub fn day(date: jiff::civil::Date) -> String {
    super::date(&date.to_string())
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The text with a capital letter at its start.
#[must_use]
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_with_their_unit_and_sign() {
        for (of, size, said) in [
            (Metric::SmallTalkRatio, 0.093, "+9 points"),
            (Metric::SmallTalkRatio, -0.004, "−0.4 points"),
            (Metric::SmallTalkRatio, 0.0001, "±0.0 points"),
            (Metric::MinutesOverBudget, -2.14, "−2.1 min"),
            (Metric::TangentsPerHour, 0.04, "+0.04"),
            (Metric::RedirectsMade, 1.0, "+1.0"),
        ] {
            assert_eq!(change(of, size), said);
        }
        assert_eq!(value(Metric::SmallTalkRatio, -0.0001), "0 %");
    }

    #[test]
    fn money_stands_as_the_user_wrote_it() {
        let rate = |currency: &str, before| Rate { an_hour: 90.0, currency: currency.into(), before };
        assert_eq!(money(378.4, &rate("€", true)), "€378");
        assert_eq!(money(378.4, &rate("EUR", false)), "378 EUR");
        assert_eq!(money(378.4, &rate("CHF", true)), "CHF 378");
        assert_eq!(money(3.456, &rate("", false)), "3.46");
    }
}
