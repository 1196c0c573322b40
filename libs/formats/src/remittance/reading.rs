//! All readings of a page, and the best of them.

mod sentences;

use std::rc::Rc;

use quittance_types::Decimal;

use super::block::{self, Block};
use super::calendar::order_of;
use super::document::Known;
use super::grid::{Layout, TokenLine, from_tables, table_rows, token_lines};
use super::head::{self, Head};
use super::lexicon::is_total;
use super::listing::Listing;
use super::page::{Page, Row};
use super::plan::{Effort, Outcome, Totals, Weighed, best, weigh};
use super::prose::{self, Binding, Scope};
use super::record::{Claims, Record, Records, Stated};
use super::table;
use super::token::{Kind, Style, tokens};
use sentences::{of_items, of_sentences, sentence_ways};

/// What the caller knows.
#[derive(Clone, Copy)]
pub(crate) struct Knowledge<'k> {
    /// The receiver's own numbers.
    pub known: Known<'k>,
    /// Amount of the payment.
    pub expected: Option<Decimal>,
    /// How much may be tried of the whole input.
    pub effort: &'k Effort,
    /// How much may be tried of the samples of its long pages, which takes nothing from the readings of all rows.
    pub of_samples: &'k Effort,
}

/// One reading of a page: tables or sentences with their best plan.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// Records with what their amounts mean.
    pub groups: Vec<(Records<'a>, Outcome)>,
    /// The stated sum the lines add up to.
    pub total: Option<Stated>,
    /// All stated sums that are no amounts of lines.
    pub totals: Vec<Stated>,
    /// True when a stated or expected sum and all rows hold.
    pub proven: bool,
    /// True when another reading is as good and pays other amounts.
    pub rival: bool,
    /// True when an amount or a sum that is stated says otherwise.
    pub contradicted: bool,
    /// Merit between readings.
    pub rank: i64,
}

impl Reading<'_> {
    /// True when columns have heads.
    fn is_headed(&self) -> bool {
        self.groups.iter().any(|(records, _)| records.headed)
    }

    /// True when heads say which of several columns of amounts count.
    fn says_what_is_paid(&self) -> bool {
        self.groups.iter().all(|(records, _)| records.headed && records.roles.len() > 1 && records.says_what_is_paid())
    }

    /// True when whole units are paid and cents stand beside them: the `4` of `4 327,48`.
    fn pays_beside_cents(&self) -> bool {
        let splits = |record: &Record, net: Option<usize>| {
            let paid = net.and_then(|net| record.figures.get(net)).and_then(Option::as_ref);
            paid.is_some_and(|paid| paid.number.decimals == 0) && record.figures.iter().flatten().any(|figure| figure.number.decimals > 0)
        };
        self.groups.iter().any(|(records, outcome)| records.held.iter().any(|record| splits(record, outcome.plan.net)))
    }

    /// The reading as one that proves nothing.
    fn contradicted(mut self) -> Self {
        self.rank -= if self.proven { PROVEN } else { 0 };
        (self.proven, self.contradicted) = (false, true);
        self
    }

    /// Number of records.
    pub fn count(&self) -> usize {
        self.groups.iter().map(|(_, outcome)| outcome.count).sum()
    }
}

/// The head of a page alone.
pub(crate) fn head_of(page: &Page) -> Head {
    head::read(page, style_of(page))
}

/// Rows and bytes up to which every reading is tried on all of a page. Of a longer one a sample decides which are worth it.
const SMALL: usize = 800;
const SMALL_BYTES: usize = 64 << 10;
/// What a proof is worth.
const PROVEN: i64 = 10_000;
/// Rows of the sample.
const SAMPLE: usize = 400;
/// Readings of a long page that are tried on all of its rows.
const TRIED: usize = 3;

/// One way to find lines on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Its tables.
    Tables,
    /// Columns parted by so many blanks.
    Columns(usize),
    /// Sentences.
    Sentences(Scope, Binding),
    /// One document and one sum.
    Lone,
}

