//! What the columns of a grid mean, by their heads and by what stands in them.

use std::collections::HashSet;

use super::calendar::{DayOrder, parse_date, parse_packed};
use super::currency;
use super::document::{Known, document_in, looks_like_number};
use super::grid::{Grid, GridRow};
use super::lexicon::{Role, is_any_sum, is_total, role_of};
use super::number::parse_number;

/// What stands in a column.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    /// Role by the head.
    pub role: Option<Role>,
    /// Cells that hold something.
    pub filled: usize,
    /// Amounts of any kind.
    pub numbers: usize,
    /// Amounts with two decimals, groups or a currency.
    pub money: usize,
    /// Dates.
    pub dates: usize,
    /// Texts like numbers of documents.
    pub codes: usize,
    /// Numbers the receiver knows.
    pub known: usize,
    /// Currency codes.
    pub currencies: usize,
    /// Percentages.
    pub percents: usize,
    /// Different texts.
    pub distinct: usize,
    /// Texts with both letters and digits.
    pub mixed: usize,
    /// Letters and digits over all codes.
    pub length: usize,
    /// 1, 2, 3 ...
    pub serial: bool,
}

/// The columns with a meaning.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// Number of the document; the first that holds something counts.
    pub documents: Vec<usize>,
    /// Its date.
    pub date: Option<usize>,
    /// Currency.
    pub currency: Option<usize>,
    /// Kind of document.
    pub kind: Option<usize>,
    /// Reason or text.
    pub texts: Vec<usize>,
    /// The payer's own numbers.
    pub references: Vec<usize>,
    /// Sums of all, the same in every row.
    pub totals: Vec<usize>,
    /// Numbers of the advice.
    pub advice_number: Option<usize>,
    /// Amounts with the role their head gives them.
    pub amounts: Vec<(usize, Option<Role>)>,
}

/// True for a row with a sum and not a document: total, subtotal, carried sum.
pub(crate) fn is_label_row(row: &GridRow<'_>) -> bool {
    let Some((column, first)) = row.filled().find(|(_, slot)| parse_number(slot.text).is_none()) else { return false };
    // A number in front is that of a document; the words are a reason then ("transport").
    if row.filled().next().is_some_and(|(leading, _)| leading != column) {
        return false;
    }
    let begins = || first.text.split_whitespace().next().is_some_and(is_any_sum);
    let has_codes = || row.filled().any(|(_, slot)| is_code_cell(slot.text));
    (!is_code_cell(first.text) && begins()) || (!has_codes() && is_any_sum(&row.words()))
}

fn is_code_cell(text: &str) -> bool {
    looks_like_number(text) && parse_number(text).is_none() && text.split_whitespace().count() <= 2
}

/// Profiles of all columns over the rows that hold data.
pub(crate) fn profiles(grid: &Grid<'_>, order: DayOrder, known: Known<'_>) -> Vec<Profile> {
    // Behind the sum stands what says no more of the columns than a telephone number.
    let mut is_behind = false;
    let tells = |row: &&GridRow<'_>| {
        is_behind |= is_label_row(row) && is_total(&row.words());
        is_data(row) && (!is_behind || has_money(row))
    };
    let data: Vec<&GridRow<'_>> = grid.rows.iter().filter(tells).collect();
    (0..grid.width()).map(|column| profile(grid, &data, column, order, known)).collect()
}

fn is_data(row: &GridRow<'_>) -> bool {
    let figures = row.filled().filter(|(_, slot)| slot.text.bytes().any(|byte| byte.is_ascii_digit())).count();
    figures >= 2 && !is_label_row(row)
}

/// True for a row with an amount that can only be money.
pub(crate) fn has_money(row: &GridRow<'_>) -> bool {
    row.filled().any(|(_, slot)| parse_number(slot.text).is_some_and(|number| number.is_money()))
}

