//! The company as a whole, played against a stand-in for the suite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod fake;
mod files;
mod habits;
mod scoring;

use std::collections::{BTreeMap, BTreeSet};

use fake::{Answers, Numbering, Played, params, play, play_with};
use quittance_simulator::calendar::is_bank_day;
use quittance_simulator::truth::LineKind;
use quittance_simulator::{Action, World};
use quittance_types::Money;
use sha2::{Digest, Sha256};

fn fingerprint(played: &Played) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", played.play.world().customers()));
    for action in &played.actions {
        hash.update(format!("{action:?}\n"));
    }
    for statement in &played.statements {
        hash.update(format!("{statement:?}\n"));
    }
    hash.update(format!("{:?}{:?}", played.play.truth(), played.play.summary()));
    hex::encode(hash.finalize())
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_does_not() {
    let first = fingerprint(&play(params(7, 30, 120)));
    assert_eq!(first, fingerprint(&play(params(7, 30, 120))));
    assert_ne!(first, fingerprint(&play(params(8, 30, 120))));
}

#[test]
fn the_order_of_answers_does_not_matter() {
    let forwards = play_with(params(7, 30, 120), Numbering::ByOrder, Answers::InOrder);
    let backwards = play_with(params(7, 30, 120), Numbering::ByOrder, Answers::Backwards);
    assert_eq!(fingerprint(&forwards), fingerprint(&backwards));
}

/// Customers, their orders and their transfers, without what depends on the company as a whole.
fn of_first_customers(played: &Played, count: usize) -> String {
    let names: BTreeSet<&str> = played.play.world().customers()[..count].iter().map(|customer| customer.external_id.as_str()).collect();
    let mut text = format!("{:?}", &played.play.world().customers()[..count]);
    for invoice in played.invoices.values().filter(|invoice| (invoice.key.order.customer as usize) < count) {
        text.push_str(&format!("{invoice:?}\n"));
    }
    for line in &played.play.truth().lines {
        if matches!(&line.kind, LineKind::Receipt { customer, .. } if names.contains(customer.as_str())) {
            text.push_str(&format!("{line:?}\n"));
        }
    }
    text
}

#[test]
fn more_customers_do_not_change_the_others() {
    let small = play_with(params(3, 25, 120), Numbering::ByOrder, Answers::InOrder);
    let large = play_with(params(3, 60, 120), Numbering::ByOrder, Answers::InOrder);
    assert_eq!(of_first_customers(&small, 25), of_first_customers(&large, 25));
}

#[test]
fn statements_chain_and_fall_on_bank_days() {
    let played = play(params(11, 60, 180));
    let mut last: BTreeMap<&str, (Money, u32)> = BTreeMap::new();
    let mut references = BTreeSet::new();
    for statement in &played.statements {
        assert!(is_bank_day(statement.date), "{}", statement.date);
        let (closing, number) = last.get(statement.iban.as_str()).copied().unwrap_or((statement.opening, 0));
        assert_eq!(statement.opening, closing);
        assert_eq!(statement.number, number + 1);
        let sum = Money::sum(statement.currency, statement.entries.iter().map(|entry| entry.amount)).unwrap();
        assert_eq!(statement.closing, statement.opening.add(sum).unwrap());
        for entry in &statement.entries {
            assert_eq!(entry.booked_on, statement.date);
            assert!(!entry.amount.is_zero() && entry.text.chars().count() <= 140);
            assert!(references.insert(entry.reference.clone()), "{} twice", entry.reference);
        }
        last.insert(&statement.iban, (statement.closing, statement.number));
    }
    assert!(played.statements.len() > 120);
    assert!(references.len() > 300, "{}", references.len());
}

#[test]
fn the_truth_knows_every_line_and_adds_up() {
    let played = play(params(11, 60, 180));
    let lines: BTreeMap<&str, Money> =
        played.statements.iter().flat_map(|statement| &statement.entries).map(|entry| (entry.reference.as_str(), entry.amount)).collect();
    let truth = played.play.truth();
    assert_eq!(truth.lines.len(), lines.len());
    for line in &truth.lines {
        assert_eq!(lines[line.bank_reference.as_str()], line.amount);
        if let LineKind::Receipt { customer, .. } = &line.kind {
            let covered = Money::sum(line.amount.currency(), line.covers.iter().map(|cover| cover.cash)).unwrap();
            assert_eq!(covered.add(line.on_account).unwrap(), line.amount);
            for cover in &line.covers {
                assert_eq!(truth.owners.get(&cover.document), Some(customer));
            }
        }
    }
}

