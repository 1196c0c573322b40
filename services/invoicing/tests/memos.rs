use quittance_api::invoicing::v1 as pb;
use quittance_api::invoicing::v1::memo_service_client::MemoServiceClient;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, race, reason_of, request_id};
use quittance_types::Reason;

use crate::fixture::{Company, date, euro, minor, nobody};

fn memo(invoice: &pb::Invoice) -> pb::CreateCreditMemoRequest {
    pb::CreateCreditMemoRequest {
        request_id: request_id(),
        invoice_id: invoice.invoice_id.clone(),
        why: "Goods returned".to_owned(),
        ..Default::default()
    }
}

fn quantities(invoice: &pb::Invoice, lines: &[(i32, &str)]) -> pb::CreateCreditMemoRequest {
    let lines = lines.iter().map(|(number, quantity)| pb::CreditLine { line_number: *number, quantity: (*quantity).to_owned() });
    pb::CreateCreditMemoRequest { lines: lines.collect(), ..memo(invoice) }
}

fn amount(invoice: &pb::Invoice, minor: i64) -> pb::CreateCreditMemoRequest {
    pb::CreateCreditMemoRequest { amount: Some(euro(minor)), ..memo(invoice) }
}

#[tokio::test]
async fn a_whole_invoice_is_credited_to_the_cent() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let request = pb::CreateCreditMemoRequest { as_of: Some(date(2026, 2, 1)), ..memo(&invoice) };
        let credited = company.credit(request).await.unwrap();
        assert_eq!((credited.number.as_str(), credited.issue_date), ("CM-ACME-2026-000001", Some(date(2026, 2, 1))));
        assert_eq!((&credited.totals, credited.lines.len()), (&invoice.totals, 3));
        assert_eq!((credited.invoice_number.as_str(), credited.why.as_str()), (invoice.number.as_str(), "Goods returned"));
        let after = company.get_invoice(&invoice.invoice_id).await;
        assert_eq!((minor(&after.credited), after.state()), (15_434, pb::InvoiceState::Issued));
        let done: Vec<&str> = after.lines.iter().map(|line| line.quantity_done.as_str()).collect();
        assert_eq!(done, ["10", "3", "1"]);
        let get = pb::GetCreditMemoRequest { memo_id: credited.memo_id.clone() };
        assert_eq!(company.memos().get_credit_memo(get).await.unwrap().into_inner().memo.unwrap(), credited);
        let status = expect_refusal(company.credit(memo(&invoice)).await, Reason::ExceedsCreditable);
        assert_eq!(fact_of(&status, "left").as_deref(), Some("0.00 EUR"));
        let event = "SELECT count(*) FROM event_log WHERE type = 'quittance.invoicing.v1.MemoIssued' AND public";
        assert_eq!((company.invoicing.store().number(event).await, company.broken_numbers().await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn quantities_are_credited_up_to_what_is_left() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let first = company.credit(quantities(&invoice, &[(1, "4"), (3, "1")])).await.unwrap();
        assert_eq!(minor(&first.totals.unwrap().gross), 5_355 + 856);
        let numbers: Vec<i32> = first.lines.iter().map(|line| line.number).collect();
        assert_eq!(numbers, [1, 3]);
        let status = expect_refusal(company.credit(quantities(&invoice, &[(1, "6.000001")])).await, Reason::ExceedsCreditable);
        assert_eq!((fact_of(&status, "left").as_deref(), fields_of(&status)), (Some("6"), vec!["lines[0].quantity".to_owned()]));
        let rest = company.credit(memo(&invoice)).await.unwrap();
        assert_eq!(minor(&rest.totals.unwrap().gross), 15_434 - 5_355 - 856);
    })
    .await;
}

#[tokio::test]
async fn an_amount_is_spread_over_the_rates() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let credited = company.credit(amount(&invoice, 5_000)).await.unwrap();
        let totals = credited.totals.unwrap();
        assert_eq!((minor(&totals.gross), totals.taxes.len()), (5_000, 2));
        let status = expect_refusal(company.credit(amount(&invoice, 10_435)).await, Reason::ExceedsCreditable);
        assert_eq!(fact_of(&status, "left").as_deref(), Some("104.34 EUR"));
        let rest = company.credit(memo(&invoice)).await.unwrap();
        assert_eq!(minor(&rest.totals.unwrap().gross), 10_434);
        assert_eq!(minor(&company.get_invoice(&invoice.invoice_id).await.credited), 15_434);
    })
    .await;
}

