//! All sensible plans, each held against the arithmetic.

use quittance_types::Decimal;

use super::{Plan, Row, Signs};
use crate::remittance::lexicon::Role;
use crate::remittance::number::Mark;
use crate::remittance::proof::is_plausible;
use crate::remittance::record::{Record, Records, Stated};

/// Columns of amounts looked at; further ones are not taken for gross, deduction or net.
const MAX_COLUMNS: usize = 8;
/// Records the plans are tried on in full; longer lists are first tried on their beginning.
const SAMPLE: usize = 200;

/// The best plan and how it fares.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// The plan.
    pub plan: Plan,
    /// True when every amount is marked as a credit, which then says nothing.
    pub all_marked: bool,
    /// Sum of the nets, when every record has one.
    pub sum: Option<Decimal>,
    /// The stated sum the nets add up to, by its index in the sums given.
    pub total: Option<usize>,
    /// Rows in which it is not, or an amount is missing.
    pub fails: usize,
    /// Overall merit; compared between readings of the same text.
    pub score: i64,
    /// Records something is taken off.
    pub deducted: usize,
    /// Another plan that pays other amounts adds up to a stated sum as well, with the same agreement.
    pub rival: bool,
}

impl Outcome {
    /// True when the nets add up to a stated sum and no row contradicts it.
    pub fn is_proven(&self) -> bool {
        self.total.is_some() && self.fails == 0
    }

    /// The amounts of `record` under the plan.
    pub fn row(&self, record: &Record) -> Row {
        self.plan.apply(record, self.all_marked)
    }
}

/// The best reading of `records` against the sums in `totals`, the expected one included.
pub(crate) fn best(records: &Records, totals: &[Stated], expected: Option<Decimal>) -> Option<Outcome> {
    let all_marked = all_marked(&records.records);
    let mut ranked: Vec<(i64, Plan)> = Vec::new();
    let sampled = records.records.len() > SAMPLE;
    for plan in plans(records) {
        let score = if sampled { sample_score(&plan, records, all_marked) } else { 0 };
        ranked.push((score, plan));
    }
    if sampled {
        ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        ranked.truncate(24);
    }
    let try_out = |plan: Plan| outcome(plan, records, totals, expected, all_marked);
    let mut first: Option<Outcome> = None;
    let mut proven: Vec<(i64, Plan)> = Vec::new();
    for (_, plan) in ranked {
        let next = try_out(plan);
        if next.is_proven() {
            proven.push((next.score, next.plan.clone()));
        }
        // Of equals the plan that was made first stays.
        if first.as_ref().is_none_or(|first| next.score > first.score) {
            first = Some(next);
        }
    }
    let mut first = first?;
    let mut close = proven.iter().filter(|(score, plan)| first.score - score < 10 && *plan != first.plan);
    let pays_other = |plan: &Plan| records.records.iter().any(|record| plan.apply(record, all_marked).paid() != first.row(record).paid());
    let rival = first.is_proven() && close.any(|(_, plan)| pays_other(plan));
    first.rival = rival;
    Some(first)
}

fn sample_score(plan: &Plan, records: &Records, all_marked: bool) -> i64 {
    let sample = records.records.get(..SAMPLE).unwrap_or_default();
    let tally = Tally::of(plan, records, sample, all_marked);
    tally.merit(plan, records, false)
}

fn all_marked(records: &[Record]) -> bool {
    let mut figures = records.iter().flat_map(|record| record.figures.iter().flatten()).peekable();
    figures.peek().is_some() && figures.all(|figure| figure.number.mark == Mark::Credit)
}

