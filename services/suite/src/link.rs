//! Tokens for scripts and one-time links for the portal, signed with the gateway's key in the data directory.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use quittance_chassis::{
    Clock, Permissions, Principal,
    auth::{GATEWAY, KeyRing},
};
use quittance_gateway::front::{PEOPLE, SIGN_IN};
use quittance_types::{Fault, Reason, TenantId, Uuid};

/// No token lives longer; scripts that need more use an API key.
const LIFE: Duration = Duration::from_secs(900);

/// `quittance token`.
#[derive(Args)]
pub struct Options {
    /// Where the embedded suite keeps its keys and databases.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// Who the token speaks for.
    #[arg(long, default_value = "admin")]
    subject: String,
    /// Tenant (`ten_...`); the embedded company by default.
    #[arg(long)]
    tenant: Option<String>,
    /// Permission patterns, for example `invoicing.*`; may be repeated. Everything by default.
    #[arg(long = "permission")]
    permissions: Vec<String>,
    /// Print a one-time portal link for this address instead, for example http://localhost:8080.
    #[arg(long, value_name = "URL")]
    link: Option<String>,
}

/// The tenant of the embedded company.
pub fn embedded_tenant() -> TenantId {
    TenantId::new(Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"embedded.quittance"))
}

/// Prints a token or link.
pub fn run(options: &Options) -> Result<ExitCode, Fault> {
    let keys = keys_in(&options.data)?;
    let tenant = options.tenant.as_deref().map(TenantId::parse).transpose()?.unwrap_or_else(embedded_tenant);
    let permissions = match options.permissions.as_slice() {
        [] => Permissions::all(),
        listed => Permissions::of(listed.iter().map(String::as_str)),
    };
    let principal = Principal::user(options.subject.clone(), tenant, permissions);
    match &options.link {
        Some(base) => println!("{}", portal(&keys, &principal, base)?),
        None => println!("{}", keys.minter(GATEWAY, &Clock::system())?.mint(&principal, PEOPLE, LIFE)?),
    }
    Ok(ExitCode::SUCCESS)
}

/// The keys of a suite that has been started there. A new key would sign what nobody trusts.
fn keys_in(data: &Path) -> Result<KeyRing, Fault> {
    let directory = data.join("keys");
    if !directory.exists() {
        let message =
            format!("There are no keys in {}. Start the suite first, or name its data directory with --data.", directory.display());
        return Err(Fault::new(Reason::ConfigInvalid, message));
    }
    KeyRing::read(&directory, &[GATEWAY])
}

/// A link that signs its holder in once, within fifteen minutes.
pub fn portal(keys: &KeyRing, principal: &Principal, base: &str) -> Result<String, Fault> {
    let token = keys.minter(GATEWAY, &Clock::system())?.mint(principal, SIGN_IN, LIFE)?;
    Ok(format!("{}/sign-in?token={token}", base.trim_end_matches('/')))
}
