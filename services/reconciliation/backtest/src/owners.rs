//! Whose account a bank file is about where `sellers.csv` does not say it.

use std::collections::BTreeMap;

use quittance_matching::proposal::Band;
use quittance_matching::record::Line;
use rayon::prelude::*;

use crate::run::Book;

/// Lines of an account that are tried.
const SAMPLE: usize = 200;
/// One in so many speaks for the seller at least.
const LEAST: usize = 5;
/// Of ten lines that speak for a seller so many speak for the same.
const MOST: usize = 9;

/// An account taken for that of a seller.
pub(crate) struct Taken {
    pub account: String,
    pub seller: String,
    pub lines: u64,
}

/// Hands the last of `lines`, those of accounts nobody names, to the sellers of whom no account is known.
pub(crate) fn take(books: &mut [Book], lines: &mut [Vec<Line>]) -> Vec<Taken> {
    let Some((unassigned, lines)) = lines.split_last_mut() else { return Vec::new() };
    let mut by_account: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in std::mem::take(unassigned) {
        by_account.entry(line.account.clone()).or_default().push(line);
    }
    let by_account: Vec<(String, Vec<Line>)> = by_account.into_iter().collect();
    let owners: Vec<Option<usize>> = by_account.par_iter().map(|(_, its_lines)| seller_of(books, its_lines)).collect();
    let mut all = Vec::new();
    for ((account, its_lines), place) in by_account.into_iter().zip(owners) {
        let Some((book, own)) = place.and_then(|place| Some((books.get_mut(place)?, lines.get_mut(place)?))) else {
            unassigned.extend(its_lines);
            continue;
        };
        book.shard.own_account(&account);
        all.push(Taken { account, seller: book.seller.id.clone(), lines: its_lines.len() as u64 });
        own.extend(its_lines);
    }
    all
}

/// The seller for whom nearly all lines speak that speak for anybody, and enough of them; one whose accounts are known has no
/// other.
fn seller_of(books: &[Book], lines: &[Line]) -> Option<usize> {
    if books.iter().all(|book| !book.seller.accounts.is_empty()) {
        return None;
    }
    let mut votes = vec![0; books.len()];
    let receipts: Vec<&Line> = lines.iter().filter(|line| line.amount > 0).take(SAMPLE).collect();
    for place in receipts.iter().filter_map(|line| only_taker(books, line)) {
        votes[place] += 1;
    }
    let most = votes.iter().copied().max().filter(|most| most * LEAST >= receipts.len().max(1))?;
    let is_clear = most * 10 >= votes.iter().sum::<usize>() * MOST;
    let place = votes.iter().position(|count| *count == most).filter(|_| is_clear)?;
    books.get(place).filter(|book| book.seller.accounts.is_empty()).map(|_| place)
}

/// A line speaks for the seller to whose ledger alone it would be applied.
fn only_taker(books: &[Book], line: &Line) -> Option<usize> {
    let takes = |book: &Book| book.shard.propose(line).band == Band::Auto;
    let mut takers = books.iter().enumerate().filter(|(_, book)| takes(book)).map(|(place, _)| place);
    takers.next().filter(|_| takers.next().is_none())
}
