//! Aging, key figures and lists, today and at any date.

use quittance_api::collections::v1 as pb;
use quittance_api::google::r#type::Money;
use quittance_api::reconciliation::v1 as books;
use quittance_testkit::{expect_refusal, fields_of, on_both};
use quittance_types::{CustomerId, Reason};

use crate::fixture::{Desk, date, euro, minor};

async fn aging(desk: &Desk, as_of: &str, customer: Option<CustomerId>) -> Vec<(i64, i64, i64)> {
    let customer_id = customer.map(|customer| customer.to_string()).unwrap_or_default();
    let request = pb::GetAgingRequest { as_of: Some(date(as_of)), customer_id, ..Default::default() };
    let agings = desk.analytics().get_aging(request).await.unwrap().into_inner().agings;
    let Some(aging) = agings.iter().find(|aging| aging.currency == "EUR") else { return Vec::new() };
    let buckets: Vec<_> = aging.buckets.iter().map(|bucket| (minor(&bucket.amount), minor(&bucket.disputed), bucket.items)).collect();
    assert_eq!(buckets.iter().map(|bucket| bucket.0).sum::<i64>(), minor(&aging.total));
    buckets
}

#[tokio::test(flavor = "multi_thread")]
async fn aging_is_rebuilt_at_any_date() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let (north, south) = (desk.customer("Northwind"), desk.customer("Southwind"));
        let mut first = desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2025-12-31");
        desk.invoice(north, "INV-2", 2_000, "2026-01-10", "2026-02-09");
        let third = desk.invoice(south, "INV-3", 500, "2025-10-01", "2025-10-10");
        desk.memo(south, "MEM-1", 300, "2025-11-01");
        desk.pay(&mut first, 4_000, "2026-01-05");
        let all = desk.pay(&mut first, 6_000, "2026-01-12");
        desk.settle().await;
        let dispute = desk.dispute(&third, Some(euro(200)), "2026-01-08").await.unwrap();
        let none = (0, 0, 0);
        assert_eq!(aging(&desk, "2026-01-15", None).await, [(2_000, 0, 1), none, none, none, (500, 200, 1)]);
        assert_eq!(aging(&desk, "2026-01-11", None).await, [(2_000, 0, 1), (6_000, 0, 1), none, none, (500, 200, 1)]);
        assert_eq!(aging(&desk, "2026-01-07", None).await, [none, (6_000, 0, 1), none, (500, 0, 1), none]);
        assert_eq!(aging(&desk, "2026-01-04", None).await, [none, (10_000, 0, 1), none, (500, 0, 1), none]);
        assert_eq!(aging(&desk, "2025-12-31", None).await, [(10_000, 0, 1), none, none, (500, 0, 1), none]);
        assert_eq!(aging(&desk, "2025-11-30", Some(north)).await, []);
        assert_eq!(aging(&desk, "2026-01-15", Some(south)).await, [none, none, none, none, (500, 200, 1)]);
        desk.resolve(&dispute, "2026-01-13").await.unwrap();
        assert_eq!(aging(&desk, "2026-01-12", Some(south)).await[4], (500, 200, 1));
        assert_eq!(aging(&desk, "2026-01-13", Some(south)).await[4], (500, 0, 1));
        // Cash taken back today: open again from today on.
        desk.take_back(&mut first, &all);
        desk.settle().await;
        assert_eq!(aging(&desk, "2026-01-15", Some(north)).await[1], (6_000, 0, 1));
        assert_eq!(aging(&desk, "2026-01-11", Some(north)).await[1], (6_000, 0, 1));
    })
    .await;
}

