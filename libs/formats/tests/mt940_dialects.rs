//! MT940 as single banks write it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::statement::{AccountScheme, BookingStatus, Line, PartySource, Split};
use quittance_formats::{BankFile, FindingKind, inspect, read};

const ENTRY: &str = ":61:2601050105C100,00NTRFNONREF//B1\n";

fn message(body: &str) -> String {
    format!(":20:REF\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C260101EUR0,00\n{body}\n:62F:C260131EUR100,00\n-\n")
}

fn open(text: &str) -> BankFile {
    read(text.as_bytes()).unwrap()
}

fn kinds(file: &BankFile) -> Vec<FindingKind> {
    file.findings.iter().map(|finding| finding.kind).collect()
}

fn first(file: &BankFile) -> Line<'_> {
    file.statements[0].lines().next().unwrap()
}

#[test]
fn a_name_behind_the_reference() {
    let entry = ":61:260105C100,00N060P000029225      KPN - MOBIEL                     \n:86:FACTUUR 4711\n";
    let file = open(&message(entry));
    let line = first(&file);
    assert_eq!((line.counterparty().name(), line.owner_reference()), (Some("KPN - MOBIEL"), Some("P000029225")));
    let file = open(&message(&entry.replace("FACTUUR 4711", "/BENM//NAME/HOLDING BV/REMI/FACTUUR 4711/")));
    assert_eq!(first(&file).counterparty().name(), Some("HOLDING BV"));
    let long = ":61:2601050105C100,00NTRFRECHNUNG 471100 VOM 3.1. U. 471101\n:86:UEBERWEISUNG\n";
    let file = open(&message(long));
    let line = first(&file);
    assert_eq!((line.counterparty().name(), line.owner_reference()), (None, Some("RECHNUNG 471100 VOM 3.1. U. 471101")));
}

#[test]
fn a_returned_debit_keeps_amount_and_fee() {
    let text = message(
        ":61:2601050105D57,50NRTINONREF\n:86:109?00RETOURE?20EREF+E1?21MREF+M1?23OAMT+50,00?24COAM+7,50?25SVWZ+RUECKLASTSCHRIFT AM04 RE 1?32Kunde?34914",
    );
    let file = open(&text);
    let detail = first(&file).detail.unwrap();
    assert_eq!(detail.amounts.as_ref().unwrap().instructed.as_ref().unwrap().to_string(), "50.00 EUR");
    assert_eq!((detail.charges[0].amount.to_string(), detail.charges[0].included), ("7.50 EUR".to_string(), Some(true)));
    assert_eq!((first(&file).counterparty().name(), first(&file).is_return()), (Some("Kunde"), true));
    let shown = inspect(text.as_bytes()).unwrap();
    assert_eq!(shown["statements"][0]["entries"][0]["lines"][0]["amounts"]["instructed"]["amount"], "50.00");
}

#[test]
fn both_sides_of_an_american_transfer() {
    let text = message(&format!("{ENTRY}:86:/BENM/OUR COMPANY/ORDP/PAYER CORP/REMI/INV 4711/OBK/CHASUS33"));
    assert_eq!(first(&open(&text)).counterparty().name(), Some("PAYER CORP"));
    let text = text.replace("0105C100", "0105D100");
    assert_eq!(first(&open(&text)).counterparty().name(), Some("OUR COMPANY"));
}

#[test]
fn a_hong_kong_text_behind_its_original_amount() {
    let file = open(&message(
        ":61:1203290329D20000,00NTRF1004688128//61285\n:86:/OCMT/USD2853,12/\nPAYMENT OF INVOICES 204011665 20401 1687\n/OGB/BANK /VA/123\nBENEFICIARY",
    ));
    assert_eq!(first(&file).text(), "PAYMENT OF INVOICES 204011665 20401 1687");
    let amounts = first(&file).detail.unwrap().amounts.as_ref().unwrap();
    assert_eq!(amounts.instructed.as_ref().unwrap().to_string(), "2853.12 USD");
}

