//! What the customers of a household pay, and how their transfers say it.

mod deal;
mod misleading;
mod payer;
mod select;
mod special;

use super::advice::{Advice, AdviceRow};
use super::customer::Family;
use super::item::Item;
use super::line::{Applied, BankLine, Booked, Class, Truth, codes};
use super::mix::{Deal, ListQuote, Mix, Quote};
use super::money;
use super::period::Period;
use super::plan::Plan;
use super::quote::{Said, Writer};
use super::seller::Seller;
use super::{Params, Profile};
use crate::dice::Dice;
use payer::Payer;

/// What a payment does to one item.
#[derive(Clone, Debug)]
pub(super) struct Pick {
    pub item: usize,
    /// Signed as in the payment.
    pub applied: i64,
    pub adjust: i64,
    pub reason: &'static str,
}

/// How a payment names what it pays.
#[derive(Clone, Debug)]
pub(super) enum How {
    One(Quote),
    Many(ListQuote),
    Words(String, &'static str),
}

/// A payment before it is written. Amounts in the currency of its items.
#[derive(Clone, Debug)]
pub(super) struct Settlement {
    pub customer: usize,
    pub picks: Vec<Pick>,
    pub on_account: i64,
    pub relation: &'static str,
    pub day: i32,
    pub note: Option<String>,
    pub charges: i64,
    pub how: How,
    /// Pays through the household's central payer.
    pub central: bool,
}

/// A past line with what a person confirmed.
#[derive(Clone, Debug)]
pub struct Confirmed {
    /// The line.
    pub line: BankLine,
    /// What it did.
    pub applied: Vec<Applied>,
}

/// What a household leaves behind.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Lines of the statements.
    pub lines: Vec<Booked>,
    /// Lines of the past.
    pub confirmed: Vec<Confirmed>,
    /// Advices sent.
    pub advices: Vec<Advice>,
}

