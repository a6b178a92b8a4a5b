//! How much a report may hold. Beyond these it is no call's report, or is meant to hurt.

use crate::call::report::Report;
use crate::call::time::Duration;

/// A report longer than this is something else; ten hours of words with times are below 40 MB.
pub(super) const REPORT_BYTES_MAX: u64 = 256 << 20;

/// The same for a transcript that is kept of a call.
pub(super) const KEPT_BYTES_MAX: u64 = REPORT_BYTES_MAX;

/// Note of a file's digest: three short fields.
pub(super) const SEEN_BYTES_MAX: u64 = 1 << 12;

/// Boundaries that were set in a life of calls fit many times.
pub(super) const MARKS_BYTES_MAX: u64 = 1 << 20;

/// Most things of one sort in a report: utterances, speech, topics; one a second for 48 hours, and some.
pub(super) const ITEMS_MAX: usize = 200_000;

/// Most speakers of a call.
pub(super) const SPEAKERS_MAX: usize = 999;

/// Longest call.
pub(super) const DURATION_MAX: Duration = Duration::from_ms(48 * 3_600_000);

/// What a report holds too much of, if it does.
pub(super) fn beyond(report: &Report) -> Option<String> {
    let counts = [
        ("speakers", report.speakers.len(), SPEAKERS_MAX),
        ("stretches of speech", report.speech.len(), ITEMS_MAX),
        ("utterances", report.utterances.len(), ITEMS_MAX),
        ("topics", report.topics.len(), ITEMS_MAX),
        ("tangents", report.tangents.len(), ITEMS_MAX),
        ("redirects", report.redirects.len(), ITEMS_MAX),
        ("opportunities", report.opportunities.len(), ITEMS_MAX),
        ("items of an agenda", report.call.agenda.len(), ITEMS_MAX),
        ("warnings", report.warnings.len(), ITEMS_MAX),
    ];
    let many = counts.into_iter().find(|(_, count, most)| count > most);
    let many = many.map(|(what, count, most)| format!("it has {count} {what}, at most {most} are read"));
    let long = report.call.duration > DURATION_MAX;
    many.or_else(|| {
        long.then(|| format!("its call is {:.0} s long, at most 48 hours are read", report.call.duration.secs()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_that_hold_too_much_are_told() {
        let whole: Report = serde_json::from_str(include_str!("../../tests/fuzz/corpus/report/seed-whole")).unwrap();
        assert_eq!(beyond(&whole), None);
        let grown = |grow: &dyn Fn(&mut Report)| {
            let mut report = whole.clone();
            grow(&mut report);
            beyond(&report)
        };
        let speakers =
            |count: usize| move |report: &mut Report| report.speakers = vec![report.speakers[0].clone(); count];
        let topics = |count: usize| move |report: &mut Report| report.topics = vec![report.topics[0].clone(); count];
        let agenda = |count: usize| move |report: &mut Report| report.call.agenda = vec!["a".into(); count];
        assert_eq!(grown(&speakers(SPEAKERS_MAX)), None);
        assert!(grown(&speakers(SPEAKERS_MAX + 1)).unwrap().contains("1000 speakers, at most 999"));
        assert_eq!(grown(&topics(ITEMS_MAX)), None);
        assert!(grown(&topics(ITEMS_MAX + 1)).unwrap().contains("200001 topics"));
        assert!(grown(&agenda(ITEMS_MAX + 1)).unwrap().contains("agenda"));
        assert_eq!(grown(&|report| report.call.duration = DURATION_MAX), None);
        let longer = |report: &mut Report| report.call.duration = DURATION_MAX + Duration::from_ms(1);
        assert!(grown(&longer).unwrap().contains("48 hours"));
    }
}
