/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Applied without a person.
    Auto,
    /// Shown, ranked, one click.
    Suggest,
    /// Left as unidentified.
    None,
}

impl Band {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Band::Auto => "auto",
            Band::Suggest => "suggest",
            Band::None => "none",
        }
    }
}

/// The class a match is calibrated by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MatchClass {
    /// Structured or full reference, exact amount.
    A,
    /// Normalised reference or order number, explained amount, customer agrees.
    B,
    /// Customer and amount only.
    C,
    /// Several items.
    D,
    /// Everything else.
    E,
}

impl MatchClass {
    /// All, in order.
    pub const ALL: [MatchClass; 5] = [MatchClass::A, MatchClass::B, MatchClass::C, MatchClass::D, MatchClass::E];

    /// The letter.
    pub const fn as_str(self) -> &'static str {
        match self {
            MatchClass::A => "A",
            MatchClass::B => "B",
            MatchClass::C => "C",
            MatchClass::D => "D",
            MatchClass::E => "E",
        }
    }

    /// The inverse of [`MatchClass::as_str`].
    pub fn parse(letter: &str) -> Option<MatchClass> {
        MatchClass::ALL.into_iter().find(|class| class.as_str() == letter)
    }

    /// Place in tables.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// What a line is, before any matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineClass {
    /// A customer paid.
    Receipt,
    /// An earlier payment to us was taken back.
    Return,
    /// The bank charges.
    Fee,
    /// Interest.
    Interest,
    /// Between own accounts.
    Transfer,
    /// We paid: payroll, tax, suppliers.
    Outgoing,
    /// A payment processor pays out what it collected.
    ProcessorPayout,
    /// Money in that is no customer's payment: tax refunds, insurance, money a supplier sent back.
    Other,
}

impl LineClass {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            LineClass::Receipt => "receipt",
            LineClass::Return => "return",
            LineClass::Fee => "fee",
            LineClass::Interest => "interest",
            LineClass::Transfer => "transfer",
            LineClass::Outgoing => "outgoing",
            LineClass::ProcessorPayout => "processor_payout",
            LineClass::Other => "other",
        }
    }
}

/// Why an item gets less than was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DifferenceKind {
    /// A discount taken in time.
    Discount,
    /// A discount taken too late: it stays open.
    DiscountUnearned,
    /// Less than asked, the remainder stays open.
    ShortPay,
    /// A bank took a fee.
    BankFee,
    /// An instalment; the remainder stays open.
    Partial,
    /// Cents.
    Rounding,
    /// A small difference written off.
    WriteOff,
    /// Another currency: realised gain or loss.
    Fx,
    /// More than was open.
    Overpayment,
}

impl DifferenceKind {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            DifferenceKind::Discount => "discount",
            DifferenceKind::DiscountUnearned => "discount_unearned",
            DifferenceKind::ShortPay => "short_pay",
            DifferenceKind::BankFee => "bank_fee",
            DifferenceKind::Partial => "partial",
            DifferenceKind::Rounding => "rounding",
            DifferenceKind::WriteOff => "write_off",
            DifferenceKind::Fx => "fx",
            DifferenceKind::Overpayment => "overpayment",
        }
    }

    /// True when the adjusted part stays open on the item.
    pub const fn stays_open(self) -> bool {
        matches!(self, DifferenceKind::DiscountUnearned | DifferenceKind::ShortPay | DifferenceKind::Partial)
    }
}

/// Kinds of hypotheses, in the order they are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HypothesisKind {
    /// H1: one referenced item.
    OneItem,
    /// H2: all strongly referenced items together.
    Referenced,
    /// H3: strong references completed by tails and truncated numbers of one customer.
    Tails,
    /// H4: a remittance advice.
    Advice,
    /// H5: referenced items completed by a search among the customer's items.
    Completed,
    /// H6: invoices netted with credit notes.
    Netting,
    /// H7: no reference, one item of the customer has the amount.
    Amount,
    /// H8: no reference, several items of the customer have the amount together.
    Subset,
    /// H9: on account of the customer.
    OnAccount,
    /// H10: a second payment of something closed.
    Duplicate,
    /// A return: applications of an earlier line taken back.
    Reversal,
}

impl HypothesisKind {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            HypothesisKind::OneItem => "one_item",
            HypothesisKind::Referenced => "referenced",
            HypothesisKind::Tails => "tails",
            HypothesisKind::Advice => "advice",
            HypothesisKind::Completed => "completed",
            HypothesisKind::Netting => "netting",
            HypothesisKind::Amount => "amount",
            HypothesisKind::Subset => "subset",
            HypothesisKind::OnAccount => "on_account",
            HypothesisKind::Duplicate => "duplicate",
            HypothesisKind::Reversal => "reversal",
        }
    }
}
