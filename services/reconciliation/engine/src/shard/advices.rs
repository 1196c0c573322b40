//! Remittance advices, and how a line finds its own.

use hashbrown::HashMap;

use crate::normal::{Form, account_key, hash, hash_numbers, name_key, name_tokens};
use crate::record::{AdviceLine, AdviceRecord};

/// A row of an advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdviceRow {
    /// The document as written.
    pub document: Box<str>,
    /// What was held back.
    pub deduction: i64,
    /// Why.
    pub reason: Box<str>,
    /// What was paid; negative for a credit note.
    pub net: i64,
}

impl AdviceRow {
    /// Of a record.
    pub fn of(line: &AdviceLine<'_>) -> Self {
        AdviceRow { document: line.document.into(), deduction: line.deduction.unwrap_or(0), reason: line.reason.into(), net: line.net }
    }
}

/// An advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Its date, as days.
    pub date: Option<i32>,
    /// What it says was paid.
    pub total: i64,
    /// Account of the payer as a key; 0 for none.
    pub account: u64,
    /// Name of the payer as a key; 0 for none.
    pub name: u64,
    /// Customer number it quotes; empty for none.
    pub customer_number: Box<str>,
    /// True when its rows and its total add up.
    pub proven: bool,
    /// Its rows.
    pub rows: Vec<AdviceRow>,
}

/// All advices.
#[derive(Debug, Default)]
pub struct Advices {
    rows: Vec<Advice>,
    by_number: HashMap<u64, Vec<u32>, crate::normal::FixedState>,
    by_total: HashMap<u64, Vec<u32>, crate::normal::FixedState>,
}

const SHORTEST_NUMBER: usize = 4;

impl Advices {
    /// Adds an advice.
    pub fn add(&mut self, record: &AdviceRecord<'_>) {
        let place = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let mut tokens = Vec::new();
        name_tokens(record.payer_name, &mut tokens);
        tokens.sort_unstable();
        tokens.dedup();
        let total = record.total.unwrap_or_else(|| record.lines.iter().map(|line| line.net).sum());
        let rows = record.lines.iter().map(AdviceRow::of);
        let number = Form::of(record.number.as_bytes());
        if number.as_bytes().len() >= SHORTEST_NUMBER {
            self.by_number.entry(hash(number.as_bytes())).or_default().push(place);
        }
        self.by_total.entry(hash_numbers(total.unsigned_abs(), 3)).or_default().push(place);
        self.rows.push(Advice {
            date: record.date.map(|date| date.days()),
            total,
            account: account_key(record.payer_account),
            name: if tokens.is_empty() { 0 } else { name_key(&tokens) },
            customer_number: record.customer_number.into(),
            proven: record.proven,
            rows: rows.collect(),
        });
    }

    /// True when there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// One of them.
    pub fn get(&self, place: u32) -> Option<&Advice> {
        self.rows.get(place as usize)
    }

    /// Advices of a number, by the hash of its normal form.
    pub fn by_number(&self, key: u64) -> &[u32] {
        self.by_number.get(&key).map_or(&[], Vec::as_slice)
    }

    /// Advices of a total.
    pub fn by_total(&self, total: i64) -> &[u32] {
        self.by_total.get(&hash_numbers(total.unsigned_abs(), 3)).map_or(&[], Vec::as_slice)
    }
}
