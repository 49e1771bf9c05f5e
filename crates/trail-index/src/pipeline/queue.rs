//! A queue of tasks that make more tasks.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Tasks for several threads. It ends when it is empty and nobody works on a task that could add more.
///
/// New tasks go to the front: what has been begun is finished before something else is begun, which bounds what is open
/// at a time.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    tasks: VecDeque<T>,
    working: usize,
}

impl<T> Queue<T> {
    pub(super) fn new(tasks: impl IntoIterator<Item = T>) -> Queue<T> {
        let state = State { tasks: tasks.into_iter().collect(), working: 0 };
        Queue { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// A thread that panicked while it held the lock cannot have left the state half changed.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next task, waiting for one if others may add some. Follow it by [`done`](Queue::done).
    pub(super) fn take(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(task) = state.tasks.pop_front() {
                state.working += 1;
                return Some(task);
            }
            if state.working == 0 {
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the task taken last, putting others in front of those that wait.
    pub(super) fn done(&self, more: Vec<T>) {
        let mut state = self.lock();
        for task in more.into_iter().rev() {
            state.tasks.push_front(task);
        }
        state.working -= 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Drops all tasks that wait.
    pub(super) fn clear(&self) {
        self.lock().tasks.clear();
    }
}