#[test]
fn account_numbers_with_a_currency_behind_them() {
    for number in
        ["NL44RABO0123456789 EUR", "NL44RABO0123456789/EUR", "NL44RABO0123456789EUR", "NL44 RABO 0123 4567 89", "NL44RABO0123456789USD"]
    {
        let file = open(&message(ENTRY).replace("DE89370400440532013000", number));
        let id = file.statements[0].account.id.as_ref().unwrap();
        assert_eq!((id.scheme, id.value.as_str()), (AccountScheme::Iban, "NL44RABO0123456789"), "{number}");
    }
    let file = open(&message(ENTRY).replace("DE89370400440532013000", "TRIODOSBANK/0390123456"));
    assert_eq!(file.statements[0].account.id.as_ref().unwrap().value, "TRIODOSBANK/0390123456");
}

#[test]
fn a_field_behind_the_envelope_and_a_decimal_point() {
    let text = message(ENTRY).replace(":20:REF", "{1:F01BTRLRO22AXXX1111111111}{2:I940BTRLRO22XXXXN}{4::20:REF").replace("\n-\n", "\n-}\n");
    assert_eq!(open(&text).statements[0].id.as_deref(), Some("REF"));
    let file = open(&message(ENTRY).replace("EUR100,00", "EUR000000000100.00"));
    assert_eq!(file.statements[0].closing_balance().unwrap().amount.to_string(), "100.00 EUR");
    assert_eq!((kinds(&file), file.has_warnings()), (vec![FindingKind::FieldUnusual], false));
    let file = open(&message(ENTRY).replace("EUR100,00", "EUR1.234,56"));
    assert!(file.has_warnings());
}

#[test]
fn expected_entries_are_not_booked() {
    let file = open(&message(&format!("{ENTRY}:86:x\n:61:2601050105EC7,00NTRFX")));
    let entries = &file.statements[0].entries;
    assert_eq!((&entries[1].status, entries[0].is_booked()), (&BookingStatus::Pending, true));
    assert_eq!(kinds(&file), []);
}

#[test]
fn a_message_without_its_end_warns() {
    let file = open(message(ENTRY).split(":62F:").next().unwrap());
    assert_eq!((kinds(&file), file.has_warnings()), (vec![FindingKind::TrailerMissing], true));
}

#[test]
fn a_statement_that_is_missing_between_two() {
    let second = message(ENTRY)
        .replace(":28C:1/1", ":28C:3/1")
        .replace("60F:C260101EUR0", "60F:C260201EUR500")
        .replace("62F:C260131EUR100", "62F:C260228EUR600");
    let file = open(&(message(ENTRY) + &second));
    assert_eq!(kinds(&file), [FindingKind::StatementGap]);
    let next = second.replace("EUR500", "EUR100").replace("EUR600", "EUR200");
    assert_eq!(kinds(&open(&(message(ENTRY) + &next))), []);
}

