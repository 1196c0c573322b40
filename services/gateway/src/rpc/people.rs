//! People who may no longer come in.

use quittance_api::gateway::v1::{self as pb, person_service_server::PersonService};
use quittance_chassis::{db::Db, rpc};
use quittance_types::{Fault, Reason};
use tonic::{Request, Response, Status, async_trait};

use crate::store::people;

/// As OpenID Connect bounds a `sub`.
const MAX_SUBJECT: usize = 255;

/// The implementation of PersonService.
pub struct PersonRpc {
    /// The gateway's database.
    pub db: Db,
}

#[async_trait]
impl PersonService for PersonRpc {
    async fn revoke_person(&self, request: Request<pb::RevokePersonRequest>) -> Result<Response<pb::RevokePersonResponse>, Status> {
        rpc::mutate(&self.db, request, subject_of, |tx, subject: String| async move { people::revoke(&tx, &subject).await }).await
    }
}

/// The subject, byte for byte: an issuer may put anything into it.
fn subject_of(request: &pb::RevokePersonRequest) -> Result<String, Fault> {
    let subject = &request.subject;
    if subject.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "the text must not be empty").field("subject"));
    }
    if subject.contains('\0') {
        return Err(Fault::new(Reason::TextInvalid, "the text has a NUL").field("subject"));
    }
    if subject.len() > MAX_SUBJECT {
        let message = format!("at most {MAX_SUBJECT} bytes");
        return Err(Fault::new(Reason::TextTooLong, message).with("max_chars", MAX_SUBJECT).field("subject"));
    }
    Ok(subject.clone())
}
