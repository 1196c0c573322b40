//! Whatever happens in between, nobody is dunned twice about one level of one invoice, and aging agrees with the items.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use quittance_api::collections::v1 as pb;
use quittance_testkit::on_both;
use quittance_types::BusinessDate;

use crate::fixture::{Desk, Item, minor, strategy};

#[derive(Clone, Debug)]
enum Act {
    Days(i32),
    Pay(usize, i64),
    Dispute(usize),
    Resolve,
    Promise(usize),
    Dun,
    /// Previewed and approved, but issued after what follows.
    Prepare,
    IssuePrepared,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        3 => (1_i32..9).prop_map(Act::Days),
        2 => (0_usize..6, 1_i64..8_000).prop_map(|(item, amount)| Act::Pay(item, amount)),
        1 => (0_usize..6).prop_map(Act::Dispute),
        1 => Just(Act::Resolve),
        1 => (0_usize..6).prop_map(Act::Promise),
        3 => Just(Act::Dun),
        1 => Just(Act::Prepare),
        1 => Just(Act::IssuePrepared),
    ];
    prop::collection::vec(act, 40)
}

struct Story {
    desk: Desk,
    today: BusinessDate,
    items: Vec<Item>,
    disputes: Vec<pb::Dispute>,
    prepared: Vec<pb::DunningRun>,
}

impl Story {
    async fn act(&mut self, act: Act) {
        let today = self.today.to_string();
        match act {
            Act::Days(days) => self.today = self.today.plus_days(days).unwrap(),
            Act::Pay(index, amount) => {
                let open = minor(&self.items[index].state.open);
                if open > 0 {
                    self.desk.pay(&mut self.items[index], amount.min(open), &today);
                    self.desk.settle().await;
                }
            }
            Act::Dispute(index) => self.disputes.extend(self.desk.dispute(&self.items[index], None, &today).await.ok()),
            Act::Resolve => {
                if let Some(dispute) = self.disputes.pop() {
                    self.desk.resolve(&dispute, &today).await.unwrap();
                }
            }
            Act::Promise(index) => drop(self.desk.promise(&self.items[index], 100, &today, &today).await),
            Act::Dun => drop(self.desk.dun(&today).await),
            Act::Prepare => {
                let run = self.desk.preview(&today).await;
                self.prepared.push(self.desk.approve(&run).await);
            }
            Act::IssuePrepared => {
                if let Some(run) = self.prepared.pop() {
                    self.desk.issue(&run).await.unwrap();
                }
            }
        }
    }

    async fn check(&self) {
        assert_eq!(self.desk.dunned_wrongly().await, 0);
        let request = pb::GetAgingRequest { as_of: Some(quittance_api::convert::date_to_wire(self.today)), ..Default::default() };
        let agings = self.desk.analytics().get_aging(request).await.unwrap().into_inner().agings;
        let total: i64 = agings.iter().map(|aging| minor(&aging.total)).sum();
        assert_eq!(total, self.items.iter().map(|item| minor(&item.state.open)).sum::<i64>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_notice_per_invoice_and_level() {
    on_both(|backend| async move {
        let mut runner = TestRunner::deterministic();
        for _ in 0..2 {
            let plan = acts().new_tree(&mut runner).unwrap().current();
            let desk = Desk::start(backend).await;
            let customers = [desk.customer("North"), desk.customer("South")];
            let items = (0..6).map(|number| {
                let due = format!("2025-12-{:02}", 10 + number * 3);
                desk.invoice(customers[number % 2], &format!("INV-{number}"), 10_000, "2025-12-01", &due)
            });
            let items = items.collect();
            desk.settle().await;
            desk.put_strategy(strategy("standard")).await.unwrap();
            let today = BusinessDate::parse("2025-12-20").unwrap();
            let mut story = Story { desk, today, items, disputes: Vec::new(), prepared: Vec::new() };
            for act in plan {
                story.act(act).await;
            }
            story.check().await;
        }
    })
    .await;
}
