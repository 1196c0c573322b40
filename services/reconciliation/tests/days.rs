//! A business day is the tenant's, not that of Greenwich.

use quittance_api::reconciliation::v1 as pb;
use quittance_testkit::on_both;

use crate::camt::{Statement, credit};
use crate::fixture::{ALPHA_IBAN, Company, date};

#[tokio::test]
async fn what_names_no_day_counts_for_the_tenants_today() {
    on_both(|backend| async move {
        // Ten in the morning of the 15th in Greenwich is midnight there.
        let company = Company::start_with(backend, &["calendar.zone=Pacific/Kiritimati"]).await;
        let today = Some(date(2026, 1, 16));
        let invoice = company.invoice(&company.alpha, 1, 10_000).await;
        company.import(&Statement::new("S-1", "2026-01-15", 100_000, vec![credit(10_000, "INV-ACME-2026-000001").from(ALPHA_IBAN)])).await;
        let query = pb::ListApplicationsRequest { open_item_id: invoice, ..Default::default() };
        assert_eq!(company.applications(query).await[0].applied_on, today);
        assert_eq!(company.money_in(&company.alpha, 100).await.received_on, today);
        company.prove().await;
    })
    .await;
}
