//! The certificate: the operator's, or one made on the first start.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::serve::ServeError;

/// The files of a certificate chain and its key, in PEM form.
#[derive(Clone, Debug)]
pub(crate) struct CertificateFiles {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// What TLS needs, from files.
pub(crate) fn load(files: &CertificateFiles) -> Result<Arc<ServerConfig>, ServeError> {
    let unreadable = |path: &Path| ServeError::Certificate { path: path.to_owned() };
    let chain = CertificateDer::pem_file_iter(&files.certificate).map_err(|_| unreadable(&files.certificate))?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(|_| unreadable(&files.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|_| unreadable(&files.key))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| unreadable(&files.certificate))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|_| unreadable(&files.certificate))?;
    Ok(Arc::new(config))
}

/// The certificate of a data directory; made, for `localhost` and this address, if there is none yet.
pub(crate) fn own(root: &Path, address: &str) -> Result<CertificateFiles, ServeError> {
    let folder = root.join("tls");
    let files = CertificateFiles { certificate: folder.join("cert.pem"), key: folder.join("key.pem") };
    if files.certificate.is_file() && files.key.is_file() {
        return Ok(files);
    }
    let failed = |_| ServeError::Certificate { path: folder.clone() };
    let names = vec!["localhost".to_owned(), address.to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(failed)?;
    let io = |source| ServeError::Io { doing: "keep the certificate", source };
    fs::create_dir_all(&folder).map_err(io)?;
    write_secret(&files.key, made.signing_key.serialize_pem().as_bytes()).map_err(io)?;
    fs::write(&files.certificate, made.cert.pem()).map_err(io)?;
    Ok(files)
}

/// Writes what nobody else may read.
fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
