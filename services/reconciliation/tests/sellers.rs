//! Sellers of one tenant: each has its documents, its accounts, its ledger in memory and its policy.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::BankLineState as State;
use quittance_testkit::{Backend, on_both, race, request_id};

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, NewInvoice, date, euro};
use crate::ledgers::proposals;
use crate::match_runs::seller;
use crate::policies::{in_force, propose, tried, usual};

const IBANS: [&str; 2] = ["DE02500105170137075030", "DE02100500000054540402"];

/// Two sellers with an account and two invoices each, and a line for each invoice that nobody has matched.
struct Group {
    company: Company,
    sellers: [String; 2],
    invoices: Vec<String>,
}

impl Group {
    async fn start(backend: Backend, settings: &[&str]) -> Group {
        let company = Company::start_with(backend, settings).await;
        let sellers = [seller(&company).await, seller(&company).await];
        let mut invoices = Vec::new();
        for (place, (seller, iban)) in (1..).zip(sellers.iter().zip(IBANS)) {
            company.open_account_of(seller, iban, "EUR", 0).await;
            let mut lines = Vec::new();
            for number in [place * 10, place * 10 + 1] {
                let (customer, due, gross) = (company.alpha.as_str(), date(2026, 2, 14), 10_000 + i64::from(number));
                let new = NewInvoice { customer, number, gross, due, discount: None, reference: "" };
                invoices.push(company.issue_of(seller, new).await);
                lines.push(credit(gross, &format!("INV-ACME-2026-{number:06}")).from(ALPHA_IBAN));
            }
            let statement = Statement { iban, ..Statement::new(&format!("S-{place}"), "2026-01-15", 0, lines) };
            company.try_import(statement.write(), false).await.expect("a statement is imported");
        }
        Group { company, sellers, invoices }
    }
}

#[tokio::test]
async fn a_ledger_that_was_forgotten_is_built_anew_as_it_was() {
    on_both(|backend| async move {
        let small = Group::start(backend, &["service.index_records=1"]).await;
        let company = &small.company;
        let before = proposals(company).await;
        assert!(before.iter().all(|one| one.band() == pb::MatchBand::Auto), "{before:#?}");
        // Each seller that is asked puts the other out.
        for _ in 0..3 {
            assert_eq!(proposals(company).await, before);
        }
        company.dispute(&small.invoices[0], true).await;
        let disputed = proposals(company).await;
        assert_ne!(disputed, before);
        company.dispute(&small.invoices[0], false).await;
        let matches = company.matches();
        race(4, |_| {
            let mut matches = matches.clone();
            async move {
                let run = pb::RunMatchingRequest { request_id: request_id(), ..Default::default() };
                matches.run_matching(run).await.expect("a run");
            }
        })
        .await;
        company.run().await;
        for invoice in &small.invoices {
            assert_eq!(company.open_of(invoice).await, 0);
        }
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn money_on_the_account_of_one_seller_pays_no_document_of_another() {
    on_both(|backend| async move {
        let group = Group::start(backend, &[]).await;
        let company = &group.company;
        let stray = Statement { iban: IBANS[1], ..Statement::new("S-9", "2026-01-16", 20_041, vec![]) };
        let stray = Statement { lines: vec![credit(10_010, "wrong account INV-ACME-2026-000010").from(ALPHA_IBAN)], ..stray };
        company.import(&stray).await;
        let line = company.line("wrong account INV-ACME-2026-000010").await;
        assert_ne!(line.state(), State::Applied, "{}", line.why);
        assert_eq!(company.open_of(&group.invoices[0]).await, 10_010);
        let request =
            pb::StartMatchRunRequest { request_id: request_id(), legal_entity_id: group.sellers[0].clone(), ..Default::default() };
        let run = company.matches().start_match_run(request).await.unwrap().into_inner().match_run.unwrap();
        assert_eq!(run.lines_total, 2);
    })
    .await;
}

#[tokio::test]
async fn a_policy_of_a_seller_is_tried_on_its_lines_and_decides_about_them_alone() {
    on_both(|backend| async move {
        let group = Group::start(backend, &[]).await;
        let company = &group.company;
        let low = pb::MatchPolicy { auto_ceiling: Some(euro(5_000)), ..usual() };
        let own = pb::MatchPolicy { legal_entity_id: group.sellers[0].clone(), ..low.clone() };
        let found = tried(company, &propose(company, own.clone()).await.match_policy_id).await;
        assert_eq!((found.lines_tried, found.lines_total, found.only_active, found.differences.len()), (2, 2, 2, 2), "{found:#?}");
        in_force(company, own).await;
        assert_eq!(company.run().await.applied, 2);
        let mut open = Vec::new();
        for invoice in &group.invoices {
            open.push(company.open_of(invoice).await);
        }
        assert_eq!(open, [10_010, 10_011, 0, 0], "the other seller goes by the built-in policy");

        // What holds for every seller without a policy of its own is tried on the others' lines.
        let found = tried(company, &propose(company, low).await.match_policy_id).await;
        assert_eq!((found.lines_tried, found.only_active, found.against_the_books), (2, 2, 0), "{found:#?}");
        let none = pb::MatchPolicy { legal_entity_id: group.sellers[0].clone(), ..usual() };
        in_force(company, none).await;
        assert_eq!(company.run().await.applied, 2, "its lines were woken");
        company.prove().await;
    })
    .await;
}
