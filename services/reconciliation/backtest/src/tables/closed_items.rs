//! `closed_items.csv`

use std::path::Path;

use quittance_matching::record::ClosedRecord;

use super::{date_if_any, required};
use crate::amount::parse_minor;
use crate::error::BacktestError;
use crate::intake::{Refused, TableRead};
use crate::ledgers::Ledgers;
use crate::progress::Progress;
use crate::table::{self, Layout};

const LAYOUT: Layout<6> = Layout {
    file: "closed_items.csv",
    columns: [
        ("invoice_number", "no row can be used"),
        ("seller_id", "items belong to the seller of their customer, or to the only one"),
        ("customer_id", "a second payment is its payer's"),
        ("currency", "the currency of the seller's books is taken"),
        ("total", "second payments are known by their number only"),
        ("closed_date", "items are taken to be closed lately"),
    ],
};

pub(super) fn read(folder: &Path, ledgers: &mut Ledgers, progress: &dyn Progress) -> Result<TableRead, BacktestError> {
    table::read(folder, &LAYOUT, progress, |[number, seller, customer, currency, total, closed]| {
        let number = required("invoice_number", number)?;
        let latest = ledgers.latest;
        let seller = &*ledgers.seller_of(seller, customer)?;
        let mut odd = ledgers.foreign_customer(seller, customer);
        let currency = match currency {
            "" => ledgers.of(seller)?.seller.currency,
            code => ledgers.currency("currency", code)?,
        };
        let total = match total {
            "" => 0,
            text => parse_minor(text, currency).map_err(|why| Refused::new("total", why, text))?,
        };
        let closed_on = date_if_any("closed_date", closed, &mut odd).unwrap_or(latest);
        let ledger = ledgers.of(seller)?;
        ledger.builder.closed(&ClosedRecord { number, customer, currency, total, closed_on });
        ledger.closed += 1;
        Ok(odd)
    })
}
