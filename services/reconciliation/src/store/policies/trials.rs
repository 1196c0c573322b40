//! Trials of policies: whose turn it is, how far it got, what came of it.

use std::time::Duration;

use prost::Message;
use quittance_api::reconciliation::v1::{MatchOutcome, MatchPolicyDifference};
use quittance_chassis::Tx;
use quittance_chassis::db::OrFault;
use quittance_types::{BankLineId, Fault, MatchPolicyId, Page, PageRequest, Reason};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};

use crate::domain::policy::trial::{Difference, Tally, Trial};
use crate::store::entity::match_policy_difference as difference;
use crate::store::entity::match_policy_trial::{Column, Entity, Model};
use crate::store::{corrupt, day};

/// Who works on a trial has it for so long after each portion.
const LEASE: Duration = Duration::from_secs(120);

/// Stores a trial that anybody may begin.
///
/// # Errors
/// What the database says.
pub async fn insert(tx: &Tx, trial: &Trial) -> Result<(), Fault> {
    let row = Model {
        tenant_id: tx.tenant().uuid(),
        match_policy_id: trial.policy.uuid(),
        against_id: trial.against.map(MatchPolicyId::uuid),
        from_on: trial.from_on.days(),
        to_on: trial.to_on.days(),
        lines_total: trial.lines_total,
        lines_tried: trial.tally.lines,
        both_apply: trial.tally.both,
        only_active: trial.tally.only_active,
        only_new: trial.tally.only_new,
        differently: trial.tally.differently,
        against_the_books: trial.tally.against_the_books,
        done: trial.done,
        leased_until: 0,
        epoch: trial.epoch,
    };
    Entity::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.or_fault().map(drop)
}

/// The trial of a version.
///
/// # Errors
/// `RESOURCE_NOT_FOUND`.
pub async fn load(tx: &Tx, policy: MatchPolicyId) -> Result<Trial, Fault> {
    let row = tx.find::<Entity>().filter(Column::MatchPolicyId.eq(policy.uuid())).one(tx.conn()).await.or_fault()?;
    read(row.ok_or_else(|| policy.not_found())?)
}

/// Takes the next trial nobody works on, from its beginning: what an earlier turn left is thrown away, for the books may
/// have moved since.
///
/// # Errors
/// What the database says.
pub async fn claim(tx: &Tx) -> Result<Option<Trial>, Fault> {
    let select = tx.find::<Entity>().filter(Column::Done.eq(false)).filter(Column::LeasedUntil.lte(tx.now().micros()));
    let select = select.order_by_asc(Column::MatchPolicyId).limit(1);
    let Some(row) = tx.lock(select).one(tx.conn()).await.or_fault()? else { return Ok(None) };
    let found = read(row)?;
    let trial = Trial { epoch: found.epoch.saturating_add(1), lines_total: 0, tally: Tally::default(), ..found };
    let sql = "DELETE FROM match_policy_difference WHERE tenant_id = $1 AND match_policy_id = $2";
    tx.execute(sql, vec![tx.tenant().uuid().into(), trial.policy.uuid().into()]).await?;
    write(tx, &trial, found.epoch, LEASE).await?;
    Ok(Some(trial))
}

/// Stores how far a trial got, and keeps it.
///
/// # Errors
/// `LEASE_LOST` when somebody else has taken it over.
pub async fn save(tx: &Tx, trial: &Trial) -> Result<(), Fault> {
    write(tx, trial, trial.epoch, LEASE).await
}

/// Lets go of a trial that is not done: whoever comes next begins it anew.
///
/// # Errors
/// `LEASE_LOST` when somebody else has taken it over.
pub async fn release(tx: &Tx, trial: &Trial) -> Result<(), Fault> {
    write(tx, trial, trial.epoch, Duration::ZERO).await
}

