//! The world's words and the wire's.

use quittance_api::collections::v1::DisputeCategory;
use quittance_api::convert::{date_from_wire, date_to_wire, money_from_wire, money_to_wire, required_date};
use quittance_api::credit::v1 as credit;
use quittance_api::google::r#type::{Date, Money as WireMoney};
use quittance_api::invoicing::v1 as invoicing;
use quittance_api::payments::v1::Rail as WireRail;
use quittance_types::{BusinessDate, Decimal, Fault, Money, parse_decimal};

use crate::actions::{DisputeReason, Rail};
use crate::goods::{OrderLine, VatCategory};
use crate::orders::DocumentKey;
use crate::seen::{DiscountSeen, InstalmentSeen, InvoiceSeen, LineSeen};
use crate::world::Customer;

pub(super) fn date(date: BusinessDate) -> Option<Date> {
    Some(date_to_wire(date))
}

pub(super) fn money(money: Money) -> Option<WireMoney> {
    Some(money_to_wire(money))
}

pub(super) fn decimal(value: Decimal) -> String {
    value.normalize().to_string()
}

pub(super) fn customer(customer: &Customer, parent_id: String) -> credit::Customer {
    let party = &customer.party;
    credit::Customer {
        external_id: customer.external_id.clone(),
        legal_name: party.name.clone(),
        country: party.country.to_owned(),
        city: party.city.to_owned(),
        vat_id: party.vat_id.clone(),
        currency: customer.currency.code().to_owned(),
        payment_terms: customer.terms.text(),
        parent_customer_id: parent_id,
        ibans: vec![party.iban.clone()],
        contacts: vec![credit::Contact {
            name: party.contact.clone(),
            email: party.email.clone(),
            phone: String::new(),
            role: credit::ContactRole::AccountsPayable.into(),
            language: if party.country == "NL" { "nl" } else { "de" }.to_owned(),
        }],
        segment: customer.segment.to_owned(),
        ..credit::Customer::default()
    }
}

pub(super) fn line_input(line: &OrderLine) -> invoicing::LineInput {
    let category = match line.vat_category {
        VatCategory::Standard => invoicing::VatCategory::Standard,
        VatCategory::IntraCommunity => invoicing::VatCategory::IntraCommunity,
        VatCategory::Export => invoicing::VatCategory::Export,
    };
    invoicing::LineInput {
        description: line.description.to_owned(),
        quantity: decimal(line.quantity),
        unit: line.unit.to_owned(),
        unit_price: decimal(line.unit_price),
        discount_percent: decimal(line.discount_percent),
        vat_category: category.into(),
        vat_rate: decimal(line.vat_rate),
        item_code: line.item_code.clone(),
    }
}

/// An issued invoice as the customer gets it.
pub(super) fn invoice(key: DocumentKey, invoice: &invoicing::Invoice) -> Result<InvoiceSeen, Fault> {
    let total = money_from_wire(&invoice.totals.as_ref().and_then(|totals| totals.gross.clone()))?;
    let issued_on = required_date(invoice.issue_date.as_ref())?;
    let terms = invoice.terms.clone().unwrap_or_default();
    let mut instalments = Vec::with_capacity(terms.instalments.len().max(1));
    for part in &terms.instalments {
        let due_on = required_date(part.due_date.as_ref())?;
        instalments.push(InstalmentSeen { due_on, amount: money_from_wire(&part.amount)? });
    }
    if instalments.is_empty() {
        let due_on = required_date(invoice.due_date.as_ref())?;
        instalments.push(InstalmentSeen { due_on, amount: total });
    }
    let discount = match date_from_wire(terms.discount_date.as_ref())? {
        Some(until) if terms.discount_amount.is_some() => {
            let amount = money_from_wire(&terms.discount_amount)?;
            amount.is_positive().then_some(DiscountSeen { amount, until })
        }
        _ => None,
    };
    let creditor_reference = Some(invoice.creditor_reference.clone()).filter(|reference| !reference.is_empty());
    Ok(InvoiceSeen {
        key,
        number: invoice.number.clone(),
        creditor_reference,
        purchase_order: invoice.purchase_order.clone(),
        issued_on,
        total,
        instalments,
        discount,
        lines: invoice.lines.iter().map(line_seen).collect::<Result<_, _>>()?,
    })
}

fn line_seen(line: &invoicing::Line) -> Result<LineSeen, Fault> {
    let input = line.input.clone().unwrap_or_default();
    let vat_rate = if input.vat_rate.is_empty() { Decimal::ZERO } else { parse_decimal(&input.vat_rate)? };
    Ok(LineSeen {
        number: u32::try_from(line.number).unwrap_or_default(),
        quantity: parse_decimal(&input.quantity)?,
        net: money_from_wire(&line.net)?,
        vat_rate,
    })
}

pub(super) fn category(reason: DisputeReason) -> DisputeCategory {
    match reason {
        DisputeReason::Quantity => DisputeCategory::Quantity,
        DisputeReason::Price => DisputeCategory::Price,
        DisputeReason::Quality => DisputeCategory::Quality,
        DisputeReason::NotReceived => DisputeCategory::Delivery,
    }
}

pub(super) fn rail(rail: Rail) -> WireRail {
    match rail {
        Rail::Card => WireRail::Card,
        Rail::DirectDebit => WireRail::SepaDirectDebit,
    }
}
