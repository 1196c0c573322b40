//! The customer master.

use std::collections::HashMap;

use quittance_api::credit::v1::{self as pb, customer_service_server::CustomerService};
use quittance_chassis::{
    db::Db,
    page_token::PageTokens,
    request::filter::{Field, Kind, Listing},
    rpc,
    tx::Tx,
};
use quittance_types::{CustomerId, Fault, PageRequest, Reason, Violations, text};
use tonic::{Request, Response, Status, async_trait};

use super::check_etag;
use crate::{
    domain::customer::{Customer, CustomerDetails, CustomerState},
    store::customers,
    wire,
};

const MAX_BATCH: usize = 1_000;
const EXTERNAL: &str = "external:";
const FIELDS: [Field; 2] = [
    Field { name: "customer_id", column: "id", kind: Kind::Id(|text| CustomerId::parse(text).map(CustomerId::uuid)) },
    Field { name: "external_id", column: "external_id", kind: Kind::Text },
];

/// The implementation of CustomerService.
pub struct CustomerRpc {
    /// The service's database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
}

/// How a request names a customer.
#[derive(Clone)]
enum Name {
    Id(CustomerId),
    External(String),
}

#[derive(Clone)]
struct Update {
    id: CustomerId,
    fields: Vec<String>,
    message: pb::Customer,
    etag: String,
}

#[async_trait]
impl CustomerService for CustomerRpc {
    async fn create_customer(&self, request: Request<pb::CreateCustomerRequest>) -> Result<Response<pb::CreateCustomerResponse>, Status> {
        rpc::mutate(&self.db, request, parse_create, |tx, details: CustomerDetails| async move {
            let customer = new_customer(&tx, details);
            customers::insert(&tx, std::slice::from_ref(&customer)).await?;
            if customer.details.parent.is_some() {
                customers::check_parents(&tx, &[customer.id.uuid()]).await?;
            }
            Ok(pb::CreateCustomerResponse { customer: Some(wire::customer(&customer)) })
        })
        .await
    }

    async fn batch_import_customers(
        &self,
        request: Request<pb::BatchImportCustomersRequest>,
    ) -> Result<Response<pb::BatchImportCustomersResponse>, Status> {
        rpc::mutate(&self.db, request, parse_batch, |tx, rows: Vec<CustomerDetails>| async move { import(&tx, rows).await }).await
    }

    async fn get_customer(&self, request: Request<pb::GetCustomerRequest>) -> Result<Response<pb::GetCustomerResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| parse_name(&query.customer_id),
            |tx, name| async move {
                let customer = match name {
                    Name::Id(id) => customers::load(&tx, id).await?,
                    Name::External(external_id) => customers::load_by_external_id(&tx, &external_id).await?,
                };
                Ok(pb::GetCustomerResponse { customer: Some(wire::customer(&customer)) })
            },
        )
        .await
    }

    async fn list_customers(&self, request: Request<pb::ListCustomersRequest>) -> Result<Response<pb::ListCustomersResponse>, Status> {
        let (ctx, query) = rpc::open(request)?;
        let tokens = self.page_tokens.clone();
        rpc::reply(list(&self.db, tokens, ctx, query).await)
    }

    async fn update_customer(&self, request: Request<pb::UpdateCustomerRequest>) -> Result<Response<pb::UpdateCustomerResponse>, Status> {
        rpc::mutate(&self.db, request, parse_update, |tx, update: Update| async move {
            let mut customer = customers::load_for_update(&tx, update.id).await?;
            check_etag(&update.etag, customer.version)?;
            let details = merge(&customer, &update)?;
            if details != customer.details {
                customer.details = details;
                customer.version = customer.version.saturating_add(1);
                customers::save(&tx, std::slice::from_ref(&customer)).await?;
                customers::check_parents(&tx, &[customer.id.uuid()]).await?;
            }
            Ok(pb::UpdateCustomerResponse { customer: Some(wire::customer(&customer)) })
        })
        .await
    }
}

async fn list(
    db: &Db,
    tokens: PageTokens,
    ctx: quittance_chassis::Ctx,
    query: pb::ListCustomersRequest,
) -> Result<pb::ListCustomersResponse, Fault> {
    let listing = Listing::parse(&query.filter, &FIELDS, &query.order_by, ("create_time", false))?;
    let scope = tokens.scope(&ctx, &[&query.name_contains, &query.filter, &query.order_by]);
    let page = PageRequest::new(query.page_size, scope.open(&query.page_token)?)?;
    let body =
        |tx, (name, listing, page): (String, Listing, PageRequest)| async move { customers::page(&tx, &name, &listing, &page).await };
    let found = db.read(ctx, (query.name_contains, listing, page), body).await?;
    Ok(pb::ListCustomersResponse {
        next_page_token: scope.seal(found.next.as_deref()),
        customers: found.items.iter().map(wire::customer).collect(),
    })
}

fn parse_create(request: &pb::CreateCustomerRequest) -> Result<CustomerDetails, Fault> {
    let mut violations = Violations::new();
    let customer = violations.require("customer", request.customer.as_ref());
    let details = customer.and_then(|customer| wire::details(customer, "customer.", &mut violations));
    violations.finish()?;
    details.ok_or_else(|| Fault::internal("a checked customer is missing"))
}

