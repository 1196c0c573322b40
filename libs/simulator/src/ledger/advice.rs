//! Remittance advices as payers send them: tables and prose as text, mail, CSV and HTML.

mod labels;
mod mail;
mod table;

use quittance_types::Currency;

use super::country::Language;
use super::money;
use super::party::Party;
use super::period::date;
use crate::dice::Dice;
use labels::{Labels, labels};

/// One document of an advice. Amounts in minor units; gross less deduction is net.
#[derive(Clone, Debug)]
pub struct AdviceRow {
    /// Document number.
    pub number: String,
    /// Day of issue.
    pub issued: i32,
    /// Open amount, credit notes negative.
    pub gross: i64,
    /// What is held back.
    pub deduction: i64,
    /// What is paid.
    pub net: i64,
    /// Why something is held back; may be empty.
    pub reason: &'static str,
    /// The payer's order number; may be empty.
    pub order: String,
}

/// An advice.
#[derive(Clone, Debug)]
pub struct Advice {
    /// Its number.
    pub number: String,
    /// Who pays.
    pub payer: Party,
    /// From which account; may be empty.
    pub account: String,
    /// The payer's number with the seller.
    pub customer_number: String,
    /// Day of payment.
    pub day: i32,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Sum of the net amounts.
    pub total: i64,
    /// The documents, in the payer's order.
    pub rows: Vec<AdviceRow>,
    /// Language of the letter.
    pub language: Language,
}

/// A file of an advice.
#[derive(Clone, Debug)]
pub struct AdviceFile {
    /// Extension without dot.
    pub extension: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
}

/// How amounts and dates are printed in one advice.
#[derive(Clone, Copy, Debug)]
struct Style {
    currency: Currency,
    point: char,
    thousands: Option<char>,
    date_form: u64,
    negative: u64,
    labels: &'static Labels,
}

impl Style {
    fn of(advice: &Advice, dice: &mut Dice) -> Style {
        let (point, thousands) = match advice.language {
            Language::English => ('.', Some(',')),
            Language::French | Language::Swedish | Language::Finnish => (',', Some(' ')),
            _ => (',', Some('.')),
        };
        let thousands = thousands.filter(|_| dice.chance(650));
        Style {
            currency: advice.currency,
            point,
            thousands,
            date_form: dice.below(3),
            negative: dice.below(4),
            labels: labels(advice.language),
        }
    }

    fn money(&self, minor: i64) -> String {
        let plain = money::with_point(minor.abs(), self.currency, self.point, self.thousands);
        match (minor < 0, self.negative) {
            (false, _) => plain,
            (true, 0) => format!("({plain})"),
            (true, 1) => format!("{plain}-"),
            (true, _) => format!("-{plain}"),
        }
    }

    fn date(&self, day: i32) -> String {
        let (year, month, of_month) = date(day).ymd();
        match self.date_form {
            0 => format!("{year}-{month:02}-{of_month:02}"),
            1 => format!("{of_month:02}.{month:02}.{year}"),
            _ => format!("{of_month:02}/{month:02}/{year}"),
        }
    }
}

/// Writes an advice as one of the forms payers use.
pub fn write(advice: &Advice, dice: &mut Dice) -> AdviceFile {
    let style = Style::of(advice, dice);
    match dice.below(20) {
        0..=4 => AdviceFile { extension: "txt", bytes: table::text(advice, &style, dice).into_bytes() },
        5..=6 => AdviceFile { extension: "txt", bytes: table::prose(advice, &style, dice).into_bytes() },
        7..=10 => AdviceFile { extension: "csv", bytes: table::csv(advice, &style, dice) },
        11..=13 => AdviceFile { extension: "html", bytes: table::html(advice, &style, dice).into_bytes() },
        _ => AdviceFile { extension: "eml", bytes: mail::write(advice, &style, dice) },
    }
}
