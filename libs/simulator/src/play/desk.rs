//! What people do at their desks: disputes, memos, promises, holds, collections over a rail.

use quittance_types::{Fault, Money};

use crate::actions::{Action, CollectPayment, IssueCreditMemo, MakePromise, OpenDispute, Rail, RailOutcome, ReleaseHold, ResolveDispute};
use crate::calendar;
use crate::dice::{Dice, Purpose};
use crate::paying::Intent;
use crate::persona::Channel;
use crate::seen::OrderStanding;

use super::Play;

impl Play {
    /// Phase 4: everything else of the day. Actions of one kind stand together and do not depend on each other; a kind
    /// may depend on the kinds before it.
    ///
    /// # Errors
    /// `DATE_INVALID` at the end of the calendar.
    pub fn desk(&mut self) -> Result<Vec<Action>, Fault> {
        let mut actions = self.review_holds();
        actions.extend(self.raise_disputes());
        actions.extend(self.answer_disputes());
        actions.extend(self.give_promises());
        actions.extend(self.collect()?);
        Ok(actions)
    }

    /// Three in five held orders are let go by the credit manager; the others wait for cash.
    fn review_holds(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        for (order, ()) in self.agenda.hold_reviews.take(self.today) {
            let held = self.orders.get(&order).is_some_and(|file| file.standing == OrderStanding::Held && !file.cancelled);
            let mut dice = self.world.dice(order.customer, Purpose::Hold, u64::from(order.ordinal) | 1 << 32);
            if !held || !dice.chance(600) {
                continue;
            }
            self.summary.holds_released += 1;
            let request_id = self.world.request_id(&format!("release {order}"));
            let why = "Long-standing customer, payment announced";
            actions.push(Action::ReleaseHold(ReleaseHold { request_id, order, on: self.today, why }));
        }
        actions
    }

    fn raise_disputes(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        for (document, dispute) in self.agenda.disputes.take(self.today) {
            self.summary.disputes += 1;
            actions.push(Action::OpenDispute(OpenDispute {
                request_id: self.world.request_id(&format!("dispute {document}")),
                document,
                on: self.today,
                amount: dispute.amount,
                reason: dispute.reason,
            }));
            self.agenda.answers.add(dispute.answered_on, document, dispute);
        }
        actions
    }

    fn answer_disputes(&mut self) -> Vec<Action> {
        let (mut memos, mut answers) = (Vec::new(), Vec::new());
        for (document, dispute) in self.agenda.answers.take(self.today) {
            if dispute.justified {
                self.summary.disputes_credited += 1;
                memos.push(Action::IssueCreditMemo(IssueCreditMemo {
                    request_id: self.world.request_id(&format!("credit {document}")),
                    document,
                    on: self.today,
                    scope: dispute.scope,
                    why: dispute.reason.words(),
                }));
            }
            answers.push(Action::ResolveDispute(ResolveDispute {
                request_id: self.world.request_id(&format!("resolve {document}")),
                document,
                on: self.today,
                credited: dispute.justified,
            }));
        }
        memos.extend(answers);
        memos
    }

    fn give_promises(&mut self) -> Vec<Action> {
        let mut actions = Vec::new();
        for (document, promise) in self.agenda.promises.take(self.today) {
            self.summary.promises += 1;
            self.summary.promises_to_break += u32::from(!promise.kept);
            actions.push(Action::MakePromise(MakePromise {
                request_id: self.world.request_id(&format!("promise {document}")),
                document,
                on: self.today,
                promised_for: promise.promised_for,
                amount: promise.amount,
            }));
        }
        actions
    }

    fn collect(&mut self) -> Result<Vec<Action>, Fault> {
        let mut actions = Vec::new();
        for intent in self.till.take(self.today, false) {
            let rail = if intent.channel == Channel::Card { Rail::Card } else { Rail::DirectDebit };
            let returned = self.world.customer(intent.document.order.customer).map_or(0, |c| c.persona.returned);
            let ordinal = (intent.document.ordinal() << 8) | u64::from(intent.instalment);
            let mut dice = self.world.dice(intent.document.order.customer, Purpose::Rail, ordinal);
            let outcome = outcome(rail, returned, &mut dice);
            let act = format!("collect {} {} {}", intent.document, intent.instalment, intent.follow_up);
            let request_id = self.world.request_id(&act);
            actions.push(Action::CollectPayment(CollectPayment {
                request_id,
                document: intent.document,
                on: self.today,
                amount: intent.pays,
                rail,
                outcome,
            }));
            self.summary.rail_payments += 1;
            self.plan_after(outcome, request_id, intent, &mut dice)?;
        }
        Ok(actions)
    }

    /// Money of a rail reaches the bank three bank days after it settled. What fails or comes back within that time is
    /// never paid out; the customer transfers it instead.
    fn plan_after(&mut self, outcome: RailOutcome, request_id: uuid::Uuid, intent: Intent, dice: &mut Dice) -> Result<(), Fault> {
        let settled_on = match outcome {
            RailOutcome::Settles | RailOutcome::TimesOut => self.today,
            RailOutcome::Pends { days } => self.today.plus_days(days as i32)?,
            RailOutcome::Fails { .. } | RailOutcome::Returns { .. } => {
                self.summary.rail_failures += 1;
                let pay_on = calendar::plus_bank_days(self.today, dice.between(4, 10) as u32)?;
                let discount = Money::zero(intent.owed.currency());
                let (channel, follow_up) = (Channel::Transfer, intent.follow_up + 1);
                let difference = crate::truth::Difference::None;
                let pays = intent.owed;
                self.till.add(Intent { channel, follow_up, pay_on, pays, discount, difference, ..intent });
                return Ok(());
            }
        };
        let paid_out_on = calendar::plus_bank_days(settled_on, 3)?;
        self.agenda.collecting.insert(request_id, (intent, paid_out_on));
        Ok(())
    }
}

fn outcome(rail: Rail, returned: u32, dice: &mut Dice) -> RailOutcome {
    if dice.chance(returned) {
        let code = if rail == Rail::Card { "AC06" } else { dice.pick(&["AM04", "MD06", "AC04"]) };
        return RailOutcome::Returns { days: dice.between(1, 2) as u32, code };
    }
    match rail {
        Rail::Card => dice.weighted(&[
            (900, RailOutcome::Settles),
            (45, RailOutcome::Pends { days: 1 }),
            (35, RailOutcome::Fails { code: "AM04" }),
            (20, RailOutcome::TimesOut),
        ]),
        Rail::DirectDebit => dice.weighted(&[
            (700, RailOutcome::Pends { days: 1 }),
            (270, RailOutcome::Pends { days: 2 }),
            (30, RailOutcome::Fails { code: "AC01" }),
        ]),
    }
}
