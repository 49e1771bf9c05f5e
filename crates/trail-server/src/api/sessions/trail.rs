//! `GET …/audit_trail`: the trail itself, whole or a part of it, as it grows, or in another form.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom};
use std::path::Path;

use axum::http::header;
use trail_catalog::Download;
use trail_container::TrailReader;

use super::{content, visible};
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Body, Call, Reply};
use crate::incoming;

/// The trail as a file, or in another form.
pub(crate) fn audit_trail(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let not_found = || ApiError::new(ErrorType::NotFound);
    let path = call.app.data.trails_dir().join(stored.file.as_deref().ok_or_else(not_found)?);
    let is_active = stored.session.field("active").and_then(|active| active.as_bool()) == Some(true);
    let reply = match call.params.filled("format") {
        None => whole(call, &path)?,
        // What can be followed is what still grows.
        Some("srs") if is_active => {
            let file = File::open(&path).map_err(|_| not_found())?;
            sent("srs", Reply { status: 200, headers: Vec::new(), body: Body::Growing(file, path) })
        }
        Some("srs") => return Err(not_found()),
        Some("cast") => exported(call, "cast", |out| {
            let trail = TrailReader::open(&path).map_err(|_| not_found())?;
            trail_convert::cast::write(out, &trail, false).map_err(|error| export_error(&error))
        })?,
        Some("txt") => exported(call, "txt", |out| {
            let content = content::content_of(call, &stored)?;
            let content =
                content.ok_or_else(|| ApiError::with(ErrorType::NotFound, "the session is not indexed yet"))?;
            trail_convert::text::write(out, &content).map_err(|error| export_error(&error))
        })?,
        Some(_) => {
            return Err(ApiError::with(ErrorType::InvalidQuery, "format must be srs, cast or txt, or not be given"));
        }
    };
    let download = Download {
        time_ns: call.now.0,
        account: call.who()?.account.clone(),
        address: call.peer.clone(),
        from_api: true,
    };
    // A look at how long it is takes nothing away.
    if !call.is_head {
        call.app.store.add_download(&stored.session.key, &download)?;
    }
    let name: String = trail_catalog::rest_form(&stored.session.key).chars().take(200).collect();
    let extension = call.params.filled("format").unwrap_or("zat");
    Ok(reply.header("content-disposition", format!("attachment; filename=\"{name}.{extension}\"")))
}

/// The trail as it lies there, or the part of it that is asked for.
fn whole(call: &Call, path: &Path) -> Result<Reply, ApiError> {
    let mut file = File::open(path).map_err(|_| ApiError::new(ErrorType::NotFound))?;
    let internal = |error: io::Error| ApiError::internal(ErrorType::InternalError, &error);
    let len = file.metadata().map_err(internal)?.len();
    let wanted = call.headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let (first, end, status) = match wanted.and_then(|range| part(range, len)) {
        Some(Some((first, end))) => (first, end, 206),
        Some(None) => return Err(ApiError::new(ErrorType::RangeNotSatisfiable).detail("length", len)),
        None => (0, len, 200),
    };
    file.seek(SeekFrom::Start(first)).map_err(internal)?;
    let reply = Reply { status, headers: Vec::new(), body: Body::File(file, end - first) };
    let mut reply =
        sent("zat", reply).header("content-length", (end - first).to_string()).header("accept-ranges", "bytes");
    if status == 206 {
        reply = reply.header("content-range", format!("bytes {first}-{}/{len}", end - 1));
    }
    Ok(reply)
}

/// What `write` makes, by way of a file without a name: an export may be large.
fn exported(
    call: &Call,
    format: &str,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<(), ApiError>,
) -> Result<Reply, ApiError> {
    let internal = |error: io::Error| ApiError::internal(ErrorType::InternalError, &error);
    let mut out = BufWriter::new(incoming::nameless(call.app.data.root()).map_err(internal)?);
    write(&mut out)?;
    let mut file = out.into_inner().map_err(|error| internal(error.into_error()))?;
    let len = file.stream_position().map_err(internal)?;
    file.rewind().map_err(internal)?;
    let reply = Reply { status: 200, headers: Vec::new(), body: Body::File(file, len) };
    Ok(sent(format, reply).header("content-length", len.to_string()))
}

fn export_error(error: &trail_convert::Error) -> ApiError {
    match error {
        trail_convert::Error::NoScreen => ApiError::with(ErrorType::NotFound, "the session has no terminal"),
        error => ApiError::internal(ErrorType::InternalError, error),
    }
}

fn sent(format: &str, reply: Reply) -> Reply {
    let content_type = match format {
        "cast" => "application/x-asciicast",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
    reply.header("content-type", content_type)
}

/// The bytes that a `Range` header asks for: nothing if it is to be ignored (RFC 9110, 14.2), nothing in it if there
/// are none.
fn part(range: &str, len: u64) -> Option<Option<(u64, u64)>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let suffix: u64 = last.trim().parse().ok()?;
        let first = len.saturating_sub(suffix);
        return Some((first < len).then_some((first, len)));
    }
    let first: u64 = first.trim().parse().ok()?;
    let end = match last.trim() {
        "" => len,
        last => match last.parse::<u64>().ok()? {
            last if last < first => return None,
            last => last.saturating_add(1),
        },
    };
    Some((first < len).then_some((first, end.min(len))))
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn ranges() {
        for (range, expected) in [
            ("bytes=0-9", Some(Some((0, 10)))),
            ("bytes=90-", Some(Some((90, 100)))),
            ("bytes=90-500", Some(Some((90, 100)))),
            ("bytes=-10", Some(Some((90, 100)))),
            ("bytes=-500", Some(Some((0, 100)))),
            ("bytes=100-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=9-3", None),
            ("bytes=0-1,5-6", None),
            ("bytes=18446744073709551615-18446744073709551615", Some(None)),
            ("bytes=99999999999999999999-", None),
            ("lines=1-2", None),
            ("bytes=", None),
        ] {
            assert_eq!(part(range, 100), expected, "{range}");
        }
        assert_eq!(part("bytes=0-", 0), Some(None));
    }
}
