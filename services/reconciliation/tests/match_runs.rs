//! Runs over waiting lines: they come to their end whatever happens on the way.

use std::time::Duration;

use quittance_api::invoicing::v1 as invoicing;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::MatchRunState;
use quittance_reconciliation::inbox;
use quittance_testkit::{Backend, expect_refusal, on_both, request_id, unique};
use quittance_types::{LegalEntityId, MatchRunId, Reason};

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company};

/// More lines than one portion has.
const LINES: u32 = 2_300;

async fn company(backend: Backend) -> Company {
    let company = Company::start(backend).await;
    for number in 1..=3 {
        company.invoice(&company.alpha, number, 10_000).await;
    }
    let mut lines: Vec<_> = (1..=3).map(|number| credit(10_000, &format!("INV-ACME-2026-{number:06}")).from(ALPHA_IBAN)).collect();
    lines.extend((4..=LINES).map(|number| credit(1, &format!("nobody {number}"))));
    company.try_import(Statement::new("S", "2026-01-15", 100_000, lines).write(), false).await.unwrap();
    company
}

/// A seller we know.
pub async fn seller(company: &Company) -> String {
    let id = LegalEntityId::new(unique()).to_string();
    let legal_entity =
        Some(invoicing::LegalEntity { legal_entity_id: id.clone(), legal_name: "Acme GmbH".to_owned(), ..Default::default() });
    let event = invoicing::LegalEntityChanged { legal_entity };
    company.hear(event, |tx, event| async move { inbox::invoicing::legal_entity_changed(&tx, event).await }).await;
    id
}

/// A run of a seller of its own that somebody else is at work on, in this state; returns its id.
pub async fn stored(company: &Company, state: &str) -> String {
    let id = MatchRunId::new(unique());
    company
        .hear((id, unique(), state.to_owned()), |tx, (id, seller, state)| async move {
            let sql = "INSERT INTO match_run (tenant_id, match_run_id, legal_entity_id, seller_key, state, lines_total, lines_seen, applied, \
                       unapplied, unidentified, as_of, news_at, error, failures, lease_owner, lease_until, version, created_at) \
                       VALUES ($1, $2, $3, $3, $4, 0, 0, 0, 0, 0, 20468, 0, '', 0, 'another process', $5, 1, 0)";
            let values = vec![tx.tenant().uuid().into(), id.uuid().into(), seller.into(), state.into(), i64::MAX.into()];
            tx.execute(sql, values).await.map(drop)
        })
        .await;
    id.to_string()
}

pub async fn start(company: &Company) -> pb::MatchRun {
    let request = pb::StartMatchRunRequest { request_id: request_id(), ..Default::default() };
    company.matches().start_match_run(request).await.expect("a run is started").into_inner().match_run.expect("the run")
}

async fn get(company: &Company, run: &pb::MatchRun) -> pb::MatchRun {
    let request = pb::GetMatchRunRequest { match_run_id: run.match_run_id.clone() };
    company.matches().get_match_run(request).await.expect("the run is there").into_inner().match_run.expect("the run")
}

pub async fn until_over(company: &Company, run: &pb::MatchRun) -> pb::MatchRun {
    loop {
        let now = get(company, run).await;
        if matches!(now.state(), MatchRunState::Completed | MatchRunState::Failed) {
            return now;
        }
        tokio::task::yield_now().await;
    }
}

fn done(run: &pb::MatchRun) -> (MatchRunState, i32, i32, i32) {
    (run.state(), run.lines_seen, run.applied, run.unidentified)
}

#[tokio::test]
async fn a_run_looks_at_every_line_once() {
    on_both(|backend| async move {
        let company = company(backend).await;
        let run = start(&company).await;
        assert_eq!((run.state(), run.lines_total), (MatchRunState::Queued, 2_300));
        let over = until_over(&company, &run).await;
        assert_eq!(done(&over), (MatchRunState::Completed, 2_300, 3, 2_297), "{over:?}");
        assert!(over.end_time.is_some());
        let listed = company.matches().list_match_runs(pb::ListMatchRunsRequest::default()).await.unwrap().into_inner().match_runs;
        assert_eq!(listed, std::slice::from_ref(&over));
        let pause = pb::PauseMatchRunRequest { request_id: request_id(), match_run_id: over.match_run_id };
        expect_refusal(company.matches().pause_match_run(pause).await, Reason::IllegalTransition);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_paused_run_waits_and_keeps_others_out() {
    on_both(|backend| async move {
        let company = company(backend).await;
        let run = start(&company).await;
        let pause = pb::PauseMatchRunRequest { request_id: request_id(), match_run_id: run.match_run_id.clone() };
        if company.matches().pause_match_run(pause).await.is_ok() {
            let paused = get(&company, &run).await;
            assert_eq!(paused.state(), MatchRunState::Paused);
            let other = pb::StartMatchRunRequest { request_id: request_id(), ..Default::default() };
            expect_refusal(company.matches().start_match_run(other).await, Reason::RunStale);
            assert_eq!(get(&company, &run).await, paused, "nobody works on it");
            let resume = pb::ResumeMatchRunRequest { request_id: request_id(), match_run_id: run.match_run_id.clone() };
            company.matches().resume_match_run(resume).await.expect("it goes on");
        }
        let over = until_over(&company, &run).await;
        assert_eq!(done(&over), (MatchRunState::Completed, 2_300, 3, 2_297));
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_process_died_is_taken_over() {
    on_both(|backend| async move {
        let mut company = company(backend).await;
        let run = start(&company).await;
        company.service.crash().await;
        let clock = company.service.clock();
        clock.set(clock.now().plus(Duration::from_secs(61)));
        company.service.restart().await;
        let over = until_over(&company, &run).await;
        assert_eq!(done(&over), (MatchRunState::Completed, 2_300, 3, 2_297), "no line is lost or seen twice");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_run_nobody_knows_is_not_found() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let absent = || format!("mrn_{}", "0".repeat(32));
        expect_refusal(company.matches().get_match_run(pb::GetMatchRunRequest { match_run_id: absent() }).await, Reason::ResourceNotFound);
        let seller = pb::StartMatchRunRequest { request_id: request_id(), legal_entity_id: format!("ent_{}", "0".repeat(32)), as_of: None };
        expect_refusal(company.matches().start_match_run(seller).await, Reason::ResourceNotFound);
        let resume = pb::ResumeMatchRunRequest { request_id: request_id(), match_run_id: absent() };
        expect_refusal(company.matches().resume_match_run(resume).await, Reason::ResourceNotFound);
    })
    .await;
}
