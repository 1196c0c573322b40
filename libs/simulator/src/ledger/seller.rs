//! The companies whose ledgers are filled.

use quittance_types::Currency;

use super::country::{Country, Language};
use super::money;
use super::party::{self, Party};
use super::scheme::Scheme;
use super::shape::{FORMS, Form, Shape};
use super::{Params, Profile};
use crate::dice::{COMPANY, Dice, Purpose};

/// How the bank of an account delivers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// camt.053.001.02, text cut every so many characters into elements of its own.
    Camt02(usize),
    /// camt.053.001.08, the same.
    Camt08(usize),
    /// MT940, field 86 with `?nn` and key words such as `SVWZ+`.
    GermanKeyed,
    /// MT940, field 86 with `?nn`, the text cut at 27 and nothing else.
    GermanPlain,
    /// MT940, field 86 with codes between slashes.
    Tagged,
    /// MT940, field 86 in plain lines.
    Plain,
}

impl Feed {
    /// The word in `sellers.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Feed::Camt02(_) => "camt.053.001.02",
            Feed::Camt08(_) => "camt.053.001.08",
            _ => "mt940",
        }
    }

    /// Whether it is camt.
    pub fn is_camt(self) -> bool {
        matches!(self, Feed::Camt02(_) | Feed::Camt08(_))
    }
}

/// How a seller numbers its customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerForm {
    /// `10007`, as long as a short invoice number.
    Plain,
    /// `D-10423`
    Dashed,
    /// `K471107`
    Lettered,
    /// `4007123`
    Long,
}

/// A seller.
#[derive(Clone, Debug)]
pub struct Seller {
    /// Place in the folder, from 0.
    pub index: u32,
    /// `S001`
    pub id: String,
    /// The company.
    pub party: Party,
    /// Currency of the account.
    pub currency: Currency,
    /// The account.
    pub iban: String,
    /// How statements come.
    pub feed: Feed,
    /// Document numbers.
    pub shape: Shape,
    /// Structured references on its invoices.
    pub scheme: Option<Scheme>,
    /// Prices many items share, minor units.
    pub prices: Vec<i64>,
    /// Customer numbers.
    pub customer_form: CustomerForm,
    /// Discount of its usual terms: tenths of a per cent and days.
    pub discount: Option<(u32, i32)>,
    /// Days of its usual terms.
    pub days: i32,
}

/// Country, feed, form of the first sellers; later ones are drawn.
const FIRST: [(&str, Feed, Form); 12] = [
    ("DE", Feed::Camt08(140), Form::PrefixYear),
    ("DE", Feed::GermanKeyed, Form::Plain),
    ("CH", Feed::Camt02(140), Form::YearSlash),
    ("BE", Feed::Camt08(70), Form::Letter),
    ("NL", Feed::Tagged, Form::Padded),
    ("GB", Feed::Plain, Form::Long),
    ("FI", Feed::Camt02(35), Form::Checked),
    ("FR", Feed::Camt08(140), Form::Month),
    ("US", Feed::Camt08(140), Form::ShortYear),
    ("DE", Feed::GermanPlain, Form::Suffixed),
    ("SE", Feed::Camt02(140), Form::Blank),
    ("IT", Feed::Camt02(140), Form::YearSlash),
];

const COUNTRIES: [(u32, &str); 12] =
    [(34, "DE"), (6, "AT"), (8, "CH"), (8, "NL"), (6, "BE"), (8, "FR"), (6, "IT"), (5, "ES"), (6, "GB"), (4, "US"), (3, "SE"), (3, "FI")];

