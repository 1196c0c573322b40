//! Lists of deductions.

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::{Ctx, Db, Tx};
use quittance_types::{CustomerId, Fault, Page, PageRequest, Violations};

use super::super::{filter, optional, optional_customer};
use crate::domain::deduction::{Deduction, DeductionState};
use crate::store::deductions::{self, DeductionFilter};
use crate::store::items::{self, ItemName};
use crate::wire;

#[derive(Clone)]
struct Query {
    customer: Option<CustomerId>,
    state: Option<DeductionState>,
    item: Option<ItemName>,
    page: PageRequest,
}

/// Deductions, newest first.
pub async fn deductions(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListDeductionsRequest,
) -> Result<pb::ListDeductionsResponse, Fault> {
    let mut violations = Violations::new();
    let customer = optional_customer(&mut violations, &query.customer_id);
    let state = violations.take("state", filter::<pb::DeductionState>(query.state)).flatten().and_then(wire::deductions::state_of);
    let item = violations.take("open_item_id", optional(&query.open_item_id, ItemName::parse)).flatten();
    violations.finish()?;
    let scope = tokens.scope(&ctx, &[&query.customer_id, &query.state.to_string(), &query.open_item_id]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let found = db.read(ctx, Query { customer, state, item, page }, |tx, query| async move { find(&tx, query).await }).await?;
    Ok(pb::ListDeductionsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        deductions: found.items.iter().map(wire::deductions::deduction).collect(),
    })
}

async fn find(tx: &Tx, query: Query) -> Result<Page<Deduction>, Fault> {
    let item = match query.item {
        None => None,
        Some(ItemName::Item(id)) => Some(id),
        // A document without an item has no deductions; a list of nothing is no error.
        Some(name) => match items::find(tx, name).await? {
            Some(item) => Some(item.id),
            None => return Ok(Page { items: Vec::new(), next: None }),
        },
    };
    deductions::page(tx, DeductionFilter { customer: query.customer, state: query.state, item }, &query.page).await
}
