//! ISO 20022 cash management messages camt.052, camt.053 and camt.054, of every version and national dialect.
//!
//! The message is recognised by the local name of its body (`BkToCstmrStmt` ...), wherever it stands: at the root, in a
//! `Document`, or wrapped with a business application header. Namespaces only tell the version. Elements are looked up by
//! local name at every place the versions .01 to .14 put them, so a newer version reads too.

mod detail;
mod entry;
pub(crate) mod fields;
mod header;
pub(crate) mod party;
mod read;
pub(crate) mod remittance;
mod statement;
mod write;

pub(crate) use read::read;
pub use write::write;

use crate::statement::Format;

/// Names of one message's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    pub format: Format,
    /// Local name of the body, without a version suffix.
    pub body: &'static str,
    /// Local name of a statement in it.
    pub item: &'static str,
}

const MESSAGES: [Message; 5] = [
    Message { format: Format::Camt052, body: "BkToCstmrAcctRpt", item: "Rpt" },
    Message { format: Format::Camt053, body: "BkToCstmrStmt", item: "Stmt" },
    Message { format: Format::Camt054, body: "BkToCstmrDbtCdtNtfctn", item: "Ntfctn" },
    // Italian banks (CBI), periodic and daily.
    Message { format: Format::Camt053, body: "CBIPrdcStmtReqLogMsg", item: "Stmt" },
    Message { format: Format::Camt053, body: "CBIDlyStmtReqLogMsg", item: "Stmt" },
];

impl Message {
    /// The message whose body has this local name. Version .01 has the version in the name (`BkToCstmrStmtV01`).
    pub fn of_body(name: &str) -> Option<Message> {
        MESSAGES.into_iter().find(|message| {
            let suffix = name.strip_prefix(message.body);
            suffix.is_some_and(|suffix| suffix.is_empty() || is_version_suffix(suffix))
        })
    }
}

fn is_version_suffix(suffix: &str) -> bool {
    suffix.strip_prefix('V').is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
