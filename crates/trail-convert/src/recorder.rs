//! The events of an import on their way into a recorder.

use trail_import::{EventSink, SinkError};
use trail_model::{Event, SessionMeta};
use trail_replay::{RecordSink, Recorder};

/// Takes the events of an import into a recorder, which is made when the first event comes: what a trail's header says is
/// known by then.
pub struct EventRecorder<W: RecordSink, F> {
    make: F,
    recorder: Option<Recorder<W>>,
    meta: SessionMeta,
}

impl<W: RecordSink, F: FnMut(SessionMeta) -> Result<W, SinkError>> EventRecorder<W, F> {
    /// Records into what `make` makes from the metadata.
    pub fn new(make: F) -> EventRecorder<W, F> {
        EventRecorder { make, recorder: None, meta: SessionMeta::default() }
    }

    fn recorder(&mut self) -> Result<&mut Recorder<W>, SinkError> {
        match &mut self.recorder {
            Some(recorder) => Ok(recorder),
            empty => Ok(empty.insert(Recorder::new((self.make)(self.meta.clone())?))),
        }
    }

    /// The recorder with all events, and the last metadata.
    ///
    /// # Errors
    /// What `make` gives, if there were no events.
    pub fn finish(mut self) -> Result<(Recorder<W>, SessionMeta), SinkError> {
        let recorder = match self.recorder.take() {
            Some(recorder) => recorder,
            None => Recorder::new((self.make)(self.meta.clone())?),
        };
        Ok((recorder, self.meta))
    }
}

impl<W: RecordSink, F: FnMut(SessionMeta) -> Result<W, SinkError>> EventSink for EventRecorder<W, F> {
    fn meta(&mut self, meta: &SessionMeta) -> Result<(), SinkError> {
        self.meta = meta.clone();
        Ok(())
    }

    fn event(&mut self, event: Event) -> Result<(), SinkError> {
        self.recorder()?.event(&event)?;
        Ok(())
    }
}
