//! Payment orders, status reports, remittance messages and lockbox files of the corpora.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use quittance_formats::payment::PaymentFile;
use quittance_formats::status::{Level, Outcome, StatusFile};
use quittance_formats::{Document, FindingKind, Format, Subject, detect, inspect, read, read_document};
use quittance_samples::corpora;
use quittance_types::Decimal;
use serde_json::Value;

fn content(path: &str) -> Option<Vec<u8>> {
    let (folder, name) = path.rsplit_once('/').unwrap();
    Some(std::fs::read(corpora::folder(folder)?.join(name)).unwrap())
}

fn orders(bytes: &[u8]) -> PaymentFile {
    match read_document(bytes).unwrap() {
        Document::Payments(file) => file,
        other => panic!("no orders: {other:?}"),
    }
}

fn status(path: &str) -> Option<StatusFile> {
    match read_document(&content(path)?).unwrap() {
        Document::Status(file) => Some(file),
        other => panic!("no status: {other:?}"),
    }
}

#[test]
fn every_pain_message_is_read() {
    let Some(folder) = corpora::folder("pain") else { return };
    let mut seen = 0;
    for path in corpora::files(&folder, &["xml"]) {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        let outcome = read_document(&bytes);
        // A transfer recall is another conversation: camt.055 is not read here.
        if name.contains("camt") || String::from_utf8_lossy(&bytes).contains("CstmrPmtCxlReq") {
            assert!(outcome.is_err(), "{}", path.display());
            continue;
        }
        seen += 1;
        let document = outcome.unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
        assert!(inspect(&bytes).is_ok());
        match document {
            Document::Payments(file) => {
                let expected = if path.to_str().unwrap().contains("hbci4java") { 0 } else { 1 };
                assert!(file.payment_count() >= expected, "{}", path.display());
                let warnings: Vec<_> = file.findings.iter().filter(|finding| finding.kind == FindingKind::CountMismatch).collect();
                assert!(warnings.is_empty(), "{}: {warnings:?}", path.display());
            }
            Document::Status(file) => assert!(file.head.message_id.is_some(), "{}", path.display()),
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    assert!(seen > 150, "{seen}");
}

/// The JSON twin beside a file holds every element: what the model says must be what the twin says.
#[test]
fn market_files_agree_with_their_twins() {
    let Some(folder) = corpora::folder("pain/pain001-corpus/market") else { return };
    let mut compared = 0;
    for path in corpora::files(&folder, &["xml"]) {
        let twin = path.with_extension("iso.json");
        let Ok(text) = std::fs::read(&twin) else { continue };
        let twin: Value = serde_json::from_slice(&text).unwrap();
        let body = twin["Document"].as_object().unwrap().values().next().unwrap();
        let file = orders(&std::fs::read(&path).unwrap());
        compared += 1;
        assert_eq!(file.head.message_id.as_deref(), body["GrpHdr"]["MsgId"].as_str(), "{}", path.display());
        assert_eq!(file.stated_count.map(|count| count.to_string()).as_deref(), body["GrpHdr"]["NbOfTxs"].as_str());
        let batches = body["PmtInf"].as_array().unwrap();
        assert_eq!(file.batches.len(), batches.len());
        for (batch, wanted) in file.batches.iter().zip(batches) {
            assert_eq!(batch.id.as_deref(), wanted["PmtInfId"].as_str());
            let wanted: Vec<&Value> = ["CdtTrfTxInf", "DrctDbtTxInf"].iter().filter_map(|key| wanted[*key].as_array()).flatten().collect();
            let ids: Vec<Option<&str>> = wanted.iter().map(|payment| payment["PmtId"]["EndToEndId"].as_str()).collect();
            assert_eq!(batch.payments.iter().map(|payment| payment.end_to_end_id.as_deref()).collect::<Vec<_>>(), ids);
            for (payment, wanted) in batch.payments.iter().zip(wanted) {
                let leaves = leaf_count(wanted);
                assert!(leaves >= payment.further.len(), "{}", path.display());
                if let Some(name) = wanted["Cdtr"]["Nm"].as_str().filter(|_| wanted["DrctDbtTx"].is_null()) {
                    assert_eq!(payment.party.as_ref().unwrap().name.as_deref(), Some(name));
                }
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

fn leaf_count(value: &Value) -> usize {
    match value {
        Value::Object(map) => map.values().map(leaf_count).sum(),
        Value::Array(items) => items.iter().map(leaf_count).sum(),
        _ => 1,
    }
}

/// Every text and attribute of the source is in what `inspect` shows of it, as often as in the source or more often.
#[test]
fn nothing_is_lost_of_the_coverage_files() {
    let Some(folder) = corpora::folder("pain/pain001-corpus/coverage") else { return };
    for path in corpora::files(&folder, &["xml"]) {
        let bytes = std::fs::read(&path).unwrap();
        let shown = inspect(&bytes).unwrap();
        let mut texts = Vec::new();
        strings(&shown, &mut texts);
        let source = String::from_utf8(bytes).unwrap();
        for (name, text) in leaves(&source) {
            let found = texts.iter().any(|shown| shown == &text || amounts_agree(shown, &text));
            assert!(found, "{}: {name} {text}", path.display());
        }
        let file = orders(source.as_bytes());
        let further: usize = file.batches.iter().flat_map(|batch| &batch.payments).map(|payment| payment.further.len()).sum();
        assert!(further > 0 || !path.to_str().unwrap().contains("every-element"), "{}", path.display());
    }
}

fn amounts_agree(left: &str, right: &str) -> bool {
    let (Ok(left), Ok(right)) = (left.parse::<Decimal>(), right.parse::<Decimal>()) else { return false };
    left == right
}

fn strings(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.values().for_each(|value| strings(value, into)),
        Value::Array(items) => items.iter().for_each(|value| strings(value, into)),
        Value::String(text) => into.push(text.clone()),
        other => into.push(other.to_string()),
    }
}

fn leaves(source: &str) -> Vec<(String, String)> {
    let pieces = source.split('<').skip(1);
    pieces
        .filter_map(|piece| {
            let (tag, text) = piece.split_once('>')?;
            let plain = !tag.starts_with(['/', '?', '!']) && !text.trim().is_empty();
            plain.then(|| (tag.to_string(), text.trim().replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")))
        })
        .collect()
}

#[test]
fn a_collection_names_mandate_and_sequence() {
    let Some(bytes) = content("pain/pain001-corpus/market/fr/sepa-direct-debit/fr.sepa.sdd-core.pain.008.001.02.xml") else { return };
    let file = orders(&bytes);
    assert_eq!((file.head.format, file.head.version.as_str()), (Format::Pain008, "pain.008.001.02"));
    let batch = &file.batches[0];
    assert_eq!((batch.method.as_deref(), batch.local_instrument.as_deref()), (Some("DD"), Some("CORE")));
    assert!(batch.creditor_id.is_some() && batch.sequence.is_some());
    assert!(batch.payments[0].mandate.as_ref().unwrap().signed_on.is_some());
    assert_eq!(detect(&bytes).unwrap().subject(), Subject::Payment);
    assert!(read(&bytes).is_err());
}

#[test]
fn status_reports_of_all_levels() {
    let Some(file) = status("pain/pain001-corpus/pain002_sample.xml") else { return };
    let shown: Vec<(Level, Outcome, Option<&str>)> = file.items.iter().map(|item| (item.level, item.outcome, item.reason())).collect();
    assert_eq!(
        shown,
        [
            (Level::Message, Outcome::PartlyAccepted, None),
            (Level::Batch, Outcome::PartlyAccepted, None),
            (Level::Transaction, Outcome::Rejected, Some("AC04")),
        ]
    );
    let item = &file.items[2];
    assert_eq!(item.original_message_id.as_deref(), Some("PMT-BATCH-001"));
    assert_eq!(item.original_batch_id.as_deref(), Some("PAY-INFO-001"));
    assert_eq!(item.original_end_to_end_id.as_deref(), Some("PaymentID6789"));
    assert_eq!(file.head.version, "pain.002.001.03");
    assert_eq!(status("pain/pain001-corpus/pain002_v15_sample.xml").unwrap().items.len(), 3);
    let swiss = status("pain/moov-iso20022/pain002-epo_p_ch2909000000250094239_1109800799_0_2018032612092784.xml").unwrap();
    assert_eq!(swiss.head.version, "pain.002.001.03");
    assert!(!swiss.items.is_empty());
    let named = status("pain/hbci4java/test-pain-parse-0020110-02.xml").unwrap();
    let last = named.items.last().unwrap();
    assert_eq!((last.outcome, last.name.as_deref()), (Outcome::Pending, Some("Max Mustermann")));
    assert_eq!(last.account.as_ref().unwrap().value, "DE12345678901234567890");
    let bare = status("pain/hbci4java/test-pain-parse-0020110-01.xml").unwrap();
    assert_eq!((bare.head.version.as_str(), bare.findings[0].kind), ("", FindingKind::NamespaceUnexpected));
}

#[test]
fn a_remittance_message_without_payments_is_accepted() {
    let Some(bytes) = content("remt/moov-iso20022/valid_remt_v04.xml") else { return };
    let Document::Remittance(message) = read_document(&bytes).unwrap() else { panic!("no message") };
    assert_eq!((message.head.version.as_str(), message.advices.len()), ("remt.001.001.04", 0));
    assert_eq!(message.head.message_id.as_deref(), Some("MsgId"));
}

#[test]
fn a_remittance_message_is_proven() {
    let block = |number: &str, kind: &str, amounts: &str| {
        format!(
            "<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Nb>{number}</Nb></RfrdDocInf><RfrdDocAmt>{amounts}</RfrdDocAmt></Strd>"
        )
    };
    let text = format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:remt.001.001.04\"><RmtAdvc><GrpHdr><MsgId>M</MsgId></GrpHdr><RmtInf><RmtId>A1</RmtId>{}{}<OrgnlPmtInf><Amt Ccy=\"EUR\">88.00</Amt><Dbtr><Nm>Payer</Nm></Dbtr></OrgnlPmtInf></RmtInf></RmtAdvc></Document>",
        block(
            "R1",
            "CINV",
            "<DuePyblAmt Ccy=\"EUR\">100.00</DuePyblAmt><DscntApldAmt><Amt Ccy=\"EUR\">2.00</Amt></DscntApldAmt><RmtdAmt Ccy=\"EUR\">98.00</RmtdAmt>"
        ),
        block("C1", "CREN", "<CdtNoteAmt Ccy=\"EUR\">10.00</CdtNoteAmt>"),
    );
    let Document::Remittance(message) = read_document(text.as_bytes()).unwrap() else { panic!("no message") };
    let advice = &message.advices[0];
    assert!(advice.is_proven(), "{:?}", advice.verdict);
    assert_eq!(advice.lines.iter().map(|line| line.net_amount().unwrap().to_string()).collect::<Vec<_>>(), ["98.00", "-10.00"]);
    assert_eq!(advice.payer.name.as_ref().unwrap().value, "Payer");
    assert_eq!(advice.source_bytes, text.len() as u64);
}

#[test]
fn a_lockbox_adds_up() {
    let Some(bytes) = content("lockbox/bai-lockbox/test_lockbox.bai") else { return };
    assert_eq!(detect(&bytes).unwrap(), Format::Lockbox);
    let file = read(&bytes).unwrap();
    assert_eq!(file.findings, []);
    let statement = &file.statements[0];
    assert_eq!(statement.account.id.as_ref().unwrap().value, "0022222");
    assert_eq!(statement.account.owner.as_ref().unwrap().name.as_deref(), Some("MY BUSINESS COMPANY"));
    let line = statement.lines().next().unwrap();
    assert_eq!(line.signed_amount().unwrap().to_string(), "7000.00 USD");
    assert_eq!(line.booking_date().unwrap().to_string(), "2016-05-23");
    let counterparty = line.counterparty();
    assert_eq!((counterparty.name(), counterparty.account_number().unwrap()), (Some("BOB E SMITH"), "0012345555"));
    let detail = line.detail.unwrap();
    assert_eq!(detail.refs().cheque_number, Some("180"));
    assert_eq!(detail.remittance.structured[0].documents[0].number.as_deref(), Some("CE554"));
    let empty = read(&content("lockbox/bai-lockbox/test_empty_lockbox.bai").unwrap()).unwrap();
    assert_eq!((empty.statements.len(), empty.entry_count(), empty.findings.len()), (1, 0, 0));
    let text = String::from_utf8(bytes).unwrap();
    for (old, new, kind) in [
        ("80000000022222160523000100007", "80000000022222160523000100008", FindingKind::TotalMismatch),
        ("700100000222221605230010000700000", "700100000222221605230020000700000", FindingKind::CountMismatch),
        ("9000008", "9000009", FindingKind::CountMismatch),
    ] {
        let file = read(text.replace(old, new).as_bytes()).unwrap();
        assert_eq!(file.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [kind], "{new}");
    }
    assert!(read(text.replace("9000008", "").as_bytes()).is_err());
}

#[test]
fn statuses_of_newer_lists_and_missing_ones() {
    let report = |inside: &str| {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>M</MsgId></GrpHdr>{inside}</CstmrPmtStsRpt></Document>"
        )
    };
    let status = |text: &str| match read_document(text.as_bytes()).unwrap() {
        Document::Status(file) => file,
        other => panic!("{other:?}"),
    };
    for (code, outcome) in
        [("ACIS", Outcome::Accepted), ("ACPD", Outcome::Accepted), ("CPUC", Outcome::Accepted), ("PRES", Outcome::Pending)]
    {
        let transaction = format!("<TxInfAndSts><OrgnlPmtInfId>P7</OrgnlPmtInfId><TxSts>{code}</TxSts></TxInfAndSts>");
        let file = status(&report(&transaction));
        assert_eq!((file.items[0].outcome, file.items[0].original_batch_id.as_deref()), (outcome, Some("P7")), "{code}");
        assert_eq!(file.findings, []);
    }
    let reason = "<TxInfAndSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf></TxInfAndSts>";
    for inside in ["", reason] {
        let file = status(&report(inside));
        assert_eq!(file.findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::StatusUnknown], "{inside}");
    }
}

#[test]
fn the_payment_of_a_remittance_message() {
    let text = |amount: &str, date: &str| {
        format!(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:remt.001.001.05\"><RmtAdvc><GrpHdr><MsgId>M</MsgId></GrpHdr><RmtInf><RmtId>A1</RmtId><Strd><RfrdDocInf><Nb>R1</Nb></RfrdDocInf><RfrdDocAmt><RmtdAmt Ccy=\"EUR\">98.00</RmtdAmt></RfrdDocAmt></Strd><OrgnlPmtInf><Refs><EndToEndId>E2E-77</EndToEndId></Refs><Amt>{amount}</Amt><ReqdExctnDt>{date}</ReqdExctnDt></OrgnlPmtInf></RmtInf></RmtAdvc></Document>"
        )
    };
    let open = |text: &str| {
        let Document::Remittance(message) = read_document(text.as_bytes()).unwrap() else { panic!("no message") };
        message
    };
    for date in ["<Dt>2026-01-16</Dt>", "<DtTm>2026-01-16T08:00:00+01:00</DtTm>", "2026-01-16"] {
        let message = open(&text("<InstdAmt Ccy=\"EUR\">98.00</InstdAmt>", date));
        let advice = &message.advices[0];
        assert!(advice.is_proven(), "{:?} {:?}", advice.verdict, advice.findings);
        assert_eq!((advice.date.as_ref().unwrap().value.to_string(), &message.findings), ("2026-01-16".to_string(), &vec![]));
    }
    let wrong = open(&text("<InstdAmt Ccy=\"EUR\">99.00</InstdAmt>", "<Dt>2026-01-16</Dt>"));
    assert!(!wrong.advices[0].is_proven());
    let dollars = open(&text("<EqvtAmt><Amt Ccy=\"USD\">98.00</Amt><CcyOfTrf>EUR</CcyOfTrf></EqvtAmt>", "<Dt>2026-01-16</Dt>"));
    assert!(!dollars.advices[0].is_proven(), "what was ordered in dollars is no sum of euros");
    let no_id = text("<InstdAmt Ccy=\"EUR\">98.00</InstdAmt>", "<Dt>2026-01-16</Dt>").replace("<RmtId>A1</RmtId>", "");
    assert_eq!(open(&no_id).advices[0].number.as_ref().unwrap().value, "E2E-77");
}
