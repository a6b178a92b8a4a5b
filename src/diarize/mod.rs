//! Who speaks: sides of a call on tracks of their own, voices on a mixed track, and the names of the people.

mod assign;
mod bleed;
mod names;
pub mod neural;
mod tracks;
pub mod voices;

mod relabel;

pub use assign::join_voices;
pub use bleed::{Sharing, part};
pub use names::{NameSettings, apply_names};
pub use relabel::relabel;
pub use tracks::{Side, join_sides};
