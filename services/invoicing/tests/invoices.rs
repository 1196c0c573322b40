use quittance_api::invoicing::v1 as pb;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, request_id, tenant};
use quittance_types::Reason;

use crate::fixture::{Company, date, line, minor};

#[tokio::test]
async fn an_invoice_is_computed_numbered_and_found_again() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let content = pb::InvoiceContent {
            payment_terms: "2/10 net 30/60".to_owned(),
            purchase_order: "PO-1".to_owned(),
            note: "Thank you\nfor your order".to_owned(),
            ..company.content()
        };
        let invoice = company.try_issue(content).await.unwrap();
        assert_eq!(invoice.number, "INV-ACME-2026-000001");
        assert_eq!((invoice.state(), invoice.kind()), (pb::InvoiceState::Issued, pb::InvoiceKind::Invoice));
        let totals = invoice.totals.clone().unwrap();
        // 112.50 + 10.00 at 19 % (23.28), 8.00 at 7 % (0.56).
        assert_eq!((minor(&totals.net), minor(&totals.tax), minor(&totals.gross)), (13_050, 2_384, 15_434));
        assert_eq!(totals.taxes.len(), 2);
        let terms = invoice.terms.clone().unwrap();
        assert_eq!((minor(&terms.discount_amount), terms.discount_date), (309, Some(date(2026, 1, 25))));
        let parts: Vec<i64> = terms.instalments.iter().map(|part| minor(&part.amount)).collect();
        assert_eq!(parts, [7_717, 7_717]);
        assert_eq!((invoice.issue_date, invoice.due_date), (Some(date(2026, 1, 15)), Some(date(2026, 3, 16))));
        assert_eq!((minor(&invoice.open), minor(&invoice.credited)), (15_434, 0));
        assert!(invoice.creditor_reference.starts_with("RF") && invoice.creditor_reference.ends_with("INVACME2026000001"));
        assert_eq!(company.get_invoice(&invoice.invoice_id).await, invoice);
        assert_eq!(company.get_invoice("number:INV-ACME-2026-000001").await, invoice);
        let numbered = "SELECT count(*) FROM event_log WHERE type = 'quittance.invoicing.v1.InvoiceIssued' AND public";
        assert_eq!(company.invoicing.store().number(numbered).await, 1);
        assert_eq!((company.broken_numbers().await, company.broken_totals().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn a_document_without_terms_takes_the_customers() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let customer = company.create_customer("EOM+15").await;
        let invoice = company.try_issue(pb::InvoiceContent { customer_id: customer, ..company.content() }).await.unwrap();
        assert_eq!((invoice.terms.unwrap().text.as_str(), invoice.due_date), ("EOM+15", Some(date(2026, 2, 15))));
    })
    .await;
}

#[tokio::test]
async fn a_preview_computes_the_same_and_stores_nothing() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = pb::PreviewInvoiceRequest { content: Some(company.content()) };
        let preview = company.invoices().preview_invoice(request).await.unwrap().into_inner().invoice.unwrap();
        let issued = company.issue().await;
        assert_eq!((preview.totals, preview.terms, preview.lines), (issued.totals, issued.terms, issued.lines));
        assert_eq!((preview.invoice_id.as_str(), preview.number.as_str(), preview.state), ("", "", pb::InvoiceState::Draft.into()));
        assert_eq!(company.invoicing.store().rows("invoice").await, 1);
    })
    .await;
}

async fn draft(company: &Company, content: pb::InvoiceContent) -> pb::Invoice {
    let request = pb::CreateInvoiceRequest { request_id: request_id(), content: Some(content) };
    company.invoices().create_invoice(request).await.unwrap().into_inner().invoice.unwrap()
}

fn issue_of(draft: &pb::Invoice) -> pb::IssueInvoiceRequest {
    let source = pb::issue_invoice_request::Source::InvoiceId(draft.invoice_id.clone());
    pb::IssueInvoiceRequest { request_id: request_id(), source: Some(source) }
}

