//! Identifiers: a UUID in the store, a kind prefix and 32 hexadecimal digits on the wire.

use std::fmt;

use uuid::Uuid;

use crate::fault::Fault;
use crate::reason::Reason;
use crate::serialize::serialize_as_text;

/// What every kind of id can do; lets generic code name the kind in its messages.
pub trait Id: Copy + Eq + Ord + std::hash::Hash + fmt::Debug + fmt::Display + Send + Sync + 'static {
    /// Three letters before the underscore on the wire.
    const PREFIX: &'static str;
    /// What the id identifies, in words.
    const KIND: &'static str;

    /// The id with this UUID.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID as stored.
    fn to_uuid(self) -> Uuid;
}

/// Reads `<prefix>_<32 lower hex>`; anything else, upper case included, is `NAME_INVALID`.
fn parse_id(text: &str, prefix: &str, kind: &str) -> Result<Uuid, Fault> {
    let article = if kind.starts_with(['A', 'a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let malformed = || Fault::new(Reason::NameInvalid, format!("not {article} {kind} id: expected {prefix}_ and 32 hex digits"));
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or_else(malformed)?;
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if digits.len() != 32 || !digits.bytes().all(is_digit) {
        return Err(malformed());
    }
    Uuid::try_parse(digits).map_err(|_| malformed())
}

/// Declares an id type: `id_type!(CustomerId, "cus", "customer")`.
macro_rules! id_type {
    ($name:ident, $prefix:literal, $kind:literal) => {
        #[doc = concat!("Identifies a ", $kind, "; `", $prefix, "_` and 32 hexadecimal digits on the wire.")]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix on the wire, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// The id with this UUID.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID as stored.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// Reads the form on the wire. Errors: `NAME_INVALID`.
            pub fn parse(text: &str) -> Result<Self, Fault> {
                parse_id(text, $prefix, $kind).map(Self)
            }

            /// The answer when no such thing exists for this tenant (`RESOURCE_NOT_FOUND`).
            pub fn not_found(self) -> Fault {
                Fault::not_found($kind, self)
            }
        }

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            const KIND: &'static str = $kind;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn to_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.as_simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        serialize_as_text!($name);
    };
}

id_type!(TenantId, "ten", "tenant");
id_type!(EventId, "evt", "event");
id_type!(CustomerId, "cus", "customer");
id_type!(ContactId, "con", "contact");
id_type!(PolicyId, "pol", "credit policy");
id_type!(LimitId, "lim", "credit limit");
id_type!(ReservationId, "rsv", "credit reservation");
id_type!(HoldCaseId, "hld", "hold case");
id_type!(LegalEntityId, "ent", "legal entity");
id_type!(OrderId, "ord", "order");
id_type!(InvoiceId, "inv", "invoice");
id_type!(MemoId, "mem", "memo");
id_type!(PaymentId, "pay", "payment");
id_type!(RefundId, "rfd", "refund");
id_type!(BankAccountId, "bnk", "bank account");
id_type!(StatementId, "stm", "bank statement");
id_type!(BankLineId, "lin", "bank line");
id_type!(ReceiptId, "rcp", "receipt");
id_type!(OpenItemId, "itm", "open item");
id_type!(ApplicationId, "apl", "application");
id_type!(JournalEntryId, "jnl", "journal entry");
id_type!(MatchRunId, "mrn", "match run");
id_type!(MatchPolicyId, "mpl", "match policy");
id_type!(ConfirmationId, "cnf", "confirmation");
id_type!(ExceptionId, "exc", "exception");
id_type!(DeductionId, "ded", "deduction");
id_type!(RemittanceAdviceId, "rma", "remittance advice");
id_type!(NoticeId, "ntc", "notice");
id_type!(DunningRunId, "drn", "dunning run");
id_type!(PromiseId, "ptp", "promise to pay");
id_type!(DisputeId, "dsp", "dispute");
id_type!(StrategyId, "str", "strategy");
id_type!(ApiKeyId, "key", "API key");

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "cus_0197a3b2c4d57e6f8a9b0c1d2e3f4a5b";

    #[test]
    fn an_id_reads_what_it_writes() {
        let id = CustomerId::parse(TEXT).unwrap();
        assert_eq!(id.to_string(), TEXT);
        assert_eq!(CustomerId::new(id.uuid()), id);
        assert_eq!(TEXT.parse::<CustomerId>().unwrap(), id);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{TEXT}\""));
        assert_eq!(serde_json::from_str::<CustomerId>(&format!("\"{TEXT}\"")).unwrap(), id);
    }

    #[test]
    fn another_spelling_is_refused() {
        let hyphens = "cus_0197a3b2-c4d5-7e6f-8a9b-0c1d2e3f4a5b".to_owned();
        let cases = [
            String::new(),
            "cus_".to_owned(),
            "invoices/../x".to_owned(),
            "%2e".to_owned(),
            TEXT.to_uppercase(),
            TEXT.replace("cus", "inv"),
            TEXT.replace("a5b", "A5B"),
            TEXT.replace("cus_", "cus"),
            TEXT.replace("0197", "019g"),
            TEXT.replace("0197", "+197"),
            format!("{TEXT}0"),
            format!(" {TEXT}"),
            format!("{TEXT}\n"),
            "cus_é197a3b2c4d57e6f8a9b0c1d2e3f4a5".to_owned(),
            "x".repeat(300),
            hyphens,
        ];
        for text in cases {
            assert_eq!(CustomerId::parse(&text).unwrap_err().reason(), Reason::NameInvalid, "{text}");
        }
    }

    #[test]
    fn not_found_names_the_kind_and_nothing_more() {
        let fault = CustomerId::parse(TEXT).unwrap().not_found();
        assert_eq!(fault.reason(), Reason::ResourceNotFound);
        assert_eq!(fault.message(), format!("customer {TEXT} not found"));
    }
}
