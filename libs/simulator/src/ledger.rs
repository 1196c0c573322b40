//! Folders to measure the matching engine on: ledgers, statements and advices with the truth of every line known.
//!
//! [`generate`] writes a folder as `quittance match` reads it, and beside it `truth.csv` (what every line did) and
//! `remit_truth.csv` (what every advice says); [`score`] compares a result with them. The same [`Params`] give the same
//! bytes. Sellers are made one after the other and households of customers one after the other, so that memory grows with
//! the lines of the largest seller and not with the items.
//!
//! Reading order: [`plan`] (who has how many items when), [`customer`] and [`item`] (who owes what), [`mix`] (how often
//! what happens), [`pay`] (what is paid), [`quote`] (how it is said), [`noise`] (everything else on an account),
//! [`statement`] and [`advice`] (files).

pub mod advice;
pub mod country;
pub mod customer;
pub mod folder;
pub mod item;
pub mod line;
pub mod mix;
pub mod money;
pub mod noise;
pub mod party;
pub mod pay;
pub mod period;
pub mod plan;
pub mod quote;
pub mod scheme;
pub mod score;
pub mod seller;
pub mod shape;
pub mod statement;
pub mod text;
pub mod words;

use std::io;
use std::path::Path;

use crate::dice::{Dice, Purpose};
use folder::Folder;
use line::{Booked, Class, codes};
use mix::Mix;
use pay::{Household, Outcome};
use period::Period;
use plan::Plan;
use seller::Seller;
use statement::Page;

/// Most lines in one statement.
const PAGE: usize = 4000;

/// How hard a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// What a usual company sees.
    Base,
    /// Fewer references, more slips, more look-alikes, more shared prices, more items in one payment.
    Hard,
}

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Params {
    /// Same seed, same bytes.
    pub seed: u64,
    /// Sellers, at least 1.
    pub sellers: u32,
    /// Open items over all sellers.
    pub items: u64,
    /// Statement lines over all sellers, about; at most what the items allow.
    pub lines: u64,
    /// Confirmed past lines over all sellers, about.
    pub history: u64,
    /// How hard it is.
    pub profile: Profile,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sellers.
    pub sellers: u64,
    /// Customers.
    pub customers: u64,
    /// Open items.
    pub open_items: u64,
    /// Closed items.
    pub closed_items: u64,
    /// Statement lines, each counted once.
    pub lines: u64,
    /// Confirmed past lines.
    pub history: u64,
    /// Advices.
    pub advices: u64,
}

/// Writes a folder.
///
/// # Errors
/// What the file system says.
pub fn generate(params: &Params, directory: &Path) -> io::Result<Counts> {
    let mut making = Making {
        params,
        mix: Mix::of(params.profile),
        period: Period::new(),
        folder: Folder::create(directory, params)?,
        counts: Counts::default(),
    };
    for index in 0..params.sellers.max(1) {
        making.seller(index)?;
    }
    making.folder.finish()?;
    Ok(making.counts)
}

struct Making<'a> {
    params: &'a Params,
    mix: Mix,
    period: Period,
    folder: Folder,
    counts: Counts,
}

/// The share of a total that falls to one of several sellers; shares add up to the total.
fn share(total: u64, index: u32, sellers: u32) -> u64 {
    let until = |place: u32| total * u64::from(place) / u64::from(sellers.max(1));
    until(index + 1) - until(index)
}

