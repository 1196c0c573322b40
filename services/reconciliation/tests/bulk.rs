//! Work on many lines: no line costs a statement of its own, and what a transaction did itself need not be read back.

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::BankLineState as State;
use quittance_testkit::{Backend, on_both};

use crate::camt::{Line, Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company};
use crate::match_runs::{start, until_over};

const FEW: u32 = 20;
const MANY: u32 = 220;
/// Statements that others may send meanwhile: jobs that look whether there is anything to do. Far fewer than there are lines.
const OTHERS: u64 = 80;

/// A company whose bank tells of everything on one day.
struct Account {
    company: Company,
    opening: i64,
    numbers: u32,
}

impl Account {
    async fn open(backend: Backend) -> Account {
        Account { company: Company::start(backend).await, opening: 100_000, numbers: 0 }
    }

    /// So many lines: most pay an invoice, some too little, some nobody knows.
    async fn lines(&mut self, count: u32) -> Vec<Line> {
        let mut lines = Vec::new();
        for number in self.numbers + 1..=self.numbers + count {
            self.company.invoice(&self.company.alpha, number, 10_000).await;
            let text = format!("INV-ACME-2026-{number:06}");
            lines.push(match number % 10 {
                0 => credit(1, &format!("nobody {number}")),
                5 => credit(7_000, &text).from(ALPHA_IBAN),
                _ => credit(10_000, &text).from(ALPHA_IBAN),
            });
        }
        self.numbers += count;
        lines
    }

    /// Imports lines; how many statements that took.
    async fn import(&mut self, lines: Vec<Line>, match_now: bool) -> u64 {
        let statement = Statement::new(&format!("S{}", self.opening), "2026-01-15", self.opening, lines);
        self.opening = statement.closing();
        let before = self.company.service.db().statements();
        let imported = self.company.try_import(statement.write(), match_now).await.expect("a statement is imported");
        let cost = self.company.service.db().statements() - before;
        assert_eq!(usize::try_from(imported.lines_imported), Ok(statement.lines.len()));
        cost
    }

    /// Imports lines again, under other references.
    async fn import_again(&mut self, lines: Vec<Line>) {
        let again = (0..).zip(lines).map(|(place, line)| line.bank_reference(&format!("again {place}"))).collect();
        self.import(again, true).await;
    }

    /// Matches what waits; how many statements that took.
    async fn run(&self) -> u64 {
        let before = self.company.service.db().statements();
        self.company.run().await;
        self.company.service.db().statements() - before
    }

    async fn waiting(&self) -> Vec<pb::MatchProposal> {
        let mut proposals = Vec::new();
        for line in self.company.lines().await.into_iter().filter(|line| line.state() != State::Applied) {
            proposals.push(self.company.proposal(&line.bank_line_id).await);
        }
        proposals
    }
}

#[tokio::test]
async fn no_line_costs_a_statement_of_its_own() {
    on_both(|backend| async move {
        let mut account = Account::open(backend).await;
        let lines = account.lines(FEW).await;
        account.import(lines, true).await;
        let mut costs = Vec::new();
        for count in [FEW, MANY] {
            let lines = account.lines(count).await;
            let imported = account.import(lines, true).await;
            let lines = account.lines(count).await;
            let stored = account.import(lines, false).await;
            costs.push([imported, stored, account.run().await]);
        }
        for (few, many) in costs[0].iter().zip(&costs[1]) {
            assert!(*many <= few + OTHERS, "{costs:?}");
        }
        account.company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_transaction_did_itself_is_what_would_be_built_anew() {
    on_both(|backend| async move {
        let mut account = Account::open(backend).await;
        let mut lines = account.lines(FEW).await;
        account.import(lines.clone(), true).await;
        let more = account.lines(FEW).await;
        account.import(more.clone(), false).await;
        account.run().await;
        // Everything is paid once more: what was paid already is told by what was settled, what was paid in part by what is open.
        lines.extend(more);
        account.import_again(lines).await;
        let kept = account.waiting().await;
        assert!(kept.len() > 30, "{}", kept.len());
        account.company.service.restart().await;
        assert_eq!(account.waiting().await, kept);
        account.company.prove().await;
    })
    .await;
}

#[tokio::test]
async fn what_a_run_wrote_need_not_be_read_back() {
    on_both(|backend| async move {
        let mut account = Account::open(backend).await;
        let lines = account.lines(3 * FEW).await;
        account.import(lines.clone(), false).await;
        let run = start(&account.company).await;
        until_over(&account.company, &run).await;
        account.import_again(lines).await;
        let kept = account.waiting().await;
        assert!(kept.len() > 50, "{}", kept.len());
        account.company.service.restart().await;
        assert_eq!(account.waiting().await, kept);
        account.company.prove().await;
    })
    .await;
}
