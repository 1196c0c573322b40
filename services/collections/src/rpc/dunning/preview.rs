//! Preparing a run: who would be written to about what, and who would not and why.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::tx::Tx;
use quittance_types::{BusinessDate, CustomerId, DunningRunId, Fault, Money, NoticeId, Reason};

use crate::{
    domain::{
        dunning::{DunningRun, RunState},
        notice::{Notice, NoticeState},
        selection::{Demand, Exclusion, Overdue, demands, leave_out},
        strategy::{STANDARD, Strategy},
    },
    store::{
        notices,
        runs::{self, Summary},
        selection::{self, Credits, Debtor},
        strategies,
    },
};

/// Stores a draft run with its notices and who is left out.
///
/// # Errors
/// POLICY_MISSING without a strategy.
pub async fn preview(tx: &Tx, as_of: BusinessDate) -> Result<Summary, Fault> {
    let strategies = strategies::active(tx).await?;
    if strategies.is_empty() {
        return Err(Fault::new(Reason::PolicyMissing, "No strategy is stored yet. Store one with StrategyService.PutStrategy."));
    }
    let run = DunningRun {
        id: DunningRunId::new(tx.new_id()),
        as_of,
        state: RunState::Draft,
        prepared_by: tx.ctx().principal.person().to_owned(),
        approved_by: None,
        version: 1,
        created_at: tx.now(),
    };
    runs::insert(tx, &run).await?;
    let strategies = strategies.into_iter().map(|strategy| (strategy.segment.clone(), strategy)).collect();
    let selecting = Selecting { tx, run: &run, strategies, credits: selection::credits(tx).await? };
    let mut debtors = selection::debtors(tx, as_of, None).await?;
    while let Some(last) = debtors.last().map(|debtor| debtor.id) {
        selecting.portion(&debtors).await?;
        debtors = selection::debtors(tx, as_of, Some(last)).await?;
    }
    runs::publish(tx, run, "").await
}

/// A run while its customers are gone through.
struct Selecting<'a> {
    tx: &'a Tx,
    run: &'a DunningRun,
    /// By segment.
    strategies: HashMap<String, Strategy>,
    credits: Credits,
}

impl Selecting<'_> {
    async fn portion(&self, debtors: &[Debtor]) -> Result<(), Fault> {
        let (Some(first), Some(last)) = (debtors.first(), debtors.last()) else { return Ok(()) };
        let mut overdue: HashMap<CustomerId, Vec<Overdue>> = HashMap::new();
        for (customer, item) in selection::overdue(self.tx, self.run.as_of, (first.id, last.id)).await? {
            overdue.entry(customer).or_default().push(item);
        }
        let (mut drafts, mut left_out) = (Vec::new(), BTreeSet::new());
        for debtor in debtors {
            let served = self.strategies.get(&debtor.segment).or_else(|| self.strategies.get(STANDARD));
            if let (Some(strategy), Some(items)) = (served, overdue.get(&debtor.id)) {
                self.judge(debtor, strategy, items, &mut drafts, &mut left_out)?;
            }
        }
        notices::insert(self.tx, &drafts).await?;
        runs::insert_exclusions(self.tx, self.run.id, &left_out, "").await
    }

    fn judge(
        &self,
        debtor: &Debtor,
        strategy: &Strategy,
        overdue: &[Overdue],
        drafts: &mut Vec<Notice>,
        left_out: &mut BTreeSet<(CustomerId, Exclusion)>,
    ) -> Result<(), Fault> {
        for demand in demands(strategy, self.run.as_of, overdue) {
            let credits = selection::credit(&self.credits, debtor.id, demand.currency);
            match leave_out(&demand, credits, debtor.reach, strategy, self.run.as_of)? {
                Some(reason) => drop(left_out.insert((debtor.id, reason))),
                None => drafts.push(self.draft(debtor, strategy, demand, credits)?),
            }
        }
        Ok(())
    }

    fn draft(&self, debtor: &Debtor, strategy: &Strategy, demand: Demand, credits: Money) -> Result<Notice, Fault> {
        let contact = debtor.addressee.clone();
        let (contact_name, recipient, language) =
            contact.map(|contact| (contact.name, contact.email, contact.language)).unwrap_or_default();
        let mut notice = Notice {
            id: NoticeId::new(self.tx.new_id()),
            run: self.run.id,
            customer: debtor.id,
            strategy: strategy.id,
            as_of: self.run.as_of,
            level: 0,
            state: NoticeState::Draft,
            total: Money::zero(demand.currency),
            credits,
            item_count: 0,
            customer_name: debtor.legal_name.clone(),
            contact_name,
            recipient,
            language,
            issued_on: None,
            sent: None,
            delivery: String::new(),
            attempts: 0,
            items: Vec::new(),
        };
        notice.ask(demand, credits)?;
        Ok(notice)
    }
}
