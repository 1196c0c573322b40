use quittance_api::invoicing::v1 as pb;
use quittance_testkit::{expect_refusal, fields_of, on_both, request_id};
use quittance_types::Reason;

use crate::fixture::{Company, date, line, nobody};

type Case = (fn(&mut pb::InvoiceContent), Reason, &'static str);

/// One field spoiled at a time: what is said of it, and under which name.
const CASES: &[Case] = &[
    (|content| content.customer_id = String::new(), Reason::FieldRequired, "content.customer_id"),
    (|content| content.customer_id = "cus_1".to_owned(), Reason::NameInvalid, "content.customer_id"),
    (|content| content.legal_entity_id = String::new(), Reason::FieldRequired, "content.legal_entity_id"),
    (|content| content.legal_entity_id = content.customer_id.clone(), Reason::NameInvalid, "content.legal_entity_id"),
    (|content| content.currency = String::new(), Reason::FieldRequired, "content.currency"),
    (|content| content.currency = "EURO".to_owned(), Reason::CurrencyUnknown, "content.currency"),
    (|content| content.currency = "eur".to_owned(), Reason::CurrencyUnknown, "content.currency"),
    (|content| content.currency = "XXX".to_owned(), Reason::CurrencyUnknown, "content.currency"),
    (|content| content.lines.clear(), Reason::FieldRequired, "content.lines"),
    (|content| content.lines = vec![line("1", "1", "", "19"); 1_001], Reason::TooManyItems, "content.lines"),
    (|content| content.payment_terms = "whenever".to_owned(), Reason::TermsInvalid, "content.payment_terms"),
    (|content| content.payment_terms = "n".repeat(65), Reason::TextTooLong, "content.payment_terms"),
    (|content| content.note = "a\0b".to_owned(), Reason::TextInvalid, "content.note"),
    (|content| content.note = "x".repeat(501), Reason::TextTooLong, "content.note"),
    (|content| content.purchase_order = "a\r\nb".to_owned(), Reason::TextInvalid, "content.purchase_order"),
    (|content| content.purchase_order = "4111 1111 1111 1111".to_owned(), Reason::CardNumberForbidden, "content.purchase_order"),
    (|content| content.issue_date = Some(date(2026, 2, 30)), Reason::DateInvalid, "content.issue_date"),
    (|content| content.issue_date = Some(date(0, 0, 0)), Reason::DateInvalid, "content.issue_date"),
    (|content| content.due_date = Some(date(9999, 1, 1)), Reason::DateInvalid, "content.due_date"),
    (
        |content| (content.issue_date, content.due_date) = (Some(date(2026, 2, 2)), Some(date(2026, 2, 1))),
        Reason::DueBeforeIssue,
        "content.due_date",
    ),
    (|content| content.lines[1].description = String::new(), Reason::FieldRequired, "content.lines[1].description"),
    (|content| content.lines[1].description = "\u{301}x".to_owned(), Reason::TextInvalid, "content.lines[1].description"),
    (|content| content.lines[1].description = "x".repeat(1_000_000), Reason::TextTooLong, "content.lines[1].description"),
    (|content| content.lines[1].quantity = String::new(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "1e3".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "1_000".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "+5".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = " 5".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "0x10".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "1,00".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "٣".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "NaN".to_owned(), Reason::AmountFormat, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "0".to_owned(), Reason::AmountNotPositive, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "-1".to_owned(), Reason::AmountNotPositive, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "0.0000001".to_owned(), Reason::AmountPrecision, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = format!("0.{}1", "0".repeat(30)), Reason::AmountPrecision, "content.lines[1].quantity"),
    (|content| content.lines[1].quantity = "9".repeat(17), Reason::AmountOutOfRange, "content.lines[1].quantity"),
    (|content| content.lines[1].unit_price = "-0.01".to_owned(), Reason::AmountNotPositive, "content.lines[1].unit_price"),
    (|content| content.lines[1].unit_price = "1.0000001".to_owned(), Reason::AmountPrecision, "content.lines[1].unit_price"),
    (|content| content.lines[1].unit_price = "0".to_owned(), Reason::AmountNotPositive, "content.lines[1]"),
    (|content| content.lines[1].unit_price = "9".repeat(16), Reason::AmountOutOfRange, "content.lines[1]"),
    (|content| content.lines[1].discount_percent = "100".to_owned(), Reason::AmountNotPositive, "content.lines[1]"),
    (|content| content.lines[1].discount_percent = "101".to_owned(), Reason::ValueOutOfRange, "content.lines[1].discount_percent"),
    (|content| content.lines[1].discount_percent = "-1".to_owned(), Reason::ValueOutOfRange, "content.lines[1].discount_percent"),
    (|content| content.lines[1].vat_category = 0, Reason::EnumInvalid, "content.lines[1].vat_category"),
    (|content| content.lines[1].vat_category = 999, Reason::EnumInvalid, "content.lines[1].vat_category"),
    (|content| content.lines[1].vat_category = pb::VatCategory::Export.into(), Reason::TaxInvalid, "content.lines[1].vat_rate"),
    (|content| content.lines[1].vat_rate = String::new(), Reason::TaxInvalid, "content.lines[1].vat_rate"),
    (|content| content.lines[1].vat_rate = "1e1".to_owned(), Reason::AmountFormat, "content.lines[1].vat_rate"),
    (|content| content.lines[1].unit = "piece".to_owned(), Reason::TextInvalid, "content.lines[1].unit"),
    (|content| content.lines[1].item_code = "x".repeat(65), Reason::TextTooLong, "content.lines[1].item_code"),
];

#[tokio::test]
async fn every_bad_field_is_refused_by_name_and_reason() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for (index, (spoil, reason, field)) in CASES.iter().enumerate() {
            let mut content = company.content();
            spoil(&mut content);
            let preview = pb::PreviewInvoiceRequest { content: Some(content.clone()) };
            for status in [
                expect_refusal(company.try_issue(content).await, *reason),
                expect_refusal(company.invoices().preview_invoice(preview).await, *reason),
            ] {
                assert_eq!(fields_of(&status), [*field], "case {index}");
            }
        }
        assert_eq!(company.invoicing.store().rows("invoice").await, 0);
        assert_eq!(company.issue().await.number, "INV-ACME-2026-000001");
    })
    .await;
}

