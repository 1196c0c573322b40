//! Mutual TLS towards peers.

use std::path::Path;

use quittance_types::{Fault, Reason};
use tonic::transport::{Certificate, ClientTlsConfig, Identity};

use crate::config::TlsSettings;

/// What a client shows and demands. Cheap enough to clone once per address.
#[derive(Clone)]
pub struct ClientTls {
    authority: Certificate,
    identity: Identity,
}

impl ClientTls {
    /// TLS as configured; `None` if it is not.
    ///
    /// # Errors
    /// `CONFIG_INVALID` naming the setting whose file cannot be read.
    pub fn open(settings: &TlsSettings) -> Result<Option<ClientTls>, Fault> {
        if !settings.is_on() {
            return Ok(None);
        }
        let authority = Certificate::from_pem(read(&settings.authority_file, "tls.authority_file")?);
        let chain = read(&settings.certificate_file, "tls.certificate_file")?;
        let identity = Identity::from_pem(chain, read(&settings.key_file, "tls.key_file")?);
        Ok(Some(ClientTls { authority, identity }))
    }

    /// Towards the host of this name, which the peer's certificate must carry.
    pub(super) fn towards(&self, host: &str) -> ClientTlsConfig {
        ClientTlsConfig::new().ca_certificate(self.authority.clone()).identity(self.identity.clone()).domain_name(host)
    }
}

fn read(path: &Path, key: &'static str) -> Result<Vec<u8>, Fault> {
    let failed =
        |cause: std::io::Error| Fault::new(Reason::ConfigInvalid, format!("{key} cannot be read: {}", cause.kind())).with("key", key);
    std::fs::read(path).map_err(failed)
}
