//! One line that pays for several customers.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::BankLineState as State;
use quittance_testkit::on_both;

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, minor};

const FACTOR_IBAN: &str = "DE02120300000000202051";

/// Brings a line in, and accepts what is proposed where the engine leaves it to a person.
async fn settle(company: &Company, line: crate::camt::Line) -> pb::BankLine {
    let text = line.text.clone();
    company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![line])).await;
    let line = company.line(&text).await;
    if line.state() != State::Applied {
        let accepted = company.matches().accept_proposal(crate::decisions::accept(&line.bank_line_id, 1, "")).await;
        accepted.unwrap_or_else(|refused| panic!("{refused:?} after {}", line.why));
    }
    company.line(&text).await
}

/// What came to be unapplied of whom, and what each item was paid from.
async fn payers(company: &Company, invoices: &[&String]) -> Vec<(i64, String)> {
    let mut payers = Vec::new();
    for invoice in invoices {
        let query = pb::ListApplicationsRequest { open_item_id: (*invoice).clone(), ..Default::default() };
        for application in company.applications(query).await {
            let receipt = company.receipt(&application.receipt_id).await;
            payers.push((minor(&application.amount), receipt.customer_id));
        }
    }
    payers
}

#[tokio::test]
async fn a_parent_pays_for_itself_and_its_daughters() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let north = company.customer("Gamma Nord GmbH", &[], &company.alpha).await;
        let south = company.customer("Delta Sued GmbH", &[], &company.alpha).await;
        let own = company.invoice(&company.alpha, 1, 1_000).await;
        let of_north = company.invoice(&north, 2, 2_300).await;
        let of_south = company.invoice(&south, 3, 4_700).await;
        let line = credit(8_000, "INV-ACME-2026-000001, INV-ACME-2026-000002, INV-ACME-2026-000003").from(ALPHA_IBAN);
        let line = settle(&company, line).await;
        assert_eq!(line.state(), State::Applied, "{}", line.why);
        let paid = payers(&company, &[&own, &of_north, &of_south]).await;
        assert_eq!(paid, [(1_000, company.alpha.clone()), (2_300, north), (4_700, south)]);
        assert_eq!((company.balance("1200").await, company.balance("1290").await), (0, 0));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_factor_pays_for_customers_that_have_nothing_in_common() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (gamma, delta) =
            (company.customer("Gamma Nord GmbH", &[FACTOR_IBAN], "").await, company.customer("Delta Sued GmbH", &[FACTOR_IBAN], "").await);
        let (one, two) = (company.invoice(&gamma, 1, 2_300).await, company.invoice(&delta, 2, 4_700).await);
        let line = credit(7_000, "INV-ACME-2026-000001, INV-ACME-2026-000002").from(FACTOR_IBAN).named("Faktor Bank AG");
        let line = settle(&company, line).await;
        assert_eq!(line.state(), State::Applied, "{}", line.why);
        assert_eq!(payers(&company, &[&one, &two]).await, [(2_300, gamma), (4_700, delta)]);
        assert_eq!((company.balance("1200").await, company.balance("1290").await), (0, 0));
        company.prove().await;
    })
    .await;
}
