//! Reading what callers say of documents: every bad field at once, nothing from the database.

use std::borrow::Cow;

use quittance_api::invoicing::v1 as pb;
use quittance_chassis::request::chosen;
use quittance_types::{BusinessDate, Currency, CustomerId, Decimal, Fault, LegalEntityId, Reason, Violations, parse_decimal, text};

use super::{date, required};
use crate::domain::content::{Content, Part};
use crate::domain::line::{Item, Line, MAX_LINES, Vat, VatCategory, discount_percent, quantity, unit_price};
use crate::domain::terms::Terms;
use crate::domain::totals::Totals;

const MAX_DESCRIPTION: usize = 500;
const MAX_ITEM_CODE: usize = 64;
const MAX_PURCHASE_ORDER: usize = 64;
const MAX_TERMS: usize = 64;
const MAX_NOTE: usize = 500;
/// A piece (UN/ECE Recommendation 20).
const PIECE: &str = "C62";

/// What must be said of an invoice.
///
/// # Errors
/// One fault naming every bad field; FIELD_REQUIRED when nothing is said at all.
pub fn content(message: Option<&pb::InvoiceContent>) -> Result<Content, Fault> {
    let Some(message) = message else {
        return Err(Fault::new(Reason::FieldRequired, "content is required").field("content"));
    };
    let mut violations = Violations::new();
    let found = violations.take("content", invoice_content(message));
    violations.finish()?;
    found.ok_or_else(missing)
}

/// The content itself; fields are named as in the message.
///
/// # Errors
/// One fault naming every bad field.
pub fn invoice_content(message: &pb::InvoiceContent) -> Result<Content, Fault> {
    let mut violations = Violations::new();
    let note = violations.take("note", text::clean_lines(&message.note, MAX_NOTE));
    let issue_on = violations.take("issue_date", date(message.issue_date.as_ref())).flatten();
    let due_on = violations.take("due_date", date(message.due_date.as_ref())).flatten();
    if let (Some(issue_on), Some(due_on)) = (issue_on, due_on)
        && due_on < issue_on
    {
        violations.push("due_date", Fault::new(Reason::DueBeforeIssue, "the due date lies before the issue date"));
    }
    let asked = Asked {
        customer_id: &message.customer_id,
        legal_entity_id: &message.legal_entity_id,
        currency: &message.currency,
        lines: &message.lines,
        payment_terms: &message.payment_terms,
        purchase_order: &message.purchase_order,
    };
    let content = violations.take("", asked.read());
    violations.finish()?;
    Ok(Content { note: note.unwrap_or_default(), issue_on, due_on, ..content.ok_or_else(missing)? })
}

/// What orders and invoices are asked for alike.
pub struct Asked<'a> {
    /// Who buys.
    pub customer_id: &'a str,
    /// Who sells.
    pub legal_entity_id: &'a str,
    /// ISO 4217 code.
    pub currency: &'a str,
    /// What is sold.
    pub lines: &'a [pb::LineInput],
    /// Empty for the customer's.
    pub payment_terms: &'a str,
    /// Empty for none.
    pub purchase_order: &'a str,
}

impl Asked<'_> {
    /// The content without dates and note.
    ///
    /// # Errors
    /// One fault naming every bad field.
    pub fn read(&self) -> Result<Content, Fault> {
        let mut violations = Violations::new();
        let customer_id = violations.take("customer_id", required(self.customer_id, CustomerId::parse));
        let legal_entity_id = violations.take("legal_entity_id", required(self.legal_entity_id, LegalEntityId::parse));
        let currency = violations.take("currency", required(self.currency, Currency::parse));
        let terms = violations.take("payment_terms", payment_terms(self.payment_terms)).flatten();
        let purchase_order = violations.take("purchase_order", text::clean(self.purchase_order, MAX_PURCHASE_ORDER));
        let computed = lines(self.lines, currency, &mut violations);
        violations.finish()?;
        let (lines, totals) = computed.ok_or_else(missing)?;
        Ok(Content {
            customer_id: customer_id.ok_or_else(missing)?,
            legal_entity_id: legal_entity_id.ok_or_else(missing)?,
            lines,
            totals,
            terms,
            purchase_order: purchase_order.unwrap_or_default(),
            issue_on: None,
            due_on: None,
            note: String::new(),
        })
    }
}

fn missing() -> Fault {
    Fault::internal("a checked field is missing")
}

fn payment_terms(given: &str) -> Result<Option<Terms>, Fault> {
    let given = text::clean(given, MAX_TERMS)?;
    if given.is_empty() { Ok(None) } else { Terms::parse(&given).map(Some) }
}

