//! @Name@: what it is for, in one sentence.

pub mod domain;
mod migrations;
mod rpc;
mod store;
mod wire;

use quittance_api::@name@::v1::note_service_server::NoteServiceServer;
use quittance_chassis::{
    migrate::Migration,
    service::{App, Assembly, Service},
};
use quittance_types::Fault;
use serde::Deserialize;

/// The service.
pub struct @Name@;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Longest note, in characters.
    pub longest_note: usize,
}

impl Service for @Name@ {
    const NAME: &'static str = "@name@";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let notes = rpc::notes::NoteRpc { db: app.db.clone(), longest: app.settings.longest_note };
        Ok(Assembly::new().grpc(NoteServiceServer::new(notes)))
    }
}
