//! The command as people run it.

mod data_dir;
mod files;
mod grep;
mod secrets;
mod serve;
mod served;
mod support;
