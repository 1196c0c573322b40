//! How the amount of a line relates to the items it is said to pay: exactly one explained difference, or none.
//!
//! A tolerance never chooses between items; it only accepts a difference on items that other evidence chose. Relations
//! are tried in a fixed order and the first that fits is the answer. An explicit statement of the payer (charges, a fee
//! this bank took before, a deduction with its amount, a discount step to the minor unit) goes before a mere pattern
//! (a difference that looks like a bank's fee).

mod carry;
mod combinations;
mod discount;
mod exchange;
mod shortfall;
mod terms;

use quittance_types::BusinessDate;

use crate::proposal::DifferenceKind;

pub(crate) use exchange::is_near;
pub(crate) use shortfall::FEE_SHARE;
pub use terms::Terms;

/// What is left to pay of an item when a discount step is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscountedAmount {
    /// What the step leaves to pay, minor units, signed like the item's open amount and nearer to zero.
    pub amount: i64,
    /// Last day of the step, without grace.
    pub until: BusinessDate,
}

/// An item as the relations see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelationItem<'a> {
    /// Open amount in minor units; negative for a credit note.
    pub open: i64,
    /// Total of the document in minor units, signed like `open`.
    pub total: i64,
    /// When it is due.
    pub due_on: BusinessDate,
    /// Its discount steps; steps that leave nothing off are ignored.
    pub discounts: &'a [DiscountedAmount],
}

/// A deduction the payer speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deduction<'a> {
    /// The reason as written or as its code.
    pub reason: &'a str,
    /// Its amount, when one stands next to the word.
    pub amount: Option<i64>,
    /// Place of the item it is taken from, when the payer says so.
    pub at: Option<usize>,
}

/// The line's money seen from the items' currency, when the two differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FxContext {
    /// What the payer instructed or wrote, in minor units of the items' currency.
    pub instructed: Option<i64>,
    /// The line's amount at the rate of its value date, in minor units of the items' currency.
    pub at_rate: Option<i64>,
}

/// What is known beside the amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context<'a> {
    /// The items are referenced by the payer.
    pub referenced: bool,
    /// The customer is sure, and owns the items.
    pub customer_sure: bool,
    /// No other item of the customer comes into question.
    pub single_candidate: bool,
    /// Charges the bank states on the line; zero for none.
    pub stated_charges: i64,
    /// Fees seen before for this bank or corridor.
    pub fees_seen: &'a [i64],
    /// The text speaks of an instalment or a part payment.
    pub instalment_word: bool,
    /// Amount of the instalment the customer promised.
    pub promised: Option<i64>,
    /// A deduction the text or the advice speaks of.
    pub deduction: Option<Deduction<'a>>,
    /// What an advice or the text says each item gets, in the order of the items; empty when neither says it of all.
    pub stated: &'a [i64],
    /// Set when the line's currency is not the items'.
    pub fx: Option<FxContext>,
}

/// The relations, in the order of their strength.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// Nothing differs.
    Exact,
    /// Every item that has a live discount step takes it.
    Discount,
    /// Some of the items take a live step.
    MixedDiscount,
    /// Cents.
    Rounding,
    /// The bank states its charges, and they are the difference.
    ChargesStated,
    /// The difference looks like a bank's fee.
    FeePattern,
    /// Another currency; the instructed amount is the items' amount.
    FxInstructed,
    /// Another currency; the rate of the value date explains the amount.
    FxRate,
    /// A discount taken too late.
    UnearnedDiscount,
    /// A part payment that says so, or that was promised.
    Instalment,
    /// Less than asked, with a reason.
    ShortPayReason,
    /// Less than asked, without a word.
    ShortPaySilent,
    /// A difference small enough to be written off.
    WriteOff,
    /// More than asked; the rest stays on account.
    Overpayment,
    /// No relation explains the amount. Never the answer of [`relate`], only of [`unexplained`].
    Unexplained,
}

impl RelationKind {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            RelationKind::Exact => "exact",
            RelationKind::Discount => "discount",
            RelationKind::MixedDiscount => "mixed_discount",
            RelationKind::Rounding => "rounding",
            RelationKind::ChargesStated => "charges_stated",
            RelationKind::FeePattern => "fee_pattern",
            RelationKind::FxInstructed => "fx_instructed",
            RelationKind::FxRate => "fx_rate",
            RelationKind::UnearnedDiscount => "unearned_discount",
            RelationKind::Instalment => "instalment",
            RelationKind::ShortPayReason => "short_pay_reason",
            RelationKind::ShortPaySilent => "short_pay_silent",
            RelationKind::WriteOff => "write_off",
            RelationKind::Overpayment => "overpayment",
            RelationKind::Unexplained => "unexplained",
        }
    }
}

/// What a relation needs before it may be posted without a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AutoCondition {
    /// Nothing more.
    Always,
    /// A reference to the items.
    WithReference,
    /// A reference, and a customer that agrees with it.
    WithReferenceAndCustomer,
    /// A person.
    Never,
}

impl AutoCondition {
    /// Whether what is known meets the condition.
    pub const fn is_met(self, referenced: bool, customer_sure: bool) -> bool {
        match self {
            AutoCondition::Always => true,
            AutoCondition::WithReference => referenced,
            AutoCondition::WithReferenceAndCustomer => referenced && customer_sure,
            AutoCondition::Never => false,
        }
    }
}

