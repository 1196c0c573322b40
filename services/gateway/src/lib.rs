//! The gateway: one door for people and integrators. REST, gRPC, gRPC-Web and the portal on one port; behind it, internal
//! tokens. It owns API keys and sessions and nothing of the business.

pub mod front;
mod migrations;
pub mod portal;
mod rpc;
mod store;

use std::{path::PathBuf, sync::Arc, time::Duration};

use quittance_api::gateway::v1::{
    access_service_server::AccessServiceServer, customer360_service_server::Customer360ServiceServer,
    person_service_server::PersonServiceServer,
};
use quittance_chassis::{
    jobs::{Job, JobCtx},
    migrate::Migration,
    service::{App, Assembly, Service},
};
use quittance_types::Fault;
use serde::Deserialize;

const HOUR: Duration = Duration::from_secs(3_600);

/// The service.
pub struct Gateway;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where portal, REST, gRPC and gRPC-Web answer; empty for nowhere.
    pub http_address: String,
    /// Largest request body.
    pub max_body_bytes: usize,
    /// All bodies of requests that wait for their answer, together.
    pub max_bodies_bytes: usize,
    /// Connections at a time.
    pub max_connections: usize,
    /// How long the head of a request may take, in milliseconds.
    pub head_timeout_ms: u64,
    /// How long its body may take, and how long a caller may take nothing of its answer, in milliseconds.
    pub body_timeout_ms: u64,
    /// How long a portal session lasts.
    pub session_hours: u32,
    /// Name of the tenant shown in the portal.
    pub tenant_name: String,
    /// Issuers of people's tokens.
    pub oidc: Vec<OidcIssuer>,
}

/// An OIDC issuer whose tokens people may use.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcIssuer {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` its tokens must have.
    pub audience: String,
    /// File with its public keys as a JWKS; nothing is fetched.
    pub jwks_file: PathBuf,
    /// Claim that holds the tenant (`ten_...`).
    pub tenant_claim: String,
    /// Claim that holds the permission patterns, a list of text.
    pub permissions_claim: String,
    /// Tokens that are good for longer are refused.
    #[serde(default = "a_quarter_of_an_hour")]
    pub longest_life_minutes: u32,
}

fn a_quarter_of_an_hour() -> u32 {
    15
}

impl Service for Gateway {
    const NAME: &'static str = "gateway";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let access = rpc::access::AccessRpc {
            db: app.db.clone(),
            page_tokens: app.page_tokens.clone(),
            secret: Arc::from(app.keys.derive(Self::NAME, b"quittance.apikey.1")?),
        };
        let assembly = Assembly::new()
            .grpc(AccessServiceServer::new(access))
            .grpc(PersonServiceServer::new(rpc::people::PersonRpc { db: app.db.clone() }))
            .grpc(Customer360ServiceServer::new(rpc::customer360::Customer360Rpc { peers: app.peers.clone() }))
            .job(Job::new("sessions", HOUR, end_sessions));
        if app.settings.http_address.is_empty() {
            return Ok(assembly);
        }
        let front = front::Front::new(app)?;
        Ok(assembly.door(front.address()).beside(|stop| front.serve(stop)))
    }
}

/// Removes sessions that have ended and links that nobody could use any more.
async fn end_sessions(ctx: JobCtx) -> Result<(), Fault> {
    while !ctx.stop.is_cancelled() && store::sessions::purge(&ctx.db).await? > 0 {}
    Ok(())
}
