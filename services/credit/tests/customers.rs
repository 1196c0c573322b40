//! The customer master.

use prost_types::FieldMask;
use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::customer_service_client::CustomerServiceClient;
use quittance_testkit::{expect_refusal, fact_of, fields_of, on_both, race, request_id, tenant};
use quittance_types::Reason;
use tonic::Status;

use crate::fixture::{Desk, customer, nobody};

async fn update(desk: &Desk, customer: pb::Customer, paths: &[&str]) -> Result<pb::Customer, Status> {
    let update_mask = Some(FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    let request = pb::UpdateCustomerRequest { request_id: request_id(), customer: Some(customer), update_mask };
    Ok(desk.customers().update_customer(request).await?.into_inner().customer.unwrap())
}

fn list(size: i32, token: &str, name: &str) -> pb::ListCustomersRequest {
    pb::ListCustomersRequest { page_size: size, page_token: token.to_owned(), name_contains: name.to_owned(), ..Default::default() }
}

#[tokio::test]
async fn a_customer_is_read_by_either_of_its_names() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let given =
            pb::Customer { vat_id: "de 136-695.976".to_owned(), ibans: vec!["DE89 3704 0044 0532 0130 00".to_owned()], ..customer("K-1") };
        let created = desk.create(given).await.unwrap();
        assert_eq!((created.vat_id.as_str(), created.ibans[0].as_str()), ("DE136695976", "DE89370400440532013000"));
        assert_eq!((created.payment_terms.as_str(), created.segment.as_str(), created.etag.as_str()), ("net 30", "standard", "1"));
        assert_eq!(created.state(), pb::CustomerState::Active);
        assert_eq!(desk.get(&created.customer_id).await.unwrap(), created);
        assert_eq!(desk.get("external:K-1").await.unwrap(), created);
        expect_refusal(desk.get("external:K-2").await, Reason::ResourceNotFound);
        expect_refusal(desk.get(&nobody("cus")).await, Reason::ResourceNotFound);
        expect_refusal(desk.get("K-1").await, Reason::NameInvalid);
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let bad = pb::Customer {
            legal_name: String::new(),
            country: "Germany".to_owned(),
            currency: "DEM".to_owned(),
            vat_id: "DE136695977".to_owned(),
            ibans: vec!["DE88370400440532013000".to_owned()],
            contacts: vec![pb::Contact { email: "nobody".to_owned(), ..Default::default() }],
            ..customer("")
        };
        let status = desk.create(bad).await.unwrap_err();
        let mut fields = fields_of(&status);
        fields.sort_unstable();
        let expected =
            ["contacts[0].email", "country", "currency", "ibans[0]", "legal_name", "vat_id"].map(|field| format!("customer.{field}"));
        assert_eq!(fields, expected);
        for (bad, reason) in [
            (pb::Customer { country: "ZZ".to_owned(), ..customer("") }, Reason::CountryUnknown),
            (pb::Customer { country: String::new(), ..customer("") }, Reason::FieldRequired),
            (pb::Customer { vat_id: "QQ123456".to_owned(), ..customer("") }, Reason::VatIdInvalid),
            // Right check digits of a country without IBANs prove nothing.
            (pb::Customer { ibans: vec!["ZZ680539007547034".to_owned()], ..customer("") }, Reason::IbanInvalid),
        ] {
            expect_refusal(desk.create(bad).await, reason);
        }
        let card = pb::Customer { city: "4111 1111 1111 1111".to_owned(), ..customer("") };
        expect_refusal(desk.create(card).await, Reason::CardNumberForbidden);
        let orphan = pb::Customer { parent_customer_id: nobody("cus"), ..customer("") };
        expect_refusal(desk.create(orphan).await, Reason::ResourceNotFound);
        assert_eq!(desk.credit.store().rows("customer").await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_id_is_taken_once_however_many_ask() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let client = desk.customers();
        let results = race(16, |_| {
            let mut client = client.clone();
            let request = pb::CreateCustomerRequest { request_id: request_id(), customer: Some(customer("K-1")) };
            async move { client.create_customer(request).await }
        })
        .await;
        let (created, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
        assert_eq!((created.len(), refused.len()), (1, 15));
        for result in refused {
            expect_refusal(result, Reason::DuplicateExternalId);
        }
        assert_eq!(desk.credit.store().rows("customer").await, 1);
        assert_eq!(desk.credit.store().rows("credit_account").await, 1);
        assert!(desk.create(customer("")).await.is_ok() && desk.create(customer("")).await.is_ok(), "none is no external id");
    })
    .await;
}

#[tokio::test]
async fn pages_hold_every_customer_once_and_their_tokens_only_fit_the_query() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        for number in 0..5 {
            let name = if number < 4 { "Müller 100%" } else { "Other" };
            desk.create(pb::Customer { legal_name: name.to_owned(), ..customer(&format!("K-{number}")) }).await.unwrap();
        }
        let mut seen = Vec::new();
        let mut token = String::new();
        loop {
            let page = desk.customers().list_customers(list(2, &token, "MÜLLER 100%")).await.unwrap().into_inner();
            assert!(page.customers.len() <= 2);
            seen.extend(page.customers.into_iter().map(|customer| customer.external_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, ["K-0", "K-1", "K-2", "K-3"]);
        let first = desk.customers().list_customers(list(1, "", "müller")).await.unwrap().into_inner();
        let token = first.next_page_token;
        expect_refusal(desk.customers().list_customers(list(1, &token, "other")).await, Reason::PageTokenInvalid);
        let mut stranger = CustomerServiceClient::new(desk.credit.as_user(tenant(2), &["*"]));
        expect_refusal(stranger.list_customers(list(1, &token, "müller")).await, Reason::PageTokenInvalid);
        expect_refusal(desk.customers().list_customers(list(-1, "", "")).await, Reason::PageSizeNegative);
        assert_eq!(desk.customers().list_customers(list(0, "", "_")).await.unwrap().into_inner().customers, []);
        assert_eq!(stranger.list_customers(list(0, "", "")).await.unwrap().into_inner().customers, []);
    })
    .await;
}