/// One item's part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Cash applied, minor units of the item's currency; never beyond the open amount, negative for credit notes.
    pub applied: i64,
    /// What stays unpaid: open less applied. Negative on an invoice: cash above the item that is taken as income.
    pub adjustment: i64,
    /// Why, when there is an adjustment.
    pub kind: Option<DifferenceKind>,
}

/// The explained relation. Σ applied + `on_account` + `gain` is the amount, in the items' currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Which one.
    pub kind: RelationKind,
    /// What each item gets, in the order of the items.
    pub per_item: Vec<Share>,
    /// Money above the items that stays on account.
    pub on_account: i64,
    /// Cents above the items that are taken as income.
    pub gain: i64,
    /// Σ open less the amount: positive when less was paid than is open.
    pub difference: i64,
    /// What it needs to be posted without a person.
    pub auto: AutoCondition,
    /// The amounts are in another currency than the line.
    pub exchanged: bool,
}

impl Relation {
    /// Whether it may be posted without a person, as far as the amounts are concerned.
    pub const fn auto_allowed(&self, context: &Context<'_>) -> bool {
        self.auto.is_met(context.referenced, context.customer_sure)
    }
}

/// One question, with the sums every relation needs.
#[derive(Clone, Copy)]
struct Case<'a> {
    terms: &'a Terms,
    amount: i64,
    items: &'a [RelationItem<'a>],
    value_on: BusinessDate,
    context: &'a Context<'a>,
    open: i64,
    difference: i64,
}

/// The first relation that explains `amount` as payment of all `items`; none when nothing does.
///
/// `amount` is in minor units of the items' currency, unless `context.fx` is given: then the line's own amount plays no
/// part, only what `fx` says of it. Amounts that are not positive and sets whose open amounts are not positive in sum are
/// never explained.
pub fn relate(terms: &Terms, amount: i64, items: &[RelationItem<'_>], value_on: BusinessDate, context: &Context<'_>) -> Option<Relation> {
    let open = items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.open))?;
    if amount <= 0 || open <= 0 {
        return None;
    }
    let case = Case { terms, amount, items, value_on, context, open, difference: open.checked_sub(amount)? };
    match context.fx {
        Some(fx) => exchange::relate(&case, fx),
        None => domestic(&case),
    }
}

/// How `amount` would be spread over the items if a person chose them: oldest due first, the rest on account.
///
/// Only to be shown; it may never be posted without a person.
pub fn unexplained(amount: i64, items: &[RelationItem<'_>]) -> Option<Relation> {
    let open = items.iter().try_fold(0_i64, |sum, item| sum.checked_add(item.open))?;
    let difference = open.checked_sub(amount)?;
    let mut per_item = carry::cleared(items);
    if difference > 0 {
        carry::shorten_from_the_last_due(&mut per_item, items, difference, DifferenceKind::Partial);
    }
    let on_account = difference.min(0).checked_neg()?;
    Some(Relation {
        kind: RelationKind::Unexplained,
        per_item,
        on_account,
        gain: 0,
        difference,
        auto: AutoCondition::Never,
        exchanged: false,
    })
}

fn domestic(case: &Case<'_>) -> Option<Relation> {
    case.exact()
        .or_else(|| shortfall::stated_by_item(case))
        .or_else(|| shortfall::named_deduction_beside_discounts(case))
        .or_else(|| discount::in_time(case))
        .or_else(|| shortfall::charges_stated(case))
        .or_else(|| if case.says_discount() { None } else { shortfall::stated_deduction(case) })
        .or_else(|| discount::mixed_in_time(case))
        .or_else(|| shortfall::rounding(case))
        .or_else(|| if case.says_discount() { discount::late(case) } else { None })
        .or_else(|| shortfall::fee_seen_before(case))
        .or_else(|| if case.says_discount() { shortfall::stated_deduction(case) } else { None })
        .or_else(|| discount::late(case))
        .or_else(|| shortfall::fee_pattern(case))
        .or_else(|| discount::mixed_late(case))
        .or_else(|| shortfall::instalment(case))
        .or_else(|| shortfall::short_pay_with_reason(case))
        .or_else(|| shortfall::short_pay_silent(case))
        .or_else(|| shortfall::write_off(case))
        .or_else(|| case.overpayment())
}

impl Case<'_> {
    fn says_discount(&self) -> bool {
        self.context.deduction.is_some_and(|deduction| deduction.reason == "discount")
    }

    fn exact(&self) -> Option<Relation> {
        (self.difference == 0).then(|| self.relation(RelationKind::Exact, carry::cleared(self.items), AutoCondition::Always))
    }

    /// The items are cleared, the rest waits on account: it is never spread over other items. A rest above half of what
    /// is open is more likely the payment of documents nobody named, so a person looks at it.
    fn overpayment(&self) -> Option<Relation> {
        let surplus = self.difference.checked_neg()?;
        if surplus <= 0 || !self.context.referenced || !self.context.customer_sure {
            return None;
        }
        let plausible = surplus <= self.open / 2;
        let auto =
            if plausible && self.terms.overpayment_on_account { AutoCondition::WithReferenceAndCustomer } else { AutoCondition::Never };
        let mut relation = self.relation(RelationKind::Overpayment, carry::cleared(self.items), auto);
        relation.on_account = surplus;
        Some(relation)
    }

    fn relation(&self, kind: RelationKind, per_item: Vec<Share>, auto: AutoCondition) -> Relation {
        Relation { kind, per_item, on_account: 0, gain: 0, difference: self.difference, auto, exchanged: false }
    }
}

#[cfg(test)]
mod tests;
