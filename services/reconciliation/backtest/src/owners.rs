//! Whose account a bank file is about where `sellers.csv` does not say it.

use std::collections::BTreeMap;

use quittance_matching::proposal::Band;
use quittance_matching::record::Line;

use crate::run::Book;

/// Lines of an account that are tried.
const SAMPLE: usize = 200;
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
    let mut all = Vec::new();
    for (account, its_lines) in by_account {
        let place = seller_of(books, &its_lines);
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

/// The seller for whom nearly all lines speak that speak for anybody.
fn seller_of(books: &[Book], lines: &[Line]) -> Option<usize> {
    let mut votes = vec![0; books.len()];
    let receipts = lines.iter().filter(|line| line.amount > 0).take(SAMPLE);
    for place in receipts.filter_map(|line| only_taker(books, line)) {
        votes[place] += 1;
    }
    let most = votes.iter().copied().max().filter(|most| *most > 0)?;
    let is_clear = most * 10 >= votes.iter().sum::<usize>() * MOST;
    votes.iter().position(|count| *count == most).filter(|_| is_clear)
}

/// A line speaks for the seller to whose ledger alone it would be applied.
fn only_taker(books: &[Book], line: &Line) -> Option<usize> {
    let takes = |book: &Book| book.seller.accounts.is_empty() && book.shard.propose(line).band == Band::Auto;
    let mut takers = books.iter().enumerate().filter(|(_, book)| takes(book)).map(|(place, _)| place);
    takers.next().filter(|_| takers.next().is_none())
}
