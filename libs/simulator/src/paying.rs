//! How a customer reacts to an invoice: when it pays, how much, and what it says about it.

use quittance_types::{BusinessDate, Decimal, Fault, Money};

use crate::actions::{CreditScope, DisputeReason};
use crate::calendar;
use crate::dice::{Dice, Purpose};
use crate::orders::DocumentKey;
use crate::persona::{Channel, Timing};
use crate::seen::InvoiceSeen;
use crate::truth::Difference;
use crate::world::{Customer, World};

/// Money a customer means to pay on one instalment of one invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The invoice.
    pub document: DocumentKey,
    /// Its number.
    pub number: String,
    /// 0, 1, 2: which part of the invoice.
    pub instalment: u32,
    /// 0 for the payment itself, more for what follows it: the rest, the second payment, the one after a return.
    pub follow_up: u32,
    /// Last day to pay.
    pub due_on: BusinessDate,
    /// Day the money reaches our bank, a bank day; for cards the day it is collected.
    pub pay_on: BusinessDate,
    /// What the customer rightly owes on it.
    pub owed: Money,
    /// What it pays.
    pub pays: Money,
    /// Discount rightly taken.
    pub discount: Money,
    /// Why it is not what is owed.
    pub difference: Difference,
    /// How it travels.
    pub channel: Channel,
}

/// A dispute a customer will raise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedDispute {
    /// Day it is raised.
    pub on: BusinessDate,
    /// How much is disputed.
    pub amount: Money,
    /// What is wrong.
    pub reason: DisputeReason,
    /// Whether the customer is right.
    pub justified: bool,
    /// What the memo takes back when it is.
    pub scope: CreditScope,
    /// Day the company answers.
    pub answered_on: BusinessDate,
}

/// A promise a customer will give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedPromise {
    /// Day it is given.
    pub on: BusinessDate,
    /// Day by which it promises to pay.
    pub promised_for: BusinessDate,
    /// How much.
    pub amount: Money,
    /// Whether it means it.
    pub kept: bool,
}

/// Everything an invoice sets off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reaction {
    /// Payments, in order of instalments.
    pub intents: Vec<Intent>,
    /// At most one dispute.
    pub dispute: Option<PlannedDispute>,
    /// At most one promise.
    pub promise: Option<PlannedPromise>,
}

impl Customer {
    /// What this customer will do about an invoice. The same invoice always gets the same reaction; its number plays no
    /// part in it.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar, `CURRENCY_MISMATCH` when the invoice mixes currencies.
    pub fn on_invoice(&self, world: &World, invoice: &InvoiceSeen) -> Result<Reaction, Fault> {
        let mut reaction = Reaction { dispute: self.dispute(world, invoice)?, ..Reaction::default() };
        for (place, part) in invoice.instalments.iter().enumerate().filter(|(_, part)| part.amount.is_positive()) {
            let ordinal = (invoice.key.ordinal() << 4) | place as u64;
            let mut dice = world.dice(self.index, Purpose::Pay, ordinal);
            let takes_discount = self.takes_discount(invoice, &mut dice);
            let pay_on = self.pay_day(invoice, part.due_on, takes_discount, &mut dice)?;
            let mut intent = Intent {
                document: invoice.key,
                number: invoice.number.clone(),
                instalment: place as u32,
                follow_up: 0,
                due_on: part.due_on,
                pay_on,
                owed: part.amount,
                pays: part.amount,
                discount: Money::zero(part.amount.currency()),
                difference: Difference::None,
                channel: self.persona.channel,
            };
            self.wait_for_answer(reaction.dispute.as_ref(), &mut intent, &mut dice)?;
            if place == 0 {
                reaction.promise = self.promise(world, invoice, &mut intent)?;
            }
            let follow_up = match reaction.dispute {
                None => self.settle_amount(invoice, takes_discount, &mut intent, &mut dice)?,
                Some(_) => None,
            };
            reaction.intents.push(intent);
            reaction.intents.extend(follow_up);
        }
        self.drop_what_is_never_paid(world, &mut reaction)?;
        Ok(reaction)
    }

    fn takes_discount(&self, invoice: &InvoiceSeen, dice: &mut Dice) -> bool {
        let willing = match self.persona.timing {
            Timing::InDiscountWindow => dice.chance(950),
            Timing::ByDueDate { .. } => dice.chance(300),
            Timing::AfterDueDate { .. } => false,
        };
        willing && invoice.discount.is_some() && invoice.instalments.len() == 1
    }