/// Lines and totals; the amounts only when the currency is known.
fn lines(inputs: &[pb::LineInput], currency: Option<Currency>, violations: &mut Violations) -> Option<(Vec<Line>, Totals)> {
    if inputs.is_empty() {
        violations.push("lines", Fault::new(Reason::FieldRequired, "at least one line is required"));
        return None;
    }
    if inputs.len() > MAX_LINES {
        violations.push("lines", Fault::new(Reason::TooManyItems, format!("at most {MAX_LINES} lines")));
        return None;
    }
    let mut lines = Vec::with_capacity(inputs.len());
    for (number, input) in (1..).zip(inputs) {
        let line = item(input).and_then(|item| currency.map(|currency| Line::new(number, item, currency)).transpose());
        match line {
            Ok(line) => lines.extend(line),
            Err(fault) => violations.push(format!("lines[{}]", number - 1), fault),
        }
    }
    if lines.len() < inputs.len() {
        return None;
    }
    let totals = violations.take("lines", Totals::of(&lines, currency?))?;
    Some((lines, totals))
}

fn item(input: &pb::LineInput) -> Result<Item, Fault> {
    let mut violations = Violations::new();
    let description = violations.take("description", text::required(&input.description, MAX_DESCRIPTION));
    let quantity = violations.take("quantity", parse_decimal(&input.quantity).and_then(quantity));
    let unit = violations.take("unit", unit(&input.unit));
    let unit_price = violations.take("unit_price", parse_decimal(&input.unit_price).and_then(unit_price));
    let discount = violations.take("discount_percent", or_zero(&input.discount_percent).and_then(discount_percent));
    let category = violations.take("vat_category", chosen(input.vat_category).map(vat_category)).flatten();
    let rate = violations.take("vat_rate", or_zero(&input.vat_rate));
    let vat = match (category, rate) {
        (Some(category), Some(rate)) => violations.take("vat_rate", Vat::new(category, rate)),
        _ => None,
    };
    let item_code = violations.take("item_code", text::clean(&input.item_code, MAX_ITEM_CODE));
    violations.finish()?;
    Ok(Item {
        description: description.unwrap_or_default(),
        quantity: quantity.ok_or_else(missing)?,
        unit: unit.ok_or_else(missing)?.into_owned(),
        unit_price: unit_price.ok_or_else(missing)?,
        discount_percent: discount.ok_or_else(missing)?,
        vat: vat.ok_or_else(missing)?,
        item_code: item_code.unwrap_or_default(),
    })
}

fn or_zero(text: &str) -> Result<Decimal, Fault> {
    if text.is_empty() { Ok(Decimal::ZERO) } else { parse_decimal(text) }
}

/// Codes of UN/ECE Recommendation 20 have up to three letters or digits.
fn unit(code: &str) -> Result<Cow<'static, str>, Fault> {
    if code.is_empty() {
        return Ok(Cow::Borrowed(PIECE));
    }
    if code.len() > 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        let message = "the unit is a code of UN/ECE Recommendation 20, for example C62";
        return Err(Fault::new(Reason::TextInvalid, message));
    }
    Ok(Cow::Owned(code.to_owned()))
}

fn vat_category(category: pb::VatCategory) -> Option<VatCategory> {
    match category {
        pb::VatCategory::Unspecified => None,
        pb::VatCategory::Standard => Some(VatCategory::Standard),
        pb::VatCategory::Zero => Some(VatCategory::Zero),
        pb::VatCategory::Exempt => Some(VatCategory::Exempt),
        pb::VatCategory::ReverseCharge => Some(VatCategory::ReverseCharge),
        pb::VatCategory::IntraCommunity => Some(VatCategory::IntraCommunity),
        pb::VatCategory::Export => Some(VatCategory::Export),
        pb::VatCategory::OutOfScope => Some(VatCategory::OutOfScope),
    }
}

/// Quantities of lines of an earlier document, as number and decimal text.
///
/// # Errors
/// One fault naming every bad field below `lines`: FIELD_OUT_OF_RANGE, AMOUNT_FORMAT, AMOUNT_PRECISION,
/// AMOUNT_NOT_POSITIVE, TOO_MANY_ITEMS.
pub fn parts<'a>(given: impl ExactSizeIterator<Item = (i32, &'a str)>, violations: &mut Violations) -> Vec<Part> {
    if given.len() > MAX_LINES {
        violations.push("lines", Fault::new(Reason::TooManyItems, format!("at most {MAX_LINES} lines")));
        return Vec::new();
    }
    let mut parts = Vec::with_capacity(given.len());
    for (index, (line_number, text)) in given.enumerate() {
        let number = u32::try_from(line_number).ok().filter(|number| *number > 0);
        let number = number.ok_or_else(|| Fault::new(Reason::FieldOutOfRange, "lines are numbered from 1"));
        let number = number.map_err(|fault| violations.push(format!("lines[{index}].line_number"), fault));
        let quantity = parse_decimal(text).and_then(quantity);
        let quantity = quantity.map_err(|fault| violations.push(format!("lines[{index}].quantity"), fault));
        if let (Ok(line_number), Ok(quantity)) = (number, quantity) {
            parts.push(Part { line_number, quantity });
        }
    }
    parts
}

/// The dates a document may be asked for by `as_of`.
///
/// # Errors
/// DATE_INVALID.
pub fn as_of(given: Option<&quittance_api::google::r#type::Date>, violations: &mut Violations) -> Option<BusinessDate> {
    violations.take("as_of", date(given)).flatten()
}
