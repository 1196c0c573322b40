//! What the tests of every service share: databases of their own, services on a free port, calls at the same moment and
//! the list of methods a retry must be safe for. Only ever a dev-dependency.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_customer_is_created() {
//!     on_both(|backend| async move {
//!         let credit = Harness::<Credit>::start(backend).await;
//!         let mut customers = CustomerServiceClient::new(credit.as_user(tenant(1), &["credit.customer.*"]));
//!         ...
//!     })
//!     .await;
//! }
//! ```

// A helper for tests fails the way a test does.
#![allow(clippy::expect_used, clippy::panic)]

mod both;
mod caller;
mod harness;
mod network;
pub mod postgres;
mod race;
pub mod raw;
mod refusal;
pub mod replay;
pub mod stand_in;
mod store;
mod told;
mod unique;
mod values;
mod world;

pub use both::{name, on_both};
pub use caller::Caller;
pub use harness::Harness;
pub use network::Network;
pub use quittance_chassis::db::Backend;
pub use race::race;
pub use refusal::{expect_refusal, fact_of, fields_of, is_server_bug, reason_of};
pub use store::Store;
pub use unique::{request_id, tenant, unique};
pub use values::{date, euro, minor, nobody};
pub use world::World;
