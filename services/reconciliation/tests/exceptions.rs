//! Lines that wait for a person: their life, where they wait, and what ends their wait.

use std::time::Duration;

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::exception_action::Action;
use quittance_api::reconciliation::v1::exception_service_client::ExceptionServiceClient;
use quittance_api::reconciliation::v1::{ExceptionKind as Kind, ExceptionState as State};
use quittance_testkit::{Caller, expect_refusal, fields_of, on_both, request_id, tenant, unique};
use quittance_types::Reason;

use crate::camt::{Line, Statement, credit};
use crate::fixture::{ALPHA_IBAN, BETA_IBAN, Company, date, euro, minor};

pub fn desk(company: &Company) -> ExceptionServiceClient<Caller> {
    ExceptionServiceClient::new(company.caller())
}

pub fn action(action: Action) -> Option<pb::ExceptionAction> {
    Some(pb::ExceptionAction { action: Some(action) })
}

/// What waits, the most urgent first.
pub async fn waiting(company: &Company) -> Vec<pb::Exception> {
    listed(company, pb::ListExceptionsRequest::default()).await.exceptions
}

async fn listed(company: &Company, request: pb::ListExceptionsRequest) -> pb::ListExceptionsResponse {
    desk(company).list_exceptions(request).await.expect("exceptions are listed").into_inner()
}

/// The latest exception of the line that says this, whether it waits or not.
pub async fn of_line(company: &Company, text: &str) -> pb::Exception {
    let line = company.line(text).await.bank_line_id;
    let mut found = waiting(company).await;
    found.extend(listed(company, pb::ListExceptionsRequest { state: State::Resolved.into(), ..Default::default() }).await.exceptions);
    found.retain(|exception| exception.bank_line_id == line);
    found.sort_by(|one, other| other.exception_id.cmp(&one.exception_id));
    assert!(!found.is_empty(), "no exception of {text}");
    found.remove(0)
}

async fn import(company: &Company, id: &str, opening: i64, lines: Vec<Line>) {
    company.import(&Statement::new(id, "2026-01-15", opening, lines)).await;
}

/// A line nobody knows, and what waits for it.
pub async fn unknown(company: &Company) -> pb::Exception {
    let text = format!("unknown {}", unique());
    company.import(&Statement::new(&text, "2026-01-15", 0, vec![credit(100, &text)]).of_kind("054")).await;
    of_line(company, &text).await
}

/// Two invoices of Alpha in dispute, and lines that name them: the engine shows what they pay and leaves it to a person.
pub async fn disputed(company: &Company) -> Vec<String> {
    let mut invoices = Vec::new();
    for number in 1..=2 {
        let invoice = company.invoice(&company.alpha, number, 3_000).await;
        company.dispute(&invoice, true).await;
        invoices.push(invoice);
    }
    let line = |number: u32| credit(3_000, &format!("INV-ACME-2026-{number:06}")).from(ALPHA_IBAN);
    import(company, "S-1", 100_000, vec![line(1), line(2), credit(700, "unknown")]).await;
    invoices
}

fn resolve(exception: &pb::Exception, what: Action, why: &str) -> pb::ResolveExceptionRequest {
    let exception_id = exception.exception_id.clone();
    pb::ResolveExceptionRequest { request_id: request_id(), exception_id, action: action(what), why: why.to_owned(), ..Default::default() }
}

fn assign(exception: &pb::Exception, owner: &str) -> pb::AssignExceptionRequest {
    pb::AssignExceptionRequest {
        request_id: request_id(),
        exception_id: exception.exception_id.clone(),
        owner: owner.to_owned(),
        etag: String::new(),
    }
}

fn pass(company: &Company, hours: u64) {
    company.service.clock().set(company.service.clock().now().plus(Duration::from_secs(hours * 3_600)));
}

