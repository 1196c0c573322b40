//! Files of real banks: each imports into accounts registered for it, and the books hold.

use std::path::{Path, PathBuf};

use quittance_formats::identifiers::parse_iban;
use quittance_testkit::{is_server_bug, on_both, reason_of, tenant};

use crate::fixture::{Company, IMMUTABLE};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "xml") {
            found.push(path);
        }
    }
    found.sort();
}

/// The accounts of a file, in the form they are registered in, with the opening balance its first statement tells.
fn accounts(content: &[u8]) -> Option<Vec<(String, String, i64)>> {
    let file = quittance_formats::read(content).ok()?;
    let mut accounts: Vec<(String, String, i64)> = Vec::new();
    for statement in &file.statements {
        let number = statement.account.id.as_ref()?.value.clone();
        let number = parse_iban(&number).map_or_else(|_| format!("other:{number}"), |iban| iban.as_str().to_owned());
        let currency = statement.currency().map_or("CHF", |currency| currency.code()).to_owned();
        let opening = statement.opening_balance().and_then(|balance| balance.amount.money()).map_or(0, |money| money.minor());
        if !accounts.iter().any(|(known, in_currency, _)| *known == number && *in_currency == currency) {
            accounts.push((number, currency, opening));
        }
    }
    Some(accounts)
}

#[tokio::test]
async fn every_readable_file_is_imported_and_the_books_hold() {
    let mut found = Vec::new();
    files(Path::new("/work/shared/corpora/camt"), &mut found);
    if found.is_empty() {
        eprintln!("the corpora are not here; nothing is checked");
        return;
    }
    let found = &found;
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        let mut imported = 0;
        for (index, path) in found.iter().enumerate() {
            company.tenant = tenant(10 + u8::try_from(index).unwrap());
            imported += u32::from(import(&company, path).await);
        }
        assert!(imported >= 28, "only {imported} of {} files were imported", found.len());
    })
    .await;
}

/// Imports a file for a tenant of its own; false when the file is no statement, and refused for a reason of ours.
async fn import(company: &Company, path: &Path) -> bool {
    let content = std::fs::read(path).unwrap();
    let name = path.display();
    let Some(accounts) = accounts(&content) else {
        let refused = company.try_import(content, true).await.unwrap_err();
        assert!(!is_server_bug(&refused) && !reason_of(&refused).is_empty(), "{name}: {refused:?}");
        return false;
    };
    for (number, currency, opening) in accounts {
        company.open_account(&number, &currency, opening).await;
    }
    let answer = match company.try_import(content.clone(), true).await {
        Ok(answer) => answer,
        Err(status) => panic!("{name}: {status:?}"),
    };
    let again = company.try_import(content, true).await.unwrap();
    assert!(again.already_imported && again.statements == answer.statements, "{name}");
    // What the file itself finds wrong is not the books' fault: only then may cash differ from bank.
    let findings: Vec<&str> =
        answer.statements.iter().flat_map(|statement| &statement.findings).map(|finding| finding.kind.as_str()).collect();
    let sound = findings.iter().all(|kind| HARMLESS.contains(kind));
    company.prove_but(if sound { &[IMMUTABLE] } else { &[IMMUTABLE, "cash equals bank"] }).await;
    let lines = company.lines().await;
    assert_eq!(lines.len(), usize::try_from(answer.lines_imported).unwrap(), "{name}");
    true
}

/// Findings that leave every figure standing, and the opening balance known.
const HARMLESS: [&str; 8] = [
    "namespace_unexpected",
    "reference_duplicate",
    "reference_check_digit",
    "iban_invalid",
    "identification_missing",
    "count_mismatch",
    "details_without_amount",
    "detail_direction_mismatch",
];
