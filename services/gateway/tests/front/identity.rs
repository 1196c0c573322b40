//! Who is let in.

use std::time::Duration;

use http::Method;
use quittance_chassis::auth::GATEWAY;
use quittance_chassis::{Permissions, Principal, PrincipalKind};
use quittance_gateway::front::{PEOPLE, SIGN_IN};
use quittance_testkit::{on_both, tenant};

use crate::door::{Door, bearer};
use crate::rest::customer;

const PATH: &str = "/v1/customers";

#[tokio::test]
async fn nobody_comes_in_without_one_good_token() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let good = bearer(&door.token());
        assert_eq!(door.send(Method::GET, PATH, &[], "").await.refusal(), (401, "TOKEN_MISSING".to_owned()));
        let two = [("authorization", good.as_str()), ("authorization", good.as_str())];
        assert_eq!(door.send(Method::GET, PATH, &two, "").await.refusal(), (401, "TOKEN_INVALID".to_owned()));
        for bad in ["Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", &good[..good.len() - 4], "Bearer qk_1_2_3"] {
            assert_eq!(
                door.send(Method::GET, PATH, &[("authorization", bad)], "").await.refusal(),
                (401, "TOKEN_INVALID".to_owned()),
                "{bad}"
            );
        }
        assert_eq!(door.send(Method::GET, PATH, &[("authorization", &good)], "").await.status, 200);
        door.clock.set(door.clock.now().plus(Duration::from_secs(3_600)));
        assert_eq!(door.send(Method::GET, PATH, &[("authorization", &good)], "").await.refusal(), (401, "TOKEN_EXPIRED".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn a_token_for_inside_is_none_for_the_door() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let alice = Principal::user("alice", tenant(1), Permissions::all());
        for audience in ["credit", "gateway", SIGN_IN] {
            let token = door.mint(GATEWAY, &alice, audience);
            assert_eq!(door.get(&token, PATH).await.refusal(), (401, "TOKEN_AUDIENCE".to_owned()), "{audience}");
        }
        let forged = door.mint("credit", &alice, PEOPLE);
        assert_eq!(door.get(&forged, PATH).await.refusal(), (403, "CALLER_NOT_ALLOWED".to_owned()));
        for kind in [PrincipalKind::Service, PrincipalKind::System] {
            let service = Principal { kind, ..alice.clone() };
            for issuer in ["credit", GATEWAY] {
                let token = door.mint(issuer, &service, PEOPLE);
                assert_eq!(door.get(&token, PATH).await.refusal(), (401, "TOKEN_INVALID".to_owned()), "{issuer} {kind:?}");
                let link = format!("/sign-in?token={}", door.mint(issuer, &service, SIGN_IN));
                let answer = door.enter(&link).await;
                assert_eq!((answer.status.as_u16(), answer.header("set-cookie")), (401, ""), "{issuer} {kind:?}");
            }
        }
        assert_eq!(door.store.rows("session").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_person_may_do_what_the_token_says() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let reader = door.token_of(tenant(1), &["credit.customer.read"]);
        assert_eq!(door.get(&reader, PATH).await.status, 200);
        assert_eq!(door.post(&reader, PATH, &customer("K-1")).await.refusal(), (403, "PERMISSION_MISSING".to_owned()));
    })
    .await;
}
