//! Calling, and calling again when that may help.

use std::future::Future;
use std::time::Duration;

use quittance_api::status::from_status;
use quittance_types::{Fault, Outcome};
use tonic::{Response, Status};

/// Attempts in all. With the pauses between them a service has about ten seconds to come back.
const ATTEMPTS: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(20);

/// Sends the request until it is answered for good. Repeating is safe: every mutation carries its request id.
pub(super) async fn insist<Q, R, F, A>(what: &'static str, request: Q, send: F) -> Result<R, Fault>
where
    Q: Clone,
    F: Fn(Q) -> A,
    A: Future<Output = Result<Response<R>, Status>>,
{
    let mut attempt = 1;
    loop {
        let fault = match send(request.clone()).await {
            Ok(response) => return Ok(response.into_inner()),
            Err(status) => from_status(&status),
        };
        if attempt == ATTEMPTS || !may_pass(&fault) {
            let detail = match fault.operator_detail() {
                Some(detail) => format!("{what}: {detail}"),
                None => what.to_owned(),
            };
            return Err(fault.detail(detail));
        }
        let pause = FIRST_PAUSE * 2_u32.pow(attempt - 1);
        tokio::time::sleep(fault.retry_delay().unwrap_or_default().max(pause)).await;
        attempt += 1;
    }
}

fn may_pass(fault: &Fault) -> bool {
    fault.is_retryable() || matches!(fault.outcome(), Outcome::Unavailable | Outcome::DeadlineExceeded)
}

/// `ask!(client, method, request)`: one unary call through [`insist`].
macro_rules! ask {
    ($client:expr, $method:ident, $request:expr) => {{
        let client = $client;
        $crate::driver::call::insist(stringify!($method), $request, |request| {
            let mut client = client.clone();
            async move { client.$method(request).await }
        })
        .await
    }};
}
pub(super) use ask;