    fn pay_day(&self, invoice: &InvoiceSeen, due_on: BusinessDate, takes_discount: bool, dice: &mut Dice) -> Result<BusinessDate, Fault> {
        let earliest = calendar::bank_day_from(invoice.issued_on.plus_days(1)?)?;
        if let (true, Some(discount)) = (takes_discount, &invoice.discount) {
            let day = calendar::bank_day_until(discount.until.minus_days(dice.between(0, 3) as i32)?)?;
            return Ok(day.max(earliest));
        }
        let day = match self.persona.timing {
            Timing::ByDueDate { days_before } => {
                let day = due_on.minus_days(dice.between(0, i64::from(days_before)) as i32)?;
                match self.persona.pay_run {
                    Some(run) => run.until(day)?,
                    None => calendar::bank_day_until(day)?,
                }
            }
            Timing::InDiscountWindow => calendar::bank_day_until(due_on.minus_days(dice.between(0, 3) as i32)?)?,
            Timing::AfterDueDate { median_days } => {
                let day = due_on.plus_days(dice.skewed(i64::from(median_days)).max(1) as i32)?;
                match self.persona.pay_run {
                    Some(run) => run.from(day)?,
                    None => calendar::bank_day_from(day)?,
                }
            }
        };
        Ok(day.max(earliest))
    }

    /// How much is paid, and what follows: the rest of a short payment, or the same once more.
    fn settle_amount(
        &self,
        invoice: &InvoiceSeen,
        takes_discount: bool,
        intent: &mut Intent,
        dice: &mut Dice,
    ) -> Result<Option<Intent>, Fault> {
        let in_time = invoice.discount.as_ref().filter(|discount| takes_discount && intent.pay_on <= discount.until);
        if let Some(discount) = in_time {
            intent.discount = discount.amount;
            intent.pays = intent.owed.sub(discount.amount)?;
            intent.difference = Difference::EarlyDiscount;
        } else if self.persona.channel == Channel::Transfer && dice.chance(self.persona.short) {
            return self.pay_short(invoice, intent, dice);
        } else if self.persona.channel == Channel::Transfer && dice.chance(self.persona.over) {
            round_up(intent)?;
        }
        // A part paid again while others are to come is the next one paid early: nobody could tell.
        let is_last = intent.instalment as usize + 1 == invoice.instalments.len();
        if self.persona.channel == Channel::Transfer && is_last && dice.chance(self.persona.double) {
            let again = calendar::plus_bank_days(intent.pay_on, dice.between(3, 12) as u32)?;
            let duplicate = Intent {
                follow_up: 1,
                pay_on: again,
                owed: Money::zero(intent.owed.currency()),
                discount: Money::zero(intent.owed.currency()),
                difference: Difference::Duplicate,
                ..intent.clone()
            };
            return Ok(Some(duplicate));
        }
        Ok(None)
    }

    fn pay_short(&self, invoice: &InvoiceSeen, intent: &mut Intent, dice: &mut Dice) -> Result<Option<Intent>, Fault> {
        let currency = intent.owed.currency();
        let kind = dice.weighted(&[
            (28, Difference::ShortSilent),
            (28, Difference::Deduction),
            (20, Difference::Rounding),
            (14, Difference::UnearnedDiscount),
            (10, Difference::BankCharges),
        ]);
        let less = match kind {
            Difference::Rounding => Money::from_minor(intent.owed.minor() % 100, currency)?,
            Difference::BankCharges => Money::from_minor(dice.pick(&[500, 750, 1_200, 1_500, 2_500]), currency)?,
            Difference::UnearnedDiscount => match &invoice.discount {
                Some(discount) if invoice.instalments.len() == 1 => discount.amount,
                _ => intent.owed.times(Decimal::new(2, 2))?,
            },
            _ => intent.owed.times(Decimal::new(dice.between(10, 120), 3))?,
        };
        let pays = intent.owed.sub(less)?;
        if !less.is_positive() || !pays.is_positive() {
            return Ok(None);
        }
        intent.pays = pays;
        intent.difference = kind;
        let rest_follows = kind == Difference::ShortSilent && dice.chance(500);
        if !rest_follows {
            return Ok(None);
        }
        let pay_on = calendar::bank_day_from(intent.pay_on.plus_days(dice.between(20, 40) as i32)?)?;
        Ok(Some(Intent { follow_up: 1, pay_on, owed: less, pays: less, difference: Difference::Remainder, ..intent.clone() }))
    }

