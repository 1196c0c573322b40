//! Issuing a run: what was proposed is judged once more by the same rules, by what is known now.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::tx::Tx;
use quittance_types::{CustomerId, Fault, InvoiceId, Money, Uuid};

use crate::{
    domain::{
        dunning::DunningRun,
        notice::{Notice, NoticeEvent},
        selection::{Demand, Exclusion, Overdue, leave_out, remaining},
    },
    store::{
        customers, notices, runs,
        selection::{self, Credits, PORTION},
        strategies,
    },
};

/// Sets levels, queues notices and publishes them. Invoices that were paid, contested, promised, put off or dunned meanwhile are
/// dropped; customers whose contact is paused, who were written to meanwhile, or against whom too little is left, get nothing.
/// What has become due since the preview waits for the next run: nobody has approved it.
///
/// # Errors
/// What the database says.
pub async fn issue(tx: &Tx, run: &DunningRun) -> Result<(), Fault> {
    let credits = selection::credits(tx).await?;
    let mut drafts = notices::drafts(tx, run.id, None, PORTION).await?;
    while let Some(last) = drafts.last().map(|draft| (draft.customer, draft.currency())) {
        let judged = judge(tx, run, drafts, &credits).await?;
        notices::remember(tx, &judged.issued).await?;
        notices::save_changed(tx, &judged.changed).await?;
        runs::insert_exclusions(tx, run.id, &judged.left_out, "").await?;
        judged.issued.iter().for_each(|notice| notices::publish(tx, notice));
        tx.flush().await?;
        drafts = notices::drafts(tx, run.id, Some(last), PORTION).await?;
    }
    notices::queue_rest(tx, run).await?;
    customers::noticed(tx, run).await
}

#[derive(Default)]
struct Judged {
    issued: Vec<Notice>,
    /// Those issued otherwise than they were proposed, and those that are not.
    changed: Vec<Notice>,
    left_out: BTreeSet<(CustomerId, Exclusion)>,
}

async fn judge(tx: &Tx, run: &DunningRun, drafts: Vec<Notice>, credits: &Credits) -> Result<Judged, Fault> {
    let mut judged = Judged::default();
    let (Some(first), Some(last)) = (drafts.first(), drafts.last()) else { return Ok(judged) };
    let between = (first.customer, last.customer);
    let ids: BTreeSet<Uuid> = drafts.iter().map(|draft| draft.customer.uuid()).collect();
    let reach = customers::reach_for_update(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let strategies = strategies::of_notices(tx, &drafts).await?;
    let overdue = selection::overdue(tx, run.as_of, between).await?;
    let overdue: HashMap<InvoiceId, Overdue> = overdue.into_iter().map(|(_, item)| (item.invoice, item)).collect();
    for draft in drafts {
        let credits = selection::credit(credits, draft.customer, draft.currency());
        let reach = reach.get(&draft.customer).copied().unwrap_or_default();
        let strategy = strategies.get(&draft.strategy).ok_or_else(|| Fault::internal("a notice without its strategy"))?;
        let demand = remaining(strategy, run.as_of, draft.currency(), &draft.items, &overdue);
        match leave_out(&demand, credits, reach, strategy, run.as_of)? {
            Some(reason) => judged.cancel(draft, reason)?,
            None => judged.issue(draft, demand, credits)?,
        }
    }
    Ok(judged)
}

impl Judged {
    fn cancel(&mut self, mut notice: Notice, reason: Exclusion) -> Result<(), Fault> {
        notice.state = notice.state.after(NoticeEvent::Cancel)?;
        self.left_out.insert((notice.customer, reason));
        self.changed.push(notice);
        Ok(())
    }

    fn issue(&mut self, mut notice: Notice, demand: Demand, credits: Money) -> Result<(), Fault> {
        let as_proposed = demand.items == notice.items && credits == notice.credits;
        notice.state = notice.state.after(NoticeEvent::Issue)?;
        notice.issued_on = Some(notice.as_of);
        if !as_proposed {
            notice.ask(demand, credits)?;
            self.changed.push(notice.clone());
        }
        self.issued.push(notice);
        Ok(())
    }
}
