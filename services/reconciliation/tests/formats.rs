//! Bank files that are not camt, of real banks and by a mapping: each imports through the wire into accounts registered for
//! it, with the lines and balances the file is known to have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use quittance_api::reconciliation::v1 as pb;
use quittance_formats::identifiers::parse_iban;
use quittance_formats::{BankFile, Format};
use quittance_testkit::{expect_refusal, fields_of, is_server_bug, on_both, reason_of, request_id, tenant};
use quittance_types::{Currency, Reason};

use crate::fixture::{Company, minor};
use crate::workbook;

/// `other:` and the 34 characters an account number may have; one sample has a sentence for a number.
const LONGEST_ACCOUNT: usize = 40;
const FOLDERS: [&str; 6] = ["mt940", "bai2", "lockbox", "cfonb", "coda", "ofx"];

fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("QUITTANCE_CORPORA").map_or_else(|| PathBuf::from("../../../shared/corpora"), PathBuf::from);
    if !root.is_dir() {
        eprintln!("the corpora are not at {}; nothing is checked", root.display());
        return None;
    }
    Some(root)
}

fn files_of(folder: &Path, found: &mut Vec<PathBuf>, wanted: &dyn Fn(&Path) -> bool) {
    for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files_of(&path, found, wanted);
        } else if wanted(&path) {
            found.push(path);
        }
    }
    found.sort();
}

/// Expectations stand beside the files they are about.
fn is_sample(path: &Path) -> bool {
    path.extension().is_none_or(|ending| !["yml", "json", "php", "md"].iter().any(|known| ending == *known))
}

/// What a file says of itself.
struct Said {
    file: BankFile,
    /// Accounts in the form they are registered in, with currency and opening balance.
    accounts: Vec<(String, String, i64)>,
}

fn said(content: &[u8]) -> Option<Said> {
    let file = quittance_formats::read(content).ok()?;
    let mut accounts: Vec<(String, String, i64)> = Vec::new();
    for statement in &file.statements {
        let number = statement.account.id.as_ref()?.value.clone();
        let number = parse_iban(&number).map_or_else(|_| format!("other:{number}"), |iban| iban.as_str().to_owned());
        let currency = statement.currency().unwrap_or(Currency::EUR).code().to_owned();
        let opening = statement.opening_balance().and_then(|balance| balance.amount.money()).map_or(0, |money| money.minor());
        if !accounts.iter().any(|(known, in_currency, _)| *known == number && *in_currency == currency) {
            accounts.push((number, currency, opening));
        }
    }
    let can_be_registered = accounts.iter().all(|(number, _, _)| number.len() <= LONGEST_ACCOUNT);
    (can_be_registered && !accounts.is_empty()).then_some(Said { file, accounts })
}

/// What a return takes back is found by what fields state: a text may name anybody.
#[tokio::test]
async fn a_text_names_who_pays_and_not_whose_money_comes_back() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let named = "Nordlicht Handels GmbH\nDE02120300000000202051";
        let file = format!(
            ":20:A\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C260101EUR0,00\n:61:2601050105C119,00NTRFNONREF//B1\n:86:{named}\nRE 1\n\
             :61:2601060106D119,00NRTINONREF//B2\n:86:{named}\nRE 2\n:62F:C260131EUR0,00\n-\n"
        );
        company.try_import(file.into_bytes(), false).await.unwrap();
        let lines = company.lines().await;
        let line = |ends: &str| lines.iter().find(|line| line.remittance_text.ends_with(ends)).unwrap();
        let (paid, back) = (line("RE 1"), line("RE 2"));
        assert_eq!(
            (paid.counterparty_name.as_str(), paid.counterparty_iban.as_str()),
            ("Nordlicht Handels GmbH", "DE02120300000000202051")
        );
        assert_eq!((back.counterparty_name.as_str(), back.counterparty_iban.as_str()), ("", ""));
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_bank_file_is_imported_with_its_lines_and_balances() {
    let Some(root) = corpora() else { return };
    let mut found = Vec::new();
    FOLDERS.iter().for_each(|folder| files_of(&root.join(folder), &mut found, &is_sample));
    let found = &found;
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        let (mut imported, mut formats, mut refused) = (0, BTreeSet::new(), BTreeMap::<String, Vec<String>>::new());
        for (index, path) in found.iter().enumerate() {
            company.tenant = tenant(10 + u8::try_from(index).unwrap());
            match import(&company, path).await {
                Ok(format) => {
                    imported += 1;
                    formats.insert(format.code());
                }
                Err(reason) => refused.entry(reason).or_default().push(path.file_name().unwrap().to_string_lossy().into_owned()),
            }
        }
        let expected = [Format::Bai2, Format::Cfonb120, Format::Coda, Format::Lockbox, Format::Mt940, Format::Ofx];
        assert!(expected.iter().all(|format| formats.contains(format.code())), "{formats:?}");
        eprintln!("{imported} of {} files imported: {formats:?}; refused: {refused:?}", found.len());
        assert!(imported >= 62 && !refused.contains_key("STATEMENT_DUPLICATE"), "only {imported} of {} files were imported", found.len());
    })
    .await;
}

