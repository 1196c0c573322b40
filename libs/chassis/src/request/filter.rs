//! The `filter` and `order_by` of lists (AIP-160, AIP-132), as far as an index answers them: comparisons joined by AND,
//! and one key to sort by.
//!
//! ```text
//! filter     = comparison { "AND" comparison }
//! comparison = field ( "=" | "<" | "<=" | ">" | ">=" ) value
//! value      = letters, digits and `_-.:+`, or text in double quotes, with `\"` and `\\` inside
//! ```

mod read;

use quittance_types::{BusinessDate, Fault, Reason, Timestamp, Uuid, text};
use sea_orm::sea_query::{BinOper, Expr, ExprTrait};
use sea_orm::{Condition, Order, Value};

use read::{Reader, Word};

/// Longest filter, in bytes.
const MAX_FILTER: usize = 1_000;
/// Most comparisons in one filter.
const MAX_COMPARISONS: usize = 10;
/// Longest text to compare with, in characters.
const MAX_TEXT: usize = 128;

/// A field that a list can be narrowed by, and the indexed column behind it.
#[derive(Clone, Copy)]
pub struct Field {
    /// Name in the contract.
    pub name: &'static str,
    /// Name in the store.
    pub column: &'static str,
    /// What it is compared with.
    pub kind: Kind,
}

/// What a field holds.
#[derive(Clone, Copy)]
pub enum Kind {
    /// An id of the kind this function reads; only `=`.
    Id(fn(&str) -> Result<Uuid, Fault>),
    /// Text; only `=`.
    Text,
    /// A business date, `2026-01-31`.
    Date,
    /// An instant, RFC 3339.
    Time,
}

/// One comparison with a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Name in the store.
    pub column: &'static str,
    /// `=`, `<`, `<=`, `>` or `>=`.
    pub operator: &'static str,
    /// As the column stores it.
    pub value: Value,
}

/// A filter that was read; all comparisons hold for an entry that passes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter(Vec<Comparison>);

impl Filter {
    /// Reads a filter over these fields; an empty one lets everything pass.
    ///
    /// # Errors
    /// `FILTER_INVALID` with the `position` (in bytes) of what is wrong: syntax, an unknown field, an operator or a value
    /// that does not fit the field, more than 1,000 bytes, more than 10 comparisons.
    pub fn parse(text: &str, fields: &[Field]) -> Result<Filter, Fault> {
        if text.len() > MAX_FILTER {
            return Err(invalid(MAX_FILTER, "at most 1,000 bytes"));
        }
        let mut reader = Reader::new(text);
        let mut comparisons = Vec::new();
        while !reader.at_end() {
            if !comparisons.is_empty() {
                let joint = reader.word()?;
                if joint.quoted || joint.text != "AND" {
                    return Err(invalid(joint.position, "AND joins comparisons"));
                }
            }
            if comparisons.len() == MAX_COMPARISONS {
                return Err(invalid(reader.position(), "at most 10 comparisons"));
            }
            comparisons.push(comparison(&mut reader, fields)?);
        }
        Ok(Filter(comparisons))
    }

    /// For a statement in text.
    #[must_use]
    pub fn comparisons(&self) -> &[Comparison] {
        &self.0
    }

    /// For a statement of sea-orm.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let compare = |comparison: &Comparison| {
            let operator = match comparison.operator {
                "<" => BinOper::SmallerThan,
                "<=" => BinOper::SmallerThanOrEqual,
                ">" => BinOper::GreaterThan,
                ">=" => BinOper::GreaterThanOrEqual,
                _ => BinOper::Equal,
            };
            Expr::col(comparison.column).binary(operator, Expr::val(comparison.value.clone()))
        };
        self.0.iter().fold(Condition::all(), |all, comparison| all.add(compare(comparison)))
    }
}

fn comparison(reader: &mut Reader<'_>, fields: &[Field]) -> Result<Comparison, Fault> {
    let name = reader.word()?;
    let field = fields.iter().find(|field| !name.quoted && field.name == name.text);
    let field = field.ok_or_else(|| invalid(name.position, "there is no such field to filter by"))?;
    let (at, operator) = reader.operator()?;
    if operator != "=" && !matches!(field.kind, Kind::Date | Kind::Time) {
        return Err(invalid(at, "this field is only compared with ="));
    }
    let given = reader.word()?;
    let value = value(field.kind, &given).map_err(|fault| invalid(given.position, fault.message()))?;
    Ok(Comparison { column: field.column, operator, value })
}

fn value(kind: Kind, given: &Word) -> Result<Value, Fault> {
    Ok(match kind {
        Kind::Id(parse) => parse(&given.text)?.into(),
        Kind::Text => text::clean(&given.text, MAX_TEXT)?.into(),
        Kind::Date => BusinessDate::parse(&given.text)?.days().into(),
        Kind::Time => Timestamp::parse(&given.text)?.micros().into(),
    })
}

/// How a list is narrowed and sorted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// What an entry must be like.
    pub filter: Filter,
    /// Whether the list is sorted from the largest key to the smallest.
    pub falling: bool,
}

