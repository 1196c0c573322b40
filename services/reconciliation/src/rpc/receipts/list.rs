//! Lists of receipts and applications.

use std::collections::HashMap;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx};
use quittance_types::{CustomerId, Fault, OpenItemId, PageRequest, ReceiptId, Uuid, Violations};

use super::super::{filter, optional, optional_customer};
use crate::domain::item::OpenItem;
use crate::store::applications::{self, ApplicationFilter};
use crate::store::items::{self, ItemName};
use crate::store::receipts;
use crate::wire;

/// Receipts, newest first.
pub async fn receipts(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListReceiptsRequest) -> Result<pb::ListReceiptsResponse, Fault> {
    let mut violations = Violations::new();
    let customer = optional_customer(&mut violations, &query.customer_id);
    let state = violations.take("state", filter::<pb::ReceiptState>(query.state)).flatten().and_then(wire::receipt_state_of);
    violations.finish()?;
    let scope = tokens.scope(&ctx, &[&query.customer_id, &query.state.to_string()]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx, (customer, state, page)| async move { receipts::page(&tx, customer, state, &page).await };
    let found = db.read(ctx, (customer, state, page), body).await?;
    Ok(pb::ListReceiptsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        receipts: found.items.iter().map(wire::receipt).collect(),
    })
}

#[derive(Clone)]
struct Query {
    receipt: Option<ReceiptId>,
    item: Option<ItemName>,
    customer: Option<CustomerId>,
    page: PageRequest,
}

/// Applications, newest first.
pub async fn applications(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListApplicationsRequest,
) -> Result<pb::ListApplicationsResponse, Fault> {
    let mut violations = Violations::new();
    let receipt = violations.take("receipt_id", optional(&query.receipt_id, ReceiptId::parse)).flatten();
    let item = violations.take("open_item_id", optional(&query.open_item_id, ItemName::parse)).flatten();
    let customer = optional_customer(&mut violations, &query.customer_id);
    violations.finish()?;
    let scope = tokens.scope(&ctx, &[&query.receipt_id, &query.open_item_id, &query.customer_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let (applications, next) =
        db.read(ctx, Query { receipt, item, customer, page }, |tx, query| async move { find(&tx, query).await }).await?;
    Ok(pb::ListApplicationsResponse { next_page_token: scope.seal(next.as_deref()), applications })
}

async fn find(tx: &Tx, query: Query) -> Result<(Vec<pb::Application>, Option<Vec<u8>>), Fault> {
    let item = match query.item {
        None => None,
        Some(ItemName::Item(id)) => Some(id),
        // A document without an item has no applications; a list of nothing is no error.
        Some(name) => match items::find(tx, name).await? {
            Some(item) => Some(item.id),
            None => return Ok((Vec::new(), None)),
        },
    };
    let filter = ApplicationFilter { receipt: query.receipt, item, customer: query.customer };
    let found = applications::page(tx, filter, &query.page).await?;
    let ids: Vec<Uuid> = found.items.iter().map(|application| application.item.uuid()).collect();
    let documents: HashMap<OpenItemId, OpenItem> = items::read_ids(tx, &ids).await?.into_iter().map(|item| (item.id, item)).collect();
    let tell = |application| wire::application(application, documents.get(&application.item));
    Ok((found.items.iter().map(tell).collect(), found.next))
}
