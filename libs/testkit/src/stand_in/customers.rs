//! Credit's list of customers, as far as other services ask for it.

use prost::Message;
use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::customer_service_server::CustomerService;
use quittance_chassis::db::RowExt;
use quittance_chassis::{Ctx, Db, Emit, Migration, Tx, rpc};
use quittance_types::{CustomerId, Fault, TenantId};
use tonic::{Request, Response, Status, async_trait};

/// The table behind [`Customers`].
pub const MIGRATION: Migration = Migration {
    name: "0001_customers",
    sql: "CREATE TABLE customer (tenant_id {uuid} NOT NULL, id {uuid} NOT NULL, message {bytes} NOT NULL, PRIMARY KEY (tenant_id, id));\n",
};

/// CustomerService over what [`add`] put there; nothing but GetCustomer is implemented.
pub struct Customers {
    /// The stand-in's database.
    pub db: Db,
}

/// Makes a customer known to the stand-in, with or without telling anybody.
///
/// # Panics
/// When it cannot be written.
pub async fn add(db: &Db, tenant: TenantId, customer: pb::Customer, tell: bool) {
    let body = move |tx: Tx, customer: pb::Customer| async move {
        let id = CustomerId::parse(&customer.customer_id)?;
        let values = vec![tx.tenant().uuid().into(), id.uuid().into(), customer.encode_to_vec().into()];
        tx.execute("INSERT INTO customer (tenant_id, id, message) VALUES ($1, $2, $3)", values).await?;
        if tell {
            tx.emit(Emit::public(id, id, &pb::CustomerChanged { customer: Some(customer) }));
        }
        Ok(())
    };
    db.write(Ctx::system("test", tenant), customer, body).await.expect("a customer is written");
}

#[async_trait]
impl CustomerService for Customers {
    async fn get_customer(&self, request: Request<pb::GetCustomerRequest>) -> Result<Response<pb::GetCustomerResponse>, Status> {
        let parse = |query: &pb::GetCustomerRequest| CustomerId::parse(&query.customer_id);
        rpc::read(&self.db, request, parse, |tx, id| async move {
            let values = vec![tx.tenant().uuid().into(), id.uuid().into()];
            let row = tx.one("SELECT message FROM customer WHERE tenant_id = $1 AND id = $2", values).await?;
            let message: Vec<u8> = row.ok_or_else(|| id.not_found())?.value("message")?;
            let customer = pb::Customer::decode(message.as_slice()).map_err(|error| Fault::internal(error.to_string()))?;
            Ok(pb::GetCustomerResponse { customer: Some(customer) })
        })
        .await
    }

    async fn create_customer(&self, _: Request<pb::CreateCustomerRequest>) -> Result<Response<pb::CreateCustomerResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn batch_import_customers(
        &self,
        _: Request<pb::BatchImportCustomersRequest>,
    ) -> Result<Response<pb::BatchImportCustomersResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_customers(&self, _: Request<pb::ListCustomersRequest>) -> Result<Response<pb::ListCustomersResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn update_customer(&self, _: Request<pb::UpdateCustomerRequest>) -> Result<Response<pb::UpdateCustomerResponse>, Status> {
        Err(Status::unimplemented(""))
    }
}
