//! API keys.

use quittance_api::gateway::v1::ApiKey;
use quittance_chassis::{db::RowExt, events::Emit, tx::Tx};
use quittance_types::{ApiKeyId, Fault, Page, PageRequest, Timestamp, Uuid};
use sea_orm::QueryResult;

use super::{corrupt, from_json, to_json};

/// Microseconds a call that was let in may still take to make a key, while its person is revoked.
const UNDER_WAY: i64 = 120 * 1_000_000;
const COLUMNS: &str = "id, name, permissions, revoked, created_by, maker, created_at";

/// A key as stored, without its secret.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Identifier.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// Permission patterns.
    pub permissions: Vec<String>,
    /// Refused from now on.
    pub revoked: bool,
    /// Who made it, as the audit trail calls them.
    pub created_by: String,
    /// The person who answers for it: a key made with a key is its maker's.
    pub maker: String,
    /// When.
    pub created_at: Timestamp,
}

impl StoredKey {
    /// The key as the contract has it.
    pub fn wire(&self) -> ApiKey {
        ApiKey {
            api_key_id: self.id.to_string(),
            name: self.name.clone(),
            permissions: self.permissions.clone(),
            revoked: self.revoked,
            created_by: self.created_by.clone(),
            create_time: Some(quittance_api::convert::timestamp_to_wire(self.created_at)),
        }
    }
}

fn from_row(row: &QueryResult) -> Result<StoredKey, Fault> {
    Ok(StoredKey {
        id: ApiKeyId::new(row.value("id")?),
        name: row.value("name")?,
        permissions: from_json(&row.value::<String>("permissions")?)?,
        revoked: row.value("revoked")?,
        created_by: row.value("created_by")?,
        maker: row.value("maker")?,
        created_at: Timestamp::from_micros(row.value("created_at")?),
    })
}

/// Stores a new key with the hash of its secret.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, key: &StoredKey, secret_hash: Vec<u8>) -> Result<(), Fault> {
    let sql = "INSERT INTO api_key (tenant_id, id, name, permissions, secret_hash, revoked, created_by, maker, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let values = vec![
        tx.tenant().uuid().into(),
        key.id.uuid().into(),
        key.name.as_str().into(),
        to_json(&key.permissions)?.into(),
        secret_hash.into(),
        key.revoked.into(),
        key.created_by.as_str().into(),
        key.maker.as_str().into(),
        key.created_at.micros().into(),
    ];
    tx.execute(sql, values).await?;
    note(tx, key);
    Ok(())
}

/// Who made or revoked which key stands in the audit trail; its secret does not.
fn note(tx: &Tx, key: &StoredKey) {
    tx.emit(Emit::internal(key.id, key.id.uuid(), &key.wire()));
}

/// One key.
///
/// # Errors
/// RESOURCE_NOT_FOUND.
pub async fn load(tx: &Tx, id: ApiKeyId) -> Result<StoredKey, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM api_key WHERE tenant_id = $1 AND id = $2");
    let row = tx.one(&sql, vec![tx.tenant().uuid().into(), id.uuid().into()]).await?;
    from_row(&row.ok_or_else(|| id.not_found())?)
}

/// A key that is not revoked, with its secret's hash.
///
/// # Errors
/// What the database says.
pub async fn find_active(tx: &Tx, id: ApiKeyId) -> Result<Option<(StoredKey, Vec<u8>)>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS}, secret_hash FROM api_key k WHERE tenant_id = $1 AND id = $2 AND NOT revoked AND NOT EXISTS (\
           SELECT 1 FROM revoked_person p WHERE p.tenant_id = k.tenant_id AND p.subject = k.maker AND p.revoked_at >= k.created_at - $3)"
    );
    let row = tx.one(&sql, vec![tx.tenant().uuid().into(), id.uuid().into(), UNDER_WAY.into()]).await?;
    row.map(|row| Ok((from_row(&row)?, row.value("secret_hash")?))).transpose()
}

/// Refuses a key from now on.
///
/// # Errors
/// What the database says.
pub async fn revoke(tx: &Tx, key: &mut StoredKey) -> Result<(), Fault> {
    let sql = "UPDATE api_key SET revoked = $3 WHERE tenant_id = $1 AND id = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), key.id.uuid().into(), true.into()]).await?;
    key.revoked = true;
    note(tx, key);
    Ok(())
}

/// Refuses every key a person answers for from now on; returns how many.
///
/// # Errors
/// What the database says.
pub async fn revoke_of(tx: &Tx, maker: &str) -> Result<usize, Fault> {
    let sql = format!("UPDATE api_key SET revoked = $3 WHERE tenant_id = $1 AND maker = $2 AND NOT revoked RETURNING {COLUMNS}");
    let rows = tx.all(&sql, vec![tx.tenant().uuid().into(), maker.into(), true.into()]).await?;
    for row in &rows {
        note(tx, &from_row(row)?);
    }
    Ok(rows.len())
}

/// Keys, newest first.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, request: &PageRequest) -> Result<Page<StoredKey>, Fault> {
    let limit = i64::try_from(request.fetch_limit()).unwrap_or(i64::MAX);
    let tenant = tx.tenant().uuid();
    let rows = match request.after.as_deref() {
        None => {
            let sql = format!("SELECT {COLUMNS} FROM api_key WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2");
            tx.all(&sql, vec![tenant.into(), limit.into()]).await?
        }
        Some(after) => {
            let after = Uuid::from_slice(after).map_err(corrupt)?;
            let sql = format!("SELECT {COLUMNS} FROM api_key WHERE tenant_id = $1 AND id < $3 ORDER BY id DESC LIMIT $2");
            tx.all(&sql, vec![tenant.into(), limit.into(), after.into()]).await?
        }
    };
    let keys = rows.iter().map(from_row).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(keys, request, |key| key.id.uuid().as_bytes().to_vec()))
}
