//! Every habit does what it says, measured on what reached the bank.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use quittance_simulator::persona::{Habit, Profile, ReferenceStyle, Timing};
use quittance_simulator::truth::{Difference, LineKind, Truth};
use quittance_simulator::{Action, InvoiceSeen, calendar};

use super::fake::{Answers, Numbering, Played, params, play, play_dunned};

/// Played once for all tests of this file.
fn company() -> &'static Played {
    static COMPANY: LazyLock<Played> = LazyLock::new(|| play(params(21, 300, 240)));
    &COMPANY
}

fn receipts(played: &Played, habit: Habit) -> Vec<&Truth> {
    let of_habit = |line: &&Truth| matches!(&line.kind, LineKind::Receipt { habit: own, .. } if *own == habit);
    played.play.truth().lines.iter().filter(of_habit).collect()
}

fn by_number(played: &Played) -> BTreeMap<&str, &InvoiceSeen> {
    played.invoices.values().map(|invoice| (invoice.number.as_str(), invoice)).collect()
}

/// Days after the due date of the only instalment, for payments in full of undisputed invoices.
fn delays(played: &Played, habit: Habit) -> Vec<i32> {
    let invoices = by_number(played);
    let mut delays = Vec::new();
    for line in receipts(played, habit) {
        for cover in line.covers.iter().filter(|cover| cover.difference == Difference::None) {
            let invoice = invoices[cover.document.as_str()];
            let disputed =
                played.actions.iter().any(|action| matches!(action, Action::OpenDispute(dispute) if dispute.document == invoice.key));
            if invoice.instalments.len() == 1 && !disputed && cover.cash == invoice.total {
                let due = calendar::bank_day_from(invoice.instalments[0].due_on).unwrap();
                delays.push(line.booked_on.days_since(due));
            }
        }
    }
    delays.sort_unstable();
    delays
}

fn share_of(lines: &[&Truth], what: impl Fn(&Truth) -> bool) -> usize {
    lines.iter().filter(|line| what(line)).count() * 100 / lines.len().max(1)
}

#[test]
fn punctual_is_on_time_and_late_is_late() {
    let played = company();
    let punctual = delays(played, Habit::Punctual);
    assert!(punctual.len() > 200);
    let on_time = punctual.iter().filter(|days| **days <= 0).count() * 100 / punctual.len();
    assert!(on_time >= 97, "{on_time} % on time");
    let late = delays(played, Habit::Late);
    let median = late[late.len() / 2];
    assert!((4..=20).contains(&median), "{median}");
    let chronic = delays(played, Habit::ChronicLate);
    assert!(chronic[chronic.len() / 2] > median + 5, "{:?}", chronic[chronic.len() / 2]);
}

#[test]
fn a_personal_delay_has_its_median() {
    let played = company();
    let mut checked = 0;
    for customer in played.play.world().customers() {
        let Timing::AfterDueDate { median_days } = customer.persona.timing else { continue };
        if customer.persona.habit != Habit::Late || customer.persona.pay_run.is_some() {
            continue;
        }
        let invoices = by_number(played);
        let mut own: Vec<i32> = receipts(played, Habit::Late)
            .iter()
            .flat_map(|line| line.covers.iter().map(|cover| (line.booked_on, cover)))
            .filter(|(_, cover)| cover.difference == Difference::None)
            .map(|(booked_on, cover)| (booked_on, invoices[cover.document.as_str()]))
            .filter(|(_, invoice)| invoice.key.order.customer == customer.index && invoice.instalments.len() == 1)
            .map(|(booked_on, invoice)| booked_on.days_since(invoice.instalments[0].due_on))
            .collect();
        own.sort_unstable();
        if own.len() < 12 {
            continue;
        }
        checked += 1;
        let (median, meant) = (own[own.len() / 2], median_days as i32);
        assert!((meant / 2 - 1..=meant * 2 + 4).contains(&median), "{}: {median} for {meant}", customer.external_id);
    }
    assert!(checked >= 5, "{checked}");
}

#[test]
fn discount_takers_take_it_in_time_and_exactly() {
    let played = company();
    let invoices = by_number(played);
    let lines = receipts(played, Habit::DiscountTaker);
    let taken: Vec<_> = lines
        .iter()
        .flat_map(|line| line.covers.iter().map(|cover| (line.booked_on, cover)))
        .filter(|(_, cover)| cover.difference == Difference::EarlyDiscount)
        .collect();
    assert!(taken.len() * 100 / lines.len() >= 80, "{} of {}", taken.len(), lines.len());
    for (booked_on, cover) in taken {
        let invoice = invoices[cover.document.as_str()];
        let discount = invoice.discount.as_ref().unwrap();
        assert!(booked_on <= discount.until);
        assert_eq!(cover.cash.add(discount.amount).unwrap(), invoice.total);
        assert_eq!(cover.discount, discount.amount);
    }
}

#[test]
fn short_and_double_payers_are() {
    let played = company();
    let short = |line: &Truth| {
        line.covers.iter().any(|cover| {
            matches!(
                cover.difference,
                Difference::ShortSilent
                    | Difference::Deduction
                    | Difference::Rounding
                    | Difference::UnearnedDiscount
                    | Difference::BankCharges
            )
        })
    };
    let habit = share_of(&receipts(played, Habit::ShortPayer), short);
    assert!((30..75).contains(&habit), "{habit} %");
    assert!(share_of(&receipts(played, Habit::Punctual), short) < 4);
    let twice = |line: &Truth| line.covers.is_empty() && line.on_account == line.amount;
    let habit = share_of(&receipts(played, Habit::DoublePayer), twice);
    assert!((7..30).contains(&habit), "{habit} %");
    assert!(share_of(&receipts(played, Habit::Punctual), twice) < 3);
}

