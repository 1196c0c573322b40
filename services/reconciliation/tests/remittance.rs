//! What payers say their payments are for: read, proven or looked at, and used.

use std::path::{Path, PathBuf};

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::remittance_service_client::RemittanceServiceClient;
use quittance_api::reconciliation::v1::{BankLineState, RemittanceAdviceState as State};
use quittance_testkit::{Caller, expect_refusal, is_server_bug, on_both, race, reason_of, request_id};
use quittance_types::Reason;
use tonic::Status;

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, date, euro, minor, money};

/// Two invoices of Alpha, one with a discount; the rows and the total add up.
pub const LETTER: &str = "Alpha Maschinenbau GmbH\nZahlungsavis Nr. ZA-4711\nDatum: 14.01.2026\n\n\
    Rechnung                Datum         Brutto EUR   Skonto    Zahlbetrag\n\
    INV-ACME-2026-000001    05.01.2026    100,00       2,00           98,00\n\
    INV-ACME-2026-000002    05.01.2026     50,00                      50,00\n\
    ------------------------------------------------------------------------\n\
    Summe                                                            148,00\n\nIBAN DE75 5121 0800 1245 1261 99\n";

pub fn advices(company: &Company) -> RemittanceServiceClient<Caller> {
    RemittanceServiceClient::new(company.caller())
}

pub fn file(content: impl Into<Vec<u8>>, file_name: &str) -> pb::ImportRemittanceRequest {
    let (content, file_name) = (content.into(), file_name.to_owned());
    pb::ImportRemittanceRequest { request_id: request_id(), content, file_name, ..Default::default() }
}

async fn try_import(company: &Company, request: pb::ImportRemittanceRequest) -> Result<pb::ImportRemittanceResponse, Status> {
    Ok(advices(company).import_remittance(request).await?.into_inner())
}

async fn import(company: &Company, content: &str, name: &str) -> pb::ImportRemittanceResponse {
    try_import(company, file(content, name)).await.expect("an advice is imported")
}

async fn get(company: &Company, id: &str) -> pb::RemittanceAdvice {
    let query = pb::GetRemittanceAdviceRequest { remittance_advice_id: id.to_owned() };
    advices(company).get_remittance_advice(query).await.expect("the advice is there").into_inner().remittance_advice.expect("the advice")
}

async fn list(company: &Company, state: State) -> Vec<pb::RemittanceAdvice> {
    let query = pb::ListRemittanceAdvicesRequest { state: state.into(), page_size: 1_000, ..Default::default() };
    advices(company).list_remittance_advices(query).await.expect("advices are listed").into_inner().remittance_advices
}

fn shown(advice: &pb::RemittanceAdvice) -> Vec<String> {
    let line = |line: &pb::RemittanceLine| format!("{} {}", line.document, minor(&line.net));
    advice.lines.iter().map(line).collect()
}

