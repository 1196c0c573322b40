//! Lines of orders, invoices and memos: three tables with the same columns.

use quittance_chassis::tx::Tx;
use quittance_types::{Currency, Decimal, Fault};
use sea_orm::Value;
use uuid::Uuid;

use super::text::{decimal, decimal_to_text, vat};
use super::{corrupt, money};
use crate::domain::line::{Item, Line};

/// The columns every line table has.
pub(super) struct Columns {
    pub(super) line_number: i32,
    pub(super) description: String,
    pub(super) quantity: String,
    pub(super) unit: String,
    pub(super) unit_price: String,
    pub(super) discount_percent: String,
    pub(super) vat_category: String,
    pub(super) vat_rate: String,
    pub(super) item_code: String,
    pub(super) net: i64,
}

impl Columns {
    pub(super) fn of(line: &Line) -> Result<Self, Fault> {
        let item = &line.item;
        Ok(Self {
            line_number: i32::try_from(line.number).map_err(corrupt)?,
            description: item.description.clone(),
            quantity: decimal_to_text(item.quantity),
            unit: item.unit.clone(),
            unit_price: decimal_to_text(item.unit_price),
            discount_percent: decimal_to_text(item.discount_percent),
            vat_category: item.vat.category().as_str().to_owned(),
            vat_rate: decimal_to_text(item.vat.rate()),
            item_code: item.item_code.clone(),
            net: line.net.minor(),
        })
    }

    pub(super) fn read(self, done: &str, currency: Currency) -> Result<Line, Fault> {
        let item = Item {
            quantity: decimal(&self.quantity)?,
            unit_price: decimal(&self.unit_price)?,
            discount_percent: decimal(&self.discount_percent)?,
            vat: vat(&self.vat_category, &self.vat_rate)?,
            description: self.description,
            unit: self.unit,
            item_code: self.item_code,
        };
        let number = u32::try_from(self.line_number).map_err(corrupt)?;
        Ok(Line { number, item, net: money(self.net, currency)?, done: decimal(done)? })
    }
}

/// The row of a line: `row!(invoice_line, tenant, invoice_id: id, line, credited)`.
macro_rules! row {
    ($table:ident, $tenant:expr, $owner:ident: $id:expr, $line:expr $(, $done:ident)?) => {{
        let line: &crate::domain::line::Line = $line;
        let columns = $crate::store::lines::Columns::of(line)?;
        $table::Model {
            tenant_id: $tenant,
            $owner: $id,
            line_number: columns.line_number,
            description: columns.description,
            quantity: columns.quantity,
            unit: columns.unit,
            unit_price: columns.unit_price,
            discount_percent: columns.discount_percent,
            vat_category: columns.vat_category,
            vat_rate: columns.vat_rate,
            item_code: columns.item_code,
            net: columns.net,
            $($done: $crate::store::text::decimal_to_text(line.done),)?
        }
        .into_active_model()
    }};
}

/// The line of a row: `line!(row, currency, row.credited)`.
macro_rules! line {
    ($row:ident, $currency:expr, $done:expr) => {
        $crate::store::lines::Columns {
            line_number: $row.line_number,
            description: $row.description,
            quantity: $row.quantity,
            unit: $row.unit,
            unit_price: $row.unit_price,
            discount_percent: $row.discount_percent,
            vat_category: $row.vat_category,
            vat_rate: $row.vat_rate,
            item_code: $row.item_code,
            net: $row.net,
        }
        .read($done, $currency)
    };
}

/// The rows of lines by the id of their document, in order: `by_document!(tx, invoice_line, InvoiceId, invoice_id, headers)`.
macro_rules! by_document {
    ($tx:ident, $table:ident, $column:ident, $owner:ident, $headers:expr) => {{
        let ids = $headers.iter().map(|header| header.$owner);
        let select = $tx.find::<$table::Entity>().filter($table::Column::$column.is_in(ids));
        let mut documents = std::collections::HashMap::<uuid::Uuid, Vec<$table::Model>>::with_capacity($headers.len());
        for row in select.order_by_asc($table::Column::LineNumber).all($tx.conn()).await.or_fault()? {
            documents.entry(row.$owner).or_default().push(row);
        }
        documents
    }};
}

pub(super) use {by_document, line, row};

/// Quantities of lines, as the one column of a line that ever changes.
pub(super) struct Progress {
    pub(super) table: &'static str,
    pub(super) owner: &'static str,
    pub(super) column: &'static str,
}

impl Progress {
    /// Writes the quantity done of the lines given, in one statement.
    pub(super) async fn save(&self, tx: &Tx, id: Uuid, lines: &[(u32, Decimal)]) -> Result<(), Fault> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut values: Vec<Value> = vec![tx.tenant().uuid().into(), id.into()];
        let mut rows = Vec::with_capacity(lines.len());
        for (number, done) in lines {
            values.push(i32::try_from(*number).map_err(corrupt)?.into());
            values.push(decimal_to_text(*done).into());
            rows.push(format!("(${}, ${})", values.len() - 1, values.len()));
        }
        let Self { table, owner, column } = self;
        let sql = format!(
            "WITH progress (line_number, quantity) AS (VALUES {}) UPDATE {table} SET {column} = progress.quantity \
             FROM progress WHERE tenant_id = $1 AND {owner} = $2 AND {table}.line_number = progress.line_number",
            rows.join(", ")
        );
        tx.execute(&sql, values).await.map(drop)
    }
}

/// The lines whose quantity done differs between two versions of a document.
pub(super) fn moved(before: &[Line], after: &[Line]) -> Vec<(u32, Decimal)> {
    let pairs = before.iter().zip(after).filter(|(before, after)| before.done != after.done);
    pairs.map(|(_, after)| (after.number, after.done)).collect()
}
