//! What is found, and the mark that takes its place.

use std::ops::Range;

/// What sort of personal data stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The number of a payment card.
    Card,
    /// A telephone number.
    Phone,
    /// An e-mail address, written or spoken.
    Email,
    /// A house number with its street.
    Address,
    /// A given name.
    Name,
}

impl Mark {
    /// What stands in the text instead.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Card => "[card]",
            Self::Phone => "[phone]",
            Self::Email => "[email]",
            Self::Address => "[address]",
            Self::Name => "[name]",
        }
    }
}

/// Something found: bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) mark: Mark,
}

/// Finds in the order of the text, none over another: of two that overlap the longer one stays.
pub(super) fn apart(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|one| (std::cmp::Reverse(one.range.len()), one.range.start, one.mark));
    let mut kept: Vec<Found> = Vec::new();
    for one in found {
        if kept.iter().all(|other| one.range.end <= other.range.start || other.range.end <= one.range.start) {
            kept.push(one);
        }
    }
    kept.sort_by_key(|one| one.range.start);
    kept
}
