//! What the engine knows is what is committed: whoever writes it, and however long ago it looked last.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::BankLineState as State;
use quittance_chassis::Ctx;
use quittance_reconciliation::inbox;
use quittance_testkit::{Backend, on_both, race, request_id};
use quittance_types::{Fault, Reason};

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, BETA_IBAN, Company, NewInvoice, allocation, date, euro};

/// What is proposed for every waiting line.
pub async fn proposals(company: &Company) -> Vec<pb::MatchProposal> {
    let mut proposals = Vec::new();
    for line in company.lines().await {
        let request = pb::ProposeMatchRequest { bank_line_id: line.bank_line_id };
        proposals.push(company.matches().propose_match(request).await.expect("a line is read").into_inner().proposal.expect("a proposal"));
    }
    proposals
}

/// Lines that are looked at again and again, and never applied.
async fn with_lines(backend: Backend) -> Company {
    let company = Company::start(backend).await;
    let lines = vec![
        credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN),
        credit(9_800, "INV-ACME-2026-000002").from(ALPHA_IBAN),
        credit(17_000, "INV-ACME-2026-000001, INV-ACME-2026-000003").from(BETA_IBAN),
        credit(7_000, "thanks").named("Beta Handel SARL"),
        credit(10_000, "thanks again").named("Gamma Nord GmbH"),
    ];
    let imported = company.try_import(Statement::new("S", "2026-01-15", 100_000, lines).write(), false).await.unwrap();
    assert_eq!(imported.lines_imported, 5);
    company
}

/// Everything that may happen to what the engine knows, with a look after each.
async fn a_busy_day(company: &Company) {
    let mut before = proposals(company).await;
    let mut changes = 0;
    let one = company.invoice(&company.alpha, 1, 10_000).await;
    changes += i32::from(moved(company, &mut before).await);
    let discount = Some((date(2026, 1, 20), 200));
    let due = date(2026, 2, 14);
    let two = company.issue(NewInvoice { customer: &company.alpha, number: 2, gross: 10_000, due, discount, reference: "" }).await;
    changes += i32::from(moved(company, &mut before).await);
    let three = company.invoice(&company.beta, 3, 7_000).await;
    changes += i32::from(moved(company, &mut before).await);
    company.dispute(&one, true).await;
    changes += i32::from(moved(company, &mut before).await);
    company.dispute(&one, false).await;
    changes += i32::from(moved(company, &mut before).await);
    let paid = company.money_in(&company.alpha, 10_000).await;
    let applied = company.apply(&paid.receipt_id, &[(&one, 4_000), (&two, 100)]).await;
    changes += i32::from(moved(company, &mut before).await);
    let back = pb::UnapplyRequest {
        request_id: request_id(),
        application_id: applied.applications[0].application_id.clone(),
        ..Default::default()
    };
    company.receipts().unapply(back).await.unwrap();
    changes += i32::from(moved(company, &mut before).await);
    let gamma = company.customer("Gamma Nord GmbH", &[], &company.alpha).await;
    company.invoice(&gamma, 4, 10_000).await;
    changes += i32::from(moved(company, &mut before).await);
    company.change_customer(&gamma, "Delta Nord GmbH", &[BETA_IBAN], "", 2).await;
    changes += i32::from(moved(company, &mut before).await);
    company.change_customer(&gamma, "Gamma Nord GmbH", &[], "", 3).await;
    changes += i32::from(moved(company, &mut before).await);
    company.credit_memo(&company.beta, &three, 2_000).await;
    changes += i32::from(moved(company, &mut before).await);
    assert_eq!(changes, 11, "every change is seen");
}

async fn moved(company: &Company, before: &mut Vec<pb::MatchProposal>) -> bool {
    let now = proposals(company).await;
    let moved = now != *before;
    *before = now;
    moved
}

