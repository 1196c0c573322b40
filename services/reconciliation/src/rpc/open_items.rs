//! Open items.

use quittance_api::convert::money_to_wire;
use quittance_api::reconciliation::v1::{self as pb, open_item_service_server::OpenItemService};
use quittance_chassis::page_token::PageTokens;
use quittance_chassis::request::filter::{Field, Kind, Listing};
use quittance_chassis::{Ctx, Db, Tx, rpc};
use quittance_types::{BusinessDate, CustomerId, Fault, Money, PageRequest, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::{MAX_WHY, checked, date, day_of, filter, optional_amount, optional_customer};
use crate::domain::item::over_application;
use crate::domain::subledger::Because;
use crate::store::books;
use crate::store::items::{self, Balance, ItemFilter, ItemName};
use crate::wire;

const FIELDS: [Field; 2] = [
    Field { name: "customer_id", column: "customer_id", kind: Kind::Id(|text| CustomerId::parse(text).map(CustomerId::uuid)) },
    Field { name: "due_date", column: "due_on", kind: Kind::Date },
];

/// The implementation of OpenItemService.
pub struct OpenItemRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[derive(Clone)]
struct Credit {
    credit: ItemName,
    item: ItemName,
    amount: Option<Money>,
    as_of: Option<BusinessDate>,
}

#[derive(Clone)]
struct WriteOff {
    item: ItemName,
    amount: Option<Money>,
    why: String,
    as_of: Option<BusinessDate>,
}

#[async_trait]
impl OpenItemService for OpenItemRpc {
    async fn get_open_item(&self, request: Request<pb::GetOpenItemRequest>) -> Result<Response<pb::GetOpenItemResponse>, Status> {
        let parse = |query: &pb::GetOpenItemRequest| ItemName::parse(&query.open_item_id).map_err(|fault| fault.field("open_item_id"));
        rpc::read(&self.db, request, parse, |tx, name| async move {
            let item = items::load(&tx, name).await?;
            Ok(pb::GetOpenItemResponse { open_item: Some(wire::item(&item)?) })
        })
        .await
    }

    async fn list_open_items(&self, request: Request<pb::ListOpenItemsRequest>) -> Result<Response<pb::ListOpenItemsResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn apply_credit_memo(
        &self,
        request: Request<pb::ApplyCreditMemoRequest>,
    ) -> Result<Response<pb::ApplyCreditMemoResponse>, Status> {
        rpc::mutate(&self.db, request, parse_credit, |tx, command| async move { apply_credit(&tx, command).await }).await
    }

    async fn write_off(&self, request: Request<pb::WriteOffRequest>) -> Result<Response<pb::WriteOffResponse>, Status> {
        rpc::mutate(&self.db, request, parse_write_off, |tx, command| async move { write_off(&tx, command).await }).await
    }

    async fn get_customer_balance(
        &self,
        request: Request<pb::GetCustomerBalanceRequest>,
    ) -> Result<Response<pb::GetCustomerBalanceResponse>, Status> {
        let parse =
            |query: &pb::GetCustomerBalanceRequest| CustomerId::parse(&query.customer_id).map_err(|fault| fault.field("customer_id"));
        rpc::read(&self.db, request, parse, |tx, customer| async move {
            let balances = items::balances(&tx, customer).await?;
            let balances = balances.iter().map(balance).collect::<Result<Vec<pb::CustomerBalance>, Fault>>()?;
            Ok(pb::GetCustomerBalanceResponse { balances })
        })
        .await
    }
}

fn balance(balance: &Balance) -> Result<pb::CustomerBalance, Fault> {
    let net = balance.open.sub(balance.credits)?.sub(balance.unapplied)?;
    Ok(pb::CustomerBalance {
        open: Some(money_to_wire(balance.open)),
        credits: Some(money_to_wire(balance.credits)),
        unapplied: Some(money_to_wire(balance.unapplied)),
        net: Some(money_to_wire(net)),
        open_item_count: balance.open_items,
    })
}

fn parse_credit(request: &pb::ApplyCreditMemoRequest) -> Result<Credit, Fault> {
    let mut violations = Violations::new();
    let credit = violations.take("credit_item_id", ItemName::parse(&request.credit_item_id));
    let item = violations.take("open_item_id", ItemName::parse(&request.open_item_id));
    let amount = violations.take("amount", optional_amount(&request.amount));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(Credit { credit: credit?, item: item?, amount: amount?, as_of: as_of? });
    checked(command())
}

async fn apply_credit(tx: &Tx, command: Credit) -> Result<pb::ApplyCreditMemoResponse, Fault> {
    let found = items::load_for_update(tx, &[command.credit, command.item]).await?;
    let id_of = |name: ItemName| found.iter().find(|item| name.names(item)).map(|item| item.id).ok_or_else(|| name.not_found());
    let (credit, item) = (id_of(command.credit)?, id_of(command.item)?);
    let mut subledger = books::open(tx);
    found.into_iter().for_each(|item| subledger.hold_item(item));
    let on = day_of(tx, command.as_of, subledger.all_there_on(BusinessDate::MIN, tx.today()))?;
    let because = Because::new(on, tx.ctx().principal.actor(), "");
    if subledger.apply_credit(credit, item, command.amount, because)?.is_none() {
        return Err(over_application(subledger.item(item)?.open()?));
    }
    let answer = pb::ApplyCreditMemoResponse {
        credit_item: Some(wire::item(subledger.item(credit)?)?),
        open_item: Some(wire::item(subledger.item(item)?)?),
    };
    books::save(tx, subledger).await?;
    Ok(answer)
}

fn parse_write_off(request: &pb::WriteOffRequest) -> Result<WriteOff, Fault> {
    let mut violations = Violations::new();
    let item = violations.take("open_item_id", ItemName::parse(&request.open_item_id));
    let amount = violations.take("amount", optional_amount(&request.amount));
    let why = violations.take("why", text::required(&request.why, MAX_WHY));
    let as_of = violations.take("as_of", date(request.as_of.as_ref()));
    violations.finish()?;
    let command = || Some(WriteOff { item: item?, amount: amount?, why: why?, as_of: as_of? });
    checked(command())
}

async fn write_off(tx: &Tx, command: WriteOff) -> Result<pb::WriteOffResponse, Fault> {
    let found = items::load_for_update(tx, &[command.item]).await?;
    let item = found.into_iter().next().ok_or_else(|| command.item.not_found())?;
    let (id, open) = (item.id, item.open()?);
    let amount = command.amount.unwrap_or(open);
    if !amount.is_positive() {
        return Err(over_application(open.max(Money::zero(open.currency()))?));
    }
    let on = day_of(tx, command.as_of, item.issued_on.min(tx.today()))?;
    let because = Because::new(on, tx.ctx().principal.actor(), command.why);
    let mut subledger = books::open(tx);
    subledger.hold_item(item);
    subledger.write_off(id, amount, because)?;
    let answer = pb::WriteOffResponse { open_item: Some(wire::item(subledger.item(id)?)?) };
    books::save(tx, subledger).await?;
    Ok(answer)
}

async fn list(db: &Db, tokens: &PageTokens, ctx: Ctx, query: pb::ListOpenItemsRequest) -> Result<pb::ListOpenItemsResponse, Fault> {
    let mut violations = Violations::new();
    let customer = optional_customer(&mut violations, &query.customer_id);
    let state = violations.take("state", filter::<pb::OpenItemState>(query.state)).flatten().and_then(wire::item_state_of);
    violations.finish()?;
    let listing = Listing::parse(&query.filter, &FIELDS, &query.order_by, ("due_date", false))?;
    let only_open = if query.only_open { "open" } else { "" };
    let scope = tokens.scope(&ctx, &[&query.customer_id, &query.state.to_string(), only_open, &query.filter, &query.order_by]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let filter = ItemFilter { customer, state, only_open: query.only_open, listing };
    let found = db.read(ctx, (filter, page), |tx, (filter, page)| async move { items::page(&tx, &filter, &page).await }).await?;
    Ok(pb::ListOpenItemsResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        open_items: found.items.iter().map(wire::item).collect::<Result<Vec<pb::OpenItem>, Fault>>()?,
    })
}
