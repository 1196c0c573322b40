//! Classes of matches that are only suggested, since people found too many of them wrong.

use std::collections::BTreeSet;

use quittance_api::reconciliation::v1 as pb;
use quittance_chassis::db::RowExt;
use quittance_chassis::{Emit, Tx};
use quittance_matching::proposal::MatchClass;
use quittance_types::{Fault, LegalEntityId, Uuid};
use serde_json::json;

/// Notes which classes of a seller are only suggested, as the engine goes by it now, and publishes what is otherwise than before:
/// once, whoever notices it first.
///
/// # Errors
/// What the database says.
pub async fn note(tx: &Tx, seller: Option<LegalEntityId>, fallen: &[MatchClass]) -> Result<(), Fault> {
    let key = seller.map_or_else(Uuid::nil, LegalEntityId::uuid);
    let sql = "SELECT class FROM fallen_class WHERE tenant_id = $1 AND seller_id = $2";
    let rows = tx.all(sql, vec![tx.tenant().uuid().into(), key.into()]).await?;
    let before = rows.iter().map(|row| row.value("class")).collect::<Result<BTreeSet<String>, Fault>>()?;
    for class in MatchClass::ALL {
        let (was, is) = (before.contains(class.as_str()), fallen.contains(&class));
        if was != is && change(tx, key, class, is).await? {
            publish(tx, seller, class, is);
        }
    }
    Ok(())
}

/// True when nobody else has noted it meanwhile.
async fn change(tx: &Tx, seller: Uuid, class: MatchClass, is_fallen: bool) -> Result<bool, Fault> {
    let mut values: Vec<sea_orm::Value> = vec![tx.tenant().uuid().into(), seller.into(), class.as_str().into()];
    let sql = if is_fallen {
        values.push(tx.now().micros().into());
        "INSERT INTO fallen_class (tenant_id, seller_id, class, fallen_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (tenant_id, seller_id, class) DO NOTHING"
    } else {
        "DELETE FROM fallen_class WHERE tenant_id = $1 AND seller_id = $2 AND class = $3"
    };
    Ok(tx.execute(sql, values).await? > 0)
}

fn publish(tx: &Tx, seller: Option<LegalEntityId>, class: MatchClass, is_fallen: bool) {
    let (subject, key) = match seller {
        Some(seller) => (seller.to_string(), seller.uuid()),
        None => (tx.tenant().to_string(), tx.tenant().uuid()),
    };
    let message = pb::MatchClassChanged {
        legal_entity_id: seller.map(|seller| seller.to_string()).unwrap_or_default(),
        match_class: class.as_str().to_owned(),
        is_trusted: !is_fallen,
    };
    let standing = |is_fallen: bool| json!({ "class": class.as_str(), "is_trusted": !is_fallen });
    let why = if is_fallen { "people found more of its matches wrong than is accepted" } else { "people found its matches right again" };
    tx.emit(Emit::public(subject, key, &message).because(why).changed(standing(!is_fallen), standing(is_fallen)));
}
