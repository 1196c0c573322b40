//! All sensible plans, each held against the arithmetic.

use std::collections::HashMap;

use quittance_types::Decimal;

use super::amount::Units;
use super::effort::Effort;
use super::tally::Tally;
use super::{Plan, Row, Signs, Unused};
use crate::remittance::document::Known;
use crate::remittance::head::names_payment;
use crate::remittance::lexicon::Role;
use crate::remittance::number::Mark;
use crate::remittance::record::{Claims, Marks, Record, Records, Stated};

/// Columns of amounts looked at; further ones are not taken for gross, deduction or net.
const MAX_COLUMNS: usize = 8;
/// Records the plans are tried on in full; longer lists are first tried on their beginning.
const SAMPLE: usize = 200;
/// Plans of a longer list that are tried on all of it.
const TRIED: usize = 24;
/// Plans that are tried in full on a short list, and records the best of more are chosen by.
const MANY: usize = 512;
const FEW: usize = 16;
/// Where not all may be tried: records all are tried on, plans tried on all records at most, and columns' meanings at least.
const GLANCE: usize = 4;
const MORE: usize = 64;
const LEAST_SHAPES: usize = 8;

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
    /// Another plan that pays other amounts adds up to a stated sum as well, with the same agreement, or may.
    pub rival: bool,
    /// An amount or a sum that is stated contradicts it.
    pub contradicted: bool,
    /// Records.
    pub count: usize,
    /// Records whose document the receiver knows.
    pub known: usize,
}

impl Outcome {
    /// True when the nets add up to a stated sum and no row contradicts it.
    pub fn is_proven(&self) -> bool {
        self.total.is_some() && self.fails == 0 && !self.contradicted
    }

    /// The amounts of `record` under the plan.
    pub fn row(&self, record: &Record) -> Row {
        self.plan.apply(record, self.all_marked)
    }
}

/// Records gone through once, under every plan worth trying.
#[derive(Debug)]
pub(crate) struct Weighed {
    tried: Vec<(Plan, Tally)>,
    all_marked: bool,
    known: usize,
    /// Fewer plans were tried than with effort left, and no head says which is meant: what was not tried may add up as well.
    pub is_doubtful: bool,
    /// Sums stated among the rows.
    pub totals: Vec<Stated>,
}

/// Goes through `records` under every plan worth trying, and notes which of the sums in `claims` are amounts of records.
pub(crate) fn weigh(records: &Records<'_>, claims: &mut Claims, known: Known<'_>, effort: &Effort) -> Weighed {
    let mut marks = Marks::of(&records.held);
    loop {
        let all_marked = marks.all_marked();
        let (plans, is_cut) = worth_trying(records, marks, effort);
        let mut tried: Vec<(Plan, Tally)> = plans.into_iter().map(|plan| (plan, Tally::default())).collect();
        let unused: Vec<Unused> = tried.iter().map(|(plan, _)| plan.unused(records)).collect();
        let (mut seen, mut count) = (Marks::default(), 0);
        let totals = records.each(&mut |record| {
            seen.add(record);
            claims.see(record);
            count += usize::from(known.is_some_and(|known| known(&record.document.value)));
            for ((plan, tally), unused) in tried.iter_mut().zip(&unused) {
                tally.add(plan, unused, record, all_marked);
            }
        });
        // What the sample did not show may make other plans worth trying.
        if seen == marks {
            let is_doubtful = is_cut && !records.says_what_is_paid();
            return Weighed { tried, all_marked, known: count, is_doubtful, totals };
        }
        marks = seen;
    }
}

/// Stated sums by their value, as they are written and with `1.234` of three decimals.
pub(crate) struct Totals<'t> {
    stated: &'t [Stated],
    sums: [Sums; 2],
    /// What the payments among them come to.
    payment: Option<Decimal>,
}

