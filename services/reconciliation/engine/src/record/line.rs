use quittance_types::{BusinessDate, Currency};

/// One bank transaction: a camt `TxDtls` or a pair of `:61:` and `:86:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The bank's reference.
    pub id: String,
    /// Our account.
    pub account: String,
    /// When it was booked.
    pub booked_on: BusinessDate,
    /// When the money counts.
    pub value_on: BusinessDate,
    /// Minor units; a credit is positive.
    pub amount: i64,
    /// Currency of the amount.
    pub currency: Currency,
    /// True when the bank marks it as a reversal.
    pub reversal: bool,
    /// Code of the return's reason; may be empty.
    pub return_reason: String,
    /// `PMNT/RCDT/ESCT`, a GVC such as `166`, or an MT type such as `NTRF`, as written; may be empty.
    pub transaction_code: String,
    /// Name of the other side; may be empty.
    pub payer_name: String,
    /// Account of the other side; may be empty.
    pub payer_account: String,
    /// On whose behalf it was paid; may be empty.
    pub ultimate_debtor: String,
    /// End-to-end id; may be empty.
    pub end_to_end_id: String,
    /// Structured creditor references.
    pub structured_references: Vec<String>,
    /// Pieces of text as the bank wrapped them, in order.
    pub text: Vec<String>,
    /// Charges the bank says it took, minor units.
    pub charges: i64,
    /// Amount and currency the payer instructed.
    pub instructed: Option<(i64, Currency)>,
    /// True when it is one booking of many payments that could not be split.
    pub batch: bool,
    /// Its place in the input: a total order.
    pub position: u64,
}

impl Line {
    /// A line that says nothing but its amount and its date: value date and booking date alike.
    pub fn bare(id: &str, on: BusinessDate, amount: i64, currency: Currency) -> Self {
        Line {
            id: id.to_owned(),
            account: String::new(),
            booked_on: on,
            value_on: on,
            amount,
            currency,
            reversal: false,
            return_reason: String::new(),
            transaction_code: String::new(),
            payer_name: String::new(),
            payer_account: String::new(),
            ultimate_debtor: String::new(),
            end_to_end_id: String::new(),
            structured_references: Vec::new(),
            text: Vec::new(),
            charges: 0,
            instructed: None,
            batch: false,
            position: 0,
        }
    }

    /// The order lines are handled in: value date, booking date, position.
    pub fn order(&self) -> (BusinessDate, BusinessDate, u64) {
        (self.value_on, self.booked_on, self.position)
    }
}
