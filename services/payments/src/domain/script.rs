//! What the simulated rail does with a payment, read from its method token.

use quittance_types::{Fault, Reason};

/// The outcome a token scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Script {
    /// Settles at once.
    Succeed,
    /// Settles after so many days.
    Pend(i32),
    /// Refused with a code.
    Fail(String),
    /// Settles at once and comes back after so many days with a code.
    Return(i32, String),
    /// Taken, but the answer is lost; settles when asked.
    Timeout,
}

const MAX_DAYS: i32 = 400;

impl Script {
    /// Reads `sim_succeed`, `sim_pend_N`, `sim_fail_CODE`, `sim_return_N_CODE` or `sim_timeout`.
    ///
    /// # Errors
    /// PAYMENT_METHOD_INVALID.
    pub fn parse(token: &str) -> Result<Self, Fault> {
        let parts: Vec<&str> = token.split('_').collect();
        match parts.as_slice() {
            ["sim", "succeed"] => Ok(Self::Succeed),
            ["sim", "timeout"] => Ok(Self::Timeout),
            ["sim", "pend", days] => days_of(days).map(Self::Pend),
            ["sim", "fail", code] => code_of(code).map(Self::Fail),
            ["sim", "return", days, code] => Ok(Self::Return(days_of(days)?, code_of(code)?)),
            _ => Err(unknown()),
        }
    }
}

fn days_of(text: &str) -> Result<i32, Fault> {
    text.parse().ok().filter(|days| (0..=MAX_DAYS).contains(days)).ok_or_else(unknown)
}

fn code_of(text: &str) -> Result<String, Fault> {
    let valid = (2..=8).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if valid { Ok(text.to_owned()) } else { Err(unknown()) }
}

fn unknown() -> Fault {
    let message = "The rail does not know this token. The simulated one knows sim_succeed, sim_pend_N, sim_fail_CODE, sim_return_N_CODE and sim_timeout.";
    Fault::new(Reason::PaymentMethodInvalid, message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tokens_script_outcomes() {
        assert_eq!(Script::parse("sim_succeed").unwrap(), Script::Succeed);
        assert_eq!(Script::parse("sim_pend_3").unwrap(), Script::Pend(3));
        assert_eq!(Script::parse("sim_fail_AM04").unwrap(), Script::Fail("AM04".to_owned()));
        assert_eq!(Script::parse("sim_return_5_MD06").unwrap(), Script::Return(5, "MD06".to_owned()));
        for token in ["", "sim", "sim_pend_-1", "sim_pend_x", "sim_fail_", "sim_return_5", "tok_visa", "sim_pend_9999999999"] {
            assert_eq!(Script::parse(token).unwrap_err().reason(), Reason::PaymentMethodInvalid, "{token}");
        }
    }
}
