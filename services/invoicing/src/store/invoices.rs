//! Invoices and pro-formas: header and lines, and the events that go with every change.

mod read;

use quittance_api::invoicing::v1 as pb;
use quittance_chassis::Emit;
use quittance_chassis::bulk;
use quittance_chassis::db::OrFault;
use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, Fault};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde_json::json;

use super::entity::{invoice, invoice_line};
use super::lines::{Progress, moved, row};
use super::text::{schedule_to_text, taxes_to_text};
use crate::domain::invoice::{Invoice, InvoiceState};
use crate::domain::number::DocumentNumber;
use crate::wire;

pub use read::{Filter, load, load_by_number, load_for_update, page};

const CREDITED: Progress = Progress { table: "invoice_line", owner: "invoice_id", column: "credited" };

/// An invoice about to be stored with its number.
pub struct Issue {
    /// The handle of whoever asked for it: its event names that request.
    pub by: Tx,
    /// The invoice.
    pub invoice: Invoice,
    /// Credit's reservation it draws on; empty when there was no order.
    pub reservation_id: String,
    /// Nothing of the order is left to invoice.
    pub order_complete: bool,
}

impl Issue {
    /// An invoice without an order.
    pub fn new(by: &Tx, invoice: Invoice) -> Self {
        Self { by: by.clone(), invoice, reservation_id: String::new(), order_complete: false }
    }

    /// Publishes InvoiceIssued.
    fn publish(self) -> pb::Invoice {
        let event = pb::InvoiceIssued {
            invoice: Some(wire::invoice(&self.invoice)),
            reservation_id: self.reservation_id,
            order_complete: self.order_complete,
        };
        self.by.emit(Emit::public(self.invoice.id, self.invoice.customer_id, &event));
        event.invoice.unwrap_or_default()
    }
}

/// Stores issued invoices, all headers by one statement and all lines by another, and publishes InvoiceIssued for each.
/// Returns them as the contract has them, in the same order.
///
/// # Errors
/// What the database says.
pub async fn insert_issued(tx: &Tx, issues: Vec<Issue>) -> Result<Vec<pb::Invoice>, Fault> {
    let invoices: Vec<&Invoice> = issues.iter().map(|issue| &issue.invoice).collect();
    insert(tx, &invoices).await?;
    Ok(issues.into_iter().map(Issue::publish).collect())
}

/// Stores a draft, or a pro-forma given to a customer.
///
/// # Errors
/// What the database says.
pub async fn insert_unowed(tx: &Tx, invoice: &Invoice) -> Result<pb::Invoice, Fault> {
    insert(tx, &[invoice]).await?;
    Ok(note(tx, invoice, None))
}

/// Writes a draft that was issued, and publishes InvoiceIssued.
///
/// # Errors
/// What the database says.
pub async fn save_issued(tx: &Tx, mut invoice: Invoice) -> Result<pb::Invoice, Fault> {
    let changes = invoice::ActiveModel {
        number: Set(invoice.number.as_ref().map(|number| number.as_str().to_owned())),
        series_year: Set(invoice.number.as_ref().map(|number| number.year)),
        sequence: Set(invoice.number.as_ref().map(|number| number.sequence)),
        schedule: Set(schedule_to_text(&invoice.schedule)?),
        issue_on: Set(invoice.issue_on.days()),
        due_on: Set(invoice.due_on().days()),
        creditor_reference: Set(invoice.creditor_reference.clone()),
        issued_at: Set(invoice.issued_at.map(|at| at.micros())),
        ..changed(tx, &mut invoice)
    };
    changes.update(tx.conn()).await.or_fault()?;
    Ok(Issue::new(tx, invoice).publish())
}

/// Writes an invoice that was voided, and publishes InvoiceVoided.
///
/// # Errors
/// What the database says.
pub async fn save_voided(tx: &Tx, mut invoice: Invoice, why: &str, on: BusinessDate) -> Result<pb::Invoice, Fault> {
    changed(tx, &mut invoice).update(tx.conn()).await.or_fault()?;
    let event = Emit::public(invoice.id, invoice.customer_id, &wire::invoice_voided(&invoice, on));
    let states = (json!({"state": InvoiceState::Issued.as_str()}), json!({"state": invoice.state.as_str()}));
    tx.emit(event.because(why).changed(states.0, states.1));
    Ok(wire::invoice(&invoice))
}

/// Writes a pro-forma that became an invoice.
///
/// # Errors
/// What the database says.
pub async fn save_converted(tx: &Tx, mut pro_forma: Invoice) -> Result<(), Fault> {
    let changes =
        invoice::ActiveModel { converted_invoice_id: Set(pro_forma.converted_invoice_id.map(Into::into)), ..changed(tx, &mut pro_forma) };
    changes.update(tx.conn()).await.or_fault()?;
    note(tx, &pro_forma, Some(InvoiceState::Sent));
    Ok(())
}

