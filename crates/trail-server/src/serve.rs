//! Listening: TLS, connections, and an end that loses nothing.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::api_error::with_causes;
use crate::app::router;
use crate::certificate::{self, CertificateFiles};
use crate::contents::index_state;
use crate::state::AppState;
use crate::watch::Watch;

/// How long requests may go on after the service was told to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);
/// The shortest time between two looks at what was written.
const FOLLOW_EVERY_MIN: Duration = Duration::from_millis(10);
/// A head of more than so many times what is allowed is not read to its end, and so not answered in the usual form.
const HEAD_ROOM: usize = 2;
/// Bytes of a head that are read in any case.
const HEAD_LEN_MIN: usize = 8 << 10;
/// Permits that a semaphore can have.
const PERMITS_MAX: usize = Semaphore::MAX_PERMITS;

/// How a service listens.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where.
    pub listen: SocketAddr,
    /// How what is said is kept from others.
    pub tls: Tls,
}

/// How what is said is kept from others.
#[derive(Clone, Debug)]
pub enum Tls {
    /// With a certificate of its own, made on the first start and kept in the data directory.
    Own,
    /// With this certificate chain and key, in PEM form.
    Files {
        /// The chain.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// Not at all: on loopback only.
    Insecure,
}

/// Why a service does not listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// Plain HTTP would be heard by others.
    #[error("plain HTTP is for loopback addresses only, not {address}")]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// A certificate or key cannot be used.
    #[error("failed to use the certificate or key {}", path.display())]
    Certificate {
        /// The file or folder.
        path: PathBuf,
    },
    /// The system refused.
    #[error("failed to {doing}")]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        source: io::Error,
    },
}

/// Serves until `stop` comes true; then ends what is under way, and no more. Calls `ready` with the address.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    app: AppState,
    options: &ServeOptions,
    ready: impl FnOnce(SocketAddr),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let acceptor = acceptor(&app, options)?;
    let listener = TcpListener::bind(options.listen).await;
    let listener = listener.map_err(|source| ServeError::Io { doing: "listen", source })?;
    // What was indexed while no service ran is known before the first question.
    let first = app.clone();
    let synced = tokio::task::spawn_blocking(move || first.sync().map_err(|error| with_causes(&error))).await;
    if let Err(error) = synced.unwrap_or_else(|error| Err(error.to_string())) {
        tracing::error!(error, "the catalogue is behind the index");
    }
    ready(listener.local_addr().map_err(|source| ServeError::Io { doing: "listen", source })?);

    let follower = start("follower", &app, follow)?;
    let indexer = start("indexer", &app, AppState::index_until_stopped)?;
    let router = router(app.clone());
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(app.settings.connections_max.min(PERMITS_MAX)));
    let mut stop = std::pin::pin!(stop);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place,
            () = &mut stop => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, most likely: others will be given back.
                    tracing::warn!(error = error.to_string(), "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let (app, router, acceptor, watcher) = (app.clone(), router.clone(), acceptor.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            if let Some(stream) = greet(stream, acceptor, app.settings.head_timeout).await {
                converse(stream, peer, router, watcher, &app).await;
            }
        });
    }
    drop(listener);
    app.is_stopping.store(true, Ordering::Relaxed);
    app.indexing.stop();
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    // What is being indexed is committed; what waits is known to the catalogue.
    sync_audit(&app);
    for thread in [indexer, follower] {
        let name = thread.thread().name().unwrap_or_default().to_owned();
        if !matches!(tokio::task::spawn_blocking(move || thread.join()).await, Ok(Ok(()))) {
            tracing::error!(name, "a thread ended badly");
        }
    }
    Ok(())
}

/// Starts a thread that works until the service is told to stop.
fn start(name: &str, app: &AppState, work: fn(&AppState)) -> Result<JoinHandle<()>, ServeError> {
    let app = app.clone();
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&app));
    thread.map_err(|source| ServeError::Io { doing: "start a thread", source })
}

/// Keeps up with what is written, by whom ever, so that requests do not have to: lists with the catalogue, the catalogue
/// with the content index. What was committed is found within a second.
fn follow(app: &AppState) {
    let mut seen = None;
    let mut watch = Watch::default();
    while app.indexing.pause(app.settings.refresh_interval.max(FOLLOW_EVERY_MIN)) {
        app.contents.tidy();
        sync_audit(app);
        let shown = app.library.keep_up(&app.store).map_err(|error| with_causes(&error));
        let state = index_state(&app.data);
        let is_new = state != seen;
        let followed = shown.and_then(|()| match is_new {
            true => app.take_over().map_err(|error| with_causes(&error)),
            false => Ok(()),
        });
        match followed {
            Ok(()) => {
                watch.follow(app, state.as_ref());
                seen = state;
            }
            // It is tried again.
            Err(error) => tracing::error!(error, "what is searched is behind what was written"),
        }
        if watch.look(app) {
            app.indexing.ask_new();
        }
    }
}

/// Has the disk keep the audit log, as far as it is written.
fn sync_audit(app: &AppState) {
    if let Err(error) = app.audit.sync() {
        tracing::error!(error = error.to_string(), "the audit log is not on the disk");
    }
}

fn acceptor(app: &AppState, options: &ServeOptions) -> Result<Option<TlsAcceptor>, ServeError> {
    let files = match &options.tls {
        Tls::Insecure if options.listen.ip().is_loopback() => return Ok(None),
        Tls::Insecure => return Err(ServeError::NotLoopback { address: options.listen }),
        Tls::Own => certificate::own(app.data.root(), &options.listen.ip().to_string())?,
        Tls::Files { certificate, key } => CertificateFiles { certificate: certificate.clone(), key: key.clone() },
    };
    Ok(Some(TlsAcceptor::from(certificate::load(&files)?)))
}

/// A stream of either kind.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn greet(stream: TcpStream, acceptor: Option<TlsAcceptor>, timeout: Duration) -> Option<Box<dyn Stream>> {
    let Some(acceptor) = acceptor else { return Some(Box::new(stream)) };
    let greeted = tokio::time::timeout(timeout, acceptor.accept(stream)).await;
    greeted.ok()?.ok().map(|stream| Box::new(stream) as Box<dyn Stream>)
}

async fn converse(
    stream: Box<dyn Stream>,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
    app: &AppState,
) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(app.settings.head_timeout)
        .max_buf_size(app.settings.head_len_max.saturating_mul(HEAD_ROOM).max(HEAD_LEN_MIN))
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = error.to_string(), "a connection ended early");
    }
}
