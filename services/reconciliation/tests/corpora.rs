//! Files of real banks: each imports into accounts registered for it, and the books hold.

use std::path::{Path, PathBuf};

use quittance_formats::identifiers::parse_iban;
use quittance_testkit::{on_both, reason_of};

use crate::fixture::Company;

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
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpora/camt"), &mut found);
    if found.is_empty() {
        eprintln!("the corpora are not here; nothing is checked");
        return;
    }
    let found = &found;
    on_both(|backend| async move {
        let mut imported = 0;
        let company = Company::start(backend).await;
        let mut registered: Vec<(String, String)> = Vec::new();
        for path in found {
            let content = std::fs::read(path).unwrap();
            let Some(accounts) = accounts(&content) else {
                let refused = company.try_import(content, true).await.unwrap_err();
                assert!(!reason_of(&refused).is_empty() && reason_of(&refused) != "INTERNAL_ERROR", "{}: {refused:?}", path.display());
                continue;
            };
            for (number, currency, opening) in accounts {
                if number.len() > 6 && !registered.contains(&(number.clone(), currency.clone())) {
                    company.open_account(&number, &currency, opening).await;
                    registered.push((number, currency));
                }
            }
            match company.try_import(content.clone(), true).await {
                Ok(_) => {
                    imported += 1;
                    assert!(company.try_import(content, true).await.unwrap().already_imported, "{}", path.display());
                }
                // Two samples share an identification with other content; one has no account.
                Err(status) => {
                    let reason = reason_of(&status);
                    let expected = ["STATEMENT_DUPLICATE", "BANK_ACCOUNT_UNKNOWN"];
                    assert!(expected.contains(&reason.as_str()), "{}: {status:?}", path.display());
                }
            }
        }
        assert!(imported >= 20, "only {imported} of {} files were imported", found.len());
        // Samples do not go on where the last one of their account ended: their gaps are findings, and cash is not bank.
        company.prove_but(&["cash equals bank", crate::fixture::IMMUTABLE]).await;
    })
    .await;
}
