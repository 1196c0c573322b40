//! The portal's pages: each asks the services what it shows, all at once, and hands the answers to the renderer. A page
//! that is built later adds its handler here and its row in [`portal::pages`](crate::portal::pages).

mod overview;

use axum::{
    Router,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::HeaderMap;
use quittance_types::BusinessDate;
use serde::Deserialize;

use super::{Front, session};
use crate::{
    portal::{
        format::Format,
        frame::{Frame, Person, SignOut, Theme},
        html::Outside,
        message, overview as page,
        pages::{PageId, Site},
    },
    store::sessions::Session,
};

/// The routes of the portal.
pub(super) fn routes() -> Router<Front> {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(session::show).post(session::enter))
        .route("/sign-out", axum::routing::post(session::leave))
}

/// What the address of a page may say.
#[derive(Deserialize, Default)]
struct Address {
    as_of: Option<String>,
    part: Option<String>,
}

async fn home(State(front): State<Front>, Query(address): Query<Address>, headers: HeaderMap) -> Response {
    let Some(session) = front.session(&headers).await else { return Redirect::to("/sign-in").into_response() };
    let frame = front.frame(PageId::Overview, &session, address.as_of.as_deref());
    let ctx = front.ctx(session.principal.clone(), "/portal/overview", &headers);
    let view = overview::view(&front.0.peers, &ctx, frame.as_of).await;
    page::respond(&frame, &view, address.part.as_deref(), &headers)
}

/// 404, inside the frame for somebody signed in.
pub(super) async fn not_found(front: &Front, headers: &HeaderMap) -> Response {
    let session = front.session(headers).await;
    let frame = session.map(|session| front.frame(PageId::Overview, &session, None));
    message::respond(frame.as_ref(), &message::not_found())
}

impl Front {
    fn frame(&self, page: PageId, session: &Session, as_of: Option<&str>) -> Frame {
        let now = self.0.clock.now();
        let zone = self.0.db.zones().of(session.principal.tenant);
        let today = now.date_in(zone);
        Frame {
            page,
            site: Site::default(),
            tenant: Outside::new(self.0.settings.tenant_name.clone()),
            person: Some(Person { name: Outside::new(session.principal.subject.clone()), role: Outside::new("staff") }),
            sign_out: Some(SignOut { path: "/sign-out", form_token: session.form_token.clone() }),
            as_of: as_of.and_then(|date| BusinessDate::parse(date).ok()).unwrap_or(today),
            today,
            may_choose_date: true,
            now,
            zone: zone.clone(),
            format: Format::default(),
            theme: Theme::default(),
            live: None,
            counts: Vec::new(),
        }
    }
}