impl<'t> Totals<'t> {
    /// Of these sums.
    pub fn of(stated: &'t [Stated]) -> Totals<'t> {
        Totals { stated, sums: [Sums::of(stated, false), Sums::of(stated, true)], payment: Stated::payment(stated) }
    }
}

/// The best reading of the records that were weighed, against the sums in `totals`, the expected one included.
pub(crate) fn best(records: &Records<'_>, weighed: &Weighed, totals: &Totals<'_>, expected: Option<Decimal>) -> Option<Outcome> {
    let Weighed { tried, all_marked, known, is_doubtful, .. } = weighed;
    let against = Against { totals, rows: SumRows::of(&weighed.totals), expected, all_marked: *all_marked };
    let mut first: Option<Outcome> = None;
    let mut proven: Vec<(i64, Plan)> = Vec::new();
    for (plan, tally) in tried {
        let next = Outcome { known: *known, ..outcome(plan.clone(), tally, records, &against) };
        if next.is_proven() {
            proven.push((next.score, next.plan.clone()));
        }
        // Of equals the plan that was made first stays.
        if first.as_ref().is_none_or(|first| next.score > first.score) {
            first = Some(next);
        }
    }
    let mut first = first?;
    if first.is_proven() {
        proven.retain(|(score, plan)| first.score - score < 10 && *plan != first.plan);
        first.rival |= *is_doubtful || pays_other(records, &first, &proven);
    }
    Some(first)
}

/// True when one of the plans pays other amounts than the first.
fn pays_other(records: &Records<'_>, first: &Outcome, plans: &[(i64, Plan)]) -> bool {
    let mut other = false;
    if !plans.is_empty() {
        records.each(&mut |record| {
            let paid = |plan: &Plan| plan.apply::<Units>(record, first.all_marked).paid();
            let own = paid(&first.plan);
            other |= plans.iter().any(|(_, plan)| paid(plan) != own);
        });
    }
    other
}

/// All plans; of a long list those that do best on its beginning. Where that is more than may be tried, those that agree best
/// with the heads; and whether it was.
fn worth_trying(records: &Records<'_>, marks: Marks, effort: &Effort) -> (Vec<Plan>, bool) {
    let (mut shapes, manners) = (shapes(records), manners(marks));
    let (count, held) = (shapes.len() * manners.len(), records.held.len().clamp(1, SAMPLE));
    let wanted = if count > MANY { count * FEW.min(held) + MANY * held } else { count * held };
    let granted = effort.grant(wanted, held);
    let is_cut = granted < wanted;
    let mut found = if !is_cut {
        let found = with_manners(&shapes, &manners);
        if count > MANY { best_on(records, FEW, MANY, found, marks) } else { found }
    } else {
        shapes.sort_by_cached_key(|shape| std::cmp::Reverse(shape.agreement(records)));
        let glanced = (granted / 2 / GLANCE.min(held) / manners.len()).max(LEAST_SHAPES);
        shapes.truncate(glanced);
        let most = (granted / 2 / held).clamp(TRIED, MORE);
        best_on(records, GLANCE, most, with_manners(&shapes, &manners), marks)
    };
    let is_long = records.held.len() > SAMPLE || records.stream.is_some();
    if is_long {
        found = best_on(records, SAMPLE, TRIED, found, marks);
    }
    (found, is_cut)
}

/// The `most` plans that do best on the first records.
fn best_on(records: &Records<'_>, sample: usize, most: usize, plans: Vec<Plan>, marks: Marks) -> Vec<Plan> {
    let sample = records.held.get(..sample.min(records.held.len())).unwrap_or_default();
    let mut ranked: Vec<(i64, Plan)> = plans.into_iter().map(|plan| (sample_score(&plan, records, sample, marks), plan)).collect();
    ranked.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    ranked.truncate(most);
    ranked.into_iter().map(|(_, plan)| plan).collect()
}

fn sample_score(plan: &Plan, records: &Records<'_>, sample: &[Record], marks: Marks) -> i64 {
    let unused = plan.unused(records);
    let mut tally = Tally::default();
    sample.iter().for_each(|record| tally.add(plan, &unused, record, marks.all_marked()));
    tally.merit(plan, records, false)
}

/// What the columns may mean, signs as they are written.
fn shapes(records: &Records<'_>) -> Vec<Plan> {
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
    // Heads that name nothing but deductions say what is paid in their way.
    let tells = records.roles.iter().any(|role| *role != Some(Role::Deduction));
    let choices: Vec<Option<usize>> = (0..width).map(Some).chain([None]).collect();
    for deductions in &sets {
        for gross in &choices {
            for net in &choices {
                let distinct = gross.is_none() || gross != net;
                let free = |column: &Option<usize>| column.is_none_or(|column| !deductions.contains(&column));
                let enough = net.is_some() || (gross.is_some() && !deductions.is_empty());
                if distinct && free(gross) && free(net) && enough {
                    let (gross, net, deductions) = (*gross, *net, deductions.clone());
                    let shape = Plan { gross, deductions, net, signs: Signs::Written, subs: false, thousandths: false };
                    if !(tells && shape.defies_heads(records)) {
                        shapes.push(shape);
                    }
                }
            }
        }
    }
    shapes
}

/// How signs, rows below and `1.234` may be meant.
fn manners(marks: Marks) -> Vec<(Signs, bool, bool)> {
    let mut signs = vec![Signs::Written];
    signs.extend(marks.credits.then_some(Signs::CreditNegative));
    signs.extend(marks.debits.then_some(Signs::DebitNegative));
    signs.extend(marks.minus.then_some(Signs::Flipped));
    let flags = |both: bool| if both { vec![false, true] } else { vec![false] };
    let (subs, open) = (flags(marks.subs), flags(marks.open));
    signs.iter().flat_map(|sign| subs.iter().flat_map(|subs| open.iter().map(|open| (*sign, *subs, *open)))).collect()
}

fn with_manners(shapes: &[Plan], manners: &[(Signs, bool, bool)]) -> Vec<Plan> {
    let every = |shape: &Plan| {
        let shape = shape.clone();
        manners.iter().map(move |(signs, subs, thousandths)| Plan {
            signs: *signs,
            subs: *subs,
            thousandths: *thousandths,
            ..shape.clone()
        })
    };
    shapes.iter().flat_map(every).collect()
}

/// What the records of one list are held against.
struct Against<'t> {
    totals: &'t Totals<'t>,
    rows: SumRows<'t>,
    expected: Option<Decimal>,
    all_marked: bool,
}

