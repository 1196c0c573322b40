//! Calls between services: across the network and within the process, they look the same.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;
use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, ListEntriesRequest, ReadRequest};
use quittance_api::status::from_status;
use quittance_chassis::auth::GATEWAY;
use quittance_chassis::client::{Peers, Switchboard, Wire, call_ctx};
use quittance_chassis::config::PeerSettings;
use quittance_chassis::{Ctx, Permissions, Principal};
use quittance_types::Reason;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;

use super::fake::Fake;
use super::harness::{NAME, SERVICE, Server, router, tenant, user};

/// Wires from `caller` to the server: by network and by switchboard.
fn wires(server: &Server, caller: &str) -> [Wire; 2] {
    let minter = || server.ring.minter(caller, &server.clock).unwrap();
    let address = format!("http://{}", server.serving.address());
    let remote = Peers::remote(BTreeMap::from([(NAME.to_owned(), PeerSettings { address })]), minter());
    let switchboard = Switchboard::new();
    switchboard.connect(NAME, server.router.clone());
    let local = Peers::local(&switchboard, minter());
    [remote.wire(NAME), local.wire(NAME)]
}

fn ask(behaviour: &str) -> ListEntriesRequest {
    ListEntriesRequest { subject: behaviour.to_owned(), ..ListEntriesRequest::default() }
}

fn person() -> Ctx {
    let mut ctx = Ctx::system("test", tenant());
    ctx.principal = user(Permissions::of(["events.*"]));
    ctx
}

fn reason(outcome: Result<impl Sized, Status>) -> Reason {
    from_status(&outcome.err().unwrap()).reason()
}

#[tokio::test]
async fn a_call_carries_who_when_and_which_trace() {
    let server = Server::start(&[]).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    for wire in wires(&server, "invoicing") {
        let ctx = person().within(Duration::from_secs(20)).with_traceparent(Some(format!("00-{trace}-b7ad6b7169203331-01")));
        let answer = EventLogServiceClient::new(wire).list_entries(call_ctx(&ctx, ask("who"))).await.unwrap();
        let text = answer.into_inner().next_page_token;
        let parts: Vec<&str> = text.split('|').collect();
        assert_eq!(parts[..3], ["service", "usr_ada", &tenant().to_string()], "{text}");
        assert!(parts[3].starts_with(&format!("00-{trace}-")) && !parts[3].contains("b7ad6b7169203331"), "{text}");
        assert!(parts[4].ends_with('u'), "{text}");
        let left: u64 = parts[5].parse().unwrap();
        assert!((1_000..=19_950).contains(&left), "own share kept back: {text}");
        assert_eq!(parts[6], "/quittance.events.v1.EventLogService/ListEntries");
    }
}

#[tokio::test]
async fn the_gateway_passes_people_on_as_they_are() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, GATEWAY) {
        let mut client = EventLogServiceClient::new(wire);
        let text = client.list_entries(call_ctx(&person(), ask("who"))).await.unwrap().into_inner().next_page_token;
        assert!(text.starts_with("user|usr_ada|"), "{text}");
        let mut powerless = person();
        powerless.principal.permissions = Permissions::none();
        assert_eq!(reason(client.get_head(call_ctx(&powerless, GetHeadRequest {})).await), Reason::PermissionMissing);
    }
}

#[tokio::test]
async fn a_key_stays_the_person_who_made_it() {
    let server = Server::start(&[]).await;
    for caller in [GATEWAY, "invoicing"] {
        for wire in wires(&server, caller) {
            let mut ctx = person();
            ctx.principal = Principal::machine("key_1", tenant(), Permissions::all()).made_by("usr_ada");
            let text =
                EventLogServiceClient::new(wire).list_entries(call_ctx(&ctx, ask("who"))).await.unwrap().into_inner().next_page_token;
            assert!(text.contains("|key_1|") && text.ends_with("|usr_ada"), "{caller}: {text}");
        }
    }
}