impl Listing {
    /// Reads `filter` over these fields, and `order_by` for a list sorted by `key`, naturally falling or not.
    ///
    /// # Errors
    /// `FILTER_INVALID` {position}, `ORDER_BY_INVALID`.
    pub fn parse(filter: &str, fields: &[Field], order_by: &str, (key, falls): (&str, bool)) -> Result<Listing, Fault> {
        Ok(Listing { filter: Filter::parse(filter, fields)?, falling: falling(order_by, key, falls)? })
    }

    /// The direction of sorting.
    #[must_use]
    pub fn order(&self) -> Order {
        if self.falling { Order::Desc } else { Order::Asc }
    }

    /// How a key compares with the last one of the page before.
    #[must_use]
    pub fn beyond(&self) -> BinOper {
        if self.falling { BinOper::SmallerThan } else { BinOper::GreaterThan }
    }
}

/// Whether a list is wanted in falling order of its only sort key. `field`, `field asc` or `field desc`; empty is `natural`.
///
/// # Errors
/// `ORDER_BY_INVALID`.
fn falling(order_by: &str, field: &str, natural: bool) -> Result<bool, Fault> {
    let mut words = order_by.split_ascii_whitespace();
    match (words.next(), words.next(), words.next()) {
        (None, ..) => Ok(natural),
        (Some(name), None | Some("asc"), None) if name == field => Ok(false),
        (Some(name), Some("desc"), None) if name == field => Ok(true),
        _ => Err(Fault::new(Reason::OrderByInvalid, format!("This list is ordered by {field} or {field} desc.")).field("order_by")),
    }
}

fn invalid(position: usize, why: &str) -> Fault {
    Fault::new(Reason::FilterInvalid, format!("The filter is wrong at {position}: {why}.")).with("position", position).field("filter")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use quittance_types::CustomerId;

    use super::*;

    const FIELDS: [Field; 4] = [
        Field { name: "customer_id", column: "customer_id", kind: Kind::Id(|text| CustomerId::parse(text).map(CustomerId::uuid)) },
        Field { name: "number", column: "number", kind: Kind::Text },
        Field { name: "due_date", column: "due_on", kind: Kind::Date },
        Field { name: "create_time", column: "created_at", kind: Kind::Time },
    ];

    fn position(text: &str) -> String {
        let fault = Filter::parse(text, &FIELDS).unwrap_err();
        assert_eq!(fault.reason(), Reason::FilterInvalid, "{text}");
        fault.get("position").unwrap().to_owned()
    }

    #[test]
    fn comparisons_become_conditions_on_columns() {
        let filter =
            Filter::parse(" due_date>=2026-01-31 AND number = \"A \\\"1\\\" AND \\\\\" AND create_time < 1970-01-01T00:00:01Z ", &FIELDS)
                .unwrap();
        let expected = [
            Comparison { column: "due_on", operator: ">=", value: 20_484_i32.into() },
            Comparison { column: "number", operator: "=", value: "A \"1\" AND \\".into() },
            Comparison { column: "created_at", operator: "<", value: 1_000_000_i64.into() },
        ];
        assert_eq!(filter.comparisons(), expected);
        assert_eq!(Filter::parse("  ", &FIELDS).unwrap(), Filter::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (text, at) in [
            ("colour = 1", "0"),
            ("\"number\" = 1", "0"),
            ("number", "6"),
            ("number =", "8"),
            ("number = 1 OR number = 2", "11"),
            ("number = 1 AND", "14"),
            ("AND number = 1", "0"),
            ("number != 1", "7"),
            ("number : 1", "7"),
            ("number < 1", "7"),
            ("number = \"x", "9"),
            ("number = \"\\x\"", "10"),
            ("(number = 1)", "0"),
            ("number = (1", "9"),
            ("due_date = tomorrow", "11"),
            ("due_date = 2026-02-30", "11"),
            ("customer_id = 7", "14"),
            ("number = 1 number = 2", "11"),
            ("näme = 1", "0"),
            ("number = ä", "9"),
        ] {
            assert_eq!(position(text), at, "{text}");
        }
        assert_eq!(position(&"(".repeat(50)), "0");
        assert_eq!(position(&"x".repeat(100_000)), "1000");
        assert_eq!(position(&["number = 1"; 11].join(" AND ")), "150");
    }

    #[test]
    fn any_text_is_read_or_refused() {
        use proptest::prelude::*;
        proptest!(|(text in "[a-z_ =<>\"\\\\0-9AND().:é-]{0,60}")| {
            let _ = Filter::parse(&text, &FIELDS);
        });
    }

    #[test]
    fn one_key_both_ways() {
        for (order_by, expected) in [("", true), ("due_date", false), (" due_date  asc ", false), ("due_date desc", true)] {
            assert_eq!(falling(order_by, "due_date", true).unwrap(), expected, "{order_by}");
        }
        for order_by in ["colour", "due_date down", "due_date desc nulls", "due_date, number", "due_date,", "DUE_DATE"] {
            assert_eq!(falling(order_by, "due_date", true).unwrap_err().reason(), Reason::OrderByInvalid, "{order_by}");
        }
    }
}
