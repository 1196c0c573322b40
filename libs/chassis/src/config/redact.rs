//! Hiding secrets in settings that are shown to people.

const HIDDEN: &str = "[hidden]";
const SECRET_WORDS: [&str; 6] = ["secret", "password", "token", "credential", "key", "pin"];

/// Replaces every value whose key speaks of a secret, and the password inside of any URL.
pub(super) fn hide_secrets(table: &mut toml::Table) {
    for (key, value) in table.iter_mut() {
        hide(key, value);
    }
}

fn hide(key: &str, value: &mut toml::Value) {
    match value {
        toml::Value::Table(table) => hide_secrets(table),
        toml::Value::Array(items) => items.iter_mut().for_each(|item| hide(key, item)),
        toml::Value::String(text) if is_secret(key) && !text.is_empty() => HIDDEN.clone_into(text),
        toml::Value::String(text) => {
            if let Some(shown) = without_password(text) {
                *text = shown;
            }
        }
        _ => {}
    }
}

/// True if a whole word of the key names a secret: `signing_key`, but neither `key_file` nor `keys_directory` nor
/// `monkey`.
fn is_secret(key: &str) -> bool {
    if key.ends_with("_file") || key.ends_with("_directory") {
        return false;
    }
    key.split('_').any(|word| SECRET_WORDS.contains(&word))
}

fn without_password(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let shown_tail = hide_query(tail);
    let shown_authority = match authority.rsplit_once('@') {
        Some((user, host)) => format!("{}:{HIDDEN}@{host}", user.split(':').next().unwrap_or_default()),
        None => authority.to_owned(),
    };
    Some(format!("{scheme}://{shown_authority}{shown_tail}"))
}

fn hide_query(tail: &str) -> String {
    let Some((path, query)) = tail.split_once('?') else {
        return tail.to_owned();
    };
    let shown: Vec<String> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}={HIDDEN}"),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{path}?{}", shown.join("&"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_they_sit() {
        let text = r#"
            keys_directory = "keys"
            generate_key = false
            [database]
            url = "postgres://app:hunter2@db:5432/credit?sslmode=require&password=hunter3"
            [mail]
            password = "hunter4"
            relays = ["smtp://me:hunter5@mail"]
            tokens = 3
        "#;
        let mut table: toml::Table = text.parse().unwrap();
        hide_secrets(&mut table);
        let shown = toml::to_string(&table).unwrap();
        assert!(!shown.contains("hunter"), "{shown}");
        assert!(shown.contains("postgres://app:[hidden]@db:5432/credit?sslmode=require"));
        assert!(shown.contains("keys_directory = \"keys\""));
    }
}
