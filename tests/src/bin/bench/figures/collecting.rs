//! Ageing and dunning over many open invoices, which are put into the tables of collections from behind.

use quittance_api::collections::v1 as pb;
use quittance_api::collections::v1::analytics_service_client::AnalyticsServiceClient;
use quittance_api::collections::v1::dunning_service_client::DunningServiceClient;
use quittance_api::collections::v1::strategy_service_client::StrategyServiceClient;
use quittance_chassis::Clock;
use quittance_types::TimeZone;
use serde_json::json;
use tokio::time::Instant;

use super::Bench;
use crate::Outcome;
use crate::figure::{Figure, ratio};
use crate::raw::{Arg, Conn};
use crate::suite::{fresh, said};

/// Turns of each side; the median counts.
const ROUNDS: usize = 5;
/// Open invoices of one customer.
const PER_CUSTOMER: u64 = 20;

/// Five buckets of the whole, and of each customer. `$1` is the tenant, `$2` today.
const BUCKETS: &str = "SELECT CASE WHEN due_on >= $2 THEN 0 WHEN due_on >= $2 - 30 THEN 1 WHEN due_on >= $2 - 60 THEN 2 \
    WHEN due_on >= $2 - 90 THEN 3 ELSE 4 END AS bucket, currency, SUM(open_minor) AS open, COUNT(*) AS items \
    FROM receivable WHERE tenant_id = $1 AND open_minor > 0 GROUP BY 1, currency";
const CUSTOMER_BUCKETS: &str = "SELECT customer_id, currency, SUM(CASE WHEN due_on >= $2 THEN open_minor ELSE 0 END) AS b0, \
    SUM(CASE WHEN due_on < $2 AND due_on >= $2 - 30 THEN open_minor ELSE 0 END) AS b1, \
    SUM(CASE WHEN due_on < $2 - 30 AND due_on >= $2 - 60 THEN open_minor ELSE 0 END) AS b2, \
    SUM(CASE WHEN due_on < $2 - 60 AND due_on >= $2 - 90 THEN open_minor ELSE 0 END) AS b3, \
    SUM(CASE WHEN due_on < $2 - 90 THEN open_minor ELSE 0 END) AS b4 \
    FROM receivable WHERE tenant_id = $1 AND open_minor > 0 GROUP BY customer_id, currency";
/// The level of every overdue invoice, and nothing else.
const LEVELS: &str = "INSERT INTO bench_level SELECT document_id, customer_id, \
    CASE WHEN due_on <= $2 - 30 THEN 3 WHEN due_on <= $2 - 15 THEN 2 ELSE 1 END, open_minor \
    FROM receivable WHERE tenant_id = $1 AND open_minor > 0 AND due_on <= $2 - 5";

/// The rows a run leaves behind: a notice a customer, its lines, and an event that says what is in them; customer by customer
/// along one index, which CROSS JOIN and `+ 0` tell SQLite. What ours writes beyond that is its own affair: the proposal that
/// is approved, whom it was sent to, the day on the customer, the hash chain.
const NOTICES: [&str; 3] = [
    "INSERT INTO bench_notice SELECT {random}, customer_id, 1, SUM(open_minor), COUNT(*) \
     FROM receivable WHERE tenant_id = $1 AND open_minor > 0 AND due_on + 0 <= $2 - 5 GROUP BY customer_id",
    "INSERT INTO bench_dunned SELECT n.customer_id, r.document_id, 1, n.notice_id, r.open_minor FROM bench_notice n \
     CROSS JOIN receivable r WHERE r.tenant_id = $1 AND r.customer_id = n.customer_id AND r.open_minor > 0 AND r.due_on <= $2 - 5",
    "INSERT INTO bench_event SELECT {random}, n.notice_id, \
     string_agg({text} || ' ' || r.number || ' ' || r.open_minor || ' ' || r.due_on || ' ' || ($2 - r.due_on), ',') FROM bench_notice n \
     CROSS JOIN receivable r WHERE r.tenant_id = $1 AND r.customer_id = n.customer_id AND r.open_minor > 0 AND r.due_on <= $2 - 5 \
     GROUP BY n.notice_id",
];

const TABLES: &str = "
CREATE TABLE bench_level (document_id {uuid} NOT NULL, customer_id {uuid} NOT NULL, level INTEGER NOT NULL, open_minor BIGINT NOT NULL,
  PRIMARY KEY (document_id, level));
CREATE TABLE bench_notice (notice_id {uuid} PRIMARY KEY, customer_id {uuid} NOT NULL UNIQUE, level INTEGER NOT NULL, total BIGINT NOT NULL,
  items BIGINT NOT NULL);
CREATE TABLE bench_dunned (customer_id {uuid} NOT NULL, document_id {uuid} NOT NULL, level INTEGER NOT NULL, notice_id {uuid} NOT NULL,
  open_minor BIGINT NOT NULL, PRIMARY KEY (customer_id, document_id, level));
CREATE TABLE bench_event (event_id {uuid} PRIMARY KEY, subject {uuid} NOT NULL, payload TEXT NOT NULL)";

