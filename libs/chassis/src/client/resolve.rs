//! A channel over every address of a name, looked up again and again: Kubernetes answers a headless Service with the
//! addresses of its pods, and they change.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use http::Uri;
use quittance_types::Fault;
use tokio::sync::mpsc::Sender;
use tonic::transport::channel::Change;
use tonic::transport::{Channel, Endpoint};

use super::tls::ClientTls;
use crate::config::invalid;

const LOOK_UP_EVERY: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(1);
const KEEPALIVE: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_HEADER_BYTES: u32 = 16 * 1024;
/// Changes of addresses not yet taken in by the channel.
const PENDING_CHANGES: usize = 64;

/// A channel to `address`; `key` is the setting it came from. It connects when first used.
///
/// # Errors
/// `CONFIG_INVALID` if the address is not `http://host:port`, or `https://host:port` by TLS.
pub(super) fn channel(address: &str, key: &str, tls: Option<&ClientTls>) -> Result<Channel, Fault> {
    let scheme = if tls.is_some() { "https" } else { "http" };
    let wrong = || invalid(key, &format!("{scheme}://host:port"));
    let uri: Uri = address.parse().map_err(|_| wrong())?;
    let (host, port) = (uri.host().ok_or_else(wrong)?, uri.port_u16().ok_or_else(wrong)?);
    if uri.scheme_str() != Some(scheme) {
        return Err(wrong());
    }
    let dialer = Dialer { scheme, host: host.to_owned(), tls: tls.cloned() };
    if host.parse::<std::net::IpAddr>().is_ok() {
        return dialer.endpoint(&format!("{host}:{port}")).map(|endpoint| endpoint.connect_lazy()).ok_or_else(wrong);
    }
    let (channel, changes) = Channel::balance_channel(PENDING_CHANGES);
    tokio::spawn(follow(format!("{host}:{port}"), dialer, changes));
    Ok(channel)
}

/// How each address of a name is connected to.
struct Dialer {
    scheme: &'static str,
    host: String,
    tls: Option<ClientTls>,
}

impl Dialer {
    /// `None` if the address makes no URI or the certificates cannot be used.
    fn endpoint(&self, address: &str) -> Option<Endpoint> {
        let endpoint = Endpoint::from_shared(format!("{}://{address}", self.scheme)).ok()?;
        let endpoint = endpoint
            .connect_timeout(CONNECT_WITHIN)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .keep_alive_while_idle(true)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .tcp_nodelay(true);
        match &self.tls {
            None => Some(endpoint),
            // The certificate is for the name, whichever of its addresses is connected to.
            Some(tls) => endpoint.tls_config(tls.towards(&self.host)).ok(),
        }
    }
}

/// Keeps the channel's addresses those of the name, until the channel is gone.
async fn follow(name: String, dialer: Dialer, changes: Sender<Change<SocketAddr, Endpoint>>) {
    let mut known = HashSet::new();
    loop {
        match tokio::net::lookup_host(&name).await {
            Ok(found) => {
                let found: HashSet<SocketAddr> = found.collect();
                if !announce(&dialer, &known, &found, &changes).await {
                    return;
                }
                known = found;
            }
            // The last known addresses stay: a name server that is away must not take the peers with it.
            Err(cause) => {
                tracing::warn!(peer = name, cause = %cause.kind(), "a peer's name does not resolve")
            }
        }
        tokio::select! {
            () = changes.closed() => return,
            () = tokio::time::sleep(LOOK_UP_EVERY) => {}
        }
    }
}

/// False once nobody listens any more.
async fn announce(
    dialer: &Dialer,
    known: &HashSet<SocketAddr>,
    found: &HashSet<SocketAddr>,
    changes: &Sender<Change<SocketAddr, Endpoint>>,
) -> bool {
    for gone in known.difference(found) {
        if changes.send(Change::Remove(*gone)).await.is_err() {
            return false;
        }
    }
    for new in found.difference(known) {
        let Some(endpoint) = dialer.endpoint(&new.to_string()) else { continue };
        if changes.send(Change::Insert(*new, endpoint)).await.is_err() {
            return false;
        }
    }
    true
}
