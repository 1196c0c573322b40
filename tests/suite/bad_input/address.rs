//! Where a method is: its gRPC path, and its address in HTTP as its annotation says.

use std::fmt::Write;

use prost_reflect::{DynamicMessage, MethodDescriptor, ReflectMessage, Value as Field};
use serde_json::Value;

/// The method `credit.CustomerService/GetCustomer`.
pub fn method(name: &str) -> MethodDescriptor {
    let found = name.split_once('/').and_then(|(service, method)| {
        let (package, service) = service.split_once('.')?;
        let service = quittance_api::pool().get_service_by_name(&format!("quittance.{package}.v1.{service}"))?;
        service.methods().find(|candidate| candidate.name() == method)
    });
    found.unwrap_or_else(|| panic!("there is no method {name}"))
}

/// Its path in gRPC.
pub fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

/// Verb, path with query, and body.
pub fn rest(method: &MethodDescriptor, body: &Value) -> (&'static str, String, Vec<u8>) {
    let (verb, template) = annotation(method);
    let mut body = body.clone();
    let mut path = String::new();
    let mut rest = template.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (field, after) = after.split_once('}').expect("a template closes what it opens");
        path.push_str(before);
        path.push_str(&escaped(&take(&mut body, field)));
        rest = after;
    }
    path.push_str(rest);
    if verb != "GET" {
        return (verb, path, body.to_string().into_bytes());
    }
    let mut pairs = Vec::new();
    flatten("", &body, &mut pairs);
    let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    (verb, if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }, Vec::new())
}

fn annotation(method: &MethodDescriptor) -> (&'static str, String) {
    let extension = quittance_api::pool().get_extension_by_name("google.api.http").expect("the annotation is known");
    let options = method.options();
    let rule: DynamicMessage = options.get_extension(&extension).as_message().cloned().expect("a rule");
    let verbs = [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE")];
    let found = verbs.into_iter().find_map(|(name, verb)| {
        let field = rule.descriptor().get_field_by_name(name).filter(|field| rule.has_field(field))?;
        match rule.get_field(&field).into_owned() {
            Field::String(template) => Some((verb, template)),
            _ => None,
        }
    });
    found.unwrap_or_else(|| panic!("{} has no address", method.full_name()))
}

/// Takes a dotted field out of the body.
fn take(body: &mut Value, path: &str) -> String {
    let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
    let holder = parents.split('.').filter(|part| !part.is_empty()).try_fold(body, |value, part| value.get_mut(part));
    let taken = holder.and_then(Value::as_object_mut).and_then(|object| object.remove(last));
    taken.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn flatten(prefix: &str, value: &Value, pairs: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&name, value, pairs);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| flatten(prefix, value, pairs)),
        Value::String(text) => pairs.push((prefix.to_owned(), text.clone())),
        other => pairs.push((prefix.to_owned(), other.to_string())),
    }
}

/// Percent-encodes everything that could mean something in an address.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        if byte.is_ascii_alphanumeric() || b"-_~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
        escaped
    })
}