fn profile(grid: &Grid<'_>, data: &[&GridRow<'_>], column: usize, order: DayOrder, known: Known<'_>) -> Profile {
    let mut out = Profile { role: grid.heads.get(column).and_then(|head| role_of(head)), serial: true, ..Profile::default() };
    let mut seen: HashSet<&str> = HashSet::new();
    for slot in data.iter().filter_map(|row| row.slots.get(column)).filter(|slot| !slot.text.is_empty()) {
        let text = slot.text;
        out.filled += 1;
        seen.insert(text);
        let number = parse_number(text);
        out.numbers += usize::from(number.is_some());
        out.money += usize::from(number.is_some_and(|number| number.is_money()));
        out.serial &= number.is_some_and(|number| number.value == quittance_types::Decimal::from(out.filled));
        out.dates += usize::from(parse_date(text, order).is_some() || (out.role == Some(Role::Date) && parse_packed(text).is_some()));
        out.percents += usize::from(text.ends_with('%'));
        out.currencies += usize::from(currency::of_word(text).is_some());
        let headed = matches!(out.role, Some(Role::Document(_))) && text.bytes().any(|byte| byte.is_ascii_digit());
        if headed {
            out.codes += 1;
        }
        if let Some((start, end)) = document_in(text, known) {
            let code = text.get(start..end).unwrap_or_default();
            out.codes += usize::from(!headed && (looks_like_number(text) || looks_like_number(code)));
            out.length += code.len();
            out.mixed += usize::from(code.chars().any(char::is_alphabetic));
            let cents = number.is_some_and(|number| number.decimals == 2);
            out.known += usize::from(!cents && known.is_some_and(|known| known(code)));
        }
    }
    out.distinct = seen.len();
    out.serial &= out.filled >= 2;
    out
}

/// Gives every column its meaning.
pub(crate) fn columns(grid: &Grid<'_>, profiles: &[Profile]) -> Columns {
    let rows = profiles.iter().map(|profile| profile.filled).max().unwrap_or(0);
    let mut out = Columns { documents: documents(profiles, rows), ..Columns::default() };
    let any_money =
        profiles.iter().enumerate().any(|(column, profile)| !out.documents.contains(&column) && profile.money * 2 > profile.filled);
    for (column, profile) in profiles.iter().enumerate() {
        if out.documents.contains(&column) || profile.filled == 0 {
            continue;
        }
        let head = grid.heads.get(column).map(String::as_str).unwrap_or_default();
        if profile.filled >= 2 && profile.distinct == 1 && profile.numbers == profile.filled && is_total(head) && is_sum(grid, column) {
            out.totals.push(column);
            continue;
        }
        if is_amount(profile, any_money) {
            let role = profile.role.filter(|role| is_amount_role(*role));
            out.amounts.push((column, role));
            continue;
        }
        place(column, profile, grid, &mut out);
    }
    out
}

/// True when the amounts of another column add up to the one amount of `column`.
fn is_sum(grid: &Grid<'_>, column: usize) -> bool {
    let data: Vec<&GridRow<'_>> = grid.rows.iter().filter(|row| is_data(row)).collect();
    let value =
        |row: &&GridRow<'_>, column: usize| row.slots.get(column).and_then(|slot| parse_number(slot.text)).map(|number| number.signed());
    let Some(stated) = data.iter().find_map(|row| value(row, column)) else { return false };
    let sum = |other: usize| {
        data.iter().filter_map(|row| value(row, other)).try_fold(quittance_types::Decimal::ZERO, |sum, value| sum.checked_add(value))
    };
    (0..grid.width()).any(|other| other != column && sum(other) == Some(stated))
}

