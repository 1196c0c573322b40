//! Who exists: the seller, its customers, their terms and limits. Nothing here changes while days pass.

use quittance_types::{BusinessDate, Currency, Decimal, Fault, Money};
use uuid::Uuid;

use crate::check_digits;
use crate::dice::{COMPANY, Dice, Purpose};
use crate::goods::Buying;
use crate::names::{self, Party};
use crate::persona::{Habit, Persona, Profile, Timing};

/// What makes one world differ from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Params {
    /// Any number.
    pub seed: u64,
    /// How many customers. The first n customers of a larger world are those of a smaller one.
    pub customers: u32,
    /// How many calendar days are played.
    pub days: u32,
    /// The first day.
    pub start: BusinessDate,
    /// How messy payers are.
    pub profile: Profile,
    /// Swiss customers are invoiced in CHF and pay to an account in CHF. Off: everything is in EUR, as a suite with one
    /// credit policy, which knows one currency, needs it.
    pub foreign_currency: bool,
}

impl Params {
    /// A world of the base profile in EUR.
    pub fn new(seed: u64, customers: u32, days: u32, start: BusinessDate) -> Self {
        Self { seed, customers, days, start, profile: Profile::Base, foreign_currency: false }
    }
}

/// Terms of payment in the words the suite reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    /// `net 30`
    Net {
        /// Days after issue.
        days: u32,
    },
    /// `2/10 net 30`
    Discount {
        /// Percent off.
        percent: u32,
        /// Days after issue within which it may be taken.
        within: u32,
        /// Days after issue without it.
        net: u32,
    },
    /// `EOM+15`
    EndOfMonth {
        /// Days after the end of the month of issue.
        plus: u32,
    },
    /// `net 30/60/90`: equal parts.
    Instalments {
        /// Days after issue, one for each part.
        days: [u32; 3],
    },
}

impl Terms {
    /// The text form, as in contracts and in the suite.
    pub fn text(&self) -> String {
        match self {
            Self::Net { days } => format!("net {days}"),
            Self::Discount { percent, within, net } => format!("{percent}/{within} net {net}"),
            Self::EndOfMonth { plus } => format!("EOM+{plus}"),
            Self::Instalments { days: [first, second, third] } => format!("net {first}/{second}/{third}"),
        }
    }

    /// Days until the last part is due, roughly.
    fn span_days(&self) -> i64 {
        i64::from(match self {
            Self::Net { days } | Self::Discount { net: days, .. } => *days,
            Self::EndOfMonth { plus } => plus + 15,
            Self::Instalments { days } => days[2],
        })
    }
}

/// The company itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seller {
    /// Short code for document numbers.
    pub code: &'static str,
    /// Registered name.
    pub legal_name: &'static str,
    /// ISO 3166 alpha-2.
    pub country: &'static str,
    /// VAT id with a right check digit.
    pub vat_id: String,
    /// Functional currency.
    pub currency: Currency,
    /// IANA name.
    pub time_zone: &'static str,
    /// Accounts customers pay to; the first one is in the functional currency.
    pub accounts: Vec<SellerAccount>,
}

/// One bank account of the company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerAccount {
    /// Without blanks.
    pub iban: String,
    /// Of the bank.
    pub bic: &'static str,
    /// Currency of the account.
    pub currency: Currency,
    /// Booked balance on the eve of the first day.
    pub opening: Money,
}

/// A customer with everything that is true of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// 0, 1, 2...
    pub index: u32,
    /// `C-10001`, `C-10002`...
    pub external_id: String,
    /// Name, address, account.
    pub party: Party,
    /// Currency of its orders.
    pub currency: Currency,
    /// Terms of payment.
    pub terms: Terms,
    /// What it may owe.
    pub credit_limit: Money,
    /// Score of a credit agency, 0 to 100.
    pub score: u32,
    /// Index of the group's parent, always lower than its own.
    pub parent: Option<u32>,
    /// Whether the parent pays its invoices.
    pub paid_by_parent: bool,
    /// Collections segment.
    pub segment: &'static str,
    /// How it pays.
    pub persona: Persona,
    /// Usual days between two orders.
    pub orders_every_days: u32,
    /// What its orders look like.
    pub buying: Buying,
}

/// Everything that is fixed before the first day.
#[derive(Clone, Debug)]
pub struct World {
    params: Params,
    seller: Seller,
    customers: Vec<Customer>,
    namespace: Uuid,
}

impl World {
    /// Builds the world. Costs a few microseconds a customer.
    ///
    /// # Errors
    /// `DATE_INVALID` when the simulated days leave the calendar.
    pub fn new(params: Params) -> Result<Self, Fault> {
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("quittance simulator {}", params.seed).as_bytes());
        let seller = seller(&params)?;
        let customers = (0..params.customers).map(|index| customer(&params, index)).collect::<Result<_, _>>()?;
        let world = Self { params, seller, customers, namespace };
        world.last_day()?;
        Ok(world)
    }

    /// What the world was made from.
    pub fn params(&self) -> &Params {
        &self.params
    }

    /// The company.
    pub fn seller(&self) -> &Seller {
        &self.seller
    }

    /// All customers in order of their index.
    pub fn customers(&self) -> &[Customer] {
        &self.customers
    }

    /// The customer with this index.
    pub fn customer(&self, index: u32) -> Option<&Customer> {
        self.customers.get(index as usize)
    }

    /// The last simulated day; the first one when `days` is 0.
    ///
    /// # Errors
    /// `DATE_INVALID` when it leaves the calendar.
    pub fn last_day(&self) -> Result<BusinessDate, Fault> {
        self.params.start.plus_days(self.params.days.saturating_sub(1).min(i32::MAX as u32) as i32)
    }

    /// The request id of a named act: the same in every run with this seed, so that a repeated run changes nothing.
    pub fn request_id(&self, act: &str) -> Uuid {
        Uuid::new_v5(&self.namespace, act.as_bytes())
    }

    /// The stream for one decision of a customer.
    pub fn dice(&self, customer: u32, purpose: Purpose, ordinal: u64) -> Dice {
        Dice::new(self.params.seed, u64::from(customer), purpose, ordinal)
    }

    /// The stream for one decision of the company or its bank.
    pub fn company_dice(&self, purpose: Purpose, ordinal: u64) -> Dice {
        Dice::new(self.params.seed, COMPANY, purpose, ordinal)
    }
}