#[tokio::test]
async fn all_bad_fields_are_named_at_once() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut content = company.content();
        content.currency = "eur".to_owned();
        content.lines[0].quantity = "1e3".to_owned();
        content.lines[2].vat_category = 0;
        let status = expect_refusal(company.try_issue(content).await, Reason::CurrencyUnknown);
        let fields = ["content.currency", "content.lines[0].quantity", "content.lines[2].vat_category"];
        assert_eq!(fields_of(&status), fields);
    })
    .await;
}

#[tokio::test]
async fn totals_beyond_the_range_are_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut content = company.content();
        content.lines = vec![line("1", "9999999999999", "", "19"); 2];
        expect_refusal(company.try_issue(content).await, Reason::AmountOutOfRange);
    })
    .await;
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let nobody_sells = pb::InvoiceContent { legal_entity_id: nobody("ent"), ..company.content() };
        expect_refusal(company.try_issue(nobody_sells).await, Reason::ResourceNotFound);
        let nobody_buys = pb::InvoiceContent { customer_id: nobody("cus"), ..company.content() };
        expect_refusal(company.try_issue(nobody_buys).await, Reason::ResourceNotFound);
        let nothing = pb::IssueInvoiceRequest { request_id: request_id(), source: None };
        expect_refusal(company.invoices().issue_invoice(nothing).await, Reason::FieldRequired);
        let nothing = pb::CreateInvoiceRequest { request_id: request_id(), content: None };
        expect_refusal(company.invoices().create_invoice(nothing).await, Reason::FieldRequired);
        assert_eq!(company.issue().await.number, "INV-ACME-2026-000001");
    })
    .await;
}

#[tokio::test]
async fn text_of_every_kind_is_kept_literally() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let mut content = company.content();
        for (line, text) in
            content.lines.iter_mut().zip(["'; DROP TABLE invoice; --", "{\"a\\,b\"} NULL %_ \\", "Schraube Ø 8 „fein“ 螺栓"])
        {
            line.description = text.to_owned();
        }
        content.note = "NULL".to_owned();
        let asked: Vec<String> = content.lines.iter().map(|line| line.description.clone()).collect();
        let issued = company.try_issue(content).await.unwrap();
        let stored = company.get_invoice(&issued.invoice_id).await;
        let kept: Vec<String> = stored.lines.iter().map(|line| line.input.as_ref().unwrap().description.clone()).collect();
        assert_eq!((kept, stored.note.as_str()), (asked, "NULL"));
        assert_eq!(stored, issued);
    })
    .await;
}
