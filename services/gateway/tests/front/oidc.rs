//! People of OIDC issuers: at the door with their token, and in the portal.

use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use quittance_chassis::auth::SigningKey;
use quittance_testkit::{Backend, on_both, tenant, unique};
use serde_json::{Value, json};

use crate::door::Door;

const PATH: &str = "/v1/customers";
/// Both issuers of these tests call their key the same.
const KEY_ID: &str = "key-1";
const AUDIENCE: &str = "quittance";

/// An issuer, and the folder its keys lie in.
struct Issuer {
    name: &'static str,
    folder: PathBuf,
}

impl Issuer {
    fn new(name: &'static str) -> Self {
        let folder = std::env::temp_dir().join(format!("quittance-oidc-{}", unique()));
        let key = SigningKey::generate("issuer").unwrap();
        key.write(&folder).unwrap();
        let public = STANDARD.decode(body_of(&key.public().to_pem())).unwrap();
        let x = URL_SAFE_NO_PAD.encode(&public[public.len() - 32..]);
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": KEY_ID, "x": x});
        std::fs::write(folder.join("jwks.json"), json!({"keys": [jwk]}).to_string()).unwrap();
        Self { name, folder }
    }

    fn setting(&self) -> String {
        format!(
            "{{ issuer = \"{}\", audience = \"{AUDIENCE}\", jwks_file = \"{}\", tenant_claim = \"org\", permissions_claim = \"may\" }}",
            self.name,
            self.folder.join("jwks.json").display()
        )
    }

    /// A token good from then to then, in seconds from now, with these claims on top.
    fn token(&self, door: &Door, [from, until]: [i64; 2], more: &[(&str, Value)]) -> String {
        let now = door.clock.now().micros() / 1_000_000;
        let mut claims = json!({
            "iss": self.name, "aud": AUDIENCE, "sub": "carol", "org": tenant(1).to_string(), "may": ["credit.customer.*"],
            "iat": now + from, "exp": now + until,
        });
        for (name, value) in more {
            claims[*name] = value.clone();
        }
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(KEY_ID.to_owned());
        let private = std::fs::read_to_string(self.folder.join("issuer.pem")).unwrap();
        let key = EncodingKey::from_ed_der(&STANDARD.decode(body_of(&private)).unwrap());
        jsonwebtoken::encode(&header, &claims, &key).unwrap()
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn body_of(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with('-')).collect()
}

async fn door_for(backend: Backend, issuers: &[Issuer]) -> Door {
    let settings: Vec<String> = issuers.iter().map(Issuer::setting).collect();
    Door::open_with(backend, &[&format!("service.oidc=[{}]", settings.join(", "))]).await
}

#[tokio::test]
async fn a_person_of_an_issuer_calls_and_signs_in() {
    on_both(|backend| async move {
        let issuers = [Issuer::new("https://one.example"), Issuer::new("https://two.example")];
        let door = door_for(backend, &issuers).await;
        for issuer in &issuers {
            let token = issuer.token(&door, [0, 600], &[]);
            assert_eq!(door.get(&token, PATH).await.status, 200, "{}", issuer.name);
            assert_eq!(door.get(&token, "/v1/apiKeys").await.refusal(), (403, "PERMISSION_MISSING".to_owned()));
            let entered = door.enter(&format!("/sign-in?token={token}")).await;
            assert_eq!((entered.status.as_u16(), entered.header("location")), (303, "/"), "{}", issuer.name);
            let cookie = entered.header("set-cookie").split(';').next().unwrap().to_owned();
            let page = door.send(http::Method::GET, "/", &[("cookie", &cookie)], "").await;
            assert_eq!(page.status, 200);
            assert!(page.text().contains("carol"));
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_is_good_for_a_short_time_and_for_us_alone() {
    let issuers = [Issuer::new("https://one.example")];
    let [issuer] = &issuers;
    let door = door_for(Backend::Sqlite, &issuers).await;
    let from_now = |seconds: i64| json!(door.clock.now().micros() / 1_000_000 + seconds);
    let invalid = "TOKEN_INVALID";
    let cases = [
        ("run out", issuer.token(&door, [-600, -61], &[]), "TOKEN_EXPIRED"),
        ("from tomorrow", issuer.token(&door, [61, 600], &[]), invalid),
        ("not before a time that is to come", issuer.token(&door, [0, 600], &[("nbf", from_now(61))]), invalid),
        ("for a day", issuer.token(&door, [0, 86_400], &[]), invalid),
        ("for ever", issuer.token(&door, [0, 600], &[("exp", Value::Null)]), invalid),
        ("since nobody knows when", issuer.token(&door, [0, 600], &[("iat", Value::Null)]), invalid),
        ("for somebody else", issuer.token(&door, [0, 600], &[("aud", json!("other"))]), "TOKEN_AUDIENCE"),
        ("by somebody else", issuer.token(&door, [0, 600], &[("iss", json!("https://three.example"))]), "TOKEN_AUDIENCE"),
        ("of no tenant", issuer.token(&door, [0, 600], &[("org", Value::Null)]), invalid),
    ];
    for (what, token, reason) in cases {
        assert_eq!(door.get(&token, PATH).await.refusal(), (401, reason.to_owned()), "{what}");
        assert_eq!(door.enter(&format!("/sign-in?token={token}")).await.status, 401, "{what}");
    }
    assert_eq!(door.get(&issuer.token(&door, [-600, 59], &[]), PATH).await.status, 200);
    assert_eq!(door.store.rows("session").await, 0);
}
