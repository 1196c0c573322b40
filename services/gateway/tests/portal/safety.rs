//! What a page may not contain, whatever the data; where it may lead; the headers around it.

use std::path::Path;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::BodyExt;
use quittance_gateway::portal::html::Outside;
use quittance_gateway::portal::pages::{PageId, Site};
use quittance_gateway::portal::sign_in::{Problem, SignInView};
use quittance_gateway::portal::{assets, headers, message, overview, sign_in};
use tower::ServiceExt;

use crate::fixtures;
use crate::html::{page, pages, part, tags, text};

async fn body(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn all_pages() -> Vec<(&'static str, String)> {
    let mut all = pages();
    let view = SignInView {
        problem: Some(Problem::NotAccepted),
        token: None,
        next: Some(format!("/{}", fixtures::HOSTILE.replace(['\u{0}', '\\'], ""))),
        form_token: Some(fixtures::HOSTILE.to_owned()),
    };
    all.push(("sign-in", body(sign_in::respond(&view)).await));
    let by_link = SignInView { token: Some(fixtures::HOSTILE.to_owned()), ..SignInView::default() };
    all.push(("sign-in by link", body(sign_in::respond(&by_link)).await));
    all.push(("not found", body(message::respond(None, &message::not_found())).await));
    all.push(("forbidden", body(message::respond(Some(&fixtures::full_frame()), &message::forbidden("<script>"))).await));
    all
}

#[tokio::test]
async fn no_page_has_inline_code_or_style() {
    for (name, html) in all_pages().await {
        for tag in tags(&html) {
            assert_ne!(tag.name, "style", "{name}");
            if tag.name == "script" {
                assert!(tag.get("src").is_some_and(|src| src.starts_with("/assets/portal-")), "{name}: script without file");
                assert!(tag.text.trim().is_empty(), "{name}: inline script");
            }
            for (key, value) in &tag.attributes {
                assert_ne!(key, "style", "{name}: inline style on {}", tag.name);
                assert!(!key.starts_with("on"), "{name}: handler {key} on {}", tag.name);
                let known = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
                assert!(known, "{name}: odd attribute {key:?} on {}", tag.name);
                if matches!(key.as_str(), "href" | "src" | "action") {
                    let ours = value.starts_with('#') || (value.starts_with('/') && !value.starts_with("//"));
                    assert!(ours, "{name}: {value} leads elsewhere");
                }
            }
        }
    }
}

#[tokio::test]
async fn hostile_text_stays_text() {
    for (name, html) in all_pages().await {
        assert!(!html.contains("<script>"), "{name}");
        assert!(!html.contains("<img"), "{name}");
        for hidden in ['\u{202E}', '\u{0}', '\u{200B}'] {
            let at_rest = name.starts_with("sign-in");
            assert!(at_rest || !html.contains(hidden), "{name}: {hidden:?} is not made visible");
        }
    }
    let html = page(&fixtures::hostile_frame(), &fixtures::hostile());
    assert!(html.contains("<bdi>&#60;script&#62;alert(1)"), "shown as text, isolated");
    assert!(html.contains("[U+202E]drowssap[U+0000][U+200B]"), "hidden characters are shown");
    assert!(!html.contains(&"x".repeat(501)), "cut at 500");
    assert!(!html.contains("../../x"), "an id that is none leads nowhere");
}

#[test]
fn outside_text_is_cut_and_isolated() {
    assert_eq!(Outside::new("Müller & Söhne").html().as_str(), "<bdi>Müller &#38; Söhne</bdi>");
    assert_eq!(Outside::new("a\nb\u{2066}c").visible(), "a b[U+2066]c");
    assert_eq!(Outside::new("x".repeat(900)).visible().chars().count(), 501);
}

#[test]
fn no_template_switches_escaping_off() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("templates")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let template = std::fs::read_to_string(&path).unwrap();
            let bare = template.replace(' ', "");
            assert!(!bare.contains("|safe") && !bare.contains("autoescape") && !bare.contains("style="), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 10, "the templates were found");
}