#[tokio::test]
async fn a_proven_advice_is_stored_once_with_the_place_of_every_value() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.invoice(&company.alpha, 1, 10_000).await;
        let first = import(&company, LETTER, "avis.txt").await;
        assert!(!first.already_imported);
        let [advice] = first.remittance_advices.as_slice() else { panic!("{first:?}") };
        assert_eq!((advice.state(), advice.format.as_str(), advice.number.as_str()), (State::Proven, "text", "ZA-4711"), "{advice:?}");
        assert_eq!((minor(&advice.total), advice.advice_date), (14_800, Some(date(2026, 1, 14))));
        assert_eq!(shown(advice), ["INV-ACME-2026-000001 9800", "INV-ACME-2026-000002 5000"]);
        assert_eq!((minor(&advice.lines[0].gross), minor(&advice.lines[0].deduction)), (10_000, 200));
        assert_eq!(advice.customer_id, company.alpha, "its documents and its account are Alpha's");
        for text in ["\"INV-ACME-2026-000001\"", "gross", "\"100,00\"", "deduction", "\"2,00\"", "net", "\"98,00\"", "text 6@"] {
            assert!(advice.lines[0].span.contains(text), "{text}: {}", advice.lines[0].span);
        }

        let again = import(&company, LETTER, "other name.txt").await;
        assert!(again.already_imported);
        assert_eq!(again.remittance_advices, first.remittance_advices);
        assert_eq!(company.service.store().rows("remittance_advice").await, 1);
        assert_eq!(get(&company, &advice.remittance_advice_id).await, *advice);
        let listed = list(&company, State::Proven).await;
        assert_eq!((listed.len(), listed[0].lines.len()), (1, 0));
        assert!(list(&company, State::Review).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_same_file_at_the_same_moment_is_stored_once() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let import = |_| {
            let mut service = advices(&company);
            async move { service.import_remittance(file(LETTER, "avis.txt")).await.expect("an advice is imported").into_inner() }
        };
        let answers = race(4, import).await;
        assert_eq!(answers.iter().filter(|answer| !answer.already_imported).count(), 1);
        assert!(answers.iter().all(|answer| answer.remittance_advices == answers[0].remittance_advices));
    })
    .await;
}

