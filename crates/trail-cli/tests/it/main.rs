//! The command as people run it.

mod data_dir;
mod desktops;
mod files;
mod grep;
mod secrets;
mod serve;
mod served;
mod support;
