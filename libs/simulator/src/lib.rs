//! A deterministic company: customers with paying habits, their orders, their bank transfers and mistakes, with the
//! truth of every bank line known.
//!
//! The same [`Params`] give the same bytes, whatever the thread timing, the ids the suite hands out or the wall clock:
//! every decision draws from its own ChaCha stream, keyed by seed, customer, purpose and ordinal (see [`dice`]).
//!
//! Reading order: [`world`] (who exists), [`orders`] (what they buy), [`paying`] (how they react to an invoice),
//! [`play`] (one day after the other), [`bank`] (statements), [`truth`] and [`score`] (what really happened, and how
//! well it was recognised), [`driver`] (all of it against a running suite). Apart from all that, [`ledger`] writes
//! folders of ledgers and statements with known truth, to measure the matching engine on.

pub mod actions;
pub mod bank;
pub mod calendar;
pub mod check_digits;
pub mod dice;
pub mod driver;
pub mod goods;
pub mod ledger;
pub mod names;
pub mod orders;
pub mod paying;
pub mod persona;
pub mod play;
pub mod reference;
pub mod score;
pub mod seen;
pub mod summary;
pub mod truth;
pub mod world;

pub use actions::Action;
pub use driver::Driver;
pub use orders::{DocumentKey, OrderKey};
pub use play::Play;
pub use seen::{InvoiceSeen, MemoSeen};
pub use summary::Summary;
pub use world::{Params, World};