#[test]
fn wide_characters_are_decoded() {
    let text = message(&format!("{ENTRY}:86:Müller"));
    let wide: Vec<u8> = format!("\u{FEFF}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let file = read(&wide).unwrap();
    assert_eq!((first(&file).text().as_ref(), kinds(&file)), ("Müller", vec![FindingKind::EncodingMismatch]));
    assert_eq!(file.source_bytes, wide.len() as u64);
}

#[test]
fn a_plain_text_names_the_payer_where_no_field_does() {
    let statement = |text: &str| {
        format!(":20:A\n:25:DE89370400440532013000\n:60F:C260101EUR0,\n:61:260101C1,NTRFNONREF\n:86:{text}\n:62F:C260101EUR1,\n-\n")
    };
    let iban = "DE02120300000000202051";
    for (text, name, account) in [
        ("Nordlicht Handels GmbH\nDE02120300000000202051\nRE 4711", Some("Nordlicht Handels GmbH"), Some(iban)),
        ("ORD Nordlicht Handels GmbH DE02120300000000202051 RE 4711", Some("Nordlicht Handels GmbH"), Some(iban)),
        ("Vielen Dank\nRE 4711\nDE02120300000000202051", None, Some(iban)),
        ("Rechnung vom\nMai", None, None),
        // The account's own number is nobody else's.
        ("Rechnung vom\nDE89370400440532013000", None, None),
    ] {
        let file = open(&statement(text));
        let line = first(&file);
        let other = line.counterparty();
        assert_eq!((other.name(), other.account_number()), (name, account), "{text}");
        let source = if account.is_some() { PartySource::Text } else { PartySource::Fields };
        assert_eq!(other.source, source, "{text}");
        assert!(!line.stated_counterparty().is_named(), "no field names anybody: {text}");
    }
}

#[test]
fn a_text_that_says_nothing_makes_no_detail() {
    let file = open(&message(":61:2601050105C100,00NTRF\n:86:"));
    let line = first(&file);
    assert!(line.detail.is_none() && line.entry.split == Split::None, "{:?}", line.entry);
}

#[test]
fn a_payer_named_by_a_word_is_not_named_by_the_text() {
    let account = "Z RACH.: PL61109010140000071219812874\n";
    for (text, name, remittance) in [
        (
            format!("{account}OD: HURTOWNIA WISLA\nTYT.: CZYNSZ ZA OKRES OD: 01.09.2026 DO 30.09.2026"),
            Some("HURTOWNIA WISLA"),
            "CZYNSZ ZA OKRES OD: 01.09.2026 DO 30.09.2026",
        ),
        (format!("{account}OD: HURTOWNIA WISLA\nTYT.: ZALICZKA OD: JANA DO MARCA"), Some("HURTOWNIA WISLA"), "ZALICZKA OD: JANA DO MARCA"),
        (format!("{account}OD: HURTOWNIA WISLA\nFAKTURA 11372"), Some("HURTOWNIA WISLA"), "FAKTURA 11372"),
        ("PRZELEW PRZYCHODZACY\nOD: JAN NOWAK\nFAKTURA 11372".to_string(), None, "PRZELEW PRZYCHODZACY|OD: JAN NOWAK|FAKTURA 11372"),
    ] {
        let file = open(&message(&format!("{ENTRY}:86:{text}")));
        let line = first(&file);
        assert_eq!(line.stated_counterparty().name(), name, "{text}");
        assert_eq!(line.detail.unwrap().remittance.unstructured.join("|"), remittance, "{text}");
    }
}

#[test]
fn original_amount_and_charges_in_the_statement_line() {
    let entry = |line: &str| format!("{line}\n:86:109?00RUECKLASTSCHRIFT?20EREF+E2E-4?32MEIER");
    for (line, bank) in [
        (":61:2601080108D50,00NTRFNONREF//OCMT/EUR45,00/CHGS/EUR5,00/", None),
        (":61:2601080108D50,00NTRFNONREF/OCMT/EUR45,00//CHGS/EUR5,00/", None),
        (":61:2601080108D50,00NTRFNONREF//0000123\n/OCMT/EUR45,00//CHGS/EUR5,00/", Some("0000123")),
        (":61:2601080108D50,00NTRFNONREF//0000123\n/OCMT/EUR45,00/\n/CHGS/EUR5,00/", Some("0000123")),
    ] {
        let file = open(&message(&entry(line)));
        let line = first(&file);
        assert_eq!((line.entry.servicer_reference(), line.detail.unwrap().refs().owner_reference), (bank, Some("NONREF")), "{line:?}");
        let detail = line.detail.unwrap();
        assert_eq!(detail.amounts.as_ref().unwrap().instructed.as_ref().unwrap().to_string(), "45.00 EUR");
        let charge = &detail.charges[0];
        assert_eq!((charge.amount.to_string(), charge.included, charge.kind.as_deref()), ("5.00 EUR".to_string(), Some(true), None));
    }
    let file = open(&message(&entry(":61:2601080108C90,00NTRFNONREF//B1\n/OCMT/USD80,00//CHGS/EUR10,00/")));
    assert_eq!(first(&file).detail.unwrap().charges[0].included, None, "dollars and euros do not add up to euros");
    let file = open(&message(":61:2601080108C90,00NTRFNONREF//OCMT/1/CHGS/2\n:86:x"));
    assert_eq!(first(&file).entry.servicer_reference(), Some("OCMT/1/CHGS/2"));
}

#[test]
fn what_stands_between_amount_and_type() {
    let file = open(&message(":61:2601050105C50,00 NTRFNONREF//210902\n:86:x"));
    let line = first(&file);
    let code = line.entry.transaction_code.as_ref().unwrap().proprietary.as_deref();
    assert_eq!((code, line.detail.unwrap().refs().owner_reference), (Some("NTRF"), Some("NONREF")));
    let file = open(&message(":61:2601050105C50,00 NONREF\n:86:x"));
    assert_eq!(first(&file).detail.unwrap().refs().owner_reference, Some("NONREF"));
    for text in ["1O0,00NMSCA1", "100,O0NMSCA1", "1,0O0NTRFX", "100.O0NTRFX"] {
        let file = open(&message(&format!(":61:2601050105C{text}\n:86:x")));
        let entry = &file.statements[0].entries[0];
        assert_eq!(entry.amount.money(), None, "{text}");
        assert!(kinds(&file).contains(&FindingKind::AmountMalformed), "{text}: {:?}", kinds(&file));
    }
}

#[test]
fn codes_of_the_bank_at_the_start_of_a_line() {
    let text = "/EREF/GSLNVSHSUTKWDR\n/DBNM/ACME CORP\n/DACT/107045863/DBIC/GSCRUS30XXX\n/REMI/INV 778 USD Payment\n/OPRP/Tag Payment";
    let file = open(&message(&format!("{ENTRY}:86:{text}")));
    let line = first(&file);
    assert_eq!((line.end_to_end_id(), line.text().as_ref()), (Some("GSLNVSHSUTKWDR"), "INV 778 USD Payment"));
    // A full line is cut anywhere, even before a slash.
    let start = "/EREF/E2E-1/REMI/USTD//INVOICES OF THE OLD AND THE NEW YEAR 2025";
    let file = open(&message(&format!("{ENTRY}:86:{start}\n/ABCD/4711 AND MORE")));
    assert_eq!(first(&file).text(), "INVOICES OF THE OLD AND THE NEW YEAR 2025/ABCD/4711 AND MORE");
}

#[test]
fn a_payment_reference_of_rabobank() {
    let file = open(&message(&format!("{ENTRY}:86:/ORDP//NAME/A. Klant/REMI//CDTRREFTP//CD/SCOR/ISSR/CUR/CDTRREF/80000\n78102157300")));
    let remittance = &first(&file).detail.unwrap().remittance;
    assert_eq!(remittance.structured[0].creditor_reference.as_ref().unwrap().value, "8000078102157300");
    assert!(remittance.unstructured.is_empty());
}

#[test]
fn sub_fields_without_a_code() {
    let file = open(&message(&format!("{ENTRY}:86:?20SPOLECENSTVI VLASTNIKU?21NAJEM BREZEN")));
    assert_eq!(first(&file).detail.unwrap().remittance.unstructured.join("|"), "SPOLECENSTVI VLASTNIKU|NAJEM BREZEN");
    let filled = open(&message(&format!("{ENTRY}:86:020?20CZYNSZ?21\u{2d9}?22ÿ?32NOWAK")));
    assert_eq!(first(&filled).detail.unwrap().remittance.unstructured.join("|"), "CZYNSZ");
    let file = open(&message(&format!("{ENTRY}:86:?20 oder nicht")));
    assert_eq!(first(&file).text(), "?20 oder nicht");
}

#[test]
fn a_name_in_the_sub_fields_of_banks_in_poland() {
    let account = "<3010500099<316847 1234567890123456";
    let text = format!("240<00PRZELEW<20Czynsz 6/2026 lokal 15C<21fundusz remontowy<27JAN NOWAK<28UL. POLNA 1<29 KRAKOW{account}");
    let file = open(&message(&format!("{ENTRY}:86:{text}")));
    let line = first(&file);
    assert_eq!(line.stated_counterparty().name(), Some("JAN NOWAK"));
    assert_eq!(line.detail.unwrap().remittance.unstructured.join("|"), "Czynsz 6/2026 lokal 15C|fundusz remontowy");
    let full: String = (20..29).map(|number| format!("<{number}{}", "x".repeat(27))).collect();
    let file = open(&message(&format!("{ENTRY}:86:240<00PRZELEW{full}{account}")));
    assert_eq!(first(&file).stated_counterparty().name(), None);
    assert_eq!(first(&file).detail.unwrap().remittance.unstructured.join("|").matches('|').count(), 8);
}

#[test]
fn a_payment_out_of_mbank() {
    let text = "944 PRZELEW WYCHODZACY; NA RACH.: 61109010140000071219812874; DLA: ACME SP. Z O.O.\n  UL. DLUGA 7 00-001 WARSZAWA; TYT.: FV 33/01/2017; TNR: 179171073864192.000001";
    let file = open(&message(&format!(":61:2601050105D100,00NTRFNONREF//MB1\n:86:{text}")));
    let line = first(&file);
    let other = line.stated_counterparty();
    assert_eq!((other.name(), other.account_number()), (Some("ACME SP. Z O.O."), Some("PL61109010140000071219812874")));
    assert_eq!(line.detail.unwrap().remittance.unstructured.join("|"), "944 PRZELEW WYCHODZACY|FV 33/01/2017");
}

#[test]
fn texts_of_central_europe() {
    let statement =
        |text: &[u8]| [message(ENTRY).split("\n:62F:").next().unwrap().as_bytes(), b":86:", text, b"\n:62F:C260131EUR100,00\n-\n"].concat();
    for (text, expected) in [
        (b"ZAK\xA3ADY MI\xCASNE ZAP\xA3ATA ZA US\xA3UG\xCA".as_slice(), "ZAKŁADY MIĘSNE ZAPŁATA ZA USŁUGĘ"),
        (b"\xAF\xD3\xA3TA G\xCA\x8C S.A. US\xA3UGA \xA3\xD3D\x8F", "ŻÓŁTA GĘŚ S.A. USŁUGA ŁÓDŹ"),
        (b"\xAF\xD3\xA3TA G\xCA\xA6 S.A. US\xA3UGA ZAP\xA3ATA \xA3\xD3D\xAC", "ŻÓŁTA GĘŚ S.A. USŁUGA ZAPŁATA ŁÓDŹ"),
        (b"zap\xB3ata za us\xB3ug\xEA g\xB9ska r\x9Cka".as_slice(), "zapłata za usługę gąska rśka"),
        (b"zap\xB3ata za us\xB3ug\xEA g\xB1ska r\xB6ka".as_slice(), "zapłata za usługę gąska rśka"),
        (b"M\xFCller & S\xF6hne, L\x92Or\xE9al\xAE, N\xB0RE".as_slice(), "Müller & Söhne, L\u{2019}Oréal®, N°RE"),
        (b"M\x81ller Ges\x84\xE1b\x84u K\x94ln".as_slice(), "Müller Gesäßbäu Köln"),
    ] {
        let file = read(&statement(text)).unwrap();
        assert_eq!(first(&file).text().as_ref(), expected);
        assert_eq!(kinds(&file), [FindingKind::EncodingMismatch]);
    }
}
