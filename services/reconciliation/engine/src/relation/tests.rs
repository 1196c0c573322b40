#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::inconsistent_digit_grouping,
    clippy::mistyped_literal_suffixes,
    reason = "a test may panic; cents stand apart"
)]

use proptest::prelude::*;
use quittance_types::{BusinessDate, Currency};

use super::*;
use crate::record::Policy;

fn day(offset: i32) -> BusinessDate {
    BusinessDate::from_days(20_000 + offset).unwrap()
}

fn terms() -> Terms {
    Terms::of(&Policy::default(), Currency::EUR, Currency::EUR, 20_00)
}

fn item(open: i64, due: i32, discounts: &[DiscountedAmount]) -> RelationItem<'_> {
    RelationItem { open, total: open, due_on: day(due), discounts }
}

fn step(amount: i64, until: i32) -> DiscountedAmount {
    DiscountedAmount { amount, until: day(until) }
}

const SURE: Context<'static> = Context {
    referenced: true,
    customer_sure: true,
    single_candidate: false,
    stated_charges: 0,
    fees_seen: &[],
    instalment_word: false,
    promised: None,
    deduction: None,
    stated: &[],
    fx: None,
};

fn kinds(amount: i64, items: &[RelationItem<'_>], context: &Context<'_>) -> Option<(RelationKind, bool)> {
    relate(&terms(), amount, items, day(0), context).map(|relation| (relation.kind, relation.auto_allowed(context)))
}

#[test]
fn exact_with_a_credit_note() {
    let items = [item(100_00, 0, &[]), item(-20_00, 0, &[])];
    let relation = relate(&terms(), 80_00, &items, day(0), &Context::default()).unwrap();
    assert_eq!(relation.kind, RelationKind::Exact);
    assert_eq!(relation.per_item.iter().map(|share| share.applied).collect::<Vec<_>>(), [100_00, -20_00]);
    assert!(relation.auto_allowed(&Context::default()));
}

#[test]
fn discount_on_every_item_within_a_cent_each() {
    let steps = [[step(2_080_51, 5)], [step(2_080_51, 5)], [step(2_080_82, -2)]];
    let items = [item(2_122_97, 30, &steps[0]), item(2_122_97, 30, &steps[1]), item(2_123_29, 30, &steps[2])];
    let relation = relate(&terms(), 6_241_86, &items, day(0), &Context::default()).unwrap();
    assert_eq!(relation.kind, RelationKind::Discount);
    assert_eq!(relation.per_item.iter().map(|share| share.applied).sum::<i64>(), 6_241_86);
    assert_eq!(relation.per_item[0], Share { applied: 2_080_52, adjustment: 42_45, kind: Some(DifferenceKind::Discount) });
    assert!(relation.auto_allowed(&Context::default()));
}

#[test]
fn a_discount_ends_with_its_grace() {
    let steps = [step(980_00, -3)];
    assert_eq!(kinds(980_00, &[item(1_000_00, 20, &steps)], &SURE), Some((RelationKind::Discount, true)));
    let late = [step(980_00, -4)];
    assert_eq!(kinds(980_00, &[item(1_000_00, 20, &late)], &SURE), Some((RelationKind::UnearnedDiscount, true)));
    let referenced_only = Context { customer_sure: false, ..SURE };
    assert_eq!(kinds(980_00, &[item(1_000_00, 20, &late)], &referenced_only), Some((RelationKind::UnearnedDiscount, true)));
    let neither = Context::default();
    assert_eq!(kinds(980_00, &[item(1_000_00, 20, &late)], &neither), Some((RelationKind::UnearnedDiscount, false)));
}

#[test]
fn a_late_discount_stays_open() {
    let steps = [step(970_00, -20), step(980_00, -10)];
    let items = [item(1_000_00, 20, &steps)];
    let relation = relate(&terms(), 970_00, &items, day(0), &SURE).unwrap();
    assert_eq!(relation.per_item[0], Share { applied: 970_00, adjustment: 30_00, kind: Some(DifferenceKind::DiscountUnearned) });
}

#[test]
fn mixed_discount_needs_a_unique_combination() {
    let steps = [[step(98_00, 5)], [step(294_00, 5)]];
    let items = [item(100_00, 0, &steps[0]), item(300_00, 0, &steps[1])];
    assert_eq!(kinds(394_00, &items, &SURE), Some((RelationKind::MixedDiscount, true)));
    let twins = [item(100_00, 0, &steps[0]), item(100_00, 0, &steps[0])];
    assert_eq!(kinds(198_00, &twins, &SURE), Some((RelationKind::MixedDiscount, false)));
}

#[test]
fn of_ten_documents_those_with_a_discount_take_their_own() {
    let early = [step(318_50, 3)];
    let late = [step(245_00, -9)];
    let mut items = vec![item(325_00, 10, &early), item(250_00, 0, &late)];
    items.extend([411_17, 522_23, 633_31, 744_47, 855_59, 966_61].map(|open| item(open, 5, &[])));
    let more = [step(124_46, 3), step(125_73, 8)];
    items.extend([item(127_00, 12, &more), item(573_00, 4, &[])]);
    let open: i64 = items.iter().map(|one| one.open).sum();
    for left_off in [6_50, 6_50 + 1_27] {
        let relation = relate(&terms(), open - left_off, &items, day(0), &SURE).unwrap();
        assert_eq!((relation.kind, relation.auto_allowed(&SURE)), (RelationKind::MixedDiscount, true), "{left_off}");
        assert_eq!(relation.per_item[0], Share { applied: 318_50, adjustment: 6_50, kind: Some(DifferenceKind::Discount) });
    }
}

/// Ten documents that may take two per cent each: one shortage in four is met by just one combination, to two cents.
#[test]
fn a_combination_of_many_discounts_that_fits_by_chance_says_nothing() {
    let opens = [1_000_00, 1_076_11, 1_148_47, 1_227_05, 1_301_88, 1_372_96, 1_440_29, 1_513_84, 1_593_61, 1_659_66];
    let steps = opens.map(|open| [step(open - (open + 25) / 50, 5)]);
    let items: Vec<_> = opens.iter().zip(&steps).map(|(open, steps)| item(*open, 0, steps)).collect();
    let paid = opens.iter().sum::<i64>() - 41_50;
    assert_eq!(kinds(paid, &items, &SURE), Some((RelationKind::MixedDiscount, false)));
    for (reason, expected) in [("damage", RelationKind::ShortPayReason), ("discount", RelationKind::MixedDiscount)] {
        let deduction = Some(Deduction { reason, amount: Some(41_50), at: None });
        assert_eq!(kinds(paid, &items, &Context { deduction, ..SURE }).map(|(kind, _)| kind), Some(expected));
    }
    let taken = Context { stated_charges: 41_50, ..SURE };
    assert_eq!(kinds(paid, &items, &taken), Some((RelationKind::ChargesStated, true)));
}

#[test]
fn cents_either_way_are_rounding() {
    let items = [item(100_00, 0, &[])];
    let short = relate(&terms(), 99_95, &items, day(0), &SURE).unwrap();
    assert_eq!(short.per_item[0], Share { applied: 99_95, adjustment: 5, kind: Some(DifferenceKind::Rounding) });
    let over = relate(&terms(), 100_05, &items, day(0), &SURE).unwrap();
    assert_eq!(over.per_item[0], Share { applied: 100_00, adjustment: -5, kind: Some(DifferenceKind::Rounding) });
    assert_eq!((over.kind, over.gain, over.on_account), (RelationKind::Rounding, 5, 0));
}

#[test]
fn charges_and_fees() {
    let items = [item(1_000_00, 0, &[])];
    let stated = Context { stated_charges: 7_13, ..Context::default() };
    assert_eq!(kinds(992_87, &items, &stated), Some((RelationKind::ChargesStated, true)));
    assert_eq!(kinds(987_50, &items, &SURE), Some((RelationKind::FeePattern, true)));
    assert_eq!(kinds(987_50, &items, &Context { customer_sure: false, ..SURE }), Some((RelationKind::FeePattern, false)));
    assert_eq!(kinds(988_11, &items, &Context { fees_seen: &[11_89], ..SURE }), Some((RelationKind::FeePattern, true)));
    assert_eq!(kinds(969_50, &items, &SURE), Some((RelationKind::ShortPaySilent, true)), "above the highest fee");
    let small = [item(100_00, 0, &[])];
    assert_eq!(kinds(94_50, &small, &SURE), Some((RelationKind::ShortPaySilent, true)), "above five percent");
}

#[test]
fn a_step_to_the_cent_goes_before_a_pattern_but_not_before_a_known_fee() {
    let steps = [step(980_00, -30)];
    let items = [item(1_000_00, 0, &steps)];
    assert_eq!(kinds(980_00, &items, &SURE), Some((RelationKind::UnearnedDiscount, true)));
    assert_eq!(kinds(980_00, &items, &Context { fees_seen: &[20_00], ..SURE }), Some((RelationKind::FeePattern, true)));
}

#[test]
fn a_named_deduction_goes_before_a_pattern() {
    let items = [item(1_000_00, 0, &[])];
    let amount = Context { deduction: Some(Deduction { reason: "freight", amount: Some(15_00), at: None }), ..SURE };
    assert_eq!(kinds(985_00, &items, &amount), Some((RelationKind::ShortPayReason, true)));
    assert_eq!(kinds(984_00, &items, &amount), Some((RelationKind::ShortPaySilent, true)), "another amount than stated");
    let word = Context { deduction: Some(Deduction { reason: "freight", amount: None, at: None }), ..SURE };
    assert_eq!(kinds(985_00, &items, &word), Some((RelationKind::ShortPayReason, true)));
}

#[test]
fn a_deduction_of_a_named_document_beside_discounts_of_the_others() {
    let steps = [[step(105_72, -2)], [step(72_79, 2)], [step(109_25, -2)]];
    let items = [item(107_88, 0, &steps[0]), item(74_28, 0, &steps[1]), item(111_48, 0, &steps[2])];
    let said = |amount| Context { deduction: Some(Deduction { reason: "price", amount: Some(amount), at: Some(2) }), ..SURE };
    let relation = relate(&terms(), 293_64 - 1_49 - 5_57, &items, day(0), &said(5_57)).unwrap();
    assert_eq!((relation.kind, relation.auto_allowed(&said(5_57))), (RelationKind::ShortPayReason, true));
    let short = Share { applied: 105_91, adjustment: 5_57, kind: Some(DifferenceKind::ShortPay) };
    let discounted = Share { applied: 72_79, adjustment: 1_49, kind: Some(DifferenceKind::Discount) };
    assert_eq!(relation.per_item[1..], [discounted, short]);
    let unexplained = kinds(293_64 - 1_49 - 5_57, &items, &said(4_00));
    assert!(unexplained.is_none_or(|(kind, _)| kind != RelationKind::ShortPayReason), "{unexplained:?}");
}

#[test]
fn of_several_documents_a_person_says_which_is_short() {
    let items = [item(1_000_00, 0, &[]), item(500_00, 9, &[])];
    let relation = relate(&terms(), 1_400_00, &items, day(0), &SURE).unwrap();
    assert_eq!(relation.per_item[1], Share { applied: 400_00, adjustment: 100_00, kind: Some(DifferenceKind::ShortPay) });
    assert!(!relation.auto_allowed(&SURE));
}

#[test]
fn the_largest_carries_what_the_last_due_cannot_and_then_they_go_unpaid() {
    let items = [item(1_000_00, 0, &[]), item(50_00, 9, &[])];
    let relation = relate(&terms(), 987_13, &items, day(0), &SURE).unwrap();
    assert_eq!(relation.per_item[0].adjustment, 62_87);
    assert_eq!(relation.per_item[1].adjustment, 0);
    let equal = [item(100_00, 0, &[]), item(100_00, 3, &[]), item(100_00, 6, &[])];
    let word = Context { instalment_word: true, ..SURE };
    let relation = relate(&terms(), 120_00, &equal, day(0), &word).unwrap();
    assert_eq!(relation.per_item.iter().map(|share| share.applied).collect::<Vec<_>>(), [100_00, 20_00, 0]);
}

#[test]
fn instalments_need_a_word_or_a_promise() {
    let items = [item(1_000_00, 0, &[])];
    assert_eq!(kinds(250_17, &items, &SURE), None);
    assert_eq!(kinds(250_17, &items, &Context { instalment_word: true, ..SURE }), Some((RelationKind::Instalment, true)));
    assert_eq!(kinds(250_17, &items, &Context { promised: Some(250_17), ..SURE }), Some((RelationKind::Instalment, true)));
    let strangers = Context { promised: Some(250_17), ..Context::default() };
    assert_eq!(kinds(250_17, &items, &strangers), None);
}

#[test]
fn silence_is_believed_up_to_half() {
    let items = [item(1_000_00, 0, &[])];
    assert_eq!(kinds(512_34, &items, &SURE), Some((RelationKind::ShortPaySilent, true)));
    assert_eq!(kinds(499_99, &items, &SURE), None);
    let single = Context { customer_sure: true, single_candidate: true, ..Context::default() };
    assert_eq!(kinds(512_34, &items, &single), Some((RelationKind::ShortPaySilent, false)));
    let several = Context { customer_sure: true, ..Context::default() };
    assert_eq!(kinds(512_34, &items, &several), None);
    let half = relate(&terms(), 500_00, &items, day(0), &SURE).unwrap();
    assert_eq!(half.per_item[0].kind, Some(DifferenceKind::Partial));
}

#[test]
fn write_offs_count_against_the_month() {
    let items = [item(1_000_00, 0, &[])];
    let nobody = Context::default();
    assert_eq!(kinds(996_83, &items, &nobody), Some((RelationKind::WriteOff, false)), "a tolerance chooses no document");
    let spent = Terms { write_off_left: 3_00, ..terms() };
    assert_eq!(relate(&spent, 996_83, &items, day(0), &nobody), None);
    assert_eq!(relate(&terms(), 1_003_00, &items, day(0), &nobody), None, "money of the payer is not taken");
    let surplus = Terms { write_off_surplus: true, ..terms() };
    assert_eq!(relate(&surplus, 1_003_00, &items, day(0), &nobody).unwrap().gain, 3_00);
}

#[test]
fn the_rest_of_an_overpayment_waits_on_account() {
    let items = [item(1_000_00, 0, &[])];
    let relation = relate(&terms(), 1_050_00, &items, day(0), &SURE).unwrap();
    assert_eq!((relation.kind, relation.on_account, relation.per_item[0].applied), (RelationKind::Overpayment, 50_00, 1_000_00));
    assert!(relation.auto_allowed(&SURE));
    assert_eq!(kinds(1_050_00, &items, &Context { customer_sure: false, ..SURE }), None);
    assert_eq!(kinds(1_600_00, &items, &SURE), Some((RelationKind::Overpayment, false)), "more likely several documents");
    let asked = Terms { overpayment_on_account: false, ..terms() };
    assert!(!relate(&asked, 1_050_00, &items, day(0), &SURE).unwrap().auto_allowed(&SURE));
}

#[test]
fn another_currency() {
    let items = [item(1_000_00, 0, &[])];
    let instructed = Context { fx: Some(FxContext { instructed: Some(1_000_00), at_rate: Some(998_00) }), ..Context::default() };
    assert_eq!(kinds(918_44, &items, &instructed), Some((RelationKind::FxInstructed, true)));
    let rate = |at_rate| Context { fx: Some(FxContext { instructed: None, at_rate: Some(at_rate) }), ..SURE };
    assert_eq!(kinds(918_44, &items, &rate(985_00)), Some((RelationKind::FxRate, true)));
    assert_eq!(kinds(918_44, &items, &rate(1_015_00)), Some((RelationKind::FxRate, true)));
    assert_eq!(kinds(918_44, &items, &rate(984_99)), None);
    let unreferenced = Context { referenced: false, ..rate(1_000_00) };
    assert_eq!(kinds(918_44, &items, &unreferenced), Some((RelationKind::FxRate, false)));
    let steps = [step(970_00, 5)];
    let discounted = [item(1_000_00, 0, &steps)];
    assert_eq!(kinds(918_44, &discounted, &rate(971_00)), Some((RelationKind::Discount, true)));
    let both = [step(980_00, 5)];
    assert_eq!(kinds(918_44, &[item(1_000_00, 0, &both)], &rate(988_00)), Some((RelationKind::Discount, false)));
}

#[test]
fn a_rate_does_not_choose_between_discounts() {
    let steps = [[step(1_114_23, 5)], [step(2_777_24, 5)]];
    let items = [item(1_136_97, 0, &steps[0]), item(2_833_92, 0, &steps[1])];
    let rate = |at_rate| Context { fx: Some(FxContext { instructed: None, at_rate: Some(at_rate) }), ..SURE };
    assert_eq!(kinds(4_072_95, &items, &rate(3_878_99)), Some((RelationKind::Discount, false)), "one of the two may be meant");
    assert_eq!(kinds(4_072_95, &items, &rate(3_960_00)), Some((RelationKind::FxRate, false)));
    assert_eq!(kinds(4_072_95, &items, &rate(3_850_00)), Some((RelationKind::Discount, true)));
}

#[test]
fn a_rate_does_not_choose_between_the_steps_of_a_document() {
    let steps = [step(970_00, 5), step(980_00, 15)];
    let items = [item(1_000_00, 30, &steps)];
    let rate = |at_rate| Context { fx: Some(FxContext { instructed: None, at_rate: Some(at_rate) }), ..SURE };
    assert_eq!(kinds(918_44, &items, &rate(984_50)), Some((RelationKind::Discount, false)), "980.00 may be meant");
    assert_eq!(kinds(918_44, &items, &rate(994_00)), Some((RelationKind::FxRate, false)), "980.00 may be meant");
    assert_eq!(kinds(918_44, &items, &rate(960_00)), Some((RelationKind::Discount, true)));
    assert_eq!(kinds(918_44, &items, &rate(1_000_00)), Some((RelationKind::FxRate, true)));
}

#[test]
fn what_is_stated_of_each_item_holds_at_the_rate() {
    let steps = [[step(1_114_23, 5)], [step(2_777_24, 5)]];
    let items = [item(1_136_97, 0, &steps[0]), item(2_833_92, 0, &steps[1])];
    let fx = Some(FxContext { instructed: None, at_rate: Some(3_878_99) });
    let one_discount = Context { fx, stated: &[1_136_97, 2_777_24], ..SURE };
    let relation = relate(&terms(), 4_072_95, &items, day(0), &one_discount).unwrap();
    assert_eq!(relation.per_item.iter().map(|share| share.applied).collect::<Vec<_>>(), [1_136_97, 2_777_24]);
    assert!(relation.exchanged && relation.auto_allowed(&one_discount));
    let far = Context { fx, stated: &[1_136_97, 2_000_00], ..SURE };
    assert_eq!(kinds(4_072_95, &items, &far), Some((RelationKind::Discount, false)), "what does not come to the money is not followed");
}

#[test]
fn a_discount_that_is_spoken_of_goes_before_a_fee_seen_before() {
    let late = [step(485_00, -10)];
    let items = [item(500_00, 0, &late)];
    let spoken = Some(Deduction { reason: "discount", amount: None, at: None });
    let fees = Context { fees_seen: &[15_00], ..SURE };
    assert_eq!(kinds(485_00, &items, &fees), Some((RelationKind::FeePattern, true)));
    assert_eq!(kinds(485_00, &items, &Context { deduction: spoken, ..fees }), Some((RelationKind::UnearnedDiscount, true)));
}

#[test]
fn nothing_explains_nonsense() {
    let items = [item(100_00, 0, &[])];
    assert_eq!(kinds(0, &items, &SURE), None);
    assert_eq!(kinds(-100_00, &items, &SURE), None);
    assert_eq!(kinds(100_00, &[], &SURE), None);
    assert_eq!(kinds(100_00, &[item(-100_00, 0, &[])], &SURE), None);
    assert_eq!(kinds(100_00, &[item(i64::MAX, 0, &[]), item(1, 0, &[])], &SURE), None);
}

/// Open amount, due day, and a discount in percent with its last day.
type Part = (i64, i32, Option<(i64, i32)>);

fn arbitrary_items() -> impl Strategy<Value = Vec<Part>> {
    let one = (1_i64..50_000, 0..40_i32, proptest::option::of((1_i64..6, -20..20_i32)), prop::bool::weighted(0.15))
        .prop_map(|(open, due, discount, credit)| (if credit { -open } else { open }, due, discount));
    proptest::collection::vec(one, 1..10)
}

proptest! {
    /// Money is conserved and no item gets more than is open, whatever is asked.
    #[test]
    fn conserves_money(
        parts in arbitrary_items(), off in -60_000_i64..60_000, near in any::<bool>(), referenced in any::<bool>(),
        customer_sure in any::<bool>(), single_candidate in any::<bool>(), instalment_word in any::<bool>(), take in any::<u16>(),
    ) {
        let steps: Vec<Vec<DiscountedAmount>> = parts
            .iter()
            .map(|(open, _, discount)| discount.iter().map(|(percent, until)| step(open - open * percent / 100, *until)).collect())
            .collect();
        let items: Vec<RelationItem<'_>> = parts.iter().zip(&steps).map(|((open, due, _), steps)| item(*open, *due, steps)).collect();
        let taken: i64 = items.iter().enumerate().map(|(index, item)| match item.discounts.first() {
            Some(step) if take >> index & 1 == 1 => step.amount,
            _ => item.open,
        }).sum();
        let amount = if near { taken } else { taken + off };
        let context = Context { referenced, customer_sure, single_candidate, instalment_word, ..Context::default() };
        let answers = [relate(&terms(), amount, &items, day(0), &context), unexplained(amount, &items).filter(|_| amount > 0)];
        for relation in answers.into_iter().flatten() {
            let applied: i64 = relation.per_item.iter().map(|share| share.applied).sum();
            prop_assert_eq!(applied + relation.on_account + relation.gain, amount);
            prop_assert!(relation.on_account >= 0 && relation.gain >= 0);
            for (share, item) in relation.per_item.iter().zip(&items) {
                prop_assert!(share.applied.abs() <= item.open.abs() && share.applied.signum() * item.open.signum() >= 0);
                let surplus = if item.open > 0 { share.adjustment.min(0) } else { 0 };
                prop_assert_eq!(share.applied + share.adjustment - surplus, item.open);
                prop_assert_eq!(share.kind.is_some(), share.adjustment != 0);
            }
        }
    }
}
