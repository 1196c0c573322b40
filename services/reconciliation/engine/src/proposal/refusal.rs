/// What forbids to apply a hypothesis without a person, whatever its score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Block {
    /// The payer's account belongs to another customer.
    AccountContradicts,
    /// The payer's name belongs to another customer.
    NameContradicts,
    /// Two customers fit the payer alike.
    CustomerAmbiguous,
    /// The text quotes a document that this reading does not pay.
    QuotedItemDiffers,
    /// The text quotes a closed document.
    ClosedReference,
    /// Another reading is nearly as good.
    MarginTooSmall,
    /// Amount above the seller's ceiling.
    AboveCeiling,
    /// The difference has no explanation.
    AmountUnexplained,
    /// The relation of the amounts is not accepted without a person.
    RelationNeedsPerson,
    /// The reference may be a date, a phone or a tax number.
    DistractorOnly,
    /// Several sets of items fit the amount.
    SetNotUnique,
    /// The items that fit may fit by chance.
    SetByChance,
    /// Nothing but the amount speaks for it.
    AmountOnly,
    /// Nothing but the payer's name and the amount speak for it.
    NameOnly,
    /// Another line of the run pays the item, or takes back what paid it.
    ItemContested,
    /// An item in dispute.
    Disputed,
    /// Paid before the document was issued.
    PaidBeforeIssue,
    /// The booking holds several payments.
    Batch,
    /// The document is in another currency without a relation.
    CurrencyDiffers,
    /// A document number that the ledger does not know is quoted.
    UnknownReference,
    /// The class of match has not earned it.
    BelowThreshold,
    /// Nothing is open of the item.
    NothingOpen,
    /// The line is no customer's payment.
    NotReceivable,
    /// A rule of the policy keeps it for a person.
    PolicyRule,
    /// A rule of the policy says that the money is another customer's.
    CustomerByRule,
}

/// Why a line was not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// It is no customer's payment.
    NotReceivable,
    /// Neither reference nor payer is known.
    NothingKnown,
    /// The payer is known, nothing fits.
    NothingFits,
    /// Only the amount agrees.
    AmountOnly,
    /// A hard block.
    Blocked(Block),
    /// Not sure enough.
    Confidence,
    /// A second payment.
    Duplicate,
    /// Money without an item: on account.
    OnAccount,
    /// A return whose original was not found.
    OriginalNotFound,
    /// The same line was applied before: a statement was read twice.
    AlreadyApplied,
}

impl Block {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Block::AccountContradicts => "account_contradicts",
            Block::NameContradicts => "name_contradicts",
            Block::CustomerAmbiguous => "customer_ambiguous",
            Block::QuotedItemDiffers => "quoted_item_differs",
            Block::ClosedReference => "closed_reference",
            Block::MarginTooSmall => "margin_too_small",
            Block::AboveCeiling => "above_ceiling",
            Block::AmountUnexplained => "amount_unexplained",
            Block::RelationNeedsPerson => "relation_needs_person",
            Block::DistractorOnly => "distractor_only",
            Block::SetNotUnique => "set_not_unique",
            Block::SetByChance => "set_by_chance",
            Block::AmountOnly => "amount_only",
            Block::NameOnly => "name_only",
            Block::ItemContested => "item_contested",
            Block::Disputed => "disputed",
            Block::PaidBeforeIssue => "paid_before_issue",
            Block::Batch => "batch",
            Block::CurrencyDiffers => "currency_differs",
            Block::UnknownReference => "unknown_reference",
            Block::BelowThreshold => "below_threshold",
            Block::NothingOpen => "nothing_open",
            Block::NotReceivable => "not_receivable",
            Block::PolicyRule => "policy_rule",
            Block::CustomerByRule => "customer_by_rule",
        }
    }

    /// A sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Block::AccountContradicts => "The payer's account belongs to another customer.",
            Block::NameContradicts => "The payer's name belongs to another customer.",
            Block::CustomerAmbiguous => "Two customers fit the payer alike.",
            Block::QuotedItemDiffers => "The text quotes a document that would stay unpaid.",
            Block::ClosedReference => "The text quotes a document that is closed.",
            Block::MarginTooSmall => "Another reading is nearly as good.",
            Block::AboveCeiling => "The amount is above the seller's ceiling.",
            Block::AmountUnexplained => "The difference has no explanation.",
            Block::RelationNeedsPerson => "A difference of this kind needs a person.",
            Block::DistractorOnly => "The number may be a date, a phone or a tax number.",
            Block::SetNotUnique => "Several sets of items fit the amount.",
            Block::SetByChance => "The items may fit the amount by chance.",
            Block::AmountOnly => "Nothing but the amount speaks for it.",
            Block::NameOnly => "Nothing but the payer's name and the amount speak for it.",
            Block::ItemContested => "Another line of the same run pays the item, or takes back what paid it.",
            Block::Disputed => "The item is in dispute.",
            Block::PaidBeforeIssue => "The money came before the document was issued.",
            Block::Batch => "The booking holds several payments.",
            Block::CurrencyDiffers => "The document is in another currency and no rate explains the amount.",
            Block::UnknownReference => "The text quotes a document that the ledger does not know.",
            Block::BelowThreshold => "Matches of this kind have not been right often enough.",
            Block::NothingOpen => "Nothing is open of the item.",
            Block::NotReceivable => "The line is no customer's payment.",
            Block::PolicyRule => "A rule of the policy keeps it for a person.",
            Block::CustomerByRule => "A rule of the policy says that the money is another customer's.",
        }
    }
}

impl Refusal {
    /// The word in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Refusal::NotReceivable => "not_receivable",
            Refusal::NothingKnown => "nothing_known",
            Refusal::NothingFits => "nothing_fits",
            Refusal::AmountOnly => "amount_only",
            Refusal::Blocked(block) => block.as_str(),
            Refusal::Confidence => "confidence",
            Refusal::Duplicate => "duplicate",
            Refusal::OnAccount => "on_account",
            Refusal::OriginalNotFound => "original_not_found",
            Refusal::AlreadyApplied => "already_applied",
        }
    }

    /// A sentence for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Refusal::NotReceivable => "The line is no customer's payment.",
            Refusal::NothingKnown => "Neither a document nor a payer is known.",
            Refusal::NothingFits => "The payer is known, but no open item fits.",
            Refusal::AmountOnly => "Only the amount agrees.",
            Refusal::Blocked(block) => block.sentence(),
            Refusal::Confidence => "The best reading is not certain enough.",
            Refusal::Duplicate => "The document was paid before.",
            Refusal::OnAccount => "The payer is known; the money waits on account.",
            Refusal::OriginalNotFound => "The payment that was returned was not found.",
            Refusal::AlreadyApplied => "The same bank line was applied before.",
        }
    }
}
