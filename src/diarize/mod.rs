//! Who speaks: sides of a call on tracks of their own, and the names of the people.

mod bleed;
mod names;
mod tracks;

pub use bleed::{Sharing, part};
pub use names::{NameSettings, apply_names};
pub use tracks::{Side, join_sides};
