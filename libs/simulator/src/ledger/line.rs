//! A bank line and what is true about it.

use quittance_types::Currency;

use super::money;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A customer pays.
    Receipt,
    /// An earlier receipt comes back.
    Return,
    /// The bank's fees.
    Fee,
    /// Interest.
    Interest,
    /// Between own accounts.
    Transfer,
    /// Payroll, taxes, suppliers.
    Outgoing,
    /// A payment processor's collected payout.
    ProcessorPayout,
    /// Money that belongs to no receivable: refunds of suppliers, of the tax office.
    Other,
}

impl Class {
    /// The word in `truth.csv`.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Receipt => "receipt",
            Class::Return => "return",
            Class::Fee => "fee",
            Class::Interest => "interest",
            Class::Transfer => "transfer",
            Class::Outgoing => "outgoing",
            Class::ProcessorPayout => "processor_payout",
            Class::Other => "other",
        }
    }
}

/// How the bank codes a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// ISO 20022 domain, family, sub-family.
    pub iso: (&'static str, &'static str, &'static str),
    /// German business transaction code.
    pub german: &'static str,
    /// Type in field 61.
    pub swift: &'static str,
    /// The bank's name of the transaction.
    pub words: &'static str,
}

/// Codes of all lines.
pub mod codes {
    use super::Code;

    /// SEPA credit transfer received.
    pub const CREDIT: Code = Code { iso: ("PMNT", "RCDT", "ESCT"), german: "166", swift: "NTRF", words: "GUTSCHRIFT UEBERWEISUNG" };
    /// Domestic transfer received, not SEPA.
    pub const DOMESTIC: Code = Code { iso: ("PMNT", "RCDT", "DMCT"), german: "168", swift: "NTRF", words: "GUTSCHRIFT" };
    /// Transfer from abroad.
    pub const ABROAD: Code = Code { iso: ("PMNT", "RCDT", "XBCT"), german: "206", swift: "NTRF", words: "AUSLANDSGUTSCHRIFT" };
    /// Instant transfer received.
    pub const INSTANT: Code = Code { iso: ("PMNT", "RRCT", "ESCT"), german: "169", swift: "NTRF", words: "ECHTZEIT-GUTSCHRIFT" };
    /// A credit transfer given back.
    pub const RETURN: Code = Code { iso: ("PMNT", "RCDT", "RRTN"), german: "159", swift: "NRTI", words: "RUECKUEBERWEISUNG" };
    /// The bank's fees.
    pub const FEE: Code = Code { iso: ("PMNT", "MDOP", "CHRG"), german: "808", swift: "NCHG", words: "ENTGELT" };
    /// Account closing: interest.
    pub const INTEREST: Code = Code { iso: ("ACMT", "MDOP", "INTR"), german: "814", swift: "NINT", words: "ZINSEN" };
    /// Transfer sent.
    pub const SENT: Code = Code { iso: ("PMNT", "ICDT", "ESCT"), german: "116", swift: "NTRF", words: "UEBERWEISUNG" };
    /// Salaries sent.
    pub const PAYROLL: Code = Code { iso: ("PMNT", "ICDT", "SALA"), german: "153", swift: "NTRF", words: "LOHN/GEHALT" };
    /// Direct debit taken from the account.
    pub const DEBITED: Code = Code { iso: ("PMNT", "RDDT", "ESDD"), german: "105", swift: "NDDT", words: "LASTSCHRIFT" };
    /// Cash pooling and transfers between own accounts.
    pub const OWN: Code = Code { iso: ("PMNT", "RCDT", "BOOK"), german: "833", swift: "NTRF", words: "UEBERTRAG" };
    /// Card payments collected.
    pub const CARDS: Code = Code { iso: ("PMNT", "MCRD", "POSP"), german: "198", swift: "NTRF", words: "KARTENUMSATZ" };
}

/// One movement of money as the bank knows it. Amounts in minor units of the account's currency.
#[derive(Clone, Debug)]
pub struct BankLine {
    /// Bank's reference, unique in the folder.
    pub id: String,
    /// Booking day.
    pub booked: i32,
    /// Value day.
    pub valued: i32,
    /// Credit positive.
    pub amount: i64,
    /// The other side.
    pub payer_name: String,
    /// Its account, empty when the bank does not say.
    pub payer_account: String,
    /// On whose behalf it acts; may be empty.
    pub ultimate: String,
    /// End-to-end identification; may be empty.
    pub end_to_end_id: String,
    /// Structured creditor reference: type, issuer, reference.
    pub structured: Option<(&'static str, Option<&'static str>, String)>,
    /// Free text, not yet wrapped.
    pub text: String,
    /// Charges the bank states.
    pub charges: i64,
    /// Amount the payer instructed in another currency.
    pub instructed: Option<(i64, Currency)>,
    /// The bank's code.
    pub code: Code,
    /// Why it came back.
    pub return_reason: Option<&'static str>,
    /// Lines of one day with the same number are booked as one entry; 0 for none.
    pub batch: u32,
}

impl BankLine {
    /// A line of `amount` booked on `day`, without words.
    pub fn new(day: i32, amount: i64, code: Code) -> BankLine {
        BankLine {
            id: String::new(),
            booked: day,
            valued: day,
            amount,
            payer_name: String::new(),
            payer_account: String::new(),
            ultimate: String::new(),
            end_to_end_id: String::new(),
            structured: None,
            text: String::new(),
            charges: 0,
            instructed: None,
            code,
            return_reason: None,
            batch: 0,
        }
    }
}

/// What one line did to one item. Amounts in minor units of the item's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The item; empty for the part on account.
    pub invoice: String,
    /// Whose item or account.
    pub customer: String,
    /// Money applied; credit notes and returns negative.
    pub amount: i64,
    /// Difference to the open amount.
    pub adjust: i64,
    /// What the difference is; empty when there is none or the bank contract has no word for it.
    pub reason: &'static str,
    /// Currency of the amounts.
    pub currency: Currency,
}

/// What is true about a line.
#[derive(Clone, Debug)]
pub struct Truth {
    /// What the line is.
    pub class: Class,
    /// What it did, empty when it concerns no customer.
    pub applied: Vec<Applied>,
    /// How it came about: relation, quote and payer, separated by `/`.
    pub scenario: String,
}

/// A line with its truth.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The bank's side.
    pub line: BankLine,
    /// The truth.
    pub truth: Truth,
}

impl Applied {
    /// The money as text in the currency's digits.
    pub fn amount_text(&self) -> String {
        money::text(self.amount, self.currency)
    }
}