fn place(column: usize, profile: &Profile, grid: &Grid<'_>, out: &mut Columns) {
    let mostly = |count: usize| count * 2 > profile.filled;
    if mostly(profile.dates) {
        let dated = profile.role == Some(Role::Date) || (profile.role != Some(Role::OtherDate) && out.date.is_none());
        let better = out.date.is_none_or(|before| grid.heads.get(before).and_then(|head| role_of(head)) != Some(Role::Date));
        if dated && better {
            out.date = Some(column);
        }
        return;
    }
    if mostly(profile.currencies) {
        out.currency = out.currency.or(Some(column));
        return;
    }
    match profile.role {
        Some(Role::Kind) => out.kind = Some(column),
        Some(Role::AdviceNumber) => out.advice_number = Some(column),
        Some(Role::Reference | Role::Document(_)) => out.references.push(column),
        Some(Role::Date | Role::OtherDate | Role::Percent | Role::Currency) => {}
        _ if mostly(profile.percents) => {}
        _ if mostly(profile.codes) && profile.role.is_none() => out.references.push(column),
        _ => out.texts.push(column),
    }
}

fn is_amount_role(role: Role) -> bool {
    matches!(role, Role::Gross | Role::Deduction | Role::Net | Role::Amount | Role::OtherAmount)
}

fn is_amount(profile: &Profile, any_money: bool) -> bool {
    let mostly = |count: usize| count * 10 >= profile.filled * 6;
    let by_head = profile.role.is_some_and(is_amount_role);
    let excluded = profile.role.is_some_and(|role| {
        matches!(role, Role::Reference | Role::AdviceNumber | Role::Percent | Role::Kind | Role::Currency | Role::Date | Role::OtherDate)
    });
    if !mostly(profile.numbers) || excluded || profile.serial && !by_head {
        return false;
    }
    by_head || profile.money * 2 > profile.filled || (!any_money && profile.length < profile.filled * 9)
}

/// Columns of document numbers, best first. A second one only fills the gaps of the first.
fn documents(profiles: &[Profile], rows: usize) -> Vec<usize> {
    let mut scored: Vec<(i64, usize)> = profiles
        .iter()
        .enumerate()
        .filter_map(|(column, profile)| document_score(profile, rows).map(|score| (score - column as i64 * 3, column)))
        .collect();
    scored.sort_by_key(|(score, column)| (std::cmp::Reverse(*score), *column));
    let Some((best, _)) = scored.first().copied() else { return Vec::new() };
    let gap_filler = |(score, column): &(i64, usize)| {
        let headed = profiles.get(*column).is_some_and(|profile| matches!(profile.role, Some(Role::Document(_))));
        *score == best || (headed && *score > 0)
    };
    scored.iter().filter(|entry| gap_filler(entry)).map(|(_, column)| *column).collect()
}

fn document_score(profile: &Profile, rows: usize) -> Option<i64> {
    let filled = i64::try_from(profile.filled).ok().filter(|filled| *filled > 0)?;
    let share = |count: usize| i64::try_from(count).unwrap_or(0) * 100 / filled;
    let by_head = match profile.role {
        Some(Role::Document(rank)) => 120 + 60 * i64::from(rank),
        Some(Role::Text) => -20,
        Some(Role::Reference | Role::AdviceNumber) => -140,
        Some(Role::Reason) => -120,
        Some(_) => return None,
        None => 0,
    };
    let headed = by_head > 0;
    if share(profile.codes) < if headed { 30 } else { 50 } {
        return None;
    }
    if !headed && (share(profile.money) >= 50 || share(profile.dates) >= 50 || profile.serial) {
        return None;
    }
    // Amounts or dates below a document's head: the head may belong to another column, or the numbers look like that.
    let doubtful = headed && share(profile.money.max(profile.dates)) >= 80 && share(profile.known) == 0;
    let average = i64::try_from(profile.length).unwrap_or(0) / filled;
    let coverage = filled * 60 / i64::try_from(rows.max(1)).unwrap_or(1);
    let constant = if profile.filled >= 2 && profile.distinct == 1 { -150 } else { 0 };
    let content = share(profile.codes) / 2 + share(profile.mixed) / 5 + average.min(8) * 3 + share(profile.distinct) / 4;
    Some(
        by_head + content + coverage + constant + share(profile.known) * 6
            - if profile.serial { 120 } else { 0 }
            - if doubtful { 150 } else { 0 },
    )
}
