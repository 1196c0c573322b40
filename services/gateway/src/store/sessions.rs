//! Portal sessions and the one-time links that open them.

use quittance_chassis::{
    Permissions, Principal,
    db::{Db, RowExt},
    tx::Tx,
};
use quittance_types::{Fault, Timestamp};

use super::{from_json, to_json};

/// Rows of one table removed in one transaction.
const PURGED_AT_ONCE: u32 = 1_000;

/// A person's session.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who it is.
    pub principal: Principal,
    /// What every form of the session carries against forged posts.
    pub form_token: String,
    /// When the token was signed that opened it.
    pub signed_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Opens a session under the hash of its secret. It ends the person's sessions with other permissions that
/// were signed before.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, secret_hash: Vec<u8>, session: &Session) -> Result<(), Fault> {
    let patterns: Vec<&str> = session.principal.permissions.patterns().collect();
    let permissions = to_json(&patterns)?;
    let (tenant, subject) = (tx.tenant().uuid(), session.principal.subject.as_str());
    let outdated = "DELETE FROM session WHERE tenant_id = $1 AND subject = $2 AND permissions <> $3 AND signed_at <= $4";
    let signed_at = session.signed_at.micros();
    tx.execute(outdated, vec![tenant.into(), subject.into(), permissions.as_str().into(), signed_at.into()]).await?;
    let sql = "INSERT INTO session (tenant_id, secret_hash, subject, permissions, form_token, signed_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = vec![
        tenant.into(),
        secret_hash.into(),
        subject.into(),
        permissions.into(),
        session.form_token.as_str().into(),
        signed_at.into(),
        session.expires_at.micros().into(),
    ];
    tx.execute(sql, values).await.map(drop)
}

/// The session with this secret, unless it has ended or its person was revoked since it was opened.
///
/// # Errors
/// What the database says.
pub async fn find(tx: &Tx, secret_hash: Vec<u8>) -> Result<Option<Session>, Fault> {
    let sql = "SELECT subject, permissions, form_token, signed_at, expires_at FROM session s \
               WHERE tenant_id = $1 AND secret_hash = $2 AND expires_at > $3 AND NOT EXISTS (SELECT 1 FROM revoked_person p \
               WHERE p.tenant_id = s.tenant_id AND p.subject = s.subject AND p.revoked_at >= s.signed_at)";
    let row = tx.one(sql, vec![tx.tenant().uuid().into(), secret_hash.into(), tx.now().micros().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let patterns: Vec<String> = from_json(&row.value::<String>("permissions")?)?;
    Ok(Some(Session {
        principal: Principal::user(row.value::<String>("subject")?, tx.tenant(), Permissions::of(patterns)),
        form_token: row.value("form_token")?,
        signed_at: Timestamp::from_micros(row.value("signed_at")?),
        expires_at: Timestamp::from_micros(row.value("expires_at")?),
    }))
}

/// Ends a session.
///
/// # Errors
/// What the database says.
pub async fn end(tx: &Tx, secret_hash: Vec<u8>) -> Result<(), Fault> {
    let sql = "DELETE FROM session WHERE tenant_id = $1 AND secret_hash = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), secret_hash.into()]).await.map(drop)
}

/// Ends every session of a person; returns how many.
///
/// # Errors
/// What the database says.
pub async fn end_all(tx: &Tx, subject: &str) -> Result<u64, Fault> {
    tx.execute("DELETE FROM session WHERE tenant_id = $1 AND subject = $2", vec![tx.tenant().uuid().into(), subject.into()]).await
}

/// Marks a link as used; false if it was before.
///
/// # Errors
/// What the database says.
pub async fn use_link(tx: &Tx, link_hash: Vec<u8>, expires_at: Timestamp) -> Result<bool, Fault> {
    let sql = "INSERT INTO used_link (tenant_id, link_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, vec![tx.tenant().uuid().into(), link_hash.into(), expires_at.micros().into()]).await? == 1)
}

/// Removes what has ended, of every tenant, a bounded number at a time; returns how much.
///
/// # Errors
/// What the database says.
pub async fn purge(db: &Db) -> Result<u64, Fault> {
    db.write_system("sessions", (), |tx, ()| async move {
        let mut purged = 0_u64;
        for (table, hash) in [("session", "secret_hash"), ("used_link", "link_hash")] {
            let sql = format!(
                "DELETE FROM {table} WHERE (tenant_id, {hash}) IN \
                 (SELECT tenant_id, {hash} FROM {table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT {PURGED_AT_ONCE})"
            );
            purged = purged.saturating_add(tx.execute(&sql, vec![tx.now().micros().into()]).await?);
        }
        Ok(purged)
    })
    .await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::time::Duration;

    use quittance_chassis::{Clock, Ctx};
    use quittance_testkit::{Store, on_both, tenant};

    use super::*;

    #[tokio::test]
    async fn what_has_ended_is_removed_and_nothing_else() {
        on_both(|backend| async move {
            let clock = Clock::fixed(Timestamp::from_micros(1_000_000));
            let store = Store::migrated(backend, "gateway", &crate::migrations::all(), &clock).await;
            let db = Db::open(&store.settings(), clock.clone()).await.unwrap();
            for (number, hours) in [(1, 1), (2, 1), (1, 3)] {
                let opened = db.write(Ctx::system("test", tenant(number)), hours, |tx, hours| async move {
                    let expires_at = tx.now().plus(Duration::from_secs(3_600 * hours));
                    let principal = Principal::user("alice", tx.tenant(), Permissions::none());
                    let hash = tx.new_id().as_bytes().to_vec();
                    insert(&tx, hash.clone(), &Session { principal, form_token: String::new(), signed_at: tx.now(), expires_at }).await?;
                    use_link(&tx, hash, expires_at).await
                });
                assert!(opened.await.unwrap());
            }
            assert_eq!(purge(&db).await.unwrap(), 0);
            clock.set(clock.now().plus(Duration::from_secs(2 * 3_600)));
            assert_eq!(purge(&db).await.unwrap(), 4);
            assert_eq!((store.rows("session").await, store.rows("used_link").await), (1, 1));
            db.close().await;
        })
        .await;
    }
}
