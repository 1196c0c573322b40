//! What the store knows of the clues of many lines, looked up together.

use std::collections::{BTreeSet, HashMap};

use quittance_chassis::Tx;
use quittance_types::{CustomerId, Fault, OpenItemId, Uuid};

use crate::domain::item::OpenItem;
use crate::domain::line::BankLine;
use crate::domain::matching::clues::{Clues, number_key};
use crate::domain::matching::{KnownBy, Payer, Question, Terms};
use crate::domain::subledger::Subledger;
use crate::store::copies;
use crate::store::items::{self, Lookup};

/// Candidates by clue. The items themselves are held by the subledger, so that each line sees what others have paid.
#[derive(Default)]
pub(super) struct Candidates {
    by_iban: HashMap<String, CustomerId>,
    by_name: HashMap<String, CustomerId>,
    by_reference: HashMap<String, Vec<OpenItemId>>,
    by_number: HashMap<String, Vec<OpenItemId>>,
    by_customer: HashMap<CustomerId, Vec<OpenItemId>>,
    parents: HashMap<CustomerId, CustomerId>,
}

impl Candidates {
    /// Looks everything up: payers, documents named, and what is open for payers whose lines name no document.
    pub(super) async fn find(tx: &Tx, subledger: &mut Subledger, lines: &[BankLine], clues: &[Clues], lock: bool) -> Result<Candidates, Fault> {
        let mut candidates = Candidates {
            by_iban: copies::by_iban(tx, &all(clues, |clues| std::iter::once(&clues.iban))).await?,
            by_name: copies::by_name(tx, &all(clues, |clues| std::iter::once(&clues.name))).await?,
            ..Candidates::default()
        };
        let references = all(clues, |clues| clues.references.iter());
        for item in items::candidates(tx, Lookup::References(&references), lock).await? {
            candidates.by_reference.entry(number_key(&item.creditor_reference)).or_default().push(item.id);
            subledger.hold_item(item);
        }
        let numbers = all(clues, |clues| clues.numbers.iter());
        for item in items::candidates(tx, Lookup::Numbers(&numbers), lock).await? {
            candidates.by_number.entry(number_key(&item.number)).or_default().push(item.id);
            subledger.hold_item(item);
        }
        candidates.find_parents(tx, subledger).await?;
        let payers = lines.iter().zip(clues).filter(|(_, clues)| candidates.named(clues).is_empty());
        let mut payers: Vec<Uuid> = payers.filter_map(|(_, clues)| candidates.payer(clues)).map(|payer| payer.customer.uuid()).collect();
        payers.sort_unstable();
        payers.dedup();
        for item in items::candidates(tx, Lookup::Customers(&payers), lock).await? {
            candidates.by_customer.entry(item.customer).or_default().push(item.id);
            subledger.hold_item(item);
        }
        Ok(candidates)
    }

    async fn find_parents(&mut self, tx: &Tx, subledger: &Subledger) -> Result<(), Fault> {
        let owners = self.by_reference.values().chain(self.by_number.values()).flatten();
        let mut owners: Vec<Uuid> = owners.filter_map(|id| subledger.item(*id).ok()).map(|item| item.customer.uuid()).collect();
        owners.sort_unstable();
        owners.dedup();
        self.parents = copies::parents(tx, &owners).await?;
        Ok(())
    }

    fn payer(&self, clues: &Clues) -> Option<Payer> {
        let by_iban = self.by_iban.get(&clues.iban).map(|customer| Payer { customer: *customer, by: KnownBy::Iban });
        by_iban.or_else(|| self.by_name.get(&clues.name).map(|customer| Payer { customer: *customer, by: KnownBy::Name }))
    }

    /// Items a line names, each once.
    fn named(&self, clues: &Clues) -> Vec<OpenItemId> {
        let by_reference = clues.references.iter().filter_map(|key| self.by_reference.get(key));
        let by_number = clues.numbers.iter().filter_map(|key| self.by_number.get(key));
        let named: BTreeSet<OpenItemId> = by_reference.chain(by_number).flatten().copied().collect();
        named.into_iter().collect()
    }

    /// The question a line asks, with the items as they stand now.
    pub(super) fn question<'a>(&self, subledger: &'a Subledger, line: &BankLine, clues: &'a Clues, terms: Terms) -> Result<Question<'a>, Fault> {
        let payer = self.payer(clues);
        let owned = payer.and_then(|payer| self.by_customer.get(&payer.customer)).map_or(&[][..], Vec::as_slice);
        let owned = held(subledger, owned)?.into_iter().filter(|item| item.is_open()).collect();
        let pays_for = |payer: Payer| {
            let children = self.parents.iter().filter(move |(_, parent)| **parent == payer.customer);
            children.map(|(child, _)| *child).collect()
        };
        Ok(Question {
            amount: line.movement.amount,
            paid_on: line.movement.paid_on(),
            clues,
            payer,
            named: held(subledger, &self.named(clues))?,
            pays_for: payer.map(pays_for).unwrap_or_default(),
            owned,
            terms,
        })
    }
}

/// Items as they stand in the subledger.
fn held<'a>(subledger: &'a Subledger, ids: &[OpenItemId]) -> Result<Vec<&'a OpenItem>, Fault> {
    ids.iter().map(|id| subledger.item(*id)).collect()
}

/// The values of a clue over all lines, each once, without the empty one.
fn all<'a, I: Iterator<Item = &'a String>>(clues: &'a [Clues], of: impl Fn(&'a Clues) -> I) -> Vec<String> {
    let values: BTreeSet<&String> = clues.iter().flat_map(of).filter(|value| !value.is_empty()).collect();
    values.into_iter().cloned().collect()
}
