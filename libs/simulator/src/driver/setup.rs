//! The company before its first day: policy, seller, bank accounts, customers, limits, strategies.

use futures::{StreamExt, TryStreamExt};
use quittance_api::collections::v1::strategy_service_client::StrategyServiceClient;
use quittance_api::collections::v1::{PutStrategyRequest, Strategy, StrategyStep};
use quittance_api::credit::v1::credit_service_client::CreditServiceClient;
use quittance_api::credit::v1::customer_service_client::CustomerServiceClient;
use quittance_api::credit::v1::policy_service_client::PolicyServiceClient;
use quittance_api::credit::v1::{
    BatchImportCustomersRequest, BeyondLimit, CreditPolicy, DecideLimitRequest, LimitFormula, LimitState, PutPolicyRequest,
    SetLimitRequest, SetScoreRequest,
};
use quittance_api::invoicing::v1::legal_entity_service_client::LegalEntityServiceClient;
use quittance_api::invoicing::v1::{CreateLegalEntityRequest, LegalEntity};
use quittance_api::reconciliation::v1::bank_service_client::BankServiceClient;
use quittance_api::reconciliation::v1::{BankAccount, CreateBankAccountRequest};
use quittance_types::{Fault, Money};

use super::call::ask;
use super::{Driver, convert, unknown};
use crate::world::{Customer, World};

/// Customers in one import; the contract's limit.
const BATCH: usize = 1_000;

impl Driver {
    pub(super) async fn setup(&mut self) -> Result<(), Fault> {
        self.policy().await?;
        self.seller().await?;
        self.import_customers().await?;
        // Scores and limits are kept by credit for customers it knows; the others learn of them by event.
        let customers = self.play.world().customers();
        let limits = customers.iter().map(|customer| self.limit(customer));
        let done: Vec<()> = futures::stream::iter(limits).buffered(self.options.at_once.max(1)).try_collect().await?;
        self.tally.mutations += done.len() as u64 * 2;
        self.strategies().await
    }

    fn request_id(&self, act: &str) -> String {
        self.play.world().request_id(act).to_string()
    }

    async fn policy(&mut self) -> Result<(), Fault> {
        let currency = self.play.world().seller().currency;
        let amount = |units: i64| Money::from_minor(units * 100, currency).map(convert::money);
        let policy = CreditPolicy {
            name: "Standard".to_owned(),
            currency: currency.code().to_owned(),
            minimum_score: 25,
            limit_formula: Some(LimitFormula { base: amount(2_000)?, per_score_point: amount(400)?, maximum: amount(250_000)? }),
            beyond_limit: BeyondLimit::Hold.into(),
            four_eyes_above: amount(50_000)?,
            reservation_days: 60,
            hold_when_overdue_days: 45,
            ..CreditPolicy::default()
        };
        let request = PutPolicyRequest { request_id: self.request_id("credit policy"), policy: Some(policy) };
        ask!(PolicyServiceClient::new(self.staff.manager.credit.clone()), put_policy, request)?;
        self.tally.mutations += 1;
        Ok(())
    }

    async fn seller(&mut self) -> Result<(), Fault> {
        let seller = self.play.world().seller().clone();
        let entity = LegalEntity {
            code: seller.code.to_owned(),
            legal_name: seller.legal_name.to_owned(),
            country: seller.country.to_owned(),
            vat_id: seller.vat_id.clone(),
            currency: seller.currency.code().to_owned(),
            time_zone: seller.time_zone.to_owned(),
            iban: seller.accounts.first().map(|account| account.iban.clone()).unwrap_or_default(),
            ..LegalEntity::default()
        };
        let request = CreateLegalEntityRequest { request_id: self.request_id("legal entity"), legal_entity: Some(entity) };
        let client = LegalEntityServiceClient::new(self.staff.manager.invoicing.clone());
        let entity = ask!(client, create_legal_entity, request)?.legal_entity.unwrap_or_default();
        self.ids.legal_entity = entity.legal_entity_id;
        for account in &seller.accounts {
            let bank_account = BankAccount {
                legal_entity_id: self.ids.legal_entity.clone(),
                iban: account.iban.clone(),
                currency: account.currency.code().to_owned(),
                name: format!("Main account {}", account.currency),
                opening_balance: convert::money(account.opening),
                ..BankAccount::default()
            };
            let request_id = self.request_id(&format!("bank account {}", account.currency));
            let request = CreateBankAccountRequest { request_id, bank_account: Some(bank_account) };
            let client = BankServiceClient::new(self.staff.manager.reconciliation.clone());
            let created = ask!(client, create_bank_account, request)?.bank_account.unwrap_or_default();
            self.ids.bank_accounts.insert(account.currency.code(), created.bank_account_id);
        }
        self.tally.mutations += 1 + seller.accounts.len() as u64;
        Ok(())
    }

