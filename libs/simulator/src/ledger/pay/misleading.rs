//! Payments whose words or accounts point somewhere else as well.

use super::{Household, How, Pick, Settlement};
use crate::ledger::line::{BankLine, Class, Truth, codes};
use crate::ledger::mix::{ListQuote, Quote};
use crate::ledger::money;
use crate::ledger::period::date;
use crate::ledger::plan::Kind;

impl Household<'_> {
    fn plain_customer(&mut self) -> Option<usize> {
        let customer = self.someone();
        let of = &self.family.customers[customer];
        (!of.subscriber && of.currency == self.seller.currency).then_some(customer)
    }

    /// An item in full, said with these words.
    fn said_as(&mut self, customer: usize, relation: &'static str, words: impl Fn(&Self, usize) -> Option<String>) {
        let Some(mut settlement) = self.single(customer) else { return };
        let Some(text) = settlement.picks.first().and_then(|pick| words(self, pick.item)) else { return };
        settlement.relation = relation;
        settlement.how = How::Words(text, "two_numbers");
        self.take(&settlement.picks);
        self.book(&settlement);
    }

    /// Two numbers stand in the text, the money is for one of them.
    pub(super) fn one_of_two(&mut self) {
        let Some(customer) = self.plain_customer() else { return };
        let turn = self.dice.below(2);
        self.said_as(customer, "one_of_two", |this, paid| {
            let amount = this.items[paid].open;
            let fits = |item: &crate::ledger::item::Item| !item.credit && item.open != amount;
            let other = this.free(customer, fits).into_iter().find(|place| *place != paid)?;
            let (first, second) = if turn == 0 { (paid, other) } else { (other, paid) };
            Some(format!("{}, {}", this.items[first].number, this.items[second].number))
        });
    }

    /// A number that was paid before stands beside the one that is paid.
    pub(super) fn old_and_new(&mut self) {
        let Some(customer) = self.plain_customer() else { return };
        self.said_as(customer, "old_and_new", |this, paid| {
            let old =
                this.items.iter().find(|item| item.customer == customer && item.closed.is_some() && item.total != this.items[paid].open)?;
            Some(format!("{} {}", this.items[paid].number, old.number))
        });
    }

    /// A customer of similar name pays by mistake from its neighbour's account, with the right number.
    pub(super) fn wrong_account(&mut self) {
        if self.family.kind != Kind::LookAlikes || self.family.customers.len() < 2 {
            return;
        }
        let Some(customer) = self.plain_customer() else { return };
        let Some(mut settlement) = self.single(customer) else { return };
        settlement.how = How::One(self.dice.pick(&[Quote::Full, Quote::Worded]));
        self.take(&settlement.picks);
        self.book_from_neighbour(&settlement);
    }

    /// An invoice that is not in the ledger yet, at a price other items have: the money stays with the customer.
    pub(super) fn unknown_number(&mut self) {
        let Some(customer) = self.plain_customer() else { return };
        let Some(day) = self.day(&[], self.period.first + 5, i32::MAX) else { return };
        let number = self.seller.shape.number(self.plan.documents() + 5 + self.dice.below(40), date(day - 1));
        // An item one slip away would be the better reading: nobody could tell.
        let slip = |other: &str| other.len() == number.len() && other.bytes().zip(number.bytes()).filter(|(a, b)| a != b).count() < 2;
        let like = self.invoice(customer, |item| !slip(&item.number)).map(|place| self.items[place].open);
        let Some(amount) = like.filter(|_| self.dice.chance(500)).or_else(|| self.seller.prices.first().copied()) else { return };
        let text = format!("{} {number}", self.note(customer, |words| words.invoice));
        let settlement =
            Settlement { on_account: amount, ..self.blank(customer, day, How::Words(text, "unknown_number"), "not_in_ledger") };
        self.book(&settlement);
    }

    /// The seller pays a credit note out: money that leaves is no receivable's.
    pub(super) fn paid_out(&mut self) {
        let Some(customer) = self.plain_customer() else { return };
        let credits = self.free(customer, |item| item.credit);
        let Some(credit) = credits.first().copied() else { return };
        let Some(day) = self.day(&[credit], i32::MIN, i32::MAX) else { return };
        let Some(account) = self.family.customers[customer].accounts.first() else { return };
        self.items[credit].used = true;
        let item = &self.items[credit];
        let line = BankLine {
            payer_name: account.name.clone(),
            payer_account: account.number.clone(),
            text: item.number.clone(),
            ..BankLine::new(day, -item.open, codes::SENT)
        };
        self.push(line, Truth { class: Class::Outgoing, applied: Vec::new(), scenario: "no_receipt/paid_out/-".to_owned() });
    }

    /// Two neighbouring digits of the amount change places: too little or too much arrives.
    pub(super) fn amount_slip(&mut self, customer: usize) -> Option<Settlement> {
        let item = self.invoice(customer, |item| item.open > 20_000)?;
        let day = self.day(&[item], i32::MIN, i32::MAX)?;
        let open = self.items[item].open;
        let power = 10_i64.pow(self.dice.between(2, 3) as u32);
        let (low, high) = (open / power % 10, open / power / 10 % 10);
        let slipped = open + (high - low) * power - (high - low) * power * 10;
        let how = How::One(self.dice.pick(&[Quote::Full, Quote::Worded, Quote::Digits]));
        let missing = open - slipped;
        if missing == 0 || slipped <= 0 {
            return None;
        }
        let (applied, adjust, reason) = if missing > 0 { (slipped, missing, "short_pay") } else { (open, 0, "") };
        let picks = vec![Pick { item, applied, adjust, reason }];
        Some(Settlement { picks, on_account: (-missing).max(0), ..self.blank(customer, day, how, "amount_slip") })
    }

    /// Several items in a list, one of them less a deduction that is named with its amount.
    pub(super) fn several_short(&mut self, customer: usize) -> Option<Settlement> {
        let count = self.dice.between(2, 4) as usize;
        let items = self.invoices(customer, count, |_| true);
        let day = self.day(&items, i32::MIN, i32::MAX)?;
        let mut picks = self.in_full(&items);
        let largest = picks.iter_mut().max_by_key(|pick| pick.applied).filter(|pick| pick.applied > 30_000)?;
        let missing = largest.applied * 12 / 100;
        (largest.applied, largest.adjust, largest.reason) = (largest.applied - missing, missing, "short_pay");
        let number = self.items[largest.item].number.clone();
        if items.len() < 2 {
            return None;
        }
        let amount = money::with_point(missing, self.seller.currency, ',', None);
        let note = format!("{} {number} {amount}", self.note(customer, |words| words.deduction));
        let how = How::Many(self.dice.pick(&[ListQuote::Numbers, ListQuote::Digits]));
        Some(Settlement { picks, note: Some(note), ..self.blank(customer, day, how, "several_short") })
    }

    fn book_from_neighbour(&mut self, settlement: &Settlement) {
        let neighbour = Settlement { customer: 1 - settlement.customer.min(1), ..settlement.clone() };
        let payer = self.payer(&neighbour);
        let said = self.say(settlement);
        let line = self.line(settlement, &payer, said.clone());
        let applied = self.applied(settlement);
        self.push(line, Truth { class: Class::Receipt, applied, scenario: format!("wrong_account/{}/{}", said.style, payer.label) });
    }
}
