//! Commit, rollback, and everything that can go wrong in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use quittance_chassis::Tx;
use quittance_chassis::db::{OrFault, RowExt};
use quittance_testkit::{Backend, on_both, race, tenant, unique};
use quittance_types::{Fault, Outcome, Reason, Uuid};
use sea_orm::{ActiveValue::Set, ColumnTrait, PaginatorTrait, QueryFilter};
use tokio::sync::{Barrier, Mutex};

use crate::fixture::{add_note, ctx, ctx_of, fixture, fixture_with, note, numbered, raise, sequence, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_commits_is_there_and_what_fails_is_not() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let (kept, lost) = (unique(), unique());
        let write = |id: Uuid, fails: bool| {
            fixture.db.write(ctx(), (id, fails), |tx, (id, fails)| async move {
                add_note(&tx, id, "x").await?;
                tx.emit(numbered("note", 1));
                if fails { Err(Fault::new(Reason::IllegalTransition, "no")) } else { Ok(tx.now()) }
            })
        };
        write(kept, false).await.unwrap();
        assert_eq!(write(lost, true).await.unwrap_err().reason(), Reason::IllegalTransition);
        assert_eq!(fixture.store.rows("note").await, 1);
        assert_eq!(fixture.store.rows("event_log").await, 1);
        assert_eq!(sequence(&fixture.db).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_duplicate_key_is_already_exists_and_rolls_back() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let id = unique();
        let twice = fixture.db.write(ctx(), id, |tx, id| async move {
            add_note(&tx, id, "x").await?;
            add_note(&tx, id, "y").await
        });
        assert_eq!(twice.await.unwrap_err().reason(), Reason::AlreadyExists);
        assert_eq!(fixture.store.rows("note").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_ignores_a_failed_statement_does_not_commit() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let ignoring = fixture.db.write(ctx(), unique(), |tx, id| async move {
            add_note(&tx, id, "x").await?;
            let _ = add_note(&tx, id, "y").await;
            Ok(())
        });
        assert_eq!(ignoring.await.unwrap_err().outcome(), Outcome::Internal);
        assert_eq!(fixture.store.rows("note").await, 0);
    })
    .await;
}

#[tokio::test]
async fn reading_cannot_write() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let written = fixture.db.read(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "x").await });
        assert_eq!(written.await.unwrap_err().outcome(), Outcome::Internal);
        assert_eq!(fixture.store.rows("note").await, 0);
    })
    .await;
}

#[tokio::test]
async fn entities_see_their_tenant_and_many_rows_go_in_at_once() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        for (number, count) in [(1, 20_000_i64), (2, 3)] {
            let insert = fixture.db.write(ctx_of(tenant(number)), count, |tx, count| async move {
                let row = |index: i64| note::ActiveModel {
                    tenant_id: Set(tx.tenant().uuid()),
                    id: Set(tx.new_id()),
                    body: Set(format!("note {index}")),
                    version: Set(index),
                };
                tx.insert_many((0..count).map(row).collect()).await
            });
            insert.await.unwrap();
        }
        let counts = fixture.db.read(ctx_of(tenant(2)), (), |tx, ()| async move {
            let all = tx.find::<note::Entity>().count(tx.conn()).await.or_fault()?;
            let some = tx.lock_nothing_but(1).await?;
            Ok((all, some))
        });
        assert_eq!(counts.await.unwrap(), (3, 1));
        assert_eq!(fixture.store.rows("note").await, 20_003);
    })
    .await;
}

/// One row by its version, by way of an entity.
trait LockNothingBut {
    async fn lock_nothing_but(&self, version: i64) -> Result<usize, Fault>;
}

impl LockNothingBut for Tx {
    async fn lock_nothing_but(&self, version: i64) -> Result<usize, Fault> {
        let found = self.find::<note::Entity>().filter(note::Column::Version.eq(version)).all(self.conn()).await;
        found.or_fault().map(|rows| rows.len())
    }
}