fn outcome(plan: Plan, tally: &Tally, records: &Records<'_>, against: &Against<'_>) -> Outcome {
    let sum = tally.sum();
    let Against { totals, rows, expected, all_marked } = against;
    let Totals { stated: totals, sums: [sums, thousandths], payment } = totals;
    let sums = if plan.thousandths { thousandths } else { sums };
    // A plan by which nothing moves holds whatever it takes for what: that is no reason to prefer it.
    let total = sum.filter(|_| tally.moving > 0).and_then(|sum| sums.total_of(sum, &plan, totals));
    let by_hint = sum.is_some() && sum == *expected;
    let stated = total.and_then(|index| totals.get(index));
    let contradicted = tally.is_contradicted() || !tally.agrees_with(&plan, records, rows.row_of(stated));
    let is_payment = stated.is_some_and(|stated| *payment == Some(stated.figure.number.value));
    let merit = tally.merit(&plan, records, (total.is_some() || by_hint) && !contradicted);
    let score = merit + i64::from(stated.is_some_and(|stated| stated.named)) * 4 + i64::from(is_payment) * 300;
    let (fails, deducted, count) = (tally.fails, tally.deducted, tally.count);
    let rival = tally.turns_signs_blindly(&plan) || stated.is_some_and(|stated| deducted > 0 && may_be_gross(&plan, records, stated));
    Outcome { plan, all_marked: *all_marked, sum, total, fails, deducted, score, rival, contradicted, count, known: 0 }
}

/// True when nothing says that the amounts beside deductions are what is left: the sum is only that of their column.
fn may_be_gross(plan: &Plan, records: &Records<'_>, total: &Stated) -> bool {
    let is_plain = plan.net.is_some_and(|net| records.roles.get(net) == Some(&Some(Role::Amount)));
    let of_column = total.column.is_some() && total.column == plan.net && !names_payment(&total.words);
    plan.gross.is_none() && !plan.deductions.is_empty() && is_plain && of_column
}

/// The sums stated among the rows of a table, row by row.
struct SumRows<'t> {
    rows: HashMap<(u16, u32), Vec<&'t Stated>>,
    /// The only row that is named as a sum.
    only: Option<(u16, u32)>,
}

impl<'t> SumRows<'t> {
    fn of(totals: &'t [Stated]) -> SumRows<'t> {
        let mut rows: HashMap<(u16, u32), Vec<&Stated>> = HashMap::new();
        let in_columns = || totals.iter().filter(|stated| stated.column.is_some());
        in_columns().for_each(|stated| rows.entry(line_of(stated)).or_default().push(stated));
        let mut named = in_columns().filter(|stated| stated.named).map(line_of);
        let only = named.next().filter(|first| named.all(|line| line == *first));
        SumRows { rows, only }
    }

    /// The row of the sum that was found, else the only one there is.
    fn row_of(&self, found: Option<&Stated>) -> &[&'t Stated] {
        let line = found.filter(|found| found.column.is_some()).map(line_of).or(self.only);
        line.and_then(|line| self.rows.get(&line)).map(Vec::as_slice).unwrap_or_default()
    }
}

fn line_of(stated: &Stated) -> (u16, u32) {
    (stated.figure.span.part, stated.figure.span.line)
}

/// Indices of stated sums by their value; of those that say the same the first.
struct Sums(HashMap<Decimal, Vec<usize>>);

impl Sums {
    fn of(totals: &[Stated], thousandths: bool) -> Sums {
        let mut sums: HashMap<Decimal, Vec<usize>> = HashMap::new();
        let kind = |stated: &Stated| (stated.figure.number.mark, stated.named, stated.column);
        for (index, stated) in totals.iter().enumerate() {
            let equal = sums.entry(stated.figure.value(thousandths)).or_default();
            if !equal.iter().filter_map(|before| totals.get(*before)).any(|before| kind(before) == kind(stated)) {
                equal.push(index);
            }
        }
        Sums(sums)
    }

    /// The stated sum equal to `sum`, named ones first.
    fn total_of(&self, sum: Decimal, plan: &Plan, totals: &[Stated]) -> Option<usize> {
        let has_sign = |stated: &Stated| {
            let minus = stated.figure.number.mark == Mark::Minus;
            let same_sign = plan.signs == Signs::Flipped || minus == sum.is_sign_negative() || sum.is_zero();
            same_sign || stated.figure.number.mark == Mark::Credit
        };
        // An amount without words counts only in the column that is paid.
        let in_column = |stated: &Stated| stated.column.is_some() && stated.column == plan.net.or(plan.gross);
        let equal = self.0.get(&sum.abs())?;
        let first = |fits: &dyn Fn(&Stated) -> bool| {
            equal.iter().copied().find(|index| totals.get(*index).is_some_and(|stated| has_sign(stated) && fits(stated)))
        };
        first(&|stated| stated.named).or_else(|| first(&in_column))
    }
}
