//! Reading and expecting refusals.

use std::fmt::Debug;

use quittance_types::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The reason of a status, as the text in its `ErrorInfo`; empty when it has none.
#[must_use]
pub fn reason_of(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// The fields a status complains about, in order.
#[must_use]
pub fn fields_of(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let fields = details.bad_request().map(|bad| bad.field_violations.iter().map(|found| found.field.clone()).collect());
    fields.unwrap_or_default()
}

/// One fact from the metadata of a status.
#[must_use]
pub fn fact_of(status: &Status, key: &str) -> Option<String> {
    status.get_error_details().error_info().and_then(|info| info.metadata.get(key).cloned())
}

/// Takes the refusal out of a result and checks that it is exactly this one: the code that belongs to the reason, the
/// reason, and its domain.
///
/// # Panics
/// When the call went well or was refused otherwise.
#[track_caller]
pub fn expect_refusal<T: Debug>(result: Result<T, Status>, reason: Reason) -> Status {
    let status = match result {
        Ok(answer) => panic!("expected {reason}, and it was allowed: {answer:?}"),
        Err(status) => status,
    };
    let expected = (quittance_api::status::code(reason.outcome()), reason.as_str().to_owned());
    assert_eq!((status.code(), reason_of(&status)), expected, "{status:?}");
    let domain = status.get_error_details().error_info().map(|info| info.domain.clone());
    assert_eq!(domain.as_deref(), Some(quittance_api::status::DOMAIN));
    status
}

/// True when a status says that the server is broken: never an answer to anything a caller sent.
#[must_use]
pub fn is_server_bug(status: &Status) -> bool {
    matches!(status.code(), Code::Internal | Code::Unknown | Code::DataLoss)
}