fn seller(params: &Params) -> Result<Seller, Fault> {
    let eur = Currency::EUR;
    let mut accounts = vec![SellerAccount {
        iban: check_digits::iban("DE", "600501010007871234"),
        bic: "SOLADEST600",
        currency: eur,
        opening: Money::from_minor(12_500_000, eur)?,
    }];
    if params.foreign_currency {
        accounts.push(SellerAccount {
            iban: check_digits::iban("DE", "600501010007879876"),
            bic: "SOLADEST600",
            currency: Currency::CHF,
            opening: Money::zero(Currency::CHF),
        });
    }
    Ok(Seller {
        code: "NORD",
        legal_name: "Nordwerk Industriebedarf GmbH",
        country: "DE",
        vat_id: check_digits::german_vat_id("81294573").unwrap_or_default(),
        currency: eur,
        time_zone: "Europe/Berlin",
        accounts,
    })
}

fn customer(params: &Params, index: u32) -> Result<Customer, Fault> {
    let party = names::party(params.seed, index);
    let persona = Persona::of(params.seed, index, params.profile);
    let mut dice = Dice::new(params.seed, u64::from(index), Purpose::Trade, 0);
    let currency = match party.country {
        "CH" if params.foreign_currency => Currency::CHF,
        _ => Currency::EUR,
    };
    let terms = terms(persona.habit, &mut dice);
    let order_value_minor = dice.weighted(&[(35, 45_000), (40, 180_000), (18, 650_000), (7, 2_400_000)]);
    let order_value_minor = dice.skewed(order_value_minor);
    let usual_gap = dice.weighted(&[(15, 6), (35, 11), (30, 17), (20, 28)]);
    // Who pays in batches buys often.
    let orders_every_days = if persona.batches { 4 } else { usual_gap } + dice.below(4) as u32;
    let discount_percent = dice.weighted(&[(60, Decimal::ZERO), (20, Decimal::from(3)), (15, Decimal::from(5)), (5, Decimal::new(75, 1))]);
    let credit_limit = credit_limit(order_value_minor, orders_every_days, &terms, &persona, currency, &mut dice)?;
    let score = match persona.habit {
        Habit::Insolvent => dice.between(28, 55),
        Habit::ChronicLate => dice.between(35, 65),
        _ => dice.between(50, 96),
    };
    let parent = (index > 20 && dice.chance(60)).then(|| index - 1 - dice.below(u64::from(index.min(40)) - 1) as u32);
    let paid_by_parent = parent.is_some() && dice.chance(400);
    Ok(Customer {
        index,
        external_id: format!("C-{}", u64::from(index) + 10_001),
        segment: if order_value_minor >= 1_000_000 { "key_account" } else { "standard" },
        buying: Buying { order_value_minor, discount_percent, country: party.country },
        party,
        currency,
        terms,
        credit_limit,
        score: score as u32,
        parent,
        paid_by_parent,
        persona,
        orders_every_days,
    })
}

fn terms(habit: Habit, dice: &mut Dice) -> Terms {
    let net = dice.weighted(&[(25, 14), (60, 30), (15, 45)]);
    let discount = Terms::Discount { percent: dice.weighted(&[(70, 2), (30, 3)]), within: 10, net: 30 };
    if habit == Habit::DiscountTaker {
        return discount;
    }
    match dice.weighted(&[(68, 0), (18, 1), (10, 2), (4, 3)]) {
        0 => Terms::Net { days: net },
        1 => discount,
        2 => Terms::EndOfMonth { plus: 15 },
        _ => Terms::Instalments { days: [30, 60, 90] },
    }
}

/// What the customer will usually owe, times a margin; one in twelve customers has a limit that is too tight.
fn credit_limit(
    order_value_minor: i64,
    orders_every_days: u32,
    terms: &Terms,
    persona: &Persona,
    currency: Currency,
    dice: &mut Dice,
) -> Result<Money, Fault> {
    let delay_days = match persona.timing {
        Timing::AfterDueDate { median_days } => i64::from(median_days),
        Timing::ByDueDate { .. } | Timing::InDiscountWindow => 0,
    };
    let outstanding_days = terms.span_days() + delay_days + 7;
    let usual_minor = order_value_minor * 119 / 100 * outstanding_days / i64::from(orders_every_days);
    let margin_percent = if dice.chance(80) { dice.between(75, 110) } else { dice.between(220, 380) };
    let wanted_minor = (usual_minor * margin_percent / 100).max(order_value_minor * 2);
    const STEP_MINOR: i64 = 50_000;
    Money::from_minor((wanted_minor + STEP_MINOR - 1) / STEP_MINOR * STEP_MINOR, currency)
}
