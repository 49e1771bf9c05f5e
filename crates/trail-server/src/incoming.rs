//! Bodies of requests on their way to the disk.

use std::path::Path;

use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;

use crate::api_error::{ApiError, ErrorType};
use crate::state::AppState;

/// Where uploads lie until they are trails.
const FOLDER: &str = "incoming";
/// The name of an upload in a folder of its own: what lies beside a recording may belong to it.
pub(crate) const NAME: &str = "upload";

/// Removes what uploads left behind that were cut off: nobody was told that they are kept.
pub(crate) fn clean(root: &Path) -> std::io::Result<()> {
    match std::fs::remove_dir_all(root.join(FOLDER)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => std::fs::create_dir_all(root.join(FOLDER)),
    }
}

/// A folder for an upload, which goes with the value.
pub(crate) fn folder(root: &Path) -> std::io::Result<TempDir> {
    tempfile::tempdir_in(root.join(FOLDER))
}

/// Writes a body to a file of its own, as it comes.
pub(crate) async fn receive(app: &AppState, body: axum::body::Body) -> Result<TempDir, ApiError> {
    let internal = |error: std::io::Error| ApiError::internal(ErrorType::InternalError, &error);
    let max = app.settings.upload_len_max;
    let too_large = || ApiError::new(ErrorType::UploadTooLarge).detail("most", max);
    if hyper::body::Body::size_hint(&body).lower() > max {
        return Err(too_large());
    }
    let folder = folder(app.data.root()).map_err(internal)?;
    let mut file = tokio::fs::File::create(folder.path().join(NAME)).await.map_err(internal)?;
    let mut body = body;
    let mut len = 0;
    loop {
        let frame = tokio::time::timeout(app.settings.upload_idle_timeout, body.frame()).await;
        let frame = match frame.map_err(|_| ApiError::new(ErrorType::RequestTimeout))? {
            None => break,
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return Err(ApiError::with(ErrorType::InvalidUpload, "the upload was cut off")),
        };
        let Some(data) = frame.data_ref() else { continue };
        len += data.len() as u64;
        if len > max {
            return Err(too_large());
        }
        file.write_all(data).await.map_err(internal)?;
    }
    file.flush().await.map_err(internal)?;
    Ok(folder)
}

/// A file without a name, gone with its handle.
pub(crate) fn nameless(root: &Path) -> std::io::Result<std::fs::File> {
    tempfile::tempfile_in(root.join(FOLDER))
}
