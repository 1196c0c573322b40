//! A page that only says something: not found, not permitted, not working.

use askama::Template;
use axum::response::Response;
use http::StatusCode;
use quittance_types::Fault;

use super::assets::Assets;
use super::frame::Frame;
use super::headers;
use super::html::Html;

/// What is said.
#[derive(Clone, Debug)]
pub struct Message {
    /// The status of the answer.
    pub status: StatusCode,
    /// What happened.
    pub title: String,
    /// What to do about it.
    pub text: String,
    /// A trace to look for.
    pub trace_id: Option<String>,
}

/// 404: no such page, or somebody else's.
pub fn not_found() -> Message {
    Message {
        status: StatusCode::NOT_FOUND,
        title: "There is nothing at this address".to_owned(),
        text: "It may have been moved, or it belongs to another company.".to_owned(),
        trace_id: None,
    }
}

/// 403: a permission is missing.
pub fn forbidden(permission: &str) -> Message {
    Message {
        status: StatusCode::FORBIDDEN,
        title: "You may not do this".to_owned(),
        text: format!("The permission {permission} is missing. An administrator can grant it."),
        trace_id: None,
    }
}

/// 503: the part of the page that matters does not answer.
pub fn unavailable(trace_id: Option<&str>) -> Message {
    Message {
        status: StatusCode::SERVICE_UNAVAILABLE,
        title: "Quittance does not answer".to_owned(),
        text: "Nothing was changed. Try again in a moment.".to_owned(),
        trace_id: trace_id.map(str::to_owned),
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessageTemplate<'a> {
    assets: &'static Assets,
    message: &'a Message,
}

#[derive(Template)]
#[template(path = "message_main.html")]
struct MessageMain<'a> {
    message: &'a Message,
}

/// Answers with a message: inside the frame for somebody signed in, else on its own.
pub fn respond(frame: Option<&Frame>, message: &Message) -> Response {
    let html = match frame {
        Some(frame) => Html::render(&MessageMain { message }).and_then(|main| frame.around(main)),
        None => Html::render(&MessageTemplate { assets: Assets::get(), message }),
    };
    html.map_or_else(|fault| failed(&fault), |html| headers::page(message.status, html))
}

/// The last resort, when a page could not be written. The detail goes to the log and not to the page.
pub(super) fn failed(fault: &Fault) -> Response {
    tracing::error!(detail = fault.operator_detail(), "a portal page could not be written");
    headers::page(StatusCode::INTERNAL_SERVER_ERROR, Html::written("Quittance could not write this page.".to_owned()))
}
