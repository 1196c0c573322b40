//! What a service reads of its own log: everything that is committed, and nothing twice that it was told before.

use prost::{Message, Name};
use quittance_api::events::v1::Cursor;
use quittance_chassis::Db;
use quittance_chassis::events::{LogCursor, published_since};
use quittance_testkit::{on_both, tenant};

use crate::fixture::{ctx, fixture, numbered, publish, sequence};

/// The numbers of the events after the cursor, which goes on behind them.
async fn told(db: &Db, cursor: &mut LogCursor) -> Vec<i64> {
    let published =
        db.read(ctx(), cursor.clone(), |tx, cursor| async move { published_since(&tx, &cursor, &[Cursor::full_name()], 10).await });
    let published = published.await.unwrap();
    assert!(published.is_complete);
    *cursor = published.cursor;
    published.entries.iter().map(|entry| Cursor::decode(entry.payload.as_slice()).unwrap().position).collect()
}

#[tokio::test]
async fn an_entry_that_was_told_while_it_waited_is_not_told_again() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let (db, mut cursor) = (&fixture.db, LogCursor::default());
        publish(db, tenant(1), "a", 1).await;
        publish(db, tenant(2), "b", 2).await;
        assert_eq!(told(db, &mut cursor).await, [1], "nothing of another tenant");
        publish(db, tenant(1), "a", 3).await;
        assert_eq!(told(db, &mut cursor).await, [3], "the first still waits for its position, or has it");
        sequence(db).await;
        publish(db, tenant(1), "a", 4).await;
        assert_eq!(told(db, &mut cursor).await, [4]);
        assert_eq!(cursor.position, if backend == quittance_testkit::Backend::Postgres { 3 } else { 4 });
        let head = sequence(db).await;
        assert_eq!(told(db, &mut cursor).await, [0_i64; 0]);
        assert_eq!(cursor.position, head);
    })
    .await;
}

#[tokio::test]
async fn what_a_transaction_wrote_may_be_passed_by() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let (db, mut cursor) = (&fixture.db, LogCursor::default());
        let written = db.write(ctx(), (), |tx, ()| async move {
            tx.emit(numbered("a", 1));
            tx.emit(numbered("a", 2));
            tx.flush().await?;
            Ok(tx.flushed())
        });
        let written = written.await.unwrap();
        assert_eq!(written.is_some(), backend == quittance_testkit::Backend::Postgres);
        publish(db, tenant(1), "a", 3).await;
        written.into_iter().for_each(|entries| cursor.pass_by(entries));
        let expected: &[i64] = if backend == quittance_testkit::Backend::Postgres { &[3] } else { &[1, 2, 3] };
        assert_eq!(told(db, &mut cursor).await, expected);
        sequence(db).await;
        assert_eq!(told(db, &mut cursor).await, [0_i64; 0], "also once they have their positions");
    })
    .await;
}

#[tokio::test]
async fn too_many_entries_are_none() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        for number in 1..=3 {
            publish(&fixture.db, tenant(1), "a", number).await;
        }
        let look = |most| {
            fixture.db.read(ctx(), most, |tx, most| async move {
                published_since(&tx, &LogCursor::default(), &[Cursor::full_name()], most).await
            })
        };
        let (enough, too_few) = (look(3).await.unwrap(), look(2).await.unwrap());
        assert!(enough.is_complete && enough.entries.len() == 3);
        assert!(!too_few.is_complete && too_few.entries.is_empty());
    })
    .await;
}
