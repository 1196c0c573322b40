//! `open_items.csv`

use std::path::Path;

use quittance_matching::record::{DiscountStep, DocumentKind, ItemRecord};
use quittance_types::{BusinessDate, Currency, Decimal};

use super::{date_if_any, number, required};
use crate::amount::parse_minor;
use crate::error::BacktestError;
use crate::intake::{Odd, Refused, TableRead};
use crate::ledgers::Ledgers;
use crate::progress::Progress;
use crate::table::{self, Layout};

const LAYOUT: Layout<15> = Layout {
    file: "open_items.csv",
    columns: [
        ("invoice_number", "no row can be used"),
        ("seller_id", "items belong to the seller of their customer, or to the only one"),
        ("customer_id", "no row can be used"),
        ("doc_type", "a negative amount is a credit note, everything else an invoice"),
        ("issue_date", "nothing is paid too early, and of a discount a person decides unless the terms say net how many days"),
        ("due_date", "the issue date is taken"),
        ("currency", "the currency of the seller's books is taken"),
        ("total", "the open amount is taken"),
        ("open_amount", "the total is taken to be open"),
        ("terms", ""),
        ("discount_pct", "discounts are read from the terms where these say 2/10 or 3/10 2/20"),
        ("discount_days", "discounts are read from the terms where these say 2/10 or 3/10 2/20"),
        ("po_number", "purchase orders in texts say nothing"),
        ("delivery_note", "delivery notes in texts say nothing"),
        ("creditor_reference", "structured references in bank files say nothing"),
    ],
};

const CREDIT_NOTE: [&str; 6] = ["CN", "CRN", "CREDIT", "CREDIT_NOTE", "CREDIT NOTE", "CREDITNOTE"];
const INVOICE: [&str; 2] = ["INV", "INVOICE"];

pub(super) fn read(folder: &Path, ledgers: &mut Ledgers, progress: &dyn Progress) -> Result<TableRead, BacktestError> {
    table::read(folder, &LAYOUT, progress, |values| item(&values, ledgers))
}

fn item(values: &[&str; 15], ledgers: &mut Ledgers) -> Result<Odd, Refused> {
    let [number, seller, customer, kind, issued, due, currency, total, open, terms, percent, days, order, delivery, reference] = *values;
    let number = required("invoice_number", number)?;
    let customer = required("customer_id", customer)?;
    let seller = &*ledgers.seller_of(seller, customer)?;
    let mut odd = ledgers.foreign_customer(seller, customer);
    let currency = match currency {
        "" => ledgers.of(seller)?.seller.currency,
        code => ledgers.currency("currency", code)?,
    };
    let written = (total, open);
    let (total, open) = amounts(total, open, currency)?;
    if open.unsigned_abs() > total.unsigned_abs() {
        return Err(Refused::new("open_amount", "is more than the total", written.1));
    }
    let direction = Direction { kind, total, open, written };
    odd.extend(direction.oddity());
    let kind = direction.document_kind()?;
    let (issued, due) = (date_if_any("issue_date", issued, &mut odd), date_if_any("due_date", due, &mut odd));
    ledgers.latest = ledgers.latest.max(issued.or(due).unwrap_or(BusinessDate::MIN));
    let counted_from = issued.or_else(|| due?.minus_days(net_days(terms)?).ok());
    let discounts = discounts(percent, days, terms, counted_from)?;
    let ledger = ledgers.of(seller)?;
    ledger.builder.item(&ItemRecord {
        number,
        customer,
        kind,
        issued_on: issued.unwrap_or(BusinessDate::MIN),
        due_on: due.or(issued).unwrap_or(BusinessDate::MIN),
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
    Ok(odd)
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

/// What says whether somebody owes or is owed.
struct Direction<'a> {
    kind: &'a str,
    total: i64,
    open: i64,
    /// Both as written.
    written: (&'a str, &'a str),
}

impl Direction<'_> {
    fn is(&self, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.kind))
    }

    /// A credit note may be written with either sign; an invoice below zero is one.
    fn document_kind(&self) -> Result<DocumentKind, Refused> {
        let is_below = |amount: i64| amount < 0;
        match () {
            () if self.is(&CREDIT_NOTE) => Ok(DocumentKind::CreditNote),
            () if !self.kind.is_empty() && !self.is(&INVOICE) => Err(Refused::new("doc_type", "is neither INV nor CN", self.kind)),
            () if self.open != 0 && is_below(self.total) != is_below(self.open) => {
                Err(Refused::new("open_amount", "has another sign than the total", self.written.1))
            }
            () if is_below(self.total) => Ok(DocumentKind::CreditNote),
            () => Ok(DocumentKind::Invoice),
        }
    }

    fn oddity(&self) -> Option<Refused> {
        let written = if self.written.0.is_empty() { self.written.1 } else { self.written.0 };
        let odd = || Refused::new("total", "is below zero in an invoice, which is taken for a credit note", written);
        (self.total < 0 && self.is(&INVOICE)).then(odd)
    }
}