#[tokio::test]
async fn what_does_not_add_up_waits_for_a_person() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let wrong = LETTER.replace("148,00", "149,00");
        let advice = import(&company, &wrong, "avis.txt").await.remittance_advices.remove(0);
        assert_eq!(advice.state(), State::Review);
        assert!(advice.findings.iter().any(|finding| finding.starts_with("total_mismatch")), "{:?}", advice.findings);
        assert_eq!(list(&company, State::Review).await.len(), 1);

        let line = |document: &str, net| pb::RemittanceLine { document: document.to_owned(), net: Some(euro(net)), ..Default::default() };
        let confirm = |lines: Vec<pb::RemittanceLine>, total| pb::ConfirmRemittanceAdviceRequest {
            request_id: request_id(),
            remittance_advice_id: advice.remittance_advice_id.clone(),
            lines,
            total: Some(euro(total)),
            customer_id: company.beta.clone(),
            etag: String::new(),
        };
        let right = vec![line("INV-ACME-2026-000001", 9_900), line("INV-ACME-2026-000002", 5_000)];
        let mut service = advices(&company);
        expect_refusal(service.confirm_remittance_advice(confirm(right.clone(), 14_800)).await, Reason::AllocationSum);
        expect_refusal(service.confirm_remittance_advice(confirm(Vec::new(), 14_900)).await, Reason::FieldRequired);
        let dollars = vec![pb::RemittanceLine { net: Some(money("USD", 14_900)), ..line("X", 0) }];
        expect_refusal(service.confirm_remittance_advice(confirm(dollars, 14_900)).await, Reason::CurrencyMismatch);
        let stale = pb::ConfirmRemittanceAdviceRequest { etag: "7".to_owned(), ..confirm(right.clone(), 14_900) };
        expect_refusal(service.confirm_remittance_advice(stale).await, Reason::EtagMismatch);
        let nobody =
            pb::ConfirmRemittanceAdviceRequest { customer_id: format!("cus_{}", "0".repeat(32)), ..confirm(right.clone(), 14_900) };
        expect_refusal(service.confirm_remittance_advice(nobody).await, Reason::ResourceNotFound);

        let confirmed = service.confirm_remittance_advice(confirm(right, 14_900)).await.unwrap().into_inner().remittance_advice.unwrap();
        assert_eq!((confirmed.state(), confirmed.findings.len(), confirmed.etag.as_str()), (State::Proven, 0, "2"));
        assert_eq!((confirmed.customer_id.as_str(), shown(&confirmed)[0].as_str()), (company.beta.as_str(), "INV-ACME-2026-000001 9900"));
        assert_eq!(get(&company, &advice.remittance_advice_id).await, confirmed);
        assert!(import(&company, &wrong, "").await.already_imported);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_advice_is_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let refused = async |request: pb::ImportRemittanceRequest, reason| expect_refusal(try_import(&company, request).await, reason);
        refused(file("", "x.txt"), Reason::FieldRequired).await;
        refused(file(vec![b'x'; 16 * 1_024 * 1_024 + 1], "x.txt"), Reason::FileTooLarge).await;
        refused(file(LETTER, "../avis.txt"), Reason::FileTypeUnsupported).await;
        refused(file(vec![0_u8; 100], "x"), Reason::FormatUnknown).await;
        refused(file(b"PK\x03\x04rubbish".to_vec(), "x.xlsx"), Reason::FileMalformed).await;
        refused(file("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "x.xml"), Reason::XmlDtdForbidden).await;
        let statement = Statement::new("S", "2026-01-15", 0, vec![credit(100, "x")]).write();
        refused(file(statement, "x.xml"), Reason::FormatUnknown).await;
        let stranger = pb::ImportRemittanceRequest { customer_id: format!("cus_{}", "0".repeat(32)), ..file(LETTER, "avis.txt") };
        refused(stranger, Reason::ResourceNotFound).await;
        assert_eq!(company.service.store().rows("remittance_file").await, 0);
        let masked = LETTER.replace("ZA-4711", "4111111111111111");
        let advice = import(&company, &masked, "avis.txt").await.remittance_advices.remove(0);
        let told = format!("{advice:?}");
        assert!(!told.contains("4111111111111111"), "{told}");
        let absent = pb::GetRemittanceAdviceRequest { remittance_advice_id: format!("rma_{}", "0".repeat(32)) };
        expect_refusal(advices(&company).get_remittance_advice(absent).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test]
async fn a_proven_advice_decides_what_a_line_pays() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut invoices = Vec::new();
        for (number, gross) in [(1, 10_000), (2, 5_000), (3, 9_800), (4, 4_999)] {
            invoices.push(company.invoice(&company.alpha, number, gross).await);
        }
        let letter = LETTER.replace("100,00       2,00           98,00", "100,00                      100,00").replace("148,00", "150,00");
        let advice = import(&company, &letter, "avis.txt").await.remittance_advices.remove(0);
        assert_eq!(advice.state(), State::Proven, "{advice:?}");
        company.import(&Statement::new("S", "2026-01-15", 100_000, vec![credit(15_000, "Avis ZA-4711").from(ALPHA_IBAN)])).await;
        let line = company.line("Avis ZA-4711").await;
        assert_eq!(line.state(), BankLineState::Applied, "{line:?}");
        let open = [company.open_of(&invoices[0]).await, company.open_of(&invoices[1]).await, company.open_of(&invoices[2]).await];
        assert_eq!(open, [0, 0, 9_800]);
        let used = get(&company, &advice.remittance_advice_id).await;
        assert_eq!((used.state(), used.bank_line_id.as_str()), (State::Used, line.bank_line_id.as_str()));
        let confirm = pb::ConfirmRemittanceAdviceRequest {
            request_id: request_id(),
            remittance_advice_id: advice.remittance_advice_id.clone(),
            lines: used.lines.clone(),
            total: used.total,
            ..Default::default()
        };
        expect_refusal(advices(&company).confirm_remittance_advice(confirm).await, Reason::IllegalTransition);
        company.prove().await;
    })
    .await;
}

fn corpora(folders: &[&str]) -> Vec<PathBuf> {
    let root = std::env::var_os("QUITTANCE_CORPORA").map_or_else(|| PathBuf::from("../../../shared/corpora"), PathBuf::from);
    let mut found = Vec::new();
    for folder in folders {
        walk(&root.join(folder), &mut found);
    }
    found.sort();
    if found.is_empty() {
        eprintln!("the corpora are not at {}; nothing is checked", root.display());
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            walk(&path, found);
        } else if !path.to_string_lossy().ends_with(".json") {
            found.push(path);
        }
    }
}

