//! The reference: the same work in plain SQL through prepared statements, with nothing around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quittance_types::Uuid;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, SqliteConnection};

use crate::Outcome;
use crate::load::Client;

/// A value of a statement.
pub enum Arg {
    /// BIGINT
    I(i64),
    /// TEXT
    T(String),
    /// uuid
    U(Uuid),
    /// bytea
    B(Vec<u8>),
}

/// A connection to either database.
pub enum Conn {
    /// PostgreSQL
    Pg(PgConnection),
    /// SQLite
    Lite(SqliteConnection),
}

macro_rules! bound {
    ($sql:expr, $args:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql));
        for arg in $args {
            query = match arg {
                Arg::I(value) => query.bind(value),
                Arg::T(value) => query.bind(value),
                Arg::U(value) => query.bind(value),
                Arg::B(value) => query.bind(value),
            };
        }
        query
    }};
}

fn text(error: sqlx::Error) -> String {
    format!("reference: {error}")
}

impl Conn {
    /// Opens `postgres://...`, or a SQLite file with a write-ahead log and `synchronous = FULL`.
    pub async fn open(url: &str) -> Outcome<Conn> {
        if url.starts_with("postgres:") {
            let options: sqlx::postgres::PgConnectOptions = url.parse().map_err(text)?;
            let connection = PgConnection::connect_with(&options.disable_statement_logging()).await;
            return connection.map(Conn::Pg).map_err(text);
        }
        let options = SqliteConnectOptions::new().filename(url.trim_start_matches("sqlite:")).create_if_missing(true);
        let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full).disable_statement_logging();
        options.busy_timeout(std::time::Duration::from_secs(10)).connect().await.map(Conn::Lite).map_err(text)
    }

    /// Statements without values.
    pub async fn script(&mut self, sql: &str) -> Outcome<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Conn::Pg(connection) => sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(text),
            Conn::Lite(connection) => sqlx::raw_sql(sql).execute(connection).await.map(drop).map_err(text),
        }
    }

    /// One prepared statement; the rows it changed.
    pub async fn run(&mut self, sql: &'static str, args: Vec<Arg>) -> Outcome<u64> {
        match self {
            Conn::Pg(connection) => bound!(sql, args).execute(connection).await.map(|done| done.rows_affected()).map_err(text),
            Conn::Lite(connection) => bound!(sql, args).execute(connection).await.map(|done| done.rows_affected()).map_err(text),
        }
    }

    /// One prepared query; how many rows it returned, and the first column of the first where it is a number.
    pub async fn query(&mut self, sql: &'static str, args: Vec<Arg>) -> Outcome<(usize, i64)> {
        match self {
            Conn::Pg(connection) => {
                let rows = bound!(sql, args).fetch_all(connection).await.map_err(text)?;
                Ok((rows.len(), rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default()))
            }
            Conn::Lite(connection) => {
                let rows = bound!(sql, args).fetch_all(connection).await.map_err(text)?;
                Ok((rows.len(), rows.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default()))
            }
        }
    }

    /// A schema or a script in PostgreSQL's words, said in this database's.
    pub fn words(&self, sql: &str) -> String {
        match self {
            Conn::Pg(_) => sql
                .replace("{uuid}", "UUID")
                .replace("{bytes}", "BYTEA")
                .replace("{random}", "gen_random_uuid()")
                .replace("{identity}", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            Conn::Lite(_) => sql
                .replace("{uuid}", "BLOB")
                .replace("{bytes}", "BLOB")
                .replace("{random}", "randomblob(16)")
                .replace("{identity}", "INTEGER PRIMARY KEY AUTOINCREMENT"),
        }
    }

    /// `SELECT n` for 1 to `count`, as a common table expression named `series`.
    pub fn series(&self, count: u64) -> String {
        match self {
            Conn::Pg(_) => format!("WITH series AS (SELECT n FROM generate_series(1, {count}) AS n)"),
            Conn::Lite(_) => format!("WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count})"),
        }
    }

    async fn begin(&mut self) -> Outcome<()> {
        let sql = if matches!(self, Conn::Pg(_)) { "BEGIN" } else { "BEGIN IMMEDIATE" };
        self.run(sql, Vec::new()).await.map(drop)
    }
}

