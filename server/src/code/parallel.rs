//! The same work on many things, a bounded number at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Does `work` on each item, `width` at once, and answers in the order of the items. `work` is told how many were
/// begun before, with its own.
pub(crate) fn map<T: Send, R: Send>(items: Vec<T>, width: usize, work: impl Fn(usize, T) -> R + Sync) -> Vec<R> {
    let total = items.len();
    let next = AtomicUsize::new(0);
    let slots: Vec<Mutex<(Option<T>, Option<R>)>> =
        items.into_iter().map(|item| Mutex::new((Some(item), None))).collect();
    std::thread::scope(|scope| {
        for _ in 0..width.clamp(1, total.max(1)) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = slots.get(index) else { return };
                    let item = slot.lock().unwrap_or_else(PoisonError::into_inner).0.take();
                    if let Some(item) = item {
                        let result = work(index + 1, item);
                        slot.lock().unwrap_or_else(PoisonError::into_inner).1 = Some(result);
                    }
                }
            });
        }
    });
    slots.into_iter().filter_map(|slot| slot.into_inner().unwrap_or_else(PoisonError::into_inner).1).collect()
}
