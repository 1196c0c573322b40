//! Events: how fast followers catch up with a backlog, and how late news is when there is none.

use std::collections::HashMap;
use std::time::Duration;

use quittance_api::events::v1::ReadRequest;
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::reconciliation::v1 as reconciliation;
use quittance_types::Uuid;
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::{Bench, FIVE};
use crate::Outcome;
use crate::company::{Company, Issue};
use crate::figure::Figure;
use crate::load::quantile;
use crate::suite::said;

/// Invoices a second while the lag is measured: well below what the suite can do.
const PACE: Duration = Duration::from_millis(25);
/// How long the last event may be on its way.
const LAST: Duration = Duration::from_secs(10);

/// A sign of an invoice in a log.
struct Sign {
    log: &'static str,
    invoice: String,
    at: Instant,
}

impl Bench<'_> {
    /// `events/catch_up` and `event_lag`.
    pub(super) async fn event_flow(&mut self, company: &Company) -> Outcome<()> {
        let before = self.suite.end_of("invoicing").await;
        self.suite.stop_all().await;
        let database = self.suite.meter(&[]).cpu_ms();
        let start = Instant::now();
        self.suite.start(&FIVE, false).await?;
        self.suite.settle().await?;
        let took = start.elapsed().as_secs_f64();
        // The processes are new: all their processor time is this.
        let spent = self.suite.meter(&FIVE).cpu_ms() - database;
        let mut events = 0;
        for name in FIVE {
            events += self.suite.end_of(name).await;
        }
        let figure = Figure::new(self.suite.database, "events/catch_up").number("per_s", events as f64 / took);
        let figure = figure.number("core_ms_per_op", spent / (events.max(1) as f64)).number("whole_secs", took);
        let figure = figure.with("events", json!(events)).with("backlog_of_invoicing", json!(before));
        self.add(figure);
        self.lag(company).await
    }

    async fn lag(&mut self, company: &Company) -> Outcome<()> {
        let (sender, mut signs) = unbounded_channel();
        let mut tails = Vec::new();
        for log in ["invoicing", "reconciliation"] {
            tails.push(tokio::spawn(tail(self.subscribe(log).await?, log, sender.clone())));
        }
        let mut client = Issue::clients(&self.suite, company, 1).into_iter().next().ok_or("no client")?;
        let mut issued = HashMap::new();
        let start = Instant::now();
        while start.elapsed() < self.time() * 2 {
            let id = client.one().await?;
            issued.insert(id, Instant::now());
            tokio::time::sleep(PACE).await;
        }
        let (mut told, mut opened) = (Vec::new(), Vec::new());
        let wanted = issued.len();
        let end = Instant::now() + LAST;
        while told.len() < wanted || opened.len() < wanted {
            let Ok(Some(sign)) = tokio::time::timeout_at(end, signs.recv()).await else { break };
            let Some(answered) = issued.get(&sign.invoice) else { continue };
            let late = u64::try_from(sign.at.saturating_duration_since(*answered).as_micros()).unwrap_or(u64::MAX);
            if sign.log == "invoicing" { told.push(late) } else { opened.push(late) }
        }
        for task in tails {
            task.abort();
        }
        for (name, lags) in [("event_lag", told), ("event_lag/open_item", opened)] {
            let figure =
                Figure::new(self.suite.database, name).number("p50_ms", quantile(&lags, 0.5)).number("p99_ms", quantile(&lags, 0.99));
            self.add(figure.with("events", json!(lags.len())).with("missed", json!(wanted.saturating_sub(lags.len()))));
        }
        Ok(())
    }

    async fn subscribe(&self, log: &'static str) -> Outcome<tonic::Streaming<quittance_api::events::v1::ReadResponse>> {
        let request = ReadRequest { after: self.suite.end_of(log).await, ..Default::default() };
        let mut client = EventLogServiceClient::new(self.suite.wire(log));
        client.read(self.suite.ask_system(request)).await.map(tonic::Response::into_inner).map_err(|status| said(&status))
    }
}

/// Reports the invoices a log speaks of: by its subject in invoicing's, by the document of a new item in reconciliation's.
async fn tail(mut stream: tonic::Streaming<quittance_api::events::v1::ReadResponse>, log: &'static str, signs: UnboundedSender<Sign>) {
    while let Ok(Some(page)) = stream.message().await {
        let at = Instant::now();
        for event in page.events {
            let Some(payload) = event.payload else { continue };
            let invoice = match payload.type_url.rsplit('.').next() {
                Some("InvoiceIssued") => event.subject,
                Some("ItemOpened") => {
                    let opened: Result<reconciliation::ItemOpened, _> = prost::Message::decode(payload.value.as_slice());
                    let document = opened.ok().and_then(|opened| opened.open_item).map(|item| item.document_id);
                    document.unwrap_or_else(|| Uuid::nil().to_string())
                }
                _ => continue,
            };
            if signs.send(Sign { log, invoice, at }).is_err() {
                return;
            }
        }
    }
}
