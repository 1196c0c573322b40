//! What makes a process a service: configuration, telemetry, transactions, idempotency, the event log, the server
//! and the clients. A service adds its domain and nothing else.

pub mod auth;
pub mod client;
pub mod clock;
pub mod config;
pub mod ctx;
pub mod db;
pub mod events;
pub mod group;
pub mod health;
pub mod idempotency;
pub mod migrate;
pub mod policy;
pub mod rpc;
pub mod server;
pub mod shutdown;
pub mod telemetry;
pub mod trace;
pub mod tx;

pub use clock::Clock;
pub use ctx::{Ctx, Permissions, Principal, PrincipalKind};
pub use db::{Backend, Db};
pub use events::{Emit, Payload};
pub use group::GroupCommit;
pub use migrate::Migration;
pub use tx::{TenantScoped, Tx};
