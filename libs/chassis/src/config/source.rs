//! The places settings come from, each under a name that an error can show.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};
use quittance_types::Fault;

use super::error::broken;

/// One named source with its values.
pub(super) struct Layer {
    name: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

impl Layer {
    /// The tables of a TOML text.
    pub(super) fn toml(name: impl Into<String>, text: &str) -> Result<Layer, Fault> {
        let name = name.into();
        let table: toml::Table = text.parse().map_err(|cause| not_toml(&name, text, &cause))?;
        let values = Value::serialize(&table).ok().and_then(Value::into_dict);
        let values = values.ok_or_else(|| broken(&name, "", "is not a table of settings"))?;
        Ok(Layer { name, values })
    }

    /// The tables of a TOML file.
    pub(super) fn file(path: &Path) -> Result<Layer, Fault> {
        let name = format!("file {}", path.display());
        let text = fs::read_to_string(path).map_err(|cause| broken(&name, "", &format!("cannot be read: {}", cause.kind())))?;
        Layer::toml(name, &text)
    }
}

/// A parser's own message would quote the line, and with it perhaps a secret: only the place is told.
fn not_toml(name: &str, text: &str, cause: &toml::de::Error) -> Fault {
    let before = cause.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    broken(name, "", &format!("is not valid TOML at line {line}"))
}

/// One value given as bare text, to be read as the type that its key already has.
pub(super) struct Assignment {
    source: String,
    key: String,
    text: String,
}

/// `PREFIX` `TABLE__KEY` variables as assignments to `table.key`.
pub(super) fn environment(prefix: &str, variables: &BTreeMap<String, String>) -> Vec<Assignment> {
    let assignment = |(name, text): (&String, &String)| Assignment {
        source: format!("environment variable {name}"),
        key: key_of(name.strip_prefix(prefix).unwrap_or(name)),
        text: text.clone(),
    };
    variables.iter().map(assignment).collect()
}

/// The files of a secrets directory as assignments; hidden files are the mount's own and skipped.
pub(super) fn secrets(directory: &Path) -> Result<Vec<Assignment>, Fault> {
    let source = format!("secrets directory {}", directory.display());
    let unreadable = |cause: std::io::Error| broken(&source, "", &format!("cannot be read: {}", cause.kind()));
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if name.starts_with('.') || !path.is_file() {
            continue;
        }
        let text = fs::read_to_string(&path).map_err(unreadable)?;
        let source = format!("secret file {}", path.display());
        found.push(Assignment { source, key: key_of(name), text: text.trim_end_matches(['\r', '\n']).to_owned() });
    }
    found.sort_by(|left, right| left.key.cmp(&right.key));
    Ok(found)
}

/// `table.key=value` pairs as assignments.
pub(super) fn overrides(pairs: &[String]) -> Result<Vec<Assignment>, Fault> {
    let assignment = |pair: &String| {
        let (key, text) = pair.split_once('=').ok_or_else(|| broken("command line --set", "", "needs the form table.key=value"))?;
        let source = format!("command line --set {key}");
        Ok(Assignment { source, key: key.to_owned(), text: text.to_owned() })
    };
    pairs.iter().map(assignment).collect()
}

fn key_of(name: &str) -> String {
    name.to_lowercase().replace("__", ".")
}

/// Puts the assignments on top, each as a source of its own.
pub(super) fn merge_all(mut figment: Figment, assignments: Vec<Assignment>) -> Result<Figment, Fault> {
    for Assignment { source, key, text } in assignments {
        if key.split('.').any(str::is_empty) {
            return Err(broken(&source, &key, "is not the name of a setting"));
        }
        let value = typed(&figment, &source, &key, &text)?;
        let values = key.rsplit('.').fold(value, |inner, part| Value::from(Dict::from([(part.to_owned(), inner)])));
        let values = values.into_dict().unwrap_or_default();
        figment = figment.merge(Layer { name: source, values });
    }
    Ok(figment)
}

/// Reads `text` as the type of the value in force, so that a password of digits stays a text; a key without a
/// value in force takes TOML's notation, or else text.
fn typed(figment: &Figment, source: &str, key: &str, text: &str) -> Result<Value, Fault> {
    let written = || format!("value = {text}").parse::<toml::Table>().ok().and_then(|table| Value::serialize(table.get("value")?).ok());
    let wrong = |expected: &str| broken(source, key, &format!("must be {expected}"));
    match figment.find_value(key) {
        Ok(Value::String(..)) => Ok(Value::from(text)),
        Ok(Value::Num(..)) => text.trim().parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
        Ok(Value::Bool(..)) => text.trim().parse::<bool>().map(Value::from).map_err(|_| wrong("true or false")),
        Ok(Value::Array(..)) => written().filter(|value| value.as_array().is_some()).ok_or_else(|| wrong("a list like [\"a\", \"b\"]")),
        Ok(Value::Dict(..)) => written().filter(|value| value.as_dict().is_some()).ok_or_else(|| wrong("a table like { key = \"value\" }")),
        _ => Ok(written().unwrap_or_else(|| Value::from(text))),
    }
}
