//! The service over a data directory made from recordings; without a socket, but where it is about sockets.

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
mod sockets;
mod soon;
mod uploads;
mod users;