fn plans(records: &Records) -> Vec<Plan> {
    let width = records.roles.len().min(MAX_COLUMNS);
    let role = |column: usize| records.roles.get(column).copied().flatten();
    let headed: Vec<usize> = (0..width).filter(|column| role(*column) == Some(Role::Deduction)).collect();
    let mut sets: Vec<Vec<usize>> = Vec::new();
    if !headed.is_empty() {
        sets.push(headed.clone());
    }
    sets.push(Vec::new());
    sets.extend((0..width).map(|column| vec![column]).filter(|set| *set != headed));
    // What is headed as deductions, and one column more that is not.
    let free = (0..width).filter(|column| role(*column).is_none_or(|role| role == Role::OtherAmount));
    sets.extend(free.filter(|_| !headed.is_empty()).map(|column| headed.iter().copied().chain([column]).collect()));
    // Two columns of deductions without heads, between gross and net.
    if headed.is_empty() && width >= 4 {
        sets.extend((1..width - 2).map(|column| vec![column, column + 1]));
    }
    let mut shapes = Vec::new();
    let choices: Vec<Option<usize>> = (0..width).map(Some).chain([None]).collect();
    for deductions in &sets {
        for gross in &choices {
            for net in &choices {
                let distinct = gross.is_none() || gross != net;
                let free = |column: &Option<usize>| column.is_none_or(|column| !deductions.contains(&column));
                let enough = net.is_some() || (gross.is_some() && !deductions.is_empty());
                if distinct && free(gross) && free(net) && enough {
                    shapes.push((*gross, deductions.clone(), *net));
                }
            }
        }
    }
    with_signs(shapes, records)
}

fn with_signs(shapes: Vec<(Option<usize>, Vec<usize>, Option<usize>)>, records: &Records) -> Vec<Plan> {
    let credits = records.records.iter().any(|record| record.credit);
    let figures = || records.records.iter().flat_map(|record| record.figures.iter().flatten());
    let minus = figures().any(|figure| figure.number.mark == Mark::Minus);
    let debits = figures().any(|figure| figure.number.mark == Mark::Debit);
    let open = figures().any(|figure| figure.number.open);
    let subs = records.records.iter().any(|record| record.subs.iter().any(|sub| sub.deducts));
    let mut signs = vec![Signs::Written];
    signs.extend(credits.then_some(Signs::CreditNegative));
    signs.extend(debits.then_some(Signs::DebitNegative));
    signs.extend(minus.then_some(Signs::Flipped));
    let flags = |both: bool| if both { vec![false, true] } else { vec![false] };
    let mut out = Vec::new();
    for (gross, deductions, net) in shapes {
        for sign in &signs {
            for with_subs in flags(subs) {
                for thousandths in flags(open) {
                    let plan = Plan { gross, deductions: deductions.clone(), net, signs: *sign, subs: with_subs, thousandths };
                    out.push(plan);
                }
            }
        }
    }
    out
}

fn outcome(plan: Plan, records: &Records, totals: &[Stated], expected: Option<Decimal>, all_marked: bool) -> Outcome {
    let tally = Tally::of(&plan, records, &records.records, all_marked);
    let sum = tally.sum;
    let total = sum.and_then(|sum| total_of(sum, &plan, totals));
    let by_hint = sum.is_some() && sum == expected;
    let merit = tally.merit(&plan, records, total.is_some() || by_hint);
    let named = total.and_then(|index| totals.get(index)).is_some_and(|stated| stated.named);
    let (fails, deducted) = (tally.fails, tally.deducted);
    Outcome { plan, all_marked, sum, total, fails, deducted, score: merit + i64::from(named) * 4, rival: false }
}

/// The stated sum equal to `sum`, named ones first.
fn total_of(sum: Decimal, plan: &Plan, totals: &[Stated]) -> Option<usize> {
    let equal = |stated: &Stated| {
        let value = stated.figure.value(plan.thousandths);
        let minus = stated.figure.number.mark == Mark::Minus;
        let same_sign = if plan.signs == Signs::Flipped { true } else { minus == sum.is_sign_negative() || sum.is_zero() };
        value == sum.abs() && (same_sign || stated.figure.number.mark == Mark::Credit)
    };
    let mut hits = totals.iter().enumerate().filter(|(_, stated)| equal(stated));
    let mut first = None;
    for (index, stated) in hits.by_ref() {
        if stated.named {
            return Some(index);
        }
        // An amount without words counts only in the column that is paid.
        let fits = stated.column.is_some() && stated.column == plan.net.or(plan.gross);
        first = first.or(fits.then_some(index));
    }
    first
}

