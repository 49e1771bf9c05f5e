//! Content against the screens it was extracted from.

mod hand;
mod make;
mod random;
mod slow;
