//! Cash: receipts applied one by one, and bank files stored and applied.

mod files;
mod rows;

use quittance_api::reconciliation::v1 as pb;
use quittance_api::reconciliation::v1::bank_service_client::BankServiceClient;
use quittance_api::reconciliation::v1::open_item_service_client::OpenItemServiceClient;
use serde_json::json;

use super::Bench;
use crate::Outcome;
use crate::company::{Apply, Company, euro, receipts};
use crate::figure::Figure;
use crate::load::{Sample, alone};
use crate::raw::{RawClient, Work, prepare};
use crate::suite::{fresh, said};

/// An account of ours at a bank.
const IBAN: &str = "DE89370400440532013000";

impl Bench<'_> {
    /// `apply/c8`, `apply_hot/c32`, and `import...` and `apply/run` of [`files`].
    pub(super) async fn cash(&mut self, company: &Company) -> Outcome<()> {
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
        self.bank_files(company, for_lines).await
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
}
