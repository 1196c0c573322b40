//! Payments that are not what they look like: doubles, returns, advices, strangers.

use super::{Household, How, Settlement};
use crate::ledger::advice::Advice;
use crate::ledger::line::{Applied, BankLine, Class, Truth, codes};
use crate::ledger::mix::{Deal, Quote};
use crate::ledger::money;

impl Household<'_> {
    /// An item is paid twice with the same words: the second time for nothing.
    pub(super) fn duplicate(&mut self) {
        let customer = self.someone();
        if self.family.customers[customer].subscriber || self.is_foreign(customer) {
            return;
        }
        let Some(mut settlement) = self.single(customer) else { return };
        let Some(day) = self.day(&[], settlement.day + 1, settlement.day + 14) else { return };
        settlement.how = How::One(self.pick_plain_quote());
        self.take(&settlement.picks);
        let first = self.book(&settlement);
        let mut line = self.outcome.lines[first].line.clone();
        (line.booked, line.valued) = (day, day);
        if !line.end_to_end_id.is_empty() {
            line.end_to_end_id = self.dice.digits(12);
        }
        let applied = vec![self.unapplied(customer, line.amount)];
        self.push(line, Truth { class: Class::Receipt, applied, scenario: "duplicate/same_words/same_payer".to_owned() });
    }

    fn pick_plain_quote(&mut self) -> Quote {
        self.dice.pick(&[Quote::Full, Quote::Worded, Quote::Worded, Quote::Spaced])
    }

    fn is_foreign(&self, customer: usize) -> bool {
        self.family.customers[customer].currency != self.seller.currency
    }

    /// Money that stays with the customer, unapplied.
    fn unapplied(&self, customer: usize, amount: i64) -> Applied {
        let currency = self.seller.currency;
        Applied { invoice: String::new(), customer: self.family.customers[customer].id.clone(), amount, adjust: 0, reason: "", currency }
    }

    /// A closed item is paid again; `same_amount`: another item is open with its amount.
    pub(super) fn closed_again(&mut self, same_amount: bool) {
        let customer = self.someone();
        if self.family.customers[customer].subscriber || self.is_foreign(customer) {
            return;
        }
        let closed: Vec<usize> = (0..self.items.len())
            .filter(|place| {
                let item = &self.items[*place];
                item.customer == customer && item.closed.is_some() && item.discount.is_none()
            })
            .collect();
        let Some(paid) = closed.get(self.dice.below(closed.len() as u64) as usize).copied() else { return };
        let Some(day) = self.day(&[], i32::MIN, i32::MAX) else { return };
        let total = self.items[paid].total;
        if same_amount {
            let Some(other) = self.invoice(customer, |item| item.total == item.open) else { return };
            let item = &mut self.items[other];
            (item.total, item.open, item.used) = (total, total, true);
        }
        let how = How::One(self.pick_plain_quote());
        let mut settlement = self.blank(customer, day, how, if same_amount { "closed_same_amount" } else { "closed_again" });
        settlement.picks = self.in_full(&[paid]);
        settlement.picks[0].applied = total;
        let payer = self.payer(&settlement);
        let said = self.say(&settlement);
        let line = self.line(&settlement, &payer, said.clone());
        let applied = vec![self.unapplied(customer, total)];
        let scenario = format!("{}/{}/{}", settlement.relation, said.style, payer.label);
        self.push(line, Truth { class: Class::Receipt, applied, scenario });
    }

    pub(super) fn blank(&self, customer: usize, day: i32, how: How, relation: &'static str) -> Settlement {
        Settlement { customer, picks: Vec::new(), on_account: 0, relation, day, note: None, charges: 0, how, central: false }
    }

    /// A receipt comes back some days later.
    pub(super) fn returned(&mut self) {
        let customer = self.someone();
        if self.is_foreign(customer) {
            return;
        }
        let Some(mut settlement) = self.single(customer) else { return };
        let Some(day) = self.day(&[], settlement.day + 1, settlement.day + 9) else { return };
        settlement.how = How::One(self.pick_plain_quote());
        self.take(&settlement.picks);
        let first = self.book(&settlement);
        self.outcome.lines[first].line.end_to_end_id = format!("R{}", self.dice.digits(13));
        let original = self.outcome.lines[first].clone();
        let line = self.return_line(&original.line, day);
        let applied =
            original.truth.applied.into_iter().map(|applied| Applied { amount: -applied.amount, adjust: 0, reason: "", ..applied });
        self.push(line, Truth { class: Class::Return, applied: applied.collect(), scenario: "return/original/same_payer".to_owned() });
    }

    fn return_line(&mut self, original: &BankLine, day: i32) -> BankLine {
        let text = match self.dice.below(3) {
            0 => original.text.clone(),
            1 => format!("RUECKGABE {}", original.text),
            _ => "RETOURE".to_owned(),
        };
        BankLine {
            booked: day,
            valued: day,
            amount: -original.amount,
            code: codes::RETURN,
            return_reason: Some(self.dice.pick(&["AC04", "AC01", "AM04", "MS03", "FOCR", "CUST"])),
            text,
            charges: 0,
            ..original.clone()
        }
    }

    /// Somebody unknown pays an item and does not say which.
    pub(super) fn stranger(&mut self) {
        let customer = self.someone();
        if self.is_foreign(customer) {
            return;
        }
        let Some(mut settlement) = self.single(customer) else { return };
        settlement.how = How::Words(self.note(customer, |words| words.nothing), "nothing");
        self.take(&settlement.picks);
        let payer = self.third_party();
        let said = self.say(&settlement);
        let line = self.line(&settlement, &payer, said);
        let applied = self.applied(&settlement);
        self.push(line, Truth { class: Class::Receipt, applied, scenario: "stranger/nothing/third_party".to_owned() });
    }

    /// Several items, listed in an advice.
    pub(super) fn advised(&mut self, deal: Deal) {
        let inner = self.dice.weighted(&[(55, Deal::Several), (18, Deal::Netting), (17, Deal::DiscountSeveral), (10, Deal::DiscountMixed)]);
        let Some(mut settlement) = self.settle(inner).filter(|settlement| settlement.picks.len() > 1) else { return };
        let customer = settlement.customer;
        let number = self.advice_number();
        let word = self.note(customer, |words| words.advice);
        let balance = self.note(customer, |words| words.nothing);
        let (text, style) = match deal {
            Deal::AdviceTotal => (balance, "advice_total"),
            Deal::AdviceMissing => (format!("{word} {number}"), "advice_missing"),
            _ => (format!("{word} {number}"), "advice_number"),
        };
        settlement.how = How::Words(text, style);
        self.shorten_one(&mut settlement);
        let line = self.book(&settlement);
        if deal == Deal::AdviceMissing {
            return;
        }
        let currency = self.currency(&settlement);
        let rows = settlement.picks.iter().map(|pick| self.advice_row(pick)).collect();
        let customer = &self.family.customers[customer];
        let paid = &self.outcome.lines[line].line;
        let advice = Advice {
            number,
            payer: customer.party.clone(),
            account: paid.payer_account.clone(),
            customer_number: customer.number.clone(),
            day: settlement.day,
            currency,
            total: settlement.picks.iter().map(|pick| pick.applied).sum(),
            rows,
            language: customer.party.country.language,
        };
        self.outcome.advices.push(advice);
    }

    /// At times the advice deducts something from one row.
    fn shorten_one(&mut self, settlement: &mut Settlement) {
        if self.currency(settlement) != self.seller.currency || !self.dice.chance(180) {
            return;
        }
        let place = self.dice.below(settlement.picks.len() as u64) as usize;
        let Some(pick) = settlement.picks.get_mut(place).filter(|pick| pick.adjust == 0 && pick.applied > 20_000) else { return };
        let missing = (pick.applied * 4 / 100).max(money::cents(3100, self.seller.currency));
        (pick.applied, pick.adjust, pick.reason) = (pick.applied - missing, missing, "short_pay");
    }

    fn advice_number(&mut self) -> String {
        match self.dice.below(4) {
            0 => self.dice.digits(5),
            1 => format!("RA-{}", self.dice.digits(6)),
            2 => format!("15{}", self.dice.digits(8)),
            _ => format!("ZA{}", self.dice.digits(6)),
        }
    }
}
