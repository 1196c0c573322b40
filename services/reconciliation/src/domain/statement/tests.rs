#![allow(clippy::unwrap_used)]

use quittance_types::{BankLineId, Currency};

use super::*;
use crate::domain::classify::tests::movement;
use crate::domain::line::LineState;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR).unwrap()
}

fn day(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn said(minor: i64, text: u128, is_booked: bool) -> Movement {
    let key = Uuid::from_u128(text);
    Movement { fingerprint: Uuid::from_u128(text | (1 << 64) | u128::from(is_booked)), movement_key: key, is_booked, ..movement(minor) }
}

fn stored(number: u128, movement: &Movement, family: &str, state: LineState) -> KnownLine {
    KnownLine {
        id: BankLineId::new(Uuid::from_u128(number)),
        fingerprint: movement.fingerprint,
        movement_key: movement.movement_key,
        family: family.to_owned(),
        state,
    }
}

fn fates<'a>(file: impl IntoIterator<Item = &'a Movement>, known: &[KnownLine], family: &str, books: bool, continues: bool) -> Vec<Fate> {
    Overlap::new(known, family).fates(file, books, continues)
}

#[test]
fn equal_lines_stay_and_the_same_file_adds_none() {
    let file = [said(100, 1, true), said(100, 1, true), said(200, 2, true)];
    assert_eq!(fates(&file, &[], "camt.053", true, false), [Fate::New; 3]);
    let known = [stored(1, &file[0], "camt.053", LineState::Applied), stored(2, &file[2], "camt.053", LineState::Imported)];
    assert_eq!(fates(&file, &known, "camt.053", true, false), [Fate::Known, Fate::New, Fate::Known]);
    assert_eq!(fates(&file, &known, "camt.053", true, true), [Fate::New; 3]);
}

#[test]
fn an_announced_line_is_booked_once() {
    let (announced, booked) = (said(100, 1, false), said(100, 1, true));
    let known = [stored(7, &announced, "camt.054", LineState::Pending)];
    let twice = [booked.clone(), booked.clone()];
    assert_eq!(fates(&twice, &known, "camt.053", true, false), [Fate::Booked(known[0].id), Fate::New]);
    assert_eq!(fates([&announced], &known, "camt.052", false, false), [Fate::Known]);
    assert_eq!(fates([&booked], &known, "camt.054", false, false), [Fate::Known], "a notification does not book");
    let known = [stored(7, &booked, "camt.053", LineState::Applied)];
    assert_eq!(fates([&announced], &known, "camt.052", false, false), [Fate::Known], "announced after it was booked");
}

#[test]
fn a_line_booked_by_a_notification_is_not_booked_again_by_the_statement() {
    let booked = said(100, 1, true);
    let known = [stored(7, &booked, "camt.054", LineState::Applied)];
    let differently = Movement { fingerprint: Uuid::from_u128(99), ..booked };
    assert_eq!(fates([&differently], &known, "camt.053", true, false), [Fate::Known]);
}

#[test]
fn one_family_books_an_account() {
    for (so_far, family, expected) in [
        ("", "camt.054", true),
        ("camt.054", "camt.054", true),
        ("camt.054", "camt.053", true),
        ("camt.053", "camt.054", false),
        ("camt.053", "mt940", false),
        ("camt.052", "camt.054", false),
    ] {
        assert_eq!(books(so_far, family), expected, "{so_far} then {family}");
    }
}

#[test]
fn balances_are_held_against_what_is_known() {
    let mut account = BankAccount {
        id: BankAccountId::new(Uuid::nil()),
        legal_entity: None,
        iban: String::new(),
        name: String::new(),
        opening_balance: euro(500),
        bank_balance: None,
        ledger_balance: euro(500),
        books_from: String::new(),
    };
    let mut statement = NewStatement {
        account_forms: Vec::new(),
        account: String::new(),
        currency: None,
        bank_statement_id: String::new(),
        page: String::new(),
        format: String::new(),
        family: "camt.053",
        from_on: Some(day("2026-01-16")),
        to_on: Some(day("2026-01-16")),
        opening: Some(euro(500)),
        closing: Some(euro(700)),
        findings: Vec::new(),
        movements: Vec::new(),
        content: [0; 32],
    };
    assert_eq!(statement.gaps(&account), None);
    assert!(!statement.continues(&account) && statement.is_newest(&account));
    account.opening_balance = euro(400);
    assert_eq!(statement.gaps(&account).unwrap().kind, "opening_mismatch");
    account.bank_balance = Some((euro(500), day("2026-01-15")));
    assert!(statement.gaps(&account).is_none() && statement.continues(&account));
    account.bank_balance = Some((euro(501), day("2026-01-15")));
    assert_eq!(statement.gaps(&account).unwrap().kind, "statement_gap");
    account.bank_balance = Some((euro(501), day("2026-02-15")));
    assert!(statement.gaps(&account).is_none() && !statement.is_newest(&account));
    account.bank_balance = Some((euro(500), day("2026-01-15")));
    statement.closing = statement.opening;
    assert!(!statement.continues(&account), "a day without change could be an earlier one again");
}
