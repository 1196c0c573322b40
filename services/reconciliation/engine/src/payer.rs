//! Who pays: evidence for customers from account, name and customer number.

mod spoken;

pub(crate) use spoken::account_of;

use std::cmp::Ordering;

use quittance_types::Currency;

use crate::bits::{Millibits, log2, log2_ratio};
use crate::candidates::Candidates;
use crate::normal::{name_key, name_tokens};
use crate::proposal::{CustomerIx, Feature};
use crate::record::Line;
use crate::shard::Shard;

/// Customers with evidence that are kept.
const KEPT: usize = 8;
/// A word of more customers says too little to follow.
const COMMON_WORD: usize = 400;
/// Customers of one word that are followed, and customers that are compared word by word.
const FOLLOWED: usize = 64;
const COMPARED: usize = 12;
const CAP_NAME: Millibits = 9_000;
const CAP_ACCOUNT: Millibits = 14_000;
const LEAST_ACCOUNT: Millibits = 8_000;
/// Two customers this close cannot be told apart.
pub const AMBIGUOUS: Millibits = 1_500;
/// An account of so many customers is a factor's or a parent's.
const FACTOR: usize = 3;

/// What the account says about a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountSays {
    /// Nothing: it is not known, or there is none.
    #[default]
    Nothing,
    /// It pays for this customer and no other.
    Own,
    /// It pays for this customer and others.
    Shared,
    /// It pays for others of the same group, or for many.
    Linked,
    /// It pays for another customer.
    Contradicts,
}

/// What the name says about a customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameSays {
    /// Nothing.
    #[default]
    Nothing,
    /// Some words agree.
    Similar,
    /// The whole name agrees, or was confirmed before.
    Same,
    /// It is the name of another customer.
    Contradicts,
}

/// A customer and what speaks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayerScore {
    /// The customer.
    pub customer: CustomerIx,
    /// Weight of the account.
    pub account: Millibits,
    /// Weight of the name.
    pub name: Millibits,
    /// Weight of the customer number.
    pub number: Millibits,
    /// What the account says.
    pub account_says: AccountSays,
    /// What the name says.
    pub name_says: NameSays,
}

impl PayerScore {
    /// Account and name depend on each other: all of the stronger and two fifths of the weaker. The customer number
    /// counts in full.
    pub fn total(&self) -> Millibits {
        let (account, name) = self.shares();
        account + name + self.number
    }

    /// What account and name contribute to the total.
    pub fn shares(&self) -> (Millibits, Millibits) {
        let weaken = |bits: Millibits| bits * 2 / 5;
        if self.account.abs() >= self.name.abs() { (self.account, weaken(self.name)) } else { (weaken(self.account), self.name) }
    }

    /// True when account, name or number agree beyond doubt and none contradicts.
    pub fn is_sure(&self) -> bool {
        let contradicts = self.account_says == AccountSays::Contradicts
            || (self.name_says == NameSays::Contradicts && self.account_says != AccountSays::Own);
        let agrees = matches!(self.account_says, AccountSays::Own | AccountSays::Shared | AccountSays::Linked)
            || self.name_says == NameSays::Same
            || self.is_quoted()
            || self.name >= 6_000;
        agrees && !contradicts
    }

    /// True when the account pays for other customers too.
    pub const fn pays_for_others(&self) -> bool {
        matches!(self.account_says, AccountSays::Shared | AccountSays::Linked)
    }

    /// True when the line quotes the customer number or VAT id beyond doubt.
    pub fn is_quoted(&self) -> bool {
        self.number >= LEAST_ACCOUNT
    }

    /// True when nothing but the name tells who pays.
    pub fn is_name_alone(&self) -> bool {
        self.account_says == AccountSays::Nothing && self.number == 0
    }

    /// Feature that names the name's evidence.
    pub fn name_feature(&self) -> Feature {
        if self.name < 0 { Feature::NameContradicts } else { Feature::Name }
    }

