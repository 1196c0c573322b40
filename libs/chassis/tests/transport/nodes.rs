//! Whole services: started, followed, probed, stopped.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, ReadRequest};
use quittance_api::status::from_status;
use quittance_chassis::auth::{GATEWAY, KeyRing};
use quittance_chassis::client::{Peers, Switchboard, call_ctx};
use quittance_chassis::config::{NodeSettings, PeerSettings};
use quittance_chassis::health::probe;
use quittance_chassis::{App, Assembly, Clock, Ctx, Delivery, Emit, Inbox, Migration, Node, RunningNode, Service, Tx, service};
use quittance_types::{Fault, Reason};
use serde::Deserialize;
use tokio::sync::mpsc;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use super::harness::{noon, tenant, user};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

const DEFAULTS: &str =
    "[server]\naddress = \"127.0.0.1:0\"\ndrain_delay_ms = 0\ndrain_limit_ms = 2000\n[health]\naddress = \"127.0.0.1:0\"\n[service]\n";

/// A service with nothing but its log.
struct Quiet;

impl Service for Quiet {
    const NAME: &'static str = "credit";
    const CONFIG: &'static str = DEFAULTS;
    type Settings = Empty;

    fn migrations() -> Vec<Migration> {
        Vec::new()
    }

    fn assemble(_: &App<Empty>) -> Result<Assembly, Fault> {
        Ok(Assembly::new())
    }
}

/// What reached [`Curious`], for the test that started it in this thread's runtime.
static HEARD: Mutex<BTreeMap<String, mpsc::UnboundedSender<String>>> = Mutex::new(BTreeMap::new());

/// A service that follows the other.
struct Curious;

impl Service for Curious {
    const NAME: &'static str = "invoicing";
    const CONFIG: &'static str = DEFAULTS;
    type Settings = Empty;

    fn migrations() -> Vec<Migration> {
        Vec::new()
    }

    fn assemble(_: &App<Empty>) -> Result<Assembly, Fault> {
        let inbox = Inbox::new().on(|_: Tx, delivery: Delivery, _: GetHeadRequest| async move {
            if let Some(listener) = HEARD.lock().unwrap().get(&delivery.tenant.to_string()) {
                listener.send(delivery.subject).unwrap();
            }
            Ok(())
        });
        Ok(Assembly::new().follow("credit", inbox))
    }
}

/// A service that serves what no contract of ours describes.
struct Reckless;

impl Service for Reckless {
    const NAME: &'static str = "reckless";
    const CONFIG: &'static str = DEFAULTS;
    type Settings = Empty;

    fn migrations() -> Vec<Migration> {
        Vec::new()
    }

    fn assemble(_: &App<Empty>) -> Result<Assembly, Fault> {
        let (_, server) = tonic_health::server::health_reporter();
        Ok(Assembly::new().grpc(server))
    }
}

fn settings<S: Service>(directory: &Path) -> NodeSettings<S::Settings> {
    let url = format!("database.url=sqlite:{}", directory.join(format!("{}.db", S::NAME)).display());
    service::settings::<S>(|sources| sources.overrides([url])).unwrap()
}

fn keys() -> KeyRing {
    KeyRing::generate(&[GATEWAY, "credit", "invoicing", "reckless"]).unwrap()
}

async fn emit(node: &RunningNode, ctx: &Ctx, subject: &'static str) {
    let written = node.db().write(ctx.clone(), subject, |tx, subject| async move {
        tx.emit(Emit::public(subject, uuid::Uuid::from_u128(1), &GetHeadRequest {}));
        Ok(())
    });
    written.await.unwrap();
}

/// A context of a tenant that only this test uses, and what `Curious` hears of it.
fn listen(number: u128) -> (Ctx, mpsc::UnboundedReceiver<String>) {
    let tenant = quittance_types::TenantId::new(uuid::Uuid::from_u128(number));
    let (sender, receiver) = mpsc::unbounded_channel();
    HEARD.lock().unwrap().insert(tenant.to_string(), sender);
    (Ctx::system("test", tenant), receiver)
}

