//! Makes what was written visible, in the background.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{IndexError, Result, SessionIndex};

/// Refreshes an index at a fixed pace for as long as it lives.
pub struct Refresher {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    fault: Arc<Mutex<Option<IndexError>>>,
}

impl Refresher {
    /// Starts refreshing every `pace`; half a second keeps what is written findable within a second.
    ///
    /// # Errors
    /// [`IndexError::Read`] if no thread can be started.
    pub fn start(index: Arc<SessionIndex>, pace: Duration) -> Result<Refresher> {
        let (stop, stopped) = channel();
        let fault = Arc::new(Mutex::new(None));
        let thread_fault = Arc::clone(&fault);
        let thread = std::thread::Builder::new().name("session-index".to_owned()).spawn(move || {
            while stopped.recv_timeout(pace) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = index.refresh() {
                    *thread_fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            }
        })?;
        Ok(Refresher { stop: Some(stop), thread: Some(thread), fault })
    }

    /// The last failure since it was asked for.
    pub fn take_fault(&self) -> Option<IndexError> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // A panic in the thread has been reported already.
            let _ = thread.join();
        }
    }
}
