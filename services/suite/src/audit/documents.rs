//! Invoices computed again, line by line, with the functions that made them.

use std::collections::BTreeMap;

use quittance_chassis::{
    db::{Db, RowExt},
    tx::Tx,
};
use quittance_invoicing::domain::{
    line::{Item, Line, Vat, VatCategory},
    totals::Totals,
};
use quittance_types::{Currency, Fault, Uuid, parse_decimal};

use super::Finding;

/// Invoices computed at a time.
const PAGE: i64 = 500;

const INVOICES: &str = "SELECT tenant_id, invoice_id, currency, net, tax, gross FROM invoice \
    WHERE invoice_id > $1 ORDER BY invoice_id LIMIT $2";
const LINES: &str = "SELECT l.tenant_id, l.invoice_id, i.currency, l.line_number, l.quantity, l.unit_price, l.discount_percent, l.vat_category, l.vat_rate, l.net \
    FROM invoice_line l JOIN invoice i ON i.tenant_id = l.tenant_id AND i.invoice_id = l.invoice_id \
    WHERE l.invoice_id > $1 AND l.invoice_id <= $2 ORDER BY l.invoice_id, l.line_number";

/// An invoice as it is stored: tenant and id, currency, net, tax, gross.
type Stored = ((Uuid, Uuid), Currency, [i64; 3]);

/// Lines by invoice, and the invoices with a line whose net is not what its quantity and price make.
#[derive(Default)]
struct Lines {
    by_invoice: BTreeMap<(Uuid, Uuid), Vec<Line>>,
    wrong: i64,
}

/// Computes every invoice of the database again.
pub(super) async fn check(databases: &[(&'static str, Db)]) -> Result<Vec<Finding>, Fault> {
    let Some((_, db)) = databases.iter().find(|(service, _)| *service == "invoicing") else { return Ok(Vec::new()) };
    let (mut wrong_lines, mut wrong_totals) = (0, 0);
    let mut after = Uuid::nil();
    loop {
        let (invoices, lines) = db.read_system("audit", after, page).await?;
        let Some((last, ..)) = invoices.last() else { break };
        after = last.1;
        wrong_lines += lines.wrong;
        for (id, currency, stored) in &invoices {
            let lines = lines.by_invoice.get(id).map_or(&[][..], Vec::as_slice);
            let Totals { net, tax, gross, .. } = Totals::of(lines, *currency)?;
            wrong_totals += i64::from([net.minor(), tax.minor(), gross.minor()] != *stored);
        }
    }
    Ok(vec![
        Finding { code: "I5", name: "a line is quantity times price less discount, rounded once", violations: wrong_lines },
        Finding { code: "I5", name: "tax is computed on the sum of the lines of each rate", violations: wrong_totals },
    ])
}

async fn page(tx: Tx, after: Uuid) -> Result<(Vec<Stored>, Lines), Fault> {
    let mut invoices: Vec<Stored> = Vec::new();
    for row in tx.all(INVOICES, vec![after.into(), PAGE.into()]).await? {
        let currency = Currency::parse(&row.value::<String>("currency")?)?;
        let amounts = [row.value("net")?, row.value("tax")?, row.value("gross")?];
        invoices.push(((row.value("tenant_id")?, row.value("invoice_id")?), currency, amounts));
    }
    let mut lines = Lines::default();
    let Some((last, ..)) = invoices.last() else { return Ok((invoices, lines)) };
    for row in tx.all(LINES, vec![after.into(), last.1.into()]).await? {
        let currency = Currency::parse(&row.value::<String>("currency")?)?;
        let decimal = |column: &str| parse_decimal(&row.value::<String>(column)?);
        let category: String = row.value("vat_category")?;
        let category = VatCategory::parse(&category).ok_or_else(|| Fault::internal(format!("VAT category {category}")))?;
        let item = Item {
            description: String::new(),
            quantity: decimal("quantity")?,
            unit: String::new(),
            unit_price: decimal("unit_price")?,
            discount_percent: decimal("discount_percent")?,
            vat: Vat::new(category, decimal("vat_rate")?)?,
            item_code: String::new(),
        };
        let number = u32::try_from(row.value::<i32>("line_number")?).unwrap_or_default();
        let line = Line::new(number, item, currency)?;
        lines.wrong += i64::from(line.net.minor() != row.value::<i64>("net")?);
        lines.by_invoice.entry((row.value("tenant_id")?, row.value("invoice_id")?)).or_default().push(line);
    }
    Ok((invoices, lines))
}
