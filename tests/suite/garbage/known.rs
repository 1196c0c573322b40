//! What answers have told, to be sent back where it does not belong.

use std::collections::BTreeMap;

use serde_json::Value;

/// Enough of each kind.
const MOST: usize = 64;

/// Texts by the name of the field they were found in.
#[derive(Default)]
pub struct Known {
    texts: BTreeMap<String, Vec<String>>,
}

impl Known {
    /// Remembers every text of an answer.
    pub fn learn(&mut self, answer: &Value) {
        match answer {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value {
                        Value::String(text) => self.remember(name, text),
                        other => self.learn(other),
                    }
                }
            }
            Value::Array(entries) => entries.iter().for_each(|entry| self.learn(entry)),
            _ => {}
        }
    }

    fn remember(&mut self, name: &str, text: &str) {
        let texts = self.texts.entry(name.to_owned()).or_default();
        if texts.len() < MOST && text.len() < 4_096 && !texts.iter().any(|known| known == text) {
            texts.push(text.to_owned());
        }
    }

    /// Texts of fields of this name, or of what its last words name: `parent_customer_id` is a `customer_id`.
    pub fn of(&self, name: &str) -> &[String] {
        let mut name = name;
        loop {
            if let Some(texts) = self.texts.get(name) {
                return texts;
            }
            let Some((_, rest)) = name.split_once('_') else { return &[] };
            name = rest;
        }
    }

    /// Every text that names something.
    pub fn ids(&self) -> Vec<&String> {
        self.texts.iter().filter(|(name, _)| name.ends_with("_id")).flat_map(|(_, texts)| texts).collect()
    }
}
