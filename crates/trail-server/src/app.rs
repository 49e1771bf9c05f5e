//! The application: every request goes through here, in this order: limits, login, right, endpoint, answer.

use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::Response;
use axum::routing::any;
use serde_json::{Map, Value};
use tokio::io::{AsyncRead, ReadBuf};

use crate::access;
use crate::api::{Access, ENDPOINTS, Endpoint};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Body, Call, Reply, Who};
use crate::follow::follow;
use crate::incoming;
use crate::params::Params;
use crate::state::{AppState, lock};

/// The cookie that carries a login.
pub(crate) const COOKIE: &str = "session_id";

/// The variables of a path, if they are texts.
type Variables = Result<RawPathParams, RawPathParamsRejection>;

/// The whole service.
pub fn router(app: AppState) -> Router {
    let mut router = Router::new();
    let mut paths: Vec<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.path).collect();
    paths.dedup();
    for path in paths {
        let handler = move |State(app): State<AppState>, variables: Variables, request: Request| async move {
            match variables {
                Ok(variables) => {
                    let variables = variables.iter().map(|(_, value)| value.to_owned()).collect();
                    handle(app, Some(path), variables, request).await
                }
                // What is no text names nothing.
                Err(_) => handle(app, None, Vec::new(), request).await,
            }
        };
        router = router.route(path, any(handler)).route(&format!("{path}/"), any(handler));
    }
    let nothing = |State(app): State<AppState>, request: Request| handle(app, None, Vec::new(), request);
    router.fallback(nothing).with_state(app)
}

/// Answers a request to the path of an endpoint, or to none.
async fn handle(app: AppState, path: Option<&'static str>, variables: Vec<String>, request: Request) -> Response {
    let began = Instant::now();
    let id = request_id(&app);
    let asked = request.uri().path().trim_end_matches('/').to_owned();
    let is_head = request.method() == Method::HEAD;
    let answered = answer(app.clone(), path, variables, &asked, request, id).await;
    let mut response = answered.unwrap_or_else(|error| error_response(&app, &error, &asked));
    let took = began.elapsed();
    let status = response.status().as_u16();
    app.metrics.count(path.unwrap_or("none"), status, took);
    tracing::info!(id = format!("{id:016x}"), path = asked, status, ms = took.as_millis() as u64, "answered");
    if status == 405 {
        let methods = ENDPOINTS.iter().filter(|endpoint| Some(endpoint.path) == path).map(|endpoint| endpoint.method);
        let methods: Vec<&str> = methods.collect();
        response
            .headers_mut()
            .extend(HeaderValue::from_str(&methods.join(", ")).map(|methods| (header::ALLOW, methods)));
    }
    if let Ok(id) = HeaderValue::from_str(&format!("{id:016x}")) {
        response.headers_mut().insert("x-request-id", id);
    }
    if is_head {
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

/// A name for a request, which does not tell how many there were before.
fn request_id(app: &AppState) -> u64 {
    let number = app.requests.fetch_add(1, Ordering::Relaxed);
    let hash = blake3::keyed_hash(&app.secret, &number.to_le_bytes());
    hash.as_bytes().iter().take(8).fold(0, |id, byte| id << 8 | u64::from(*byte))
}

async fn answer(
    app: AppState,
    path: Option<&'static str>,
    variables: Vec<String>,
    asked: &str,
    request: Request,
    id: u64,
) -> Result<Response, ApiError> {
    let uri = request.uri();
    if uri.path().len() + uri.query().map_or(0, str::len) > app.settings.url_len_max {
        return Err(ApiError::new(ErrorType::UrlTooLong));
    }
    // As it is written: a name, a colon and a blank, a value, the end of the line.
    let lines = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4);
    if lines.sum::<usize>() > app.settings.head_len_max {
        return Err(ApiError::new(ErrorType::HeadTooLarge));
    }
    let is_head = request.method() == Method::HEAD;
    let method = if is_head { Method::GET } else { request.method().clone() };
    let endpoint: Option<&'static Endpoint> =
        path.and_then(|path| ENDPOINTS.iter().find(|e| e.path == path && e.method == method.as_str()));
    let is_known = path.is_some();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
    let call = Call {
        id,
        is_head,
        params: Params::parse(uri.query().unwrap_or("")),
        headers: request.headers().clone(),
        path: asked.to_owned(),
        variables,
        upload: None,
        who: None,
        peer: peer.unwrap_or_else(|| "unknown".to_owned()),
        now: app.clock.now(),
        app: app.clone(),
    };
    // What is not read of a body is not kept.
    let body = request.into_body();
    let Some(endpoint) = endpoint.filter(|endpoint| endpoint.takes_body) else {
        drop(body);
        return Ok(response(&app, timed(&app, id, call, move |call| work(endpoint, is_known, call)).await?));
    };
    // Nothing is taken from whom may not bring it. How long it takes to bring it is bounded piece by piece.
    let _place = app.uploads.clone().acquire_owned().await.map_err(|_| ApiError::new(ErrorType::InternalError))?;
    let mut call = timed(&app, id, call, move |mut call| admit(Some(endpoint), true, &mut call).map(|_| call)).await?;
    call.upload = Some(incoming::receive(&app, body).await?);
    let done = tokio::task::spawn_blocking(move || in_span(id, || (endpoint.handler)(&call)));
    Ok(response(&app, done.await.map_err(|error| ApiError::internal(ErrorType::InternalError, &error))??))
}

/// Does blocking work when it is its turn, within the time that requests have.
async fn timed<T: Send + 'static>(
    app: &AppState,
    id: u64,
    call: Call,
    work: impl FnOnce(Call) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let turns = app.turns.clone();
    let work = async {
        let turn = turns.acquire_owned().await.map_err(|_| ApiError::new(ErrorType::InternalError))?;
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            in_span(id, || work(call))
        });
        done.await.map_err(|error| ApiError::internal(ErrorType::InternalError, &error))?
    };
    let limit = app.settings.request_timeout;
    tokio::time::timeout(limit, work).await.map_err(|_| ApiError::new(ErrorType::RequestTimeout))?
}