#[test]
fn a_part_is_paid_twice_only_when_no_other_is_to_come() {
    let played = company();
    let world = played.play.world();
    let in_parts: Vec<&InvoiceSeen> = played.invoices.values().filter(|invoice| invoice.instalments.len() > 1).collect();
    let mut doubled = 0;
    for customer in world.customers().iter().filter(|customer| customer.persona.habit == Habit::DoublePayer) {
        for invoice in &in_parts {
            let intents = customer.on_invoice(world, invoice).unwrap().intents;
            for intent in intents.iter().filter(|intent| intent.difference == Difference::Duplicate) {
                assert_eq!(intent.instalment as usize + 1, invoice.instalments.len(), "{}", invoice.number);
                doubled += 1;
            }
        }
    }
    assert!(doubled > 0);
}

#[test]
fn words_on_transfers_follow_the_habit() {
    let played = company();
    let style_is =
        |wanted: fn(ReferenceStyle) -> bool| move |line: &Truth| matches!(&line.kind, LineKind::Receipt { style, .. } if wanted(*style));
    let nothing = style_is(|style| style == ReferenceStyle::Nothing);
    assert!(share_of(&receipts(played, Habit::NoReference), nothing) > 75);
    assert_eq!(share_of(&receipts(played, Habit::Punctual), nothing), 0);
    let garbled = style_is(|style| {
        matches!(
            style,
            ReferenceStyle::Typo
                | ReferenceStyle::Truncated
                | ReferenceStyle::WrongDocument
                | ReferenceStyle::PurchaseOrder
                | ReferenceStyle::DigitsOnly
        )
    });
    assert!(share_of(&receipts(played, Habit::GarbledReference), garbled) > 50);
    let several = |line: &Truth| line.covers.len() > 1;
    assert!(share_of(&receipts(played, Habit::BatchPayer), several) > 25);
    assert_eq!(share_of(&receipts(played, Habit::Punctual), several), 0);
    let structured = style_is(|style| style == ReferenceStyle::Structured);
    assert!(share_of(&receipts(played, Habit::Punctual), structured) > 3);
}

#[test]
fn notices_hurry_those_who_are_late() {
    let dunned = play_dunned(params(21, 300, 240), Numbering::Series, Answers::InOrder, Some(2));
    let median = |delays: Vec<i32>| delays[delays.len() / 2];
    let (alone, hurried) = (median(delays(company(), Habit::ChronicLate)), median(delays(&dunned, Habit::ChronicLate)));
    assert!(hurried + 5 < alone, "{hurried} days instead of {alone}");
    assert_eq!(median(delays(company(), Habit::Punctual)), median(delays(&dunned, Habit::Punctual)));
}

#[test]
fn insolvent_customers_stop() {
    let played = company();
    let mut seen = 0;
    for customer in played.play.world().customers() {
        let Some(days) = customer.persona.insolvent_after else { continue };
        seen += 1;
        let end = played.play.world().params().start.plus_days(days as i32).unwrap();
        for line in &played.play.truth().lines {
            if matches!(&line.kind, LineKind::Receipt { customer: own, .. } if *own == customer.external_id) {
                assert!(line.booked_on < end);
            }
        }
    }
    assert!(seen >= 2);
}

#[test]
fn promises_are_kept_as_meant() {
    let played = company();
    let invoices = by_number(played);
    let mut paid = BTreeMap::new();
    for line in &played.play.truth().lines {
        for cover in &line.covers {
            paid.entry(invoices[cover.document.as_str()].key).or_insert(line.booked_on);
        }
    }
    let (mut kept, mut broken) = (0, 0);
    let last = played.play.today();
    for action in &played.actions {
        let Action::MakePromise(promise) = action else { continue };
        assert!(promise.promised_for > promise.on);
        if promise.promised_for >= last {
            continue;
        }
        match paid.get(&promise.document) {
            Some(day) if *day <= promise.promised_for => {
                assert!(*day > promise.on, "promised after it was paid");
                kept += 1;
            }
            _ => broken += 1,
        }
    }
    assert!(kept > 10 && broken > 10, "{kept} kept, {broken} broken");
}

#[test]
fn card_payers_do_not_transfer_unless_the_rail_fails() {
    let played = company();
    let collected = played.actions.iter().filter(|action| matches!(action, Action::CollectPayment(_))).count();
    let transferred = receipts(played, Habit::CardPayer).len();
    assert!(collected > 50 && transferred * 5 < collected, "{collected} collected, {transferred} transferred");
}

#[test]
fn a_hard_profile_is_harder() {
    let mut hard = params(21, 120, 120);
    hard.profile = Profile::Hard;
    let odd = |played: &Played| {
        let lines = &played.play.truth().lines;
        let receipts = lines.iter().filter(|line| matches!(line.kind, LineKind::Receipt { .. })).count();
        let is_odd = |line: &&Truth| match &line.kind {
            LineKind::Receipt { style, .. } => {
                let by_words = *style as u8 >= ReferenceStyle::PurchaseOrder as u8;
                let by_amount = |kind| !matches!(kind, Difference::None | Difference::EarlyDiscount);
                by_words || line.covers.iter().any(|cover| by_amount(cover.difference))
            }
            _ => false,
        };
        lines.iter().filter(is_odd).count() * 100 / receipts
    };
    let (hard, base) = (odd(&play(hard)), odd(&play(params(21, 120, 120))));
    assert!(hard > base + 8, "{hard} % against {base} %");
}
