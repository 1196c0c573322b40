//! `customers.csv`

use std::path::Path;

use quittance_matching::record::CustomerRecord;

use super::{list, required};
use crate::error::BacktestError;
use crate::intake::TableRead;
use crate::ledgers::Ledgers;
use crate::progress::{Progress, Silent};
use crate::table::{self, Layout};

const LAYOUT: Layout<9> = Layout {
    file: "customers.csv",
    columns: [
        ("customer_id", "no row can be used"),
        ("seller_id", "a customer belongs to the sellers whose items name it"),
        ("customer_no", "customer numbers in texts say nothing"),
        ("name", "payers are known by their accounts only"),
        ("city", ""),
        ("country", ""),
        ("vat_id", "VAT ids in texts say nothing"),
        ("known_ibans", "payers are known by their names until their accounts are learnt"),
        ("parent_customer_id", "payments of a parent look like those of a stranger"),
    ],
};

pub(super) fn read(folder: &Path, ledgers: &mut Ledgers, progress: &dyn Progress) -> Result<TableRead, BacktestError> {
    table::read(folder, &LAYOUT, progress, |[id, seller, number, name, city, country, vat_id, ibans, parent]| {
        let id = required("customer_id", id)?;
        let ibans: Vec<&str> = list(ibans).collect();
        let record = CustomerRecord { id, number, name, city, country, vat_id, ibans: &ibans, parent };
        for ledger in ledgers.of_customer(seller, id)? {
            ledger.builder.customer(&record);
            ledger.customers += 1;
        }
        Ok(Vec::new())
    })
}

/// Reads only whose customers they are, where rows of other tables may have to be asked for it.
pub(super) fn read_owners(folder: &Path, ledgers: &mut Ledgers) -> Result<(), BacktestError> {
    const OWNERS: Layout<2> = Layout { file: LAYOUT.file, columns: [("customer_id", ""), ("seller_id", "")] };
    if ledgers.have_one_seller() {
        return Ok(());
    }
    table::read(folder, &OWNERS, &Silent, |[id, seller]| {
        ledgers.note_owner(id, seller);
        Ok(Vec::new())
    })?;
    Ok(())
}
