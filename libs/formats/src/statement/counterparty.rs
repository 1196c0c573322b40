//! Who is on the other side of a line.

use std::borrow::Cow;

use super::spoken::SpokenParty;
use super::{AccountIdentifier, Agent, Detail, Party};

/// Where name and account of a counterparty come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PartySource {
    /// Fields of the file made for them.
    #[default]
    Fields,
    /// The running text: the bank gives no fields.
    Text,
}

/// Who is on the other side.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Counterparty<'a> {
    /// Payer of a credit, payee of a debit.
    pub party: Option<Cow<'a, Party>>,
    /// Its account.
    pub account: Option<Cow<'a, AccountIdentifier>>,
    /// Its bank.
    pub agent: Option<&'a Agent>,
    /// On whose behalf it acts.
    pub ultimate: Option<&'a Party>,
    /// Where name and account come from.
    pub source: PartySource,
}

impl<'a> Counterparty<'a> {
    /// Name.
    pub fn name(&self) -> Option<&str> {
        self.party.as_deref().and_then(|party| party.name.as_deref())
    }

    /// Account number.
    pub fn account_number(&self) -> Option<&str> {
        self.account.as_deref().map(|account| account.value.as_str())
    }

    /// Name of the ultimate party.
    pub fn ultimate_name(&self) -> Option<&'a str> {
        self.ultimate.and_then(|party| party.name.as_deref())
    }

    /// BIC of its bank.
    pub fn bic(&self) -> Option<&'a str> {
        self.agent.and_then(|agent| agent.bic.as_deref())
    }

    /// True when there is a name or an account.
    pub fn is_named(&self) -> bool {
        [self.name(), self.account_number()].into_iter().flatten().any(|text| !text.is_empty())
    }

    /// The same with name and account out of the text.
    pub(super) fn with_spoken(mut self, spoken: SpokenParty) -> Counterparty<'a> {
        if !spoken.name.is_empty() {
            self.party.get_or_insert_default().to_mut().name = Some(spoken.name.into());
        }
        if !spoken.account.is_empty() {
            self.account = Some(Cow::Owned(AccountIdentifier::of(&spoken.account)));
        }
        self.source = PartySource::Text;
        self
    }
}

pub(super) fn debtor_side(detail: &Detail) -> Counterparty<'_> {
    Counterparty {
        party: detail.parties.debtor.as_deref().map(Cow::Borrowed),
        account: detail.parties.debtor_account.as_deref().map(Cow::Borrowed),
        agent: detail.parties.debtor_agent.as_deref(),
        ultimate: detail.parties.ultimate_debtor.as_deref(),
        source: PartySource::Fields,
    }
}

pub(super) fn creditor_side(detail: &Detail) -> Counterparty<'_> {
    Counterparty {
        party: detail.parties.creditor.as_deref().map(Cow::Borrowed),
        account: detail.parties.creditor_account.as_deref().map(Cow::Borrowed),
        agent: detail.parties.creditor_agent.as_deref(),
        ultimate: detail.parties.ultimate_creditor.as_deref(),
        source: PartySource::Fields,
    }
}
