//! Rows 36 to 60: amounts, dates, enums, texts, and what the state of things forbids.

use quittance_testkit::fact_of;
use quittance_types::Reason;
use serde_json::{Value, json};

use super::stage::{Stage, customer, date, euro, line, money, nobody, policy, seller, text};

const PREVIEW: &str = "invoicing.InvoiceService/PreviewInvoice";
const ISSUE: &str = "invoicing.InvoiceService/IssueInvoice";
const VOID: &str = "invoicing.InvoiceService/VoidInvoice";
const ENTITY: &str = "invoicing.LegalEntityService/CreateLegalEntity";
const CREATE: &str = "credit.CustomerService/CreateCustomer";
const PAY: &str = "payments.PaymentService/CreatePayment";
const REFUND: &str = "payments.RefundService/CreateRefund";
const RECORD: &str = "reconciliation.ReceiptService/RecordReceipt";
const SUBMIT: &str = "invoicing.OrderService/SubmitOrder";
const APPLY: &str = "reconciliation.ReceiptService/ApplyReceipt";

pub async fn send(stage: &Stage) {
    amounts(stage).await;
    currencies(stage).await;
    money_in(stage).await;
    states(stage).await;
    dates(stage).await;
    shapes(stage).await;
    texts(stage).await;
}

/// The usual invoice with one field of its content replaced.
fn content(stage: &Stage, field: &str, value: Value) -> Value {
    let mut content = stage.content();
    content[field] = value;
    json!({"content": content})
}

fn with_line(stage: &Stage, field: &str, value: impl Into<Value>) -> Value {
    let mut content = stage.content();
    content["lines"][0][field] = value.into();
    json!({"content": content})
}

fn payment(stage: &Stage, amount: Value) -> Value {
    json!({"customer_id": stage.buyer, "amount": amount, "rail": "RAIL_CARD", "method_token": "sim_succeed"})
}

async fn amounts(stage: &Stage) {
    for bad in ["1e3", "1_000", "+5", " 5", "0x10", "1,00", "٣", "", "1.", ".5", "--1"] {
        stage.refused(36, PREVIEW, with_line(stage, "quantity", bad), Reason::AmountFormat).await;
    }
    for bad in ["NaN", "Infinity", "-inf"] {
        stage.refused(37, PREVIEW, with_line(stage, "unit_price", bad), Reason::AmountFormat).await;
    }
    stage.allowed(37, PREVIEW, with_line(stage, "discount_percent", "-0")).await;
    for amount in [money("JPY", 1, 500_000_000), money("BHD", 0, 100_000), money("EUR", 1, 1)] {
        stage.refused(38, PAY, payment(stage, amount), Reason::AmountPrecision).await;
    }
    stage.refused(39, PREVIEW, with_line(stage, "quantity", format!("0.{}1", "0".repeat(30))), Reason::AmountPrecision).await;
    stage.refused(40, PAY, payment(stage, money("EUR", i64::MAX, 0)), Reason::AmountOutOfRange).await;
    let two = json!([line("1", "9999999999999"), line("1", "9999999999999")]);
    stage.refused(40, PREVIEW, content(stage, "lines", two), Reason::AmountOutOfRange).await;
    for amount in [euro(0), euro(-100)] {
        stage.refused(41, PAY, payment(stage, amount.clone()), Reason::AmountNotPositive).await;
        let receipt = json!({"bank_account_id": stage.bank, "customer_id": stage.buyer, "amount": amount});
        stage.refused(41, RECORD, receipt, Reason::AmountNotPositive).await;
    }
    stage.refused(41, PREVIEW, with_line(stage, "unit_price", "0"), Reason::AmountNotPositive).await;
    stage.refused(41, PREVIEW, with_line(stage, "quantity", "-1"), Reason::AmountNotPositive).await;
    for amount in [money("EUR", 1, -1), money("EUR", -1, 1), money("EUR", 1, 1_000_000_000)] {
        stage.refused(42, PAY, payment(stage, amount), Reason::MoneyInvalid).await;
    }
}

async fn currencies(stage: &Stage) {
    for bad in ["EURO", "eur", "XXX", "DEM"] {
        stage.refused(43, PREVIEW, content(stage, "currency", bad.into()), Reason::CurrencyUnknown).await;
        stage.refused(43, PAY, payment(stage, money(bad, 1, 0)), Reason::CurrencyUnknown).await;
    }
}

fn application(stage: &Stage, parts: &[(&str, Value)]) -> Value {
    let allocations: Vec<Value> = parts.iter().map(|(item, amount)| json!({"open_item_id": item, "amount": amount})).collect();
    json!({"receipt_id": stage.receipt, "allocations": allocations})
}

