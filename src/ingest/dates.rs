//! When a call took place, from the best witness there is.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
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

/// A folder for a part of a year: `2026`, `2026-05`, `05`, `2026 Q2`, `2026-W18`, `May 2026`.
static PART_OF_A_YEAR: LazyLock<Regex> = LazyLock::new(|| {
    const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|\
                          nov(?:ember)?|dec(?:ember)?";
    Regex::new(&format!(
        r"(?i)^(?:[\d._ -]+|(?:\d\d?[-_. ]+)?(?:20\d\d[-_. ]*)?(?:q[1-4]|w\d\d?|{MONTHS})(?:[-_. ]*\d{{1,4}})?)$"
    ))
    .expect("the pattern is a constant")
});

/// What Teams calls a recording: `Weekly status-20260503_140000-Meeting Recording`.
static TEAMS_FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?<title>.+?)-20\d{6}_\d{6}(?:UTC)?-Meeting (?:Recording|Transcript)")
        .expect("the pattern is a constant")
});

/// What Zoom calls the folder of a call on disk: `2026-05-03 14.00.00 Weekly status 81234567890`.
static ZOOM_FOLDER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^20\d\d-\d\d-\d\d \d\d\.\d\d\.\d\d (?<title>.+?)(?: \d{9,11})?$").expect("the pattern is a constant")
});

/// What Zoom calls the files in it.
static ZOOM_FILE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:zoom|video|audio|playback|meeting_saved)[a-z0-9_]*$").expect("the pattern is a constant")
});

/// What may tell when a call took place.
#[derive(Debug, Clone, Copy)]
pub struct Witnesses<'call> {
    /// What the user said, in a flag or a settings file.
    pub said: Option<&'call str>,
    /// Name of the file, without its ending.
    pub file_stem: &'call str,
    /// Name of the folder it lies in: Zoom gives every call one.
    pub folder: Option<&'call str>,
    /// The date in the recording's own tags, or in the transcript.
    pub tagged: Option<&'call str>,
    /// When the file was last changed.
    pub modified: Option<DateTime>,
}

/// The date of a call and where it was taken from: what the user said, else the file's name, else the folder's, else the
/// recording's tags, else when the file was last changed. Whatever cannot be read as a date is passed over. Where a name
/// tells only the day and the tags tell the time of the same day, the tags win. Moments with an offset are written as the
/// clock in `zone` showed them.
#[must_use]
pub fn date_of(witnesses: Witnesses<'_>, zone: &TimeZone) -> (Option<String>, DateSource) {
    let tagged = witnesses.tagged.and_then(|text| parse_in(text, zone));
    let named = [(Some(witnesses.file_stem), DateSource::FileName), (witnesses.folder, DateSource::FolderName)]
        .into_iter()
        .find_map(|(name, source)| Some((in_name(name?, zone)?, source)));
    let is_finer = |tag: &String, name: &str| tag.len() > name.len() && tag.starts_with(name);
    let candidates = [
        (witnesses.said.and_then(parse), DateSource::Settings),
        match (named, tagged) {
            (Some((name, _)), Some(tag)) if is_finer(&tag, &name) => (Some(tag), DateSource::Recording),
            (Some((name, source)), _) => (Some(name), source),
            (None, tag) => (tag, DateSource::Recording),
        },
        (witnesses.modified.map(|moment| written(moment.date(), Some(moment.time()))), DateSource::FileModified),
    ];
    for (date, source) in candidates {
        if date.is_some() {
            return (date, source);
        }
    }
    (None, DateSource::None)
}

