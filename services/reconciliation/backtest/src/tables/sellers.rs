//! `sellers.csv`

use std::path::Path;

use quittance_types::Currency;

use super::list;
use crate::error::BacktestError;
use crate::intake::TableRead;
use crate::ledgers::{Ledgers, Seller};
use crate::progress::Progress;
use crate::table::{self, Layout};

// `statement_format` is not asked for: a bank file says itself what it is.
const LAYOUT: Layout<5> = Layout {
    file: "sellers.csv",
    columns: [
        ("seller_id", "the only seller has no id"),
        ("name", ""),
        ("country", ""),
        ("currency", "the books are taken to be in euro"),
        ("iban", "a bank file belongs to the seller whose documents it pays"),
    ],
};

pub(super) fn read(folder: &Path, ledgers: &mut Ledgers, progress: &dyn Progress) -> Result<TableRead, BacktestError> {
    table::read(folder, &LAYOUT, progress, |[id, name, country, currency, iban]| {
        let currency = if currency.is_empty() { Currency::EUR } else { ledgers.currency("currency", currency)? };
        let accounts = list(iban).map(str::to_owned).collect();
        ledgers.declare(Seller { id: id.to_owned(), name: name.to_owned(), country: country.to_owned(), currency, accounts })?;
        Ok(Vec::new())
    })
}
