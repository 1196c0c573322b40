//! Inserting many rows by a statement whose text does not depend on their number.
//!
//! A multi-row VALUES list is another statement for every number of rows: it is parsed and planned each time, and a group
//! of issues is of another size each time. On PostgreSQL the columns travel as arrays instead, so there is one statement
//! per table, prepared once per connection.

use std::fmt::Write as _;

use quittance_chassis::db::Backend;
use quittance_chassis::tx::Tx;
use quittance_types::Fault;
use sea_orm::sea_query::ColumnType;
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, EntityTrait, IdenStatic, Iterable, Value};

/// Inserts rows, all columns set. Any number of rows is one statement on PostgreSQL, and few on SQLite.
///
/// # Errors
/// What the database says: ALREADY_EXISTS for a key that is taken.
pub async fn insert_many<A>(tx: &Tx, models: Vec<A>) -> Result<(), Fault>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
{
    if models.is_empty() {
        return Ok(());
    }
    match tx.backend() {
        Backend::Sqlite => tx.insert_many(models).await,
        Backend::Postgres => {
            let sql = statement::<A::Entity>()?;
            tx.execute(&sql, arrays(models)?).await.map(drop)
        }
    }
}

/// `INSERT INTO t (a, b) SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS text[]))`.
fn statement<E: EntityTrait>() -> Result<String, Fault> {
    let (mut names, mut arrays) = (String::new(), String::new());
    for (number, column) in (1..).zip(E::Column::iter()) {
        let separator = if number == 1 { "" } else { ", " };
        let _ = write!(names, "{separator}\"{}\"", column.as_str());
        let _ = write!(arrays, "{separator}CAST(${number} AS {}[])", array_type(column.def().get_column_type())?);
    }
    Ok(format!("INSERT INTO \"{}\" ({names}) SELECT * FROM unnest({arrays})", E::default().table_name()))
}

fn array_type(column: &ColumnType) -> Result<&'static str, Fault> {
    match column {
        ColumnType::Uuid => Ok("uuid"),
        ColumnType::BigInteger => Ok("bigint"),
        ColumnType::Integer => Ok("integer"),
        ColumnType::Boolean => Ok("boolean"),
        ColumnType::String(_) | ColumnType::Text | ColumnType::Char(_) => Ok("text"),
        other => Err(Fault::internal(format!("no array type for {other:?}"))),
    }
}

/// One array literal per column.
fn arrays<A: ActiveModelTrait>(models: Vec<A>) -> Result<Vec<Value>, Fault> {
    let columns: Vec<_> = <A::Entity as EntityTrait>::Column::iter().collect();
    let mut literals = vec![String::from("{"); columns.len()];
    for (row, mut model) in models.into_iter().enumerate() {
        for (literal, column) in literals.iter_mut().zip(&columns) {
            if row > 0 {
                literal.push(',');
            }
            match model.take(*column) {
                ActiveValue::Set(value) | ActiveValue::Unchanged(value) => push(literal, value)?,
                ActiveValue::NotSet => return Err(Fault::internal(format!("{} is not set", column.as_str()))),
            }
        }
    }
    let closed = literals.into_iter().map(|mut literal| {
        literal.push('}');
        Value::from(literal)
    });
    Ok(closed.collect())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use sea_orm::IntoActiveModel;
    use uuid::Uuid;

    use super::*;
    use crate::store::entity::{invoice, number_series};

    #[test]
    fn the_statement_is_the_same_for_any_number_of_rows() {
        let sql = statement::<number_series::Entity>().unwrap();
        let expected = "INSERT INTO \"number_series\" (\"tenant_id\", \"legal_entity_id\", \"kind\", \"year\", \"next\") \
            SELECT * FROM unnest(CAST($1 AS uuid[]), CAST($2 AS uuid[]), CAST($3 AS text[]), CAST($4 AS integer[]), CAST($5 AS bigint[]))";
        assert_eq!(sql, expected);
        assert!(statement::<invoice::Entity>().is_ok());
    }

    #[test]
    fn columns_become_array_literals() {
        let row = |kind: &str, next| {
            let model =
                number_series::Model { tenant_id: Uuid::nil(), legal_entity_id: Uuid::nil(), kind: kind.to_owned(), year: 2026, next };
            model.into_active_model().reset_all()
        };
        let arrays = arrays(vec![row("a\"b\\c", 1), row("NULL", 2), row("", 3)]).unwrap();
        assert_eq!(arrays[2], Value::from("{\"a\\\"b\\\\c\",\"NULL\",\"\"}"));
        assert_eq!(arrays[4], Value::from("{1,2,3}"));
    }
}