async fn money_in(stage: &Stage) {
    let invoice = stage.invoice.as_str();
    stage.refused(44, APPLY, application(stage, &[(invoice, money("USD", 1, 0))]), Reason::CurrencyMismatch).await;
    let twice = application(stage, &[(invoice, euro(100)), (invoice, euro(100))]);
    stage.refused(46, APPLY, twice, Reason::AllocationDuplicate).await;
    stage.refused(46, APPLY, application(stage, &[(invoice, euro(10_001))]), Reason::AllocationSum).await;
    let mut paid = payment(stage, euro(10_000));
    let inv = |number: u8| format!("inv_{number:032x}");
    paid["allocations"] = json!([{"invoice_id": inv(1), "amount": euro(9_000)}, {"invoice_id": inv(2), "amount": euro(1_001)}]);
    stage.refused(46, PAY, paid.clone(), Reason::AllocationSum).await;
    paid["allocations"] = json!([{"invoice_id": inv(1), "amount": euro(1)}, {"invoice_id": inv(1), "amount": euro(1)}]);
    stage.refused(46, PAY, paid, Reason::AllocationDuplicate).await;

    let small = stage.allowed(47, ISSUE, content(stage, "lines", json!([line("1", "10.00")]))).await;
    stage.world.settle().await;
    let small = text(&small["invoice"]["invoice_id"]);
    let over = application(stage, &[(&small, euro(1_191))]);
    let status = stage.refused_on_the_wire(47, APPLY, &over, Reason::OverApplication).await;
    let open = status.and_then(|status| fact_of(&status, "open"));
    stage.check(47, open.as_deref() == Some("11.90"), || format!("what is open: {open:?}"));
    stage.refused(47, APPLY, over, Reason::OverApplication).await;

    let payment = stage.allowed(48, PAY, payment(stage, euro(10_000))).await;
    let id = text(&payment["payment"]["payment_id"]);
    let refund = |amount: i64| json!({"payment_id": id, "amount": euro(amount), "why": "Returned goods"});
    stage.refused(41, REFUND, refund(0), Reason::AmountNotPositive).await;
    stage.refused(48, REFUND, refund(10_001), Reason::RefundExceedsCapture).await;
    let refunded = stage.allowed(48, REFUND, refund(10_000)).await;
    stage.refused(48, REFUND, refund(1), Reason::RefundExceedsCapture).await;
    let again = json!({"payment_id": text(&refunded["refund"]["refund_id"]), "why": "A refund of a refund"});
    stage.refused(48, REFUND, again, Reason::RefundExceedsCapture).await;
}

async fn states(stage: &Stage) {
    let issued = stage.allowed(49, ISSUE, json!({"content": stage.content()})).await;
    let id = text(&issued["invoice"]["invoice_id"]);
    stage.refused(49, ISSUE, json!({"invoice_id": id}), Reason::IllegalTransition).await;
    let void = json!({"invoice_id": id, "why": "Wrong customer"});
    stage.allowed(49, VOID, void.clone()).await;
    let status = stage.refused_on_the_wire(49, VOID, &void, Reason::IllegalTransition).await;
    let facts = status.map(|status| (fact_of(&status, "from"), fact_of(&status, "to")));
    stage.check(49, matches!(&facts, Some((Some(from), Some(_))) if from == "void"), || format!("from and to: {facts:?}"));
    stage.refused(49, VOID, void, Reason::IllegalTransition).await;
    let memo = json!({"invoice_id": id, "why": "Returned", "amount": euro(100)});
    stage.refused(49, "invoicing.MemoService/CreateCreditMemo", memo, Reason::IllegalTransition).await;

    let order = json!({"customer_id": stage.buyer, "legal_entity_id": stage.seller, "currency": "EUR", "lines": [line("1", "9000.00")]});
    let put_policy = "credit.PolicyService/PutPolicy";
    stage.allowed(51, put_policy, policy("BEYOND_LIMIT_REJECT")).await;
    let status = stage.refused_on_the_wire(51, SUBMIT, &order, Reason::CreditLimitExceeded).await;
    let available = status.and_then(|status| fact_of(&status, "available"));
    stage.check(51, available.as_deref().is_some_and(|amount| amount.contains('.')), || format!("what is available: {available:?}"));
    stage.refused(51, SUBMIT, order.clone(), Reason::CreditLimitExceeded).await;
    stage.allowed(51, put_policy, policy("BEYOND_LIMIT_HOLD")).await;
    // A company that decides by hand has its orders held.
    let held = stage.allowed(51, SUBMIT, order).await;
    let reasons = held["order"]["credit_reasons"].to_string();
    let told = held["order"]["state"] == "ORDER_STATE_HELD" && reasons.contains("CREDIT_LIMIT_EXCEEDED");
    stage.check(51, told, || format!("an order beyond the limit: {}", held["order"]));

    let buyer = stage.allowed(52, CREATE, json!({"customer": customer("S-1")})).await;
    let limit = json!({"customer_id": buyer["customer"]["customer_id"], "amount": euro(2_000_000), "why": "Growth"});
    let limit = stage.allowed(52, "credit.CreditService/SetLimit", limit).await;
    let id = text(&limit["limit"]["limit_id"]);
    let decide = "credit.CreditService/DecideLimit";
    stage.refused(53, decide, json!({"limit_id": id, "approve": true, "etag": "99"}), Reason::ApprovalStale).await;
    stage.refused_on_the_wire(52, decide, &json!({"limit_id": id, "approve": true}), Reason::SelfApproval).await;
    let answer = stage.rest(
        &stage.key,
        "credit.CreditService/SetLimit",
        &json!({"customer_id": buyer["customer"]["customer_id"], "amount": euro(3_000_000), "why": "More"}),
        "",
    );
    let own = text(&answer.body["limit"]["limitId"]);
    let answer = stage.rest(&stage.key, decide, &json!({"limit_id": own, "approve": true}), "");
    stage.check(52, (answer.status, answer.reason()) == (403, "SELF_APPROVAL"), || format!("{answer:?}"));
}

