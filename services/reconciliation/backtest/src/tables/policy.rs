//! `policy.json`: what the sellers accept.

use std::path::Path;

use quittance_matching::record::{Overpayment, Policy, ShortPayment};
use quittance_types::{Currency, Decimal, parse_decimal, round};
use serde_json::{Map, Value};

use crate::error::BacktestError;
use crate::intake::{AbsentColumn, Refused, TableRead, Tally};
use crate::progress::Progress;

const FILE: &str = "policy.json";
const DEFAULT: &str = "the usual limit is taken";
const FIELDS: [&str; 7] =
    ["bank_fee_max", "rounding_tolerance", "write_off_max", "discount_grace_days", "fx_tolerance_pct", "overpayment", "short_payment"];

/// The file as read; amounts become minor units once the currency of a seller is known.
#[derive(Debug, Clone, Default)]
pub(crate) struct PolicyFile {
    bank_fee_max: Option<Decimal>,
    rounding_tolerance: Option<Decimal>,
    write_off_max: Option<Decimal>,
    discount_grace_days: Option<i32>,
    fx_tolerance: Option<Decimal>,
    overpayment: Option<Overpayment>,
    short_payment: Option<ShortPayment>,
}

impl PolicyFile {
    /// The policy of a seller whose books are in `currency`. The usual limits are those of a euro ledger, by digits.
    pub fn for_currency(&self, currency: Currency) -> Policy {
        let usual = Policy::default();
        let in_euro = |minor: i64| Decimal::new(minor, Currency::EUR.minor_digits());
        let minor = |limit: Option<Decimal>, usual: i64| {
            let limit = round(limit.unwrap_or(in_euro(usual)), currency);
            quittance_types::Money::new(limit, currency).map_or(0, quittance_types::Money::minor)
        };
        let mut policy = Policy::default();
        policy.bank_fee_max = minor(self.bank_fee_max, usual.bank_fee_max);
        policy.rounding_tolerance = minor(self.rounding_tolerance, usual.rounding_tolerance);
        policy.write_off_max = minor(self.write_off_max, usual.write_off_max);
        policy.discount_grace_days = self.discount_grace_days.unwrap_or(usual.discount_grace_days);
        policy.fx_tolerance = self.fx_tolerance.unwrap_or(usual.fx_tolerance);
        policy.overpayment = self.overpayment.unwrap_or_default();
        policy.short_payment = self.short_payment.unwrap_or_default();
        policy
    }
}

pub(super) fn read(folder: &Path, progress: &dyn Progress) -> Result<(PolicyFile, TableRead), BacktestError> {
    let mut tally = Tally::of(FILE);
    let path = folder.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok((PolicyFile::default(), tally.finish())),
        Err(cause) => return Err(BacktestError::unreadable(&path, cause)),
    };
    progress.advance(bytes.len() as u64);
    tally.read.present = true;
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    let fields: Map<String, Value> = match body.trim_ascii() {
        [] => Map::new(),
        body => serde_json::from_slice(body).map_err(|cause| BacktestError::unreadable(&path, cause))?,
    };
    let absent = FIELDS.into_iter().filter(|name| !fields.contains_key(*name));
    tally.read.absent = absent.map(|column| AbsentColumn { column, consequence: DEFAULT }).collect();
    let mut policy = PolicyFile::default();
    for name in FIELDS {
        let Some(value) = fields.get(name).filter(|value| !value.is_null()) else { continue };
        tally.row(0, set(&mut policy, name, value).map(|()| Vec::new()));
    }
    Ok((policy, tally.finish()))
}

fn set(policy: &mut PolicyFile, name: &'static str, value: &Value) -> Result<(), Refused> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let number = || {
        let number = parse_decimal(&text).ok().filter(|number| !number.is_sign_negative());
        number.map(Some).ok_or_else(|| Refused::new(name, "is not a number from zero", &text))
    };
    match name {
        "bank_fee_max" => policy.bank_fee_max = number()?,
        "rounding_tolerance" => policy.rounding_tolerance = number()?,
        "write_off_max" => policy.write_off_max = number()?,
        "fx_tolerance_pct" => policy.fx_tolerance = number()?,
        "discount_grace_days" => {
            let days = text.parse::<u16>().map_err(|_| Refused::new(name, "is not a number of days", &text))?;
            policy.discount_grace_days = Some(i32::from(days));
        }
        "overpayment" => policy.overpayment = Some(overpayment(&text)?),
        _ => policy.short_payment = Some(short_payment(&text)?),
    }
    Ok(())
}

fn overpayment(text: &str) -> Result<Overpayment, Refused> {
    match text {
        "on_account" => Ok(Overpayment::OnAccount),
        "suggest" => Ok(Overpayment::Suggest),
        _ => Err(Refused::new("overpayment", "is neither on_account nor suggest", text)),
    }
}

fn short_payment(text: &str) -> Result<ShortPayment, Refused> {
    match text {
        "apply_and_keep_open" | "apply" | "keep_open" | "short_pay" => Ok(ShortPayment::ApplyAndKeepOpen),
        "suggest" => Ok(ShortPayment::Suggest),
        _ => Err(Refused::new("short_payment", "is neither apply_and_keep_open nor suggest", text)),
    }
}