const SCHEMA: &str = "
CREATE TABLE invoice (tenant_id {uuid} NOT NULL, invoice_id {uuid} NOT NULL, number TEXT NOT NULL, customer_id {uuid} NOT NULL,
  currency CHAR(3) NOT NULL, net BIGINT NOT NULL, tax BIGINT NOT NULL, gross BIGINT NOT NULL, issue_on BIGINT NOT NULL,
  due_on BIGINT NOT NULL, open BIGINT NOT NULL, state TEXT NOT NULL, created_at BIGINT NOT NULL, PRIMARY KEY (tenant_id, invoice_id));
CREATE UNIQUE INDEX invoice_number ON invoice (tenant_id, number);
CREATE INDEX invoice_customer ON invoice (tenant_id, customer_id, invoice_id);
CREATE TABLE invoice_line (tenant_id {uuid} NOT NULL, invoice_id {uuid} NOT NULL, line_number BIGINT NOT NULL, description TEXT NOT NULL,
  quantity TEXT NOT NULL, unit_price TEXT NOT NULL, vat_rate TEXT NOT NULL, net BIGINT NOT NULL, PRIMARY KEY (tenant_id, invoice_id, line_number));
CREATE TABLE event (ordinal {identity}, event_id {uuid} NOT NULL, tenant_id {uuid} NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL,
  payload {bytes} NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE series (id BIGINT PRIMARY KEY, next BIGINT NOT NULL);
INSERT INTO series VALUES (1, 1);
CREATE TABLE balance (customer_id {uuid} PRIMARY KEY, open BIGINT NOT NULL, version BIGINT NOT NULL);
CREATE TABLE allocation (tenant_id {uuid} NOT NULL, allocation_id {uuid} NOT NULL, customer_id {uuid} NOT NULL, amount BIGINT NOT NULL,
  applied_on BIGINT NOT NULL, PRIMARY KEY (tenant_id, allocation_id));
CREATE INDEX allocation_customer ON allocation (tenant_id, customer_id, allocation_id);
CREATE TABLE journal (tenant_id {uuid} NOT NULL, entry_id {uuid} NOT NULL, line_no BIGINT NOT NULL, account TEXT NOT NULL,
  amount BIGINT NOT NULL, posted_on BIGINT NOT NULL, PRIMARY KEY (tenant_id, entry_id, line_no));
CREATE TABLE intake (item_id {uuid} PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payer TEXT NOT NULL, amount BIGINT NOT NULL,
  booked_on BIGINT NOT NULL, remittance TEXT NOT NULL);
CREATE INDEX intake_payer ON intake (payer)";

const ISSUE: &str = "INSERT INTO invoice VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const LINES: &str = "INSERT INTO invoice_line VALUES ($1, $2, $3, $4, $5, $6, $7, $8), ($9, $10, $11, $12, $13, $14, $15, $16), \
                     ($17, $18, $19, $20, $21, $22, $23, $24)";
const EVENT: &str = "INSERT INTO event (event_id, tenant_id, type, subject, payload, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
const LOCK: &str = "UPDATE balance SET open = open - $2, version = version + 1 WHERE customer_id = $1";
const ALLOCATION: &str = "INSERT INTO allocation VALUES ($1, $2, $3, $4, $5)";
const JOURNAL: &str = "INSERT INTO journal VALUES ($1, $2, $3, $4, $5, $6), ($7, $8, $9, $10, $11, $12)";
const TAKE: &str = "UPDATE series SET next = next + $1 WHERE id = 1 RETURNING next";
const BATCH: usize = 100;
/// As large as one of ours: an invoice with its lines.
const PAYLOAD: usize = 400;

/// What a client of the reference does again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Header, three lines, event.
    Issue,
    /// The same with its number from one row, locked until the commit.
    Gapless,
    /// A hundred of those in one transaction.
    Batch,
    /// Locked account, reservation, event.
    Reserve,
    /// Locked balance, allocation, two journal rows, event.
    Apply,
}

