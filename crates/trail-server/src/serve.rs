//! Listening: TLS, connections, and an end that loses nothing.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
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

/// Connections open at a time.
const CONNECTIONS_MAX: usize = 1024;
/// How long a client may take to greet, and to send the head of a request.
const GREETING_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests may go on after the service was told to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);
/// How often the index is looked at for something new.
const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// Bytes of the head of a request.
const HEAD_LEN_MAX: usize = 64 << 10;

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

    let follower = tokio::spawn(follow(app.clone()));
    let indexer = std::thread::Builder::new().name("indexer".to_owned());
    let indexing = app.clone();
    let indexer = indexer.spawn(move || indexing.index_until_stopped());
    let indexer = indexer.map_err(|source| ServeError::Io { doing: "start the indexer", source })?;
    let router = router(app.clone());
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
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
        let (router, acceptor, watcher) = (router.clone(), acceptor.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            if let Some(stream) = greet(stream, acceptor).await {
                converse(stream, peer, router, watcher).await;
            }
        });
    }
    drop(listener);
    app.is_stopping.store(true, Ordering::Relaxed);
    app.indexing.stop();
    follower.abort();
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    // What is being indexed is committed; what waits is known to the catalogue.
    if tokio::task::spawn_blocking(move || indexer.join()).await.is_err() {
        tracing::error!("the indexer ended badly");
    }
    Ok(())
}

/// Keeps the catalogue up with the index, which others may write: what was committed is found within a second or so.
async fn follow(app: AppState) {
    let mut seen = None;
    loop {
        let now = index_state(&app.data);
        if now != seen {
            let app = app.clone();
            let synced = tokio::task::spawn_blocking(move || {
                app.contents.now(&app.data, Duration::ZERO).map_err(|error| with_causes(&error))?;
                app.sync().map_err(|error| with_causes(&error))
            });
            match synced.await {
                Ok(Ok(())) => seen = now,
                // It is tried again.
                Ok(Err(error)) => tracing::error!(error, "the catalogue is behind the index"),
                Err(error) => tracing::error!(error = error.to_string(), "the catalogue is behind the index"),
            }
        }
        tokio::time::sleep(FOLLOW_EVERY).await;
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

async fn greet(stream: TcpStream, acceptor: Option<TlsAcceptor>) -> Option<Box<dyn Stream>> {
    let Some(acceptor) = acceptor else { return Some(Box::new(stream)) };
    let greeted = tokio::time::timeout(GREETING_TIMEOUT, acceptor.accept(stream)).await;
    greeted.ok()?.ok().map(|stream| Box::new(stream) as Box<dyn Stream>)
}

async fn converse(
    stream: Box<dyn Stream>,
    peer: SocketAddr,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(GREETING_TIMEOUT)
        .max_buf_size(HEAD_LEN_MAX)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = error.to_string(), "a connection ended early");
    }
}
