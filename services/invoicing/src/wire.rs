//! Domain values as the contract has them. What comes in is read in `rpc`; what goes out, in answers and events, is here.

use quittance_api::convert::{date_to_wire, money_to_wire, timestamp_to_wire};
use quittance_api::invoicing::v1 as pb;
use quittance_types::{BusinessDate, Decimal, Money};

use crate::domain::invoice::{Invoice, InvoiceKind, InvoiceState};
use crate::domain::legal_entity::LegalEntity;
use crate::domain::line::{Line, VatCategory};
use crate::domain::memo::CreditMemo;
use crate::domain::number::{DocumentNumber, SeriesKind};
use crate::domain::order::{Order, OrderState};
use crate::domain::terms::Schedule;
use crate::domain::totals::Totals;
use crate::store::series::Series;

type WireMoney = quittance_api::google::r#type::Money;

fn amount(money: Money) -> Option<WireMoney> {
    Some(money_to_wire(money))
}

fn decimal(value: Decimal) -> String {
    value.normalize().to_string()
}

/// A seller.
pub fn legal_entity(entity: &LegalEntity) -> pb::LegalEntity {
    pb::LegalEntity {
        legal_entity_id: entity.id.to_string(),
        code: entity.code.clone(),
        legal_name: entity.legal_name.clone(),
        country: entity.country.clone(),
        vat_id: entity.vat_id.clone(),
        currency: entity.currency.code().to_owned(),
        time_zone: entity.time_zone.name().to_owned(),
        iban: entity.iban.clone(),
        create_time: Some(timestamp_to_wire(entity.created_at)),
    }
}

/// The event of a seller.
pub fn legal_entity_changed(entity: &LegalEntity) -> pb::LegalEntityChanged {
    pb::LegalEntityChanged { legal_entity: Some(legal_entity(entity)) }
}

/// A series of a seller with this code.
pub fn series(series: &Series, code: &str) -> pb::NumberSeries {
    let kind = match series.kind {
        SeriesKind::Invoice => pb::SeriesKind::Invoice,
        SeriesKind::CreditMemo => pb::SeriesKind::CreditMemo,
        SeriesKind::ProForma => pb::SeriesKind::ProForma,
    };
    pb::NumberSeries {
        kind: kind.into(),
        year: series.year,
        next: series.next,
        example: DocumentNumber::new(series.kind, code, series.year, series.next).to_string(),
    }
}

/// A VAT category.
pub fn vat_category(category: VatCategory) -> pb::VatCategory {
    match category {
        VatCategory::Standard => pb::VatCategory::Standard,
        VatCategory::Zero => pb::VatCategory::Zero,
        VatCategory::Exempt => pb::VatCategory::Exempt,
        VatCategory::ReverseCharge => pb::VatCategory::ReverseCharge,
        VatCategory::IntraCommunity => pb::VatCategory::IntraCommunity,
        VatCategory::Export => pb::VatCategory::Export,
        VatCategory::OutOfScope => pb::VatCategory::OutOfScope,
    }
}

fn line(line: &Line) -> pb::Line {
    let item = &line.item;
    let input = pb::LineInput {
        description: item.description.clone(),
        quantity: decimal(item.quantity),
        unit: item.unit.clone(),
        unit_price: decimal(item.unit_price),
        discount_percent: decimal(item.discount_percent),
        vat_category: vat_category(item.vat.category()).into(),
        vat_rate: decimal(item.vat.rate()),
        item_code: item.item_code.clone(),
    };
    let number = i32::try_from(line.number).unwrap_or(i32::MAX);
    pb::Line { number, input: Some(input), net: amount(line.net), quantity_done: decimal(line.done) }
}

fn totals(totals: &Totals) -> pb::Totals {
    let taxes = totals.taxes.iter().map(|tax| pb::TaxLine {
        category: vat_category(tax.vat.category()).into(),
        rate: decimal(tax.vat.rate()),
        taxable: amount(tax.taxable),
        tax: amount(tax.tax),
    });
    pb::Totals { net: amount(totals.net), tax: amount(totals.tax), gross: amount(totals.gross), taxes: taxes.collect() }
}

fn terms(schedule: &Schedule) -> pb::PaymentTerms {
    let discount = schedule.discount;
    let instalments = schedule.instalments.iter().map(|part| pb::Instalment {
        number: i32::try_from(part.number).unwrap_or(i32::MAX),
        due_date: Some(date_to_wire(part.due_on)),
        amount: amount(part.amount),
    });
    pb::PaymentTerms {
        text: schedule.text.clone(),
        discount_percent: discount.map(|discount| decimal(discount.percent)).unwrap_or_default(),
        discount_date: discount.map(|discount| date_to_wire(discount.until)),
        discount_amount: discount.and_then(|discount| amount(discount.amount)),
        instalments: instalments.collect(),
    }
}

