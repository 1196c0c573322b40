//! Money of a receipt given to items as a person says.

use std::collections::{BTreeMap, BTreeSet};

use quittance_chassis::Tx;
use quittance_matching::proposal::DifferenceKind;
use quittance_types::{ApplicationId, Fault, Money, OpenItemId, Reason, ReceiptId, Uuid};

use super::{Consequences, may_give_up};
use crate::domain::confirmation::{Figure, How, NewConfirmation};
use crate::domain::deduction::{self, DeductionCode, NewDeduction};
use crate::domain::item::{GivenUp, OpenItem, Part};
use crate::domain::subledger::{Apply, Because, Subledger};
use crate::store::deductions;
use crate::store::items::ItemName;

/// Money for one item, as a request says it.
#[derive(Clone, Copy, Debug)]
pub struct Allocation {
    /// The item.
    pub item: ItemName,
    /// Cash, discount and what is given up.
    pub part: Part,
    /// Of what stays open, what the payer held back.
    pub deduction: Option<Money>,
    /// Why, when known.
    pub code: Option<DeductionCode>,
}

/// The same item is named twice.
pub fn duplicate() -> Fault {
    Fault::new(Reason::AllocationDuplicate, "the same item is named twice")
}

/// What is noted as held back of items and not decided, while several requests share a transaction.
#[derive(Debug, Default)]
pub struct Noted(BTreeMap<OpenItemId, Money>);

impl Noted {
    /// Of the items that somebody says something is held back of; not with applications that are taken back now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load(
        tx: &Tx,
        found: &[OpenItem],
        allocations: impl Iterator<Item = &Allocation>,
        taken_back: &[ApplicationId],
    ) -> Result<Noted, Fault> {
        let short: Vec<ItemName> = allocations.filter(|one| one.deduction.is_some()).map(|one| one.item).collect();
        let ids: BTreeSet<Uuid> =
            found.iter().filter(|item| short.iter().any(|name| name.names(item))).map(|item| item.id.uuid()).collect();
        let mut noted = Noted::default();
        let undecided = deductions::undecided_of(tx, &ids.into_iter().collect::<Vec<Uuid>>()).await?;
        for known in undecided.into_iter().filter(|known| !taken_back.contains(&known.application)) {
            let sum = noted.0.entry(known.item).or_insert_with(|| Money::zero(known.amount.currency()));
            *sum = sum.add(known.amount)?;
        }
        Ok(noted)
    }

    /// Refuses to hold back more than stays open and is not noted yet.
    fn admit(&self, item: &OpenItem, allocation: &Allocation) -> Result<(), Fault> {
        let Some(amount) = allocation.deduction else { return Ok(()) };
        let open = item.open()?.sub(allocation.part.total()?)?;
        let noted = self.0.get(&item.id).copied().unwrap_or_else(|| Money::zero(open.currency()));
        deduction::admit(open, noted.min(open)?, amount)
    }

    fn note(&mut self, item: &OpenItem, amount: Money) -> Result<(), Fault> {
        let open = item.open()?;
        let noted = self.0.entry(item.id).or_insert_with(|| Money::zero(open.currency()));
        *noted = noted.min(open.sub(amount)?)?.add(amount)?;
        Ok(())
    }
}

/// Why a request was refused, and whether the subledger remembers part of it.
pub struct Refused {
    /// Why.
    pub fault: Fault,
    /// It does.
    pub has_written: bool,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused { fault, has_written: false }
    }
}

/// What is to be given, and from what.
pub struct Giving<'a> {
    /// The receipt.
    pub receipt: ReceiptId,
    /// The items named, as found.
    pub found: &'a [OpenItem],
    /// What they get.
    pub allocations: &'a [Allocation],
    /// Who and why.
    pub because: &'a Because,
    /// The place of the request in a group.
    pub member: usize,
}

/// What was given.
pub struct Given {
    /// The applications, in the order of the request, with their items.
    pub applications: Vec<(ApplicationId, OpenItemId)>,
    /// What was held back.
    pub deductions: Vec<NewDeduction>,
}

