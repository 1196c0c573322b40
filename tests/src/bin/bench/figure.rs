//! A figure and the two ways it is shown.

use std::io::IsTerminal;

use serde_json::{Map, Value, json};

use crate::load::Sample;

/// One measured thing.
pub struct Figure {
    name: String,
    database: &'static str,
    fields: Map<String, Value>,
    failed: bool,
}

impl Figure {
    /// A figure without values yet.
    pub fn new(database: &'static str, name: &str) -> Figure {
        Figure { name: name.to_owned(), database, fields: Map::new(), failed: false }
    }

    /// Something that could not be measured, and why.
    pub fn error(database: &'static str, name: &str, why: &str) -> Figure {
        let mut figure = Figure::new(database, name).with("error", json!(why));
        figure.failed = true;
        figure
    }

    /// The rate of our side, beside the reference's.
    pub fn rate(database: &'static str, name: &str, ours: &Sample, limit: Option<&Sample>) -> Figure {
        let mut figure = Figure::new(database, name).number("per_s", ours.per_second());
        figure = figure.number("p50_ms", ours.quantile(0.5)).number("p99_ms", ours.quantile(0.99)).number("core_ms_per_op", ours.core_ms());
        if let Some(limit) = limit {
            figure = figure.number("ratio_to_limit", ratio(ours.per_second(), limit.per_second()));
            figure = figure.number("limit_per_s", limit.per_second()).number("limit_p99_ms", limit.quantile(0.99));
            figure = figure.number("limit_core_ms_per_op", limit.core_ms());
            figure = figure.number("limit_client_core_ms_per_op", limit.client_ms / limit.units.max(1) as f64);
            figure = figure.failures("limit_failed", limit);
        }
        figure.failures("failed", ours)
    }

    /// Seconds our side took, beside the reference's.
    pub fn seconds(database: &'static str, name: &str, ours: f64, limit: Option<f64>) -> Figure {
        let figure = Figure::new(database, name).number("secs", ours);
        match limit {
            Some(limit) => figure.number("ratio_to_limit", ratio(ours, limit)).number("limit_secs", limit),
            None => figure,
        }
    }

    fn failures(mut self, key: &str, sample: &Sample) -> Figure {
        if sample.failed == 0 && sample.units > 0 {
            return self;
        }
        self.failed = true;
        self.with(key, json!({ "calls": sample.failed, "first": sample.failure }))
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

    /// What PERFORMANCE.md asks for, and whether it is so. What failed meets nothing.
    pub fn goal(self, goal: &str, met: bool) -> Figure {
        let met = met && !self.failed;
        self.with("goal", json!(goal)).with("met", json!(met))
    }

    /// A value that was put in.
    pub fn get(&self, key: &str) -> f64 {
        self.fields.get(key).and_then(Value::as_f64).unwrap_or_default()
    }

    /// Shows it at once: a line for people on a terminal's standard error, JSON on standard output.
    pub fn print(&self) {
        let mut object = Map::from_iter([("name".to_owned(), json!(self.name)), ("database".to_owned(), json!(self.database))]);
        object.extend(self.fields.clone());
        println!("{}", Value::Object(object));
        if std::io::stderr().is_terminal() && !std::io::stdout().is_terminal() {
            eprintln!("{:<9} {}", self.database, self.name);
        }
    }

    fn row(&self) -> Vec<String> {
        let shown = |keys: &[&str]| {
            let found = keys.iter().find_map(|key| self.fields.get(*key));
            found.map_or_else(String::new, |value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        };
        let met = match self.fields.get("met").and_then(Value::as_bool) {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "",
        };
        let what = if self.fields.contains_key("per_s") {
            "/s"
        } else if self.fields.contains_key("secs") {
            "s"
        } else {
            ""
        };
        let main = format!("{} {what}", shown(&["per_s", "secs", "ms", "mib", "error"]));
        let latency = format!("{} / {}", shown(&["p50_ms"]), shown(&["p99_ms"]));
        let latency = if latency == " / " { String::new() } else { latency };
        let ratio = shown(&["ratio_to_limit"]);
        vec![
            self.database.to_owned(),
            self.name.clone(),
            main,
            latency,
            shown(&["core_ms_per_op"]),
            ratio,
            shown(&["goal"]),
            met.to_owned(),
        ]
    }
}

/// `a / b`, and 0 where there is no `b`.
pub fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

/// The table for people.
pub fn table(figures: &[Figure]) -> String {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    table.set_header(["database", "figure", "ours", "p50 / p99 ms", "core-ms", "to limit", "goal", "met"]);
    for figure in figures {
        table.add_row(figure.row());
    }
    table.to_string()
}