#[tokio::test]
async fn a_handle_that_outlives_its_body_rolls_back_and_is_useless() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let leak: Arc<Mutex<Option<Tx>>> = Arc::default();
        let leaking = fixture.db.write(ctx(), (unique(), Arc::clone(&leak)), |tx, (id, leak)| async move {
            add_note(&tx, id, "x").await?;
            *leak.lock().await = Some(tx);
            Ok(())
        });
        assert_eq!(leaking.await.unwrap_err().outcome(), Outcome::Internal);
        let leaked = leak.lock().await.take().unwrap();
        assert!(add_note(&leaked, unique(), "y").await.is_err());
        drop(leaked);
        assert_eq!(fixture.store.rows("note").await, 0);
        fixture.db.write(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "z").await }).await.unwrap();
        assert_eq!(fixture.store.rows("note").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_body_that_panics_rolls_back_and_the_next_one_works() {
    on_both(|backend| async move {
        let fixture = fixture_with(backend, |settings| settings.connections = 1).await;
        for _ in 0..3 {
            let panicking = fixture.db.write(ctx(), unique(), |tx, id| async move {
                add_note(&tx, id, "x").await?;
                if tx.tenant() == tenant(1) {
                    panic!("on purpose");
                }
                Ok(())
            });
            assert_eq!(panicking.await.unwrap_err().outcome(), Outcome::Internal);
        }
        fixture.db.write(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap();
        assert_eq!(fixture.store.rows("note").await, 1);
    })
    .await;
}

/// Two transactions take two rows in opposite order: one of them is the victim, and tries again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_invisible() {
    let fixture = fixture(Backend::Postgres).await;
    let ids = [unique(), unique()];
    for id in ids {
        fixture.db.write(ctx(), id, |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap();
    }
    let (meeting, attempts) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let both = race(2, |index| {
        let (db, meeting, attempts) = (fixture.db.clone(), Arc::clone(&meeting), Arc::clone(&attempts));
        let order = if index == 0 { ids } else { [ids[1], ids[0]] };
        async move {
            db.write(ctx(), order, move |tx, order| {
                let (meeting, attempts) = (Arc::clone(&meeting), Arc::clone(&attempts));
                async move {
                    raise(&tx, order[0]).await?;
                    if attempts.fetch_add(1, Ordering::SeqCst) < 2 {
                        meeting.wait().await;
                    }
                    raise(&tx, order[1]).await
                }
            })
            .await
        }
    })
    .await;
    let mut versions: Vec<i64> = both.into_iter().map(Result::unwrap).collect();
    versions.sort_unstable();
    assert_eq!(versions, [1, 2]);
    // The victim may be quicker than the database wakes the other one, and meet it once more.
    assert!(attempts.load(Ordering::SeqCst) >= 3);
}

/// F10: two connections, two hundred callers that all hold one for a while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exhausted_pool_refuses_and_recovers() {
    let fixture = fixture_with(Backend::Postgres, |settings| {
        settings.connections = 2;
        settings.acquire_timeout_ms = 100;
    })
    .await;
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let opener = Arc::clone(&gate);
    let refused = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&refused);
    let answers = tokio::spawn({
        let db = fixture.db.clone();
        async move {
            race(200, |_| {
                let (db, gate, counter) = (db.clone(), Arc::clone(&gate), Arc::clone(&counter));
                async move {
                    let answer = db.write(ctx(), gate, |tx, gate| async move {
                        let _pass = gate.acquire().await;
                        tx.one("SELECT 1 AS one", Vec::new()).await.map(|_| ())
                    });
                    let answer = answer.await;
                    counter.fetch_add(u32::from(answer.is_err()), Ordering::SeqCst);
                    answer
                }
            })
            .await
        }
    });
    // The sequencer and the event streams have connections of their own.
    tokio::time::timeout(std::time::Duration::from_secs(30), fixture.db.ping()).await.unwrap().unwrap();
    until("198 callers are refused", || async { refused.load(Ordering::SeqCst) == 198 }).await;
    opener.add_permits(200);
    let answers = answers.await.unwrap();
    let refused = answers.iter().filter(|answer| answer.as_ref().is_err_and(|fault| fault.reason() == Reason::DbPoolExhausted));
    assert_eq!(refused.count(), 198);
    assert!(fixture.db.write(ctx(), (), |_, ()| async { Ok(()) }).await.is_ok());
}

/// F9: a row that somebody else holds for too long is a conflict, not a hang.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_held_for_too_long_is_a_conflict() {
    let fixture = fixture_with(Backend::Postgres, |settings| settings.lock_timeout_ms = 50).await;
    let id = unique();
    fixture.db.write(ctx(), id, |tx, id| async move { add_note(&tx, id, "x").await }).await.unwrap();
    let (held, done) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let holder = {
        let (db, held, done) = (fixture.db.clone(), Arc::clone(&held), Arc::clone(&done));
        tokio::spawn(async move {
            db.write(ctx(), (id, held, done), |tx, (id, held, done)| async move {
                raise(&tx, id).await?;
                held.notify_one();
                done.notified().await;
                Ok(())
            })
            .await
        })
    };
    held.notified().await;
    let late = fixture.db.write(ctx(), id, |tx, id| async move { raise(&tx, id).await }).await.unwrap_err();
    assert_eq!((late.outcome(), late.is_retryable()), (Outcome::Aborted, true));
    done.notify_one();
    holder.await.unwrap().unwrap();
}

#[tokio::test]
async fn identifiers_ascend_and_the_snapshot_holds() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let ids: Vec<Uuid> = (0..1_000).map(|_| fixture.db.new_id()).collect();
        assert!(ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]));
        let seen = fixture.db.read(ctx(), fixture.db.clone(), |tx, db| async move {
            let count = async || tx.one("SELECT count(*) AS n FROM note", Vec::new()).await?.unwrap().value::<i64>("n");
            let before = count().await?;
            db.write(ctx(), unique(), |tx, id| async move { add_note(&tx, id, "x").await }).await?;
            Ok((before, count().await?))
        });
        assert_eq!(seen.await.unwrap(), (0, 0));
        assert_eq!(fixture.store.rows("note").await, 1);
    })
    .await;
}