/// Reads `page`: its head, and its lines if it has any. They may also be held against `sums` of other parts.
pub(crate) fn read(page: &mut Page, sums: &[Stated], knowledge: Knowledge<'_>) -> (Head, Option<Listing>) {
    let payments = block::taken_from(page, style_of(page));
    let sums: Vec<Stated> = sums.iter().cloned().chain(payments.iter().map(Block::total)).collect();
    let (mut head, listing) = read_rows(page, &sums, knowledge);
    block::tell(&payments, &mut head);
    (head, listing)
}

/// As [`read`], of a page without tables of payments.
fn read_rows(page: &Page, sums: &[Stated], knowledge: Knowledge<'_>) -> (Head, Option<Listing>) {
    let style = style_of(page);
    let other = Style { blank_groups: !style.blank_groups, ..style };
    let doubtful = || has_blank_groups(page, style);
    if page.len() > SMALL || page.bytes() > SMALL_BYTES {
        let styles = if doubtful() { vec![style, other] } else { vec![style] };
        return of_long(page, sums, &styles, knowledge);
    }
    let head = with_sums(head::read(page, style), sums);
    let best = of_style(page, &head, style, knowledge);
    if best.as_ref().is_none_or(|best| !best.proven) && doubtful() {
        let other_head = with_sums(head::read(page, other), sums);
        let is_better = |reading: &Reading<'_>| reading.proven && (other.blank_groups || !reading.pays_beside_cents());
        if let Some(reading) = of_style(page, &other_head, other, knowledge).filter(is_better) {
            return (other_head, Some(Listing::of(reading)));
        }
    }
    (head, best.map(Listing::of))
}

fn with_sums(mut head: Head, sums: &[Stated]) -> Head {
    head.totals.extend(sums.iter().cloned());
    head
}

/// The reading of higher rank; of equals the first.
fn better<'a>(best: Option<Reading<'a>>, next: Option<Reading<'a>>) -> Option<Reading<'a>> {
    match (best, next) {
        (Some(best), Some(next)) if next.rank > best.rank => Some(next),
        (None, next) => next,
        (best, _) => best,
    }
}

