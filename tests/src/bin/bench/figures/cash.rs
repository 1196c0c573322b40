//! Cash: receipts applied one by one, and bank files stored and applied.

use std::fmt::Write;

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::bank_service_client::BankServiceClient;
use quittance_api::reconciliation::v1::open_item_service_client::OpenItemServiceClient;
use quittance_api::reconciliation::v1::statement_service_client::StatementServiceClient;
use quittance_chassis::Clock;
use quittance_types::{TimeZone, Uuid};
use serde_json::json;
use tokio::time::Instant;

use super::Bench;
use crate::Outcome;
use crate::company::{Apply, euro, receipts};
use crate::figure::Figure;
use crate::load::{Sample, alone};
use crate::raw::{Arg, Conn, RawClient, Work, prepare};
use crate::suite::{fresh, said};

/// An account of ours at a bank.
const IBAN: &str = "DE89370400440532013000";
/// Lines of one file.
const FILE: usize = 1_000;
/// Rows of one INSERT where there is no COPY.
const ROWS: usize = 500;
/// Turns of each side of the import.
const ROUNDS: usize = 2;

impl Bench<'_> {
    /// `apply/c8`, `apply_hot/c32` and `import`.
    pub(super) async fn cash(&mut self) -> Outcome<()> {
        self.suite.stop(&["credit", "invoicing", "payments", "collections"]).await;
        let account = self.bank_account().await?;
        let mut items = self.open_items().await?;
        let for_lines = items.split_off(items.len().saturating_sub(self.options.lines));
        let hot_customer = items.first().map(|item| item.customer_id.clone()).unwrap_or_default();
        let (mut hot, mut spread): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.customer_id == hot_customer);
        hot.truncate(self.options.applications / 4);
        spread.truncate(self.options.applications);
        let done = self.apply(&account, spread, hot).await;
        self.check("apply/c8", done);
        self.import(for_lines).await
    }

    async fn bank_account(&self) -> Outcome<String> {
        let account = pb::BankAccount {
            iban: IBAN.to_owned(),
            currency: "EUR".to_owned(),
            name: "Main".to_owned(),
            opening_balance: Some(euro(0)),
            ..Default::default()
        };
        let request = pb::CreateBankAccountRequest { request_id: fresh(), bank_account: Some(account) };
        let created = BankServiceClient::new(self.suite.wire("reconciliation")).create_bank_account(self.suite.ask(request)).await;
        Ok(created.map_err(|status| said(&status))?.into_inner().bank_account.unwrap_or_default().bank_account_id)
    }

    /// As many as the figures want.
    async fn open_items(&self) -> Outcome<Vec<pb::OpenItem>> {
        let wanted = self.options.lines + self.options.applications * 2;
        let (mut items, mut page_token) = (Vec::new(), String::new());
        while items.len() < wanted {
            let request = pb::ListOpenItemsRequest { only_open: true, page_size: 1_000, page_token, ..Default::default() };
            let page = OpenItemServiceClient::new(self.suite.wire("reconciliation")).list_open_items(self.suite.ask(request)).await;
            let page = page.map_err(|status| said(&status))?.into_inner();
            items.extend(page.open_items);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        if items.is_empty() { Err("there are no open items".to_owned()) } else { Ok(items) }
    }

    async fn apply(&mut self, account: &str, spread: Vec<pb::OpenItem>, hot: Vec<pb::OpenItem>) -> Outcome<()> {
        let spread = receipts(&self.suite, account, spread).await?;
        let hot = receipts(&self.suite, account, hot).await?;
        let tenant = self.suite.tenant.uuid();
        let url = self.suite.url("reference_again");
        let customers = prepare(&url, tenant, 0, self.options.customers).await?;
        let limit = RawClient::open(&url, Work::Apply, tenant, &customers, 8).await?;
        let prepared = spread.len();
        let (ours, limit) = self.against("reconciliation", Apply::clients(&self.suite, spread, 8), limit).await;
        let figure = self.unary(Figure::rate(self.suite.database, "apply/c8", &ours, Some(&limit)));
        self.add(figure.with("prepared", json!(prepared)));
        let mut sample = Sample::default();
        let meter = self.suite.meter(&["reconciliation"]);
        alone(&self.suite, Apply::clients(&self.suite, hot, 32), &meter, self.time(), &mut sample).await;
        let share = sample.per_second() / ours.per_second().max(1.0);
        let figure = Figure::rate(self.suite.database, "apply_hot/c32", &sample, None).number("to_spread", share);
        self.add(figure.goal(">= 25 % of the spread-out rate", share >= 0.25));
        Ok(())
    }

    /// Files whose lines each pay an open item, stored and applied; against rows copied into an indexed table.
    async fn import(&mut self, items: Vec<pb::OpenItem>) -> Outcome<()> {
        let url = self.suite.url("reference_again");
        let mut reference = Conn::open(&url).await?;
        let meter = self.suite.meter(&["reconciliation"]);
        let half = items.len().div_ceil(ROUNDS).max(1);
        let (mut ours, mut stored, mut limit, mut matched) = (0.0, 0.0, 0.0, 0);
        let mut cost = 0.0;
        let mut opening = 0;
        for (round, part) in items.chunks(half).enumerate() {
            for (number, lines) in part.chunks(FILE).enumerate() {
                let content = statement(&format!("S{round}-{number}"), lines, &mut opening)?;
                let (before, start) = (meter.cpu_ms(), Instant::now());
                matched += self.send(content, true).await?;
                ours += start.elapsed().as_secs_f64();
                self.suite.sequenced().await;
                cost += meter.cpu_ms() - before;
            }
            for (number, lines) in part.chunks(FILE).enumerate() {
                let content = statement(&format!("T{round}-{number}"), lines, &mut opening)?;
                let start = Instant::now();
                self.send(content, false).await?;
                stored += start.elapsed().as_secs_f64();
            }
            self.suite.sequenced().await;
            let start = Instant::now();
            copy(&mut reference, part.len()).await?;
            limit += start.elapsed().as_secs_f64();
        }
        let count = items.len() as f64;
        let rate = |seconds: f64| if seconds > 0.0 { count / seconds } else { 0.0 };
        for (name, seconds) in [("import", ours), ("import/stored_only", stored)] {
            let share = if seconds > 0.0 { limit / seconds } else { 0.0 };
            let figure = Figure::new(self.suite.database, name).number("per_s", rate(seconds)).number("ratio_to_limit", share);
            let figure = figure.number("limit_per_s", rate(limit)).with("lines", json!(items.len()));
            let figure = if name == "import" {
                figure.number("core_ms_per_op", cost / count.max(1.0)).with("matched", json!(matched))
            } else {
                figure
            };
            self.add(figure.goal(">= 40 % of the indexed COPY", share >= 0.4));
        }
        Ok(())
    }

    async fn send(&self, content: Vec<u8>, match_now: bool) -> Outcome<i32> {
        let request =
            pb::ImportStatementRequest { request_id: fresh(), content, file_name: "bench.xml".to_owned(), match_now, ..Default::default() };
        let mut client = StatementServiceClient::new(self.suite.wire("reconciliation"));
        let answer = client.import_statement(self.suite.ask(request)).await.map_err(|status| said(&status))?.into_inner();
        Ok(answer.lines_matched)
    }
}

