//! Who speaks: sides of a call on tracks of their own, voices on a mixed track, and the names of the people.

mod assign;
mod bleed;
mod known;
mod names;
pub mod neural;
mod tracks;
pub mod voices;

mod relabel;

pub use assign::join_voices;
pub use bleed::{Sharing, part};
pub use known::{KnownVoice, LEAD_MIN, LIKENESS_MIN, recognise};
pub use names::{NameSettings, apply_names};
pub use relabel::{keep_names, relabel};
pub use tracks::{Side, join_sides};

/// A share with three decimals, which is more than is known.
fn thousandths(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}