/// The tables of the reference, as full as ours.
pub async fn prepare(url: &str, tenant: Uuid, invoices: u64, customers: u64) -> Outcome<Arc<Vec<Uuid>>> {
    let mut conn = Conn::open(url).await?;
    let schema = conn.words(SCHEMA);
    conn.script(&schema).await?;
    let ids: Vec<Uuid> = (0..customers.max(1)).map(|_| Uuid::now_v7()).collect();
    conn.script("BEGIN").await?;
    for id in &ids {
        conn.run("INSERT INTO balance VALUES ($1, $2, $3)", vec![Arg::U(*id), Arg::I(1 << 50), Arg::I(0)]).await?;
    }
    let tenant = match &conn {
        Conn::Pg(_) => format!("'{tenant}'::uuid"),
        Conn::Lite(_) => format!("x'{}'", tenant.simple()),
    };
    if invoices > 0 {
        let series = conn.series(invoices);
        let fill = conn.words(&format!(
            "INSERT INTO invoice {series} SELECT {tenant}, {{random}}, 'OLD-' || n, {{random}}, 'EUR', 100, 19, 119, 20000, 20030, 119, 'issued', 0 FROM series"
        ));
        conn.script(&fill).await?;
    }
    conn.script("COMMIT").await?;
    if matches!(conn, Conn::Pg(_)) {
        conn.script("ANALYZE").await?;
    }
    Ok(Arc::new(ids))
}

/// A client of the reference.
pub struct RawClient {
    conn: Conn,
    work: Work,
    tenant: Uuid,
    customers: Arc<Vec<Uuid>>,
    round: usize,
    batch: Option<(&'static str, &'static str, &'static str)>,
}

impl RawClient {
    /// So many clients of one kind, each with a connection.
    pub async fn open(url: &str, work: Work, tenant: Uuid, customers: &Arc<Vec<Uuid>>, count: usize) -> Outcome<Vec<RawClient>> {
        let mut clients = Vec::new();
        // SQLite has one writer: more connections would wait for each other's lock.
        let count = if url.starts_with("sqlite:") { 1 } else { count };
        for number in 0..count {
            let (conn, customers) = (Conn::open(url).await?, customers.clone());
            let batch = (work == Work::Batch).then(statements);
            clients.push(RawClient { conn, work, tenant, customers, round: number * 7919, batch });
        }
        Ok(clients)
    }

    fn customer(&mut self) -> Uuid {
        self.round += 1;
        self.customers.get(self.round % self.customers.len()).copied().unwrap_or_default()
    }

    async fn transaction(&mut self) -> Outcome<u64> {
        match self.work {
            Work::Issue => self.issue(None).await.map(|()| 1),
            Work::Gapless => {
                let (_, next) = self.conn.query(TAKE, vec![Arg::I(1)]).await?;
                self.issue(Some(next)).await.map(|()| 1)
            }
            Work::Batch => self.batch().await,
            Work::Reserve => self.reserve().await.map(|()| 1),
            Work::Apply => self.apply().await.map(|()| 1),
        }
    }

    fn header(&mut self, id: Uuid, next: Option<i64>) -> Vec<Arg> {
        static FREE: AtomicU64 = AtomicU64::new(1);
        let number =
            next.map_or_else(|| format!("FREE-{}", FREE.fetch_add(1, Ordering::Relaxed)), |next| format!("INV-ACME-2026-{next:06}"));
        let customer = self.customer();
        let money = [18_750, 3_563, 22_313, 20_500, 20_530, 22_313].map(Arg::I);
        let mut args = vec![Arg::U(self.tenant), Arg::U(id), Arg::T(number), Arg::U(customer), Arg::T("EUR".to_owned())];
        args.extend(money);
        args.extend([Arg::T("issued".to_owned()), Arg::I(1_790_000_000_000_000)]);
        args
    }

    fn lines(&self, id: Uuid) -> Vec<Arg> {
        let line = |number| {
            let words = ["Hexagon bolt M8", "10", "12.50", "19"].map(|text| Arg::T(text.to_owned()));
            [vec![Arg::U(self.tenant), Arg::U(id), Arg::I(number)], words.into(), vec![Arg::I(6_250)]].into_iter().flatten()
        };
        (1..=3).flat_map(line).collect()
    }

