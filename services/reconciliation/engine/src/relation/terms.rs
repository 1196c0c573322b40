use quittance_types::{Currency, Decimal};

use crate::record::{Overpayment, Policy, ShortPayment};

/// What a seller accepts, in minor units of the items' currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Highest difference taken for a bank fee.
    pub fee_max: i64,
    /// Bank fees are multiples of this (0.50); zero when the currency has no such coin.
    pub fee_step: i64,
    /// Highest difference taken for rounding.
    pub rounding: i64,
    /// Highest difference written off.
    pub write_off_max: i64,
    /// What may still be written off for this customer this month.
    pub write_off_left: i64,
    /// Whether money above the items may be taken as income up to `write_off_max`. It belongs to the payer, so the
    /// default is no: it stays on account.
    pub write_off_surplus: bool,
    /// Days a discount is accepted after its last day.
    pub grace_days: i32,
    /// Percent a payment in another currency may differ.
    pub fx_tolerance: Decimal,
    /// Overpayments go on account without a person.
    pub overpayment_on_account: bool,
    /// Short payments are applied without a person.
    pub short_payment_applied: bool,
}

impl Terms {
    /// The seller's policy for items in this currency: amounts are scaled by the digits of the two currencies.
    pub fn of(policy: &Policy, seller: Currency, document: Currency, write_off_left: i64) -> Self {
        let scale = |amount: i64| rescale(amount, seller.minor_digits(), document.minor_digits());
        Terms {
            fee_max: scale(policy.bank_fee_max),
            fee_step: rescale(50, 2, document.minor_digits()),
            rounding: scale(policy.rounding_tolerance),
            write_off_max: scale(policy.write_off_max),
            write_off_left,
            write_off_surplus: false,
            grace_days: policy.discount_grace_days,
            fx_tolerance: policy.fx_tolerance,
            overpayment_on_account: policy.overpayment == Overpayment::OnAccount,
            short_payment_applied: policy.short_payment == ShortPayment::ApplyAndKeepOpen,
        }
    }

    /// True for a sum of which banks take their fees.
    pub const fn is_round_fee(&self, sum: i64) -> bool {
        self.fee_step > 0 && sum % self.fee_step == 0
    }
}

/// The same number of units with other digits, rounded down.
fn rescale(amount: i64, from: u32, to: u32) -> i64 {
    let factor = 10_i64.saturating_pow(from.abs_diff(to));
    if to >= from { amount.saturating_mul(factor) } else { amount / factor }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn amounts_follow_the_digits_of_the_currency() {
        let policy = Policy::default();
        let euro = Terms::of(&policy, Currency::EUR, Currency::EUR, 20_00);
        assert_eq!((euro.fee_max, euro.fee_step, euro.rounding, euro.write_off_max), (30_00, 50, 5, 5_00));
        let yen = Terms::of(&policy, Currency::EUR, Currency::JPY, 20);
        assert_eq!((yen.fee_max, yen.fee_step, yen.rounding, yen.write_off_max), (30, 0, 0, 5));
        let dinar = Terms::of(&policy, Currency::EUR, Currency::parse("KWD").unwrap(), 0);
        assert_eq!((dinar.fee_max, dinar.fee_step), (30_000, 500));
    }
}
