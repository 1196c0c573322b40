//! People who may no longer come in.

use quittance_api::gateway::v1 as pb;
use quittance_chassis::{events::Emit, tx::Tx};
use quittance_types::{Fault, Timestamp};

use super::{api_keys, sessions};

/// Ends everything a person came in with until now: sessions, API keys, and tokens and links signed by then.
///
/// # Errors
/// What the database says.
pub async fn revoke(tx: &Tx, subject: &str) -> Result<pb::RevokePersonResponse, Fault> {
    let sql = "INSERT INTO revoked_person (tenant_id, subject, revoked_at) VALUES ($1, $2, $3) \
               ON CONFLICT (tenant_id, subject) DO UPDATE SET revoked_at = excluded.revoked_at";
    tx.execute(sql, vec![tx.tenant().uuid().into(), subject.into(), tx.now().micros().into()]).await?;
    let sessions_ended = sessions::end_all(tx, subject).await?;
    let keys = api_keys::revoke_of(tx, subject).await?;
    let revoked = pb::RevokePersonResponse {
        revoke_time: Some(quittance_api::convert::timestamp_to_wire(tx.now())),
        sessions_ended: i32::try_from(sessions_ended).unwrap_or(i32::MAX),
        api_keys_revoked: i32::try_from(keys).unwrap_or(i32::MAX),
    };
    tx.emit(Emit::internal(format_args!("person:{subject}"), tx.tenant(), &revoked));
    Ok(revoked)
}

/// Whether a person may come in with what was signed at this time.
///
/// # Errors
/// What the database says.
pub async fn may_enter(tx: &Tx, subject: &str, signed_at: Timestamp) -> Result<bool, Fault> {
    let sql = "SELECT 1 AS one FROM revoked_person WHERE tenant_id = $1 AND subject = $2 AND revoked_at >= $3";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), subject.into(), signed_at.micros().into()]).await?;
    Ok(row.is_none())
}
