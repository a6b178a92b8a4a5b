//! What a long run tells while it goes on, and how it is asked to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::call::time::Duration;

/// Something that happened to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Its sound was read; this much is there to be worked through.
    Decoded(Duration),
    /// This much more of the call's own length is done. All such lengths of one call add up to its duration.
    Advanced(Duration),
}

/// Somebody who is told. Called from many threads.
pub trait Progress: Sync {
    /// Takes note of an event; must return at once.
    fn tell(&self, event: Event);
}

/// Nobody: for tests and for calls that are too short to watch.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn tell(&self, _: Event) {}
}

/// A request to stop, seen by all who hold a copy. Long loops look at it between two pieces of work.
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Asks everybody to stop.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether somebody asked; the request is taken as answered, so that other work may follow and be stopped in its turn.
    #[must_use]
    pub fn heed(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }

    /// `Err(Error::Stopped)` once somebody asked.
    ///
    /// # Errors
    /// [`crate::error::Error::Stopped`].
    pub fn check(&self) -> Result<(), crate::error::Error> {
        if self.is_stopped() { Err(crate::error::Error::Stopped) } else { Ok(()) }
    }
}