/// Writes what a memo credited of an invoice. The memo's own event tells of it.
///
/// # Errors
/// What the database says.
pub async fn save_credited(tx: &Tx, before: &Invoice, after: &mut Invoice) -> Result<(), Fault> {
    let changes = invoice::ActiveModel {
        credited: Set(after.credited.gross.minor()),
        taxes: Set(taxes_to_text(&after.totals, Some(&after.credited))?),
        ..changed(tx, after)
    };
    changes.update(tx.conn()).await.or_fault()?;
    CREDITED.save(tx, after.id.uuid(), &moved(&before.lines, &after.lines)).await
}

/// Writes what reconciliation reported. The event that was followed tells of it.
///
/// # Errors
/// What the database says.
pub async fn save_settled(tx: &Tx, invoice: &mut Invoice) -> Result<(), Fault> {
    changed(tx, invoice).update(tx.conn()).await.or_fault().map(drop)
}

/// Sets the flag that the customer contests an invoice. One that is not ours is ignored.
///
/// # Errors
/// What the database says.
pub async fn save_disputed(tx: &Tx, id: quittance_types::InvoiceId, disputed: bool) -> Result<(), Fault> {
    let sql = "UPDATE invoice SET disputed = $3, version = version + 1 WHERE tenant_id = $1 AND invoice_id = $2 AND disputed <> $3";
    tx.execute(sql, vec![tx.tenant().uuid().into(), id.uuid().into(), disputed.into()]).await.map(drop)
}

/// An entry of the audit trail for what no event tells of.
fn note(tx: &Tx, invoice: &Invoice, before: Option<InvoiceState>) -> pb::Invoice {
    let message = wire::invoice(invoice);
    let entry = Emit::internal(invoice.id, invoice.customer_id, &message);
    tx.emit(match before {
        Some(before) => entry.changed(json!({"state": before.as_str()}), json!({"state": invoice.state.as_str()})),
        None => entry,
    });
    message
}

/// The columns every change touches; the version grows.
fn changed(tx: &Tx, invoice: &mut Invoice) -> invoice::ActiveModel {
    invoice.version = invoice.version.saturating_add(1);
    invoice::ActiveModel {
        tenant_id: Unchanged(tx.tenant().uuid()),
        invoice_id: Unchanged(invoice.id.uuid()),
        state: Set(invoice.state.as_str().to_owned()),
        open: Set(invoice.open.minor()),
        version: Set(invoice.version),
        ..Default::default()
    }
}

async fn insert(tx: &Tx, invoices: &[&Invoice]) -> Result<(), Fault> {
    let tenant = tx.tenant().uuid();
    let (mut headers, mut lines) = (Vec::with_capacity(invoices.len()), Vec::new());
    for invoice in invoices {
        headers.push(header(tenant, invoice)?.into_active_model());
        for line in &invoice.lines {
            lines.push(row!(invoice_line, tenant, invoice_id: invoice.id.uuid(), line, credited));
        }
    }
    bulk::insert(tx, headers).await?;
    bulk::insert(tx, lines).await
}

fn header(tenant: uuid::Uuid, invoice: &Invoice) -> Result<invoice::Model, Fault> {
    let number = invoice.number.as_ref();
    Ok(invoice::Model {
        tenant_id: tenant,
        invoice_id: invoice.id.uuid(),
        kind: invoice.kind.as_str().to_owned(),
        state: invoice.state.as_str().to_owned(),
        number: number.map(|number| number.as_str().to_owned()),
        series_year: number.map(|number: &DocumentNumber| number.year),
        sequence: number.map(|number| number.sequence),
        customer_id: invoice.customer_id.uuid(),
        legal_entity_id: invoice.legal_entity_id.uuid(),
        order_id: invoice.order_id.map(Into::into),
        currency: invoice.currency().code().to_owned(),
        net: invoice.totals.net.minor(),
        tax: invoice.totals.tax.minor(),
        gross: invoice.totals.gross.minor(),
        taxes: taxes_to_text(&invoice.totals, Some(&invoice.credited))?,
        schedule: schedule_to_text(&invoice.schedule)?,
        issue_on: invoice.issue_on.days(),
        due_on: invoice.due_on().days(),
        asked_issue_on: invoice.asked_issue_on.map(BusinessDate::days),
        asked_due_on: invoice.asked_due_on.map(BusinessDate::days),
        purchase_order: invoice.purchase_order.clone(),
        note: invoice.note.clone(),
        open: invoice.open.minor(),
        credited: invoice.credited.gross.minor(),
        creditor_reference: invoice.creditor_reference.clone(),
        disputed: invoice.disputed,
        converted_invoice_id: invoice.converted_invoice_id.map(Into::into),
        created_at: invoice.created_at.micros(),
        issued_at: invoice.issued_at.map(|at| at.micros()),
        version: invoice.version,
    })
}
