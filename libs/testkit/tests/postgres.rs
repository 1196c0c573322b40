//! The test server itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use quittance_testkit::postgres::{self, Server};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

const HOLD: &str = "QUITTANCE_TEST_HOLD";

async fn ask(url: &str, sql: &str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let row = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_one(&mut connection).await?;
    row.try_get(0)
}

async fn run(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.map(|_| ())
}

#[tokio::test]
async fn the_app_role_cannot_bypass_row_level_security() {
    let database = postgres::fresh_database().await;
    let rights = "SELECT concat_ws(' ', current_user, rolcanlogin, rolsuper, rolbypassrls) FROM pg_roles WHERE rolname = current_user";
    assert_eq!(ask(&database.app_url(), rights).await.unwrap(), "quittance_app t f f");
    assert_eq!(ask(&database.owner_url(), rights).await.unwrap(), "quittance_owner t f f");
    run(&database.owner_url(), "CREATE TABLE mine (id INT)").await.unwrap();
    assert!(run(&database.app_url(), "CREATE TABLE theirs (id INT)").await.is_err());
    assert!(ask(&database.app_url(), "SELECT count(*)::text FROM mine").await.is_err());
}

#[tokio::test]
async fn text_is_compared_byte_by_byte() {
    let database = postgres::fresh_database().await;
    let url = database.app_url();
    assert_eq!(ask(&url, "SELECT ('B' < 'a')::text || current_setting('server_encoding')").await.unwrap(), "trueUTF8");
}

#[tokio::test]
async fn databases_do_not_see_each_other() {
    let (one, two) = (postgres::fresh_database().await, postgres::fresh_database().await);
    run(&one.owner_url(), "CREATE TABLE only_here (id INT)").await.unwrap();
    assert!(run(&two.owner_url(), "SELECT * FROM only_here").await.is_err());
}

#[tokio::test]
async fn a_template_is_prepared_once_and_copied() {
    let prepared = AtomicUsize::new(0);
    let prepare = async |database: &postgres::Database| {
        prepared.fetch_add(1, Ordering::SeqCst);
        run(&database.owner_url(), "CREATE TABLE copied (id INT); INSERT INTO copied VALUES (7)").await.unwrap();
    };
    let one = postgres::database_like("template test", &prepare).await;
    run(&one.owner_url(), "DELETE FROM copied").await.unwrap();
    let two = postgres::database_like("template test", &prepare).await;
    assert_eq!(ask(&two.owner_url(), "SELECT id::text FROM copied").await.unwrap(), "7");
    assert_eq!(prepared.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_dropped_database_is_gone() {
    let database = postgres::fresh_database().await;
    let url = database.superuser_url();
    drop(database);
    // The next order to the administrator is carried out after the drop.
    let _next = postgres::fresh_database().await;
    assert!(PgConnection::connect(&url).await.is_err());
}

#[test]
fn a_server_of_ones_own_stops_when_dropped() {
    let server = Server::start().unwrap();
    let folder = server.folder().to_owned();
    assert!(folder.join(".s.PGSQL.5432").exists());
    drop(server);
    assert!(!folder.exists());
}

/// Starts this very test again as a child that holds a server, kills it with SIGKILL and watches the server go.
#[test]
fn the_server_dies_with_a_killed_process() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["holds_a_server_until_killed", "--exact", "--nocapture"])
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = std::io::BufReader::new(child.stdout.take().unwrap());
    let folder = std::io::BufRead::lines(output)
        .map_while(Result::ok)
        .find_map(|line| line.split_once("folder=").map(|(_, folder)| folder.to_owned()));
    let folder = std::path::PathBuf::from(folder.expect("the child starts a server"));
    assert!(folder.join(".s.PGSQL.5432").exists());
    child.kill().unwrap();
    child.wait().unwrap();
    let started = Instant::now();
    while folder.exists() {
        assert!(started.elapsed() < Duration::from_secs(20), "{} outlives its process", folder.display());
        std::thread::yield_now();
    }
}

/// The child of the test above; on its own it has nothing to do.
#[test]
fn holds_a_server_until_killed() {
    while std::env::var_os(HOLD).is_some() {
        println!("folder={}", Server::shared().folder().display());
        std::thread::park();
    }
}