impl Bench<'_> {
    /// `ageing`, `ageing/customers`, `dunning` and `dunning/again`.
    pub(super) async fn collecting(&mut self) -> Outcome<()> {
        self.suite.stop_all().await;
        let url = self.suite.url("collections");
        let today = Clock::system().today(&TimeZone::utc()).days();
        let mut conn = Conn::open(&url).await?;
        self.fill(&mut conn, i64::from(today)).await?;
        drop(conn);
        self.suite.start(&["collections"], false).await?;
        let mut conn = Conn::open(&url).await?;
        let args = || vec![Arg::U(self.suite.tenant.uuid()), Arg::I(i64::from(today))];
        let (mut whole, mut each) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for _ in 0..ROUNDS {
            let start = Instant::now();
            self.age().await?;
            whole.0.push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            conn.query(BUCKETS, args()).await?;
            whole.1.push(start.elapsed().as_secs_f64());
        }
        // The list of customers goes page by page: once is enough to see what it costs.
        let start = Instant::now();
        let customers = self.age_customers().await?;
        each.0.push(start.elapsed().as_secs_f64());
        let start = Instant::now();
        conn.query(CUSTOMER_BUCKETS, args()).await?;
        each.1.push(start.elapsed().as_secs_f64());
        let most = if self.is_sqlite() { 1.5 } else { 2.0 };
        let (ours, limit) = (median(whole.0), median(whole.1));
        let figure = Figure::seconds(self.suite.database, "ageing", ours, Some(limit)).with("items", json!(self.options.items));
        self.add(figure.goal(&format!("<= {most} x SQL"), ratio(ours, limit) <= most));
        let figure = Figure::seconds(self.suite.database, "ageing/customers", median(each.0), Some(median(each.1)));
        self.add(figure.with("customers", json!(customers)));
        self.dun(&mut conn, today.into()).await
    }

    /// Open invoices from 15 days before to 105 days after their due dates.
    async fn fill(&self, conn: &mut Conn, today: i64) -> Outcome<()> {
        let (customers, items) = ((self.options.items / PER_CUSTOMER).max(1), self.options.items);
        let (tenant, customer) = match conn {
            Conn::Pg(_) => {
                (format!("'{}'::uuid", self.suite.tenant.uuid()), "('00000000-0000-4000-8000-' || lpad(to_hex(NUMBER), 12, '0'))::uuid")
            }
            Conn::Lite(_) => (format!("x'{}'", self.suite.tenant.uuid().simple()), "unhex(printf('00000000000040008000%012x', NUMBER))"),
        };
        let no = if matches!(conn, Conn::Pg(_)) { "FALSE" } else { "0" };
        conn.script("BEGIN").await?;
        let series = conn.series(customers);
        let id = customer.replace("NUMBER", "n");
        let sql = format!(
            "INSERT INTO customer (tenant_id, id, legal_name, currency, segment, contacts, version) {series} \
             SELECT {tenant}, {id}, 'Buyer ' || n || ' GmbH', 'EUR', 'standard', \
             '[{{\"name\":\"Kim\",\"email\":\"kim@example.com\",\"language\":\"de\",\"role\":\"accounts_payable\"}}]', 1 FROM series"
        );
        conn.script(&sql).await?;
        let series = conn.series(items);
        let id = customer.replace("NUMBER", &format!("(1 + n % {customers})"));
        let sql = conn.words(&format!(
            "INSERT INTO receivable (tenant_id, document_id, is_credit, number, customer_id, currency, total_minor, open_minor, issue_on, due_on, \
             moved_on, item_version) {series} SELECT {tenant}, {{random}}, {no}, 'BEN-' || n, {id}, 'EUR', 10000 + n % 5000, 10000 + n % 5000, \
             {today} + 15 - (n * 7 % 120) - 30, {today} + 15 - (n * 7 % 120), {today} - 1, 1 FROM series"
        ));
        conn.script(&sql).await?;
        let tables = conn.words(TABLES);
        conn.script(&tables).await?;
        if matches!(conn, Conn::Pg(_)) {
            // The service grants rights on every table of its schema when it starts, so all must be its owner's.
            for table in TABLES.split("CREATE TABLE ").filter_map(|rest| rest.split(' ').next()).filter(|name| name.starts_with("bench_")) {
                conn.script(&format!("ALTER TABLE {table} OWNER TO quittance_owner")).await?;
            }
        }
        conn.script("COMMIT").await?;
        conn.script("ANALYZE").await
    }

    async fn age(&self) -> Outcome<()> {
        let answer =
            AnalyticsServiceClient::new(self.suite.wire("collections")).get_aging(self.suite.ask(pb::GetAgingRequest::default())).await;
        let agings = answer.map_err(|status| said(&status))?.into_inner().agings;
        if agings.is_empty() { Err("the ageing is empty".to_owned()) } else { Ok(()) }
    }

    async fn age_customers(&self) -> Outcome<usize> {
        let (mut seen, mut page_token) = (0, String::new());
        loop {
            let request = pb::ListCustomerAgingRequest { page_size: 1_000, page_token, ..Default::default() };
            let page = AnalyticsServiceClient::new(self.suite.wire("collections")).list_customer_aging(self.suite.ask(request)).await;
            let page = page.map_err(|status| said(&status))?.into_inner();
            seen += page.customers.len();
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(seen);
            }
        }
    }

    /// Prepared, approved and issued, against statements that leave the same rows behind, in one transaction; beside them the
    /// time of the levels alone, which PERFORMANCE.md gives for a million. Then once more, which must write nothing.
    async fn dun(&mut self, conn: &mut Conn, today: i64) -> Outcome<()> {
        self.put_strategy().await?;
        let meter = self.suite.meter(&["collections"]);
        let (before, start) = (meter.cpu_ms(), Instant::now());
        let run = self.preview().await?;
        let previewed = start.elapsed().as_secs_f64();
        self.approve(&run.dunning_run_id).await?;
        let took = start.elapsed().as_secs_f64();
        self.suite.sequenced().await;
        let cost = meter.cpu_ms() - before;
        let (limit, levels) = self.dunned_by_sql(conn, today).await?;
        let figure = Figure::seconds(self.suite.database, "dunning", took, Some(limit)).number("preview_secs", previewed);
        let figure = figure.number("levels_secs", levels).number("ratio_to_levels", ratio(took, levels));
        let figure = figure.number("core_ms_per_op", cost / f64::from(run.item_count.max(1)));
        let figure = figure.with("items", json!(run.item_count)).with("notices", json!(run.notice_count));
        self.add(figure.goal("<= 4 x SQL", ratio(took, limit) <= 4.0 && run.notice_count > 0));
        let start = Instant::now();
        let again = self.preview().await?;
        let figure = Figure::seconds(self.suite.database, "dunning/again", start.elapsed().as_secs_f64(), None);
        self.add(
            figure.with("notices", json!(again.notice_count)).goal("a second run the same day writes nothing", again.notice_count == 0),
        );
        Ok(())
    }

    async fn put_strategy(&self) -> Outcome<()> {
        let steps =
            [5, 15, 30].into_iter().zip(1..).map(|(days_past_due, level)| pb::StrategyStep { level, days_past_due, ..Default::default() });
        let strategy = pb::Strategy { segment: "standard".to_owned(), steps: steps.collect(), contact_gap_days: 7, ..Default::default() };
        let request = pb::PutStrategyRequest { request_id: fresh(), strategy: Some(strategy) };
        let put = StrategyServiceClient::new(self.suite.wire("collections")).put_strategy(self.suite.ask(request)).await;
        put.map(drop).map_err(|status| said(&status))
    }

    /// Seconds for the same rows, and for the levels alone: medians, on empty tables each time.
    async fn dunned_by_sql(&self, conn: &mut Conn, today: i64) -> Outcome<(f64, f64)> {
        let empty = if self.is_sqlite() { "DELETE FROM" } else { "TRUNCATE" };
        let (mut whole, mut levels) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            conn.script("BEGIN").await?;
            for statement in NOTICES {
                let sql = self.said_plainly(conn, statement, today);
                conn.script(&sql).await?;
            }
            conn.script("COMMIT").await?;
            whole.push(start.elapsed().as_secs_f64());
            let sql = self.said_plainly(conn, LEVELS, today);
            let start = Instant::now();
            conn.script(&sql).await?;
            levels.push(start.elapsed().as_secs_f64());
            for table in ["bench_event", "bench_dunned", "bench_notice", "bench_level"] {
                conn.script(&format!("{empty} {table}")).await?;
            }
        }
        Ok((median(whole), median(levels)))
    }

    /// A statement with its values put in.
    fn said_plainly(&self, conn: &Conn, sql: &str, today: i64) -> String {
        let (tenant, text) = match conn {
            Conn::Pg(_) => (format!("'{}'::uuid", self.suite.tenant.uuid()), "r.document_id::text"),
            Conn::Lite(_) => (format!("x'{}'", self.suite.tenant.uuid().simple()), "hex(r.document_id)"),
        };
        conn.words(sql).replace("{text}", text).replace("$1", &tenant).replace("$2", &today.to_string())
    }

    async fn preview(&self) -> Outcome<pb::DunningRun> {
        let request = pb::PreviewRunRequest { request_id: fresh(), as_of: None };
        let previewed = DunningServiceClient::new(self.suite.wire("collections")).preview_run(self.suite.ask(request)).await;
        Ok(previewed.map_err(|status| said(&status))?.into_inner().run.unwrap_or_default())
    }

    async fn approve(&self, run: &str) -> Outcome<()> {
        let client = DunningServiceClient::new(self.suite.wire("collections"));
        let request = pb::ApproveRunRequest { request_id: fresh(), dunning_run_id: run.to_owned(), ..Default::default() };
        client.clone().approve_run(self.suite.ask_manager(request)).await.map_err(|status| said(&status))?;
        let request = pb::IssueRunRequest { request_id: fresh(), dunning_run_id: run.to_owned() };
        client.clone().issue_run(self.suite.ask(request)).await.map(drop).map_err(|status| said(&status))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
