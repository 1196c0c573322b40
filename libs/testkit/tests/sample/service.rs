//! A small service, for the tests of the harness: keeps API keys by name.

use quittance_api::gateway::v1::access_service_server::{AccessService, AccessServiceServer};
use quittance_api::gateway::v1::{
    ApiKey, CreateApiKeyRequest, CreateApiKeyResponse, ListApiKeysRequest, ListApiKeysResponse, RevokeApiKeyRequest, RevokeApiKeyResponse,
};
use quittance_api::google::r#type::Date as Made;
use quittance_chassis::db::RowExt;
use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Db, Delivery, Emit, Inbox, Migration, Tx, rpc};
use quittance_types::{ApiKeyId, Fault, Reason, text};
use serde::Deserialize;
use tonic::{Request, Response, Status};

pub struct Sample;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Longest name.
    pub name_length: usize,
}

impl Service for Sample {
    const NAME: &'static str = "sample";
    const CONFIG: &'static str = "[service]\nname_length = 140\n";
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        let sql = "CREATE TABLE api_key (\n  tenant_id {uuid} NOT NULL, api_key_id {uuid} NOT NULL, name TEXT NOT NULL, revoked BIGINT NOT NULL,\n\
                   PRIMARY KEY (tenant_id, api_key_id)\n);\n";
        vec![Migration { name: "0001_api_key", sql }]
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let keys = Keys { db: app.db.clone(), name_length: app.settings.name_length, forgets: false };
        Ok(Assembly::new().grpc(AccessServiceServer::new(keys)))
    }
}

/// Follows the sample and counts what it says.
pub struct Follower;

impl Service for Follower {
    const NAME: &'static str = "follower";
    const CONFIG: &'static str = "[service]\nname_length = 0\n";
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        let sql = "CREATE TABLE seen (\n  tenant_id {uuid} NOT NULL, event_id {uuid} NOT NULL, PRIMARY KEY (tenant_id, event_id)\n);\n";
        vec![Migration { name: "0001_seen", sql }]
    }

    fn assemble(_: &App<Settings>) -> Result<Assembly, Fault> {
        let inbox = Inbox::new().on(|tx: Tx, delivery: Delivery, _: Made| async move {
            let values = vec![tx.tenant().uuid().into(), delivery.event_id.uuid().into()];
            tx.execute("INSERT INTO seen (tenant_id, event_id) VALUES ($1, $2)", values).await.map(|_| ())
        });
        Ok(Assembly::new().follow("sample", inbox))
    }
}

/// Like the sample, and forgets which requests it has seen.
pub struct Forgetful;

impl Service for Forgetful {
    const NAME: &'static str = "forgetful";
    const CONFIG: &'static str = Sample::CONFIG;
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        Sample::migrations()
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let keys = Keys { db: app.db.clone(), name_length: app.settings.name_length, forgets: true };
        Ok(Assembly::new().grpc(AccessServiceServer::new(keys)))
    }
}

pub struct Keys {
    db: Db,
    name_length: usize,
    forgets: bool,
}

#[tonic::async_trait]
impl AccessService for Keys {
    async fn create_api_key(&self, request: Request<CreateApiKeyRequest>) -> Result<Response<CreateApiKeyResponse>, Status> {
        let longest = self.name_length;
        let parse = |request: &CreateApiKeyRequest| text::required(&request.name, longest);
        let mut request = request;
        if self.forgets && !request.get_ref().request_id.is_empty() {
            request.get_mut().request_id = self.db.new_id().to_string();
        }
        rpc::mutate(&self.db, request, parse, |tx, name| async move {
            let id = ApiKeyId::new(tx.new_id());
            let values = vec![tx.tenant().uuid().into(), id.uuid().into(), name.clone().into()];
            tx.execute("INSERT INTO api_key (tenant_id, api_key_id, name, revoked) VALUES ($1, $2, $3, 0)", values).await?;
            let api_key = ApiKey { api_key_id: id.to_string(), name, ..ApiKey::default() };
            // Events of the gateway's package are the gateway's alone: the sample tells by a message of nobody's.
            tx.emit(Emit::public(id, id, &Made::default()));
            Ok(CreateApiKeyResponse { api_key: Some(api_key), secret: String::new() })
        })
        .await
    }

    async fn list_api_keys(&self, request: Request<ListApiKeysRequest>) -> Result<Response<ListApiKeysResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |_| Ok(()),
            |tx, ()| async move {
                let sql = "SELECT api_key_id, name FROM api_key WHERE tenant_id = $1 ORDER BY api_key_id";
                let mut api_keys = Vec::new();
                for row in tx.all(sql, vec![tx.tenant().uuid().into()]).await? {
                    let api_key_id = ApiKeyId::new(row.value("api_key_id")?).to_string();
                    api_keys.push(ApiKey { api_key_id, name: row.value("name")?, ..ApiKey::default() });
                }
                Ok(ListApiKeysResponse { api_keys, next_page_token: String::new() })
            },
        )
        .await
    }

    async fn revoke_api_key(&self, request: Request<RevokeApiKeyRequest>) -> Result<Response<RevokeApiKeyResponse>, Status> {
        let parse = |request: &RevokeApiKeyRequest| ApiKeyId::parse(&request.api_key_id);
        rpc::mutate(&self.db, request, parse, |tx, id| async move {
            let sql = "UPDATE api_key SET revoked = 1 WHERE tenant_id = $1 AND api_key_id = $2 AND revoked = 0 RETURNING name";
            let found = tx.one(sql, vec![tx.tenant().uuid().into(), id.uuid().into()]).await?;
            let Some(row) = found else { return Err(Fault::new(Reason::IllegalTransition, "it is revoked already")) };
            let api_key = ApiKey { api_key_id: id.to_string(), name: row.value("name")?, revoked: true, ..ApiKey::default() };
            let answer = RevokeApiKeyResponse { api_key: Some(api_key) };
            tx.emit(Emit::public(id, id, &answer));
            Ok(answer)
        })
        .await
    }
}