#[tokio::test]
async fn nobody_stands_above_themselves() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let mut line = vec![desk.create(customer("K-0")).await.unwrap()];
        for level in 1..=10 {
            let parent_customer_id = line[level - 1].customer_id.clone();
            line.push(desk.create(pb::Customer { parent_customer_id, ..customer(&format!("K-{level}")) }).await.unwrap());
        }
        let below =
            |parent: usize, child: &pb::Customer| pb::Customer { parent_customer_id: line[parent].customer_id.clone(), ..child.clone() };
        expect_refusal(desk.create(below(10, &customer("K-11"))).await, Reason::FieldsConflict);
        for above in [0, 1, 5, 10] {
            let status = expect_refusal(update(&desk, below(above, &line[0]), &["parent_customer_id"]).await, Reason::FieldsConflict);
            assert_eq!(fields_of(&status), ["parent_customer_id"]);
        }
        let rows = vec![below(1, &customer("K-0")), below(0, &customer("K-1"))];
        let circle = pb::BatchImportCustomersRequest { request_id: request_id(), customers: rows };
        expect_refusal(desk.customers().batch_import_customers(circle).await, Reason::FieldsConflict);
        assert_eq!(desk.get(&line[0].customer_id).await.unwrap(), line[0], "a refusal leaves nothing");
        update(&desk, below(0, &line[9]), &["parent_customer_id"]).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_update_changes_what_its_mask_names() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let created = desk.create(customer("K-1")).await.unwrap();
        let wanted = pb::Customer { legal_name: "New Name".to_owned(), city: String::new(), ..created.clone() };
        let updated = update(&desk, wanted.clone(), &["legal_name"]).await.unwrap();
        assert_eq!((updated.legal_name.as_str(), updated.city.as_str(), updated.etag.as_str()), ("New Name", "Hamburg", "2"));
        let stale = expect_refusal(update(&desk, wanted.clone(), &["city"]).await, Reason::EtagMismatch);
        assert_eq!(fact_of(&stale, "current").as_deref(), Some("2"));
        let current = pb::Customer { etag: "2".to_owned(), ..wanted };
        assert_eq!(update(&desk, current.clone(), &["city"]).await.unwrap().city, "");
        let current = pb::Customer { etag: String::new(), ..current };
        expect_refusal(update(&desk, current.clone(), &["currency"]).await, Reason::FieldImmutable);
        expect_refusal(update(&desk, current.clone(), &["external_id"]).await, Reason::FieldImmutable);
        expect_refusal(update(&desk, current.clone(), &["colour"]).await, Reason::FieldMaskInvalid);
        let bad = pb::Customer { country: "X".to_owned(), ..current.clone() };
        expect_refusal(update(&desk, bad, &["country"]).await, Reason::CountryUnknown);
        let whole = update(&desk, pb::Customer { city: "Kiel".to_owned(), ..current.clone() }, &["*"]).await.unwrap();
        assert_eq!((whole.city.as_str(), whole.etag.as_str()), ("Kiel", "4"));
        let same = update(&desk, pb::Customer { etag: String::new(), ..whole.clone() }, &["*"]).await.unwrap();
        assert_eq!(same, whole, "nothing changed: the version stays");
        expect_refusal(update(&desk, pb::Customer { customer_id: nobody("cus"), ..current }, &["city"]).await, Reason::ResourceNotFound);
    })
    .await;
}

#[tokio::test]
async fn a_customer_of_another_tenant_does_not_exist() {
    on_both(|backend| async move {
        let desk = Desk::start(backend).await;
        let created = desk.create(customer("K-1")).await.unwrap();
        let mut stranger = CustomerServiceClient::new(desk.credit.as_user(tenant(2), &["*"]));
        for name in [created.customer_id.as_str(), "external:K-1"] {
            let request = pb::GetCustomerRequest { customer_id: name.to_owned() };
            expect_refusal(stranger.get_customer(request).await, Reason::ResourceNotFound);
        }
        let request = pb::UpdateCustomerRequest { request_id: request_id(), customer: Some(created), update_mask: None };
        expect_refusal(stranger.update_customer(request).await, Reason::ResourceNotFound);
        let request = pb::CreateCustomerRequest { request_id: request_id(), customer: Some(customer("K-1")) };
        assert!(stranger.create_customer(request).await.is_ok(), "the same key in another tenant is another customer");
        let mut guest = CustomerServiceClient::new(desk.credit.as_user(desk.tenant, &["credit.customer.read"]));
        let request = pb::CreateCustomerRequest { request_id: request_id(), customer: Some(customer("K-2")) };
        expect_refusal(guest.create_customer(request).await, Reason::PermissionMissing);
    })
    .await;
}
