//! Reservations and invoices, each service alone with its database: what follows from an event is measured by itself.

use super::Bench;
use crate::Outcome;
use crate::company::{Batch, Company, Issue, Reserve};
use crate::figure::Figure;
use crate::load::{Client, Sample, Side, alone, versus};
use crate::raw::{RawClient, Work, prepare};

/// Turns of each side.
const ROUNDS: u32 = 2;

impl Bench<'_> {
    /// `reserve/c8`, `issue/c8`, `issue_batch/100`, `issue_gapless/c32` and its comparison with one client.
    pub(super) async fn issuing(&mut self, company: &Company) -> Outcome<()> {
        let tenant = self.suite.tenant.uuid();
        let url = self.suite.url("reference");
        let customers = prepare(&url, tenant, self.options.invoices, self.options.customers).await?;
        self.suite.stop(&["invoicing"]).await;
        let limit = RawClient::open(&url, Work::Reserve, tenant, &customers, 8).await?;
        let (ours, limit) = self.against("credit", Reserve::clients(&self.suite, company, 8), limit).await;
        self.add(self.unary(Figure::rate(self.suite.database, "reserve/c8", &ours, Some(&limit))));

        self.suite.stop(&["credit"]).await;
        self.suite.start(&["invoicing"], false).await?;
        let limit = RawClient::open(&url, Work::Issue, tenant, &customers, 8).await?;
        let (ours, limit) = self.against("invoicing", Issue::clients(&self.suite, company, 8), limit).await;
        self.add(self.unary(Figure::rate(self.suite.database, "issue/c8", &ours, Some(&limit))));

        let batch = Batch { company: company.clone(), wire: self.suite.wire("invoicing"), tenant: self.suite.tenant, size: 100, round: 0 };
        let limit = RawClient::open(&url, Work::Batch, tenant, &customers, 1).await?;
        let (ours, limit) = self.against("invoicing", vec![batch], limit).await;
        let figure = Figure::rate(self.suite.database, "issue_batch/100", &ours, Some(&limit));
        let met = figure.get("ratio_to_limit") >= 0.25;
        self.add(figure.goal(">= 25 % of the limit", met));

        let mut one = Sample::default();
        let meter = self.suite.meter(&["invoicing"]);
        alone(&self.suite, Issue::clients(&self.suite, company, 1), &meter, self.time(), &mut one).await;
        let limit = RawClient::open(&url, Work::Gapless, tenant, &customers, 32).await?;
        let (ours, limit) = self.against("invoicing", Issue::clients(&self.suite, company, 32), limit).await;
        let figure =
            Figure::rate(self.suite.database, "issue_gapless/c32", &ours, Some(&limit)).number("one_client_per_s", one.per_second());
        let crowd = ours.per_second() >= one.per_second();
        let (ratio, calm) = (figure.get("ratio_to_limit"), ours.quantile(0.99) <= limit.quantile(0.99) / 4.0);
        // SQLite has one writer: there is no contention for the reference to lose by.
        let figure = if self.is_sqlite() {
            figure.goal(">= 40 % of the limit, not slower than one client", ratio >= 0.4 && crowd)
        } else {
            figure.goal(">= 3 x the limit, p99 <= 1/4 of its, not slower than one client", ratio >= 3.0 && calm && crowd)
        };
        self.add(figure);
        Ok(())
    }

    /// One service and the reference in turn.
    pub(super) async fn against<C: Client>(&self, service: &str, clients: Vec<C>, limit: Vec<RawClient>) -> (Sample, Sample) {
        let ours = Side { clients, meter: self.suite.meter(&[service]) };
        let limit = Side { clients: limit, meter: self.suite.reference_meter() };
        versus(&self.suite, ours, limit, ROUNDS, self.time() * ROUNDS).await
    }
}