async fn dates(stage: &Stage) {
    for bad in [date(2026, 2, 30), date(0, 0, 0), date(9999, 1, 1), date(2026, 13, 1), date(2026, 1, 0), date(-5, 1, 1)] {
        stage.refused(54, PREVIEW, content(stage, "issue_date", bad.clone()), Reason::DateInvalid).await;
        let mut payment = payment(stage, euro(100));
        payment["as_of"] = bad;
        stage.refused(54, PAY, payment, Reason::DateInvalid).await;
    }
    let mut early = stage.content();
    early["issue_date"] = date(2026, 2, 2);
    early["due_date"] = date(2026, 2, 1);
    stage.refused(54, PREVIEW, json!({"content": early}), Reason::DueBeforeIssue).await;
    let mut entity = seller("MARS");
    entity["time_zone"] = "Mars/Phobos".into();
    stage.refused(55, ENTITY, json!({"legal_entity": entity}), Reason::TimeZoneUnknown).await;
}

async fn shapes(stage: &Stage) {
    for bad in [0, 999, -1] {
        stage.refused(56, PREVIEW, with_line(stage, "vat_category", bad), Reason::EnumInvalid).await;
        let mut payment = payment(stage, euro(100));
        payment["rail"] = bad.into();
        stage.refused(56, PAY, payment, Reason::EnumInvalid).await;
    }
    stage.refused(57, ISSUE, json!({}), Reason::FieldRequired).await;
    stage.refused(57, PREVIEW, json!({}), Reason::FieldRequired).await;
    stage.refused(57, CREATE, json!({}), Reason::FieldRequired).await;
    stage
        .refused(57, PAY, json!({"customer_id": stage.buyer, "rail": "RAIL_CARD", "method_token": "sim_succeed"}), Reason::FieldRequired)
        .await;
    stage.refused(57, PREVIEW, content(stage, "lines", json!([])), Reason::FieldRequired).await;
    stage.refused(57, PREVIEW, content(stage, "lines", json!(vec![line("1", "1"); 10_001])), Reason::TooManyItems).await;
}

async fn texts(stage: &Stage) {
    for bad in ["a\0b", "a\r\nb", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "\u{301}x", "a\u{7}b", "a\u{feff}b"] {
        stage.refused(58, PREVIEW, with_line(stage, "description", bad), Reason::TextInvalid).await;
        let mut named = customer("T-1");
        named["legal_name"] = bad.into();
        stage.refused(58, CREATE, json!({"customer": named}), Reason::TextInvalid).await;
        let void = json!({"invoice_id": stage.invoice, "why": bad});
        stage.refused(58, VOID, void, Reason::TextInvalid).await;
    }
    let mut long = customer("T-2");
    long["legal_name"] = "x".repeat(1_000_000).into();
    stage.refused(58, CREATE, json!({"customer": long}), Reason::TextTooLong).await;
    for card in ["4111111111111111", "paid by 4111 1111 1111 1111", "5500-0000-0000-0004"] {
        stage.refused(59, PREVIEW, content(stage, "purchase_order", card.into()), Reason::CardNumberForbidden).await;
        stage.refused(59, PREVIEW, with_line(stage, "description", card), Reason::CardNumberForbidden).await;
        let receipt = json!({"bank_account_id": stage.bank, "customer_id": stage.buyer, "amount": euro(100), "reference": card});
        stage.refused(59, RECORD, receipt, Reason::CardNumberForbidden).await;
        let void = json!({"invoice_id": nobody("inv"), "why": card});
        stage.refused(59, VOID, void, Reason::CardNumberForbidden).await;
    }
    for (number, name) in ["'; DROP TABLE customer; --", "100% \\ of_all", "NULL", "{\"a\": 1}"].into_iter().enumerate() {
        let mut named = customer(&format!("Q-{number}"));
        named["legal_name"] = name.into();
        let made = stage.allowed(60, CREATE, json!({"customer": named})).await;
        stage.check(60, made["customer"]["legal_name"] == name, || format!("stored as {}", made["customer"]["legal_name"]));
        let found = stage.allowed(60, "credit.CustomerService/ListCustomers", json!({"name_contains": name})).await;
        let found = found["customers"].as_array().map(Vec::len).unwrap_or_default();
        stage.check(60, found == 1, || format!("{found} customers contain {name}"));
    }
}
