//! A payer the text speaks of: the account it came from, where the bank gives none, and the name of one of several
//! customers an account pays for.

use super::Payer;
use crate::bits::Millibits;
use crate::normal::{account_key, name_key, name_tokens};
use crate::record::Line;
use crate::shard::Shard;

/// Characters an account has at least, and its digits: shorter numbers are too much like others.
const SHORTEST_ACCOUNT: usize = 9;
const LEAST_DIGITS: usize = 8;
/// The words of a text are some evidence of a name, never proof.
const CAP_SPOKEN: Millibits = 5_500;
/// Words a name has at least when it is looked for in a text.
const LEAST_WORDS: usize = 2;

/// Words of a text that are read as a name, and words of one name.
const READ_WORDS: usize = 24;
const MOST_WORDS: usize = 6;
/// Customers of one name: more are not told apart by it.
const MOST_NAMESAKES: usize = 8;
/// A name that begins no later than this word opens the text: one word before it says that it is the payer's.
const OPENS: usize = 1;

/// The key of the account of the payer: as the bank gives it, else the one account in the text that is known to pay for
/// somebody; 0 for none.
pub(crate) fn account_of(shard: &Shard, line: &Line) -> u64 {
    if line.payer_account.is_empty() { spoken_account(shard, line) } else { account_key(&line.payer_account) }
}

fn spoken_account(shard: &Shard, line: &Line) -> u64 {
    let is_account = |word: &&str| word.len() >= SHORTEST_ACCOUNT && word.bytes().filter(u8::is_ascii_digit).count() >= LEAST_DIGITS;
    let is_known = |key: &u64| shard.customers.accounts.count(*key) > 0 || shard.learning.account_uses(*key).next().is_some();
    // The bank may have cut the account at the end of a line.
    let joined = line.text.concat();
    let pieces = line.text.iter().map(String::as_str).chain(std::iter::once(joined.as_str()));
    let words = pieces.flat_map(|piece| piece.split([' ', ',', ';'])).filter(is_account);
    let mut known = words.map(account_key).filter(|key| *key != 0).filter(is_known);
    let first = known.next().unwrap_or(0);
    if known.any(|other| other != first) { 0 } else { first }
}

impl Payer {
    /// Of the customers an account pays for, those whose whole name stands in the text.
    pub(super) fn read_spoken_names(&mut self, shard: &Shard, line: &Line) {
        if self.uses.len() < 2 {
            return;
        }
        let mut words = std::mem::take(&mut self.tokens);
        name_tokens(&line.text.join(" "), &mut words);
        let customers: Vec<_> = self.uses.iter().take(16).map(|one| one.customer).collect();
        for customer in customers {
            let name = shard.customers.tokens(customer);
            if name.len() >= LEAST_WORDS && name.iter().all(|word| words.contains(word)) {
                let rarity: Millibits = name.iter().map(|word| shard.customers.rarity(*word)).sum();
                self.name_bits(customer, rarity.min(CAP_SPOKEN), false);
            }
        }
        self.tokens = words;
    }

    /// The customer whose whole name stands in a text that names no payer otherwise, the longest first: where it opens the
    /// text it is the payer's, further on it is some evidence.
    pub(super) fn read_name_in_text(&mut self, shard: &Shard, line: &Line) {
        let mut words = std::mem::take(&mut self.tokens);
        name_tokens(&line.text.join(" "), &mut words);
        words.truncate(READ_WORDS);
        let found = (0..words.len()).find_map(|first| Some((first, longest_name(shard, &words[first..])?)));
        if let Some((first, (key, count))) = found {
            if first <= OPENS {
                self.name = key;
                self.whole_name(shard, line, key, &words[first..first + count]);
            } else {
                let rarity: Millibits = words[first..first + count].iter().map(|word| shard.customers.rarity(*word)).sum();
                let named: Vec<_> = shard.customers.names.get(key).map(|posting| posting.item()).collect();
                named.into_iter().for_each(|customer| self.name_bits(customer, rarity.min(CAP_SPOKEN), false));
            }
            self.named.sort_by(|left, right| super::heavier(shard, (left.0, left.1), (right.0, right.1)));
        }
        self.tokens = words;
    }
}

/// The key of the longest whole name the words begin with, and how many words it has.
fn longest_name(shard: &Shard, words: &[u64]) -> Option<(u64, usize)> {
    let most = words.len().min(MOST_WORDS);
    (LEAST_WORDS..=most).rev().find_map(|count| {
        let key = name_key(&words[..count]);
        let is_known = (1..=MOST_NAMESAKES).contains(&shard.customers.names.count(key));
        is_known.then_some((key, count))
    })
}
