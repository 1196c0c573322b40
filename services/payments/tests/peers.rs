//! A stand-in for credit: a real log and a list of customers, filled by the test.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::customer_service_server::{CustomerService, CustomerServiceServer};
use quittance_chassis::service::{App, Assembly, Service};
use quittance_chassis::{Ctx, Db, Emit, Migration, Tx, rpc};
use quittance_types::{CustomerId, Fault, TenantId, Uuid};
use serde::Deserialize;
use tonic::{Request, Response, Status, async_trait};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// Credit: knows customers.
pub struct Credit;

const CUSTOMERS: &str = "CREATE TABLE customer (tenant_id {uuid} NOT NULL, id {uuid} NOT NULL, PRIMARY KEY (tenant_id, id));\n";

impl Service for Credit {
    const NAME: &'static str = "credit";
    const CONFIG: &'static str = "";
    type Settings = NoSettings;

    fn migrations() -> Vec<Migration> {
        vec![Migration { name: "0001_stand_in", sql: CUSTOMERS }]
    }

    fn assemble(app: &App<NoSettings>) -> Result<Assembly, Fault> {
        Ok(Assembly::new().grpc(CustomerServiceServer::new(Master { db: app.db.clone() })))
    }
}

/// Lets a stand-in say something.
pub async fn publish<M: prost::Message + prost::Name + Clone + 'static>(db: &Db, tenant: TenantId, key: Uuid, event: M) {
    let body = move |tx: Tx, event: M| async move {
        tx.emit(Emit::public(key, key, &event));
        Ok(())
    };
    db.write(Ctx::system("test", tenant), event, body).await.expect("an event is written");
}

/// A customer credit knows and has not told of.
pub async fn untold(db: &Db, tenant: TenantId, id: CustomerId) {
    let body = |tx: Tx, id: CustomerId| async move {
        tx.execute("INSERT INTO customer (tenant_id, id) VALUES ($1, $2)", vec![tx.tenant().uuid().into(), id.uuid().into()]).await
    };
    db.write(Ctx::system("test", tenant), id, body).await.expect("a customer is written");
}

struct Master {
    db: Db,
}

#[async_trait]
impl CustomerService for Master {
    async fn get_customer(&self, request: Request<pb::GetCustomerRequest>) -> Result<Response<pb::GetCustomerResponse>, Status> {
        rpc::read(
            &self.db,
            request,
            |query| CustomerId::parse(&query.customer_id),
            |tx, id| async move {
                let values = vec![tx.tenant().uuid().into(), id.uuid().into()];
                let row = tx.one("SELECT id FROM customer WHERE tenant_id = $1 AND id = $2", values).await?;
                row.ok_or_else(|| id.not_found())?;
                let customer = pb::Customer { customer_id: id.to_string(), currency: "EUR".to_owned(), ..Default::default() };
                Ok(pb::GetCustomerResponse { customer: Some(customer) })
            },
        )
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
