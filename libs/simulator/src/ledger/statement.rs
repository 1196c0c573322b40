//! Statements as the banks of the sellers deliver them.

mod camt;
mod mt940;

use super::line::Booked;
use super::seller::{Feed, Seller};

/// One statement: some lines of one day. Balances in minor units.
#[derive(Debug)]
pub struct Page<'a> {
    /// Whose account.
    pub seller: &'a Seller,
    /// Booking day.
    pub day: i32,
    /// Number of the statement in the year.
    pub number: u32,
    /// Lines in booking order.
    pub lines: &'a [Booked],
    /// Before the first line.
    pub opening: i64,
    /// After the last line.
    pub closing: i64,
}

impl Page<'_> {
    /// The statement as a file.
    pub fn write(&self) -> String {
        match self.seller.feed {
            Feed::Camt02(width) => camt::write(self, camt::Version::Two, width),
            Feed::Camt08(width) => camt::write(self, camt::Version::Eight, width),
            _ => mt940::write(self),
        }
    }

    /// Extension without dot.
    pub fn extension(&self) -> &'static str {
        if self.seller.feed.is_camt() { "xml" } else { "sta" }
    }
}