#[tokio::test]
async fn a_message_that_does_not_come_is_not_waited_for() {
    let server = Server::start(&[]).await;
    for mut wire in wires(&server, GATEWAY) {
        let silence = StreamBody::new(stream::pending::<Result<Frame<Bytes>, Status>>());
        let mut request = Request::post(format!("{SERVICE}/GetHead")).body(Body::new(silence)).unwrap();
        request.extensions_mut().insert(person().within(Duration::from_millis(60)));
        let answer = wire.call(request).await.unwrap();
        assert_eq!(from_status(&Status::from_header_map(answer.headers()).unwrap()).reason(), Reason::DeadlineExpired);
        assert_eq!(server.fake.calls(), 0);
    }
}

#[tokio::test]
async fn background_work_speaks_for_itself() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, "invoicing") {
        let ctx = Ctx::system("dunning", tenant());
        let text = EventLogServiceClient::new(wire).list_entries(call_ctx(&ctx, ask("who"))).await.unwrap().into_inner().next_page_token;
        assert!(text.starts_with("system|dunning|"), "{text}");
    }
}

#[tokio::test]
async fn without_a_context_there_is_no_token() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, "invoicing") {
        assert_eq!(reason(EventLogServiceClient::new(wire).get_head(GetHeadRequest {}).await), Reason::TokenMissing);
    }
}

#[tokio::test]
async fn what_passes_is_repeated_and_what_does_not_is_not() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, GATEWAY) {
        server.fake.forget();
        let mut client = EventLogServiceClient::new(wire);
        client.list_entries(call_ctx(&person(), ask("unavailable twice"))).await.unwrap();
        assert_eq!(server.fake.calls(), 3);
        assert_eq!(reason(client.list_entries(call_ctx(&person(), ask("refuse"))).await), Reason::PeriodClosed);
        assert_eq!(server.fake.calls(), 4);
    }
}

#[tokio::test]
async fn three_attempts_and_no_more() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, GATEWAY) {
        server.fake.forget();
        let outcome = EventLogServiceClient::new(wire).list_entries(call_ctx(&person(), ask("unavailable"))).await;
        assert_eq!(reason(outcome), Reason::DatabaseUnavailable);
        assert_eq!(server.fake.calls(), 3);
    }
}

#[tokio::test]
async fn a_service_in_the_middle_does_not_repeat() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, "invoicing") {
        server.fake.forget();
        let outcome = EventLogServiceClient::new(wire).list_entries(call_ctx(&person(), ask("unavailable"))).await;
        assert_eq!(reason(outcome), Reason::DatabaseUnavailable);
        assert_eq!(server.fake.calls(), 1);
    }
}

#[tokio::test]
async fn an_outage_is_not_amplified() {
    const CALLS: u32 = 300;
    let server = Server::start(&["server.max_in_flight=1000"]).await;
    let [_, wire] = wires(&server, GATEWAY);
    let calls = (0..CALLS).map(|_| {
        let mut client = EventLogServiceClient::new(wire.clone());
        async move { client.list_entries(call_ctx(&person(), ask("unavailable"))).await }
    });
    for outcome in futures::future::join_all(calls).await {
        assert_eq!(reason(outcome), Reason::DatabaseUnavailable);
    }
    // Three a second for the ten seconds the budget looks back, and a tenth of the calls.
    let repeated = server.fake.calls() - CALLS;
    assert!((1..=30 + CALLS / 10 + 1).contains(&repeated), "{repeated} of {CALLS} calls were repeated");
}

#[tokio::test]
async fn a_deadline_holds_even_if_the_peer_does_not_care() {
    let server = Server::start(&[]).await;
    for wire in wires(&server, "invoicing") {
        let mut client = EventLogServiceClient::new(wire);
        let ctx = person().within(Duration::from_millis(120));
        assert_eq!(reason(client.list_entries(call_ctx(&ctx, ask("forever"))).await), Reason::DeadlineExpired);
        let late = person().within(Duration::ZERO);
        assert_eq!(reason(client.get_head(call_ctx(&late, GetHeadRequest {})).await), Reason::DeadlineExpired);
    }
}