fn of_style(page: &Page, head: &Head, style: Style, knowledge: Knowledge<'_>) -> Option<Reading<'static>> {
    let ways = [Way::Tables, Way::Columns(2), Way::Columns(1)];
    let (mut best, mut settled) = (None, false);
    for way in ways {
        let next = of_way(page, head, style, way, knowledge);
        settled |= next.as_ref().is_some_and(|next| next.proven && next.count() > 1 && next.is_headed());
        best = better(best, next);
    }
    if settled {
        return best;
    }
    // Sentences made of the rows of a table whose heads say what is paid prove nothing that these do not, nor do sentences that
    // leave out rows of any table with heads.
    let headed = best.as_ref().filter(|best| best.is_headed());
    let least = headed.map_or(0, |best| best.count() + usize::from(best.says_what_is_paid()));
    let items = prose::items(page, style, knowledge.known);
    for (way, base) in sentence_ways(&items) {
        let next = of_items(&items, way, head, knowledge, base);
        best = better(best, next.map(|next| if next.count() < least { next.contradicted() } else { next }));
    }
    best
}

/// The best reading of the tables of a page, or of its lines by the white between their words.
fn of_way(page: &Page, head: &Head, style: Style, way: Way, knowledge: Knowledge<'_>) -> Option<Reading<'static>> {
    match way {
        Way::Tables => {
            let grids = from_tables(page)?;
            let grids: Vec<Records<'static>> = grids.iter().filter_map(|grid| table::read(grid, style.order, knowledge.known)).collect();
            of_grids(grids, head, knowledge)
        }
        Way::Columns(white) => {
            let lines: Vec<TokenLine<'_>> = token_lines(page, style).collect();
            let layout = Layout::of(&lines, white)?;
            let grid = layout.grid(page.part, &lines);
            let records = table::read(&grid, style.order, knowledge.known)?;
            let base = base_of(&records, white, &layout);
            single(records, head, knowledge, base)
        }
        Way::Sentences(..) | Way::Lone => None,
    }
}

/// A long page: the ways that do best on a sample of its rows are tried on all of them.
fn of_long(page: &Page, sums: &[Stated], styles: &[Style], knowledge: Knowledge<'_>) -> (Head, Option<Listing>) {
    let sample = page.sample(SAMPLE, SMALL_BYTES);
    let mut ranked: Vec<(i64, Style, Way)> = Vec::new();
    let sampled = Knowledge { effort: knowledge.of_samples, ..knowledge };
    for style in styles.iter().copied() {
        let head = head::read(&sample, style);
        for way in [Way::Tables, Way::Columns(2), Way::Columns(1)] {
            ranked.extend(of_way(&sample, &head, style, way, sampled).map(|reading| (reading.rank, style, way)));
        }
        let items = prose::items(&sample, style, knowledge.known);
        for (way, base) in sentence_ways(&items).into_iter().filter(|(way, _)| *way != Way::Lone) {
            ranked.extend(of_items(&items, way, &head, sampled, base).map(|reading| (reading.rank, style, way)));
        }
    }
    // Stable: of equals the first stays.
    ranked.sort_by_key(|(rank, _, _)| std::cmp::Reverse(*rank));
    let usual = styles.first().copied().unwrap_or_default();
    let usual_head = with_sums(head::read(page, usual), sums);
    let mut best: (Head, Option<Reading<'_>>) = (usual_head.clone(), None);
    for (base, style, way) in ranked.into_iter().take(TRIED) {
        let head = if style == usual { usual_head.clone() } else { with_sums(head::read(page, style), sums) };
        let next = match way {
            Way::Sentences(scope, binding) => of_sentences(page, &sample, &head, style, (scope, binding, base), knowledge),
            Way::Columns(white) => of_columns(page, &sample, &head, style, white, knowledge),
            way => of_table(page, &sample, &head, style, knowledge).or_else(|| of_way(page, &head, style, way, knowledge)),
        };
        // Without any sum no other reading could prove more.
        let settled = next.as_ref().is_some_and(|next| next.proven || next.totals.is_empty() && knowledge.expected.is_none());
        if next.as_ref().is_some_and(|next| best.1.as_ref().is_none_or(|best| next.rank > best.rank)) {
            best = (head, next);
        }
        if settled {
            break;
        }
    }
    (best.0, best.1.map(Listing::of))
}

/// The rows of a long page with one table, whose columns mean what those of the sample do.
fn of_table<'a>(page: &'a Page, sample: &'a Page, head: &Head, style: Style, knowledge: Knowledge<'a>) -> Option<Reading<'a>> {
    let mut grids = from_tables(sample)?;
    let grid = grids.pop().filter(|_| grids.is_empty())?;
    let (first, width) = (grid.rows.first()?.line, grid.width());
    let rows = move || table_rows(page, width).skip_while(move |row| row.line < first);
    single(table::read_like(grid, rows, style.order, knowledge.known)?, head, knowledge, 300)
}

/// The lines of a long page in the columns of the sample.
fn of_columns<'a>(
    page: &'a Page,
    sample: &'a Page,
    head: &Head,
    style: Style,
    white: usize,
    knowledge: Knowledge<'a>,
) -> Option<Reading<'a>> {
    let lines: Vec<TokenLine<'_>> = token_lines(sample, style).collect();
    let layout = Rc::new(Layout::of(&lines, white)?);
    let grid = layout.grid(page.part, &lines);
    let base_layout = Rc::clone(&layout);
    let rows = move || {
        let layout = Rc::clone(&layout);
        token_lines(page, style).skip(layout.first()).filter_map(move |line| layout.row(&line))
    };
    let records = table::read_like(grid, rows, style.order, knowledge.known)?;
    let base = base_of(&records, white, &base_layout);
    single(records, head, knowledge, base)
}

/// Rank of columns by the white between words: with heads they are sure, without little more so than sentences; one row
/// alone makes no columns.
fn base_of(records: &Records<'_>, white: usize, layout: &Layout) -> i64 {
    let base = match (records.headed, records.held.len()) {
        (true, _) => 290,
        (false, 0 | 1) => 60,
        (false, _) => 100,
    };
    // Columns under two heads are better told apart by less white.
    base + i64::try_from(white).unwrap_or(0) - if layout.is_crowded() { 5 } else { 0 }
}

fn single<'a>(records: Records<'a>, head: &Head, knowledge: Knowledge<'_>, base: i64) -> Option<Reading<'a>> {
    let mut claims = Claims::of(&head.totals);
    let weighed = weigh(&records, &mut claims, knowledge.known, knowledge.effort);
    alone(records, &weighed, &claims, head, knowledge, base)
}

