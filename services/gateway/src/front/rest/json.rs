//! JSON read strictly: no duplicate keys, no trailing bytes, no unknown fields.

use std::{collections::HashSet, fmt};

use prost_reflect::{DeserializeOptions, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor};
use quittance_types::{Fault, Reason};
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

const MAX_QUERY: usize = 8 * 1024;

/// A JSON value whose objects name each key once.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number is out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(entry)) = entries.next_element()? {
            array.push(entry);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("the key {key} stands twice")));
            }
        }
        Ok(Value::Object(object))
    }
}

/// Reads a body.
///
/// # Errors
/// MALFORMED_JSON with what and where.
pub(super) fn parse(body: &[u8]) -> Result<Value, Fault> {
    let parsed: Result<Strict, _> = serde_json::from_slice(body);
    parsed
        .map(|Strict(value)| value)
        .map_err(|error| Fault::new(Reason::MalformedJson, format!("The body is not the JSON expected: {error}.")))
}

/// The pairs of a query string, decoded.
///
/// # Errors
/// MALFORMED_JSON when it does not decode or is longer than 8 kB.
pub(super) fn query(query: &str) -> Result<Vec<(String, String)>, Fault> {
    let malformed = || Fault::new(Reason::MalformedJson, "The query string cannot be read.");
    if query.len() > MAX_QUERY {
        return Err(malformed());
    }
    let uri = format!("/?{query}").parse().map_err(|_| malformed())?;
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&uri).map(|pairs| pairs.0).map_err(|_| malformed())
}

/// Puts a value given as text at a dotted field path; repeated fields collect.
///
/// # Errors
/// UNKNOWN_FIELD.
pub(super) fn place(content: &mut Value, message: &MessageDescriptor, path: &str, text: String) -> Result<(), Fault> {
    let unknown = || unknown_field(path.to_owned());
    let mut parts: Vec<&str> = path.split('.').collect();
    let last = parts.pop().ok_or_else(unknown)?;
    let (mut at, mut descriptor) = (content, message.clone());
    for part in parts {
        let field = find(&descriptor, part).filter(|field| !field.is_list()).ok_or_else(unknown)?;
        let Kind::Message(inner) = field.kind() else { return Err(unknown()) };
        let object = at.as_object_mut().ok_or_else(unknown)?;
        rename(object, &field);
        at = object.entry(field.json_name()).or_insert_with(|| Value::Object(Map::new()));
        descriptor = inner;
    }
    let field = find(&descriptor, last).ok_or_else(unknown)?;
    let object = at.as_object_mut().ok_or_else(unknown)?;
    let value = typed(&field, text);
    rename(object, &field);
    if !field.is_list() {
        object.insert(field.json_name().to_owned(), value);
        return Ok(());
    }
    match object.entry(field.json_name()).or_insert_with(|| Value::Array(Vec::new())) {
        Value::Array(entries) => entries.push(value),
        _ => return Err(unknown()),
    }
    Ok(())
}

/// A field that stands under its proto name goes on under its JSON name, so that it does not stand twice.
fn rename(object: &mut Map<String, Value>, field: &FieldDescriptor) {
    if field.name() == field.json_name() || object.contains_key(field.json_name()) {
        return;
    }
    if let Some(value) = object.remove(field.name()) {
        object.insert(field.json_name().to_owned(), value);
    }
}

/// Naming a tenant is more than a slip of the pen: it comes from the credential, and whoever thinks otherwise is told.
fn unknown_field(name: String) -> Fault {
    let last = name.rsplit('.').next().unwrap_or(&name).replace('_', "").to_ascii_lowercase();
    let fault = match last.as_str() {
        "tenant" | "tenantid" => Fault::new(Reason::TenantNotAllowedInRequest, "The tenant comes from the credential; leave it out."),
        _ => Fault::new(Reason::UnknownField, format!("There is no field {name}.")),
    };
    fault.field(name)
}

fn find(message: &MessageDescriptor, name: &str) -> Option<FieldDescriptor> {
    message.get_field_by_name(name).or_else(|| message.get_field_by_json_name(name))
}

/// Text as the field's JSON: only booleans are not read from text by proto3 JSON.
fn typed(field: &FieldDescriptor, text: String) -> Value {
    match (field.kind(), text.as_str()) {
        (Kind::Bool, "true") => Value::Bool(true),
        (Kind::Bool, "false") => Value::Bool(false),
        _ => Value::String(text),
    }
}

