//! How much may be tried to find out what the amounts of an input mean.

use std::cell::Cell;

/// Records under a plan that may be tried of any input: every plan of a usual one.
const FREE: usize = 400_000;
/// What may be tried of each record beside it, so that an input of many tables takes as long as its size allows: every plan of
/// three columns of amounts without heads, some of them negative.
const PER_RECORD: usize = 64;

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Effort(Cell<usize>);

impl Default for Effort {
    fn default() -> Effort {
        Effort(Cell::new(FREE))
    }
}

impl Effort {
    /// How many of the `wanted` tries may be made of a list of so many records.
    pub fn grant(&self, wanted: usize, records: usize) -> usize {
        let own = records.saturating_mul(PER_RECORD);
        let free = self.0.get();
        let granted = wanted.min(own.saturating_add(free));
        self.0.set(free - granted.saturating_sub(own).min(free));
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::{Effort, FREE, PER_RECORD};

    #[test]
    fn a_list_has_its_own_and_the_first_have_more() {
        let effort = Effort::default();
        assert_eq!(effort.grant(10, 1), 10);
        assert_eq!(effort.grant(FREE, 0), FREE);
        assert_eq!(effort.grant(FREE, 2), 2 * PER_RECORD);
    }
}
