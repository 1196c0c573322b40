//! Whoever touches one row of the log is found out.

use quittance_chassis::events::verify;
use quittance_testkit::{on_both, tenant};
use quittance_types::Reason;

use crate::fixture::{fixture, publish, sequence};

const TAMPERINGS: &[&str] = &[
    "UPDATE event_log SET payload = '\\x00' WHERE ordinal = 7",
    "UPDATE event_log SET subject = 'other' WHERE ordinal = 7",
    "UPDATE event_log SET actor = 'user:nobody' WHERE ordinal = 7",
    "UPDATE event_log SET why = 'because' WHERE ordinal = 7",
    "UPDATE event_log SET change_after = '{}' WHERE ordinal = 7",
    "UPDATE event_log SET created_at = created_at + 1 WHERE ordinal = 7",
    "UPDATE event_log SET public = NOT public WHERE ordinal = 7",
    "UPDATE event_position SET hash = (SELECT digest FROM event_log WHERE ordinal = 1) WHERE position = 7",
    "UPDATE event_position SET partition_no = (partition_no + 1) % 64 WHERE position = 7",
    "DELETE FROM event_log WHERE ordinal = 7",
    "DELETE FROM event_position WHERE position = 7",
];

#[tokio::test]
async fn any_change_is_found_where_it_was_made() {
    on_both(|backend| async move {
        for tampering in TAMPERINGS {
            let fixture = fixture(backend).await;
            for number in 1..=10 {
                publish(&fixture.db, tenant(1), "one", number).await;
                sequence(&fixture.db).await;
            }
            assert_eq!(verify(&fixture.db, 0, 0).await.unwrap().broken_at, None);
            assert_eq!(fixture.store.tamper(tampering).await, 1, "{tampering}");
            assert_eq!(verify(&fixture.db, 0, 0).await.unwrap().broken_at, Some(7), "{tampering}");
            assert_eq!(verify(&fixture.db, 0, 6).await.unwrap().broken_at, None, "{tampering}");
            assert_eq!(verify(&fixture.db, 9, 10).await.unwrap().broken_at, None, "{tampering}");
        }
    })
    .await;
}

#[tokio::test]
async fn ranges_are_checked() {
    on_both(|backend| async move {
        let fixture = fixture(backend).await;
        let empty = verify(&fixture.db, 0, 0).await.unwrap();
        assert_eq!((empty.checked, empty.broken_at), (0, None));
        publish(&fixture.db, tenant(1), "one", 1).await;
        publish(&fixture.db, tenant(1), "one", 2).await;
        sequence(&fixture.db).await;
        assert_eq!(verify(&fixture.db, 2, 2).await.unwrap().checked, 1);
        // A log that is said to be longer than it is has lost its end.
        assert_eq!(verify(&fixture.db, 1, 5).await.unwrap().broken_at, Some(3));
        for (from, to) in [(5, 3), (0, -1)] {
            assert_eq!(verify(&fixture.db, from, to).await.unwrap_err().reason(), Reason::FieldOutOfRange);
        }
    })
    .await;
}
