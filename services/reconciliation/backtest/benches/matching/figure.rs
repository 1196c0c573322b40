//! A figure and the two ways it is shown.

use serde_json::{Map, Value, json};

/// One measured thing.
pub struct Figure {
    name: &'static str,
    fields: Map<String, Value>,
    sound: bool,
}

impl Figure {
    /// A figure without values yet.
    pub fn new(name: &'static str) -> Figure {
        Figure { name, fields: Map::new(), sound: true }
    }

    /// One more number.
    pub fn number(self, key: &str, value: f64) -> Figure {
        let rounded = if value.abs() >= 100.0 { value.round() } else { (value * 10_000.0).round() / 10_000.0 };
        self.with(key, json!(rounded))
    }

    /// One more value.
    pub fn with(mut self, key: &str, value: Value) -> Figure {
        self.fields.insert(key.to_owned(), value);
        self
    }

    /// What is asked for, and whether it is so.
    pub fn goal(self, goal: &str, met: bool) -> Figure {
        self.with("goal", json!(goal)).with("met", json!(met))
    }

    /// Something that must be so on every machine; the program fails when it is not.
    pub fn must(mut self, holds: bool) -> Figure {
        self.sound = holds;
        self.with("holds", json!(holds))
    }

    /// False when what must be so is not.
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Shows it at once as a line of JSON.
    pub fn print(self) -> Figure {
        let mut object = Map::from_iter([("name".to_owned(), json!(self.name))]);
        object.extend(self.fields.clone());
        println!("{}", Value::Object(object));
        self
    }

    fn row(&self) -> Vec<String> {
        let (mut values, mut goal, mut met) = (Vec::new(), String::new(), String::new());
        for (key, value) in &self.fields {
            match (key.as_str(), value) {
                ("goal", Value::String(text)) => goal.clone_from(text),
                ("met" | "holds", Value::Bool(yes)) => met = if *yes { "yes".to_owned() } else { "NO".to_owned() },
                (_, Value::String(text)) => values.push(format!("{key} {text}")),
                (_, other) => values.push(format!("{key} {other}")),
            }
        }
        vec![self.name.to_owned(), values.join("\n"), goal, met]
    }
}

/// The table for people.
pub fn table(figures: &[Figure]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_header(["figure", "measured", "goal", "met"]);
    for figure in figures {
        table.add_row(figure.row());
    }
    table.to_string()
}
