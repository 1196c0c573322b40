//! The engine is calibrated by what people say of its proposals: a class that proves worse than accepted is only suggested, until
//! right answers leave that unproven.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::exception_action::Action;
use quittance_api::reconciliation::v1::{BankLineState as State, MatchBand};
use quittance_testkit::{Backend, on_both, request_id};

use crate::camt::{Statement, credit};
use crate::decisions::{correct, try_correct};
use crate::exceptions::{bulk, desk};
use crate::fixture::{ALPHA_IBAN, Company, allocation};

fn text(number: u32) -> String {
    format!("INV-ACME-2026-{number:06}")
}

fn amount(number: u32) -> i64 {
    10_000 + i64::from(number)
}

/// Invoices of Alpha with these numbers, and a line that pays each.
async fn paid(company: &Company, numbers: std::ops::Range<u32>) {
    let (id, mut lines) = (format!("S-{}", numbers.start), Vec::new());
    for number in numbers {
        company.invoice(&company.alpha, number, amount(number)).await;
        lines.push(credit(amount(number), &text(number)).from(ALPHA_IBAN));
    }
    company.import(&Statement::new(&id, "2026-01-15", 100_000, lines).of_kind("054")).await;
}

async fn state(company: &Company, number: u32) -> State {
    company.line(&text(number)).await.state()
}

/// A person says that a line paid nothing of what it was applied to.
async fn was_wrong(company: &Company, number: u32) {
    let line = company.line(&text(number)).await.bank_line_id;
    try_correct(company, correct(&line, &company.alpha, Vec::new())).await.expect("a line is corrected");
}

#[tokio::test]
async fn a_class_falls_back_by_corrections_and_recovers_by_right_answers() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        paid(&company, 1..41).await;
        assert_eq!(state(&company, 40).await, State::Applied);
        was_wrong(&company, 1).await;
        paid(&company, 41..42).await;
        assert_eq!(state(&company, 41).await, State::Applied, "one error among forty proves nothing");
        was_wrong(&company, 2).await;
        paid(&company, 42..43).await;
        let line = company.line(&text(42)).await.bank_line_id;
        let fallen = company.proposal(&line).await;
        assert_eq!((state(&company, 42).await, fallen.band()), (State::Unapplied, MatchBand::Suggest));
        assert_eq!(fallen.refusal.as_ref().map(|refusal| refusal.reason.as_str()), Some("confidence"), "{fallen:#?}");
        let told = company.service.last_told::<pb::MatchClassChanged>(company.tenant, &company.tenant.to_string()).await;
        assert_eq!((told.match_class.as_str(), told.is_trusted, told.legal_entity_id.as_str()), ("A", false, ""));
        company.service.restart().await;
        assert_eq!(company.proposal(&line).await, fallen, "built anew it has heard the same");

        paid(&company, 43..190).await;
        let all = pb::BulkResolveExceptionsRequest { queue: "default".to_owned(), ..bulk(&[], Action::AcceptCandidate(1), false) };
        let accepted = desk(&company).bulk_resolve_exceptions(all).await.unwrap().into_inner();
        assert_eq!((accepted.resolved, accepted.refused), (148, 0));
        paid(&company, 190..191).await;
        assert_eq!(state(&company, 190).await, State::Applied, "two errors among so many prove nothing");
        let told = company.service.last_told::<pb::MatchClassChanged>(company.tenant, &company.tenant.to_string()).await;
        assert_eq!((told.match_class.as_str(), told.is_trusted), ("A", true));
        let told = "SELECT COUNT(*) FROM event_log WHERE type LIKE '%MatchClassChanged'";
        assert_eq!(company.service.store().number(told).await, 2, "each once");
        let told = "SELECT COUNT(*) FROM match_answer WHERE is_right";
        assert_eq!(company.service.store().number(told).await, 148);
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn only_the_newest_answers_count() {
    on_both(|backend| async move {
        let mut company = Company::start(backend).await;
        paid(&company, 1..41).await;
        was_wrong(&company, 1).await;
        was_wrong(&company, 2).await;
        paid(&company, 41..42).await;
        assert_eq!(state(&company, 41).await, State::Unapplied, "two errors among forty prove something");
        let id = if backend == Backend::Sqlite { "randomblob(16)" } else { "gen_random_uuid()" };
        let later = format!(
            "INSERT INTO match_answer (tenant_id, bank_line_id, grade, is_right, answered_by, answered_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
             SELECT (SELECT tenant_id FROM bank_account), {id}, 'B|5000|B|', TRUE, 'somebody', 9000000000000000 + i FROM n"
        );
        company.service.store().execute(&later).await;
        company.service.restart().await;
        paid(&company, 42..43).await;
        assert_eq!(state(&company, 42).await, State::Applied, "nobody remembers them");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn the_last_word_about_a_line_counts() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (right, wrong) = ("SELECT COUNT(*) FROM match_answer WHERE is_right", "SELECT COUNT(*) FROM match_answer WHERE NOT is_right");
        let counted = async || (company.service.store().number(right).await, company.service.store().number(wrong).await);
        paid(&company, 1..4).await;
        let same = vec![allocation(&item(&company, 1).await, amount(1))];
        let line = company.line(&text(1)).await.bank_line_id;
        try_correct(&company, correct(&line, "", same)).await.unwrap();
        assert_eq!(counted().await, (1, 0), "it was looked at and found right");
        was_wrong(&company, 1).await;
        assert_eq!(counted().await, (0, 1));
        let query = pb::ListApplicationsRequest { open_item_id: item(&company, 2).await, ..Default::default() };
        let application_id = company.applications(query).await.remove(0).application_id;
        let unapply = pb::UnapplyRequest { request_id: request_id(), application_id, ..Default::default() };
        company.receipts().unapply(unapply).await.unwrap();
        assert_eq!(counted().await, (0, 2), "what is taken back within 90 days was wrong");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_applied_by_hand_says_whether_the_suggestion_was_right() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for number in 1..4 {
            let invoice = company.invoice(&company.alpha, number, amount(number)).await;
            company.dispute(&invoice, true).await;
        }
        let lines = (1..4).map(|number| credit(amount(number), &text(number)).from(ALPHA_IBAN)).collect();
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, lines)).await;
        let counted =
            async |is_right: &str| company.service.store().number(&format!("SELECT COUNT(*) FROM match_answer WHERE {is_right}")).await;
        for (line, invoice, paid, told) in [(1, 1, amount(1), (1, 0)), (2, 3, amount(2), (1, 1)), (3, 3, 1, (1, 1))] {
            let line = company.line(&text(line)).await;
            assert_eq!(line.state(), State::Unapplied, "it was only suggested");
            company.apply(&line.receipt_id, &[(&item(&company, invoice).await, paid)]).await;
            assert_eq!((counted("is_right").await, counted("NOT is_right").await), told, "{invoice} for {}", line.remittance_text);
        }
        company.prove().await;
    })
    .await;
}

async fn item(company: &Company, number: u32) -> String {
    let query = pb::ListOpenItemsRequest { customer_id: company.alpha.clone(), page_size: 1_000, ..Default::default() };
    let items = company.items().list_open_items(query).await.expect("items are listed").into_inner().open_items;
    items.into_iter().find(|item| item.document_number == text(number)).expect("the item").open_item_id
}
