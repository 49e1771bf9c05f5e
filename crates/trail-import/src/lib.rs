//! Foreign recordings to events.