#[tokio::test]
async fn a_line_nobody_knows_waits_is_given_to_somebody_and_dismissed() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        import(&company, "S-1", 100_000, vec![credit(700, "unknown")]).await;
        let opened = waiting(&company).await.remove(0);
        assert_eq!((opened.kind(), opened.state(), opened.queue.as_str()), (Kind::Unidentified, State::Open, "default"));
        assert_eq!((minor(&opened.amount), opened.owner.as_str(), opened.etag.as_str()), (700, "", "1"));
        assert!(opened.reasons.iter().any(|reason| reason.reason == "nothing_known" && !reason.message.is_empty()), "{:?}", opened.reasons);
        let line = company.line("unknown").await;
        assert_eq!((&opened.bank_line_id, &opened.receipt_id), (&line.bank_line_id, &line.receipt_id));

        let mut stale = assign(&opened, "user:anna");
        stale.etag = "7".to_owned();
        expect_refusal(desk(&company).assign_exception(stale).await, Reason::EtagMismatch);
        expect_refusal(desk(&company).assign_exception(assign(&opened, &"x".repeat(141))).await, Reason::TextTooLong);
        let given = desk(&company).assign_exception(assign(&opened, "user:anna")).await.unwrap().into_inner().exception.unwrap();
        assert_eq!((given.state(), given.owner.as_str(), given.version), (State::Assigned, "user:anna", 2));
        let of_anna = pb::ListExceptionsRequest { owner: "user:anna".to_owned(), ..Default::default() };
        assert_eq!(listed(&company, of_anna.clone()).await.total_count, 1);
        let back = desk(&company).assign_exception(assign(&opened, "")).await.unwrap().into_inner().exception.unwrap();
        assert_eq!((back.state(), back.owner.as_str()), (State::Open, ""));
        assert_eq!(listed(&company, of_anna).await.total_count, 0);

        let silent =
            expect_refusal(desk(&company).resolve_exception(resolve(&opened, Action::Dismiss(true), "")).await, Reason::FieldRequired);
        assert_eq!(fields_of(&silent), ["why"]);
        expect_refusal(desk(&company).resolve_exception(resolve(&opened, Action::Dismiss(false), "x")).await, Reason::FieldRequired);
        expect_refusal(desk(&company).resolve_exception(resolve(&opened, Action::AcceptCandidate(6), "")).await, Reason::FieldOutOfRange);
        expect_refusal(desk(&company).resolve_exception(resolve(&opened, Action::AcceptCandidate(1), "")).await, Reason::FieldOutOfRange);
        let ahead = pb::ResolveExceptionRequest { as_of: Some(date(2199, 1, 1)), ..resolve(&opened, Action::Dismiss(true), "later") };
        expect_refusal(desk(&company).resolve_exception(ahead).await, Reason::FieldOutOfRange);
        let done = desk(&company)
            .resolve_exception(resolve(&opened, Action::Dismiss(true), "a test transfer"))
            .await
            .unwrap()
            .into_inner()
            .exception
            .unwrap();
        assert_eq!((done.state(), done.resolution.as_str(), done.resolved_by.as_str()), (State::Resolved, "dismissed", "user:tester"));
        expect_refusal(desk(&company).assign_exception(assign(&opened, "user:ben")).await, Reason::IllegalTransition);
        expect_refusal(desk(&company).resolve_exception(resolve(&opened, Action::Dismiss(true), "again")).await, Reason::IllegalTransition);
        assert!(waiting(&company).await.is_empty());

        pass(&company, 1);
        company.invoice(&company.alpha, 1, 10_000).await;
        pass(&company, 1);
        run(&company).await;
        assert!(waiting(&company).await.is_empty(), "what was dismissed does not come back for the same reason");
        for (event, times) in [("ExceptionOpened", 1), ("ExceptionChanged", 2), ("ExceptionResolved", 1)] {
            let sql = format!("SELECT COUNT(*) FROM event_log WHERE type = 'quittance.reconciliation.v1.{event}'");
            assert_eq!(company.service.store().number(&sql).await, times, "{event}");
        }
        company.prove().await;
    })
    .await;
}

