//! Arithmetic, rounding and splitting of money: laws that hold for all amounts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;
use quittance_types::{Currency, Decimal, Fault, Money, Reason, allocate, decimal_text, parse_decimal, round};

const MAX: i64 = 1_000_000_000_000_000;

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(["EUR", "JPY", "BHD", "CLF", "USD"].map(|code| Currency::parse(code).unwrap()).to_vec())
}

fn money() -> impl Strategy<Value = Money> {
    (-MAX..=MAX, currency()).prop_map(|(minor, currency)| Money::from_minor(minor, currency).unwrap())
}

fn pair() -> impl Strategy<Value = (Money, Money)> {
    let half = MAX / 2;
    (-half..=half, -half..=half, currency())
        .prop_map(|(left, right, currency)| (Money::from_minor(left, currency).unwrap(), Money::from_minor(right, currency).unwrap()))
}

fn euro(text: &str) -> Money {
    Money::parse(text, Currency::EUR).unwrap()
}

fn decimal(text: &str) -> Decimal {
    parse_decimal(text).unwrap()
}

fn reason<T: std::fmt::Debug>(result: Result<T, Fault>) -> Reason {
    result.unwrap_err().reason()
}

proptest! {
    #[test]
    fn addition_commutes_and_subtraction_undoes_it((left, right) in pair()) {
        let sum = left.add(right).unwrap();
        prop_assert_eq!(sum, right.add(left).unwrap());
        prop_assert_eq!(sum.sub(right).unwrap(), left);
        prop_assert_eq!(sum.amount(), left.amount() + right.amount());
    }

    #[test]
    fn a_sum_leaves_the_range_exactly_when_the_integers_do(left in -MAX..=MAX, right in -MAX..=MAX) {
        let [a, b] = [left, right].map(|minor| Money::from_minor(minor, Currency::EUR).unwrap());
        match a.add(b) {
            Ok(sum) => prop_assert_eq!(sum.minor(), left + right),
            Err(fault) => {
                prop_assert_eq!(fault.reason(), Reason::AmountOutOfRange);
                prop_assert!((left + right).abs() > MAX);
            }
        }
    }

    #[test]
    fn an_amount_is_its_text_its_decimal_and_its_minor_units(value in money()) {
        let currency = value.currency();
        let text = value.amount().to_string();
        prop_assert_eq!(Money::parse(&text, currency).unwrap(), value);
        prop_assert_eq!(Money::new(value.amount(), currency).unwrap(), value);
        prop_assert_eq!(Money::from_minor(value.minor(), currency).unwrap(), value);
        prop_assert_eq!(value.amount().scale(), currency.minor_digits());
        prop_assert_eq!(value.to_string(), format!("{text} {currency}"));
        let json = serde_json::to_string(&value).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), value);
    }

    #[test]
    fn signs_are_consistent(value in money()) {
        prop_assert_eq!(value.neg().neg(), value);
        prop_assert!(!value.abs().is_negative());
        prop_assert_eq!([value.is_zero(), value.is_positive(), value.is_negative()].iter().filter(|holds| **holds).count(), 1);
        prop_assert_eq!(value.require_positive().is_ok(), value.is_positive());
        prop_assert!(value.add(value.neg()).unwrap().is_zero());
    }

    #[test]
    fn the_smaller_and_the_larger_are_the_two((left, right) in pair()) {
        let (small, large) = (left.min(right).unwrap(), left.max(right).unwrap());
        prop_assert!(small.minor() <= large.minor());
        prop_assert_eq!(small.add(large).unwrap(), left.add(right).unwrap());
    }

    #[test]
    fn a_product_is_the_exact_one_rounded_once(minor in -10_000_000_000_i64..10_000_000_000, mantissa in -1_000_000_000_000_i64..1_000_000_000_000, scale in 6_u32..=12, currency in currency()) {
        let value = Money::from_minor(minor, currency).unwrap();
        let factor = Decimal::new(mantissa, scale);
        let exact = round(value.amount() * factor, currency);
        match value.times(factor) {
            Ok(product) => prop_assert_eq!(product.amount(), exact),
            Err(fault) => {
                prop_assert_eq!(fault.reason(), Reason::AmountOutOfRange);
                prop_assert!(exact.abs() > Decimal::new(MAX, currency.minor_digits()));
            }
        }
    }

    #[test]
    fn rounding_moves_by_at_most_half_a_minor_unit(mantissa in any::<i64>(), scale in 0_u32..=12, currency in currency()) {
        let exact = Decimal::new(mantissa, scale);
        let rounded = round(exact, currency);
        prop_assert!(rounded.scale() <= currency.minor_digits());
        prop_assert!((rounded - exact).abs() <= Decimal::new(5, currency.minor_digits() + 1));
        prop_assert_eq!(round(rounded, currency), rounded);
        prop_assert_eq!(round(-exact, currency), -rounded);
    }

    #[test]
    fn a_split_loses_nothing_and_is_fair(
        total in money(),
        weights in prop::collection::vec((0_i64..1_000_000_000_000, 0_u32..=12), 1..40),
    ) {
        let weights: Vec<Decimal> = weights.into_iter().map(|(mantissa, scale)| Decimal::new(mantissa, scale)).collect();
        prop_assume!(weights.iter().any(|weight| !weight.is_zero()));
        let parts = allocate(total, &weights).unwrap();
        prop_assert_eq!(parts.len(), weights.len());
        prop_assert_eq!(Money::sum(total.currency(), parts.iter().copied()).unwrap(), total);
        for (part, weight) in parts.iter().zip(&weights) {
            prop_assert!(!weight.is_zero() || part.is_zero());
            prop_assert!(part.is_zero() || part.is_negative() == total.is_negative());
            prop_assert!(is_within_one(*part, total, *weight, &weights), "{part} of {total} for {weight}");
        }
        prop_assert_eq!(allocate(total.neg(), &weights).unwrap(), parts.into_iter().map(Money::neg).collect::<Vec<_>>());
    }

    #[test]
    fn equal_weights_give_parts_that_differ_by_at_most_one(total in money(), count in 1_usize..200) {
        let parts = allocate(total, &vec![Decimal::ONE; count]).unwrap();
        let minors: Vec<i64> = parts.iter().map(|part| part.minor()).collect();
        prop_assert!(minors.iter().max().unwrap() - minors.iter().min().unwrap() <= 1);
    }

    #[test]
    fn no_text_makes_the_parsers_panic(text in any::<String>(), currency in currency()) {
        let _ = Money::parse(&text, currency);
        let _ = parse_decimal(&text);
    }

    #[test]
    fn what_the_grammar_allows_is_read_as_written(integer in "[0-9]{1,15}", decimals in "[0-9]{1,12}", negative in any::<bool>()) {
        let text = format!("{}{integer}.{decimals}", if negative { "-" } else { "" });
        prop_assert_eq!(parse_decimal(&text).unwrap(), Decimal::from_str_exact(&text).unwrap());
    }
}

