//! What makes a process a service: configuration, telemetry, transactions, idempotency, the event log, the server
//! and the clients. A service adds its domain and nothing else.

pub mod auth;
mod background;
pub mod beside;
pub mod bulk;
pub mod calendar;
pub mod client;
pub mod clock;
pub mod config;
pub mod ctx;
pub mod db;
pub mod events;
pub mod files;
pub mod group;
pub mod health;
pub mod idempotency;
pub mod jobs;
pub mod migrate;
pub mod node;
pub mod page_token;
pub mod paging;
pub mod policy;
pub mod process;
pub mod request;
pub mod rpc;
pub mod server;
pub mod service;
pub mod shutdown;
pub mod stored;
pub mod telemetry;
pub mod trace;
pub mod tx;

pub use client::{Peers, Switchboard, Wire, call_ctx};
pub use clock::Clock;
pub use ctx::{Ctx, Permissions, Principal, PrincipalKind};
pub use db::{Backend, Db};
pub use events::{Delivery, Emit, Inbox, Payload};
pub use group::GroupCommit;
pub use jobs::{Job, JobCtx};
pub use migrate::Migration;
pub use node::{Node, RunningNode};
pub use page_token::PageTokens;
pub use process::main;
pub use service::{App, Assembly, Service};
pub use tx::{TenantScoped, Tx};
