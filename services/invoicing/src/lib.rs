//! Invoicing: from the order to the numbered document. It owns sellers and their number series, orders, invoices,
//! pro-formas and credit memos.

mod directory;
pub mod domain;
mod inbox;
mod migrations;
mod rpc;
mod store;
mod wire;

use quittance_api::invoicing::v1::invoice_service_server::InvoiceServiceServer;
use quittance_api::invoicing::v1::legal_entity_service_server::LegalEntityServiceServer;
use quittance_api::invoicing::v1::memo_service_server::MemoServiceServer;
use quittance_api::invoicing::v1::order_service_server::OrderServiceServer;
use quittance_chassis::config::invalid;
use quittance_chassis::migrate::Migration;
use quittance_chassis::service::{App, Assembly, Service};
use quittance_types::Fault;
use serde::Deserialize;

use crate::directory::Directory;
use crate::store::sellers::Sellers;

/// The service.
pub struct Invoicing;

/// What `[service]` holds; see `config.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Most issues of one seller that share a transaction.
    pub issue_group: usize,
}

impl Service for Invoicing {
    const NAME: &'static str = "invoicing";
    const CONFIG: &'static str = include_str!("../config.toml");
    type Settings = Settings;

    fn migrations() -> Vec<Migration> {
        migrations::all()
    }

    fn check(settings: &Settings) -> Result<(), Fault> {
        if (1..=1_000).contains(&settings.issue_group) {
            return Ok(());
        }
        Err(invalid("service.issue_group", "between 1 and 1000"))
    }

    fn assemble(app: &App<Settings>) -> Result<Assembly, Fault> {
        let (db, page_tokens) = (app.db.clone(), app.page_tokens.clone());
        let (sellers, credit) = (Sellers::default(), app.peers.wire("credit"));
        let directory = Directory::new(db.clone(), credit.clone());
        let parts = rpc::Parts { db, page_tokens, sellers, directory };
        Ok(Assembly::new()
            .grpc(LegalEntityServiceServer::new(rpc::legal_entities::LegalEntityRpc::new(&parts)))
            .grpc(OrderServiceServer::new(rpc::orders::OrderRpc::new(&parts, credit)))
            .grpc(InvoiceServiceServer::new(rpc::invoices::InvoiceRpc::new(&parts, app.settings.issue_group)))
            .grpc(MemoServiceServer::new(rpc::memos::MemoRpc::new(&parts)))
            .follow("credit", inbox::credit::inbox())
            .follow("reconciliation", inbox::reconciliation::inbox())
            .follow("collections", inbox::collections::inbox()))
    }
}
