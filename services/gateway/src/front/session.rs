//! Signing in: a one-time link or a token becomes a session; the cookie holds a secret whose hash is stored.

use axum::{
    Form,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use quittance_chassis::Ctx;
use quittance_types::{Fault, Reason, TenantId, Timestamp, Uuid};
use serde::Deserialize;

use super::{
    Front,
    identify::{self, Vouched},
};
use crate::{
    portal::sign_in::{self, Problem, SignInView},
    store::{
        hash, people,
        sessions::{self, Session},
    },
};

/// A `__Host-` cookie is bound to this host, sent over a secure context only, and never visible to scripts.
const COOKIE: &str = "__Host-quittance";
const MICROS_PER_HOUR: i64 = 3_600_000_000;

/// What the sign-in form posts.
#[derive(Deserialize)]
pub(super) struct SignIn {
    #[serde(default)]
    token: String,
    #[serde(default)]
    next: String,
}

/// The fields every form of a session posts.
#[derive(Deserialize)]
pub(super) struct FormToken {
    #[serde(default)]
    form_token: String,
}

/// What the address of the sign-in page may carry.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// The sign-in page. A one-time link brings its token into the form, so that one click is enough. Only the post uses it
/// up: what merely opens the link, a preview or a scanner, changes nothing.
pub(super) async fn show(Query(link): Query<Link>) -> Response {
    let token = (!link.token.is_empty()).then_some(link.token);
    sign_in::respond(&SignInView { token, ..SignInView::default() })
}

async fn entered(front: &Front, token: &str, next: String) -> Response {
    match front.open_session(token).await {
        Ok(cookie) => {
            let mut response = Redirect::to(&next).into_response();
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            response
        }
        Err(_) => sign_in::respond(&SignInView { problem: Some(Problem::NotAccepted), ..SignInView::default() }),
    }
}

/// Exchanges a link or token for a session.
pub(super) async fn enter(State(front): State<Front>, headers: HeaderMap, Form(form): Form<SignIn>) -> Response {
    let token = token_in(form.token.trim());
    if token.is_empty() {
        return sign_in::respond(&SignInView { problem: Some(Problem::Empty), ..SignInView::default() });
    }
    if !same_origin(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    // A browser reads `/\` and a tab after the slash as the beginning of another host.
    let asked = SignInView { next: Some(form.next), ..SignInView::default() };
    entered(&front, token, asked.safe_next().unwrap_or("/").to_owned()).await
}

/// Ends the session.
pub(super) async fn leave(State(front): State<Front>, headers: HeaderMap, Form(form): Form<FormToken>) -> Response {
    let Some((tenant, secret)) = cookie(&headers) else { return Redirect::to("/sign-in").into_response() };
    let known = front.session(&headers).await.is_some_and(|session| session.form_token == form.form_token);
    if !known || !same_origin(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let body = |tx, secret: Vec<u8>| async move { sessions::end(&tx, secret).await };
    if front.0.db.write(Ctx::system("sign-out", tenant), hash(&secret), body).await.is_err() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut response = Redirect::to("/sign-in").into_response();
    let gone = HeaderValue::from_static("__Host-quittance=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax");
    response.headers_mut().insert(header::SET_COOKIE, gone);
    response
}

/// A whole link, or the token alone.
fn token_in(pasted: &str) -> &str {
    pasted.rsplit_once("token=").map_or(pasted, |(_, token)| token)
}

/// A post comes from our own pages: the browser says so, or sends no word at all (old ones, and tools).
fn same_origin(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none")
}

fn cookie(headers: &HeaderMap) -> Option<(TenantId, String)> {
    let all = headers.get(header::COOKIE)?.to_str().ok()?;
    let value = all.split(';').find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))?;
    let (tenant, _) = value.split_once('.')?;
    Some((TenantId::new(Uuid::try_parse(tenant).ok()?), value.to_owned()))
}

impl Front {
    /// The session these headers belong to, if it has not ended.
    pub(super) async fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let (tenant, secret) = cookie(headers)?;
        let body = |tx, secret: Vec<u8>| async move { sessions::find(&tx, secret).await };
        self.0.db.read(Ctx::system("session", tenant), hash(&secret), body).await.ok().flatten()
    }

    async fn open_session(&self, token: &str) -> Result<HeaderValue, Fault> {
        let (Vouched { principal, signed_at }, once) = match self.0.links.verify(token) {
            Ok(verified) => (identify::outsider(verified)?, true),
            Err(_) => (self.by_token(token)?, false),
        };
        let now = self.0.clock.now();
        let hours = i64::from(self.0.settings.session_hours);
        let expires_at = Timestamp::from_micros(now.micros().saturating_add(hours.saturating_mul(MICROS_PER_HOUR)));
        let secret = format!("{}.{}", principal.tenant.uuid().simple(), hex::encode(rand::random::<[u8; 32]>()));
        let session = Session { principal, form_token: hex::encode(rand::random::<[u8; 16]>()), signed_at, expires_at };
        self.store_session(&secret, session, once.then(|| hash(token))).await?;
        let max_age = hours.saturating_mul(3_600);
        let cookie = format!("{COOKIE}={secret}; Path=/; Max-Age={max_age}; HttpOnly; Secure; SameSite=Lax");
        HeaderValue::from_str(&cookie).map_err(|_| Fault::internal("a cookie cannot be written"))
    }

    /// A link is marked as used in the transaction that opens the session: it opens exactly one.
    async fn store_session(&self, secret: &str, session: Session, link: Option<Vec<u8>>) -> Result<(), Fault> {
        let ctx = Ctx::system("sign-in", session.principal.tenant);
        let input = (hash(secret), session, link);
        self.0
            .db
            .write(ctx, input, |tx, (secret, session, link): (Vec<u8>, Session, Option<Vec<u8>>)| async move {
                if let Some(link) = link
                    && !sessions::use_link(&tx, link, session.expires_at).await?
                {
                    return Err(Fault::new(Reason::TokenInvalid, "This link has been used."));
                }
                if !people::may_enter(&tx, session.principal.person(), session.signed_at).await? {
                    return Err(Fault::new(Reason::TokenInvalid, "Sign in again."));
                }
                sessions::insert(&tx, secret, &session).await
            })
            .await
    }
}
