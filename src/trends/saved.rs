//! What redirects saved: the length of the tangents they ended, against those of the same client that nobody ended.

use crate::call::finding::EndedBy;
use crate::call::trend::Saved;

use super::brief::quartiles;
use super::measure::Dated;

/// Tangents that ran their course, at least: a usual length needs some.
const LEFT_MIN: usize = 3;

/// The time that redirects saved in these calls; `None` where too few tangents ran their course to know the usual length,
/// or no redirect ended one.
pub(super) fn saved(calls: &[Dated]) -> Option<Saved> {
    let tangents = || calls.iter().flat_map(|one| one.call.long_tangents());
    let minutes = |steered: bool| -> Vec<f64> {
        let of = tangents().filter(|tangent| (tangent.ended_by == EndedBy::Redirect) == steered);
        of.map(|tangent| tangent.length.secs() / 60.0).collect()
    };
    let (left, steered) = (minutes(false), minutes(true));
    if left.len() < LEFT_MIN {
        return None;
    }
    let tangents = (left.len(), steered.len());
    let usual_minutes = quartiles(left)?.median;
    let minutes = steered.iter().map(|length| usual_minutes - length).sum();
    let steered_minutes = quartiles(steered)?.median;
    Some(Saved { left: tangents.0, usual_minutes, steered: tangents.1, steered_minutes, minutes })
}
