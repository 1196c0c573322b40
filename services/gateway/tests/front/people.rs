//! People who leave, and people who may do something else from now on.

use std::time::Duration;

use http::Method;
use quittance_chassis::auth::GATEWAY;
use quittance_chassis::{Permissions, Principal};
use quittance_gateway::front::SIGN_IN;
use quittance_testkit::{on_both, request_id, tenant};
use serde_json::json;

use crate::door::{Answer, Door};
use crate::pages::sign_in;

const PATH: &str = "/v1/customers";

async fn portal(door: &Door, cookie: &str) -> u16 {
    door.send(Method::GET, "/", &[("cookie", cookie)], "").await.status.as_u16()
}

async fn revoke(door: &Door, token: &str, subject: &str) -> Answer {
    door.post(token, "/v1/people:revoke", &json!({"request_id": request_id(), "subject": subject})).await
}

#[tokio::test]
async fn who_is_revoked_is_out_at_once_and_nobody_else() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let (alice, bob) = (door.token(), door.token_of_bob());
        let cookie = sign_in(&door).await;
        let key = json!({"request_id": request_id(), "name": "ERP", "permissions": ["credit.customer.read"]});
        let key = door.post(&alice, "/v1/apiKeys", &key).await.json()["secret"].as_str().expect("a secret").to_owned();
        door.clock.set(door.clock.now().plus(Duration::from_secs(1)));
        let link = door.link();
        assert_eq!(portal(&door, &cookie).await, 200);
        for credential in [&alice, &key] {
            assert_eq!(door.get(credential, PATH).await.status, 200);
        }

        let answer = revoke(&door, &bob, "alice").await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["sessionsEnded"], &answer.json()["apiKeysRevoked"]),
            (200, &json!(1), &json!(1))
        );
        assert_eq!(portal(&door, &cookie).await, 303);
        for credential in [&alice, &key] {
            assert_eq!(door.get(credential, PATH).await.refusal(), (401, "TOKEN_INVALID".to_owned()));
        }
        assert_eq!(door.enter(&link).await.status, 401, "a link signed before is worth nothing");
        assert_eq!(door.get(&bob, PATH).await.status, 200);
        let namesake = door.token_of(tenant(2), &["*"]);
        assert_eq!(door.get(&namesake, PATH).await.status, 200, "somebody of that name in another company");

        door.clock.set(door.clock.now().plus(Duration::from_secs(1)));
        sign_in(&door).await;
        assert_eq!(door.get(&door.token(), PATH).await.status, 200, "what is signed later lets in again");
    })
    .await;
}

/// The sign-in had read that nobody was revoked, and committed after the revocation.
#[tokio::test]
async fn a_session_that_slips_in_beside_the_revocation_is_none() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let cookie = sign_in(&door).await;
        let now = door.clock.now().micros();
        let sql = format!("INSERT INTO revoked_person (tenant_id, subject, revoked_at) SELECT tenant_id, subject, {now} FROM session");
        door.store.execute(&sql).await;
        assert_eq!((door.store.rows("session").await, portal(&door, &cookie).await), (1, 303));
    })
    .await;
}

#[tokio::test]
async fn sessions_with_older_permissions_end_when_a_person_signs_in_with_others() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let first = sign_in(&door).await;
        door.clock.set(door.clock.now().plus(Duration::from_secs(1)));
        let second = sign_in(&door).await;
        assert_eq!((portal(&door, &first).await, portal(&door, &second).await), (200, 200), "the same person at two desks");
        let reader = Principal::user("alice", tenant(1), Permissions::of(["credit.customer.read"]));
        let answer = door.enter(&format!("/sign-in?token={}", door.mint(GATEWAY, &reader, SIGN_IN))).await;
        let third = answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
        assert_eq!((portal(&door, &first).await, portal(&door, &second).await, portal(&door, &third).await), (303, 303, 200));
    })
    .await;
}

#[tokio::test]
async fn a_subject_is_needed_and_a_right_to_revoke() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let bob = door.token_of_bob();
        for (subject, reason) in [("", "FIELD_REQUIRED"), ("a\u{0}b", "TEXT_INVALID"), (&*"x".repeat(256), "TEXT_TOO_LONG")] {
            assert_eq!(revoke(&door, &bob, subject).await.refusal(), (400, reason.to_owned()), "{subject:?}");
        }
        let clerk = door.token_of(tenant(1), &["gateway.apikey.*"]);
        assert_eq!(revoke(&door, &clerk, "bob").await.refusal(), (403, "PERMISSION_MISSING".to_owned()));
        assert_eq!(revoke(&door, &bob, "nobody we know").await.status, 200);
    })
    .await;
}
