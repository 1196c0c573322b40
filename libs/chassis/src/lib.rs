//! What makes a process a service: configuration, telemetry, transactions, idempotency, the event log, the server
//! and the clients. A service adds its domain and nothing else.

pub mod clock;
pub mod ctx;

pub use clock::Clock;
pub use ctx::{Ctx, Permissions, Principal, PrincipalKind};