/// The message a JSON object stands for.
///
/// # Errors
/// UNKNOWN_FIELD naming it; MALFORMED_JSON.
pub(super) fn decode(message: MessageDescriptor, content: Value) -> Result<DynamicMessage, Fault> {
    check(&message, &content, "")?;
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    DynamicMessage::deserialize_with_options(message, content, &options)
        .map_err(|error| Fault::new(Reason::MalformedJson, format!("The JSON does not fit the message: {error}.")))
}

/// Every key names a field of the message, and none of them twice: a field has two names in proto3 JSON.
fn check(message: &MessageDescriptor, content: &Value, prefix: &str) -> Result<(), Fault> {
    // Well-known types have JSON forms of their own.
    let Some(object) = content.as_object().filter(|_| !message.full_name().starts_with("google.protobuf.")) else { return Ok(()) };
    let mut seen = HashSet::new();
    for (key, value) in object {
        let name = format!("{prefix}{key}");
        let field = find(message, key).ok_or_else(|| unknown_field(name.clone()))?;
        if !seen.insert(field.number()) {
            return Err(Fault::new(Reason::MalformedJson, format!("The field {name} stands twice, under both of its names.")).field(name));
        }
        let Kind::Message(inner) = field.kind() else { continue };
        let entries = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        entries.iter().try_for_each(|entry| check(&inner, entry, &format!("{name}.")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_clean_json_is_refused() {
        let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
        for body in ["{", "{\"a\":1,\"a\":2}", "{} x", "{\"a\":1e400}", "nul", deep.as_str(), "{\"a\":{\"b\":1,\"b\":1}}"] {
            assert_eq!(parse(body.as_bytes()).unwrap_err().reason(), Reason::MalformedJson, "{body:.40}");
        }
        assert_eq!(parse(b"{\"a\":[1,{\"b\":null}]}").unwrap()["a"][0], 1);
    }

    #[test]
    fn unknown_fields_are_named() {
        let message = quittance_api::pool().get_message_by_name("quittance.credit.v1.CreateCustomerRequest").unwrap();
        let content = serde_json::json!({"requestId": "x", "customer": {"contacts": [{"nome": "x"}]}});
        let fault = decode(message.clone(), content).unwrap_err();
        assert_eq!((fault.reason(), fault.fields()[0].field.as_ref()), (Reason::UnknownField, "customer.contacts.nome"));
        for named in
            [serde_json::json!({"tenant": "x"}), serde_json::json!({"customer": {"tenantId": "x"}}), serde_json::json!({"tenant_id": 1})]
        {
            assert_eq!(decode(message.clone(), named).unwrap_err().reason(), Reason::TenantNotAllowedInRequest);
        }
        assert_eq!(decode(message, serde_json::json!({"requestId": 5})).unwrap_err().reason(), Reason::MalformedJson);
    }

    #[test]
    fn queries_become_fields() {
        let message = quittance_api::pool().get_message_by_name("quittance.collections.v1.GetAgingRequest").unwrap();
        let mut content = Value::Object(Map::new());
        for (name, value) in query("as_of.year=2026&asOf.month=1&as_of.day=31&bounds=30&bounds=60").unwrap() {
            place(&mut content, &message, &name, value).unwrap();
        }
        assert_eq!(content, serde_json::json!({"asOf": {"year": "2026", "month": "1", "day": "31"}, "bounds": ["30", "60"]}));
        let mut snake = serde_json::json!({"as_of": {"year": 2026}, "bounds": ["30"]});
        for (name, value) in [("as_of.month", "1"), ("bounds", "60")] {
            place(&mut snake, &message, name, value.to_owned()).unwrap();
        }
        assert_eq!(snake, serde_json::json!({"asOf": {"year": 2026, "month": "1"}, "bounds": ["30", "60"]}));
        let twice = serde_json::json!({"asOf": {"year": 2026}, "as_of": {"year": 2025}});
        assert_eq!(decode(message.clone(), twice).unwrap_err().reason(), Reason::MalformedJson);
        assert_eq!(place(&mut content, &message, "nope", String::new()).unwrap_err().reason(), Reason::UnknownField);
    }
}
