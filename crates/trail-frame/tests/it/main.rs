//! The surface from outside.

mod surface;
