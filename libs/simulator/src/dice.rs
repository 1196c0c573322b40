//! The only source of chance. Each decision has a stream of its own, so no decision can shift another.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream decides. The discriminants are part of the world: changing one changes every company ever simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Name, address, bank account.
    Party = 1,
    /// Paying habits.
    Persona = 2,
    /// Size, terms, rhythm and limit of a customer.
    Trade = 3,
    /// Days between two orders.
    Rhythm = 4,
    /// Content of an order, its deliveries and its cancellation.
    Order = 5,
    /// When and how much is paid on an invoice.
    Pay = 6,
    /// How a transfer names what it pays.
    Transfer = 7,
    /// Dispute about an invoice.
    Dispute = 8,
    /// Promise on an overdue invoice.
    Promise = 9,
    /// Whether a transfer comes back.
    Return = 10,
    /// Reaction to a dunning notice.
    Notice = 11,
    /// Bank lines that no customer caused.
    BankDay = 12,
    /// Outcome of a card payment or direct debit.
    Rail = 13,
    /// How the payer's bank writes its name.
    PayerName = 14,
    /// What becomes of a held order.
    Hold = 15,
    /// A seller of a generated ledger.
    LedgerSeller = 16,
    /// How many items its customers have, and when.
    LedgerPlan = 17,
    /// Its customers.
    LedgerParty = 18,
    /// Their items.
    LedgerItem = 19,
    /// Their payments.
    LedgerPay = 20,
    /// Lines of the account that no customer caused.
    LedgerNoise = 21,
    /// How lines are booked and files delivered.
    LedgerBank = 22,
}

/// The owner number of streams that belong to the company and not to a customer.
pub const COMPANY: u64 = u64::MAX;

/// A stream of chance.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha12Rng);

impl Dice {
    /// The stream of `owner` (a customer's index or [`COMPANY`]) for the `ordinal`-th decision of one purpose.
    pub fn new(seed: u64, owner: u64, purpose: Purpose, ordinal: u64) -> Self {
        let mut key = [0_u8; 32];
        for (slot, part) in key.chunks_exact_mut(8).zip([seed, purpose as u64, ordinal, 0]) {
            slot.copy_from_slice(&part.to_le_bytes());
        }
        let mut stream = ChaCha12Rng::from_seed(key);
        stream.set_stream(owner);
        Self(stream)
    }

    /// A number in `0..bound`, each equally likely; 0 when `bound` is 0.
    ///
    /// Multiply and shift with rejection, written here because a crate may change its sampling between releases.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            return 0;
        }
        let reject_under = bound.wrapping_neg() % bound;
        loop {
            let wide = u128::from(self.0.next_u64()) * u128::from(bound);
            if wide as u64 >= reject_under {
                return (wide >> 64) as u64;
            }
        }
    }

    /// A number in `low..=high`, each equally likely; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        low + self.below((high - low) as u64 + 1) as i64
    }

    /// True in `per_mille` of 1000 cases.
    pub fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1000) < u64::from(per_mille)
    }

    /// One of the choices, each equally likely. `N` must not be 0.
    pub fn pick<T: Copy, const N: usize>(&mut self, choices: &[T; N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        choices[self.below(N as u64) as usize]
    }

    /// One of the choices, each as likely as its weight.
    pub fn weighted<T: Copy, const N: usize>(&mut self, choices: &[(u32, T); N]) -> T {
        const { assert!(N > 0, "nothing to pick from") };
        let total: u64 = choices.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut rest = self.below(total);
        for (weight, choice) in choices {
            if rest < u64::from(*weight) {
                return *choice;
            }
            rest -= u64::from(*weight);
        }
        choices[N - 1].1
    }

    /// A value around `median` with the long right tail of paying delays: log-normal, sigma 0.5, cut at the 0.25- and
    /// 4-fold. Half of the draws are at or below the median.
    pub fn skewed(&mut self, median: i64) -> i64 {
        let place = self.below(20_000) as i64;
        let (slot, within) = ((place / 1000) as usize, place % 1000);
        let per_mille = QUANTILES[slot] + (QUANTILES[slot + 1] - QUANTILES[slot]) * within / 1000;
        (median * per_mille + 500) / 1000
    }

    /// `count` decimal digits, the first one not zero.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|place| {
                let low = u64::from(place == 0);
                char::from(b'0' + (low + self.below(10 - low)) as u8)
            })
            .collect()
    }
}

/// Quantiles 0 %, 5 %, ... 100 % of a log-normal with median 1000 and sigma 0.5, the ends cut.
const QUANTILES: [i64; 21] =
    [250, 439, 527, 596, 657, 714, 769, 825, 881, 939, 1000, 1065, 1135, 1213, 1300, 1401, 1523, 1679, 1898, 2276, 4000];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_key_and_nothing_else() {
        let draw = |seed, owner, purpose, ordinal| {
            let mut dice = Dice::new(seed, owner, purpose, ordinal);
            [dice.below(1 << 40), dice.below(1 << 40), dice.below(1 << 40)]
        };
        let first = draw(7, 3, Purpose::Pay, 11);
        assert_eq!(first, draw(7, 3, Purpose::Pay, 11));
        for other in
            [draw(8, 3, Purpose::Pay, 11), draw(7, 4, Purpose::Pay, 11), draw(7, 3, Purpose::Order, 11), draw(7, 3, Purpose::Pay, 12)]
        {
            assert_ne!(first, other);
        }
    }

    /// Pinned, so that a new release of a random crate cannot quietly give another company.
    #[test]
    fn the_first_numbers_are_pinned() {
        let mut dice = Dice::new(42, 0, Purpose::Party, 0);
        let drawn: Vec<u64> = (0..4).map(|_| dice.below(1_000_000)).collect();
        assert_eq!(drawn, PINNED);
    }

    const PINNED: [u64; 4] = [454_205, 942_831, 602_044, 143_177];

    #[test]
    fn bounds_hold_and_halves_are_halves() {
        let mut dice = Dice::new(1, COMPANY, Purpose::Trade, 0);
        let mut below_median = 0;
        for _ in 0..4000 {
            assert!(dice.below(7) < 7);
            assert!((-3..=4).contains(&dice.between(-3, 4)));
            let delay = dice.skewed(1000);
            assert!((250..=4000).contains(&delay));
            below_median += u32::from(delay < 1000);
        }
        assert!((1800..2200).contains(&below_median), "{below_median}");
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.between(5, 5), 5);
    }
}