/// |part * sum - total * weight| < sum, in integers of a common scale so that the check itself does not round.
fn is_within_one(part: Money, total: Money, weight: Decimal, weights: &[Decimal]) -> bool {
    let whole = |weight: &Decimal| {
        let mut scaled = *weight;
        scaled.rescale(12);
        scaled.mantissa()
    };
    let sum: i128 = weights.iter().map(whole).sum();
    let (quotient, rest) = wide_share(i128::from(total.minor().abs()), whole(&weight), sum);
    let part = i128::from(part.minor().abs());
    part == quotient || (part == quotient + 1 && rest)
}

/// Whole part of `total * weight / sum` by decimal long multiplication, and whether something is left over.
fn wide_share(total: i128, weight: i128, sum: i128) -> (i128, bool) {
    let (mut quotient, mut remainder) = (0, 0);
    for digit in total.to_string().bytes().map(|byte| i128::from(byte - b'0')) {
        let step = remainder * 10 + digit * weight;
        quotient = quotient * 10 + step / sum;
        remainder = step % sum;
    }
    (quotient, remainder != 0)
}

#[test]
fn what_is_no_plain_decimal_is_refused() {
    let bad = [
        "", "-", ".", "1.", ".5", "1e3", "1E3", "1_000", "+5", " 5", "5 ", "0x10", "1,00", "1,000.00", "١٢٣", "１２", "NaN", "nan",
        "Infinity", "inf", "--5", "-+5", "5-", "1.2.3", "1\n", "1\0", "−5", "$5", "5 EUR", "1'000",
    ];
    for text in bad {
        assert_eq!(reason(Money::parse(text, Currency::EUR)), Reason::AmountFormat, "{text:?}");
        assert_eq!(reason(parse_decimal(text)), Reason::AmountFormat, "{text:?}");
    }
    assert_eq!(reason(Money::parse(&"9".repeat(1_000_000), Currency::EUR)), Reason::AmountFormat);
}

