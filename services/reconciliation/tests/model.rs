//! Random sequences of commands through the wire, held against a model of a few lines: what is open, what is unapplied.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::{on_both, request_id};

use crate::fixture::{Company, euro, minor};

#[derive(Clone, Debug)]
enum Command {
    Invoice(i64),
    Receive(i64),
    Apply { receipt: usize, item: usize, amount: i64 },
    Unapply(usize),
    WriteOff { item: usize, amount: i64 },
    Memo { item: usize, amount: i64 },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let command = prop_oneof![
        2 => (100..9_000_i64).prop_map(Command::Invoice),
        2 => (100..9_000_i64).prop_map(Command::Receive),
        6 => (0..6_usize, 0..6_usize, 1..6_000_i64).prop_map(|(receipt, item, amount)| Command::Apply { receipt, item, amount }),
        3 => (0..9_usize).prop_map(Command::Unapply),
        1 => (0..6_usize, 1..3_000_i64).prop_map(|(item, amount)| Command::WriteOff { item, amount }),
        1 => (0..6_usize, 1..3_000_i64).prop_map(|(item, amount)| Command::Memo { item, amount }),
    ];
    proptest::collection::vec(command, 25..40)
}

#[derive(Default)]
struct Model {
    items: Vec<(String, i64)>,
    receipts: Vec<(String, i64)>,
    /// Receipt, item, amount; taken out when taken back.
    applications: BTreeMap<String, (usize, usize, i64)>,
    credit: i64,
}

impl Model {
    async fn run(&mut self, company: &Company, number: u32, command: &Command) {
        match *command {
            Command::Invoice(gross) => self.items.push((company.invoice(&company.alpha, number, gross).await, gross)),
            Command::Receive(amount) => self.receipts.push((company.money_in("", amount).await.receipt_id, amount)),
            Command::Apply { receipt, item, amount } => self.apply(company, receipt, item, amount).await,
            Command::Unapply(place) => self.unapply(company, place).await,
            Command::WriteOff { item, amount } => {
                let Some((id, open)) = self.items.get_mut(item) else { return };
                let request = pb::WriteOffRequest {
                    request_id: request_id(),
                    open_item_id: id.clone(),
                    amount: Some(euro(amount)),
                    why: "x".to_owned(),
                    as_of: None,
                };
                let allowed = company.items().write_off(request).await.is_ok();
                assert_eq!(allowed, amount <= *open);
                *open -= if allowed { amount } else { 0 };
            }
            Command::Memo { item, amount } => {
                let Some((id, open)) = self.items.get_mut(item) else { return };
                company.credit_memo(&company.alpha, id, amount).await;
                let used = amount.min(*open);
                *open -= used;
                self.credit += amount - used;
            }
        }
    }

    async fn apply(&mut self, company: &Company, receipt: usize, item: usize, amount: i64) {
        let (Some((receipt_id, unapplied)), Some((item_id, open))) = (self.receipts.get_mut(receipt), self.items.get_mut(item)) else {
            return;
        };
        let answer = company.try_apply(receipt_id, &[(item_id, amount)]).await;
        assert_eq!(answer.is_ok(), amount <= *open && amount <= *unapplied, "{answer:?}");
        let Ok(answer) = answer else { return };
        *unapplied -= amount;
        *open -= amount;
        self.applications.insert(answer.applications[0].application_id.clone(), (receipt, item, amount));
    }

    async fn unapply(&mut self, company: &Company, place: usize) {
        let Some(id) = self.applications.keys().nth(place).cloned() else { return };
        let request = pb::UnapplyRequest { request_id: request_id(), application_id: id.clone(), why: String::new(), as_of: None };
        company.receipts().unapply(request).await.expect("it was applied");
        let (receipt, item, amount) = self.applications.remove(&id).unwrap();
        self.receipts[receipt].1 += amount;
        self.items[item].1 += amount;
    }

    async fn check(&self, company: &Company) {
        for (id, open) in &self.items {
            assert_eq!(company.open_of(id).await, *open);
        }
        for (id, unapplied) in &self.receipts {
            assert_eq!(minor(&company.receipt(id).await.unapplied), *unapplied);
        }
        let open: i64 = self.items.iter().map(|(_, open)| open).sum();
        let unapplied: i64 = self.receipts.iter().map(|(_, unapplied)| unapplied).sum();
        assert_eq!((company.balance("1200").await, company.balance("1290").await), (open - self.credit, -unapplied));
        company.prove().await;
    }
}

#[tokio::test]
async fn any_sequence_of_commands_agrees_with_the_model() {
    on_both(|backend| async move {
        for seed in 0..4_u8 {
            let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
            let mut runner = TestRunner::new_with_rng(Config::default(), rng);
            let commands = commands().new_tree(&mut runner).expect("commands").current();
            let company = Company::start(backend).await;
            let mut model = Model::default();
            for (number, command) in (1..).zip(&commands) {
                model.run(&company, number, command).await;
            }
            model.check(&company).await;
        }
    })
    .await;
}
