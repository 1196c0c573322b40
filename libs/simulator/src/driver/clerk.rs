//! What matching leaves over is worked by a person, who rings the payer up and so learns the truth.

use std::collections::BTreeMap;

use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1::match_service_client::MatchServiceClient;
use quittance_api::reconciliation::v1::open_item_service_client::OpenItemServiceClient;
use quittance_api::reconciliation::v1::receipt_service_client::ReceiptServiceClient;
use quittance_api::reconciliation::v1::statement_service_client::StatementServiceClient;
use quittance_api::reconciliation::v1::{
    ApplyAllocation, ApplyReceiptRequest, BankLine, BankLineState, GetOpenItemRequest, GetReceiptRequest, ListBankLinesRequest,
    PutOnAccountRequest, RunMatchingRequest,
};
use quittance_types::{BusinessDate, Fault, Money};

use super::call::ask;
use super::{Driver, convert};
use crate::truth::{LineKind, Truth};

/// Lines younger than this wait for what may still come.
const DAYS_TO_WAIT: i32 = 3;

impl Driver {
    /// Matches again what waits, then applies what nothing but a question can settle. True when anything was applied.
    pub(super) async fn work_exceptions(&mut self, today: BusinessDate) -> Result<bool, Fault> {
        let request_id = self.play.world().request_id(&format!("match {today}")).to_string();
        let request = RunMatchingRequest { request_id, as_of: convert::date(today), dry_run: false };
        let client = MatchServiceClient::new(self.staff.clerk.reconciliation.clone());
        ask!(client, run_matching, request)?;
        self.tally.mutations += 1;
        let mut lines = Vec::new();
        for state in [BankLineState::Unidentified, BankLineState::Unapplied, BankLineState::PartlyApplied] {
            lines.extend(self.bank_lines(state).await?);
        }
        let answers: BTreeMap<String, Truth> = self
            .play
            .truth()
            .lines
            .iter()
            .filter(|truth| today.days_since(truth.booked_on) >= DAYS_TO_WAIT)
            .map(|truth| (truth.bank_reference.clone(), truth.clone()))
            .collect();
        let before = self.tally.lines_by_clerk;
        for line in lines {
            let Some(truth) = answers.get(&line.bank_reference) else { continue };
            if self.handled.insert(line.bank_reference.clone()) {
                self.work(&line, truth, today).await?;
            }
        }
        Ok(self.tally.lines_by_clerk > before)
    }

    /// All lines in a state.
    pub(super) async fn bank_lines(&self, state: BankLineState) -> Result<Vec<BankLine>, Fault> {
        let client = StatementServiceClient::new(self.staff.clerk.reconciliation.clone());
        let mut lines = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListBankLinesRequest { state: state.into(), page_size: 1_000, page_token, ..ListBankLinesRequest::default() };
            let page = ask!(client.clone(), list_bank_lines, request)?;
            lines.extend(page.bank_lines);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(lines);
            }
        }
    }

    async fn work(&mut self, line: &BankLine, truth: &Truth, today: BusinessDate) -> Result<(), Fault> {
        let LineKind::Receipt { customer, .. } = &truth.kind else { return Ok(()) };
        if line.receipt_id.is_empty() {
            return Ok(());
        }
        let allocations = self.allocations(line, truth).await?;
        if allocations.is_empty() {
            return self.put_on_account(line, customer).await;
        }
        let act = format!("apply {}", line.bank_reference);
        let request = ApplyReceiptRequest {
            request_id: self.play.world().request_id(&act).to_string(),
            receipt_id: line.receipt_id.clone(),
            allocations,
            as_of: convert::date(today),
            etag: String::new(),
        };
        let client = ReceiptServiceClient::new(self.staff.clerk.reconciliation.clone());
        let answer = ask!(client, apply_receipt, request);
        self.tally.mutations += 1;
        if self.tally.forgive("apply_receipt", answer)?.is_some() {
            self.tally.lines_by_clerk += 1;
            self.touched.insert(line.receipt_id.clone());
        }
        Ok(())
    }

    /// What the payer says, as far as the documents are still open and money is left.
    async fn allocations(&self, line: &BankLine, truth: &Truth) -> Result<Vec<ApplyAllocation>, Fault> {
        let client = ReceiptServiceClient::new(self.staff.clerk.reconciliation.clone());
        let request = GetReceiptRequest { receipt_id: line.receipt_id.clone() };
        let receipt = ask!(client, get_receipt, request)?.receipt.unwrap_or_default();
        let mut left = money_from_wire(&receipt.unapplied)?;
        let mut allocations = Vec::new();
        for cover in &truth.covers {
            let Some(open) = self.open(&cover.document).await? else { continue };
            let cash = cover.cash.min(open)?.min(left)?;
            if !cash.is_positive() {
                continue;
            }
            left = left.sub(cash)?;
            let discount = cover.discount.min(open.sub(cash)?)?;
            allocations.push(ApplyAllocation {
                open_item_id: self.ids.documents.get(&cover.document).cloned().unwrap_or_default(),
                amount: convert::money(cash),
                discount: if discount.is_positive() { convert::money(discount) } else { None },
                ..Default::default()
            });
        }
        Ok(allocations)
    }

    async fn open(&self, number: &str) -> Result<Option<Money>, Fault> {
        let Some(document_id) = self.ids.documents.get(number) else { return Ok(None) };
        let client = OpenItemServiceClient::new(self.staff.clerk.reconciliation.clone());
        let request = GetOpenItemRequest { open_item_id: document_id.clone() };
        let item = ask!(client, get_open_item, request)?.open_item.unwrap_or_default();
        money_from_wire(&item.open).map(Some)
    }

    /// Paid twice: the money is the customer's, whatever it will be for.
    async fn put_on_account(&mut self, line: &BankLine, customer: &str) -> Result<(), Fault> {
        if line.state() != BankLineState::Unidentified {
            return Ok(());
        }
        let index = self.play.world().customers().iter().position(|known| known.external_id == customer);
        let customer_id = self.customer_id(index.unwrap_or(usize::MAX) as u32)?.to_owned();
        let act = format!("put on account {}", line.bank_reference);
        let request = PutOnAccountRequest {
            request_id: self.play.world().request_id(&act).to_string(),
            receipt_id: line.receipt_id.clone(),
            customer_id,
        };
        let client = ReceiptServiceClient::new(self.staff.clerk.reconciliation.clone());
        let answer = ask!(client, put_on_account, request);
        self.tally.mutations += 1;
        self.tally.forgive("put_on_account", answer).map(drop)
    }
}