#[tokio::test]
async fn what_was_kept_current_is_what_would_be_built_anew() {
    on_both(|backend| async move {
        let mut company = with_lines(backend).await;
        a_busy_day(&company).await;
        let kept = proposals(&company).await;
        assert!(kept.iter().any(|one| !one.candidates.is_empty()));
        company.service.restart().await;
        assert_eq!(proposals(&company).await, kept);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_rolled_back_was_never_seen() {
    on_both(|backend| async move {
        let company = with_lines(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        let before = proposals(&company).await;
        let dispute = quittance_api::collections::v1::Dispute { invoice_id: invoice.clone(), ..Default::default() };
        let event = quittance_api::collections::v1::DisputeOpened { dispute: Some(dispute) };
        let failing = company.service.db().write(Ctx::system("test", company.tenant), event, |tx, event| async move {
            inbox::collections::dispute_opened(&tx, event).await?;
            tx.flush().await?;
            Err::<(), Fault>(Fault::new(Reason::RunStale, "and back"))
        });
        assert!(failing.await.is_err());
        assert_eq!(proposals(&company).await, before);
        // The same version of the item again, this time for good.
        company.dispute(&invoice, true).await;
        assert_ne!(proposals(&company).await, before);
    })
    .await;
}

#[tokio::test]
async fn documents_of_one_number_are_two_documents() {
    on_both(|backend| async move {
        let mut company = with_lines(backend).await;
        let one = company.invoice(&company.alpha, 1, 10_000).await;
        let other = company.invoice(&company.alpha, 1, 10_000).await;
        let kept = proposals(&company).await;
        assert_eq!(kept[0].candidates[0].parts[0].document_number, "INV-ACME-2026-000001");
        let run = pb::RunMatchingRequest { request_id: request_id(), ..Default::default() };
        company.matches().run_matching(run).await.unwrap();
        assert!(company.open_of(&one).await == 10_000 || company.open_of(&other).await == 10_000, "one line pays one of them");
        company.service.restart().await;
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn however_many_match_at_once_nothing_is_over_applied() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut invoices = Vec::new();
        for number in 1..=6 {
            invoices.push(company.invoice(&company.alpha, number, 10_000).await);
        }
        let lines = (1..=6).flat_map(|number| {
            let text = format!("INV-ACME-2026-{number:06}");
            [credit(10_000, &text).from(ALPHA_IBAN), credit(10_000, &format!("{text} again")).from(ALPHA_IBAN)]
        });
        let statement = Statement::new("S", "2026-01-15", 100_000, lines.collect());
        company.try_import(statement.write(), false).await.unwrap();
        let paid = company.money_in(&company.alpha, 60_000).await;
        let (matches, receipts, receipt) = (company.matches(), company.receipts(), paid.receipt_id);
        race(6, |place| {
            let (mut matches, mut receipts, receipt) = (matches.clone(), receipts.clone(), receipt.clone());
            let invoice = invoices[place].clone();
            async move {
                if place % 2 == 0 {
                    let run = pb::RunMatchingRequest { request_id: request_id(), ..Default::default() };
                    matches.run_matching(run).await.expect("a run");
                    return;
                }
                let part = pb::ApplyAllocation { amount: Some(euro(10_000)), ..allocation(&invoice, 0) };
                let request = pb::ApplyReceiptRequest {
                    request_id: request_id(),
                    receipt_id: receipt,
                    allocations: vec![part],
                    ..Default::default()
                };
                // Whoever comes second is refused.
                let _ = receipts.apply_receipt(request).await;
            }
        })
        .await;
        let run = pb::RunMatchingRequest { request_id: request_id(), ..Default::default() };
        company.matches().run_matching(run).await.expect("a last run");
        for invoice in &invoices {
            assert_eq!(company.open_of(invoice).await, 0);
        }
        let applied = company.lines().await.iter().filter(|line| line.state() == State::Applied).count();
        assert!(applied <= 6, "{applied} lines were applied to 6 documents");
        company.prove().await;
    })
    .await;
}
