//! NACHA files as written: control figures, blocks, reversals, and an independent reader.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::Command;

use quittance_formats::nacha::write::{AccountKind, EntryClass, NewBatch, NewEntry, NewFile, rewritten, write};
use quittance_formats::nacha::{Addendum, read};
use quittance_formats::statement::{Direction, Moment};
use quittance_types::{BusinessDate, Currency, Money};

/// Why a file is refused, and the change that makes it so.
type Broken = (&'static str, fn(&mut NewFile, &mut Vec<NewBatch>));

fn dollars(text: &str) -> Money {
    Money::parse(text, Currency::parse("USD").unwrap()).unwrap()
}

fn file() -> NewFile {
    NewFile {
        destination: "231380104".to_string(),
        destination_name: "Federal Reserve Bank".to_string(),
        origin: "121042882".to_string(),
        origin_name: "A bank whose name does not fit its field".to_string(),
        created: Moment::parse_iso("2026-03-02T10:15:00").unwrap(),
        id_modifier: 'A',
        reference: String::new(),
    }
}

fn entry(direction: Direction, amount: &str, addenda: &[&str]) -> NewEntry {
    NewEntry {
        account_kind: AccountKind::Checking,
        direction,
        routing_number: "231380104".to_string(),
        account: "123456789".to_string(),
        amount: dollars(amount),
        individual_id: "INV-1".to_string(),
        name: "Receiver of a very long name".to_string(),
        addenda: addenda.iter().map(|text| (*text).to_string()).collect(),
    }
}

fn batch(class: EntryClass, entries: Vec<NewEntry>) -> NewBatch {
    NewBatch {
        class,
        company_name: "Quittance".to_string(),
        company_id: "1234567890".to_string(),
        description: "INVOICE".to_string(),
        effective: BusinessDate::parse("2026-03-04").unwrap(),
        originating_bank: "12104288".to_string(),
        entries,
    }
}

fn edi() -> String {
    "ST*820*0001~BPR*C*150.00*C*ACH*CTX~TRN*1*T~RMR*IV*INV-1**100.00*100.00~RMR*IV*INV-2**50.00*50.00~SE*6*0001~".to_string()
}

fn batches() -> Vec<NewBatch> {
    let savings = NewEntry { account_kind: AccountKind::Savings, ..entry(Direction::Credit, "0.00", &[]) };
    vec![
        batch(EntryClass::Ppd, vec![entry(Direction::Debit, "100.00", &["Invoice 1"]), entry(Direction::Debit, "0.01", &[])]),
        batch(EntryClass::Ccd, vec![entry(Direction::Credit, "12.34", &["RMR*IV*INV-1**12.34~"]), savings]),
        batch(EntryClass::Ctx, vec![entry(Direction::Credit, "150.00", &[&edi()]), entry(Direction::Debit, "1.00", &[])]),
    ]
}

#[test]
fn files_read_back_to_what_was_written() {
    let bytes = write(&file(), &batches()).unwrap();
    assert_eq!(bytes, write(&file(), &batches()).unwrap());
    let lines: Vec<&str> = std::str::from_utf8(&bytes).unwrap().lines().collect();
    assert!(lines.iter().all(|line| line.len() == 94));
    assert!(lines.len().is_multiple_of(10));
    let read = read(&bytes).unwrap();
    assert_eq!(read.findings, []);
    let classes: Vec<(&str, u16)> =
        read.batches.iter().map(|batch| (batch.class(), batch.header.as_ref().unwrap().service_class)).collect();
    assert_eq!(classes, [("PPD", 225), ("CCD", 220), ("CTX", 200)]);
    let codes: Vec<u8> = read.batches.iter().flat_map(|batch| &batch.entries).map(|entry| entry.transaction_code).collect();
    assert_eq!(codes, [27, 27, 22, 33, 22, 27]);
    let control = read.control.as_ref().unwrap();
    assert_eq!((control.debit, control.credit, control.batches, control.count), (10_101, 16_234, 3, 10));
    assert_eq!((control.blocks, control.hash), (2, 6 * 23_138_010));
    let ctx = &read.batches[2].entries[0];
    assert_eq!((ctx.payment_information(), ctx.addenda.len(), ctx.name.as_str()), (edi(), 2, "Receiver of a ve"));
    assert!(matches!(&ctx.addenda[1], Addendum::Payment { kind: "05", sequence: 2, .. }));
    assert_eq!(read.batches[0].entries[1].trace, "121042880000002");
    assert_eq!(read.header.as_ref().unwrap().created.unwrap().to_string(), "2026-03-02T10:15:00");
}

#[test]
fn a_reversal_takes_the_batch_back() {
    let original = batches();
    let back = NewBatch::reversal(&original[0], BusinessDate::parse("2026-03-06").unwrap());
    let read_back = read(&write(&file(), &[back]).unwrap()).unwrap();
    let batch = &read_back.batches[0];
    assert!(batch.header.as_ref().unwrap().is_reversal());
    assert_eq!(batch.entries.iter().map(|entry| (entry.transaction_code, entry.amount)).collect::<Vec<_>>(), [(22, 10_000), (22, 1)]);
    // The same from a file that was sent: nothing but the bytes is needed.
    let sent = read(&write(&file(), &original).unwrap()).unwrap();
    for (batch, original) in sent.batches.iter().zip(&original) {
        let again = rewritten(batch).unwrap();
        assert_eq!((again.class, again.entries[0].amount), (original.class, original.entries[0].amount));
        let control = read(&write(&file(), &[NewBatch::reversal(&again, again.effective)]).unwrap()).unwrap().control.unwrap();
        let stated = batch.control.as_ref().unwrap();
        assert_eq!((control.debit, control.credit), (stated.credit, stated.debit));
    }
}

#[test]
fn what_the_rules_do_not_allow_is_refused() {
    let broken: &[Broken] = &[
        ("check digit", |_, batches| batches[0].entries[0].routing_number = "231380105".to_string()),
        ("letters", |_, batches| batches[0].entries[0].name = "Jürgen".to_string()),
        ("two addenda", |_, batches| batches[0].entries[0].addenda.push("more".to_string())),
        ("long addendum", |_, batches| batches[0].entries[0].addenda[0] = "x".repeat(81)),
        ("euro", |_, batches| batches[0].entries[0].amount = Money::parse("1.00", Currency::parse("EUR").unwrap()).unwrap()),
        ("too much", |_, batches| batches[0].entries[0].amount = dollars("100000000.00")),
        ("long account", |_, batches| batches[0].entries[0].account = "1".repeat(18)),
        ("no entries", |_, batches| batches[0].entries.clear()),
        ("no batches", |_, batches| batches.clear()),
        ("modifier", |file, _| file.id_modifier = 'a'),
        ("destination", |file, _| file.destination = "23138010".to_string()),
        ("bank", |_, batches| batches[0].originating_bank = "1210428".to_string()),
        ("description", |_, batches| batches[0].description = "longer than ten".to_string()),
    ];
    for (why, change) in broken {
        let (mut file, mut batches) = (file(), batches());
        change(&mut file, &mut batches);
        let fault = write(&file, &batches).unwrap_err();
        assert!(fault.get("path").is_some(), "{why}: {fault}");
    }
}

const INDEPENDENT: &str = "
import sys, achkit
text = open(sys.argv[1], newline='').read()
errors = achkit.validate(text)['errors']
if errors:
    sys.exit(str(errors))
for batch in achkit.parse(text)['batches']:
    for entry in batch['entries']:
        print(entry['txn_code'], entry['amount_cents'], entry['account'].strip(), len(entry['addenda']))
";

/// The Python package `achkit` is written by others; it reads and judges what is written here.
#[test]
fn an_independent_reader_accepts_the_file() {
    if !Command::new("python3").args(["-c", "import achkit"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("python3 with achkit is absent: no independent reader looked at the file; pip install achkit");
        return;
    }
    let mut all = batches();
    all.push(NewBatch::reversal(&all[0], BusinessDate::parse("2026-03-06").unwrap()));
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("written.ach");
    std::fs::write(&path, write(&file(), &all).unwrap()).unwrap();
    let output = Command::new("python3").args(["-c", INDEPENDENT]).arg(&path).output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let own = read(&std::fs::read(&path).unwrap()).unwrap();
    let own = own.batches.iter().flat_map(|batch| &batch.entries);
    let own: Vec<String> =
        own.map(|entry| format!("{} {} {} {}", entry.transaction_code, entry.amount, entry.account.trim(), entry.addenda.len())).collect();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(), own);
}