    /// Feature that names the account's evidence.
    pub fn account_feature(&self) -> Feature {
        match self.account_says {
            AccountSays::Contradicts => Feature::AccountContradicts,
            AccountSays::Shared | AccountSays::Linked => Feature::AccountShared,
            AccountSays::Own | AccountSays::Nothing => Feature::AccountKnown,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct AccountUse {
    customer: CustomerIx,
    weight: u64,
}

/// The heavier first, of equal ones the lower id.
fn heavier<W: Ord>(shard: &Shard, left: (CustomerIx, W), right: (CustomerIx, W)) -> Ordering {
    right.1.cmp(&left.1).then_with(|| shard.customers.by_id(left.0, right.0))
}

/// The payer of a line.
#[derive(Default)]
pub struct Payer {
    /// Customers the payer speaks for, best first.
    pub scores: Vec<PayerScore>,
    /// Set when the two best are too close.
    pub ambiguous: bool,
    /// Account key of the line; 0 for none.
    pub account: u64,
    /// Name key of the line; 0 for none.
    pub name: u64,
    uses: Vec<AccountUse>,
    tokens: Vec<u64>,
    named: Vec<(CustomerIx, Millibits, bool)>,
}

impl Payer {
    /// Reads the payer of a line.
    pub fn find(&mut self, shard: &Shard, line: &Line, candidates: &Candidates) {
        self.scores.clear();
        self.ambiguous = false;
        self.read_account(shard, line);
        self.read_name(shard, line);
        self.read_spoken_names(shard, line);
        if self.name == 0 && line.payer_name.is_empty() && line.ultimate_debtor.is_empty() {
            self.read_name_in_text(shard, line);
        }
        let mut customers: Vec<CustomerIx> = self.uses.iter().take(16).map(|one| one.customer).collect();
        customers.extend(self.named.iter().take(16).map(|(customer, ..)| *customer));
        customers.extend(candidates.customers.iter().map(|(customer, _)| *customer));
        customers.sort_unstable();
        customers.dedup();
        for customer in customers {
            let score = self.score(shard, customer, candidates);
            self.scores.push(score);
        }
        self.scores.retain(|score| score.total() > 0);
        self.scores.sort_by(|left, right| heavier(shard, (left.customer, left.total()), (right.customer, right.total())));
        self.scores.truncate(KEPT);
        self.ambiguous = match self.scores.as_slice() {
            [first, second, ..] => first.total() - second.total() < AMBIGUOUS,
            _ => false,
        };
    }

    fn read_account(&mut self, shard: &Shard, line: &Line) {
        self.uses.clear();
        self.account = account_of(shard, line);
        if self.account == 0 {
            return;
        }
        for posting in shard.customers.accounts.get(self.account) {
            self.count(posting.item(), crate::learning::MASTER_DATA);
        }
        for one in shard.learning.account_uses(self.account) {
            self.count(one.customer, one.counter.weight(line.value_on));
        }
        self.uses.sort_by(|left, right| heavier(shard, (left.customer, left.weight), (right.customer, right.weight)));
    }

    fn count(&mut self, customer: CustomerIx, weight: u64) {
        match self.uses.iter_mut().find(|one| one.customer == customer) {
            Some(one) => one.weight += weight,
            None => self.uses.push(AccountUse { customer, weight }),
        }
    }

    /// Customers whose name agrees, with the weight and whether the whole name does.
    fn read_name(&mut self, shard: &Shard, line: &Line) {
        self.named.clear();
        self.name = 0;
        for name in [line.payer_name.as_str(), line.ultimate_debtor.as_str()] {
            if !name.is_empty() {
                self.read_one_name(shard, line, name);
            }
        }
        self.named.sort_by(|left, right| heavier(shard, (left.0, left.1), (right.0, right.1)));
    }

    fn read_one_name(&mut self, shard: &Shard, line: &Line, name: &str) {
        let mut tokens = std::mem::take(&mut self.tokens);
        name_tokens(name, &mut tokens);
        tokens.sort_unstable();
        tokens.dedup();
        if !tokens.is_empty() {
            let key = name_key(&tokens);
            self.name = if self.name == 0 { key } else { self.name };
            self.whole_name(shard, line, key, &tokens);
            match self.settled() {
                Some(customer) => self.own_words(shard, customer, &tokens),
                None => self.words_of_name(shard, &tokens),
            }
        }
        self.tokens = tokens;
    }

    /// The customer that account and whole name mean, when they mean no other: similar names say nothing beside that.
    fn settled(&self) -> Option<CustomerIx> {
        match (self.uses.as_slice(), self.named.as_slice()) {
            ([user], [(named, _, true)]) if user.customer == *named => Some(*named),
            _ => None,
        }
    }

    /// The weight of the words of a name for the customer whose whole name it is.
    fn own_words(&mut self, shard: &Shard, customer: CustomerIx, tokens: &[u64]) {
        let known = |token: &u64| shard.customers.words.count(*token);
        let told = tokens.iter().filter(|token| (1..=COMMON_WORD).contains(&known(token)));
        let bits: Millibits = told.map(|token| shard.customers.rarity(*token)).sum();
        self.compare_words(shard, customer, bits);
    }

    fn compare_words(&mut self, shard: &Shard, customer: CustomerIx, bits: Millibits) {
        let all = shard.customers.name_weight(customer);
        if all > 0 {
            let covered = i64::from(bits) * i64::from(bits) / i64::from(all);
            self.name_bits(customer, i32::try_from(covered).unwrap_or(0).min(CAP_NAME), false);
        }
    }

    fn whole_name(&mut self, shard: &Shard, line: &Line, key: u64, tokens: &[u64]) {
        let known = shard.customers.names.count(key);
        let customers = shard.customers.len() as u64;
        let rarity = log2_ratio(customers, known.max(1) as u64).min(CAP_NAME);
        if (1..=8).contains(&known) && !tokens.is_empty() {
            for posting in shard.customers.names.get(key) {
                self.named.push((posting.item(), rarity.max(2_000), true));
            }
        }
        let all: u64 = shard.learning.name_uses(key).map(|one| one.counter.weight(line.value_on)).sum();
        for one in shard.learning.name_uses(key) {
            let share = log2_ratio(one.counter.weight(line.value_on).max(1), all.max(1));
            self.name_bits(one.customer, (log2(customers).min(CAP_NAME) + share).max(0), true);
        }
    }

    /// Customers that share words of the name: those that share the rarest are looked at.
    fn words_of_name(&mut self, shard: &Shard, tokens: &[u64]) {
        let mut found: Vec<(CustomerIx, Millibits)> = Vec::new();
        for token in tokens {
            let known = shard.customers.words.count(*token);
            if (1..=COMMON_WORD).contains(&known) {
                let bits = shard.customers.rarity(*token);
                found.extend(shard.customers.words.get(*token).take(FOLLOWED).map(|posting| (posting.item(), bits)));
            }
        }
        // Each word's customers are in order already: runs are merged.
        found.sort_by_key(|(customer, _)| *customer);
        let mut heaviest: Vec<(CustomerIx, Millibits)> = Vec::with_capacity(COMPARED + 1);
        for same in found.chunk_by(|left, right| left.0 == right.0) {
            let one = (same[0].0, same.iter().map(|(_, bits)| bits).sum::<Millibits>());
            let is_heavier = |known: &(CustomerIx, Millibits)| heavier(shard, *known, one).is_lt();
            if heaviest.len() < COMPARED || !heaviest.last().is_some_and(is_heavier) {
                let place = heaviest.partition_point(is_heavier);
                heaviest.insert(place, one);
                heaviest.truncate(COMPARED);
            }
        }
        for (customer, bits) in heaviest {
            self.compare_words(shard, customer, bits);
        }
    }

    fn name_bits(&mut self, customer: CustomerIx, bits: Millibits, whole: bool) {
        if bits <= 0 {
            return;
        }
        let is_full = self.named.len() >= 96;
        match self.named.iter_mut().find(|(known, ..)| *known == customer) {
            Some((_, known, known_whole)) => {
                *known = (*known).max(bits);
                *known_whole |= whole;
            }
            None if !is_full => self.named.push((customer, bits, whole)),
            None => {}
        }
    }

    /// What speaks for and against a customer.
    pub fn score(&self, shard: &Shard, customer: CustomerIx, candidates: &Candidates) -> PayerScore {
        let (account, account_says) = self.account_score(shard, customer);
        let (name, name_says) = self.name_score(shard, customer, account_says);
        let number = candidates.customers.iter().find(|(known, _)| *known == customer).map_or(0, |(_, bits)| *bits);
        PayerScore { customer, account, name, number, account_says, name_says }
    }

    /// True when the account is known, and for nobody of the customer's group.
    pub fn is_stranger(&self, shard: &Shard, customer: CustomerIx) -> bool {
        let is_own = |one: &AccountUse| one.customer == customer || shard.customers.are_related(one.customer, customer);
        !self.uses.is_empty() && !self.uses.iter().any(is_own)
    }

    /// True when the account is known for the customer.
    pub fn pays_for(&self, customer: CustomerIx) -> bool {
        self.uses.iter().any(|one| one.customer == customer)
    }

    /// True when a customer the account is known for is asked for the amount.
    pub fn is_asked(&self, shard: &Shard, currency: Currency, amount: i64) -> bool {
        match shard.all_asking(currency, amount) {
            Some(mut asking) => asking.any(|item| self.pays_for(shard.items.customer(item))),
            None => self.uses.iter().any(|one| !shard.asking(one.customer, currency, amount).is_empty()),
        }
    }

    fn account_score(&self, shard: &Shard, customer: CustomerIx) -> (Millibits, AccountSays) {
        let customers = log2(shard.customers.len() as u64) - 234;
        let all: u64 = self.uses.iter().map(|one| one.weight).sum();
        if all == 0 {
            return (0, AccountSays::Nothing);
        }
        match self.uses.iter().find(|one| one.customer == customer) {
            Some(_) if self.uses.len() == 1 => (customers.clamp(LEAST_ACCOUNT, CAP_ACCOUNT), AccountSays::Own),
            Some(one) => {
                let share = log2_ratio(one.weight.max(1), all);
                let says = if one.weight * 20 >= all * 19 { AccountSays::Own } else { AccountSays::Shared };
                ((customers.clamp(LEAST_ACCOUNT, CAP_ACCOUNT) + share).max(500), says)
            }
            None if self.uses.iter().any(|one| shard.customers.are_related(one.customer, customer)) => (2_000, AccountSays::Linked),
            None if self.uses.len() >= FACTOR => (-1_000, AccountSays::Linked),
            None => (-6_500, AccountSays::Contradicts),
        }
    }

    fn name_score(&self, shard: &Shard, customer: CustomerIx, account: AccountSays) -> (Millibits, NameSays) {
        let is_groups = || self.named.iter().any(|(other, _, whole)| *whole && shard.customers.are_related(*other, customer));
        if let Some((_, bits, whole)) = self.named.iter().find(|(known, ..)| *known == customer) {
            let better_whole =
                self.named.iter().any(|(other, _, other_whole)| *other_whole && !*whole && !shard.customers.are_related(*other, customer));
            if better_whole && account != AccountSays::Own && !is_groups() {
                return (-4_000, NameSays::Contradicts);
            }
            let says = if *whole || *bits >= 7_000 { NameSays::Same } else { NameSays::Similar };
            return (*bits, says);
        }
        let other =
            self.named.iter().any(|(other, bits, whole)| (*whole || *bits >= 7_500) && !shard.customers.are_related(*other, customer));
        if other && !matches!(account, AccountSays::Own | AccountSays::Shared | AccountSays::Linked) && !is_groups() {
            return (-4_000, NameSays::Contradicts);
        }
        (0, NameSays::Nothing)
    }
}
