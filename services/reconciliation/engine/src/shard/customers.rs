//! Customers: who they are, how they can be recognised, who belongs to whom.

use std::cmp::Ordering;

use hashbrown::HashMap;

use super::postings::{Posting, Postings};
use crate::bits::{Millibits, log2_ratio};
use crate::normal::{Form, Shape, ShapeSet, account_key, hash, name_key, name_tokens};
use crate::proposal::CustomerIx;
use crate::record::CustomerRecord;

/// No customer.
pub const NOBODY: CustomerIx = CustomerIx::MAX;
/// Generations that are followed to the head of a group.
const GENERATIONS: usize = 4;

#[derive(Debug, Default)]
struct Customer {
    id: Box<str>,
    name: Box<str>,
    tokens: Box<[u64]>,
    /// Hash of the parent's id; 0 for none.
    parent: u64,
}

/// All customers of a shard.
#[derive(Debug, Default)]
pub struct Customers {
    rows: Vec<Customer>,
    by_id: HashMap<u64, CustomerIx, crate::normal::FixedState>,
    /// Account from the master data to customers.
    pub accounts: Postings,
    /// Word of a name to customers.
    pub words: Postings,
    /// Whole name to customers.
    pub names: Postings,
    /// Customer number and VAT id to customers.
    pub numbers: Postings,
    /// Shapes of customer numbers and VAT ids.
    shapes: ShapeSet,
    pending: Pending,
    built: bool,
    /// Weight of all words of each name, while nobody was added since the indexes were built; else empty.
    name_weights: Vec<Millibits>,
    /// Head of the group of each, while nobody was added since; else empty.
    heads: Vec<CustomerIx>,
    /// Whether others belong to the group of each head, while nobody was added since; else empty.
    leads: Vec<bool>,
    /// Rows before this one stand in the order of their ids.
    settled: CustomerIx,
}

#[derive(Debug, Default)]
struct Pending {
    accounts: Vec<(u64, Posting)>,
    words: Vec<(u64, Posting)>,
    names: Vec<(u64, Posting)>,
    numbers: Vec<(u64, Posting)>,
}

impl Customers {
    /// Number of customers.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Place of the customer of this id, made when it is new. The empty id stands for one nobody knows.
    pub fn intern(&mut self, id: &str) -> CustomerIx {
        let next = CustomerIx::try_from(self.rows.len()).unwrap_or(NOBODY);
        let place = *self.by_id.entry(hash(id.as_bytes())).or_insert(next);
        if place == next {
            self.forget_derived();
            self.rows.push(Customer { id: id.into(), ..Customer::default() });
        }
        place
    }

    fn forget_derived(&mut self) {
        self.name_weights.clear();
        self.heads.clear();
        self.leads.clear();
    }

    /// Place of the customer of this id.
    pub fn find(&self, id: &str) -> Option<CustomerIx> {
        self.by_id.get(&hash(id.as_bytes())).copied()
    }

    /// Adds a customer or what is new about it.
    pub fn add(&mut self, record: &CustomerRecord<'_>) -> CustomerIx {
        self.forget_derived();
        let place = self.intern(record.id);
        let mut tokens = Vec::new();
        name_tokens(record.name, &mut tokens);
        tokens.sort_unstable();
        tokens.dedup();
        let parent = if record.parent.is_empty() || record.parent == record.id { 0 } else { hash(record.parent.as_bytes()) };
        let posting = Posting::new(place, 0);
        for account in record.ibans.iter().map(|iban| account_key(iban)).filter(|key| *key != 0) {
            self.index(Table::Accounts, account, posting);
        }
        for number in [record.number, record.vat_id] {
            let form = Form::of(number.as_bytes());
            if form.as_bytes().len() >= 4 {
                self.shapes.insert(Shape::of(form.as_bytes()));
                self.index(Table::Numbers, hash(form.as_bytes()), posting);
            }
        }
        for token in &tokens {
            self.index(Table::Words, *token, posting);
        }
        if !tokens.is_empty() {
            self.index(Table::Names, name_key(&tokens), posting);
        }
        if let Some(row) = self.rows.get_mut(place as usize) {
            *row = Customer { id: record.id.into(), name: record.name.into(), tokens: tokens.into(), parent };
        }
        place
    }

    /// False when no customer number has the shape, so that looking it up is idle.
    pub fn may_have_number(&self, shape: Shape) -> bool {
        self.shapes.contains(shape)
    }

    fn index(&mut self, table: Table, key: u64, posting: Posting) {
        if self.built {
            match table {
                Table::Accounts => self.accounts.add(key, posting),
                Table::Words => self.words.add(key, posting),
                Table::Names => self.names.add(key, posting),
                Table::Numbers => self.numbers.add(key, posting),
            }
            return;
        }
        match table {
            Table::Accounts => self.pending.accounts.push((key, posting)),
            Table::Words => self.pending.words.push((key, posting)),
            Table::Names => self.pending.names.push((key, posting)),
            Table::Numbers => self.pending.numbers.push((key, posting)),
        }
    }

