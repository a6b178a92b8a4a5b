//! Values of the flags of `compare` and `mark`, read from text.

use jiff::civil::Date;

use crate::call::trend::Rate;

/// Letters of a currency; a code has three, a sign one.
const CURRENCY_LETTERS_MAX: usize = 8;

/// Reads a day: `2026-03-05`.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_day(text: &str) -> Result<Date, String> {
    text.trim().parse().map_err(|_| format!("{text:?} was given, wanted a day such as 2026-03-05"))
}

/// Reads a day, a month or a year, and gives its first day.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_since(text: &str) -> Result<Date, String> {
    stretch(text).map(|(first, _)| first)
}

/// Reads a day, a month or a year, and gives its last day.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_until(text: &str) -> Result<Date, String> {
    stretch(text).map(|(_, last)| last)
}

/// First and last day of `2026-03-05`, `2026-03` or `2026`.
fn stretch(text: &str) -> Result<(Date, Date), String> {
    let wanted = || format!("{text:?} was given, wanted a day, a month or a year: 2026-03-05, 2026-03, 2026");
    let parts: Vec<&str> = text.trim().split('-').collect();
    let first = |year: &str, month: &str| format!("{year}-{month}-01").parse::<Date>().map_err(|_| wanted());
    match parts[..] {
        [year] => first(year, "01").map(|day| (day, day.last_of_year())),
        [year, month] => first(year, month).map(|day| (day, day.last_of_month())),
        _ => text.trim().parse().map(|day| (day, day)).map_err(|_| wanted()),
    }
}

/// Reads what an hour costs: `90`, `90/h`, `€90/h`, `90.50 EUR/hour`, `CHF 120/h`.
///
/// # Errors
/// A sentence on what was wanted.
pub fn parse_rate(text: &str) -> Result<Rate, String> {
    let wanted = || format!("{text:?} was given, wanted money an hour such as 90/h, €90/h or \"90 EUR/h\"");
    let whole = text.trim();
    let money = match whole.rsplit_once('/') {
        None => whole,
        Some((money, unit)) if matches!(unit.trim(), "h" | "hr" | "hour") => money.trim(),
        Some(_) => return Err(wanted()),
    };
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let start = money.find(is_number).ok_or_else(wanted)?;
    let end = start + money[start..].find(|c| !is_number(c)).unwrap_or(money.len() - start);
    let (before, after) = (money[..start].trim(), money[end..].trim());
    let an_hour = money[start..end].parse::<f64>().map_err(|_| wanted())?;
    let is_part = |c: char| !(c.is_ascii_digit() || c.is_control() || "-+,.".contains(c));
    let is_currency = |text: &str| text.chars().all(is_part) && text.chars().count() <= CURRENCY_LETTERS_MAX;
    if !before.is_empty() && !after.is_empty() || !is_currency(before) || !is_currency(after) {
        return Err(wanted());
    }
    let (currency, before) = if before.is_empty() { (after, false) } else { (before, true) };
    Ok(Rate { an_hour, currency: currency.to_owned(), before })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_months_and_years_have_first_and_last_days() {
        assert_eq!(parse_since("2026-02"), Ok(date(2026, 2, 1)));
        assert_eq!(parse_until("2026-02"), Ok(date(2026, 2, 28)));
        assert_eq!(parse_until("2028"), Ok(date(2028, 12, 31)));
        assert_eq!(parse_since(" 2026-02-03 "), Ok(date(2026, 2, 3)));
        for bad in ["", "soon", "2026-13", "2026-02-30", "26-02", "2026-02-03-04"] {
            assert!(parse_since(bad).unwrap_err().contains("2026-03"), "{bad}");
        }
    }

    #[test]
    fn rates_keep_their_currency() {
        for (text, an_hour, currency, before) in [
            ("90", 90.0, "", false),
            ("90/h", 90.0, "", false),
            ("€90/h", 90.0, "€", true),
            ("90.50 EUR / hour", 90.5, "EUR", false),
            ("CHF 120/h", 120.0, "CHF", true),
        ] {
            assert_eq!(parse_rate(text), Ok(Rate { an_hour, currency: currency.into(), before }), "{text}");
        }
        for bad in ["", "/h", "ninety/h", "90/day", "-90/h", "1,000/h", "€90€/h", "90..5", "90 gold sovereigns/h"] {
            assert!(parse_rate(bad).unwrap_err().contains("90/h"), "{bad}");
        }
    }
}
