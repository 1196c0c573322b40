//! Bank files: stored, applied by a match run, and applied as they are stored; each beside the very rows it has written,
//! written again by the database alone ([`rows`]).

use std::collections::HashMap;
use std::fmt::Write;

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::match_service_client::MatchServiceClient;
use quittance_api::reconciliation::v1::statement_service_client::StatementServiceClient;
use quittance_chassis::Clock;
use quittance_types::TimeZone;
use serde_json::json;
use tokio::time::Instant;

use super::IBAN;
use super::rows::{Again, Before};
use crate::Outcome;
use crate::company::Company;
use crate::figure::{Figure, ratio};
use crate::figures::Bench;
use crate::suite::{fresh, said};

/// Lines of one file: the day of a seller with many customers.
const FILE: usize = 4_000;
/// Turns of each side.
const ROUNDS: usize = 2;
/// How often a run is asked how far it is.
const LOOK: std::time::Duration = std::time::Duration::from_millis(5);

impl Bench<'_> {
    /// `import/first`, `import/stored_only`, `apply/run` and `import`: files whose lines each pay an open item and name it and
    /// its customer.
    /// Half of them are stored and applied by a run over what waits, half are applied as they are stored.
    pub(super) async fn bank_files(&mut self, company: &Company, items: Vec<pb::OpenItem>) -> Outcome<()> {
        let mut files = Files { payers: company.names(), ..Files::default() };
        let first = self.first(&mut files).await?;
        self.add(first);
        let (mut stored, mut applied, mut matched) = (Turns::default(), Turns::default(), Turns::default());
        let mut parts = items.chunks(items.len().div_ceil(ROUNDS * 2).max(1));
        while let (Some(waiting), Some(at_once)) = (parts.next(), parts.next()) {
            let contents = files.of(waiting)?;
            stored.take(self, waiting.len(), async |bench| bench.send_all(contents, false).await).await?;
            applied.take(self, waiting.len(), async |bench| bench.match_run().await).await?;
            let contents = files.of(at_once)?;
            matched.take(self, at_once.len(), async |bench| bench.send_all(contents, true).await).await?;
        }
        let database = self.suite.database;
        let (bank_file, run) = if self.is_sqlite() { (0.25, 0.25) } else { (0.4, 0.5) };
        self.add(stored.figure(database, "import/stored_only", bank_file));
        self.add(applied.figure(database, "apply/run", run));
        self.add(matched.figure(database, "import", bank_file));
        Ok(())
    }

    /// The first matching after a start, which builds the seller's ledger in memory.
    async fn first(&self, files: &mut Files) -> Outcome<Figure> {
        let content = files.statement(&[])?;
        let start = Instant::now();
        self.send(content, true).await?;
        Ok(Figure::new(self.suite.database, "import/first").number("secs", start.elapsed().as_secs_f64()))
    }

    /// How many lines were applied.
    async fn send_all(&self, contents: Vec<Vec<u8>>, match_now: bool) -> Outcome<i32> {
        let mut matched = 0;
        for content in contents {
            matched += self.send(content, match_now).await?;
        }
        Ok(matched)
    }

    async fn send(&self, content: Vec<u8>, match_now: bool) -> Outcome<i32> {
        let request =
            pb::ImportStatementRequest { request_id: fresh(), content, file_name: "bench.xml".to_owned(), match_now, ..Default::default() };
        let mut client = StatementServiceClient::new(self.suite.wire("reconciliation")).max_decoding_message_size(usize::MAX);
        let answer = client.import_statement(self.suite.ask(request)).await.map_err(|status| said(&status))?.into_inner();
        Ok(answer.lines_matched)
    }

    /// A run over every line that waits, to its end; how many it applied.
    async fn match_run(&self) -> Outcome<i32> {
        let mut client = MatchServiceClient::new(self.suite.wire("reconciliation"));
        let request = pb::StartMatchRunRequest { request_id: fresh(), ..Default::default() };
        let started = client.start_match_run(self.suite.ask(request)).await.map_err(|status| said(&status))?;
        let mut run = started.into_inner().match_run.unwrap_or_default();
        while matches!(run.state(), pb::MatchRunState::Queued | pb::MatchRunState::Running) {
            tokio::time::sleep(LOOK).await;
            let request = pb::GetMatchRunRequest { match_run_id: run.match_run_id };
            let found = client.get_match_run(self.suite.ask(request)).await.map_err(|status| said(&status))?;
            run = found.into_inner().match_run.unwrap_or_default();
        }
        Ok(run.applied)
    }
}