/// Imports a file for a tenant of its own, twice; or the reason of ours it is refused for.
async fn import(company: &Company, path: &Path) -> Result<Format, String> {
    let name = path.display();
    let content = std::fs::read(path).unwrap();
    let refusal = |status: &tonic::Status| {
        let reason = reason_of(status);
        assert!(!is_server_bug(status) && !reason.is_empty(), "{name}: {status:?}");
        reason
    };
    let Some(said) = said(&content) else {
        let answer = company.try_import(content, true).await;
        return Err(answer.map_or_else(|status| refusal(&status), |answer| format!("{} statements", answer.statements.len())));
    };
    for (number, currency, opening) in &said.accounts {
        company.open_account(number, currency, *opening).await;
    }
    let answer = company.try_import(content.clone(), false).await.map_err(|status| refusal(&status))?;
    assert_eq!(answer.statements.len(), said.file.statements.len(), "{name}");
    for (stored, read) in answer.statements.iter().zip(&said.file.statements) {
        let currency = read.currency().unwrap_or(Currency::EUR);
        let balance = |balance: Option<&quittance_formats::statement::Balance>| {
            let money = balance.and_then(|balance| balance.amount.money());
            money.filter(|money| money.currency() == currency).map(|money| money.minor())
        };
        assert_eq!(stored.opening.as_ref().map(|money| minor_of(money, &name)), balance(read.opening_balance()), "{name}");
        assert_eq!(stored.closing.as_ref().map(|money| minor_of(money, &name)), balance(read.closing_balance()), "{name}");
    }
    let bookable = |statement: &quittance_formats::Statement| {
        let in_currency = |line: &quittance_formats::statement::Line<'_>| {
            let money = line.signed_amount().and_then(|amount| amount.money());
            money.is_some_and(|money| Some(money.currency()) == statement.currency())
        };
        statement.lines().filter(in_currency).count()
    };
    let bookable = i32::try_from(said.file.statements.iter().map(bookable).sum::<usize>()).unwrap();
    let tells_currency = said.file.statements.iter().all(|statement| statement.currency().is_some());
    assert!(!tells_currency || answer.lines_imported + answer.lines_known == bookable, "{name}: {bookable}");
    assert_eq!(company.lines().await.len(), usize::try_from(answer.lines_imported.min(1_000)).unwrap(), "{name}");
    let again = company.try_import(content, false).await.unwrap();
    assert!(again.already_imported && again.statements == answer.statements, "{name}");
    Ok(said.file.format)
}

fn minor_of(money: &quittance_api::google::r#type::Money, name: &impl std::fmt::Display) -> i64 {
    let money = quittance_api::convert::money_from_wire(&Some(money.clone()));
    money.unwrap_or_else(|fault| panic!("{name}: {fault:?}")).minor()
}

/// Figures of a file as they are known from elsewhere: lines, and the balances of its last statement without their sign.
struct Known {
    lines: usize,
    opening: Option<i64>,
    closing: Option<i64>,
}

/// What the Python library tells of an MT940 file: YAML with object tags, read as text.
fn told_by_yaml(text: &str) -> Known {
    let head = text.split("\ntags:").next().unwrap_or(text);
    let balance = |name: &str| {
        let amount = head.split(&format!("\n  {name}:")).nth(1)?.split("- '").nth(1)?.split('\'').next()?;
        let (units, cents) = amount.split_once('.')?;
        let minor = format!("{units}{}", cents.get(..2)?).parse::<i64>().ok()?;
        Some(minor.abs())
    };
    let lines = text.matches("- !!python/object:mt940.models.Transaction\n").count();
    Known { lines, opening: balance("final_opening_balance"), closing: balance("final_closing_balance") }
}

/// In German marks, which are no active currency: its lines are findings.
const UNTOLD: [&str; 1] = ["raphaelm"];

