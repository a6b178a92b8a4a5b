//! Speech models: what there is ([`catalog`]), where one lies ([`locate`]), how one gets here ([`pull`]).
//!
//! The order of looking: `--model`, then `RAPPORT_MODEL`, then the model folders of [`Places::folders`]. With nothing
//! asked for, the best catalog model that is installed; never the bundled demo model, which has to be named.

mod catalog;
mod digest;
mod locate;
mod part;
mod places;
mod pull;
mod shelf;

pub use catalog::{Catalog, Entry, Network, Remote, VOICES, catalog, human_bytes};
pub use locate::{AskedBy, DEMO, Located, locate, network_file};
pub use places::Places;
pub use pull::{PullSettings, PullWatcher, Pulled, Unwatched, pull};
pub use shelf::{Checked, Stock, Verdict, installed, installed_networks, verify};
