//! Ids that differ, without randomness.

use std::sync::atomic::{AtomicU64, Ordering};

use quittance_types::{TenantId, Uuid};

/// Keeps our ids apart from nil and from the version 7 ids of the services.
const TEST_SPACE: u128 = 0x7465_7374_0000_4000_8000_0000_0000_0000;

/// A UUID no other call in this process returned; for request ids.
#[must_use]
pub fn unique() -> Uuid {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(TEST_SPACE | u128::from(NUMBER.fetch_add(1, Ordering::Relaxed)))
}

/// A fresh request id as it goes into a message.
#[must_use]
pub fn request_id() -> String {
    unique().to_string()
}

/// A tenant by number: the same number is the same tenant.
#[must_use]
pub fn tenant(number: u8) -> TenantId {
    TenantId::new(Uuid::from_u128((TEST_SPACE << 1) | u128::from(number)))
}