    fn event(&self, id: Uuid) -> Vec<Arg> {
        vec![
            Arg::U(Uuid::now_v7()),
            Arg::U(self.tenant),
            Arg::T("quittance.invoicing.v1.InvoiceIssued".to_owned()),
            Arg::T(format!("inv_{}", id.simple())),
            Arg::B(vec![7; PAYLOAD]),
            Arg::I(1_790_000_000_000_000),
        ]
    }

    async fn issue(&mut self, next: Option<i64>) -> Outcome<()> {
        let id = Uuid::now_v7();
        let (header, lines, event) = (self.header(id, next), self.lines(id), self.event(id));
        self.conn.run(ISSUE, header).await?;
        self.conn.run(LINES, lines).await?;
        self.conn.run(EVENT, event).await.map(drop)
    }

    async fn batch(&mut self) -> Outcome<u64> {
        let (_, next) = self.conn.query(TAKE, vec![Arg::I(BATCH as i64)]).await?;
        let (mut headers, mut lines, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for offset in 0..BATCH as i64 {
            let id = Uuid::now_v7();
            headers.extend(self.header(id, Some(next - offset)));
            lines.extend(self.lines(id));
            events.extend(self.event(id));
        }
        let Some((insert_headers, insert_lines, insert_events)) = self.batch else { return Ok(0) };
        self.conn.run(insert_headers, headers).await?;
        self.conn.run(insert_lines, lines).await?;
        self.conn.run(insert_events, events).await?;
        Ok(BATCH as u64)
    }

    async fn reserve(&mut self) -> Outcome<()> {
        let (id, customer) = (Uuid::now_v7(), self.customer());
        let event = self.event(id);
        self.conn.run(LOCK, vec![Arg::U(customer), Arg::I(100)]).await?;
        self.conn.run(ALLOCATION, vec![Arg::U(self.tenant), Arg::U(id), Arg::U(customer), Arg::I(100), Arg::I(20_500)]).await?;
        self.conn.run(EVENT, event).await.map(drop)
    }

    async fn apply(&mut self) -> Outcome<()> {
        let entry = Uuid::now_v7();
        let row = |number, account: &str, amount| {
            [Arg::U(self.tenant), Arg::U(entry), Arg::I(number), Arg::T(account.to_owned()), Arg::I(amount), Arg::I(20_500)]
        };
        let rows: Vec<Arg> = row(1, "1300", 22_313).into_iter().chain(row(2, "1200", -22_313)).collect();
        let (id, customer) = (Uuid::now_v7(), self.customer());
        let event = self.event(id);
        self.conn.run(LOCK, vec![Arg::U(customer), Arg::I(22_313)]).await?;
        self.conn.run(ALLOCATION, vec![Arg::U(self.tenant), Arg::U(id), Arg::U(customer), Arg::I(22_313), Arg::I(20_500)]).await?;
        self.conn.run(JOURNAL, rows).await?;
        self.conn.run(EVENT, event).await.map(drop)
    }
}

impl Client for RawClient {
    async fn once(&mut self) -> Outcome<u64> {
        self.conn.begin().await?;
        match self.transaction().await {
            Ok(units) => self.conn.run("COMMIT", Vec::new()).await.map(|_| units),
            Err(failure) => {
                self.conn.run("ROLLBACK", Vec::new()).await?;
                Err(failure)
            }
        }
    }
}

/// The multi-row statements of a batch; made once a client, kept for good.
fn statements() -> (&'static str, &'static str, &'static str) {
    let rows = |rows: usize, columns: usize| {
        let row =
            |row: usize| format!("({})", (1..=columns).map(|column| format!("${}", row * columns + column)).collect::<Vec<_>>().join(", "));
        (0..rows).map(row).collect::<Vec<_>>().join(", ")
    };
    let keep = |sql: String| -> &'static str { Box::leak(sql.into_boxed_str()) };
    (
        keep(format!("INSERT INTO invoice VALUES {}", rows(BATCH, 13))),
        keep(format!("INSERT INTO invoice_line VALUES {}", rows(BATCH * 3, 8))),
        keep(format!("INSERT INTO event (event_id, tenant_id, type, subject, payload, created_at) VALUES {}", rows(BATCH, 6))),
    )
}