/// The best reading of records that were weighed, by themselves.
fn alone<'a>(
    records: Records<'a>,
    weighed: &Weighed,
    claims: &Claims,
    head: &Head,
    knowledge: Knowledge<'_>,
    base: i64,
) -> Option<Reading<'a>> {
    let totals = totals_for(std::slice::from_ref(weighed), head, claims);
    let outcome = best(&records, weighed, &Totals::of(&totals), knowledge.expected)?;
    let (sum, rival) = (outcome.sum, outcome.rival);
    let total = outcome.total.and_then(|index| totals.get(index)).cloned();
    Some(Reading { rival, ..rated(vec![(records, outcome)], (total, totals), sum, knowledge, base) })
}

/// Tables of a page of which each is also read by itself: the longest ones.
const ALONE: usize = 24;

/// The best reading of some tables: of all together, or of one of them.
fn of_grids(grids: Vec<Records<'static>>, head: &Head, knowledge: Knowledge<'_>) -> Option<Reading<'static>> {
    let mut claims = Claims::of(&head.totals);
    let weighed: Vec<Weighed> = grids.iter().map(|records| weigh(records, &mut claims, knowledge.known, knowledge.effort)).collect();
    let mut best = if grids.len() > 1 { joint(&grids, &weighed, &claims, head, knowledge) } else { None };
    let mut longest: Vec<usize> = (0..grids.len()).collect();
    longest.sort_by_key(|index| std::cmp::Reverse(grids.get(*index).map_or(0, |records| records.held.len())));
    longest.truncate(ALONE);
    for (index, (records, weighed)) in grids.into_iter().zip(&weighed).enumerate() {
        if longest.contains(&index) {
            let mut claims = Claims::of(&head.totals);
            records.held.iter().for_each(|record| claims.see(record));
            best = better(best, alone(records, weighed, &claims, head, knowledge, 300));
        }
    }
    best
}

/// All tables of the page together.
fn joint(
    grids: &[Records<'static>],
    weighed: &[Weighed],
    claims: &Claims,
    head: &Head,
    knowledge: Knowledge<'_>,
) -> Option<Reading<'static>> {
    let totals = totals_for(weighed, head, claims);
    let (mut outcomes, sums) = (Vec::new(), Totals::of(&totals));
    for (records, weighed) in grids.iter().zip(weighed) {
        outcomes.push(best(records, weighed, &sums, None)?);
    }
    let sum = sum_of(&outcomes)?;
    let matches = |stated: &&Stated| stated.named && stated.figure.number.signed() == sum;
    let total = totals.iter().find(matches).cloned();
    let groups = grids.iter().cloned().zip(outcomes).collect();
    let rival = weighed.iter().any(|one| one.is_doubtful);
    Some(Reading { rival, ..rated(groups, (total, totals), Some(sum), knowledge, 295) })
}

fn sum_of(outcomes: &[Outcome]) -> Option<Decimal> {
    outcomes.iter().try_fold(Decimal::ZERO, |sum, outcome| sum.checked_add(outcome.sum?))
}

fn rated<'a>(
    groups: Vec<(Records<'a>, Outcome)>,
    (total, totals): (Option<Stated>, Vec<Stated>),
    sum: Option<Decimal>,
    knowledge: Knowledge<'_>,
    base: i64,
) -> Reading<'a> {
    let fails: usize = groups.iter().map(|(_, outcome)| outcome.fails).sum();
    let count: usize = groups.iter().map(|(_, outcome)| outcome.count).sum();
    let expected = sum.is_some() && sum == knowledge.expected;
    let contradicted =
        groups.iter().any(|(_, outcome)| outcome.contradicted) || sum.is_some_and(|sum| denies(&totals, total.as_ref(), sum));
    let proven = (total.is_some() || expected) && fails == 0 && !contradicted;
    let headed = groups.iter().any(|(records, _)| records.headed);
    let known: usize = groups.iter().map(|(_, outcome)| outcome.known).sum();
    let best_score: i64 =
        groups.iter().map(|(_, outcome)| outcome.score.min(1500)).sum::<i64>() / i64::try_from(groups.len().max(1)).unwrap_or(1);
    let mut rank = base + best_score / 8 + i64::try_from(count.min(100)).unwrap_or(0) * 12;
    rank += if proven { PROVEN } else { 0 };
    rank += if fails == 0 { 150 } else { 0 };
    rank += if headed { 60 } else { 0 };
    // Of two readings the one that leaves fewer amounts aside.
    let deducted: usize = groups.iter().map(|(_, outcome)| outcome.deducted).sum();
    rank += if fails == 0 { i64::try_from(deducted.min(100)).unwrap_or(0) * 8 } else { 0 };
    rank += worth_of_known(known, count);
    Reading { groups, total, totals, proven, rival: false, contradicted, rank }
}

