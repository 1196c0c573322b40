use crate::fixture::{ACCOUNT, Folder, Payment, camt, mt940, payment, results};

fn days() -> Vec<String> {
    let (nordlicht, brandt) = ("DE02120300000000202051", "DE02500105170137075030");
    let mut opening = 0;
    let mut files = Vec::new();
    for day in 2..12_u32 {
        let references: Vec<String> = (0..40).map(|index| format!("B-{day}-{index}")).collect();
        let paid: Vec<Payment<'_>> = references
            .iter()
            .enumerate()
            .map(|(index, reference)| match index % 4 {
                0 => payment(reference, 119_000, "Nordlicht Handels GmbH", nordlicht, "RX7-2026-44120"),
                1 => payment(reference, 250_000, "Brandt", brandt, "RX7-2026-44122"),
                2 => payment(reference, 83_300, "Nordlicht", nordlicht, "44121"),
                _ => payment(reference, -1_250, "Bank", "", "Entgelt"),
            })
            .collect();
        files.push(if day % 2 == 0 { camt("08", ACCOUNT, day, opening, &paid) } else { mt940(ACCOUNT, day, opening, &paid) });
        opening += paid.iter().map(|payment| payment.cents).sum::<i64>();
    }
    files
}

#[test]
fn threads_and_file_names_change_no_byte() {
    let (folder, shuffled) = (Folder::small(), Folder::small());
    let files = days();
    for (index, file) in files.iter().enumerate() {
        folder.put(&format!("statements/{index:03}"), file);
        shuffled.put(&format!("statements/{:03}", (index * 7 + 3) % 10), file);
    }
    let expected = results(&folder.run_with(true, 1));
    assert_eq!(expected.iter().filter(|row| row.starts_with("B-")).count(), expected.len() - 1);
    assert!(expected.len() > 400);
    for (folder, threads) in [(&folder, 2), (&folder, 5), (&shuffled, 1), (&shuffled, 2)] {
        assert_eq!(results(&folder.run_with(true, threads)), expected, "{threads} threads");
    }
}

#[test]
fn the_report_is_the_same_but_for_the_time() {
    let folder = Folder::small();
    days().iter().enumerate().for_each(|(index, file)| folder.put(&format!("statements/{index}"), file));
    let figures = |threads: usize| {
        let report = folder.run_with(true, threads).report;
        let mut json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        json.as_object_mut().unwrap().remove("speed");
        json
    };
    assert_eq!(figures(1), figures(2));
}
