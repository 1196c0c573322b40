//! The OpenAPI 3.1 document of every contract.

use std::sync::LazyLock;

use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

/// One document a package, as the build wrote them.
static PARTS: &[&str] = include!(concat!(env!("OUT_DIR"), "/openapi.rs"));

static DOCUMENT: LazyLock<String> = LazyLock::new(|| merged(PARTS).to_string());

/// Serves the document.
pub(super) async fn document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], DOCUMENT.as_str())
}

/// One document from many: paths and components put together, the rest from the first.
fn merged(parts: &[&str]) -> Value {
    let mut whole = Map::new();
    for part in parts {
        let Ok(Value::Object(part)) = serde_json::from_str::<Value>(part) else { continue };
        merge(&mut whole, part);
    }
    Value::Object(whole)
}

fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(into)), Value::Object(from)) => merge(into, from),
            (Some(Value::Array(into)), Value::Array(from)) => {
                for entry in from {
                    if !into.contains(&entry) {
                        into.push(entry);
                    }
                }
            }
            (Some(_), _) => {}
            (None, value) => {
                into.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_annotated_method_is_in_the_document() {
        let document: Value = serde_json::from_str(&DOCUMENT).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let operations: usize = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
        assert_eq!(operations, crate::front::rest::routes::table().len());
    }
}
