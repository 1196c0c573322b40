//! Settlements: which items a payment takes, and with which difference.

use super::{Household, How, Pick, Settlement};
use crate::ledger::item::Item;
use crate::ledger::mix::{Deal, ListQuote, Quote};
use crate::ledger::money;
use crate::ledger::period::date;

/// Grace of the policy in days: until then a discount counts as in time.
pub(in crate::ledger) const GRACE: i32 = 3;

impl Household<'_> {
    /// A payment of this kind by one of the customers; none when it has no items for it. Takes the items.
    pub(super) fn settle(&mut self, deal: Deal) -> Option<Settlement> {
        let customer = self.someone();
        let foreign = self.family.customers[customer].currency != self.seller.currency;
        let subscriber = self.family.customers[customer].subscriber;
        let settlement = match deal {
            Deal::Several if !subscriber => self.several(customer),
            Deal::Netting if !foreign => self.netting(customer),
            Deal::Discount if !foreign => self.discount(customer, true),
            Deal::DiscountLate if !foreign => self.discount(customer, false),
            Deal::DiscountSeveral if !foreign => self.discount_several(customer, false),
            Deal::DiscountMixed if !foreign => self.discount_several(customer, true),
            Deal::Fee if !foreign => self.fee(customer, false),
            Deal::FeeStated if !foreign && self.seller.feed.is_camt() => self.fee(customer, true),
            Deal::Rounding if !foreign => self.rounding(customer),
            Deal::ShortReason if !foreign => self.short(customer, true),
            Deal::ShortSilent if !foreign => self.short(customer, false),
            Deal::Instalment if !foreign && !subscriber => self.instalment(customer),
            Deal::Over if !foreign => self.over(customer),
            Deal::OnAccount if !foreign => self.on_account(customer),
            Deal::WholeBalance if !subscriber => self.whole_balance(customer),
            Deal::AmountSlip if !foreign => self.amount_slip(customer),
            Deal::SeveralShort if !foreign && !subscriber => self.several_short(customer),
            Deal::Subset if !subscriber => self.subset(customer),
            _ => self.single(customer),
        }?;
        self.take(&settlement.picks);
        self.last_day[settlement.customer] = settlement.day;
        Some(settlement)
    }

    pub(super) fn quote(&mut self, customer: usize) -> Quote {
        let habit = self.family.customers[customer].quote;
        if self.dice.chance(self.mix.habitual) { habit } else { self.mix.quote(&mut self.dice) }
    }

    fn list(&mut self, customer: usize) -> ListQuote {
        let habit = self.family.customers[customer].list;
        if self.dice.chance(self.mix.habitual) { habit } else { self.mix.list(&mut self.dice) }
    }

    /// A quote that names the item, for payments whose amount alone says nothing.
    fn naming_quote(&mut self, customer: usize) -> Quote {
        match self.quote(customer) {
            Quote::Nothing | Quote::CustomerNumber | Quote::Typo | Quote::TypoNeighbour | Quote::Truncated => Quote::Worded,
            quote => quote,
        }
    }

    fn earliest(&self, customer: usize) -> i32 {
        if self.family.customers[customer].subscriber { self.last_day[customer] } else { i32::MIN }
    }

    fn plain(&self, customer: usize, day: i32, picks: Vec<Pick>, how: How, relation: &'static str) -> Settlement {
        Settlement { customer, picks, on_account: 0, relation, day, note: None, charges: 0, how, central: false }
    }

    pub(super) fn single(&mut self, customer: usize) -> Option<Settlement> {
        let item = self.invoice(customer, |_| true)?;
        let day = self.day(&[item], self.earliest(customer), i32::MAX)?;
        let how = How::One(self.quote(customer));
        let is_rest = self.items[item].open < self.items[item].total && self.dice.chance(600);
        let note = is_rest.then(|| self.note(customer, |words| words.rest));
        Some(Settlement { note, ..self.plain(customer, day, self.in_full(&[item]), how, if is_rest { "rest" } else { "exact" }) })
    }

    fn several(&mut self, customer: usize) -> Option<Settlement> {
        let count = self.dice.weighted(&[(45, 2), (28, 3), (14, 4), (8, 6), (5, 9)]);
        let central = self.family.central.is_some() && self.dice.chance(600);
        let mut items = if central { self.across(count) } else { self.invoices(customer, count, |_| true) };
        if items.len() < 2 {
            return None;
        }
        if self.dice.chance(300) {
            items.reverse();
        }
        let day = self.day(&items, i32::MIN, i32::MAX)?;
        let mut list = self.list(customer);
        if self.is_row(&items) && self.dice.chance(450) {
            list = ListQuote::Range;
        }
        Some(Settlement { central, ..self.plain(customer, day, self.in_full(&items), How::Many(list), "exact") })
    }

    fn is_row(&self, items: &[usize]) -> bool {
        items.windows(2).all(|pair| self.items[pair[1]].sequence == self.items[pair[0]].sequence + 1)
    }

    /// Items of several customers the central payer pays at once.
    fn across(&mut self, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = Vec::new();
        for customer in 0..self.family.customers.len() {
            let currency = self.seller.currency;
            all.extend(self.invoices(customer, count.div_ceil(2), |item| item.currency == currency));
        }
        while all.len() > count {
            let out = self.dice.below(all.len() as u64) as usize;
            all.remove(out);
        }
        all
    }

    fn netting(&mut self, customer: usize) -> Option<Settlement> {
        let credits = self.free(customer, |item| item.credit);
        let credit = *credits.get(self.dice.below(credits.len() as u64) as usize)?;
        let count = self.dice.between(1, 4) as usize;
        let mut items = self.invoices(customer, count, |_| true);
        items.push(credit);
        let picks = self.in_full(&items);
        if items.len() < 2 || picks.iter().map(|pick| pick.applied).sum::<i64>() <= 0 {
            return None;
        }
        let day = self.day(&items, i32::MIN, i32::MAX)?;
        let list = match self.list(customer) {
            ListQuote::Nothing | ListQuote::Some => ListQuote::Numbers,
            list => list,
        };
        Some(self.plain(customer, day, picks, How::Many(list), "netting"))
    }

    fn discount(&mut self, customer: usize, in_time: bool) -> Option<Settlement> {
        let first = if self.past { i32::MIN } else { self.period.first };
        let item = self.invoice(customer, |item| item.discount.is_some() && (!in_time || item.discount_until() >= first))?;
        let until = self.items[item].discount_until();
        let (relation, reason, day) = if in_time {
            let graced = self.dice.chance(150);
            let until = if graced { until + GRACE } else { until };
            (if graced { "discount_grace" } else { "discount" }, "discount", self.day(&[item], i32::MIN, until)?)
        } else {
            ("discount_late", "discount_unearned", self.day(&[item], until + GRACE + 3, i32::MAX)?)
        };
        let pick = self.less_discount(item, reason);
        let quote = if in_time { self.quote(customer) } else { self.naming_quote(customer) };
        let mut settlement = self.plain(customer, day, vec![pick], How::One(quote), relation);
        // Value dates may lie a day before: what is late or in grace must stay so.
        settlement.note = self.dice.chance(250).then(|| self.note(customer, |words| words.discount));
        Some(settlement)
    }

    fn less_discount(&self, item: usize, reason: &'static str) -> Pick {
        let (open, left) = (self.items[item].open, self.items[item].discounted());
        Pick { item, applied: left, adjust: open - left, reason: if open == left { "" } else { reason } }
    }

    fn discount_several(&mut self, customer: usize, mixed: bool) -> Option<Settlement> {
        let first = if self.past { i32::MIN } else { self.period.first };
        let count = self.dice.between(2, 5) as usize;
        let mut items = self.invoices(customer, count, |item| item.discount_until() >= first);
        let until = items.iter().map(|place| self.items[*place].discount_until()).min()?;
        let day = self.day(&items, i32::MIN, until)?;
        let discounted = items.len();
        if mixed {
            let others = self.free(customer, |item| !item.credit && item.issued < day && item.discount_until() + GRACE + 2 < day);
            items.extend(others.into_iter().take(count));
        }
        if items.len() < 2 || (mixed && items.len() == discounted) {
            return None;
        }
        let picks = items.iter().enumerate();
        let picks: Vec<Pick> = picks
            .map(|(place, item)| {
                if place < discounted {
                    self.less_discount(*item, "discount")
                } else {
                    Pick { item: *item, applied: self.items[*item].open, adjust: 0, reason: "" }
                }
            })
            .collect();
        let how = How::Many(self.list(customer));
        Some(self.plain(customer, day, picks, how, if mixed { "discount_mixed" } else { "discount_several" }))
    }

    fn fee(&mut self, customer: usize, stated: bool) -> Option<Settlement> {
        let habit = self.family.customers[customer].fee;
        let drawn = self.dice.pick(&[150, 200, 250, 350, 500, 500, 750, 1000, 1250, 1500, 2000, 2500, 3000]);
        let fee = if stated {
            self.dice.between(110, 1900)
        } else if habit > 0 {
            habit
        } else {
            drawn
        };
        let fee = if habit > 0 && !stated { fee } else { money::cents(fee, self.seller.currency) };
        let item = self.invoice(customer, |item| item.open >= fee * 25)?;
        let day = self.day(&[item], self.earliest(customer), i32::MAX)?;
        let pick = Pick { item, applied: self.items[item].open - fee, adjust: fee, reason: "bank_fee" };
        let how = How::One(self.naming_quote(customer));
        let relation = if stated { "fee_stated" } else { "fee" };
        Some(Settlement { charges: if stated { fee } else { 0 }, ..self.plain(customer, day, vec![pick], how, relation) })
    }

    fn rounding(&mut self, customer: usize) -> Option<Settlement> {
        if self.seller.currency.minor_digits() == 0 {
            return None;
        }
        let cents = self.dice.between(1, 5);
        let item = self.invoice(customer, |item| item.open > 5000)?;
        let day = self.day(&[item], self.earliest(customer), i32::MAX)?;
        let pick = Pick { item, applied: self.items[item].open - cents, adjust: cents, reason: "" };
        let how = How::One(self.naming_quote(customer));
        Some(self.plain(customer, day, vec![pick], how, "rounding"))
    }

    fn short(&mut self, customer: usize, says_why: bool) -> Option<Settlement> {
        let unit = money::unit(self.seller.currency);
        let least = money::cents(3000, self.seller.currency);
        let item = self.invoice(customer, |item| item.open > 12 * least)?;
        let open = self.items[item].open;
        let per_mille = self.dice.between(90, 350);
        let mut missing = open * per_mille / 1000;
        if self.dice.chance(400) {
            missing -= missing % unit;
        }
        let missing = missing.max(least + self.dice.between(7, 95));
        let day = self.day(&[item], self.earliest(customer), i32::MAX)?;
        let pick = Pick { item, applied: open - missing, adjust: missing, reason: "short_pay" };
        let how = How::One(self.naming_quote(customer));
        let mut settlement = self.plain(customer, day, vec![pick], how, if says_why { "short_reason" } else { "short_silent" });
        settlement.note = says_why.then(|| self.deduction_note(customer, missing));
        Some(settlement)
    }

    fn deduction_note(&mut self, customer: usize, missing: i64) -> String {
        let words = self.note(customer, |words| words.deduction);
        if self.dice.chance(500) {
            return words;
        }
        format!("{words} {}", money::with_point(missing, self.seller.currency, if self.dice.chance(600) { ',' } else { '.' }, None))
    }

    pub(super) fn note(&mut self, customer: usize, list: fn(&crate::ledger::words::Words) -> &'static [&'static str]) -> String {
        let mut dice = self.dice.clone();
        let word = self.writer(customer).word(list, &mut dice);
        self.dice = dice;
        word.to_owned()
    }

    fn instalment(&mut self, customer: usize) -> Option<Settlement> {
        let unit = money::unit(self.seller.currency);
        let item = self.invoice(customer, |item| item.open > 400 * unit)?;
        let open = self.items[item].open;
        let paid = match self.dice.below(4) {
            0 => open / 3,
            1 => open / 2,
            2 => open * self.dice.between(2, 7) / 10,
            _ => open / 2 / (100 * unit) * (100 * unit),
        };
        if paid < 50 * unit {
            return None;
        }
        let day = self.day(&[item], i32::MIN, i32::MAX)?;
        let pick = Pick { item, applied: paid, adjust: open - paid, reason: "partial" };
        let how = How::One(self.naming_quote(customer));
        let mut settlement = self.plain(customer, day, vec![pick], how, "partial");
        let word = self.note(customer, |words| words.instalment);
        settlement.note = Some(word.replace('#', &self.dice.between(1, 3).to_string()));
        Some(settlement)
    }

    fn over(&mut self, customer: usize) -> Option<Settlement> {
        let unit = money::unit(self.seller.currency);
        let partly = self.invoice(customer, |item| item.open < item.total).filter(|_| self.dice.chance(250));
        let item = partly.or_else(|| self.invoice(customer, |_| true))?;
        let day = self.day(&[item], self.earliest(customer), i32::MAX)?;
        let open = self.items[item].open;
        let more = match self.dice.below(3) {
            _ if open < self.items[item].total => self.items[item].total - open,
            0 => self.dice.between(5, 90) * unit,
            1 => (open / 10).max(unit),
            _ => self.dice.between(600, 9900).max(unit),
        };
        let how = How::One(self.naming_quote(customer));
        Some(Settlement { on_account: more, ..self.plain(customer, day, self.in_full(&[item]), how, "over") })
    }

    fn on_account(&mut self, customer: usize) -> Option<Settlement> {
        let unit = money::unit(self.seller.currency);
        let day = self.day(&[], i32::MIN, i32::MAX)?;
        let amount = self.dice.between(2, 60) * 100 * unit;
        let word = self.note(customer, |words| words.prepaid);
        let text = format!("{word} {}", self.dice.digits(6));
        let settlement = self.plain(customer, day, Vec::new(), How::Words(text, "prepaid"), "on_account");
        Some(Settlement { on_account: amount, ..settlement })
    }

    fn whole_balance(&mut self, customer: usize) -> Option<Settlement> {
        if self.items.iter().any(|item| item.customer == customer && item.used && item.closed.is_none()) {
            return None;
        }
        let day = self.day(&[], self.period.first + 10, i32::MAX)?;
        let only_due = self.dice.chance(600);
        let counts = |item: &Item| if only_due { item.due <= day } else { item.issued < day };
        let items = self.free(customer, counts);
        let picks = self.in_full(&items);
        if !(2..=12).contains(&items.len()) || picks.iter().map(|pick| pick.applied).sum::<i64>() <= 0 {
            return None;
        }
        let text = self.note(customer, |words| words.balance);
        let text = if self.dice.chance(400) { format!("{text} {}", date(day)) } else { text };
        let how = How::Words(text, if only_due { "all_due" } else { "all_open" });
        Some(self.plain(customer, day, picks, how, "balance"))
    }

    fn subset(&mut self, customer: usize) -> Option<Settlement> {
        let count = self.dice.between(2, 4) as usize;
        let items = self.invoices(customer, count, |_| true);
        if items.len() < 2 {
            return None;
        }
        let day = self.day(&items, i32::MIN, i32::MAX)?;
        let text = self.note(customer, |words| words.nothing);
        Some(self.plain(customer, day, self.in_full(&items), How::Words(text, "silent"), "subset"))
    }
}
