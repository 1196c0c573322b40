//! Today is a matter of the tenant.

use quittance_chassis::calendar::CalendarSettings;
use quittance_chassis::request::as_of;
use quittance_chassis::{Clock, Db};
use quittance_testkit::{Backend, Store, tenant};
use quittance_types::{BusinessDate, Reason, TenantId, Timestamp};

use crate::fixture::{MIGRATIONS, ctx_of};

fn settings(zone: &str, own: &[(String, &str)]) -> CalendarSettings {
    CalendarSettings { zone: zone.to_owned(), tenants: own.iter().map(|(tenant, zone)| (tenant.clone(), (*zone).to_owned())).collect() }
}

async fn today(db: &Db, tenant: TenantId) -> String {
    let today = db.read(ctx_of(tenant), (), |tx, ()| async move { as_of(&tx, None) }).await;
    today.unwrap().to_string()
}

#[tokio::test]
async fn a_day_ends_where_the_tenant_is() {
    let clock = Clock::fixed(Timestamp::parse("2026-03-04T04:30:00Z").unwrap());
    let store = Store::migrated(Backend::Sqlite, "chassis-test", MIGRATIONS, &clock).await;
    let zones = settings("Europe/Berlin", &[(tenant(2).to_string(), "America/New_York"), (tenant(3).to_string(), "Asia/Tokyo")]).zones();
    let db = Db::open_in(&store.settings(), clock.clone(), zones.unwrap()).await.unwrap();
    assert_eq!(today(&db, tenant(1)).await, "2026-03-04");
    assert_eq!(today(&db, tenant(2)).await, "2026-03-03");
    clock.set(Timestamp::parse("2026-03-04T15:30:00Z").unwrap());
    assert_eq!(today(&db, tenant(3)).await, "2026-03-05");
    let given = BusinessDate::parse("2020-01-01").unwrap();
    let asked = db.read(ctx_of(tenant(3)), given, |tx, given| async move { as_of(&tx, Some(given)) }).await;
    assert_eq!(asked.unwrap(), given);
    db.close().await;
}

#[test]
fn zones_and_tenants_must_be_known() {
    for wrong in
        [settings("Mars/Olympus", &[]), settings("UTC", &[("acme".to_owned(), "UTC")]), settings("UTC", &[(tenant(1).to_string(), "")])]
    {
        assert_eq!(wrong.zones().unwrap_err().reason(), Reason::ConfigInvalid, "{wrong:?}");
    }
}
