//! Rows, and the events that go with them. Nothing changes without being published: [`books::save`] writes both.

pub mod answers;
pub mod applications;
pub mod banks;
pub mod books;
pub mod classes;
pub mod confirmations;
pub mod copies;
pub mod deductions;
pub mod deposits;
pub mod entity;
pub mod events;
pub mod exceptions;
pub mod items;
pub mod journal;
pub mod lines;
pub mod match_runs;
pub mod policies;
pub mod proofs;
pub mod receipts;
pub mod remittances;
pub mod statements;
pub mod woken;

use quittance_types::{BusinessDate, Currency, Fault, Money, Page, PageRequest, Uuid};

/// A stored amount. A row that does not hold one is our fault, not the caller's.
pub(crate) fn money(minor: i64, currency: &str) -> Result<Money, Fault> {
    Currency::parse(currency.trim_end()).and_then(|currency| Money::from_minor(minor, currency)).map_err(|fault| corrupt(fault.message()))
}

/// A stored day.
pub(crate) fn day(days: i32) -> Result<BusinessDate, Fault> {
    BusinessDate::from_days(days).map_err(|fault| corrupt(fault.message()))
}

/// A stored name of a state or kind.
pub(crate) fn known<T>(value: Option<T>, text: &str) -> Result<T, Fault> {
    value.ok_or_else(|| corrupt(text))
}

/// A row that cannot be read.
pub(crate) fn corrupt(what: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("a stored row cannot be read: {what}"))
}

/// Where a list that is ordered by a day and an id goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DayAndId {
    /// Days since 1970.
    pub day: i32,
    /// The id.
    pub id: Uuid,
}

impl DayAndId {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = self.day.to_be_bytes().to_vec();
        bytes.extend_from_slice(self.id.as_bytes());
        bytes
    }

    /// The place a page begins after. The token was sealed by us, so another length is a bug.
    pub(crate) fn of_page(page: &PageRequest) -> Result<Option<DayAndId>, Fault> {
        let Some(bytes) = &page.after else { return Ok(None) };
        let read = || {
            let (day, id) = bytes.split_first_chunk::<4>()?;
            Some(DayAndId { day: i32::from_be_bytes(*day), id: Uuid::from_slice(id).ok()? })
        };
        read().map(Some).ok_or_else(|| Fault::internal("a page token of ours holds no place"))
    }
}

/// Where a list that is ordered by id goes on.
pub(crate) fn id_of_page(page: &PageRequest) -> Result<Option<Uuid>, Fault> {
    let read = |bytes: &Vec<u8>| Uuid::from_slice(bytes).map_err(|_| Fault::internal("a page token of ours holds no place"));
    page.after.as_ref().map(read).transpose()
}

/// A page of rows ordered by id.
pub(crate) fn cut_by_id<T>(rows: Vec<T>, page: &PageRequest, id: impl Fn(&T) -> Uuid) -> Page<T> {
    Page::cut(rows, page, |row| id(row).as_bytes().to_vec())
}
