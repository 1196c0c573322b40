//! Invoices and pro-formas: one kind of document, two lives.

mod state;

use quittance_types::{BusinessDate, Currency, CustomerId, Fault, InvoiceId, LegalEntityId, Money, OrderId, Timestamp};

use super::content::Content;
use super::illegal_transition;
use super::line::Line;
use super::number::{DocumentNumber, SeriesKind};
use super::terms::{Schedule, Terms};
use super::totals::{TaxLine, Totals};

pub use state::{InvoiceState, Settlement, Step};

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvoiceKind {
    /// A claim.
    Invoice,
    /// What a claim would look like; nothing is owed.
    ProForma,
}

impl InvoiceKind {
    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::ProForma => "pro_forma",
        }
    }

    /// The inverse of [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Invoice, Self::ProForma].into_iter().find(|kind| kind.as_str() == name)
    }

    /// The series it is numbered in.
    pub fn series(self) -> SeriesKind {
        match self {
            Self::Invoice => SeriesKind::Invoice,
            Self::ProForma => SeriesKind::ProForma,
        }
    }
}

/// An invoice or a pro-forma. Once issued, its content never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invoice {
    /// Identifier.
    pub id: InvoiceId,
    /// Invoice or pro-forma.
    pub kind: InvoiceKind,
    /// Where it stands.
    pub state: InvoiceState,
    /// There if and only if it was given out.
    pub number: Option<DocumentNumber>,
    /// Who buys.
    pub customer_id: CustomerId,
    /// Who sells.
    pub legal_entity_id: LegalEntityId,
    /// The order it invoices.
    pub order_id: Option<OrderId>,
    /// What is sold; `done` is the quantity credited.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub totals: Totals,
    /// When it is due.
    pub schedule: Schedule,
    /// Issue date.
    pub issue_on: BusinessDate,
    /// Issue date the caller asked for.
    pub asked_issue_on: Option<BusinessDate>,
    /// Due date the caller asked for.
    pub asked_due_on: Option<BusinessDate>,
    /// The buyer's order number; empty for none.
    pub purchase_order: String,
    /// Printed; empty for none.
    pub note: String,
    /// Open as reconciliation last reported it; the gross amount before it reported anything.
    pub open: Money,
    /// Credited by memos; its tax lines follow those of `totals` one by one.
    pub credited: Totals,
    /// ISO 11649 reference; empty until issued.
    pub creditor_reference: String,
    /// The customer contests it.
    pub disputed: bool,
    /// Of a converted pro-forma: the invoice it became.
    pub converted_invoice_id: Option<InvoiceId>,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When it got its number.
    pub issued_at: Option<Timestamp>,
    /// Grows with every change; the etag.
    pub version: i64,
}

/// What making a document needs beside its content.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The customer's terms, for content that names none.
    pub default_terms: &'a str,
    /// The seller's business date.
    pub today: BusinessDate,
    /// The instant.
    pub now: Timestamp,
}

impl Invoice {
    /// A document in the making: dates and instalments are computed, it has no number.
    ///
    /// # Errors
    /// TERMS_INVALID (the customer's), DUE_BEFORE_ISSUE, DATE_INVALID.
    pub fn draft(id: InvoiceId, kind: InvoiceKind, content: Content, on: &Occasion<'_>) -> Result<Self, Fault> {
        let terms = match content.terms {
            Some(terms) => terms,
            None => customer_terms(on.default_terms)?,
        };
        let issue_on = content.issue_on.unwrap_or(on.today);
        let schedule = scheduled(&terms, &content.totals, issue_on, content.due_on)?;
        let currency = content.totals.currency();
        Ok(Self {
            id,
            kind,
            state: InvoiceState::Draft,
            number: None,
            customer_id: content.customer_id,
            legal_entity_id: content.legal_entity_id,
            order_id: None,
            lines: content.lines,
            credited: nothing_of(&content.totals)?,
            open: Money::zero(currency),
            totals: content.totals,
            schedule,
            issue_on,
            asked_issue_on: content.issue_on,
            asked_due_on: content.due_on,
            purchase_order: content.purchase_order,
            note: content.note,
            creditor_reference: String::new(),
            disputed: false,
            converted_invoice_id: None,
            created_at: on.now,
            issued_at: None,
            version: 1,
        })
    }