/// It is the fifteenth in UTC, and the sixteenth where the business is.
#[tokio::test(flavor = "multi_thread")]
async fn an_undated_change_counts_on_the_business_day() {
    on_both(|backend| async move {
        let desk = Desk::start_with(backend, &["calendar.zone=Pacific/Kiritimati"]).await;
        let north = desk.customer("Northwind");
        let mut first = desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2026-01-10");
        let mut other = desk.invoice(north, "INV-2", 2_000, "2025-12-01", "2026-01-10");
        let all = desk.pay(&mut first, 10_000, "2026-01-12");
        desk.pay(&mut other, 500, "2026-01-16");
        desk.settle().await;
        desk.take_back(&mut first, &all);
        desk.settle().await;
        assert_eq!(aging(&desk, "2026-01-15", None).await[1], (2_000, 0, 1));
        assert_eq!(aging(&desk, "2026-01-16", None).await[1], (11_500, 0, 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bounds_and_currencies_are_free() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2026-01-05");
        let dollars = Money { currency_code: "USD".to_owned(), ..euro(700) };
        desk.item(north, "inv", books::OpenItemKind::Invoice, "INV-2", dollars, ("2025-12-01", "2026-01-14"));
        desk.settle().await;
        let ask = |bounds: &[i32], currency: &str| pb::GetAgingRequest {
            bounds: bounds.to_vec(),
            currency: currency.to_owned(),
            ..Default::default()
        };
        let both = desk.analytics().get_aging(ask(&[10], "")).await.unwrap().into_inner().agings;
        assert_eq!(both.iter().map(|aging| aging.currency.as_str()).collect::<Vec<_>>(), ["EUR", "USD"]);
        let limits: Vec<_> = both[0].buckets.iter().map(|bucket| (bucket.from_days, bucket.to_days)).collect();
        assert_eq!(limits, [(None, Some(0)), (Some(1), Some(10)), (Some(11), None)]);
        let one = desk.analytics().get_aging(ask(&[9], "EUR")).await.unwrap().into_inner().agings;
        assert_eq!((one.len(), minor(&one[0].buckets[2].amount)), (1, 10_000));
        let status = expect_refusal(desk.analytics().get_aging(ask(&[10, 5], "EURO")).await, Reason::ValueOutOfRange);
        assert_eq!(fields_of(&status), ["bounds", "currency"]);
        expect_refusal(desk.analytics().get_aging(ask(&(1..14).collect::<Vec<_>>(), "")).await, Reason::TooManyItems);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn customers_come_by_what_is_overdue() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let amounts = [300, 900, 100, 900];
        for (number, amount) in amounts.into_iter().enumerate() {
            let customer = desk.customer(&format!("Customer {number}"));
            let mut item = desk.invoice(customer, &format!("INV-{number}"), amount, "2025-12-01", "2026-01-01");
            desk.pay(&mut item, amount - 50, "2026-01-14");
        }
        let future = desk.customer("Future");
        desk.invoice(future, "INV-9", 5_000, "2025-12-01", "2026-06-01");
        desk.settle().await;
        for (as_of, expected) in [("2026-01-13", vec![900, 900, 300, 100, 0]), ("2026-01-15", vec![50, 50, 50, 50, 0])] {
            let (mut overdue, mut seen, mut token) = (Vec::new(), std::collections::BTreeSet::new(), String::new());
            loop {
                let request =
                    pb::ListCustomerAgingRequest { as_of: Some(date(as_of)), page_size: 2, page_token: token, ..Default::default() };
                let page = desk.analytics().list_customer_aging(request).await.unwrap().into_inner();
                for customer in page.customers {
                    let aging = customer.aging.unwrap();
                    overdue.push(aging.buckets[1..].iter().map(|bucket| minor(&bucket.amount)).sum::<i64>());
                    assert!(!customer.legal_name.is_empty() && seen.insert(customer.customer_id));
                }
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(overdue, expected, "as of {as_of}");
        }
        let request = pb::ListCustomerAgingRequest { page_token: "nonsense".to_owned(), ..Default::default() };
        expect_refusal(desk.analytics().list_customer_aging(request).await, Reason::PageTokenInvalid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn key_figures_show_their_parts() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        let none = desk.analytics().get_kpis(pb::GetKpisRequest::default()).await.unwrap().into_inner();
        assert!(none.kpis.is_none());
        let mut old = desk.invoice(north, "INV-1", 40_000, "2025-09-01", "2025-10-01");
        desk.invoice(north, "INV-2", 20_000, "2025-11-01", "2025-12-01");
        desk.invoice(north, "INV-3", 100_000, "2026-01-05", "2026-02-04");
        desk.pay(&mut old, 40_000, "2025-12-20");
        let mut void = desk.invoice(north, "INV-4", 7_000, "2026-01-02", "2026-02-01");
        void.state.open = Some(euro(0));
        void.state.version = 2;
        void.state.state = books::OpenItemState::Void.into();
        desk.say(&void, &books::ItemChanged { open_item: Some(void.state.clone()) });
        desk.settle().await;
        let request = pb::GetKpisRequest { as_of: Some(date("2026-01-14")), ..Default::default() };
        let kpis = desk.analytics().get_kpis(request).await.unwrap().into_inner().kpis.unwrap();
        assert_eq!((kpis.from_date, kpis.to_date, kpis.currency.as_str()), (Some(date("2025-10-17")), Some(date("2026-01-14")), "EUR"));
        let parts = [&kpis.opening_receivables, &kpis.credit_sales, &kpis.ending_receivables, &kpis.ending_current, &kpis.ending_overdue];
        assert_eq!(parts.map(minor), [40_000, 120_000, 120_000, 100_000, 20_000]);
        // 120/120 x 90, 100/120 x 90; (40 + 120 - 120) / (40 + 120 - 100) x 100.
        assert_eq!([&kpis.dso, &kpis.best_possible_dso, &kpis.add, &kpis.cei], ["90.0", "75.0", "15.0", "66.7"]);
        let request = pb::GetKpisRequest { days: -1, currency: "DEM".to_owned(), ..Default::default() };
        let status = expect_refusal(desk.analytics().get_kpis(request).await, Reason::PeriodInvalid);
        assert_eq!(fields_of(&status), ["days", "currency"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_and_receivables_are_listed() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let north = desk.customer("Northwind");
        let mut first = desk.invoice(north, "INV-1", 10_000, "2025-12-01", "2026-01-05");
        let mut second = desk.invoice(north, "INV-2", 10_000, "2025-12-01", "2026-01-06");
        desk.invoice(north, "INV-3", 10_000, "2026-01-01", "2026-02-01");
        desk.pay(&mut first, 3_000, "2026-01-07");
        desk.pay(&mut second, 1_000, "2026-01-07");
        let returned = desk.pay(&mut second, 9_000, "2026-01-10");
        desk.settle().await;
        let list = |as_of: &str, only_overdue| pb::ListReceivablesRequest {
            as_of: Some(date(as_of)),
            only_overdue,
            page_size: 2,
            ..Default::default()
        };
        let page = desk.analytics().list_receivables(list("2026-01-09", false)).await.unwrap().into_inner();
        let shown: Vec<_> = page.receivables.iter().map(|one| (one.number.as_str(), minor(&one.open), one.days_past_due)).collect();
        assert_eq!(shown, [("INV-1", 7_000, 4), ("INV-2", 9_000, 3)]);
        let next = pb::ListReceivablesRequest { page_token: page.next_page_token, ..list("2026-01-09", false) };
        let page = desk.analytics().list_receivables(next).await.unwrap().into_inner();
        assert_eq!(
            (page.receivables[0].number.as_str(), page.receivables[0].days_past_due, page.next_page_token.as_str()),
            ("INV-3", -23, "")
        );
        let overdue = desk.analytics().list_receivables(list("2026-01-15", true)).await.unwrap().into_inner().receivables;
        assert_eq!(overdue.iter().map(|one| one.number.as_str()).collect::<Vec<_>>(), ["INV-1"]);
        desk.take_back(&mut second, &returned);
        desk.settle().await;
        let history = |from: &str, to: &str| pb::GetCashHistoryRequest {
            from_date: Some(date(from)),
            to_date: Some(date(to)),
            currency: "EUR".to_owned(),
        };
        let days = desk.analytics().get_cash_history(history("2026-01-01", "2026-01-31")).await.unwrap().into_inner().days;
        let days: Vec<_> = days.iter().map(|day| (day.date.unwrap().day, minor(&day.received))).collect();
        // The event of the return has no date of its own: it counts on the newest business day, the tenth.
        assert_eq!(days, [(7, 4_000), (10, 0)]);
        expect_refusal(desk.analytics().get_cash_history(history("2026-01-31", "2026-01-01")).await, Reason::PeriodInvalid);
        let endless = pb::GetCashHistoryRequest::default();
        expect_refusal(desk.analytics().get_cash_history(endless).await, Reason::FieldRequired);
    })
    .await;
}