async fn run(company: &Company) {
    let request = pb::RunMatchingRequest { request_id: request_id(), ..Default::default() };
    company.matches().run_matching(request).await.expect("lines are matched");
}

#[tokio::test]
async fn whoever_gives_the_money_away_ends_the_wait() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.invoice(&company.alpha, 1, 700).await;
        let lines = vec![
            credit(700, "by hand"),
            credit(801, "kept"),
            credit(902, "INV-ACME-2026-000009"),
            credit(1_003, "goes back").end_to_end("E-1"),
            credit(1_234, "sister").from(BETA_IBAN),
        ];
        import(&company, "S-1", 100_000, lines).await;
        assert_eq!(waiting(&company).await.len(), 5);
        company.prove().await;
        let sister = of_line(&company, "sister").await;
        assert_eq!((sister.kind(), sister.customer_id.as_str()), (Kind::Unapplied, company.beta.as_str()), "its payer is known");

        let receipt = async |text: &str| company.line(text).await.receipt_id;
        company.apply(&receipt("by hand").await, &[(&invoice, 700)]).await;
        let kept =
            pb::PutOnAccountRequest { request_id: request_id(), receipt_id: receipt("kept").await, customer_id: company.alpha.clone() };
        company.receipts().put_on_account(kept).await.unwrap();
        pass(&company, 1);
        company.invoice(&company.alpha, 9, 902).await;
        pass(&company, 1);
        run(&company).await;
        let code = Some(("PMNT", "RCDT", "RRTN"));
        let back = Line { return_reason: Some("AC04"), code, ..credit(-1_003, "returned") }.end_to_end("E-1");
        import(&company, "S-2", 104_640, vec![back]).await;
        let transfer = pb::TransferUnappliedRequest {
            request_id: request_id(),
            receipt_id: receipt("sister").await,
            to_customer_id: company.alpha.clone(),
            why: "paid for its sister".to_owned(),
            ..Default::default()
        };
        company.receipts().transfer_unapplied(transfer).await.unwrap();
        for (text, resolution) in [
            ("by hand", "applied"),
            ("kept", "on_account"),
            ("INV-ACME-2026-000009", "matched"),
            ("goes back", "returned"),
            ("sister", "transferred"),
        ] {
            assert_eq!(of_line(&company, text).await.resolution, resolution, "{text}");
        }
        assert!(waiting(&company).await.is_empty());
        company.prove().await;

        let query = pb::ListApplicationsRequest { open_item_id: invoice, ..Default::default() };
        let application_id = company.applications(query).await.remove(0).application_id;
        let unapply = pb::UnapplyRequest { request_id: request_id(), application_id, why: "wrong year".to_owned(), ..Default::default() };
        company.receipts().unapply(unapply).await.unwrap();
        let again = of_line(&company, "by hand").await;
        assert_eq!((again.state(), again.kind(), again.reasons[0].reason.as_str()), (State::Open, Kind::Unapplied, "taken_back"));
        company.prove().await;
    })
    .await;
}

fn route(kind: Kind, at_least: Option<i64>, queue: &str, hours: i32, owner: &str) -> pb::ExceptionRoute {
    let amount_at_least = at_least.map(euro);
    pb::ExceptionRoute { kind: kind.into(), amount_at_least, queue: queue.to_owned(), answer_within_hours: hours, owner: owner.to_owned() }
}

fn routing(routes: Vec<pb::ExceptionRoute>, etag: &str) -> pb::PutExceptionRoutingRequest {
    pb::PutExceptionRoutingRequest { request_id: request_id(), routes, etag: etag.to_owned() }
}

