//! How many calls are in memory at once.

use std::sync::{Condvar, Mutex, PoisonError};

use crate::call::time::Duration;

/// Sound in memory at once: eight hours of two tracks are 1.8 GB. A single longer call is let in alone.
const LENGTH_MAX: Duration = Duration::from_ms(8 * 3_600_000);

/// Lets calls in while the sum of their lengths stays below [`LENGTH_MAX`].
#[derive(Debug, Default)]
pub(super) struct Gate {
    inside: Mutex<Inside>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    calls: usize,
    length: Duration,
}

/// Leave to hold a call in memory, until dropped.
#[derive(Debug)]
pub(super) struct Admitted<'gate> {
    gate: &'gate Gate,
    length: Duration,
}

impl Gate {
    /// Waits until a call of this length fits in.
    pub(super) fn enter(&self, length: Duration) -> Admitted<'_> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        while inside.calls > 0 && inside.length + length > LENGTH_MAX {
            inside = self.left.wait(inside).unwrap_or_else(PoisonError::into_inner);
        }
        inside.calls += 1;
        inside.length += length;
        Admitted { gate: self, length }
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        let mut inside = self.gate.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.calls -= 1;
        inside.length = inside.length - self.length;
        self.gate.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn long_calls_go_one_by_one_and_every_call_gets_in() {
        let gate = Gate::default();
        let (inside, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _admitted = gate.enter(Duration::from_ms(LENGTH_MAX.ms() / 2 + 1));
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 200);
    }

    #[test]
    fn short_calls_go_side_by_side() {
        let gate = Gate::default();
        let first = gate.enter(Duration::from_ms(1000));
        let second = gate.enter(LENGTH_MAX - Duration::from_ms(1000));
        assert_eq!(gate.inside.lock().unwrap().calls, 2);
        drop((first, second));
        assert_eq!(gate.inside.lock().unwrap().length, Duration::ZERO);
    }
}
