//! Many rows in one statement whose text does not depend on their number.
//!
//! A multi-row VALUES list is another statement for every number of rows: parsed and planned each time. On PostgreSQL the
//! columns travel as arrays instead, so there is one statement per table, prepared once per connection.

use std::fmt::Write as _;

use quittance_chassis::{Backend, Tx};
use quittance_types::{Fault, Uuid};
use sea_orm::sea_query::{ColumnType, Expr, SimpleExpr};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable, Value};

/// Rows of one UPDATE on SQLite: far below its limit of 32,766 bound values.
const ROWS_AT_ONCE: usize = 500;
/// Keys of one IN list on SQLite.
pub const KEYS_AT_ONCE: usize = 500;
/// Keys of one array on PostgreSQL.
const KEYS_IN_ARRAY: usize = 10_000;

/// Inserts rows, all columns set. Any number of rows is one statement on PostgreSQL, and few on SQLite.
///
/// # Errors
/// What the database says: `ALREADY_EXISTS` for a key that is taken.
pub async fn insert<A>(tx: &Tx, models: Vec<A>) -> Result<(), Fault>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
{
    if models.is_empty() {
        return Ok(());
    }
    if tx.backend() == Backend::Sqlite {
        return tx.insert_many(models).await;
    }
    let columns: Vec<_> = <A::Entity as EntityTrait>::Column::iter().collect();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let table = A::Entity::default();
    let sql = format!("INSERT INTO \"{}\" ({}) SELECT * FROM unnest({})", table.table_name(), names.join(", "), casts(&columns, 1)?);
    let (literals, _) = arrays(models, &columns)?;
    tx.execute(&sql, literals).await.map(drop)
}

/// Which columns an [`update`] is about.
pub struct Target<'a, C> {
    /// Says which row.
    pub key: C,
    /// Set to what the models say.
    pub set: &'a [C],
    /// Set where a model says something, left alone where it says nothing or NULL.
    pub keep: &'a [C],
}

impl<C: Copy> Target<'_, C> {
    fn all(&self) -> Vec<C> {
        std::iter::once(self.key).chain(self.set.iter().copied()).chain(self.keep.iter().copied()).collect()
    }
}

type ColumnOf<A> = <<A as ActiveModelTrait>::Entity as EntityTrait>::Column;

/// Changes rows of the tenant by their key.
///
/// # Errors
/// What the database says; `INTERNAL_ERROR` when not every row was found.
pub async fn update<A>(tx: &Tx, models: Vec<A>, target: Target<'_, ColumnOf<A>>) -> Result<(), Fault>
where
    A: ActiveModelTrait + Send,
{
    let all = target.all();
    let mut models = models.into_iter().peekable();
    let at_once = if tx.backend() == Backend::Sqlite { ROWS_AT_ONCE } else { usize::MAX };
    while models.peek().is_some() {
        let chunk: Vec<A> = models.by_ref().take(at_once).collect();
        let expected = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        let (source, values) = source::<A>(tx, chunk, &all)?;
        let changed = tx.execute(&update_sql::<A>(&target, &source), values).await?;
        if changed != expected {
            return Err(Fault::internal(format!("{changed} of {expected} rows of {} were changed", A::Entity::default().table_name())));
        }
    }
    Ok(())
}

fn update_sql<A: ActiveModelTrait>(target: &Target<'_, ColumnOf<A>>, source: &str) -> String {
    let table = A::Entity::default();
    let table = table.table_name();
    let key = target.key.as_str();
    let set = target.set.iter().map(|column| format!("\"{name}\" = v.\"{name}\"", name = column.as_str()));
    let keep = target.keep.iter().map(|column| format!("\"{name}\" = COALESCE(v.\"{name}\", t.\"{name}\")", name = column.as_str()));
    let sets: Vec<String> = set.chain(keep).collect();
    let names: Vec<String> = target.all().iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let (columns, sets) = (names.join(", "), sets.join(", "));
    format!(
        "WITH v({columns}) AS ({source}) UPDATE \"{table}\" AS t SET {sets} FROM v WHERE t.tenant_id = $1 AND t.\"{key}\" = v.\"{key}\""
    )
}

/// The rows as a table expression with its values; the first value is the tenant.
fn source<A: ActiveModelTrait>(tx: &Tx, models: Vec<A>, columns: &[ColumnOf<A>]) -> Result<(String, Vec<Value>), Fault> {
    let mut values = vec![Value::from(tx.tenant().uuid())];
    if tx.backend() == Backend::Postgres {
        let sql = format!("SELECT * FROM unnest({})", casts(columns, 2)?);
        values.extend(arrays(models, columns)?.0);
        return Ok((sql, values));
    }
    let mut sql = String::from("VALUES ");
    let mut number = 2_usize;
    for (row, mut model) in models.into_iter().enumerate() {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for (place, column) in columns.iter().enumerate() {
            let _ = write!(sql, "{}${number}", if place == 0 { "" } else { ", " });
            number = number.saturating_add(1);
            values.push(taken(&mut model, *column));
        }
        sql.push(')');
    }
    Ok((sql, values))
}

/// `CAST($1 AS uuid[]), CAST($2 AS text[])`.
fn casts<C: ColumnTrait>(columns: &[C], first: usize) -> Result<String, Fault> {
    let mut casts = String::new();
    for (number, column) in (first..).zip(columns) {
        let separator = if number == first { "" } else { ", " };
        let _ = write!(casts, "{separator}CAST(${number} AS {}[])", element(column.def().get_column_type())?);
    }
    Ok(casts)
}

fn element(column: &ColumnType) -> Result<&'static str, Fault> {
    match column {
        ColumnType::Uuid => Ok("uuid"),
        ColumnType::BigInteger => Ok("bigint"),
        ColumnType::Integer => Ok("integer"),
        ColumnType::Boolean => Ok("boolean"),
        ColumnType::String(_) | ColumnType::Text | ColumnType::Char(_) => Ok("text"),
        other => Err(Fault::internal(format!("no array type for {other:?}"))),
    }
}

