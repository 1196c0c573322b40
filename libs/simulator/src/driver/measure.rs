//! Reads back what the suite did with every bank line and compares it with the truth.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt};
use quittance_api::convert::money_from_wire;
use quittance_api::reconciliation::v1::match_service_client::MatchServiceClient;
use quittance_api::reconciliation::v1::receipt_service_client::ReceiptServiceClient;
use quittance_api::reconciliation::v1::{
    Application, BankLine, BankLineState, GetMatchStatisticsRequest, ListApplicationsRequest, ListReceiptsRequest,
};
use quittance_types::{Fault, Money};

use super::call::ask;
use super::{Driver, MatchFigure};
use crate::score::{Applied, AppliedLine, Score};

/// States of lines that brought a customer's money.
const RECEIPTS: [BankLineState; 4] =
    [BankLineState::Applied, BankLineState::PartlyApplied, BankLineState::Unapplied, BankLineState::Unidentified];

impl Driver {
    /// How well the suite recognised payments by itself. What a clerk applied counts as not applied.
    pub(super) async fn measure(&self) -> Result<Score, Fault> {
        let lines = self.bank_lines(BankLineState::Unspecified).await?;
        let calls = self.ids.customers.iter().map(|customer_id| self.applications(customer_id));
        let all: Vec<Vec<Application>> = futures::stream::iter(calls).buffered(self.options.at_once.max(1)).try_collect().await?;
        let mut by_receipt: BTreeMap<String, Vec<Applied>> = BTreeMap::new();
        for application in all.into_iter().flatten().filter(|application| !application.reversed) {
            if application.receipt_id.is_empty() || self.touched.contains(&application.receipt_id) {
                continue;
            }
            let applied = applied(&application)?;
            by_receipt.entry(application.receipt_id).or_default().push(applied);
        }
        let owners = self.receipt_owners().await?;
        let applied: Vec<AppliedLine> = lines.iter().map(|line| self.applied_line(line, &mut by_receipt, &owners)).collect();
        self.play.truth().score(&applied)
    }

    /// How the suite decided about the lines.
    pub(super) async fn match_figures(&self) -> Result<Vec<MatchFigure>, Fault> {
        let client = MatchServiceClient::new(self.staff.clerk.reconciliation.clone());
        let answer = ask!(client, get_match_statistics, GetMatchStatisticsRequest::default())?;
        let figures = answer.statistics.into_iter().map(|one| MatchFigure {
            is_receipt: RECEIPTS.contains(&one.state()),
            rule: one.rule,
            refusal: one.refusal,
            by_person: one.by_person,
            lines: u64::try_from(one.lines).unwrap_or_default(),
        });
        Ok(figures.collect())
    }

    fn applied_line(
        &self,
        line: &BankLine,
        by_receipt: &mut BTreeMap<String, Vec<Applied>>,
        owners: &BTreeMap<String, String>,
    ) -> AppliedLine {
        let customer = owners.get(&line.receipt_id).and_then(|customer_id| self.ids.indices.get(customer_id));
        let customer = customer.and_then(|index| self.play.world().customer(*index));
        let by_clerk = self.touched.contains(&line.receipt_id);
        AppliedLine {
            bank_reference: line.bank_reference.clone(),
            customer: customer.filter(|_| !by_clerk).map(|customer| customer.external_id.clone()),
            applications: by_receipt.remove(&line.receipt_id).unwrap_or_default(),
        }
    }

    async fn applications(&self, customer_id: &str) -> Result<Vec<Application>, Fault> {
        let client = ReceiptServiceClient::new(self.staff.clerk.reconciliation.clone());
        let mut applications = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = ListApplicationsRequest {
                customer_id: customer_id.to_owned(),
                page_size: 1_000,
                page_token,
                ..ListApplicationsRequest::default()
            };
            let page = ask!(client.clone(), list_applications, request)?;
            applications.extend(page.applications);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(applications);
            }
        }
    }

    /// Customer id of each receipt that has one.
    async fn receipt_owners(&self) -> Result<BTreeMap<String, String>, Fault> {
        let client = ReceiptServiceClient::new(self.staff.clerk.reconciliation.clone());
        let mut owners = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let request = ListReceiptsRequest { page_size: 1_000, page_token, ..ListReceiptsRequest::default() };
            let page = ask!(client.clone(), list_receipts, request)?;
            let known = page.receipts.into_iter().filter(|receipt| !receipt.customer_id.is_empty());
            owners.extend(known.map(|receipt| (receipt.receipt_id, receipt.customer_id)));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(owners);
            }
        }
    }
}

fn applied(application: &Application) -> Result<Applied, Fault> {
    let cash = money_from_wire(&application.amount)?;
    let discount = match &application.discount {
        None => Money::zero(cash.currency()),
        some => money_from_wire(some)?,
    };
    Ok(Applied { document: application.document_number.clone(), cash, discount })
}
