//! `fx_rates.csv`

use std::path::Path;

use quittance_matching::record::Rates;
use quittance_types::{Currency, Decimal};

use crate::error::BacktestError;
use crate::intake::{Refused, TableRead};
use crate::progress::Progress;
use crate::table::{self, Layout};

const LAYOUT: Layout<2> =
    Layout { file: "fx_rates.csv", columns: [("currency", "no row can be used"), ("eur_per_unit", "no row can be used")] };

pub(super) fn read(folder: &Path, progress: &dyn Progress) -> Result<(Rates, TableRead), BacktestError> {
    let mut pairs: Vec<(Currency, Decimal)> = Vec::new();
    let read = table::read(folder, &LAYOUT, progress, |[code, rate]| {
        let currency =
            Currency::parse(&code.to_ascii_uppercase()).map_err(|_| Refused::new("currency", "is no currency of ISO 4217", code))?;
        let value = super::number(rate).filter(|value| *value > Decimal::ZERO);
        pairs.push((currency, value.ok_or_else(|| Refused::new("eur_per_unit", "is no rate above zero", rate))?));
        Ok(Vec::new())
    })?;
    Ok((Rates::new(pairs), read))
}