#[tokio::test]
async fn advices_of_the_trade_agree_with_what_is_known_of_them() {
    let files = corpora(&["x12-820", "remadv", "remt", "x12"]);
    if files.is_empty() {
        return;
    }
    let files = &files;
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (mut proven, mut review, mut refused) = (0, 0, 0);
        for path in files {
            let content = std::fs::read(path).unwrap();
            match try_import(&company, file(content, "")).await {
                Ok(answer) => {
                    assert!(!answer.remittance_advices.is_empty(), "{}", path.display());
                    let expects_trouble = expects_trouble(path);
                    for advice in &answer.remittance_advices {
                        let is_proven = advice.state() == State::Proven;
                        assert!(!is_proven || expects_trouble != Some(true), "{}: {advice:?}", path.display());
                        proven += u32::from(is_proven);
                        review += u32::from(!is_proven);
                        let sum: i64 = if is_proven { advice.lines.iter().map(|line| minor(&line.net)).sum() } else { 0 };
                        assert!(!is_proven || sum == minor(&advice.total), "{}", path.display());
                    }
                }
                Err(status) => {
                    assert!(!is_server_bug(&status) && !reason_of(&status).is_empty(), "{}: {status:?}", path.display());
                    refused += 1;
                }
            }
        }
        eprintln!("{proven} proven, {review} for review, {refused} files refused, of {}", files.len());
        assert!(proven >= 35 && review >= 15, "{proven} {review} {refused}");
    })
    .await;
}

/// What the expectation beside a file says: sets refused or figures that disagree.
fn expects_trouble(path: &Path) -> Option<bool> {
    let text = std::fs::read_to_string(path.with_extension("expected.json")).ok()?;
    let expected: serde_json::Value = serde_json::from_str(&text).ok()?;
    let is_refused = expected.get("accepted").and_then(serde_json::Value::as_bool) == Some(false);
    let disagrees = |rule: &str| text.contains(rule);
    Some(is_refused || disagrees("\"remittance-total-not-parts\"") || disagrees("\"remittance-amounts-repeated\""))
}

/// A few ways to damage a file, the same every time.
fn damaged(content: &[u8], seed: usize) -> Vec<Vec<u8>> {
    let at = |part: usize| content.len() * part / 7 + seed % 13;
    let cut = content.get(..at(3)).unwrap_or(content).to_vec();
    let tail = content.get(at(2)..).unwrap_or_default().to_vec();
    let mut flipped = content.to_vec();
    for (place, byte) in flipped.iter_mut().enumerate() {
        if place % 31 == seed % 31 {
            *byte ^= 1 << (seed % 8);
        }
    }
    let twice = [content, content].concat();
    let mut holes = content.to_vec();
    holes.retain(|byte| usize::from(*byte) % 11 != seed % 11);
    vec![cut, tail, flipped, twice, holes]
}

#[tokio::test]
async fn rubbish_is_stored_for_review_or_refused_and_breaks_nothing() {
    let files = corpora(&["x12-820", "remadv", "remt", "x12", "references", "camt/hbci4java", "lockbox", "zugferd/mustangproject"]);
    let mut samples: Vec<Vec<u8>> =
        files.iter().filter_map(|path| std::fs::read(path).ok()).filter(|content| content.len() < 200_000).collect();
    samples.push(LETTER.as_bytes().to_vec());
    let every = samples.len().div_ceil(60);
    let damaged: Vec<Vec<u8>> = samples
        .iter()
        .enumerate()
        .step_by(every)
        .flat_map(|(seed, content)| damaged(content, seed))
        .filter(|one| !one.is_empty())
        .collect();
    let damaged = &damaged;
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for (number, content) in damaged.iter().enumerate() {
            let name = ["", "x.csv", "x.txt", "x.eml", "x.html"][number % 5];
            if let Err(status) = try_import(&company, file(content.clone(), name)).await {
                assert!(!is_server_bug(&status) && !reason_of(&status).is_empty(), "{number}: {status:?}");
            }
        }
        company.prove().await;
    })
    .await;
}
