//! What a caller says of a document, checked and computed, before it has a place among the documents.

use quittance_types::{BusinessDate, Currency, CustomerId, Decimal, Fault, LegalEntityId, Reason};

use super::line::Line;
use super::terms::Terms;
use super::totals::Totals;

/// The content of an invoice, a pro-forma or an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Who buys.
    pub customer_id: CustomerId,
    /// Who sells.
    pub legal_entity_id: LegalEntityId,
    /// What is sold.
    pub lines: Vec<Line>,
    /// What it comes to.
    pub totals: Totals,
    /// Terms of payment, if the caller named some; else the customer's apply.
    pub terms: Option<Terms>,
    /// The buyer's order number; empty for none.
    pub purchase_order: String,
    /// Issue date the caller asked for; else the day it is issued.
    pub issue_on: Option<BusinessDate>,
    /// One due date instead of what the terms give.
    pub due_on: Option<BusinessDate>,
    /// Printed; empty for none.
    pub note: String,
}

impl Content {
    /// The currency of every amount.
    pub fn currency(&self) -> Currency {
        self.totals.currency()
    }
}

/// A quantity of one line of an earlier document: to be delivered, or credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Number of the line.
    pub line_number: u32,
    /// Above zero.
    pub quantity: Decimal,
}

/// The lines that parts name, each with its part. Every part is checked before the first is refused by its field.
///
/// # Errors
/// FIELD_OUT_OF_RANGE when there is no such line; ALLOCATION_DUPLICATE when one is named twice; what `exceeds` says when more
/// is wanted than is left.
pub(crate) fn named<'a>(lines: &'a [Line], parts: &'a [Part], exceeds: impl Fn(&Line) -> Fault) -> Result<Vec<(&'a Line, Decimal)>, Fault> {
    let mut found: Vec<(&Line, Decimal)> = Vec::with_capacity(parts.len());
    for (index, part) in parts.iter().enumerate() {
        let Some(line) = lines.iter().find(|line| line.number == part.line_number) else {
            let message = format!("there is no line {}", part.line_number);
            return Err(Fault::new(Reason::FieldOutOfRange, message).field(format!("lines[{index}].line_number")));
        };
        if found.iter().any(|(known, _)| known.number == line.number) {
            let message = format!("line {} is named twice", line.number);
            return Err(Fault::new(Reason::AllocationDuplicate, message).field(format!("lines[{index}].line_number")));
        }
        if part.quantity > line.left() {
            return Err(exceeds(line).field(format!("lines[{index}].quantity")));
        }
        found.push((line, part.quantity));
    }
    Ok(found)
}

/// Everything that is left of the lines.
pub(crate) fn all_left(lines: &[Line]) -> Vec<Part> {
    let left = lines.iter().map(|line| Part { line_number: line.number, quantity: line.left() });
    left.filter(|part| part.quantity > Decimal::ZERO).collect()
}
