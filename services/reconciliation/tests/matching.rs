//! Whose money a line is and what it pays.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::{BankLineState as State, MatchBand, OpenItemState, ReceiptState};
use quittance_testkit::{expect_refusal, on_both, request_id};
use quittance_types::Reason;

use crate::camt::{Line, Statement, credit};
use crate::fixture::{ALPHA_IBAN, BETA_IBAN, Company, NewInvoice, date, minor};

fn statement(lines: Vec<Line>) -> Statement {
    Statement::new("S", "2026-01-15", 100_000, lines)
}

async fn run(company: &Company, dry_run: bool) -> pb::RunMatchingResponse {
    let request = pb::RunMatchingRequest { request_id: request_id(), as_of: None, dry_run };
    company.matches().run_matching(request).await.expect("lines are matched").into_inner()
}

async fn explain(company: &Company, line: &str) -> pb::ExplainLineResponse {
    let request = pb::ExplainLineRequest { bank_line_id: line.to_owned(), ..Default::default() };
    company.matches().explain_line(request).await.expect("a line is explained").into_inner()
}

/// What is said of every line.
async fn whys(company: &Company) -> Vec<(String, String)> {
    company.lines().await.into_iter().map(|line| (line.remittance_text, line.why)).collect()
}

#[tokio::test]
async fn lines_pay_what_they_name_in_every_spelling() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut invoices = Vec::new();
        for number in 1..=6 {
            let reference = if number == 1 { "RF18539007547034" } else { "" };
            let due = date(2026, 2, 14);
            let discount = (number == 4).then(|| (date(2026, 1, 13), 200));
            invoices.push(company.issue(NewInvoice { customer: &company.alpha, number, gross: 10_000, due, discount, reference }).await);
        }
        let lines = vec![
            Line { reference: "RF18 5390 0754 7034".to_owned(), ..credit(10_000, "") },
            credit(10_000, "Rechnung INV-ACME-2026-000002 vom 05.01.2026").from(ALPHA_IBAN),
            credit(6_000, "inv acme 2026 000003 Teilzahlung").from(ALPHA_IBAN),
            credit(9_800, "INVACME2026000004 abz. Skonto"),
            credit(20_000, "INV-ACME-2026-000005, INV-ACME-2026-000006"),
        ];
        let answer = company.import(&statement(lines)).await;
        assert_eq!(answer.lines_matched, 5, "{:#?}", whys(&company).await);
        let states: Vec<OpenItemState> = {
            let mut states = Vec::new();
            for invoice in &invoices {
                states.push(company.item(invoice).await.state());
            }
            states
        };
        use OpenItemState::{PartlySettled, Settled};
        assert_eq!(states, [Settled, Settled, PartlySettled, Settled, Settled, Settled]);
        assert_eq!(minor(&company.item(&invoices[3]).await.discounted), 200, "two days late, with three of grace");
        assert!(company.lines().await.iter().all(|line| line.state() == State::Applied));
        let applications =
            company.applications(pb::ListApplicationsRequest { open_item_id: invoices[0].clone(), ..Default::default() }).await;
        assert_eq!(applications[0].applied_by, "one_item");
        assert!(applications[0].why.contains("the creditor reference of INV-ACME-2026-000001"), "{}", applications[0].why);
        company.prove().await;
    })
    .await;
}

/// Customers and documents among which an account and an amount say something.
async fn fill(company: &Company) {
    for number in 0..40 {
        let customer = company.customer(&format!("{} Handwerk {number} KG", NAMES[number % NAMES.len()]), &[], "").await;
        company.invoice(&customer, 500 + u32::try_from(number).unwrap(), 20_011 + i64::try_from(number).unwrap() * 137).await;
    }
}

const NAMES: [&str; 8] = ["Ahorn", "Birke", "Eiche", "Erle", "Esche", "Fichte", "Linde", "Ulme"];

