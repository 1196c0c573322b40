//! The sign-in page: open the one-time link, or paste it or a token.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::assets::Assets;
use super::headers;
use super::html::Html;
use super::message;

/// Why the last attempt did not sign the person in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Nothing was pasted.
    Empty,
    /// It is neither a link nor a token of this installation, or it has been used, or it has run out. The three are
    /// one on purpose: whoever guesses learns nothing.
    NotAccepted,
    /// Too many attempts from this address.
    TooMany,
    /// A session ended; nothing was attempted.
    SessionEnded,
}

impl Problem {
    fn sentence(self) -> &'static str {
        match self {
            Problem::Empty => "Nothing was pasted. Paste the link or the token below.",
            Problem::NotAccepted => "Not signed in: this link or token is not known here, has been used or has run out. Ask for a new one.",
            Problem::TooMany => "Not signed in: too many attempts. Wait a minute, then try again.",
            Problem::SessionEnded => "Your session has ended. Sign in again to go on.",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Problem::Empty => StatusCode::UNPROCESSABLE_ENTITY,
            Problem::NotAccepted | Problem::SessionEnded => StatusCode::UNAUTHORIZED,
            Problem::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}

/// What the sign-in page shows. The form posts the fields `token` (a whole link or the token alone), `next` and, if
/// there is one, `form_token` to `/sign-in`.
#[derive(Clone, Debug, Default)]
pub struct SignInView {
    /// What went wrong before.
    pub problem: Option<Problem>,
    /// The token of the one-time link that was opened: there is nothing to paste then.
    pub token: Option<String>,
    /// Where to go afterwards: a path of this portal, else it is left out.
    pub next: Option<String>,
    /// Token against forged posts, if the session layer made one for this form.
    pub form_token: Option<String>,
}

impl SignInView {
    /// `next`, if it is a path of this portal: it begins with one slash and leads nowhere else.
    pub fn safe_next(&self) -> Option<&str> {
        let next = self.next.as_deref()?;
        let outside = next.starts_with("//") || next.contains(['\\', '\r', '\n', '\t']);
        (next.starts_with('/') && !outside).then_some(next)
    }
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInTemplate<'a> {
    assets: &'static Assets,
    problem: Option<&'static str>,
    token: Option<&'a str>,
    next: Option<&'a str>,
    form_token: Option<&'a str>,
}

/// Answers with the sign-in page: 200, or the status of the problem.
pub fn respond(view: &SignInView) -> Response {
    let template = SignInTemplate {
        assets: Assets::get(),
        problem: view.problem.map(Problem::sentence),
        token: view.token.as_deref(),
        next: view.safe_next(),
        form_token: view.form_token.as_deref(),
    };
    match Html::render(&template) {
        Ok(html) => headers::page(view.problem.map_or(StatusCode::OK, Problem::status), html),
        Err(fault) => message::failed(&fault),
    }
}
