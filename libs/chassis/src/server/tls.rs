//! Mutual TLS: both ends show a certificate of our own authority, and it names a service.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use quittance_types::{Fault, Reason};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, version};
use tokio_rustls::server::TlsStream;

use crate::config::TlsSettings;

/// A half-open handshake is given up after this long.
const HANDSHAKE_WITHIN: Duration = Duration::from_secs(5);
/// What stands before the name of a service in the URI of its certificate.
const URI_PREFIX: &str = "quittance://";
const HTTP_2: &[u8] = b"h2";

/// The service at the other end of a connection, by its certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PeerName(Arc<str>);

impl PeerName {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a server shows and demands. Cheap to clone.
#[derive(Clone)]
pub struct ServerTls(TlsAcceptor);

impl ServerTls {
    /// TLS as configured; `None` if it is not.
    ///
    /// # Errors
    /// `CONFIG_INVALID` naming the setting whose file cannot be used.
    pub fn open(settings: &TlsSettings) -> Result<Option<ServerTls>, Fault> {
        if !settings.is_on() {
            return Ok(None);
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&settings.authority_file, "tls.authority_file")? {
            roots.add(certificate).map_err(|_| unusable("tls.authority_file"))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let verifier = verifier.build().map_err(|_| unusable("tls.authority_file"))?;
        let chain = certificates(&settings.certificate_file, "tls.certificate_file")?;
        let key = PrivateKeyDer::from_pem_file(&settings.key_file).map_err(|_| unusable("tls.key_file"))?;
        let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(&[&version::TLS13]);
        let config = config.map_err(|_| Fault::internal("TLS 1.3 is not available"))?;
        let config = config.with_client_cert_verifier(verifier).with_single_cert(chain, key);
        let mut config = config.map_err(|_| unusable("tls.key_file"))?;
        config.alpn_protocols = vec![HTTP_2.to_vec()];
        Ok(Some(ServerTls(TlsAcceptor::from(Arc::new(config)))))
    }

    /// The secured stream and who is at its other end; `None` if the peer is too slow, shows no certificate of our
    /// authority, or one that names no service.
    pub(super) async fn accept<IO>(&self, stream: IO) -> Option<(TlsStream<IO>, PeerName)>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        let shaken = tokio::time::timeout(HANDSHAKE_WITHIN, self.0.accept(stream)).await.ok()?;
        let stream = shaken.map_err(|cause| tracing::debug!(%cause, "a TLS handshake failed")).ok()?;
        let peer = name_of(stream.get_ref().1.peer_certificates()?.first()?);
        if peer.is_none() {
            tracing::warn!("a client certificate names no service");
        }
        Some((stream, peer?))
    }
}

/// The service a certificate names.
fn name_of(certificate: &CertificateDer<'_>) -> Option<PeerName> {
    let certificate = webpki::EndEntityCert::try_from(certificate).ok()?;
    let name = certificate.valid_uri_names().find_map(|uri| uri.strip_prefix(URI_PREFIX))?;
    Some(PeerName(Arc::from(name)))
}

fn certificates(path: &Path, key: &'static str) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let found = CertificateDer::pem_file_iter(path).map_err(|_| unusable(key))?;
    let found: Vec<_> = found.collect::<Result<_, _>>().map_err(|_| unusable(key))?;
    if found.is_empty() { Err(unusable(key)) } else { Ok(found) }
}

fn unusable(key: &'static str) -> Fault {
    Fault::new(Reason::ConfigInvalid, format!("{key} cannot be read or does not hold what it should")).with("key", key)
}
