//! gRPC and gRPC-Web on the same port.

use bytes::{BufMut, Bytes, BytesMut};
use http::Method;
use prost::Message;
use quittance_api::credit::v1 as pb;
use quittance_api::credit::v1::customer_service_client::CustomerServiceClient;
use quittance_api::events::v1::{GetHeadRequest, event_log_service_client::EventLogServiceClient};
use quittance_testkit::{Backend, expect_refusal, on_both, request_id, tenant};
use quittance_types::Reason;
use tonic::Request;
use tonic::transport::Channel;
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient, server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
};

use crate::door::{Door, bearer};

fn client(door: &Door) -> CustomerServiceClient<Channel> {
    CustomerServiceClient::new(door.channel())
}

pub fn with<T>(message: T, headers: &[(&'static str, &str)]) -> Request<T> {
    let mut request = Request::new(message);
    for (name, value) in headers {
        request.metadata_mut().append(*name, value.parse().unwrap());
    }
    request
}

pub fn create(external_id: &str) -> pb::CreateCustomerRequest {
    let customer = pb::Customer {
        external_id: external_id.to_owned(),
        legal_name: "Buyer".to_owned(),
        country: "DE".to_owned(),
        currency: "EUR".to_owned(),
        ..Default::default()
    };
    pb::CreateCustomerRequest { request_id: request_id(), customer: Some(customer) }
}

#[tokio::test]
async fn grpc_goes_through_under_the_callers_own_name() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = bearer(&door.token());
        let mut client = client(&door);
        let created =
            client.create_customer(with(create("K-1"), &[("authorization", &token)])).await.unwrap().into_inner().customer.unwrap();
        let get = || pb::GetCustomerRequest { customer_id: created.customer_id.clone() };
        let read = client.get_customer(with(get(), &[("authorization", &token)])).await.unwrap().into_inner().customer.unwrap();
        assert_eq!(read, created);
        expect_refusal(client.get_customer(get()).await, Reason::TokenMissing);
        let two = [("authorization", token.as_str()), ("authorization", token.as_str())];
        expect_refusal(client.get_customer(with(get(), &two)).await, Reason::TokenInvalid);
        let stranger = bearer(&door.token_of(tenant(2), &["*"]));
        let mine = tenant(1).to_string();
        for claim in
            ["tenant", "tenant-id", "x-tenant", "x-tenant-id", "quittance-tenant", "x-user", "x-forwarded-user", "quittance-principal"]
        {
            let headers = [("authorization", stranger.as_str()), (claim, mine.as_str())];
            expect_refusal(client.get_customer(with(get(), &headers)).await, Reason::ResourceNotFound);
        }
        let mut duplicate = create("K-1");
        duplicate.customer.as_mut().unwrap().city = "Kiel".to_owned();
        expect_refusal(client.create_customer(with(duplicate, &[("authorization", &token)])).await, Reason::DuplicateExternalId);
    })
    .await;
}

#[tokio::test]
async fn a_browser_calls_by_grpc_web() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = bearer(&door.token());
        client(&door).create_customer(with(create("K-1"), &[("authorization", &token)])).await.unwrap();
        let path = "/quittance.credit.v1.CustomerService/GetCustomer";
        let message = pb::GetCustomerRequest { customer_id: "external:K-1".to_owned() };
        let headers = [("authorization", token.as_str()), ("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
        let answer = door.send(Method::POST, path, &headers, frame(&message)).await;
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "application/grpc-web+proto"));
        let length = u32::from_be_bytes(answer.body[1..5].try_into().unwrap()) as usize;
        let read = pb::GetCustomerResponse::decode(&answer.body[5..5 + length]).unwrap();
        assert_eq!(read.customer.unwrap().external_id, "K-1");
        let trailers = &answer.body[5 + length..];
        assert_eq!(trailers[0], 0x80);
        assert!(String::from_utf8_lossy(trailers).contains("grpc-status:0"));

        let anonymous = door.send(Method::POST, path, &headers[1..], frame(&message)).await;
        assert_eq!(anonymous.header("grpc-status"), "16");
        let preflight = [("origin", "https://elsewhere.example"), ("access-control-request-method", "POST")];
        let answer = door.send(Method::OPTIONS, path, &preflight, "").await;
        assert_eq!((answer.status.as_u16(), answer.header("access-control-allow-origin")), (204, ""));
    })
    .await;
}

/// The log is every service's: the caller names one of ours.
#[tokio::test]
async fn whose_log_is_read_says_a_header() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = bearer(&door.token());
        let mut log = EventLogServiceClient::new(door.channel());
        let mut head = async |service: &str| {
            let headers = [("authorization", token.as_str()), ("quittance-service", service)];
            log.get_head(with(GetHeadRequest {}, &headers)).await
        };
        for service in ["credit", "gateway"] {
            head(service).await.unwrap();
        }
        for service in ["nobody", "Credit", "credit ", "", &"x".repeat(10_000)] {
            expect_refusal(head(service).await, Reason::FieldRequired);
        }
        expect_refusal(head("payments").await, Reason::ServiceUnavailable);
    })
    .await;
}

/// A generic client shows the reason of a refusal, as the README promises.
#[tokio::test]
async fn reflection_knows_the_details_of_errors() {
    let door = Door::open(Backend::Sqlite).await;
    let ask = |symbol: &str| ServerReflectionRequest {
        message_request: Some(MessageRequest::FileContainingSymbol(symbol.to_owned())),
        ..Default::default()
    };
    for symbol in ["google.rpc.ErrorInfo", "google.rpc.BadRequest", "quittance.credit.v1.CustomerService"] {
        let mut client = ServerReflectionClient::new(door.channel());
        let asked = futures::stream::iter([ask(symbol)]);
        let mut answers = client.server_reflection_info(asked).await.unwrap().into_inner();
        let answer = answers.message().await.unwrap().unwrap().message_response;
        assert!(matches!(answer, Some(MessageResponse::FileDescriptorResponse(_))), "{symbol}: {answer:?}");
    }
}

#[tokio::test]
async fn unknown_methods_are_named_unknown() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let token = bearer(&door.token());
        let headers = [("authorization", token.as_str()), ("content-type", "application/grpc-web+proto")];
        for path in ["/quittance.credit.v1.CustomerService/Nothing", "/quittance.nobody.v1.X/Y"] {
            let answer = door.send(Method::POST, path, &headers, Bytes::new()).await;
            assert_eq!((answer.status.as_u16(), answer.header("grpc-status")), (200, "12"), "{path}");
        }
    })
    .await;
}

fn frame(message: &impl Message) -> Bytes {
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.encoded_len()).unwrap());
    message.encode(&mut framed).unwrap();
    framed.freeze()
}
