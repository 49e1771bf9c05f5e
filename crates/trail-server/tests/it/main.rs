//! The service without a socket, over a data directory made from recordings.

mod access;
mod fixture;
mod lists;
mod one_session;
mod rules;
mod snapshots;
mod uploads;
mod users;
