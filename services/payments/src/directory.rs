//! A customer that credit knows and we do not know yet. Copies arrive by event, usually within milliseconds; whoever creates a
//! customer and collects from it at once must not be told that there is no such customer.

use quittance_api::{
    credit::v1::{GetCustomerRequest, customer_service_client::CustomerServiceClient},
    status::from_status,
};
use quittance_chassis::{Ctx, client::Wire, client::call_ctx, db::Db};
use quittance_types::{CustomerId, Fault, Reason};

use crate::store::customers;

/// Whether a refusal is for want of the copy of a customer.
pub fn lacks_customer(fault: &Fault) -> bool {
    fault.reason() == Reason::ResourceNotFound && fault.get("resource_type") == Some("customer")
}

/// Asks credit for a customer and keeps the copy.
///
/// # Errors
/// RESOURCE_NOT_FOUND when credit knows no such customer either; SERVICE_UNAVAILABLE when it does not answer.
pub async fn learn(db: &Db, credit: &Wire, ctx: &Ctx, id: CustomerId) -> Result<(), Fault> {
    let question = GetCustomerRequest { customer_id: id.to_string() };
    let answer = CustomerServiceClient::new(credit.clone()).get_customer(call_ctx(ctx, question)).await;
    let answer = answer.map_err(|status| match from_status(&status) {
        fault if fault.reason() == Reason::ResourceNotFound => id.not_found(),
        fault => fault,
    })?;
    let currency = answer.into_inner().customer.unwrap_or_default().currency;
    db.write(ctx.clone(), (id, currency), |tx, (id, currency)| async move { customers::remember(&tx, id, &currency).await }).await
}
