//! What requests of every service have in common: the business date they mean, the version they looked at, the enums
//! they choose from, the lists they ask for.

pub mod filter;

use quittance_api::google::r#type::Date;
use quittance_types::{BusinessDate, CustomerId, Fault, Reason, TenantId};

use crate::Ctx;
use crate::page_token::PageTokens;
use crate::tx::Tx;

/// The business date a request means: the one it gives, else today in the tenant's zone.
///
/// # Errors
/// None.
pub fn as_of(tx: &Tx, given: Option<BusinessDate>) -> Result<BusinessDate, Fault> {
    Ok(given.unwrap_or_else(|| tx.today()))
}

/// Compares the etag a caller looked at (AIP-154) with the stored version. Empty skips the check.
///
/// # Errors
/// `ETAG_MISMATCH` with `current`.
pub fn check_etag(given: &str, version: i64) -> Result<(), Fault> {
    if given.is_empty() || given == version.to_string() {
        return Ok(());
    }
    Err(Fault::new(Reason::EtagMismatch, "It was changed meanwhile. Read it again and decide again.").with("current", version))
}

/// A value of a contract enum that must be chosen.
///
/// # Errors
/// `ENUM_INVALID` for an unknown number and for UNSPECIFIED.
pub fn chosen<E: TryFrom<i32> + Copy + Into<i32>>(number: i32) -> Result<E, Fault> {
    let invalid = || Fault::new(Reason::EnumInvalid, "Choose one of the values of the contract.");
    let value = E::try_from(number).map_err(|_| invalid())?;
    if value.into() == 0 { Err(invalid()) } else { Ok(value) }
}

/// A contract enum used as a filter: UNSPECIFIED filters nothing.
///
/// # Errors
/// `ENUM_INVALID` for an unknown number.
pub fn filter<E: TryFrom<i32> + Copy + Into<i32>>(number: i32) -> Result<Option<E>, Fault> {
    if number == 0 { Ok(None) } else { chosen(number).map(Some) }
}

/// A date that may be left out.
///
/// # Errors
/// `DATE_INVALID`.
pub fn date(given: Option<&Date>) -> Result<Option<BusinessDate>, Fault> {
    quittance_api::convert::date_from_wire(given)
}

/// A text that may be left empty.
///
/// # Errors
/// What `parse` says.
pub fn optional<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    if text.is_empty() { Ok(None) } else { parse(text).map(Some) }
}

/// A text that must be there.
///
/// # Errors
/// `FIELD_REQUIRED`; what `parse` says.
pub fn required<T>(text: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T, Fault> {
    if text.is_empty() { Err(Fault::new(Reason::FieldRequired, "This must be given.")) } else { parse(text) }
}

/// The customer a list is narrowed to; empty narrows nothing.
///
/// # Errors
/// `NAME_INVALID` at `customer_id`.
pub fn optional_customer(id: &str) -> Result<Option<CustomerId>, Fault> {
    optional(id, CustomerId::parse).map_err(|fault| fault.field("customer_id"))
}

/// A list as one caller asked for it: tenant, method and filters. Its tokens are good for no other list.
pub struct PageScope {
    tokens: PageTokens,
    tenant: TenantId,
    query: Vec<u8>,
}

impl PageTokens {
    /// The scope of a list: the method called, and every filter, but neither page size nor token.
    #[must_use]
    pub fn scope(&self, ctx: &Ctx, filters: &[&str]) -> PageScope {
        let mut query = ctx.method.as_bytes().to_vec();
        for filter in filters {
            query.push(0);
            query.extend_from_slice(filter.as_bytes());
        }
        PageScope { tokens: self.clone(), tenant: ctx.tenant(), query }
    }
}

impl PageScope {
    /// Where the token says to go on; `None` at the beginning.
    ///
    /// # Errors
    /// `PAGE_TOKEN_INVALID`.
    pub fn open(&self, token: &str) -> Result<Option<Vec<u8>>, Fault> {
        self.tokens.read(self.tenant, &self.query, token)
    }

    /// The token to go on after a sort key; empty on the last page.
    #[must_use]
    pub fn seal(&self, after: Option<&[u8]>) -> String {
        after.map(|after| self.tokens.issue(self.tenant, &self.query, after)).unwrap_or_default()
    }
}
