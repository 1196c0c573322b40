//! API keys for machines.

use hmac::{Hmac, KeyInit, Mac};
use quittance_api::gateway::v1::{self as pb, access_service_server::AccessService};
use quittance_chassis::{Ctx, Permissions, db::Db, page_token::PageTokens, rpc};
use quittance_types::{ApiKeyId, Fault, PageRequest, Reason, TenantId, Violations, text};
use sha2::Sha256;
use tonic::{Request, Response, Status, async_trait};

use crate::store::{
    api_keys::{self, StoredKey},
    hash,
};

/// First letters of every key.
pub const KEY_PREFIX: &str = "qk_";
const MAX_PERMISSIONS: usize = 100;

/// The implementation of AccessService.
pub struct AccessRpc {
    /// The gateway's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Secrets are derived from it and the key's id, so that a retry gets the same answer and nothing is stored.
    pub secret: std::sync::Arc<[u8]>,
}

#[derive(Clone)]
struct NewKey {
    name: String,
    permissions: Vec<String>,
}

#[async_trait]
impl AccessService for AccessRpc {
    async fn create_api_key(&self, request: Request<pb::CreateApiKeyRequest>) -> Result<Response<pb::CreateApiKeyResponse>, Status> {
        let (ctx, message) = rpc::open(request)?;
        rpc::reply(self.create(ctx, message).await)
    }

    async fn list_api_keys(&self, request: Request<pb::ListApiKeysRequest>) -> Result<Response<pb::ListApiKeysResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(self.list(ctx, query).await)
    }

    async fn revoke_api_key(&self, request: Request<pb::RevokeApiKeyRequest>) -> Result<Response<pb::RevokeApiKeyResponse>, Status> {
        let parse = |request: &pb::RevokeApiKeyRequest| ApiKeyId::parse(&request.api_key_id).map_err(|fault| fault.field("api_key_id"));
        rpc::mutate(&self.db, request, parse, |tx, id| async move {
            let mut key = api_keys::load(&tx, id).await?;
            if key.revoked {
                let fault = Fault::new(Reason::IllegalTransition, "The key is revoked already.");
                return Err(fault.with("from", "revoked").with("to", "revoked"));
            }
            api_keys::revoke(&tx, &mut key).await?;
            Ok(pb::RevokeApiKeyResponse { api_key: Some(key.wire()) })
        })
        .await
    }
}

impl AccessRpc {
    async fn create(&self, ctx: Ctx, message: pb::CreateApiKeyRequest) -> Result<pb::CreateApiKeyResponse, Fault> {
        let new = parse_create(&ctx, &message)?;
        let (root, tenant) = (self.secret.clone(), ctx.tenant());
        let made = self
            .db
            .mutate(ctx, &message, new, move |tx, new: NewKey| {
                let root = root.clone();
                async move {
                    let key = StoredKey {
                        id: ApiKeyId::new(tx.new_id()),
                        name: new.name,
                        permissions: new.permissions,
                        revoked: false,
                        created_by: tx.ctx().principal.actor(),
                        maker: tx.ctx().principal.person().to_owned(),
                        created_at: tx.now(),
                    };
                    let secret = secret_of(&root, tx.tenant(), key.id)?;
                    api_keys::insert(&tx, &key, hash(&secret)).await?;
                    // The answer is kept for retries: the secret must not be in it.
                    Ok(pb::CreateApiKeyResponse { api_key: Some(key.wire()), secret: String::new() })
                }
            })
            .await?;
        let id = ApiKeyId::parse(&made.api_key.as_ref().map(|key| key.api_key_id.clone()).unwrap_or_default())?;
        Ok(pb::CreateApiKeyResponse { secret: secret_of(&self.secret, tenant, id)?, ..made })
    }

    async fn list(&self, ctx: Ctx, query: pb::ListApiKeysRequest) -> Result<pb::ListApiKeysResponse, Fault> {
        let scope = self.page_tokens.scope(&ctx, &[]);
        let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
        let found = self.db.read(ctx, page, |tx, page| async move { api_keys::page(&tx, &page).await }).await?;
        Ok(pb::ListApiKeysResponse {
            next_page_token: scope.seal(found.next.as_deref()),
            api_keys: found.items.iter().map(StoredKey::wire).collect(),
        })
    }
}

fn secret_of(root: &[u8], tenant: TenantId, id: ApiKeyId) -> Result<String, Fault> {
    let mut mac = Hmac::<Sha256>::new_from_slice(root).map_err(|_| Fault::internal("the key root is unusable"))?;
    mac.update(tenant.uuid().as_bytes());
    mac.update(id.uuid().as_bytes());
    let secret = hex::encode(mac.finalize().into_bytes());
    Ok(format!("{KEY_PREFIX}{}_{}_{secret}", tenant.uuid().simple(), id.uuid().simple()))
}

/// A key cannot hold more than its maker: each of its patterns must be one the maker has, or lie under one.
fn parse_create(ctx: &Ctx, request: &pb::CreateApiKeyRequest) -> Result<NewKey, Fault> {
    let mut violations = Violations::new();
    let name = violations.take("name", text::required(&request.name, 140));
    if request.permissions.is_empty() {
        violations.push("permissions", Fault::new(Reason::FieldRequired, "Give at least one permission."));
    }
    if request.permissions.len() > MAX_PERMISSIONS {
        violations.push("permissions", Fault::new(Reason::TooManyItems, "At most 100 permissions."));
    }
    let own = &ctx.principal.permissions;
    for (index, permission) in request.permissions.iter().enumerate() {
        let permission = violations.take(format!("permissions[{index}]"), text::required(permission, 100));
        if let Some(permission) = permission.filter(|permission| !may_grant(own, permission)) {
            return Err(
                Fault::new(Reason::PermissionMissing, "You cannot give away a permission you do not have.").with("permission", permission)
            );
        }
    }
    violations.finish()?;
    let name = name.ok_or_else(|| Fault::internal("a checked key is missing its name"))?;
    Ok(NewKey { name, permissions: request.permissions.clone() })
}

fn may_grant(own: &Permissions, pattern: &str) -> bool {
    own.patterns().any(|held| held == pattern) || own.allows(pattern)
}
