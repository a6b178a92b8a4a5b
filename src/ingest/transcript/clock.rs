//! Times as transcripts write them.

/// Milliseconds of `h:mm:ss.mmm`, `mm:ss.mmm` or either without a fraction; a comma does for the dot.
pub(super) fn parse(text: &str) -> Option<u64> {
    let (whole, fraction) = match text.split_once(['.', ',']) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (text, None),
    };
    let parts: Vec<&str> = whole.split(':').collect();
    let (hours, minutes, seconds) = match parts[..] {
        [minutes, seconds] => (0, number(minutes, 4)?, number(seconds, 2)?),
        [hours, minutes, seconds] => (number(hours, 4)?, number(minutes, 2)?, number(seconds, 2)?),
        _ => return None,
    };
    if seconds > 59 || (parts.len() == 3 && minutes > 59) {
        return None;
    }
    let ms = match fraction {
        None => 0,
        Some(digits) => {
            number(digits, 9)?;
            format!("{digits:0<3}").get(..3)?.parse().ok()?
        }
    };
    Some(((hours * 60 + minutes) * 60 + seconds) * 1000 + ms)
}

fn number(digits: &str, len_max: usize) -> Option<u64> {
    let fits = !digits.is_empty() && digits.len() <= len_max && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| digits.parse().ok()).flatten()
}

/// Start and end of `START --> END`, whatever settings follow.
pub(super) fn timing(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once("-->")?;
    Some((parse(start.trim())?, parse(rest.split_whitespace().next()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_all_formats() {
        for (text, ms) in [
            ("00:00:01.500", 1500),
            ("00:00:01,500", 1500),
            ("01:01.5", 61_500),
            ("1:02:03", 3_723_000),
            ("90:00", 5_400_000),
            ("100:00:00.000", 360_000_000),
            ("0:0:1,05", 1050),
        ] {
            assert_eq!(parse(text), Some(ms), "{text}");
        }
        for bad in ["", "12", "1:60", "1:60:00", "1:2:3:4", "a:b", "-1:00", "1:00.", "1:٣٠", "99999:00", "1:00.1é"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn settings_after_a_timing_are_left_out() {
        assert_eq!(timing("00:01.000 --> 00:02.000 align:start position:0%"), Some((1000, 2000)));
        assert_eq!(timing("00:00:01,000-->00:00:02,000"), Some((1000, 2000)));
        assert_eq!(timing("00:01.000 -->"), None);
    }
}
