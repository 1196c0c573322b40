//! The table of routes, read from the annotations once.

use std::sync::LazyLock;

use http::Method;
use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value};
use quittance_types::{Fault, Reason};

/// One method under one verb and path.
#[derive(Clone)]
pub struct Route {
    verb: Method,
    segments: Vec<Segment>,
    /// After the last colon: `apply` in `/v1/receipts/{receipt_id}:apply`.
    action: Option<String>,
    /// gRPC path.
    pub path: String,
    /// The method.
    pub method: MethodDescriptor,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// Dotted field path.
    Field(String),
}

/// Every route, literals before fields, so that `/v1/orders:submit` never reads as an id.
pub fn table() -> &'static [Route] {
    static TABLE: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let pool = quittance_api::pool();
        let Some(http) = pool.get_extension_by_name("google.api.http") else { return Vec::new() };
        let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let mut routes: Vec<Route> = methods
            .filter_map(|method| {
                let options = method.options();
                let rule = options.get_extension(&http).as_message().cloned()?;
                route(method, &rule)
            })
            .collect();
        routes.sort_by_key(|route| (route.action.is_none(), route.fields()));
        routes
    });
    &TABLE
}

fn route(method: MethodDescriptor, rule: &DynamicMessage) -> Option<Route> {
    let verbs = [("get", Method::GET), ("post", Method::POST), ("put", Method::PUT), ("patch", Method::PATCH), ("delete", Method::DELETE)];
    let (verb, template) = verbs.into_iter().find_map(|(name, verb)| {
        let field = rule.descriptor().get_field_by_name(name)?;
        rule.has_field(&field).then(|| rule.get_field(&field).into_owned()).and_then(|value| match value {
            Value::String(template) => Some((verb, template)),
            _ => None,
        })
    })?;
    let (template, action) = split_action(&template);
    let segments = template.trim_start_matches('/').split('/').map(segment).collect();
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    Some(Route { verb, segments, action: action.map(str::to_owned), path, method })
}

/// Splits what follows the last colon behind the last closing brace.
fn split_action(template: &str) -> (&str, Option<&str>) {
    match template.rsplit_once(':') {
        Some((path, action)) if !action.contains(['/', '}']) => (path, Some(action)),
        _ => (template, None),
    }
}

fn segment(text: &str) -> Segment {
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(field) => Segment::Field(field.split('=').next().unwrap_or(field).to_owned()),
        None => Segment::Literal(text.to_owned()),
    }
}

impl Route {
    fn fields(&self) -> usize {
        self.segments.iter().filter(|segment| matches!(segment, Segment::Field(_))).count()
    }

    fn captures(&self, path: &str) -> Option<Vec<(String, String)>> {
        let path = match &self.action {
            Some(action) => path.strip_suffix(action.as_str())?.strip_suffix(':')?,
            None => path,
        };
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if parts.len() != self.segments.len() {
            return None;
        }
        let mut captured = Vec::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            match segment {
                Segment::Literal(literal) if literal == part => {}
                Segment::Literal(_) => return None,
                Segment::Field(_) if part.is_empty() => return None,
                Segment::Field(field) => captured.push((field.clone(), unescape(part)?)),
            }
        }
        Some(captured)
    }
}

/// Percent-decoding; text that does not decode to UTF-8 matches nothing.
fn unescape(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (high, low) = (char::from(rest.next()?).to_digit(16)?, char::from(rest.next()?).to_digit(16)?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// The route of a request and what its path says.
///
/// # Errors
/// METHOD_UNKNOWN.
pub fn find(verb: &Method, path: &str) -> Result<(Route, Vec<(String, String)>), Fault> {
    let candidates = table().iter().filter(|route| route.verb == *verb);
    for route in candidates {
        if let Some(captured) = route.captures(path) {
            return Ok((route.clone(), captured));
        }
    }
    Err(Fault::new(Reason::MethodUnknown, "There is no such address under this verb; see /openapi.json."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn found(verb: Method, path: &str) -> (String, Vec<(String, String)>) {
        let (route, captured) = find(&verb, path).unwrap();
        (route.path, captured)
    }

    #[test]
    fn paths_find_their_methods() {
        let (path, captured) = found(Method::GET, "/v1/customers/cus_1");
        assert_eq!(path, "/quittance.credit.v1.CustomerService/GetCustomer");
        assert_eq!(captured, [("customer_id".to_owned(), "cus_1".to_owned())]);
        assert_eq!(found(Method::POST, "/v1/receipts/rcp_1:apply").0, "/quittance.reconciliation.v1.ReceiptService/ApplyReceipt");
        assert_eq!(found(Method::GET, "/v1/customers/external%3A7").1, [("customer_id".to_owned(), "external:7".to_owned())]);
        assert_eq!(found(Method::PATCH, "/v1/customers/cus_1").1, [("customer.customer_id".to_owned(), "cus_1".to_owned())]);
        assert!(find(&Method::DELETE, "/v1/customers/cus_1").is_err());
        assert!(find(&Method::GET, "/v1/customers/").is_err());
    }

    #[test]
    fn no_two_methods_share_an_address() {
        for (index, route) in table().iter().enumerate() {
            for other in &table()[index + 1..] {
                let same = route.verb == other.verb && route.segments == other.segments && route.action == other.action;
                assert!(!same, "{} and {}", route.path, other.path);
            }
        }
    }
}
