use super::{CustomerIx, ItemIx};

/// Where in the line a piece of evidence stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The text, its pieces joined by one blank.
    Text,
    /// The end-to-end id.
    EndToEndId,
    /// A structured reference.
    StructuredReference,
    /// Name of the payer or of the ultimate debtor.
    PayerName,
    /// Account of the payer.
    PayerAccount,
    /// The amount.
    Amount,
    /// The value date.
    ValueDate,
    /// A remittance advice that belongs to the line.
    Advice,
    /// Nothing in the line: the ledger or earlier lines.
    Ledger,
}

/// What kind of agreement or contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feature {
    /// Structured creditor reference.
    StructuredReference,
    /// The full number.
    FullReference,
    /// Digits only, or zeros, year or prefix dropped.
    DigitReference,
    /// One edit away from what the text says.
    EditedReference,
    /// Last digits inside the customer.
    TailReference,
    /// First part, cut at a limit of the bank.
    TruncatedReference,
    /// Purchase order, delivery note or order.
    OrderReference,
    /// A row of a remittance advice.
    AdviceRow,
    /// Amount equals what is open.
    AmountExact,
    /// Amount equals what is open less a discount.
    AmountDiscounted,
    /// Difference explained by fee, currency or tolerance.
    AmountExplained,
    /// Difference stated by the payer or the bank.
    AmountStated,
    /// Difference not explained.
    AmountUnexplained,
    /// Another item of the customer asks for just this amount.
    AmountElsewhere,
    /// Several items add up.
    AmountSum,
    /// Account known for this customer.
    AccountKnown,
    /// Account known for several customers.
    AccountShared,
    /// Account known for another customer.
    AccountContradicts,
    /// Customer number or VAT id in the text.
    CustomerNumber,
    /// Words of the name.
    Name,
    /// Name belongs to another customer.
    NameContradicts,
    /// Paid before it was issued.
    PaidBeforeIssue,
    /// A closed document is quoted.
    ClosedReference,
    /// Another currency without a relation.
    CurrencyDiffers,
    /// In dispute.
    Disputed,
    /// A document number is quoted that this reading leaves aside.
    QuotedItemIgnored,
    /// The text speaks of money paid before there is a document.
    PrepaymentWord,
    /// The text names a document the ledger does not have.
    UnknownReference,
    /// Issued in the month the text names.
    Period,
    /// Issued in another month than the text names.
    PeriodDiffers,
    /// The customer, or many of the seller's, netted credit notes without a word before.
    CreditHabit,
    /// The customer, or many of the seller's, paid the documents of a month they named before.
    MonthHabit,
    /// Confirmed payments that named no document went to what was owed.
    SpreadHabit,
    /// Confirmed payments of the amount went to such documents one after the other, and this is the next.
    TurnHabit,
    /// Confirmed payments of the same amount that named no document waited on account.
    WaitHabit,
}

impl Feature {
    /// True for words of the line that name an item.
    pub const fn is_reference(self) -> bool {
        use Feature::{
            DigitReference, EditedReference, FullReference, OrderReference, StructuredReference, TailReference, TruncatedReference,
        };
        matches!(
            self,
            StructuredReference | FullReference | DigitReference | EditedReference | TailReference | TruncatedReference | OrderReference
        )
    }

    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Feature::StructuredReference => "structured_reference",
            Feature::FullReference => "full_reference",
            Feature::DigitReference => "digit_reference",
            Feature::EditedReference => "edited_reference",
            Feature::TailReference => "tail_reference",
            Feature::TruncatedReference => "truncated_reference",
            Feature::OrderReference => "order_reference",
            Feature::AdviceRow => "advice_row",
            Feature::AmountExact => "amount_exact",
            Feature::AmountDiscounted => "amount_discounted",
            Feature::AmountExplained => "amount_explained",
            Feature::AmountStated => "amount_stated",
            Feature::AmountElsewhere => "amount_elsewhere",
            Feature::AmountUnexplained => "amount_unexplained",
            Feature::AmountSum => "amount_sum",
            Feature::AccountKnown => "account_known",
            Feature::AccountShared => "account_shared",
            Feature::AccountContradicts => "account_contradicts",
            Feature::CustomerNumber => "customer_number",
            Feature::Name => "name",
            Feature::NameContradicts => "name_contradicts",
            Feature::PaidBeforeIssue => "paid_before_issue",
            Feature::ClosedReference => "closed_reference",
            Feature::CurrencyDiffers => "currency_differs",
            Feature::Disputed => "disputed",
            Feature::QuotedItemIgnored => "quoted_item_ignored",
            Feature::PrepaymentWord => "prepayment_word",
            Feature::UnknownReference => "unknown_reference",
            Feature::Period => "period",
            Feature::PeriodDiffers => "period_differs",
            Feature::CreditHabit => "credit_habit",
            Feature::MonthHabit => "month_habit",
            Feature::SpreadHabit => "spread_habit",
            Feature::TurnHabit => "turn_habit",
            Feature::WaitHabit => "wait_habit",
        }
    }
}

/// What a piece of evidence is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The reading as a whole.
    Whole,
    /// An item.
    Item(ItemIx),
    /// A customer.
    Customer(CustomerIx),
}

/// One summand of a hypothesis' weight. The sum of all is the weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Which agreement.
    pub feature: Feature,
    /// Where in the line.
    pub field: Field,
    /// First byte in the field and first byte after; both 0 when the whole field is meant.
    pub span: (u16, u16),
    /// About what.
    pub subject: Subject,
    /// How many items or customers share it: the rarity the weight was computed from; 0 when that plays no part.
    pub sharers: u32,
    /// Milli-bits, negative against.
    pub bits: i32,
}