    /// Everybody first without a parent, then the children again with the id their parent got.
    async fn import_customers(&mut self) -> Result<(), Fault> {
        let customers: Vec<Customer> = self.play.world().customers().to_vec();
        for (part, batch) in customers.chunks(BATCH).enumerate() {
            let wire = batch.iter().map(|customer| convert::customer(customer, String::new())).collect();
            let ids = self.import(&format!("customers {part} of {}", batch.len()), wire).await?;
            if ids.len() != batch.len() {
                return Err(unknown("customers", batch.len() - ids.len()));
            }
            for (customer, id) in batch.iter().zip(&ids) {
                self.ids.indices.insert(id.clone(), customer.index);
            }
            self.tally.customers += batch.len() as u32;
            self.ids.customers.extend(ids);
        }
        let children: Vec<&Customer> = customers.iter().filter(|customer| customer.parent.is_some()).collect();
        for (part, batch) in children.chunks(BATCH).enumerate() {
            let mut wire = Vec::with_capacity(batch.len());
            for customer in batch {
                let parent = self.customer_id(customer.parent.unwrap_or_default())?.to_owned();
                wire.push(convert::customer(customer, parent));
            }
            self.import(&format!("children {part} of {}", batch.len()), wire).await?;
        }
        Ok(())
    }

    async fn import(&mut self, act: &str, customers: Vec<quittance_api::credit::v1::Customer>) -> Result<Vec<String>, Fault> {
        let request = BatchImportCustomersRequest { request_id: self.request_id(act), customers };
        let client = CustomerServiceClient::new(self.staff.clerk.credit.clone());
        self.tally.mutations += 1;
        Ok(ask!(client, batch_import_customers, request)?.customer_ids)
    }

    async fn limit(&self, customer: &Customer) -> Result<(), Fault> {
        let customer_id = self.customer_id(customer.index)?.to_owned();
        let world: &World = self.play.world();
        let id = |act: &str| world.request_id(&format!("{act} {}", customer.external_id)).to_string();
        let score = SetScoreRequest {
            request_id: id("score"),
            customer_id: customer_id.clone(),
            score: Some(customer.score as i32),
            source: "Wirtschaftsauskunft".to_owned(),
        };
        let clerk = CreditServiceClient::new(self.staff.clerk.credit.clone());
        ask!(clerk.clone(), set_score, score)?;
        let limit = SetLimitRequest {
            request_id: id("limit"),
            customer_id,
            amount: convert::money(customer.credit_limit),
            why: "Opening limit".to_owned(),
            as_of: convert::date(self.play.today()),
        };
        let limit = ask!(clerk, set_limit, limit)?.limit.unwrap_or_default();
        if limit.state() != LimitState::Proposed {
            return Ok(());
        }
        let decision = DecideLimitRequest {
            request_id: id("approve limit"),
            limit_id: limit.limit_id,
            approve: true,
            etag: String::new(),
            why: "Checked against last year's figures".to_owned(),
            as_of: convert::date(self.play.today()),
        };
        ask!(CreditServiceClient::new(self.staff.manager.credit.clone()), decide_limit, decision)?;
        Ok(())
    }

    async fn strategies(&mut self) -> Result<(), Fault> {
        let currency = self.play.world().seller().currency;
        for (segment, days) in [("standard", [5, 15, 30]), ("key_account", [10, 25, 45])] {
            let steps = days.iter().zip(1..).map(|(days_past_due, level)| StrategyStep {
                level,
                days_past_due: *days_past_due,
                ..StrategyStep::default()
            });
            let strategy = Strategy {
                segment: segment.to_owned(),
                steps: steps.collect(),
                minimum_amount: convert::money(Money::from_minor(1_000, currency)?),
                contact_gap_days: 7,
                ..Strategy::default()
            };
            let request_id = self.request_id(&format!("strategy {segment}"));
            let request = PutStrategyRequest { request_id, strategy: Some(strategy) };
            ask!(StrategyServiceClient::new(self.staff.manager.collections.clone()), put_strategy, request)?;
            self.tally.mutations += 1;
        }
        Ok(())
    }
}