/// The discounts, counted from the date of the document where that is known. The columns hold one step; the terms that name it
/// may name more.
fn discounts(percent: &str, days: &str, terms: &str, issued_on: Option<BusinessDate>) -> Result<Vec<DiscountStep>, Refused> {
    let of_terms: Vec<DiscountStep> = parts_of_terms(terms).filter_map(|step| step_of_terms(step, issued_on)).collect();
    if percent.is_empty() || days.is_empty() {
        return Ok(of_terms);
    }
    let share = number(percent).ok_or_else(|| Refused::new("discount_pct", "is not a percentage such as 2.5", percent))?;
    let whole = days.strip_suffix(".0").unwrap_or(days);
    let days: i32 = whole.parse().map_err(|_| Refused::new("discount_days", "is not a number of days", days))?;
    let given = step(share, days, issued_on);
    let are_the_same = given.is_some_and(|given| of_terms.contains(&given));
    Ok(if are_the_same { of_terms } else { given.into_iter().collect() })
}

/// `3/10` and `2,5/20` of `3/10,2,5/20`: a comma before the slash is that of a percentage.
fn parts_of_terms(terms: &str) -> impl Iterator<Item = &str> {
    let mut has_days = false;
    terms.split(move |mark| {
        let is_end = matches!(mark, ';' | ' ') || (mark == ',' && has_days);
        has_days = !is_end && (has_days || mark == '/');
        is_end
    })
}

/// A number before a comma is days from here on, and no percentage with decimals.
const LEAST_NET: u8 = 20;

/// `2/10`: two percent within ten days.
fn step_of_terms(text: &str, issued_on: Option<BusinessDate>) -> Option<DiscountStep> {
    let (percent, days) = text.split_once('/')?;
    let is_discount = |share: &Decimal| *share < Decimal::from(LEAST_NET);
    let share = match percent.rsplit_once(',') {
        // `net 30,2/10`
        Some((_, last)) => number(percent).filter(is_discount).or_else(|| number(last)),
        None => number(percent),
    };
    step(share?, days.parse().ok()?, issued_on)
}

/// Days from the date of the document to its due date: 30 in `2/10 net 30`.
fn net_days(terms: &str) -> Option<i32> {
    let mut words = terms.split([',', ' ']).filter(|word| !word.is_empty());
    words.find(|word| word.eq_ignore_ascii_case("net"))?;
    words.next()?.parse().ok()
}

fn step(percent: Decimal, days: i32, issued_on: Option<BusinessDate>) -> Option<DiscountStep> {
    let given = percent > Decimal::ZERO && percent < Decimal::ONE_HUNDRED && days >= 0;
    let until = issued_on.map_or(Ok(BusinessDate::MAX), |day| day.plus_days(days)).ok().filter(|_| given)?;
    Some(DiscountStep { percent, until })
}
