//! Sellers at hand: they never change, so one read serves for good.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use quittance_chassis::tx::Tx;
use quittance_types::{Fault, LegalEntityId, TenantId};

use super::legal_entities;
use crate::domain::legal_entity::LegalEntity;

/// More than this is another tenant's turn: start anew.
const MOST: usize = 10_000;

type Known = HashMap<(TenantId, LegalEntityId), Arc<LegalEntity>>;

/// Remembers the sellers it was asked for. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Sellers(Arc<RwLock<Known>>);

impl Sellers {
    /// One seller of the transaction's tenant.
    ///
    /// # Errors
    /// RESOURCE_NOT_FOUND.
    pub async fn load(&self, tx: &Tx, id: LegalEntityId) -> Result<Arc<LegalEntity>, Fault> {
        let key = (tx.tenant(), id);
        if let Some(entity) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(entity));
        }
        let entity = Arc::new(legal_entities::load(tx, id).await?);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key, Arc::clone(&entity));
        Ok(entity)
    }
}