async fn heard(receiver: &mut mpsc::UnboundedReceiver<String>) -> String {
    tokio::time::timeout(Duration::from_secs(20), receiver.recv()).await.expect("nothing was heard in 20 s").unwrap()
}

#[tokio::test]
async fn the_zones_of_the_settings_are_those_of_the_database() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = settings::<Quiet>(directory.path());
    settings.calendar.zone = "Asia/Tokyo".to_owned();
    let node = Node::<Quiet>::new(settings).keys(&keys()).without_sockets().start().await.unwrap();
    assert_eq!(node.db().zones().of(tenant()).name(), "Asia/Tokyo");
    node.shutdown().await;
}

#[tokio::test]
async fn a_process_of_its_own_serves_answers_probes_and_stops() {
    let directory = tempfile::tempdir().unwrap();
    let (clock, ring) = (Clock::fixed(noon()), keys());
    let node = Node::<Quiet>::new(settings::<Quiet>(directory.path())).clock(&clock).keys(&ring).start().await.unwrap();
    let health = node.health_addr().unwrap().to_string();
    for name in ["", "readiness", "quittance.events.v1.EventLogService"] {
        probe(&health, name).await.unwrap();
    }
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{health}")).unwrap().connect().await.unwrap();
    let mut client = HealthClient::new(channel);
    let unknown = client.check(HealthCheckRequest { service: "nothing".to_owned() }).await.unwrap_err();
    assert_eq!(unknown.code(), tonic::Code::NotFound);

    let address = format!("http://{}", node.addr().unwrap());
    let peers = BTreeMap::from([("credit".to_owned(), PeerSettings { address })]);
    let peers = Peers::remote(peers, ring.minter(GATEWAY, &clock).unwrap());
    let mut ctx = Ctx::system("test", tenant());
    ctx.principal = user(quittance_chassis::Permissions::of(["events.*"]));
    let mut log = EventLogServiceClient::new(peers.wire("credit"));
    assert_eq!(log.get_head(call_ctx(&ctx, GetHeadRequest {})).await.unwrap().into_inner().head, 0);
    emit(&node, &ctx, "cus_1").await;
    let mut tail = log.read(call_ctx(&ctx, ReadRequest::default())).await.unwrap().into_inner();
    // The first message may be a heartbeat.
    let subject = loop {
        if let Some(event) = tail.message().await.unwrap().unwrap().events.first() {
            break event.subject.clone();
        }
    };
    assert_eq!(subject, "cus_1");

    let db = node.db().clone();
    node.shutdown().await;
    let ended = loop {
        match tail.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a tail ends with a reason"),
            Err(status) => break from_status(&status),
        }
    };
    assert_eq!(ended.reason(), Reason::Draining);
    assert!(probe(&health, "readiness").await.is_err());
    assert!(db.ping().await.is_err());
    drop(db);
    assert_eq!(from_status(&log.get_head(call_ctx(&ctx, GetHeadRequest {})).await.unwrap_err()).reason(), Reason::ServiceUnavailable);

    // What it left behind is there again after the next start.
    let node = Node::<Quiet>::new(settings::<Quiet>(directory.path())).clock(&clock).keys(&ring).start().await.unwrap();
    assert_eq!(node.db().log_state().await.unwrap().head, 1);
    node.shutdown().await;
}

#[tokio::test]
async fn services_of_one_process_follow_each_other_by_the_switchboard() {
    let directory = tempfile::tempdir().unwrap();
    let (clock, ring, switchboard) = (Clock::fixed(noon()), keys(), Switchboard::new());
    let (ctx, mut receiver) = listen(0x51);
    // The follower starts first and finds the line dead.
    let follower = Node::<Curious>::new(settings::<Curious>(directory.path())).clock(&clock).keys(&ring);
    let follower = follower.switchboard(&switchboard).without_sockets().start().await.unwrap();
    assert!(follower.addr().is_none() && follower.health_addr().is_none());
    let start =
        || Node::<Quiet>::new(settings::<Quiet>(directory.path())).clock(&clock).keys(&ring).switchboard(&switchboard).without_sockets();
    let node = start().start().await.unwrap();
    emit(&node, &ctx, "cus_1").await;
    assert_eq!(heard(&mut receiver).await, "cus_1");
    // A live tail, and one that comes back after its producer was restarted.
    emit(&node, &ctx, "cus_2").await;
    assert_eq!(heard(&mut receiver).await, "cus_2");
    node.shutdown().await;
    let node = start().start().await.unwrap();
    emit(&node, &ctx, "cus_3").await;
    assert_eq!(heard(&mut receiver).await, "cus_3");
    follower.shutdown().await;
    node.shutdown().await;
    assert!(receiver.try_recv().is_err(), "each event took effect once");
}

