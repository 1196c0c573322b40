//! How far a service has followed the logs of others.

use std::collections::BTreeMap;

use quittance_api::events::v1::Cursor;
use quittance_types::Fault;

use super::consumer::Positions;
use crate::db::RowExt;
use crate::tx::Tx;

const STORED: &str = "SELECT producer, partition_group, position FROM consumer_cursor";
const PARKED: &str = "SELECT producer, count(*) AS dead_letters FROM dead_letter WHERE tenant_id = $1 GROUP BY producer";

/// One partition group: what is stored, and what has been applied.
struct Place {
    stored: i64,
    applied: i64,
}

/// A cursor for each of the producers that are followed, also for one whose consumer has yet to store its first position.
pub(super) async fn list(tx: &Tx, producers: &[String], positions: &Positions) -> Result<Vec<Cursor>, Fault> {
    let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    for row in tx.all(STORED, Vec::new()).await? {
        let (producer, stored): (String, i64) = (row.value("producer")?, row.value("position")?);
        let number = u16::try_from(row.value::<i32>("partition_group")?).unwrap_or_default();
        let applied = positions.of(&producer, number).unwrap_or_default().max(stored);
        places.entry(producer).or_default().push(Place { stored, applied });
    }
    let mut parked: BTreeMap<String, i64> = BTreeMap::new();
    for row in tx.all(PARKED, vec![tx.tenant().uuid().into()]).await? {
        parked.insert(row.value("producer")?, row.value("dead_letters")?);
    }
    let cursor = |producer: &String| {
        let places = places.get(producer).map_or(&[][..], Vec::as_slice);
        Cursor {
            producer: producer.clone(),
            position: places.iter().map(|place| place.applied).min().unwrap_or_default(),
            dead_letters: parked.get(producer).copied().unwrap_or_default(),
            stored_position: places.iter().map(|place| place.stored).min().unwrap_or_default(),
        }
    };
    Ok(producers.iter().map(cursor).collect())
}
