//! F7, F6: connections that are cut, also in the middle of a COMMIT.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use quittance_api::events::v1::VerifyChainResponse;
use quittance_chassis::{Clock, Db};
use quittance_testkit::postgres::Server;
use quittance_testkit::{Backend, unique};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};

use crate::fixture::{add_note, ctx, fixture, request};

/// How many of the next COMMITs are cut, and where.
#[derive(Default)]
struct Plan {
    /// The server gets the COMMIT, the client no answer.
    answers: AtomicU32,
    /// The server does not get it either.
    commits: AtomicU32,
}

fn take(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

/// Forwards to the test server over TCP and follows the plan.
async fn proxy(plan: Arc<Plan>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let socket = Server::shared().folder().join(".s.PGSQL.5432");
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = UnixStream::connect(&socket).await.unwrap();
            tokio::spawn(forward(client, server, Arc::clone(&plan)));
        }
    });
    port
}

async fn forward(client: TcpStream, server: UnixStream, plan: Arc<Plan>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let is_mute = Arc::new(AtomicBool::default());
    let mute = Arc::clone(&is_mute);
    let mut answers = tokio::spawn(async move {
        pump(&mut from_server, &mut to_client, |_| if mute.load(Ordering::SeqCst) { Next::Cut } else { Next::Forward }).await
    });
    let requests = pump(&mut from_client, &mut to_server, |bytes| {
        if !bytes.windows(6).any(|window| window == b"COMMIT") {
            return Next::Forward;
        }
        if take(&plan.commits) {
            return Next::Cut;
        }
        // Cut by the answer itself: then the server has committed.
        is_mute.store(take(&plan.answers), Ordering::SeqCst);
        Next::Forward
    });
    tokio::select! {
        _ = requests => answers.abort(),
        _ = &mut answers => {}
    }
}

enum Next {
    Forward,
    Cut,
}

async fn pump(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), mut judge: impl FnMut(&[u8]) -> Next) {
    let mut buffer = vec![0; 64 * 1_024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let next = judge(&buffer[..count]);
        if matches!(next, Next::Cut) || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_decided_by_the_idempotency_row() {
    let fixture = fixture(Backend::Postgres).await;
    let plan = Arc::new(Plan::default());
    let port = proxy(Arc::clone(&plan)).await;
    let mut settings = fixture.store.settings();
    let direct = settings.url.expose_secret();
    let database = direct.rsplit_once("/test_").unwrap().1.split('?').next().unwrap();
    settings.url = SecretString::from(format!("postgres://quittance_app@127.0.0.1:{port}/test_{database}"));
    let db = Db::open(&settings, Clock::system()).await.unwrap();

    let runs = Arc::new(AtomicU32::new(0));
    let mutate = async |index: i64| {
        let (runs, request) = (Arc::clone(&runs), request("x"));
        let answer = db.mutate(ctx(), &request, index, move |tx, index| {
            runs.fetch_add(1, Ordering::SeqCst);
            async move {
                add_note(&tx, tx.new_id(), "x").await?;
                Ok(VerifyChainResponse { checked: index, broken_at: 0 })
            }
        });
        answer.await
    };
    let mut expected_runs = 0;
    for index in 0..30 {
        match index % 3 {
            0 => plan.answers.store(1, Ordering::SeqCst),
            1 => plan.commits.store(2, Ordering::SeqCst),
            _ => {}
        }
        // A lost answer was a commit: the body does not run again. Two lost commits make three runs.
        expected_runs += if index % 3 == 1 { 3 } else { 1 };
        assert_eq!(mutate(index).await.unwrap().checked, index);
        assert_eq!(runs.load(Ordering::SeqCst), expected_runs);
    }
    assert_eq!(fixture.store.rows("note").await, 30);

    // Work without an idempotency row cannot know: it says so instead of doing it twice.
    plan.answers.store(1, Ordering::SeqCst);
    let unknown = db.write(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap_err();
    assert!(unknown.is_retryable());
    // The server got the COMMIT; it finishes in its own time, since nobody is left to tell.
    let finished = async {
        while fixture.store.rows("note").await < 31 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), finished).await.expect("the commit that was sent takes effect");
    assert_eq!(fixture.store.rows("note").await, 31);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_died_while_idle_are_replaced_unseen() {
    let fixture = fixture(Backend::Postgres).await;
    for round in 0..5 {
        fixture.db.write(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap();
        fixture.db.ping().await.unwrap();
        let ended = "SELECT count(*) FROM (SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND usename = 'quittance_app') AS ended";
        assert!(fixture.store.number(ended).await >= 1, "{round}");
    }
    fixture.db.write(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap();
    assert_eq!(fixture.store.rows("note").await, 6);
}
