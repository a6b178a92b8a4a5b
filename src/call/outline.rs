//! A report without its transcript: what a list of many calls needs of each.

use serde::Deserialize;

use crate::call::finding::{Opportunity, Redirect, SmallTalk, TalkFigures, Tangent};
use crate::call::report::CallInfo;
use crate::call::topic::Topic;
use crate::call::transcript::Basis;

/// The findings of one call. Read from a report's JSON; the words, by far most of it, are passed over.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Outline {
    /// Which call.
    pub call: CallInfo,
    /// How speakers were told apart.
    pub basis: Basis,
    /// How each person talked; empty when speakers were not told apart.
    pub speakers: Vec<TalkFigures>,
    /// What it was about.
    pub topics: Vec<Topic>,
    /// How much of it was social; `None` when that cannot be told.
    pub small_talk: Option<SmallTalk>,
    /// Where it left what the call was for.
    pub tangents: Vec<Tangent>,
    /// Who tried to steer back.
    pub redirects: Vec<Redirect>,
    /// Where nobody did and it would have helped.
    pub opportunities: Vec<Opportunity>,
}
