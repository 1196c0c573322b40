use super::binomial::{false_rate_lower, false_rate_upper};
use super::threshold::SELLER_SAMPLES;
use crate::proposal::MatchClass;

/// Where a class stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Within what is accepted, as far as is known.
    Trusted {
        /// Upper bound of the live false rate, parts per million.
        upper: u32,
    },
    /// Proven worse than accepted: its matches are only suggested, until a person trusts it again.
    Fallen {
        /// Lower bound of the live false rate when it fell, parts per million.
        lower: u32,
    },
}

/// Watches the audited matches of each class. A class falls when even the lower bound of its live false rate is above
/// what is accepted; it does not rise by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassGuard {
    classes: [Audit; MatchClass::ALL.len()],
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Audit {
    count: u64,
    wrong: u64,
    fallen_at: Option<u32>,
}

impl ClassGuard {
    /// Counts an audited match; true when its class falls by it, which is an event. Old audits fade: beyond twice the
    /// lines a seller needs, both counts are halved.
    pub fn record(&mut self, class: MatchClass, right: bool, accepted: u32) -> bool {
        let audit = &mut self.classes[class.index()];
        audit.count += 1;
        audit.wrong += u64::from(!right);
        let lower = false_rate_lower(audit.wrong, audit.count);
        let falls = !right && audit.fallen_at.is_none() && lower > accepted;
        if falls {
            audit.fallen_at = Some(lower);
        }
        if audit.count >= 2 * SELLER_SAMPLES {
            audit.count /= 2;
            audit.wrong = audit.wrong.div_ceil(2);
        }
        falls
    }

    /// Where a class stands.
    pub fn standing(&self, class: MatchClass) -> Standing {
        let audit = &self.classes[class.index()];
        match audit.fallen_at {
            Some(lower) => Standing::Fallen { lower },
            None => Standing::Trusted { upper: false_rate_upper(audit.wrong, audit.count) },
        }
    }

    /// A person trusts a class again: its audits start anew.
    pub fn trust(&mut self, class: MatchClass) {
        self.classes[class.index()] = Audit::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_falls_when_it_is_proven_worse_and_stays_down() {
        let mut guard = ClassGuard::default();
        assert_eq!(guard.standing(MatchClass::B), Standing::Trusted { upper: 1_000_000 });
        for _ in 0..100 {
            assert!(!guard.record(MatchClass::B, true, 2_000));
        }
        assert!(!guard.record(MatchClass::B, false, 2_000), "one error in a hundred proves nothing");
        assert!(guard.record(MatchClass::B, false, 2_000));
        assert!(matches!(guard.standing(MatchClass::B), Standing::Fallen { lower } if lower > 2_000));
        assert!(!guard.record(MatchClass::B, false, 2_000), "it fell before");
        assert!(matches!(guard.standing(MatchClass::A), Standing::Trusted { .. }));
        guard.trust(MatchClass::B);
        assert!(matches!(guard.standing(MatchClass::B), Standing::Trusted { .. }));
    }

    #[test]
    fn one_error_in_very_few_is_enough() {
        let mut guard = ClassGuard::default();
        assert!(guard.record(MatchClass::D, false, 2_000));
    }
}
