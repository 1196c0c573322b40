//! The promises that hold for every line and every run.

use proptest::prelude::*;
use quittance_matching::proposal::Band;
use quittance_matching::record::Line;
use quittance_matching::{Shard, run_all};

use crate::fixture::*;

/// Customer, item, shape of the text, distance from the amount, day, and whether the payer is named.
type Drawn = (usize, usize, u8, i64, i32, bool);

/// Lines of every kind over a few customers of one ledger.
fn arbitrary_lines() -> impl Strategy<Value = Vec<Line>> {
    let one = (0..40_usize, 0..14_usize, 0..7_u8, -3_i64..4, 0..25_i32, any::<bool>());
    proptest::collection::vec(one, 1..14).prop_map(|lines| {
        let line = |(position, (customer, item, shape, off, day, named)): (usize, Drawn)| {
            let (number, amount) = property_item(customer, item);
            let text = match shape {
                0 => number,
                1 => format!("Rechnung {number} abzgl. Skonto"),
                2 => number[9..].to_owned(),
                3 => format!("{number} {}", property_item(customer, (item + 1) % 14).0),
                4 => "Teilzahlung ".to_owned() + &number,
                _ => "Zahlung".to_owned(),
            };
            let amount = match shape {
                3 => amount + property_item(customer, (item + 1) % 14).1,
                4 => amount / 3,
                _ => amount + off * 125,
            };
            let line =
                receipt(amount, &text).on(&crate::fixture::date("2026-02-01").plus_days(day).unwrap().to_string()).at(position as u64);
            let line = if named { line.named(&name(customer)) } else { line };
            if shape % 2 == 0 { line.paid_from(&account(customer)) } else { line }
        };
        lines.into_iter().enumerate().map(line).collect()
    })
}

fn property_item(customer: usize, item: usize) -> (String, i64) {
    let place = customer * 14 + item;
    (format!("RX7-2026-{}", 42_000 + place), 100_00 + (place as i64 * 7_919) % 90_000)
}

fn property_ledger() -> Shard {
    let places = (0..40).flat_map(|customer| (0..14).map(move |item| (customer, item)));
    places
        .fold(Ledger::new(40), |ledger, (customer, item)| {
            let (number, amount) = property_item(customer, item);
            ledger.with(invoice(&number, customer, amount).discount(2, "2026-02-08"))
        })
        .build()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_line_is_too_strange(text in "\\PC{0,160}", name in "\\PC{0,40}", id in "\\PC{0,40}", amount in any::<i64>(), code in "[A-Z0-9/]{0,14}") {
        let shard = PROPERTY_LEDGER.with(std::rc::Rc::clone);
        let mut line = receipt(amount, &text).named(&name).end_to_end(&id);
        line.transaction_code = code;
        let proposal = shard.propose(&line);
        prop_assert!(proposal.band != Band::Auto);
    }
}

std::thread_local! {
    static PROPERTY_LEDGER: std::rc::Rc<Shard> = std::rc::Rc::new(property_ledger());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn promises_of_every_run(lines in arbitrary_lines(), rotate in any::<prop::sample::Index>()) {
        let mut shard = property_ledger();
        let before: Vec<i64> = (0..40 * 14).map(|item| shard.item(item).unwrap().open).collect();
        let proposals = shard.run(&lines);
        let mut cash = vec![0_i64; before.len()];
        for (line, proposal) in lines.iter().zip(&proposals) {
            prop_assert_eq!(line.position, proposal.line);
            for one in &proposal.ranked {
                prop_assert_eq!(one.evidence.iter().map(|part| part.bits).sum::<i32>(), one.bits, "weight recomputes: {}", told(&shard, proposal));
                let parts: i64 = one.allocations.iter().map(|part| part.applied).sum();
                prop_assert!((parts + one.on_account - line.amount).abs() <= 5, "money is conserved: {}", told(&shard, proposal));
            }
            prop_assert!(proposal.band != Band::Auto || proposal.best().is_some_and(|best| best.blocks.is_empty()), "no auto with a block");
            prop_assert!((proposal.band == Band::Auto) == proposal.refusal.is_none(), "a refusal has its reason");
            for part in proposal.best().filter(|_| proposal.band == Band::Auto).into_iter().flat_map(|best| &best.allocations) {
                cash[part.item as usize] += part.applied;
            }
        }
        for (item, (before, cash)) in before.iter().zip(&cash).enumerate() {
            prop_assert!(cash <= before, "item {item} got more than was open");
            prop_assert!(shard.item(item as u32).unwrap().open <= before - cash);
        }
        let mut shuffled = lines.clone();
        shuffled.rotate_left(rotate.index(lines.len()));
        let mut other = property_ledger();
        let mut again = other.run(&shuffled);
        again.sort_by_key(|proposal| proposal.line);
        prop_assert_eq!(&proposals, &again, "the order of the input does not matter");
        let mut two = [(property_ledger(), lines.clone()), (property_ledger(), shuffled)];
        let answers = run_all(&mut two, 3);
        prop_assert_eq!(&answers[0], &proposals, "neither do threads");
    }
}
