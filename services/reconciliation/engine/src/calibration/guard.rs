use std::sync::OnceLock;

use super::binomial::{false_rate_lower, false_rate_upper};
use crate::proposal::MatchClass;

/// Where a class stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Within what is accepted, as far as is known.
    Trusted {
        /// Upper bound of the live false rate, parts per million.
        upper: u32,
    },
    /// Proven worse than accepted: its matches are only suggested.
    Fallen {
        /// Lower bound of the live false rate, parts per million.
        lower: u32,
    },
}

/// Watches the autos of each class. A class has fallen while even the lower bound of its false rate is above what is accepted:
/// what people found wrong, out of all autos that stand and all answers about them. Right answers to what it then only
/// suggests raise it again.
#[derive(Clone, Debug, Default)]
pub struct ClassGuard {
    classes: [Audit; MatchClass::ALL.len()],
}

#[derive(Clone, Debug, Default)]
struct Audit {
    count: u64,
    wrong: u64,
    standing: OnceLock<(u32, Standing)>,
}

impl PartialEq for ClassGuard {
    fn eq(&self, other: &Self) -> bool {
        let counts = |guard: &ClassGuard| guard.classes.each_ref().map(|audit| (audit.count, audit.wrong));
        counts(self) == counts(other)
    }
}

impl ClassGuard {
    /// Counts people's answers about matches that were, or would have been, applied without them.
    pub fn count(&mut self, class: MatchClass, right: bool, by: i64) {
        self.count_autos(class, by);
        let audit = &mut self.classes[class.index()];
        audit.wrong = audit.wrong.saturating_add_signed(if right { 0 } else { by });
    }

    /// Counts autos that stand: nobody has found them wrong.
    pub fn count_autos(&mut self, class: MatchClass, by: i64) {
        let audit = &mut self.classes[class.index()];
        audit.count = audit.count.saturating_add_signed(by);
        audit.standing.take();
    }

    /// Where a class stands when so many parts per million may be wrong.
    pub fn standing(&self, class: MatchClass, accepted: u32) -> Standing {
        let audit = &self.classes[class.index()];
        let (held_to, standing) = *audit.standing.get_or_init(|| (accepted, audit.judge(accepted)));
        if held_to == accepted { standing } else { audit.judge(accepted) }
    }
}

impl Audit {
    fn judge(&self, accepted: u32) -> Standing {
        let lower = false_rate_lower(self.wrong, self.count);
        if lower > accepted { Standing::Fallen { lower } } else { Standing::Trusted { upper: false_rate_upper(self.wrong, self.count) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: u32 = 2_000;

    #[test]
    fn a_class_falls_when_it_is_proven_worse_and_rises_by_right_answers() {
        let mut guard = ClassGuard::default();
        assert_eq!(guard.standing(MatchClass::B, ACCEPTED), Standing::Trusted { upper: 1_000_000 });
        guard.count_autos(MatchClass::B, 60);
        (0..40).for_each(|_| guard.count(MatchClass::B, true, 1));
        guard.count(MatchClass::B, false, 1);
        assert!(matches!(guard.standing(MatchClass::B, ACCEPTED), Standing::Trusted { .. }), "one error in a hundred proves nothing");
        guard.count(MatchClass::B, false, 1);
        assert!(matches!(guard.standing(MatchClass::B, ACCEPTED), Standing::Fallen { lower } if lower > ACCEPTED));
        assert!(matches!(guard.standing(MatchClass::A, ACCEPTED), Standing::Trusted { .. }));
        (0..70).for_each(|_| guard.count(MatchClass::B, true, 1));
        assert!(matches!(guard.standing(MatchClass::B, ACCEPTED), Standing::Fallen { .. }));
        (0..10).for_each(|_| guard.count(MatchClass::B, true, 1));
        assert!(matches!(guard.standing(MatchClass::B, ACCEPTED), Standing::Trusted { .. }), "two errors in 182 prove nothing");
    }

    #[test]
    fn one_error_in_very_few_is_enough() {
        let mut guard = ClassGuard::default();
        guard.count(MatchClass::D, false, 1);
        assert!(matches!(guard.standing(MatchClass::D, ACCEPTED), Standing::Fallen { .. }));
        guard.count(MatchClass::D, false, -1);
        assert!(matches!(guard.standing(MatchClass::D, ACCEPTED), Standing::Trusted { .. }), "it was taken back");
    }
}
