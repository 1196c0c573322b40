#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use quittance_types::{Decimal, Reason, Uuid};

use super::*;
use crate::domain::line::{Item, Vat, VatCategory};
use crate::domain::memo::Wanted;

pub(crate) fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn day(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn line(number: u32, quantity: i64, price_minor: i64, rate: i64) -> Line {
    let category = if rate == 0 { VatCategory::Zero } else { VatCategory::Standard };
    let item = Item {
        description: "thing".to_owned(),
        quantity: Decimal::from(quantity),
        unit: "C62".to_owned(),
        unit_price: Decimal::new(price_minor, 2),
        discount_percent: Decimal::ZERO,
        vat: Vat::new(category, Decimal::from(rate)).unwrap(),
        item_code: String::new(),
    };
    Line::new(number, item, Currency::EUR).unwrap()
}

pub(crate) fn content(lines: Vec<Line>) -> Content {
    Content {
        customer_id: CustomerId::new(Uuid::from_u128(1)),
        legal_entity_id: LegalEntityId::new(Uuid::from_u128(2)),
        totals: Totals::of(&lines, Currency::EUR).unwrap(),
        lines,
        terms: None,
        purchase_order: String::new(),
        issue_on: None,
        due_on: None,
        note: String::new(),
    }
}

fn occasion() -> Occasion<'static> {
    Occasion { default_terms: "net 30", today: day("2026-03-01"), now: Timestamp::from_micros(1) }
}

fn number(sequence: i64) -> DocumentNumber {
    DocumentNumber::new(SeriesKind::Invoice, "ACME", 2026, sequence)
}

pub(crate) fn issued(lines: Vec<Line>) -> Invoice {
    let mut invoice = Invoice::draft(InvoiceId::new(Uuid::from_u128(3)), InvoiceKind::Invoice, content(lines), &occasion()).unwrap();
    invoice.issue(number(1), Timestamp::from_micros(2)).unwrap();
    invoice
}

pub(crate) fn two_rates() -> Invoice {
    issued(vec![line(1, 10, 1_000, 19), line(2, 3, 333, 7)])
}

#[test]
fn an_issued_invoice_has_a_number_a_reference_and_is_wholly_open() {
    let invoice = two_rates();
    assert_eq!((invoice.state, invoice.number_text()), (InvoiceState::Issued, "INV-ACME-2026-000001"));
    assert_eq!(invoice.open, invoice.totals.gross);
    assert!(invoice.creditor_reference.starts_with("RF"));
    assert_eq!((invoice.issue_on, invoice.due_on()), (day("2026-03-01"), day("2026-03-31")));
}

#[test]
fn an_invoice_is_issued_once() {
    let fault = two_rates().issue(number(2), Timestamp::from_micros(3)).unwrap_err();
    assert_eq!(fault.reason(), Reason::IllegalTransition);
    assert_eq!((fault.get("from"), fault.get("to")), (Some("issued"), Some("issued")));
}

#[test]
fn only_an_untouched_invoice_is_voided() {
    let mut untouched = two_rates();
    untouched.void().unwrap();
    assert_eq!((untouched.state, untouched.open.minor()), (InvoiceState::Void, 0));
    assert_eq!(untouched.number_text(), "INV-ACME-2026-000001");

    let mut paid = two_rates();
    paid.settle(euro(5)).unwrap();
    assert_eq!(paid.void().unwrap_err().get("from"), Some("partly_settled"));
    paid.settle(paid.totals.gross).unwrap();
    paid.credit(&Wanted::Amount(euro(1))).unwrap();
    assert_eq!(paid.void().unwrap_err().reason(), Reason::IllegalTransition);
}

#[test]
fn settlement_follows_what_is_open_and_a_void_invoice_stays_void() {
    let mut invoice = two_rates();
    let states = [(euro(1), InvoiceState::PartlySettled), (euro(0), InvoiceState::Settled), (invoice.totals.gross, InvoiceState::Issued)];
    for (open, state) in states {
        invoice.settle(open).unwrap();
        assert_eq!((invoice.state, invoice.open), (state, open));
    }
    invoice.void().unwrap();
    invoice.settle(euro(1)).unwrap();
    assert_eq!((invoice.state, invoice.open.minor()), (InvoiceState::Void, 0));
}

