//! How much one tenant may ask for.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota as Rate, RateLimiter};
use quittance_types::{Fault, Reason, TenantId};

use crate::config::QuotaSettings;
use crate::ctx::{Principal, PrincipalKind};
use crate::policy::Policy;

/// Calls after which tenants that have been idle are forgotten.
const SWEEP_EVERY: u32 = 4096;

/// Token buckets by tenant. Each replica counts for itself.
pub(super) struct Quota {
    limiter: DefaultKeyedRateLimiter<TenantId>,
    clock: DefaultClock,
    burst: NonZeroU32,
    calls: AtomicU32,
}

impl Quota {
    pub(super) fn new(settings: &QuotaSettings) -> Arc<Quota> {
        let per_second = NonZeroU32::new(settings.per_second).unwrap_or(NonZeroU32::MIN);
        let burst = NonZeroU32::new(settings.burst).unwrap_or(NonZeroU32::MIN);
        let rate = Rate::per_second(per_second).allow_burst(burst);
        Arc::new(Quota { limiter: RateLimiter::keyed(rate), clock: DefaultClock::default(), burst, calls: AtomicU32::new(0) })
    }

    /// Takes the cost of the method from the tenant's bucket. Services and background work are not counted: what they
    /// do was asked for, and paid, at the edge.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait.
    pub(super) fn take(&self, principal: &Principal, policy: &Policy) -> Result<(), Fault> {
        if !matches!(principal.kind, PrincipalKind::User | PrincipalKind::Machine) {
            return Ok(());
        }
        if self.calls.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.limiter.retain_recent();
        }
        // A method dearer than the whole bucket costs the whole bucket; otherwise it could never be called.
        let cost = NonZeroU32::new(policy.cost).unwrap_or(NonZeroU32::MIN).min(self.burst);
        match self.limiter.check_key_n(&principal.tenant, cost) {
            Ok(Ok(())) | Err(_) => Ok(()),
            Ok(Err(until)) => Err(exceeded(principal.tenant, until.wait_time_from(self.clock.now()))),
        }
    }
}

fn exceeded(tenant: TenantId, wait: Duration) -> Fault {
    let wait = wait.max(Duration::from_millis(1));
    Fault::new(Reason::RateLimited, "the tenant has used up its quota of calls").with("subject", tenant).retry_after(wait)
}