/// As [`parse`], with a moment that names its offset (`2026-05-03T14:00:00Z`) turned into the clock of `zone`.
fn parse_in(text: &str, zone: &TimeZone) -> Option<String> {
    match text.trim().parse::<Timestamp>() {
        Ok(moment) => {
            let there = zone.to_datetime(moment);
            Some(written(there.date(), Some(there.time())))
        }
        Err(_) => parse(text),
    }
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

fn in_name(stem: &str, zone: &TimeZone) -> Option<String> {
    let parts = IN_NAME.captures(stem)?;
    let number = |name: &str| parts.name(name).and_then(|part| part.as_str().parse::<i8>().ok());
    let year = parts.name("year")?.as_str().parse().ok()?;
    let date = Date::new(year, number("month")?, number("day")?).ok()?;
    let time = match (number("hour"), number("minute")) {
        (Some(hour), Some(minute)) => Time::new(hour, minute, number("second").unwrap_or(0), 0).ok(),
        _ => None,
    };
    // Zoom names what it kept in its cloud by the clock of Greenwich.
    if let Some(time) = time.filter(|_| stem.starts_with("GMT")) {
        let moment = TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()?;
        let there = zone.to_datetime(moment);
        return Some(written(there.date(), Some(there.time())));
    }
    Some(written(date, time))
}

/// Whether a name is, or begins as, a date: of a call, a month, a quarter or a week. Such folders are no clients.
#[must_use]
pub fn is_dated(name: &str) -> bool {
    IN_NAME.is_match(name) || PART_OF_A_YEAR.is_match(name.trim())
}

/// The title that a meeting tool wrote into the names it gave: the file's for Teams, the folder's for Zoom.
#[must_use]
pub fn title_in(file_stem: &str, folder: Option<&str>) -> Option<String> {
    let of = |pattern: &Regex, name: &str| {
        let title = pattern.captures(name)?.name("title")?.as_str().trim().to_owned();
        Some(title).filter(|title| !title.is_empty())
    };
    of(&TEAMS_FILE, file_stem).or_else(|| of(&ZOOM_FOLDER, folder.filter(|_| ZOOM_FILE.is_match(file_stem))?))
}

fn written(date: Date, time: Option<Time>) -> String {
    match time {
        None => date.to_string(),
        Some(time) => format!("{date}T{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::offset;

    use super::*;

    /// Two hours ahead of Greenwich.
    fn zone() -> TimeZone {
        TimeZone::fixed(offset(2))
    }

    #[test]
    fn dates_in_file_names_are_found() {
        for (stem, date) in [
            ("2026-03-05 acme", Some("2026-03-05")),
            ("20260503", Some("2026-05-03")),
            ("GMT20260503-230000_Recording", Some("2026-05-04T01:00:00")),
            ("GMT20260503-140000_Recording_1920x1080", Some("2026-05-03T16:00:00")),
            ("2026-05-03 14.00.00 Weekly status 81234567890", Some("2026-05-03T14:00:00")),
            ("Weekly status-20260503_140000-Meeting Recording", Some("2026-05-03T14:00:00")),
            ("acme_2026-03-05_14-30", Some("2026-03-05T14:30:00")),
            ("call 2026.03.05 at 09.05", Some("2026-03-05T09:05:00")),
            ("2026-13-05", None),
            ("2026-02-30", None),
            ("tr-25-usn-polugodie", None),
            ("12026030599", None),
            ("video2026120156", None),
        ] {
            assert_eq!(in_name(stem, &zone()).as_deref(), date, "{stem}");
        }
    }

    #[test]
    fn the_best_witness_wins() {
        let modified = "2026-01-01T10:00:00".parse().ok();
        let of =
            |said, file_stem, folder, tagged| date_of(Witnesses { said, file_stem, folder, tagged, modified }, &zone());
        let is = |date: &str, source| (Some(date.to_owned()), source);
        let (tag, folder) = (Some("2026-04-01"), Some("2026-02-01 14.00.00 x"));
        assert_eq!(of(Some("2026-05-01"), "2026-03-01", folder, tag), is("2026-05-01", DateSource::Settings));
        assert_eq!(of(None, "2026-03-01", folder, tag), is("2026-03-01", DateSource::FileName));
        assert_eq!(of(None, "zoom_0", folder, tag), is("2026-02-01T14:00:00", DateSource::FolderName));
        assert_eq!(of(None, "call", Some("acme"), tag), is("2026-04-01", DateSource::Recording));
        assert_eq!(of(None, "call", None, Some("springtime")), is("2026-01-01T10:00:00", DateSource::FileModified));
        // The tags know the time of the day that the name tells; moments with an offset are local time here.
        let tag = Some("2026-03-01T22:30:00Z");
        assert_eq!(of(None, "call", None, tag), is("2026-03-02T00:30:00", DateSource::Recording));
        assert_eq!(of(None, "2026-03-02 acme", None, tag), is("2026-03-02T00:30:00", DateSource::Recording));
        let nothing = Witnesses { said: None, file_stem: "call", folder: None, tagged: None, modified: None };
        assert_eq!(date_of(nothing, &zone()), (None, DateSource::None));
    }

    #[test]
    fn folders_of_the_calendar_are_known() {
        for name in [
            "2026",
            "2026-05",
            "05",
            "2026-05-03",
            "2026 Q2",
            "Q2",
            "2026-W18",
            "May",
            "May 2026",
            "05 May",
            "2026-May",
        ] {
            assert!(is_dated(name), "{name}");
        }
        for name in ["acme", "Mayer & Sons", "Acme 2026", "Julia", "Q Branch", "Wagner"] {
            assert!(!is_dated(name), "{name}");
        }
    }

    #[test]
    fn meeting_tools_write_the_title_into_their_names() {
        let zoom = Some("2026-05-03 14.00.00 Weekly status 81234567890");
        for (stem, folder, title) in [
            ("Weekly status-20260503_140000-Meeting Recording", None, Some("Weekly status")),
            ("zoom_0", zoom, Some("Weekly status")),
            ("video1234567890", zoom, Some("Weekly status")),
            ("kick-off", zoom, None),
            ("zoom_0", Some("acme"), None),
        ] {
            assert_eq!(title_in(stem, folder).as_deref(), title, "{stem}");
        }
    }
}
