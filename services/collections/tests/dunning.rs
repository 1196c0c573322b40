//! Dunning runs.

use std::collections::{BTreeMap, BTreeSet};

use quittance_api::collections::v1 as pb;
use quittance_api::google::r#type::Money;
use quittance_api::reconciliation::v1::OpenItemKind;
use quittance_testkit::{expect_refusal, fact_of, on_both, race, request_id};
use quittance_types::Reason;

use crate::fixture::{Desk, contact, date, euro, minor, nobody, strategy};

fn reasons(run: &pb::DunningRun) -> BTreeMap<&str, i32> {
    run.exclusions.iter().map(|exclusion| (exclusion.reason.as_str(), exclusion.customers)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_previewed_approved_and_issued() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        let german = desk.customer_like("Südwind GmbH", "key_account", vec![contact("Eva Beispiel", "eva@example.de", "de-DE")]);
        desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2026-01-05");
        desk.invoice(north, "INV-2", 2_500, "2025-12-01", "2026-01-10");
        // Due today and due four days ago: not yet.
        desk.invoice(north, "INV-3", 9_900, "2025-12-01", "2026-01-15");
        desk.invoice(north, "INV-4", 9_900, "2025-12-01", "2026-01-11");
        desk.invoice(german, "INV-5", 123_456, "2025-12-01", "2026-01-05");
        desk.settle().await;
        let missing = pb::PreviewRunRequest { request_id: request_id(), as_of: None };
        expect_refusal(desk.dunning().preview_run(missing).await, Reason::PolicyMissing);
        desk.put_strategy(strategy("standard")).await.unwrap();
        let mut early = strategy("key_account");
        early.steps[0].days_past_due = 10;
        desk.put_strategy(early).await.unwrap();

        let run = desk.preview("2026-01-15").await;
        assert_eq!((run.notice_count, run.item_count, run.state()), (2, 3, pb::DunningRunState::Draft));
        assert_eq!((minor(&run.totals.first().cloned()), run.prepared_by.as_str()), (135_956, "clerk"));
        assert!(run.exclusions.is_empty());
        let approve = pb::ApproveRunRequest { request_id: request_id(), dunning_run_id: run.dunning_run_id.clone(), ..Default::default() };
        expect_refusal(desk.dunning().approve_run(approve).await, Reason::SelfApproval);
        let early = expect_refusal(desk.issue(&run).await, Reason::IllegalTransition);
        assert_eq!((fact_of(&early, "from"), fact_of(&early, "to")), (Some("draft".to_owned()), Some("issued".to_owned())));
        assert_eq!(desk.approve(&run).await.approved_by, "manager");
        let issued = desk.issue(&run).await.unwrap();
        assert_eq!((issued.state(), issued.notice_count, issued.levels[0].notices), (pb::DunningRunState::Issued, 2, 2));
        expect_refusal(desk.issue(&run).await, Reason::IllegalTransition);

        let notices = desk.notices(&run).await;
        let letter = notices.iter().find(|notice| notice.customer_id == german.to_string()).unwrap();
        assert_eq!((letter.state(), letter.recipient.as_str(), letter.level), (pb::NoticeState::Queued, "eva@example.de", 1));
        assert_eq!(letter.subject, "Zahlungserinnerung: 1.234,56 EUR überfällig");
        assert!(
            letter.body.contains("Guten Tag Eva Beispiel,") && letter.body.contains("Rechnung INV-5, fällig am 05.01.2026, seit 10 Tagen")
        );
        let letter = notices.iter().find(|notice| notice.customer_id == north.to_string()).unwrap();
        let items: Vec<_> = letter.items.iter().map(|item| (item.number.as_str(), item.days_past_due, minor(&item.open))).collect();
        assert_eq!(items, [("INV-1", 10, 10_000), ("INV-2", 5, 2_500)]);
        assert!(letter.body.contains("Total due: 125.00 EUR"), "{}", letter.body);
        assert_eq!((desk.published("NoticeIssued").await, desk.dunned_wrongly().await), (2, 0));

        let again = desk.preview("2026-01-15").await;
        assert_eq!((again.notice_count, again.item_count), (0, 0));
        assert_eq!(desk.dun("2026-01-15").await.notice_count, 0, "a second run of the same day writes nothing");
        assert_eq!(desk.published("NoticeIssued").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn levels_follow_one_another_and_missed_days_are_caught_up() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        desk.invoice(north, "INV-1", 10_000, "2025-10-01", "2025-11-01");
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        // Seventy days late, and still a first letter comes first.
        let mut levels = Vec::new();
        for day in ["2026-01-10", "2026-01-16", "2026-01-17", "2026-01-23", "2026-02-10", "2026-03-10"] {
            let run = desk.dun(day).await;
            levels.push((run.levels.first().map(|level| level.level), reasons(&run).contains_key("contact_gap")));
        }
        assert_eq!(levels, [(Some(1), false), (None, true), (Some(2), false), (None, true), (Some(3), false), (None, false)]);
        assert_eq!(desk.dunned_wrongly().await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_left_out_is_counted_by_reason() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let names = ["Disputed", "Promised", "Paused", "Small", "Unapplied", "Memo", "Ordinary"];
        let customers = names.map(|name| desk.customer(name));
        let items = customers.map(|customer| {
            let amount = if customer == customers[3] { 999 } else { 10_000 };
            desk.invoice(customer, "INV", amount, "2025-12-01", "2026-01-05")
        });
        // A customer of a segment without a strategy of its own is served by the standard one.
        let other = desk.customer_like("Other", "other", vec![contact("Bo", "bo@example.com", "")]);
        desk.invoice(other, "INV-O", 10_000, "2025-12-01", "2026-01-05");
        desk.unapplied(customers[4], 10_000);
        desk.memo(customers[5], "MEM", 10_001, "2026-01-02");
        desk.unapplied(customers[6], 4_000);
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        desk.dispute(&items[0], Some(euro(1)), "2026-01-06").await.unwrap();
        desk.promise(&items[1], 10_000, "2026-01-06", "2026-01-20").await.unwrap();
        let pause = pb::PauseContactRequest {
            request_id: request_id(),
            customer_id: customers[2].to_string(),
            until: Some(date("2026-01-15")),
            why: "Flood".to_owned(),
        };
        desk.strategies().pause_contact(pause).await.unwrap();
        let run = desk.preview("2026-01-15").await;
        assert_eq!((run.notice_count, run.item_count), (2, 2));
        let expected = [("below_minimum", 1), ("credit_balance", 2), ("disputed", 1), ("paused", 1), ("promised", 1)];
        assert_eq!(reasons(&run), BTreeMap::from(expected));
        let notices = desk.notices(&run).await;
        let letter = notices.iter().find(|notice| notice.customer_id == customers[6].to_string()).unwrap();
        assert_eq!(letter.state(), pb::NoticeState::Draft);
        assert!(letter.body.contains("We hold 40.00 EUR in your favour") && letter.body.contains("60.00 EUR remains"), "{}", letter.body);

        let exclude = |customer: String| pb::ExcludeFromRunRequest {
            request_id: request_id(),
            dunning_run_id: run.dunning_run_id.clone(),
            customer_id: customer,
            why: "Spoke on the phone".to_owned(),
        };
        let less = desk.dunning().exclude_from_run(exclude(customers[6].to_string())).await.unwrap().into_inner().run.unwrap();
        assert_eq!((less.notice_count, reasons(&less).get("excluded")), (1, Some(&1)));
        expect_refusal(desk.dunning().exclude_from_run(exclude(customers[0].to_string())).await, Reason::ResourceNotFound);
        expect_refusal(desk.dunning().exclude_from_run(exclude(nobody("cus"))).await, Reason::ResourceNotFound);
        let looked_at =
            pb::ApproveRunRequest { request_id: request_id(), dunning_run_id: run.dunning_run_id.clone(), etag: run.etag.clone() };
        let stale = expect_refusal(desk.dunning_of("manager").approve_run(looked_at).await, Reason::ApprovalStale);
        assert_eq!(fact_of(&stale, "current"), Some(less.etag.clone()), "somebody was taken out since");
        desk.approve(&less).await;
        expect_refusal(desk.dunning().exclude_from_run(exclude(customers[6].to_string())).await, Reason::IllegalTransition);
        assert_eq!(desk.issue(&run).await.unwrap().notice_count, 1);
        assert_eq!(desk.notices(&run).await.iter().filter(|notice| notice.state() == pb::NoticeState::Cancelled).count(), 1);
        // Who was taken out of this run may be in the next.
        assert_eq!(desk.preview("2026-01-15").await.notice_count, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_preview_is_dropped() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (north, south, west, east) = (desk.customer("North"), desk.customer("South"), desk.customer("West"), desk.customer("East"));
        let mut paid = desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2026-01-05");
        let mut part = desk.invoice(north, "INV-2", 10_000, "2025-12-01", "2026-01-05");
        let disputed = desk.invoice(north, "INV-3", 10_000, "2025-12-01", "2026-01-05");
        let promised = desk.invoice(south, "INV-4", 10_000, "2025-12-01", "2026-01-05");
        desk.invoice(west, "INV-5", 10_000, "2025-12-01", "2026-01-05");
        desk.invoice(east, "INV-6", 10_000, "2025-12-01", "2026-01-05");
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        let run = desk.preview("2026-01-15").await;
        assert_eq!((run.notice_count, run.item_count), (4, 6));
        desk.approve(&run).await;
        desk.pay(&mut paid, 10_000, "2026-01-15");
        desk.pay(&mut part, 4_000, "2026-01-15");
        desk.settle().await;
        desk.dispute(&disputed, None, "2026-01-15").await.unwrap();
        desk.promise(&promised, 10_000, "2026-01-15", "2026-01-20").await.unwrap();
        let until = Some(date("2026-01-31"));
        let pause = pb::PauseContactRequest { request_id: request_id(), customer_id: west.to_string(), until, why: "Flood".to_owned() };
        desk.strategies().pause_contact(pause).await.unwrap();
        let issued = desk.issue(&run).await.unwrap();
        assert_eq!((issued.notice_count, issued.item_count, minor(&issued.totals.first().cloned())), (2, 2, 16_000));
        assert_eq!(reasons(&issued), BTreeMap::from([("paused", 1), ("promised", 1)]));
        assert_eq!((desk.published("NoticeIssued").await, desk.dunned_wrongly().await), (2, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn issuing_looks_again_at_credits_at_what_is_left_and_at_due_dates() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let names = ["Unapplied", "Memo", "Little", "Paid", "Later", "Ordinary"];
        let customers = names.map(|name| desk.customer(name));
        let mut items = customers.map(|customer| desk.invoice(customer, "INV", 10_000, "2025-12-01", "2026-01-05"));
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        let run = desk.preview("2026-01-15").await;
        assert_eq!((run.notice_count, reasons(&run).len()), (6, 0));
        desk.approve(&run).await;
        desk.unapplied(customers[0], 10_000);
        desk.memo(customers[1], "MEM", 10_001, "2026-01-14");
        desk.pay(&mut items[2], 9_001, "2026-01-15");
        desk.pay(&mut items[3], 10_000, "2026-01-15");
        desk.put_off(&mut items[4], "2026-01-12");
        desk.unapplied(customers[5], 4_000);
        // Due since long, but nobody has approved a letter about it.
        desk.invoice(customers[5], "LATE", 5_000, "2025-12-01", "2026-01-05");
        desk.settle().await;
        let issued = desk.issue(&run).await.unwrap();
        assert_eq!((issued.notice_count, issued.item_count, minor(&issued.totals.first().cloned())), (1, 1, 10_000));
        assert_eq!(reasons(&issued), BTreeMap::from([("below_minimum", 1), ("credit_balance", 2), ("settled", 2)]));
        let notices = desk.notices(&run).await;
        let letter = notices.iter().find(|notice| notice.state() == pb::NoticeState::Queued).unwrap();
        assert!(letter.body.contains("We hold 40.00 EUR in your favour") && letter.body.contains("60.00 EUR remains"), "{}", letter.body);
        assert_eq!((desk.published("NoticeIssued").await, desk.dunned_wrongly().await), (1, 0));
    })
    .await;
}

/// An earlier day's run that is issued late must not raise what was agreed for another day.
#[tokio::test(flavor = "multi_thread")]
async fn a_level_taken_meanwhile_is_not_taken_again() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("North");
        desk.invoice(north, "INV-1", 10_000, "2025-10-01", "2025-11-01");
        desk.invoice(north, "INV-2", 10_000, "2025-10-01", "2026-01-09");
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        let late = desk.preview("2026-01-15").await;
        desk.approve(&late).await;
        assert_eq!((late.item_count, desk.dun("2026-01-05").await.item_count), (2, 1));
        let issued = desk.issue(&late).await.unwrap();
        assert_eq!((issued.notice_count, issued.item_count, issued.levels[0].level), (1, 1, 1));
        assert_eq!(desk.notices(&late).await[0].items[0].number, "INV-2");
        assert_eq!(desk.dunned_wrongly().await, 0);
    })
    .await;
}

/// More customers than are looked at together, one of them in two currencies: one letter for each.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_many_portions_forgets_nobody() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        for number in 0..520 {
            let customer = desk.customer(&format!("Customer {number}"));
            desk.invoice(customer, &format!("INV-{number}"), 10_000, "2025-12-01", "2026-01-05");
            if number % 130 == 0 {
                let dollars = Money { currency_code: "USD".to_owned(), units: 50, nanos: 0 };
                desk.item(customer, "inv", OpenItemKind::Invoice, &format!("USD-{number}"), dollars, ("2025-12-01", "2026-01-05"));
            }
        }
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        let issued = desk.dun("2026-01-15").await;
        assert_eq!((issued.notice_count, issued.item_count, issued.totals.len()), (524, 524, 2));
        assert_eq!((desk.published("NoticeIssued").await, desk.dunned_wrongly().await), (524, 0));
        let again = desk.preview("2026-01-16").await;
        assert_eq!((again.notice_count, reasons(&again)), (0, BTreeMap::new()));
    })
    .await;
}

