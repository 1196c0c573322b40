//! What is written for SEPA: valid against the ISO schemas, refused where the EPC rules forbid it, read back to the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_samples::corpora;
use std::process::Command;

use quittance_formats::pain001::{self, Refund, RefundOrder};
use quittance_formats::pain008::{self, Amendment, Collection, CollectionMandate, CollectionOrder, Scheme, Sequence};
use quittance_formats::payment::PaymentFile;
use quittance_formats::sepa_order::{OrderAddress, OrderParty, OrderText};
use quittance_formats::statement::Moment;
use quittance_formats::{Document, FindingKind, read_document};
use quittance_types::{BusinessDate, Currency, Money};

/// Why an order is refused, and the change that makes it so.
type Broken<T> = (&'static str, fn(&mut T));

fn day(text: &str) -> BusinessDate {
    BusinessDate::parse(text).unwrap()
}

fn euro(text: &str) -> Money {
    Money::parse(text, Currency::parse("EUR").unwrap()).unwrap()
}

fn party(name: &str, iban: &str) -> OrderParty {
    OrderParty { name: name.to_string(), iban: iban.to_string(), bic: None, address: None }
}

fn collection(number: u32, scheme: Scheme, sequence: Sequence, amount: &str) -> Collection {
    Collection {
        scheme,
        sequence,
        collect_on: day("2026-03-09"),
        amount: euro(amount),
        end_to_end_id: format!("RE-{number}"),
        payer: party("Jürgen Groß & Söhne", "NL91ABNA0417164300"),
        mandate: CollectionMandate { id: format!("M-{number}"), signed_on: day("2025-01-31"), amendment: None },
        text: OrderText::Text(format!("Rechnung {number}")),
    }
}

fn collections() -> CollectionOrder {
    let mut items = vec![
        collection(1, Scheme::Core, Sequence::Recurring, "100.00"),
        collection(2, Scheme::Core, Sequence::First, "0.01"),
        collection(3, Scheme::B2b, Sequence::Recurring, "25000.50"),
        collection(4, Scheme::Core, Sequence::Final, "7.00"),
        collection(5, Scheme::Core, Sequence::OneOff, "8.00"),
        collection(6, Scheme::Core, Sequence::Recurring, "9.99"),
    ];
    items[2].payer.bic = Some("COBADEFFXXX".to_string());
    items[2].payer.address = Some(OrderAddress { town: "Köln".to_string(), country: "DE".to_string(), ..OrderAddress::default() });
    items[3].text = OrderText::CreditorReference("RF712348231".to_string());
    let changes = [
        Amendment { mandate_id: Some("OLD-1".to_string()), ..Amendment::default() },
        Amendment { payer_account_changed: true, ..Amendment::default() },
        Amendment { payer_iban: Some("DE89370400440532013000".to_string()), ..Amendment::default() },
        Amendment {
            creditor_id: Some("DE98ZZZ09999999999".to_string()),
            creditor_name: Some("Old GmbH".to_string()),
            ..Amendment::default()
        },
    ];
    for (item, change) in items.iter_mut().zip(changes) {
        item.mandate.amendment = Some(change);
    }
    CollectionOrder {
        message_id: "DD-2026-03-02".to_string(),
        created: Moment::parse_iso("2026-03-02T10:15:00").unwrap(),
        creditor: party("Quittance Seller GmbH", "DE89370400440532013000"),
        creditor_id: "DE98ZZZ09999999999".to_string(),
        collections: items,
    }
}

fn refunds() -> RefundOrder {
    let refund = |number: u32, on: &str, amount: &str| Refund {
        execute_on: day(on),
        amount: euro(amount),
        end_to_end_id: format!("GU-{number}"),
        receiver: party("Société Générale Client", "FR1420041010050500013M02606"),
        text: OrderText::Text(format!("Gutschrift {number}")),
    };
    RefundOrder {
        message_id: "CT-2026-03-02".to_string(),
        created: Moment::parse_iso("2026-03-02T10:15:00").unwrap(),
        payer: OrderParty {
            bic: Some("COBADEFFXXX".to_string()),
            address: Some(OrderAddress {
                street: Some("Hauptstr.".to_string()),
                building_number: Some("1".to_string()),
                post_code: Some("50667".to_string()),
                town: "Köln".to_string(),
                country: "DE".to_string(),
            }),
            ..party("Quittance Seller GmbH", "DE89370400440532013000")
        },
        refunds: vec![refund(1, "2026-03-04", "10.00"), refund(2, "2026-03-03", "20.00"), refund(3, "2026-03-04", "0.50")],
    }
}

fn reread(bytes: &[u8]) -> PaymentFile {
    let Document::Payments(file) = read_document(bytes).unwrap() else { panic!("no orders") };
    let wrong: Vec<_> = file.findings.iter().filter(|finding| finding.kind != FindingKind::NamespaceUnexpected).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    file
}

/// Validates the file, and reads what is stated of the whole and of each payment: by a library of others, not by what is
/// tested here.
const INDEPENDENT: &str = r#"
import sys
from decimal import Decimal
from lxml import etree
document = etree.parse(sys.argv[2])
etree.XMLSchema(etree.parse(sys.argv[1])).assertValid(document)
for found in [document] + document.findall('.//{*}PmtInf'):
    head = found.find('.//{*}GrpHdr') if found is document else found
    own = [Decimal(amount.text) for amount in found.findall('.//{*}InstdAmt')]
    assert int(head.find('{*}NbOfTxs').text) == len(own) and Decimal(head.find('{*}CtrlSum').text) == sum(own), etree.tostring(head)
for found in document.findall('.//{*}CdtTrfTxInf') + document.findall('.//{*}DrctDbtTxInf'):
    account = found.find('{*}DbtrAcct') if found.find('{*}DbtrAcct') is not None else found.find('{*}CdtrAcct')
    iban = account.find('.//{*}IBAN').text
    print(found.find('.//{*}EndToEndId').text, found.find('.//{*}InstdAmt').text, found.find('.//{*}InstdAmt').get('Ccy'), iban)
"#;

/// Holds the file against its schema and against `read`, what this house's reader finds in it, when the schema and its
/// reader are there.
fn independently_read(bytes: &[u8], schema: &str, read: &PaymentFile) {
    let Some(folder) = corpora::folder("iso20022-xsd/sepaxml-package") else { return };
    if !Command::new("python3").args(["-c", "import lxml"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("python3 with lxml is absent: neither schema nor an independent reader looked at the file; pip install lxml");
        return;
    }
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("order-{schema}.xml"));
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new("python3").args(["-c", INDEPENDENT]).arg(folder.join(schema)).arg(&path).output().unwrap();
    assert!(output.status.success(), "{schema}: {}\n{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(bytes));
    let own = read.batches.iter().flat_map(|batch| &batch.payments).map(|payment| {
        let account = payment.account.as_ref().unwrap();
        format!("{} {} {}", payment.end_to_end_id.as_deref().unwrap(), payment.amount, account.value)
    });
    let own: Vec<String> = own.collect();
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(), own);
}

#[test]
fn collections_read_back_and_are_valid() {
    let bytes = pain008::write(&collections()).unwrap();
    assert_eq!(bytes, pain008::write(&collections()).unwrap());
    let file = reread(&bytes);
    independently_read(&bytes, "pain.008.001.08.xsd", &file);
    assert_eq!((file.head.version.as_str(), file.payment_count(), file.stated_count), ("pain.008.001.08", 6, Some(6)));
    assert_eq!(file.stated_sum.unwrap().to_string(), "25125.5");
    let shown: Vec<(Option<&str>, Option<&str>, usize)> =
        file.batches.iter().map(|batch| (batch.local_instrument.as_deref(), batch.sequence.as_deref(), batch.payments.len())).collect();
    assert_eq!(
        shown,
        [
            (Some("CORE"), Some("FRST"), 1),
            (Some("CORE"), Some("RCUR"), 2),
            (Some("CORE"), Some("FNAL"), 1),
            (Some("CORE"), Some("OOFF"), 1),
            (Some("B2B"), Some("RCUR"), 1),
        ]
    );
    let payments: Vec<_> = file.batches.iter().flat_map(|batch| &batch.payments).collect();
    let first = payments.iter().find(|payment| payment.end_to_end_id.as_deref() == Some("RE-1")).unwrap();
    let mandate = first.mandate.as_ref().unwrap();
    assert_eq!((mandate.id.as_deref(), mandate.signed_on, mandate.amended), (Some("M-1"), Some(day("2025-01-31")), true));
    assert_eq!((first.amount.to_string(), first.remittance.joined("")), ("100.00 EUR".to_string(), "Rechnung 1".to_string()));
    assert!(first.party.as_ref().unwrap().name.as_deref().unwrap().starts_with("Juergen Gross"));
    assert!(first.further.iter().any(|(path, text)| path.ends_with("OrgnlMndtId") && text.as_ref() == "OLD-1"));
    assert_eq!(file.batches[0].creditor_id.as_deref(), Some("DE98ZZZ09999999999"));
    let reference = payments.iter().find_map(|payment| payment.remittance.creditor_references().next()).unwrap();
    assert_eq!(reference.value, "RF712348231");
}

#[test]
fn refunds_read_back_and_are_valid() {
    let bytes = pain001::write(&refunds()).unwrap();
    let file = reread(&bytes);
    independently_read(&bytes, "pain.001.001.09.xsd", &file);
    assert_eq!((file.head.version.as_str(), file.batches.len(), file.payment_count()), ("pain.001.001.09", 2, 3));
    assert_eq!(file.batches[0].date.unwrap().to_string(), "2026-03-03");
    assert_eq!(file.batches[0].account.as_ref().unwrap().valid_iban(), Some("DE89370400440532013000"));
    assert_eq!(file.batches[1].payments[1].end_to_end_id.as_deref(), Some("GU-3"));
    assert_eq!(file.batches[0].payments[0].account.as_ref().unwrap().value, "FR1420041010050500013M02606");
    assert!(file.batches[0].charge_bearer.as_deref() == Some("SLEV"));
}

#[test]
fn collections_the_rules_forbid_are_refused() {
    let broken: &[Broken<CollectionOrder>] = &[
        ("mandate signed after collection", |order| order.collections[0].mandate.signed_on = day("2026-03-10")),
        ("identification twice", |order| order.collections[1].end_to_end_id = "RE-1".to_string()),
        ("one-off mandate twice", |order| {
            order.collections[0].sequence = Sequence::OneOff;
            order.collections[0].mandate.id = "M-5".to_string();
        }),
        ("collected today", |order| order.collections[0].collect_on = day("2026-03-02")),
        ("account outside SEPA", |order| order.collections[0].payer.iban = "BR1800360305000010009795493C1".to_string()),
        ("wrong check digits", |order| order.collections[0].payer.iban = "NL92ABNA0417164300".to_string()),
        ("wrong creditor identifier", |order| order.creditor_id = "DE99ZZZ09999999999".to_string()),
        ("no amount", |order| order.collections[0].amount = euro("0.00")),
        ("dollars", |order| order.collections[0].amount = Money::parse("1.00", Currency::parse("USD").unwrap()).unwrap()),
        ("too long", |order| order.collections[0].text = OrderText::Text("x".repeat(141))),
        ("long identification", |order| order.message_id = "x".repeat(36)),
        ("wrong reference", |order| order.collections[0].text = OrderText::CreditorReference("RF992348231".to_string())),
        ("two old accounts", |order| {
            let amendment = order.collections[2].mandate.amendment.as_mut().unwrap();
            amendment.payer_account_changed = true;
        }),
        ("empty amendment", |order| order.collections[0].mandate.amendment = Some(Amendment::default())),
        ("nothing", |order| order.collections.clear()),
    ];
    for (why, change) in broken {
        let mut order = collections();
        change(&mut order);
        assert!(pain008::write(&order).is_err(), "{why}");
    }
}

#[test]
fn refunds_the_rules_forbid_are_refused() {
    let broken: &[Broken<RefundOrder>] = &[
        ("identification twice", |order| order.refunds[1].end_to_end_id = "GU-1".to_string()),
        ("yesterday", |order| order.refunds[0].execute_on = day("2026-03-01")),
        ("no name", |order| order.refunds[0].receiver.name = " ".to_string()),
        ("wrong bank", |order| order.refunds[0].receiver.bic = Some("X".to_string())),
        ("no country", |order| {
            order.refunds[0].receiver.address =
                Some(OrderAddress { town: "Paris".to_string(), country: "ZZ".to_string(), ..OrderAddress::default() });
        }),
        ("nothing", |order| order.refunds.clear()),
    ];
    for (why, change) in broken {
        let mut order = refunds();
        change(&mut order);
        assert!(pain001::write(&order).is_err(), "{why}");
    }
}
