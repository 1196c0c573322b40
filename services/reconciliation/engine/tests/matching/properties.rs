//! What holds for every ledger and every line.

use std::collections::HashMap;

use proptest::prelude::*;
use quittance_matching::proposal::{Band, Proposal};
use quittance_matching::record::Line;
use quittance_matching::{Shard, run_all};

use crate::fixture::*;

/// A ledger with few prices, so that much collides.
pub fn ledger(prices: &[i64], count: usize) -> Ledger {
    let mut ledger = Ledger::new(60);
    for place in 0..count {
        let open = prices[place % prices.len()];
        let invoice = invoice(&format!("{}", 70_400 + place), place % 7, open).due(&format!("2026-03-{:02}", 1 + place % 28));
        ledger = ledger.with(if place % 11 == 10 { invoice.credit_note() } else { invoice });
    }
    ledger
}

fn line(place: usize, customer: usize, amount: i64, text: &str) -> Line {
    let line = numbered(&format!("L{place}"), amount, text);
    Line { position: place as u64, ..if customer < 7 { from(customer, line) } else { line } }
}

pub fn open_amounts(shard: &Shard) -> HashMap<String, i64> {
    shard.open_items().map(|item| shard.item(item).unwrap()).map(|view| (view.number.to_owned(), view.open)).collect()
}

fn check(shard: &Shard, before: &HashMap<String, i64>, lines: &[Line], proposals: &[Proposal]) {
    let mut taken: HashMap<String, i64> = HashMap::new();
    for (line, proposal) in lines.iter().zip(proposals) {
        for hypothesis in &proposal.ranked {
            let sum: i64 = hypothesis.evidence.iter().map(|one| i64::from(one.bits)).sum();
            assert_eq!(sum, i64::from(hypothesis.bits), "the evidence is the weight: {hypothesis:#?}");
            let cash: i64 = hypothesis.allocations.iter().map(|part| part.applied).sum();
            assert_eq!(cash + hypothesis.on_account, line.amount, "no money is lost or made: {proposal:#?}");
        }
        if proposal.band == Band::Auto {
            for part in &proposal.ranked[0].allocations {
                *taken.entry(shard.item(part.item).unwrap().number.to_owned()).or_default() += part.applied.abs();
            }
        }
    }
    for (number, cash) in taken {
        assert!(cash <= before[&number], "{number} gets {cash} of {}", before[&number]);
    }
}

prop_compose! {
    pub fn asked()(customer in 0_usize..9, price in 0_usize..4, count in 1_usize..4, quoted in 70_395_usize..70_470, style in 0_usize..6, off in -3_i64..4)
        -> (usize, usize, usize, usize, usize, i64) {
        (customer, price, count, quoted, style, off)
    }
}

pub fn lines_of(asked: &[(usize, usize, usize, usize, usize, i64)], prices: &[i64]) -> Vec<Line> {
    asked
        .iter()
        .enumerate()
        .map(|(place, (customer, price, count, quoted, style, off))| {
            let amount =
                (0..*count).map(|step| prices[(price + step) % prices.len()]).sum::<i64>() + if off.abs() == 3 { off * 50 } else { 0 };
            let text = match style {
                0 => format!("RE {quoted}"),
                1 => format!("{quoted}/{:03}", (quoted + 7) % 1000),
                2 => format!("{quoted}-{:02}", (quoted + 2) % 100),
                3 => String::new(),
                4 => format!("Zahlung {}", quoted / 10),
                _ => format!("{quoted}, {}", quoted + 7),
            };
            line(place, *customer, amount.max(1), &text)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn money_is_conserved_and_no_item_gets_more_than_is_open(asked in prop::collection::vec(asked(), 1..24)) {
        let prices = [4_990, 11_900, 25_000, 7_733];
        let mut shard = ledger(&prices, 60).build();
        let before = open_amounts(&shard);
        let lines = lines_of(&asked, &prices);
        let proposals = shard.run(&lines);
        check(&shard, &before, &lines, &proposals);
    }

    #[test]
    fn threads_and_the_order_of_input_play_no_part(asked in prop::collection::vec(asked(), 1..24)) {
        let prices = [4_990, 11_900, 25_000, 7_733];
        let lines = lines_of(&asked, &prices);
        let run = |threads: usize, lines: Vec<Line>| run_all(&mut [(ledger(&prices, 60).build(), lines)], threads).remove(0);
        let one = run(1, lines.clone());
        prop_assert_eq!(&one, &run(3, lines.clone()));
        let mut reversed: Vec<Proposal> = run(2, lines.into_iter().rev().collect());
        reversed.reverse();
        prop_assert_eq!(&one, &reversed);
    }

    #[test]
    fn a_second_run_over_the_same_lines_pays_nothing_twice(asked in prop::collection::vec(asked(), 1..16)) {
        let prices = [4_990, 11_900, 25_000, 7_733];
        let mut shard = ledger(&prices, 60).build();
        let lines = lines_of(&asked, &prices);
        let first = shard.run(&lines);
        let quoted: Vec<usize> = (0..lines.len()).filter(|place| first[*place].band == Band::Auto).collect();
        let before = open_amounts(&shard);
        let again = shard.run(&lines);
        check(&shard, &before, &lines, &again);
        for place in quoted {
            let same = |one: &Proposal, other: &Proposal| one.ranked[0].allocations.iter().any(|part| other.ranked[0].allocations.iter().any(|known| known.item == part.item));
            let twice = again[place].band == Band::Auto && same(&first[place], &again[place]) && first[place].ranked[0].allocations.iter().all(|part| part.kind.is_none());
            prop_assert!(!twice, "{:#?}", again[place]);
        }
    }
}
