//! Which tokens are accepted: rows 20 to 24 of the list of bad input.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use quittance_chassis::auth::{GATEWAY, KeyRing, SigningKey, TOKEN_LIFE};
use quittance_chassis::{Clock, Permissions};
use serde_json::{Value, json};
use tonic::Code;

use super::harness::{NAME, Server, noon, tenant, user};

/// Claims that would be accepted.
fn claims() -> Value {
    let now = noon().micros() / 1_000_000;
    json!({
        "iss": GATEWAY, "aud": NAME, "sub": "usr_ada", "ten": tenant().to_string(), "kind": "user", "perms": ["*"],
        "iat": now, "nbf": now, "exp": now + 120,
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[key] = value;
    claims
}

/// Signs anything with a real key of the gateway.
struct Forge {
    key: SigningKey,
    server: Server,
}

impl Forge {
    async fn start(overrides: &[&str]) -> Forge {
        let directory = tempfile::tempdir().unwrap();
        let mut server = Server::start(overrides).await;
        // The forged key is written and read back, so that its files are tested with it.
        let key = SigningKey::generate(GATEWAY).unwrap();
        key.write(directory.path()).unwrap();
        let key = SigningKey::read(GATEWAY, &directory.path().join("gateway.pem")).unwrap();
        server.ring.trust(key.public().clone());
        let router = super::harness::router(&server.fake, &server.ring, &server.clock, NAME, overrides);
        let listener = quittance_chassis::server::Listener::bind("127.0.0.1:0").await.unwrap();
        let limits = quittance_chassis::server::Limits::from(router.settings());
        server.serving = listener.serve(router.clone(), limits);
        server.router = router;
        server.channel = super::harness::connect(server.serving.address());
        Forge { key, server }
    }

    fn header(&self) -> Header {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.key.public().id().to_owned());
        header
    }

    fn sign(&self, header: &Header, claims: &Value) -> String {
        let path = tempfile::tempdir().unwrap();
        self.key.write(path.path()).unwrap();
        let pem = std::fs::read_to_string(path.path().join("gateway.pem")).unwrap();
        let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        let der = base64::engine::general_purpose::STANDARD.decode(body).unwrap();
        jsonwebtoken::encode(header, claims, &EncodingKey::from_ed_der(&der)).unwrap()
    }

    async fn assert(&self, token: &str, reason: &str, why: &str) {
        let answer = self.server.call("GetHead").bearer(token).send().await;
        assert_eq!((answer.code(), answer.reason()), (Code::Unauthenticated, reason), "{why}: {:?}", answer.status);
    }
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_good_token_is_accepted_again_and_again() {
    let forge = Forge::start(&[]).await;
    let token = forge.sign(&forge.header(), &claims());
    for _ in 0..3 {
        forge.server.call("GetHead").bearer(&token).send().await.assert_ok();
    }
    forge.server.call("GetHead").header("authorization", &format!("bearer {token}")).send().await.assert_ok();
}

#[tokio::test]
async fn no_token_is_missing_and_two_are_invalid() {
    let server = Server::start(&[]).await;
    server.call("GetHead").without("authorization").send().await.assert(Code::Unauthenticated, "TOKEN_MISSING");
    let token = format!("Bearer {}", server.token(&["*"]));
    server.call("GetHead").also("authorization", &token).send().await.assert(Code::Unauthenticated, "TOKEN_INVALID");
    for wrong in ["Basic dTpw", "Bearer", "Bearer ", "token", ""] {
        server.call("GetHead").header("authorization", wrong).send().await.assert(Code::Unauthenticated, "TOKEN_INVALID");
    }
    assert_eq!(server.fake.calls(), 0);
}

#[tokio::test]
async fn tokens_that_prove_nothing_are_invalid() {
    let forge = Forge::start(&[]).await;
    let good = forge.sign(&forge.header(), &claims());
    let none = format!("{}.{}.", encoded(&json!({"alg": "none", "kid": forge.key.public().id()})), encoded(&claims()));
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid = Some(forge.key.public().id().to_owned());
    let confused = jsonwebtoken::encode(&symmetric, &claims(), &EncodingKey::from_secret(forge.key.public().to_pem().as_bytes())).unwrap();
    let stranger = KeyRing::generate(&[GATEWAY]).unwrap().minter(GATEWAY, &Clock::fixed(noon())).unwrap();
    let stranger = stranger.mint(&user(Permissions::all()), NAME, TOKEN_LIFE).unwrap();
    let mut without_key = forge.header();
    without_key.kid = None;
    let mut other_key = forge.header();
    other_key.kid = Some("gateway.0000000000000000".to_owned());
    let mut critical = forge.header();
    critical.crit = Some(vec!["b64".to_owned()]);
    let mut cut: Vec<&str> = good.split('.').collect();
    cut[2] = "";
    let altered = {
        let parts: Vec<&str> = good.split('.').collect();
        format!("{}.{}.{}", parts[0], encoded(&with("sub", json!("usr_eve"))), parts[2])
    };
    let cases = [
        ("alg none", none),
        ("HS256 with the public key", confused),
        ("a stranger's key", stranger),
        ("no key id", forge.sign(&without_key, &claims())),
        ("an unknown key id", forge.sign(&other_key, &claims())),
        ("critical extension", forge.sign(&critical, &claims())),
        ("no signature", cut.join(".")),
        ("altered claims", altered),
        ("garbage", "a.b.c".to_owned()),
        ("two parts", "a.b".to_owned()),
        ("empty parts", "..".to_owned()),
    ];
    for (why, token) in cases {
        forge.assert(&token, "TOKEN_INVALID", why).await;
    }
    assert_eq!(forge.server.fake.calls(), 0);
}

#[tokio::test]
async fn tokens_that_bring_their_own_key_are_invalid_and_nothing_is_fetched() {
    let forge = Forge::start(&[]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let mut by_url = forge.header();
    by_url.jku = Some(url.clone());
    let mut by_certificate = forge.header();
    by_certificate.x5u = Some(url);
    for header in [by_url, by_certificate] {
        forge.assert(&forge.sign(&header, &claims()), "TOKEN_INVALID", "key by reference").await;
    }
    let embedded = json!({"alg": "EdDSA", "kid": forge.key.public().id(), "jwk": {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}});
    forge.assert(&format!("{}.{}.AAAA", encoded(&embedded), encoded(&claims())), "TOKEN_INVALID", "embedded key").await;
    tokio::select! {
        biased;
        accepted = listener.accept() => panic!("somebody came to fetch a key: {accepted:?}"),
        () = tokio::task::yield_now() => {}
    }
}

#[tokio::test]
async fn times_are_judged_with_a_minute_of_leeway() {
    let forge = Forge::start(&[]).await;
    let now = noon().micros() / 1_000_000;
    let lasting = |from: i64, to: i64| {
        let mut claims = claims();
        claims["iat"] = json!(now + from);
        claims["nbf"] = json!(now + from);
        claims["exp"] = json!(now + to);
        forge.sign(&forge.header(), &claims)
    };
    forge.assert(&lasting(-200, -61), "TOKEN_EXPIRED", "expired").await;
    forge.server.call("GetHead").bearer(&lasting(-200, -59)).send().await.assert_ok();
    forge.assert(&lasting(61, 120), "TOKEN_INVALID", "not yet valid").await;
    forge.server.call("GetHead").bearer(&lasting(59, 120)).send().await.assert_ok();
    forge.assert(&lasting(0, 3600), "TOKEN_INVALID", "lives too long").await;
    forge.assert(&lasting(0, 0), "TOKEN_INVALID", "no life").await;
    for exp in [json!("2000000000"), json!(2e9 + 0.5), Value::Null, json!(-1)] {
        forge.assert(&forge.sign(&forge.header(), &with("exp", exp.clone())), "TOKEN_INVALID", &format!("exp {exp}")).await;
    }
    let mut without = claims();
    without.as_object_mut().unwrap().remove("exp");
    forge.assert(&forge.sign(&forge.header(), &without), "TOKEN_INVALID", "no exp").await;
}

#[tokio::test]
async fn an_accepted_token_expires_all_the_same() {
    let server = Server::start(&[]).await;
    let call = server.call("GetHead");
    let token = server.token(&["*"]);
    call.send().await.assert_ok();
    server.call("GetHead").bearer(&token).send().await.assert_ok();
    server.clock.set(noon().plus(Duration::from_secs(181)));
    server.call("GetHead").bearer(&token).send().await.assert(Code::Unauthenticated, "TOKEN_EXPIRED");
}

#[tokio::test]
async fn a_token_for_or_by_another_is_refused() {
    let forge = Forge::start(&[]).await;
    forge.assert(&forge.sign(&forge.header(), &with("aud", json!("invoicing"))), "TOKEN_AUDIENCE", "another audience").await;
    forge.assert(&forge.sign(&forge.header(), &with("iss", json!("https://accounts.example"))), "TOKEN_AUDIENCE", "another issuer").await;
    forge.assert(&forge.sign(&forge.header(), &with("iss", json!("invoicing"))), "TOKEN_AUDIENCE", "in the name of another").await;
    forge.assert(&forge.sign(&forge.header(), &with("ten", json!("acme"))), "TOKEN_INVALID", "no tenant").await;
    forge.assert(&forge.sign(&forge.header(), &with("kind", json!("root"))), "TOKEN_INVALID", "no kind").await;
    forge.assert(&forge.sign(&forge.header(), &with("sub", json!(""))), "TOKEN_INVALID", "no subject").await;
    forge.assert(&forge.sign(&forge.header(), &with("maker", json!(""))), "TOKEN_INVALID", "no maker").await;
    forge.assert(&forge.sign(&forge.header(), &with("note", json!("x".repeat(9000)))), "TOKEN_INVALID", "too long").await;
}

#[tokio::test]
async fn keys_are_created_once_and_found_again() {
    let directory = tempfile::tempdir().unwrap();
    assert!(KeyRing::read(directory.path(), &[GATEWAY]).is_err());
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "who only reads creates nothing");
    let first = KeyRing::open_or_generate(directory.path(), &[GATEWAY, NAME]).unwrap();
    let again = KeyRing::open_or_generate(directory.path(), &[GATEWAY, NAME]).unwrap();
    let ids = |ring: &KeyRing| {
        let mut ids: Vec<String> = ring.trusted().iter().map(|key| key.id().to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&first), ids(&again));
    assert_eq!(ids(&first), ids(&KeyRing::read(directory.path(), &[GATEWAY]).unwrap()));
    let clock = Clock::fixed(noon());
    let token = first.minter(GATEWAY, &clock).unwrap().mint(&user(Permissions::all()), NAME, TOKEN_LIFE).unwrap();
    assert_eq!(again.verifier(NAME, &clock).verify(&token).unwrap().principal, user(Permissions::all()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(directory.path().join("gateway.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
