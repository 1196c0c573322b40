//! What is not a call to a method of ours: rows 11 to 13 and 15.

use http::{Method, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_reflection::pb::{v1, v1alpha};

use super::harness::{Call, Server};

#[tokio::test]
async fn other_content_types_and_methods_get_plain_http() {
    let server = Server::start(&[]).await;
    for wrong in ["text/plain", "application/json", "application/grpc-web", "application/grpc+json", ""] {
        let answer = server.call("GetHead").header("content-type", wrong).send().await;
        assert_eq!(answer.http, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{wrong}");
    }
    let answer = server.call("GetHead").without("content-type").send().await;
    assert_eq!(answer.http, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let answer = server.call("GetHead").method(Method::GET).send().await;
    assert_eq!(answer.http, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["allow"], "POST");
    server.call("GetHead").header("content-type", "application/grpc+proto").send().await.assert_ok();
}

#[tokio::test]
async fn http_1_is_closed() {
    let server = Server::start(&[]).await;
    let mut stream = TcpStream::connect(server.serving.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Closed by the server, politely or not.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    server.call("GetHead").send().await.assert_ok();
}

#[tokio::test]
async fn unknown_methods_are_unimplemented() {
    let server = Server::start(&[]).await;
    for path in [
        "/quittance.events.v1.EventLogService/Nothing",
        "/quittance.events.v1.EventLogService/getHead",
        "/quittance.events.v1.EventLogService/GetHead/",
        "/quittance.events.v1.eventlogservice/GetHead",
        "/no.such.Service/GetHead",
        "//GetHead",
        "/",
    ] {
        let answer = Call::to(path, &server.channel).bearer(&server.token(&["*"])).send().await;
        answer.assert(Code::Unimplemented, "METHOD_UNKNOWN");
    }
    // A method of a contract that this server does not serve.
    let answer = Call::to("/quittance.credit.v1.CreditService/Reserve", &server.channel).bearer(&server.token(&["*"])).send().await;
    answer.assert(Code::Unimplemented, "METHOD_UNKNOWN");
}

#[tokio::test]
async fn headers_beyond_16_kilobytes_are_refused() {
    let server = Server::start(&[]).await;
    let sent = server.call("GetHead").header("x-padding", &"x".repeat(20_000)).open().await;
    if let Ok(response) = sent {
        assert_eq!(response.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    }
    assert_eq!(server.fake.calls(), 0);
    server.call("GetHead").send().await.assert_ok();
}

async fn tonic_channel(server: &Server) -> tonic::transport::Channel {
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", server.serving.address())).unwrap();
    endpoint.connect().await.unwrap()
}

#[tokio::test]
async fn reflection_answers_in_both_versions_without_a_token() {
    let server = Server::start(&[]).await;
    let question = v1::server_reflection_request::MessageRequest::ListServices(String::new());
    let request = v1::ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(tonic_channel(&server).await);
    let mut answers = client.server_reflection_info(futures::stream::iter([request])).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let v1::server_reflection_response::MessageResponse::ListServicesResponse(listed) = answer else { panic!("{answer:?}") };
    let names: Vec<&str> = listed.service.iter().map(|service| service.name.as_str()).collect();
    assert!(names.contains(&"quittance.events.v1.EventLogService"), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("CreditService")), "only what is served here: {names:?}");

    let question = v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol("google.rpc.ErrorInfo".to_owned());
    let request = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(question) };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(tonic_channel(&server).await);
    let answers = client.server_reflection_info(futures::stream::iter([request])).await.unwrap();
    assert!(answers.into_inner().message().await.unwrap().unwrap().message_response.is_some());
}

#[tokio::test]
async fn a_public_method_does_not_mind_a_bad_token() {
    let server = Server::start(&[]).await;
    let call = Call::to("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", &server.channel);
    call.bearer("expired").bytes(Vec::new()).send().await.assert_ok();
}

#[tokio::test]
async fn reflection_can_be_turned_off() {
    let server = Server::start(&["server.reflection=false"]).await;
    let answer = Call::to("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", &server.channel).send().await;
    answer.assert(Code::Unimplemented, "METHOD_UNKNOWN");
}
