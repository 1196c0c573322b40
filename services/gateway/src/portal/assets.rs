//! The files the pages use. Their names carry a hash of their bytes, so they may be kept for ever.

use std::sync::OnceLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::Response;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../../assets/portal.css");
const SCRIPT: &str = include_str!("../../assets/portal.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// One file, ready to be sent.
#[derive(Debug)]
pub struct Asset {
    /// Its name, hash included, for instance `portal-0123456789abcdef.css`.
    pub name: String,
    /// Its fixed media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub body: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, body: &'static str) -> Asset {
        let digest = hex::encode(Sha256::digest(body.as_bytes()));
        let hash: String = digest.chars().take(16).collect();
        Asset { name: format!("{stem}-{hash}.{ending}"), media_type, body }
    }

    /// Its address.
    pub fn path(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// All files of the portal.
#[derive(Debug)]
pub struct Assets {
    /// The stylesheet.
    pub style: Asset,
    /// The script. Every page works without it.
    pub script: Asset,
    /// The icon of the browser's tab.
    pub icon: Asset,
}

impl Assets {
    /// The files, hashed once per process.
    pub fn get() -> &'static Assets {
        static ASSETS: OnceLock<Assets> = OnceLock::new();
        ASSETS.get_or_init(|| Assets {
            style: Asset::new("portal", "css", "text/css; charset=utf-8", STYLE),
            script: Asset::new("portal", "js", "text/javascript; charset=utf-8", SCRIPT),
            icon: Asset::new("icon", "svg", "image/svg+xml", ICON),
        })
    }

    fn find(&self, name: &str) -> Option<&Asset> {
        [&self.style, &self.script, &self.icon].into_iter().find(|asset| asset.name == name)
    }
}

/// `GET /assets/{name}`: one of the files, immutable; 404 for any other name.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{name}", get(serve))
}

async fn serve(Path(name): Path<String>) -> Response {
    let Some(asset) = Assets::get().find(&name) else {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut found = Response::new(Body::from(asset.body));
    let headers = found.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    found
}
