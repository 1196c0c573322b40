//! What people confirmed: list and forget.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::rpc;
use quittance_types::{CustomerId, Fault, PageRequest, Violations};
use tonic::{Request, Response, Status};

use super::super::optional_customer;
use super::MatchRpc;
use crate::store::{confirmations, copies};
use crate::wire;

/// Confirmations, newest first.
pub async fn list(
    service: &MatchRpc,
    request: Request<pb::ListConfirmationsRequest>,
) -> Result<Response<pb::ListConfirmationsResponse>, Status> {
    let (ctx, query) = rpc::open(request)?;
    let page = async {
        let mut violations = Violations::new();
        let customer = optional_customer(&mut violations, &query.customer_id);
        violations.finish()?;
        let scope = service.page_tokens.scope(&ctx, &[&query.customer_id]);
        let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
        let body = |tx, (customer, page): (_, PageRequest)| async move { confirmations::page(&tx, customer, &page).await };
        let found = service.db.read(ctx, (customer, page), body).await?;
        Ok(pb::ListConfirmationsResponse {
            next_page_token: scope.seal(found.next.as_deref()),
            confirmations: found.items.iter().map(wire::deductions::confirmation).collect(),
        })
    };
    rpc::reply(page.await)
}

/// Erases what was learnt about a customer.
pub async fn forget(
    service: &MatchRpc,
    request: Request<pb::ForgetCustomerRequest>,
) -> Result<Response<pb::ForgetCustomerResponse>, Status> {
    let parse = |request: &pb::ForgetCustomerRequest| CustomerId::parse(&request.customer_id).map_err(|fault| fault.field("customer_id"));
    rpc::mutate(&service.db, request, parse, |tx, customer| async move {
        copies::require_customer(&tx, customer).await.map_err(|fault: Fault| fault.field("customer_id"))?;
        Ok(pb::ForgetCustomerResponse { confirmations: confirmations::forget(&tx, customer).await? })
    })
    .await
}