#[tokio::test]
async fn a_known_payer_pays_what_fits_exactly_one_way() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        fill(&company).await;
        let one = company.invoice(&company.alpha, 1, 10_037).await;
        let due = date(2026, 3, 14);
        let two = company.issue(NewInvoice { customer: &company.alpha, number: 2, gross: 5_041, due, discount: None, reference: "" }).await;
        let three = company.invoice(&company.alpha, 3, 5_041).await;
        let lines = vec![
            credit(10_037, "thanks").from(ALPHA_IBAN).named("Alpha Maschinenbau GmbH"),
            credit(5_041, "either").from(ALPHA_IBAN).named("Alpha Maschinenbau GmbH"),
            credit(1_234, "no fit").from(BETA_IBAN),
            credit(5_041, "nobody"),
        ];
        company.import(&statement(lines)).await;
        assert_eq!(company.open_of(&one).await, 0, "{:#?}", whys(&company).await);
        let either = company.line("either").await;
        let open = company.open_of(&two).await + company.open_of(&three).await;
        assert_eq!((either.state(), open), (State::Unapplied, 10_082), "two documents fit: {}", either.why);
        assert_eq!(company.receipt(&either.receipt_id).await.customer_id, company.alpha);
        assert_eq!(company.line("no fit").await.state(), State::Unapplied);
        let nobody = company.line("nobody").await;
        assert_eq!((nobody.state(), company.receipt(&nobody.receipt_id).await.state()), (State::Unidentified, ReceiptState::Unidentified));
        company.prove().await;

        let statistics =
            company.matches().get_match_statistics(pb::GetMatchStatisticsRequest::default()).await.unwrap().into_inner().statistics;
        let count = |state: State, is_refused: bool| {
            let found = statistics.iter().filter(|found| found.state() == state && found.refusal.is_empty() != is_refused);
            found.map(|found| found.lines).sum::<i64>()
        };
        assert_eq!(
            (count(State::Applied, false), count(State::Unapplied, true), count(State::Unidentified, true)),
            (1, 2, 1),
            "{statistics:#?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_name_or_account_of_several_customers_is_nobodys() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.invoice(&company.alpha, 1, 10_000).await;
        company.customer("Alpha Maschinenbau GmbH", &[ALPHA_IBAN], "").await;
        let lines = vec![credit(10_000, "who").from(ALPHA_IBAN).named("Alpha Maschinenbau GmbH")];
        company.import(&statement(lines)).await;
        assert_eq!(company.line("who").await.state(), State::Unidentified);
    })
    .await;
}

