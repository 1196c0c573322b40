//! Which day it is for whom: the business day of a tenant is that of its zone.

use std::collections::{BTreeMap, HashMap};

use quittance_types::{Fault, TenantId, TimeZone};
use serde::Deserialize;

use crate::config::invalid;

/// `[calendar]`
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarSettings {
    /// Zone of every tenant not named, an IANA name.
    pub zone: String,
    /// Tenants with a zone of their own.
    pub tenants: BTreeMap<String, String>,
}

/// The zones of the tenants.
#[derive(Clone, Debug)]
pub struct Zones {
    usual: TimeZone,
    own: HashMap<TenantId, TimeZone>,
}

impl CalendarSettings {
    /// The zones as they are named here.
    ///
    /// # Errors
    /// `CONFIG_INVALID` for a zone that is not known and for a name that is no tenant's.
    pub fn zones(&self) -> Result<Zones, Fault> {
        let zone = |key: &str, name: &str| TimeZone::parse(name).map_err(|_| invalid(key, "an IANA time zone like Europe/Berlin"));
        let mut own = HashMap::new();
        for (tenant, name) in &self.tenants {
            let key = format!("calendar.tenants.{tenant}");
            let tenant = TenantId::parse(tenant).map_err(|_| invalid(&key, "the id of a tenant, ten_ and 32 hex digits"))?;
            own.insert(tenant, zone(&key, name)?);
        }
        Ok(Zones { usual: zone("calendar.zone", &self.zone)?, own })
    }
}

impl Zones {
    /// Every tenant's day is that of UTC.
    #[must_use]
    pub fn utc() -> Zones {
        Zones { usual: TimeZone::utc(), own: HashMap::new() }
    }

    /// The zone of a tenant.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> &TimeZone {
        self.own.get(&tenant).unwrap_or(&self.usual)
    }
}
