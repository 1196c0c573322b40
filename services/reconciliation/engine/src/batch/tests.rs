use proptest::prelude::*;
use quittance_types::{BusinessDate, Currency};

use crate::record::{DocumentKind, ItemRecord, Line, Policy, Rates, SellerRecord};
use crate::{Shard, ShardBuilder};

fn day(offset: i32) -> BusinessDate {
    BusinessDate::from_days(20_480 + offset).unwrap_or(BusinessDate::MIN)
}

fn ledger(amounts: &[i64]) -> Shard {
    let seller = SellerRecord { id: "s", name: "Seller", country: "DE", currency: Currency::EUR, ibans: &[] };
    let mut builder = ShardBuilder::new(&seller, Policy::default(), Rates::default());
    for (place, amount) in amounts.iter().enumerate() {
        builder.item(&ItemRecord {
            kind: if place % 7 == 6 { DocumentKind::CreditNote } else { DocumentKind::Invoice },
            due_on: day(i32::try_from(place).unwrap_or(0)),
            open: if place % 5 == 4 { 0 } else { *amount },
            ..ItemRecord::invoice(&format!("RX7-2026-{}", 40_000 + place), ["anna", "bert"][place % 2], day(-20), *amount)
        });
    }
    builder.build()
}

fn line(place: usize, item: usize, amount: i64, comes_back: bool) -> Line {
    let amount = if comes_back { -amount } else { amount };
    let text = format!("RX7-2026-{}{}", 40_000 + item, if amount % 2 == 0 { " Rate" } else { "" });
    Line {
        text: vec![text],
        reversal: comes_back,
        position: place as u64,
        ..Line::bare(&place.to_string(), day(i32::from(comes_back)), amount, Currency::EUR)
    }
}

proptest! {
    #[test]
    fn nothing_of_a_trial_is_left(
        amounts in prop::collection::vec(5_000_i64..9_000, 4..12),
        asked in prop::collection::vec((0_usize..12, 0_usize..12, -700_i64..700, any::<bool>()), 1..12),
    ) {
        let lines: Vec<Line> = asked
            .iter()
            .enumerate()
            .map(|(place, (item, price, off, comes_back))| {
                let full = amounts[price % amounts.len()];
                line(place, item % amounts.len(), if off % 3 == 0 { full + off } else { full }, *comes_back)
            })
            .collect();
        let (mut shard, untouched) = (ledger(&amounts), ledger(&amounts));
        let answers = shard.trial(&lines);
        prop_assert_eq!(answers.len(), lines.len());
        prop_assert_eq!(&shard.items, &untouched.items);
        prop_assert_eq!(&shard.amounts, &untouched.amounts);
        prop_assert_eq!(&shard.holdings, &untouched.holdings);
        prop_assert_eq!(&shard.settlements, &untouched.settlements);
        prop_assert_eq!(shard.population, untouched.population);
    }
}
