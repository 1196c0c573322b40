use quittance_api::invoicing::v1 as pb;
use quittance_testkit::{expect_refusal, fields_of, on_both, request_id};
use quittance_types::Reason;

use crate::fixture::{Company, seller};

type Case = (fn(&mut pb::LegalEntity), Reason, &'static str);

#[tokio::test]
async fn a_seller_is_created_with_its_series() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let get = pb::GetLegalEntityRequest { legal_entity_id: company.seller.clone() };
        let entity = company.legal_entities().get_legal_entity(get).await.unwrap().into_inner().legal_entity.unwrap();
        assert_eq!((entity.code.as_str(), entity.iban.as_str()), ("ACME", "DE89370400440532013000"));
        let list = pb::ListNumberSeriesRequest { legal_entity_id: company.seller.clone() };
        let series = company.legal_entities().list_number_series(list.clone()).await.unwrap().into_inner().series;
        let seen: Vec<(&str, i64)> = series.iter().map(|series| (series.example.as_str(), series.next)).collect();
        assert_eq!(seen, [("CM-ACME-2026-000001", 1), ("INV-ACME-2026-000001", 1), ("PF-ACME-2026-000001", 1)]);
        company.issue().await;
        let series = company.legal_entities().list_number_series(list).await.unwrap().into_inner().series;
        assert!(series.iter().any(|series| series.example == "INV-ACME-2026-000002" && series.next == 2));
    })
    .await;
}

#[tokio::test]
async fn sellers_are_listed_in_pages() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        for code in ["B", "C"] {
            company.create_seller(code).await;
        }
        let mut request = pb::ListLegalEntitiesRequest { page_size: 2, page_token: String::new() };
        let first = company.legal_entities().list_legal_entities(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let second = company.legal_entities().list_legal_entities(request).await.unwrap().into_inner();
        let codes: Vec<String> = first.legal_entities.into_iter().chain(second.legal_entities).map(|entity| entity.code).collect();
        assert_eq!((codes, second.next_page_token.as_str()), (vec!["ACME".to_owned(), "B".to_owned(), "C".to_owned()], ""));
    })
    .await;
}

#[tokio::test]
async fn bad_sellers_are_refused() {
    on_both(|backend| async move {
        let company = Company::start(backend).await;
        let cases: [Case; 12] = [
            (|entity| entity.code = String::new(), Reason::FieldRequired, "legal_entity.code"),
            (|entity| entity.code = "A-1".to_owned(), Reason::TextInvalid, "legal_entity.code"),
            (|entity| entity.code = "ABCDEFGHI".to_owned(), Reason::TextTooLong, "legal_entity.code"),
            (|entity| entity.code = "acme".to_owned(), Reason::DuplicateExternalId, "legal_entity.code"),
            (|entity| entity.legal_name = String::new(), Reason::FieldRequired, "legal_entity.legal_name"),
            (|entity| entity.legal_name = "A\u{202e}B".to_owned(), Reason::TextInvalid, "legal_entity.legal_name"),
            (|entity| entity.country = "de".to_owned(), Reason::CountryUnknown, "legal_entity.country"),
            (|entity| entity.vat_id = "DE136695977".to_owned(), Reason::VatIdInvalid, "legal_entity.vat_id"),
            (|entity| entity.currency = "DEM".to_owned(), Reason::CurrencyUnknown, "legal_entity.currency"),
            (|entity| entity.currency = String::new(), Reason::FieldRequired, "legal_entity.currency"),
            (|entity| entity.time_zone = "Mars/Phobos".to_owned(), Reason::TimeZoneUnknown, "legal_entity.time_zone"),
            (|entity| entity.iban = "DE88370400440532013000".to_owned(), Reason::IbanInvalid, "legal_entity.iban"),
        ];
        for (spoil, reason, field) in cases {
            let mut entity = seller("OTHER");
            spoil(&mut entity);
            let request = pb::CreateLegalEntityRequest { request_id: request_id(), legal_entity: Some(entity) };
            let status = expect_refusal(company.legal_entities().create_legal_entity(request).await, reason);
            assert_eq!(fields_of(&status), [field]);
        }
        let nothing = pb::CreateLegalEntityRequest { request_id: request_id(), legal_entity: None };
        expect_refusal(company.legal_entities().create_legal_entity(nothing).await, Reason::FieldRequired);
        assert_eq!(company.invoicing.store().rows("legal_entity").await, 1);
    })
    .await;
}