#[test]
fn more_decimals_than_the_currency_has_are_refused() {
    let bhd = Currency::parse("BHD").unwrap();
    for (text, currency) in [("1.5", Currency::JPY), ("1.0", Currency::JPY), ("0.0001", bhd), ("0.001", Currency::EUR)] {
        assert_eq!(reason(Money::parse(text, currency)), Reason::AmountPrecision, "{text} {currency}");
    }
    let long = format!("0.{}1", "0".repeat(30));
    assert_eq!(reason(Money::parse(&long, Currency::EUR)), Reason::AmountPrecision);
    assert_eq!(reason(parse_decimal(&long)), Reason::AmountPrecision);
    assert_eq!(reason(parse_decimal("1.0000000000000")), Reason::AmountPrecision);
    assert_eq!(Money::parse("0.001", bhd).unwrap().minor(), 1);
}

#[test]
fn padding_zeros_are_fine_where_a_decimal_is_given() {
    assert_eq!(Money::new(decimal("12.340000"), Currency::EUR).unwrap(), euro("12.34"));
    assert_eq!(Money::new(decimal("1000.00"), Currency::JPY).unwrap().minor(), 1000);
    assert_eq!(reason(Money::new(decimal("12.345"), Currency::EUR)), Reason::AmountPrecision);
}

#[test]
fn amounts_end_at_ten_to_the_fifteen_minor_units() {
    assert_eq!(euro("10000000000000.00").minor(), MAX);
    for text in ["10000000000000.01", "-10000000000000.01", "92233720368547758.07", "99999999999999999999"] {
        assert_eq!(reason(Money::parse(text, Currency::EUR)), Reason::AmountOutOfRange, "{text}");
    }
    for minor in [MAX + 1, -MAX - 1, i64::MAX, i64::MIN] {
        assert_eq!(reason(Money::from_minor(minor, Currency::EUR)), Reason::AmountOutOfRange);
    }
    let most = Money::from_minor(MAX, Currency::EUR).unwrap();
    assert_eq!(reason(most.add(most)), Reason::AmountOutOfRange);
    assert_eq!(reason(most.times(decimal("1.000000000001"))), Reason::AmountOutOfRange);
    assert_eq!(reason(most.times(Decimal::MAX)), Reason::AmountOutOfRange);
    assert_eq!(reason(Money::sum(Currency::EUR, [most, most])), Reason::AmountOutOfRange);
    assert_eq!(reason(Money::new(Decimal::MAX, Currency::EUR)), Reason::AmountOutOfRange);
    assert_eq!(reason(parse_decimal("12345678901234567")), Reason::AmountOutOfRange);
}

#[test]
fn minus_zero_is_zero() {
    for text in ["-0", "-0.00", "0", "000"] {
        let zero = euro(text);
        assert_eq!((zero, zero.to_string()), (Money::zero(Currency::EUR), "0.00 EUR".to_owned()));
        assert!(!parse_decimal(text).unwrap().is_sign_negative());
    }
    assert!(!euro("-0").is_negative());
}

