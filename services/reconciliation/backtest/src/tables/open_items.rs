//! `open_items.csv`

use std::path::Path;

use quittance_matching::record::{DiscountStep, DocumentKind, ItemRecord};
use quittance_types::{BusinessDate, Currency, Decimal};

use super::{number, optional_date, required};
use crate::amount::parse_minor;
use crate::error::BacktestError;
use crate::intake::{Refused, TableRead};
use crate::ledgers::Ledgers;
use crate::progress::Progress;
use crate::table::{self, Layout};

const LAYOUT: Layout<15> = Layout {
    file: "open_items.csv",
    columns: [
        ("invoice_number", "no row can be used"),
        ("seller_id", "all items belong to the only seller"),
        ("customer_id", "no row can be used"),
        ("doc_type", "a negative amount is a credit note, everything else an invoice"),
        ("issue_date", "the due date is taken"),
        ("due_date", "the issue date is taken"),
        ("currency", "the currency of the seller's books is taken"),
        ("total", "the open amount is taken"),
        ("open_amount", "the total is taken to be open"),
        ("terms", ""),
        ("discount_pct", "discounts are read from the terms where these say 2/10"),
        ("discount_days", "discounts are read from the terms where these say 2/10"),
        ("po_number", "purchase orders in texts say nothing"),
        ("delivery_note", "delivery notes in texts say nothing"),
        ("creditor_reference", "structured references in bank files say nothing"),
    ],
};

pub(super) fn read(folder: &Path, ledgers: &mut Ledgers, progress: &dyn Progress) -> Result<TableRead, BacktestError> {
    table::read(folder, &LAYOUT, progress, |values| item(&values, ledgers))
}

fn item(values: &[&str; 15], ledgers: &mut Ledgers) -> Result<(), Refused> {
    let [number, seller, customer, kind, issued, due, currency, total, open, terms, percent, days, order, delivery, reference] = *values;
    let number = required("invoice_number", number)?;
    let customer = required("customer_id", customer)?;
    let currency = match currency {
        "" => ledgers.of(seller)?.seller.currency,
        code => ledgers.currency("currency", code)?,
    };
    let (total, open) = amounts(total, open, currency)?;
    let kind = document_kind(kind, total)?;
    if open.unsigned_abs() > total.unsigned_abs() {
        return Err(Refused::new("open_amount", "is more than the total", values.get(8).unwrap_or(&"")));
    }
    let (issued, due) = (optional_date("issue_date", issued)?, optional_date("due_date", due)?);
    let issued_on = issued.or(due).unwrap_or(BusinessDate::MIN);
    ledgers.latest = ledgers.latest.max(issued_on);
    let discounts = discounts(percent, days, terms, issued_on)?;
    let ledger = ledgers.of(seller)?;
    ledger.builder.item(&ItemRecord {
        number,
        customer,
        kind,
        issued_on,
        due_on: due.unwrap_or(issued_on),
        currency,
        total: total.abs(),
        open: open.abs(),
        discounts: &discounts,
        purchase_order: order,
        delivery_note: delivery,
        order: "",
        creditor_reference: reference,
        disputed: false,
    });
    ledger.items += 1;
    Ok(())
}

fn amounts(total: &str, open: &str, currency: Currency) -> Result<(i64, i64), Refused> {
    let read = |column, text: &str| parse_minor(text, currency).map_err(|why| Refused::new(column, why, text));
    match (total, open) {
        ("", "") => Err(Refused::new("open_amount", "is empty, and so is the total", open)),
        ("", open) => read("open_amount", open).map(|open| (open, open)),
        (total, "") => read("total", total).map(|total| (total, total)),
        (total, open) => Ok((read("total", total)?, read("open_amount", open)?)),
    }
}

fn document_kind(kind: &str, total: i64) -> Result<DocumentKind, Refused> {
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(kind));
    match () {
        () if is(&["CN", "CRN", "CREDIT", "CREDIT_NOTE", "CREDIT NOTE", "CREDITNOTE"]) => Ok(DocumentKind::CreditNote),
        () if !is(&["INV", "INVOICE", ""]) => Err(Refused::new("doc_type", "is neither INV nor CN", kind)),
        () if total < 0 => Ok(DocumentKind::CreditNote),
        () => Ok(DocumentKind::Invoice),
    }
}

fn discounts(percent: &str, days: &str, terms: &str, issued_on: BusinessDate) -> Result<Vec<DiscountStep>, Refused> {
    if percent.is_empty() || days.is_empty() {
        return Ok(terms.split([',', ' ']).filter_map(|step| step_of_terms(step, issued_on)).collect());
    }
    let share = number(percent).ok_or_else(|| Refused::new("discount_pct", "is not a percentage such as 2.5", percent))?;
    let whole = days.strip_suffix(".0").unwrap_or(days);
    let days: i32 = whole.parse().map_err(|_| Refused::new("discount_days", "is not a number of days", days))?;
    Ok(step(share, days, issued_on).into_iter().collect())
}

/// `2/10`: two percent within ten days.
fn step_of_terms(text: &str, issued_on: BusinessDate) -> Option<DiscountStep> {
    let (percent, days) = text.split_once('/')?;
    step(number(percent)?, days.parse().ok()?, issued_on)
}

fn step(percent: Decimal, days: i32, issued_on: BusinessDate) -> Option<DiscountStep> {
    let given = percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED && days >= 0;
    let until = issued_on.plus_days(days).ok().filter(|_| given)?;
    Some(DiscountStep { percent, until })
}
