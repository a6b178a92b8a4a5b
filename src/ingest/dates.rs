//! When a call took place, from the best witness there is.

use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use regex::Regex;

use crate::call::report::DateSource;

/// A date in a file name, as recorders write it: `2026-03-05`, `2026_03_05 14.30`, `20260305-143000`, `2026-03-05T14:30`.
static IN_NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?:^|\D)(?<year>20\d\d)[-_.]?(?<month>\d\d)[-_.]?(?<day>\d\d)",
        r"(?:(?:[ T_-]|\s?at\s?)(?<hour>\d\d)[-_.:h]?(?<minute>\d\d)(?:[-_.:]?(?<second>\d\d))?)?(?:\D|$)"
    ))
    .expect("the pattern is a constant")
});

/// The date of a call and where it was taken from: what the user said, else the recording's tags, else the file's name,
/// else when the file was last changed. Whatever cannot be read as a date is passed over.
#[must_use]
pub fn date_of(
    said: Option<&str>,
    tagged: Option<&str>,
    file_stem: &str,
    modified: Option<DateTime>,
) -> (Option<String>, DateSource) {
    let candidates = [
        (said.and_then(parse), DateSource::Settings),
        (tagged.and_then(parse), DateSource::Recording),
        (in_name(file_stem), DateSource::FileName),
        (modified.map(|moment| written(moment.date(), Some(moment.time()))), DateSource::FileModified),
    ];
    for (date, source) in candidates {
        if date.is_some() {
            return (date, source);
        }
    }
    (None, DateSource::None)
}

/// Reads `2026-03-05`, `2026-03-05 14:30`, `2026-03-05T14:30:00` with or without an offset; gives ISO 8601 local time.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    if let Ok(date) = text.parse::<Date>()
        && !text.contains(':')
    {
        return Some(written(date, None));
    }
    text.parse::<DateTime>().ok().map(|moment| written(moment.date(), Some(moment.time())))
}

fn in_name(stem: &str) -> Option<String> {
    let parts = IN_NAME.captures(stem)?;
    let number = |name: &str| parts.name(name).and_then(|part| part.as_str().parse::<i8>().ok());
    let year = parts.name("year")?.as_str().parse().ok()?;
    let date = Date::new(year, number("month")?, number("day")?).ok()?;
    let time = match (number("hour"), number("minute")) {
        (Some(hour), Some(minute)) => Time::new(hour, minute, number("second").unwrap_or(0), 0).ok(),
        _ => None,
    };
    Some(written(date, time))
}

fn written(date: Date, time: Option<Time>) -> String {
    match time {
        None => date.to_string(),
        Some(time) => format!("{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_file_names_are_found() {
        for (stem, date) in [
            ("2026-03-05 acme", Some("2026-03-05")),
            ("GMT20260305-143000_Recording", Some("2026-03-05T14:30:00")),
            ("acme_2026-03-05_14-30", Some("2026-03-05T14:30:00")),
            ("call 2026.03.05 at 09.05", Some("2026-03-05T09:05:00")),
            ("2026-13-05", None),
            ("2026-02-30", None),
            ("tr-25-usn-polugodie", None),
            ("12026030599", None),
        ] {
            assert_eq!(in_name(stem).as_deref(), date, "{stem}");
        }
    }

    #[test]
    fn the_best_witness_wins() {
        let modified = "2026-01-01T10:00:00".parse().ok();
        let of = |said, tagged, stem| date_of(said, tagged, stem, modified);
        assert_eq!(of(Some("2026-05-01"), Some("2026-04-01"), "2026-03-01").1, DateSource::Settings);
        assert_eq!(of(None, Some("2026-04-01"), "2026-03-01"), (Some("2026-04-01".into()), DateSource::Recording));
        assert_eq!(of(None, Some("springtime"), "2026-03-01"), (Some("2026-03-01".into()), DateSource::FileName));
        assert_eq!(of(None, None, "call"), (Some("2026-01-01T10:00:00".into()), DateSource::FileModified));
        assert_eq!(date_of(None, None, "call", None), (None, DateSource::None));
    }
}
