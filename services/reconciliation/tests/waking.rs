//! Lines that wait are offered to the engine again when something they may be about has changed.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::BankLineState as State;
use quittance_testkit::{on_both, request_id};

use crate::camt::{Line, Statement, credit};
use crate::exceptions::waiting;
use crate::fixture::{ALPHA_IBAN, BETA_IBAN, Company, euro};
use crate::policies::{in_force, usual};
use crate::returns::taken_back;

async fn import(company: &Company, id: &str, opening: i64, lines: Vec<Line>) {
    company.import(&Statement::new(id, "2026-01-15", opening, lines)).await;
}

#[tokio::test]
async fn a_payment_that_comes_back_wakes_the_one_that_came_twice() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let first = credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN).end_to_end("E-1");
        let second = credit(10_000, "INV-ACME-2026-000001 again").from(ALPHA_IBAN);
        let others = credit(777, "of somebody else").from(BETA_IBAN);
        import(&company, "S-1", 100_000, vec![first, second, others]).await;
        assert_eq!(company.line("INV-ACME-2026-000001 again").await.state(), State::Unapplied);
        assert_eq!(company.run().await.lines_seen, 0);

        import(&company, "S-2", 120_777, vec![taken_back(10_000, "returned").end_to_end("E-1").from(ALPHA_IBAN)]).await;
        assert_eq!(company.open_of(&invoice).await, 10_000);
        let woken = company.run().await;
        assert_eq!((woken.lines_seen, woken.applied), (1, 1), "of Alpha's lines the one that waits");
        assert_eq!((company.open_of(&invoice).await, company.line("INV-ACME-2026-000001 again").await.state()), (0, State::Applied));
        assert_eq!(waiting(&company).await.len(), 1, "Beta's money waits as before");
        assert_eq!(company.run().await.lines_seen, 0);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_dispute_that_ends_wakes_who_waited_for_it() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let daughter = company.customer("Gamma Nord GmbH", &[], &company.alpha).await;
        let mut invoices = Vec::new();
        for (number, customer) in [(1, &company.alpha), (2, &daughter), (3, &company.beta)] {
            let invoice = company.invoice(customer, number, 3_000).await;
            company.dispute(&invoice, true).await;
            invoices.push(invoice);
        }
        let line = |number: u32, iban| credit(3_000, &format!("INV-ACME-2026-{number:06}")).from(iban);
        import(&company, "S-1", 100_000, vec![line(1, ALPHA_IBAN), line(2, ALPHA_IBAN), line(3, BETA_IBAN)]).await;
        assert_eq!(waiting(&company).await.len(), 3);
        assert_eq!(company.run().await.lines_seen, 0);
        company.dispute(&invoices[1], false).await;
        let woken = company.run().await;
        assert_eq!((woken.lines_seen, woken.applied), (2, 1), "its parent's lines are looked at, not Beta's");
        assert_eq!((company.open_of(&invoices[0]).await, company.open_of(&invoices[1]).await), (3_000, 0));
        assert_eq!(company.run().await.lines_seen, 0);
        company.dispute(&invoices[2], false).await;
        assert_eq!((company.run().await.applied, company.open_of(&invoices[2]).await), (1, 0));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_policy_that_is_activated_wakes_what_it_decides_about() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        in_force(&company, pb::MatchPolicy { auto_ceiling: Some(euro(15_000)), ..usual() }).await;
        let invoice = company.invoice(&company.alpha, 1, 20_000).await;
        import(&company, "S-1", 100_000, vec![credit(20_000, "INV-ACME-2026-000001").from(ALPHA_IBAN), credit(7, "unknown")]).await;
        assert_eq!((company.open_of(&invoice).await, company.run().await.lines_seen), (20_000, 0));
        in_force(&company, usual()).await;
        let request = pb::StartMatchRunRequest { request_id: request_id(), ..Default::default() };
        let run = company.matches().start_match_run(request).await.unwrap().into_inner().match_run.unwrap();
        assert_eq!(run.lines_total, 2);
        loop {
            let request = pb::GetMatchRunRequest { match_run_id: run.match_run_id.clone() };
            let run = company.matches().get_match_run(request).await.unwrap().into_inner().match_run.unwrap();
            if run.state() == pb::MatchRunState::Completed {
                assert_eq!((run.lines_seen, run.applied), (2, 1));
                break;
            }
        }
        assert_eq!((company.open_of(&invoice).await, company.run().await.lines_seen), (0, 0));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_person_took_back_is_not_taken_up_again() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (invoice, other) = (company.invoice(&company.alpha, 1, 10_000).await, company.invoice(&company.alpha, 2, 500).await);
        import(&company, "S-1", 100_000, vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN)]).await;
        let query = pb::ListApplicationsRequest { open_item_id: invoice.clone(), ..Default::default() };
        let application_id = company.applications(query).await.remove(0).application_id;
        company.receipts().unapply(pb::UnapplyRequest { request_id: request_id(), application_id, ..Default::default() }).await.unwrap();
        assert_eq!((waiting(&company).await.len(), company.run().await.lines_seen), (1, 0));
        company.dispute(&other, true).await;
        company.dispute(&other, false).await;
        in_force(&company, usual()).await;
        assert_eq!((company.run().await.lines_seen, company.open_of(&invoice).await), (0, 10_000));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_return_wakes_what_its_own_file_lets_wait() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        import(&company, "S-1", 100_000, vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN).end_to_end("E-1")]).await;
        let came_back = taken_back(10_000, "returned").end_to_end("E-1").from(ALPHA_IBAN);
        import(&company, "S-2", 110_000, vec![came_back, credit(777, "for Alpha").from(ALPHA_IBAN)]).await;
        assert_eq!((company.open_of(&invoice).await, waiting(&company).await.len()), (10_000, 1));
        assert_eq!(company.run().await.lines_seen, 1);
        assert_eq!(company.run().await.lines_seen, 0);
        company.prove().await;
    })
    .await;
}
