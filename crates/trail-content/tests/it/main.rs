//! Content against the screens it was extracted from.

mod commands;
mod desktops;
mod hand;
mod make;
mod random;
mod recordings;
mod secrets;
mod slow;
