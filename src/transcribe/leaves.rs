//! Pieces of work in a pool, outcomes in the order of their input.

use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

/// Does `work` on every item, on the pool's threads, and gives the outcomes in the items' order.
///
/// The calling thread only waits, and no piece waits for another. That is why this is no parallel iterator: with those, a
/// thread of the pool that waits for the rest of its call would begin work on another call's windows meanwhile, and the
/// first call would not be done before the other is.
pub(super) fn map_in_order<T: Send, R: Send>(pool: &ThreadPool, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let outcomes: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    pool.in_place_scope(|scope| {
        for (item, outcome) in items.into_iter().zip(&outcomes) {
            let work = &work;
            scope.spawn(move |_| {
                let done = work(item);
                *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
            });
        }
    });
    // A piece that panicked has ended the scope by the same panic: here every outcome is there.
    outcomes.into_iter().filter_map(|outcome| outcome.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_stand_in_the_order_of_the_items() {
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let squares = map_in_order(&pool, (0..1000_u64).collect(), |number| number * number);
            assert!(squares.iter().enumerate().all(|(at, square)| *square == (at * at) as u64));
            assert_eq!(squares.len(), 1000);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        let run = || map_in_order(&pool, vec![1, 2, 3], |number| assert_ne!(number, 2));
        let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
        assert!(ran.is_err());
    }
}