#[test]
fn nobody_pays_more_on_an_invoice_than_it_asks_for() {
    let played = play(params(11, 120, 240));
    let returned: BTreeSet<&str> = played
        .play
        .truth()
        .lines
        .iter()
        .filter_map(|line| match &line.kind {
            LineKind::Return { of } => Some(of.as_str()),
            _ => None,
        })
        .collect();
    let mut paid: BTreeMap<&str, i64> = BTreeMap::new();
    for line in played.play.truth().lines.iter().filter(|line| !returned.contains(line.bank_reference.as_str())) {
        for cover in &line.covers {
            *paid.entry(&cover.document).or_default() += cover.cash.minor() + cover.discount.minor();
        }
    }
    let credited: BTreeMap<_, i64> = played.memos.iter().map(|memo| (memo.key, memo.total.minor())).collect();
    assert!(!returned.is_empty() && !credited.is_empty());
    for invoice in played.invoices.values() {
        let settled =
            paid.get(invoice.number.as_str()).copied().unwrap_or_default() + credited.get(&invoice.key).copied().unwrap_or_default();
        assert!(settled <= invoice.total.minor(), "{} {settled} of {}", invoice.number, invoice.total);
    }
}

#[test]
fn request_ids_are_distinct_and_stable() {
    let played = play(params(5, 40, 120));
    let mut seen = BTreeSet::new();
    for action in &played.actions {
        let id = match action {
            Action::SubmitOrder(act) => act.request_id,
            Action::CancelOrder(act) => act.request_id,
            Action::FulfilOrder(act) => act.request_id,
            Action::ReleaseHold(act) => act.request_id,
            Action::OpenDispute(act) => act.request_id,
            Action::IssueCreditMemo(act) => act.request_id,
            Action::ResolveDispute(act) => act.request_id,
            Action::MakePromise(act) => act.request_id,
            Action::CollectPayment(act) => act.request_id,
        };
        let again = matches!(action, Action::FulfilOrder(_));
        assert!(seen.insert(id) || again, "{action:?}");
    }
    let world = World::new(params(5, 1, 1)).unwrap();
    assert_eq!(world.request_id("submit SO-10001-0001"), World::new(params(5, 9, 9)).unwrap().request_id("submit SO-10001-0001"));
    assert_ne!(world.request_id("a"), World::new(params(6, 1, 1)).unwrap().request_id("a"));
}

#[test]
fn half_a_year_of_a_mid_sized_company_is_plausible() {
    let played = play(params(42, 200, 180));
    let summary = played.play.summary();
    assert_eq!(summary.days, 180);
    assert!((1_500..4_500).contains(&summary.orders), "{}", summary.orders);
    assert!(summary.invoices * 10 > summary.orders * 9);
    assert!(summary.orders_held > 50 && summary.holds_released > 10 && summary.orders_cancelled > 20);
    assert!(summary.transfers > 1_000 && summary.batch_transfers > 20 && summary.returns > 3);
    assert!(summary.rail_payments > 20 && summary.payouts > 15 && summary.rail_failures > 0);
    assert!(summary.disputes > 20 && summary.disputes_credited > 5 && summary.promises > 10);
    assert!(summary.differences.len() >= 8, "{:?}", summary.differences);
}

#[test]
fn foreign_currency_has_its_own_account() {
    let mut swiss = params(9, 240, 120);
    swiss.foreign_currency = true;
    let played = play(swiss);
    let currencies: BTreeSet<&str> = played.statements.iter().map(|statement| statement.currency.code()).collect();
    assert_eq!(currencies.into_iter().collect::<Vec<_>>(), ["CHF", "EUR"]);
    assert!(played.statements.iter().any(|statement| statement.currency.code() == "CHF" && !statement.entries.is_empty()));
}