/// Our turns and those of the database alone.
#[derive(Default)]
struct Turns {
    lines: usize,
    applied: i32,
    secs: f64,
    cpu_ms: f64,
    again: Again,
}

impl Turns {
    /// One of each; `work` returns how many lines it applied. The log is given its positions before the database's turn; they
    /// count for neither.
    async fn take(&mut self, bench: &Bench<'_>, lines: usize, work: impl AsyncFnOnce(&Bench<'_>) -> Outcome<i32>) -> Outcome<()> {
        let before = Before::remember(&bench.suite.url("reconciliation")).await?;
        let meter = bench.suite.meter(&["reconciliation"]);
        let (cpu, start) = (meter.cpu_ms(), Instant::now());
        self.applied += work(bench).await?;
        self.secs += start.elapsed().as_secs_f64();
        bench.suite.sequenced().await;
        self.cpu_ms += meter.cpu_ms() - cpu;
        let again = before.again().await?;
        self.lines += lines;
        self.again.rows += again.rows;
        self.again.secs += again.secs;
        Ok(())
    }

    fn figure(&self, database: &'static str, name: &str, goal: f64) -> Figure {
        let lines = self.lines.max(1) as f64;
        let share = ratio(self.again.secs, self.secs);
        let figure = Figure::new(database, name).number("per_s", ratio(lines, self.secs)).number("ratio_to_limit", share);
        let figure = figure.number("limit_per_s", ratio(lines, self.again.secs)).number("rows_per_line", self.again.rows as f64 / lines);
        let figure =
            figure.number("core_ms_per_op", self.cpu_ms / lines).with("lines", json!(self.lines)).with("applied", json!(self.applied));
        figure.goal(&format!(">= {:.0} % of the same rows by COPY", goal * 100.0), share >= goal)
    }
}

/// Files of one account, each going on where the last one ended.
#[derive(Default)]
struct Files {
    /// Names of customers, by id.
    payers: HashMap<String, String>,
    opening: i64,
    number: usize,
}

impl Files {
    fn of(&mut self, items: &[pb::OpenItem]) -> Outcome<Vec<Vec<u8>>> {
        items.chunks(FILE).map(|lines| self.statement(lines)).collect()
    }

    /// A camt.053 whose balances add up, each line paying one item in full and naming its number.
    fn statement(&mut self, items: &[pb::OpenItem]) -> Outcome<Vec<u8>> {
        self.number += 1;
        self.write(&format!("S{}", self.number), items)
    }

    fn write(&mut self, id: &str, items: &[pb::OpenItem]) -> Outcome<Vec<u8>> {
        let today = Clock::system().today(&TimeZone::utc());
        let decimal = |minor: i64| format!("{}.{:02}", minor / 100, minor % 100);
        let mut entries = String::new();
        let mut closing = self.opening;
        for (number, item) in items.iter().enumerate() {
            let minor = money_from_wire(&item.open).map_err(|fault| fault.to_string())?.minor();
            closing += minor;
            let _infallible = write!(
                entries,
                "<Ntry><NtryRef>{number}</NtryRef><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
             <BookgDt><Dt>{today}</Dt></BookgDt><ValDt><Dt>{today}</Dt></ValDt><AcctSvcrRef>{id}-{number}</AcctSvcrRef>\
             <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>\
             <NtryDtls><TxDtls><Refs><EndToEndId>E-{id}-{number}</EndToEndId></Refs><Amt Ccy=\"EUR\">{amount}</Amt>\
             <CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>\
             <RmtInf><Ustrd>Invoice {document}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
                amount = decimal(minor),
                payer = self.payers.get(&item.customer_id).map_or("", String::as_str),
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
            balance("OPBD", self.opening),
            balance("CLBD", closing),
        );
        self.opening = closing;
        Ok(text.into_bytes())
    }
}