    /// A disputed invoice is paid only after the answer.
    fn wait_for_answer(&self, dispute: Option<&PlannedDispute>, intent: &mut Intent, dice: &mut Dice) -> Result<(), Fault> {
        let Some(dispute) = dispute else { return Ok(()) };
        let after = calendar::bank_day_from(dispute.answered_on.plus_days(dice.between(3, 8) as i32)?)?;
        intent.pay_on = intent.pay_on.max(after);
        Ok(())
    }

    fn dispute(&self, world: &World, invoice: &InvoiceSeen) -> Result<Option<PlannedDispute>, Fault> {
        let mut dice = world.dice(self.index, Purpose::Dispute, invoice.key.ordinal());
        if !dice.chance(self.persona.dispute) {
            return Ok(None);
        }
        let reason = dice.weighted(&[
            (35, DisputeReason::Quantity),
            (30, DisputeReason::Price),
            (25, DisputeReason::Quality),
            (10, DisputeReason::NotReceived),
        ]);
        let on = calendar::bank_day_from(invoice.issued_on.plus_days(dice.between(2, 9) as i32)?)?;
        let answered_on = calendar::bank_day_from(on.plus_days(dice.between(4, 18) as i32)?)?;
        let (scope, amount) = claim(reason, invoice, &mut dice)?;
        let justified = dice.chance(600);
        Ok(amount.is_positive().then_some(PlannedDispute { on, amount, reason, justified, scope, answered_on }))
    }

    /// A promise comes some days after the due date, when the invoice will not be paid soon anyway.
    fn promise(&self, world: &World, invoice: &InvoiceSeen, intent: &mut Intent) -> Result<Option<PlannedPromise>, Fault> {
        let mut dice = world.dice(self.index, Purpose::Promise, invoice.key.ordinal());
        if !dice.chance(self.persona.promise) {
            return Ok(None);
        }
        let on = calendar::bank_day_from(intent.due_on.plus_days(dice.between(2, 6) as i32)?)?;
        if intent.pay_on <= on.plus_days(1)? {
            return Ok(None);
        }
        let promised_for = calendar::bank_day_from(on.plus_days(dice.between(7, 14) as i32)?)?;
        let kept = dice.chance(self.persona.keeps_promise);
        intent.pay_on = if kept {
            calendar::bank_day_until(promised_for.minus_days(dice.between(0, 2) as i32)?)?
        } else {
            calendar::bank_day_from(promised_for.plus_days(4 + dice.skewed(14) as i32)?)?
        };
        Ok(Some(PlannedPromise { on, promised_for, amount: intent.owed, kept }))
    }

    fn drop_what_is_never_paid(&self, world: &World, reaction: &mut Reaction) -> Result<(), Fault> {
        let Some(days) = self.persona.insolvent_after else { return Ok(()) };
        let end = world.params().start.plus_days(days as i32)?;
        reaction.intents.retain(|intent| intent.pay_on < end);
        if let Some(promise) = &mut reaction.promise {
            promise.kept &= !reaction.intents.is_empty();
        }
        Ok(())
    }
}

/// Rounds up to the next ten.
fn round_up(intent: &mut Intent) -> Result<(), Fault> {
    let minor = intent.owed.minor();
    let rounded = minor + (1000 - minor % 1000) % 1000;
    if rounded != minor {
        intent.pays = Money::from_minor(rounded, intent.owed.currency())?;
        intent.difference = Difference::Overpaid;
    }
    Ok(())
}

fn claim(reason: DisputeReason, invoice: &InvoiceSeen, dice: &mut Dice) -> Result<(CreditScope, Money), Fault> {
    let place = dice.below(invoice.lines.len() as u64) as usize;
    let share = Decimal::new(dice.between(3, 30), 2);
    match (reason, invoice.lines.get(place)) {
        (DisputeReason::NotReceived, _) => Ok((CreditScope::All, invoice.total)),
        (DisputeReason::Quantity | DisputeReason::Quality, Some(line)) => {
            let part = (line.quantity * share).trunc_with_scale(line.quantity.scale());
            let quantity = if part > Decimal::ZERO { part } else { line.quantity };
            let net = line.net.times(quantity / line.quantity)?;
            let tax = net.times(line.vat_rate / Decimal::ONE_HUNDRED)?;
            let amount = net.add(tax)?.min(invoice.total)?;
            Ok((CreditScope::Line { number: line.number, quantity }, amount))
        }
        _ => {
            let amount = invoice.total.times(share)?;
            Ok((CreditScope::Amount(amount), amount))
        }
    }
}