async fn write(tx: &Tx, trial: &Trial, epoch: i64, lease: Duration) -> Result<(), Fault> {
    let sql = "UPDATE match_policy_trial SET lines_total = $4, lines_tried = $5, both_apply = $6, only_active = $7, only_new = $8, \
               differently = $9, against_the_books = $10, done = $11, leased_until = $12, epoch = $13, against_id = $14 \
               WHERE tenant_id = $1 AND match_policy_id = $2 AND epoch = $3";
    let tally = trial.tally;
    let values = vec![
        tx.tenant().uuid().into(),
        trial.policy.uuid().into(),
        epoch.into(),
        trial.lines_total.into(),
        tally.lines.into(),
        tally.both.into(),
        tally.only_active.into(),
        tally.only_new.into(),
        tally.differently.into(),
        tally.against_the_books.into(),
        trial.done.into(),
        tx.now().plus(lease).micros().into(),
        trial.epoch.into(),
        trial.against.map(MatchPolicyId::uuid).into(),
    ];
    match tx.execute(sql, values).await? {
        1 => Ok(()),
        _ => Err(Fault::new(Reason::LeaseLost, "another process has taken the trial over")),
    }
}

/// Ends the trial of a version that is discarded; whoever works on it finds out at its next portion.
///
/// # Errors
/// What the database says.
pub async fn end(tx: &Tx, policy: MatchPolicyId) -> Result<(), Fault> {
    let sql = "UPDATE match_policy_trial SET done = TRUE, epoch = epoch + 1 WHERE tenant_id = $1 AND match_policy_id = $2 AND NOT done";
    tx.execute(sql, vec![tx.tenant().uuid().into(), policy.uuid().into()]).await.map(drop)
}

/// Stores differences behind those that are there; `first` is the place of the first one.
///
/// # Errors
/// What the database says.
pub async fn add(tx: &Tx, policy: MatchPolicyId, first: i32, found: &[Difference<MatchOutcome>]) -> Result<(), Fault> {
    let row = |(place, found): (i32, &Difference<MatchOutcome>)| {
        let row = difference::Model {
            tenant_id: tx.tenant().uuid(),
            match_policy_id: policy.uuid(),
            place,
            bank_line_id: found.line.uuid(),
            active: found.active.encode_to_vec(),
            proposed: found.proposed.encode_to_vec(),
        };
        row.into_active_model().reset_all()
    };
    tx.insert_many::<difference::ActiveModel>((first..).zip(found).map(row).collect()).await
}

/// Differences in the order of their lines.
///
/// # Errors
/// What the database says.
pub async fn page(tx: &Tx, policy: MatchPolicyId, page: &PageRequest) -> Result<Page<MatchPolicyDifference>, Fault> {
    let mut select = tx.find::<difference::Entity>().filter(difference::Column::MatchPolicyId.eq(policy.uuid()));
    if let Some(after) = &page.after {
        let place = <[u8; 4]>::try_from(after.as_slice()).map_err(|_| Fault::internal("a page token of ours holds no place"))?;
        select = select.filter(difference::Column::Place.gt(i32::from_be_bytes(place)));
    }
    let rows = select.order_by_asc(difference::Column::Place).limit(page.fetch_limit()).all(tx.conn()).await.or_fault()?;
    let cut = Page::cut(rows, page, |row| row.place.to_be_bytes().to_vec());
    let items = cut.items.iter().map(read_difference).collect::<Result<Vec<_>, Fault>>()?;
    Ok(Page { items, next: cut.next })
}

fn read_difference(row: &difference::Model) -> Result<MatchPolicyDifference, Fault> {
    let outcome = |bytes: &[u8]| MatchOutcome::decode(bytes).map(Some).map_err(corrupt);
    Ok(MatchPolicyDifference {
        bank_line_id: BankLineId::new(row.bank_line_id).to_string(),
        active: outcome(&row.active)?,
        proposed: outcome(&row.proposed)?,
    })
}

fn read(row: Model) -> Result<Trial, Fault> {
    Ok(Trial {
        policy: MatchPolicyId::new(row.match_policy_id),
        against: row.against_id.map(MatchPolicyId::new),
        from_on: day(row.from_on)?,
        to_on: day(row.to_on)?,
        lines_total: row.lines_total,
        tally: Tally {
            lines: row.lines_tried,
            both: row.both_apply,
            only_active: row.only_active,
            only_new: row.only_new,
            differently: row.differently,
            against_the_books: row.against_the_books,
        },
        done: row.done,
        epoch: row.epoch,
    })
}