#[tokio::test]
async fn a_contradicting_reference_prevents_automatic_application() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let of_alpha = company.invoice(&company.alpha, 1, 10_000).await;
        let of_beta = company.invoice(&company.beta, 2, 10_000).await;
        let disputed = company.invoice(&company.alpha, 3, 3_000).await;
        company.dispute(&disputed, true).await;
        let lines = vec![
            credit(10_000, "INV-ACME-2026-000002").from(ALPHA_IBAN),
            credit(3_000, "INV-ACME-2026-000003").from(ALPHA_IBAN),
            credit(3_000, "only the amount").from(ALPHA_IBAN),
        ];
        company.import(&statement(lines)).await;
        assert_eq!(
            (company.open_of(&of_alpha).await, company.open_of(&of_beta).await, company.open_of(&disputed).await),
            (10_000, 10_000, 3_000)
        );
        let line = company.line("INV-ACME-2026-000002").await;
        assert_eq!(line.state(), State::Unidentified, "account and document name two customers: nobody knows whose money it is");
        assert!(line.why.contains("belongs to another customer"), "{}", line.why);
        let disputing = company.line("INV-ACME-2026-000003").await;
        assert!(disputing.why.contains("in dispute"), "{}", disputing.why);
        assert_eq!(company.receipt(&disputing.receipt_id).await.customer_id, company.alpha);
        company.dispute(&disputed, false).await;
        let now = credit(3_000, "INV-ACME-2026-000003 now").from(ALPHA_IBAN);
        let next = Statement { opening: 116_000, ..Statement::new("S-2", "2026-01-16", 0, vec![now]) };
        company.import(&next).await;
        assert_eq!(company.open_of(&disputed).await, 0);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_second_payment_of_the_same_document_waits_on_the_customer() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.invoice(&company.alpha, 1, 10_000).await;
        let other = company.invoice(&company.alpha, 2, 10_000).await;
        let lines =
            vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN), credit(10_000, "INV-ACME-2026-000001 again").from(ALPHA_IBAN)];
        company.import(&statement(lines)).await;
        let again = company.line("INV-ACME-2026-000001 again").await;
        assert_eq!((again.state(), company.open_of(&other).await), (State::Unapplied, 10_000));
        let explained = explain(&company, &again.bank_line_id).await;
        assert_eq!(explained.proposal.unwrap().candidates[0].kind, "duplicate", "{}", again.why);
        assert_eq!(company.receipt(&again.receipt_id).await.customer_id, company.alpha);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn more_money_than_asked_for_stays_the_customers() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        company.import(&statement(vec![credit(10_050, "INV-ACME-2026-000001").from(ALPHA_IBAN)])).await;
        let line = company.line("INV-ACME-2026-000001").await;
        let receipt = company.receipt(&line.receipt_id).await;
        assert_eq!((line.state(), receipt.state(), minor(&receipt.unapplied)), (State::PartlyApplied, ReceiptState::PartlyApplied, 50));
        let balance = pb::GetCustomerBalanceRequest { customer_id: company.alpha.clone() };
        let balance = company.items().get_customer_balance(balance).await.unwrap().into_inner().balances.remove(0);
        assert_eq!((minor(&balance.open), minor(&balance.unapplied), minor(&balance.net), balance.open_item_count), (0, 50, -50, 0));
        assert_eq!(company.open_of(&invoice).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_parent_pays_for_its_subsidiary() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let child = company.customer("Gamma Nord GmbH", &[], &company.alpha).await;
        let invoice = company.invoice(&child, 1, 10_000).await;
        company.import(&statement(vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN)])).await;
        assert_eq!(company.open_of(&invoice).await, 0);
        let receipt = company.receipt(&company.line("INV-ACME-2026-000001").await.receipt_id).await;
        assert_eq!(receipt.customer_id, child);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_finds_what_is_new_and_a_dry_run_stores_nothing() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let lines = vec![credit(10_000, "INV-ACME-2026-000001"), credit(700, "unknown"), credit(500, "mine").from(ALPHA_IBAN)];
        let imported = company.try_import(statement(lines).write(), false).await.unwrap();
        assert_eq!(imported.lines_matched, 0);
        assert!(company.lines().await.iter().all(|line| line.state() == State::Imported));

        let dry = run(&company, true).await;
        assert_eq!((dry.lines_seen, dry.applied, dry.unapplied, dry.unidentified), (3, 0, 1, 2));
        assert_eq!(dry.outcomes.len(), 3);
        assert!(company.lines().await.iter().all(|line| line.state() == State::Imported));

        let first = run(&company, false).await;
        assert_eq!((first.lines_seen, first.unapplied, first.unidentified, first.outcomes.len()), (3, 1, 2, 0));
        assert_eq!(run(&company, false).await.lines_seen, 0, "nothing is new");
        company.service.clock().set(company.service.clock().now().plus(std::time::Duration::from_secs(60)));
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        company.service.clock().set(company.service.clock().now().plus(std::time::Duration::from_secs(60)));
        let explained = explain(&company, &company.line("INV-ACME-2026-000001").await.bank_line_id).await;
        assert_eq!(explained.outcome.as_ref().unwrap().state(), State::Applied);
        let second = run(&company, false).await;
        assert_eq!((second.lines_seen, second.applied, second.unidentified), (2, 1, 1), "a document came for one of them");
        assert_eq!(company.open_of(&invoice).await, 0);
        assert_eq!(run(&company, false).await.lines_seen, 0);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_line_is_explained_with_evidence_for_and_against() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.invoice(&company.alpha, 1, 10_000).await;
        let other = company.invoice(&company.beta, 2, 10_000).await;
        let lines = vec![
            credit(10_000, "INV-ACME-2026-000001 thanks").from(ALPHA_IBAN),
            Line { code: Some(("ACMT", "MDOP", "CHRG")), ..credit(-1, "fee") },
        ];
        company.import(&statement(lines)).await;
        let line = company.line("INV-ACME-2026-000001 thanks").await;
        let request = pb::ExplainLineRequest { bank_line_id: line.bank_line_id.clone(), why_not: other };
        let explained = company.matches().explain_line(request).await.unwrap().into_inner();
        let (outcome, proposal) = (explained.outcome.unwrap(), explained.proposal.unwrap());
        assert_eq!((outcome.state(), outcome.band(), outcome.refusal), (State::Applied, MatchBand::Auto, None));
        let best = &proposal.candidates[0];
        assert_eq!((best.parts[0].document_number.as_str(), minor(&best.parts[0].amount)), ("INV-ACME-2026-000001", 10_000));
        for candidate in proposal.candidates.iter().chain(&explained.why_not) {
            assert_eq!(candidate.evidence.iter().map(|one| one.millibits).sum::<i32>(), candidate.millibits, "{candidate:#?}");
            assert!(candidate.evidence.iter().all(|one| !one.message.is_empty() && !one.field.is_empty()));
        }
        let quoted = best.evidence.iter().find(|one| one.feature == "full_reference").expect("the number is evidence");
        assert_eq!((quoted.field.as_str(), quoted.start, quoted.end), ("text", 0, 20));
        let blocks: Vec<&str> = explained.why_not.as_ref().unwrap().blocks.iter().map(|block| block.reason.as_str()).collect();
        assert!(blocks.contains(&"account_contradicts") && blocks.contains(&"quoted_item_differs"), "{blocks:?}");
        assert_eq!(explain(&company, &line.bank_line_id).await.proposal.unwrap().etag, proposal.etag, "asking changes nothing");

        let fee = explain(&company, &company.line("fee").await.bank_line_id).await;
        assert_eq!((fee.outcome.unwrap().state(), fee.proposal), (State::Posted, None));
        let absent = pb::ExplainLineRequest { bank_line_id: format!("lin_{}", "0".repeat(32)), ..Default::default() };
        expect_refusal(company.matches().explain_line(absent).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test]
async fn what_a_person_applies_moves_the_line_along() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 700).await;
        company.import(&statement(vec![credit(700, "unknown")])).await;
        let line = company.line("unknown").await;
        company.apply(&line.receipt_id, &[(&invoice, 700)]).await;
        let line = company.line("unknown").await;
        assert_eq!((line.state(), line.why.as_str()), (State::Applied, "applied by user:tester"));
        assert_eq!(run(&company, false).await.lines_seen, 0);
        company.prove().await;
    })
    .await;
}
