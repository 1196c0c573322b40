//! Bytes a value holds in memory beside its own, so that an entry can be charged with them whatever its format.

use std::sync::Arc;

use quittance_types::Decimal;

use super::rare::{Few, IfAny};
use super::{
    AccountIdentifier, Adjustment, Agent, Amount, AmountDetails, Batch, Charge, CreditorReference, Detail, Direction, DocumentReference,
    Entry, EntryTexts, ExchangeRate, FurtherIdentification, Moment, PackedReferences, Parties, Party, PostalAddress, RareOfDetail,
    RareOfEntry, RareOfParty, RelatedDates, Remittance, ReturnInformation, StructuredRemittance, Texts, TransactionCode,
};

/// What holds memory.
pub(crate) trait Held {
    /// Bytes held beside its own.
    fn held(&self) -> usize;
}

/// Types that hold what their fields hold.
macro_rules! of_fields {
    ($($type:ident { $($field:ident)* })*) => {
        $(impl Held for $type {
            fn held(&self) -> usize {
                0 $(+ self.$field.held())*
            }
        })*
    };
}

of_fields! {
    Entry { texts amount transaction_code details rare }
    RareOfEntry { other_status batches amounts charges }
    Batch { message_id payment_information_id count total direction }
    Detail { references parties remittance rare }
    RareOfDetail { amount direction amounts charges transaction_code purpose return_information related_dates additional_information }
    Parties { debtor debtor_account debtor_agent creditor creditor_account creditor_agent ultimate_debtor ultimate_creditor further }
    Remittance { unstructured structured }
    StructuredRemittance {
        creditor_reference documents due discount credit_note tax remitted adjustments invoicer invoicee additional
    }
    CreditorReference { kind issuer value }
    DocumentReference { kind number date }
    Adjustment { amount direction reason information }
    AmountDetails { instructed transaction counter_value announced_posting proprietary exchange_rates }
    ExchangeRate { source_currency target_currency unit_currency rate contract_id }
    Charge { amount direction kind bearer agent_bic }
    ReturnInformation { reason proprietary_reason additional originator original_transaction_code }
    TransactionCode { domain family sub_family proprietary issuer }
    Party { name rare }
    RareOfParty { address identifications country_of_residence }
    PostalAddress { street building_number post_code town subdivision country lines }
    AccountIdentifier { value further }
    FurtherIdentification { scheme_name issuer name }
    Agent { bic name clearing_member other_id }
    EntryTexts { packed }
}

/// Types that hold nothing.
macro_rules! nothing {
    ($($type:ty)*) => {
        $(impl Held for $type {
            fn held(&self) -> usize {
                0
            }
        })*
    };
}

nothing! { u64 Decimal Direction Moment RelatedDates }

impl Held for Box<str> {
    fn held(&self) -> usize {
        self.len()
    }
}

impl Held for String {
    fn held(&self) -> usize {
        self.capacity()
    }
}

impl Held for PackedReferences {
    fn held(&self) -> usize {
        self.size()
    }
}

impl Held for Texts {
    fn held(&self) -> usize {
        self.size()
    }
}

impl Held for Amount {
    fn held(&self) -> usize {
        self.size()
    }
}

impl<T: Held> Held for Option<T> {
    fn held(&self) -> usize {
        self.as_ref().map_or(0, Held::held)
    }
}

impl<T: Held> Held for Box<T> {
    fn held(&self) -> usize {
        size_of::<T>() + T::held(self)
    }
}

impl<T: Held, U: Held> Held for (T, U) {
    fn held(&self) -> usize {
        self.0.held() + self.1.held()
    }
}

impl<T: Held> Held for [T] {
    fn held(&self) -> usize {
        size_of_val(self) + self.iter().map(Held::held).sum::<usize>()
    }
}

impl<T: Held> Held for Vec<T> {
    fn held(&self) -> usize {
        self.as_slice().held()
    }
}

impl<T: Held> Held for Box<[T]> {
    fn held(&self) -> usize {
        <[T]>::held(self)
    }
}

impl<T: Held> Held for Few<T> {
    fn held(&self) -> usize {
        if self.is_empty() { 0 } else { size_of::<Vec<T>>() + <[T]>::held(self) }
    }
}

impl<T: Held> Held for IfAny<T> {
    fn held(&self) -> usize {
        self.get().map_or(0, |found| size_of::<T>() + found.held())
    }
}

/// Held once, by the first that has it: see [`super::Shared`].
impl<T> Held for Arc<T> {
    fn held(&self) -> usize {
        0
    }
}