#[tokio::test]
async fn exceptions_wait_where_the_routing_says_and_are_late_after_its_time() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let empty = desk(&company).get_exception_routing(pb::GetExceptionRoutingRequest {}).await.unwrap().into_inner();
        assert_eq!((empty.routes.len(), empty.etag.as_str()), (0, "0"));
        let table =
            vec![route(Kind::Unspecified, Some(100_000), "large", 2, "user:anna"), route(Kind::Unidentified, None, "unknown", 4, "")];
        let put = desk(&company).put_exception_routing(routing(table.clone(), "0")).await.unwrap().into_inner();
        assert_eq!((put.routes, put.etag.as_str()), (table.clone(), "1"));
        expect_refusal(desk(&company).put_exception_routing(routing(table, "0")).await, Reason::EtagMismatch);

        let lines = vec![credit(70_000, "small"), credit(200_000, "large"), credit(1_234, "other").from(BETA_IBAN)];
        import(&company, "S-1", 100_000, lines).await;
        let order: Vec<(String, String, State)> =
            waiting(&company).await.into_iter().map(|found| (found.queue.clone(), found.owner.clone(), found.state())).collect();
        let expected = [("large", "user:anna", State::Assigned), ("unknown", "", State::Open), ("default", "", State::Open)];
        assert_eq!(order, expected.map(|(queue, owner, state)| (queue.to_owned(), owner.to_owned(), state)), "the most urgent first");
        let late = async || listed(&company, pb::ListExceptionsRequest { late: true, ..Default::default() }).await.total_count;
        assert_eq!(late().await, 0);
        pass(&company, 3);
        assert_eq!(late().await, 1);
        let queues = desk(&company).list_exception_queues(pb::ListExceptionQueuesRequest {}).await.unwrap().into_inner().queues;
        let told: Vec<(&str, i64, i64, i64, i64)> = queues
            .iter()
            .map(|found| (found.queue.as_str(), found.waiting, found.unassigned, found.late, minor(&Some(found.amounts[0].clone()))))
            .collect();
        assert_eq!(told, [("default", 1, 1, 0, 1_234), ("large", 1, 0, 1, 200_000), ("unknown", 1, 1, 0, 70_000)]);

        let changed = vec![route(Kind::Unspecified, None, "all", 3, "")];
        desk(&company).put_exception_routing(routing(changed.clone(), "1")).await.unwrap();
        let told = company.service.last_told::<pb::ExceptionRoutingChanged>(company.tenant, &company.tenant.to_string()).await;
        assert_eq!((told.routes, told.etag.as_str()), (changed, "2"));
        let found = waiting(&company).await;
        assert!(found.iter().all(|exception| exception.queue == "all"));
        assert_eq!(found.iter().filter(|exception| exception.owner == "user:anna").count(), 1, "whoever has one keeps it");
        assert_eq!(late().await, 0, "three hours have passed to the second");
        pass(&company, 1);
        assert_eq!(late().await, 3, "time counts from the beginning");

        let first = listed(&company, pb::ListExceptionsRequest { page_size: 2, ..Default::default() }).await;
        assert_eq!((first.exceptions.len(), first.total_count), (2, 3));
        let next = pb::ListExceptionsRequest { page_size: 2, page_token: first.next_page_token.clone(), ..Default::default() };
        let second = listed(&company, next).await;
        assert_eq!((second.exceptions.len(), second.next_page_token.as_str()), (1, ""));
        let other = pb::ListExceptionsRequest { page_token: first.next_page_token, late: true, ..Default::default() };
        expect_refusal(desk(&company).list_exceptions(other).await, Reason::PageTokenInvalid);
        for (bad, reason) in [
            (route(Kind::Unspecified, None, "", 1, ""), Reason::FieldRequired),
            (route(Kind::Unspecified, None, "Big", 1, ""), Reason::FieldOutOfRange),
            (route(Kind::Unspecified, None, "ok", 0, ""), Reason::FieldOutOfRange),
            (route(Kind::Unspecified, None, "ok", 8_761, ""), Reason::FieldOutOfRange),
        ] {
            expect_refusal(desk(&company).put_exception_routing(routing(vec![bad], "")).await, reason);
        }
        expect_refusal(
            desk(&company).put_exception_routing(routing(vec![route(Kind::Unspecified, None, "ok", 1, ""); 101], "")).await,
            Reason::TooManyItems,
        );
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn a_kind_narrows_a_queue_and_no_list_of_names() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        disputed(&company).await;
        let all = waiting(&company).await;
        let named = pb::BulkResolveExceptionsRequest { kind: Kind::Unidentified.into(), ..bulk(&[&all[0]], Action::Dismiss(true), true) };
        let status = expect_refusal(desk(&company).bulk_resolve_exceptions(named).await, Reason::FieldsConflict);
        assert_eq!(fields_of(&status), ["kind"]);
    })
    .await;
}

