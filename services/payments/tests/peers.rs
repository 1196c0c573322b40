//! A stand-in for credit: a real log and a list of customers, filled by the test.

use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::customer_service_server::CustomerServiceServer;
use quittance_chassis::{App, Assembly, Db, Migration, Service};
pub use quittance_testkit::stand_in::publish;
use quittance_testkit::stand_in::{NoSettings, customers};
use quittance_types::{CustomerId, Fault, TenantId};

/// Credit: knows customers.
pub struct Credit;

impl Service for Credit {
    const NAME: &'static str = "credit";
    const CONFIG: &'static str = "";
    type Settings = NoSettings;

    fn migrations() -> Vec<Migration> {
        vec![customers::MIGRATION]
    }

    fn assemble(app: &App<NoSettings>) -> Result<Assembly, Fault> {
        Ok(Assembly::new().grpc(CustomerServiceServer::new(customers::Customers { db: app.db.clone() })))
    }
}

/// A customer credit knows and has not told of.
pub async fn untold(db: &Db, tenant: TenantId, id: CustomerId) {
    let customer = pb::Customer { customer_id: id.to_string(), currency: "EUR".to_owned(), ..Default::default() };
    customers::add(db, tenant, customer, false).await;
}
