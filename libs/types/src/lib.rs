//! The values every service of Quittance speaks in: money, dates, ids, faults.
//!
//! Everything here is pure: no I/O, no async, no clock. Arithmetic is checked and a value that exists is valid, so
//! code that holds a [`Money`] or a [`BusinessDate`] never validates it again.

mod allocate;
mod currency;
mod date;
mod fault;
mod ids;
mod money;
mod page;
mod reason;
mod scale;
mod serialize;
pub mod text;
mod timestamp;
mod violations;

pub use allocate::allocate;
pub use currency::Currency;
pub use date::BusinessDate;
pub use fault::{Fault, FieldViolation, Outcome, Retry};
pub use ids::*;
pub use money::{Money, decimal_text, parse_decimal, round};
pub use page::{Page, PageRequest};
pub use reason::Reason;
pub use timestamp::{TimeZone, Timestamp};
pub use violations::Violations;

pub use rust_decimal::Decimal;
pub use uuid::Uuid;
