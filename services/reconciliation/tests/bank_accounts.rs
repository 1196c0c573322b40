//! Accounts at banks.

use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::{expect_refusal, fields_of, on_both, request_id};
use quittance_types::Reason;

use crate::fixture::{Company, OUR_IBAN, euro, minor, money};

fn account(iban: &str, currency: &str) -> pb::BankAccount {
    pb::BankAccount { iban: iban.to_owned(), currency: currency.to_owned(), ..Default::default() }
}

async fn create(company: &Company, account: pb::BankAccount) -> Result<pb::BankAccount, tonic::Status> {
    let request = pb::CreateBankAccountRequest { request_id: request_id(), bank_account: Some(account) };
    Ok(company.banks().create_bank_account(request).await?.into_inner().bank_account.unwrap())
}

#[tokio::test]
async fn an_account_is_registered_with_its_opening_balance() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        assert_eq!((company.balance("1000").await, company.balance("3000").await), (100_000, -100_000));
        let proof = company.bank_proof().await;
        assert!(proof.holds && minor(&proof.bank) == 100_000 && minor(&proof.ledger) == 100_000);

        let other = pb::BankAccount { name: "Dollars".to_owned(), ..account("other: 12 34-5 ", "USD") };
        let created = create(&company, other).await.unwrap();
        assert_eq!((created.iban.as_str(), created.currency.as_str()), ("other:1234-5", "USD"));
        assert!(created.bank_balance.is_none());
        let overdrawn = pb::BankAccount { opening_balance: Some(euro(-50_00)), ..account("other:9", "EUR") };
        create(&company, overdrawn).await.unwrap();
        company.prove().await;

        let mut listed = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListBankAccountsRequest { page_size: 2, page_token };
            let page = company.banks().list_bank_accounts(request).await.unwrap().into_inner();
            listed.extend(page.bank_accounts.into_iter().map(|account| account.iban));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(listed, [OUR_IBAN, "other:1234-5", "other:9"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_account_is_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for (given, reason, field) in [
            (account("", "EUR"), Reason::FieldRequired, "bank_account.iban"),
            (account("DE00370400440532013000", "EUR"), Reason::IbanInvalid, "bank_account.iban"),
            (account(OUR_IBAN, ""), Reason::FieldRequired, "bank_account.currency"),
            (account(OUR_IBAN, "EURO"), Reason::CurrencyUnknown, "bank_account.currency"),
            (
                pb::BankAccount { opening_balance: Some(money("USD", 1)), ..account("other:1", "EUR") },
                Reason::CurrencyMismatch,
                "bank_account.opening_balance",
            ),
            (
                pb::BankAccount { legal_entity_id: "x".to_owned(), ..account("other:1", "EUR") },
                Reason::NameInvalid,
                "bank_account.legal_entity_id",
            ),
            (account("de89 3704 0044 0532 0130 00", "EUR"), Reason::DuplicateExternalId, "bank_account.iban"),
        ] {
            let status = expect_refusal(create(&company, given).await, reason);
            assert_eq!(fields_of(&status), [field]);
        }
        let empty = pb::CreateBankAccountRequest { request_id: request_id(), bank_account: None };
        expect_refusal(company.banks().create_bank_account(empty).await, Reason::FieldRequired);
        create(&company, account(OUR_IBAN, "CHF")).await.expect("one number may have accounts in several currencies");
    })
    .await;
}
