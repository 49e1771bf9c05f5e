//! Queries over content to ranked hits.
