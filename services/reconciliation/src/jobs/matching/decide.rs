//! What the engine decides about lines, held against the rows it is about.

use std::collections::BTreeSet;
use std::sync::Arc;

use quittance_chassis::Tx;
use quittance_matching::proposal::Block;
use quittance_types::{Fault, LegalEntityId, OpenItemId, Uuid};

use super::{Mode, Run};
use crate::domain::item::OpenItem;
use crate::domain::line::BankLine;
use crate::domain::subledger::Subledger;
use crate::ledgers::{Proposed, Seller, Share};
use crate::store::{classes, items};

/// How often the engine is asked again when items turn out to stand otherwise than it had seen.
const ROUNDS: usize = 3;

/// Asks the engine, and locks the items of what it would apply. Where one stands otherwise than the engine has seen, the engine
/// is told and asked again; what still does not agree then waits. Which classes of matches the engine only suggests is noted.
pub(super) async fn decide(
    tx: &Tx,
    subledger: &mut Subledger,
    run: &Run,
    seller: Option<LegalEntityId>,
    lines: &Arc<Vec<BankLine>>,
) -> Result<Vec<Proposed>, Fault> {
    // What the transaction itself has changed the engine may not learn before it is committed.
    let own: BTreeSet<OpenItemId> = subledger.items().map(|item| item.id).collect();
    let mut proposed = run.ledgers.trial(tx, seller, lines).await?;
    for _ in 1..ROUNDS {
        hold(tx, subledger, &proposed, run.mode).await?;
        let unseen = unseen(subledger, &proposed, &own);
        if unseen.is_empty() {
            break;
        }
        run.ledgers.correct(Seller { tenant: tx.tenant(), legal_entity: seller }, &unseen).await;
        proposed = run.ledgers.trial(tx, seller, lines).await?;
    }
    hold(tx, subledger, &proposed, run.mode).await?;
    if run.mode == Mode::Store
        && let Some(fallen) = run.ledgers.fallen(Seller { tenant: tx.tenant(), legal_entity: seller })
    {
        classes::note(tx, seller, &fallen).await?;
    }
    for one in &mut proposed {
        let is_as_seen = |share: &Share| subledger.item(share.item).is_ok_and(|item| item.version == share.version);
        if one.auto().is_some_and(|candidate| !candidate.shares.iter().all(is_as_seen)) {
            one.leave(Block::ItemContested);
        }
    }
    Ok(proposed)
}

/// Adds the items that would be paid to the subledger, locked in order of id.
async fn hold(tx: &Tx, subledger: &mut Subledger, proposed: &[Proposed], mode: Mode) -> Result<(), Fault> {
    let wanted = shares(proposed).map(|share| share.item).filter(|item| !subledger.holds_item(*item));
    let wanted: BTreeSet<OpenItemId> = wanted.collect();
    let wanted: Vec<Uuid> = wanted.into_iter().map(OpenItemId::uuid).collect();
    let found = match mode {
        Mode::Store => items::with_ids(tx, &wanted).await?,
        Mode::DryRun => items::read_with_ids(tx, &wanted).await?,
    };
    found.into_iter().for_each(|item| subledger.hold_item(item));
    Ok(())
}

/// Items that stand otherwise than the engine has seen, but for those the transaction has changed itself.
fn unseen(subledger: &Subledger, proposed: &[Proposed], own: &BTreeSet<OpenItemId>) -> Vec<OpenItem> {
    let differs = |share: &&Share| !own.contains(&share.item) && subledger.item(share.item).is_ok_and(|item| item.version != share.version);
    let ids: BTreeSet<OpenItemId> = shares(proposed).filter(differs).map(|share| share.item).collect();
    ids.into_iter().filter_map(|id| subledger.item(id).ok()).cloned().collect()
}

fn shares(proposed: &[Proposed]) -> impl Iterator<Item = &Share> {
    proposed.iter().filter_map(Proposed::auto).flat_map(|candidate| &candidate.shares)
}
