//! A retry is safe: checked for every method that changes facts (invariant I21).

use std::collections::BTreeSet;
use std::fmt::Debug;

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};
use quittance_chassis::policy::{Effect, Policies};
use quittance_types::{Reason, Uuid};
use tonic::Status;

use crate::{Caller, expect_refusal, race, raw, request_id};

/// Callers at once in the race of the same request.
const RUNNERS: usize = 16;
const REQUEST_ID: &str = "request_id";

/// The methods of a package, or of one service, that change facts, as `/package.Service/Method`, from the policies in the contracts.
/// The list of methods is the test list: a new one appears here by itself.
#[must_use]
pub fn mutations(package: &str) -> BTreeSet<String> {
    let inside =
        |path: &str| path.strip_prefix('/').and_then(|path| path.strip_prefix(package)).is_some_and(|rest| rest.starts_with(['.', '/']));
    let policies = Policies::own().iter().filter(|policy| policy.effect == Effect::Mutate && inside(&policy.path));
    policies.map(|policy| policy.path.to_string()).collect()
}

/// The contract of `/package.Service/Method`.
///
/// # Panics
/// When no contract has it.
#[must_use]
pub fn method(path: &str) -> MethodDescriptor {
    let (service, method) = path.trim_start_matches('/').split_once('/').expect("a path like /package.Service/Method");
    let service = quittance_api::pool().get_service_by_name(service).expect("a service of the contracts");
    let found = service.methods().find(|candidate| candidate.name() == method);
    found.unwrap_or_else(|| panic!("{path} is in no contract"))
}

/// Which of the methods of a package have been checked.
#[derive(Debug)]
pub struct Replays {
    missing: BTreeSet<String>,
}

impl Replays {
    /// Nothing of `package` (for example `quittance.credit.v1`) is checked yet.
    #[must_use]
    pub fn of(package: &str) -> Self {
        Self { missing: mutations(package) }
    }

    /// Checks one method with [`exactly_once`] and crosses it off.
    ///
    /// # Panics
    /// When the method does not keep the promise.
    pub async fn check<Q: Message + Clone>(&mut self, caller: &Caller, path: &str, fresh: impl AsyncFn() -> Q, other: impl Fn(Q) -> Q) {
        exactly_once(caller, path, fresh, other).await;
        self.missing.remove(path);
    }

    /// Leaves one method out, for the reason given in the test.
    pub fn skip(&mut self, path: &str, reason: &str) {
        assert!(!reason.is_empty(), "say why {path} needs no check");
        assert!(self.missing.remove(path), "{path} is not a method that changes facts, or is checked already");
    }

    /// Every method of the package has been checked.
    ///
    /// # Panics
    /// When one has not, with the list of those.
    pub fn finish(self) {
        assert!(self.missing.is_empty(), "not checked for replay: {:#?}", self.missing);
    }
}

/// One method keeps the promise of `request_id`:
/// - the same request again gets the same bytes, one after the other and sixteen at once;
/// - another body under the same id is refused with `REQUEST_ID_REUSED`;
/// - a missing, malformed or nil id is refused.
///
/// `fresh` makes what the request needs and returns a request that must succeed, with the id left empty; it is called for
/// several requests in turn. `other` turns such a request into another one that is well formed.
///
/// # Panics
/// When the method does not keep the promise.
pub async fn exactly_once<Q: Message + Clone>(caller: &Caller, path: &str, fresh: impl AsyncFn() -> Q, other: impl Fn(Q) -> Q) {
    let method = method(path);
    let first = fresh().await;
    let different = other(first.clone());
    let id = request_id();
    let request = with_request_id(&method, &first, &id);

    let answer = succeeds(path, raw::call(caller, path, request.clone()).await);
    let again = succeeds(path, raw::call(caller, path, request.clone()).await);
    assert_eq!(again, answer, "{path}: the second answer to the same request differs");
    let reused = with_request_id(&method, &different, &id);
    assert_ne!(reused, request, "{path}: the other request must differ");
    refused(path, raw::call(caller, path, reused).await, Reason::RequestIdReused);
    let after = succeeds(path, raw::call(caller, path, request).await);
    assert_eq!(after, answer, "{path}: a refused reuse changed the answer");

    for (id, reason) in
        [("", Reason::RequestIdRequired), ("7", Reason::RequestIdInvalid), (&Uuid::nil().to_string(), Reason::RequestIdInvalid)]
    {
        refused(path, raw::call(caller, path, with_request_id(&method, &first, id)).await, reason);
    }
    same_at_once(caller, path, with_request_id(&method, &fresh().await, &request_id())).await;
}

async fn same_at_once(caller: &Caller, path: &str, request: Bytes) {
    let results = race(RUNNERS, |_| {
        let (caller, path, request) = (caller.clone(), path.to_owned(), request.clone());
        async move { raw::call(&caller, &path, request).await }
    })
    .await;
    let answers: BTreeSet<Bytes> = results.into_iter().map(|result| succeeds(path, result)).collect();
    assert_eq!(answers.len(), 1, "{path}: callers at the same moment got different answers");
}

/// The message with this request id, as bytes.
fn with_request_id(method: &MethodDescriptor, message: &impl Message, id: &str) -> Bytes {
    let bytes = message.encode_to_vec();
    let mut message = DynamicMessage::decode(method.input(), bytes.as_slice()).expect("the request of this method");
    let field = message.descriptor().get_field_by_name(REQUEST_ID).expect("every mutation has a request_id");
    message.set_field(&field, Value::String(id.to_owned()));
    Bytes::from(message.encode_to_vec())
}

fn succeeds(path: &str, result: Result<Bytes, Status>) -> Bytes {
    match result {
        Ok(answer) => answer,
        Err(status) => panic!("{path} was refused: {status:?}"),
    }
}

fn refused<T: Debug>(path: &str, result: Result<T, Status>, reason: Reason) {
    if result.is_ok() {
        panic!("{path} was allowed where {reason} was expected");
    }
    let _status = expect_refusal(result, reason);
}
