//! Somebody who calls a service under test, over the network, with a token of the moment.

use std::fmt;
use std::task::{Context, Poll};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request, Response};
use quittance_chassis::Principal;
use quittance_chassis::auth::TokenMinter;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::transport::channel::ResponseFuture;
use tower::Service;

/// A caller with an identity; give it to a generated client: `CreditServiceClient::new(caller)`. Cheap to clone.
#[derive(Clone)]
pub struct Caller {
    channel: Channel,
    credential: Credential,
}

/// What a caller shows.
#[derive(Clone)]
enum Credential {
    /// A token minted for each call, so that it is valid whatever the clock was moved to.
    Minted { minter: TokenMinter, principal: Box<Principal>, audience: &'static str },
    /// These exact header values, in order.
    Given(Vec<HeaderValue>),
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.credential {
            Credential::Minted { principal, audience, .. } => write!(formatter, "Caller({} -> {audience})", principal.actor()),
            Credential::Given(values) => write!(formatter, "Caller({} authorization headers)", values.len()),
        }
    }
}

impl Caller {
    pub(crate) fn minted(channel: Channel, minter: TokenMinter, principal: Principal, audience: &'static str) -> Self {
        Self { channel, credential: Credential::Minted { minter, principal: Box::new(principal), audience } }
    }

    pub(crate) fn given(channel: Channel, values: Vec<HeaderValue>) -> Self {
        Self { channel, credential: Credential::Given(values) }
    }

    /// The authorization header this caller would send now, for tests that misuse it; none when it sends none or several.
    ///
    /// # Panics
    /// When the token cannot be signed.
    #[must_use]
    pub fn authorization(&self) -> Option<String> {
        match self.authorizations().as_slice() {
            [value] => value.to_str().ok().map(str::to_owned),
            _ => None,
        }
    }

    fn authorizations(&self) -> Vec<HeaderValue> {
        match &self.credential {
            Credential::Given(values) => values.clone(),
            Credential::Minted { minter, principal, audience } => {
                let token = minter.token(principal, audience).expect("our own key signs");
                vec![HeaderValue::try_from(format!("Bearer {token}")).expect("a token fits into a header")]
            }
        }
    }
}

impl Service<Request<Body>> for Caller {
    type Response = Response<Body>;
    type Error = tonic::transport::Error;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.channel.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        for value in self.authorizations() {
            request.headers_mut().append(AUTHORIZATION, value);
        }
        self.channel.call(request)
    }
}
