//! Counts over the lines of a seller, merged over all sellers.

use std::collections::BTreeMap;

use quittance_matching::proposal::{Allocation, Band, DifferenceKind, HypothesisKind, LineClass, MatchClass, Proposal};
use quittance_matching::record::{Line, Rates};
use quittance_matching::shard::Shard;
use quittance_types::{BusinessDate, Currency};

use crate::amount::minor_text;
use crate::sums::Sums;

/// Bins of the calibration.
pub(crate) const BINS: usize = 10;
const MILLION: u32 = 1_000_000;
/// Exceptions that are shown.
const EXCEPTIONS: usize = 25;
/// Characters of a text that are shown.
const SHOWN: usize = 140;

/// Lines and their amounts without sign.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count {
    pub lines: u64,
    pub amounts: Sums,
}

impl Count {
    fn add(&mut self, line: &Line) {
        self.lines += 1;
        self.amounts.add(line.currency, line.amount.saturating_abs());
    }

    /// Adds another count.
    pub fn merge(&mut self, other: &Count) {
        self.lines += other.lines;
        self.amounts.merge(&other.amounts);
    }
}

/// Why lines were not applied.
#[derive(Debug, Clone)]
pub(crate) struct RefusalCount {
    pub sentence: &'static str,
    pub count: Count,
    /// The largest of them.
    pub example: Example,
}

/// A line that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    /// Size in the currency of the report, to find the largest; the amount itself where there is no rate.
    pub size: i64,
    pub line: String,
    pub seller: String,
    pub on: BusinessDate,
    pub amount: i64,
    pub currency: Currency,
    pub payer: String,
    pub text: String,
    pub why: &'static str,
    /// What stands first among the suggestions.
    pub best: String,
}

impl Example {
    /// Larger first, then by reference.
    fn order(&self) -> (std::cmp::Reverse<i64>, &str, &str) {
        (std::cmp::Reverse(self.size), &self.seller, &self.line)
    }
}

/// Lines of a range of confidence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bin {
    pub lines: u64,
    /// Sum of the confidences, parts per million.
    pub expected: u64,
    pub auto: u64,
}

/// Differences of one kind in autos.
#[derive(Debug, Clone, Default)]
pub(crate) struct DifferenceCount {
    pub items: u64,
    pub amounts: Sums,
}

/// Everything counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub cells: BTreeMap<(LineClass, Band, MatchClass), Count>,
    pub readings: BTreeMap<(Band, HypothesisKind), Count>,
    pub refusals: BTreeMap<(Band, &'static str), RefusalCount>,
    pub bins: [Bin; BINS],
    pub differences: BTreeMap<DifferenceKind, DifferenceCount>,
    pub on_account: Sums,
    /// Receipts by the month they were booked in.
    pub months: BTreeMap<(i32, u32), BTreeMap<Band, u64>>,
    pub exceptions: Vec<Example>,
    /// Autos whose applied and kept money is not the line's amount.
    pub unconserved: Vec<String>,
}

/// Whose lines are counted, and in what currency sizes compare.
pub(crate) struct Scope<'a> {
    pub seller: &'a str,
    pub shard: &'a Shard,
    pub rates: &'a Rates,
    pub currency: Currency,
}

impl Tally {
    /// Counts a line.
    pub fn line(&mut self, scope: &Scope<'_>, line: &Line, proposal: &Proposal) {
        self.cells.entry((proposal.class, proposal.band, proposal.match_class)).or_default().add(line);
        if let Some(best) = proposal.best() {
            self.readings.entry((proposal.band, best.kind)).or_default().add(line);
            self.bin(proposal);
        }
        if proposal.class == LineClass::Receipt {
            let (year, month, _) = line.booked_on.ymd();
            *self.months.entry((year, month)).or_default().entry(proposal.band).or_default() += 1;
        }
        match proposal.band {
            Band::Auto => self.applied(scope, line, proposal),
            Band::Suggest | Band::None => self.refused(scope, line, proposal),
        }
    }

    fn bin(&mut self, proposal: &Proposal) {
        let width = MILLION / u32::try_from(BINS).unwrap_or(1);
        let index = usize::try_from(proposal.confidence / width).unwrap_or_default().min(BINS - 1);
        let Some(bin) = self.bins.get_mut(index) else { return };
        bin.lines += 1;
        bin.expected += u64::from(proposal.confidence);
        bin.auto += u64::from(proposal.band == Band::Auto);
    }

