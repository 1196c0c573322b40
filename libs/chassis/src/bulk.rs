//! Many rows in one statement whose text does not depend on their number.
//!
//! A multi-row VALUES list is another statement for every number of rows: parsed and planned each time. On PostgreSQL the
//! columns travel as arrays instead, so there is one statement per table, prepared once per connection. They are unfolded side by side
//! in a list of results, row by row: in a FROM clause each of them would be kept aside as a table of its own first.
//!
//! Rows are found by arrays of keys the planner cannot see into (`ARRAY(SELECT ...)`): it takes them for few and uses the index,
//! also on a table without statistics, of which it would otherwise read all that is the tenant's.

use std::fmt::Write as _;

use quittance_types::{Fault, Uuid};
use sea_orm::sea_query::{ColumnType, Expr, SimpleExpr};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ActiveValue, ColumnTrait, EntityName, EntityTrait, IdenStatic, Iterable, Value};
use sqlx::Arguments;
use sqlx::postgres::PgArguments;

use crate::beside;
use crate::db::{Backend, OrFault};
use crate::tx::Tx;

/// Rows of one statement on SQLite: few enough that its text is kept prepared.
const ROWS_AT_ONCE: usize = 100;
/// Keys of one IN list on SQLite.
pub const KEYS_AT_ONCE: usize = 500;
/// Keys of one array on PostgreSQL.
const KEYS_IN_ARRAY: usize = 10_000;

