//! Stand-ins for the services credit listens to: real logs, said into by the test.

pub use quittance_testkit::stand_in::publish;

quittance_testkit::log_only!(Invoicing = "invoicing", Reconciliation = "reconciliation", Collections = "collections");
