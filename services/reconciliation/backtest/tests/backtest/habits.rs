//! The same ledger as other systems and other countries write it.

use crate::fixture::{ACCOUNT, Folder, camt, mt940, payment, results};

fn with_payments(folder: &Folder) {
    let (nordlicht, brandt) = ("DE02120300000000202051", "DE02500105170137075030");
    let paid = [
        payment("B-1", 116_620, "Nordlicht Handels GmbH", nordlicht, "RX7-2026-44120"),
        payment("B-2", 250_000, "Brandt", brandt, "RF18539007547034"),
        payment("B-3", 74_300, "Nordlicht Handels GmbH", nordlicht, "RX7-2026-44121 CN-2026-0031"),
        payment("B-4", 41_000, "Brandt", brandt, "RX7-2026-43999"),
    ];
    folder.put("statements/day.xml", &camt("08", ACCOUNT, 2, 0, &paid));
}

#[test]
fn numbers_dates_and_words_of_other_countries() {
    let (plain, other) = (Folder::small(), Folder::small());
    other.put(
        "open_items.csv",
        "\u{feff}Invoice_Number;Seller_ID;Customer_ID;Doc_Type;Issue_Date;Due_Date;Currency;Total;Open_Amount;Terms;Discount_Pct;Discount_Days;PO_Number;Delivery_Note;Creditor_Reference\r\n\
         RX7-2026-44120;S1;C1;Invoice;01.10.2026;31.10.2026;eur;1.190,00;1.190,00;30 days;2,0;10.0;PO-77120;;\r\n\
         RX7-2026-44121;S1;C1;INV;20261002;2026/11/01;EUR;833,00;833,00;30 days;;;;;\r\n\
         RX7-2026-44122;S1;C2;inv;2026-10-02 00:00:00;2026-11-01;EUR;2 500,00;2\u{a0}500,0;30 days;;;;;RF18 5390 0754 7034\r\n\
         CN-2026-0031;S1;C1;credit_note;5.10.2026;5.10.2026;EUR;-90,00;90,00-;;;;;;\r\n",
    );
    other.put("fx_rates.csv", "currency;eur_per_unit\nusd;0,92\nGBP;1,17\n");
    other.put("policy.json", "\u{feff} \n");
    for folder in [&plain, &other] {
        with_payments(folder);
    }
    let (plain, other) = (plain.run(), other.run());
    assert_eq!(results(&other), results(&plain));
    let refused: u64 = other.report.tables.iter().map(|read| read.refused).sum();
    assert_eq!(refused, 0, "{:?}", other.report.tables);
    assert!(results(&plain).iter().filter(|row| row.contains(",auto,")).count() >= 4, "{:?}", results(&plain));
}

#[test]
fn the_order_of_rows_changes_no_byte() {
    let (straight, turned) = (Folder::small(), Folder::small());
    let items: Vec<String> = (0..40)
        .map(|place| {
            format!("{},S1,C{},INV,2026-10-02,2026-11-0{},EUR,100.00,100.00,,,,,,", 70_400 + place * 7 % 40, place % 2 + 1, place % 3 + 1)
        })
        .collect();
    for (folder, is_turned) in [(&straight, false), (&turned, true)] {
        for name in ["customers.csv", "open_items.csv", "closed_items.csv", "history.jsonl"] {
            let text = std::fs::read_to_string(folder.path().join(name)).unwrap();
            let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
            let head = if name.ends_with("csv") { Some(rows.remove(0)) } else { None };
            if name == "open_items.csv" {
                rows.extend(items.iter().cloned());
            }
            if is_turned {
                rows.reverse();
            }
            let all: Vec<String> = head.into_iter().chain(rows).collect();
            folder.put(name, &(all.join("\n") + "\n"));
        }
        with_payments(folder);
        let twins = [payment("B-5", 10_000, "Nordlicht", "", "Zahlung"), payment("B-6", 20_000, "Brandt", "DE02500105170137075030", "")];
        folder.put("statements/next.sta", &mt940(ACCOUNT, 3, 0, &twins));
    }
    assert_eq!(results(&straight.run()), results(&turned.run()));
}