    /// Brings the customers into the order of their ids, so that places do not depend on the order of input, and turns what
    /// was gathered into the indexes. The new place of each.
    pub fn build(&mut self) -> Vec<CustomerIx> {
        let mut order: Vec<CustomerIx> = (0..u32::try_from(self.rows.len()).unwrap_or(NOBODY)).collect();
        order.sort_by(|left, right| self.rows[*left as usize].id.cmp(&self.rows[*right as usize].id));
        let mut places = vec![0; order.len()];
        for (place, old) in (0..).zip(&order) {
            places[*old as usize] = place;
        }
        let mut rows: Vec<Customer> = std::mem::take(&mut self.rows);
        self.rows = order.iter().map(|old| std::mem::take(&mut rows[*old as usize])).collect();
        self.by_id.values_mut().for_each(|place| *place = places[*place as usize]);
        let pending = std::mem::take(&mut self.pending);
        let index = |pairs: Vec<(u64, Posting)>| {
            let moved = |(key, old): (u64, Posting)| (key, Posting::new(places[old.item() as usize], old.form()));
            Postings::build(pairs.into_iter().map(moved).collect())
        };
        self.accounts = index(pending.accounts);
        self.words = index(pending.words);
        self.names = index(pending.names);
        self.numbers = index(pending.numbers);
        self.built = true;
        self.settled = u32::try_from(self.rows.len()).unwrap_or(NOBODY);
        self.name_weights = self.rows.iter().map(|row| self.weight_of(&row.tokens)).collect();
        self.heads = (0..self.settled).map(|customer| self.follow_parents(customer)).collect();
        self.leads = vec![false; self.heads.len()];
        for (_, head) in (0..).zip(&self.heads).filter(|(customer, head)| customer != *head) {
            self.leads[*head as usize] = true;
        }
        places
    }

    /// How rare a word is among the names.
    pub fn rarity(&self, token: u64) -> Millibits {
        log2_ratio(self.rows.len() as u64, self.words.count(token).max(1) as u64).max(200)
    }

    /// The weight of all words of a customer's name.
    pub fn name_weight(&self, customer: CustomerIx) -> Millibits {
        let known = self.name_weights.get(customer as usize).copied();
        known.unwrap_or_else(|| self.weight_of(self.tokens(customer)))
    }

    fn weight_of(&self, tokens: &[u64]) -> Millibits {
        tokens.iter().map(|token| self.rarity(*token)).sum()
    }

    /// The id.
    pub fn id(&self, customer: CustomerIx) -> &str {
        self.rows.get(customer as usize).map_or("", |row| &row.id)
    }

    /// False for the customer without an id: nobody knows who that is.
    pub fn is_known(&self, customer: CustomerIx) -> bool {
        !self.id(customer).is_empty()
    }

    /// Order of two customers by their ids, whenever they were added.
    pub fn by_id(&self, left: CustomerIx, right: CustomerIx) -> Ordering {
        let is_settled = left < self.settled && right < self.settled;
        if is_settled { left.cmp(&right) } else { self.id(left).cmp(self.id(right)) }
    }

    /// The name.
    pub fn name(&self, customer: CustomerIx) -> &str {
        self.rows.get(customer as usize).map_or("", |row| &row.name)
    }

    /// Words of the name, sorted, each once.
    pub fn tokens(&self, customer: CustomerIx) -> &[u64] {
        self.rows.get(customer as usize).map_or(&[], |row| &row.tokens)
    }

    /// Head of the group a customer belongs to: itself when it belongs to none.
    pub fn head(&self, customer: CustomerIx) -> CustomerIx {
        self.heads.get(customer as usize).copied().unwrap_or_else(|| self.follow_parents(customer))
    }

    fn follow_parents(&self, customer: CustomerIx) -> CustomerIx {
        let mut head = customer;
        for _ in 0..GENERATIONS {
            let parent = self.rows.get(head as usize).map_or(0, |row| row.parent);
            if parent == 0 {
                break;
            }
            match self.by_id.get(&parent) {
                Some(next) if *next != customer => head = *next,
                _ => break,
            }
        }
        head
    }

    /// True for the head of a group of several.
    pub fn leads_others(&self, customer: CustomerIx) -> bool {
        let mut others = (0..self.len() as CustomerIx).filter(|other| *other != customer);
        self.leads.get(customer as usize).copied().unwrap_or_else(|| others.any(|other| self.head(other) == customer))
    }

    /// True when the master data put both into one group.
    pub fn are_related(&self, left: CustomerIx, right: CustomerIx) -> bool {
        left == right || self.head(left) == self.head(right)
    }
}

#[derive(Clone, Copy)]
enum Table {
    Accounts,
    Words,
    Names,
    Numbers,
}