/// From the tests of the libraries the files come from.
const KNOWN: [(&str, Known); 4] = [
    ("coda/php-coda-parser/sample8.cod", Known { lines: 2, opening: Some(129_345), closing: Some(64_856) }),
    ("coda/php-coda-parser/sample7.cod", Known { lines: 3, opening: None, closing: None }),
    ("coda/php-coda-parser/sample5.cod", Known { lines: 3, opening: None, closing: None }),
    ("cfonb/silarhi-cfonb-parser/complex-test.txt", Known { lines: 5, opening: None, closing: None }),
];

fn known_files(root: &Path) -> Vec<(PathBuf, Known)> {
    let mut expectations = Vec::new();
    files_of(&root.join("mt940/wolph-mt940"), &mut expectations, &|path| path.extension().is_some_and(|ending| ending == "yml"));
    let is_told = |path: &PathBuf| !UNTOLD.iter().any(|name| path.file_stem().is_some_and(|stem| stem == *name));
    let told = expectations.into_iter().filter(is_told).map(|path| {
        let known = told_by_yaml(&std::fs::read_to_string(&path).unwrap());
        (path.with_extension("sta"), known)
    });
    told.chain(KNOWN.into_iter().map(|(path, known)| (root.join(path), known))).collect()
}

#[tokio::test]
async fn figures_agree_with_what_is_known_of_the_files() {
    let Some(root) = corpora() else { return };
    let root = &root;
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        let mut compared = 0;
        for (index, (path, known)) in known_files(root).into_iter().enumerate() {
            company.tenant = tenant(10 + u8::try_from(index).unwrap());
            let (name, content) = (path.display(), std::fs::read(&path).unwrap());
            let Some(said) = said(&content) else { continue };
            for (number, currency, opening) in said.accounts {
                company.open_account(&number, &currency, opening).await;
            }
            let Ok(answer) = company.try_import(content, false).await else { continue };
            compared += 1;
            assert_eq!(usize::try_from(answer.lines_imported + answer.lines_known).unwrap(), known.lines, "{name}");
            let stored =
                |balance: &Option<quittance_api::google::r#type::Money>| balance.as_ref().map(|money| minor_of(money, &name).abs());
            let opens: Vec<Option<i64>> = answer.statements.iter().map(|statement| stored(&statement.opening)).collect();
            let closes: Vec<Option<i64>> = answer.statements.iter().map(|statement| stored(&statement.closing)).collect();
            // The library tells the last balance that is no intermediate one.
            for (known, stored) in [(known.opening, opens), (known.closing, closes)] {
                assert!(known.is_none() || stored.contains(&known) || stored.contains(&None), "{name}: {known:?} {stored:?}");
            }
        }
        eprintln!("{compared} files compared");
        assert!(compared >= 20, "only {compared} files were compared");
    })
    .await;
}

const GERMAN: &str = r#"{
    "booked_on": "Buchungstag", "value_on": "Valuta", "date_format": "DD.MM.YYYY", "decimals": "comma",
    "sign": { "kind": "signed", "amount": "Betrag" }, "currency": "EUR", "account": "DE89370400440532013000",
    "name": "Name", "counterparty_account": "IBAN", "texts": ["Verwendungszweck"], "reference": "Ref"
}"#;

const EXPORT: &str = "Buchungstag;Valuta;Name;IBAN;Verwendungszweck;Betrag;Ref\r\n\
    05.01.2026;06.01.2026;Alpha Maschinenbau GmbH;DE75512108001245126199;\"Rechnung; INV-ACME-2026-000001\";1.234,56;A1\r\n\
    07.01.2026;;Bank;;Gebühr;-5,00;A2\r\n\
    32.01.2026;;X;;kaputt;1,00;A3\r\n";

fn mapped(content: impl Into<Vec<u8>>, mapping: &str) -> pb::ImportStatementRequest {
    let (content, mapping) = (content.into(), mapping.to_owned());
    pb::ImportStatementRequest { request_id: request_id(), content, file_name: "umsaetze.csv".to_owned(), mapping, ..Default::default() }
}

async fn try_mapped(company: &Company, request: pb::ImportStatementRequest) -> Result<pb::ImportStatementResponse, tonic::Status> {
    Ok(company.statements().import_statement(request).await?.into_inner())
}

