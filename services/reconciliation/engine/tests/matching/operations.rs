//! Incremental operations and learning.

use quittance_matching::proposal::Band;
use quittance_matching::record::{ConfirmedRecord, Line};
use quittance_types::Currency;

use crate::fixture::*;

fn questions() -> Vec<Line> {
    vec![
        from(3, receipt("1", 300_00, "RX7-2026-40002")),
        from(3, receipt("2", 300_00, "Zahlung")),
        from(4, receipt("3", 120_00, "40003")),
        receipt("4", 77_01, "RX7-2026-10000"),
    ]
}

#[test]
fn operations_give_what_a_rebuild_gives() {
    let old = Invoice::new("RX7-2026-40002", "c3", 300_00);
    let new = Invoice::new("RX7-2026-40003", "c4", 120_00);
    let gone = Invoice::new("RX7-2026-40004", "c4", 120_00);
    let mut shard = Ledger::new().filler(300).invoice(old.clone()).invoice(gone.clone()).build();
    shard.add_item(&new.record());
    assert!(shard.close_item("RX7-2026-40004", day("2026-02-09")));
    assert!(shard.change_open("RX7-2026-40002", 100_00));
    assert!(shard.change_open("RX7-2026-40002", 300_00));
    assert!(!shard.close_item("unknown", day("2026-02-09")));
    let mut closed = gone;
    closed.open = 0;
    let rebuilt = Ledger::new().filler(300).invoice(old).invoice(closed).invoice(new).build();
    for line in questions() {
        assert_eq!(shard.propose(&line), rebuilt.propose(&line), "{line:?}");
    }
}

#[test]
fn a_confirmation_teaches_the_account() {
    let mut shard = Ledger::new().filler(300).invoice(Invoice::new("RX7-2026-40002", "c3", 312_34)).build();
    let line = Line { payer_name: "Treuhand Nord".to_owned(), payer_account: "DE77treuhand".to_owned(), ..receipt("1", 312_34, "Zahlung") };
    assert_ne!(shard.propose(&line).band, Band::Auto);
    for (time, amount) in [1_00, 2_00, 3_00].into_iter().enumerate() {
        shard.confirm(&ConfirmedRecord {
            date: day("2026-01-10").plus_days(time as i32).unwrap(),
            amount,
            currency: Currency::EUR,
            payer_name: "Treuhand Nord",
            payer_account: "DE77treuhand",
            text: "",
            structured_reference: "",
            end_to_end_id: "",
            customer: "c3",
            applied: &[],
            differences: &[],
        });
    }
    let taught = shard.propose(&line);
    assert_first(&shard, &taught, &[("RX7-2026-40002", 312_34)]);
    assert_eq!(taught.band, Band::Auto, "{taught:#?}");
    let customer = shard.find_customer("c3").unwrap();
    assert!(!shard.learning().rows_of(customer).is_empty());
    shard.erase(customer);
    assert_ne!(shard.propose(&line).band, Band::Auto);
}

#[test]
fn a_customer_can_be_added_later() {
    let mut shard = Ledger::new().filler(300).build();
    shard.add_customer(&quittance_matching::record::CustomerRecord {
        id: "late",
        number: "K900900",
        name: "Spaeter Handel GmbH",
        city: "",
        country: "DE",
        vat_id: "",
        ibans: &["DE55000000000000000055"],
        parent: "",
    });
    shard.add_item(&Invoice::new("RX7-2026-99001", "late", 555_55).record());
    let line = Line { payer_account: "DE55 0000 0000 0000 0000 55".to_owned(), ..receipt("1", 555_55, "RX7-2026-99001") };
    assert_auto(&shard, &shard.propose(&line), &[("RX7-2026-99001", 555_55)]);
}
