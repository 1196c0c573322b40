//! What the writers of SEPA orders share. The crate `sepa` writes the XML and checks what the EPC rules ask beyond the
//! schema; here are the house's types, and rules it does not know.

use quittance_types::{BusinessDate, Fault, Money, Reason};
use sepa::{Bic, Iban, IsoDate, IsoDateTime, RemittanceInfo, RfReference};

use crate::error::FormatError;
use crate::identifiers::{parse_bic, parse_iban};
use crate::statement::Moment;

/// The other side of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderParty {
    /// Name; characters SEPA does not know are written as their nearest Latin ones.
    pub name: String,
    /// IBAN of a SEPA country.
    pub iban: String,
    /// BIC of its bank, where it is wanted.
    pub bic: Option<String>,
    /// Address, as far as known; written when it has town and country.
    pub address: Option<OrderAddress>,
}

/// An address in an order, written structured: town and country at least.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderAddress {
    /// Street.
    pub street: Option<String>,
    /// Building number.
    pub building_number: Option<String>,
    /// Post code.
    pub post_code: Option<String>,
    /// Town.
    pub town: String,
    /// Country code.
    pub country: String,
}

/// What an order is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderText {
    /// Free text, at most 140 characters.
    Text(String),
    /// Structured creditor reference (ISO 11649).
    CreditorReference(String),
}

pub(crate) fn refuse(path: &str, why: impl ToString) -> FormatError {
    FormatError::Unwritable { path: path.to_string(), why: why.to_string() }
}

pub(crate) fn iban(path: &str, text: &str) -> Result<Iban, Fault> {
    let iban = parse_iban(text)?;
    if !sepa::is_sepa_country(iban.country_code()) {
        return Err(Fault::new(Reason::IbanInvalid, "the account is outside SEPA").with("path", path.to_string()));
    }
    Ok(iban)
}

pub(crate) fn bic(text: Option<&str>) -> Result<Option<Bic>, Fault> {
    text.map(parse_bic).transpose()
}

/// Euro cents of a positive amount.
pub(crate) fn cents(path: &str, amount: Money) -> Result<i64, FormatError> {
    if amount.currency().code() != "EUR" {
        return Err(refuse(path, "SEPA orders are in euro"));
    }
    if !amount.is_positive() {
        return Err(refuse(path, "the amount must be positive"));
    }
    Ok(amount.minor())
}

pub(crate) fn date(path: &str, date: BusinessDate) -> Result<IsoDate, FormatError> {
    IsoDate::parse(&date.to_string()).map_err(|error| refuse(path, error))
}

pub(crate) fn timestamp(created: Moment) -> Result<IsoDateTime, FormatError> {
    let with_time = created.at(created.micros_of_day().unwrap_or_default());
    IsoDateTime::parse(&with_time.to_string()).map_err(|error| refuse("GrpHdr/CreDtTm", error))
}

pub(crate) fn remittance(path: &str, text: &OrderText) -> Result<RemittanceInfo, FormatError> {
    match text {
        OrderText::Text(text) => Ok(RemittanceInfo::unstructured(text.as_str())),
        OrderText::CreditorReference(reference) => {
            reference.parse::<RfReference>().map(RemittanceInfo::structured).map_err(|error| refuse(path, error))
        }
    }
}

pub(crate) fn address(path: &str, address: &OrderAddress) -> Result<sepa::PostalAddress, FormatError> {
    let mut out = sepa::PostalAddress::new(address.town.as_str(), &address.country).map_err(|error| refuse(path, error))?;
    if let Some(street) = &address.street {
        out = out.street(street.as_str());
    }
    if let Some(number) = &address.building_number {
        out = out.building_number(number.as_str());
    }
    if let Some(code) = &address.post_code {
        out = out.post_code(code.as_str());
    }
    Ok(out)
}