#[test]
fn currencies_do_not_mix() {
    let (euro, dollar) = (euro("1.00"), Money::parse("1.00", Currency::USD).unwrap());
    assert_eq!(reason(euro.add(dollar)), Reason::CurrencyMismatch);
    assert_eq!(reason(euro.sub(dollar)), Reason::CurrencyMismatch);
    assert_eq!(reason(euro.compare(dollar)), Reason::CurrencyMismatch);
    assert_eq!(reason(euro.min(dollar)), Reason::CurrencyMismatch);
    assert_eq!(reason(euro.max(dollar)), Reason::CurrencyMismatch);
    assert_eq!(reason(Money::sum(Currency::EUR, [dollar])), Reason::CurrencyMismatch);
}

#[test]
fn halves_are_rounded_away_from_zero() {
    let cases = [("2.125", "2.13"), ("2.115", "2.12"), ("-2.125", "-2.13"), ("0.005", "0.01"), ("-0.004999999999", "0.00")];
    for (exact, rounded) in cases {
        assert_eq!(round(decimal(exact), Currency::EUR), decimal(rounded), "{exact}");
    }
    assert_eq!(euro("0.05").times(decimal("0.1")).unwrap(), euro("0.01"));
    assert_eq!(euro("-0.05").times(decimal("0.1")).unwrap(), euro("-0.01"));
    assert_eq!(euro("-0.05").times(decimal("-0.1")).unwrap(), euro("0.01"));
    assert_eq!(euro("100.00").times(decimal("0.19")).unwrap(), euro("19.00"));
    assert_eq!(euro("3.33").times(Decimal::ZERO).unwrap(), Money::zero(Currency::EUR));
}

#[test]
fn equal_decimals_have_one_text() {
    for (written, canonical) in [("1.500", "1.5"), ("-0.00", "0"), ("100", "100"), ("0.000000000001", "0.000000000001"), ("-7.0", "-7")] {
        assert_eq!(decimal_text(decimal(written)), canonical);
        assert_eq!(decimal(canonical), decimal(written));
    }
    assert_eq!(decimal_text(-Decimal::ZERO), "0");
}

#[test]
fn only_amounts_above_zero_are_positive() {
    assert_eq!(reason(euro("0").require_positive()), Reason::AmountNotPositive);
    assert_eq!(reason(euro("-0.01").require_positive()), Reason::AmountNotPositive);
    assert_eq!(euro("0.01").require_positive().unwrap().minor(), 1);
}

#[test]
fn the_cents_left_over_go_to_the_largest_remainders() {
    let split = |total: &str, weights: &[&str]| {
        let weights: Vec<Decimal> = weights.iter().map(|weight| decimal(weight)).collect();
        allocate(euro(total), &weights).unwrap().into_iter().map(Money::minor).collect::<Vec<_>>()
    };
    assert_eq!(split("100.00", &["1", "1", "1"]), [3334, 3333, 3333]);
    assert_eq!(split("-100.00", &["1", "1", "1"]), [-3334, -3333, -3333]);
    assert_eq!(split("0.01", &["1", "2"]), [0, 1]);
    assert_eq!(split("0.05", &["3", "7"]), [2, 3]);
    assert_eq!(split("0.00", &["1", "0"]), [0, 0]);
    assert_eq!(split("10.00", &["0", "0.000000000001", "0"]), [0, 1000, 0]);
}

#[test]
fn a_split_without_usable_weights_is_refused() {
    let total = euro("1.00");
    for weights in [&[][..], &[Decimal::ZERO], &[Decimal::ONE, decimal("-1")]] {
        assert_eq!(reason(allocate(total, weights)), Reason::AllocationWeights, "{weights:?}");
    }
    let tiny = Decimal::from_i128_with_scale(1, 28);
    assert_eq!(reason(allocate(total, &[Decimal::MAX, tiny])), Reason::AmountOutOfRange);
}
