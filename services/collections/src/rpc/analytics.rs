//! Receivables at any date and what they say about us.

use quittance_api::collections::v1::{self as pb, analytics_service_server::AnalyticsService};
use quittance_api::convert;
use quittance_chassis::{
    Ctx,
    db::Db,
    page_token::PageTokens,
    request::{
        as_of,
        filter::{Field, Kind, Listing},
        optional, optional_customer,
    },
    rpc,
    tx::Tx,
};
use quittance_types::{BusinessDate, Currency, CustomerId, Fault, PageRequest, Reason, Violations};
use tonic::{Request, Response, Status, async_trait};

use super::{date_text, optional_date};
use crate::{
    domain::aging::{Bounds, age},
    store::{
        analytics::{self, OpenFilter, Scope},
        cash,
    },
    wire,
};

const DEFAULT_KPI_DAYS: i32 = 90;
const FIELDS: [Field; 3] = [
    Field { name: "customer_id", column: "customer_id", kind: Kind::Id(|text| CustomerId::parse(text).map(CustomerId::uuid)) },
    Field { name: "due_date", column: "due_on", kind: Kind::Date },
    Field { name: "issue_date", column: "issue_on", kind: Kind::Date },
];
/// Ten years.
const LONGEST_PERIOD: i32 = 3_660;

/// The implementation of AnalyticsService.
pub struct AnalyticsRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

#[async_trait]
impl AnalyticsService for AnalyticsRpc {
    async fn get_aging(&self, request: Request<pb::GetAgingRequest>) -> Result<Response<pb::GetAgingResponse>, Status> {
        rpc::read(&self.db, request, parse_aging, |tx, (day, bounds, scope)| async move {
            let day = as_of(&tx, day)?;
            let agings = age(day, &bounds, &analytics::due_days(&tx, day, scope).await?)?;
            Ok(pb::GetAgingResponse { agings: agings.iter().map(wire::aging).collect() })
        })
        .await
    }

    async fn list_customer_aging(
        &self,
        request: Request<pb::ListCustomerAgingRequest>,
    ) -> Result<Response<pb::ListCustomerAgingResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list_customers(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn get_kpis(&self, request: Request<pb::GetKpisRequest>) -> Result<Response<pb::GetKpisResponse>, Status> {
        rpc::read(&self.db, request, parse_kpis, |tx, (day, days, currency)| async move {
            let to = as_of(&tx, day)?;
            let currency = match currency {
                Some(currency) => Some(currency),
                None => analytics::main_currency(&tx, to).await?,
            };
            // Without a single document there is nothing to tell, not even in which currency.
            let Some(currency) = currency else { return Ok(pb::GetKpisResponse { kpis: None }) };
            let from = to.minus_days(days.saturating_sub(1)).and_then(|from| from.minus_days(1)?.plus_days(1));
            let figures = analytics::figures(&tx, from.map_err(|fault| fault.field("days"))?, to, currency).await?;
            Ok(pb::GetKpisResponse { kpis: Some(wire::kpis(&figures)?) })
        })
        .await
    }

    async fn list_receivables(
        &self,
        request: Request<pb::ListReceivablesRequest>,
    ) -> Result<Response<pb::ListReceivablesResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        rpc::reply(list_receivables(&self.db, &self.page_tokens, ctx, query).await)
    }

    async fn get_cash_history(&self, request: Request<pb::GetCashHistoryRequest>) -> Result<Response<pb::GetCashHistoryResponse>, Status> {
        rpc::read(&self.db, request, parse_history, |tx, (from, to, currency)| async move {
            let to = as_of(&tx, to)?;
            check_period(from, to)?;
            let code = currency.map_or("", Currency::code);
            let days = cash::history(&tx, from, to, code)
                .await?
                .into_iter()
                .map(|day| pb::CashDay { date: Some(convert::date_to_wire(day.on)), received: Some(convert::money_to_wire(day.received)) });
            Ok(pb::GetCashHistoryResponse { days: days.collect() })
        })
        .await
    }
}

fn check_period(from: BusinessDate, to: BusinessDate) -> Result<(), Fault> {
    if (0..LONGEST_PERIOD).contains(&to.days_since(from)) {
        return Ok(());
    }
    Err(Fault::new(Reason::PeriodInvalid, "The period has to end on or after its first day and within ten years.").field("from_date"))
}

