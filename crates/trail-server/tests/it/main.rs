//! The service without a socket, over a data directory made from recordings.

mod access;
mod audit;
mod deletion;
mod fixture;
mod lists;
mod many;
mod one_session;
mod openapi;
mod rebuilding;
mod rules;
mod snapshots;
mod uploads;
mod users;