/// The state of an invoice.
pub fn invoice_state(state: InvoiceState) -> pb::InvoiceState {
    match state {
        InvoiceState::Draft => pb::InvoiceState::Draft,
        InvoiceState::Issued => pb::InvoiceState::Issued,
        InvoiceState::PartlySettled => pb::InvoiceState::PartlySettled,
        InvoiceState::Settled => pb::InvoiceState::Settled,
        InvoiceState::Void => pb::InvoiceState::Void,
        InvoiceState::Sent => pb::InvoiceState::Sent,
        InvoiceState::Converted => pb::InvoiceState::Converted,
    }
}

/// An invoice or a pro-forma.
pub fn invoice(invoice: &Invoice) -> pb::Invoice {
    let kind = match invoice.kind {
        InvoiceKind::Invoice => pb::InvoiceKind::Invoice,
        InvoiceKind::ProForma => pb::InvoiceKind::ProForma,
    };
    pb::Invoice {
        invoice_id: invoice.id.to_string(),
        kind: kind.into(),
        number: invoice.number_text().to_owned(),
        state: invoice_state(invoice.state).into(),
        customer_id: invoice.customer_id.to_string(),
        legal_entity_id: invoice.legal_entity_id.to_string(),
        order_id: invoice.order_id.map(|id| id.to_string()).unwrap_or_default(),
        lines: invoice.lines.iter().map(line).collect(),
        totals: Some(totals(&invoice.totals)),
        terms: Some(terms(&invoice.schedule)),
        issue_date: Some(date_to_wire(invoice.issue_on)),
        due_date: Some(date_to_wire(invoice.due_on())),
        purchase_order: invoice.purchase_order.clone(),
        note: invoice.note.clone(),
        open: amount(invoice.open),
        credited: amount(invoice.credited.gross),
        creditor_reference: invoice.creditor_reference.clone(),
        disputed: invoice.disputed,
        converted_invoice_id: invoice.converted_invoice_id.map(|id| id.to_string()).unwrap_or_default(),
        create_time: Some(timestamp_to_wire(invoice.created_at)),
        etag: invoice.version.to_string(),
    }
}

/// The short form a batch answers with.
pub fn issued_invoice(invoice: &pb::Invoice) -> pb::IssuedInvoice {
    pb::IssuedInvoice {
        invoice_id: invoice.invoice_id.clone(),
        number: invoice.number.clone(),
        gross: invoice.totals.as_ref().and_then(|totals| totals.gross.clone()),
        due_date: invoice.due_date,
    }
}

/// The event of a void invoice.
pub fn invoice_voided(invoice: &Invoice, on: BusinessDate) -> pb::InvoiceVoided {
    pb::InvoiceVoided {
        invoice_id: invoice.id.to_string(),
        number: invoice.number_text().to_owned(),
        customer_id: invoice.customer_id.to_string(),
        gross: amount(invoice.totals.gross),
        voided_on: Some(date_to_wire(on)),
    }
}

/// The state of an order.
pub fn order_state(state: OrderState) -> pb::OrderState {
    match state {
        OrderState::Held => pb::OrderState::Held,
        OrderState::Accepted => pb::OrderState::Accepted,
        OrderState::PartlyFulfilled => pb::OrderState::PartlyFulfilled,
        OrderState::Fulfilled => pb::OrderState::Fulfilled,
        OrderState::Cancelled => pb::OrderState::Cancelled,
        OrderState::Rejected => pb::OrderState::Rejected,
    }
}

/// An order.
pub fn order(order: &Order) -> pb::Order {
    pb::Order {
        order_id: order.id.to_string(),
        external_id: order.external_id.clone(),
        customer_id: order.customer_id.to_string(),
        legal_entity_id: order.legal_entity_id.to_string(),
        state: order_state(order.state).into(),
        lines: order.lines.iter().map(line).collect(),
        totals: Some(totals(&order.totals)),
        payment_terms: order.payment_terms.clone(),
        reservation_id: order.reservation_id.clone(),
        credit_reasons: order.credit_reasons.clone(),
        purchase_order: order.purchase_order.clone(),
        placed_on: Some(date_to_wire(order.placed_on)),
        create_time: Some(timestamp_to_wire(order.created_at)),
        etag: order.version.to_string(),
        payment_method: order.payment_method.clone(),
    }
}

/// A credit memo.
pub fn memo(memo: &CreditMemo) -> pb::CreditMemo {
    pb::CreditMemo {
        memo_id: memo.id.to_string(),
        number: memo.number.to_string(),
        invoice_id: memo.invoice_id.to_string(),
        invoice_number: memo.invoice_number.clone(),
        customer_id: memo.customer_id.to_string(),
        legal_entity_id: memo.legal_entity_id.to_string(),
        lines: memo.lines.iter().map(line).collect(),
        totals: Some(totals(&memo.totals)),
        issue_date: Some(date_to_wire(memo.issue_on)),
        why: memo.why.clone(),
        create_time: Some(timestamp_to_wire(memo.created_at)),
    }
}
