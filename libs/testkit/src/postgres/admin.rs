//! Creating and dropping databases, from any runtime, over one connection.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use tokio::sync::oneshot;

use super::server::Server;

/// One statement to run, and whom to tell how it went.
struct Work {
    sql: String,
    done: Option<oneshot::Sender<Result<(), String>>>,
}

/// Runs one statement as superuser on the shared server.
pub async fn execute(sql: String) -> Result<(), String> {
    let (done, result) = oneshot::channel();
    send(Work { sql, done: Some(done) });
    result.await.unwrap_or_else(|_| Err("the administrator of the test server is gone".to_owned()))
}

/// Runs one statement some time later; whether it works does not matter.
pub fn execute_later(sql: String) {
    send(Work { sql, done: None });
}

fn send(work: Work) {
    // The thread only ends with the process; should it have failed, the dropped `done` says so.
    let _sent = administrator().send(work);
}

/// A thread of its own, because tests come and go with a runtime each and a connection lives on one.
fn administrator() -> &'static Sender<Work> {
    static ADMINISTRATOR: OnceLock<Sender<Work>> = OnceLock::new();
    ADMINISTRATOR.get_or_init(|| {
        let url = Server::shared().superuser_url("postgres");
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime for one thread");
            runtime.block_on(administrate(&url, &receiver));
        });
        sender
    })
}

async fn administrate(url: &str, receiver: &Receiver<Work>) {
    let options: sqlx::postgres::PgConnectOptions = url.parse().expect("our own URL");
    let mut connection = match PgConnection::connect_with(&options.disable_statement_logging()).await {
        Ok(connection) => connection,
        Err(error) => panic!("the test server does not take connections: {error}"),
    };
    while let Ok(work) = receiver.recv() {
        let result = sqlx::raw_sql(AssertSqlSafe(work.sql)).execute(&mut connection).await;
        let result = result.map(|_| ()).map_err(|error| error.to_string());
        if let Some(done) = work.done {
            // Whoever asked may have been cancelled.
            let _told = done.send(result);
        }
    }
}