#[tokio::test]
async fn a_draft_has_no_number_until_it_is_issued_once() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let made = draft(&company, company.content()).await;
        assert_eq!((made.number.as_str(), made.state(), minor(&made.open)), ("", pb::InvoiceState::Draft, 0));
        company.invoicing.world().move_to(quittance_types::BusinessDate::parse("2026-03-01").unwrap());
        let issued = company.invoices().issue_invoice(issue_of(&made)).await.unwrap().into_inner().invoice.unwrap();
        assert_eq!((issued.invoice_id.as_str(), issued.number.as_str()), (made.invoice_id.as_str(), "INV-ACME-2026-000001"));
        assert_eq!((issued.issue_date, issued.due_date), (Some(date(2026, 3, 1)), Some(date(2026, 3, 31))));
        assert_eq!(company.get_invoice(&made.invoice_id).await, issued);
        let status = expect_refusal(company.invoices().issue_invoice(issue_of(&made)).await, Reason::IllegalTransition);
        assert_eq!((fact_of(&status, "from").as_deref(), fact_of(&status, "to").as_deref()), (Some("issued"), Some("issued")));
        assert_eq!(company.broken_numbers().await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_untouched_invoice_is_voided_and_keeps_its_number() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let void = |why: &str| pb::VoidInvoiceRequest {
            request_id: request_id(),
            invoice_id: invoice.invoice_id.clone(),
            why: why.to_owned(),
            ..Default::default()
        };
        expect_refusal(company.invoices().void_invoice(void("")).await, Reason::FieldRequired);
        let voided = company.invoices().void_invoice(void("Wrong customer")).await.unwrap().into_inner().invoice.unwrap();
        assert_eq!((voided.state(), voided.number, minor(&voided.open)), (pb::InvoiceState::Void, invoice.number.clone(), 0));
        let status = expect_refusal(company.invoices().void_invoice(void("Again")).await, Reason::IllegalTransition);
        assert_eq!((fact_of(&status, "from").as_deref(), fact_of(&status, "to").as_deref()), (Some("void"), Some("void")));
        let why = "SELECT count(*) FROM event_log WHERE type = 'quittance.invoicing.v1.InvoiceVoided' AND why = 'Wrong customer'";
        assert_eq!(company.invoicing.store().number(why).await, 1);
        let on_its_day = company.issue().await.invoice_id;
        let request = pb::VoidInvoiceRequest {
            request_id: request_id(),
            invoice_id: on_its_day.clone(),
            why: "Twice".to_owned(),
            as_of: Some(crate::fixture::date(2026, 1, 31)),
        };
        company.invoices().void_invoice(request).await.unwrap();
        let told: pb::InvoiceVoided = company.last_told(&on_its_day).await;
        assert_eq!(told.voided_on, Some(crate::fixture::date(2026, 1, 31)));

        let credited = company.issue().await;
        let memo = pb::CreateCreditMemoRequest {
            request_id: request_id(),
            invoice_id: credited.invoice_id.clone(),
            amount: Some(crate::fixture::euro(100)),
            why: "Scratch".to_owned(),
            ..Default::default()
        };
        company.credit(memo).await.unwrap();
        let request = pb::VoidInvoiceRequest {
            request_id: request_id(),
            invoice_id: credited.invoice_id,
            why: "Late".to_owned(),
            ..Default::default()
        };
        expect_refusal(company.invoices().void_invoice(request).await, Reason::IllegalTransition);
        assert_eq!(company.broken_numbers().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_pro_forma_has_a_series_of_its_own_and_becomes_an_invoice_once() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = pb::CreateProFormaRequest { request_id: request_id(), content: Some(company.content()) };
        let pro_forma = company.invoices().create_pro_forma(request).await.unwrap().into_inner().invoice.unwrap();
        assert_eq!((pro_forma.number.as_str(), pro_forma.state()), ("PF-ACME-2026-000001", pb::InvoiceState::Sent));
        assert_eq!((minor(&pro_forma.open), pro_forma.creditor_reference.as_str()), (0, ""));
        let issue = issue_of(&pro_forma);
        expect_refusal(company.invoices().issue_invoice(issue).await, Reason::IllegalTransition);

        let convert = || pb::ConvertProFormaRequest {
            request_id: request_id(),
            invoice_id: pro_forma.invoice_id.clone(),
            as_of: Some(date(2026, 2, 1)),
        };
        let invoice = company.invoices().convert_pro_forma(convert()).await.unwrap().into_inner().invoice.unwrap();
        assert_eq!((invoice.number.as_str(), invoice.issue_date), ("INV-ACME-2026-000001", Some(date(2026, 2, 1))));
        assert_eq!((invoice.due_date, &invoice.totals), (Some(date(2026, 3, 3)), &pro_forma.totals));
        let converted = company.get_invoice(&pro_forma.invoice_id).await;
        assert_eq!((converted.state(), converted.converted_invoice_id), (pb::InvoiceState::Converted, invoice.invoice_id.clone()));
        let status = expect_refusal(company.invoices().convert_pro_forma(convert()).await, Reason::IllegalTransition);
        assert_eq!(fact_of(&status, "from").as_deref(), Some("converted"));
        let of_invoice = pb::ConvertProFormaRequest { invoice_id: invoice.invoice_id, ..convert() };
        expect_refusal(company.invoices().convert_pro_forma(of_invoice).await, Reason::IllegalTransition);
        assert_eq!(company.broken_numbers().await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_batch_is_issued_whole_or_not_at_all() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let contents: Vec<pb::InvoiceContent> = (1..=1_000)
            .map(|index| pb::InvoiceContent {
                lines: vec![line(&index.to_string(), "1.00", "", "19"), line("1", "2.00", "", "19")],
                ..company.content()
            })
            .collect();
        let mut spoiled = contents.clone();
        spoiled[500].lines[1].quantity = "1e3".to_owned();
        spoiled[700].currency = "XXX".to_owned();
        let request = |invoices| pb::BatchIssueInvoicesRequest { request_id: request_id(), invoices };
        let status = expect_refusal(company.invoices().batch_issue_invoices(request(spoiled)).await, Reason::AmountFormat);
        assert_eq!(fields_of(&status), ["invoices[500].lines[1].quantity", "invoices[700].currency"]);

        let mut stranger = contents.clone();
        stranger[3].customer_id = crate::fixture::nobody("cus");
        let status = expect_refusal(company.invoices().batch_issue_invoices(request(stranger)).await, Reason::ResourceNotFound);
        assert!(!status.message().is_empty());
        assert_eq!(company.invoicing.store().rows("invoice").await, 0);

        let issued = company.invoices().batch_issue_invoices(request(contents)).await.unwrap().into_inner().invoices;
        assert_eq!(issued.len(), 1_000);
        for (index, invoice) in issued.iter().enumerate() {
            assert_eq!(invoice.number, format!("INV-ACME-2026-{:06}", index + 1));
        }
        assert_eq!(minor(&issued[9].gross), 1_428);
        let events = "SELECT count(*) FROM event_log WHERE type = 'quittance.invoicing.v1.InvoiceIssued'";
        assert_eq!((company.invoicing.store().rows("invoice_line").await, company.invoicing.store().number(events).await), (2_000, 1_000));
        assert_eq!((company.broken_numbers().await, company.broken_totals().await), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn batches_of_the_wrong_size_or_of_two_sellers_are_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let request = |invoices| pb::BatchIssueInvoicesRequest { request_id: request_id(), invoices };
        expect_refusal(company.invoices().batch_issue_invoices(request(Vec::new())).await, Reason::FieldRequired);
        let other = pb::InvoiceContent { legal_entity_id: company.create_seller("B").await, ..company.content() };
        let two = request(vec![company.content(), other]);
        let status = expect_refusal(company.invoices().batch_issue_invoices(two).await, Reason::FieldsConflict);
        assert_eq!(fields_of(&status), ["invoices[1].legal_entity_id"]);
        let many = request(vec![pb::InvoiceContent::default(); 1_001]);
        expect_refusal(company.invoices().batch_issue_invoices(many).await, Reason::TooManyItems);
    })
    .await;
}

#[tokio::test]
async fn invoices_are_listed_newest_first_and_by_filter() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let other = company.create_customer("net 10").await;
        let mut numbers = Vec::new();
        for index in 0..5 {
            let customer_id = if index == 2 { other.clone() } else { company.customer.clone() };
            numbers.push(company.try_issue(pb::InvoiceContent { customer_id, ..company.content() }).await.unwrap().number);
        }
        draft(&company, company.content()).await;
        let mut request = pb::ListInvoicesRequest { state: pb::InvoiceState::Issued.into(), page_size: 2, ..Default::default() };
        let mut seen = Vec::new();
        loop {
            let page = company.invoices().list_invoices(request.clone()).await.unwrap().into_inner();
            assert!(page.invoices.len() <= 2 && page.invoices.iter().all(|invoice| invoice.lines.len() == 3));
            seen.extend(page.invoices.into_iter().map(|invoice| invoice.number));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
        }
        numbers.reverse();
        assert_eq!(seen, numbers);
        let of_other = pb::ListInvoicesRequest { customer_id: other, ..Default::default() };
        assert_eq!(company.invoices().list_invoices(of_other).await.unwrap().into_inner().invoices.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn lists_refuse_what_is_not_theirs() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        company.issue().await;
        company.issue().await;
        let list = pb::ListInvoicesRequest { page_size: 1, ..Default::default() };
        let token = company.invoices().list_invoices(list.clone()).await.unwrap().into_inner().next_page_token;
        let refuse =
            async |request: pb::ListInvoicesRequest, reason| expect_refusal(company.invoices().list_invoices(request).await, reason);
        refuse(pb::ListInvoicesRequest { page_size: -1, ..list.clone() }, Reason::PageSizeNegative).await;
        refuse(pb::ListInvoicesRequest { page_token: "garbage".to_owned(), ..list.clone() }, Reason::PageTokenInvalid).await;
        let state = pb::InvoiceState::Issued.into();
        refuse(pb::ListInvoicesRequest { page_token: token.clone(), state, ..list.clone() }, Reason::PageTokenInvalid).await;
        refuse(pb::ListInvoicesRequest { state: 99, ..list.clone() }, Reason::EnumInvalid).await;
        refuse(pb::ListInvoicesRequest { customer_id: "x".to_owned(), ..list.clone() }, Reason::NameInvalid).await;
        let stranger = company.invoicing.as_user(tenant(2), &["*"]);
        let mut stranger = pb::invoice_service_client::InvoiceServiceClient::new(stranger);
        let stolen = pb::ListInvoicesRequest { page_token: token, ..list };
        expect_refusal(stranger.list_invoices(stolen).await, Reason::PageTokenInvalid);
    })
    .await;
}

#[tokio::test]
async fn names_are_ids_or_numbers() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let get = async |id: &str| company.invoices().get_invoice(pb::GetInvoiceRequest { invoice_id: id.to_owned() }).await;
        for bad in ["", "invoices/../x", "%2e", "INV_1", &"x".repeat(300)] {
            expect_refusal(get(bad).await, Reason::NameInvalid);
        }
        expect_refusal(get("number:INV-ACME-2026-000009").await, Reason::ResourceNotFound);
        expect_refusal(get("number:'; DROP TABLE invoice; --").await, Reason::ResourceNotFound);
        expect_refusal(get(&crate::fixture::nobody("inv")).await, Reason::ResourceNotFound);
    })
    .await;
}
