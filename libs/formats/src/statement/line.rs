//! A line: the unit cash application works on.

use std::borrow::Cow;

use quittance_types::BusinessDate;

use super::counterparty::{Counterparty, creditor_side, debtor_side};
use super::spoken::{self, SpokenParty};
use super::{Account, AccountIdentifier, Amount, CreditorReference, Detail, Direction, Entry, Remittance};

/// Characters of an entry's text that each of several lines repeats (ISO 20022 Max500Text).
const MAX_SHARED: usize = 500;

/// A transaction seen as one movement of money: an entry, or one detail of an entry whose details add up.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    account: &'a Account,
    /// The entry it belongs to.
    pub entry: &'a Entry,
    /// The transaction that describes it, if the file gives exactly one for it.
    pub detail: Option<&'a Detail>,
    split: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(account: &'a Account, entry: &'a Entry, detail: Option<&'a Detail>, split: bool) -> Line<'a> {
        Line { account, entry, detail, split }
    }

    /// Unsigned amount: the detail's own when the entry is split, else the entry's.
    pub fn amount(&self) -> &'a Amount {
        let own = self.detail.filter(|_| self.split).and_then(|detail| detail.share_in(self.entry.amount.currency_code()));
        own.unwrap_or(&self.entry.amount)
    }

    /// Credit or debit.
    pub fn direction(&self) -> Option<Direction> {
        let own = self.detail.filter(|_| self.split).and_then(|detail| detail.direction);
        own.or(self.entry.direction)
    }

    /// Amount with its sign, debit negative.
    pub fn signed_amount(&self) -> Option<Amount> {
        self.direction().map(|direction| self.amount().signed(direction))
    }

    /// Booking date.
    pub fn booking_date(&self) -> Option<BusinessDate> {
        self.entry.booking_date()
    }

    /// Value date.
    pub fn value_date(&self) -> Option<BusinessDate> {
        self.entry.value_date()
    }

    /// The date to account for it: booking date, else value date.
    pub fn accounting_date(&self) -> Option<BusinessDate> {
        self.entry.accounting_date()
    }

    /// True when the bank reverses an earlier entry or the payment came back.
    pub fn is_return(&self) -> bool {
        self.entry.reversal || self.detail.is_some_and(|detail| detail.return_information.is_some())
    }

    /// Return reason code or text.
    pub fn return_reason(&self) -> Option<&'a str> {
        let information = self.detail?.return_information.as_ref()?;
        information.reason.as_deref().or(information.proprietary_reason.as_deref())
    }

    /// The bank's reference of this line: the detail's, else the entry's. `NONREF` counts as none.
    pub fn bank_reference(&self) -> Option<&'a str> {
        let own = self.detail.and_then(|detail| meaningful(detail.refs().servicer_reference));
        own.or_else(|| meaningful(self.entry.servicer_reference()))
    }

    /// End-to-end identification. `NOTPROVIDED` counts as none.
    pub fn end_to_end_id(&self) -> Option<&'a str> {
        self.detail.and_then(|detail| meaningful(detail.refs().end_to_end_id))
    }

    /// The reference the account's owner is known by to the bank (MT940 field 61 before `//`, `KREF`). `NONREF` counts as none.
    pub fn owner_reference(&self) -> Option<&'a str> {
        self.detail.and_then(|detail| meaningful(detail.refs().owner_reference))
    }

    /// Mandate of a direct debit.
    pub fn mandate_id(&self) -> Option<&'a str> {
        self.detail.and_then(|detail| meaningful(detail.refs().mandate_id))
    }

    /// Remittance information, if the file gives any for this line.
    pub fn remittance(&self) -> Option<&'a Remittance> {
        self.detail.map(|detail| &detail.remittance).filter(|remittance| !remittance.is_empty())
    }

    /// Structured creditor references, in file order.
    pub fn creditor_references(&self) -> impl Iterator<Item = &'a CreditorReference> {
        self.detail.into_iter().flat_map(|detail| detail.remittance.creditor_references())
    }

    /// All free text in the order it helps: remittance lines, text of structured blocks, the bank's own texts.
    pub fn texts(&self) -> impl Iterator<Item = &'a str> {
        let remittance = self.detail.map(|detail| &detail.remittance);
        let free = remittance.into_iter().flat_map(|remittance| remittance.unstructured.iter());
        let structured = remittance.into_iter().flat_map(|remittance| &remittance.structured);
        let further = structured.flat_map(|block| block.additional.iter());
        let of_detail = self.detail.and_then(|detail| detail.additional_information.as_deref());
        free.chain(further.map(String::as_str)).chain(of_detail).chain(self.entry_text())
    }

    /// The bank's text of the entry. One of many lines says no more of it than the standard gives room for: each of them would
    /// repeat all of it.
    fn entry_text(&self) -> Option<&'a str> {
        let text = self.entry.additional_information()?;
        let end = text.char_indices().nth(MAX_SHARED).filter(|_| self.split).map_or(text.len(), |(end, _)| end);
        text.get(..end)
    }

    /// Free text of the remittance with one blank between lines; when there is none, the bank's own text.
    pub fn text(&self) -> Cow<'a, str> {
        let mut lines = self.detail.into_iter().flat_map(|detail| detail.remittance.unstructured.iter());
        let Some(first) = lines.next() else {
            let of_detail = self.detail.and_then(|detail| detail.additional_information.as_deref());
            return Cow::Borrowed(of_detail.or(self.entry_text()).unwrap_or_default());
        };
        match (lines.next(), self.remittance()) {
            (Some(_), Some(remittance)) => Cow::Owned(remittance.joined(" ")),
            _ => Cow::Borrowed(first),
        }
    }

    /// What the payer wrote, as wrapped: remittance lines and text of structured blocks, else the lines of the bank's own text.
    pub fn pieces(&self) -> Vec<&'a str> {
        let remittance = self.detail.map(|detail| &detail.remittance);
        let free = remittance.into_iter().flat_map(|remittance| remittance.unstructured.iter());
        let structured = remittance.into_iter().flat_map(|remittance| remittance.structured.iter().flat_map(|block| &block.additional));
        let pieces: Vec<&str> = free.chain(structured.map(String::as_str)).collect();
        if !pieces.is_empty() {
            return pieces;
        }
        let own = self.detail.and_then(|detail| detail.additional_information.as_deref());
        own.or(self.entry_text()).map(|text| text.lines().collect()).unwrap_or_default()
    }

    /// Name and account of the other side as the text has them, be they certain or not. The account's own number is nobody
    /// else's.
    pub fn spoken_party(&self) -> Option<SpokenParty> {
        let found = spoken::party_in(&self.pieces())?;
        let is_own = self.account.id.as_ref().is_some_and(|own| own.same_number(&AccountIdentifier::of(&found.account)));
        if !is_own {
            return Some(found);
        }
        (!found.name.is_empty()).then_some(SpokenParty { name: found.name, ..SpokenParty::default() })
    }

    /// The other side as the fields of the file give it, see [`Line::stated_counterparty`]; where they give neither name nor
    /// account, what the text says clearly.
    pub fn counterparty(&self) -> Counterparty<'a> {
        let stated = self.stated_counterparty();
        if stated.is_named() {
            return stated;
        }
        match self.spoken_party().and_then(SpokenParty::clear) {
            Some(spoken) => stated.with_spoken(spoken),
            None => stated,
        }
    }

    /// The other side: the debtor of a credit, the creditor of a debit. Returns and reversals keep the roles of the
    /// original payment, so there it is the other way round. Where an account number shows which side is the account's
    /// own, that decides; a return that names one side only, neither the account nor its owner, is that side's:
    /// some banks write the roles of the return itself.
    pub fn stated_counterparty(&self) -> Counterparty<'a> {
        let Some(detail) = self.detail else { return Counterparty::default() };
        let (debtor, creditor) = (debtor_side(detail), creditor_side(detail));
        let (expected, opposite) = if self.debtor_is_other(detail) { (debtor, creditor) } else { (creditor, debtor) };
        let unnamed = expected.party.is_none() && expected.account.is_none();
        if unnamed && self.is_return() && self.is_foreign(&opposite) { opposite } else { expected }
    }

    /// True for a side with an account that is not the statement's own, under a name that is not its owner's.
    fn is_foreign(&self, side: &Counterparty<'_>) -> bool {
        let other_account = self.account.id.as_ref().zip(side.account.as_deref()).is_some_and(|(own, account)| !own.same_number(account));
        let owner = self.account.owner.as_ref().and_then(|owner| owner.name.as_deref());
        other_account && !owner.zip(side.name()).is_some_and(|(owner, name)| one_begins_the_other(owner, name))
    }

    fn debtor_is_other(&self, detail: &Detail) -> bool {
        let is_own = |account: &Option<Box<AccountIdentifier>>| match (account, &self.account.id) {
            (Some(account), Some(own)) => account.same_number(own),
            _ => false,
        };
        match (is_own(&detail.parties.debtor_account), is_own(&detail.parties.creditor_account)) {
            (true, false) => false,
            (false, true) => true,
            _ => (self.direction() != Some(Direction::Debit)) != self.is_return(),
        }
    }
}

/// True when one name is the other, or a short form of it: only letters and digits count.
fn one_begins_the_other(one: &str, other: &str) -> bool {
    let fold = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let (one, other) = (fold(one), fold(other));
    one.starts_with(&other) || other.starts_with(&one)
}

/// The reference, unless it is one of the words banks write where there is none.
fn meaningful(reference: Option<&str>) -> Option<&str> {
    let text = reference?.trim();
    let nothing = matches!(text, "" | "NONREF" | "NOTPROVIDED" | "NOT PROVIDED" | "NOREF" | "NONE");
    (!nothing).then_some(text)
}
