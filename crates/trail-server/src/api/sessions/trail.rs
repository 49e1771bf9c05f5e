//! `GET …/audit_trail`: the trail itself, whole or a part of it.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use axum::http::header;
use trail_catalog::Download;

use super::visible;
use crate::api_error::{ApiError, ErrorType};
use crate::call::{Body, Call, Reply};

/// The trail as a file.
pub(crate) fn audit_trail(call: &Call) -> Result<Reply, ApiError> {
    let stored = visible::session(call)?;
    let not_found = || ApiError::new(ErrorType::NotFound);
    let is_active = stored.session.field("active").and_then(|active| active.as_bool()) == Some(true);
    let extension = match call.params.filled("format") {
        None => "zat",
        // What can be followed is what still grows.
        Some("srs") if is_active => "srs",
        Some("srs") => return Err(not_found()),
        Some(_) => return Err(ApiError::with(ErrorType::InvalidQuery, "format must be srs, or not be given")),
    };
    let path = call.app.data.trails_dir().join(stored.file.as_deref().ok_or_else(not_found)?);
    let mut file = File::open(&path).map_err(|_| not_found())?;
    let internal = |error: std::io::Error| ApiError::internal(ErrorType::InternalError, &error);
    let len = file.metadata().map_err(internal)?.len();
    let wanted = call.headers.get(header::RANGE).and_then(|range| range.to_str().ok());
    let part = wanted.and_then(|range| part(range, len));
    let (first, end, status) = match part {
        Some(Some((first, end))) => (first, end, 206),
        Some(None) => return Err(ApiError::new(ErrorType::RangeNotSatisfiable).detail("length", len)),
        None => (0, len, 200),
    };
    file.seek(SeekFrom::Start(first)).map_err(internal)?;
    let download = Download {
        time_ns: call.now.0,
        account: call.who()?.account.clone(),
        address: call.peer.clone(),
        from_api: true,
    };
    call.app.store.add_download(&stored.session.key, &download)?;

    let name: String = trail_catalog::rest_form(&stored.session.key).chars().take(200).collect();
    let mut reply = Reply { status, headers: Vec::new(), body: Body::File(file, end - first) }
        .header("content-type", "application/octet-stream")
        .header("content-disposition", format!("attachment; filename=\"{name}.{extension}\""))
        .header("content-length", (end - first).to_string())
        .header("accept-ranges", "bytes");
    if status == 206 {
        reply = reply.header("content-range", format!("bytes {first}-{}/{len}", end - 1));
    }
    Ok(reply)
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
