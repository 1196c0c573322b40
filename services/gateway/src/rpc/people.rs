//! People who may no longer come in.

use quittance_api::gateway::v1::{self as pb, person_service_server::PersonService};
use quittance_chassis::{db::Db, rpc};
use quittance_types::text;
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
        let parse =
            |request: &pb::RevokePersonRequest| text::required(&request.subject, MAX_SUBJECT).map_err(|fault| fault.field("subject"));
        rpc::mutate(&self.db, request, parse, |tx, subject: String| async move { people::revoke(&tx, &subject).await }).await
    }
}