    /// Gives it out under `number`. From here on nothing of its content changes.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}; REFERENCE_INVALID.
    pub fn issue(&mut self, number: DocumentNumber, now: Timestamp) -> Result<(), Fault> {
        let step = match self.kind {
            InvoiceKind::Invoice => Step::Issue,
            InvoiceKind::ProForma => Step::Send,
        };
        self.state = self.state.after(step)?;
        if self.kind == InvoiceKind::Invoice {
            self.creditor_reference = number.creditor_reference()?;
            self.open = self.totals.gross;
        }
        self.number = Some(number);
        self.issued_at = Some(now);
        Ok(())
    }

    /// Dates a stored draft anew for the day it is issued, unless the caller had asked for a date.
    ///
    /// # Errors
    /// DUE_BEFORE_ISSUE, DATE_INVALID.
    pub fn redate(&mut self, today: BusinessDate) -> Result<(), Fault> {
        let issue_on = self.asked_issue_on.unwrap_or(today);
        let terms = Terms::parse(&self.schedule.text)?;
        self.schedule = scheduled(&terms, &self.totals, issue_on, self.asked_due_on)?;
        self.issue_on = issue_on;
        Ok(())
    }

    /// Turns a pro-forma into the draft of an invoice for the same, to be issued at once.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}, DATE_INVALID.
    pub fn convert(&mut self, id: InvoiceId, issue_on: BusinessDate, now: Timestamp) -> Result<Self, Fault> {
        self.state = self.state.after(Step::Convert)?;
        self.converted_invoice_id = Some(id);
        let content = Content {
            customer_id: self.customer_id,
            legal_entity_id: self.legal_entity_id,
            lines: self.lines.clone(),
            totals: self.totals.clone(),
            terms: Some(Terms::parse(&self.schedule.text)?),
            purchase_order: self.purchase_order.clone(),
            issue_on: Some(issue_on),
            // A due date that has passed by now is no due date any more: the terms apply.
            due_on: self.asked_due_on.filter(|due_on| *due_on >= issue_on),
            note: self.note.clone(),
        };
        let on = Occasion { default_terms: "", today: issue_on, now };
        Self::draft(id, InvoiceKind::Invoice, content, &on)
    }

    /// Takes an invoice back that nothing was paid or credited on. It keeps its number.
    ///
    /// # Errors
    /// ILLEGAL_TRANSITION {from,to}.
    pub fn void(&mut self) -> Result<(), Fault> {
        let next = self.state.after(Step::Void)?;
        if self.credited.gross.is_positive() {
            return Err(illegal_transition("an invoice with credit memos", self.state, next));
        }
        if self.open != self.totals.gross {
            return Err(illegal_transition("an invoice with payments", self.state, next));
        }
        self.state = next;
        self.open = Money::zero(self.currency());
        Ok(())
    }

    /// Takes over what reconciliation reports as open. An invoice that is void stays so.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH.
    pub fn settle(&mut self, open: Money) -> Result<(), Fault> {
        self.totals.gross.compare(open)?;
        let settlement = Settlement::of(open, self.totals.gross);
        if let Ok(next) = self.state.after(Step::Settle(settlement)) {
            self.state = next;
            self.open = open;
        }
        Ok(())
    }

    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.totals.currency()
    }

    /// The last due date.
    pub fn due_on(&self) -> BusinessDate {
        self.schedule.due_on().unwrap_or(self.issue_on)
    }

    /// The number as text; empty for a draft.
    pub fn number_text(&self) -> &str {
        self.number.as_ref().map(DocumentNumber::as_str).unwrap_or_default()
    }
}

/// The terms a customer has when a document names none.
///
/// # Errors
/// TERMS_INVALID.
pub(crate) fn customer_terms(text: &str) -> Result<Terms, Fault> {
    let text = if text.is_empty() { super::terms::DEFAULT } else { text };
    Terms::parse(text).map_err(|fault| fault.with_message("the customer's terms of payment are not understood; name some"))
}

fn scheduled(terms: &Terms, totals: &Totals, issue_on: BusinessDate, due_on: Option<BusinessDate>) -> Result<Schedule, Fault> {
    match due_on {
        Some(due_on) => terms.schedule_due(totals.gross, issue_on, due_on),
        None => terms.schedule(totals.gross, issue_on),
    }
}

/// The same tax lines with nothing on them.
fn nothing_of(totals: &Totals) -> Result<Totals, Fault> {
    let zero = Money::zero(totals.currency());
    let taxes = totals.taxes.iter().map(|line| TaxLine { vat: line.vat, taxable: zero, tax: zero });
    Totals::of_taxes(taxes.collect(), totals.currency())
}

#[cfg(test)]
pub(crate) mod tests;
