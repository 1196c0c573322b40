//! Letters leave: as files, and to a mail server over its socket.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use quittance_api::collections::v1 as pb;
use quittance_chassis::Clock;
use quittance_testkit::{expect_refusal, on_both};
use quittance_types::Reason;
use tokio::sync::Notify;

use crate::fixture::{Desk, contact, strategy};
use crate::mail_server::MailServer;

async fn dun(desk: &Desk, emails: &[&str]) -> pb::DunningRun {
    for (number, email) in emails.iter().enumerate() {
        let customer = desk.customer_like(&format!("Käufer {number}"), "", vec![contact("Bo Ä", email, "de")]);
        desk.invoice(customer, &format!("INV-{number}"), 10_000, "2025-12-01", "2026-01-05");
    }
    desk.settle().await;
    desk.put_strategy(strategy("standard")).await.unwrap();
    desk.dun("2026-01-15").await
}

async fn states(desk: &Desk, run: &pb::DunningRun) -> Vec<(String, pb::NoticeState, String)> {
    let mut found: Vec<_> = desk.notices(run).await.into_iter().map(|one| (one.recipient.clone(), one.state(), one.delivery)).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_letters_are_files() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let run = dun(&desk, &["a@example.com", "", "not an address"]).await;
        assert_eq!(desk.deliver().await.unwrap(), (1, 2, 0));
        assert_eq!(desk.deliver().await.unwrap(), (0, 0, 0));
        let notices = desk.notices(&run).await;
        let sent = notices.iter().find(|notice| notice.state() == pb::NoticeState::Sent).unwrap();
        assert_eq!(notices.iter().filter(|notice| notice.state() == pb::NoticeState::Bounced).count(), 2);
        let file = desk.letters.path().join(format!("{}.eml", sent.notice_id));
        let mail = std::fs::read_to_string(file).unwrap();
        assert!(mail.contains(&format!("Message-ID: <{}@localhost>", sent.notice_id)), "{mail}");
        assert!(mail.contains("Date: Thu, 15 Jan 2026 10:00:00 +0000") && mail.contains("a@example.com"), "{mail}");
        assert_eq!(std::fs::read_dir(desk.letters.path()).unwrap().count(), 1);
        assert!(sent.body.contains("Mit freundlichen Grüßen\nAccounts Receivable"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_takes_refuses_and_postpones() {
    on_both(|backend| async move {
        let server = MailServer::start().await;
        let desk = Desk::start_with(backend, &[&format!("service.mail.smtp=smtp://{}", server.address)]).await;
        let run = dun(&desk, &["anna@example.com", "busy@example.com", "refused@example.com"]).await;
        assert_eq!(desk.deliver().await.unwrap(), (1, 1, 1));
        let found = states(&desk, &run).await;
        assert_eq!(
            found.iter().map(|one| one.1).collect::<Vec<_>>(),
            [pb::NoticeState::Sent, pb::NoticeState::Queued, pb::NoticeState::Bounced]
        );
        assert!(
            found[0].2.contains("taken") && found[1].2.contains("come back later") && found[2].2.contains("no such user here"),
            "{found:?}"
        );
        assert_eq!(desk.deliver().await.unwrap(), (1, 0, 0));
        let messages = server.messages();
        assert_eq!(messages.len(), 2);
        let ids: std::collections::HashSet<_> =
            messages.iter().filter_map(|mail| mail.lines().find(|line| line.starts_with("Message-ID:"))).collect();
        assert_eq!(ids.len(), 2);
        assert!(messages[0].contains("Content-Type: text/plain; charset=utf-8") && messages[0].contains("Subject: "), "{}", messages[0]);
        // Nothing waits: the server is not even asked.
        drop(server);
        assert_eq!(desk.deliver().await.unwrap(), (0, 0, 0));
    })
    .await;
}

/// Every letter takes a minute, and is told to come back: the run outlasts any claim, and still tries each once.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_tries_every_letter_once() {
    on_both(|backend| async move {
        let clock: Arc<OnceLock<Clock>> = Arc::default();
        let ticking = Arc::clone(&clock);
        let turn = Mutex::new(());
        let server = MailServer::start_with(move || {
            let _turn = turn.lock().unwrap();
            let clock = ticking.get().unwrap();
            clock.set(clock.now().plus(Duration::from_secs(60)));
        })
        .await;
        let desk = Desk::start_with(backend, &[&format!("service.mail.smtp=smtp://{}", server.address)]).await;
        clock.set(desk.world.clock().clone()).ok().unwrap();
        let addresses: Vec<String> = (0..60).map(|number| format!("busy@{number}.example.com")).collect();
        let run = dun(&desk, &addresses.iter().map(String::as_str).collect::<Vec<_>>()).await;
        assert_eq!(desk.deliver().await.unwrap(), (0, 0, 60));
        assert!(states(&desk, &run).await.iter().all(|one| one.2.contains("come back later")));
        assert_eq!(desk.collections.store().number("SELECT max(attempts) FROM notice").await, 1);
        assert_eq!(desk.deliver().await.unwrap(), (60, 0, 0));
        assert_eq!(server.messages().len(), 60);
    })
    .await;
}

/// What cannot be written must not hold up the letters behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_too_long_to_be_written_bounces_alone() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let endless = desk.customer("Endless");
        for _ in 0..60 {
            desk.invoice(endless, &"9".repeat(20_000), 10_000, "2025-12-01", "2026-01-05");
        }
        let run = dun(&desk, &["a@example.com"]).await;
        assert_eq!(desk.deliver().await.unwrap(), (1, 1, 0));
        let found = states(&desk, &run).await;
        assert!(found[1].1 == pb::NoticeState::Bounced && found[1].2.contains("too long"), "{found:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_absent_mail_server_loses_nothing() {
    on_both(|backend| async move {
        let gone = MailServer::start().await.address;
        let desk = Desk::start_with(backend, &[&format!("service.mail.smtp=smtp://{gone}"), "service.mail.timeout_seconds=5"]).await;
        let run = dun(&desk, &["anna@example.com"]).await;
        expect_refusal(desk.deliver().await, Reason::MailDeliveryFailed);
        assert_eq!(states(&desk, &run).await[0].1, pb::NoticeState::Queued);
    })
    .await;
}

/// The job waits for the next try; a person who asks does not.
#[tokio::test(flavor = "multi_thread")]
async fn the_job_sends_by_itself() {
    on_both(|backend| async move {
        let told = Arc::new(Notify::new());
        let teller = Arc::clone(&told);
        let server = MailServer::start_with(move || teller.notify_one()).await;
        let settings = [&format!("service.mail.smtp=smtp://{}", server.address), "service.deliver_every_seconds=1"];
        let desk = Desk::start_with(backend, &settings).await;
        dun(&desk, &["anna@example.com"]).await;
        tokio::time::timeout(Duration::from_secs(30), told.notified()).await.expect("the job runs");
    })
    .await;
}
