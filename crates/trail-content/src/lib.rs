//! Screens over time to content items, and the content file.
