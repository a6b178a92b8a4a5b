//! What to know before the next call with a client, from the latest ones.

use std::collections::BTreeMap;

use crate::call::trend::{Brief, Quartiles};

use super::calendar::{name, shares};
use super::measure::Dated;
use super::phrases;
use super::saved::saved;

/// The latest calls that a brief looks at: what held a year ago need not hold now.
const CALLS_MAX: usize = 20;
/// Themes that are named.
const THEMES_MAX: usize = 4;
/// A theme comes up in more than one call.
const THEME_CALLS_MIN: usize = 2;

/// The brief of these calls, which are by time.
pub(super) fn brief(calls: &[Dated]) -> Brief {
    let calls = &calls[calls.len().saturating_sub(CALLS_MAX)..];
    let tangents = || calls.iter().flat_map(|one| one.call.long_tangents());
    let starts: Vec<f64> = tangents().map(|tangent| tangent.start.secs() / 60.0).collect();
    let phrases = phrases::phrases(calls);
    let held = phrases.iter().any(|phrase| phrase.held.accepted > 0);
    let suggestion = calls.iter().rev().find_map(|one| one.call.best_phrase.clone());
    Brief {
        calls: calls.len(),
        tangents: starts.len(),
        start_minutes: quartiles(starts),
        opened_by: shares(calls, |tangent| tangent.opened_by.as_ref().map(name)),
        about: themes(calls),
        saved: saved(calls),
        phrases,
        suggestion: suggestion.filter(|_| !held),
    }
}

/// Quartiles with the values between two neighbours in proportion.
pub(super) fn quartiles(mut values: Vec<f64>) -> Option<Quartiles> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| {
        let place = share * last as f64;
        let (below, rest) = (place.floor() as usize, place.fract());
        values[below] + rest * (values[(below + 1).min(last)] - values[below])
    };
    Some(Quartiles { lower: at(0.25), median: at(0.5), upper: at(0.75) })
}

/// The words of the tangents' labels and in how many calls each comes up, most first.
fn themes(calls: &[Dated]) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in calls {
        let labels = one.call.long_tangents().flat_map(|tangent| &tangent.topics);
        let words = labels.flat_map(|label| label.split(',')).map(|word| word.trim().to_lowercase());
        let of_call: std::collections::BTreeSet<_> = words.filter(|word| !word.is_empty()).collect();
        for word in of_call {
            *counts.entry(word).or_default() += 1;
        }
    }
    let mut themes: Vec<_> = counts.into_iter().filter(|(_, calls)| *calls >= THEME_CALLS_MIN).collect();
    themes.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    themes.truncate(THEMES_MAX);
    themes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_the_values() {
        let found = quartiles(vec![4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((found.lower, found.median, found.upper), (1.75, 2.5, 3.25));
        assert_eq!(quartiles(Vec::new()), None);
    }
}