fn parse_batch(request: &pb::BatchImportCustomersRequest) -> Result<Vec<CustomerDetails>, Fault> {
    if request.customers.is_empty() {
        return Err(Fault::new(Reason::FieldRequired, "Give at least one customer.").field("customers"));
    }
    if request.customers.len() > MAX_BATCH {
        return Err(Fault::new(Reason::TooManyItems, "At most 1,000 customers at once; send the rest in another batch.").field("customers"));
    }
    let mut violations = Violations::new();
    let mut rows = Vec::with_capacity(request.customers.len());
    let mut seen = HashMap::new();
    for (index, customer) in request.customers.iter().enumerate() {
        let prefix = format!("customers[{index}].");
        if customer.external_id.is_empty() {
            violations
                .push(format!("{prefix}external_id"), Fault::new(Reason::FieldRequired, "Rows are found again by external_id; give one."));
        } else if let Some(first) = seen.insert(customer.external_id.clone(), index) {
            let message = format!("Row {first} has the same external_id.");
            violations.push(format!("{prefix}external_id"), Fault::new(Reason::DuplicateExternalId, message));
        }
        rows.extend(wire::details(customer, &prefix, &mut violations));
    }
    violations.finish()?;
    Ok(rows)
}

fn parse_name(name: &str) -> Result<Name, Fault> {
    match name.strip_prefix(EXTERNAL) {
        Some(external_id) => text::required(external_id, 64).map(Name::External),
        None => CustomerId::parse(name).map(Name::Id),
    }
    .map_err(|fault| fault.field("customer_id"))
}

const CHANGEABLE: [&str; 9] =
    ["legal_name", "country", "city", "vat_id", "payment_terms", "parent_customer_id", "ibans", "contacts", "segment"];
const IMMUTABLE: [&str; 2] = ["external_id", "currency"];
const OUTPUT_ONLY: [&str; 4] = ["customer_id", "state", "create_time", "etag"];

fn parse_update(request: &pb::UpdateCustomerRequest) -> Result<Update, Fault> {
    let required = || Fault::new(Reason::FieldRequired, "Give the customer to change.").field("customer");
    let message = request.customer.clone().ok_or_else(required)?;
    let id = CustomerId::parse(&message.customer_id).map_err(|fault| fault.field("customer.customer_id"))?;
    let paths = request.update_mask.as_ref().map(|mask| mask.paths.clone()).unwrap_or_default();
    let all = paths.is_empty() || paths == ["*"];
    let mut fields = Vec::new();
    for path in if all { CHANGEABLE.map(str::to_owned).to_vec() } else { paths } {
        match path.as_str() {
            changeable if CHANGEABLE.contains(&changeable) => fields.push(path),
            immutable if IMMUTABLE.contains(&immutable) => {
                return Err(
                    Fault::new(Reason::FieldImmutable, format!("{path} cannot change; create another customer.")).field("update_mask")
                );
            }
            // AIP-203: what only the service sets is ignored, not refused.
            output if OUTPUT_ONLY.contains(&output) => {}
            _ => return Err(Fault::new(Reason::FieldMaskInvalid, format!("There is no field {path}.")).field("update_mask")),
        }
    }
    Ok(Update { id, fields, etag: message.etag.clone(), message })
}

/// The stored customer with the masked fields replaced, checked as a whole.
fn merge(stored: &Customer, update: &Update) -> Result<CustomerDetails, Fault> {
    let (mut merged, new) = (wire::customer(stored), update.message.clone());
    for field in &update.fields {
        match field.as_str() {
            "legal_name" => merged.legal_name.clone_from(&new.legal_name),
            "country" => merged.country.clone_from(&new.country),
            "city" => merged.city.clone_from(&new.city),
            "vat_id" => merged.vat_id.clone_from(&new.vat_id),
            "payment_terms" => merged.payment_terms.clone_from(&new.payment_terms),
            "parent_customer_id" => merged.parent_customer_id.clone_from(&new.parent_customer_id),
            "ibans" => merged.ibans.clone_from(&new.ibans),
            "contacts" => merged.contacts.clone_from(&new.contacts),
            _ => merged.segment.clone_from(&new.segment),
        }
    }
    let mut violations = Violations::new();
    let details = wire::details(&merged, "customer.", &mut violations);
    violations.finish()?;
    details.ok_or_else(|| Fault::internal("a stored customer is missing its currency"))
}

fn new_customer(tx: &Tx, details: CustomerDetails) -> Customer {
    Customer { id: CustomerId::new(tx.new_id()), details, state: CustomerState::Active, version: 1, created_at: tx.now() }
}

async fn import(tx: &Tx, rows: Vec<CustomerDetails>) -> Result<pb::BatchImportCustomersResponse, Fault> {
    let keys: Vec<String> = rows.iter().map(|row| row.external_id.clone()).collect();
    let mut known = customers::lock_by_external_ids(tx, &keys).await?;
    let mut answer = pb::BatchImportCustomersResponse::default();
    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for (index, details) in rows.into_iter().enumerate() {
        let Some(mut customer) = known.remove(&details.external_id) else {
            let customer = new_customer(tx, details);
            answer.customer_ids.push(customer.id.to_string());
            created.push(customer);
            continue;
        };
        answer.customer_ids.push(customer.id.to_string());
        if customer.details == details {
            answer.unchanged += 1;
            continue;
        }
        if customer.details.currency != details.currency {
            let fault = Fault::new(Reason::FieldImmutable, "The currency of an account cannot change.");
            return Err(fault.field(format!("customers[{index}].currency")));
        }
        customer.details = details;
        customer.version = customer.version.saturating_add(1);
        changed.push(customer);
    }
    let count = |customers: &[Customer]| i32::try_from(customers.len()).unwrap_or(i32::MAX);
    (answer.created, answer.updated) = (count(&created), count(&changed));
    customers::insert(tx, &created).await?;
    customers::save(tx, &changed).await?;
    let written = created.iter().chain(&changed).filter(|customer| customer.details.parent.is_some());
    customers::check_parents(tx, &written.map(|customer| customer.id.uuid()).collect::<Vec<_>>()).await?;
    Ok(answer)
}