impl Making<'_> {
    fn seller(&mut self, index: u32) -> io::Result<()> {
        let of = |total| share(total, index, self.params.sellers);
        let (open, lines, history) = (of(self.params.items).max(1), of(self.params.lines), of(self.params.history));
        let plan = Plan::new(self.params, index, open, history, &self.period);
        let Some(seller) = Seller::new(self.params, index, plan.documents(), plan.issued_before(self.period.year)) else { return Ok(()) };
        self.folder.seller(&seller)?;
        self.counts.sellers += 1;
        let noise = lines * u64::from(self.mix.noise) / 1000;
        let mut booked = self.households(&seller, &plan, lines - noise, history)?;
        let mut dice = Dice::new(self.params.seed, u64::from(index), Purpose::LedgerNoise, 0);
        booked.extend((0..noise).map(|_| noise::line(&seller, &self.period, plan.documents(), &mut dice)));
        self.statements(&seller, booked)
    }

    fn households(&mut self, seller: &Seller, plan: &Plan, receipts: u64, history: u64) -> io::Result<Vec<Booked>> {
        let mut booked: Vec<Booked> = Vec::with_capacity(receipts as usize);
        let (mut items, mut past) = (0, 0);
        for (ordinal, household) in (0_u64..).zip(&plan.households) {
            items += household.members.iter().map(|member| u64::from(member.open)).sum::<u64>();
            let due = |total: u64| total * items / plan.open.max(1);
            let family_dice = |purpose| Dice::new(self.params.seed, u64::from(seller.index) << 32 | ordinal, purpose, 0);
            let family = customer::family(seller, household, &self.mix, &mut family_dice(Purpose::LedgerParty));
            let mut item_dice = family_dice(Purpose::LedgerItem);
            let mut all = Vec::new();
            for (place, (customer, member)) in family.customers.iter().zip(&household.members).enumerate() {
                all.extend(item::items(self.params, seller, customer, (place, member), plan, &self.period, &mut item_dice));
            }
            let mut play = Household {
                params: self.params,
                seller,
                plan,
                period: &self.period,
                mix: &self.mix,
                family: &family,
                items: all,
                dice: family_dice(Purpose::LedgerPay),
                past: false,
                last_day: vec![0; family.customers.len()],
                outcome: Outcome::default(),
            };
            past += play.play_past(due(history).saturating_sub(past));
            play.play(due(receipts).saturating_sub(booked.len() as u64));
            let (outcome, all) = (play.outcome, play.items);
            self.write(seller, &family, &all, &outcome)?;
            booked.extend(outcome.lines);
        }
        Ok(booked)
    }

    fn write(&mut self, seller: &Seller, family: &customer::Family, items: &[item::Item], outcome: &Outcome) -> io::Result<()> {
        for customer in &family.customers {
            self.folder.customer(seller, customer)?;
        }
        for item in items {
            let Some(customer) = family.customers.get(item.customer) else { continue };
            self.folder.item(seller, customer, item)?;
            let counted = if item.closed.is_some() { &mut self.counts.closed_items } else { &mut self.counts.open_items };
            *counted += 1;
        }
        for confirmed in &outcome.confirmed {
            self.folder.confirmed(seller, confirmed)?;
        }
        for advice in &outcome.advices {
            self.counts.advices += 1;
            let owner = u64::from(seller.index) << 32 | self.counts.advices;
            let file = advice::write(advice, &mut Dice::new(self.params.seed, owner, Purpose::LedgerBank, 1));
            self.folder.advice(seller, advice, &file)?;
        }
        self.counts.customers += family.customers.len() as u64;
        self.counts.history += outcome.confirmed.len() as u64;
        Ok(())
    }

    /// Books the lines of a seller day by day.
    fn statements(&mut self, seller: &Seller, mut booked: Vec<Booked>) -> io::Result<()> {
        let mut dice = Dice::new(self.params.seed, u64::from(seller.index), Purpose::LedgerBank, 0);
        let mut keyed: Vec<(i32, u64, Booked)> = booked.drain(..).map(|one| (one.line.booked, dice.below(1 << 40), one)).collect();
        keyed.sort_by_key(|(day, shuffle, _)| (*day, *shuffle));
        let mut booked: Vec<Booked> = keyed.into_iter().map(|(_, _, one)| one).collect();
        number(seller, &mut booked, &mut dice);
        let mut opening = dice.between(10_000, 900_000) * money::unit(seller.currency);
        let mut number = 80;
        for of_day in booked.chunk_by(|a, b| a.line.booked == b.line.booked) {
            for lines in pages(of_day) {
                number += 1;
                let closing = opening + lines.iter().map(|booked| booked.line.amount).sum::<i64>();
                let day = lines.first().map_or(self.period.first, |booked| booked.line.booked);
                let page = Page { seller, day, number, lines, opening, closing };
                self.folder.statement(&page, number == 83 || dice.chance(15))?;
                opening = closing;
            }
        }
        for one in &booked {
            self.folder.truth(seller, one)?;
        }
        self.counts.lines += booked.len() as u64;
        Ok(())
    }
}

/// Gives every line its bank reference, and binds some receipts of a day to batches.
fn number(seller: &Seller, booked: &mut [Booked], dice: &mut Dice) {
    let (mut batch, mut left) = (0, 0);
    for (ordinal, one) in booked.iter_mut().enumerate() {
        let line = &mut one.line;
        line.id = if seller.feed.is_camt() {
            format!("{}{}{:09}", seller.id, period::date(line.booked).to_string().replace('-', ""), ordinal + 1)
        } else {
            format!("{}{:07}", seller.id, ordinal + 1)
        };
        let fits = one.truth.class == Class::Receipt && line.code == codes::CREDIT && line.valued == line.booked && seller.feed.is_camt();
        if left > 0 && fits {
            line.batch = batch;
            left -= 1;
            continue;
        }
        left = 0;
        if fits && dice.chance(25) {
            batch += 1;
            left = dice.between(1, 4);
            line.batch = batch;
        }
    }
}

/// Pages of at most [`PAGE`] lines that do not part a batch.
fn pages(lines: &[Booked]) -> Vec<&[Booked]> {
    let mut pages = Vec::new();
    let mut rest = lines;
    while rest.len() > PAGE {
        let mut at = PAGE;
        while at > 1 && rest[at].line.batch != 0 && rest[at].line.batch == rest[at - 1].line.batch {
            at -= 1;
        }
        let (page, after) = rest.split_at(at);
        pages.push(page);
        rest = after;
    }
    pages.push(rest);
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up() {
        for sellers in 1..9 {
            let total: u64 = (0..sellers).map(|index| share(1001, index, sellers)).sum();
            assert_eq!(total, 1001);
        }
    }
}