/// How the records fare under a plan.
struct Tally {
    /// Records.
    count: usize,
    /// Sum of the nets, when every record has one and it is not too large.
    sum: Option<Decimal>,
    /// Rows whose stated deductions are what gross and net differ by.
    holds: usize,
    /// Rows something is taken off.
    deducted: usize,
    /// Rows that prove nothing: wrong or odd ones.
    fails: usize,
    /// Rows without net, or that do not add up.
    wrong: usize,
    /// Rows whose amounts cannot belong together.
    odd: usize,
    /// Rows that take money back.
    negative: usize,
    /// Credit notes with a positive amount.
    unsigned: usize,
}

impl Tally {
    fn of(plan: &Plan, records: &Records, of: &[Record], all_marked: bool) -> Tally {
        let gross = unused_gross(plan, records);
        let sum = Some(Decimal::ZERO);
        let mut tally = Tally { count: of.len().max(1), sum, holds: 0, deducted: 0, fails: 0, wrong: 0, odd: 0, negative: 0, unsigned: 0 };
        for record in of {
            let row = plan.apply(record, all_marked);
            let paid = row.paid();
            tally.sum = tally.sum.zip(paid).and_then(|(sum, paid)| sum.checked_add(paid));
            let odd = is_odd(&row);
            let unfooted = row.foots() == Some(false) && states_deduction(plan, &row);
            tally.holds += usize::from(row.foots() == Some(true) && !row.deductions.is_empty());
            let wrong = paid.is_none() || unfooted || contradicts(plan, gross, &row, record);
            tally.deducted += usize::from(row.deductions.iter().any(|(_, value)| !value.is_zero()));
            tally.odd += usize::from(odd);
            tally.wrong += usize::from(wrong);
            tally.fails += usize::from(wrong || odd);
            let moves = |negative: bool| paid.is_some_and(|paid| paid.is_sign_negative() == negative && !paid.is_zero());
            tally.negative += usize::from(moves(true));
            tally.unsigned += usize::from(record.credit && moves(false));
        }
        tally
    }

    fn merit(&self, plan: &Plan, records: &Records, total: bool) -> i64 {
        let share = |part: usize, weight: usize| i64::try_from(part * weight / self.count).unwrap_or(0);
        let taken = self.sum.is_none_or(|sum| sum.is_sign_negative());
        let upside_down = if taken && self.negative * 2 > self.count { 30 } else { 0 };
        let mut score = if total { 1000 } else { 0 };
        score += share(self.holds, 200) - share(self.wrong, 500) - share(self.odd, 300) - upside_down;
        score -= share(self.unsigned, 60);
        score += plan.agreement(records) * 5;
        score -= match plan.signs {
            Signs::Written => 0,
            Signs::CreditNegative => 1,
            Signs::DebitNegative => 8,
            Signs::Flipped => 12,
        };
        score - i64::from(plan.thousandths) * 15
    }
}

/// A column headed as gross that the plan leaves out although it reads deductions.
fn unused_gross(plan: &Plan, records: &Records) -> Option<usize> {
    let headed = records.roles.iter().position(|role| *role == Some(Role::Gross))?;
    let used = plan.gross == Some(headed) || plan.net == Some(headed) || plan.gross.is_some();
    (!used).then_some(headed)
}

/// True when the gross amount that was left out is not what net and deductions make.
fn contradicts(plan: &Plan, gross: Option<usize>, row: &Row, record: &Record) -> bool {
    let Some(figure) = gross.and_then(|column| record.figures.get(column)).and_then(Option::as_ref) else { return false };
    let made = row.paid().zip(row.deduction()).and_then(|(paid, deduction)| paid.checked_add(deduction));
    made.is_some_and(|made| made.abs() != figure.value(plan.thousandths))
}

/// Gross and net without any deduction column say the deduction by their difference: that never fails.
fn states_deduction(plan: &Plan, row: &Row) -> bool {
    !plan.deductions.is_empty() || !row.deductions.is_empty()
}

/// Gross, deduction and net of opposite signs, or a deduction beyond what it is taken from: never what is meant.
fn is_odd(row: &Row) -> bool {
    let Some(paid) = row.paid() else { return false };
    let gross = row.gross.unwrap_or(paid);
    let deduction = if row.gross.is_some() { gross.checked_sub(paid).unwrap_or_default() } else { row.deduction().unwrap_or_default() };
    !is_plausible(gross, deduction, paid)
}