fn in_span<T>(id: u64, work: impl FnOnce() -> T) -> T {
    let span = tracing::info_span!("request", id = format!("{id:016x}"));
    span.in_scope(work)
}

/// Lets a call through to its endpoint, or not.
fn work(endpoint: Option<&Endpoint>, is_known: bool, mut call: Call) -> Result<Reply, ApiError> {
    let endpoint = admit(endpoint, is_known, &mut call)?;
    (endpoint.handler)(&call)
}

/// Tells whether a call may come in, and to what.
fn admit<'e>(endpoint: Option<&'e Endpoint>, is_known: bool, call: &mut Call) -> Result<&'e Endpoint, ApiError> {
    let needs_login = match endpoint.map(|endpoint| endpoint.access) {
        Some(Access::Open) => false,
        Some(Access::Operator) => !is_operator(call),
        _ => true,
    };
    if needs_login {
        call.who = Some(who(call)?);
    }
    let Some(endpoint) = endpoint else {
        let kind = if is_known { ErrorType::MethodNotAllowed } else { ErrorType::NotFound };
        return Err(ApiError::new(kind).detail("path", call.path.as_str()));
    };
    let Some(who) = &call.who else { return Ok(endpoint) };
    let is_within = match endpoint.access {
        // How much goes on tells how many sessions there are.
        Access::Operator => who.role.rights.administer && who.role.filter.is_none(),
        access => access.is_within(who.role.rights),
    };
    let mut entry = Map::new();
    entry.insert("account".to_owned(), who.account.as_str().into());
    entry.insert("allowed".to_owned(), is_within.into());
    entry.insert("asked".to_owned(), call.params.searched().into());
    entry.insert("method".to_owned(), endpoint.method.into());
    entry.insert("path".to_owned(), call.path.as_str().into());
    note(call, "asked", entry)?;
    if !is_within {
        return Err(ApiError::new(ErrorType::Unauthorized).detail("path", call.path.as_str()));
    }
    Ok(endpoint)
}

/// Writes a line of the audit log. What cannot be recorded is not done.
fn note(call: &Call, event: &str, mut entry: Map<String, Value>) -> Result<(), ApiError> {
    entry.extend(call.origin());
    let written = call.app.audit.write(event, call.now, entry);
    written.map_err(|error| ApiError::internal(ErrorType::InternalError, &error))
}

/// Whether a call needs no login to look at the service's figures.
fn is_operator(call: &Call) -> bool {
    call.app.settings.metrics_open || call.peer.parse::<IpAddr>().is_ok_and(|peer| peer.is_loopback())
}

