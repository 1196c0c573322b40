//! How well the suite recognised what the lines really are. Counts lines as INTELLIGENCE A13 does: a line is right only
//! when every euro went where it belongs.

use std::collections::BTreeMap;

use quittance_types::{Fault, Money};

use crate::truth::{LineKind, Truth, TruthBook};

/// What the suite did with one line by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedLine {
    /// The bank's reference of the line.
    pub bank_reference: String,
    /// Customer the money was given to, by external id; `None` while unidentified.
    pub customer: Option<String>,
    /// Documents it was applied to.
    pub applications: Vec<Applied>,
}

/// Cash applied to one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Document number.
    pub document: String,
    /// Cash.
    pub cash: Money,
    /// Discount granted with it.
    pub discount: Money,
}

/// The result. Rates are in basis points (1/100 of a percent) and rounded down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Lines that are customer receipts.
    pub receipts: u64,
    /// Their money, in minor units over all currencies.
    pub receipts_minor: i128,
    /// Receipts the suite applied something of.
    pub applied: u64,
    /// Applied receipts with every euro where it belongs.
    pub right: u64,
    /// Applied receipts whose applications all belong there, with money left that belongs to a document.
    pub incomplete: u64,
    /// Applied receipts with a euro where it does not belong.
    pub wrong: u64,
    /// Of the wrong ones: money went to another customer's document.
    pub wrong_customer: u64,
    /// Receipts not applied whose customer was named rightly.
    pub customer_only: u64,
    /// Lines that are no receipts and were applied to documents.
    pub not_receivable_applied: u64,
    /// Applied lines the book of truth does not know.
    pub unknown: u64,
    /// Cash applied, in minor units over all currencies.
    pub applied_minor: i128,
    /// Of it: applied where it belongs.
    pub right_minor: i128,
    /// By way of naming documents: receipts and right ones.
    pub by_style: BTreeMap<&'static str, (u64, u64)>,
}

impl Score {
    /// Applied receipts without a wrong euro, of all applied ones.
    pub fn precision_bp(&self) -> u64 {
        basis_points(self.right + self.incomplete, self.applied)
    }

    /// Right receipts of all receipts: the straight-through rate.
    pub fn recall_bp(&self) -> u64 {
        basis_points(self.right, self.receipts)
    }

    /// Cash applied where it belongs, of all cash applied.
    pub fn amount_precision_bp(&self) -> u64 {
        match self.applied_minor {
            0 => 10_000,
            applied => u64::try_from(self.right_minor * 10_000 / applied).unwrap_or(0),
        }
    }
}

fn basis_points(part: u64, whole: u64) -> u64 {
    (part * 10_000).checked_div(whole).unwrap_or(10_000)
}

impl TruthBook {
    /// Compares the truth with what was applied. Lines that are missing in `applied` count as not applied.
    ///
    /// # Errors
    /// `CURRENCY_MISMATCH` when a document was applied in two currencies.
    pub fn score(&self, applied: &[AppliedLine]) -> Result<Score, Fault> {
        let mut by_reference: BTreeMap<&str, &AppliedLine> = BTreeMap::new();
        for line in applied {
            by_reference.insert(&line.bank_reference, line);
        }
        let mut score = Score::default();
        for truth in &self.lines {
            let line = by_reference.remove(truth.bank_reference.as_str());
            self.count(truth, line, &mut score)?;
        }
        score.unknown = by_reference.values().filter(|line| !line.applications.is_empty()).count() as u64;
        Ok(score)
    }

    fn count(&self, truth: &Truth, line: Option<&AppliedLine>, score: &mut Score) -> Result<(), Fault> {
        let applications = line.map_or(&[][..], |line| line.applications.as_slice());
        let LineKind::Receipt { customer, style, .. } = &truth.kind else {
            score.not_receivable_applied += u64::from(!applications.is_empty());
            return Ok(());
        };
        score.receipts += 1;
        score.receipts_minor += i128::from(truth.amount.minor());
        let by_style = score.by_style.entry(style.as_str()).or_default();
        by_style.0 += 1;
        if applications.is_empty() {
            // A transfer that settles nothing is right when it stays with its customer.
            let named = line.and_then(|line| line.customer.as_ref()) == Some(customer);
            score.customer_only += u64::from(named);
            if named && truth.covers.is_empty() {
                score.right += 1;
                score.applied += 1;
                by_style.1 += 1;
            }
            return Ok(());
        }
        score.applied += 1;
        let verdict = verdict(truth, applications)?;
        score.applied_minor += verdict.applied_minor;
        score.right_minor += verdict.right_minor;
        if verdict.wrong {
            score.wrong += 1;
            let foreign = applications.iter().any(|a| self.owners.get(&a.document).is_some_and(|owner| owner != customer));
            score.wrong_customer += u64::from(foreign);
        } else if verdict.complete {
            score.right += 1;
            by_style.1 += 1;
        } else {
            score.incomplete += 1;
        }
        Ok(())
    }
}

struct Verdict {
    applied_minor: i128,
    right_minor: i128,
    wrong: bool,
    complete: bool,
}

fn verdict(truth: &Truth, applications: &[Applied]) -> Result<Verdict, Fault> {
    let mut meant: BTreeMap<&str, Money> = BTreeMap::new();
    for cover in &truth.covers {
        add(&mut meant, &cover.document, cover.cash)?;
    }
    let mut given: BTreeMap<&str, Money> = BTreeMap::new();
    for applied in applications {
        add(&mut given, &applied.document, applied.cash)?;
    }
    let mut verdict = Verdict { applied_minor: 0, right_minor: 0, wrong: false, complete: true };
    for (document, cash) in &given {
        let right = meant.get(document).map_or(0, |meant| meant.minor().min(cash.minor()));
        verdict.applied_minor += i128::from(cash.minor());
        verdict.right_minor += i128::from(right);
        verdict.wrong |= right != cash.minor();
    }
    verdict.complete = meant.iter().all(|(document, cash)| given.get(document) == Some(cash));
    Ok(verdict)
}

fn add<'a>(sums: &mut BTreeMap<&'a str, Money>, document: &'a str, cash: Money) -> Result<(), Fault> {
    let sum = match sums.get(document) {
        Some(sum) => sum.add(cash)?,
        None => cash,
    };
    sums.insert(document, sum);
    Ok(())
}