/// A household at work.
pub struct Household<'a> {
    /// Parameters of the folder.
    pub params: &'a Params,
    /// Whom it pays.
    pub seller: &'a Seller,
    /// The ledger's numbers.
    pub plan: &'a Plan,
    /// The days.
    pub period: &'a Period,
    /// How often what happens.
    pub mix: &'a Mix,
    /// Who it is.
    pub family: &'a Family,
    /// All its items.
    pub items: Vec<Item>,
    /// Its chances.
    pub dice: Dice,
    /// True while the past is played.
    pub past: bool,
    /// Last paying day of each customer, for those who pay in order.
    pub last_day: Vec<i32>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Household<'_> {
    /// Plays up to `wanted` past lines.
    pub fn play_past(&mut self, wanted: u64) -> u64 {
        self.past = true;
        let mut made = 0;
        for _ in 0..wanted.saturating_mul(2) {
            if made >= wanted {
                break;
            }
            let deal = match self.mix.deal(&mut self.dice) {
                Deal::Several | Deal::WholeBalance | Deal::Advice | Deal::Subset | Deal::Netting => Deal::Several,
                deal @ (Deal::Discount | Deal::DiscountSeveral | Deal::DiscountMixed | Deal::DiscountLate) => deal,
                deal @ (Deal::Fee | Deal::ShortReason | Deal::Rounding | Deal::Over) => deal,
                _ => Deal::Single,
            };
            if let Some(settlement) = self.settle(deal) {
                self.confirm(&settlement);
                made += 1;
            }
        }
        self.past = false;
        self.last_day.iter_mut().for_each(|day| *day = 0);
        made
    }

    /// Plays up to `wanted` lines of the statements.
    pub fn play(&mut self, wanted: u64) {
        let goal = self.outcome.lines.len() as u64 + wanted;
        let mut tries = wanted.saturating_mul(3);
        while (self.outcome.lines.len() as u64) < goal && tries > 0 {
            tries -= 1;
            let deal = self.mix.deal(&mut self.dice);
            self.deal(deal);
        }
    }

    fn deal(&mut self, deal: Deal) {
        match deal {
            Deal::Duplicate => self.duplicate(),
            Deal::Returned => self.returned(),
            Deal::ClosedAgain => self.closed_again(false),
            Deal::ClosedSameAmount => self.closed_again(true),
            Deal::Stranger => self.stranger(),
            Deal::OneOfTwo => self.one_of_two(),
            Deal::OldAndNew => self.old_and_new(),
            Deal::WrongAccount => self.wrong_account(),
            Deal::UnknownNumber => self.unknown_number(),
            Deal::PaidOut => self.paid_out(),
            Deal::Advice | Deal::AdviceTotal | Deal::AdviceMissing => self.advised(deal),
            _ => {
                let settlement = self.settle(deal).or_else(|| self.settle(Deal::Single));
                if let Some(settlement) = settlement {
                    self.book(&settlement);
                }
            }
        }
    }

    /// Writes the transfer of a settlement and books it.
    fn book(&mut self, settlement: &Settlement) -> usize {
        let payer = self.payer(settlement);
        let said = self.say(settlement);
        let line = self.line(settlement, &payer, said.clone());
        let style = self.style(settlement, &said, line.amount);
        let scenario = format!("{}/{style}/{}", self.relation(settlement), payer.label);
        let applied = self.applied(settlement);
        self.push(line, Truth { class: Class::Receipt, applied, scenario })
    }

    fn push(&mut self, line: BankLine, truth: Truth) -> usize {
        self.outcome.lines.push(Booked { line, truth });
        self.outcome.lines.len() - 1
    }

    fn confirm(&mut self, settlement: &Settlement) {
        let payer = self.payer(settlement);
        let said = self.say(settlement);
        let line = self.line(settlement, &payer, said);
        let applied = self.applied(settlement);
        for pick in &settlement.picks {
            if let Some(item) = self.items.get_mut(pick.item) {
                item.closed = Some(settlement.day);
            }
        }
        self.outcome.confirmed.push(Confirmed { line, applied });
    }

    fn relation(&self, settlement: &Settlement) -> String {
        let foreign = self.currency(settlement) != self.seller.currency;
        let across = settlement.picks.iter().any(|pick| self.items[pick.item].customer != settlement.customer);
        let several = settlement.picks.len() > 1 && settlement.relation == "exact";
        let base = if several { "several" } else { settlement.relation };
        format!("{base}{}{}", if foreign { "_fx" } else { "" }, if across { "_group" } else { "" })
    }

    fn currency(&self, settlement: &Settlement) -> quittance_types::Currency {
        settlement.picks.first().map_or(self.seller.currency, |pick| self.items[pick.item].currency)
    }

    fn writer(&self, customer: usize) -> Writer<'_> {
        let distractors = if self.params.profile == Profile::Base { 160 } else { 300 };
        Writer { seller: self.seller, plan: self.plan, customer: &self.family.customers[customer], limit: 140, distractors }
    }

    fn say(&mut self, settlement: &Settlement) -> Said {
        let mut dice = self.dice.clone();
        let writer = self.writer(settlement.customer);
        let items: Vec<&Item> = settlement.picks.iter().filter_map(|pick| self.items.get(pick.item)).collect();
        let note = settlement.note.as_deref();
        let said = match (&settlement.how, items.first()) {
            (How::One(quote), Some(item)) => {
                let said = writer.one(*quote, item, note, &mut dice);
                if self.names_a_twin(item, &said) { writer.one(Quote::Full, item, note, &mut dice) } else { said }
            }
            (How::Many(quote), Some(_)) => writer.several(*quote, &items, note, &mut dice),
            (How::Words(text, style), _) => writer.words_only(text.clone(), style, &mut dice),
            (_, None) => Said::default(),
        };
        self.dice = dice;
        said
    }

    /// A slip that names an item of the same customer and amount is no slip anybody could see.
    fn names_a_twin(&self, item: &Item, said: &Said) -> bool {
        let is_twin = |other: &Item| other.customer == item.customer && other.open == item.open && other.number != item.number;
        said.style == Quote::TypoNeighbour.as_str() && self.items.iter().any(|other| is_twin(other) && said.text.contains(&other.number))
    }

    fn line(&mut self, settlement: &Settlement, payer: &Payer, said: Said) -> BankLine {
        let currency = self.currency(settlement);
        let amount = settlement.picks.iter().map(|pick| pick.applied).sum::<i64>() + settlement.on_account;
        let mut line = BankLine::new(settlement.day, amount, self.code(settlement.customer));
        line.text = said.text;
        line.structured = said.structured;
        line.end_to_end_id = said.end_to_end_id;
        if currency != self.seller.currency {
            self.exchange(&mut line, currency);
        }
        line.charges = settlement.charges;
        line.payer_name.clone_from(&payer.name);
        line.payer_account.clone_from(&payer.account);
        line.ultimate.clone_from(&payer.ultimate);
        if self.dice.chance(60) {
            line.valued = line.booked - 1;
        }
        line
    }

    /// The account's currency is another one: the bank converts.
    fn exchange(&mut self, line: &mut BankLine, from: quittance_types::Currency) {
        let instructed = line.amount;
        line.amount = money::convert(instructed, from, self.seller.currency, self.dice.between(-7000, 7000)).max(1);
        line.code = codes::ABROAD;
        if self.seller.feed.is_camt() && self.dice.chance(550) {
            line.instructed = Some((instructed, from));
        } else if self.dice.chance(600) && line.text.len() < 110 {
            let amount = money::with_point(instructed, from, if self.dice.chance(500) { ',' } else { '.' }, None);
            line.text = format!("{} {} {amount}", line.text, from.code());
        }
    }

    fn applied(&self, settlement: &Settlement) -> Vec<Applied> {
        let of = |customer: usize| self.family.customers[customer].id.clone();
        let mut applied: Vec<Applied> = settlement
            .picks
            .iter()
            .filter_map(|pick| {
                let item = self.items.get(pick.item)?;
                Some(Applied {
                    invoice: item.number.clone(),
                    customer: of(item.customer),
                    amount: pick.applied,
                    adjust: pick.adjust,
                    reason: pick.reason,
                    currency: item.currency,
                })
            })
            .collect();
        if settlement.on_account != 0 {
            let (customer, currency) = (of(settlement.customer), self.currency(settlement));
            applied.push(Applied { invoice: String::new(), customer, amount: settlement.on_account, adjust: 0, reason: "", currency });
        }
        applied
    }

    /// The style, marked when words name nothing and the amount does not tell either.
    fn style(&self, settlement: &Settlement, said: &Said, amount: i64) -> String {
        let silent = matches!(said.style, "nothing" | "customer_number" | "list_nothing");
        if !silent || settlement.picks.len() != 1 {
            return said.style.to_owned();
        }
        let item = &self.items[settlement.picks[0].item];
        let same = self.items.iter().filter(|other| {
            other.customer == item.customer
                && other.closed.is_none()
                && !other.credit
                && other.currency == item.currency
                && other.open == item.open
        });
        let subscriber = self.family.customers[settlement.customer].subscriber;
        match (same.count(), subscriber, amount == item.open) {
            (0 | 1, _, _) => said.style.to_owned(),
            (_, true, true) => format!("{}_fifo", said.style),
            _ => format!("{}_ambiguous", said.style),
        }
    }

    fn advice_row(&self, pick: &Pick) -> AdviceRow {
        let item = &self.items[pick.item];
        let gross = item.signed();
        AdviceRow {
            number: item.number.clone(),
            issued: item.issued,
            gross,
            deduction: gross - pick.applied,
            net: pick.applied,
            reason: pick.reason,
            order: item.order.clone(),
        }
    }
}