#[tokio::test]
async fn event_tails_stay_open_and_end_by_a_reason() {
    let server = Server::start(&["server.deadline_ms=10", "server.max_deadline_ms=10"]).await;
    for wire in wires(&server, "invoicing") {
        let ctx = Ctx::system("follow", tenant());
        let mut tail = EventLogServiceClient::new(wire)
            .read(call_ctx(&ctx, ReadRequest { after: 9, ..ReadRequest::default() }))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(tail.message().await.unwrap().unwrap().head, 1);
        // The deadline of unary calls passes meanwhile.
        server.ask("forever").send().await.assert(Code::DeadlineExceeded, "DEADLINE_EXPIRED");
        server.fake.release.notify_one();
        assert_eq!(tail.message().await.unwrap().unwrap().head, 2);
        assert!(tail.message().await.unwrap().is_none());
    }
}

#[tokio::test]
async fn a_line_exists_before_its_service_and_after_it() {
    let server = Server::start(&[]).await;
    let switchboard = Switchboard::new();
    let peers = Peers::local(&switchboard, server.ring.minter("invoicing", &server.clock).unwrap());
    let mut client = EventLogServiceClient::new(peers.wire(NAME));
    assert_eq!(reason(client.get_head(call_ctx(&person(), GetHeadRequest {})).await), Reason::ServiceUnavailable);
    switchboard.connect(NAME, server.router.clone());
    assert_eq!(client.get_head(call_ctx(&person(), GetHeadRequest {})).await.unwrap().into_inner().head, 7);
    switchboard.disconnect(NAME);
    assert_eq!(reason(client.get_head(call_ctx(&person(), GetHeadRequest {})).await), Reason::ServiceUnavailable);
}

#[tokio::test]
async fn services_may_call_each_other_in_circles() {
    let server = Server::start(&[]).await;
    let switchboard = Switchboard::new();
    for (name, peer) in [(NAME, "invoicing"), ("invoicing", NAME)] {
        let peers = Peers::local(&switchboard, server.ring.minter(name, &server.clock).unwrap());
        let fake = Fake { peer: Some(peers.wire(peer)), ..Fake::default() };
        switchboard.connect(name, router(&fake, &server.ring, &server.clock, name, &[]));
    }
    let gateway = Peers::local(&switchboard, server.ring.minter(GATEWAY, &server.clock).unwrap());
    for name in [NAME, "invoicing"] {
        let mut client = EventLogServiceClient::new(gateway.wire(name));
        let text = client.list_entries(call_ctx(&person(), ask("ask the peer"))).await.unwrap().into_inner().next_page_token;
        assert!(text.starts_with("service|usr_ada|"), "{text}");
    }
}

#[tokio::test]
async fn a_peer_that_is_not_there_is_unavailable_at_once() {
    let server = Server::start(&[]).await;
    let minter = server.ring.minter("invoicing", &server.clock).unwrap();
    // Bound and not listening: nobody else is given the port, and whoever comes is refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let nobody = socket.local_addr().unwrap();
    let peers = BTreeMap::from([(NAME.to_owned(), PeerSettings { address: format!("http://{nobody}") })]);
    let peers = Peers::remote(peers, minter);
    for name in [NAME, "payments"] {
        let outcome = EventLogServiceClient::new(peers.wire(name)).get_head(call_ctx(&person(), GetHeadRequest {})).await;
        assert_eq!(reason(outcome), Reason::ServiceUnavailable);
    }
}

#[tokio::test]
async fn a_name_is_resolved_to_all_its_addresses() {
    let server = Server::start(&[]).await;
    let address = format!("http://localhost:{}", server.serving.address().port());
    let peers = BTreeMap::from([(NAME.to_owned(), PeerSettings { address })]);
    let peers = Peers::remote(peers, server.ring.minter("invoicing", &server.clock).unwrap());
    let ctx = Ctx::system("test", tenant());
    assert_eq!(
        EventLogServiceClient::new(peers.wire(NAME)).get_head(call_ctx(&ctx, GetHeadRequest {})).await.unwrap().into_inner().head,
        7
    );
}