    fn applied(&mut self, scope: &Scope<'_>, line: &Line, proposal: &Proposal) {
        let Some(best) = proposal.best() else { return };
        let mut in_line_currency = true;
        let mut sum = best.on_account;
        for allocation in &best.allocations {
            let Some(item) = scope.shard.item(allocation.item) else { continue };
            in_line_currency &= item.currency == line.currency;
            sum = sum.saturating_add(allocation.applied).saturating_add(gain(allocation));
            // A bank puts its fee on top of what comes back.
            sum = sum.saturating_sub(if best.kind == HypothesisKind::Reversal { allocation.adjustment } else { 0 });
            if let Some(kind) = allocation.kind {
                let difference = self.differences.entry(kind).or_default();
                difference.items += 1;
                difference.amounts.add(item.currency, allocation.adjustment);
            }
        }
        if best.on_account != 0 {
            self.on_account.add(line.currency, best.on_account);
        }
        if in_line_currency && sum != line.amount {
            self.unconserved.push(line.id.clone());
        }
    }

    fn refused(&mut self, scope: &Scope<'_>, line: &Line, proposal: &Proposal) {
        let Some(refusal) = proposal.refusal else { return };
        let example = example(scope, line, proposal, refusal.sentence());
        if matches!(proposal.class, LineClass::Receipt | LineClass::Return) {
            self.exception(&example);
        }
        let entry = self.refusals.entry((proposal.band, refusal.as_str()));
        let reason =
            entry.or_insert_with(|| RefusalCount { sentence: refusal.sentence(), count: Count::default(), example: example.clone() });
        reason.count.add(line);
        if example.order() < reason.example.order() {
            reason.example = example;
        }
    }

    fn exception(&mut self, example: &Example) {
        let place = self.exceptions.partition_point(|kept| kept.order() < example.order());
        if place < EXCEPTIONS {
            self.exceptions.insert(place, example.clone());
            self.exceptions.truncate(EXCEPTIONS);
        }
    }

    /// Adds the counts of another seller.
    pub fn merge(&mut self, other: Tally) {
        for (key, count) in other.cells {
            self.cells.entry(key).or_default().merge(&count);
        }
        for (key, count) in other.readings {
            self.readings.entry(key).or_default().merge(&count);
        }
        for (kind, count) in other.differences {
            let own = self.differences.entry(kind).or_default();
            own.items += count.items;
            own.amounts.merge(&count.amounts);
        }
        for (month, bands) in other.months {
            let own = self.months.entry(month).or_default();
            bands.into_iter().for_each(|(band, lines)| *own.entry(band).or_default() += lines);
        }
        for (own, bin) in self.bins.iter_mut().zip(other.bins) {
            *own = Bin { lines: own.lines + bin.lines, expected: own.expected + bin.expected, auto: own.auto + bin.auto };
        }
        self.on_account.merge(&other.on_account);
        self.unconserved.extend(other.unconserved);
        other.exceptions.iter().for_each(|example| self.exception(example));
        self.merge_refusals(other.refusals);
    }

    fn merge_refusals(&mut self, others: BTreeMap<(Band, &'static str), RefusalCount>) {
        for (key, other) in others {
            let Some(own) = self.refusals.get_mut(&key) else {
                self.refusals.insert(key, other);
                continue;
            };
            own.count.merge(&other.count);
            if other.example.order() < own.example.order() {
                own.example = other.example;
            }
        }
    }
}

/// Cents above an invoice that are taken as income.
fn gain(allocation: &Allocation) -> i64 {
    if allocation.applied > 0 { allocation.adjustment.min(0).saturating_neg() } else { 0 }
}

fn example(scope: &Scope<'_>, line: &Line, proposal: &Proposal, why: &'static str) -> Example {
    let size = line.amount.saturating_abs();
    Example {
        size: scope.rates.convert(size, line.currency, scope.currency).unwrap_or(size),
        line: line.id.clone(),
        seller: scope.seller.to_owned(),
        on: line.booked_on,
        amount: line.amount,
        currency: line.currency,
        payer: line.payer_name.clone(),
        text: line.text.join(" ").chars().take(SHOWN).collect(),
        why,
        best: best(scope.shard, proposal),
    }
}

/// `Brandt AG: RX7-2026-44120 1,190.00, on account 5.00`
fn best(shard: &Shard, proposal: &Proposal) -> String {
    let Some(best) = proposal.best() else { return String::new() };
    let customer =
        best.customer.and_then(|customer| shard.customer(customer)).map(|view| if view.name.is_empty() { view.id } else { view.name });
    let items = best.allocations.iter().filter_map(|allocation| {
        let item = shard.item(allocation.item)?;
        Some(format!("{} {}", item.number, minor_text(allocation.applied, item.currency)))
    });
    let shown: Vec<String> = items.take(4).collect();
    let more = best.allocations.len().saturating_sub(shown.len());
    let mut text = customer.map(|name| format!("{name}: ")).unwrap_or_default();
    text.push_str(&shown.join(", "));
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    if shown.is_empty() {
        text.push_str("on account");
    }
    text
}
