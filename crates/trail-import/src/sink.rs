//! Where events go.

use trail_model::{Event, SessionMeta};

use crate::SinkError;

/// Takes the events of one recording, in order.
pub trait EventSink {
    /// Says what is known of the session: once before the first event, and again at the end if more has been learnt.
    ///
    /// # Errors
    /// An error ends the import.
    fn meta(&mut self, meta: &SessionMeta) -> Result<(), SinkError>;

    /// Takes the next event. Offsets never decrease.
    ///
    /// # Errors
    /// An error ends the import.
    fn event(&mut self, event: Event) -> Result<(), SinkError>;
}

/// A sink that keeps everything in memory: for small recordings and tests.
#[derive(Clone, Debug, Default)]
pub struct Collected {
    /// The latest metadata.
    pub meta: SessionMeta,
    /// All events.
    pub events: Vec<Event>,
}

impl EventSink for Collected {
    fn meta(&mut self, meta: &SessionMeta) -> Result<(), SinkError> {
        self.meta = meta.clone();
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), SinkError> {
        self.events.push(event);
        Ok(())
    }
}
