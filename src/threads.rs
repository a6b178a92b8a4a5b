//! Threads that the work can do without: where the system gives none (a limit on processes, on memory), the work is done
//! all the same, one piece after another. The standard library's own scoped threads panic then.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// Threads that work on calls are named so, and what they do.
pub(crate) const WORKER: &str = "rapport-work-";

/// Whether a thread of this name works on calls, so that its panics end as outcomes.
pub(crate) fn is_worker(thread: &str) -> bool {
    thread.starts_with(WORKER)
}

/// Does two pieces of work side by side and gives both outcomes: `beside` on a thread of its own, `here` on this one.
///
/// A panic of either piece goes on here.
pub(crate) fn both<A: Send, B>(beside: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    both_with(Builder::new().name(format!("{WORKER}beside")), beside, here)
}

fn both_with<A: Send, B>(thread: Builder, beside: impl Fn() -> A + Sync, here: impl FnOnce() -> B) -> (A, B) {
    scope(|scope| {
        let started = thread.spawn_scoped(scope, &beside);
        let done = here();
        match started {
            Ok(running) => (running.join().unwrap_or_else(|panic| resume_unwind(panic)), done),
            Err(_) => (beside(), done),
        }
    })
}

/// Does `work` on this many threads, named by what they do and a number: on fewer where the system does not give so many, on
/// this one where it gives none. `work` must come to an end on one thread alone, as what takes its pieces from a queue does.
pub(crate) fn several(count: usize, what: &str, work: impl Fn() + Sync) {
    several_with(Builder::new, count, what, work);
}

fn several_with(thread: impl Fn() -> Builder, count: usize, what: &str, work: impl Fn() + Sync) {
    scope(|scope| {
        let start = |index| thread().name(format!("{WORKER}{what}-{index}")).spawn_scoped(scope, &work).is_ok();
        // The first that cannot be had ends the asking: what does not go now will not go a moment later.
        let started = (0..count).take_while(|&index| start(index)).count();
        if started == 0 {
            work();
        }
    });
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Mutex;
    use std::thread::current;

    use super::*;

    /// A thread that no system has room for.
    fn too_large() -> Builder {
        Builder::new().stack_size(1 << 60)
    }

    #[test]
    fn two_pieces_are_done_with_and_without_a_thread() {
        let here = current().id();
        for (thread, alone) in [(Builder::new(), false), (too_large(), true)] {
            let (beside, done) = both_with(thread, || current().id(), || current().id());
            assert_eq!((beside == here, done), (alone, here));
        }
    }

    #[test]
    fn a_queue_is_emptied_with_and_without_threads() {
        for (thread, threads) in [(Builder::new as fn() -> Builder, 3), (too_large, 3), (Builder::new, 0)] {
            let (queue, done) = (Mutex::new((0..100).collect::<Vec<_>>()), Mutex::new(Vec::new()));
            several_with(thread, threads, "worker", || {
                loop {
                    let Some(piece) = queue.lock().unwrap().pop() else { break };
                    done.lock().unwrap().push(piece);
                }
            });
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            assert_eq!(done, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        for thread in [Builder::new(), too_large()] {
            let both = || both_with(thread, || panic!("beside"), || ());
            assert_eq!(catch_unwind(AssertUnwindSafe(both)).unwrap_err().downcast_ref(), Some(&"beside"));
        }
    }
}