#[test]
fn only_pages_that_exist_are_linked() {
    let view = fixtures::rich();
    let html = page(&fixtures::frame(), &view);
    let site = Site::default();
    for tag in tags(&html).iter().filter(|tag| tag.name == "a") {
        let href = tag.get("href").unwrap();
        let exists = href.starts_with('#') || href == site.href(PageId::Overview, "").unwrap();
        assert!(exists, "{href} leads to a page that is not built");
    }
    assert_eq!(tags(&html).iter().filter(|tag| tag.get("data-go").is_some()).count(), 1);
    let all = page(&fixtures::full_frame(), &view);
    assert_eq!(tags(&all).iter().filter(|tag| tag.get("data-go").is_some()).count(), 14);
    assert!(part(&all, "needs").contains("<a href=\"/cash\" data-key=\"1\">Confirm receipts</a>"));
    assert!(all.contains("href=\"/invoices?age=31-60\""), "figures lead to their lists");
}

#[test]
fn ids_are_distinct_and_references_lead_to_them() {
    for (name, html) in pages() {
        let tags = tags(&html);
        let mut ids: Vec<&str> = tags.iter().filter_map(|tag| tag.get("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id stands twice");
        for tag in &tags {
            let inner = tag.get("href").and_then(|href| href.strip_prefix('#'));
            for reference in [inner, tag.get("aria-labelledby"), tag.get("popovertarget")].into_iter().flatten() {
                assert!(ids.binary_search(&reference).is_ok(), "{name}: nothing is called {reference}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_carries_every_security_header() {
    let response = overview::respond(&fixtures::frame(), &fixtures::rich(), None, &HeaderMap::new());
    assert_eq!(response.status(), StatusCode::OK);
    let get = |name: &str| response.headers().get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(
        get("content-security-policy"),
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    );
    assert_eq!(headers::CONTENT_SECURITY_POLICY, get("content-security-policy"));
    assert_eq!(get("x-content-type-options"), "nosniff");
    assert_eq!(get("referrer-policy"), "no-referrer");
    assert_eq!(get("cross-origin-opener-policy"), "same-origin");
    assert_eq!(get("cache-control"), "no-store");
    assert_eq!(get("content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn a_part_is_served_alone_to_the_script_and_within_the_page_by_hand() {
    let (frame, view) = (fixtures::full_frame(), fixtures::rich());
    let by_script = HeaderMap::from_iter([(http::HeaderName::from_static("sec-fetch-dest"), HeaderValue::from_static("empty"))]);
    for name in overview::PARTS {
        let alone = body(overview::respond(&frame, &view, Some(name), &by_script)).await;
        assert!(!alone.contains("<html") && alone.contains(&format!("data-part=\"{name}\"")), "{name}");
        tags(&alone);
    }
    let by_hand = body(overview::respond(&frame, &view, Some("dso"), &HeaderMap::new())).await;
    assert!(by_hand.contains("<html") && by_hand.contains("data-part=\"dso\""));
    let none = overview::respond(&frame, &view, Some("../etc"), &by_script);
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn files_are_kept_for_ever_and_only_under_their_hash() {
    let files = assets::Assets::get();
    for file in [&files.style, &files.script, &files.icon] {
        let request = Request::get(file.path()).body(Body::empty()).unwrap();
        let response = assets::routes::<()>().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["cache-control"], "public, max-age=31536000, immutable");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(body(response).await, file.body);
    }
    for path in ["/assets/portal.css", "/assets/..%2f..%2fetc%2fpasswd", "/assets/portal-0000000000000000.js"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = assets::routes::<()>().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn signing_in_takes_a_paste_and_leads_only_into_the_portal() {
    let plain = body(sign_in::respond(&SignInView::default())).await;
    let tags_of = tags(&plain);
    let form = tags_of.iter().find(|tag| tag.name == "form").unwrap();
    assert_eq!((form.get("method"), form.get("action")), (Some("post"), Some("/sign-in")));
    assert!(!plain.contains("<script"), "the page needs no script");
    assert!(!plain.contains("name=\"next\"") && !plain.contains("role=\"alert\""));
    let by_link = body(sign_in::respond(&SignInView { token: Some("abc".to_owned()), ..SignInView::default() })).await;
    assert!(by_link.contains("<input type=\"hidden\" name=\"token\" value=\"abc\">") && !by_link.contains("type=\"password\""));
    let next = |next: &str| SignInView { next: Some(next.to_owned()), ..SignInView::default() };
    assert!(body(sign_in::respond(&next("/cash?state=open"))).await.contains("value=\"/cash?state=open\""));
    for elsewhere in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", ""] {
        assert!(!body(sign_in::respond(&next(elsewhere))).await.contains("name=\"next\""), "{elsewhere}");
    }
    let refused = sign_in::respond(&SignInView { problem: Some(Problem::NotAccepted), ..SignInView::default() });
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
    assert!(text(&body(refused).await).contains("Not signed in: this link or token is not known here"));
}