pub fn bulk(ids: &[&pb::Exception], what: Action, preview: bool) -> pb::BulkResolveExceptionsRequest {
    let exception_ids = ids.iter().map(|exception| exception.exception_id.clone()).collect();
    let why = "looked at together".to_owned();
    pb::BulkResolveExceptionsRequest { request_id: request_id(), exception_ids, action: action(what), why, preview, ..Default::default() }
}

#[tokio::test]
async fn a_preview_tells_what_the_same_request_then_does() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoices = disputed(&company).await;
        import(&company, "S-2", 106_700, vec![credit(3_000, "INV-ACME-2026-000002 again").from(ALPHA_IBAN)]).await;
        let (one, two) = (of_line(&company, "INV-ACME-2026-000001").await, of_line(&company, "INV-ACME-2026-000002").await);
        let (again, unknown) = (of_line(&company, "INV-ACME-2026-000002 again").await, of_line(&company, "unknown").await);
        assert_eq!((one.kind(), one.customer_id.as_str()), (Kind::ReferenceConflict, company.alpha.as_str()));
        assert!(one.reasons.iter().any(|reason| reason.reason == "disputed"), "{:?}", one.reasons);
        let absent = pb::Exception { exception_id: format!("exc_{}", "0".repeat(32)), ..Default::default() };
        let all = [&one, &two, &unknown, &absent, &again];

        let ask = async |preview| {
            desk(&company).bulk_resolve_exceptions(bulk(&all, Action::AcceptCandidate(1), preview)).await.unwrap().into_inner()
        };
        let preview = ask(true).await;
        assert_eq!((waiting(&company).await.len(), company.open_of(&invoices[0]).await), (4, 3_000), "nothing was stored");
        let done = ask(false).await;
        assert_eq!(done, preview);
        let reasons: Vec<&str> = done.resolutions.iter().map(|found| found.reason.as_str()).collect();
        assert_eq!(reasons, ["", "", "FIELD_OUT_OF_RANGE", "RESOURCE_NOT_FOUND", "OVER_APPLICATION"]);
        assert_eq!((done.resolved, done.refused), (2, 3));
        assert!(done.resolutions[0].effect.contains("INV-ACME-2026-000001"), "{}", done.resolutions[0].effect);
        assert_eq!((company.open_of(&invoices[0]).await, company.open_of(&invoices[1]).await), (0, 0));
        assert_eq!(of_line(&company, "INV-ACME-2026-000001").await.resolution, "accepted");
        assert_eq!(waiting(&company).await.len(), 2, "the refused ones wait as before");
        company.prove().await;

        let rest = pb::BulkResolveExceptionsRequest {
            queue: "default".to_owned(),
            kind: Kind::Unidentified.into(),
            ..bulk(&[], Action::Dismiss(true), false)
        };
        let rest = desk(&company).bulk_resolve_exceptions(rest).await.unwrap().into_inner();
        assert_eq!((rest.resolved, rest.resolutions[0].exception_id.as_str()), (1, unknown.exception_id.as_str()));
        let keep = bulk(&[&again, &unknown], Action::PutOnAccountOf(company.alpha.clone()), false);
        let kept = desk(&company).bulk_resolve_exceptions(keep).await.unwrap().into_inner();
        assert_eq!((kept.resolved, kept.resolutions[1].reason.as_str()), (1, "ILLEGAL_TRANSITION"));
        assert!(waiting(&company).await.is_empty());
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_named_or_taken_from_a_queue() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        import(&company, "S-1", 100_000, vec![credit(700, "unknown")]).await;
        let one = of_line(&company, "unknown").await;
        let with_queue = pb::BulkResolveExceptionsRequest { queue: "default".to_owned(), ..bulk(&[&one], Action::Dismiss(true), false) };
        let silent = pb::BulkResolveExceptionsRequest { why: String::new(), ..bulk(&[&one], Action::Dismiss(true), false) };
        let idle = pb::BulkResolveExceptionsRequest { action: None, ..bulk(&[&one], Action::Dismiss(true), false) };
        let stranger = Action::PutOnAccountOf(format!("cus_{}", "0".repeat(32)));
        for (request, reason) in [
            (bulk(&[], Action::Dismiss(true), false), Reason::FieldRequired),
            (with_queue, Reason::FieldsConflict),
            (bulk(&[&one; 501], Action::Dismiss(true), false), Reason::TooManyItems),
            (silent, Reason::FieldRequired),
            (idle, Reason::FieldRequired),
            (bulk(&[&one], stranger, false), Reason::ResourceNotFound),
        ] {
            expect_refusal(desk(&company).bulk_resolve_exceptions(request).await, reason);
        }
        assert_eq!(waiting(&company).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_suspense_waits_too() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let code = Some(("PMNT", "RCDT", "RRTN"));
        let lines = vec![
            credit(-4_200, "who was paid"),
            Line { return_reason: Some("AC04"), code, ..credit(-900, "nobody's return") }.end_to_end("E-9"),
        ];
        import(&company, "S-1", 100_000, lines).await;
        let (debit, back) = (of_line(&company, "who was paid").await, of_line(&company, "nobody's return").await);
        assert_eq!((debit.kind(), minor(&debit.amount), debit.receipt_id.as_str()), (Kind::Suspense, -4_200, ""));
        assert_eq!(
            (back.kind(), back.reasons[0].field.as_str(), back.reasons[0].reason.as_str()),
            (Kind::Suspense, "end_to_end_id", "original_not_found")
        );
        company.prove().await;
        let keep = resolve(&debit, Action::PutOnAccountOf(company.alpha.clone()), "");
        expect_refusal(desk(&company).resolve_exception(keep).await, Reason::IllegalTransition);
        expect_refusal(desk(&company).resolve_exception(resolve(&debit, Action::AcceptCandidate(1), "")).await, Reason::IllegalTransition);
        desk(&company).resolve_exception(resolve(&debit, Action::Dismiss(true), "a supplier")).await.unwrap();
        assert_eq!(company.balance("1990").await, 5_100, "the money stays where it is");
        company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn another_tenant_finds_no_exception() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        import(&company, "S-1", 100_000, vec![credit(700, "unknown")]).await;
        let one = waiting(&company).await.remove(0);
        let mut stranger = ExceptionServiceClient::new(company.service.as_user(tenant(2), &["*"]));
        let get = pb::GetExceptionRequest { exception_id: one.exception_id.clone() };
        expect_refusal(stranger.get_exception(get).await, Reason::ResourceNotFound);
        expect_refusal(stranger.assign_exception(assign(&one, "user:eve")).await, Reason::ResourceNotFound);
        expect_refusal(stranger.resolve_exception(resolve(&one, Action::Dismiss(true), "mine")).await, Reason::ResourceNotFound);
        let bulk = stranger.bulk_resolve_exceptions(bulk(&[&one], Action::Dismiss(true), false)).await.unwrap().into_inner();
        assert_eq!(bulk.resolutions[0].reason, "RESOURCE_NOT_FOUND");
        assert_eq!(stranger.list_exceptions(pb::ListExceptionsRequest::default()).await.unwrap().into_inner().total_count, 0);
        assert!(stranger.list_exception_queues(pb::ListExceptionQueuesRequest {}).await.unwrap().into_inner().queues.is_empty());
        assert_eq!(waiting(&company).await, [one]);
    })
    .await;
}
