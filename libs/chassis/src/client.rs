//! Calling other services: one type of wire, whether the peer is across the network or in this process.
//!
//! A wire adds what every call must carry - a token for the peer, the trace, the time left - and repeats what failed for
//! a reason that passes. `CreditServiceClient::new(peers.wire("credit"))` is all a service writes.

mod attempt;
mod local;
mod resolve;
mod retry;
mod tls;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use quittance_types::Fault;

use crate::auth::{GATEWAY, TokenMinter};
use crate::config::PeerSettings;
use crate::ctx::Ctx;

pub use local::Switchboard;
pub use tls::ClientTls;
use wire::Target;
pub use wire::Wire;

/// A request on behalf of `ctx`: the wire takes the token, the trace and the deadline from it.
///
/// ```ignore
/// let answer = credit.reserve(call_ctx(tx.ctx(), ReserveRequest { .. })).await?;
/// ```
#[must_use]
pub fn call_ctx<Q>(ctx: &Ctx, message: Q) -> tonic::Request<Q> {
    let mut request = tonic::Request::new(message);
    request.extensions_mut().insert(ctx.clone());
    request
}

/// The wires to the other services. Cheap to clone; the wire to one peer is made once.
#[derive(Clone)]
pub struct Peers(Arc<Inner>);

struct Inner {
    minter: TokenMinter,
    route: Route,
    wires: Mutex<HashMap<String, Wire>>,
}

enum Route {
    Local(Switchboard),
    Remote(BTreeMap<String, PeerSettings>, Option<ClientTls>),
}

impl fmt::Debug for Peers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Peers(of {})", self.0.minter.issuer())
    }
}

impl Peers {
    /// Peers in this process, found on the switchboard when they are called.
    #[must_use]
    pub fn local(switchboard: &Switchboard, minter: TokenMinter) -> Peers {
        Peers::new(Route::Local(switchboard.clone()), minter)
    }

    /// Peers across the network at the configured addresses.
    #[must_use]
    pub fn remote(peers: BTreeMap<String, PeerSettings>, minter: TokenMinter) -> Peers {
        Peers::remote_by_tls(peers, minter, None)
    }

    /// Peers across the network at the configured addresses, by mutual TLS if `tls` is given.
    #[must_use]
    pub fn remote_by_tls(peers: BTreeMap<String, PeerSettings>, minter: TokenMinter, tls: Option<ClientTls>) -> Peers {
        Peers::new(Route::Remote(peers, tls), minter)
    }

    fn new(route: Route, minter: TokenMinter) -> Peers {
        Peers(Arc::new(Inner { minter, route, wires: Mutex::default() }))
    }

    /// The wire to the service `name`. It connects when it is first used; calls to a service that is not configured
    /// or not started are answered `SERVICE_UNAVAILABLE`.
    #[must_use]
    pub fn wire(&self, name: &str) -> Wire {
        let mut wires = self.0.wires.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wire) = wires.get(name) {
            return wire.clone();
        }
        let (target, is_known) = match self.target(name) {
            Ok(target) => (target, true),
            Err(fault) => {
                tracing::warn!(peer = name, "{}", fault.message());
                (Target::Missing, false)
            }
        };
        let wire = Wire::new(name, target, self.0.minter.clone(), self.0.minter.issuer() == GATEWAY);
        // There is no end of names that are nobody's: those are not remembered.
        if is_known {
            wires.insert(name.to_owned(), wire.clone());
        }
        wire
    }

    fn target(&self, name: &str) -> Result<Target, Fault> {
        match &self.0.route {
            Route::Local(switchboard) => Ok(Target::Local(switchboard.line(name))),
            Route::Remote(peers, tls) => {
                let key = format!("peers.{name}.address");
                let peer = peers.get(name);
                let peer = peer.ok_or_else(|| crate::config::invalid(&key, "set: this service calls it"))?;
                resolve::channel(&peer.address, &key, tls.as_ref()).map(Target::Remote)
            }
        }
    }
}
