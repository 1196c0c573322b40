//! Customers that credit knows and we do not know yet.
//!
//! Copies arrive by event, usually within milliseconds. Whoever creates a customer and invoices it at once must not be
//! told that there is no such customer, so a missing copy is read once from credit, before the transaction that needs it.

use std::collections::HashSet;
use std::future::Future;

use futures::{StreamExt, TryStreamExt};
use quittance_api::credit::v1 as credit;
use quittance_api::credit::v1::customer_service_client::CustomerServiceClient;
use quittance_api::status::from_status;
use quittance_chassis::{Ctx, Db, Wire, call_ctx};
use quittance_types::{CustomerId, Fault, Reason};

use crate::domain::customer::Customer;
use crate::store::customers;

/// Questions to credit at once.
const AT_ONCE: usize = 8;

/// Looks customers up. Cheap to clone.
#[derive(Clone)]
pub struct Directory {
    db: Db,
    credit: Wire,
}

impl Directory {
    /// A directory that asks by this wire and keeps what it learns in this database.
    pub fn new(db: Db, credit: Wire) -> Self {
        Self { db, credit }
    }

    /// Runs `attempt`; if it fails for want of the copy of a customer, reads those of `customers` that are missing and
    /// runs it once more.
    ///
    /// # Errors
    /// What `attempt` says; RESOURCE_NOT_FOUND when credit knows no such customer either; SERVICE_UNAVAILABLE when a copy is
    /// missing and credit does not answer.
    pub async fn with<T, F, Fut>(&self, ctx: &Ctx, customers: &HashSet<CustomerId>, attempt: F) -> Result<T, Fault>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Fault>>,
    {
        match attempt().await {
            Err(fault) if lacks_customer(&fault) => {
                self.learn(ctx, customers).await?;
                attempt().await
            }
            answer => answer,
        }
    }

    async fn learn(&self, ctx: &Ctx, wanted: &HashSet<CustomerId>) -> Result<(), Fault> {
        let missing = self.db.read(ctx.clone(), wanted.clone(), |tx, wanted| async move { customers::unknown(&tx, wanted).await });
        let asked = missing.await?.into_iter().map(|id| self.ask(ctx, id));
        let copies: Vec<Customer> = futures::stream::iter(asked).buffer_unordered(AT_ONCE).try_collect().await?;
        let keep = |tx, copies: Vec<Customer>| async move {
            for copy in &copies {
                customers::save(&tx, copy).await?;
            }
            Ok(())
        };
        self.db.write(ctx.clone(), copies, keep).await
    }

    async fn ask(&self, ctx: &Ctx, id: CustomerId) -> Result<Customer, Fault> {
        let question = credit::GetCustomerRequest { customer_id: id.to_string() };
        let answer = CustomerServiceClient::new(self.credit.clone()).get_customer(call_ctx(ctx, question)).await;
        let answer = answer.map_err(|status| match from_status(&status) {
            fault if fault.reason() == Reason::ResourceNotFound => id.not_found(),
            fault => fault,
        })?;
        copy_of(answer.into_inner().customer.unwrap_or_default())
    }
}

fn lacks_customer(fault: &Fault) -> bool {
    fault.reason() == Reason::ResourceNotFound && fault.get("resource_type") == Some("customer")
}

/// Our copy of a customer as credit describes it.
///
/// # Errors
/// NAME_INVALID, EVENT_UNDECODABLE: credit sent something else.
pub fn copy_of(customer: credit::Customer) -> Result<Customer, Fault> {
    let version = customer.etag.parse().map_err(|_| Fault::new(Reason::EventUndecodable, "the customer's version is no number"))?;
    Ok(Customer {
        id: CustomerId::parse(&customer.customer_id)?,
        legal_name: customer.legal_name,
        currency: customer.currency,
        payment_terms: customer.payment_terms,
        version,
    })
}
