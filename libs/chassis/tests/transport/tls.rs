//! Mutual TLS: rows 19 and 28 of the list of bad input.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use quittance_api::events::v1::event_log_service_client::EventLogServiceClient;
use quittance_api::events::v1::{GetHeadRequest, GetHeadResponse};
use quittance_api::status::from_status;
use quittance_chassis::client::{ClientTls, Peers, call_ctx};
use quittance_chassis::config::{PeerSettings, TlsSettings};
use quittance_chassis::server::{Limits, Listener, ServerTls, Serving};
use quittance_chassis::{Clock, Ctx};
use quittance_types::{Fault, Reason};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::fake::Fake;
use super::harness::{NAME, noon, router, tenant};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// Certificate and key of a service that trusts the authority, as files.
fn issue(directory: &Path, authority: &Authority, uri: Option<&str>) -> TlsSettings {
    let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    if let Some(uri) = uri {
        params.subject_alt_names.push(SanType::URI(uri.try_into().unwrap()));
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    let name = uri.unwrap_or("nobody").rsplit('/').next().unwrap().to_owned();
    let write = |kind: &str, text: String| {
        let path = directory.join(format!("{name}.{kind}.pem"));
        fs::write(&path, text).unwrap();
        path
    };
    TlsSettings {
        certificate_file: write("certificate", certificate.pem()),
        key_file: write("key", key.serialize_pem()),
        authority_file: write("authority", authority.pem()),
    }
}

struct Secured {
    directory: tempfile::TempDir,
    authority: Authority,
    ring: quittance_chassis::auth::KeyRing,
    clock: Clock,
    serving: Serving,
}

impl Secured {
    async fn start() -> Secured {
        let directory = tempfile::tempdir().unwrap();
        let authority = authority();
        let clock = Clock::fixed(noon());
        let ring = quittance_chassis::auth::KeyRing::generate(&[NAME, "invoicing", "payments"]).unwrap();
        let router = router(&Fake::default(), &ring, &clock, NAME, &[]);
        let settings = issue(directory.path(), &authority, Some("quittance://credit"));
        let tls = ServerTls::open(&settings).unwrap();
        let listener = Listener::bind("127.0.0.1:0").await.unwrap().with_tls(tls);
        let serving = listener.serve(router.clone(), Limits::from(router.settings()));
        Secured { directory, authority, ring, clock, serving }
    }

    /// A call in the name of the service `speaker` with these certificates.
    async fn call(&self, host: &str, speaker: &str, tls: Option<&TlsSettings>) -> Result<GetHeadResponse, Fault> {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let address = format!("{scheme}://{host}:{}", self.serving.address().port());
        let peers = BTreeMap::from([(NAME.to_owned(), PeerSettings { address })]);
        let tls = tls.and_then(|settings| ClientTls::open(settings).unwrap());
        let peers = Peers::remote_by_tls(peers, self.ring.minter(speaker, &self.clock).unwrap(), tls);
        let mut client = EventLogServiceClient::new(peers.wire(NAME));
        let answer = client.get_head(call_ctx(&Ctx::system("test", tenant()), GetHeadRequest {})).await;
        answer.map(tonic::Response::into_inner).map_err(|status| from_status(&status))
    }
}

#[tokio::test]
async fn services_know_each_other_by_their_certificates() {
    let secured = Secured::start().await;
    let invoicing = issue(secured.directory.path(), &secured.authority, Some("quittance://invoicing"));
    for host in ["127.0.0.1", "localhost"] {
        assert_eq!(secured.call(host, "invoicing", Some(&invoicing)).await.unwrap().head, 7, "{host}");
    }
}

#[tokio::test]
async fn a_token_of_another_service_is_worth_nothing() {
    let secured = Secured::start().await;
    let payments = issue(secured.directory.path(), &secured.authority, Some("quittance://payments"));
    let refused = secured.call("127.0.0.1", "invoicing", Some(&payments)).await.unwrap_err();
    assert_eq!(refused.reason(), Reason::CallerNotAllowed);
    assert!(refused.message().contains("payments"), "{refused}");
}

#[tokio::test]
async fn strangers_get_no_connection() {
    let secured = Secured::start().await;
    let foreign = tempfile::tempdir().unwrap();
    let by_stranger = issue(foreign.path(), &authority(), Some("quittance://invoicing"));
    let mut trusting = by_stranger.clone();
    trusting.authority_file = issue(secured.directory.path(), &secured.authority, Some("quittance://x")).authority_file;
    let nameless = issue(secured.directory.path(), &secured.authority, None);
    for (why, tls) in [
        ("a server we do not trust", Some(&by_stranger)),
        ("a certificate of another authority", Some(&trusting)),
        ("a certificate that names no service", Some(&nameless)),
        ("no TLS at all", None),
    ] {
        let refused = secured.call("127.0.0.1", "invoicing", tls).await.unwrap_err();
        assert_eq!(refused.reason(), Reason::ServiceUnavailable, "{why}: {refused}");
    }
}

#[tokio::test]
async fn a_handshake_that_stalls_is_given_up() {
    let secured = Secured::start().await;
    let mut stalled = TcpStream::connect(secured.serving.address()).await.unwrap();
    stalled.write_all(&[0x16]).await.unwrap();
    let mut byte = [0];
    let ended = tokio::time::timeout(Duration::from_secs(15), stalled.read(&mut byte)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))), "{ended:?}");
}

#[tokio::test]
async fn files_that_do_not_do_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let good = issue(directory.path(), &authority(), Some("quittance://credit"));
    let empty = directory.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    let refused = |settings: &TlsSettings| ServerTls::open(settings).err().unwrap().message().to_owned();
    assert!(refused(&TlsSettings { key_file: empty.clone(), ..good.clone() }).contains("tls.key_file"));
    assert!(refused(&TlsSettings { certificate_file: empty.clone(), ..good.clone() }).contains("tls.certificate_file"));
    assert!(refused(&TlsSettings { authority_file: empty, ..good.clone() }).contains("tls.authority_file"));
    let absent = TlsSettings { authority_file: directory.path().join("absent.pem"), ..good };
    assert!(ClientTls::open(&absent).err().unwrap().message().contains("tls.authority_file"));
    assert!(ServerTls::open(&TlsSettings::default()).unwrap().is_none());
}
