//! Numbers of a text that are known to name no document.

use super::Workbench;
use crate::extract::Mark;
use crate::learning::{Habit, number_sign};
use crate::payer::PayerScore;
use crate::proposal::Field;
use crate::shard::Shard;

/// Confirmed payments that carried a number, so that it is known to say nothing.
const CARRIED: u32 = 2;
/// Digits of such a number at least.
const LEAST_DIGITS: u32 = 4;

impl Workbench {
    /// A number that the payer's confirmed payments carried while they paid other documents says nothing: the words of a
    /// standing order stay as they are. Neither does a number nobody knows of a payer that writes numbers of its own, unless it
    /// may be the seller's next or has the letters of the seller's.
    pub(super) fn leave_idle_numbers(&mut self, shard: &Shard) {
        if !shard.learning.has_signs() || (self.candidates.list.is_empty() && !self.candidates.names_unknown()) {
            return;
        }
        let Some(payer) = self.payer.scores.first().copied().filter(PayerScore::is_sure) else { return };
        self.mark_idle(shard, &payer);
        let (extract, candidates) = (&self.extract, &mut self.candidates);
        let is_idle = |(first, last): (u16, u16)| (first..=last).any(|place| extract.atoms[usize::from(place)].mark == Some(Mark::Idle));
        candidates.list.retain(|one| !is_idle(one.atoms));
        let quotes_open = candidates.list.iter().any(|one| !one.closed && one.is_strong());
        let has_number = || self.loose_numbers(&[], LEAST_DIGITS).next().is_some();
        let writes_others = || shard.learning.does_mostly(payer.customer, Habit::OtherNumbers);
        let is_sellers = self.candidates.is_unborn || self.candidates.is_lettered;
        if !quotes_open && self.candidates.names_unknown() && (!has_number() || (writes_others() && !is_sellers)) {
            self.candidates.forget_unknown();
        }
    }

    fn mark_idle(&mut self, shard: &Shard, payer: &PayerScore) {
        let carried = |digits: &[u8]| shard.learning.times_with(payer.customer, number_sign(digits)) >= CARRIED;
        let idle: Vec<usize> = (0..self.extract.atoms.len())
            .filter(|place| {
                let atom = self.extract.atoms[*place];
                let is_number = !atom.is_letters && atom.mark.is_none() && atom.end - atom.start >= LEAST_DIGITS;
                let digits = &self.extract.text[atom.start as usize..atom.end as usize];
                is_number && self.extract.place(atom.start as usize).0 == Field::Text && carried(digits)
            })
            .collect();
        idle.into_iter().for_each(|place| self.extract.atoms[place].mark = Some(Mark::Idle));
    }
}