/// Finds out whose login a call brings.
fn who(call: &Call) -> Result<Who, ApiError> {
    let refused = || ApiError::new(ErrorType::Unauthenticated).detail("path", call.path.as_str());
    let token = cookie(&call.headers, COOKIE).ok_or_else(refused)?;
    let (account, timeout) = {
        let mut logins = lock(&call.app.logins);
        (logins.touch(token, call.now).ok_or_else(refused)?, logins.idle_timeout())
    };
    let account = call.app.store.account(&account)?.ok_or_else(refused)?;
    let role = call.app.store.role(&account.role)?.ok_or_else(refused)?;
    Ok(Who { account: account.name, role, remaining_seconds: timeout.as_secs() })
}

/// The value of a cookie.
fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    found.next()
}

fn error_response(app: &AppState, error: &ApiError, path: &str) -> Response {
    response(app, Reply::json(error.to_json(path)).status(error.kind().status()))
}

fn response(app: &AppState, reply: Reply) -> Response {
    let body = match reply.body {
        Body::Bytes(bytes) => axum::body::Body::from(bytes),
        Body::Growing(file, path) => axum::body::Body::new(follow(app.clone(), path, file)),
        Body::File(file, len) => axum::body::Body::new(FileBody { file: tokio::fs::File::from_std(file), left: len }),
    };
    let mut response = Response::new(body);
    if let Ok(status) = axum::http::StatusCode::from_u16(reply.status) {
        *response.status_mut() = status;
    }
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(name, value);
        }
    }
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Bytes of a file that are read as they are sent.
struct FileBody {
    file: tokio::fs::File,
    left: u64,
}

/// Bytes read at a time.
const PIECE_LEN: usize = 64 << 10;

impl hyper::body::Body for FileBody {
    type Data = axum::body::Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        let mut piece = vec![0; PIECE_LEN.min(usize::try_from(self.left).unwrap_or(PIECE_LEN))];
        let mut buffer = ReadBuf::new(&mut piece);
        match Pin::new(&mut self.file).poll_read(context, &mut buffer) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(error)) => Poll::Ready(Some(Err(error))),
            Poll::Ready(Ok(())) => {
                let len = buffer.filled().len();
                if len == 0 {
                    // Fewer bytes than promised: the connection must not look complete.
                    return Poll::Ready(Some(Err(std::io::ErrorKind::UnexpectedEof.into())));
                }
                piece.truncate(len);
                self.left -= len as u64;
                Poll::Ready(Some(Ok(hyper::body::Frame::data(piece.into()))))
            }
        }
    }
}

/// Logs in with a name and a password, and answers with the token.
pub(crate) fn log_in(call: &Call) -> Result<String, ApiError> {
    let refused = || ApiError::new(ErrorType::AuthenticationFailure);
    let (name, password) = basic(&call.headers).ok_or_else(refused)?;
    let names = [name.clone(), format!("from {}", call.peer)];
    if lock(&call.app.throttle).must_wait(&names, call.now) {
        note(call, "login failed", Map::new())?;
        return Err(refused());
    }
    let account = call.app.store.account(&name)?;
    let is_known = account.is_some();
    let is_right = match account {
        Some(account) => access::verify(&password, &account.password_hash),
        None => {
            access::waste_time(&password);
            false
        }
    };
    if !is_right {
        lock(&call.app.throttle).failed(&names, call.now);
        // A name that is none may be a password in the wrong place.
        let entry = is_known.then(|| ("account".to_owned(), name.as_str().into()));
        note(call, "login failed", entry.into_iter().collect())?;
        return Err(refused());
    }
    lock(&call.app.throttle).succeeded(&name);
    note(call, "logged in", Map::from_iter([("account".to_owned(), name.as_str().into())]))?;
    lock(&call.app.logins).open(&name, call.now).ok_or_else(|| ApiError::new(ErrorType::InternalError))
}

/// Name and password of an `Authorization: Basic` header.
fn basic(headers: &HeaderMap) -> Option<(String, Vec<u8>)> {
    use base64::Engine as _;
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let name = String::from_utf8(decoded[..colon].to_vec()).ok()?;
    (!name.is_empty()).then(|| (name, decoded[colon + 1..].to_vec()))
}