#[tokio::test]
async fn services_of_two_processes_follow_each_other_over_the_network() {
    let directory = tempfile::tempdir().unwrap();
    let (clock, ring) = (Clock::fixed(noon()), keys());
    let (ctx, mut receiver) = listen(0x52);
    let node = Node::<Quiet>::new(settings::<Quiet>(directory.path())).clock(&clock).keys(&ring).start().await.unwrap();
    emit(&node, &ctx, "cus_1").await;
    let mut with_peer = settings::<Curious>(directory.path());
    with_peer.peers.insert("credit".to_owned(), PeerSettings { address: format!("http://{}", node.addr().unwrap()) });
    let follower = Node::<Curious>::new(with_peer).clock(&clock).keys(&ring).start().await.unwrap();
    assert_eq!(heard(&mut receiver).await, "cus_1");
    emit(&node, &ctx, "cus_2").await;
    assert_eq!(heard(&mut receiver).await, "cus_2");
    follower.shutdown().await;
    node.shutdown().await;
}

#[tokio::test]
async fn a_method_without_a_policy_keeps_the_service_from_starting() {
    let directory = tempfile::tempdir().unwrap();
    let refused = Node::<Reckless>::new(settings::<Reckless>(directory.path())).keys(&keys()).start().await;
    let fault = refused.err().expect("it must not start");
    assert_eq!(fault.reason(), Reason::ConfigInvalid);
    assert!(fault.message().contains("grpc.health.v1.Health"), "{fault}");
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings::<Quiet>(directory.path());
    settings.server.address = taken.local_addr().unwrap().to_string();
    let fault = Node::<Quiet>::new(settings.clone()).keys(&keys()).start().await.err().unwrap();
    assert!(fault.message().contains(&settings.server.address), "{fault}");
}

#[tokio::test]
async fn a_missing_key_is_named_and_created_only_if_asked() {
    let directory = tempfile::tempdir().unwrap();
    let mut settings = settings::<Quiet>(directory.path());
    settings.auth.keys_directory = directory.path().join("keys");
    let fault = Node::<Quiet>::new(settings.clone()).start().await.err().unwrap();
    assert!(fault.message().contains("credit.pem"), "{fault}");
    settings.auth.generate_key = true;
    Node::<Quiet>::new(settings.clone()).start().await.unwrap().shutdown().await;
    settings.auth.generate_key = false;
    Node::<Quiet>::new(settings).start().await.unwrap().shutdown().await;
}

#[tokio::test]
async fn calls_in_flight_survive_a_polite_shutdown() {
    let directory = tempfile::tempdir().unwrap();
    let ring = keys();
    let node = Node::<Quiet>::new(settings::<Quiet>(directory.path())).keys(&ring).start().await.unwrap();
    let db = Arc::new(node.db().clone());
    let (entered, release) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let work = {
        let (db, entered, release) = (db.clone(), entered.clone(), release.clone());
        tokio::spawn(async move {
            db.write(Ctx::system("test", tenant()), (entered, release), |tx, (entered, release)| async move {
                entered.notify_one();
                release.notified().await;
                tx.emit(Emit::public("cus_1", uuid::Uuid::nil(), &GetHeadRequest {}));
                Ok(())
            })
            .await
        })
    };
    entered.notified().await;
    let stopping = tokio::spawn(node.shutdown());
    release.notify_one();
    work.await.unwrap().unwrap();
    stopping.await.unwrap();
}