/// Gives the money to the items.
///
/// # Errors
/// As [`Subledger::apply`]; `ALLOCATION_DUPLICATE`, `PERMISSION_MISSING`, `OVER_APPLICATION {open}` also when more is held back
/// than stays open.
pub fn give(tx: &Tx, subledger: &mut Subledger, noted: &mut Noted, giving: &Giving<'_>) -> Result<Given, Refused> {
    let named = named(giving)?;
    for (index, (id, allocation)) in named.iter().zip(giving.allocations).enumerate() {
        let item = subledger.item(*id)?;
        may_give_up(tx, item, &allocation.part)?;
        noted.admit(item, allocation).map_err(|fault| fault.field(format!("allocations[{index}].deduction")))?;
    }
    let mut given = Given { applications: Vec::with_capacity(named.len()), deductions: Vec::new() };
    for (index, (id, allocation)) in named.into_iter().zip(giving.allocations).enumerate() {
        let refused = |fault: Fault| Refused { fault: fault.field(format!("allocations[{index}]")), has_written: index > 0 };
        let apply = Apply { receipt: giving.receipt, item: id, part: allocation.part, because: giving.because.clone() };
        let application = subledger.apply(apply).map_err(refused)?;
        given.applications.push((application, id));
        if let Some(amount) = allocation.deduction {
            let held = held_back(subledger, noted, giving, (application, allocation, amount));
            given.deductions.push(held.map_err(|fault| Refused { fault, has_written: true })?);
        }
    }
    Ok(given)
}

fn named(giving: &Giving<'_>) -> Result<Vec<OpenItemId>, Fault> {
    let id_of = |name: ItemName| giving.found.iter().find(|item| name.names(item)).map(|item| item.id).ok_or_else(|| name.not_found());
    let named = giving.allocations.iter().map(|one| id_of(one.item)).collect::<Result<Vec<OpenItemId>, Fault>>()?;
    let distinct: BTreeSet<OpenItemId> = named.iter().copied().collect();
    if distinct.len() < named.len() { Err(duplicate().field("allocations")) } else { Ok(named) }
}

fn held_back(
    subledger: &Subledger,
    noted: &mut Noted,
    giving: &Giving<'_>,
    (application, allocation, amount): (ApplicationId, &Allocation, Money),
) -> Result<NewDeduction, Fault> {
    let item = subledger.item(subledger.application(application)?.item)?;
    noted.note(item, amount)?;
    Ok(NewDeduction {
        item: item.id,
        document_number: item.number.clone(),
        customer: item.customer,
        application,
        line: subledger.receipt(giving.receipt)?.bank_line(),
        amount,
        code: allocation.code,
        suggested: None,
        said: String::new(),
        deducted_on: giving.because.on,
        member: giving.member,
    })
}

/// What the engine learns of it; nothing when the money came on no line.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`, never for what was given.
pub fn learnt(subledger: &Subledger, giving: &Giving<'_>, how: How, given: &Given) -> Result<Option<NewConfirmation>, Fault> {
    let receipt = subledger.receipt(giving.receipt)?;
    let (Some(line), Some(customer)) = (receipt.bank_line(), receipt.customer) else { return Ok(None) };
    let (mut applied, mut differences) = (Vec::new(), Vec::new());
    for ((application, id), allocation) in given.applications.iter().zip(giving.allocations) {
        let part = subledger.application(*application)?.part;
        applied.push(Figure { name: subledger.item(*id)?.number.clone(), minor: part.amount.minor() });
        differences.extend(differences_of(part, allocation));
    }
    let member = giving.member;
    Ok(Some(NewConfirmation { line, customer, how, amount: receipt.amount, applied, differences, member }))
}

/// The differences a person accepted, as the engine names them.
fn differences_of(part: Part, allocation: &Allocation) -> impl Iterator<Item = Figure> {
    let given_up = match part.given_up {
        GivenUp::SmallDifference => DifferenceKind::WriteOff,
        GivenUp::BankFee => DifferenceKind::BankFee,
        GivenUp::Rounding => DifferenceKind::Rounding,
    };
    let held_back = match allocation.code {
        Some(DeductionCode::DiscountUnearned) => DifferenceKind::DiscountUnearned,
        _ => DifferenceKind::ShortPay,
    };
    let kinds = [(DifferenceKind::Discount, Some(part.discount)), (given_up, Some(part.write_off)), (held_back, allocation.deduction)];
    kinds.into_iter().filter_map(|(kind, amount)| {
        let amount = amount.filter(|amount| amount.is_positive())?;
        Some(Figure { name: kind.as_str().to_owned(), minor: amount.minor() })
    })
}

impl Given {
    /// What follows from it.
    pub fn consequences(self, learnt: Option<NewConfirmation>) -> Consequences {
        Consequences { confirmations: learnt.into_iter().collect(), deductions: self.deductions, answers: Vec::new() }
    }
}
