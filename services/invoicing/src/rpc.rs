//! The service's gRPC face: parse, one transaction, answer.

pub mod content;
pub mod invoices;
pub mod legal_entities;
pub mod memos;
pub mod orders;

use quittance_chassis::page_token::PageTokens;
use quittance_chassis::request::{PageScope, date, optional, optional_customer, required};
use quittance_chassis::{Ctx, Db};
use quittance_types::{Fault, PageRequest, text};

use crate::directory::Directory;
use crate::store::sellers::Sellers;

/// Longest reason somebody may give.
const MAX_WHY: usize = 500;

/// What the gRPC services of invoicing share. Cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// Makes and reads page tokens.
    pub page_tokens: PageTokens,
    /// Sellers at hand.
    pub sellers: Sellers,
    /// Customers that may be missing.
    pub directory: Directory,
}

impl Parts {
    /// A list as a caller asked for it: its scope, and the part wanted.
    ///
    /// # Errors
    /// PAGE_SIZE_NEGATIVE, PAGE_TOKEN_INVALID.
    fn page(&self, ctx: &Ctx, filters: &[&str], size: i32, token: &str) -> Result<(PageScope, PageRequest), Fault> {
        let scope = self.page_tokens.scope(ctx, filters);
        let request = PageRequest::new(size, scope.open(token)?)?;
        Ok((scope, request))
    }
}

/// A reason that must be given.
///
/// # Errors
/// FIELD_REQUIRED, TEXT_INVALID, TEXT_TOO_LONG, CARD_NUMBER_FORBIDDEN.
fn required_why(why: &str) -> Result<String, Fault> {
    text::required(why, MAX_WHY)
}
