//! Who sends the money.

use super::{Household, Settlement};
use crate::ledger::customer::{PayingAccount, at_the_bank};
use crate::ledger::line::{Code, codes};
use crate::ledger::party::{self, Party};
use crate::ledger::plan::Kind;

/// The payer as the bank shows it.
#[derive(Clone, Debug)]
pub(in crate::ledger) struct Payer {
    pub name: String,
    pub account: String,
    pub ultimate: String,
    /// The word in a scenario.
    pub label: &'static str,
}

impl Household<'_> {
    pub(super) fn payer(&mut self, settlement: &Settlement) -> Payer {
        let family = self.family;
        let central = settlement.central || self.pays_centrally(settlement.customer);
        if let (Some(account), true) = (&family.central, central) {
            return self.central(account, settlement.customer);
        }
        if self.dice.chance(self.mix.third_party) {
            return self.third_party();
        }
        let customer = &family.customers[settlement.customer];
        let usual = customer.accounts.len() == 1 || self.dice.chance(700);
        let place = if usual { 0 } else { 1 + self.dice.below(customer.accounts.len() as u64 - 1) as usize };
        let Some(account) = customer.accounts.get(place) else { return self.third_party() };
        let label = match (account.number.is_empty(), account.known, account.alias) {
            (true, ..) => "no_account",
            (_, true, _) => "known",
            (_, _, true) => "alias",
            _ => "new_account",
        };
        let name = at_the_bank(&account.name, self.params.profile, &mut self.dice);
        Payer { name, account: account.number.clone(), ultimate: String::new(), label }
    }

    fn pays_centrally(&mut self, customer: usize) -> bool {
        match self.family.kind {
            Kind::Factored => self.dice.chance(850),
            Kind::Group => customer > 0 && self.dice.chance(450),
            Kind::Alone | Kind::LookAlikes => false,
        }
    }

    fn central(&mut self, account: &PayingAccount, customer: usize) -> Payer {
        let named = self.dice.chance(350);
        let ultimate = if named { self.family.customers[customer].party.name.clone() } else { String::new() };
        let label = if self.family.kind == Kind::Group { "parent" } else { "factor" };
        Payer { name: account.name.clone(), account: account.number.clone(), ultimate, label }
    }

    /// Somebody never heard of before or after.
    pub(super) fn third_party(&mut self) -> Payer {
        let party = Party::new(self.seller.party.country, &mut self.dice);
        let account = party::account(party.country, &mut self.dice);
        Payer { name: party.name, account, ultimate: String::new(), label: "third_party" }
    }

    pub(super) fn code(&mut self, customer: usize) -> Code {
        let (own, other) = (self.seller.party.country, self.family.customers[customer].party.country);
        match (own.currency, own.code == other.code, own.currency == other.currency) {
            ("EUR", _, true) if self.dice.chance(80) => codes::INSTANT,
            ("EUR", _, true) => codes::CREDIT,
            (_, true, _) => codes::DOMESTIC,
            _ => codes::ABROAD,
        }
    }
}