impl Seller {
    /// The seller at `index` with `documents` documents, `old` of them of the year before; none when its currency is not known.
    pub fn new(params: &Params, index: u32, documents: u64, old: u64) -> Option<Seller> {
        let mut dice = Dice::new(params.seed, u64::from(index), Purpose::LedgerSeller, 0);
        let (code, feed, form) = match FIRST.get((index as usize + shift(params.seed)) % FIRST.len()) {
            Some(first) if index < FIRST.len() as u32 => *first,
            _ => drawn(&mut dice),
        };
        let country = if code == "US" && dice.chance(200) { Country::of("JP") } else { Country::of(code) };
        let party = Party::new(country, &mut dice);
        let currency = money::currency(country.currency)?;
        let forms = [CustomerForm::Plain, CustomerForm::Dashed, CustomerForm::Lettered, CustomerForm::Long];
        Some(Seller {
            index,
            id: format!("S{:03}", index + 1),
            iban: party::account(country, &mut dice),
            shape: Shape::new(form, documents, old, &mut dice),
            scheme: scheme(country.code, &mut dice),
            prices: prices(params.profile, currency, &mut dice),
            customer_form: dice.pick(&forms),
            discount: dice.chance(600).then(|| dice.pick(&[(20, 10), (20, 14), (30, 10), (20, 8), (15, 14), (30, 7)])),
            days: dice.pick(&[14, 30, 30, 30, 45, 60]),
            party,
            currency,
            feed,
        })
    }

    /// Language of its invoices.
    pub fn language(&self) -> Language {
        self.party.country.language
    }

    /// Number of the customer at `ordinal`.
    pub fn customer_number(&self, ordinal: u64) -> String {
        match self.customer_form {
            CustomerForm::Plain => format!("{}", 10_007 + ordinal * 3),
            CustomerForm::Dashed => format!("D-{}", 10_423 + ordinal * 7),
            CustomerForm::Lettered => format!("K{}", 471_107 + ordinal * 11),
            CustomerForm::Long => format!("{}", 4_007_123 + ordinal * 13),
        }
    }
}

/// Which of the first sellers comes first: another one with each seed.
fn shift(seed: u64) -> usize {
    Dice::new(seed, COMPANY, Purpose::LedgerSeller, 0).below(FIRST.len() as u64) as usize
}

fn drawn(dice: &mut Dice) -> (&'static str, Feed, Form) {
    let code = dice.weighted(&COUNTRIES);
    let german = [Feed::Camt02(140), Feed::Camt08(140), Feed::GermanKeyed, Feed::GermanKeyed, Feed::GermanPlain, Feed::Camt08(140)];
    let other = [Feed::Camt02(140), Feed::Camt08(140), Feed::Camt02(35), Feed::Camt08(70), Feed::Tagged, Feed::Plain];
    let feed = if matches!(code, "DE" | "AT") { dice.pick(&german) } else { dice.pick(&other) };
    (code, feed, dice.pick(&FORMS))
}

fn scheme(country: &str, dice: &mut Dice) -> Option<Scheme> {
    match country {
        "CH" => Some(dice.pick(&[Scheme::SwissQr, Scheme::SwissQr, Scheme::SwissIsr, Scheme::Rf])),
        "BE" => Some(Scheme::Belgian),
        "FI" => Some(dice.pick(&[Scheme::Finnish, Scheme::Rf])),
        "SE" => Some(Scheme::Ocr),
        "US" | "GB" | "JP" => None,
        _ => dice.chance(400).then_some(Scheme::Rf),
    }
}

/// Prices such as 1,190.00: round net prices with tax, and subscription-like ones.
fn prices(profile: Profile, currency: Currency, dice: &mut Dice) -> Vec<i64> {
    let count = match profile {
        Profile::Base => dice.between(12, 30),
        Profile::Hard => dice.between(6, 16),
    };
    let unit = money::unit(currency) * if matches!(currency.code(), "JPY" | "SEK") { 100 } else { 1 };
    (0..count)
        .map(|_| {
            let net = dice.pick(&[50, 100, 100, 200, 250, 500, 1000, 1000, 2000, 2500, 49, 99, 199, 299, 1499]) * dice.between(1, 4);
            net * unit * dice.pick(&[100, 119, 119, 121, 120, 107]) / 100
        })
        .collect()
}