#[tokio::test]
async fn bad_memos_are_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let refuse = async |request: pb::CreateCreditMemoRequest, reason: Reason| {
            expect_refusal(company.credit(pb::CreateCreditMemoRequest { request_id: request_id(), ..request }).await, reason)
        };
        refuse(pb::CreateCreditMemoRequest { why: String::new(), ..memo(&invoice) }, Reason::FieldRequired).await;
        refuse(pb::CreateCreditMemoRequest { invoice_id: nobody("inv"), ..memo(&invoice) }, Reason::ResourceNotFound).await;
        refuse(pb::CreateCreditMemoRequest { invoice_id: "inv".to_owned(), ..memo(&invoice) }, Reason::NameInvalid).await;
        refuse(amount(&invoice, 0), Reason::AmountNotPositive).await;
        refuse(amount(&invoice, -100), Reason::AmountNotPositive).await;
        let mut dollars = amount(&invoice, 100);
        dollars.amount.as_mut().unwrap().currency_code = "USD".to_owned();
        refuse(dollars, Reason::CurrencyMismatch).await;
        let mut crooked = amount(&invoice, 100);
        crooked.amount.as_mut().unwrap().nanos = -1;
        refuse(crooked, Reason::MoneyInvalid).await;
        let both = pb::CreateCreditMemoRequest { amount: Some(euro(1)), ..quantities(&invoice, &[(1, "1")]) };
        refuse(both, Reason::FieldsConflict).await;
        refuse(quantities(&invoice, &[(9, "1")]), Reason::FieldOutOfRange).await;
        refuse(quantities(&invoice, &[(1, "1"), (1, "1")]), Reason::AllocationDuplicate).await;
        refuse(quantities(&invoice, &[(1, "1e1")]), Reason::AmountFormat).await;
        refuse(quantities(&invoice, &[(1, "0.000001")]), Reason::AmountNotPositive).await;
        refuse(pb::CreateCreditMemoRequest { as_of: Some(date(2026, 2, 30)), ..memo(&invoice) }, Reason::DateInvalid).await;

        let draft = pb::CreateInvoiceRequest { request_id: request_id(), content: Some(company.content()) };
        let draft = company.invoices().create_invoice(draft).await.unwrap().into_inner().invoice.unwrap();
        assert_eq!(fact_of(&refuse(memo(&draft), Reason::IllegalTransition).await, "from").as_deref(), Some("draft"));
        let void = pb::VoidInvoiceRequest {
            request_id: request_id(),
            invoice_id: invoice.invoice_id.clone(),
            why: "x".to_owned(),
            ..Default::default()
        };
        company.invoices().void_invoice(void).await.unwrap();
        assert_eq!(fact_of(&refuse(memo(&invoice), Reason::IllegalTransition).await, "from").as_deref(), Some("void"));
        assert_eq!(company.invoicing.store().rows("credit_memo").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_credit_at_once_no_more_than_the_invoice_is_credited() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let invoice = company.issue().await;
        let outcomes = race(12, |_| {
            let (caller, request) = (company.caller(), amount(&invoice, 4_000));
            async move { MemoServiceClient::new(caller).create_credit_memo(request).await }
        })
        .await;
        let refused: Vec<String> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(reason_of).collect();
        assert_eq!(refused, vec!["EXCEEDS_CREDITABLE"; 9]);
        assert_eq!(minor(&company.get_invoice(&invoice.invoice_id).await.credited), 12_000);
        assert_eq!(company.broken_numbers().await, 0);
    })
    .await;
}

#[tokio::test]
async fn memos_are_listed_newest_first_and_by_filter() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let (first, second) = (company.issue().await, company.issue().await);
        for _ in 0..3 {
            company.credit(amount(&first, 100)).await.unwrap();
        }
        company.credit(amount(&second, 100)).await.unwrap();
        let mut request = pb::ListCreditMemosRequest { invoice_id: first.invoice_id.clone(), page_size: 2, ..Default::default() };
        let page = company.memos().list_credit_memos(request.clone()).await.unwrap().into_inner();
        let numbers: Vec<&str> = page.memos.iter().map(|memo| memo.number.as_str()).collect();
        assert_eq!(numbers, ["CM-ACME-2026-000003", "CM-ACME-2026-000002"]);
        request.page_token = page.next_page_token;
        assert_eq!(company.memos().list_credit_memos(request).await.unwrap().into_inner().memos.len(), 1);
        let of_customer = pb::ListCreditMemosRequest { customer_id: company.customer.clone(), ..Default::default() };
        assert_eq!(company.memos().list_credit_memos(of_customer).await.unwrap().into_inner().memos.len(), 4);
    })
    .await;
}