type AgingQuery = (Option<BusinessDate>, Bounds, Scope);

fn parse_aging(query: &pb::GetAgingRequest) -> Result<AgingQuery, Fault> {
    let mut violations = Violations::new();
    let day = violations.take("as_of", convert::date_from_wire(query.as_of.as_ref())).flatten();
    let customer = match query.customer_id.as_str() {
        "" => None,
        id => violations.take("customer_id", CustomerId::parse(id)),
    };
    let bounds = violations.take("bounds", Bounds::new(&query.bounds));
    let currency = violations.take("currency", optional(&query.currency, Currency::parse)).flatten();
    violations.finish()?;
    let bounds = bounds.ok_or_else(|| Fault::internal("checked bounds are missing"))?;
    Ok((day, bounds, Scope { customer, currency }))
}

async fn list_customers(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListCustomerAgingRequest,
) -> Result<pb::ListCustomerAgingResponse, Fault> {
    let day = optional_date("as_of", query.as_of.as_ref())?;
    let bounds = Bounds::new(&query.bounds).map_err(|fault| fault.field("bounds"))?;
    let scope = tokens.scope(&ctx, &[&date_text(day)]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body = |tx: Tx, (day, page)| async move {
        let day = as_of(&tx, day)?;
        Ok((day, analytics::customers(&tx, day, &page).await?))
    };
    let (day, found) = db.read(ctx, (day, page), body).await?;
    let mut customers = Vec::with_capacity(found.items.len());
    for customer in found.items {
        // One entry is one customer in one currency.
        let agings = age(day, &bounds, &customer.days)?;
        customers.extend(agings.first().map(|aging| wire::customer_aging(customer.customer, customer.legal_name, aging)));
    }
    Ok(pb::ListCustomerAgingResponse { customers, next_page_token: scope.seal(found.next.as_deref()) })
}

fn parse_kpis(query: &pb::GetKpisRequest) -> Result<(Option<BusinessDate>, i32, Option<Currency>), Fault> {
    let mut violations = Violations::new();
    let day = violations.take("as_of", convert::date_from_wire(query.as_of.as_ref())).flatten();
    let days = if query.days == 0 { DEFAULT_KPI_DAYS } else { query.days };
    if !(1..=LONGEST_PERIOD).contains(&days) {
        violations.push("days", Fault::new(Reason::PeriodInvalid, "Give a period of 1 to 3,660 days."));
    }
    let currency = violations.take("currency", optional(&query.currency, Currency::parse)).flatten();
    violations.finish()?;
    Ok((day, days, currency))
}

async fn list_receivables(
    db: &Db,
    tokens: &PageTokens,
    ctx: Ctx,
    query: pb::ListReceivablesRequest,
) -> Result<pb::ListReceivablesResponse, Fault> {
    let customer = optional_customer(&query.customer_id)?;
    let day = optional_date("as_of", query.as_of.as_ref())?;
    let only_overdue = query.only_overdue;
    let listing = Listing::parse(&query.filter, &FIELDS, &query.order_by, ("due_date", false))?;
    let scope = tokens.scope(&ctx, &[&query.customer_id, &date_text(day), &only_overdue.to_string(), &query.filter, &query.order_by]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let wanted = OpenFilter { scope: Scope { customer, currency: None }, only_overdue, listing };
    let body = |tx: Tx, (day, wanted, page): (Option<BusinessDate>, OpenFilter, PageRequest)| async move {
        let day = as_of(&tx, day)?;
        Ok((day, analytics::open_invoices(&tx, day, &wanted, &page).await?))
    };
    let (day, found) = db.read(ctx, (day, wanted, page), body).await?;
    Ok(pb::ListReceivablesResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        receivables: found.items.iter().map(|invoice| wire::receivable(invoice, day)).collect(),
    })
}

fn parse_history(query: &pb::GetCashHistoryRequest) -> Result<(BusinessDate, Option<BusinessDate>, Option<Currency>), Fault> {
    let mut violations = Violations::new();
    let from = violations.take("from_date", convert::required_date(query.from_date.as_ref()));
    let to = violations.take("to_date", convert::date_from_wire(query.to_date.as_ref())).flatten();
    let currency = violations.take("currency", optional(&query.currency, Currency::parse)).flatten();
    violations.finish()?;
    let from = from.ok_or_else(|| Fault::internal("a checked date is missing"))?;
    Ok((from, to, currency))
}
