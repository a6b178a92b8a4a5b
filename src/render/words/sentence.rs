//! The call in one sentence.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::call::finding::{Driver, Outcome};
use crate::call::report::Report;
use crate::call::time::Duration;

use super::{best_opportunity, length, over_long, percent, who};

/// Drivers named beyond the first: a sentence is no list.
const OTHERS_SHOWN: usize = 2;

/// One sentence that answers the three questions: how much small talk, who drove the tangents, where a redirect would
/// have helped.
#[must_use]
pub fn sentence(report: &Report) -> String {
    format!("{}.", answers(report).join(", "))
}

/// The parts of [`sentence`]: an answer to each of the three questions, or one part that says why there is none.
#[must_use]
pub fn answers(report: &Report) -> Vec<String> {
    if report.speech.is_empty() && report.utterances.is_empty() {
        return vec!["Nobody is heard to speak in this call, so there is nothing to judge".to_owned()];
    }
    if report.small_talk.is_none() {
        let why = report
            .why_withheld("small_talk")
            .map_or_else(String::new, |why| format!(": {}", super::clean(why).trim_end_matches('.')));
        return vec![format!("How much of this call was small talk cannot be told{why}")];
    }
    vec![small_talk_clause(report), drivers_clause(report), redirect_clause(report)]
}

fn small_talk_clause(report: &Report) -> String {
    let Some(talk) = report.small_talk.as_ref().filter(|talk| talk.seconds > Duration::ZERO) else {
        return "There was no small talk in this call".to_owned();
    };
    format!("Small talk was {} of this call ({} of the speech)", length(talk.seconds), percent(talk.ratio))
}

fn drivers_clause(report: &Report) -> String {
    let long: Vec<_> = over_long(report).collect();
    let total = long.len();
    if total == 0 {
        let within =
            if report.tangents.is_empty() { "no tangent was opened" } else { "no tangent outgrew the opening" };
        return within.to_owned();
    }
    if long.iter().all(|tangent| tangent.driver.is_none()) {
        let of = if total == 1 { "the one tangent".to_owned() } else { format!("the {total} tangents") };
        return format!("who drove {of} is not known");
    }
    // Most tangents first; the order of speakers settles ties.
    let mut by_driver = BTreeMap::new();
    let mut shared = 0;
    for tangent in &long {
        match tangent.driver {
            Some(Driver::Speaker(id)) => *by_driver.entry(id).or_insert(0_usize) += 1,
            Some(Driver::Both) => shared += 1,
            None => {}
        }
    }
    let mut ranked: Vec<_> = by_driver.into_iter().collect();
    ranked.sort_by_key(|(id, driven)| (std::cmp::Reverse(*driven), *id));
    let Some(((first, most), others)) = ranked.split_first() else {
        return if total == 1 {
            "the one tangent was shared".to_owned()
        } else {
            format!("the {total} tangents were shared")
        };
    };
    let mut clause = match (total, *most) {
        (1, _) => format!("{} drove the one tangent", who(report, *first)),
        (2, 2) => format!("{} drove both tangents", who(report, *first)),
        (all, most) if all == most => format!("{} drove all {all} tangents", who(report, *first)),
        (all, most) => format!("{} drove {most} of {all} tangents", who(report, *first)),
    };
    for (id, driven) in others.iter().take(OTHERS_SHOWN) {
        let _ = write!(clause, " and {} {driven}", who(report, *id));
    }
    if shared > 0 {
        let _ = write!(clause, " ({shared} shared)");
    }
    clause
}

fn redirect_clause(report: &Report) -> String {
    let best = best_opportunity(report);
    match (report.opportunities.len(), best) {
        (1, Some(one)) => {
            format!("and a redirect would have helped at {}, with {} to save", one.at, length(one.seconds_saved))
        }
        (_, Some(one)) => {
            format!("and a redirect would have helped most at {}, with {} to save", one.at, length(one.seconds_saved))
        }
        (_, None) => {
            let accepted = report.redirects.iter().filter(|one| one.outcome == Outcome::Accepted).count();
            match accepted {
                0 => "and no moment called for a redirect".to_owned(),
                1 => "and the one redirect that was needed was made".to_owned(),
                n => format!("and the {n} redirects that were needed were made"),
            }
        }
    }
}
