//! Signing in, and the Overview.

use std::time::Duration;

use http::Method;
use quittance_testkit::{on_both, race};

use crate::door::Door;

/// The cookie of a fresh session.
pub async fn sign_in(door: &Door) -> String {
    let link = door.link();
    let page = door.send(Method::GET, &link, &[], "").await;
    assert_eq!((page.status.as_u16(), page.header("set-cookie")), (200, ""), "opening a link changes nothing");
    let token = link.rsplit_once('=').unwrap().1;
    assert!(page.text().contains(&format!("<input type=\"hidden\" name=\"token\" value=\"{token}\">")), "one click is enough");
    let answer = door.enter(&link).await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"));
    let cookie = answer.header("set-cookie");
    for attribute in ["__Host-quittance=", "; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"] {
        assert!(cookie.contains(attribute), "{attribute} is missing in {cookie}");
    }
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_signs_in_once() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let link = door.link();
        let answers = race(8, |_| {
            let (http, request) = (door.http.clone(), door.entering(&link));
            async move { http.request(request).await.unwrap().status().as_u16() }
        })
        .await;
        assert_eq!(
            (answers.iter().filter(|status| **status == 303).count(), answers.iter().filter(|status| **status == 401).count()),
            (1, 7)
        );
        let again = door.enter(&link).await;
        assert_eq!((again.status.as_u16(), again.header("set-cookie")), (401, ""));
        assert!(again.text().contains("has been used"));
        assert_eq!(door.store.rows("session").await, 1);
    })
    .await;
}

#[tokio::test]
async fn the_overview_names_the_services_that_are_missing() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let nobody = door.send(Method::GET, "/", &[], "").await;
        assert_eq!((nobody.status.as_u16(), nobody.header("location")), (303, "/sign-in"));
        let cookie = sign_in(&door).await;
        let page = door.send(Method::GET, "/", &[("cookie", &cookie)], "").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        let expected = [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
        ];
        for (name, value) in expected {
            assert_eq!(page.header(name), value);
        }
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        for service in ["Collections", "Reconciliation"] {
            assert!(page.text().contains(&format!("{service} does not answer")), "{service} is not named:\n{}", page.text());
        }
        assert!(page.text().contains("alice"));
        let dated = door.send(Method::GET, "/?as_of=2026-01-10", &[("cookie", &cookie)], "").await;
        assert_eq!(dated.status, 200);
        for as_of in ["x", "2026-02-30", "%22%3E%3Cscript%3E"] {
            assert_eq!(door.send(Method::GET, &format!("/?as_of={as_of}"), &[("cookie", &cookie)], "").await.status, 200);
        }
        let missing = door.send(Method::GET, "/nothing", &[("cookie", &cookie)], "").await;
        assert_eq!(missing.status, 404);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_by_signing_out_or_with_its_day() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let cookie = sign_in(&door).await;
        let page = door.send(Method::GET, "/", &[("cookie", &cookie)], "").await;
        let (_, rest) = page.text().split_once("name=\"form_token\" value=\"").expect("a form to sign out");
        let form = format!("form_token={}", rest.split('"').next().unwrap());
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let out = async |headers: &[(&str, &str)], form: &str| {
            door.send(Method::POST, "/sign-out", headers, form.to_owned()).await.status.as_u16()
        };
        assert_eq!(out(&[kind, ("cookie", &cookie)], "form_token=wrong").await, 403);
        assert_eq!(out(&[kind, ("cookie", &cookie), ("sec-fetch-site", "cross-site")], &form).await, 403);
        assert_eq!(door.send(Method::GET, "/", &[("cookie", &cookie)], "").await.status, 200);
        assert_eq!(out(&[kind, ("cookie", &cookie)], &form).await, 303);
        assert_eq!(door.send(Method::GET, "/", &[("cookie", &cookie)], "").await.status, 303);

        // A link of the same second for the same person would be the same link.
        door.clock.set(door.clock.now().plus(Duration::from_secs(1)));
        let other = sign_in(&door).await;
        door.clock.set(door.clock.now().plus(Duration::from_secs(12 * 3_600 + 1)));
        assert_eq!(door.send(Method::GET, "/", &[("cookie", &other)], "").await.status, 303);
    })
    .await;
}

#[tokio::test]
async fn a_pasted_token_signs_in_from_our_own_page_only() {
    on_both(|backend| async move {
        let door = Door::open(backend).await;
        let page = door.send(Method::GET, "/sign-in", &[], "").await;
        assert!(page.status == 200 && page.text().contains("<form"));
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let form = |token: &str, next: &str| format!("token={token}&next={next}");
        let post = async |headers: &[(&str, &str)], form: String| door.send(Method::POST, "/sign-in", headers, form).await;
        let signed_in = post(&[kind], form(&door.token(), "%2Fcustomers")).await;
        assert_eq!((signed_in.status.as_u16(), signed_in.header("location")), (303, "/customers"));
        for outside in
            ["%2F%2Felsewhere.example", "https%3A%2F%2Felsewhere.example", "%2F%5Celsewhere.example", "%2F%09%2Felsewhere.example"]
        {
            assert_eq!(post(&[kind], form(&door.token(), outside)).await.header("location"), "/", "{outside}");
        }
        assert_eq!(post(&[kind, ("sec-fetch-site", "cross-site")], form(&door.token(), "")).await.status, 403);
        assert_eq!(post(&[kind], form("", "")).await.status, 422);
        assert_eq!(post(&[kind], form("nonsense", "")).await.status, 401);
    })
    .await;
}