#[tokio::test]
async fn a_csv_file_is_imported_by_its_mapping() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let answer = try_mapped(&company, mapped(EXPORT, GERMAN)).await.expect("a CSV file is imported");
        assert_eq!((answer.lines_imported, answer.statements[0].format.as_str()), (2, "csv"), "no day is invented");
        let line = company.line("Rechnung; INV-ACME-2026-000001").await;
        assert_eq!((minor(&line.amount), line.bank_reference.as_str()), (123_456, "A1"));
        assert_eq!(
            (line.counterparty_name.as_str(), line.counterparty_iban.as_str()),
            ("Alpha Maschinenbau GmbH", "DE75512108001245126199")
        );
        let findings = answer.statements[0].findings.iter().map(|finding| (finding.kind.as_str(), finding.path.as_str()));
        assert_eq!(findings.collect::<Vec<_>>(), [("date_malformed", "row[4]/booked_on"), ("line_not_booked", "row[4]")]);
        assert!(answer.statements[0].findings[1].message.contains("1.00 EUR"), "{:?}", answer.statements[0].findings[1]);
        assert!(try_mapped(&company, mapped(EXPORT, GERMAN)).await.unwrap().already_imported);

        let refused = async |request: pb::ImportStatementRequest, reason| expect_refusal(try_mapped(&company, request).await, reason);
        refused(mapped(EXPORT.replace("A1", "B1"), ""), Reason::FormatUnknown).await;
        let named = EXPORT.replace("Betrag", "Umsatz");
        assert_eq!(fields_of(&refused(mapped(named, GERMAN), Reason::CsvMalformed).await), ["mapping"]);
        let status = refused(mapped(EXPORT, "{\"booked_on\": 1"), Reason::MalformedJson).await;
        assert_eq!(fields_of(&status), ["mapping"]);
        let status = refused(mapped(EXPORT, &GERMAN.replace("\"reference\"", "\"referense\"")), Reason::MalformedJson).await;
        assert!(status.message().contains("referense"), "{status:?}");
        refused(mapped(EXPORT, &GERMAN.replace("DD.MM.YYYY", "DD.MM")), Reason::StatementMalformed).await;
        refused(mapped(EXPORT, &GERMAN.replace("DE89370400440532013000", "DE02120300000000202051")), Reason::BankAccountUnknown).await;
        refused(mapped(b"\0\0\0".to_vec(), GERMAN), Reason::CsvMalformed).await;
    })
    .await;
}

#[tokio::test]
async fn a_csv_file_of_which_nothing_was_taken_is_read_anew_by_another_mapping() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let wrong = GERMAN.replace("\"EUR\"", "\"QQQ\"");
        let first = try_mapped(&company, mapped(EXPORT, &wrong)).await.expect("a file nothing of which can be booked");
        assert_eq!((first.lines_imported, first.already_imported), (0, false));
        assert!(first.statements[0].findings.iter().any(|finding| finding.kind == "currency_unknown"), "{first:?}");
        let again = try_mapped(&company, mapped(EXPORT, &wrong)).await.unwrap();
        assert!(again.already_imported && again.statements == first.statements, "read the same way it says the same");
        let right = try_mapped(&company, mapped(EXPORT, GERMAN)).await.expect("the right mapping");
        assert_eq!((right.lines_imported, right.already_imported), (2, false));
        for mapping in [GERMAN, &wrong] {
            let again = try_mapped(&company, mapped(EXPORT, mapping)).await.unwrap();
            assert!(again.already_imported && again.statements == right.statements, "lines were taken: it counts");
        }
        assert_eq!(company.lines().await.len(), 2);
        company.prove_but(&["cash equals bank", crate::fixture::IMMUTABLE]).await;
    })
    .await;
}

#[tokio::test]
async fn a_workbook_is_imported_by_its_mapping_only() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let book = workbook::of(&[
            &["Buchungstag", "Valuta", "Name", "IBAN", "Verwendungszweck", "Betrag", "Ref"],
            &["05.01.2026", "", "Alpha", "", "INV-ACME-2026-000001", "1.234,56", "A1"],
        ]);
        expect_refusal(try_mapped(&company, mapped(book.clone(), "")).await, Reason::FileTypeUnsupported);
        let answer = try_mapped(&company, mapped(book.clone(), GERMAN)).await.expect("a workbook is imported");
        assert_eq!((answer.lines_imported, answer.statements[0].format.as_str()), (1, "xlsx"));
        assert_eq!(minor(&company.line("INV-ACME-2026-000001").await.amount), 123_456);
        let cut = book.get(..book.len() / 2).unwrap().to_vec();
        let refused = try_mapped(&company, mapped(cut, GERMAN)).await.unwrap_err();
        assert!(["STATEMENT_MALFORMED", "FORMAT_UNKNOWN"].contains(&reason_of(&refused).as_str()), "{refused:?}");
    })
    .await;
}