#[test]
fn a_draft_is_dated_anew_unless_a_date_was_asked_for() {
    let id = InvoiceId::new(Uuid::from_u128(3));
    let mut draft = Invoice::draft(id, InvoiceKind::Invoice, content(vec![line(1, 1, 100, 19)]), &occasion()).unwrap();
    draft.redate(day("2026-05-01")).unwrap();
    assert_eq!((draft.issue_on, draft.due_on()), (day("2026-05-01"), day("2026-05-31")));
    let asked = Content { issue_on: Some(day("2026-02-01")), due_on: Some(day("2026-02-10")), ..content(vec![line(1, 1, 100, 19)]) };
    let mut asked = Invoice::draft(id, InvoiceKind::Invoice, asked, &occasion()).unwrap();
    asked.redate(day("2026-05-01")).unwrap();
    assert_eq!((asked.issue_on, asked.due_on()), (day("2026-02-01"), day("2026-02-10")));
}

#[test]
fn a_pro_forma_becomes_an_invoice_once() {
    let id = InvoiceId::new(Uuid::from_u128(3));
    let mut pro_forma = Invoice::draft(id, InvoiceKind::ProForma, content(vec![line(1, 1, 100, 19)]), &occasion()).unwrap();
    pro_forma.issue(DocumentNumber::new(SeriesKind::ProForma, "ACME", 2026, 1), Timestamp::from_micros(2)).unwrap();
    assert_eq!((pro_forma.state, pro_forma.open.minor(), pro_forma.creditor_reference.as_str()), (InvoiceState::Sent, 0, ""));
    let invoice = pro_forma.convert(InvoiceId::new(Uuid::from_u128(4)), day("2026-04-01"), Timestamp::from_micros(3)).unwrap();
    assert_eq!((invoice.state, invoice.due_on(), invoice.totals.gross), (InvoiceState::Draft, day("2026-05-01"), pro_forma.totals.gross));
    assert_eq!((pro_forma.state, pro_forma.converted_invoice_id), (InvoiceState::Converted, Some(invoice.id)));
    let again = pro_forma.convert(InvoiceId::new(Uuid::from_u128(5)), day("2026-04-01"), Timestamp::from_micros(3));
    assert_eq!(again.unwrap_err().get("from"), Some("converted"));
}

#[test]
fn a_due_date_that_passed_before_the_conversion_gives_way_to_the_terms() {
    let asked = Content { due_on: Some(day("2026-03-10")), ..content(vec![line(1, 1, 100, 19)]) };
    let mut pro_forma = Invoice::draft(InvoiceId::new(Uuid::from_u128(3)), InvoiceKind::ProForma, asked, &occasion()).unwrap();
    pro_forma.issue(DocumentNumber::new(SeriesKind::ProForma, "ACME", 2026, 1), Timestamp::from_micros(2)).unwrap();
    assert_eq!(pro_forma.due_on(), day("2026-03-10"));
    let invoice = pro_forma.convert(InvoiceId::new(Uuid::from_u128(4)), day("2026-04-01"), Timestamp::from_micros(3)).unwrap();
    assert_eq!(invoice.due_on(), day("2026-05-01"));
}

#[test]
fn terms_of_the_customer_that_nobody_understands_are_refused() {
    let on = Occasion { default_terms: "as always", ..occasion() };
    let fault = Invoice::draft(InvoiceId::new(Uuid::nil()), InvoiceKind::Invoice, content(vec![line(1, 1, 100, 19)]), &on).unwrap_err();
    assert_eq!(fault.reason(), Reason::TermsInvalid);
}

#[test]
fn a_state_reads_what_it_writes() {
    for state in InvoiceState::ALL {
        assert_eq!(InvoiceState::parse(state.as_str()), Some(state));
    }
}

fn steps() -> impl Strategy<Value = Step> {
    prop::sample::select(vec![
        Step::Issue,
        Step::Send,
        Step::Convert,
        Step::Void,
        Step::Credit,
        Step::Settle(Settlement::Nothing),
        Step::Settle(Settlement::Part),
        Step::Settle(Settlement::Everything),
    ])
}

proptest! {
    /// Nothing leaves a terminal state, nothing returns to draft, and a pro-forma never becomes a claim by itself.
    #[test]
    fn states_only_move_forward(steps in prop::collection::vec(steps(), 0..30)) {
        let mut state = InvoiceState::Draft;
        for step in steps {
            let before = state;
            match state.after(step) {
                Ok(next) => state = next,
                Err(fault) => prop_assert_eq!(fault.get("from"), Some(before.as_str())),
            }
            match before {
                InvoiceState::Void | InvoiceState::Converted => prop_assert_eq!(state, before),
                InvoiceState::Sent => prop_assert!(matches!(state, InvoiceState::Sent | InvoiceState::Converted)),
                InvoiceState::Draft => {}
                InvoiceState::Issued | InvoiceState::PartlySettled | InvoiceState::Settled => {
                    prop_assert!(!matches!(state, InvoiceState::Draft | InvoiceState::Sent | InvoiceState::Converted));
                }
            }
        }
    }
}
