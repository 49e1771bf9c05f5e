//! The REST API over a data directory.
//!
//! [`router`] is the whole service as a function of [`AppState`]; [`serve`] listens with it. Endpoints are functions from a
//! call to an answer, listed in one table (`api`); login, rights and limits are applied in one place (`app`), what a role
//! may see in another (`api/sessions/visible`).

mod access;
mod answers;
mod api;
mod api_error;
mod app;
mod audit;
mod call;
mod certificate;
mod clock;
mod config;
mod contents;
mod deletion;
mod fields;
mod follow;
mod incoming;
mod indexing;
mod library;
mod metrics;
mod params;
mod screenshots;
mod serve;
mod settings;
mod snapshots;
mod state;
mod times;
mod watch;

pub use access::{PasswordError, hash_password};
pub use api_error::{ApiError, ErrorType};
pub use app::router;
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{Config, ConfigError, ENV_PREFIX, NAMES};
pub use deletion::DeletionError;
pub use indexing::IndexingError;
pub use library::LibraryError;
pub use params::Params;
pub use serve::{ServeError, ServeOptions, Tls, serve};
pub use settings::Settings;
pub use state::{AppState, OpenError};