/// Inserts rows, all columns set. Any number of rows is one statement on PostgreSQL, and few on SQLite. Many are asked for on a
/// thread beside.
///
/// # Errors
/// What the database says: `ALREADY_EXISTS` for a key that is taken.
pub async fn insert<A>(tx: &Tx, models: impl IntoIterator<Item = A, IntoIter: ExactSizeIterator + Send + 'static>) -> Result<(), Fault>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send + 'static,
{
    let models = models.into_iter();
    if models.len() == 0 {
        return Ok(());
    }
    let columns: Vec<_> = <A::Entity as EntityTrait>::Column::iter().collect();
    let names: Vec<String> = columns.iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let into = format!("INSERT INTO \"{}\" ({})", A::Entity::default().table_name(), names.join(", "));
    if tx.backend() == Backend::Sqlite {
        return insert_rows(tx, &into, models, &columns).await;
    }
    let sql = format!("{into} SELECT {}", unfolded(&columns, 1)?);
    let values = arguments(PgArguments::default(), models, columns).await?;
    tx.conn().postgres_execute(&sql, values).await.or_fault().map(drop)
}

async fn insert_rows<A>(tx: &Tx, into: &str, models: impl Iterator<Item = A>, columns: &[ColumnOf<A>]) -> Result<(), Fault>
where
    A: ActiveModelTrait + Send,
{
    let mut models = models.peekable();
    while models.peek().is_some() {
        let (rows, values) = rows(models.by_ref().take(ROWS_AT_ONCE), columns);
        tx.execute(&format!("{into} {rows}"), values).await?;
    }
    Ok(())
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

/// Changes rows of the tenant by their key. A key may occur once. Many are asked for on a thread beside.
///
/// # Errors
/// What the database says; `INTERNAL_ERROR` when not every row was found.
pub async fn update<A>(
    tx: &Tx,
    models: impl IntoIterator<Item = A, IntoIter: ExactSizeIterator + Send + 'static>,
    target: Target<'_, ColumnOf<A>>,
) -> Result<(), Fault>
where
    A: ActiveModelTrait + Send + 'static,
{
    let models = models.into_iter();
    let expected = models.len();
    if expected == 0 {
        return Ok(());
    }
    let changed = match tx.backend() {
        Backend::Sqlite => update_rows(tx, models, &target).await?,
        Backend::Postgres => update_arrays(tx, models, &target).await?,
    };
    if usize::try_from(changed) != Ok(expected) {
        return Err(Fault::internal(format!("{changed} of {expected} rows of {} were changed", A::Entity::default().table_name())));
    }
    Ok(())
}

/// How many rows were changed.
async fn update_rows<A>(tx: &Tx, models: impl Iterator<Item = A>, target: &Target<'_, ColumnOf<A>>) -> Result<u64, Fault>
where
    A: ActiveModelTrait + Send,
{
    let (columns, mut changed) = (target.all(), 0_u64);
    let mut models = models.peekable();
    while models.peek().is_some() {
        let (source, mut values) = rows(models.by_ref().take(ROWS_AT_ONCE), &columns);
        values.push(Value::from(tx.tenant().uuid()));
        changed = changed.saturating_add(tx.execute(&update_sql::<A>(Backend::Sqlite, target, &source), values).await?);
    }
    Ok(changed)
}

/// How many rows were changed.
async fn update_arrays<A>(
    tx: &Tx,
    models: impl ExactSizeIterator<Item = A> + Send + 'static,
    target: &Target<'_, ColumnOf<A>>,
) -> Result<u64, Fault>
where
    A: ActiveModelTrait + Send + 'static,
{
    let (tenant, columns) = (tx.tenant().uuid(), target.all());
    let sql = update_sql::<A>(Backend::Postgres, target, &format!("SELECT {}", unfolded(&columns, 2)?));
    let mut values = PgArguments::default();
    values.add(tenant).map_err(unbound)?;
    let values = arguments(values, models, columns).await?;
    tx.conn().postgres_execute(&sql, values).await.or_fault()
}

/// The columns of the rows behind these values.
async fn arguments<A>(
    mut values: PgArguments,
    models: impl ExactSizeIterator<Item = A> + Send + 'static,
    columns: Vec<ColumnOf<A>>,
) -> Result<PgArguments, Fault>
where
    A: ActiveModelTrait + Send + 'static,
{
    beside::compute_rows(models.len(), move || Arrays::of(models, &columns)?.bind(&mut values).map(|()| values)).await
}

fn unbound(error: impl std::fmt::Display) -> Fault {
    Fault::internal(format!("a value cannot be bound: {error}"))
}

fn update_sql<A: ActiveModelTrait>(backend: Backend, target: &Target<'_, ColumnOf<A>>, source: &str) -> String {
    let table = A::Entity::default();
    let table = table.table_name();
    let key = target.key.as_str();
    let set = target.set.iter().map(|column| format!("\"{name}\" = v.\"{name}\"", name = column.as_str()));
    let keep = target.keep.iter().map(|column| format!("\"{name}\" = COALESCE(v.\"{name}\", t.\"{name}\")", name = column.as_str()));
    let sets: Vec<String> = set.chain(keep).collect();
    let names: Vec<String> = target.all().iter().map(|column| format!("\"{}\"", column.as_str())).collect();
    let (columns, sets) = (names.join(", "), sets.join(", "));
    let (tenant, by_index) = match backend {
        Backend::Postgres => ("$1", format!(" AND t.\"{key}\" = ANY(ARRAY(SELECT \"{key}\" FROM v))")),
        Backend::Sqlite => ("?", String::new()),
    };
    format!(
        "WITH v({columns}) AS ({source}) UPDATE \"{table}\" AS t SET {sets} FROM v \
         WHERE t.tenant_id = {tenant} AND t.\"{key}\" = v.\"{key}\"{by_index}"
    )
}

/// The rows as a table expression, with its values in order. SQLite looks for a place with a name or number among all the others:
/// these have none.
fn rows<A: ActiveModelTrait>(models: impl Iterator<Item = A>, columns: &[ColumnOf<A>]) -> (String, Vec<Value>) {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    let (mut count, mut values) = (0_usize, Vec::new());
    for mut model in models {
        count = count.saturating_add(1);
        values.extend(columns.iter().map(|column| taken(&mut model, *column)));
    }
    (format!("VALUES {}", vec![row.as_str(); count].join(", ")), values)
}

/// `unnest(CAST($1 AS uuid[])), unnest(CAST($2 AS text[]))`.
fn unfolded<C: ColumnTrait>(columns: &[C], first: usize) -> Result<String, Fault> {
    let mut unfolded = String::new();
    for (number, column) in (first..).zip(columns) {
        let separator = if number == first { "" } else { ", " };
        let _ = write!(unfolded, "{separator}unnest(CAST(${number} AS {}[]))", element(column.def().get_column_type())?);
    }
    Ok(unfolded)
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

/// The values of one column, as PostgreSQL takes them.
#[derive(Debug, PartialEq, Eq)]
enum Array {
    Uuid(Vec<Option<Uuid>>),
    Long(Vec<Option<i64>>),
    Integer(Vec<Option<i32>>),
    Boolean(Vec<Option<bool>>),
    Text(Vec<Option<String>>),
}

impl Array {
    fn new(column: &ColumnType, rows: usize) -> Result<Array, Fault> {
        Ok(match element(column)? {
            "uuid" => Array::Uuid(Vec::with_capacity(rows)),
            "bigint" => Array::Long(Vec::with_capacity(rows)),
            "integer" => Array::Integer(Vec::with_capacity(rows)),
            "boolean" => Array::Boolean(Vec::with_capacity(rows)),
            _ => Array::Text(Vec::with_capacity(rows)),
        })
    }

    fn push(&mut self, value: Value) -> Result<(), Fault> {
        match (self, value) {
            (Array::Uuid(all), Value::Uuid(one)) => all.push(one),
            (Array::Long(all), Value::BigInt(one)) => all.push(one),
            (Array::Integer(all), Value::Int(one)) => all.push(one),
            (Array::Boolean(all), Value::Bool(one)) => all.push(one),
            (Array::Text(all), Value::String(one)) => all.push(one),
            // What was never said is a text without a value.
            (Array::Uuid(all), Value::String(None)) => all.push(None),
            (Array::Long(all), Value::String(None)) => all.push(None),
            (Array::Integer(all), Value::String(None)) => all.push(None),
            (Array::Boolean(all), Value::String(None)) => all.push(None),
            (_, other) => return Err(Fault::internal(format!("no array element for {other:?}"))),
        }
        Ok(())
    }
}

/// One array a column.
struct Arrays(Vec<Array>);

impl Arrays {
    fn of<A: ActiveModelTrait>(models: impl ExactSizeIterator<Item = A>, columns: &[ColumnOf<A>]) -> Result<Arrays, Fault> {
        let empty = columns.iter().map(|column| Array::new(column.def().get_column_type(), models.len()));
        let mut arrays = empty.collect::<Result<Vec<Array>, Fault>>()?;
        for mut model in models {
            for (array, column) in arrays.iter_mut().zip(columns) {
                array.push(taken(&mut model, *column))?;
            }
        }
        Ok(Arrays(arrays))
    }

    fn bind(self, values: &mut PgArguments) -> Result<(), Fault> {
        for array in self.0 {
            let bound = match array {
                Array::Uuid(all) => values.add(all),
                Array::Long(all) => values.add(all),
                Array::Integer(all) => values.add(all),
                Array::Boolean(all) => values.add(all),
                Array::Text(all) => values.add(all),
            };
            bound.map_err(unbound)?;
        }
        Ok(())
    }
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
        match value {
            Value::Uuid(Some(id)) => drop(write!(literal, "{id}")),
            Value::String(Some(text)) => push_text(&mut literal, &text),
            // Every key is a uuid or a text.
            _ => {}
        }
    }
    literal.push('}');
    let table = C::EntityName::default();
    let condition = format!("\"{}\".\"{}\" = ANY(ARRAY(SELECT unnest(CAST($1 AS {element}[]))))", table.table_name(), column.as_str());
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

    mod parcel {
        use sea_orm::entity::prelude::*;

        #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
        #[sea_orm(table_name = "parcel")]
        pub struct Model {
            #[sea_orm(primary_key, auto_increment = false)]
            pub tenant_id: Uuid,
            #[sea_orm(primary_key, auto_increment = false)]
            pub id: Uuid,
            pub label: String,
            pub weight: i64,
        }

        #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
        pub enum Relation {}

        impl ActiveModelBehavior for ActiveModel {}
    }

    #[test]
    fn columns_become_arrays() {
        let row = |label: &str, weight| {
            let model = parcel::Model { tenant_id: Uuid::nil(), id: Uuid::nil(), label: label.to_owned(), weight };
            model.into_active_model().reset_all()
        };
        let columns: Vec<_> = parcel::Column::iter().collect();
        let unsaid = parcel::ActiveModel { tenant_id: ActiveValue::Set(Uuid::nil()), ..Default::default() };
        let arrays = Arrays::of(vec![row("a\"b\\c", 1), row("NULL", 2), unsaid].into_iter(), &columns).unwrap().0;
        assert_eq!(arrays[1], Array::Uuid(vec![Some(Uuid::nil()), Some(Uuid::nil()), None]));
        assert_eq!(arrays[2], Array::Text(vec![Some("a\"b\\c".to_owned()), Some("NULL".to_owned()), None]));
        assert_eq!(arrays[3], Array::Long(vec![Some(1), Some(2), None]));
        let unfolded = unfolded(&columns[1..], 3).unwrap();
        assert_eq!(unfolded, "unnest(CAST($3 AS uuid[])), unnest(CAST($4 AS text[])), unnest(CAST($5 AS bigint[]))");
    }

    #[test]
    fn an_update_says_what_it_sets_and_what_it_keeps() {
        let target = Target { key: parcel::Column::Id, set: &[parcel::Column::Weight], keep: &[parcel::Column::Label] };
        let expected = "WITH v(\"id\", \"weight\", \"label\") AS (VALUES) UPDATE \"parcel\" AS t SET \"weight\" = v.\"weight\", \
            \"label\" = COALESCE(v.\"label\", t.\"label\") FROM v WHERE t.tenant_id = ? AND t.\"id\" = v.\"id\"";
        assert_eq!(update_sql::<parcel::ActiveModel>(Backend::Sqlite, &target, "VALUES"), expected);
        let by_index = format!("{} AND t.\"id\" = ANY(ARRAY(SELECT \"id\" FROM v))", expected.replace('?', "$1"));
        assert_eq!(update_sql::<parcel::ActiveModel>(Backend::Postgres, &target, "VALUES"), by_index);
    }
}