/// True when the payment is stated and is not this sum: in a table of its own, or below the sum of the lines.
fn denies(totals: &[Stated], total: Option<&Stated>, sum: Decimal) -> bool {
    match Stated::payment(totals) {
        Some(payment) => payment != sum.abs(),
        None => total.is_some_and(|total| is_overruled(total, totals)),
    }
}

/// True when a later sum is what is paid: by its words, or because the amounts between make it of this one.
fn is_overruled(total: &Stated, totals: &[Stated]) -> bool {
    let place = |stated: &Stated| (stated.figure.span.part, stated.figure.span.line);
    let names_payment = |stated: &Stated| is_total(&stated.words) && head::names_payment(&stated.words);
    let (own, is_payment) = (total.figure.number.value, names_payment(total));
    let mut between = Decimal::ZERO;
    for stated in totals.iter().filter(|stated| place(stated).0 == place(total).0 && place(stated).1 > place(total).1) {
        let value = stated.figure.number.value;
        let same_column = stated.column == total.column;
        if !stated.named {
            between = if same_column { between.checked_add(stated.figure.number.signed()).unwrap_or(between) } else { between };
            continue;
        }
        let is_made = same_column && !between.is_zero() && value.checked_sub(own).is_some_and(|more| more.abs() == between.abs());
        if value != own && (is_made || !is_payment && names_payment(stated)) {
            return true;
        }
    }
    false
}

/// What known numbers speak for a reading: the more of them the better, and no more for a reading that leaves out the rows
/// whose numbers are written shorter than the receiver knows them.
fn worth_of_known(known: usize, count: usize) -> i64 {
    let (known, unknown) = (known.min(1_000) as i64, count.saturating_sub(known).min(100) as i64);
    if known == 0 { 0 } else { 2000 * known / (known + 1) - 14 * unknown }
}

/// Sums the lines may be held against: those of the tables, and of the head what is no amount of a record itself.
fn totals_for(weighed: &[Weighed], head: &Head, claims: &Claims) -> Vec<Stated> {
    let of_tables = weighed.iter().flat_map(|weighed| &weighed.totals);
    of_tables.chain(head.totals.iter().filter(|stated| claims.leaves(stated))).cloned().collect()
}

/// How the texts of `page` leave open days, months and thousands.
pub(crate) fn style_of(page: &Page) -> Style {
    let texts = || page.rows().take(SAMPLE * 4).flat_map(Row::cells).map(|cell| cell.text);
    let american = texts().any(|text| text.contains('$') || text.contains("USD"));
    let order = order_of(texts().flat_map(str::split_whitespace), american);
    // A thousand or more without a blank in it: blanks separate nothing here.
    let plain = Style { order, blank_groups: false };
    let thousand = Decimal::from(1000);
    let large = texts().flat_map(|text| tokens(text, plain)).any(|token| match token.kind {
        Kind::Amount(number) => number.decimals == 2 && number.value >= thousand && !token.text.contains(['\u{a0}', '\u{202f}']),
        _ => false,
    });
    Style { order, blank_groups: !large }
}

/// True when some text can be read with and without blanks in numbers.
fn has_blank_groups(page: &Page, style: Style) -> bool {
    let (with, without) = (Style { blank_groups: true, ..style }, Style { blank_groups: false, ..style });
    let texts = page.rows().flat_map(Row::cells).map(|cell| cell.text);
    texts.take(SAMPLE * 4).any(|text| tokens(text, with).len() != tokens(text, without).len())
}
