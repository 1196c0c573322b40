//! What is written reads back to the same values and is valid against the ISO schema.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use quittance_samples::corpora;
use std::process::Command;

use quittance_formats::statement::{
    Account, AccountIdentifier, Agent, AmountDetails, Balance, BalanceKind, Batch, BookingStatus, Charge, CreditorReference, Detail,
    Direction, DocumentReference, Entry, EntryTexts, Moment, PageMark, Parties, Party, PostalAddress, RareOfDetail, RareOfParty,
    References, Remittance, ReturnInformation, Split, Statement, StructuredRemittance, TransactionCode,
};
use quittance_formats::{Format, camt, read};
use quittance_types::{BusinessDate, Currency, Money, Reason};

fn eur(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn day(text: &str) -> Moment {
    BusinessDate::parse(text).unwrap().into()
}

fn balance(kind: BalanceKind, amount: &str) -> Balance {
    Balance { kind, sub_type: None, amount: eur(amount).into(), direction: Some(Direction::Credit), date: Some(day("2026-03-02")) }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_string())
}

fn code<C: From<TransactionCode>>(sub_family: &str) -> Option<C> {
    let code = TransactionCode {
        domain: some("PMNT"),
        family: some("RCDT"),
        sub_family: some(sub_family),
        proprietary: some("NTRF+166"),
        issuer: some("DK"),
    };
    Some(code.into())
}

fn payment(amount: &str, end_to_end_id: &str) -> Detail {
    Detail {
        references: References {
            servicer_reference: some("TX-1"),
            end_to_end_id: some(end_to_end_id),
            mandate_id: some("M-1"),
            proprietary: vec![("T".into(), "V".into())],
            ..References::default()
        }
        .into(),
        parties: Parties {
            debtor: Some(Box::new(Party {
                rare: RareOfParty {
                    address: Some(Box::new(PostalAddress { town: some("Köln"), country: some("DE"), ..PostalAddress::default() })),
                    ..RareOfParty::default()
                }
                .into(),
                ..Party::named("Müller & Söhne <GmbH>")
            })),
            debtor_account: Some(Box::new(AccountIdentifier::iban("DE89370400440532013000"))),
            ultimate_debtor: Some(Box::new(Party::named("Holding AG"))),
            debtor_agent: Some(Box::new(Agent { bic: some("COBADEFFXXX"), ..Agent::default() })),
            creditor: Some(Box::new(Party::named("Quittance Demo SA"))),
            creditor_account: Some(Box::new(AccountIdentifier::other("4711"))),
            ..Parties::default()
        }
        .into(),
        remittance: Remittance {
            unstructured: ["INV-2026-000123 less 2 %", "second line"].into_iter().collect(),
            structured: vec![StructuredRemittance {
                creditor_reference: Some(CreditorReference { kind: some("SCOR"), issuer: some("ISO"), value: "RF18539007547034".into() }),
                documents: vec![DocumentReference { kind: some("CINV"), number: some("INV-2026-000123"), date: Some(day("2026-02-01")) }],
                remitted: Some(eur(amount).into()),
                additional: vec!["text".into()],
                ..StructuredRemittance::default()
            }]
            .into(),
        },
        rare: RareOfDetail {
            amount: Some(eur(amount).into()),
            direction: Some(Direction::Credit),
            amounts: Some(Box::new(AmountDetails {
                instructed: Some(Money::parse("90.10", Currency::USD).unwrap().into()),
                ..AmountDetails::default()
            })),
            transaction_code: code("ESCT"),
            charges: vec![Charge {
                amount: eur("1.50").into(),
                direction: Some(Direction::Debit),
                included: Some(true),
                kind: None,
                bearer: some("SHAR"),
                agent_bic: None,
                is_total: false,
            }]
            .into(),
            purpose: Some("GDDS".into()),
            additional_information: Some("bank text".into()),
            ..RareOfDetail::default()
        }
        .into(),
    }
}

fn entry(amount: &str, details: Vec<Detail>) -> Entry {
    let split = match details.len() {
        0 => Split::None,
        1 => Split::Single,
        _ => Split::Lines,
    };
    Entry {
        amount: eur(amount).into(),
        direction: Some(Direction::Credit),
        status: BookingStatus::Booked,
        booking: Some(day("2026-03-02")),
        value: Some(day("2026-03-03")),
        transaction_code: code("ESCT"),
        details: details.into(),
        split,
        texts: EntryTexts::default()
            .with_reference(Some("1"))
            .with_servicer_reference(Some(&format!("REF{amount}")))
            .with_additional_information(Some("SEPA credit")),
        ..Entry::default()
    }
}

