//! What is measured, in the order it is measured in.

mod cash;
mod collecting;
mod events;
mod issuing;

use std::time::Duration;

use serde_json::json;

use crate::company::Company;
use crate::figure::Figure;
use crate::suite::Suite;
use crate::{Options, Outcome, Part};

/// Goals of the two databases differ.
const UNARY_POSTGRES: f64 = 0.5;
const UNARY_SQLITE: f64 = 0.4;

/// One database from the first start to the last figure.
pub struct Bench<'a> {
    options: &'a Options,
    suite: Suite,
    figures: Vec<Figure>,
}

const FIVE: [&str; 5] = ["credit", "invoicing", "payments", "reconciliation", "collections"];
const ALL: [&str; 6] = ["credit", "invoicing", "payments", "reconciliation", "collections", "gateway"];

impl<'a> Bench<'a> {
    /// Everything on this database.
    pub async fn run(options: &'a Options, suite: Suite) -> Vec<Figure> {
        let mut bench = Bench { options, suite, figures: Vec::new() };
        let whole = bench.starts().await;
        bench.check("start_to_first_answer", whole);
        bench.suite.stop_all().await;
        match bench.company().await {
            Ok(company) => bench.measure(&company).await,
            Err(failure) => bench.check("setup", Err(failure)),
        }
        bench.suite.stop_all().await;
        let done = bench.loaded();
        bench.check("memory/loaded", done);
        bench.figures
    }

    async fn measure(&mut self, company: &Company) {
        if self.wants(Part::Issuing) {
            let done = self.issuing(company).await;
            self.check("issue", done);
        }
        if self.wants(Part::Events) || self.wants(Part::Cash) {
            // Also brings the invoices to where their cash is.
            let done = self.event_flow(company).await;
            self.check("events", done);
        }
        if self.wants(Part::Cash) {
            let done = self.cash(company).await;
            self.check("apply", done);
        }
        if self.wants(Part::Collecting) {
            let done = self.collecting().await;
            self.check("ageing", done);
        }
    }

    fn wants(&self, part: Part) -> bool {
        self.options.only.is_empty() || self.options.only.contains(&part)
    }

    fn add(&mut self, figure: Figure) {
        figure.print();
        self.figures.push(figure);
    }

    fn check(&mut self, name: &str, outcome: Outcome<()>) {
        if let Err(failure) = outcome {
            self.add(Figure::error(self.suite.database, name, &failure));
        }
    }

    fn is_sqlite(&self) -> bool {
        self.suite.database == "sqlite"
    }

    /// What share of the limit a unary call must reach.
    fn unary_goal(&self) -> f64 {
        if self.is_sqlite() { UNARY_SQLITE } else { UNARY_POSTGRES }
    }

    fn time(&self) -> Duration {
        Duration::from_secs_f64(self.options.seconds.max(0.1))
    }

    /// A unary figure with its goal of rate and, on PostgreSQL, of processor time.
    fn unary(&self, figure: Figure) -> Figure {
        let share = self.unary_goal();
        let rate = figure.get("ratio_to_limit") >= share;
        if self.is_sqlite() {
            return figure.goal(">= 40 % of the limit", rate);
        }
        let cost = figure.get("core_ms_per_op") <= 2.5 * figure.get("limit_core_ms_per_op");
        figure.goal(">= 50 % of the limit, <= 2.5 x its core-ms (database alone)", rate && cost)
    }

    /// Time to the first answer on empty databases and again, and memory at rest.
    async fn starts(&mut self) -> Outcome<()> {
        let together = self.is_sqlite();
        let names: &[&'static str] = if together { &ALL } else { &FIVE };
        let first = self.suite.start(names, together).await?.as_secs_f64() * 1000.0;
        self.suite.stop_all().await;
        let again = self.suite.start(names, together).await?.as_secs_f64() * 1000.0;
        let figure = Figure::new(self.suite.database, "start_to_first_answer").number("ms", again).number("first_start_ms", first);
        let figure = figure.with("of", json!(if together { "all in one process" } else { "five processes at once" }));
        let figure = if together { figure.goal("<= 300 ms", again <= 300.0) } else { figure };
        self.add(figure);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let memory = self.suite.memory();
        let total: f64 = memory.values().sum();
        let highest = memory.values().copied().fold(0.0, f64::max);
        let figure = Figure::new(self.suite.database, "memory/idle").number("mib", total).with("each_mib", rounded(&memory));
        let figure =
            if together { figure.goal("<= 64 MiB all in one", total <= 64.0) } else { figure.goal("<= 30 MiB each", highest <= 30.0) };
        self.add(figure);
        Ok(())
    }

    /// The highest each service came to while it was measured.
    fn loaded(&mut self) -> Outcome<()> {
        let highest = self.suite.highest.clone();
        let (total, most) = (highest.values().sum(), highest.values().copied().fold(0.0, f64::max));
        let figure = Figure::new(self.suite.database, "memory/loaded").number("mib", total).with("each_mib", rounded(&highest));
        self.add(figure.goal("<= 96 MiB each, <= 350 MiB the five", most <= 96.0 && total <= 350.0));
        Ok(())
    }

    /// Credit and invoicing know each other's customers and sellers, and there are invoices already.
    async fn company(&mut self) -> Outcome<Company> {
        // What the one process of the start was at its highest is not what a service under load is.
        self.suite.highest.clear();
        self.suite.start(&["credit", "invoicing"], false).await?;
        let company = Company::found(&self.suite, self.options.customers).await?;
        self.suite.settle().await?;
        company.invoices(&self.suite, self.options.invoices).await?;
        self.suite.settle().await?;
        Ok(company)
    }
}

fn rounded(values: &std::collections::BTreeMap<&'static str, f64>) -> serde_json::Value {
    values.iter().map(|(name, mib)| ((*name).to_owned(), json!((mib * 10.0).round() / 10.0))).collect::<serde_json::Map<_, _>>().into()
}
