//! `history.jsonl`: past lines with what people confirmed, one JSON object a line.

use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::Path;

use quittance_matching::record::ConfirmedRecord;
use quittance_types::Currency;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use super::{date, required};
use crate::amount::parse_minor;
use crate::error::BacktestError;
use crate::intake::{Odd, Refused, TableRead, Tally};
use crate::ledgers::Ledgers;
use crate::progress::Progress;
use crate::table::{Counted, open};

const FILE: &str = "history.jsonl";
/// Longer lines are no bank lines anybody confirmed.
const LONGEST: usize = 1 << 20;

/// A line of the file. Everything else in it is skipped.
#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Confirmed<'a> {
    #[serde(borrow)]
    date: Text<'a>,
    seller_id: Text<'a>,
    amount: Text<'a>,
    currency: Text<'a>,
    payer_name: Text<'a>,
    payer_account: Text<'a>,
    text: Text<'a>,
    structured_reference: Text<'a>,
    end_to_end_id: Text<'a>,
    customer_id: Text<'a>,
    applied: Vec<Applied<'a>>,
    differences: Vec<Difference<'a>>,
}

#[derive(serde::Deserialize)]
struct Applied<'a> {
    #[serde(borrow)]
    invoice: Text<'a>,
    amount: Text<'a>,
}

#[derive(serde::Deserialize)]
struct Difference<'a> {
    #[serde(borrow)]
    kind: Text<'a>,
    amount: Text<'a>,
}

pub(super) fn read(folder: &Path, ledgers: &mut Ledgers, progress: &dyn Progress) -> Result<TableRead, BacktestError> {
    let mut tally = Tally::of(FILE);
    let path = folder.join(FILE);
    let Some(file) = open(&path)? else { return Ok(tally.finish()) };
    tally.read.present = true;
    let mut source = BufReader::with_capacity(1 << 20, Counted { file, progress });
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        if source.read_until(b'\n', &mut line).map_err(|cause| BacktestError::unreadable(&path, cause))? == 0 {
            break;
        }
        let body = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
        if !body.is_empty() {
            tally.row(number, confirmed(body, ledgers));
        }
    }
    Ok(tally.finish())
}

fn confirmed(body: &[u8], ledgers: &mut Ledgers) -> Result<Odd, Refused> {
    if body.len() > LONGEST {
        return Err(Refused::new("", "is longer than a megabyte", ""));
    }
    let text = String::from_utf8_lossy(body);
    let line: Confirmed<'_> = serde_json::from_str(&text).map_err(|_| Refused::new("", "is no JSON object of a confirmed line", &text))?;
    let date = date("date", required("date", &line.date)?)?;
    let seller = &*ledgers.seller_of(&line.seller_id, &line.customer_id)?;
    let currency = match &*line.currency {
        "" => ledgers.of(seller)?.seller.currency,
        code => ledgers.currency("currency", code)?,
    };
    let amount = minor("amount", &line.amount, currency)?;
    let mut applied = Vec::with_capacity(line.applied.len());
    for part in line.applied.iter().filter(|part| !part.invoice.is_empty()) {
        applied.push((&*part.invoice, of_document(&part.amount, currency)?));
    }
    let mut differences = Vec::with_capacity(line.differences.len());
    for part in &line.differences {
        differences.push((&*part.kind, minor("differences", &part.amount, currency)?));
    }
    let ledger = ledgers.of(seller)?;
    ledger.builder.confirmed(&ConfirmedRecord {
        date,
        amount,
        currency,
        payer_name: &line.payer_name,
        payer_account: &line.payer_account,
        text: &line.text,
        structured_reference: &line.structured_reference,
        end_to_end_id: &line.end_to_end_id,
        customer: &line.customer_id,
        applied: &applied,
        differences: &differences,
    });
    ledger.confirmed += 1;
    Ok(Vec::new())
}

/// What a document got, in its own currency, which may have more decimals than the line's.
fn of_document(text: &str, currency: Currency) -> Result<i64, Refused> {
    let read = parse_minor(text, currency).or_else(|_| parse_minor(text, Currency::EUR));
    read.map_err(|why| Refused::new("applied", why, text))
}

fn minor(column: &'static str, text: &str, currency: Currency) -> Result<i64, Refused> {
    parse_minor(text, currency).map_err(|why| Refused::new(column, why, text))
}

/// A text, or the digits of a number, or nothing for `null`.
#[derive(Default)]
struct Text<'a>(Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.0.trim()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or a number")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    /// The shortest decimal that means the same number is the one that was written.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Cow::Owned(number.to_string()))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(""))
    }
}