fn sample() -> Vec<Statement> {
    let mut returned = payment("20.00", "E2E-3");
    returned.direction = Some(Direction::Debit);
    returned.return_information =
        Some(Box::new(ReturnInformation { reason: some("MD06"), additional: vec!["refund".into()], ..ReturnInformation::default() }));
    let mut batch = entry("100.00", vec![payment("60.00", "E2E-1"), payment("40.00", "E2E-2")]);
    batch.batches.push(Batch { payment_information_id: some("P"), count: Some(2), ..Batch::default() });
    let reversal = Entry { direction: Some(Direction::Debit), reversal: true, ..entry("20.00", vec![returned]) };
    vec![Statement {
        id: Some("STMT-1".into()),
        electronic_sequence: Some("17".into()),
        page: Some(Box::new(PageMark { number: "1".into(), last: Some(true) })),
        created: Moment::parse_iso("2026-03-02T18:00:00+01:00"),
        from: Moment::parse_iso("2026-03-02T00:00:00"),
        to: Moment::parse_iso("2026-03-02T23:59:59"),
        account: Account {
            id: Some(AccountIdentifier::iban("DE02120300000000202051")),
            currency_code: Some("EUR".into()),
            owner: Some(Box::new(Party::named("Quittance Demo SA"))),
            servicer: Some(Arc::new(Agent { bic: some("BYLADEM1001"), name: some("Demo Bank"), ..Agent::default() })),
            ..Account::default()
        },
        balances: vec![balance(BalanceKind::OpeningBooked, "10.00"), balance(BalanceKind::ClosingBooked, "97.50")],
        entries: vec![batch, reversal, entry("7.50", Vec::new())],
        additional_information: Some("demo".into()),
        ..Statement::default()
    }]
}

#[test]
fn what_is_written_reads_back() {
    let statements = sample();
    let created = Moment::parse_iso("2026-03-02T18:30:00Z").unwrap();
    let bytes = camt::write("MSG-1", created, &statements).unwrap();
    assert_eq!(bytes, camt::write("MSG-1", created, &statements).unwrap());
    let file = read(&bytes).unwrap();
    assert_eq!((file.format, file.version.as_str(), file.created), (Format::Camt053, "camt.053.001.08", Some(created)));
    assert!(file.findings.is_empty(), "{:?}", file.findings);
    assert_eq!(file.statements, statements);
    assert_eq!(file.statements[0].lines().count(), 4);
}

#[test]
fn what_is_written_is_valid() {
    let Some(folder) = corpora::folder("iso20022-xsd") else { return };
    if !Command::new("python3").args(["-c", "import lxml"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("python3 with lxml is absent: the schema was not checked; pip install lxml");
        return;
    }
    let mut small = sample();
    small[0] = Statement {
        id: Some("S".into()),
        account: Account { id: Some(AccountIdentifier::other("1")), ..Account::default() },
        balances: vec![balance(BalanceKind::ClosingBooked, "0")],
        ..Statement::default()
    };
    for (number, statements) in [sample(), small].into_iter().enumerate() {
        let bytes = camt::write("MSG-1", day("2026-03-02"), &statements).unwrap();
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("written-{number}.xml"));
        std::fs::write(&path, bytes).unwrap();
        let script = "import sys; from lxml import etree; etree.XMLSchema(etree.parse(sys.argv[1])).assertValid(etree.parse(sys.argv[2]))";
        let schema = folder.join("camt053-package/camt.053.001.08.xsd");
        let output = Command::new("python3").arg("-c").arg(script).arg(schema).arg(&path).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_the_schema_does_not_allow_is_refused() {
    let broken: [fn(&mut Statement); 7] = [
        |statement| statement.id = None,
        |statement| statement.account.id = None,
        |statement| statement.balances.clear(),
        |statement| statement.entries[0].direction = None,
        |statement| statement.entries[0].amount = quittance_formats::statement::Amount::missing(),
        |statement| statement.entries[0].texts = EntryTexts::default().with_servicer_reference(Some(&"x".repeat(36))),
        |statement| statement.entries[0].texts = EntryTexts::default().with_additional_information(Some("a\u{1}b")),
    ];
    for (number, breaks) in broken.into_iter().enumerate() {
        let mut statements = sample();
        breaks(&mut statements[0]);
        let fault = camt::write("M", day("2026-03-02"), &statements).unwrap_err();
        assert_eq!(fault.reason(), Reason::StatementMalformed, "{number}");
        assert!(fault.get("path").unwrap().starts_with("BkToCstmrStmt/Stmt"), "{number}: {fault}");
    }
    assert!(camt::write("M", day("2026-03-02"), &[]).is_err());
    assert!(camt::write("", day("2026-03-02"), &sample()).is_err());
}