/// A page of long letters ends before it is heavier than a message may be, and the next goes on behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_long_letters_brings_fewer() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        for number in 0..5 {
            let customer = desk.customer(&format!("Customer {number}"));
            desk.invoice(customer, &format!("INV-{number}"), 10_000, "2025-12-01", "2026-01-05");
        }
        desk.settle().await;
        let mut words = strategy("standard");
        words.steps[0].template = format!("{{% for part in range(40) %}}{}{{% endfor %}}", "long ".repeat(3_800));
        desk.put_strategy(words).await.unwrap();
        let run = desk.preview("2026-01-15").await;
        let (mut sizes, mut seen, mut page_token) = (Vec::new(), BTreeSet::new(), String::new());
        loop {
            let dunning_run_id = run.dunning_run_id.clone();
            let request = pb::ListNoticesRequest { dunning_run_id, page_size: 1_000, page_token, ..Default::default() };
            let page = desk.dunning().list_notices(request).await.unwrap().into_inner();
            sizes.push(page.notices.len());
            seen.extend(page.notices.into_iter().map(|notice| notice.notice_id));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!((sizes, seen.len()), (vec![2, 2, 1], 5));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_issued_at_once_write_to_nobody_twice() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        for number in 0..20 {
            let customer = desk.customer(&format!("Customer {number}"));
            desk.invoice(customer, &format!("INV-{number}"), 10_000, "2025-12-01", "2026-01-05");
        }
        desk.settle().await;
        desk.put_strategy(strategy("standard")).await.unwrap();
        let mut runs = Vec::new();
        for _ in 0..4 {
            let run = desk.preview("2026-01-15").await;
            runs.push(desk.approve(&run).await.dunning_run_id);
        }
        let client = desk.dunning();
        let issued = race(runs.len(), |index| {
            let (mut client, dunning_run_id) = (client.clone(), runs[index].clone());
            async move { client.issue_run(pb::IssueRunRequest { request_id: request_id(), dunning_run_id }).await }
        })
        .await;
        let notices: i32 = issued.into_iter().map(|issued| issued.unwrap().into_inner().run.unwrap().notice_count).sum();
        assert_eq!(notices, 20);
        assert_eq!((desk.published("NoticeIssued").await, desk.dunned_wrongly().await), (20, 0));
        let all = desk.dunning().list_runs(pb::ListRunsRequest { page_size: 3, ..Default::default() }).await.unwrap().into_inner();
        assert_eq!((all.runs.len(), all.next_page_token.is_empty()), (3, false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_keeps_the_words_it_was_approved_with() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2026-01-05");
        desk.settle().await;
        let mut words = strategy("standard");
        words.steps[0].template = "Dear {{ contact.name }} of {{ customer.name }}: {{ totals.open }}".to_owned();
        words.steps[0].subject = "Level {{ level }}".to_owned();
        desk.put_strategy(words.clone()).await.unwrap();
        let run = desk.dun("2026-01-15").await;
        words.steps[0].template = "Pay!".to_owned();
        desk.put_strategy(words).await.unwrap();
        let notice = desk.notices(&run).await.remove(0);
        assert_eq!((notice.subject.as_str(), notice.body.as_str()), ("Level 1", "Dear Ann of Northwind: 100.00 EUR\n"));
    })
    .await;
}