/// What a model says about a column; NULL when it says nothing, which a column that must be set then refuses.
fn taken<A: ActiveModelTrait>(model: &mut A, column: ColumnOf<A>) -> Value {
    match model.take(column) {
        ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
        ActiveValue::NotSet => Value::String(None),
    }
}

/// One array literal per column, and the number of rows.
fn arrays<A: ActiveModelTrait>(models: Vec<A>, columns: &[ColumnOf<A>]) -> Result<(Vec<Value>, usize), Fault> {
    let mut literals = vec![String::from("{"); columns.len()];
    let count = models.len();
    for (row, mut model) in models.into_iter().enumerate() {
        for (literal, column) in literals.iter_mut().zip(columns) {
            if row > 0 {
                literal.push(',');
            }
            push(literal, taken(&mut model, *column))?;
        }
    }
    let closed = literals.into_iter().map(|mut literal| {
        literal.push('}');
        Value::from(literal)
    });
    Ok((closed.collect(), count))
}

fn push(literal: &mut String, value: Value) -> Result<(), Fault> {
    match value {
        Value::Uuid(Some(id)) => drop(write!(literal, "{id}")),
        Value::BigInt(Some(number)) => drop(write!(literal, "{number}")),
        Value::Int(Some(number)) => drop(write!(literal, "{number}")),
        Value::Bool(Some(yes)) => literal.push(if yes { 't' } else { 'f' }),
        Value::String(Some(text)) => push_text(literal, &text),
        Value::Uuid(None) | Value::BigInt(None) | Value::Int(None) | Value::Bool(None) | Value::String(None) => literal.push_str("NULL"),
        other => return Err(Fault::internal(format!("no array element for {other:?}"))),
    }
    Ok(())
}

/// In an array literal a quote and a backslash are escaped by a backslash.
fn push_text(literal: &mut String, text: &str) {
    literal.push('"');
    for letter in text.chars() {
        if matches!(letter, '"' | '\\') {
            literal.push('\\');
        }
        literal.push(letter);
    }
    literal.push('"');
}

/// The condition that a column holds one of these ids. On PostgreSQL its text is the same for any number of them.
pub fn among<C: ColumnTrait>(tx: &Tx, column: C, ids: &[Uuid]) -> SimpleExpr {
    if tx.backend() == Backend::Sqlite {
        return column.is_in(ids.iter().copied());
    }
    any(column, "uuid", ids.iter().map(|id| Value::from(*id)))
}

/// The condition that a column holds one of these texts.
pub fn among_texts<C: ColumnTrait>(tx: &Tx, column: C, texts: &[String]) -> SimpleExpr {
    if tx.backend() == Backend::Sqlite {
        return column.is_in(texts.iter().map(String::as_str));
    }
    any(column, "text", texts.iter().map(|text| Value::from(text.clone())))
}

fn any<C: ColumnTrait>(column: C, element: &str, values: impl Iterator<Item = Value>) -> SimpleExpr {
    let mut literal = String::from("{");
    for (place, value) in values.enumerate() {
        if place > 0 {
            literal.push(',');
        }
        // Every value is a uuid or a text, which always has an element.
        let _ = push(&mut literal, value);
    }
    literal.push('}');
    let table = C::EntityName::default();
    let condition = format!("\"{}\".\"{}\" = ANY(CAST($1 AS {element}[]))", table.table_name(), column.as_str());
    Expr::cust_with_values(condition, [Value::from(literal)])
}

/// How many keys to look up in one statement.
pub fn keys_at_once(tx: &Tx) -> usize {
    if tx.backend() == Backend::Sqlite { KEYS_AT_ONCE } else { KEYS_IN_ARRAY }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sea_orm::IntoActiveModel;

    use super::*;
    use crate::store::entity::{bank_line, customer_iban, open_item, posting, receipt};

    #[test]
    fn every_bulk_table_has_array_types() {
        fn all<E: EntityTrait>() -> bool {
            casts(&E::Column::iter().collect::<Vec<_>>(), 1).is_ok()
        }
        assert!(all::<bank_line::Entity>() && all::<open_item::Entity>() && all::<posting::Entity>() && all::<receipt::Entity>());
    }

    #[test]
    fn columns_become_array_literals() {
        let row = |iban: &str| {
            let model = customer_iban::Model { tenant_id: Uuid::nil(), iban: iban.to_owned(), customer_id: Uuid::nil() };
            model.into_active_model().reset_all()
        };
        let columns: Vec<_> = customer_iban::Column::iter().collect();
        let (literals, count) = arrays(vec![row("a\"b\\c"), row("NULL"), row("")], &columns).unwrap();
        assert_eq!((literals[1].clone(), count), (Value::from("{\"a\\\"b\\\\c\",\"NULL\",\"\"}"), 3));
    }

    #[test]
    fn an_update_says_what_it_sets_and_what_it_keeps() {
        let target = Target { key: receipt::Column::ReceiptId, set: &[receipt::Column::Applied], keep: &[receipt::Column::State] };
        let expected = "WITH v(\"receipt_id\", \"applied\", \"state\") AS (VALUES) UPDATE \"receipt\" AS t SET \"applied\" = v.\"applied\", \
            \"state\" = COALESCE(v.\"state\", t.\"state\") FROM v WHERE t.tenant_id = $1 AND t.\"receipt_id\" = v.\"receipt_id\"";
        assert_eq!(update_sql::<receipt::ActiveModel>(&target, "VALUES"), expected);
    }
}