/// A camt.053 whose balances add up, each line paying one item in full and naming its number.
fn statement(id: &str, items: &[pb::OpenItem], opening: &mut i64) -> Outcome<Vec<u8>> {
    let today = Clock::system().today(&TimeZone::utc());
    let decimal = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
    let mut entries = String::new();
    let mut closing = *opening;
    for (number, item) in items.iter().enumerate() {
        let minor = money_from_wire(&item.open).map_err(|fault| fault.to_string())?.minor();
        closing += minor;
        let _infallible = write!(
            entries,
            "<Ntry><NtryRef>{number}</NtryRef><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>{today}</Dt></BookgDt><ValDt><Dt>{today}</Dt></ValDt><AcctSvcrRef>{id}-{number}</AcctSvcrRef>\
             <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
             <NtryDtls><TxDtls><Refs><EndToEndId>E-{id}-{number}</EndToEndId></Refs><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>Buyer</Nm></Pty></Dbtr></RltdPties>\
             <RmtInf><Ustrd>Invoice {document}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
            amount = decimal(minor),
            document = item.document_number,
        );
    }
    let balance = |code: &str, minor: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>{today}</Dt></Dt></Bal>",
            decimal(minor)
        )
    };
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>{id}</MsgId><CreDtTm>{today}T19:00:00Z</CreDtTm></GrpHdr><Stmt><Id>{id}</Id><CreDtTm>{today}T19:00:00Z</CreDtTm>\
         <Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", *opening),
        balance("CLBD", closing),
    );
    *opening = closing;
    Ok(text.into_bytes())
}

/// As many rows with a primary key, a unique reference and an index of payers: by COPY, and on SQLite by INSERTs of many
/// rows in one transaction.
async fn copy(conn: &mut Conn, count: usize) -> Outcome<()> {
    let row = |number: usize| (Uuid::now_v7(), format!("R-{}", Uuid::now_v7().simple()), format!("Payer {}", number % 997));
    if matches!(conn, Conn::Pg(_)) {
        let mut rows = String::new();
        for number in 0..count {
            let (id, reference, payer) = row(number);
            let _infallible = writeln!(rows, "{id}\t{reference}\t{payer}\t22313\t20500\tInvoice INV-ACME-2026-{number:06}");
        }
        return conn.copy("intake", &rows).await;
    }
    conn.script("BEGIN IMMEDIATE").await?;
    for start in (0..count).step_by(ROWS) {
        let size = ROWS.min(count - start);
        let values: Vec<String> = (0..size)
            .map(|row| format!("({})", (1..=6).map(|column| format!("${}", row * 6 + column)).collect::<Vec<_>>().join(", ")))
            .collect();
        let sql: &'static str = Box::leak(format!("INSERT INTO intake VALUES {}", values.join(", ")).into_boxed_str());
        let mut args = Vec::new();
        for number in start..start + size {
            let (id, reference, payer) = row(number);
            args.extend([Arg::U(id), Arg::T(reference), Arg::T(payer), Arg::I(22_313), Arg::I(20_500)]);
            args.push(Arg::T(format!("Invoice INV-ACME-2026-{number:06}")));
        }
        conn.run(sql, args).await?;
    }
    conn.script("COMMIT").await
}
